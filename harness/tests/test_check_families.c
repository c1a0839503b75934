/* check: names, servers of both families, the sockets of tries in vain. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value) staged_code(&s, name, value, "client", NULL)
#define CODE_WITH(name, value, parameter) staged_code(&s, name, value, "client", parameter)

static void test_resolver_error(void)
{
    static const char *const told[] = {"client: Name or service not known\n", "nulle-part ?\n", "machine inconnue\n"};
    static const char *const untold[] = {"getaddrinfo: Success\n", "getaddrinfo: -2\n", "Usage: client HOST PORT\n"};
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        struct staged s;
        staged_begin(&s);
        CU_ASSERT_STRING_EQUAL(CODE("names-resolver-error", "nulle-part"), "S125");
        staged_print(&s, STREAM_STDERR, untold[i]);
        CU_ASSERT_STRING_EQUAL(CODE("names-resolver-error", "nulle-part"), "S125");
        staged_print(&s, STREAM_STDERR, told[i]);
        CU_ASSERT_STRING_EQUAL(CODE("names-resolver-error", "nulle-part"), "passed");
        staged_end(&s);
    }
}

static void test_unused_tries(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "S001");
    int refused = staged_socket(&s, AF_INET6, SOCK_STREAM);
    staged_address(&s, CALL_connect, refused, "[::1]:8080", -1, ECONNREFUSED);
    staged_exit(&s, 1);
    staged_held(&s, refused, true);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "passed"); /* the end closed it: nothing else was tried */
    staged_end(&s);

    staged_begin(&s);
    refused = staged_socket(&s, AF_INET6, SOCK_STREAM);
    staged_address(&s, CALL_connect, refused, "[::1]:8080", -1, ECONNREFUSED);
    int used = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, used, "127.0.0.1:8080", 0, 0);
    staged_data(&s, CALL_sendto, used, "hello");
    staged_exit(&s, 0);
    staged_held(&s, used, true);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "passed");
    staged_held(&s, refused, true);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "S005");
    staged_end(&s);

    staged_begin(&s); /* nothing is sent: who is connected has used its socket */
    int interrupted = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, interrupted, "127.0.0.1:5000", -1, EINTR);
    used = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_held(&s, used, true);
    staged_held(&s, interrupted, true);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "passed");
    staged_address(&s, CALL_connect, used, "127.0.0.1:5000", 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "S005");
    staged_address(&s, CALL_connect, interrupted, "127.0.0.1:5000", 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "unused"), "passed");
    staged_end(&s);
}

static int listening(struct staged *s, int family, const char *address, bool v6only)
{
    int socket = staged_socket(s, family, SOCK_STREAM);
    struct call *option = staged_call(s, CALL_setsockopt, socket, 0, 0);
    int value = v6only;
    option->arg[1] = IPPROTO_IPV6;
    option->arg[2] = IPV6_V6ONLY;
    bytes_set(&option->data, &value, sizeof value, sizeof value);
    staged_address(s, CALL_bind, socket, address, 0, 0);
    staged_call(s, CALL_listen, socket, 0, 0);
    return socket;
}

static void test_conflict_on_one_family(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("tells-conflict", "inet6"), "S013");
    listening(&s, AF_INET6, "[::]:8080", true);
    CU_ASSERT_STRING_EQUAL(CODE("tells-conflict", "inet"), "passed"); /* it does not want IPv4 */
    CU_ASSERT_STRING_NOT_EQUAL(CODE("tells-conflict", "inet6"), "passed");
    int other = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, other, "0.0.0.0:8080", -1, EADDRINUSE);
    CU_ASSERT_STRING_EQUAL(CODE("tells-conflict", "inet"), "S021");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("exits", "nonzero", "or=serving"), "passed");
    CU_ASSERT_STRING_NOT_EQUAL(CODE("exits", "nonzero"), "passed");
    staged_print(&s, STREAM_STDOUT, "taken\n");
    CU_ASSERT_STRING_EQUAL(CODE("tells-conflict", "inet"), "S022");
    staged_print(&s, STREAM_STDERR, "taken\n");
    CU_ASSERT_STRING_EQUAL(CODE("tells-conflict", "inet"), "passed");
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(CODE_WITH("exits", "nonzero", "or=serving"), "S025");
    staged_end(&s);
}

static void refuse_client(struct staged *s, const char *address)
{
    struct err err = ERR_NONE;
    int index = staged_step(s, STEP_PEER_CONNECT, "server");
    if (address_parse(address, &s->steps[index].address, &s->steps[index].type, &err) < 0)
        CU_FAIL("address");
    transcript_add(&s->t, EVENT_STEP, -1, 0, s->time++)->step = index;
    staged_deed(s, STAGED_PEER, DEED_REFUSED, NULL);
}

static void test_one_family_only(void)
{
    struct staged s;
    staged_begin(&s);
    listening(&s, AF_INET, "0.0.0.0:8080", false);
    refuse_client(&s, "[::1]:8080");
    const struct check_result *result = staged_verdict(&s, "prints-text", "server", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S126");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "the program listens on IPv4 only (0.0.0.0:8080)"));
    listening(&s, AF_INET6, "[::]:8080", true);
    CU_ASSERT_STRING_NOT_EQUAL(CODE("prints-text", "server"), "S126");
    staged_end(&s);

    staged_begin(&s);
    listening(&s, AF_INET6, "[::]:8080", true);
    refuse_client(&s, "127.0.0.1:8080");
    CU_ASSERT_STRING_EQUAL(CODE("prints-text", "server"), "S126");
    staged_end(&s);
}

static void test_encoding(void)
{
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "re\347u !");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "re\303\247u !", "server", NULL), "S129");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "re\303\250u !", "server", NULL), "S035");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "re\347u !", "server", NULL), "passed");
    staged_end(&s);
}

int suite_check_families(void)
{
    static const struct unit_test tests[] = {
        {"the resolver's error is told", test_resolver_error},
        {"the sockets of tries in vain are closed", test_unused_tries},
        {"a conflict on one family is told, and the other served", test_conflict_on_one_family},
        {"an accent in another encoding is told", test_encoding},
        {"a server of one family is known as such", test_one_family_only},
    };
    return suite_add("check_families", tests, COUNT_OF(tests));
}
