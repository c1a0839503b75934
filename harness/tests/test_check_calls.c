/* check: sockets, addresses, the order of calls, error messages. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value) staged_code(&s, name, value, "client", NULL)
#define CODE_WITH(name, value, parameter) staged_code(&s, name, value, "client", parameter)

static void test_creates_socket(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet stream"), "S001");
    staged_socket(&s, AF_INET, SOCK_DGRAM);
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet stream"), "S003");
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet dgram"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet6 dgram"), "S002");
    int library = staged_socket(&s, AF_INET, SOCK_STREAM);
    s.t.sockets[library].library = true;
    CU_ASSERT_STRING_EQUAL(CODE("creates-socket", "inet stream"), "S003");
    staged_end(&s);
}

static void test_closes_sockets(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "all"), "S001");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "dialogue"), "S009");
    staged_call(&s, CALL_close, socket, 0, 0);
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "all"), "passed");
    staged_held(&s, socket, true);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "all"), "S005");
    staged_call(&s, CALL_close, -1, -1, EBADF)->arg[0] = 7;
    const struct check_result *result = staged_verdict(&s, "closes-sockets", "all", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S007");
    CU_ASSERT_STRING_EQUAL(result->actual, "1 socket is left open; close(7) failed with EBADF");
    staged_end(&s);
}

static void test_dialogue_sockets(void)
{
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    int first = staged_accept(&s, listening), second = staged_accept(&s, listening);
    staged_pending(&s, CALL_accept, listening);
    staged_held(&s, listening, false);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "dialogue"), "passed");
    staged_held(&s, first, false);
    staged_held(&s, second, false);
    const struct check_result *result = staged_verdict(&s, "closes-sockets", "dialogue", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S006");
    CU_ASSERT_STRING_EQUAL(result->actual, "2 sockets are left open");
    staged_kill(&s, SIGSEGV, false); /* a crash closes nothing, and is said elsewhere */
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "dialogue"), "passed");
    staged_end(&s);
}

/* The socket of a client that gave trouble, while another one's is closed. */
static void test_gone_client(void)
{
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "gone"), "passed");
    int rude = staged_accept(&s, listening), next = staged_accept(&s, listening);
    staged_call(&s, CALL_read, rude, -1, ECONNRESET);
    staged_held(&s, rude, false);
    staged_call(&s, CALL_close, next, 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "gone"), "S006");
    staged_held(&s, next, false); /* none is closed: that is another fault */
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "gone"), "passed");
    staged_end(&s);
}

/* A child that gives up at once need not close anything; the server that ends well has gone on. */
static void test_gone_client_at_exit(void)
{
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    int rude = staged_accept(&s, listening), next = staged_accept(&s, listening);
    staged_call(&s, CALL_close, next, 0, 0);
    s.process = 3;
    staged_call(&s, CALL_read, rude, -1, ECONNRESET);
    staged_held(&s, rude, true);
    s.process = 2;
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "gone"), "passed");
    staged_call(&s, CALL_read, rude, 0, 0);
    staged_held(&s, rude, true);
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "gone"), "S006");
    staged_end(&s);
}

static const char *code_of_reply(const char *before, bool replies, enum stream stream)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int dialogue = staged_accept(&s, staged_socket(&s, AF_INET, SOCK_STREAM));
    staged_call(&s, CALL_read, dialogue, -1, ECONNRESET);
    if (before[0] != '\0')
        staged_print(&s, stream, before);
    if (replies)
        staged_call(&s, CALL_write, dialogue, -1, EPIPE);
    staged_print(&s, STREAM_STDERR, "write: Broken pipe\n");
    snprintf(code, sizeof code, "%s", CODE("notices-failure", "receive"));
    staged_end(&s);
    return code;
}

static void test_failed_receive_noticed(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_reply("", false, STREAM_STDERR), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_reply("", true, STREAM_STDERR), "S023");
    CU_ASSERT_STRING_EQUAL(code_of_reply("received -1 bytes\n", true, STREAM_STDOUT), "S023");
    CU_ASSERT_STRING_EQUAL(code_of_reply("read: Connection reset by peer\n", true, STREAM_STDERR), "passed");
}

static const char *code_of_line(const char *message, const char *line)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int dialogue = staged_accept(&s, staged_socket(&s, AF_INET, SOCK_STREAM));
    staged_call(&s, CALL_write, dialogue, -1, EPIPE)->asked = 3;
    if (message[0] != '\0')
        staged_print(&s, STREAM_STDERR, message);
    staged_print(&s, STREAM_STDOUT, line);
    staged_data(&s, CALL_write, dialogue, "ok\n"); /* another client's */
    staged_print(&s, STREAM_STDOUT, "sent: 3 bytes\n");
    snprintf(code, sizeof code, "%s", CODE("notices-failure", "send"));
    staged_end(&s);
    return code;
}

static void test_failed_send_noticed(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_line("", "sent: 3 bytes\n"), "S024");
    CU_ASSERT_STRING_EQUAL(code_of_line("", "client 4\n3 octets envoy\xc3\xa9s\n"), "S024");
    CU_ASSERT_STRING_EQUAL(code_of_line("", "sent: -1 bytes\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_line("", "[3] received 30 bytes\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_line("", "could not send 3 bytes: error\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_line("", "client 3\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_line("write: Broken pipe\n", "sent: 3 bytes\n"), "passed");
}

static void test_child_that_inherits(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    s.process = 3;
    staged_held(&s, socket, true); /* the child ends with it */
    s.process = 2;
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "all"), "S005");
    staged_call(&s, CALL_close, socket, 0, 0); /* and the parent closes it */
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "all"), "passed");
    staged_end(&s);
}

/* In the middle of a double fork: it has the dialogue socket, does nothing with it and ends. */
static void test_child_in_between(void)
{
    struct staged s;
    staged_begin(&s);
    int dialogue = staged_accept(&s, staged_socket(&s, AF_INET, SOCK_STREAM));
    s.process = 3;
    staged_held(&s, dialogue, true);
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "dialogue"), "S006");
    s.process = 4;
    staged_call(&s, CALL_close, dialogue, 0, 0); /* the grandchild closes it, before or after */
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "dialogue"), "passed");
    s.process = 3;
    staged_data(&s, CALL_write, dialogue, "ok\n"); /* who uses it has to close it */
    CU_ASSERT_STRING_EQUAL(CODE("closes-sockets", "dialogue"), "S006");
    staged_end(&s);
}

static void test_holds_port(void)
{
    const int64_t second = 1000000000;
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_EQUAL(CODE("holds-port", "2"), "S013");
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    s.time += second;
    staged_call(&s, CALL_close, socket, 0, 0);
    const struct check_result *result = staged_verdict(&s, "holds-port", "2", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S020");
    CU_ASSERT_STRING_EQUAL(result->actual, "1 s");
    CU_ASSERT_STRING_EQUAL(CODE("holds-port", "1"), "passed");
    staged_end(&s);
}

static void test_connects_to(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("connects-to", "5000"), "S001");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_EQUAL(CODE("connects-to", "5000"), "S012");
    staged_address(&s, CALL_connect, socket, "127.0.0.1:34835", -1, ECONNREFUSED);
    const struct check_result *result = staged_verdict(&s, "connects-to", "5000", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S014");
    CU_ASSERT_STRING_EQUAL(result->expected, "port 5000");
    CU_ASSERT_STRING_EQUAL(result->actual, "port 34835");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "htons(5000)"));
    CU_ASSERT_STRING_EQUAL(CODE("connects-to", "5001"), "S011");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("connects-to", "34835", "family=inet6"), "S010");
    staged_address(&s, CALL_connect, socket, "192.168.52.2:5000", -1, ECONNREFUSED);
    CU_ASSERT_STRING_EQUAL(CODE("connects-to", "5000"), "passed");
    staged_end(&s);
}

static void test_datagrams_and_paths(void)
{
    struct staged s;
    staged_begin(&s);
    int udp = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_address(&s, CALL_sendto, udp, "127.0.0.1:5000", 14, 0);
    CU_ASSERT_STRING_EQUAL(CODE("connects-to", "5000"), "passed");
    int local = staged_socket(&s, AF_UNIX, SOCK_STREAM);
    staged_address(&s, CALL_connect, local, "unix:/tmp/s", 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE_WITH("connects-to", "/tmp/s", "family=unix"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("connects-to", "/tmp/t", "family=unix"), "S011");
    staged_end(&s);
}

static const char *code_of_bind(const char *address, int type, bool v6only)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, address[0] == '[' ? AF_INET6 : AF_INET, type);
    if (v6only) {
        struct call *option = staged_call(&s, CALL_setsockopt, socket, 0, 0);
        option->arg[1] = IPPROTO_IPV6;
        option->arg[2] = IPV6_V6ONLY;
        option->data = (struct bytes){mem_string("\1"), 1, 1, 0};
    }
    staged_address(&s, CALL_bind, socket, address, 0, 0);
    snprintf(code, sizeof code, "%s", CODE("binds-to", "0.0.0.0:5000"));
    staged_end(&s);
    return code;
}

static void test_binds_to(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_bind("0.0.0.0:5000", SOCK_STREAM, false), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_bind("0.0.0.0:34835", SOCK_STREAM, false), "S014");
    CU_ASSERT_STRING_EQUAL(code_of_bind("0.0.0.0:5001", SOCK_STREAM, false), "S011");
    CU_ASSERT_STRING_EQUAL(code_of_bind("127.0.0.1:5000", SOCK_STREAM, false), "S016");
    CU_ASSERT_STRING_EQUAL(code_of_bind("1.0.0.127:5000", SOCK_STREAM, false), "S015");
    CU_ASSERT_STRING_EQUAL(code_of_bind("[::]:5000", SOCK_STREAM, false), "passed"); /* takes IPv4 clients too */
    CU_ASSERT_STRING_EQUAL(code_of_bind("[::]:5000", SOCK_STREAM, true), "S010");
    CU_ASSERT_STRING_EQUAL(code_of_bind("[::1]:5000", SOCK_STREAM, false), "S010");
    CU_ASSERT_STRING_EQUAL(code_of_bind("0.0.0.0:5000", SOCK_DGRAM, false), "S003");
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("binds-to", "0.0.0.0:5000"), "S001");
    staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_EQUAL(CODE("binds-to", "0.0.0.0:5000"), "S013");
    CU_ASSERT_STRING_EQUAL(CODE("binds", "ok"), "S013");
    staged_address(&s, CALL_bind, -1, "0.0.0.0:5000", -1, EBADF);
    CU_ASSERT_STRING_EQUAL(CODE("binds-to", "0.0.0.0:5000"), "S008");
    CU_ASSERT_STRING_EQUAL(CODE("binds", "ok"), "S008");
    staged_end(&s);
}

static void test_conflict(void)
{
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_BOUND, NULL);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    struct call *option = staged_call(&s, CALL_setsockopt, socket, 0, 0);
    option->arg[1] = SOL_SOCKET;
    option->arg[2] = SO_REUSEPORT;
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    const struct check_result *result = staged_verdict(&s, "conflict", "EADDRINUSE", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S017");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "SO_REUSEPORT"));
    CU_ASSERT_STRING_EQUAL(CODE("binds", "ok"), "passed");
    staged_call(&s, CALL_listen, socket, -1, EADDRINUSE); /* as good as bind */
    CU_ASSERT_STRING_EQUAL(CODE("conflict", "EADDRINUSE"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("conflict", "EACCES"), "failed");
    staged_end(&s);
    staged_begin(&s); /* nobody holds the port: then the option hides nothing */
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    option = staged_call(&s, CALL_setsockopt, socket, 0, 0);
    option->arg[1] = SOL_SOCKET;
    option->arg[2] = SO_REUSEADDR;
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("conflict", "EADDRINUSE"), "failed");
    staged_end(&s);
}

static void test_listens(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("listens", ">= 1"), "S001");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_listen, socket, 0, 0)->arg[1] = (int64_t)(uint32_t)-1;
    CU_ASSERT_STRING_EQUAL(CODE("listens", ">= 1"), "S018");
    staged_call(&s, CALL_listen, socket, 0, 0)->arg[1] = 5;
    CU_ASSERT_STRING_EQUAL(CODE("listens", ">= 4"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("listens", "4"), "S087");
    CU_ASSERT_STRING_EQUAL(CODE("listens", "5"), "passed");
    staged_end(&s);
}

static void test_order(void)
{
    const char *order = "socket bind listen accept";
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("calls-in-order", order), "S001");
    CU_ASSERT_STRING_EQUAL(CODE("not-called", "listen"), "S001");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_call(&s, CALL_bind, socket, -1, EINVAL);
    CU_ASSERT_STRING_EQUAL(CODE("calls-in-order", order), "S019");
    int other = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_bind, other, 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("calls-in-order", order), "S066");
    staged_call(&s, CALL_listen, other, 0, 0);
    staged_pending(&s, CALL_accept4, other);
    CU_ASSERT_STRING_EQUAL(CODE("calls-in-order", order), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("not-called", "listen"), "S062");
    CU_ASSERT_STRING_EQUAL(CODE("not-called", "connect"), "passed");
    staged_end(&s);
}

static void test_bad_descriptor(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("no-bad-descriptor", "true"), "S009");
    staged_call(&s, CALL_socket, -1, -1, EMFILE);
    staged_call(&s, CALL_close, -1, -1, EBADF);
    CU_ASSERT_STRING_EQUAL(CODE("no-bad-descriptor", "true"), "passed");
    staged_call(&s, CALL_connect, -1, -1, EBADF);
    CU_ASSERT_STRING_EQUAL(CODE("no-bad-descriptor", "true"), "S008");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "socket"), "S023");
    staged_end(&s);
}

/* What is said once the next call on that socket has failed as well is about that one. */
static void test_going_on_is_no_report(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, ECONNREFUSED);
    staged_call(&s, CALL_sendto, socket, -1, ENOTCONN);
    staged_print(&s, STREAM_STDERR, "send: Transport endpoint is not connected\n");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "S023");
    staged_end(&s);
    staged_begin(&s);
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, ECONNREFUSED);
    staged_call(&s, CALL_shutdown, socket, -1, ENOTCONN); /* cleans up first, and tells then */
    staged_print(&s, STREAM_STDERR, "Erreur !\n");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "S158");
    staged_print(&s, STREAM_STDERR, "connect: Connection refused\n");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "passed");
    staged_end(&s);
    staged_begin(&s);
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, EINPROGRESS);
    staged_call(&s, CALL_read, socket, -1, ECONNREFUSED); /* which asks how the attempt went */
    staged_print(&s, STREAM_STDERR, "connect: Connection refused\n");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "passed");
    staged_end(&s);
}

static void test_reports_error(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "S001");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_print(&s, STREAM_STDERR, "connecting\n");
    staged_call(&s, CALL_connect, socket, -1, ECONNREFUSED);
    staged_print(&s, STREAM_STDERR, " \n");
    const struct check_result *result = staged_verdict(&s, "reports-error", "connect", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S021");
    CU_ASSERT_STRING_EQUAL(result->actual, "connect failed with ECONNREFUSED; nothing was printed");
    staged_print(&s, STREAM_STDOUT, "no server\n");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "S022");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("reports-error", "connect", "any-stream=true"), "passed");
    staged_print(&s, STREAM_STDERR, "connect: Connection refused\n");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "connect"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("reports-error", "socket"), "failed"); /* it never failed */
    staged_end(&s);
}

static void test_claims_nothing(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_print(&s, STREAM_STDOUT, "Socket créée avec succès ! (3)\n");
    staged_call(&s, CALL_connect, socket, -1, ECONNREFUSED);
    staged_print(&s, STREAM_STDERR, "connect: success is not what came\n");
    CU_ASSERT_STRING_EQUAL(CODE("claims-nothing", "connect"), "passed");
    staged_print(&s, STREAM_STDOUT, "\nConnexion au serveur réussie");
    CU_ASSERT_STRING_EQUAL(CODE("claims-nothing", "connect"), "S024");
    staged_print(&s, STREAM_STDOUT, " : non\n");
    CU_ASSERT_STRING_EQUAL(CODE("claims-nothing", "connect"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("claims-nothing", "bind"), "S013");
    staged_end(&s);
}

static void test_says(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_print(&s, STREAM_STDOUT, "before\n");
    CU_ASSERT_STRING_EQUAL(CODE("says", "connect"), "S012");
    staged_call(&s, CALL_connect, socket, 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("says", "connect"), "S048");
    staged_print(&s, STREAM_STDERR, "connected\n");
    CU_ASSERT_STRING_EQUAL(CODE("says", "connect"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("says", "connect", "stream=stdout"), "S044");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("says", "connect", "stream=stderr"), "passed");
    staged_call(&s, CALL_connect, socket, -1, EISCONN);
    CU_ASSERT_STRING_EQUAL(CODE("says", "connect"), "S048");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("says", "connect", "after=success"), "passed");
    staged_end(&s);
}

int suite_check_calls(void)
{
    static const struct unit_test tests[] = {
        {"the socket that is asked for is created", test_creates_socket},
        {"sockets are closed by the program", test_closes_sockets},
        {"dialogue sockets are closed while the server lives", test_dialogue_sockets},
        {"the socket of a client that gave trouble is closed too", test_gone_client},
        {"who gives up at once with a client need not close it", test_gone_client_at_exit},
        {"nobody replies in silence after a failed receive", test_failed_receive_noticed},
        {"a failed send is not counted as a whole one", test_failed_send_noticed},
        {"a child may end with a socket that its parent closes", test_child_that_inherits},
        {"a child in between may end with a socket that it never used", test_child_in_between},
        {"the port is held for a while", test_holds_port},
        {"the port that is reached, and its byte order", test_connects_to},
        {"datagrams have a destination too, and paths", test_datagrams_and_paths},
        {"the address that is bound", test_binds_to},
        {"a conflict is noticed, or hidden", test_conflict},
        {"the queue of listen", test_listens},
        {"calls come in their order, on one socket", test_order},
        {"nothing is done with descriptor -1", test_bad_descriptor},
        {"errors are reported on standard error", test_reports_error},
        {"going on with the socket is no report", test_going_on_is_no_report},
        {"no success is claimed after a failure", test_claims_nothing},
        {"steps are announced", test_says},
    };
    return suite_add("check_calls", tests, COUNT_OF(tests));
}
