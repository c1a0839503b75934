/* check: closing one direction, and replies to the end of the data. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

static int begin(struct staged *s)
{
    staged_begin(s);
    int socket = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_address(s, CALL_connect, socket, "127.0.0.1:5000", 0, 0);
    staged_deed(s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_data(s, CALL_write, socket, "hello");
    staged_deed(s, STAGED_PEER, DEED_RECEIVED, "hello");
    return socket;
}

static void shut(struct staged *s, int socket, int how)
{
    staged_call(s, CALL_shutdown, socket, 0, 0)->arg[1] = how;
}

static void reply(struct staged *s, int socket)
{
    staged_deed(s, STAGED_PEER, DEED_SENT, "ok");
    staged_data(s, CALL_read, socket, "ok");
}

/* What half-closes says when the client shuts in this way (-1: not at all) before the reply. */
static const char *half_close_code(int how)
{
    static char code[8];
    struct staged s;
    int socket = begin(&s);
    if (how >= 0) {
        shut(&s, socket, how);
        staged_deed(&s, STAGED_PEER, DEED_END_OF_FILE, NULL);
    }
    reply(&s, socket);
    snprintf(code, sizeof code, "%s", staged_code(&s, "half-closes", "true", "server", NULL));
    staged_end(&s);
    return code;
}

static void test_half_close(void)
{
    CU_ASSERT_STRING_EQUAL(half_close_code(SHUT_WR), "passed");
    CU_ASSERT_STRING_EQUAL(half_close_code(SHUT_RDWR), "S068");
    CU_ASSERT_STRING_EQUAL(half_close_code(-1), "S090");
    struct staged s;
    int socket = begin(&s);
    reply(&s, socket);
    shut(&s, socket, SHUT_WR);
    staged_deed(&s, STAGED_PEER, DEED_END_OF_FILE, NULL);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "half-closes", "true", "server", NULL), "S093");
    staged_end(&s);
}

static void test_close_is_no_half_close(void)
{
    struct staged s;
    int socket = begin(&s);
    staged_call(&s, CALL_close, socket, 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_END_OF_FILE, NULL);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "ok");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "half-closes", "true", "server", NULL), "S091");
    staged_end(&s);
}

static void test_shutdown_before_the_end(void)
{
    struct staged s;
    int socket = begin(&s);
    shut(&s, socket, SHUT_WR);
    staged_deed(&s, STAGED_PEER, DEED_END_OF_FILE, NULL);
    staged_call(&s, CALL_write, socket, -1, EPIPE);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "half-closes", "true", "server", NULL), "S092");
    staged_end(&s);
}

static void test_a_wait_for_the_reply(void)
{
    struct staged s;
    int socket = begin(&s);
    staged_pending(&s, CALL_read, socket);
    staged_stuck(&s, 0, false);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "half-closes", "true", "server", NULL), "S090");
    staged_end(&s);
}

static void test_no_connection(void)
{
    struct staged s;
    staged_begin(&s);
    staged_exit(&s, 1);
    const struct check_result *result = staged_verdict(&s, "half-closes", "true", "server", NULL);
    CU_ASSERT_EQUAL(result->verdict, VERDICT_FAILED);
    staged_end(&s);
}

static const char *mode_code(const char *mode, int first, int second)
{
    static char code[8];
    struct staged s;
    int socket = begin(&s);
    if (first >= 0)
        shut(&s, socket, first);
    if (second >= 0)
        shut(&s, socket, second);
    snprintf(code, sizeof code, "%s", staged_code(&s, "shuts-down", mode, "client", NULL));
    staged_end(&s);
    return code;
}

static void test_modes(void)
{
    CU_ASSERT_STRING_EQUAL(mode_code("RD", SHUT_RD, -1), "passed");
    CU_ASSERT_STRING_EQUAL(mode_code("RD", SHUT_RD, SHUT_RDWR), "passed"); /* the second, before close(), does no harm */
    CU_ASSERT_STRING_EQUAL(mode_code("WR", SHUT_WR, -1), "passed");
    CU_ASSERT_STRING_EQUAL(mode_code("RDWR", SHUT_RDWR, -1), "passed");
    CU_ASSERT_STRING_EQUAL(mode_code("RDWR", SHUT_WR, SHUT_RD), "passed");
    CU_ASSERT_STRING_EQUAL(mode_code("RDWR", SHUT_WR, -1), "S097");
    CU_ASSERT_STRING_EQUAL(mode_code("WR", SHUT_RD, -1), "S097");
    CU_ASSERT_STRING_EQUAL(mode_code("WR", -1, -1), "S009");
}

static void test_tries(void)
{
    struct staged s;
    int socket = begin(&s);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "tries-after-shutdown", "send", "client", NULL), "S009");
    shut(&s, socket, SHUT_RD);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "tries-after-shutdown", "send", "client", NULL), "S009");
    staged_call(&s, CALL_write, socket, 6, 0);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "tries-after-shutdown", "send", "client", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "tries-after-shutdown", "receive", "client", NULL), "S009");
    staged_end(&s);
}

/* A server whose client, the peer, sent SENT, closed its sending direction and received REPLY. */
static const char *count_code(const char *sent, const char *answer)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int listener = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    int dialogue = staged_accept(&s, listener);
    staged_deed(&s, STAGED_PEER, DEED_SENT, sent);
    staged_data(&s, CALL_read, dialogue, sent);
    staged_deed(&s, STAGED_PEER, DEED_HALF_CLOSED, NULL);
    staged_data(&s, CALL_write, dialogue, answer);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, answer);
    snprintf(code, sizeof code, "%s", staged_code(&s, "receives-count", " octets\n", "server", NULL));
    staged_end(&s);
    return code;
}

static void test_counts_in_replies(void)
{
    CU_ASSERT_STRING_EQUAL(count_code("Hello world !\n", "14 octets\n"), "passed");
    CU_ASSERT_STRING_EQUAL(count_code("Hello world !\n", "15 octets\n"), "S099");
    CU_ASSERT_STRING_EQUAL(count_code("Hello world !\n", "14 octets"), "S034");
    CU_ASSERT_STRING_EQUAL(count_code("Hello world !\n", "14 bytes\n"), "S035");
}

static void test_replies_after_the_end(void)
{
    struct staged s;
    staged_begin(&s);
    int listener = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    int dialogue = staged_accept(&s, listener);
    staged_deed(&s, STAGED_PEER, DEED_HALF_CLOSED, NULL);
    staged_data(&s, CALL_write, dialogue, "0 octets\n");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "0 octets\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "replies-after-end", "true", "server", NULL), "passed");
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "0 octets\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "replies-after-end", "true", "server", NULL), "S098");
    staged_end(&s);
}

static void test_replies_after_the_message(void)
{
    struct staged s;
    staged_begin(&s);
    int listener = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    int dialogue = staged_accept(&s, listener);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "hello");
    staged_data(&s, CALL_write, dialogue, "ok\n");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "ok\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "replies-after-message", "true", "server", NULL), "passed");
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "ok\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "replies-after-message", "true", "server", NULL), "S157");
    staged_end(&s);
}

int suite_check_shutdown(void)
{
    static const struct unit_test tests[] = {
        {"the sending direction is closed before the reply", test_half_close},
        {"close() is no half close", test_close_is_no_half_close},
        {"nothing can be sent after shutdown()", test_shutdown_before_the_end},
        {"waiting for the reply without shutdown()", test_a_wait_for_the_reply},
        {"no connection, no half close", test_no_connection},
        {"the three modes", test_modes},
        {"calls are tried after shutdown()", test_tries},
        {"replies hold the right count", test_counts_in_replies},
        {"replies come after the end of the data", test_replies_after_the_end},
        {"a reply before the message is seen", test_replies_after_the_message},
    };
    return suite_add("check_shutdown", tests, COUNT_OF(tests));
}
