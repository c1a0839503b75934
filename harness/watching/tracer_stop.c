/* The stops and ends of threads, one after the other: each is handed to whom it concerns, and leaves the thread resumed. */
#include <errno.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watching/tracee.h"

#define SECOND INT64_C(1000000000)

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

/* Whether closing in one of them closes in the other as well. If the kernel does not say, it may. */
static bool share_descriptors(pid_t one, pid_t other)
{
    return syscall(SYS_kcmp, one, other, KCMP_FILES, 0, 0) <= 0;
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
    tracer_count_begun(tracer, process->actor);
    process_note(tracer, process, is_thread ? PROCESS_THREAD : PROCESS_FORKED, (int)tid, 0);
    if (!is_thread) {
        struct process *child = process_add(tracer, tid, process->actor, false);
        child->code_low = process->code_low;
        child->code_high = process->code_high;
        child->base = process->base;
        child->shares_descriptors = share_descriptors(process->pid, tid);
        process->shares_descriptors |= child->shares_descriptors;
        process = child;
    }
    struct thread *thread = thread_add(tracer, tid, process);
    thread->late = is_thread && tracer->late_threads == process->actor + 1;
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
        tracer_resume(thread, thread->in_call, 0);
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
            if (thread->late)
                thread->state = THREAD_LATE;
            else
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
    tracer->spending[process->actor].ended += (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * SECOND +
                                          (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * INT64_C(1000);
    if (WIFSIGNALED(status))
        process_note(tracer, process, PROCESS_KILLED, 0, WTERMSIG(status));
    else
        process_note(tracer, process, PROCESS_EXITED, 0, WEXITSTATUS(status));
    process_remove(tracer, process);
}

/* Its parent was killed before it could tell of it. */
static void forget_stranger(struct tracer *tracer, pid_t tid)
{
    for (size_t i = tracer->n_strangers; i-- > 0;)
        if (tracer->strangers[i].tid == tid)
            tracer->strangers[i] = tracer->strangers[--tracer->n_strangers];
}

/* Whatever was given to a program it may take, send and print byte by byte. */
static size_t most_events(const struct tracer *tracer)
{
    enum { MOST = 400000, EVENTS_PER_BYTE = 2 };
    uint64_t most = tracer->bounds.events + EVENTS_PER_BYTE * tracer->given;
    return most < MOST ? (size_t)most : MOST;
}

/* A program that makes watched calls without end never lets the loop become impatient. */
static void count_stop(struct tracer *tracer, const struct thread *thread)
{
    enum { STOPS_PER_LOOK = 64 }; /* a look costs as much as some stops do */
    if (++tracer->stops % STOPS_PER_LOOK == 0)
        quiet_over_limit(tracer);
    enum { MOST_KEPT = 64 << 20 };
    const struct transcript *t = tracer->transcript;
    bool over = (tracer->bounds.events > 0 && t->n_events + tracer->left_out > most_events(tracer)) || tracer->kept > MOST_KEPT;
    if (!over || thread == NULL)
        return;
    int actor = thread->process->actor;
    for (size_t i = 0; i < t->n_actors && t->actors[actor].kind != ACTOR_PROGRAM; i++)
        if (t->actors[i].kind == ACTOR_PROGRAM)
            actor = (int)i; /* a model program only answers what it is sent */
    tracer_limit(tracer, LIMIT_EVENTS, actor);
}

bool stops_handle(struct tracer *tracer)
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
        else
            forget_stranger(tracer, tid);
    }
    return any;
}
