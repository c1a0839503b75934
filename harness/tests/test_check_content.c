/* check: bytes that are passed on, and the counts of them. */
#include <CUnit/CUnit.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

/* A client that is connected, was given IN and printed OUT; its peer received ARRIVED and replied REPLY. */
static void exchange(struct staged *s, const char *in, const char *arrived, const char *reply, const char *out)
{
    staged_begin(s);
    int socket = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_address(s, CALL_connect, socket, "127.0.0.1:5000", 0, 0);
    staged_deed(s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_input(s, in);
    staged_data(s, CALL_write, socket, arrived);
    staged_deed(s, STAGED_PEER, DEED_RECEIVED, arrived);
    staged_deed(s, STAGED_PEER, DEED_SENT, reply);
    staged_data(s, CALL_read, socket, reply);
    staged_print(s, STREAM_STDOUT, out);
}

static const char *output_code(const char *reply, const char *out, const char *parameter)
{
    static char code[8];
    struct staged s;
    exchange(&s, "in", "in", reply, out);
    snprintf(code, sizeof code, "%s", staged_code(&s, "outputs", "server", "client", parameter));
    staged_end(&s);
    return code;
}

static void test_outputs(void)
{
    CU_ASSERT_STRING_EQUAL(output_code("reply\r\n", "reply\r\n", "alone=true"), "passed");
    CU_ASSERT_STRING_EQUAL(output_code("reply", "reply", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(output_code("reply", "got reply (5)", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(output_code("reply", "got reply (5)", "alone=true"), "S094");
    CU_ASSERT_STRING_EQUAL(output_code("reply", "reply5", "alone=true"), "S094");
    CU_ASSERT_STRING_EQUAL(output_code("reply", "", NULL), "S045");
    CU_ASSERT_STRING_EQUAL(output_code("reply", "rep", NULL), "S046");
    CU_ASSERT_STRING_EQUAL(output_code("reply\r\n", "reply\n", NULL), "S096");
    CU_ASSERT_STRING_EQUAL(output_code("", "", "alone=true"), "passed");
    CU_ASSERT_STRING_EQUAL(output_code("", "0 octets", "alone=true"), "S094");
}

static void test_outputs_stops_at_nul(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "abcdef");
    struct bytes *sent = &s.t.events[s.t.n_events - 1].deed.bytes;
    sent->data[3] = '\0';
    staged_data(&s, CALL_read, socket, "abcdef");
    staged_print(&s, STREAM_STDOUT, "abc");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "outputs", "server", "client", NULL), "S095");
    staged_end(&s);
}

static const char *arrival_code(const char *in, const char *arrived)
{
    static char code[8];
    struct staged s;
    exchange(&s, in, arrived, "ok", "ok");
    snprintf(code, sizeof code, "%s", staged_code(&s, "receives-input", "client", "server", NULL));
    staged_end(&s);
    return code;
}

static void test_receives_input(void)
{
    CU_ASSERT_STRING_EQUAL(arrival_code("typed\n", "typed\n"), "passed");
    CU_ASSERT_STRING_EQUAL(arrival_code("typed\n", "typ"), "S030");
    CU_ASSERT_STRING_EQUAL(arrival_code("typed\n", "typed\n\n"), "S031");
    CU_ASSERT_STRING_EQUAL(arrival_code("typed\n", "tiped\n"), "S096");
    struct staged s;
    staged_begin(&s);
    staged_input(&s, "typed\n");
    staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_EQUAL(staged_verdict(&s, "receives-input", "client", "server", NULL)->verdict, VERDICT_FAILED);
    staged_end(&s);
}

static void test_counts_on_standard_error(void)
{
    struct staged s;
    exchange(&s, "typed\n", "typed\n", "four", "four");
    staged_print(&s, STREAM_STDERR, "6 envoyes, 4 recus\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "sent", "client", "stream=stderr"), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", "stream=stderr"), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "sent", "client", NULL), "S044");
    staged_end(&s);
    exchange(&s, "typed\n", "typed\n", "four", "four");
    staged_print(&s, STREAM_STDOUT, "\n6 envoyes\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "sent", "client", "stream=stderr"), "S094");
    staged_end(&s);
}

static void test_nothing_needs_no_call(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_address(&s, CALL_connect, socket, "127.0.0.1:5000", 0, 0);
    staged_print(&s, STREAM_STDOUT, "0 octets\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "sent", "client", "value=0"), "passed");
    staged_end(&s);
}

int suite_check_content(void)
{
    static const struct unit_test tests[] = {
        {"standard output is what the peer sent", test_outputs},
        {"a text function stops at a zero", test_outputs_stops_at_nul},
        {"the peer receives standard input", test_receives_input},
        {"counts on standard error", test_counts_on_standard_error},
        {"zero bytes need no call", test_nothing_needs_no_call},
    };
    return suite_add("check_content", tests, COUNT_OF(tests));
}
