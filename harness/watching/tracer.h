/*
 * tracer: watches every program of a world through ptrace and seccomp, and writes what they do into a transcript.
 *
 * Life cycle: tracer_new() inside a world; tracer_start() for each program; then tracer_run() again and again, each time until
 * something wanted has happened or nothing more will; tracer_finish() writes down what is still open and pending.
 *
 * Nothing here waits for a time to pass. A run ends when its condition holds, when the world is quiet (every thread blocked,
 * nothing in flight, nothing to do for a peer), or at a limit. Waits with a timeout never end by themselves: the tracer makes
 * them endless and ends the earliest one when the world is quiet (tracer_time.c).
 */
#ifndef WATCHING_TRACER_H
#define WATCHING_TRACER_H

#include "data/transcript.h"
#include "watching/fault.h"
#include "watching/plan.h"
#include "watching/policy.h"

struct tracer;

enum run {
    RUN_DONE,  /* the condition holds */
    RUN_QUIET, /* nothing more happens by itself */
    RUN_LIMIT  /* a limit was passed: transcript.limit */
};

struct launch {
    int actor;
    const char *path; /* in the world */
    char *const *argv;
    int descriptors; /* how many descriptors are open already beyond 0, 1, 2 */
    bool raw;        /* it may create raw sockets, in its own network namespace */
    bool input;      /* standard input stays open for tracer_input(); else it is at its end at once */
};

/* The transcript must outlive the tracer. Blame of errors: environment or harness. */
struct tracer *tracer_new(struct transcript *transcript, const struct bounds *bounds, const struct policy *policy, int cpu,
                          struct err *err);
void tracer_free(struct tracer *tracer);

/* FAULTS belongs to the caller and must outlive the tracer. */
void tracer_set_faults(struct tracer *tracer, struct fault *faults, size_t n);
int tracer_start(struct tracer *tracer, const struct launch *launch, struct err *err);
/* ADVANCE: virtual time may pass. DONE may be NULL: run until quiet. */
enum run tracer_run(struct tracer *tracer, bool advance, bool (*done)(void *context), void *context);

/* Called for each new event of a program, before its thread goes on; true stops that thread there, until tracer_release(). */
void tracer_set_trap(struct tracer *tracer, bool (*trap)(void *context, const struct event *event), void *context);
void tracer_release(struct tracer *tracer, int actor);

/* Threads that ACTOR makes from now on begin only when nothing else would happen: as late as a scheduler may let them. */
void tracer_delay_threads(struct tracer *tracer, int actor);
/* How many processes and threads ACTOR has goes into the transcript. */
void tracer_count(struct tracer *tracer, int actor);
bool tracer_alive(const struct tracer *tracer, int actor); /* any process of it */
bool tracer_main_alive(const struct tracer *tracer, int actor);
bool tracer_sleeping(const struct tracer *tracer, int actor); /* a thread of it sleeps, and will wake by itself */
uint64_t tracer_progress_count(const struct tracer *tracer); /* another number when the conversation has gone on */
/* In a quiet world: the next sleep or wait with a timeout ends. False when there is none. */
bool tracer_pass_time(struct tracer *tracer);
int tracer_signal(struct tracer *tracer, int actor, int signal_number);
/* Puts these bytes behind what is yet to be written on the program's standard input, which takes them in as the world goes on;
   or its end. DATA must outlive the tracer. */
void tracer_input(struct tracer *tracer, int actor, const char *data, size_t n);
void tracer_end_input(struct tracer *tracer, int actor);

/* For peers: READY is called when FD has one of EVENTS (EPOLL…). */
int tracer_watch(struct tracer *tracer, int fd, uint32_t events, void (*ready)(void *context, uint32_t events),
                 void *context);
void tracer_unwatch(struct tracer *tracer, int fd);
/* Called before something that sockets did is written down: what it made visible elsewhere (packets) is written down first. */
void tracer_set_witness(struct tracer *tracer, void (*witness)(void *context), void *context);
void tracer_hear_witness(struct tracer *tracer);
/* Something happened that a polling program may be waiting for; and, for progress, something that carries the play on. */
void tracer_activity(struct tracer *tracer);
void tracer_progress(struct tracer *tracer);
/* So many bytes more were given to programs to read: they may make more calls for it. */
void tracer_given(struct tracer *tracer, size_t bytes);
/* The programs have made so many calls that the rest of a big message is spared them: who copies byte by byte is right, and
   would take minutes. */
bool tracer_weary(const struct tracer *tracer);
/* An event that is not worth a place in the transcript happened: it counts for the bound on them all the same. */
void tracer_left_out(struct tracer *tracer);
/* So many bytes more are kept in the transcript. */
void tracer_kept(struct tracer *tracer, size_t bytes);
int64_t tracer_now(const struct tracer *tracer);
bool tracer_busy(const struct tracer *tracer); /* somebody polls in vain */
bool tracer_busy_at_end(const struct tracer *tracer); /* and that is reading at the end of a file */

/* Pending calls and open sockets of what still lives go into the transcript. */
void tracer_finish(struct tracer *tracer);

#endif
