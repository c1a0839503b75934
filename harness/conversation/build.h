/*
 * build: makes a program from a submission's sources, in a world of its own: no network, no files but the system's tools and
 * the sources, bounded time, memory and output. Nothing that happens in there can reach the harness; the executable comes out
 * as bytes through a descriptor that was opened before.
 *
 * As with scenarios, build_start() returns at once and the result comes through a pipe.
 */
#ifndef CONVERSATION_BUILD_H
#define CONVERSATION_BUILD_H

#include <sys/types.h>

#include "data/submission.h"
#include "data/verdict.h"
#include "watching/policy.h"

struct build_request {
    const struct submission *submission;
    const struct program_source *source; /* recipe is not RECIPE_NONE */
    const char *output;                  /* path of the executable to write, outside */
    const char *skeleton;
    const struct policy *policy;
};

pid_t build_start(const struct build_request *request, int *result, struct err *err);
/* Fills status, message and diagnostics. An error here is never the student's. */
int build_result(const void *data, size_t n, struct build_result *result, struct err *err);

#endif
