/*
 * call_text: a system call as a student would write it: read(3, 256) = 14, connect(3, 127.0.0.1:5000) = -1
 * ECONNREFUSED.
 */
#ifndef OUTSIDE_CALL_TEXT_H
#define OUTSIDE_CALL_TEXT_H

#include "data/transcript.h"

/* Does it tell something about the conversation? Calls of libraries for themselves, clocks and so on don't. */
bool call_interesting(const struct call *call);
/* Never NULL; escaped already; the caller frees. */
char *call_text(const struct call *call);
/* "ECONNREFUSED", or "error 999". The caller frees. */
char *error_text(int error);

#endif
