/* Closing one direction: half-closes, shuts-down, tries-after-shutdown. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/trial.h"

/* What a peer saw of the other side's end, and when. */
struct sight {
    size_t end;    /* the end of file, or the reset */
    size_t spoken; /* the peer's first bytes, or its own end */
    bool reset, connected;
};

static struct sight look(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    struct sight sight = {NOWHERE, NOWHERE, false, false};
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->actor != trial->actor)
            continue;
        enum deed_kind kind = e->deed.kind;
        sight.connected |= kind == DEED_CONNECTED || kind == DEED_ACCEPTED;
        bool ends = kind == DEED_END_OF_FILE || kind == DEED_RESET;
        bool speaks = sight.connected && (kind == DEED_SENT || kind == DEED_CLOSED || kind == DEED_HALF_CLOSED);
        if (ends && sight.end == NOWHERE) {
            sight.end = i;
            sight.reset = kind == DEED_RESET;
        } else if (speaks && sight.spoken == NOWHERE) {
            sight.spoken = i;
        }
    }
    return sight;
}

/* The first successful shutdown() of ACTOR at or after FROM that closes the sending direction. */
static size_t next_shutdown(const struct transcript *t, int actor, size_t from)
{
    for (size_t i = facts_next_call(t, actor, ROLE_SHUTDOWN, from); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_SHUTDOWN, i + 1))
        if (call_succeeded(&t->events[i].call) && t->events[i].call.socket >= 0 && t->events[i].call.arg[1] != SHUT_RD)
            return i;
    return NOWHERE;
}

/* A send that found the direction closed already. */
static size_t sent_afterwards(const struct transcript *t, size_t shutdown)
{
    const struct event *e = &t->events[shutdown];
    for (size_t i = facts_next_call(t, e->actor, ROLE_SEND, shutdown); i != NOWHERE;
         i = facts_next_call(t, e->actor, ROLE_SEND, i + 1))
        if (t->events[i].call.socket == e->call.socket && t->events[i].call.result < 0 && t->events[i].call.error == EPIPE)
            return i;
    return NOWHERE;
}

static size_t last_close(const struct transcript *t, int actor)
{
    for (size_t i = t->n_events; i-- > 0;)
        if (facts_is_call(t, &t->events[i], actor, ROLE_CLOSE) && t->events[i].call.socket >= 0)
            return i;
    return NOWHERE;
}

/* The end came, and not by shutdown(): by close(), or because the program had ended. */
static void ended_otherwise(struct trial *trial, int program, bool reset)
{
    size_t close = last_close(trial->t, program);
    size_t evidence = close != NOWHERE ? close : facts_last_call(trial->t, program, ROLE_SEND);
    trial_fails(trial, DIAGNOSIS_CLOSED_EARLY, trial_event(trial, evidence));
    if (reset)
        trial_shows(trial, _("the connection was reset (RST)"));
    else if (close != NOWHERE)
        trial_shows(trial, _("the program closed the whole connection with close()"));
    else
        trial_shows(trial, _("the connection ended with the program"));
    trial_explains_meeting(trial);
}

/* The end did not come in time. */
static void kept_open(struct trial *trial, int program, const struct sight *sight)
{
    const struct transcript *t = trial->t;
    size_t shutdown = next_shutdown(t, program, 0);
    size_t blocked = facts_blocked(t, program);
    bool waits_for_reply = blocked != NOWHERE && facts_is_call(t, &t->events[blocked], program, ROLE_RECEIVE);
    if (shutdown != NOWHERE) {
        trial_fails(trial, DIAGNOSIS_SHUTDOWN_LATE, trial_event(trial, shutdown));
        trial_shows(trial, _("shutdown() came after the reply"));
        return;
    }
    size_t evidence = waits_for_reply ? blocked : facts_last_call(t, program, ROLE_SEND);
    trial_fails(trial, DIAGNOSIS_NO_HALF_CLOSE, trial_event(trial, evidence));
    if (waits_for_reply) {
        AUTO_FREE char *where = trial_place(trial, &t->events[blocked]);
        trial_shows(trial, _("the program waits for the reply in %s, the server for the end of the data"), where);
        return;
    }
    if (sight->end != NOWHERE)
        trial_shows(trial, _("the end of the data came after the reply only"));
    else
        trial_shows(trial, _("the end of the data did not come"));
    if (facts_last_call(t, program, ROLE_RECEIVE) == NOWHERE)
        trial_explains(trial);
}

void judge_half_closes(struct trial *trial)
{
    trial_requires(trial, _("The program closes its sending direction once everything is sent, and before the reply"));
    const struct transcript *t = trial->t;
    int program = trial_program(trial);
    struct sight sight = look(trial);
    size_t shutdown = next_shutdown(t, program, 0);
    bool in_time = sight.end != NOWHERE && (sight.spoken == NOWHERE || sight.end < sight.spoken);
    size_t too_late = shutdown != NOWHERE ? sent_afterwards(t, shutdown) : NOWHERE;
    if (!sight.connected) {
        trial_lacks(trial, DIAGNOSIS_CALL_MISSING, NULL);
        trial_shows(trial, _("there was no connection"));
    } else if (too_late != NOWHERE) {
        trial_fails(trial, DIAGNOSIS_SHUTDOWN_BEFORE_END, trial_event(trial, shutdown));
        trial_shows(trial, _("after shutdown(), %s failed with EPIPE"), call_title(&t->events[too_late].call));
    } else if (!in_time) {
        kept_open(trial, program, &sight);
    } else if (shutdown == NOWHERE || sight.reset) {
        ended_otherwise(trial, program, sight.reset);
    } else if (t->events[shutdown].call.arg[1] != SHUT_WR) {
        trial_fails(trial, DIAGNOSIS_SHUTDOWN_EARLY, trial_event(trial, shutdown));
        trial_shows(trial, _("shutdown() closed both directions (SHUT_RDWR)"));
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, _("the end of the data by shutdown(..., SHUT_WR), then the reply"));
}

/* --- the three ways --- */

enum { READING = 1, WRITING = 2 };

static unsigned directions_of_word(const char *word)
{
    return strcmp(word, "RD") == 0 ? READING : strcmp(word, "WR") == 0 ? WRITING : READING | WRITING;
}

static unsigned directions_of_call(const struct call *call)
{
    return call->arg[1] == SHUT_RD ? READING : call->arg[1] == SHUT_WR ? WRITING : READING | WRITING;
}

static const char *directions_constant(unsigned directions)
{
    return directions == READING ? "SHUT_RD" : directions == WRITING ? "SHUT_WR" : "SHUT_RDWR";
}

void judge_shuts_down(struct trial *trial)
{
    const struct transcript *t = trial->t;
    unsigned wanted = directions_of_word(trial->spec->value), closed = 0;
    size_t first = NOWHERE;
    trial_requires(trial, _("The program calls shutdown() with %s"), directions_constant(wanted));
    trial_expects(trial, _("a successful shutdown(..., %s)"), directions_constant(wanted));
    for (size_t i = facts_next_call(t, trial->actor, ROLE_SHUTDOWN, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_SHUTDOWN, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (!call_succeeded(call))
            continue;
        first = first != NOWHERE ? first : i;
        closed |= directions_of_call(call); /* one direction after the other is as good */
        if (closed == wanted) {
            trial_passes(trial);
            return;
        }
    }
    if (first == NOWHERE) {
        size_t tried = facts_last_call(t, trial->actor, ROLE_SHUTDOWN);
        trial_lacks(trial, DIAGNOSIS_CALL_MISSING, trial_event(trial, tried));
        if (tried == NOWHERE)
            trial_shows(trial, _("%s was never called"), role_calls(ROLE_SHUTDOWN));
        else
            trial_shows(trial, _("%s did not succeed"), role_calls(ROLE_SHUTDOWN));
        return;
    }
    trial_fails(trial, DIAGNOSIS_SHUTDOWN_MODE, trial_event(trial, first));
    trial_shows(trial, "shutdown(..., %s)", directions_constant(directions_of_call(&t->events[first].call)));
}

void judge_tries_after_shutdown(struct trial *trial)
{
    const struct transcript *t = trial->t;
    enum role role = role_from_word(trial->spec->value);
    trial_requires(trial, _("After shutdown(), the program tries %s"), role_calls(role));
    trial_expects(trial, _("%s on the same socket"), role_calls(role));
    size_t shutdown = facts_first_success(t, trial->actor, ROLE_SHUTDOWN);
    if (shutdown == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_CALL_MISSING, NULL);
        trial_shows(trial, _("%s was never called"), role_calls(ROLE_SHUTDOWN));
        return;
    }
    for (size_t i = facts_next_call(t, trial->actor, role, shutdown); i != NOWHERE;
         i = facts_next_call(t, trial->actor, role, i + 1)) {
        if (t->events[i].call.socket == t->events[shutdown].call.socket) {
            trial_passes(trial);
            return;
        }
    }
    trial_fails(trial, DIAGNOSIS_CALL_MISSING, trial_event(trial, shutdown));
    trial_shows(trial, _("no such call was made"));
    trial_explains(trial);
}
