/*
 * worker: a process of our own that does one job after another for us, on a processor of its own. A world that shares its
 * memory costs half of one that copies it, and the kernel makes the namespaces there while others play.
 *
 * It is forked from us and knows what we knew then: functions and their contexts are named by their addresses.
 */
#ifndef CONVERSATION_WORKER_H
#define CONVERSATION_WORKER_H

#include "ground/base.h"

/*
 * What a worker does: it writes its result to *OUT and closes that. CPU: the processor it lives on, -1: any. False: its memory
 * is not to be trusted any more.
 */
typedef bool worker_job(void *context, int cpu, int *out);

struct worker {
    int process; /* a pidfd */
    int fd;      /* readable when it has done what it was asked, or is gone; -1: there is none */
};

#define WORKER_NONE ((struct worker){.process = -1, .fd = -1})

int worker_begin(struct worker *worker, int cpu, struct err *err);
/* Asks for JOB, which is older than the worker, as what CONTEXT points at is. One at a time. */
int worker_ask(const struct worker *worker, worker_job *job, void *context, int out, struct err *err);
/* What FD being readable means: true when it can be asked again. */
bool worker_is_ready(const struct worker *worker);
/* Ends it and its world at once. Whoever is a subreaper (prctl(2)) has both to wait for. */
void worker_end(struct worker *worker);

#endif
