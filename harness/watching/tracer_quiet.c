/*
 * Quiescence: whether anything will still happen by itself. All of a world runs on one processor, the tracer's own. So while
 * the tracer looks, nothing else of the world runs: a thread that sleeps in the kernel now will sleep until somebody does
 * something, and packets that are under way are in this processor's backlog or nowhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "watching/tracee.h"

static ssize_t look(const struct thread *thread, const char *name, int *fd, char *text, size_t size)
{
    if (*fd < 0) {
        char path[64];
        /* Of a first thread the process's own files say the same, and cost less to open. */
        if (thread->tid == thread->process->pid)
            snprintf(path, sizeof path, "/proc/%d/%s", (int)thread->tid, name);
        else
            snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)thread->process->pid, (int)thread->tid, name);
        *fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    ssize_t n = pread(*fd, text, size - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return n;
}

/* The state letter in /proc/TID/stat, after the last parenthesis: names of programs may hold anything. */
static char thread_letter(struct thread *thread)
{
    char text[512];
    if (look(thread, "stat", &thread->stat_fd, text, sizeof text) <= 0)
        return 'X';
    const char *end = strrchr(text, ')');
    return end != NULL && end[1] == ' ' ? end[2] : 'X';
}

/*
 * A thread that was preempted on its way into a wait already shows the letter S, and may yet find what it was about to wait
 * for. /proc/TID/syscall says "running" of it: the kernel answers that question only for threads that are really off the
 * processor, and waits for those that are just leaving it.
 */
static bool thread_asleep(struct thread *thread)
{
    char text[256];
    if (look(thread, "syscall", &thread->syscall_fd, text, sizeof text) <= 0 || strncmp(text, "running", 7) == 0)
        return false;
    char letter = thread_letter(thread);
    return letter == 'S' || (letter == 'D' && thread->vforking);
}

/* A first thread that has ended stays as a zombie while others of its process go on. */
static bool thread_is_shell(struct thread *thread)
{
    return thread->tid == thread->process->pid && thread->process->threads > 1 && thread_letter(thread) == 'Z';
}

bool thread_blocked(struct tracer *tracer, struct thread *thread)
{
    (void)tracer;
    switch (thread->state) {
    case THREAD_PARKED:
    case THREAD_HELD:
    case THREAD_LATE:
    case THREAD_STOPPED: return true;
    case THREAD_RUNNING: break;
    }
    if (thread->interrupting)
        return false; /* a stop is under way */
    return thread_asleep(thread) || thread_is_shell(thread);
}

/* Packets that were sent and not yet delivered: "backlog" of this processor's line in softnet_stat. */
static bool packets_under_way(const struct tracer *tracer)
{
    enum { COLUMN_BACKLOG = 11, COLUMN_PROCESSOR = 12, SIZE = 65536 };
    static char text[SIZE];
    ssize_t n = pread(tracer->softnet, text, sizeof text - 1, 0);
    if (n <= 0)
        return false;
    text[n] = '\0';
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        unsigned long columns[COLUMN_PROCESSOR + 1] = {0};
        int count = 0;
        for (char *p = line; *p != '\0' && count <= COLUMN_PROCESSOR; count++) {
            char *end = p;
            columns[count] = strtoul(p, &end, 16);
            if (end == p)
                break;
            p = end;
        }
        if (count > COLUMN_PROCESSOR && (tracer->cpu < 0 || columns[COLUMN_PROCESSOR] == (unsigned long)tracer->cpu) &&
            columns[COLUMN_BACKLOG] > 0)
            return true;
    }
    return false;
}

bool quiet_now(struct tracer *tracer)
{
    if (tracer->n_strangers > 0)
        return false;
    for (size_t i = 0; i < tracer->n_threads; i++)
        if (!thread_blocked(tracer, tracer->threads[i]))
            return false;
    if (packets_under_way(tracer) || terminals_deliver(tracer))
        return false;
    /* What the last thread did before it blocked may have made work for a peer. */
    return !tracer_pump(tracer);
}

/* The number behind NAME in /proc/PID/status, in kB there; 0 when it is not there. */
static size_t status_bytes(const char *status, const char *name)
{
    const char *found = strstr(status, name);
    return found != NULL ? strtoul(found + strlen(name), NULL, 10) * 1024 : 0;
}

/* Page tables count: who reads one byte here and there in what it has reserved has few pages and many of them. */
static size_t resident_bytes(const struct process *process)
{
    char path[64], status[2048];
    snprintf(path, sizeof path, "/proc/%d/status", (int)process->pid);
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, status, sizeof status - 1) : -1;
    if (n <= 0)
        return 0;
    status[n] = '\0';
    return status_bytes(status, "\nVmRSS:") + status_bytes(status, "\nVmPTE:") + status_bytes(status, "\nVmSwap:");
}

/* System V segments of the world, which live on when nobody has them attached. */
static size_t segment_bytes(void)
{
    enum { COLUMNS_BEFORE = 14 }; /* in front of what is resident */
    AUTO_FCLOSE FILE *list = fopen("/proc/sysvipc/shm", "re");
    size_t sum = 0;
    char line[512];
    for (bool heading = true; list != NULL && fgets(line, sizeof line, list) != NULL; heading = false) {
        char *at = line;
        for (int i = 0; i < COLUMNS_BEFORE && !heading; i++)
            strtoul(at, &at, 10);
        sum += heading ? 0 : strtoul(at, NULL, 10);
    }
    return sum;
}

int64_t quiet_cpu(const struct tracer *tracer, int actor)
{
    int64_t cpu = tracer->spending[actor].ended;
    for (size_t i = 0; i < tracer->n_processes; i++)
        if (tracer->processes[i]->actor == actor)
            cpu += process_cpu(tracer->processes[i]);
    return cpu;
}

/* The bound on processor time is on time without any progress: serving hundreds of clients may take its time. */
bool quiet_over_limit(struct tracer *tracer)
{
    size_t resident = segment_bytes();
    for (size_t i = 0; i < tracer->n_processes; i++)
        resident += resident_bytes(tracer->processes[i]);
    if (resident > tracer->bounds.total)
        tracer_limit(tracer, LIMIT_MEMORY, tracer->processes[0]->actor);
    bool progressed = tracer->seen_progress != tracer->progress;
    tracer->seen_progress = tracer->progress;
    for (size_t a = 0; a < tracer->n_spending; a++) {
        int64_t cpu = quiet_cpu(tracer, (int)a);
        if (progressed)
            tracer->spending[a].at_progress = cpu;
        else if (cpu - tracer->spending[a].at_progress > tracer->bounds.cpu)
            tracer_limit(tracer, LIMIT_CPU, (int)a);
    }
    return tracer->transcript->limit != LIMIT_NONE;
}
