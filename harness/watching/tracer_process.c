/* Processes and threads of the world: who they are, what they run, what they leave open. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ground/fs.h"
#include "watching/memory.h"
#include "watching/tracee.h"

struct thread *thread_find(const struct tracer *tracer, pid_t tid)
{
    for (size_t i = 0; i < tracer->n_threads; i++)
        if (tracer->threads[i]->tid == tid)
            return tracer->threads[i];
    return NULL;
}

struct thread *thread_add(struct tracer *tracer, pid_t tid, struct process *process)
{
    struct thread *thread = mem_alloc(sizeof *thread);
    thread->tid = tid;
    thread->process = process;
    thread->stat_fd = thread->syscall_fd = thread->pending_connect = -1;
    thread->wake = NEVER;
    process->threads++;
    *ARRAY_ADD(tracer->threads, tracer->n_threads) = thread;
    return thread;
}

/* The open files under /proc are those of a thread number: they end with it. */
static void forget_files(struct thread *thread)
{
    if (thread->stat_fd >= 0)
        close(thread->stat_fd);
    if (thread->syscall_fd >= 0)
        close(thread->syscall_fd);
    thread->stat_fd = thread->syscall_fd = -1;
}

void thread_renumber(struct thread *thread, pid_t tid)
{
    forget_files(thread);
    thread->tid = tid;
}

void thread_remove(struct tracer *tracer, struct thread *thread)
{
    for (size_t i = 0; i < tracer->n_threads; i++) {
        if (tracer->threads[i] != thread)
            continue;
        memmove(&tracer->threads[i], &tracer->threads[i + 1], (tracer->n_threads - i - 1) * sizeof *tracer->threads);
        tracer->n_threads--;
        break;
    }
    call_abandon(thread);
    forget_files(thread);
    thread->process->threads--;
    free(thread);
}

struct process *process_add(struct tracer *tracer, pid_t pid, int actor, bool main)
{
    struct process *process = mem_alloc(sizeof *process);
    process->pid = pid;
    process->actor = actor;
    process->main = main;
    process->alarm = NEVER;
    *ARRAY_ADD(tracer->processes, tracer->n_processes) = process;
    while (tracer->n_spending <= (size_t)actor)
        *ARRAY_ADD(tracer->spending, tracer->n_spending) = (struct spending){0, 0};
    return process;
}

struct process *process_find(const struct tracer *tracer, pid_t pid)
{
    for (size_t i = 0; i < tracer->n_processes; i++)
        if (tracer->processes[i]->pid == pid)
            return tracer->processes[i];
    return NULL;
}

void process_remove(struct tracer *tracer, struct process *process)
{
    for (size_t i = tracer->n_threads; i-- > 0;)
        if (tracer->threads[i]->process == process)
            thread_remove(tracer, tracer->threads[i]);
    timer_forget(tracer, process);
    for (size_t i = 0; i < tracer->n_processes; i++) {
        if (tracer->processes[i] != process)
            continue;
        memmove(&tracer->processes[i], &tracer->processes[i + 1],
                (tracer->n_processes - i - 1) * sizeof *tracer->processes);
        tracer->n_processes--;
        break;
    }
    free(process);
}

void process_note(struct tracer *tracer, struct process *process, enum process_change change, int other, int status)
{
    struct event *event =
        transcript_add(tracer->transcript, EVENT_PROCESS, process->actor, (int)process->pid, tracer->now);
    event->change = (struct process_event){change, other, status, process->main, process->ours};
    tracer_activity(tracer);
    time_progress(tracer);
}

/* --- what is open --- */

void process_held(struct tracer *tracer, struct process *process, bool at_exit)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)process->pid);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    int held[1024];
    size_t n = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL && n < COUNT_OF(held); entry = readdir(folder))
        if (entry->d_name[0] != '.')
            held[n++] = (int)strtol(entry->d_name, NULL, 10);
    closedir(folder);
    for (size_t i = 0; i < n; i++) {
        struct descriptor descriptor = descriptor_resolve(tracer, process->pid, held[i]);
        if (descriptor.kind != DESCRIPTOR_SOCKET || descriptor.socket < 0)
            continue;
        struct event *event =
            transcript_add(tracer->transcript, EVENT_HELD, process->actor, (int)process->pid, tracer->now);
        event->held = (struct held){descriptor.socket, held[i], at_exit};
    }
}

int64_t process_cpu(const struct process *process)
{
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(process->pid, &clock) != 0 || clock_gettime(clock, &spent) != 0)
        return 0;
    return spent.tv_sec * INT64_C(1000000000) + spent.tv_nsec;
}
