/* Faults at work: calls that fail without being run, that do less than they were asked, that look interrupted. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "watching/tracee.h"

/* The kernel is asked for fewer bytes than the program asked for, and does just that. */
static void shorten(struct thread *thread, size_t length)
{
    int argument = syscall_argument(thread->row, ARG_IN);
    if (argument < 0)
        argument = syscall_argument(thread->row, ARG_OUT);
    if (argument < 0 || thread->args[argument + 1] <= length)
        return; /* vectors stay whole: a program that uses them meets short counts elsewhere */
    struct registers registers;
    if (registers_get(thread->tid, &registers) < 0)
        return;
    thread->before = registers;
    thread->changed = true;
    registers_set_argument(&registers, argument + 1, length);
    registers_put(thread->tid, &registers);
}

/*
 * A connect() that a signal interrupts leaves an attempt that really is under way: calling connect() again, and waiting with
 * poll() and SO_ERROR, must both work afterwards. So the kernel makes the attempt on a socket that does not block for the
 * moment, and only the result is changed, at the exit.
 */
static void interrupt_connect(struct thread *thread)
{
    int process = (int)syscall(SYS_pidfd_open, thread->process->pid, 0);
    if (process < 0)
        return;
    int copy = (int)syscall(SYS_pidfd_getfd, process, thread->call.fd, 0);
    close(process);
    int flags = copy >= 0 ? fcntl(copy, F_GETFL) : -1;
    if (flags >= 0 && (flags & O_NONBLOCK) == 0 && fcntl(copy, F_SETFL, flags | O_NONBLOCK) == 0)
        thread->pending_connect = copy;
    else if (copy >= 0)
        close(copy);
}

void fault_finish_connect(struct thread *thread, int64_t *result)
{
    int copy = thread->pending_connect;
    thread->pending_connect = -1;
    fcntl(copy, F_SETFL, fcntl(copy, F_GETFL) & ~O_NONBLOCK);
    close(copy);
    struct registers registers;
    if (*result != -EINPROGRESS || registers_get(thread->tid, &registers) < 0)
        return;
    *result = -EINTR;
    registers_set_result(&registers, *result);
    registers_put(thread->tid, &registers);
}

bool fault_inject(struct tracer *tracer, struct thread *thread, enum role role, const struct descriptor *descriptor)
{
    if (tracer->n_faults == 0)
        return false;
    bool concerned = role == ROLE_FORK     ? true
                     : role == ROLE_SOCKET ? !thread->call.library
                                         : descriptor->kind == DESCRIPTOR_SOCKET && descriptor->socket >= 0 &&
                                               !tracer->transcript->sockets[descriptor->socket].library;
    if (!concerned)
        return false;
    const struct fault *fault = fault_strike(tracer->faults, tracer->n_faults, thread->process->actor, role);
    if (fault == NULL)
        return false;
    thread->call.injected = true;
    if (fault->error == 0) {
        shorten(thread, fault->length);
        return false;
    }
    if (fault->error == EINTR && role == ROLE_CONNECT) {
        interrupt_connect(thread);
        return false;
    }
    call_answer(tracer, thread, -fault->error, true);
    return true;
}
