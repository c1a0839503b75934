/*
 * claims: whether a line that a program printed announces the success of a call, or its failure, in French or in English. Used
 * on what comes after that call failed. It is careful: a line that it does not understand claims nothing.
 */
#ifndef JUDGEMENT_CLAIMS_H
#define JUDGEMENT_CLAIMS_H

#include "data/call.h"
#include "ground/base.h"

bool claims_success(const char *line, size_t n, enum role role);
/* Whether a text has a word of failure or doubt in it. */
bool claims_failure(const char *text, size_t n);
/* Whether a text says that something went wrong, and not what: "Erreur !". */
bool claims_mere_failure(const char *text, size_t n);

#endif
