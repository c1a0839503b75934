/* How many a program is at a moment, and the threads that begin as late as they may. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watching/tracee.h"

/* --- counting --- */

static bool read_line(const char *pid, const char *name, char *text, size_t size)
{
    AUTO_FREE char *path = mem_printf("/proc/%s/%s", pid, name);
    AUTO_FCLOSE FILE *file = fopen(path, "re");
    return file != NULL && fgets(text, (int)size, file) != NULL;
}

/* The parent of a process that has ended and was not waited for; -1: it lives. */
static pid_t parent_of_zombie(const char *pid)
{
    char text[512];
    if (!read_line(pid, "stat", text, sizeof text))
        return -1;
    const char *name_end = strrchr(text, ')'); /* names of programs may hold anything */
    char state = 0;
    int parent = 0;
    if (name_end == NULL || sscanf(name_end + 1, " %c %d", &state, &parent) != 2 || state != 'Z')
        return -1;
    return parent;
}

/*
 * A zombie that we still follow is a first thread that has ended while others of its process go on, or one whose end has yet
 * to be reported to us: the kernel tells the parent afterwards.
 */
static int count_zombies(const struct tracer *tracer, int actor)
{
    int zombies = 0;
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (process_find(tracer, (pid_t)strtol(entry->d_name, NULL, 10)) != NULL)
            continue;
        pid_t parent = parent_of_zombie(entry->d_name);
        const struct process *process = parent > 0 ? process_find(tracer, parent) : NULL;
        zombies += process != NULL && process->actor == actor;
    }
    if (folder != NULL)
        closedir(folder);
    return zombies;
}

static uint64_t room_of(const struct process *process)
{
    char text[128], pid[16];
    unsigned long pages = 0;
    snprintf(pid, sizeof pid, "%d", (int)process->pid);
    if (!read_line(pid, "statm", text, sizeof text) || sscanf(text, "%lu", &pages) != 1)
        return 0;
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void tracer_count(struct tracer *tracer, int actor)
{
    struct tasks tasks = {.zombies = count_zombies(tracer, actor)};
    for (size_t i = 0; i < tracer->n_processes; i++) {
        const struct process *process = tracer->processes[i];
        if (process->actor != actor)
            continue;
        uint64_t room = room_of(process);
        tasks.processes++;
        tasks.threads += process->threads;
        tasks.room = room > tasks.room ? room : tasks.room;
    }
    transcript_add(tracer->transcript, EVENT_TASKS, actor, 0, tracer->now)->tasks = tasks;
}

/* --- threads that begin late --- */

void tracer_delay_threads(struct tracer *tracer, int actor)
{
    tracer->late_threads = actor + 1;
}

bool process_late_begins(struct tracer *tracer)
{
    for (size_t i = 0; i < tracer->n_threads; i++) {
        struct thread *thread = tracer->threads[i];
        if (thread->state != THREAD_LATE)
            continue;
        thread->late = false;
        tracer_resume(thread, false, 0);
        return true;
    }
    return false;
}
