/*
 * bare: what a scenario of the course's client would cost if nobody watched: the same world from the same plan, the same
 * program, the same exchange with a server in the world's first process, and the end of it all. No tracer, no filter, no
 * terminal, no capture, no transcript.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <sys/types.h>

#include "ground/base.h"

/* As scenario_start(). */
pid_t bare_start(const char *skeleton, const char *program, int cpu, int *result, struct err *err);
/* Whether the exchange took place and the program ended with 0. */
int bare_result(const char *data, size_t n, struct err *err);

#endif
