/* diagnostics: what gcc, make and the linker said, as a list. gcc writes JSON (-fdiagnostics-format=json), the others text. */
#ifndef CONVERSATION_DIAGNOSTICS_H
#define CONVERSATION_DIAGNOSTICS_H

#include "data/verdict.h"

/* Adds to RESULT what TEXT (N bytes) tells, in order; the number of errors among it is returned. */
size_t diagnostics_read(struct build_result *result, const char *text, size_t n);

#endif
