/* Submissions become programs, or a list of what is wrong with them; whatever they try meanwhile. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation/build.h"
#include "conversation/worktime.h"
#include "ground/buf.h"
#include "ground/fs.h"
#include "tests/sample_folder.h"
#include "tests/suites.h"
#include "tests/watched.h"

#define HELLO "#include <stdio.h>\nint main(void)\n{\n    puts(\"hello\");\n    return 0;\n}\n"

static struct build_result result;
static struct program_source source;
static char *output;

static void forget_result(void)
{
    for (size_t i = 0; i < result.n_diagnostics; i++) {
        free(result.diagnostics[i].file);
        free(result.diagnostics[i].message);
    }
    free(result.diagnostics);
    free(result.message);
    result = (struct build_result){.status = BUILD_BROKEN};
}

/* Builds the program `prog` from what is in the folder. */
static enum build_status build(void)
{
    struct submission submission = folder_load();
    struct policy policy;
    struct err err = ERR_NONE;
    forget_result();
    program_source_free(&source);
    submission_find(&submission, "prog", NULL, &source);
    CU_ASSERT_NOT_EQUAL(source.recipe, RECIPE_NONE);
    CU_ASSERT_EQUAL_FATAL(policy_make(&policy, POLICY_COMPILER, &err), 0);
    const struct build_request request = {&submission, &source, output, watched_skeleton(), &policy};
    int fd = -1;
    pid_t pid = build_start(&request, &fd, &err);
    AUTO_BUF message = BUF_EMPTY;
    char data[65536];
    for (ssize_t n; pid > 0 && (n = read(fd, data, sizeof data)) > 0;)
        buf_add(&message, data, (size_t)n);
    close(fd);
    waitpid(pid, NULL, 0);
    if (build_result(buf_text(&message), message.len, &result, &err) < 0)
        fprintf(stderr, "\n%s\n", err.text);
    policy_free(&policy);
    submission_free(&submission);
    return result.status;
}

static void begin(void)
{
    folder_setup();
    output = mem_printf("%s/product", folder_outer);
}

static void finish(void)
{
    folder_teardown();
    forget_result();
    program_source_free(&source);
    source = (struct program_source){.recipe = RECIPE_NONE};
    free(output);
}

/* What the product prints. */
static bool product_says(const char *text)
{
    int ends[2];
    char said[256];
    size_t n = 0;
    if (pipe(ends) < 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(output, output, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    for (ssize_t got; n < sizeof said - 1 && (got = read(ends[0], said + n, sizeof said - 1 - n)) > 0;)
        n += (size_t)got;
    said[n] = '\0';
    close(ends[0]);
    int status = -1;
    waitpid(pid, &status, 0);
    return status == 0 && strcmp(said, text) == 0;
}

static bool some_message_has(const char *text)
{
    for (size_t i = 0; i < result.n_diagnostics; i++)
        if (strstr(result.diagnostics[i].message, text) != NULL)
            return true;
    return false;
}

static void a_source_becomes_a_program(void)
{
    begin();
    folder_put("prog.c", HELLO);
    CU_ASSERT_EQUAL(build(), BUILD_OK);
    CU_ASSERT_EQUAL(result.n_diagnostics, 0);
    CU_ASSERT(product_says("hello\n"));
    finish();
}

static void an_error_has_its_place(void)
{
    begin();
    folder_put("sub dir/prog.c", "int main(void)\n{\n    int unused;\n    return 0\n}\n");
    CU_ASSERT_EQUAL(build(), BUILD_FAILED);
    CU_ASSERT_EQUAL_FATAL(result.n_diagnostics, 2);
    size_t error = result.diagnostics[0].severity == SEVERITY_ERROR ? 0 : 1;
    CU_ASSERT_EQUAL(result.diagnostics[error].severity, SEVERITY_ERROR);
    CU_ASSERT_STRING_EQUAL(result.diagnostics[error].file, "prog.c");
    CU_ASSERT_EQUAL(result.diagnostics[error].line, 4);
    CU_ASSERT_EQUAL(result.diagnostics[1 - error].severity, SEVERITY_WARNING);
    finish();
}

static void helpers_and_folders_are_built_together(void)
{
    begin();
    folder_put("prog.c", "int helper(void);\nint main(void)\n{\n    return helper();\n}\n");
    folder_put("helper.c",
               "#include <stdio.h>\nint helper(void);\nint helper(void)\n{\n    puts(\"helped\");\n    return 0;\n}\n");
    folder_put("other.c", HELLO);
    CU_ASSERT_EQUAL(build(), BUILD_OK);
    CU_ASSERT(product_says("helped\n"));
    finish();
    begin();
    folder_put("prog/main.c", "#include \"part.h\"\nint main(void)\n{\n    return part();\n}\n");
    folder_put("prog/part.h", "int part(void);\n");
    folder_put("prog/-part with a dash.c",
               "#include <stdio.h>\n#include \"part.h\"\nint part(void)\n{\n    puts(\"part\");\n    return 0;\n}\n");
    CU_ASSERT_EQUAL(build(), BUILD_OK);
    CU_ASSERT(product_says("part\n"));
    finish();
}

static void a_makefile_is_made(void)
{
    begin();
    folder_put("prog/a.c", HELLO);
    folder_put("prog/Makefile", "prog: a.c\n\tcc -o prog a.c\n");
    CU_ASSERT_EQUAL(build(), BUILD_OK);
    CU_ASSERT(product_says("hello\n"));
    folder_put("prog/Makefile", "all: a.c\n\tcc -o something a.c\n");
    CU_ASSERT_EQUAL(build(), BUILD_ABSENT);
    folder_put("prog/Makefile", "prog: a.c\n\tfalse\n");
    CU_ASSERT_EQUAL(build(), BUILD_FAILED);
    folder_put("prog/Makefile", "prog: a.c\n\tln -s /etc/hosts prog\n");
    CU_ASSERT_EQUAL(build(), BUILD_ABSENT);
    folder_put("prog/Makefile", "prog: a.c\n\tmkfifo prog\n");
    CU_ASSERT_EQUAL(build(), BUILD_ABSENT);
    finish();
}

/* A file that is there outside must be neither read nor quoted. */
static void files_outside_are_not_there(void)
{
    begin();
    AUTO_FREE char *secret = mem_printf("%s/secret.h", folder_outer);
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL_FATAL(fs_write(secret, "SECRET\n", 7, &err), 0);
    static const char *const ways[] = {"#include \"%s\"\nint main(void) { return 0; }\n",
                                       "__asm__(\".incbin \\\"%s\\\"\");\nint main(void) { return 0; }\n"};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        AUTO_BUF text = BUF_EMPTY;
        const char *mark = strstr(ways[i], "%s");
        buf_add(&text, ways[i], (size_t)(mark - ways[i]));
        buf_string(&text, secret);
        buf_string(&text, mark + 2);
        folder_put("prog.c", buf_text(&text));
        CU_ASSERT_EQUAL(build(), BUILD_FAILED);
        CU_ASSERT(!some_message_has("SECRET"));
    }
    folder_put("prog.c", "#if __has_include(\"/etc/shadow\") || __has_include(\"/root/.profile\")\n#error there\n#endif\n"
                         "int main(void) { return 0; }\n");
    CU_ASSERT_EQUAL(build(), BUILD_OK);
    finish();
}

static void hostile_sources_are_bounded(void)
{
    static const struct {
        const char *text;
        enum build_status status;
    } sources[] = {
        {"#include \"/dev/stdin\"\nint main(void) { return 0; }\n", BUILD_OK}, /* it is at its end */
        {"int main[-1u] = {1};\n", BUILD_FAILED},
        {"#include \"prog.c\"\n#include \"prog.c\"\n", BUILD_FAILED},
        {"#error \033]0;title\007 \xff\xfe\nint main(void) { return 0; }\n", BUILD_FAILED},
    };
    begin();
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        folder_put("prog.c", sources[i].text);
        enum build_status status = build();
        CU_ASSERT(status == sources[i].status || (status == BUILD_LIMIT && sources[i].status == BUILD_FAILED));
        CU_ASSERT(result.n_diagnostics <= 1000);
    }
    finish();
}

static void very_many_errors_are_told(void)
{
    begin();
    AUTO_BUF text = BUF_EMPTY;
    for (int i = 0; i < 300; i++)
        buf_printf(&text, "wrong w%d;\n", i);
    folder_put("prog.c", buf_text(&text));
    CU_ASSERT_EQUAL(build(), BUILD_FAILED);
    CU_ASSERT(result.n_diagnostics >= 50 && result.n_diagnostics < 300);
    CU_ASSERT_EQUAL(result.diagnostics[0].line, 1);
    CU_ASSERT(some_message_has("wrong"));
    finish();
}

static void a_makefile_is_kept_inside(void)
{
    begin();
    AUTO_FREE char *mark = mem_printf("%s/mark", folder_outer);
    AUTO_FREE char *makefile = mem_printf("X := $(shell touch %s ; kill -9 -1 ; kill -9 1)\nprog:\n\tcc -o prog a.c\n", mark);
    folder_put("prog/a.c", HELLO);
    folder_put("prog/Makefile", makefile);
    enum build_status status = build();
    CU_ASSERT(status == BUILD_OK || status == BUILD_FAILED || status == BUILD_LIMIT); /* it may have killed itself */
    CU_ASSERT(access(mark, F_OK) < 0 && errno == ENOENT);
    folder_put("prog/Makefile",
               "prog:\n\t(setsid sh -c 'while :; do :; done' </dev/null >/dev/null 2>&1 &)\n\tcc -o prog a.c\n");
    CU_ASSERT_EQUAL(build(), BUILD_OK);
    CU_ASSERT(product_says("hello\n"));
    finish();
}

static void what_prints_without_end_is_ended(void)
{
    begin();
    folder_put("prog/a.c", HELLO);
    folder_put("prog/Makefile", "prog:\n\tyes\n");
    CU_ASSERT_EQUAL(build(), BUILD_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(result.message);
    finish();
}

/* The clock is turned back by hand: no test waits. */
static void what_does_not_work_is_over(void)
{
    const int64_t second = 1000000000, never = INT64_MAX;
    struct worktime work;
    worktime_begin(&work);
    CU_ASSERT_FALSE(worktime_over(&work, 0)); /* just begun: not even a look */
    work.looked -= second;
    CU_ASSERT_FALSE(worktime_over(&work, never));
    work.looked -= second;
    CU_ASSERT(worktime_over(&work, -1));
    work.looked -= second;
    work.changed -= 100 * second;
    int64_t used = work.used;
    CU_ASSERT_EQUAL(worktime_over(&work, never), work.used == used); /* idle, unless somebody has worked meanwhile */
    worktime_begin(&work);
    work.looked -= second;
    work.begun -= 1000000000 * second;
    CU_ASSERT(worktime_over(&work, never)); /* at work, and hardly so */
}

int suite_build(void)
{
    static const struct unit_test tests[] = {
        {"a source becomes a program", a_source_becomes_a_program},
        {"an error has its place", an_error_has_its_place},
        {"helpers and folders are built together", helpers_and_folders_are_built_together},
        {"a Makefile is made, and must leave a real program", a_makefile_is_made},
        {"files outside are not there", files_outside_are_not_there},
        {"hostile sources are bounded", hostile_sources_are_bounded},
        {"very many errors are told", very_many_errors_are_told},
        {"a Makefile is kept inside", a_makefile_is_kept_inside},
        {"what prints without end is ended", what_prints_without_end_is_ended},
        {"what does not work is over", what_does_not_work_is_over},
    };
    return suite_add("build", tests, COUNT_OF(tests));
}
