/* check: whole lines and words on standard output, and complaints on standard error. */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/staged.h"
#include "tests/suites.h"

/* What CHECK: VALUE says of a program that printed OUT and ERR. */
static const char *code_of(const char *check, const char *value, const char *out, const char *err)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    staged_print(&s, STREAM_STDOUT, out);
    staged_print(&s, STREAM_STDERR, err);
    snprintf(code, sizeof code, "%s", staged_code(&s, check, value, "client", NULL));
    staged_end(&s);
    return code;
}

static void test_line(void)
{
    const char *line = "325 -> 17665";
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "first\n325 -> 17665\nlast\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "325 -> 17665", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, " 325 -> 17665\t \r\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "\x1b[32m325 -> 17665 \x1b[0m\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "", ""), "S110");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "17665\n", ""), "S112");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "325 -> 325\n", ""), "S111");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "325 -> 17665 (0x4501)\n", ""), "S113");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "0325 -> 17665\n", ""), "S113");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "0x145 -> 17665\n", ""), "S112");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "325->17665\n", ""), "S112");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "", "325 -> 17665\n"), "S044");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "1325 -> 17665\n", ""), "S113");
}

/* What the hexadecimal form of an address shows of the mistake. */
static void test_address(void)
{
    const char *line = "10.1.0.12 -> 0a01000c";
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "10.1.0.12 -> 0c00010a\n", ""), "S151");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "10.1.0.12 -> a10c\n", ""), "S111");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", line, "10.1.0.12 -> 12\n", ""), "S111");
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "1.2.3 -> ", "1.2.3 -> 01020003\n", ""), "S150");
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "325 -> 0", "325 -> 00000145\n", ""), "S150");
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "256.1.1.1 -> ", "256.1.1.1 -> 00010101\n", ""), "S115");
}

static void test_lines(void)
{
    const char *lines = "avant: 6\napres: -1";
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", lines, "avant: 6\nbetween\napres: -1\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", lines, "apres: -1\navant: 6\n", ""), "S114");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", lines, "avant: 6\napres: 6\n", ""), "S111");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", lines, "avant: 6\n", ""), "S110");
    CU_ASSERT_STRING_EQUAL(code_of("prints-line", "avant: 6\navant: 6", "avant: 6\n", ""), "S110");
}

static void test_case(void)
{
    struct staged s;
    staged_begin(&s);
    staged_print(&s, STREAM_STDOUT, "192.168.52.2 -> C0A83402\n");
    const char *line = "192.168.52.2 -> c0a83402";
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-line", line, "client", NULL), "S112");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-line", line, "client", "any-case=true"), "passed");
    const struct check_result *result = staged_verdict(&s, "prints-line", line, "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->expected, "the line “192.168.52.2 -> c0a83402”");
    CU_ASSERT_STRING_EQUAL(result->actual, "the line “192.168.52.2 -> C0A83402”");
    staged_end(&s);
}

static void test_no_line(void)
{
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "1.2.3 -> \n-1 -> ", "1 -> 256\nbad 1.2.3 -> -1 -> \n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "1.2.3 -> \n-1 -> ", "1.2.3 -> impossible\n", ""), "S115");
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "1.2.3 -> \n-1 -> ", "-1 -> 65535\n", ""), "S115");
    CU_ASSERT_STRING_EQUAL(code_of("prints-no-line", "-1 -> ", "", "-1 -> no number\n"), "passed");
}

/* A bad argument may be converted under another text than its own. */
static void test_no_result(void)
{
    static const char *const texts[][2] = {
        {"0 -> 0\nargument -> 0\nsteps: 1 -> 2\n0 -> 00000000\n", "passed"},
        {"0 -> 0\n65535 -> 65535\n", "S115"},
        {"0 -> 0\n:: -> 00000000000000000000000000000000\n", "S115"},
        {"0 -> 0\n-1 -> 1\n", "S115"},
        {" -> 0\n", "passed"},
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct staged s;
        staged_begin(&s);
        staged_print(&s, STREAM_STDOUT, texts[i][0]);
        CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-no-line", "-1 -> ", "client", "besides=0 -> 0"), texts[i][1]);
        staged_end(&s);
    }
}

static void test_word(void)
{
    CU_ASSERT_STRING_EQUAL(code_of("prints-word", "EPIPE ECONNRESET", "send: EPIPE.\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-word", "EPIPE ECONNRESET", "econnreset", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-word", "rien", "c'est vrai, rien\n", ""), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("prints-word", "rien", "vaurien, riens\n", ""), "S116");
    CU_ASSERT_STRING_EQUAL(code_of("prints-word", "rien", "", "rien\n"), "S044");
}

static void test_complains(void)
{
    CU_ASSERT_STRING_EQUAL(code_of("complains", "true", "", "usage: client PORT\n"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of("complains", "true", "usage: client PORT\n", ""), "S022");
    CU_ASSERT_STRING_EQUAL(code_of("complains", "true", "", " \n"), "S117");
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", "any-stream=true"), "S117");
    staged_print(&s, STREAM_STDOUT, "usage: client PORT\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", "any-stream=true"), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", "besides=client"), "S117");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", "besides= -> "), "S022");
    staged_print(&s, STREAM_STDOUT, "65535 -> 65535\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", "besides=client"), "S022");
    staged_kill(&s, SIGSEGV, false);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "complains", "true", "client", NULL), "S049");
    staged_end(&s);
}

int suite_check_lines(void)
{
    static const struct unit_test tests[] = {
        {"a line is there, exactly", test_line},
        {"an address in another form", test_address},
        {"several lines are there, in order", test_lines},
        {"small and capital letters are the same if it is said", test_case},
        {"no line begins in a certain way", test_no_line},
        {"no result stands beside those that are right", test_no_result},
        {"a word stands alone", test_word},
        {"something is said on standard error", test_complains},
    };
    return suite_add("check_lines", tests, COUNT_OF(tests));
}
