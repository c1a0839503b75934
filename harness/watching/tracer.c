/* The tracer's loop: waits for the next thing to happen, and hands it to whom it concerns. */
#include "watching/tracer.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "ground/text.h"
#include "watching/memory.h"
#include "watching/sandbox.h"
#include "watching/tracee.h"

#define MILLISECOND INT64_C(1000000)

struct tracer *tracer_new(struct transcript *transcript, const struct bounds *bounds, const struct policy *policy, int cpu,
                          struct err *err)
{
    struct tracer *tracer = mem_alloc(sizeof *tracer);
    tracer->transcript = transcript;
    tracer->bounds = *bounds;
    tracer->policy = policy;
    tracer->cpu = cpu;
    tracer->epoll = epoll_create1(EPOLL_CLOEXEC);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    signal(SIGPIPE, SIG_IGN);
    tracer->signals = signalfd(-1, &children, SFD_NONBLOCK | SFD_CLOEXEC);
    tracer->softnet = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    tracer->ptmx = sandbox_take_terminals();
    if (tracer->epoll < 0 || tracer->ptmx < 0 || tracer->signals < 0 || tracer->softnet < 0 ||
        epoll_ctl(tracer->epoll, EPOLL_CTL_ADD, tracer->signals, &event) < 0) {
        err_errno(err, BLAME_ENVIRONMENT, _("cannot watch programs"));
        tracer_free(tracer);
        return NULL;
    }
    return tracer;
}

void tracer_free(struct tracer *tracer)
{
    while (tracer->n_processes > 0)
        process_remove(tracer, tracer->processes[0]);
    for (size_t i = 0; i < tracer->n_terminals; i++) {
        close(tracer->terminals[i]->master);
        free(tracer->terminals[i]);
    }
    inputs_free(tracer);
    timer_forget(tracer, NULL);
    free(tracer->timers);
    free(tracer->processes);
    free(tracer->threads);
    free(tracer->strangers);
    free(tracer->terminals);
    for (size_t i = 0; i < tracer->n_watched; i++)
        free(tracer->watched[i]);
    free(tracer->watched);
    free(tracer->tracked);
    free(tracer->spending);
    close(tracer->ptmx);
    close(tracer->epoll);
    close(tracer->signals);
    close(tracer->softnet);
    free(tracer);
}

void tracer_set_faults(struct tracer *tracer, struct fault *faults, size_t n)
{
    tracer->faults = faults;
    tracer->n_faults = n;
}

void tracer_set_trap(struct tracer *tracer, bool (*trap)(void *context, const struct event *event), void *context)
{
    tracer->trap = trap;
    tracer->trap_context = context;
}

int64_t tracer_now(const struct tracer *tracer)
{
    return tracer->now;
}

bool tracer_busy(const struct tracer *tracer)
{
    return tracer->busy;
}

bool tracer_busy_at_end(const struct tracer *tracer)
{
    return tracer->busy && tracer->busy_at_end;
}

void tracer_activity(struct tracer *tracer)
{
    tracer->activity++;
}

void tracer_flag(struct tracer *tracer, int actor, const char *text)
{
    const struct transcript *t = tracer->transcript;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_FLAG && t->events[i].actor == actor && strcmp(t->events[i].flag, text) == 0)
            return;
    transcript_add(tracer->transcript, EVENT_FLAG, actor, 0, tracer->now)->flag = mem_string(text);
}

void tracer_limit(struct tracer *tracer, enum limit limit, int actor)
{
    if (tracer->transcript->limit == LIMIT_NONE) {
        tracer->transcript->limit = limit;
        tracer->transcript->limit_actor = actor;
    }
}

void tracer_count_begun(struct tracer *tracer, int actor)
{
    enum { GENERATIONS = 8 }; /* hundreds of clients may have a process each, one after the other */
    if (++tracer->begun > GENERATIONS * tracer->bounds.processes)
        tracer_limit(tracer, LIMIT_PROCESSES, actor);
}

void tracer_progress(struct tracer *tracer)
{
    tracer_activity(tracer);
    time_progress(tracer);
}

/* --- descriptors of peers and terminals --- */

int tracer_watch(struct tracer *tracer, int fd, uint32_t events, void (*ready)(void *context, uint32_t events),
                 void *context)
{
    struct watched_fd *watched = mem_alloc(sizeof *watched);
    *watched = (struct watched_fd){fd, ready, context};
    *ARRAY_ADD(tracer->watched, tracer->n_watched) = watched;
    struct epoll_event event = {.events = events, .data.ptr = watched};
    return epoll_ctl(tracer->epoll, EPOLL_CTL_ADD, fd, &event);
}

void tracer_unwatch(struct tracer *tracer, int fd)
{
    for (size_t i = 0; i < tracer->n_watched; i++) {
        if (tracer->watched[i]->fd != fd || tracer->watched[i]->ready == NULL)
            continue;
        epoll_ctl(tracer->epoll, EPOLL_CTL_DEL, fd, NULL);
        /* Freed at the end only: an event for it may already have been fetched. */
        tracer->watched[i]->ready = NULL;
    }
}

void tracer_set_witness(struct tracer *tracer, void (*witness)(void *context), void *context)
{
    tracer->witness = witness;
    tracer->witness_context = context;
}

void tracer_hear_witness(struct tracer *tracer)
{
    if (tracer->witness != NULL)
        tracer->witness(tracer->witness_context);
}

void tracer_given(struct tracer *tracer, size_t bytes)
{
    tracer->given += bytes;
}

bool tracer_weary(const struct tracer *tracer)
{
    enum { MOST_STOPS = 10000 };
    return tracer->stops > MOST_STOPS;
}

void tracer_left_out(struct tracer *tracer)
{
    tracer->left_out++;
}

void tracer_kept(struct tracer *tracer, size_t bytes)
{
    tracer->kept += bytes;
}

static bool handle_ready(struct tracer *tracer)
{
    struct epoll_event events[32];
    int n = epoll_wait(tracer->epoll, events, COUNT_OF(events), 0);
    for (int i = 0; i < n; i++) {
        struct watched_fd *watched = events[i].data.ptr;
        if (watched == NULL) {
            struct signalfd_siginfo ignored; /* there is never more than one: the same signal again is the same signal */
            if (read(tracer->signals, &ignored, sizeof ignored) < 0)
                continue;
        } else if (watched->ready != NULL) {
            watched->ready(watched->context, events[i].events);
        }
    }
    return n > 0;
}

/* Something has changed: whoever polls goes once round its loop, however many calls that has (a clock, a wait, a receive). */
static bool unpark_all(struct tracer *tracer)
{
    enum { ONE_ROUND = 8 };
    bool any = false;
    for (size_t i = 0; i < tracer->n_threads; i++) {
        struct thread *thread = tracer->threads[i];
        if (thread->state != THREAD_PARKED || thread->seen_activity == tracer->activity)
            continue;
        thread->tries -= thread->tries < ONE_ROUND ? thread->tries : ONE_ROUND;
        call_unpark(tracer, thread);
        any = true;
    }
    return any;
}

bool tracer_pump(struct tracer *tracer)
{
    bool any = false;
    for (bool more = true; more && tracer->transcript->limit == LIMIT_NONE;) {
        more = stops_handle(tracer);
        more |= handle_ready(tracer);
        more |= unpark_all(tracer);
        any |= more;
    }
    return any;
}

/* --- running --- */

/* How the loop waits while threads run without stopping: ever longer looks, since a thread that blocks in the kernel sends
   no word of it. No verdict depends on these spans. */
struct patience {
    int64_t span;      /* ns, of the next look */
    int64_t fruitless; /* ns, since something happened */
    int yields;        /* how often the others were let run first */
    int64_t cpu;       /* ns that all programs had used when the looks became long; -1: not yet */
};

static const struct patience fresh_patience = {.span = 20000, .cpu = -1};

static void wait_a_little(struct tracer *tracer, struct patience *patience)
{
    const int64_t longest = 4 * MILLISECOND;
    enum { YIELDS = 2 };
    if (patience->yields++ < YIELDS) { /* most often they are on this processor, and block at once */
        sched_yield();
        return;
    }
    struct timespec span = {0, patience->span};
    /* Not epoll_wait(): it would fetch an event, and an edge is told once only. */
    struct pollfd anything = {.fd = tracer->epoll, .events = POLLIN};
    ppoll(&anything, 1, &span, NULL);
    patience->fruitless += patience->span;
    patience->span = patience->span * 2 < longest ? patience->span * 2 : longest;
}

/* A program that computes until a signal comes waits for time, too. Only its own processor time tells: on a loaded machine it
   may not have run at all. */
static bool is_spinning(const struct tracer *tracer, struct patience *patience)
{
    const int64_t enough = 60 * MILLISECOND;
    int64_t cpu = 0;
    for (size_t a = 0; a < tracer->n_spending; a++)
        cpu += quiet_cpu(tracer, (int)a);
    if (patience->cpu < 0)
        patience->cpu = cpu;
    if (cpu - patience->cpu < enough)
        return false;
    patience->cpu = cpu;
    return true;
}

static bool out_of_patience(struct tracer *tracer, struct patience *patience, bool advance)
{
    const int64_t hopeless = 20000 * MILLISECOND;
    if (patience->span < 2 * MILLISECOND)
        return false;
    if (quiet_over_limit(tracer))
        return true;
    if (patience->fruitless > hopeless) {
        tracer_limit(tracer, LIMIT_REAL_TIME, -1);
        return true;
    }
    if (is_spinning(tracer, patience) && advance)
        time_wake_next(tracer);
    return false;
}

enum run tracer_run(struct tracer *tracer, bool advance, bool (*done)(void *context), void *context)
{
    const int64_t timer_patience = 3000 * MILLISECOND;
    struct patience patience = fresh_patience;
    tracer->busy = false;
    time_begin_run(tracer);
    for (;;) {
        if (tracer_pump(tracer))
            patience = fresh_patience;
        if (tracer->transcript->limit != LIMIT_NONE)
            return RUN_LIMIT;
        if (done != NULL && done(context))
            return RUN_DONE;
        if (quiet_now(tracer)) {
            if (process_late_begins(tracer))
                continue;
            if (advance && time_wake_next(tracer))
                continue;
            if (!tracer->real_timer || !advance || patience.fruitless > timer_patience)
                return RUN_QUIET;
        }
        if (out_of_patience(tracer, &patience, advance))
            return RUN_LIMIT;
        wait_a_little(tracer, &patience);
    }
}

void tracer_release(struct tracer *tracer, int actor)
{
    for (size_t i = 0; i < tracer->n_threads; i++)
        if (tracer->threads[i]->state == THREAD_HELD && tracer->threads[i]->process->actor == actor)
            tracer_resume(tracer->threads[i], false, 0);
}

bool tracer_alive(const struct tracer *tracer, int actor)
{
    for (size_t i = 0; i < tracer->n_processes; i++)
        if (tracer->processes[i]->actor == actor)
            return true;
    return false;
}

bool tracer_main_alive(const struct tracer *tracer, int actor)
{
    for (size_t i = 0; i < tracer->n_processes; i++)
        if (tracer->processes[i]->actor == actor && tracer->processes[i]->main)
            return true;
    return false;
}

bool tracer_sleeping(const struct tracer *tracer, int actor)
{
    for (size_t i = 0; i < tracer->n_threads; i++)
        if (tracer->threads[i]->process->actor == actor && tracer->threads[i]->wait == WAIT_SLEEP)
            return true;
    return false;
}

uint64_t tracer_progress_count(const struct tracer *tracer)
{
    return tracer->progress;
}

bool tracer_pass_time(struct tracer *tracer)
{
    return time_wake_next(tracer);
}

int tracer_signal(struct tracer *tracer, int actor, int signal_number)
{
    int result = -1;
    for (size_t i = 0; i < tracer->n_processes; i++) {
        struct process *process = tracer->processes[i];
        if (process->actor != actor)
            continue; /* as Ctrl-C does: the whole program, not only its first process */
        process->ours = true;
        result = kill(process->pid, signal_number);
    }
    tracer_activity(tracer);
    return result;
}

/* --- the end --- */

/* False when the thread is in no call at all: it computes. CALL_NONE: one that we do not watch. */
static bool blocked_call(const struct thread *thread, enum call_id *id)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", (int)thread->process->pid, (int)thread->tid);
    AUTO_FCLOSE FILE *file = fopen(path, "re");
    long number = -1;
    if (file == NULL || fscanf(file, "%ld", &number) != 1 || number < 0)
        return false;
    const struct syscall_row *row = syscall_find((uint64_t)number);
    *id = row != NULL ? row->id : CALL_NONE;
    return true;
}

static void note_pending(struct tracer *tracer, struct thread *thread)
{
    if (thread->state == THREAD_HELD || thread->state == THREAD_LATE)
        return; /* its call has come back, or none was made: the script keeps it, no call does */
    if (thread->state == THREAD_PARKED) {
        call_describe(tracer, thread);
    } else if (!thread->in_call && !thread->interrupted) {
        call_abandon(thread);
        if (!blocked_call(thread, &thread->call.id))
            return;
        thread->call.fd = thread->call.socket = thread->call.new_socket = -1;
    }
    thread->call.thread = (int)thread->tid;
    thread->call.pending = true;
    thread->call.result = -1;
    call_record(tracer, thread);
}

void tracer_finish(struct tracer *tracer)
{
    for (size_t i = 0; i < tracer->n_processes; i++)
        process_held(tracer, tracer->processes[i], false);
    for (size_t i = 0; i < tracer->n_threads; i++)
        note_pending(tracer, tracer->threads[i]);
    tracer->transcript->end = tracer->now;
}
