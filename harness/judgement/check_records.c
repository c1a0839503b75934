/* Records, which keep their bounds: prints-no-record. */
#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/output.h"
#include "judgement/trial.h"

/* A number on standard output, and the line where it stands. */
struct place {
    size_t number;     /* index */
    size_t start, end; /* of the line */
};

struct page {
    struct output_text out;
    struct number *numbers;
    size_t n;
};

static struct place place_of(const struct page *page, size_t number)
{
    const char *text = buf_text(&page->out.text);
    struct place place = {number, page->numbers[number].start, page->numbers[number].end};
    while (place.start > 0 && text[place.start - 1] != '\n')
        place.start--;
    while (place.end < page->out.text.len && text[place.end] != '\n')
        place.end++;
    return place;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One character, or a whole row of digits, which all stand for the same. */
static char next_sign(const char *text, size_t *at, size_t end)
{
    if (!is_digit(text[*at]))
        return text[(*at)++];
    while (*at < end && is_digit(text[*at]))
        ++*at;
    return '0';
}

/* Whether both lines say the same but for their numbers, and both numbers stand in the same place. */
static bool same_wording(const struct page *page, const struct place *a, const struct place *b)
{
    const char *text = buf_text(&page->out.text);
    size_t i = a->start, j = b->start;
    while (i < a->end && j < b->end) {
        if ((i == page->numbers[a->number].start) != (j == page->numbers[b->number].start))
            return false;
        if (next_sign(text, &i, a->end) != next_sign(text, &j, b->end))
            return false;
    }
    return i == a->end && j == b->end;
}

/* The line with a 0, printed after the end of file, that is worded like this one. */
static size_t zero_like(const struct page *page, const struct place *line, size_t from)
{
    for (size_t i = 0; i < page->n; i++) {
        if (page->numbers[i].start < from || page->numbers[i].value != 0)
            continue;
        struct place other = place_of(page, i);
        if (same_wording(page, line, &other))
            return i;
    }
    return SIZE_MAX;
}

/*
 * Every line that shows this record's count may be the one that is meant, and any other one a mere trace of the calls: only
 * when all of them come again with a 0 is the end of file printed as a record. The 0 that shows it, or SIZE_MAX.
 */
static size_t printed_again(const struct page *page, const struct flow *flow, size_t from)
{
    size_t zero = SIZE_MAX;
    for (size_t i = 0; i < page->n; i++) {
        const struct number *number = &page->numbers[i];
        if (number->start >= from || number->value != flow->bytes || number->start < output_after(&page->out, flow->last))
            continue;
        struct place line = place_of(page, i);
        zero = zero_like(page, &line, from);
        if (zero == SIZE_MAX)
            return SIZE_MAX;
    }
    return zero;
}

/* The receive that found the end of file, after these records. */
static size_t end_of_file(const struct trial *trial, const struct flow *last)
{
    const struct transcript *t = trial->t;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_RECEIVE, last->last + 1); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_RECEIVE, i + 1))
        if (t->events[i].call.socket == last->socket && t->events[i].call.result == 0)
            return i;
    return NOWHERE;
}

void judge_prints_no_record(struct trial *trial)
{
    trial_requires(trial, _("The end of file is not printed as if it were a record"));
    trial_expects(trial, _("no line for the end of file like those for the records"));
    struct flow *flows;
    size_t n = facts_flows(trial->t, trial->actor, ROLE_RECEIVE, &flows);
    AUTO_FREE struct flow *owned = flows;
    size_t end = n > 0 ? end_of_file(trial, &owned[n - 1]) : NOWHERE;
    bool ended = facts_ending(trial->t, trial->actor).kind == ENDING_EXITED; /* poll() may have told it of the end */
    if (end == NOWHERE && n > 0 && ended) {
        trial_passes(trial);
        return;
    }
    if (end == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_shows(trial, _("no end of file was received"));
        trial_explains(trial);
        return;
    }
    struct page page = {.numbers = NULL};
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &page.out);
    page.n = numbers_find(buf_text(&page.out.text), page.out.text.len, &page.numbers);
    size_t zero = printed_again(&page, &owned[n - 1], output_after(&page.out, end));
    if (zero == SIZE_MAX) {
        trial_passes(trial);
    } else {
        struct place line = place_of(&page, zero);
        AUTO_FREE char *quote = escape_quote(buf_text(&page.out.text) + line.start, line.end - line.start, 80);
        trial_fails(trial, DIAGNOSIS_END_AS_RECORD, trial_event(trial, end));
        trial_shows(trial, "%s", quote);
    }
    output_free(&page.out);
    free(page.numbers);
}
