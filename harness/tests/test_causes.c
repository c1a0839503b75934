/* cause: the less common causes, where the nearest guess would be a wrong one. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "judgement/check.h"
#include "tests/staged.h"
#include "tests/suites.h"

/* A step of a peer, with its address: "127.0.0.1:8080". */
static void step_at(struct staged *s, enum step_kind kind, const char *actor, const char *address)
{
    struct step *step = &s->steps[staged_step(s, kind, actor)];
    struct err err = ERR_NONE;
    if (address_parse(address, &step->address, &step->type, &err) < 0)
        abort();
}

static void deed_at(struct staged *s, enum deed_kind kind, const char *address, const char *own)
{
    staged_deed(s, STAGED_PEER, kind, NULL);
    struct deed *deed = &s->t.events[s->t.n_events - 1].deed;
    struct err err = ERR_NONE;
    int type;
    if (address_parse(address, &deed->address, &type, &err) < 0 || address_parse(own, &deed->own, &type, &err) < 0)
        abort();
}

/* A client that is told these arguments; the peer `server` listens at ADDRESS. */
static void begin_client(struct staged *s, char **arguments, const char *address)
{
    staged_begin(s);
    s->steps[0].arguments = arguments;
    step_at(s, STEP_PEER_LISTEN, "server", address);
    staged_step(s, STEP_PEER_ACCEPT, "server");
    deed_at(s, DEED_LISTENING, address, address);
}

/* That nothing arrives is told with this code, and these words. */
static void expect(struct staged *s, const char *code, const char *words)
{
    const struct check_result *result = staged_verdict(s, "receives", "ok\n", "server", NULL);
    CU_ASSERT_EQUAL(result->verdict, VERDICT_FAILED);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, code);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, words));
}

static void test_resolver(void)
{
    static char name[] = "serveur", port[] = "8080";
    static char *arguments[] = {name, port, NULL};
    static const struct {
        const char *said, *code, *words;
    } rows[] = {
        {"client: Bad value for ai_flags\n", "S170", "Bad value for ai_flags"},
        {"Name or service not known\n", "S170", "Name or service not known"},
        {"Address family for hostname not supported\n", "S128", "Address family"},
        {"no\n", "S128", "without having tried"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct staged s;
        begin_client(&s, arguments, "192.168.52.2:8080");
        staged_print(&s, STREAM_STDERR, rows[i].said);
        staged_exit(&s, 1);
        expect(&s, rows[i].code, rows[i].words);
        staged_end(&s);
    }
    struct staged s;
    begin_client(&s, arguments, "192.168.52.2:8080");
    staged_print(&s, STREAM_STDOUT, "Name or service not known\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "names-resolver-error", "serveur", "client", NULL), "S022");
    staged_end(&s);
}

static void test_addresses_of_a_name(void)
{
    static char name[] = "serveur", port[] = "8080", service[] = "http-alt", other[] = "serveur4";
    static char *arguments[] = {name, port, NULL}, *by_service[] = {name, service, NULL}, *to_other[] = {other, port, NULL};
    struct staged s;
    begin_client(&s, arguments, "[fd00:52::2]:8080");
    int first = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, first, "192.168.52.2:8080", -1, ECONNREFUSED);
    staged_exit(&s, 1);
    expect(&s, "S127", "tries no other address");
    int second = staged_socket(&s, AF_INET6, SOCK_STREAM);
    staged_address(&s, CALL_connect, second, "[fd00:52::2]:8080", 0, 0);
    const struct check_result *result = staged_verdict(&s, "receives", "ok\n", "server", NULL);
    CU_ASSERT_STRING_NOT_EQUAL(result->diagnosis, "S127");
    staged_address(&s, CALL_connect, staged_socket(&s, AF_INET6, SOCK_STREAM), "[fd00:52::2]:8080", 0, 0);
    expect(&s, "S172", "although an earlier one has answered");
    staged_end(&s);
    begin_client(&s, to_other, "192.168.52.4:8080");
    staged_address(&s, CALL_connect, staged_socket(&s, AF_INET6, SOCK_STREAM), "[::1]:8080", -1, ECONNREFUSED);
    staged_exit(&s, 1);
    expect(&s, "S171", "told, serveur4");
    staged_end(&s);
    begin_client(&s, by_service, "0.0.0.0:8080");
    staged_address(&s, CALL_connect, staged_socket(&s, AF_INET, SOCK_STREAM), "192.168.52.2:0", -1, ECONNREFUSED);
    result = staged_verdict(&s, "receives", "ok\n", "server", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S011");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "argv[2]"));
    staged_end(&s);
}

static void test_refusal_not_seen(void)
{
    static char name[] = "serveur", port[] = "8080";
    static char *arguments[] = {name, port, NULL};
    struct staged s;
    begin_client(&s, arguments, "[fd00:52::2]:8080");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "192.168.52.2:8080", -1, EINPROGRESS);
    staged_call(&s, CALL_sendto, socket, -1, EPIPE);
    staged_exit(&s, 1);
    expect(&s, "S023", "was not made");
    staged_end(&s);
}

static void test_length_of_a_path(void)
{
    static char path[] = "/tmp/s1";
    static char *arguments[] = {path, NULL};
    struct staged s;
    begin_client(&s, arguments, "unix:/tmp/s1");
    struct call *call = staged_address(&s, CALL_connect, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/s", -1, ENOENT);
    call->address.len = sizeof(sa_family_t) + strlen("/tmp/s");
    staged_exit(&s, 1);
    expect(&s, "S140", "with the length 8");
    staged_end(&s);
    begin_client(&s, arguments, "unix:/tmp/s1");
    call = staged_address(&s, CALL_connect, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/s", -1, ENOENT);
    call->address.len = 110;
    staged_exit(&s, 1);
    expect(&s, "S131", "the path /tmp/s, not /tmp/s1"); /* the copy is what is cut */
    staged_end(&s);
}

static void test_path_removed(void)
{
    static char path[] = "/tmp/s";
    static char *arguments[] = {path, NULL};
    struct staged s;
    begin_client(&s, arguments, "unix:/tmp/s");
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/s", 0, 0);
    staged_address(&s, CALL_connect, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/s", -1, ENOENT);
    staged_exit(&s, 1);
    expect(&s, "S134", "the path of the server that it goes to");
    staged_end(&s);
    staged_begin(&s);
    s.steps[0].arguments = arguments;
    step_at(&s, STEP_PEER_CONNECT, "server", "unix:/tmp/s");
    int socket = staged_socket(&s, AF_UNIX, SOCK_STREAM);
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/s", 0, 0); /* one that was left over */
    staged_address(&s, CALL_bind, socket, "unix:/tmp/s", 0, 0);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    const struct check_result *result = staged_verdict(&s, "receives", "ok\n", "server", NULL);
    CU_ASSERT_STRING_NOT_EQUAL(result->diagnosis, "S134");
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/s", 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    expect(&s, "S134", "its own path");
    staged_end(&s);
}

/* A server with an IPv6 and an IPv4 socket: whose bind() gives this. */
static void begin_server(struct staged *s, int result, int error)
{
    staged_begin(s);
    step_at(s, STEP_PEER_CONNECT, "server", "127.0.0.1:8080");
    int six = staged_socket(s, AF_INET6, SOCK_STREAM), four = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_address(s, CALL_bind, six, "[::]:8080", 0, 0);
    staged_call(s, CALL_listen, six, 0, 0);
    staged_address(s, CALL_bind, four, "0.0.0.0:8080", result, error);
    if (result == 0)
        staged_call(s, CALL_listen, four, 0, 0);
}

static void test_two_listeners(void)
{
    struct staged s;
    begin_server(&s, -1, EADDRINUSE);
    staged_exit(&s, 1);
    expect(&s, "S067", "for both families");
    staged_end(&s);
    begin_server(&s, 0, 0);
    deed_at(&s, DEED_CONNECTED, "127.0.0.1:8080", "127.0.0.1:20002");
    expect(&s, "S071", "for IPv4");
    staged_end(&s);
    begin_server(&s, 0, 0);
    struct call *option = staged_call(&s, CALL_setsockopt, 0, -1, EINVAL);
    option->arg[1] = IPPROTO_IPV6;
    option->arg[2] = IPV6_V6ONLY;
    staged_exit(&s, 1);
    expect(&s, "S067", "IPV6_V6ONLY");
    staged_end(&s);
}

static void test_reply_from_elsewhere(void)
{
    struct staged s;
    staged_begin(&s);
    step_at(&s, STEP_PEER_CONNECT, "server", "udp:127.0.0.1:5000");
    int bound = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_address(&s, CALL_bind, bound, "0.0.0.0:5000", 0, 0);
    staged_address(&s, CALL_recvfrom, bound, "127.0.0.7:7", 3, 0);
    int other = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_address(&s, CALL_sendto, other, "127.0.0.7:7", 3, 0);
    expect(&s, "S176", "another socket");
    staged_address(&s, CALL_connect, bound, "127.0.0.7:7", 0, 0);
    expect(&s, "S173", "hears no other");
    staged_end(&s);
}

static void test_room_for_the_address(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET6, SOCK_STREAM);
    deed_at(&s, DEED_CONNECTED, "[::1]:5000", "[fd12::77]:54321");
    int accepted = staged_accept(&s, socket);
    struct err err = ERR_NONE;
    int type;
    CU_ASSERT_EQUAL(address_parse("[fd12::]:54321", &s.t.events[s.t.n_events - 1].call.address, &type, &err), 0);
    staged_data(&s, CALL_read, accepted, "x");
    staged_print(&s, STREAM_STDOUT, "fd12::\n");
    const struct check_result *result = staged_verdict(&s, "prints-address", "server", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S105");
    CU_ASSERT_STRING_EQUAL(result->expected, "fd12::77");
    staged_end(&s);
}

static void test_argument_that_means_nothing(void)
{
    struct staged s;
    staged_begin(&s);
    staged_print(&s, STREAM_STDOUT, "0 -> 0\n");
    const struct check_result *result = staged_verdict(&s, "complains", "true", "client", "besides=0 -> 0");
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S117");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "results"));
    staged_data(&s, CALL_sendto, staged_socket(&s, AF_INET, SOCK_STREAM), "hello");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", NULL), "S177");
    staged_end(&s);
}

static void test_receives_that_take_nothing(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_call(&s, CALL_recvfrom, socket, -1, EAGAIN)->arg[3] = MSG_DONTWAIT;
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", NULL), "S063");
    staged_call(&s, CALL_recvfrom, socket, -1, EAGAIN);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", NULL), "S179");
    staged_data(&s, CALL_recvfrom, socket, "hello")->arg[3] = MSG_PEEK;
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "peeked", "client", NULL), "S178");
    staged_print(&s, STREAM_STDOUT, "5\n");
    staged_data(&s, CALL_recvfrom, socket, "hello");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", NULL), "S039"); /* not S042 */
    staged_end(&s);
    staged_begin(&s);
    const struct check_result *result = staged_verdict(&s, "takes-datagrams", ">= 1", "client", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "on the connected socket"));
    staged_socket(&s, AF_INET, SOCK_DGRAM);
    result = staged_verdict(&s, "takes-datagrams", ">= 1", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S063");
    CU_ASSERT_PTR_NULL(strstr(result->hint, "on the connected socket"));
    staged_end(&s);
}

static void test_message_without_newline(void)
{
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "ok\n");
    const struct check_result *result = staged_verdict(&s, "receives", "ok", "server", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S034");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "without one"));
    result = staged_verdict(&s, "receives", "ok\n\n", "server", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "exactly one"));
    staged_end(&s);
}

/* Of a long message the transcript keeps the beginning only: its size is told all the same. */
static void test_size_of_a_long_message(void)
{
    enum { SIZE = 6000 };
    char text[SIZE + 1];
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, text);
    const struct check_result *result = staged_verdict(&s, "receives", "xx", "server", NULL);
    CU_ASSERT_EQUAL(result->verdict, VERDICT_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "6000 bytes"));
    staged_end(&s);
}

static void test_numbers_of_records(void)
{
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "hello");
    staged_data(&s, CALL_recvfrom, staged_socket(&s, AF_UNIX, SOCK_SEQPACKET), "hello");
    staged_print(&s, STREAM_STDOUT, "7\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-counts", "server", "client", NULL), "S039");
    staged_print(&s, STREAM_STDOUT, "6\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-counts", "server", "client", NULL), "S041");
    staged_end(&s);
}

static void test_conflict_missed(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "127.0.0.1:8080", 0, 0);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "tells-conflict", "inet", "client", NULL), "S016");
    staged_end(&s);
}

/* A stream socket that was never connected, where datagrams are asked for: SIGPIPE is only what comes of it. */
static void test_killed_by_the_wrong_socket(void)
{
    struct staged s;
    staged_begin(&s);
    step_at(&s, STEP_PEER_LISTEN, "server", "udp:127.0.0.1:5000");
    int socket = staged_socket(&s, AF_INET6, SOCK_STREAM);
    staged_address(&s, CALL_sendto, socket, "127.0.0.1:5000", -1, EPIPE);
    staged_kill(&s, SIGPIPE, false);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S003");
    staged_end(&s);
}

/* bind() tried again and again: what fails is known, that it does not stop is the fault. */
static void test_tries_for_ever(void)
{
    struct staged s;
    staged_begin(&s);
    step_at(&s, STEP_PEER_CONNECT, "server", "127.0.0.1:5000");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    for (int i = 0; i < 3; i++)
        staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", -1, EADDRINUSE);
    staged_pending(&s, CALL_clock_nanosleep, -1);
    staged_stuck(&s, 1, false);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "nonzero", "client", NULL), "S070");
    staged_end(&s);
}

static struct call *icmp6(struct staged *s, enum call_id id, int socket, const void *bytes, size_t n)
{
    struct call *call = staged_address(s, id, socket, "[2001:db8::7]:0", (int64_t)n, 0);
    bytes_set(&call->data, bytes, n, n);
    return call;
}

static int raw_socket(struct staged *s, int protocol)
{
    static char host[] = "2001:db8::7";
    static char *arguments[] = {host, NULL};
    staged_begin(s);
    s->steps[0].arguments = arguments;
    int socket = staged_socket(s, AF_INET6, SOCK_RAW);
    s->t.sockets[socket].protocol = protocol;
    return socket;
}

static void test_echo(void)
{
    static const char request[] = "\x80\0\0\0\1\2\0\1", reply[] = "\x81\0\0\0\1\2\0\1";
    struct staged s;
    int socket = raw_socket(&s, IPPROTO_ICMPV6);
    icmp6(&s, CALL_sendto, socket, request, 4);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "sends-echo", "2001:db8::7", "client", NULL), "S123");
    icmp6(&s, CALL_sendto, socket, request, 8);
    icmp6(&s, CALL_recvfrom, socket, request, 8);
    staged_exit(&s, 1);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S063");
    icmp6(&s, CALL_recvfrom, socket, "\x81\0\0\0\1\3\0\1", 8);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S121");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-echo", "size", "client", NULL), "S121");
    icmp6(&s, CALL_recvfrom, socket, reply, 8);
    staged_call(&s, CALL_recvfrom, socket, -1, EAGAIN);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S174");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-echo", "sender", "client", NULL), "S174");
    staged_end(&s);
    socket = raw_socket(&s, IPPROTO_ICMP);
    icmp6(&s, CALL_sendto, socket, request, 8);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "awaits-echo", "true", "client", NULL), "S175");
    staged_end(&s);
    socket = raw_socket(&s, IPPROTO_ICMPV6);
    icmp6(&s, CALL_sendto, socket, reply, 8);
    icmp6(&s, CALL_recvfrom, socket, reply, 8);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "skips-other-replies", "true", "client", NULL), "S123");
    staged_end(&s);
}

int suite_causes(void)
{
    static const struct unit_test tests[] = {
        {"what getaddrinfo() said is the cause", test_resolver},
        {"the host and the addresses that were tried", test_addresses_of_a_name},
        {"a refusal that nobody looked for", test_refusal_not_seen},
        {"a length that cuts the path", test_length_of_a_path},
        {"a path that the program removed itself", test_path_removed},
        {"two listening sockets", test_two_listeners},
        {"a reply from another socket", test_reply_from_elsewhere},
        {"no room for the address of the client", test_room_for_the_address},
        {"an argument that should have been refused", test_argument_that_means_nothing},
        {"receives that take nothing", test_receives_that_take_nothing},
        {"a message without a newline", test_message_without_newline},
        {"the size of a long message", test_size_of_a_long_message},
        {"the size of a record, one too many", test_numbers_of_records},
        {"a conflict that the address avoids", test_conflict_missed},
        {"a signal that comes of the wrong socket", test_killed_by_the_wrong_socket},
        {"a bind() that is tried for ever", test_tries_for_ever},
        {"echoes that were not taken", test_echo},
    };
    return suite_add("causes", tests, COUNT_OF(tests));
}
