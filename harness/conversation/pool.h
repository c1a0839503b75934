/*
 * pool: many worlds side by side, a bounded number at a time, each with a processor of its own as long as there are enough.
 *
 * A job is started when a place is free, its pipe is read to the end, then its `done` is called with all that came; `done` may
 * add further jobs. Of the jobs that wait the heaviest starts first, and of equally heavy ones the one that was added first: a
 * long job that began last would go on alone.
 */
#ifndef CONVERSATION_POOL_H
#define CONVERSATION_POOL_H

#include <sys/types.h>

#include "conversation/worker.h"

struct pool;

struct pool_job {
    /* Starts a world whose result comes through *RESULT; CPU is the processor it should live on. Its pid, or -1. */
    pid_t (*start)(void *context, int cpu, int *result, struct err *err);
    /* Or, instead, what a worker is to do. CONTEXT is what it needs to be since the moment SINCE, a pool_date(). */
    worker_job *work;
    size_t since;
    /* DATA is NULL when the start failed: then ERR says why. */
    void (*done)(void *context, const char *data, size_t n, const struct err *err);
    void *context;
    size_t weight; /* how long it takes, in any unit */
};

/* JOBS: how many at a time; 0: as many as there are processors for us. */
struct pool *pool_new(int jobs);
void pool_free(struct pool *pool); /* ends what still runs */
/* Now, in the life of the pool: above all that it was before. */
size_t pool_date(struct pool *pool);
void pool_add(struct pool *pool, const struct pool_job *job);
/* Starts what there is room for, and takes what has come, without waiting: for whoever has more to do before pool_run(). */
void pool_turn(struct pool *pool);
/* Until all jobs are done: 0; or until a signal came (interrupt.h): -1. */
int pool_run(struct pool *pool);

#endif
