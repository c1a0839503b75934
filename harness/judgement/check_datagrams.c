/* What datagrams ask for beyond bytes: receives-datagrams, ends-within, says-no-reply, prints-nothing-of. */
#include <stdlib.h>
#include <string.h>

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

void judge_receives_datagrams(struct trial *trial)
{
    size_t wanted = (size_t)value_number(trial->spec->value, INT32_MAX);
    trial_requires(trial, ngettext("The program sends %zu datagram", "The program sends %zu datagrams", wanted), wanted);
    struct connection *list;
    size_t n = facts_arrivals(trial->t, trial->actor, true, &list);
    const struct event *last = trial_event(trial, facts_last_call(trial->t, trial_program(trial), ROLE_SEND));
    if (n == wanted) {
        trial_passes(trial);
    } else if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, last);
    } else {
        trial_fails(trial, n > wanted && all_alike(list, n) ? DIAGNOSIS_SENT_TWICE : DIAGNOSIS_DATAGRAM_COUNT, last);
        trial_explains_delivery(trial);
    }
    trial_expects(trial, ngettext("%zu datagram", "%zu datagrams", wanted), wanted);
    if (n == 0)
        trial_shows(trial, _("nothing arrived"));
    else
        trial_shows(trial, ngettext("%zu datagram", "%zu datagrams", n), n);
    facts_connections_free(list, n);
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

static void ends_too_late(struct trial *trial, int64_t seconds)
{
    const struct event *last = trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_SEND));
    trial_fails(trial, DIAGNOSIS_TOO_LATE, last);
    trial_shows(trial, _("it ended after %d seconds"), (int)seconds);
}

void judge_ends_within(struct trial *trial)
{
    enum { TENTHS = 10, A_FIFTH = 2 };
    const struct transcript *t = trial->t;
    int64_t limit = value_number(trial->spec->value, INT32_MAX), least = value_parameter(trial->spec, "least", 0);
    if (least > 0)
        trial_requires(trial, _("Without a reply the program ends by itself, after %d seconds at the latest and not before %d"),
                       (int)limit, (int)least);
    else
        trial_requires(trial, _("The program ends by itself, after %d seconds at the latest"), (int)limit);
    struct ending ending = facts_ending(t, trial->actor);
    bool sent = false;
    int64_t begun = beginning(trial, &sent);
    if (ending.kind == ENDING_NONE || ending.ours) {
        trial_still_running(trial, trial->actor);
        trial_explains_meeting(trial);
    } else if (ending.kind == ENDING_KILLED) {
        trial_killed(trial, ending.status, ending.event);
    } else if ((t->events[ending.event].time - begun) * TENTHS > limit * SECOND * (TENTHS + A_FIFTH)) {
        ends_too_late(trial, (t->events[ending.event].time - begun) / SECOND);
    } else if (least > 0 && !sent) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, NULL);
        trial_shows(trial, _("nothing was sent"));
    } else if ((t->events[ending.event].time - begun) * TENTHS < least * SECOND * (TENTHS - A_FIFTH)) {
        size_t waited = facts_last_call(t, trial->actor, ROLE_RECEIVE);
        trial_fails(trial, DIAGNOSIS_GAVE_UP_AT_ONCE, trial_event(trial, waited));
        trial_shows(trial, _("it ended after %d milliseconds"),
                    (int)((t->events[ending.event].time - begun) / (SECOND / 1000)));
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, ngettext("an end within %d second", "an end within %d seconds", (unsigned long)limit), (int)limit);
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
    if (output_visible(&err, output_after(&err, first)) || prints_later(trial, last)) {
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
