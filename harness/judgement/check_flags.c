/* The flags of send() and recv(), and what goes with them: uses-flag, takes, keeps-handler, receives-urgent. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/trial.h"

enum { QUOTE = 40 };

/* --- uses-flag --- */

const char *flag_hint(int flag)
{
    static const struct {
        int flag;
        const char *hint;
    } hints[] = {
        {MSG_PEEK, N_("Give MSG_PEEK as the last argument of recv() or recvfrom(): the message is copied and stays in the "
                      "queue, for the call that really receives it.")},
        {MSG_WAITALL, N_("Give MSG_WAITALL as the last argument of recv(), with the size of the whole record: the call then "
                         "returns once all of it is there.")},
        {MSG_DONTWAIT, N_("Give MSG_DONTWAIT as the last argument of recv() or recvfrom(): this one call does not wait. "
                          "O_NONBLOCK is something else: it holds for every call on the socket.")},
        {MSG_NOSIGNAL, N_("Give MSG_NOSIGNAL as the last argument of every send(): without it SIGPIPE comes before the "
                          "error.")},
        {MSG_OOB, N_("Give MSG_OOB as the last argument of send(): without it the byte is one like the others.")},
    };
    for (size_t i = 0; i < COUNT_OF(hints); i++)
        if (hints[i].flag == flag)
            return gettext(hints[i].hint);
    return "";
}

/* What makes the difference between the calls that carry the flag and those that lack it. */
struct carriers {
    size_t with, without; /* the first of each; NOWHERE */
};

static struct carriers find_carriers(const struct trial *trial, enum role role, int flag)
{
    const struct transcript *t = trial->t;
    struct carriers carriers = {NOWHERE, NOWHERE};
    for (size_t i = facts_next_call(t, trial->actor, role, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, role, i + 1)) {
        size_t *first = (call_flags(&t->events[i].call) & flag) != 0 ? &carriers.with : &carriers.without;
        *first = *first == NOWHERE ? i : *first;
    }
    return carriers;
}

void judge_uses_flag(struct trial *trial)
{
    const char *name = trial->spec->value, *in = check_parameter(trial->spec, "in");
    const char *every = check_parameter(trial->spec, "every");
    enum role role = role_from_word(in != NULL ? in : "receive");
    bool all = every != NULL && strcmp(every, "true") == 0;
    int flag = value_flag(name);
    const char *call = role == ROLE_SEND ? "send()" : "recv()"; /* those that take flags */
    if (all)
        trial_requires(trial, _("The program gives %s to every %s"), name, call);
    else
        trial_requires(trial, _("The program gives %s to %s"), name, call);
    struct carriers carriers = find_carriers(trial, role, flag);
    if (carriers.with == NOWHERE && carriers.without == NOWHERE) {
        trial_lacks(trial, role_missing(role), NULL);
        trial_shows(trial, _("%s was never called"), role_calls(role));
    } else if (carriers.with != NOWHERE && (!all || carriers.without == NOWHERE)) {
        trial_passes(trial);
    } else {
        const struct event *e = &trial->t->events[carriers.without];
        trial_fails(trial, DIAGNOSIS_FLAG_MISSING, e);
        if (call_has_flags(&e->call))
            trial_shows(trial, _("%s without this flag"), call_title(&e->call));
        else
            trial_shows(trial, _("%s, which takes no flags"), call_title(&e->call));
        trial_hints(trial, "%s", flag_hint(flag));
    }
    trial_expects(trial, _("%s among the flags of the call"), name);
}

/* --- takes --- */

static void took_another_size(struct trial *trial, const struct flow *flow, uint64_t wanted)
{
    const struct event *last = &trial->t->events[flow->last];
    trial_fails(trial, flow->bytes < wanted ? DIAGNOSIS_RECORD_INCOMPLETE : DIAGNOSIS_RECORD_PASSED, last);
    trial_shows(trial, ngettext("%zu byte", "%zu bytes", flow->bytes), (size_t)flow->bytes);
    if (flow->first == flow->last && last->call.asked < wanted)
        trial_hints(trial, _("%s was given room for %zu bytes only: ask for all of the %llu bytes."), call_title(&last->call),
                    last->call.asked, (unsigned long long)wanted);
}

/* Whether the last call returned only because a peer had closed its connection or its sending direction. */
static bool waited_for_the_end(const struct transcript *t, const struct flow *flow)
{
    for (size_t i = 0; i < flow->last; i++)
        if (t->events[i].kind == EVENT_DEED &&
            (t->events[i].deed.kind == DEED_CLOSED || t->events[i].deed.kind == DEED_HALF_CLOSED))
            return true;
    return false;
}

/* All of it came, but not by one call that asked for just that much. */
static void took_it_otherwise(struct trial *trial, const struct flow *flow, uint64_t wanted)
{
    const struct event *last = &trial->t->events[flow->last];
    trial_fails(trial, DIAGNOSIS_RECORD_PASSED, last);
    if (flow->first != flow->last)
        trial_shows(trial, _("it takes several calls"));
    else
        trial_shows(trial, _("%s returns only when the other side has closed"), call_title(&last->call));
    trial_hints(trial, _("Ask for all of the %llu bytes, and for no more, in one call."), (unsigned long long)wanted);
    trial_expects(trial, _("%llu bytes, by one call, while the other side is still there"), (unsigned long long)wanted);
}

void judge_takes(struct trial *trial)
{
    const char *at_once = check_parameter(trial->spec, "at-once");
    uint64_t wanted = (uint64_t)value_number(trial->spec->value, INT32_MAX);
    trial_requires(trial, _("The program receives all that its client has sent"));
    trial_expects(trial, ngettext("%zu byte", "%zu bytes", wanted), (size_t)wanted);
    struct flow *flows;
    size_t n = facts_flows(trial->t, trial->actor, ROLE_RECEIVE, &flows);
    if (n > 0 && flows[0].bytes == wanted && at_once != NULL && strcmp(at_once, "true") == 0 &&
        (flows[0].first != flows[0].last || waited_for_the_end(trial->t, &flows[0]))) {
        took_it_otherwise(trial, &flows[0], wanted);
    } else if (n > 0 && flows[0].bytes == wanted) {
        trial_passes(trial);
    } else if (n > 0) {
        took_another_size(trial, &flows[0], wanted);
    } else {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED,
                    trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_RECEIVE)));
        trial_shows(trial, _("nothing was received"));
    }
    free(flows);
}

/* --- keeps-handler --- */

void judge_keeps_handler(struct trial *trial)
{
    enum { DEFAULT = 0, IGNORED = 1 };
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program leaves the handler of SIGPIPE as it is"));
    size_t set = NOWHERE, changed = NOWHERE, sent = NOWHERE;
    for (size_t i = 0; i < t->n_events && set == NOWHERE; i++) {
        const struct event *e = &t->events[i];
        if (facts_is_call(t, e, trial->actor, ROLE_HANDLER) && call_succeeded(&e->call))
            changed = e->call.arg[1] == DEFAULT ? NOWHERE : i; /* a library that sets it puts it back at once */
        if (!facts_is_call(t, e, trial->actor, ROLE_SEND))
            continue;
        sent = i;
        set = changed;
    }
    if (sent == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, NULL);
        trial_expects(trial, _("something is sent"));
        trial_shows(trial, _("nothing was sent"));
        return;
    }
    if (set == NOWHERE) {
        trial_passes(trial);
        return;
    }
    const struct event *e = &t->events[set];
    trial_fails(trial, DIAGNOSIS_HANDLER_CHANGED, e);
    trial_expects(trial, _("SIGPIPE keeps its handler (SIG_DFL)"));
    if (e->call.arg[1] == IGNORED)
        trial_shows(trial, _("SIGPIPE is ignored (SIG_IGN) when the message is sent"));
    else
        trial_shows(trial, _("a function handles SIGPIPE when the message is sent"));
}

/* --- receives-urgent --- */

/* The last call that sent something with MSG_OOB; else the last that sent anything. */
static const struct event *urgent_sending(const struct trial *trial)
{
    int program = trial_program(trial);
    size_t last = facts_last_call(trial->t, program, ROLE_SEND);
    for (size_t i = facts_next_call(trial->t, program, ROLE_SEND, 0); i != NOWHERE;
         i = facts_next_call(trial->t, program, ROLE_SEND, i + 1))
        if ((call_flags(&trial->t->events[i].call) & MSG_OOB) != 0)
            last = i;
    return trial_event(trial, last);
}

static void show_urgent(struct trial *trial, const struct connection *connection)
{
    AUTO_FREE char *urgent = escape_quote(buf_text(&connection->urgent), connection->urgent.len, QUOTE);
    AUTO_FREE char *flow = escape_quote(buf_text(&connection->received), connection->received.len, QUOTE);
    if (connection->urgent.len == 0 && connection->received.len == 0)
        trial_shows(trial, _("nothing arrived"));
    else if (connection->urgent.len == 0)
        trial_shows(trial, _("%s, and none of it urgent"), flow);
    else if (connection->received.len == 0)
        trial_shows(trial, _("%s as urgent data"), urgent);
    else
        trial_shows(trial, _("%s as urgent data, and %s besides"), urgent, flow);
}

void judge_receives_urgent(struct trial *trial)
{
    const char *text = trial->spec->value;
    size_t n = strlen(text);
    AUTO_FREE char *quote = escape_quote(text, n, QUOTE);
    trial_requires(trial, _("The program sends exactly %s, as urgent data"), quote);
    struct connection *list;
    size_t n_list = facts_connections(trial->t, trial->actor, &list);
    const struct connection *last = n_list > 0 ? &list[n_list - 1] : NULL;
    if (last != NULL && last->urgent.len == n && memcmp(last->urgent.data, text, n) == 0 && last->received.len == 0) {
        trial_passes(trial);
    } else if (last == NULL || (last->urgent.len == 0 && last->received.len == 0)) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, urgent_sending(trial));
        trial_shows(trial, _("nothing arrived"));
    } else {
        trial_fails(trial, DIAGNOSIS_NOT_URGENT, urgent_sending(trial));
        show_urgent(trial, last);
    }
    trial_expects(trial, _("%s as urgent data, and nothing else"), quote);
    facts_connections_free(list, n_list);
}
