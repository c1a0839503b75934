/* What a program's descriptors are: sockets that are known by their inode, terminals of ours, files. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watching/tracee.h"

int socket_index(const struct tracer *tracer, uint64_t inode)
{
    for (size_t i = tracer->n_tracked; i-- > 0;)
        if (tracer->tracked[i].inode == inode)
            return (int)i;
    return -1;
}

int socket_add(struct tracer *tracer, uint64_t inode, const struct socket_object *object)
{
    struct transcript *t = tracer->transcript;
    *ARRAY_ADD(t->sockets, t->n_sockets) = *object;
    ARRAY_ADD(tracer->tracked, tracer->n_tracked)->inode = inode;
    return (int)t->n_sockets - 1;
}

struct descriptor descriptor_resolve(struct tracer *tracer, pid_t tid, int fd)
{
    struct descriptor descriptor = {DESCRIPTOR_NONE, -1, 0, NULL};
    char path[64], target[64];
    if (fd < 0)
        return descriptor;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)tid, fd);
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n <= 0)
        return descriptor;
    target[n] = '\0';
    static const char socket_prefix[] = "socket:[", terminal_prefix[] = "/dev/pts/";
    if (strncmp(target, socket_prefix, sizeof socket_prefix - 1) == 0) {
        descriptor.kind = DESCRIPTOR_SOCKET;
        descriptor.inode = strtoull(target + sizeof socket_prefix - 1, NULL, 10);
        descriptor.socket = socket_index(tracer, descriptor.inode);
    } else if (strncmp(target, terminal_prefix, sizeof terminal_prefix - 1) == 0) {
        descriptor.kind = DESCRIPTOR_OTHER;
        int number = (int)strtol(target + sizeof terminal_prefix - 1, NULL, 10);
        for (size_t i = 0; i < tracer->n_terminals; i++) {
            if (tracer->terminals[i]->number == number) {
                descriptor.kind = DESCRIPTOR_TERMINAL;
                descriptor.terminal = tracer->terminals[i];
            }
        }
    } else {
        descriptor.kind = target[0] == '/' && strncmp(target, "/dev/", 5) != 0 ? DESCRIPTOR_FILE : DESCRIPTOR_OTHER;
    }
    return descriptor;
}

/*
 * Every way of closing a descriptor is a watched call, and a number that is not closed stays what it is. Where others may close
 * it, another thread or another process with the same table, they might do so between our look and the use: nothing is
 * remembered then.
 */
static bool may_remember(const struct process *process, int fd)
{
    return process->threads == 1 && !process->shares_descriptors && fd >= 0 && fd < REMEMBERED_DESCRIPTORS;
}

void descriptor_remember(struct process *process, int fd, const struct descriptor *descriptor)
{
    bool known = descriptor->kind != DESCRIPTOR_NONE && (descriptor->kind != DESCRIPTOR_SOCKET || descriptor->socket >= 0);
    if (known && may_remember(process, fd))
        process->known[fd] = *descriptor;
}

struct descriptor descriptor_used(struct tracer *tracer, const struct thread *thread, int fd)
{
    struct process *process = thread->process;
    if (may_remember(process, fd) && process->known[fd].kind != DESCRIPTOR_NONE)
        return process->known[fd];
    struct descriptor descriptor = descriptor_resolve(tracer, thread->tid, fd);
    descriptor_remember(process, fd, &descriptor);
    return descriptor;
}

void descriptor_forget(struct process *process, int fd)
{
    if (fd >= 0 && fd < REMEMBERED_DESCRIPTORS)
        process->known[fd].kind = DESCRIPTOR_NONE;
}

void descriptor_forget_all(struct process *process)
{
    for (int fd = 0; fd < REMEMBERED_DESCRIPTORS; fd++)
        descriptor_forget(process, fd);
}
