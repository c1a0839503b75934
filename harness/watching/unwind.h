/*
 * unwind: from a call in a transcript to the line of the student's source that made it, with elfutils' libdw: the program's
 * line table for the usual case (the return address was at hand), a full unwinding of the saved stack for the rest. Slow (tens
 * of milliseconds the first time when the stack must be unwound), so only done for what is shown as evidence.
 */
#ifndef WATCHING_UNWIND_H
#define WATCHING_UNWIND_H

#include "data/transcript.h"

struct unwinder;

struct unwinder *unwinder_new(void);
void unwinder_free(struct unwinder *unwinder);
/* EVENT is an EVENT_CALL of TRANSCRIPT. *FILE (the caller frees) is NULL when there is no line to tell. */
void unwinder_resolve(struct unwinder *unwinder, const struct transcript *transcript, const struct event *event, char **file,
                      int *line);

#endif
