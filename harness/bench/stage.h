/*
 * stage: what is made once for all worlds of a benchmark, as the grader makes it once a run: the skeleton, the filter, the
 * unwinder, and the definitions to play. Everything temporary goes with stage_free().
 */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "bench/measure.h"
#include "data/exercise.h"
#include "data/verdict.h"
#include "watching/policy.h"
#include "watching/unwind.h"

struct stage {
    const char *root, *build; /* of the project */
    char *folder;             /* temporary */
    char *skeleton;
    char *reference; /* programs, as scenario_request wants them */
    struct policy policy;
    struct unwinder *unwinder;
    struct exercise client;  /* the real definition of the course's client */
    char *client_program;    /* its model */
    struct exercise endings; /* bench/endings */
    char *endings_program;
};

/* ROOT and BUILD must outlive the stage. */
int stage_make(struct stage *stage, const char *root, const char *build, struct err *err);
void stage_free(struct stage *stage);

/* N times the same scenario, or the same world without the scenario. */
struct batch {
    const struct stage *stage;
    const struct exercise *exercise;
    const struct scenario *scenario; /* NULL: no scenario, see bare.h */
    const char *program;
    enum verdict expected;
    size_t n;
};

/* Finds the scenario ID; its verdict must be EXPECTED each time. */
int batch_find(struct batch *batch, const char *id, struct err *err);
/* In a pool of JOBS places, as the grader plays scenarios: the next one starts when the result of the last one is there. */
int batch_run(const struct batch *batch, int jobs, struct spent *spent, struct err *err);
/* BESIDE all have their results while ONE, begun before them, still goes on or not: *SPENT is when they had. */
int batch_run_beside(const struct batch *one, const struct batch *beside, int jobs, struct spent *spent, struct err *err);

#endif
