#include "outside/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "outside/layout.h"

enum {
    FOR_GRADE = 1 << COMMAND_GRADE,
    FOR_START = 1 << COMMAND_START,
    FOR_LIST = 1 << COMMAND_LIST,
    FOR_LINT = 1 << COMMAND_LINT,
    FOR_ALL = FOR_GRADE | FOR_START | FOR_LIST | FOR_LINT
};
enum { MANY = 1000 }; /* arguments of a command */

enum option_id {
    OPTION_FIRST = 256, /* beyond every short option's letter */
#define OPTION(name, word, letter, argument, commands, help) OPTION_##name,
#define LATER(name, word, has_argument) OPTION_##name,
#define HIDDEN(name, word) OPTION_##name,
#include "outside/options.def"
#undef OPTION
#undef LATER
#undef HIDDEN
    OPTION_END
};

static const struct option_row {
    enum option_id id;
    const char *word;
    int letter;
    const char *argument; /* NULL: takes none */
    int commands;         /* 0: none yet; -1: all */
    const char *help;     /* NULL: not shown */
} option_rows[] = {
#define OPTION(name, word, letter, argument, commands, help) {OPTION_##name, word, letter, argument, commands, help},
#define LATER(name, word, has_argument) {OPTION_##name, word, 0, (has_argument) == no_argument ? NULL : "", 0, NULL},
#define HIDDEN(name, word) {OPTION_##name, word, 0, "", -1, NULL},
#include "outside/options.def"
#undef OPTION
#undef LATER
#undef HIDDEN
};

static const struct command_row {
    const char *word, *arguments, *help;
    int most; /* arguments */
} command_rows[] = {
#define COMMAND(name, word, function, arguments, most, help) {word, arguments, help, most},
#define RESERVED(word)
#include "outside/commands.def"
#undef COMMAND
#undef RESERVED
};

static const char *const reserved_words[] = {
#define COMMAND(name, word, function, arguments, most, help)
#define RESERVED(word) word,
#include "outside/commands.def"
#undef COMMAND
#undef RESERVED
};

/* Only the first complaint is kept: the others often follow from it. */
static void complain(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void complain(struct err *err, const char *format, ...)
{
    if (err->blame != BLAME_NONE)
        return;
    va_list args;
    va_start(args, format);
    AUTO_FREE char *text = mem_vprintf(format, args);
    va_end(args);
    err_set(err, BLAME_ENVIRONMENT, "%s", text);
}

static char *shown(const char *argument)
{
    return escape_line(argument, strlen(argument));
}

static const struct option_row *row_of(int id)
{
    for (size_t i = 0; i < COUNT_OF(option_rows); i++)
        if ((int)option_rows[i].id == id || (option_rows[i].letter != 0 && option_rows[i].letter == id))
            return &option_rows[i];
    return NULL;
}

/* A whole number without sign, nothing behind it. */
static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value > most)
        return false;
    *number = value;
    return true;
}

/* "12", "14.5" or "14,25": as it is written in either language. */
static bool read_hundredths(const char *text, int64_t *hundredths)
{
    size_t whole = strspn(text, "0123456789");
    if (whole == 0 || whole > 6)
        return false;
    int64_t value = strtol(text, NULL, 10) * 100;
    text += whole;
    if (*text == '.' || *text == ',') {
        size_t digits = strspn(++text, "0123456789");
        if (digits == 0 || digits > 2)
            return false;
        value += (text[0] - '0') * 10 + (digits == 2 ? text[1] - '0' : 0);
        text += digits;
    }
    *hundredths = value;
    return *text == '\0';
}

static void bad_value(struct err *err, const struct option_row *row, const char *value, const char *expected)
{
    AUTO_FREE char *safe = shown(value);
    complain(err, _("--%s: “%s” is not valid; expected: %s"), row->word, safe, expected);
}

static void read_color(struct options *options, const struct option_row *row, const char *value, struct err *err)
{
    if (strcmp(value, "auto") == 0)
        options->color = COLOR_AUTO;
    else if (strcmp(value, "always") == 0)
        options->color = COLOR_ALWAYS;
    else if (strcmp(value, "never") == 0)
        options->color = COLOR_NEVER;
    else
        bad_value(err, row, value, row->argument);
}

static void read_lang(struct options *options, const struct option_row *row, const char *value, struct err *err)
{
    if (strcmp(value, "fr") == 0 || strcmp(value, "en") == 0)
        options->lang = value;
    else
        bad_value(err, row, value, row->argument);
}

static void apply(struct options *options, const struct option_row *row, char *value, struct err *err)
{
    uint64_t number = 0;
    switch (row->id) {
    case OPTION_ASSIGNMENT: options->assignment = value; break;
    case OPTION_ONLY: *ARRAY_ADD(options->only, options->n_only) = value; break;
    case OPTION_EXERCISES: options->exercises = value; break;
    case OPTION_JOBS:
        if (read_number(value, 1024, &number) && number > 0)
            options->jobs = (int)number;
        else
            bad_value(err, row, value, _("a number from 1 to 1024"));
        break;
    case OPTION_NO_MEMCHECK: options->memcheck = false; break;
    case OPTION_NO_FAULTS: options->faults = false; break;
    case OPTION_SEED:
        if (!read_number(value, UINT64_MAX, &options->seed))
            bad_value(err, row, value, _("a number"));
        break;
    case OPTION_MIN_SCORE:
        if (!read_hundredths(value, &options->min_score))
            bad_value(err, row, value, _("a score with at most two decimals, such as 14.5"));
        break;
    case OPTION_LANG: read_lang(options, row, value, err); break;
    case OPTION_COLOR: read_color(options, row, value, err); break;
    case OPTION_VERBOSE: options->verbosity += options->verbosity < 2; break;
    case OPTION_QUIET: options->verbosity = -1; break;
    case OPTION_JSON: options->json = value; break;
    case OPTION_VOCABULARY: options->vocabulary = true; break;
    case OPTION_HELP: options->help = true; break;
    case OPTION_VERSION: options->version = true; break;
    case OPTION_ROOT: options->root = value; break;
    case OPTION_BUILD: options->build = value; break;
    case OPTION_JUNIT:
    case OPTION_TAP:
    case OPTION_HTML:
    case OPTION_GRADESCOPE:
    case OPTION_CLASSROOM:
    case OPTION_TRANSCRIPTS:
    case OPTION_PCAP:
    case OPTION_TIMINGS: complain(err, _("this version has no --%s yet"), row->word); break;
    case OPTION_FIRST:
    case OPTION_END: break;
    }
}

/* The first word says what to do, if it is a command; the others are what it is done to. */
static void read_words(struct options *options, int n, char **words, struct err *err)
{
    if (n > 0) {
        for (size_t i = 0; i < COUNT_OF(reserved_words); i++)
            if (strcmp(words[0], reserved_words[i]) == 0)
                complain(err, _("this version has no command “%s” yet (a folder of that name is written ./%s)"), words[0],
                         words[0]);
        for (size_t i = 0; i < COUNT_OF(command_rows); i++) {
            if (command_rows[i].word[0] != '\0' && strcmp(words[0], command_rows[i].word) == 0) {
                options->command = (enum command)i;
                words++;
                n--;
                break;
            }
        }
    }
    int taken = command_rows[options->command].most;
    options->words = words;
    options->n_words = (size_t)(n < taken ? n : taken);
    if (options->command == COMMAND_GRADE && n > 0)
        options->submission = words[0];
    if (n > taken) {
        AUTO_FREE char *safe = shown(words[taken]);
        complain(err, _("“%s” is one argument too many"), safe);
    }
    if (options->submission != NULL && options->submission[0] == '\0')
        complain(err, _("the submission's name is empty"));
}

static void not_an_option(char **argv, int code, struct err *err)
{
    if (code == ':') {
        const struct option_row *row = row_of(optopt);
        complain(err, _("--%s needs a value"), row == NULL ? "?" : row->word);
        return;
    }
    const struct option_row *row = optopt > OPTION_FIRST ? row_of(optopt) : NULL;
    if (row != NULL) {
        complain(err, _("--%s takes no value"), row->word);
        return;
    }
    const char letter[] = {'-', (char)optopt, '\0'};
    AUTO_FREE char *safe = shown(optopt != 0 ? letter : argv[optind - 1]);
    complain(err, _("there is no option “%s” (see --help)"), safe);
}

/* GNU getopt's own tables, made from ours; SHORTS begins with ':' so that a missing value is told apart. */
static void make_tables(struct option *longs, char *shorts)
{
    *shorts++ = ':';
    for (size_t i = 0; i < COUNT_OF(option_rows); i++) {
        const struct option_row *row = &option_rows[i];
        bool value = row->argument != NULL;
        longs[i] = (struct option){row->word, value ? required_argument : no_argument, NULL, (int)row->id};
        if (row->letter != 0) {
            *shorts++ = (char)row->letter;
            if (value)
                *shorts++ = ':';
        }
    }
    *shorts = '\0';
}

int options_read(struct options *options, int argc, char **argv, struct err *err)
{
    *options = (struct options){.command = COMMAND_GRADE, .min_score = -1, .memcheck = true, .faults = true};
    *err = ERR_NONE;
    struct option longs[COUNT_OF(option_rows) + 1] = {0};
    char shorts[2 * COUNT_OF(option_rows) + 2];
    make_tables(longs, shorts);
    bool given[COUNT_OF(option_rows)] = {false};
    optind = 0; /* GNU: start anew */
    opterr = 0;
    int code;
    while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        const struct option_row *row = code == '?' || code == ':' ? NULL : row_of(code);
        if (row == NULL) {
            not_an_option(argv, code, err);
            continue;
        }
        given[row - option_rows] = true;
        apply(options, row, optarg, err);
    }
    read_words(options, argc - optind, argv + optind, err);
    for (size_t i = 0; i < COUNT_OF(option_rows); i++) {
        const struct option_row *row = &option_rows[i];
        if (given[i] && row->commands > 0 && (row->commands & (1 << options->command)) == 0)
            complain(err, _("the command “%s” has no --%s"), command_rows[options->command].word, row->word);
    }
    return err->blame == BLAME_NONE ? 0 : -1;
}

void options_free(struct options *options)
{
    free(options->only);
    *options = (struct options){0};
}

/* HEAD in the first column, HELP in the second, a line lower when the head is too long. */
static void help_row(const struct style *style, const char *head, const char *help, struct buf *out)
{
    enum { FIRST = 28 };
    AUTO_BUF first = BUF_EMPTY;
    buf_string(&first, "  ");
    layout_pad(&first, head, FIRST);
    if (layout_width(head) >= FIRST) {
        buf_printf(out, "%s\n", buf_text(&first));
        buf_free(&first);
        layout_pad(&first, "", FIRST + 2);
    }
    layout_wrap(out, style, PAINT_NONE, buf_text(&first), help);
}

static void help_commands(const struct style *style, struct buf *out)
{
    buf_printf(out, "%s\n", _("Usage:"));
    for (size_t i = 0; i < COUNT_OF(command_rows); i++) {
        const struct command_row *row = &command_rows[i];
        AUTO_FREE char *call = mem_printf("./grade.sh%s%s%s%s", row->word[0] != '\0' ? " " : "", row->word,
                                          row->arguments[0] != '\0' ? " " : "",
                                          row->arguments[0] != '\0' ? _(row->arguments) : "");
        help_row(style, call, _(row->help), out);
    }
}

static void help_options(const struct style *style, struct buf *out)
{
    buf_printf(out, "\n%s\n", _("Options:"));
    for (size_t i = 0; i < COUNT_OF(option_rows); i++) {
        const struct option_row *row = &option_rows[i];
        if (row->help == NULL)
            continue;
        AUTO_BUF head = BUF_EMPTY;
        if (row->letter != 0)
            buf_printf(&head, "-%c, ", row->letter);
        buf_printf(&head, "--%s", row->word);
        if (row->argument != NULL)
            buf_printf(&head, " %s", _(row->argument));
        help_row(style, buf_text(&head), _(row->help), out);
    }
}

void options_help(int columns, struct buf *out)
{
    const struct style style = {.columns = columns};
    help_commands(&style, out);
    help_options(&style, out);
    buf_printf(out, "\n%s\n", _("Exit status:"));
    static const struct {
        const char *status, *meaning;
    } statuses[] = {
        {"  0         ", N_("graded, nothing of the core was lost (or the score reached --min-score)")},
        {"  1         ", N_("graded, points were lost")},
        {"  2         ", N_("the command line or a definition is wrong")},
        {"  3         ", N_("the machine or the grader failed: there is no score")},
        {"  130, 143  ", N_("interrupted")},
    };
    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        layout_wrap(out, &style, PAINT_NONE, statuses[i].status, _(statuses[i].meaning));
}
