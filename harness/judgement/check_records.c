/* Records, which keep their bounds: prints-counts, prints-no-record. */
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

static void open_page(const struct trial *trial, enum stream stream, struct page *page)
{
    output_collect(trial->t, trial->actor, stream, &page->out);
    page->n = numbers_find(buf_text(&page->out.text), page->out.text.len, &page->numbers);
}

static void close_page(struct page *page)
{
    output_free(&page->out);
    free(page->numbers);
}

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

static bool is_end(const struct call *call)
{
    bool counts_messages = call->id == CALL_recvmmsg;
    return call->result == 0 || (counts_messages && call->result > 0 && call->data.total == 0);
}

/* The receive that found the end of file, after these records. */
static size_t end_of_file(const struct trial *trial, const struct flow *last)
{
    const struct transcript *t = trial->t;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_RECEIVE, last->last + 1); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_RECEIVE, i + 1))
        if (t->events[i].call.socket == last->socket && is_end(&t->events[i].call))
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
    struct page page;
    open_page(trial, STREAM_STDOUT, &page);
    size_t zero = printed_again(&page, &owned[n - 1], output_after(&page.out, end));
    if (zero == SIZE_MAX) {
        trial_passes(trial);
    } else {
        struct place line = place_of(&page, zero);
        AUTO_FREE char *quote = escape_quote(buf_text(&page.out.text) + line.start, line.end - line.start, 80);
        trial_fails(trial, DIAGNOSIS_END_AS_RECORD, trial_event(trial, end));
        trial_shows(trial, "%s", quote);
    }
    close_page(&page);
}

/* --- the records that a peer sent --- */

/* One record: what was sent, what came of it. */
struct record {
    size_t size;
    const struct flow *flow; /* NULL: it was not received */
};

/* The line that shows this number from offset FROM on; its end, or SIZE_MAX. */
static size_t line_with(const struct page *page, uint64_t value, size_t from)
{
    for (size_t i = 0; i < page->n; i++)
        if (page->numbers[i].start >= from && page->numbers[i].value == value)
            return place_of(page, i).end;
    return SIZE_MAX;
}

static void not_received(struct trial *trial, size_t received, size_t sent)
{
    size_t last = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
    if (received > 0) {
        trial_fails(trial, DIAGNOSIS_RECORDS_LEFT, trial_event(trial, last));
        trial_shows(trial, ngettext("only %zu record of %zu was received", "only %zu records of %zu were received", received),
                    received, sent);
        return;
    }
    trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, trial_event(trial, last));
    trial_shows(trial, _("nothing was received"));
    trial_explains(trial);
}

/* Records that the script lets this peer send and that it could not: the program had closed before. */
static size_t unsendable(const struct trial *trial, int peer, size_t sent)
{
    const struct script *script = &trial->scenario->script;
    size_t intended = 0, broken = 0;
    for (size_t i = 0; i < script->n; i++)
        intended += script->steps[i].kind == STEP_PEER_SEND && script->steps[i].size > 0 &&
                    transcript_actor(trial->t, script->steps[i].actor) == peer;
    for (size_t i = 0; i < trial->t->n_events; i++) {
        const struct event *e = &trial->t->events[i];
        broken += e->kind == EVENT_DEED && e->actor == peer && (e->deed.kind == DEED_FAILED || e->deed.kind == DEED_RESET);
    }
    return broken > 0 && intended > sent ? intended - sent : 0;
}

static void not_printed(struct trial *trial, const struct page *page, const struct record *record, size_t from)
{
    const struct event *e = trial_event(trial, record->flow->last);
    struct page err;
    open_page(trial, STREAM_STDERR, &err);
    bool on_err = line_with(&err, record->size, output_after(&err.out, record->flow->last)) != SIZE_MAX;
    bool same_line = line_with(page, record->size, output_after(&page->out, record->flow->last)) != SIZE_MAX;
    bool one_more = line_with(page, record->size + 1, output_after(&page->out, record->flow->last)) != SIZE_MAX;
    close_page(&err);
    if (record->flow->bytes < record->size) {
        trial_fails(trial, DIAGNOSIS_RECORD_CUT, e);
        trial_shows(trial, _("%s received only %zu bytes of it"), call_title(&e->call), (size_t)record->flow->bytes);
    } else if (on_err) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, e);
        trial_shows(trial, _("it is printed on standard error"));
    } else if (same_line) {
        trial_fails(trial, DIAGNOSIS_COUNT_MISSING, e);
        trial_shows(trial, _("it stands on the same line as another count"));
        trial_hints(trial, _("End each line with '\\n': one record, one line."));
    } else {
        const char *text = buf_text(&page->out.text) + from;
        AUTO_FREE char *quote = escape_quote(text, page->out.text.len - from, 80);
        trial_fails(trial, one_more ? DIAGNOSIS_COUNT_PLUS_ONE : DIAGNOSIS_COUNT_MISSING, e);
        trial_shows(trial, _("what is printed from there on: %s"), quote);
        if (!one_more)
            trial_hints(trial, _("Print what %s returned, %zu, after each call and before the next one."), call_title(&e->call),
                    record->size);
    }
}

static void look_for_records(struct trial *trial, const struct record *records, size_t n)
{
    struct page page;
    open_page(trial, STREAM_STDOUT, &page);
    trial_passes(trial);
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        size_t after = output_after(&page.out, records[i].flow->last);
        from = from > after ? from : after;
        size_t end = line_with(&page, records[i].size, from);
        if (end == SIZE_MAX) {
            not_printed(trial, &page, &records[i], from);
            trial_expects(trial, _("a line with %zu, the size of record %zu"), records[i].size, i + 1);
            break;
        }
        from = end;
    }
    close_page(&page);
}

void judge_prints_counts(struct trial *trial)
{
    int peer = transcript_actor(trial->t, trial->spec->value);
    trial_requires(trial, _("The program prints the size of each record, on a line of its own"));
    trial_expects(trial, _("a line for each record"));
    struct buf *messages;
    size_t sent = peer >= 0 ? facts_messages(trial->t, peer, true, &messages) : 0;
    struct flow *flows;
    size_t received = facts_flows(trial->t, trial->actor, ROLE_RECEIVE, &flows);
    AUTO_FREE struct flow *owned = flows;
    AUTO_FREE struct record *records = mem_alloc((sent + 1) * sizeof *records);
    for (size_t i = 0; i < sent; i++)
        records[i] = (struct record){messages[i].len, i < received ? &owned[i] : NULL};
    if (peer >= 0)
        facts_messages_free(messages, sent);
    size_t lost = peer >= 0 ? unsendable(trial, peer, sent) : 0;
    if (sent == 0 || received < sent + lost)
        not_received(trial, received, sent + lost);
    else
        look_for_records(trial, records, sent);
}

void judge_takes_records(struct trial *trial)
{
    int peer = transcript_actor(trial->t, trial->spec->value);
    trial_requires(trial, _("The program receives every record, up to the last one"));
    struct buf *messages;
    size_t sent = peer >= 0 ? facts_messages(trial->t, peer, true, &messages) : 0;
    struct flow *flows;
    size_t received = facts_flows(trial->t, trial->actor, ROLE_RECEIVE, &flows);
    free(flows);
    if (peer >= 0)
        facts_messages_free(messages, sent);
    size_t wanted = sent + (peer >= 0 ? unsendable(trial, peer, sent) : 0);
    if (wanted == 0 || received < wanted)
        not_received(trial, received, wanted);
    else
        trial_passes(trial);
    if (wanted > 0)
        trial_expects(trial, _("all of its client's records, %zu"), wanted);
    else
        trial_expects(trial, _("its client's records"));
}
