#include <CUnit/CUnit.h>
#include <string.h>

#include "outside/options.h"
#include "tests/golden.h"
#include "tests/suites.h"

enum { MOST = 16 };

/* Reads the words of LINE, which are separated by single spaces, as grade.sh would pass them on. */
struct read {
    char text[256];
    char *argv[MOST + 1];
    int argc;
    struct options options;
    struct err err;
    int result;
};

static void read_line(struct read *read, const char *line)
{
    *read = (struct read){.argc = 0};
    snprintf(read->text, sizeof read->text, "grade --root /course%s%s", *line != '\0' ? " " : "", line);
    char *rest = read->text;
    char *word;
    while ((word = strsep(&rest, " ")) != NULL && read->argc < MOST)
        read->argv[read->argc++] = word;
    read->result = options_read(&read->options, read->argc, read->argv, &read->err);
}

static void check_refused(const char *line, const char *because)
{
    struct read read;
    read_line(&read, line);
    CU_ASSERT_EQUAL(read.result, -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(read.err.text, because));
    if (strstr(read.err.text, because) == NULL)
        fprintf(stderr, "\n%s: %s\n", line, read.err.text);
    options_free(&read.options);
}

static void test_nothing(void)
{
    struct read read;
    read_line(&read, "");
    CU_ASSERT_EQUAL(read.result, 0);
    CU_ASSERT_EQUAL(read.options.command, COMMAND_GRADE);
    CU_ASSERT_STRING_EQUAL(read.options.root, "/course");
    CU_ASSERT_PTR_NULL(read.options.submission);
    CU_ASSERT_TRUE(read.options.memcheck && read.options.faults);
    CU_ASSERT_EQUAL(read.options.min_score, -1);
    CU_ASSERT_EQUAL(read.options.verbosity, 0);
    options_free(&read.options);
}

static void test_everything(void)
{
    struct read read;
    read_line(&read, "--only tcp-* tp1 --only socket/emfile -vv --jobs=3 --seed 18446744073709551615 --no-faults "
                     "--json -");
    CU_ASSERT_EQUAL(read.result, 0);
    CU_ASSERT_STRING_EQUAL(read.options.submission, "tp1");
    CU_ASSERT_EQUAL_FATAL(read.options.n_only, 2);
    CU_ASSERT_STRING_EQUAL(read.options.only[0], "tcp-*");
    CU_ASSERT_STRING_EQUAL(read.options.only[1], "socket/emfile");
    CU_ASSERT_EQUAL(read.options.verbosity, 2);
    CU_ASSERT_EQUAL(read.options.jobs, 3);
    CU_ASSERT_TRUE(read.options.seed == UINT64_MAX);
    CU_ASSERT_FALSE(read.options.faults);
    CU_ASSERT_STRING_EQUAL(read.options.json, "-");
    options_free(&read.options);
}

static void test_reading_twice(void)
{
    struct read read;
    read_line(&read, "a --quiet --lang fr");
    options_free(&read.options);
    CU_ASSERT_EQUAL(options_read(&read.options, read.argc, read.argv, &read.err), 0);
    CU_ASSERT_STRING_EQUAL(read.options.submission, "a");
    CU_ASSERT_STRING_EQUAL(read.options.lang, "fr");
    CU_ASSERT_EQUAL(read.options.verbosity, -1);
    options_free(&read.options);
}

static void test_language_behind_an_error(void)
{
    struct read read;
    read_line(&read, "--nonsense --lang fr");
    CU_ASSERT_EQUAL(read.result, -1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(read.options.lang);
    CU_ASSERT_STRING_EQUAL(read.options.lang, "fr");
    options_free(&read.options);
}

static void test_commands(void)
{
    struct read read;
    read_line(&read, "list --json -");
    CU_ASSERT_EQUAL(read.result, 0);
    CU_ASSERT_EQUAL(read.options.command, COMMAND_LIST);
    options_free(&read.options);
    read_line(&read, "./list");
    CU_ASSERT_EQUAL(read.options.command, COMMAND_GRADE);
    CU_ASSERT_STRING_EQUAL(read.options.submission, "./list");
    options_free(&read.options);
    read_line(&read, "-- -odd-");
    CU_ASSERT_EQUAL(read.result, 0);
    CU_ASSERT_STRING_EQUAL(read.options.submission, "-odd-");
    options_free(&read.options);
    read_line(&read, "lint exercises/socket -j 2 mine/hangman");
    CU_ASSERT_EQUAL(read.result, 0);
    CU_ASSERT_EQUAL(read.options.command, COMMAND_LINT);
    CU_ASSERT_EQUAL_FATAL(read.options.n_words, 2);
    CU_ASSERT_STRING_EQUAL(read.options.words[1], "mine/hangman");
    CU_ASSERT_PTR_NULL(read.options.submission);
    options_free(&read.options);
    check_refused("list tp1", "one argument too many");
    check_refused("list --quiet", "--quiet");
    check_refused("a b", "“b” is one argument too many");
}

static void test_reserved_words(void)
{
    static const char *const words[] = {"watch", "explain", "batch", "rejudge", "merge", "plugfest", "doctor"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        check_refused(words[i], "this version has no command");
    struct read read;
    read_line(&read, "./watch");
    CU_ASSERT_EQUAL(read.result, 0);
    options_free(&read.options);
}

static void test_later_options(void)
{
    static const char *const lines[] = {"--junit f", "--tap -",         "--html=f", "--gradescope f", "--classroom f",
                                        "--pcap d",  "--transcripts d", "--timings"};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        check_refused(lines[i], "this version has no --");
}

static void test_min_score(void)
{
    static const struct {
        const char *line;
        int64_t hundredths;
    } good[] = {{"--min-score 12", 1200}, {"--min-score 14.5", 1450}, {"--min-score 14,25", 1425}, {"--min-score 0", 0}};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct read read;
        read_line(&read, good[i].line);
        CU_ASSERT_EQUAL(read.result, 0);
        CU_ASSERT_EQUAL(read.options.min_score, good[i].hundredths);
        options_free(&read.options);
    }
    static const char *const bad[] = {"--min-score -1", "--min-score .5", "--min-score 1.", "--min-score 1.234",
                                      "--min-score 12x", "--min-score 1e1", "--min-score=",
                                      "--min-score 99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check_refused(bad[i], "--min-score");
}

static void test_bad_values(void)
{
    check_refused("--jobs 0", "a number from 1 to 1024");
    check_refused("--jobs -3", "--jobs");
    check_refused("--jobs 1025", "--jobs");
    check_refused("--jobs", "--jobs needs a value");
    check_refused("-j", "--jobs needs a value");
    check_refused("--seed 18446744073709551616", "--seed");
    check_refused("--seed 0x10", "--seed");
    check_refused("--lang de", "fr|en");
    check_refused("--color sometimes", "auto|always|never");
    check_refused("--quiet=3", "--quiet takes no value");
    check_refused("--no", "there is no option “--no”");
    check_refused("-z", "there is no option “-z”");
    check_refused("--\033[31m", "\\x1b[31m");
    check_refused("-\001", "\\x01");
}

static void test_help(void)
{
    AUTO_BUF help = BUF_EMPTY;
    options_help(100, &help);
    CU_ASSERT_TRUE(golden_equal("help.txt", &help));
    CU_ASSERT_PTR_NULL(strstr(buf_text(&help), "--root"));
    CU_ASSERT_PTR_NULL(strstr(buf_text(&help), "junit"));
    CU_ASSERT_PTR_NULL(strstr(buf_text(&help), "plugfest"));
}

int suite_options(void)
{
    static const struct unit_test tests[] = {
        {"no argument grades the current folder", test_nothing},
        {"options and words mix", test_everything},
        {"a command line reads twice", test_reading_twice},
        {"the language is found behind an error", test_language_behind_an_error},
        {"the first word may be a command", test_commands},
        {"reserved words are no folders", test_reserved_words},
        {"formats that are not there are refused", test_later_options},
        {"a minimal score takes comma or point", test_min_score},
        {"bad values are refused with what is expected", test_bad_values},
        {"help shows what there is and no more", test_help},
    };
    return suite_add("options", tests, COUNT_OF(tests));
}
