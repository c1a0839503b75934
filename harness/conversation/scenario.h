/*
 * scenario: plays a script in a world of its own, and gives its transcript. The script decides what happens; nothing here
 * judges.
 *
 * scenario_start() makes the world and returns at once; its result comes through the pipe `result` as bytes that
 * scenario_result() understands. One process can have many scenarios running.
 */
#ifndef CONVERSATION_SCENARIO_H
#define CONVERSATION_SCENARIO_H

#include <sys/types.h>

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

/* *RESULT: descriptor to read until its end; the caller closes it. Returns the world's pid, or -1. */
pid_t scenario_start(const struct scenario_request *request, int *result, struct err *err);
/* Reads what came through the pipe. An error here is never the student's (environment, harness). */
int scenario_result(const void *data, size_t n, struct transcript *transcript, struct err *err);

#endif
