/* Whole lines that the program shows: prints-line, prints-no-line. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/output.h"
#include "judgement/trial.h"

enum { QUOTE = 100, TELLING = 4 /* a shorter last word may be the same by chance */ };

/* A piece of a text that somebody else owns. */
struct line {
    const char *text;
    size_t n;
};

struct lines {
    struct line *all;
    size_t n;
};

static bool is_blank(char c)
{
    return ((unsigned char)c <= ' ' && c != '\n') || c == 0x7f;
}

/* The sequence ESC [ ... LETTER that sets a colour: its length, 0 when TEXT does not begin with one. */
static size_t colour(const char *text, size_t n)
{
    if (n < 3 || text[0] != '\x1b' || text[1] != '[')
        return 0;
    for (size_t i = 2; i < n; i++)
        if (text[i] >= 0x40 && text[i] <= 0x7e)
            return i + 1;
    return 0;
}

/* What surrounds a line and shows nothing: blanks, a carriage return, the NUL of a whole buffer, colours. */
static struct line trimmed(struct line line)
{
    while (line.n > 0) {
        size_t skipped = colour(line.text, line.n);
        if (skipped == 0 && !is_blank(line.text[0]))
            break;
        skipped = skipped > 0 ? skipped : 1;
        line.text += skipped;
        line.n -= skipped;
    }
    while (line.n > 0) {
        const char *escape = memrchr(line.text, '\x1b', line.n);
        size_t before = escape != NULL ? (size_t)(escape - line.text) : line.n;
        if (escape != NULL && colour(escape, line.n - before) == line.n - before)
            line.n = before;
        else if (is_blank(line.text[line.n - 1]))
            line.n--;
        else
            break;
    }
    return line;
}

static struct lines split(const char *text, size_t n)
{
    struct lines lines = {NULL, 0};
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : n - at;
        *ARRAY_ADD(lines.all, lines.n) = trimmed((struct line){text + at, length});
        at += length + 1;
    }
    return lines;
}

static bool same_bytes(const char *a, const char *b, size_t n, bool any_case)
{
    return n == 0 || (any_case ? strncasecmp(a, b, n) : memcmp(a, b, n)) == 0;
}

static bool same_line(struct line a, struct line b, bool any_case)
{
    return a.n == b.n && same_bytes(a.text, b.text, a.n, any_case);
}

static bool begins(struct line line, struct line with, bool any_case)
{
    return line.n >= with.n && same_bytes(line.text, with.text, with.n, any_case);
}

static bool holds(struct line line, struct line piece, bool any_case)
{
    for (size_t at = 0; piece.n > 0 && at + piece.n <= line.n; at++)
        if (same_bytes(line.text + at, piece.text, piece.n, any_case))
            return true;
    return false;
}

/* The same letters and digits, whatever stands between them. */
static bool same_words(struct line a, struct line b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && !output_word_byte(a.text[i]) && (unsigned char)a.text[i] < 0x80)
            i++;
        while (k < b.n && !output_word_byte(b.text[k]) && (unsigned char)b.text[k] < 0x80)
            k++;
        if (i == a.n || k == b.n)
            return i == a.n && k == b.n;
        if (!same_bytes(&a.text[i++], &b.text[k++], 1, true))
            return false;
    }
}

/* The line without its last word: "325 -> " of "325 -> 17665". */
static struct line head_of(struct line line)
{
    while (line.n > 0 && line.text[line.n - 1] != ' ')
        line.n--;
    return line;
}

/* What is behind a head of that length. */
static struct line tail_of(struct line line, struct line head)
{
    return (struct line){line.text + head.n, line.n - head.n};
}

/* --- prints-line --- */

enum likeness { SAME, OTHER_CASE, OTHER_SIGNS, INSIDE, OTHER_VALUE, OTHER_HEAD, UNLIKE };

static enum likeness likeness(struct line found, struct line wanted)
{
    if (same_line(found, wanted, false))
        return SAME;
    if (same_line(found, wanted, true))
        return OTHER_CASE;
    if (same_words(found, wanted))
        return OTHER_SIGNS;
    if (holds(found, wanted, true))
        return INSIDE;
    struct line head = head_of(wanted);
    if (head.n > 0 && begins(found, head, true))
        return OTHER_VALUE;
    struct line tail = tail_of(wanted, head), end = tail_of(found, head_of(found));
    return head.n > 0 && tail.n >= TELLING && same_line(end, tail, true) ? OTHER_HEAD : UNLIKE;
}

/* The line that is most like the one that is missing; NULL when none is. */
static const struct line *nearest(const struct lines *lines, struct line wanted, enum likeness *how)
{
    const struct line *best = NULL;
    *how = UNLIKE;
    for (size_t i = 0; i < lines->n; i++) {
        enum likeness like = likeness(lines->all[i], wanted);
        if (like >= *how)
            continue;
        *how = like;
        best = &lines->all[i];
    }
    return best;
}

static enum diagnosis diagnosis_of(enum likeness how)
{
    switch (how) {
    case SAME: return DIAGNOSIS_LINE_ORDER;
    case OTHER_CASE:
    case OTHER_SIGNS:
    case OTHER_HEAD: return DIAGNOSIS_LINE_FORM;
    case INSIDE: return DIAGNOSIS_LINE_NOT_ALONE;
    case OTHER_VALUE: return DIAGNOSIS_LINE_VALUE;
    case UNLIKE: break;
    }
    return DIAGNOSIS_LINE_MISSING;
}

static bool are_hex_digits(struct line word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!((word.text[i] >= '0' && word.text[i] <= '9') || ((word.text[i] | 0x20) >= 'a' && (word.text[i] | 0x20) <= 'f')))
            return false;
    return word.n > 0;
}

/* The same bytes, written in hexadecimal, in reverse. */
static bool are_swapped(struct line found, struct line wanted)
{
    if (found.n != wanted.n || found.n % 2 != 0 || !are_hex_digits(found) || !are_hex_digits(wanted))
        return false;
    for (size_t i = 0; i < found.n; i += 2)
        if (!same_bytes(found.text + i, wanted.text + wanted.n - i - 2, 2, true))
            return false;
    return true;
}

/* The same hexadecimal digits without all their zeros: "a100203" for "0a010203". */
static bool lacks_zeros(struct line found, struct line wanted)
{
    if (found.n >= wanted.n || !are_hex_digits(found) || !are_hex_digits(wanted))
        return false;
    size_t i = 0;
    for (size_t k = 0; k < wanted.n; k++) {
        if (i < found.n && same_bytes(found.text + i, wanted.text + k, 1, true))
            i++;
        else if (wanted.text[k] != '0')
            return false;
    }
    return i == found.n;
}

/* A line with the right beginning: what is known of its value. */
static void tell_value(struct trial *trial, struct line found, struct line wanted)
{
    struct line head = head_of(wanted), value = tail_of(found, head), right = tail_of(wanted, head);
    if (are_swapped(value, right))
        trial_fails(trial, DIAGNOSIS_HEX_ORDER, NULL);
    else if (lacks_zeros(value, right))
        trial_hints(trial, _("Zeros are missing: print each byte of the address with two digits, by %%02x."));
    else if (begins(wanted, value, false) && wanted.text[value.n] == ' ')
        trial_hints(trial, _("This is the number as it was given: print what the conversion makes of it."));
    else
        trial_explains_meeting(trial);
}

static bool is_true(const struct trial *trial, const char *parameter)
{
    const char *value = check_parameter(trial->spec, parameter);
    return value != NULL && strcmp(value, "true") == 0;
}

static size_t times(const struct lines *lines, size_t n, struct line wanted, bool any_case)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += same_line(lines->all[i], wanted, any_case) ? 1 : 0;
    return found;
}

/* Of the wanted lines, the one at MISSING is the first that is not there. */
static void line_missing(struct trial *trial, const struct lines *out, const struct lines *all, size_t missing,
                         bool any_case)
{
    struct line wanted = all->all[missing];
    AUTO_OUTPUT err;
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    struct lines complaints = split(buf_text(&err.text), err.text.len);
    bool on_stderr = times(&complaints, complaints.n, wanted, any_case) > 0;
    free(complaints.all);
    enum likeness how;
    const struct line *like = nearest(out, wanted, &how);
    if (on_stderr && how != SAME) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, NULL);
        trial_shows(trial, _("it is printed on standard error"));
    } else if (like == NULL) {
        trial_fails(trial, DIAGNOSIS_LINE_MISSING, NULL);
        trial_shows(trial, _("no such line is printed"));
        bool complains = output_visible(&err, 0) && facts_last_call(trial->t, trial->actor, ROLE_SOCKET) == NOWHERE;
        if (!trial_explains(trial) && complains)
            trial_hints(trial, _("This argument is right. See what the program says on standard error: it refuses the "
                                 "argument, or it has stopped at a wrong one before, after which it must go on."));
    } else if (how == SAME && times(out, out->n, wanted, any_case) <= times(all, missing, wanted, any_case)) {
        trial_fails(trial, DIAGNOSIS_LINE_MISSING, NULL);
        trial_shows(trial, _("it is not printed often enough"));
    } else if (how == SAME) {
        trial_fails(trial, DIAGNOSIS_LINE_ORDER, NULL);
        trial_shows(trial, _("it is printed, but before a line that it should follow"));
    } else {
        AUTO_FREE char *quote = escape_quote(like->text, like->n, QUOTE);
        trial_fails(trial, diagnosis_of(how), NULL);
        trial_shows(trial, _("the line %s"), quote);
        if (how == OTHER_VALUE)
            tell_value(trial, *like, wanted);
        else if (how == OTHER_HEAD)
            trial_hints(trial, _("The end of the line is right, its beginning is not: see what the statement puts there."));
    }
    AUTO_FREE char *expected = escape_quote(wanted.text, wanted.n, QUOTE);
    trial_expects(trial, _("the line %s"), expected);
}

void judge_prints_line(struct trial *trial)
{
    bool any_case = is_true(trial, "any-case");
    struct lines wanted = split(trial->spec->value, strlen(trial->spec->value));
    if (wanted.n == 1)
        trial_requires(trial, _("The program prints exactly this line"));
    else
        trial_requires(trial, _("The program prints exactly these lines, in this order"));
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    struct lines lines = split(buf_text(&out.text), out.text.len);
    size_t found = 0;
    for (size_t i = 0; i < lines.n && found < wanted.n; i++)
        found += same_line(lines.all[i], wanted.all[found], any_case) ? 1 : 0;
    if (found == wanted.n)
        trial_passes(trial);
    else
        line_missing(trial, &lines, &wanted, found, any_case);
    free(lines.all);
    free(wanted.all);
}

/* --- prints-no-line --- */

/* "1.2.3 -> 01020003": what inet_aton() and inet_addr() take for an address in one of their older forms. */
static bool is_short_address(struct line line)
{
    enum { POINTS = 3, DIGITS = 8 };
    size_t n = 0, points = 0;
    while (n < line.n && (line.text[n] == '.' || (line.text[n] >= '0' && line.text[n] <= '9')))
        points += line.text[n++] == '.' ? 1 : 0;
    struct line value = tail_of(line, head_of(line));
    return n > 0 && points < POINTS && value.n == DIGITS && are_hex_digits(value);
}

/* "65535 -> 65535": a number or an address, and what it became, whatever the argument was. */
static bool is_result(struct line line)
{
    static const char arrow[] = " -> ";
    struct line value = tail_of(line, head_of(line));
    size_t n = 0;
    while (n < line.n && (line.text[n] == '.' || line.text[n] == ':' || line.text[n] == '-' ||
                          are_hex_digits((struct line){line.text + n, 1})))
        n++;
    return n > 0 && n + strlen(arrow) + value.n == line.n && same_bytes(line.text + n, arrow, strlen(arrow), false) &&
           value.n > 0 && are_hex_digits(value);
}

/* A result that is neither of the lines asked for nor begins like them. */
static const struct line *find_result_besides(const struct lines *out, const char *besides)
{
    struct line known = {besides, strlen(besides)};
    for (size_t i = 0; i < out->n; i++)
        if (is_result(out->all[i]) && !begins(out->all[i], known, true))
            return &out->all[i];
    return NULL;
}

void judge_prints_no_line(struct trial *trial)
{
    trial_requires(trial, _("The program prints no result where there is none"));
    struct lines unwanted = split(trial->spec->value, strlen(trial->spec->value));
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    struct lines lines = split(buf_text(&out.text), out.text.len);
    trial_passes(trial);
    for (size_t i = 0; i < lines.n * unwanted.n && trial->result->verdict == VERDICT_PASSED; i++) {
        const struct line *line = &lines.all[i / unwanted.n], *beginning = &unwanted.all[i % unwanted.n];
        if (!begins(*line, *beginning, true))
            continue;
        AUTO_FREE char *expected = escape_quote(beginning->text, beginning->n, QUOTE);
        AUTO_FREE char *quote = escape_quote(line->text, line->n, QUOTE);
        trial_fails(trial, is_short_address(*line) ? DIAGNOSIS_SHORT_ADDRESS : DIAGNOSIS_LINE_UNWANTED, NULL);
        trial_expects(trial, _("no line that begins with %s"), expected);
        trial_shows(trial, _("the line %s"), quote);
    }
    const char *besides = check_parameter(trial->spec, "besides");
    const struct line *more = besides != NULL ? find_result_besides(&lines, besides) : NULL;
    if (more != NULL && trial->result->verdict == VERDICT_PASSED) {
        AUTO_FREE char *quote = escape_quote(more->text, more->n, QUOTE);
        trial_fails(trial, DIAGNOSIS_LINE_UNWANTED, NULL);
        trial_expects(trial, _("no result but “%s”"), besides);
        trial_shows(trial, _("the line %s"), quote);
    }
    free(lines.all);
    free(unwanted.all);
}
