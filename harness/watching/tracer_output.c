/*
 * What programs print. The bytes are taken from the call's own buffers, so the kernel is asked to write none of them: it
 * looks whether the descriptor can be written to, and the program gets the count it asked for. A flood then costs nothing
 * but its calls; written through a pseudo-terminal, each few kilobytes would wait for another process to be scheduled.
 */
#include "watching/memory.h"
#include "watching/tracee.h"

/* More at a time is written in part, as a kernel may. */
enum { MOST_AT_ONCE = 4 << 20, KEEP_OUTPUT = 262144 };

/* Where the call's count of bytes or of vectors stands; -1: it takes its bytes from elsewhere. */
static int count_argument(const struct thread *thread)
{
    int bytes = syscall_argument(thread->row, ARG_IN), vectors = syscall_argument(thread->row, ARG_IOV_IN);
    return bytes >= 0 ? bytes + 1 : vectors >= 0 ? vectors + 1 : -1;
}

void output_entry(struct thread *thread)
{
    int argument = count_argument(thread);
    size_t size = thread->call.asked < MOST_AT_ONCE ? thread->call.asked : MOST_AT_ONCE;
    struct registers registers;
    if (argument < 0 || size == 0 || !decode_readable(thread, size) || registers_get(thread->tid, &registers) < 0)
        return; /* the kernel says itself what is wrong with it */
    thread->before = registers;
    thread->changed = true;
    thread->swallowed = size;
    registers_set_argument(&registers, argument, 0);
    registers_put(thread->tid, &registers);
}

void output_exit(struct thread *thread, int64_t *result)
{
    struct registers registers;
    if (*result != 0 || registers_get(thread->tid, &registers) < 0)
        return;
    *result = (int64_t)thread->swallowed;
    registers_set_result(&registers, *result);
    registers_put(thread->tid, &registers);
}

void output_record(struct tracer *tracer, struct thread *thread)
{
    struct descriptor descriptor = descriptor_resolve(tracer, thread->tid, thread->call.fd);
    struct call *call = &thread->call;
    if (descriptor.terminal == NULL || call->result <= 0)
        return;
    struct terminal *terminal = descriptor.terminal;
    size_t room = terminal->printed < KEEP_OUTPUT ? KEEP_OUTPUT - terminal->printed : 0;
    terminal->printed += (size_t)call->result;
    decode_data(thread, (size_t)call->result, room, &call->data);
    struct event *event = transcript_add(tracer->transcript, EVENT_OUTPUT, terminal->actor,
                                         (int)thread->process->pid, tracer->now);
    event->output = (struct output){terminal->stream, call->data};
    call->data = (struct bytes){NULL, 0, 0};
    if (terminal->printed > tracer->bounds.output)
        tracer_limit(tracer, LIMIT_OUTPUT, terminal->actor);
    tracer_activity(tracer);
}
