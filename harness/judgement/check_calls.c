/* Which calls are made, and in which order: calls-in-order, not-called, no-bad-descriptor. */
#include <errno.h>
#include <string.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/trial.h"

/* The first time that this was done to the socket. An accept counts from its entry: the last one never returns. */
static size_t first_on(const struct trial *trial, int socket, enum role role)
{
    const struct transcript *t = trial->t;
    if (role == ROLE_SOCKET)
        return facts_creation(t, socket);
    for (size_t i = facts_next_call(t, trial->actor, role, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, role, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->socket == socket && (role == ROLE_ACCEPT || call_succeeded(call)))
            return i;
    }
    return NOWHERE;
}

/* How many of the calls are there in their order on this socket; *AT: position of the first that is not in its place. */
static size_t in_order(const struct trial *trial, int socket, const enum role *roles, size_t n, size_t *at)
{
    size_t before = 0;
    for (size_t i = 0; i < n; i++) {
        size_t position = first_on(trial, socket, roles[i]);
        if (position == NOWHERE || position < before) {
            *at = position;
            return i;
        }
        before = position;
    }
    *at = NOWHERE;
    return n;
}

static void out_of_order(struct trial *trial, int socket, enum role missing, enum role before, size_t at)
{
    if (at != NOWHERE) {
        trial_fails(trial, DIAGNOSIS_CALL_ORDER, trial_event(trial, at));
        trial_shows(trial, _("%s comes before %s"), role_calls(missing), role_calls(before));
        return;
    }
    /* Perhaps it was called, and failed. */
    size_t failed = NOWHERE;
    for (size_t i = facts_next_call(trial->t, trial->actor, missing, 0); i != NOWHERE;
         i = facts_next_call(trial->t, trial->actor, missing, i + 1))
        if (!trial->t->events[i].call.pending && trial->t->events[i].call.result < 0)
            failed = i;
    if (failed != NOWHERE) {
        const struct event *e = &trial->t->events[failed];
        trial_fails(trial, DIAGNOSIS_CALL_ORDER, e);
        trial_shows(trial, _("%s failed with %s"), call_title(&e->call), error_name(e->call.error));
        if (e->call.error == EINTR)
            trial_fails_as(trial, e);
        trial_explains_meeting(trial);
    } else {
        trial_lacks(trial, role_missing(missing), trial_event(trial, first_on(trial, socket, before)));
        trial_shows(trial, _("%s was never called on this socket"), role_calls(missing));
    }
}

void judge_calls_in_order(struct trial *trial)
{
    const struct transcript *t = trial->t;
    enum role roles[ROLE_COUNT];
    size_t n = value_roles(trial->spec->value, roles, COUNT_OF(roles));
    trial_requires(trial, _("The program makes these calls in this order, on the same socket: %s"), trial->spec->value);
    size_t best = 0, best_at = NOWHERE;
    int best_socket = -1;
    for (size_t s = 0; s < t->n_sockets; s++) {
        if (t->sockets[s].actor != trial->actor || t->sockets[s].library || t->sockets[s].accepted)
            continue;
        size_t at;
        size_t done = in_order(trial, (int)s, roles, n, &at);
        if (done == n) {
            trial_passes(trial);
            return;
        }
        if (done > best) {
            best = done;
            best_at = at;
            best_socket = (int)s;
        }
    }
    if (best_socket < 0) {
        trial_lacks(trial, DIAGNOSIS_NO_SOCKET, NULL);
        trial_shows(trial, _("no socket was created"));
    } else {
        out_of_order(trial, best_socket, roles[best], roles[best - 1], best_at);
    }
    trial_expects(trial, "%s", trial->spec->value);
}

void judge_not_called(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    trial_requires(trial, _("The program does without %s"), role_calls(role));
    size_t made = facts_first_success(trial->t, trial->actor, role);
    if (made == NOWHERE && facts_has_socket(trial->t, trial->actor, false)) {
        trial_passes(trial);
        return;
    }
    if (made == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NO_SOCKET, NULL);
        trial_expects(trial, _("a socket, and no %s"), role_calls(role));
        trial_shows(trial, _("no socket was created"));
        return;
    }
    const struct event *e = &trial->t->events[made];
    trial_fails(trial, DIAGNOSIS_CALL_UNWANTED, e);
    if (role == ROLE_ACCEPT && e->call.new_socket >= 0) /* it takes clients, only not yet */
        trial_hints(trial, _("Not yet: accept() comes later in this program, once what it has to wait for has come."));
    trial_expects(trial, _("no %s"), role_calls(role));
    trial_shows(trial, _("%s was called"), call_title(&e->call));
}

void judge_not_tried(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    bool needs_none = check_parameter(trial->spec, "no-socket") != NULL;
    size_t made = facts_next_call(trial->t, trial->actor, role, 0);
    if (made == NOWHERE && needs_none) {
        trial_requires(trial, _("The program does without %s"), role_calls(role));
        trial_passes(trial);
        return;
    }
    if (made == NOWHERE) {
        judge_not_called(trial);
        return;
    }
    const struct event *e = &trial->t->events[made];
    trial_requires(trial, _("The program does without %s"), role_calls(role));
    trial_fails(trial, DIAGNOSIS_CALL_UNWANTED, e);
    if (needs_none)
        trial_hints(trial, _("Look at the argument first: when it means nothing, print the usage and end."));
    trial_expects(trial, _("no %s"), role_calls(role));
    if (call_succeeded(&e->call) || e->call.pending)
        trial_shows(trial, _("%s was called"), call_title(&e->call));
    else
        trial_shows(trial, _("%s was called, and failed with %s"), call_title(&e->call), error_name(e->call.error));
}

/* A socket() or accept() that failed; else a connect(), after which the program may have no socket left. */
static size_t failed_to_make(const struct trial *trial)
{
    size_t socket = facts_first_failure(trial->t, trial->actor, ROLE_SOCKET);
    size_t accept = facts_first_failure(trial->t, trial->actor, ROLE_ACCEPT);
    size_t made = socket < accept ? socket : accept;
    return made != NOWHERE ? made : facts_first_failure(trial->t, trial->actor, ROLE_CONNECT);
}

static bool is_on_bad_descriptor(const struct event *e, int actor)
{
    return e->kind == EVENT_CALL && e->actor == actor && !e->call.library && !e->call.pending &&
           role_needs_socket(call_role(e->call.id)) &&
           ((int)e->call.arg[0] == -1 || (e->call.result < 0 && e->call.error == EBADF));
}

void judge_no_bad_descriptor(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("After a failed socket() or accept(), the program makes no call on descriptor -1"));
    size_t failed = failed_to_make(trial);
    if (failed != NOWHERE && call_role(t->events[failed].call.id) == ROLE_CONNECT)
        trial_requires(trial, _("After a failed connect(), the program makes no call on descriptor -1"));
    if (failed == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_CALL_MISSING, NULL);
        trial_expects(trial, _("a socket() or an accept() that fails"));
        trial_shows(trial, _("no such call failed"));
        return;
    }
    for (size_t i = failed + 1; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (!is_on_bad_descriptor(e, trial->actor))
            continue;
        trial_fails(trial, DIAGNOSIS_BAD_DESCRIPTOR, e);
        if (trial->result->file == NULL)
            trial_fails(trial, DIAGNOSIS_BAD_DESCRIPTOR, &t->events[failed]);
        trial_hints(trial, _("Test the result of %s: when it is -1 there is no descriptor to go on with."),
                    call_title(&t->events[failed].call));
        trial_expects(trial, _("no call that needs the socket"));
        trial_shows(trial, _("%s on descriptor %d, after %s failed with %s"), call_title(&e->call),
                    (int)e->call.arg[0], call_title(&t->events[failed].call), error_name(t->events[failed].call.error));
        if ((int)e->call.arg[0] != -1)
            trial_explains_meeting(trial);
        return;
    }
    trial_passes(trial);
}
