/* Reads stored transcripts, which may be damaged or made by somebody else. */
#include <string.h>

#include "data/transcript.h"
#include "data/transcript_wire.h"
#include "data/wire.h"
#include "ground/text.h"

/* Far above what a scenario gives, and low enough that a forged transcript cannot eat the machine's memory. */
enum { MAX_ACTORS = 1024, MAX_SOCKETS = 1 << 18, MAX_EVENTS = 1 << 19, MAX_STEP = 1 << 24 };

/* How the numbers in the transcript that is being read are to be understood. */
struct source_tables {
    struct wire_reader in;
    enum call_id calls[CALL_COUNT];
    size_t n_calls;
    const struct transcript *t;
};

static bool get_bool(struct wire_reader *in)
{
    return wire_get_range(in, 0, 1) == 1;
}

static int get_actor(struct source_tables *from)
{
    return (int)wire_get_range(&from->in, -1, (int64_t)from->t->n_actors - 1);
}

static int get_socket(struct source_tables *from)
{
    return (int)wire_get_range(&from->in, -1, (int64_t)from->t->n_sockets - 1);
}

static void get_bytes(struct wire_reader *in, struct bytes *bytes)
{
    size_t total = wire_get_size(in, SIZE_MAX / 2);
    size_t stored = wire_get_size(in, total);
    const unsigned char *data = wire_get_bytes(in, stored);
    if (data == NULL)
        return;
    bytes_set(bytes, data, stored, stored);
    bytes->total = total;
    if (stored < total)
        bytes->hash = wire_get_fixed(in);
}

static void get_address(struct wire_reader *in, struct address *address)
{
    size_t n = wire_get_size(in, sizeof address->storage);
    const unsigned char *data = wire_get_bytes(in, n);
    if (data == NULL)
        return;
    memcpy(&address->storage, data, n);
    address->len = (socklen_t)n;
}

static void get_stack(struct wire_reader *in, struct call *call)
{
    call->stack = mem_alloc(sizeof *call->stack);
    for (size_t i = 0; i < COUNT_OF(call->stack->registers); i++)
        call->stack->registers[i] = wire_get(in);
    get_bytes(in, &call->stack->top);
}

static void get_call(struct source_tables *from, struct call *call)
{
    struct wire_reader *in = &from->in;
    size_t place = wire_get_size(in, from->n_calls - 1); /* none: any place is too big, see get_event */
    call->id = from->calls[place];
    size_t flags = wire_get_size(in, WIRE_CALL_FLAGS);
    call->pending = (flags & WIRE_PENDING) != 0;
    call->timed_out = (flags & WIRE_TIMED_OUT) != 0;
    call->injected = (flags & WIRE_INJECTED) != 0;
    call->library = (flags & WIRE_LIBRARY) != 0;
    call->thread = wire_get_int(in);
    call->fd = wire_get_int(in);
    call->socket = get_socket(from);
    call->new_socket = get_socket(from);
    for (size_t i = 0; i < COUNT_OF(call->arg); i++)
        call->arg[i] = wire_get_signed(in);
    call->result = wire_get_signed(in);
    call->error = wire_get_int(in);
    call->asked = wire_get_size(in, SIZE_MAX);
    get_address(in, &call->address);
    get_bytes(in, &call->data);
    call->pc = wire_get(in);
    if ((flags & WIRE_STACK) != 0)
        get_stack(in, call);
    call->source.file = wire_get_string(in);
    call->source.line = wire_get_int(in);
}

static void get_change(struct wire_reader *in, struct process_event *change)
{
    change->change = (enum process_change)wire_get_range(in, PROCESS_STARTED, PROCESS_KILLED);
    change->other = wire_get_int(in);
    change->status = wire_get_int(in);
    change->main = get_bool(in);
    change->ours = get_bool(in);
}

static void get_deed(struct wire_reader *in, struct deed *deed)
{
    deed->kind = (enum deed_kind)wire_get_range(in, DEED_LISTENING, DEED_URGENT);
    get_bytes(in, &deed->bytes);
    get_address(in, &deed->address);
    get_address(in, &deed->own);
    deed->error = wire_get_int(in);
}

static void get_packet(struct wire_reader *in, struct packet *packet)
{
    packet->protocol = wire_get_int(in);
    get_address(in, &packet->from);
    get_address(in, &packet->to);
    packet->flags = wire_get_int(in);
    packet->sequence = (uint32_t)wire_get_size(in, UINT32_MAX);
    packet->payload = wire_get_size(in, SIZE_MAX);
    get_bytes(in, &packet->raw);
}

static void get_event(struct source_tables *from, struct event *event)
{
    struct wire_reader *in = &from->in;
    switch (event->kind) {
    case EVENT_STEP: event->step = (int)wire_get_range(in, -1, MAX_STEP); break;
    case EVENT_CALL:
        if (from->n_calls > 0)
            get_call(from, &event->call);
        else
            in->bad = true;
        break;
    case EVENT_OUTPUT:
        event->output.stream = (enum stream)wire_get_range(in, STREAM_STDOUT, STREAM_STDERR);
        get_bytes(in, &event->output.bytes);
        break;
    case EVENT_INPUT: get_bytes(in, &event->input); break;
    case EVENT_PROCESS: get_change(in, &event->change); break;
    case EVENT_DEED: get_deed(in, &event->deed); break;
    case EVENT_PACKET: get_packet(in, &event->packet); break;
    case EVENT_HELD:
        event->held.socket = get_socket(from);
        event->held.fd = wire_get_int(in);
        event->held.at_exit = get_bool(in);
        break;
    case EVENT_TASKS:
        event->tasks.processes = (int)wire_get_range(in, 0, INT32_MAX);
        event->tasks.threads = (int)wire_get_range(in, 0, INT32_MAX);
        event->tasks.zombies = (int)wire_get_range(in, 0, INT32_MAX);
        event->tasks.room = wire_get(in);
        break;
    case EVENT_STUCK:
        event->stuck.step = (int)wire_get_range(in, -1, MAX_STEP);
        event->stuck.busy_wait = get_bool(in);
        event->stuck.at_end = get_bool(in);
        break;
    case EVENT_FLAG:
        event->flag = wire_get_string(in);
        in->bad = in->bad || event->flag == NULL;
        break;
    }
}

static void get_events(struct source_tables *from, struct transcript *t)
{
    size_t n = wire_get_size(&from->in, MAX_EVENTS);
    int64_t time = 0;
    for (size_t i = 0; i < n && !from->in.bad; i++) {
        enum event_kind kind = (enum event_kind)wire_get_range(&from->in, EVENT_STEP, EVENT_FLAG);
        int actor = get_actor(from);
        int process = wire_get_int(&from->in);
        time = (int64_t)((uint64_t)time + (uint64_t)wire_get_signed(&from->in));
        if (!from->in.bad)
            get_event(from, transcript_add(t, kind, actor, process, time));
    }
}

static enum call_id call_by_name(const char *name)
{
    for (size_t id = 0; id < CALL_COUNT; id++)
        if (strcmp(call_name((enum call_id)id), name) == 0)
            return (enum call_id)id;
    return CALL_COUNT;
}

/* Another architecture or version may know calls that we do not: without them the transcript means nothing. */
static int get_call_names(struct source_tables *from, struct err *err)
{
    from->n_calls = wire_get_size(&from->in, CALL_COUNT);
    for (size_t i = 0; i < from->n_calls && !from->in.bad; i++) {
        AUTO_FREE char *name = wire_get_string(&from->in);
        if (name == NULL) {
            from->in.bad = true;
            return 0;
        }
        from->calls[i] = call_by_name(name);
        if (from->calls[i] == CALL_COUNT)
            return err_set(err, BLAME_ENVIRONMENT, _("this transcript was made by another version of the grader"));
    }
    return 0;
}

static void get_actors(struct wire_reader *in, struct transcript *t)
{
    size_t n = wire_get_size(in, MAX_ACTORS);
    for (size_t i = 0; i < n && !in->bad; i++) {
        struct actor *actor = ARRAY_ADD(t->actors, t->n_actors);
        actor->name = wire_get_string(in);
        actor->kind = (enum actor_kind)wire_get_range(in, ACTOR_PROGRAM, ACTOR_PEER);
        actor->program = wire_get_string(in);
        actor->modules = wire_get_string(in);
        in->bad = in->bad || actor->name == NULL;
    }
}

static void get_sockets(struct source_tables *from, struct transcript *t)
{
    struct wire_reader *in = &from->in;
    size_t n = wire_get_size(in, MAX_SOCKETS);
    for (size_t i = 0; i < n && !in->bad; i++) {
        struct socket_object *socket = ARRAY_ADD(t->sockets, t->n_sockets);
        socket->actor = get_actor(from);
        socket->family = wire_get_int(in);
        socket->type = wire_get_int(in);
        socket->protocol = wire_get_int(in);
        size_t flags = wire_get_size(in, WIRE_SOCKET_FLAGS);
        socket->accepted = (flags & WIRE_ACCEPTED) != 0;
        socket->library = (flags & WIRE_SOCKET_LIBRARY) != 0;
    }
}

static int read_body(struct source_tables *from, struct transcript *t, struct err *err)
{
    struct wire_reader *in = &from->in;
    if (get_call_names(from, err) < 0)
        return -1;
    get_actors(in, t);
    get_sockets(from, t);
    t->stuck = get_bool(in);
    t->limit = (enum limit)wire_get_range(in, LIMIT_NONE, LIMIT_EVENTS);
    t->limit_actor = get_actor(from);
    t->end = wire_get_signed(in);
    get_events(from, t);
    if (in->bad || in->at != in->end)
        return err_set(err, BLAME_HARNESS, _("the transcript is damaged"));
    return 0;
}

static int check_frame(const unsigned char *data, size_t n, struct err *err)
{
    if (n < TRANSCRIPT_HEAD + TRANSCRIPT_TAIL || memcmp(data, TRANSCRIPT_MAGIC, TRANSCRIPT_MAGIC_SIZE) != 0)
        return err_set(err, BLAME_HARNESS, _("this is not a transcript, or it was cut off"));
    if (data[TRANSCRIPT_MAGIC_SIZE] != TRANSCRIPT_VERSION)
        return err_set(err, BLAME_ENVIRONMENT, _("this transcript was made by another version of the grader"));
    struct wire_reader tail = {.at = data + n - TRANSCRIPT_TAIL, .end = data + n, .bad = false};
    if (wire_get_fixed(&tail) != wire_checksum(data, n - TRANSCRIPT_TAIL))
        return err_set(err, BLAME_HARNESS, _("the transcript is damaged"));
    return 0;
}

int transcript_read(struct transcript *t, const void *data, size_t n, struct err *err)
{
    const unsigned char *bytes = data;
    transcript_init(t);
    if (check_frame(bytes, n, err) < 0)
        return -1;
    struct source_tables from = {
        .in = {.at = bytes + TRANSCRIPT_HEAD, .end = bytes + n - TRANSCRIPT_TAIL, .bad = false},
        .t = t,
    };
    if (read_body(&from, t, err) < 0) {
        transcript_free(t);
        return -1;
    }
    return 0;
}
