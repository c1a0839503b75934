#include "data/transcript.h"
#include "data/transcript_wire.h"
#include "data/wire.h"

static void put_bytes(struct buf *out, const struct bytes *bytes)
{
    wire_put(out, bytes->total);
    wire_put(out, bytes->stored);
    wire_put_bytes(out, bytes->data, bytes->stored);
    if (bytes->stored < bytes->total)
        wire_put_fixed(out, bytes->hash);
}

static void put_address(struct buf *out, const struct address *address)
{
    wire_put(out, address->len);
    wire_put_bytes(out, &address->storage, address->len);
}

static void put_stack(struct buf *out, const struct stack *stack)
{
    for (size_t i = 0; i < COUNT_OF(stack->registers); i++)
        wire_put(out, stack->registers[i]);
    put_bytes(out, &stack->top);
}

static void put_call(struct buf *out, const struct call *call, const uint8_t *places)
{
    unsigned flags = (call->pending ? WIRE_PENDING : 0U) | (call->timed_out ? WIRE_TIMED_OUT : 0U) |
                     (call->injected ? WIRE_INJECTED : 0U) | (call->library ? WIRE_LIBRARY : 0U) |
                     (call->stack != NULL ? WIRE_STACK : 0U);
    wire_put(out, places[call->id]);
    wire_put(out, flags);
    wire_put_signed(out, call->thread);
    wire_put_signed(out, call->fd);
    wire_put_signed(out, call->socket);
    wire_put_signed(out, call->new_socket);
    for (size_t i = 0; i < COUNT_OF(call->arg); i++)
        wire_put_signed(out, call->arg[i]);
    wire_put_signed(out, call->result);
    wire_put_signed(out, call->error);
    wire_put(out, call->asked);
    put_address(out, &call->address);
    put_bytes(out, &call->data);
    wire_put(out, call->pc);
    if (call->stack != NULL)
        put_stack(out, call->stack);
    wire_put_string(out, call->source.file);
    wire_put_signed(out, call->source.line);
}

static void put_change(struct buf *out, const struct process_event *change)
{
    wire_put_signed(out, change->change);
    wire_put_signed(out, change->other);
    wire_put_signed(out, change->status);
    wire_put_signed(out, change->main);
    wire_put_signed(out, change->ours);
}

static void put_deed(struct buf *out, const struct deed *deed)
{
    wire_put_signed(out, deed->kind);
    put_bytes(out, &deed->bytes);
    put_address(out, &deed->address);
    put_address(out, &deed->own);
    wire_put_signed(out, deed->error);
}

static void put_packet(struct buf *out, const struct packet *packet)
{
    wire_put_signed(out, packet->protocol);
    put_address(out, &packet->from);
    put_address(out, &packet->to);
    wire_put_signed(out, packet->flags);
    wire_put(out, packet->sequence);
    wire_put(out, packet->payload);
    put_bytes(out, &packet->raw);
}

static void put_event(struct buf *out, const struct event *event, const uint8_t *places)
{
    switch (event->kind) {
    case EVENT_STEP: wire_put_signed(out, event->step); break;
    case EVENT_CALL: put_call(out, &event->call, places); break;
    case EVENT_OUTPUT:
        wire_put_signed(out, event->output.stream);
        put_bytes(out, &event->output.bytes);
        break;
    case EVENT_INPUT: put_bytes(out, &event->input); break;
    case EVENT_PROCESS: put_change(out, &event->change); break;
    case EVENT_DEED: put_deed(out, &event->deed); break;
    case EVENT_PACKET: put_packet(out, &event->packet); break;
    case EVENT_HELD:
        wire_put_signed(out, event->held.socket);
        wire_put_signed(out, event->held.fd);
        wire_put_signed(out, event->held.at_exit);
        break;
    case EVENT_TASKS:
        wire_put_signed(out, event->tasks.processes);
        wire_put_signed(out, event->tasks.threads);
        wire_put_signed(out, event->tasks.zombies);
        wire_put(out, event->tasks.room);
        break;
    case EVENT_STUCK:
        wire_put_signed(out, event->stuck.step);
        wire_put_signed(out, event->stuck.busy_wait);
        wire_put_signed(out, event->stuck.at_end);
        break;
    case EVENT_FLAG: wire_put_string(out, event->flag); break;
    }
}

/* The list of names, and for each call its place in it. */
static void put_call_names(struct buf *out, const struct transcript *t, uint8_t *places)
{
    _Static_assert(CALL_COUNT <= UINT8_MAX, "a place fits a byte");
    bool used[CALL_COUNT] = {false};
    size_t n = 0;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_CALL)
            used[t->events[i].call.id] = true;
    for (size_t id = 0; id < CALL_COUNT; id++)
        if (used[id])
            places[id] = (uint8_t)n++;
    wire_put(out, n);
    for (size_t id = 0; id < CALL_COUNT; id++)
        if (used[id])
            wire_put_string(out, call_name((enum call_id)id));
}

static void put_actors(struct buf *out, const struct transcript *t)
{
    wire_put(out, t->n_actors);
    for (size_t i = 0; i < t->n_actors; i++) {
        wire_put_string(out, t->actors[i].name);
        wire_put_signed(out, t->actors[i].kind);
        wire_put_string(out, t->actors[i].program);
        wire_put_string(out, t->actors[i].modules);
    }
}

static void put_sockets(struct buf *out, const struct transcript *t)
{
    wire_put(out, t->n_sockets);
    for (size_t i = 0; i < t->n_sockets; i++) {
        const struct socket_object *socket = &t->sockets[i];
        wire_put_signed(out, socket->actor);
        wire_put_signed(out, socket->family);
        wire_put_signed(out, socket->type);
        wire_put_signed(out, socket->protocol);
        wire_put(out, (socket->accepted ? WIRE_ACCEPTED : 0U) | (socket->library ? WIRE_SOCKET_LIBRARY : 0U));
    }
}

void transcript_write(const struct transcript *t, struct buf *out)
{
    uint8_t places[CALL_COUNT] = {0};
    size_t start = out->len;
    buf_add(out, TRANSCRIPT_MAGIC, TRANSCRIPT_MAGIC_SIZE);
    buf_char(out, TRANSCRIPT_VERSION);
    put_call_names(out, t, places);
    put_actors(out, t);
    put_sockets(out, t);
    wire_put_signed(out, t->stuck);
    wire_put_signed(out, t->limit);
    wire_put_signed(out, t->limit_actor);
    wire_put_signed(out, t->end);
    wire_put(out, t->n_events);
    int64_t before = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *event = &t->events[i];
        wire_put_signed(out, event->kind);
        wire_put_signed(out, event->actor);
        wire_put_signed(out, event->process);
        /* Unsigned, because the difference of two wild times may not fit. */
        wire_put_signed(out, (int64_t)((uint64_t)event->time - (uint64_t)before));
        before = event->time;
        put_event(out, event, places);
    }
    wire_put_fixed(out, wire_checksum(out->data + start, out->len - start));
}
