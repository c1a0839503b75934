#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "outside/ladder.h"
#include "outside/links.h"
#include "tests/golden.h"
#include "tests/suites.h"

static const struct style plain = {.columns = 100};

static int add_actor(struct transcript *t, const char *name, enum actor_kind kind)
{
    struct actor *actor = ARRAY_ADD(t->actors, t->n_actors);
    *actor = (struct actor){.name = mem_string(name), .kind = kind};
    return (int)t->n_actors - 1;
}

static int add_socket(struct transcript *t, int actor)
{
    struct socket_object *socket = ARRAY_ADD(t->sockets, t->n_sockets);
    *socket = (struct socket_object){.actor = actor, .family = AF_INET, .type = SOCK_STREAM};
    return (int)t->n_sockets - 1;
}

static struct address at(const char *text)
{
    struct address address = {0};
    struct err err = ERR_NONE;
    int type = 0;
    CU_ASSERT_EQUAL_FATAL(address_parse(text, &address, &type, &err), 0);
    return address;
}

static struct call *call(struct transcript *t, int actor, enum call_id id, int fd, int64_t result, int line)
{
    struct event *event = transcript_add(t, EVENT_CALL, actor, 2, 0);
    event->call.id = id;
    event->call.fd = fd;
    event->call.result = result;
    if (line > 0)
        event->call.source = (struct source){mem_string("client_tcp.c"), line};
    return &event->call;
}

static void packet(struct transcript *t, const char *from, const char *to, int flags)
{
    struct packet *seen = &transcript_add(t, EVENT_PACKET, -1, 0, 0)->packet;
    seen->protocol = IPPROTO_TCP;
    seen->from = at(from);
    seen->to = at(to);
    seen->flags = flags;
}

static struct deed *deed(struct transcript *t, int actor, enum deed_kind kind, const char *address, const char *bytes)
{
    struct deed *done = &transcript_add(t, EVENT_DEED, actor, 0, 0)->deed;
    done->kind = kind;
    if (address != NULL)
        done->address = at(address);
    if (bytes != NULL)
        bytes_set(&done->bytes, bytes, strlen(bytes), 4096);
    return done;
}

static void output(struct transcript *t, int actor, enum stream stream, const char *text)
{
    struct output *out = &transcript_add(t, EVENT_OUTPUT, actor, 2, 0)->output;
    out->stream = stream;
    bytes_set(&out->bytes, text, strlen(text), 4096);
}

static void ends(struct transcript *t, int actor, int status)
{
    struct process_event *change = &transcript_add(t, EVENT_PROCESS, actor, 2, 0)->change;
    *change = (struct process_event){.change = PROCESS_EXITED, .status = status, .main = true};
}

/* One exchange of a client with a peer that plays the server: connect, 14 bytes, no answer. */
static void play_client(struct transcript *t, int client, int server)
{
    int socket = add_socket(t, client);
    struct call *made = call(t, client, CALL_socket, -1, 3, 20);
    made->arg[0] = AF_INET;
    made->arg[1] = SOCK_STREAM;
    made->new_socket = socket;
    packet(t, "127.0.0.1:40001", "127.0.0.1:5000", PACKET_SYN);
    packet(t, "127.0.0.1:5000", "127.0.0.1:40001", PACKET_SYN | PACKET_ACK);
    packet(t, "127.0.0.1:40001", "127.0.0.1:5000", PACKET_ACK);
    struct call *connected = call(t, client, CALL_connect, 3, 0, 31);
    connected->socket = socket;
    connected->address = at("127.0.0.1:5000");
    deed(t, server, DEED_ACCEPTED, "127.0.0.1:40001", NULL);
    struct call *sent = call(t, client, CALL_write, 3, 14, 44);
    sent->socket = socket;
    sent->asked = 14;
    bytes_set(&sent->data, "Hello world !\n", 14, 4096);
    deed(t, server, DEED_RECEIVED, NULL, "Hello world !\n");
    output(t, client, STREAM_STDOUT, "14 oct");
    output(t, client, STREAM_STDOUT, "ets\r\nj'attends\r\n");
}

static void check_golden(const struct transcript *t, const char *name)
{
    AUTO_BUF out = BUF_EMPTY;
    ladder_draw(t, &plain, &out);
    CU_ASSERT_TRUE(golden_equal(name, &out));
}

static void test_two_columns(void)
{
    struct transcript t;
    transcript_init(&t);
    int server = add_actor(&t, "server", ACTOR_PEER);
    int client = add_actor(&t, "client", ACTOR_PROGRAM);
    deed(&t, server, DEED_LISTENING, "0.0.0.0:5000", NULL);
    play_client(&t, client, server);
    deed(&t, server, DEED_SENT, NULL, "ok\n");
    struct call *got = call(&t, client, CALL_recvfrom, 3, 3, 52);
    got->socket = 0;
    got->asked = 256;
    got->arg[3] = MSG_WAITALL | MSG_NOSIGNAL;
    deed(&t, server, DEED_CLOSED, NULL, NULL);
    packet(&t, "127.0.0.1:5000", "127.0.0.1:40001", PACKET_FIN | PACKET_ACK);
    output(&t, client, STREAM_STDERR, "attention\r\n");
    call(&t, client, CALL_close, 3, 0, 60)->socket = 0;
    packet(&t, "127.0.0.1:40001", "127.0.0.1:5000", PACKET_RST);
    ends(&t, client, 0);
    check_golden(&t, "ladder_two.txt");
    transcript_free(&t);
}

/* Local sockets have no ports: who listens is known by the path, which one side may call by a shorter name. */
static void test_paths(void)
{
    struct transcript t;
    transcript_init(&t);
    int one = add_actor(&t, "one", ACTOR_PEER), two = add_actor(&t, "two", ACTOR_PEER);
    int client = add_actor(&t, "client", ACTOR_PROGRAM), socket = add_socket(&t, client);
    deed(&t, one, DEED_LISTENING, "unix:/tmp/one", NULL);
    deed(&t, two, DEED_LISTENING, "unix:/tmp/two", NULL);
    struct call *connect = call(&t, client, CALL_connect, 3, 0, 5);
    connect->address = at("unix:two");
    connect->socket = socket;
    call(&t, client, CALL_sendto, 3, 5, 6)->socket = socket;
    struct links links;
    links_init(&links, &t);
    for (size_t i = 0; i < t.n_events; i++)
        links_follow(&links, i);
    CU_ASSERT_EQUAL(links_target(&links, &t.events[t.n_events - 1]), two);
    const struct address other = at("unix:/tmp/three");
    CU_ASSERT_EQUAL(links_owner(&links, &other), -1);
    links_free(&links);
    transcript_free(&t);
}

static void test_stuck(void)
{
    struct transcript t;
    transcript_init(&t);
    int server = add_actor(&t, "server", ACTOR_PEER);
    int client = add_actor(&t, "client", ACTOR_PROGRAM);
    deed(&t, server, DEED_LISTENING, "0.0.0.0:5000", NULL);
    play_client(&t, client, server);
    transcript_add(&t, EVENT_STUCK, -1, 0, 0)->stuck = (struct stuck){.step = 3};
    struct call *waits = call(&t, client, CALL_read, 3, -1, 52);
    waits->socket = 0;
    waits->asked = 256;
    waits->pending = true;
    check_golden(&t, "ladder_stuck.txt");
    transcript_free(&t);
}

static void test_alone(void)
{
    struct transcript t;
    transcript_init(&t);
    int client = add_actor(&t, "client", ACTOR_PROGRAM);
    int socket = add_socket(&t, client);
    struct call *made = call(&t, client, CALL_socket, -1, 3, 0);
    made->arg[0] = AF_INET;
    made->arg[1] = SOCK_STREAM;
    packet(&t, "127.0.0.1:40001", "127.0.0.1:34835", PACKET_SYN);
    packet(&t, "127.0.0.1:34835", "127.0.0.1:40001", PACKET_RST | PACKET_ACK);
    struct call *refused = call(&t, client, CALL_connect, 3, -1, 31);
    refused->socket = socket;
    refused->error = ECONNREFUSED;
    refused->address = at("127.0.0.1:34835");
    output(&t, client, STREAM_STDERR, "connect: \033[2Jevil\r\n");
    struct event *slept = transcript_add(&t, EVENT_CALL, client, 2, 2 * 1000000000LL);
    slept->call.id = CALL_clock_nanosleep;
    slept->call.result = 0;
    struct event *forked = transcript_add(&t, EVENT_PROCESS, client, 2, 2 * 1000000000LL);
    forked->change = (struct process_event){.change = PROCESS_FORKED, .other = 3};
    struct event *child = transcript_add(&t, EVENT_PROCESS, client, 3, 2 * 1000000000LL);
    child->change = (struct process_event){.change = PROCESS_KILLED, .status = SIGSEGV};
    struct event *held = transcript_add(&t, EVENT_HELD, client, 2, 2 * 1000000000LL);
    held->held = (struct held){.socket = socket, .fd = 3, .at_exit = true};
    t.limit = LIMIT_CPU;
    check_golden(&t, "ladder_alone.txt");
    transcript_free(&t);
}

/* A server and CLIENTS peers that all do the same, one after the other, under one name or each under its own. */
static void play_server(struct transcript *t, int clients, bool one_name)
{
    int server = add_actor(t, "server", ACTOR_PROGRAM);
    struct call *bound = call(t, server, CALL_bind, 3, 0, 0);
    bound->socket = add_socket(t, server);
    bound->address = at("0.0.0.0:5000");
    int dialogue = add_socket(t, server);
    int client = -1;
    for (int i = 0; i < clients; i++) {
        AUTO_FREE char *name = mem_printf("client-%d", i + 1);
        AUTO_FREE char *from = mem_printf("127.0.0.1:%d", 40000 + i);
        if (client < 0 || !one_name)
            client = add_actor(t, one_name ? "client" : name, ACTOR_PEER);
        packet(t, from, "127.0.0.1:5000", PACKET_SYN);
        deed(t, client, DEED_CONNECTED, "127.0.0.1:5000", NULL);
        struct call *accepted = call(t, server, CALL_accept, 3, 4, 0);
        accepted->socket = 0;
        accepted->new_socket = dialogue;
        accepted->address = at(from);
        deed(t, client, DEED_SENT, NULL, "abc");
        struct call *sent = call(t, server, CALL_sendto, 4, 3, 0);
        sent->socket = dialogue;
        sent->asked = 3;
        bytes_set(&sent->data, "ok\n", 3, 4096);
        call(t, server, CALL_close, 4, 0, 0)->socket = dialogue;
    }
}

static void test_folded(void)
{
    struct transcript t;
    transcript_init(&t);
    play_server(&t, 300, true);
    int busy = add_socket(&t, 0);
    for (int i = 0; i < 1000; i++)
        call(&t, 0, CALL_recvfrom, 4, -1, 0)->socket = busy;
    for (size_t i = 0; i < t.n_events; i++)
        if (t.events[i].kind == EVENT_CALL && t.events[i].call.result < 0)
            t.events[i].call.error = EAGAIN;
    check_golden(&t, "ladder_folded.txt");
    transcript_free(&t);
}

static void test_three_columns(void)
{
    struct transcript t;
    transcript_init(&t);
    play_server(&t, 2, false);
    check_golden(&t, "ladder_three.txt");
    transcript_free(&t);
}

static void test_echo(void)
{
    static const char request[] = "\x80\0\0\0\1\2\0\1", reply[] = "\x81\0\0\0\1\2\0\1", other[] = "\1\0\0\0\0\0\0\0";
    struct transcript t;
    transcript_init(&t);
    int host = add_actor(&t, "host", ACTOR_PEER), client = add_actor(&t, "client", ACTOR_PROGRAM);
    int socket = add_socket(&t, client);
    t.sockets[socket].family = AF_INET6;
    t.sockets[socket].type = SOCK_RAW;
    struct call *sent = call(&t, client, CALL_sendto, 3, 8, 44);
    sent->socket = socket;
    bytes_set(&sent->data, request, 8, 4096);
    bytes_set(&deed(&t, host, DEED_RECEIVED, "icmp6:[::1]", NULL)->bytes, request, 8, 4096);
    bytes_set(&deed(&t, host, DEED_SENT, "icmp6:[::1]", NULL)->bytes, other, 8, 4096);
    bytes_set(&deed(&t, host, DEED_SENT, "icmp6:[::1]", NULL)->bytes, reply, 8, 4096);
    check_golden(&t, "ladder_echo.txt");
    transcript_free(&t);
}

static void test_list(void)
{
    struct transcript t;
    transcript_init(&t);
    play_server(&t, 4, false);
    check_golden(&t, "ladder_list.txt");
    transcript_free(&t);
}

static void test_bounds(void)
{
    struct transcript t;
    transcript_init(&t);
    AUTO_BUF none = BUF_EMPTY;
    ladder_draw(&t, &plain, &none);
    CU_ASSERT_EQUAL(none.len, 0);
    play_server(&t, 3000, false);
    int lines = 0;
    AUTO_BUF out = BUF_EMPTY;
    ladder_draw(&t, &plain, &out);
    for (size_t i = 0; i < out.len; i++)
        lines += out.data[i] == '\n';
    CU_ASSERT_TRUE(lines > 300 && lines < 450);
    transcript_free(&t);
}

/* However narrow the terminal and long the lines: no line is wider, no control character leaves. */
static void test_widths(void)
{
    for (int columns = 1; columns < 130; columns += 7) {
        struct transcript t;
        transcript_init(&t);
        play_server(&t, columns % 3, false);
        output(&t, 0, STREAM_STDOUT,
               "::error::\tabcdefghijklmnopqrstuvwxyz é\xc3 \xe2\x80\xae "
               "日本語日本語日本語日本語日本語日本語日本語\001\n");
        const struct style style = {.columns = columns};
        AUTO_BUF out = BUF_EMPTY;
        ladder_draw(&t, &style, &out);
        AUTO_FREE char *copy = mem_string(buf_text(&out));
        for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL;) {
            CU_ASSERT_TRUE(layout_width(line) <= layout_columns(&style));
            for (const char *c = line; *c != '\0'; c++)
                CU_ASSERT_TRUE((unsigned char)*c >= ' ' && *c != 0x7f);
        }
        transcript_free(&t);
    }
}

int suite_ladder(void)
{
    static const struct unit_test tests[] = {
        {"a client and a peer face each other", test_two_columns},
        {"paths tell who is at the other end", test_paths},
        {"the place where nothing moves is marked", test_stuck},
        {"a program alone, with hostile output, a fork and a limit", test_alone},
        {"what repeats is folded", test_folded},
        {"three actors have three columns", test_three_columns},
        {"ICMPv6 echoes are named", test_echo},
        {"more actors make a list", test_list},
        {"nothing to show, or too much", test_bounds},
        {"lines keep within the terminal", test_widths},
    };
    return suite_add("ladder", tests, COUNT_OF(tests));
}
