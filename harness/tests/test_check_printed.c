/* check: what the program prints, and what arrives at its peer. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value) staged_code(&s, name, value, "client", NULL)
#define CODE_WITH(name, value, parameter) staged_code(&s, name, value, "client", parameter)
#define CODE_BY(name, value) staged_code(&s, name, value, "server", NULL)

static void test_descriptor(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("prints-descriptor", "socket"), "S001");
    staged_print(&s, STREAM_STDOUT, "3 2 1\n");
    staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_print(&s, STREAM_STDOUT, "fd3\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-descriptor", "socket"), "S004");
    staged_print(&s, STREAM_STDERR, "(3)\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-descriptor", "socket"), "S044");
    staged_print(&s, STREAM_STDOUT, "(3)\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-descriptor", "socket"), "passed");
    staged_end(&s);
}

/* Judges prints-count after a program that received 6 and 8 bytes printed OUT and ERR. */
static const char *code_of_count(const char *before, const char *between, const char *out, const char *err)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_print(&s, STREAM_STDOUT, before);
    staged_data(&s, CALL_read, socket, "abcdef")->asked = 256;
    staged_print(&s, STREAM_STDOUT, between);
    staged_data(&s, CALL_read, socket, "ghijklmn")->asked = 250;
    staged_call(&s, CALL_read, socket, 0, 0)->asked = 242;
    staged_print(&s, STREAM_STDOUT, out);
    staged_print(&s, STREAM_STDERR, err);
    snprintf(code, sizeof code, "%s", CODE("prints-count", "received"));
    staged_end(&s);
    return code;
}

static void test_count(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_count("", "6\n", "8\n(14 octets)\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_count("", "6\n", "8\n", ""), "S043");
    CU_ASSERT_STRING_EQUAL(code_of_count("", "", "250 bytes\n", ""), "S040");
    CU_ASSERT_STRING_EQUAL(code_of_count("", "", "15 bytes\n", ""), "S041");
    CU_ASSERT_STRING_EQUAL(code_of_count("14 bytes\n", "", "", ""), "S042");
    CU_ASSERT_STRING_EQUAL(code_of_count("", "", "", "14\n"), "S044");
    CU_ASSERT_STRING_EQUAL(code_of_count("", "", "14octets, 14.5, -14\n", ""), "S039");
}

static void test_each_connection_has_its_count(void)
{
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    for (int i = 0; i < 3; i++) {
        int dialogue = staged_accept(&s, listening);
        staged_data(&s, CALL_recvmsg, dialogue, "Hello");
        staged_print(&s, STREAM_STDOUT, i == 1 ? "message of " : "5 bytes\n");
    }
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "received"), "S039"); /* two numbers for three connections */
    staged_print(&s, STREAM_STDOUT, "5 bytes\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "received"), "passed");
    staged_end(&s);
}

static void test_count_of_nothing(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "sent"), "S027");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("prints-count", "received", "value=0"), "S063");
    staged_call(&s, CALL_read, socket, 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE_WITH("prints-count", "received", "value=0"), "S039");
    staged_print(&s, STREAM_STDOUT, "0 bytes\n");
    CU_ASSERT_STRING_EQUAL(CODE_WITH("prints-count", "received", "value=0"), "passed");
    staged_end(&s);
}

/* A client that received MESSAGE in one piece (its first N bytes) and printed OUT. */
static void stage_reply(struct staged *s, const char *message, size_t n, const char *out)
{
    staged_begin(s);
    int socket = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_deed(s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_data(s, CALL_write, socket, "Hello world !\n");
    staged_deed(s, STAGED_PEER, DEED_SENT, message);
    AUTO_FREE char *part = mem_bytes(message, n);
    staged_data(s, CALL_read, socket, part);
    staged_print(s, STREAM_STDOUT, out);
}

static const char *code_of_text(const char *check, const char *message, size_t n, const char *out)
{
    static char code[8];
    struct staged s;
    stage_reply(&s, message, n, out);
    snprintf(code, sizeof code, "%s", CODE(check, "server"));
    staged_end(&s);
    return code;
}

static void test_text(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-text", "a reply\n", 8, "Got: a reply (8)\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-text", "two\r\nlines\r\n", 12, "Got: two\r\nlines\r\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-text", "a reply\n", 8, "Got: a rep\n"), "S046");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-text", "a reply\n", 4, "Got: a re\n"), "S046");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-text", "a reply\n", 8, "Got something\n"), "S045");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-text", "a reply\n", 0, "a reply\n"), "S063");
}

static void test_text_on_standard_error(void)
{
    struct staged s;
    stage_reply(&s, "a reply\n", 8, "");
    staged_print(&s, STREAM_STDERR, "a reply\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-text", "server"), "S044");
    staged_end(&s);
}

static void test_text_in_pieces(void)
{
    struct staged s;
    stage_reply(&s, "a long reply\n", 6, "[a long]\n");
    staged_data(&s, CALL_read, 0, " reply\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-text", "server"), "S046");
    staged_print(&s, STREAM_STDOUT, "[ reply\n]\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-text", "server"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("prints-no-rubbish", "server"), "passed");
    staged_end(&s);
}

static void test_same_text_of_two_clients(void)
{
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    for (int i = 0; i < 2; i++) {
        staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
        staged_deed(&s, STAGED_PEER, DEED_SENT, "the same");
        staged_data(&s, CALL_read, staged_accept(&s, listening), "the same");
    }
    staged_print(&s, STREAM_STDOUT, "the same\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-text", "server"), "S046");
    staged_print(&s, STREAM_STDOUT, "the same\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-text", "server"), "passed");
    staged_end(&s);
}

static void test_rubbish(void)
{
    static const char message[] = "a reply";
    size_t n = strlen(message);
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "a reply\x01\n"), "S047");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "a reply and \x7f"), "S047");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "a reply\x90\x80"), "S047");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "a replyHello world !\n"), "S047");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "a reply (7 octets) re\xe7u, reçu\t\n\x01"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "\x1b[1ma reply\x1b[0m\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_text("prints-no-rubbish", message, n, "nothing\n"), "skipped");
    struct staged s;
    stage_reply(&s, message, n, "");
    staged_print_bytes(&s, STREAM_STDOUT, "a reply\0\0\0\n", 11);
    CU_ASSERT_STRING_EQUAL(CODE("prints-no-rubbish", "server"), "passed");
    staged_end(&s);
}

/* Two messages into one buffer, over one connection each or over the same one. */
static const char *code_of_two(const char *second, const char *out, bool same_connection)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "a long message\n");
    int socket = staged_accept(&s, listening);
    staged_data(&s, CALL_read, socket, "a long message\n");
    staged_print(&s, STREAM_STDOUT, "a long message\n");
    if (!same_connection) {
        staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
        socket = staged_accept(&s, listening);
    }
    staged_deed(&s, STAGED_PEER, DEED_SENT, second);
    staged_data(&s, CALL_read, socket, second);
    staged_print(&s, STREAM_STDOUT, out);
    snprintf(code, sizeof code, "%s", CODE("prints-no-rubbish", "server"));
    staged_end(&s);
    return code;
}

static void test_rest_of_an_earlier_message(void)
{
    for (int same = 0; same < 2; same++) {
        CU_ASSERT_STRING_EQUAL(code_of_two("short\n", "short\n (6 bytes)\n", same == 1), "passed");
        CU_ASSERT_STRING_EQUAL(code_of_two("short\n", "short\n message\n (6 bytes)\n", same == 1), "S047");
        CU_ASSERT_STRING_EQUAL(code_of_two("short\n", "short\nmessage\n", same == 1), "passed");
        CU_ASSERT_STRING_EQUAL(code_of_two("a\n", "a\nlong message\n", same == 1), "S047");
        CU_ASSERT_STRING_EQUAL(code_of_two("a\n", "a\n\n", same == 1), "passed");
    }
}

static void test_rubbish_without_a_message(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_call(&s, CALL_read, socket, 0, 0);
    staged_print(&s, STREAM_STDOUT, "The server has closed.\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-no-rubbish", "server"), "passed");
    staged_print(&s, STREAM_STDOUT, "Got:\n\x02\x7f\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-no-rubbish", "server"), "S047");
    staged_end(&s);
}

/* What `receives` says when the peer got the N bytes of DATA instead of "ok\n". */
static const char *code_of_bytes(const char *data, size_t n)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    struct call *call = staged_call(&s, CALL_sendto, socket, (int64_t)n, 0);
    bytes_set(&call->data, data, n, n);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, NULL);
    bytes_set(&s.t.events[s.t.n_events - 1].deed.bytes, data, n, n);
    snprintf(code, sizeof code, "%s", CODE_BY("receives", "ok\n"));
    staged_end(&s);
    return code;
}

static void test_bytes(void)
{
    char buffer[256] = "ok\n";
    CU_ASSERT_STRING_EQUAL(code_of_bytes("ok\n", 3), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("", 0), "S027");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("ok\n\0", 4), "S028");
    CU_ASSERT_STRING_EQUAL(code_of_bytes(buffer, sizeof buffer), "S029");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("o", 1), "S030");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("ok\nbye", 6), "S031");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("ok\nok\n", 6), "S032");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("OK\n", 3), "S033");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("ok", 2), "S034");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("ok\r\n", 4), "S034");
    CU_ASSERT_STRING_EQUAL(code_of_bytes("no\n", 3), "S035");
}

static void test_sizes(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE_BY("receives", "ok\n"), "S027");
    CU_ASSERT_STRING_EQUAL(CODE_BY("receives-size", "5"), "S027");
    CU_ASSERT_STRING_EQUAL(CODE_BY("receives-size", "0"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE_BY("ends-with", "fin"), "S009");
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "hello");
    CU_ASSERT_STRING_EQUAL(CODE_BY("receives-size", "5"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE_BY("receives-size", "6"), "S030");
    CU_ASSERT_STRING_EQUAL(CODE_BY("receives-size", "4"), "S031");
    CU_ASSERT_STRING_EQUAL(CODE_BY("ends-with", "fin"), "S038");
    staged_deed(&s, STAGED_PEER, DEED_RESET, NULL);
    CU_ASSERT_STRING_EQUAL(CODE_BY("ends-with", "fin"), "S037");
    CU_ASSERT_STRING_EQUAL(CODE_BY("ends-with", "reset"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE_BY("ends-with", "any"), "passed");
    staged_end(&s);
}

static void test_silence(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(CODE("stays-silent", "true"), "S001"); /* a program that does nothing has done nothing right */
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_write, socket, -1, EPIPE);
    staged_data(&s, CALL_write, -1, "on the terminal");
    CU_ASSERT_STRING_EQUAL(CODE("stays-silent", "true"), "passed");
    staged_data(&s, CALL_writev, socket, "hi");
    CU_ASSERT_STRING_EQUAL(CODE("stays-silent", "true"), "S036");
    staged_end(&s);
}

int suite_check_printed(void)
{
    static const struct unit_test tests[] = {
        {"the descriptor is printed once it is known", test_descriptor},
        {"the total is printed after the last byte", test_count},
        {"one number counts for one connection", test_each_connection_has_its_count},
        {"nothing can be counted too", test_count_of_nothing},
        {"the message is printed whole", test_text},
        {"standard error is not the place for it", test_text_on_standard_error},
        {"the message may be printed piece by piece", test_text_in_pieces},
        {"each of two equal messages is printed", test_same_text_of_two_clients},
        {"rubbish behind the message is seen, text is borne", test_rubbish},
        {"the rest of an earlier message is rubbish behind this one", test_rest_of_an_earlier_message},
        {"without a message there is no rubbish either", test_rubbish_without_a_message},
        {"wrong bytes on the wire have their diagnoses", test_bytes},
        {"sizes and the end of the connection", test_sizes},
        {"silence is only about sockets", test_silence},
    };
    return suite_add("check_printed", tests, COUNT_OF(tests));
}
