/* check: ICMPv6 echoes over raw sockets, and what they were mistaken for. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value) staged_code(&s, name, value, "client", NULL)

static int raw_socket(struct staged *s, int family)
{
    int socket = staged_socket(s, family, SOCK_RAW);
    s->t.sockets[socket].protocol = IPPROTO_ICMPV6;
    s->t.events[s->t.n_events - 1].call.arg[0] = family;
    s->t.events[s->t.n_events - 1].call.arg[1] = SOCK_RAW;
    s->t.events[s->t.n_events - 1].call.arg[2] = IPPROTO_ICMPV6;
    return socket;
}

static void message(struct staged *s, enum call_id id, int socket, const char *bytes, size_t n)
{
    struct call *call = staged_address(s, id, socket, "[2001:db8::7]:0", (int64_t)n, 0);
    bytes_set(&call->data, bytes, n, n);
    call->asked = id == CALL_recvfrom ? 256 : n;
}

#define SEND(bytes) message(&s, CALL_sendto, socket, bytes, sizeof(bytes) - 1)
#define RECEIVE(bytes) message(&s, CALL_recvfrom, socket, bytes, sizeof(bytes) - 1)
#define REQUEST "\x80\0\0\0\1\2\0\1data"
#define REPLY "\x81\0\0\0\1\2\0\1data"
#define OTHER "\x81\0\0\0\1\3\0\1datadata"

static void test_sends_echo(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("sends-echo", "2001:db8::7"), "S027");
    int socket = raw_socket(&s, AF_INET6);
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet6 raw"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("sends-echo", "2001:db8::7"), "S027");
    SEND("\x08\0\0\0\1\2\0\1data");
    CU_ASSERT_STRING_EQUAL(CODE("sends-echo", "2001:db8::7"), "S123");
    SEND(REQUEST);
    CU_ASSERT_STRING_EQUAL(CODE("sends-echo", "2001:db8::7"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("sends-echo", "::1"), "S035");
    staged_end(&s);
}

static void test_awaits_echo(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = raw_socket(&s, AF_INET6);
    SEND(REQUEST);
    RECEIVE(REQUEST);
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(CODE("awaits-echo", "true"), "S122");
    RECEIVE(OTHER);
    CU_ASSERT_STRING_EQUAL(CODE("awaits-echo", "true"), "S121");
    RECEIVE(REPLY);
    CU_ASSERT_STRING_EQUAL(CODE("awaits-echo", "true"), "passed");
    staged_end(&s);
}

static void test_skips_other_replies(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = raw_socket(&s, AF_INET6);
    SEND(REQUEST);
    RECEIVE(REQUEST);
    CU_ASSERT_STRING_EQUAL(CODE("skips-other-replies", "true"), "passed"); /* that is another fault */
    RECEIVE(OTHER);
    CU_ASSERT_STRING_EQUAL(CODE("skips-other-replies", "true"), "S121");
    RECEIVE(REPLY);
    CU_ASSERT_STRING_EQUAL(CODE("skips-other-replies", "true"), "passed");
    staged_end(&s);
}

static void test_gives_up(void)
{
    const int64_t second = 1000000000;
    struct staged s;
    staged_begin(&s);
    int socket = raw_socket(&s, AF_INET6);
    SEND(REQUEST);
    RECEIVE(REQUEST);
    CU_ASSERT_STRING_EQUAL(CODE("gives-up", "true"), "S056");
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(CODE("gives-up", "true"), "passed"); /* it took its own request, and that is another fault */
    s.time += 5 * second;
    staged_exit(&s, 0);
    CU_ASSERT_STRING_NOT_EQUAL(CODE("gives-up", "true"), "passed");
    staged_exit(&s, 1);
    CU_ASSERT_STRING_EQUAL(CODE("gives-up", "true"), "passed");
    staged_end(&s);
}

static void test_prints_echo(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = raw_socket(&s, AF_INET6);
    CU_ASSERT_STRING_EQUAL(CODE("prints-echo", "size"), "S063");
    SEND(REQUEST);
    staged_print(&s, STREAM_STDOUT, "12 bytes to 2001:db8::7\n");
    RECEIVE(REPLY);
    CU_ASSERT_STRING_EQUAL(CODE("prints-echo", "size"), "S039");
    CU_ASSERT_STRING_EQUAL(CODE("prints-echo", "sender"), "S124");
    staged_print(&s, STREAM_STDERR, "12 bytes from 2001:db8::7\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-echo", "size"), "S044");
    CU_ASSERT_STRING_EQUAL(CODE("prints-echo", "sender"), "S044");
    staged_print(&s, STREAM_STDOUT, "256 bytes from 2001:db8::8\n");
    staged_end(&s);
}

static void test_forms_of_the_address(void)
{
    static const char *const forms[] = {"from 2001:db8::7: 12 octets", "[2001:0db8:0:0:0:0:0:0007]", "2001:DB8::7.",
                                        "<2001:db8:0::7%lo>"};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct staged s;
        staged_begin(&s);
        int socket = raw_socket(&s, AF_INET6);
        SEND(REQUEST);
        RECEIVE(REPLY);
        staged_print(&s, STREAM_STDOUT, forms[i]);
        CU_ASSERT_STRING_EQUAL(CODE("prints-echo", "sender"), "passed");
        staged_end(&s);
    }
}

static void test_family_of_another_protocol(void)
{
    struct staged s;
    staged_begin(&s);
    raw_socket(&s, AF_INET);
    staged_exit(&s, 1);
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet6 raw"), "S120");
    CU_ASSERT_STRING_EQUAL(CODE("awaits-echo", "true"), "S120");
    staged_end(&s);
}

int suite_check_echo(void)
{
    static const struct unit_test tests[] = {
        {"an echo request is sent", test_sends_echo},
        {"the right reply is awaited", test_awaits_echo},
        {"a reply to somebody else is skipped", test_skips_other_replies},
        {"without a reply the program gives up", test_gives_up},
        {"the reply's size and sender are printed", test_prints_echo},
        {"an address has several forms", test_forms_of_the_address},
        {"ICMPv6 over IPv4 is told", test_family_of_another_protocol},
    };
    return suite_add("check_echo", tests, COUNT_OF(tests));
}
