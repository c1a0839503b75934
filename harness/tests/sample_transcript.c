#include "tests/sample_transcript.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>

struct address sample_address(const char *text)
{
    struct address address;
    struct err err = ERR_NONE;
    int type = 0;
    CU_ASSERT_EQUAL(address_parse(text, &address, &type, &err), 0);
    return address;
}

void sample_actors(struct transcript *t)
{
    struct actor *program = ARRAY_ADD(t->actors, t->n_actors);
    *program = (struct actor){.name = mem_string("client"), .kind = ACTOR_PROGRAM};
    program->program = mem_string("/tmp/build/client_tcp");
    program->modules = mem_string("555500000000 /tmp/build/client_tcp\n");
    struct actor *peer = ARRAY_ADD(t->actors, t->n_actors);
    *peer = (struct actor){.name = mem_string("server"), .kind = ACTOR_PEER};
    struct socket_object *first = ARRAY_ADD(t->sockets, t->n_sockets);
    *first = (struct socket_object){.actor = 0, .family = AF_INET, .type = SOCK_STREAM};
    struct socket_object *second = ARRAY_ADD(t->sockets, t->n_sockets);
    *second = (struct socket_object){
        .actor = -1, .family = AF_NETLINK, .type = SOCK_RAW, .protocol = 3, .accepted = true, .library = true};
}

static void add_call(struct transcript *t, int64_t time)
{
    struct call *call = &transcript_add(t, EVENT_CALL, 0, 12, time)->call;
    call->id = CALL_recvfrom;
    call->thread = 12;
    call->fd = 3;
    call->socket = 0;
    call->new_socket = 1;
    call->arg[0] = 3;
    call->arg[1] = INT64_MIN;
    call->arg[5] = INT64_MAX;
    call->result = -1;
    call->error = EINTR;
    call->timed_out = true;
    call->library = true;
    call->asked = 256;
    call->address = sample_address("[::1]:5000");
    bytes_set(&call->data, "ok\n\0\xff", 5, 4);
    call->stack = mem_alloc(sizeof *call->stack);
    for (size_t i = 0; i < COUNT_OF(call->stack->registers); i++)
        call->stack->registers[i] = UINT64_MAX - i;
    bytes_set(&call->stack->top, "stack", 5, 100);
    call->source.file = mem_string("client_tcp.c");
    call->source.line = 52;
}

static void add_others(struct transcript *t)
{
    transcript_add(t, EVENT_STEP, -1, 0, 0)->step = 3;
    struct output *output = &transcript_add(t, EVENT_OUTPUT, 0, 12, 50)->output;
    output->stream = STREAM_STDERR;
    bytes_set(&output->bytes, "bind: \033[0m", 10, 100);
    bytes_set(&transcript_add(t, EVENT_INPUT, 0, 0, 55)->input, "typed\n", 6, 3);
    transcript_add(t, EVENT_PROCESS, 0, 12, 60)->change =
        (struct process_event){.change = PROCESS_KILLED, .status = 9, .main = true, .ours = true};
    struct deed *deed = &transcript_add(t, EVENT_DEED, 1, 0, 40)->deed;
    deed->kind = DEED_RECEIVED;
    deed->address = sample_address("unix:/tmp/s");
    deed->error = ECONNREFUSED;
    bytes_set(&deed->bytes, "Hello world !\n", 14, 14);
    struct packet *packet = &transcript_add(t, EVENT_PACKET, -1, 0, 70)->packet;
    *packet = (struct packet){.protocol = IPPROTO_TCP, .flags = PACKET_SYN | PACKET_ACK, .sequence = UINT32_MAX,
                              .payload = 14, .from = sample_address("127.0.0.1:5000"), .to = sample_address("127.0.0.1:1")};
    bytes_set(&packet->raw, "\x45\0\0", 3, 2);
    transcript_add(t, EVENT_HELD, 0, 12, 80)->held = (struct held){.socket = 1, .fd = 4, .at_exit = true};
    transcript_add(t, EVENT_TASKS, 0, 12, 85)->tasks =
        (struct tasks){.processes = 1, .threads = 3, .zombies = 2, .room = 1 << 30};
    transcript_add(t, EVENT_STUCK, -1, 0, INT64_MAX)->stuck = (struct stuck){.step = -1, .busy_wait = true, .at_end = true};
    transcript_add(t, EVENT_FLAG, 0, 12, INT64_MIN)->flag = mem_string("tried to trace another process");
}

void sample_transcript(struct transcript *t)
{
    transcript_init(t);
    sample_actors(t);
    add_call(t, 30);
    add_others(t);
    struct call *plain = &transcript_add(t, EVENT_CALL, 0, 12, 90)->call;
    plain->id = CALL_exit_group;
    plain->pending = true;
    plain->injected = true;
    plain->pc = 0x1234;
    t->stuck = true;
    t->limit = LIMIT_CPU;
    t->limit_actor = 1;
    t->end = 100;
}
