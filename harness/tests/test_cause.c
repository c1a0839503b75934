/* cause: a check that sees only a consequence names what lies behind it. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "judgement/check.h"
#include "tests/staged.h"
#include "tests/suites.h"

/* The peer `server` tries to connect to the student's program, at port 5000, and is refused. */
static void begin_server(struct staged *s)
{
    staged_begin(s);
    struct step *step = &s->steps[staged_step(s, STEP_PEER_CONNECT, "server")];
    struct err err = ERR_NONE;
    if (address_parse("127.0.0.1:5000", &step->address, &step->type, &err) < 0)
        abort();
}

/* The peer `server` listens at port 5000 and waits for the student's program, in vain. */
static void begin_client(struct staged *s)
{
    staged_begin(s);
    struct step *step = &s->steps[staged_step(s, STEP_PEER_LISTEN, "server")];
    struct err err = ERR_NONE;
    if (address_parse("0.0.0.0:5000", &step->address, &step->type, &err) < 0)
        abort();
    staged_step(s, STEP_PEER_ACCEPT, "server");
}

static void put_line(struct call *call, int line)
{
    call->source = (struct source){mem_string("serveur_tcp.c"), line};
}

/* Judges that the peer receives a reply: CODE and LINE of the failure, and words of what is shown. */
static void check_cause(struct staged *s, const char *code, int line, const char *words)
{
    const struct check_result *result = staged_verdict(s, "receives", "ok\n", "server", NULL);
    CU_ASSERT_EQUAL(result->verdict, VERDICT_FAILED);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, code);
    CU_ASSERT_EQUAL(result->line, line);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "nothing arrived"));
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, words));
}

static void test_port_of_the_server(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:34835", 0, 0), 32);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_pending(&s, CALL_accept, socket);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    check_cause(&s, "S014", 32, "the program is bound to port 34835, not to port 5000");
    const struct check_result *result = staged_verdict(&s, "closes-sockets", "dialogue", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S014");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "htons(5000)"));
    staged_end(&s);
    begin_server(&s);
    put_line(staged_address(&s, CALL_bind, staged_socket(&s, AF_INET, SOCK_STREAM), "0.0.0.0:0", 0, 0), 33);
    check_cause(&s, "S011", 33, "port 0,");
    staged_end(&s);
}

static void test_socket_of_the_server(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    put_line(&s.t.events[s.t.n_events - 1].call, 20);
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    check_cause(&s, "S003", 20, "SOCK_DGRAM");
    staged_end(&s);
    begin_server(&s);
    put_line(staged_address(&s, CALL_bind, staged_socket(&s, AF_INET, SOCK_STREAM), "1.0.0.127:5000", 0, 0), 21);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    check_cause(&s, "S015", 21, "1.0.0.127:5000 only");
    staged_end(&s);
}

/* sizeof(struct sockaddr), where the address is longer: the system sees its beginning only. */
static void test_addresses_cut_short(void)
{
    struct staged s;
    begin_server(&s);
    struct call *bind = staged_address(&s, CALL_bind, staged_socket(&s, AF_INET6, SOCK_STREAM), "[::]:5000", -1, EINVAL);
    put_line(bind, 33);
    bind->address.len = sizeof(struct sockaddr);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "binds-to", "[::]:5000", "client", NULL), "S140");
    check_cause(&s, "S140", 33, "gives bind the first 16 bytes only of an address of 28");
    staged_end(&s);
}

static void test_calls_of_the_server(void)
{
    struct staged s;
    begin_server(&s);
    check_cause(&s, "S001", 0, "never called socket()");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    check_cause(&s, "S013", 0, "never called bind()");
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0), 32);
    check_cause(&s, "S066", 32, "never called listen()");
    staged_pending(&s, CALL_accept, socket)->pending = false;
    put_line(&s.t.events[s.t.n_events - 1].call, 40);
    check_cause(&s, "S066", 40, "never called listen()");
    staged_end(&s);
    begin_server(&s);
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_listen, socket, 0, 0);
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", -1, EINVAL), 37);
    check_cause(&s, "S019", 37, "bind failed with EINVAL");
    staged_end(&s);
}

static void test_server_that_stopped(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    put_line(staged_pending(&s, CALL_read, -1), 50); /* before it listens */
    staged_stuck(&s, 1, false);
    check_cause(&s, "S054", 50, "waits for input in read (serveur_tcp.c:50)");
    staged_end(&s);
    begin_server(&s);
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    staged_call(&s, CALL_listen, socket, 0, 0);
    put_line(staged_call(&s, CALL_close, socket, 0, 0), 60);
    staged_exit(&s, 3);
    check_cause(&s, "S061", 60, "had ended, with status 3");
    staged_call(&s, CALL_accept, socket, -1, EBADF);
    check_cause(&s, "S069", 60, "closed its listening socket");
    staged_end(&s);
    begin_server(&s);
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_kill(&s, SIGSEGV, false);
    staged_verdict(&s, "binds", "ok", "client", NULL);
    CU_ASSERT_STRING_EQUAL(s.result.checks[0].id, "no-crash");
    CU_ASSERT_EQUAL(s.result.checks[1].verdict, VERDICT_SKIPPED);
    staged_end(&s);
}

static void test_server_that_keeps_its_client(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    int dialogue = staged_accept(&s, socket);
    staged_data(&s, CALL_read, dialogue, "hello\n");
    put_line(staged_pending(&s, CALL_read, dialogue), 39);
    staged_stuck(&s, 1, false);
    check_cause(&s, "S052", 39, "waits for bytes in read (serveur_tcp.c:39)");
    CU_ASSERT_PTR_NOT_NULL(strstr(s.result.checks[0].hint, "Reply as soon"));
    staged_end(&s);
}

static void test_use_of_the_listening_socket(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    put_line(staged_call(&s, CALL_listen, socket, 0, 0), 34);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_pending(&s, CALL_pause, -1);
    staged_stuck(&s, 1, false);
    check_cause(&s, "S071", 34, "never called accept()");
    put_line(staged_call(&s, CALL_read, socket, -1, ENOTCONN), 50);
    check_cause(&s, "S072", 50, "calls read on its listening socket");
    staged_end(&s);
}

static void test_port_in_time_wait(void)
{
    struct staged s;
    begin_server(&s);
    staged_step(&s, STEP_START, "second");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_accept(&s, socket);
    staged_kill(&s, SIGKILL, true);
    s.actor = staged_actor(&s, "second", ACTOR_PROGRAM);
    s.process = 3;
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", -1, EADDRINUSE), 27);
    staged_exit(&s, 1);
    const struct check_result *result = staged_verdict(&s, "binds", "ok", "second", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S065");
    CU_ASSERT_EQUAL(result->line, 27);
    CU_ASSERT_STRING_EQUAL(result->actual, "bind failed with EADDRINUSE"); /* and not twice */
    staged_end(&s);
}

static void test_program_that_was_never_started(void)
{
    struct staged s;
    begin_server(&s);
    staged_step(&s, STEP_START, "second");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:34835", 0, 0), 32);
    staged_stuck(&s, 1, false);
    const struct check_result *result = staged_verdict(&s, "conflict", "EADDRINUSE", "second", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S014");
    CU_ASSERT_STRING_EQUAL(result->actual, "it was never started: client is bound to port 34835, not to port 5000");
    staged_end(&s);
}

static void test_conflict_that_was_not_met(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    struct call *option = staged_call(&s, CALL_setsockopt, socket, 0, 0);
    option->arg[1] = SOL_SOCKET;
    option->arg[2] = SO_REUSEADDR;
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:34835", 0, 0), 32);
    staged_call(&s, CALL_listen, socket, 0, 0);
    put_line(staged_pending(&s, CALL_accept, socket), 89);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "conflict", "EADDRINUSE", "client", NULL), "S014");
    const struct check_result *result = staged_verdict(&s, "exits", "nonzero", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S014");
    CU_ASSERT_EQUAL(result->line, 32);
    staged_end(&s);
}

static void test_error_that_was_passed_over(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    put_line(staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", -1, EADDRINUSE), 32);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_pending(&s, CALL_accept, socket);
    const struct check_result *result = staged_verdict(&s, "exits", "nonzero", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S023");
    CU_ASSERT_EQUAL(result->line, 32);
    staged_print(&s, STREAM_STDOUT, "Serveur en écoute\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "bind", "client", NULL), "S023");
    staged_print(&s, STREAM_STDOUT, "erreur de bind\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "bind", "client", NULL), "S022");
    staged_end(&s);
}

static void test_client_that_goes_elsewhere(void)
{
    struct staged s;
    begin_client(&s);
    check_cause(&s, "S001", 0, "never called socket()");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    check_cause(&s, "S012", 0, "never called connect()");
    put_line(staged_address(&s, CALL_connect, socket, "127.0.0.1:34835", -1, ECONNREFUSED), 41);
    check_cause(&s, "S014", 41, "goes to port 34835, not to port 5000");
    staged_exit(&s, 1);
    const struct check_result *result = staged_verdict(&s, "exits", "0", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S014");
    CU_ASSERT_EQUAL(result->line, 41);
    /* Elsewhere first, and then where it should: that is not the cause. */
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, ECONNREFUSED);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S067");
    staged_end(&s);
}

static void test_client_that_is_interrupted(void)
{
    struct staged s;
    begin_client(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    struct call *write = staged_call(&s, CALL_write, socket, -1, EINTR);
    write->injected = true;
    put_line(write, 58);
    staged_exit(&s, 1);
    check_cause(&s, "S064", 58, "after write failed with EINTR");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S064");
    staged_data(&s, CALL_write, socket, "hello\n"); /* done again: then something else decided the status */
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", NULL), "S063");
    staged_end(&s);
}

static void test_client_that_waits_first(void)
{
    struct staged s;
    begin_client(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    put_line(staged_pending(&s, CALL_recvfrom, socket), 61);
    staged_stuck(&s, 1, false);
    check_cause(&s, "S052", 61, "waits for bytes in recv (serveur_tcp.c:61)");
    CU_ASSERT_PTR_NOT_NULL(strstr(s.result.checks[0].hint, "Send first"));
    staged_end(&s);
    begin_client(&s);
    socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    for (int i = 0; i < 4; i++)
        put_line(staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", -1, ECONNREFUSED), 45);
    staged_pending(&s, CALL_nanosleep, -1);
    staged_stuck(&s, 1, false);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "nonzero", "client", NULL), "S070");
    staged_end(&s);
}

/* Both modes of one program: what it is to do follows from its argument, and not from what the other one is for. */
static void test_modes_of_one_program(void)
{
    static char serve[] = "serve", ask[] = "ask", program[] = "client";
    char *serves[] = {serve, NULL}, *asks[] = {ask, NULL};
    struct step other_steps[] = {{.kind = STEP_START, .actor = program, .arguments = asks},
                                 {.kind = STEP_UNTIL, .actor = program, .condition = CONDITION_CONNECTED}};
    struct scenario scenarios[] = {{.script = {other_steps, COUNT_OF(other_steps)}}};
    struct staged s;
    begin_server(&s);
    s.exercise.scenarios = scenarios;
    s.exercise.n_scenarios = COUNT_OF(scenarios);
    s.steps[0].arguments = asks;
    check_cause(&s, "S001", 0, "never called socket()");
    staged_socket(&s, AF_INET, SOCK_STREAM);
    check_cause(&s, "S012", 0, "never called connect()");
    s.steps[0].arguments = serves;
    check_cause(&s, "S013", 0, "never called bind()");
    staged_end(&s);
}

/* A server whose end the scenario waits for need not go on; nothing is wrong with its having ended. */
static void test_server_that_is_to_end(void)
{
    struct staged s;
    begin_server(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    s.steps[1].type = SOCK_DGRAM;
    staged_address(&s, CALL_bind, socket, "0.0.0.0:5000", 0, 0);
    staged_exit(&s, 0);
    check_cause(&s, "S061", 0, "had ended");
    s.steps[staged_step(&s, STEP_UNTIL, "client")].condition = CONDITION_EXITED;
    const struct check_result *result = staged_verdict(&s, "receives", "ok\n", "server", NULL);
    CU_ASSERT_STRING_NOT_EQUAL(result->diagnosis, "S061");
    staged_end(&s);
}

int suite_cause(void)
{
    static const struct unit_test tests[] = {
        {"a server at another port", test_port_of_the_server},
        {"a server with another socket or address", test_socket_of_the_server},
        {"an address that is cut short", test_addresses_cut_short},
        {"a server without bind or listen", test_calls_of_the_server},
        {"a server that stopped before", test_server_that_stopped},
        {"a server that keeps its client waiting", test_server_that_keeps_its_client},
        {"a listening socket used for nothing, or for too much", test_use_of_the_listening_socket},
        {"a port in TIME_WAIT", test_port_in_time_wait},
        {"a program that was never started", test_program_that_was_never_started},
        {"a conflict that was not met", test_conflict_that_was_not_met},
        {"an error that was passed over", test_error_that_was_passed_over},
        {"a client that goes elsewhere", test_client_that_goes_elsewhere},
        {"a client that a signal stopped", test_client_that_is_interrupted},
        {"modes of one program", test_modes_of_one_program},
        {"a server that is to end", test_server_that_is_to_end},
        {"a client that waits too early, or for ever", test_client_that_waits_first},
    };
    return suite_add("cause", tests, COUNT_OF(tests));
}
