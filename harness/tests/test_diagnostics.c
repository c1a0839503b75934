/* What compilers say, whatever they say. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "conversation/diagnostics.h"
#include "ground/buf.h"
#include "tests/suites.h"

static struct build_result result;

static size_t read_bytes(const char *text, size_t n)
{
    for (size_t i = 0; i < result.n_diagnostics; i++) {
        free(result.diagnostics[i].file);
        free(result.diagnostics[i].message);
    }
    free(result.diagnostics);
    result = (struct build_result){.status = BUILD_BROKEN};
    return n > 0 ? diagnostics_read(&result, text, n) : 0;
}

static size_t read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static bool is(size_t index, enum severity severity, const char *file, int line, int column, const char *message)
{
    if (index >= result.n_diagnostics)
        return false;
    const struct diagnostic *d = &result.diagnostics[index];
    bool same_file = file == NULL ? d->file == NULL : d->file != NULL && strcmp(d->file, file) == 0;
    return d->severity == severity && same_file && d->line == line && d->column == column && strcmp(d->message, message) == 0;
}

static void json_of_gcc_is_read(void)
{
    size_t errors = read_text(
        "[{\"kind\": \"warning\", \"message\": \"unused variable\", \"locations\": [{\"caret\": {\"file\": \"a.c\", "
        "\"line\": 3, \"column\": 7}}]}, {\"kind\": \"error\", \"message\": \"expected ';'\", \"locations\": [{\"caret\": "
        "{\"file\": \"/tmp/sources/sub/b.c\", \"line\": 9, \"column\": 1}}]}]\n"
        "[{\"kind\": \"fatal error\", \"message\": \"no such file\", \"locations\": [{\"caret\": {\"file\": \"./c.h\", "
        "\"line\": 1, \"column\": 10}}]}, {\"kind\": \"note\", \"message\": \"here\", \"locations\": []}]\n[]\n");
    CU_ASSERT_EQUAL(errors, 2);
    CU_ASSERT_EQUAL(result.n_diagnostics, 4);
    CU_ASSERT(is(0, SEVERITY_WARNING, "a.c", 3, 7, "unused variable"));
    CU_ASSERT(is(1, SEVERITY_ERROR, "sub/b.c", 9, 1, "expected ';'"));
    CU_ASSERT(is(2, SEVERITY_ERROR, "c.h", 1, 10, "no such file"));
    CU_ASSERT(is(3, SEVERITY_NOTE, NULL, 0, 0, "here"));
    read_text("");
}

static void json_that_is_none_is_mended(void)
{
    CU_ASSERT_EQUAL(read_text("[{\"kind\": \"error\", \"locations\": [], "
                              "\"message\": \"#error d\xe9j\xe0 \u2018vu\u2019 \x1b[31m\"}]\n"), 1);
    CU_ASSERT(is(0, SEVERITY_ERROR, NULL, 0, 0, "#error d\u00e9j\u00e0 \u2018vu\u2019 \x1b[31m"));
    CU_ASSERT_EQUAL(read_text("[{\"kind\": \"warning\", \"message\": \"first\", \"locations\": [], \"children\": [{\"kind\": "
                              "\"note\", \"message\": \"more\"}, {\"kind\": \"error\", \"message\": \"second\"}]}]\n"), 1);
    CU_ASSERT_EQUAL(result.n_diagnostics, 2);
    CU_ASSERT(is(1, SEVERITY_ERROR, NULL, 0, 0, "second"));
    read_text("");
}

/* The fields that BSD systems have, the handout's typing faults and forgotten headers get a word of help. */
static void what_students_meet_has_a_hint(void)
{
    static const struct {
        const char *message, *hint; /* a part of it; NULL: none */
    } cases[] = {
        {"\u2018struct sockaddr_in\u2019 has no member named \u2018sin_len\u2019", "no such field"},
        {"\u2018struct sockaddr\u2019 has no member named \u2018sa_len\u2019", "no such field"},
        {"\u2018struct point\u2019 has no member named \u2018z\u2019", NULL},
        {"\u2018IPPORTEUSERRESERVED\u2019 undeclared (first use in this function)", "IPPORT_USERRESERVED"},
        {"implicit declaration of function \u2018close\u2019", "<unistd.h>"},
        {"implicit declaration of function \u2018inet_aton\u2019", "<arpa/inet.h>"},
        {"unused variable \u2018retour\u2019", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO_BUF text = BUF_EMPTY;
        buf_printf(&text, "[{\"kind\": \"error\", \"message\": \"%s\", \"locations\": []}]\n", cases[i].message);
        read_bytes(text.data, text.len);
        CU_ASSERT_EQUAL_FATAL(result.n_diagnostics, 1);
        const char *hint = result.diagnostics[0].hint;
        CU_ASSERT(cases[i].hint == NULL ? hint == NULL : hint != NULL && strstr(hint, cases[i].hint) != NULL);
    }
    read_text("");
}

static void text_of_the_linker_and_of_make_is_read(void)
{
    size_t errors = read_text("/usr/bin/ld: /tmp/ccX.o: in function `main':\n"
                              "/tmp/sources/a.c:12: undefined reference to `sokcet'\n"
                              "a.c:4: multiple definition of `main'; b.c:4: first defined here\n"
                              "collect2: error: ld returned 1 exit status\n"
                              "make: *** [Makefile:3: client] Error 1\n"
                              "just talking\n");
    CU_ASSERT_EQUAL(errors, 3);
    CU_ASSERT(is(0, SEVERITY_ERROR, "a.c", 12, 0, "undefined reference to `sokcet'"));
    CU_ASSERT(is(1, SEVERITY_ERROR, "a.c", 4, 0, "multiple definition of `main'; b.c:4: first defined here"));
    CU_ASSERT(is(2, SEVERITY_ERROR, NULL, 0, 0, "make: *** [Makefile:3: client] Error 1"));
    read_text("");
}

static void files_of_the_compiler_are_not_named(void)
{
    CU_ASSERT_EQUAL(read_text("/tmp/ccaB3xY9.s:6: Error: file not found: secret\n"
                              "/usr/bin/ld: /tmp/cc123456.o:/tmp/sources/a.c:4: multiple definition of `main'; "
                              "/tmp/ccZZZZZZ.o:/tmp/sources/b.c:3: first defined here\n"),
                    2);
    CU_ASSERT(is(0, SEVERITY_ERROR, NULL, 0, 0, "file not found: secret"));
    CU_ASSERT(is(1, SEVERITY_ERROR, "a.c", 4, 0, "multiple definition of `main'; /tmp/sources/b.c:3: first defined here"));
    read_text("");
}

static void text_of_gcc_is_read_and_said_once(void)
{
    CU_ASSERT_EQUAL(read_text("a.c:1:2: error: one\na.c:1:2: error: one\nb.c:3:4: fatal error: two\n"
                              "a.c:1:2: error: one\na.c:1:3: error: one\n"),
                    5);
    CU_ASSERT_EQUAL(result.n_diagnostics, 3);
    CU_ASSERT(is(0, SEVERITY_ERROR, "a.c", 1, 2, "one"));
    CU_ASSERT(is(1, SEVERITY_ERROR, "b.c", 3, 4, "two"));
    CU_ASSERT(is(2, SEVERITY_ERROR, "a.c", 1, 3, "one"));
    read_text("");
}

static void latin_1_in_json_is_read(void)
{
    CU_ASSERT_EQUAL(
        read_text("[{\"kind\": \"error\", \"message\": \"stray '\\\\351' in \xe9t\xe9\", \"locations\": []}]\n"), 1);
    CU_ASSERT(is(0, SEVERITY_ERROR, NULL, 0, 0, "stray '\\351' in \u00e9t\u00e9"));
    read_text("");
}

/* Lines that look like something and are not; none may crash, and what has no meaning counts as nothing. */
static void hostile_texts_do_no_harm(void)
{
    static const char *const texts[] = {
        "[", "[[[[[[[[", "[{}]", "[1, null, \"x\", {\"kind\": 3, \"message\": []}]", "{}", "[{\"kind\": \"error\"}]",
        "[{\"kind\": \"error\", \"message\": \"m\", \"locations\": {\"caret\": 4}}",
        ":::", "a.c:", "a.c:1", "a.c:99999999999999999999: quiet", ".:1:", "\n\n\n", "\r\r", "x.c:1:2:3:4:5", "/usr/bin/ld: ",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        CU_ASSERT_EQUAL(read_text(texts[i]), 0);
    CU_ASSERT_EQUAL(read_text("a.c:99999999999999999999:1: error: x\n"), 1);
    CU_ASSERT_EQUAL(read_bytes("a\0b.c:1:2: error: \0\377\n[\0]", 25), 0);
    AUTO_BUF deep = BUF_EMPTY;
    for (int i = 0; i < 100000; i++)
        buf_char(&deep, '[');
    CU_ASSERT_EQUAL(read_bytes(deep.data, deep.len), 0);
    read_text("");
}

static void there_are_never_too_many(void)
{
    AUTO_BUF text = BUF_EMPTY;
    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "a.c:%d:1: error: again\n", i + 1);
    CU_ASSERT_EQUAL(read_bytes(text.data, text.len), 100000);
    CU_ASSERT(result.n_diagnostics > 10 && result.n_diagnostics <= 1000);
    AUTO_BUF line = BUF_EMPTY;
    buf_string(&line, "a.c:1:1: error: ");
    for (int i = 0; i < 1000000; i++)
        buf_char(&line, 'x');
    CU_ASSERT_EQUAL(read_bytes(line.data, line.len), 1);
    CU_ASSERT(result.n_diagnostics == 1 && strlen(result.diagnostics[0].message) < 5000);
    read_text("");
}

int suite_diagnostics(void)
{
    static const struct unit_test tests[] = {
        {"JSON of gcc is read", json_of_gcc_is_read},
        {"what a source puts into the JSON is mended, errors below warnings are found", json_that_is_none_is_mended},
        {"text of the linker and of make is read", text_of_the_linker_and_of_make_is_read},
        {"files of the compiler are not named", files_of_the_compiler_are_not_named},
        {"text of gcc is read, and said once", text_of_gcc_is_read_and_said_once},
        {"Latin-1 in JSON is read", latin_1_in_json_is_read},
        {"what students meet has a hint", what_students_meet_has_a_hint},
        {"hostile texts do no harm", hostile_texts_do_no_harm},
        {"there are never too many, nor too long ones", there_are_never_too_many},
    };
    return suite_add("diagnostics", tests, COUNT_OF(tests));
}
