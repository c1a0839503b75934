/* Several clients at a time: answered. */
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/trial.h"

/* How many clients were there when PEER last connected, itself included; 0: it never did. */
static size_t place_in_queue(const struct transcript *t, int peer)
{
    size_t connected = 0, place = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->deed.kind != DEED_CONNECTED)
            continue;
        connected++;
        if (e->actor == peer)
            place = connected;
    }
    return place;
}

/* Clients are accepted in their order: whether some were, and this one was not. */
static bool left_waiting(const struct transcript *t, int program, int peer)
{
    size_t accepted = 0;
    for (size_t i = 0; i < t->n_events; i++)
        accepted += facts_is_call(t, &t->events[i], program, ROLE_ACCEPT) && call_succeeded(&t->events[i].call);
    return accepted > 0 && accepted < place_in_queue(t, peer);
}

/* The program has ended well before this client's turn came. */
static bool serves_some(struct trial *trial, int program, int peer)
{
    const struct transcript *t = trial->t;
    if (facts_ending(t, program).kind != ENDING_EXITED || !left_waiting(t, program, peer) ||
        facts_decisive_failure(t, program) != NOWHERE)
        return false;
    trial_fails(trial, DIAGNOSIS_CLIENTS_LEFT, trial_event(trial, facts_last_call(t, program, ROLE_ACCEPT)));
    size_t last = facts_last_call(t, program, ROLE_RECEIVE);
    if (last != NOWHERE && t->events[last].call.result == 0)
        trial_hints(trial, _("A client that leaves without a word concerns nobody else: close its socket and accept "
                             "the next one."));
    trial_shows(trial, _("the program has ended and has not accepted this client"));
    return true;
}

/* Whether the exercise is about several clients at a time. */
static bool serves_together(const struct exercise *exercise)
{
    for (size_t i = 0; exercise != NULL && i < exercise->n_scenarios; i++)
        for (size_t k = 0; k < exercise->scenarios[i].n_checks; k++)
            if (strcmp(exercise->scenarios[i].checks[k].name, "leaves-no") == 0)
                return true;
    return exercise == NULL;
}

/* The program has not accepted this client, because it waits for another one. */
static bool serves_one(struct trial *trial, int program, int peer)
{
    const struct transcript *t = trial->t;
    size_t blocked = facts_blocked(t, program);
    if (blocked == NOWHERE || !left_waiting(t, program, peer))
        return false;
    const struct event *e = &t->events[blocked];
    enum role role = call_role(e->call.id);
    if (role != ROLE_RECEIVE && role != ROLE_WAIT && role != ROLE_FUTEX)
        return false; /* poll() and the like: trial_explains() knows what they do not see */
    trial_fails(trial, DIAGNOSIS_ONE_AT_A_TIME, e);
    if (!serves_together(trial->exercise))
        trial_hints(trial, (call_flags(&e->call) & MSG_WAITALL) != 0
                               ? _("With MSG_WAITALL recv() waits for all the bytes that it has room for: receive a "
                                   "message of unknown length without this flag.")
                               : _("Read what the client has sent, once, reply and close: a read for more waits for ever."));
    AUTO_FREE char *where = trial_place(trial, e);
    trial_shows(trial, _("the program waits in %s for another client and has not accepted this one"), where);
    return true;
}

static bool shares_descriptor(struct trial *trial, int program)
{
    const struct event *e = facts_shared_by_threads(trial->t, program, true);
    if (e == NULL)
        return false;
    trial_fails(trial, DIAGNOSIS_SHARED_BY_THREADS, e);
    trial_shows(trial, _("nothing arrived: two threads read from the same socket, %d, and nobody reads from this client's"),
                (int)e->call.fd);
    return true;
}

void judge_answered(struct trial *trial)
{
    int peer = transcript_actor(trial->t, trial->spec->value), program = trial_program(trial);
    trial_requires(trial, _("The server answers this client"));
    struct connection *list;
    size_t n = facts_connections(trial->t, peer, &list), silent = 0;
    for (size_t i = 0; i < n; i++)
        silent += list[i].received.len == 0;
    facts_connections_free(list, n);
    if (n > 0 && silent == 0) {
        trial_passes(trial);
    } else {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, NULL);
        trial_shows(trial, _("nothing arrived"));
        bool failed = trial->result->verdict == VERDICT_FAILED;
        if (failed && (serves_one(trial, program, peer) || serves_some(trial, program, peer) ||
                       shares_descriptor(trial, program)))
            trial->consequence = false; /* that is the cause, no other need be looked for */
    }
    trial_expects(trial, _("a reply"));
}
