/* The messages that the program shows: prints-text, prints-no-rubbish. */
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "ground/utf8.h"
#include "judgement/check_values.h"
#include "judgement/sighting.h"
#include "judgement/trial.h"

enum {
    QUOTE = 60,
    WINDOW = 64,    /* how far behind a message rubbish is looked for */
    TELLING = 4,    /* a shorter beginning of a message may stand there by chance */
    OWN_MESSAGE = 8 /* so much of it must be there before we say that a sent message was printed */
};

/* How many bytes of a message of SIZE have to be there. */
static size_t least_of(const struct trial *trial, size_t size)
{
    size_t least = (size_t)value_parameter(trial->spec, "at-least", 0);
    return least > 0 && least < size ? least : size;
}

/* Whether, of a message that came by several calls, what the last one brought is printed. */
static bool shows_last_part(const struct trial *trial, const struct sightings *all, const struct sighting *missing)
{
    const struct call *last = &trial->t->events[missing->flow->last].call;
    return missing->flow->first != missing->flow->last && last->data.stored >= TELLING &&
           output_find(&all->out, output_after(&all->out, missing->flow->last), last->data.data, last->data.stored) != SIZE_MAX;
}

static bool stops_at_percent(const struct buf *text, size_t printed)
{
    return printed > 0 && printed < text->len && (text->data[printed - 1] == '%' || text->data[printed] == '%');
}

static void not_printed(struct trial *trial, const struct sightings *all, const struct sighting *missing)
{
    AUTO_OUTPUT err;
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    const struct event *evidence = trial_event(trial, missing->flow->last), *shared = NULL;
    size_t from = output_after(&err, missing->flow->first);
    size_t printed = sighting_printed(all, missing);
    if (output_find(&err, from, missing->text.data, sighting_bare(&missing->text)) != SIZE_MAX) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, evidence);
        trial_shows(trial, _("it is printed on standard error"));
    } else if (missing->flow->bytes < least_of(trial, missing->size)) {
        trial_fails(trial, DIAGNOSIS_TEXT_CUT, evidence);
        trial_shows(trial, _("only %zu bytes of %zu were received"), (size_t)missing->flow->bytes, missing->size);
        const struct call *last = &evidence->call;
        if (last->asked > 0 && call_moved(last) == last->asked)
            trial_hints(trial, _("%s was given room for %zu bytes only. Give it room for the longest message that the "
                                 "statement allows, or call it again for the rest."), call_title(last), last->asked);
    } else if (printed >= TELLING) {
        trial_fails(trial, DIAGNOSIS_TEXT_CUT, evidence);
        trial_shows(trial, _("only the first %zu bytes of %zu are printed"), printed, missing->size);
        if (stops_at_percent(&missing->text, printed))
            trial_hints(trial, _("The text went to printf() as its format, where a '%%' has a meaning of its own. Print it "
                                 "with \"%%s\", or with fwrite()."));
        else
            trial_hints(trial, _("All bytes were received: print all of them. A '\\0' in the wrong place, or a second read() "
                                 "into the same buffer, hides the rest."));
    } else if ((shared = facts_shared_by_threads(trial->t, trial->actor, false)) != NULL) {
        trial_fails(trial, DIAGNOSIS_SHARED_BY_THREADS, shared);
        trial_shows(trial, _("it is not on standard output after it was received: two threads receive into the same buffer"));
    } else {
        trial_fails(trial, DIAGNOSIS_TEXT_MISSING, evidence);
        trial_shows(trial, _("it is not on standard output after it was received"));
        if (shows_last_part(trial, all, missing))
            trial_hints(trial, _("Only the last part is printed: each read() has overwritten what came before. Give it the "
                                 "place behind those bytes, buffer + total, and what room is left."));
        size_t blocked = trial->t->stuck ? facts_blocked(trial->t, trial->actor) : NOWHERE;
        if (blocked != NOWHERE && trial->t->events[blocked].call.socket == missing->flow->socket)
            trial_explains(trial);
    }
}

void judge_prints_text(struct trial *trial)
{
    trial_requires(trial, _("The program prints the message that it received"));
    struct sightings all;
    sightings_collect(trial->t, trial->actor, transcript_actor(trial->t, trial->spec->value),
                      (size_t)value_parameter(trial->spec, "at-least", 0), &all);
    if (all.n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_expects(trial, _("a message"));
        trial_shows(trial, _("none could be sent"));
        sightings_free(&all);
        return;
    }
    trial_passes(trial);
    for (size_t i = 0; i < all.n; i++) {
        if (all.items[i].found)
            continue;
        if (all.items[i].flow == NULL) {
            size_t tried = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
            trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, trial_event(trial, tried));
            trial_shows(trial, _("the program did not receive it"));
            if (tried != NOWHERE && call_peeked(&trial->t->events[tried].call) > 0)
                trial_hints(trial, _("MSG_PEEK shows what has come and leaves it there: receive it once more, without "
                                     "this flag."));
        } else {
            not_printed(trial, &all, &all.items[i]);
        }
        AUTO_FREE char *quote = escape_quote(buf_text(&all.items[i].text), all.items[i].text.len, QUOTE);
        trial_expects(trial, "%s", quote);
        break;
    }
    sightings_free(&all);
}

/* Control characters that no text holds. NUL is borne: the terminal shows nothing of it. */
static bool is_rubbish(unsigned char c)
{
    return (c < ' ' && c != '\0' && strchr("\t\r\n\a\b\v\f\x1b", c) == NULL) || c == 0x7f;
}

/* Whether there is anything unprintable in [FROM, TO[. */
static bool has_rubbish(const struct output_text *out, size_t from, size_t to)
{
    const unsigned char *text = (const unsigned char *)buf_text(&out->text);
    for (size_t i = from, size; i < to; i += size) {
        uint32_t character;
        size = utf8_decode(text + i, out->text.len - i, &character);
        if (is_rubbish(text[i]) || (size == 0 && text[i] >= 0x80 && text[i] <= 0x9f))
            return true;
        if (size == 0) /* a letter in ISO-8859-1 */
            size = 1;
    }
    return false;
}

/* The same from AT to the end of the line or of the window. */
static bool rubbish_follows(const struct output_text *out, size_t at)
{
    size_t end = at + WINDOW < out->text.len ? at + WINDOW : out->text.len;
    const char *line_end = at < end ? memchr(out->text.data + at, '\n', end - at) : NULL;
    return has_rubbish(out, at, line_end != NULL ? (size_t)(line_end - out->text.data) : end);
}

/* Whether a message that the program itself sent stands right behind: two buffers that touch, without '\0' between them. */
static bool own_message_follows(const struct trial *trial, const struct output_text *out, size_t at)
{
    if (at == 0 || at >= out->text.len || out->text.data[at - 1] == '\n')
        return false;
    struct flow *flows;
    size_t n = facts_flows(trial->t, trial->actor, ROLE_SEND, &flows);
    AUTO_FREE struct flow *owned = flows;
    for (size_t i = 0; i < n; i++) {
        AUTO_BUF sent = BUF_EMPTY;
        facts_flow_bytes(trial->t, trial->actor, ROLE_SEND, &owned[i], &sent);
        if (sent.len >= OWN_MESSAGE && out->text.len - at >= OWN_MESSAGE &&
            memcmp(out->text.data + at, sent.data, OWN_MESSAGE) == 0)
            return true;
    }
    return false;
}

/* Whether what lies in EARLIER behind the first SIZE bytes stands at AT: a longer message was in the same buffer before. */
static bool rest_stands(const struct output_text *out, size_t at, const struct buf *earlier, size_t size)
{
    if (earlier->len < size + TELLING)
        return false;
    size_t rest = earlier->len - size < OWN_MESSAGE ? earlier->len - size : OWN_MESSAGE;
    return out->text.len - at >= rest && memcmp(out->text.data + at, earlier->data + size, rest) == 0;
}

/*
 * Whether the rest of what the program received before this piece, or before the last part of it, stands right behind it: what
 * came over another connection, as a whole, or by one call.
 */
static bool earlier_message_follows(const struct trial *trial, const struct sightings *all, const struct printed *piece)
{
    const struct transcript *t = trial->t;
    if (piece->end >= all->out.text.len)
        return false;
    for (size_t i = 0; i < all->n_flows && all->flows[i].last < piece->first; i++) {
        AUTO_BUF earlier = BUF_EMPTY;
        facts_flow_bytes(t, trial->actor, ROLE_RECEIVE, &all->flows[i], &earlier);
        if (rest_stands(&all->out, piece->end, &earlier, piece->size))
            return true;
    }
    size_t part = (size_t)call_moved(&t->events[piece->last].call);
    for (size_t i = facts_next_call(t, trial->actor, ROLE_RECEIVE, 0); i < piece->last;
         i = facts_next_call(t, trial->actor, ROLE_RECEIVE, i + 1)) {
        const struct call *call = &t->events[i].call;
        struct buf earlier = {call->data.data, call->data.stored, call->data.stored};
        if (call_moved(call) > 0 && (rest_stands(&all->out, piece->end, &earlier, part) ||
                                     (i < piece->first && rest_stands(&all->out, piece->end, &earlier, piece->size))))
            return true;
    }
    return false;
}

/* What stands behind a printed piece and does not belong to it: a sentence; NULL when nothing does. */
static const char *rubbish_behind(const struct trial *trial, const struct sightings *all, const struct printed *piece)
{
    if (rubbish_follows(&all->out, piece->end))
        return _("unprintable bytes follow the message");
    if (own_message_follows(trial, &all->out, piece->end))
        return _("the bytes of another buffer follow the message");
    if (earlier_message_follows(trial, all, piece))
        return _("the end of an earlier, longer message follows this one");
    return NULL;
}

/* False when there is nothing to complain of behind this message. */
static bool complain(struct trial *trial, const struct sightings *all, const struct sighting *sighting)
{
    for (size_t i = 0; i < sighting->n_pieces; i++) {
        const char *rubbish = rubbish_behind(trial, all, &sighting->pieces[i]);
        if (rubbish == NULL)
            continue;
        trial_fails(trial, DIAGNOSIS_RUBBISH, trial_event(trial, sighting->flow->last));
        trial_expects(trial, _("the %zu bytes of the message, and text behind them"), sighting->size);
        trial_shows(trial, "%s", rubbish);
        return true;
    }
    return false;
}

/* Nothing was sent: then whatever is printed as a message, after the receive that brought none, comes from memory. */
static bool complain_of_nothing(struct trial *trial, const struct output_text *out)
{
    size_t last = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
    if (last == NOWHERE || !has_rubbish(out, output_after(out, last), out->text.len))
        return false;
    trial_fails(trial, DIAGNOSIS_RUBBISH, &trial->t->events[last]);
    trial_expects(trial, _("no message: none was received"));
    trial_shows(trial, _("unprintable bytes"));
    trial_hints(trial, _("Test the result: 0 says that the other side has closed, -1 that there was an error; in both cases "
                         "the buffer holds no message."));
    return true;
}

void judge_prints_no_rubbish(struct trial *trial)
{
    trial_requires(trial, _("The program prints no rubbish with the message"));
    struct sightings all;
    sightings_collect(trial->t, trial->actor, transcript_actor(trial->t, trial->spec->value),
                      (size_t)value_parameter(trial->spec, "at-least", 0), &all);
    if (all.n == 0) {
        if (!complain_of_nothing(trial, &all.out))
            trial_passes(trial);
        sightings_free(&all);
        return;
    }
    bool all_found = true, bad = false;
    for (size_t i = 0; i < all.n && !bad; i++) {
        all_found = all_found && all.items[i].found;
        bad = complain(trial, &all, &all.items[i]);
    }
    if (!bad && all_found)
        trial_passes(trial);
    else if (!bad)
        trial->result->verdict = VERDICT_SKIPPED; /* another check says that the message is not there */
    sightings_free(&all);
}
