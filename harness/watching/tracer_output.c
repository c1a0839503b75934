/*
 * What programs print. The bytes are taken from the call's own buffers and the call is answered here and now: the program gets
 * the count it asked for, and the kernel writes nothing. A flood then costs nothing but its calls; written through the
 * pseudo-terminal, each few kilobytes would wait for another process to be scheduled.
 */
#include "watching/tracee.h"

/* More at a time is written in part, as a kernel may. */
enum { MOST_AT_ONCE = 4 << 20, KEEP_OUTPUT = 262144 };

bool output_answer(struct tracer *tracer, struct thread *thread, struct terminal *terminal)
{
    struct call *call = &thread->call;
    size_t size = call->asked < MOST_AT_ONCE ? call->asked : MOST_AT_ONCE;
    bool from_memory = syscall_argument(thread->row, ARG_IN) >= 0 || syscall_argument(thread->row, ARG_IOV_IN) >= 0;
    if (!from_memory || size == 0 || !decode_readable(thread, size))
        return false; /* the kernel says itself what is wrong with it */
    size_t room = terminal->printed < KEEP_OUTPUT ? KEEP_OUTPUT - terminal->printed : 0;
    terminal->printed += size;
    struct event *event =
        transcript_add(tracer->transcript, EVENT_OUTPUT, terminal->actor, (int)thread->process->pid, tracer->now);
    event->output.stream = terminal->stream;
    decode_data(thread, size, room, &event->output.bytes);
    if (terminal->printed > tracer->bounds.output)
        tracer_limit(tracer, LIMIT_OUTPUT, terminal->actor);
    tracer_activity(tracer);
    thread->empties = 0;
    call_answer(tracer, thread, (int64_t)size, false);
    return true;
}
