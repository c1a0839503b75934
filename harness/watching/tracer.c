/* The tracer's loop: waits for the next thing to happen, and hands it to whom it concerns. */
#include "watching/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ground/text.h"
#include "watching/memory.h"
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
    if (tracer->epoll < 0 || tracer->signals < 0 || tracer->softnet < 0 ||
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
    for (size_t i = 0; i < tracer->n_terminals; i++)
        close(tracer->terminals[i].master);
    for (size_t i = 0; i < tracer->n_inputs; i++)
        tracer_end_input(tracer, (int)i);
    free(tracer->processes);
    free(tracer->threads);
    free(tracer->strangers);
    free(tracer->terminals);
    for (size_t i = 0; i < tracer->n_watched; i++)
        free(tracer->watched[i]);
    free(tracer->watched);
    free(tracer->tracked);
    free(tracer->inputs);
    free(tracer->spending);
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
            struct signalfd_siginfo ignored[8];
            while (read(tracer->signals, ignored, sizeof ignored) > 0)
                continue;
        } else if (watched->ready != NULL) {
            watched->ready(watched->context, events[i].events);
        }
    }
    return n > 0;
}

/* --- stops of threads --- */

void tracer_resume(struct thread *thread, bool until_exit, int signal_number)
{
    thread->state = THREAD_RUNNING;
    /* A thread that was killed meanwhile is gone: its end is reported separately. */
    ptrace(until_exit ? PTRACE_SYSCALL : PTRACE_CONT, thread->tid, NULL, (void *)(long)signal_number);
}

static bool same_process(pid_t tid, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d", (int)pid, (int)tid);
    return access(path, F_OK) == 0;
}

static void handle_stop(struct tracer *tracer, struct thread *thread, int status);

static void handle_new(struct tracer *tracer, struct thread *parent, int event)
{
    unsigned long message = 0;
    if (ptrace(PTRACE_GETEVENTMSG, parent->tid, NULL, &message) < 0)
        return;
    pid_t tid = (pid_t)message;
    struct process *process = parent->process;
    bool is_thread = event == PTRACE_EVENT_CLONE && same_process(tid, process->pid);
    parent->vforking = event == PTRACE_EVENT_VFORK;
    enum { GENERATIONS = 8 }; /* hundreds of clients may have a process each, one after the other */
    if (++tracer->begun > GENERATIONS * tracer->bounds.processes)
        tracer_limit(tracer, LIMIT_PROCESSES, process->actor);
    process_note(tracer, process, is_thread ? PROCESS_THREAD : PROCESS_FORKED, (int)tid, 0);
    if (!is_thread) {
        struct process *child = process_add(tracer, tid, process->actor, false);
        child->code_low = process->code_low;
        child->code_high = process->code_high;
        child->base = process->base;
        process = child;
    }
    struct thread *thread = thread_add(tracer, tid, process);
    for (size_t i = 0; i < tracer->n_strangers; i++) {
        if (tracer->strangers[i].tid != tid)
            continue;
        int status = tracer->strangers[i].status;
        tracer->strangers[i] = tracer->strangers[--tracer->n_strangers];
        handle_stop(tracer, thread, status);
        break;
    }
}

static bool has_handler(pid_t tid, int signal_number)
{
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
    AUTO_FCLOSE FILE *status = fopen(path, "re");
    unsigned long long caught = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "SigCgt: %llx", &caught) == 1)
            break;
    return (caught >> (signal_number - 1) & 1) != 0;
}

static void handle_signal(struct tracer *tracer, struct thread *thread, int signal_number)
{
    if (thread->interrupted && thread->wait == WAIT_SLEEP && has_handler(thread->tid, signal_number)) {
        thread->call.result = -1; /* the handler runs, and then the sleep gives EINTR */
        thread->call.error = EINTR;
        call_record(tracer, thread);
        call_abandon(thread);
    }
    tracer_resume(thread, false, signal_number);
}

static void handle_syscall_stop(struct tracer *tracer, struct thread *thread)
{
    struct ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_SECCOMP)
        call_entry(tracer, thread, &info);
    else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
        call_exit(tracer, thread, &info);
    else
        tracer_resume(thread, false, 0);
}

static void handle_stop(struct tracer *tracer, struct thread *thread, int status)
{
    int signal_number = WSTOPSIG(status), event = status >> 16;
    switch (event) {
    case PTRACE_EVENT_SECCOMP: handle_syscall_stop(tracer, thread); return;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        handle_new(tracer, thread, event);
        tracer_resume(thread, false, 0);
        return;
    case PTRACE_EVENT_EXEC:
        process_executed(tracer, thread);
        tracer_resume(thread, false, 0);
        return;
    case PTRACE_EVENT_STOP:
        if (signal_number == SIGSTOP || signal_number == SIGTSTP || signal_number == SIGTTIN || signal_number == SIGTTOU) {
            thread->state = THREAD_STOPPED;
            ptrace(PTRACE_LISTEN, thread->tid, NULL, NULL);
        } else {
            thread->interrupting = false;
            tracer_resume(thread, thread->in_call, 0);
        }
        return;
    default: break;
    }
    if (signal_number == (SIGTRAP | 0x80))
        handle_syscall_stop(tracer, thread);
    else
        handle_signal(tracer, thread, signal_number);
}

static void handle_end(struct tracer *tracer, struct thread *thread, int status, const struct rusage *usage)
{
    struct process *process = thread->process;
    bool leader = thread->tid == process->pid;
    thread_remove(tracer, thread);
    if (!leader)
        return;
    tracer->spending[process->actor].ended += (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 * MILLISECOND +
                                     (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000;
    if (WIFSIGNALED(status))
        process_note(tracer, process, PROCESS_KILLED, 0, WTERMSIG(status));
    else
        process_note(tracer, process, PROCESS_EXITED, 0, WEXITSTATUS(status));
    process_remove(tracer, process);
}

/* A program that makes watched calls without end never lets the loop become impatient. */
static void count_stop(struct tracer *tracer, const struct thread *thread)
{
    enum { STOPS_PER_LOOK = 4096 };
    if (++tracer->stops % STOPS_PER_LOOK == 0)
        quiet_over_limit(tracer);
    enum { MOST_KEPT = 64 << 20 };
    const struct transcript *t = tracer->transcript;
    bool over = (tracer->bounds.events > 0 && t->n_events > tracer->bounds.events) || tracer->kept > MOST_KEPT;
    if (!over || thread == NULL)
        return;
    int actor = thread->process->actor;
    for (size_t i = 0; i < t->n_actors && t->actors[actor].kind != ACTOR_PROGRAM; i++)
        if (t->actors[i].kind == ACTOR_PROGRAM)
            actor = (int)i; /* a model program only answers what it is sent */
    tracer_limit(tracer, LIMIT_EVENTS, actor);
}

static bool handle_children(struct tracer *tracer)
{
    bool any = false;
    int status = 0;
    struct rusage usage;
    for (pid_t tid; tracer->transcript->limit == LIMIT_NONE && (tid = wait4(-1, &status, __WALL | WNOHANG, &usage)) > 0;) {
        any = true;
        struct thread *thread = thread_find(tracer, tid);
        count_stop(tracer, thread);
        if (thread == NULL && WIFSTOPPED(status))
            *ARRAY_ADD(tracer->strangers, tracer->n_strangers) = (struct stranger){tid, status};
        else if (thread != NULL && WIFSTOPPED(status))
            handle_stop(tracer, thread, status);
        else if (thread != NULL)
            handle_end(tracer, thread, status, &usage);
    }
    return any;
}

static bool unpark_all(struct tracer *tracer)
{
    bool any = false;
    for (size_t i = 0; i < tracer->n_threads; i++) {
        struct thread *thread = tracer->threads[i];
        if (thread->state != THREAD_PARKED || thread->seen_activity == tracer->activity)
            continue;
        call_unpark(tracer, thread);
        any = true;
    }
    return any;
}

bool tracer_pump(struct tracer *tracer)
{
    bool any = false;
    for (bool more = true; more && tracer->transcript->limit == LIMIT_NONE;) {
        more = handle_children(tracer);
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

bool tracer_pass_time(struct tracer *tracer)
{
    return time_wake_next(tracer);
}

int tracer_signal(struct tracer *tracer, int actor, int signal_number)
{
    int result = -1;
    for (size_t i = 0; i < tracer->n_processes; i++) {
        struct process *process = tracer->processes[i];
        if (process->actor != actor || !process->main)
            continue;
        process->ours = true;
        result = kill(process->pid, signal_number);
    }
    tracer_activity(tracer);
    return result;
}

/* --- the end --- */

static enum call_id blocked_call(const struct thread *thread)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", (int)thread->process->pid, (int)thread->tid);
    AUTO_FCLOSE FILE *file = fopen(path, "re");
    long number = -1;
    if (file == NULL || fscanf(file, "%ld", &number) != 1 || number < 0)
        return CALL_NONE;
    const struct syscall_row *row = syscall_find((uint64_t)number);
    return row != NULL ? row->id : CALL_NONE;
}

static void note_pending(struct tracer *tracer, struct thread *thread)
{
    if (thread->state == THREAD_HELD)
        return; /* its call has come back: the script keeps it, no call does */
    if (thread->state == THREAD_PARKED) {
        call_describe(tracer, thread);
    } else if (!thread->in_call && !thread->interrupted) {
        call_abandon(thread);
        thread->call.id = blocked_call(thread);
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
