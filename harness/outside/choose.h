/* choose: which assignment a submission is graded as, when nobody says. */
#ifndef OUTSIDE_CHOOSE_H
#define OUTSIDE_CHOOSE_H

#include "ground/base.h"
#include "outside/options.h"

/*
 * --assignment; else the one that bears the name of the submission's folder; else, among those with an exercise that --only
 * lets through, the one that covers most of the programs that are there, the smallest of equals; else tp1. Definitions that
 * cannot be read are passed over: whoever asks for them hears of it. The caller frees.
 */
char *choose_assignment(const struct options *options, const char *submission);

#endif
