/* cause: hints that would be false for the program in question. Each was seen in a grading. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

static void set_address(struct staged *s, int step, const char *text)
{
    struct err err = ERR_NONE;
    if (address_parse(text, &s->steps[step].address, &s->steps[step].type, &err) < 0)
        abort();
}

/* The peer listens at port 5000 and takes the program's connection. */
static int begin_connected(struct staged *s)
{
    staged_begin(s);
    set_address(s, staged_step(s, STEP_PEER_LISTEN, "server"), "0.0.0.0:5000");
    staged_step(s, STEP_PEER_ACCEPT, "server");
    int socket = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_address(s, CALL_connect, socket, "127.0.0.1:5000", 0, 0);
    staged_deed(s, STAGED_PEER, DEED_ACCEPTED, NULL);
    return socket;
}

/* The program listens at port 5000, and the peer connects. */
static int begin_listening(struct staged *s)
{
    staged_begin(s);
    set_address(s, staged_step(s, STEP_PEER_CONNECT, "server"), "127.0.0.1:5000");
    int socket = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_address(s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    staged_call(s, CALL_listen, socket, 0, 0);
    staged_deed(s, STAGED_PEER, DEED_CONNECTED, NULL);
    return socket;
}

static void put_line(struct call *call, int line)
{
    call->source = (struct source){mem_string("client.c"), line};
}

/* One check fails with this code and line, and its hint has these words. */
static void check(struct staged *s, const char *name, const char *value, const char *of, const char *code, int line,
                  const char *hint)
{
    const struct check_result *result = staged_verdict(s, name, value, of, NULL);
    CU_ASSERT_EQUAL(result->verdict, VERDICT_FAILED);
    CU_ASSERT_PTR_NOT_NULL_FATAL(result->diagnosis);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, code);
    CU_ASSERT_EQUAL(result->line, line);
    CU_ASSERT_PTR_NOT_NULL_FATAL(result->hint);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, hint));
}

static struct call *failed_socket(struct staged *s, int type, int protocol, int error)
{
    struct call *call = staged_call(s, CALL_socket, -1, -1, error);
    call->new_socket = -1;
    call->arg[0] = AF_INET;
    call->arg[1] = type;
    call->arg[2] = protocol;
    put_line(call, 10);
    return call;
}

static void test_arguments_of_socket(void)
{
    struct staged s;
    staged_begin(&s);
    failed_socket(&s, SOCK_STREAM, 17, EPROTONOSUPPORT);
    check(&s, "creates-socket", "inet-stream", "client", "S067", 10, "third argument");
    CU_ASSERT_PTR_NOT_NULL(strstr(s.result.checks[0].actual, "socket(AF_INET, SOCK_STREAM, 17)"));
    staged_end(&s);
    staged_begin(&s);
    failed_socket(&s, SOCK_RAW, 0, EPERM);
    check(&s, "creates-socket", "inet-stream", "client", "S067", 10, "administrator");
    staged_end(&s);
}

static void test_connect_under_way(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    put_line(staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, EINPROGRESS), 27);
    staged_print(&s, STREAM_STDOUT, "Connecté\n");
    check(&s, "reports-error", "connect", "client", "S160", 27, "SO_ERROR");
    check(&s, "claims-nothing", "connect", "client", "S160", 27, "SO_ERROR");
    staged_end(&s);
}

static void test_first_failure(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    put_line(staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, ECONNREFUSED), 20);
    staged_call(&s, CALL_write, socket, -1, EPIPE);
    staged_call(&s, CALL_shutdown, socket, -1, ENOTCONN);
    staged_exit(&s, 1);
    check(&s, "exits", "0", "client", "S067", 20, "Nobody listens");
    staged_end(&s);
}

static void test_result_printed(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    put_line(staged_address(&s, CALL_sendto, socket, "192.0.2.1:5000", -1, ENETUNREACH), 33);
    staged_print(&s, STREAM_STDOUT, "Message de -1 octets\n");
    check(&s, "reports-error", "send", "client", "S023", 33, "Test the result");
    staged_print(&s, STREAM_STDOUT, "erreur\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "send", "client", NULL), "S022");
    staged_end(&s);
}

static void test_looks_in_vain(void)
{
    struct staged s;
    int socket = begin_connected(&s);
    staged_data(&s, CALL_write, socket, "hello\n");
    put_line(staged_call(&s, CALL_ppoll, -1, 0, 0), 32); /* with a timeout of 0 */
    staged_exit(&s, 1);
    check(&s, "exits", "0", "client", "S108", 32, "time to come");
    staged_end(&s);
    socket = begin_connected(&s);
    staged_data(&s, CALL_write, socket, "hello\n");
    staged_deed(&s, STAGED_PEER, DEED_SENT, "ok\n");
    struct call *look = staged_call(&s, CALL_pselect6, -1, 0, 0);
    look->arg[0] = 3;
    look->timed_out = true;
    put_line(look, 33);
    staged_exit(&s, 1);
    check(&s, "exits", "0", "client", "S161", 33, "highest descriptor plus 1: with 3, descriptor 3");
    staged_end(&s);
}

static void test_servers_that_do_not_see(void)
{
    struct staged s;
    begin_listening(&s);
    struct call *look = staged_pending(&s, CALL_pselect6, -1);
    look->arg[0] = 4;
    put_line(look, 71);
    staged_stuck(&s, 1, false);
    check(&s, "receives", "ok\n", "server", "S161", 71, "put every descriptor into the set again");
    staged_end(&s);
    begin_listening(&s);
    look = staged_call(&s, CALL_pselect6, -1, -1, EBADF);
    put_line(look, 72);
    staged_exit(&s, 4);
    check(&s, "receives", "ok\n", "server", "S067", 72, "FD_CLR");
    staged_end(&s);
}

static void test_closed_descriptors(void)
{
    struct staged s;
    int socket = begin_connected(&s);
    staged_data(&s, CALL_write, socket, "hello\n");
    put_line(staged_call(&s, CALL_close, socket, 0, 0), 45);
    struct call *read = staged_call(&s, CALL_read, -1, -1, EBADF);
    read->arg[0] = read->fd = socket + 3;
    staged_exit(&s, 1);
    check(&s, "exits", "0", "client", "S162", 45, "close() last");
    staged_end(&s);
    int listening = begin_listening(&s);
    staged_accept(&s, listening);
    put_line(staged_call(&s, CALL_shutdown, listening, 0, 0), 84);
    staged_call(&s, CALL_accept, listening, -1, EINVAL);
    staged_exit(&s, 1);
    check(&s, "survives", "", "client", "S069", 84, "shutdown() on the listening socket");
    staged_end(&s);
}

static void test_parentheses(void)
{
    struct staged s;
    staged_begin(&s);
    staged_socket(&s, AF_INET, SOCK_STREAM);
    struct call *connect = staged_address(&s, CALL_connect, -1, "127.0.0.1:5000", -1, ENOTSOCK);
    connect->fd = 0;
    connect->arg[0] = 0;
    put_line(connect, 30);
    staged_exit(&s, 1);
    check(&s, "exits", "0", "client", "S164", 30, "parentheses");
    staged_end(&s);
    int listening = begin_listening(&s);
    staged_accept(&s, listening);
    struct call *read = staged_pending(&s, CALL_read, -1);
    read->fd = 0;
    put_line(read, 60);
    staged_stuck(&s, 1, false);
    check(&s, "receives", "ok\n", "server", "S054", 60, "parentheses");
    staged_end(&s);
}

static void test_datagrams(void)
{
    struct staged s;
    staged_begin(&s);
    set_address(&s, staged_step(&s, STEP_PEER_LISTEN, "server"), "0.0.0.0:5000");
    s.steps[1].type = SOCK_DGRAM;
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    put_line(staged_call(&s, CALL_sendmsg, socket, -1, EDESTADDRREQ), 28);
    staged_exit(&s, 1);
    check(&s, "exits", "0", "client", "S067", 28, "sendto()");
    staged_end(&s);
    staged_begin(&s);
    staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_kill(&s, SIGALRM, false);
    check(&s, "exits", "0", "client", "S163", 0, "SIGALRM");
    staged_end(&s);
}

static void test_clients_of_a_server(void)
{
    struct staged s;
    int listening = begin_listening(&s), dialogue = staged_accept(&s, listening);
    staged_held(&s, dialogue, false);
    put_line(staged_pending(&s, CALL_accept, listening), 43);
    staged_stuck(&s, 1, false);
    check(&s, "receives", "ok\n", "server", "S053", 43, "Serve the client");
    staged_end(&s);
    listening = begin_listening(&s);
    dialogue = staged_accept(&s, listening);
    put_line(staged_call(&s, CALL_read, dialogue, -1, EAGAIN), 78);
    staged_call(&s, CALL_close, dialogue, 0, 0);
    staged_pending(&s, CALL_accept, listening);
    staged_stuck(&s, 1, false);
    check(&s, "receives", "ok\n", "server", "S108", 78, "EAGAIN is no error");
    staged_end(&s);
}

int suite_reasons(void)
{
    static const struct unit_test tests[] = {
        {"arguments of socket()", test_arguments_of_socket},
        {"a connect() that is under way", test_connect_under_way},
        {"the first failure is the cause", test_first_failure},
        {"a result printed as it is", test_result_printed},
        {"a look that saw nothing", test_looks_in_vain},
        {"servers that do not see their clients", test_servers_that_do_not_see},
        {"descriptors that were closed", test_closed_descriptors},
        {"parentheses forgotten", test_parentheses},
        {"datagrams without a destination, an alarm", test_datagrams},
        {"clients that are not served", test_clients_of_a_server},
    };
    return suite_add("reasons", tests, COUNT_OF(tests));
}
