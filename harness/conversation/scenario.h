/*
 * scenario: plays a script in a world of its own, and gives its transcript. The script decides what happens; nothing here
 * judges.
 *
 * scenario_play() is a worker's: it keeps the process busy until the end, and writes bytes that scenario_result() understands.
 */
#ifndef CONVERSATION_SCENARIO_H
#define CONVERSATION_SCENARIO_H

#include "data/exercise.h"
#include "data/transcript.h"
#include "watching/policy.h"

struct scenario_request {
    const struct exercise *exercise;
    const struct scenario *scenario;
    const char *program;   /* path of the student's executable, outside */
    const char *reference; /* folder of the reference programs, outside */
    const char *skeleton;  /* see watching/plan.h */
    const struct policy *policy;
    int cpu; /* the processor for this world */
};

/* Writes the result, or what went wrong, to *OUT and closes it. False: see worker_job. */
bool scenario_play(const struct scenario_request *request, int *out);
/* Reads what was written. An error here is never the student's (environment, harness). */
int scenario_result(const void *data, size_t n, struct transcript *transcript, struct err *err);

#endif
