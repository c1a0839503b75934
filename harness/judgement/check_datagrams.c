/* Datagrams beyond their bytes: sends-, takes- and receives-datagrams, ends-within, waits, says-no-reply, prints-nothing-of. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/output.h"
#include "judgement/trial.h"

#define SECOND INT64_C(1000000000)

enum { QUOTE = 60 };

/* --- how many --- */

static bool all_alike(const struct connection *list, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (list[i].received.len != list[0].received.len ||
            memcmp(buf_text(&list[i].received), buf_text(&list[0].received), list[0].received.len) != 0)
            return false;
    return n > 1;
}

/* How many datagrams are asked for. */
struct amount {
    bool at_least;
    int64_t wanted;
};

static struct amount amount_of(const struct trial *trial)
{
    struct amount amount = {false, 0};
    value_comparison(trial->spec->value, &amount.at_least, &amount.wanted);
    return amount;
}

/* States what was expected and what came; whether it was right. */
static bool compare_amount(struct trial *trial, const struct amount *amount, size_t n)
{
    unsigned long wanted = (unsigned long)amount->wanted;
    if (amount->at_least)
        trial_expects(trial, ngettext("%lu datagram at least", "%lu datagrams at least", wanted), wanted);
    else
        trial_expects(trial, ngettext("%lu datagram", "%lu datagrams", wanted), wanted);
    if (n == 0)
        trial_shows(trial, _("none"));
    else
        trial_shows(trial, ngettext("%lu datagram", "%lu datagrams", n), (unsigned long)n);
    return n == wanted || (amount->at_least && n > wanted);
}

/* Whether the peer has sent something: then what it is to receive are replies. */
static bool has_spoken(const struct trial *trial)
{
    for (size_t i = 0; i < trial->t->n_events; i++)
        if (trial->t->events[i].kind == EVENT_DEED && trial->t->events[i].actor == trial->actor &&
            trial->t->events[i].deed.kind == DEED_SENT)
            return true;
    return false;
}

void judge_receives_datagrams(struct trial *trial)
{
    struct amount amount = amount_of(trial);
    unsigned long wanted = (unsigned long)amount.wanted;
    if (amount.at_least)
        trial_requires(trial, ngettext("At least %lu datagram of the program's arrives",
                                       "At least %lu datagrams of the program's arrive", wanted), wanted);
    else
        trial_requires(trial, ngettext("%lu datagram of the program's arrives", "%lu datagrams of the program's arrive",
                                       wanted), wanted);
    struct connection *list;
    size_t n = facts_arrivals(trial->t, trial->actor, true, &list);
    const struct event *last = trial_event(trial, facts_last_call(trial->t, trial_program(trial), ROLE_SEND));
    if (compare_amount(trial, &amount, n)) {
        trial_passes(trial);
    } else if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, last);
        trial_hints_at_datagrams(trial);
    } else if (n > wanted) {
        trial_fails(trial, all_alike(list, n) ? DIAGNOSIS_SENT_TWICE : DIAGNOSIS_DATAGRAM_COUNT, last);
        trial_explains_delivery(trial);
    } else if (!has_spoken(trial)) {
        trial_fails(trial, DIAGNOSIS_DATAGRAM_COUNT, last);
        trial_explains(trial);
    } else {
        trial_fails(trial, DIAGNOSIS_NOTHING_SENT, last);
        trial_hints(trial, _("Reply to every datagram: each recvfrom() takes one, and its sender waits for a sendto()."));
        trial_explains(trial);
    }
    facts_connections_free(list, n);
}

/* How many calls of this role on datagram sockets succeeded; *LAST: the last of them. */
static size_t count_calls(const struct trial *trial, enum role role, const struct event **last)
{
    const struct transcript *t = trial->t;
    size_t n = 0;
    *last = NULL;
    for (size_t i = facts_next_call(t, trial->actor, role, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, role, i + 1)) {
        const struct event *e = &t->events[i];
        if (!call_succeeded(&e->call) || t->sockets[e->call.socket].type != SOCK_DGRAM || call_peeks(&e->call) ||
            call_has_more(&e->call))
            continue;
        *last = e;
        n++;
    }
    return n;
}

void judge_sends_datagrams(struct trial *trial)
{
    struct amount amount = amount_of(trial);
    unsigned long wanted = (unsigned long)amount.wanted;
    if (amount.at_least)
        trial_requires(trial, ngettext("The program sends at least %lu datagram", "The program sends at least %lu datagrams",
                                       wanted), wanted);
    else
        trial_requires(trial, ngettext("The program sends %lu datagram", "The program sends %lu datagrams", wanted), wanted);
    const struct event *last = NULL;
    size_t n = count_calls(trial, ROLE_SEND, &last);
    if (compare_amount(trial, &amount, n))
        trial_passes(trial);
    else if (n == 0)
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_SEND)));
    else
        trial_fails(trial, DIAGNOSIS_DATAGRAM_COUNT, last);
}

void judge_takes_datagrams(struct trial *trial)
{
    struct amount amount = amount_of(trial);
    unsigned long wanted = (unsigned long)amount.wanted;
    if (amount.at_least)
        trial_requires(trial, ngettext("The program receives at least %lu datagram",
                                       "The program receives at least %lu datagrams", wanted), wanted);
    else
        trial_requires(trial, ngettext("The program receives %lu datagram", "The program receives %lu datagrams", wanted),
                       wanted);
    const struct event *last = NULL;
    size_t n = count_calls(trial, ROLE_RECEIVE, &last);
    if (compare_amount(trial, &amount, n)) {
        trial_passes(trial);
    } else if (n < wanted) {
        size_t tried = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, last != NULL ? last : trial_event(trial, tried));
        if (tried != NOWHERE && call_peeked(&trial->t->events[tried].call) > 0)
            trial_hints(trial, _("MSG_PEEK shows what has come and leaves it there: receive it once more, without this flag."));
        else if (last != NULL)
            trial_hints(trial, _("Come back to recvfrom() after each datagram, whatever became of the reply."));
    } else {
        trial_fails(trial, DIAGNOSIS_DATAGRAM_COUNT, last);
    }
}

/* --- how long --- */

/* When the program began to wait for an answer: at its first message, or when it was started. */
static int64_t beginning(const struct trial *trial, bool *sent)
{
    const struct transcript *t = trial->t;
    size_t first = facts_first_success(t, trial->actor, ROLE_SEND);
    *sent = first != NOWHERE;
    if (first != NOWHERE)
        return t->events[first].time;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].actor == trial->actor && t->events[i].kind == EVENT_PROCESS)
            return t->events[i].time;
    return 0;
}

/* How long the program lived on, in tenths of seconds, as it saw the time pass; -1: it has not ended by itself. */
static int64_t tenths_lived(const struct trial *trial, bool *sent)
{
    struct ending ending = facts_ending(trial->t, trial->actor);
    int64_t begun = beginning(trial, sent);
    return ending.kind == ENDING_EXITED ? (trial->t->events[ending.event].time - begun) / (SECOND / 10) : -1;
}

enum { FIFTH_MORE = 12, FIFTH_LESS = 8 }; /* tenths in a second, with what is allowed */

void judge_ends_within(struct trial *trial)
{
    int64_t limit = value_number(trial->spec->value, INT32_MAX);
    trial_requires(trial, ngettext("The program ends by itself, after %d second at the latest",
                                   "The program ends by itself, after %d seconds at the latest", (unsigned long)limit),
                   (int)limit);
    struct ending ending = facts_ending(trial->t, trial->actor);
    bool sent = false;
    int64_t lived = tenths_lived(trial, &sent);
    if (ending.kind == ENDING_KILLED && !ending.ours) {
        trial_killed(trial, ending.status, ending.event);
    } else if (lived < 0) {
        trial_still_running(trial, trial->actor);
        trial_explains_meeting(trial);
    } else if (lived > limit * FIFTH_MORE) {
        trial_fails(trial, DIAGNOSIS_TOO_LATE, trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_SEND)));
        trial_shows(trial, _("it ended after %d seconds"), (int)(lived / 10));
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, ngettext("an end within %d second", "an end within %d seconds", (unsigned long)limit), (int)limit);
}

/* Whether it sent more messages than with such a wait between them. Some may come sooner: one who waits longer each time. */
static bool asks_too_often(const struct trial *trial, int64_t lived, int64_t least)
{
    struct flow *flows;
    size_t n = facts_flows(trial->t, trial->actor, ROLE_SEND, &flows);
    free(flows);
    enum { FIRST_AND_SOONER = 3 };
    return lived >= 0 && (int64_t)n > FIRST_AND_SOONER + lived / (least * FIFTH_LESS);
}

void judge_waits(struct trial *trial)
{
    int64_t least = value_number(trial->spec->value, INT32_MAX);
    trial_requires(trial, _("The program gives the reply time to come"));
    bool sent = false;
    int64_t lived = tenths_lived(trial, &sent);
    if (!sent) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, NULL);
        trial_shows(trial, _("nothing was sent"));
    } else if (lived >= 0 && lived < least * FIFTH_LESS) {
        size_t waited = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
        trial_fails(trial, DIAGNOSIS_GAVE_UP_AT_ONCE, trial_event(trial, waited));
        trial_shows(trial, ngettext("it ended before %d second was over", "it ended before %d seconds were over",
                                    (unsigned long)least), (int)least);
        trial_explains_meeting(trial);
    } else if (asks_too_often(trial, lived, least)) {
        trial_fails(trial, DIAGNOSIS_GAVE_UP_AT_ONCE, trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_SEND)));
        trial_shows(trial, _("it asked again and again, without giving the reply that time"));
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, ngettext("a wait of %d second at least", "a wait of %d seconds at least", (unsigned long)least),
                  (int)least);
}

/* --- the reply that does not come --- */

/* Whether something is printed on standard output once time has passed since the program's last message. */
static bool prints_later(const struct trial *trial, size_t last)
{
    const struct transcript *t = trial->t;
    for (size_t i = last + 1; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_OUTPUT || e->actor != trial->actor || e->output.stream != STREAM_STDOUT ||
            e->time - t->events[last].time < SECOND / 2)
            continue;
        AUTO_OUTPUT out;
        output_collect(t, trial->actor, STREAM_STDOUT, &out);
        return output_visible(&out, output_after(&out, i - 1));
    }
    return false;
}

/* The same after a receive that brought nothing. */
static bool prints_after_receive(const struct trial *trial, size_t last)
{
    size_t received = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
    if (received == NOWHERE || received < last)
        return false;
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    return output_visible(&out, output_after(&out, received));
}

void judge_says_no_reply(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("When no reply comes, the program says so"));
    trial_expects(trial, _("a message once the reply has been waited for"));
    size_t first = facts_first_success(t, trial->actor, ROLE_SEND);
    if (first == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, trial_event(trial, facts_last_call(t, trial->actor, ROLE_SEND)));
        trial_shows(trial, _("nothing was sent"));
        return;
    }
    AUTO_OUTPUT err;
    output_collect(t, trial->actor, STREAM_STDERR, &err);
    size_t last = facts_last_call(t, trial->actor, ROLE_SEND);
    if (output_visible(&err, output_after(&err, first)) || prints_after_receive(trial, last) || prints_later(trial, last)) {
        trial_passes(trial);
        return;
    }
    size_t waited = facts_last_call(t, trial->actor, ROLE_RECEIVE);
    trial_fails(trial, DIAGNOSIS_ERROR_NOT_REPORTED, trial_event(trial, waited != NOWHERE ? waited : last));
    trial_shows(trial, _("nothing was printed after the message was sent"));
    trial_explains(trial);
}

/* --- what is not to be shown --- */

void judge_prints_nothing_of(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program prints only the message that it is to receive"));
    AUTO_OUTPUT out;
    output_collect(t, trial->actor, STREAM_STDOUT, &out);
    struct buf *messages;
    size_t n = facts_messages(t, transcript_actor(t, trial->spec->value), true, &messages);
    trial_passes(trial);
    if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_shows(trial, _("no second message could be sent"));
    }
    for (size_t i = 0; i < n && trial->result->verdict == VERDICT_PASSED; i++) {
        size_t bare = messages[i].len > 1 && messages[i].data[messages[i].len - 1] == '\n' ? messages[i].len - 1
                                                                                           : messages[i].len;
        if (output_find(&out, 0, messages[i].data, bare) == SIZE_MAX)
            continue;
        AUTO_FREE char *quote = escape_quote(messages[i].data, messages[i].len, QUOTE);
        trial_fails(trial, DIAGNOSIS_PRINTED_UNASKED, trial_event(trial, facts_last_call(t, trial->actor, ROLE_RECEIVE)));
        trial_expects(trial, _("one message, the first"));
        trial_shows(trial, _("%s is printed, too"), quote);
    }
    facts_messages_free(messages, n);
}
