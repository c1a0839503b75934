/* Replies that say how much was received: receives-count, replies-after-end, replies-after-message. */
#include <string.h>

#include "ground/text.h"
#include "judgement/trial.h"
#include "judgement/wire.h"

/* The number that TEXT begins with; how many digits it has, 0 when it begins with none. */
static size_t leading_number(const struct buf *text, uint64_t *value)
{
    size_t n = 0;
    *value = 0;
    while (n < text->len && text->data[n] >= '0' && text->data[n] <= '9' && *value < UINT64_MAX / 16)
        *value = *value * 10 + (uint64_t)(text->data[n++] - '0');
    return n;
}

/* Whether one receive of the program's gave this number. */
static bool is_one_part(const struct trial *trial, uint64_t value)
{
    const struct transcript *t = trial->t;
    int program = trial_program(trial);
    for (size_t i = facts_next_call(t, program, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, program, ROLE_RECEIVE, i + 1))
        if (value > 0 && call_moved(&t->events[i].call) == value)
            return true;
    return false;
}

/* The number is wrong, and nothing else. */
static void wrong_number(struct trial *trial, const struct buf *got, uint64_t value, uint64_t right)
{
    trial_fails(trial, DIAGNOSIS_REPLY_COUNT, wire_sending_of(trial, got));
    trial_expects(trial, "%llu", (unsigned long long)right);
    trial_shows(trial, "%llu", (unsigned long long)value);
    if (value < right && is_one_part(trial, value))
        trial_hints(trial, _("%llu is what one call returned: add up the results of all of them until the end of file."),
                    (unsigned long long)value);
}

void judge_receives_count(struct trial *trial)
{
    const char *rest = trial->spec->value;
    size_t n_rest = strlen(rest);
    trial_requires(trial, _("The program replies with the number of bytes that it received"));
    struct connection *list;
    size_t n = facts_connections(trial->t, trial->actor, &list);
    if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, NULL);
        trial_expects(trial, _("a reply"));
        trial_shows(trial, _("there was no connection"));
    } else {
        trial_passes(trial);
    }
    for (size_t i = 0; i < n && trial->result->verdict == VERDICT_PASSED; i++) {
        const struct buf *got = &list[i].received;
        uint64_t right = list[i].all_sent.n, value = 0;
        AUTO_FREE char *text = mem_printf("%llu%s", (unsigned long long)right, rest);
        size_t digits = leading_number(got, &value);
        bool same_rest = got->len - digits == n_rest && memcmp(buf_text(got) + digits, rest, n_rest) == 0;
        if (got->len == strlen(text) && memcmp(buf_text(got), text, got->len) == 0)
            continue;
        if (digits > 0 && same_rest)
            wrong_number(trial, got, value, right);
        else
            wire_differs(trial, got, text, strlen(text));
    }
    facts_connections_free(list, n);
}

/*
 * The first deed of the peer's that shows a reply before the peer did what it is to wait for (AWAITED, or closed): an event, or
 * NOWHERE.
 */
static size_t early_reply(const struct trial *trial, enum deed_kind awaited)
{
    const struct transcript *t = trial->t;
    bool over = false;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->actor != trial->actor)
            continue;
        if (e->deed.kind == DEED_CONNECTED)
            over = false;
        over |= e->deed.kind == awaited || e->deed.kind == DEED_CLOSED;
        if (e->deed.kind == DEED_RECEIVED && !over)
            return i;
    }
    return NOWHERE;
}

static void replies_after(struct trial *trial, enum deed_kind awaited, enum diagnosis diagnosis)
{
    size_t early = early_reply(trial, awaited);
    if (early == NOWHERE) {
        trial_passes(trial);
        return;
    }
    size_t bytes = trial->t->events[early].deed.bytes.total;
    trial_fails(trial, diagnosis, trial_event(trial, facts_next_call(trial->t, trial_program(trial), ROLE_SEND, 0)));
    trial_shows(trial, ngettext("%zu byte came before it", "%zu bytes came before it", bytes), bytes);
}

void judge_replies_after_end(struct trial *trial)
{
    trial_requires(trial, _("The program replies when the client has closed its sending direction, and not before"));
    trial_expects(trial, _("nothing before the end of file"));
    replies_after(trial, DEED_HALF_CLOSED, DIAGNOSIS_REPLIED_EARLY);
}

void judge_replies_after_message(struct trial *trial)
{
    trial_requires(trial, _("The program replies when the client has sent its message, and not before"));
    trial_expects(trial, _("nothing before the message"));
    replies_after(trial, DEED_SENT, DIAGNOSIS_REPLIED_UNASKED);
}
