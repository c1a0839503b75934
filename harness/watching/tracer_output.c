/*
 * What programs print. The bytes are taken from the call's own buffers and the call is answered here and now: the program gets
 * the count it asked for, and the kernel writes nothing. A flood then costs nothing but its calls; written through the
 * pseudo-terminal, each few kilobytes would wait for another process to be scheduled.
 */
#include <stdlib.h>

#include "watching/tracee.h"

/* More at a time is written in part, as a kernel may. */
enum { MOST_AT_ONCE = 4 << 20, KEEP_OUTPUT = 262144 };
/* Calls that print; letter by letter, a terminal of these would be full some ten times over. */
enum { MOST_PRINTS = 20000 };

/* SIZE bytes of the call's buffers, of which ROOM are kept; false when they are not all there. */
static bool take_output(struct thread *thread, size_t size, size_t room, struct bytes *out)
{
    if (size > room && !decode_readable(thread, size))
        return false;
    decode_data(thread, size, room, out);
    if (size > room || out->stored == size)
        return true;
    free(out->data);
    return false;
}

bool output_answer(struct tracer *tracer, struct thread *thread, struct terminal *terminal)
{
    struct call *call = &thread->call;
    size_t size = call->asked < MOST_AT_ONCE ? call->asked : MOST_AT_ONCE;
    bool writes = call->id == CALL_write || call->id == CALL_writev; /* send() and pwrite() fail on a terminal */
    size_t room = terminal->printed < KEEP_OUTPUT ? KEEP_OUTPUT - terminal->printed : 0;
    struct bytes bytes = {NULL, 0, 0};
    if (!writes || size == 0 || !take_output(thread, size, room, &bytes))
        return false; /* the kernel says itself what is wrong with it */
    terminal->printed += size;
    struct event *event =
        transcript_add(tracer->transcript, EVENT_OUTPUT, terminal->actor, (int)thread->process->pid, tracer->now);
    event->output.stream = terminal->stream;
    event->output.bytes = bytes;
    if (terminal->printed > tracer->bounds.output || ++terminal->prints > MOST_PRINTS)
        tracer_limit(tracer, LIMIT_OUTPUT, terminal->actor);
    tracer_activity(tracer);
    thread->empties = 0;
    call_answer(tracer, thread, (int64_t)size, false);
    return true;
}
