/*
 * What programs read on standard input. The script puts bytes there, and they are written as the program takes them: it may
 * copy megabytes to a peer that awaits them in the next step.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "watching/tracee.h"

enum {
    ROOM = 8192,         /* of the pipe: how much may lie there unread */
    KEEP_INPUT = 262144  /* of each standard input, in the transcript */
};

/* Where the rest of a message may be left out: nowhere else, so that every run gives the program the same. */
static const size_t halts[] = {2 * ROOM, 65536, 262144, 1048576, 2097152, SIZE_MAX};

static size_t next_halt(size_t done)
{
    size_t i = 0;
    while (halts[i] <= done)
        i++;
    return halts[i];
}

static bool is_halt(size_t done)
{
    return done > 0 && next_halt(done - 1) == done;
}

struct input {
    struct tracer *tracer;
    int actor;
    int fd;     /* our end of the pipe; -1: closed */
    int reader; /* the other end: nobody reads here, it tells whether something lies in the pipe */
    struct piece {
        const char *data;
        size_t n, done;
    } *pieces;
    size_t n_pieces, current;
    size_t kept;
    bool ends; /* after the last piece */
};

static void shut(struct input *input)
{
    if (input->fd < 0)
        return;
    tracer_unwatch(input->tracer, input->fd);
    close(input->fd);
    input->fd = -1;
    tracer_activity(input->tracer);
}

static void note(struct input *input, const char *data, size_t n)
{
    struct tracer *tracer = input->tracer;
    struct event *event = transcript_add(tracer->transcript, EVENT_INPUT, input->actor, 0, tracer->now);
    bytes_set(&event->input, data, n, KEEP_INPUT - input->kept);
    input->kept += event->input.stored;
    tracer_kept(tracer, event->input.stored);
    tracer_given(tracer, n);
    tracer_progress(tracer);
}

/*
 * splice() holds the pipe as long as it has something to move, and waits with it where the other side takes nothing. Who writes
 * then waits too, and is not to be disturbed: for ever, when it is us who play the other side. Of an empty pipe it lets go.
 */
static bool is_held(const struct input *input)
{
    const struct tracer *tracer = input->tracer;
    bool moving = false;
    for (size_t i = 0; i < tracer->n_threads; i++) {
        const struct thread *thread = tracer->threads[i];
        moving |= thread->process->actor == input->actor && thread->in_call && call_role(thread->row->id) == ROLE_SPLICE;
    }
    struct pollfd pipe = {.fd = input->reader, .events = POLLIN};
    return moving && poll(&pipe, 1, 0) > 0;
}

/* Writes what there is room for; false when the pipe is full, or not to be touched. */
static bool feed_piece(struct input *input, struct piece *piece)
{
    while (piece->done < piece->n) {
        if (is_held(input))
            return false;
        if (is_halt(piece->done) && tracer_weary(input->tracer))
            return true;
        size_t end = next_halt(piece->done) < piece->n ? next_halt(piece->done) : piece->n;
        ssize_t n = write(input->fd, piece->data + piece->done, end - piece->done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno != EAGAIN; /* else nobody reads any more */
        note(input, piece->data + piece->done, (size_t)n);
        piece->done += (size_t)n;
    }
    return true;
}

static void feed(struct input *input)
{
    while (input->fd >= 0 && input->current < input->n_pieces) {
        if (!feed_piece(input, &input->pieces[input->current]))
            return;
        input->current++;
    }
    if (input->ends)
        shut(input);
}

static void room_again(void *context, uint32_t events)
{
    (void)events;
    feed(context);
}

int input_open(struct tracer *tracer, int actor, int fd, int reader)
{
    struct input *input = mem_alloc(sizeof *input);
    *input = (struct input){.tracer = tracer, .actor = actor, .fd = fd, .reader = reader};
    while (tracer->n_inputs <= (size_t)actor)
        *ARRAY_ADD(tracer->inputs, tracer->n_inputs) = NULL;
    tracer->inputs[actor] = input;
    fcntl(fd, F_SETPIPE_SZ, ROOM);
    return tracer_watch(tracer, fd, EPOLLOUT | EPOLLET, room_again, input);
}

void inputs_free(struct tracer *tracer)
{
    for (size_t i = 0; i < tracer->n_inputs; i++) {
        if (tracer->inputs[i] == NULL)
            continue;
        shut(tracer->inputs[i]);
        close(tracer->inputs[i]->reader);
        free(tracer->inputs[i]->pieces);
        free(tracer->inputs[i]);
    }
    free(tracer->inputs);
}

static struct input *input_of(const struct tracer *tracer, int actor)
{
    return (size_t)actor < tracer->n_inputs ? tracer->inputs[actor] : NULL;
}

void input_go_on(struct tracer *tracer, int actor)
{
    struct input *input = input_of(tracer, actor);
    if (input != NULL)
        feed(input);
}

void tracer_input(struct tracer *tracer, int actor, const char *data, size_t n)
{
    struct input *input = input_of(tracer, actor);
    if (input == NULL)
        return;
    *ARRAY_ADD(input->pieces, input->n_pieces) = (struct piece){data, n, 0};
    feed(input);
}

void tracer_end_input(struct tracer *tracer, int actor)
{
    struct input *input = input_of(tracer, actor);
    if (input == NULL)
        return;
    input->ends = true;
    feed(input);
}
