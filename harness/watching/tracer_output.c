/*
 * What programs print. The bytes are taken from the call's own buffers and the call is answered here and now: the program gets
 * the count it asked for, and the kernel writes nothing. A flood then costs nothing but its calls; written through the
 * pseudo-terminal, each few kilobytes would wait for another process to be scheduled.
 */
#include <stdlib.h>
#include <unistd.h>

#include "watching/memory.h"
#include "watching/tracee.h"

/* More at a time is written in part, as a kernel may. */
enum { MOST_AT_ONCE = 4 << 20, KEEP_OUTPUT = 262144, PART = 65536 };
/* Calls that print; letter by letter, a terminal of these would be full some ten times over. Whatever was given to a program
   it may print byte by byte, too. */
enum { MOST_PRINTS = 20000 };

static size_t room_in(const struct terminal *terminal)
{
    return terminal->printed < KEEP_OUTPUT ? KEEP_OUTPUT - terminal->printed : 0;
}

static void count(struct tracer *tracer, struct terminal *terminal, size_t size)
{
    terminal->printed += size;
    if (terminal->printed > tracer->bounds.output || ++terminal->prints > MOST_PRINTS + tracer->given)
        tracer_limit(tracer, LIMIT_OUTPUT, terminal->actor);
    tracer_activity(tracer);
}

static struct bytes *note(struct tracer *tracer, const struct terminal *terminal, pid_t process)
{
    struct event *event = transcript_add(tracer->transcript, EVENT_OUTPUT, terminal->actor, (int)process, tracer->now);
    event->output.stream = terminal->stream;
    return &event->output.bytes;
}

/* SIZE bytes of the call's buffers, of which ROOM are kept; false when they are not all there. */
static bool take_output(struct thread *thread, size_t size, size_t room, struct bytes *out)
{
    if (size > room && !decode_readable(thread, size))
        return false;
    decode_data(thread, size, room, out);
    if (size > room)
        out->hash = decode_digest(thread, size).hash;
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
    struct bytes bytes = {NULL, 0, 0, 0};
    if (!writes || size == 0 || !take_output(thread, size, room_in(terminal), &bytes))
        return false; /* the kernel says itself what is wrong with it */
    *note(tracer, terminal, thread->process->pid) = bytes;
    count(tracer, terminal, size);
    thread->empties = 0;
    /* Who puts the time in front of what it prints does not wait for time to pass. */
    thread->tries -= thread->clocks < thread->tries ? thread->clocks : thread->tries;
    thread->clocks = 0;
    call_answer(tracer, thread, (int64_t)size, false);
    return true;
}

static bool drain(struct terminal *terminal)
{
    char data[PART];
    bool any = false;
    for (ssize_t n; (n = read(terminal->master, data, sizeof data)) > 0; any = true) {
        bytes_set(note(terminal->tracer, terminal, 0), data, (size_t)n, room_in(terminal));
        count(terminal->tracer, terminal, (size_t)n);
    }
    return any;
}

void terminal_drain(void *context, uint32_t events)
{
    (void)events;
    drain(context);
}

bool terminals_deliver(struct tracer *tracer)
{
    bool any = false;
    for (size_t i = 0; i < tracer->n_terminals; i++)
        any |= drain(tracer->terminals[i]);
    return any;
}
