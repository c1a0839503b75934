/* check: the flags of sends and receives, the handler of SIGPIPE, urgent data, the name of an error. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value, parameter) staged_code(&s, name, value, "client", parameter)

static void test_flag(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_PEEK", NULL), "S063");
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_data(&s, CALL_read, socket, "hello");
    const struct check_result *result = staged_verdict(&s, "uses-flag", "MSG_PEEK", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S118");
    CU_ASSERT_STRING_EQUAL(result->actual, "read, which takes no flags");
    staged_data(&s, CALL_recvfrom, socket, "hello")->arg[3] = MSG_TRUNC;
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_PEEK", NULL), "S118");
    staged_data(&s, CALL_recvmsg, socket, "hello")->arg[2] = MSG_PEEK | MSG_TRUNC;
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_PEEK", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_PEEK", "in=receive"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_PEEK", "in=send"), "S027");
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_PEEK", "every=true"), "S118");
    staged_end(&s);
}

/* A call that waits carries its flags too; and a descriptor that is no socket does not matter. */
static void test_flag_of_every_call(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_data(&s, CALL_write, -1, "hello");
    staged_pending(&s, CALL_recvfrom, socket)->arg[3] = MSG_WAITALL;
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_WAITALL", "every=true"), "passed");
    staged_call(&s, CALL_recvfrom, socket, -1, EAGAIN);
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_WAITALL", "every=true"), "S118");
    CU_ASSERT_STRING_EQUAL(CODE("uses-flag", "MSG_WAITALL", "every=false"), "passed");
    staged_end(&s);
}

static void set_handler(struct staged *s, int handler)
{
    staged_call(s, CALL_rt_sigaction, -1, 0, 0)->arg[1] = handler;
}

static void test_handler(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("keeps-handler", "PIPE", NULL), "S027");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    set_handler(&s, 2);
    set_handler(&s, 0);
    staged_data(&s, CALL_sendto, socket, "hello");
    CU_ASSERT_STRING_EQUAL(CODE("keeps-handler", "PIPE", NULL), "passed");
    set_handler(&s, 1);
    CU_ASSERT_STRING_EQUAL(CODE("keeps-handler", "PIPE", NULL), "passed");
    staged_data(&s, CALL_sendto, socket, "hello");
    set_handler(&s, 0);
    const struct check_result *result = staged_verdict(&s, "keeps-handler", "PIPE", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S119");
    CU_ASSERT_STRING_EQUAL(result->actual, "SIGPIPE is ignored (SIG_IGN) when the message is sent");
    staged_end(&s);
}

static void test_urgent(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-urgent", "!", "server", NULL), "S027");
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_URGENT, "!");
    staged_deed(&s, STAGED_PEER, DEED_END_OF_FILE, NULL);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-urgent", "!", "server", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-urgent", "?", "server", NULL), "S152");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "", "server", NULL), "passed");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "abc");
    const struct check_result *result = staged_verdict(&s, "receives-urgent", "!", "server", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S152");
    CU_ASSERT_STRING_EQUAL(result->actual, "“!” as urgent data, and “abc” besides");
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "!");
    result = staged_verdict(&s, "receives-urgent", "!", "server", NULL);
    CU_ASSERT_STRING_EQUAL(result->actual, "“!”, and none of it urgent");
    staged_end(&s);
}

static void test_error(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("prints-error", "send", NULL), "S027");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_data(&s, CALL_sendto, socket, "hello");
    CU_ASSERT_STRING_EQUAL(CODE("prints-error", "send", NULL), "S156");
    staged_call(&s, CALL_sendto, socket, -1, ECONNRESET);
    staged_print(&s, STREAM_STDOUT, "Connection reset by peer\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-error", "send", NULL), "S153");
    staged_print(&s, STREAM_STDERR, "ECONNRESET\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-error", "send", NULL), "S044");
    staged_print(&s, STREAM_STDOUT, "send: ECONNRESET (104)\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-error", "send", NULL), "passed");
    staged_end(&s);
}

static void test_another_error(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_sendto, socket, -1, ECONNRESET);
    staged_print(&s, STREAM_STDOUT, "EPIPE\n");
    const struct check_result *result = staged_verdict(&s, "prints-error", "send", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S153");
    CU_ASSERT_STRING_EQUAL(result->actual, "send failed with ECONNRESET, and EPIPE is printed");
    staged_call(&s, CALL_sendto, socket, -1, EPIPE); /* it went on until then */
    CU_ASSERT_STRING_EQUAL(CODE("prints-error", "send", NULL), "passed");
    staged_end(&s);
}

static void test_size(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("takes", "11", NULL), "S063");
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_data(&s, CALL_recvfrom, socket, "hello")->asked = 11;
    CU_ASSERT_STRING_EQUAL(CODE("takes", "11", NULL), "S154");
    CU_ASSERT_STRING_EQUAL(CODE("takes", "5", NULL), "passed");
    staged_data(&s, CALL_read, socket, " world");
    CU_ASSERT_STRING_EQUAL(CODE("takes", "11", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("takes", "10", NULL), "S155");
    CU_ASSERT_STRING_EQUAL(CODE("takes", "11", "at-once=true"), "S155"); /* by two calls */
    staged_end(&s);
    staged_begin(&s);
    staged_data(&s, CALL_recvfrom, staged_socket(&s, AF_INET, SOCK_STREAM), "hello");
    const struct check_result *result = staged_verdict(&s, "takes", "6", "client", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "recv was given room for 5 bytes only"));
    staged_end(&s);
}

/* Judges prints-count: peeked of a program that looked at 5 bytes, received as many, and printed this. */
static const char *code_of_look(const char *between, const char *after)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_data(&s, CALL_recvfrom, socket, "hello")->arg[3] = MSG_PEEK;
    staged_print(&s, STREAM_STDOUT, between);
    staged_data(&s, CALL_recvfrom, socket, "hello");
    staged_print(&s, STREAM_STDOUT, after);
    snprintf(code, sizeof code, "%s", CODE("prints-count", "peeked", NULL));
    staged_end(&s);
    return code;
}

/* What was only looked at, and never taken, is known to the program all the same: the last look counts. */
static void test_look_only(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_data(&s, CALL_recvfrom, socket, "hel")->arg[3] = MSG_PEEK;
    staged_data(&s, CALL_recvfrom, socket, "hello")->arg[3] = MSG_PEEK;
    staged_print(&s, STREAM_STDOUT, "5\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "received", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "peeked", NULL), "S178");
    staged_data(&s, CALL_recvfrom, socket, "hell");
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "received", NULL), "S039");
    staged_end(&s);
}

static void test_look(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_look("5\n", "5\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_look("", "seen 5, received 5\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_look("", "5 seen and received\n"), "S039");
    CU_ASSERT_STRING_EQUAL(code_of_look("5\n", ""), "S039");
    CU_ASSERT_STRING_EQUAL(code_of_look("", ""), "S039");
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_data(&s, CALL_recvfrom, socket, "hello");
    staged_print(&s, STREAM_STDOUT, "5 5\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "peeked", NULL), "S063");
    staged_end(&s);
}

int suite_check_flags(void)
{
    static const struct unit_test tests[] = {
        {"a call carries a flag", test_flag},
        {"each call carries it, one that waits too", test_flag_of_every_call},
        {"SIGPIPE is left alone while something is sent", test_handler},
        {"urgent data, and nothing besides", test_urgent},
        {"the name of an error is printed", test_error},
        {"the name of another error is seen", test_another_error},
        {"all that was sent is taken", test_size},
        {"what was looked at is counted apart", test_look},
        {"a look without a receive", test_look_only},
    };
    return suite_add("check_flags", tests, COUNT_OF(tests));
}
