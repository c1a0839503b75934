/* Why a program did not end by itself: blocked, spinning, over a limit, killed. */
#include <signal.h>
#include <stdlib.h>

#include "ground/buf.h"
#include "ground/text.h"
#include "judgement/trial.h"

enum { MOST_PLACES = 3 };

static bool spins(const struct transcript *t)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_STUCK && t->events[i].stuck.busy_wait)
            return true;
    return false;
}

static enum diagnosis diagnose_wait(const struct call *call)
{
    enum role role = call_role(call->id);
    if (role == ROLE_ACCEPT)
        return DIAGNOSIS_WAITS_ACCEPT;
    if (role == ROLE_RECEIVE)
        return call->socket >= 0 ? DIAGNOSIS_DEADLOCK : DIAGNOSIS_WAITS_INPUT;
    if (role == ROLE_SEND || role == ROLE_POLL)
        return DIAGNOSIS_DEADLOCK;
    if (role == ROLE_WAIT || role == ROLE_FUTEX)
        return DIAGNOSIS_WAITS_ITSELF;
    return DIAGNOSIS_STILL_RUNNING;
}

/* Where each thread of the actor waits, the telling one first: "read (client_tcp.c:52); futex (client_tcp.c:80)". */
static char *places(const struct trial *trial, int actor, size_t first)
{
    const struct transcript *t = trial->t;
    char *text = trial_place(trial, &t->events[first]);
    size_t named = 1;
    for (size_t i = 0; i < t->n_events && named < MOST_PLACES; i++) {
        const struct event *e = &t->events[i];
        if (i == first || e->kind != EVENT_CALL || e->actor != actor || !e->call.pending || e->call.library)
            continue;
        AUTO_FREE char *place = trial_place(trial, e);
        char *longer = mem_printf("%s; %s", text, place);
        free(text);
        text = longer;
        named++;
    }
    return text;
}

static void blocked_in(struct trial *trial, int actor, size_t position)
{
    const struct event *e = &trial->t->events[position];
    enum diagnosis diagnosis = diagnose_wait(&e->call);
    trial_fails(trial, diagnosis, e);
    AUTO_FREE char *where = places(trial, actor, position);
    if (diagnosis == DIAGNOSIS_DEADLOCK && call_role(e->call.id) == ROLE_RECEIVE)
        trial_shows(trial, _("it is still running: it waits for bytes in %s, and the other side will send nothing more"),
                    where);
    else if (diagnosis == DIAGNOSIS_DEADLOCK)
        trial_shows(trial, _("it is still running: it waits in %s, and the other side waits too"), where);
    else if (diagnosis == DIAGNOSIS_WAITS_ACCEPT)
        trial_shows(trial, _("it is still running: it waits for a client in %s"), where);
    else if (diagnosis == DIAGNOSIS_WAITS_INPUT)
        trial_shows(trial, _("it is still running: it waits for input in %s, on descriptor %d, which is no socket"), where,
                    e->call.fd);
    else
        trial_shows(trial, _("it is still running: it waits in %s"), where);
}

void trial_still_running(struct trial *trial, int actor)
{
    const struct transcript *t = trial->t;
    size_t last = facts_last_before(t, actor, 0, t->n_events);
    if (spins(t)) {
        trial_fails(trial, DIAGNOSIS_BUSY_WAIT, trial_event(trial, last));
        if (last == NOWHERE) {
            trial_shows(trial, _("it is still running: it polls without end"));
            return;
        }
        AUTO_FREE char *where = trial_place(trial, &t->events[last]);
        trial_shows(trial, _("it is still running: it repeats %s without end"), where);
        return;
    }
    size_t blocked = facts_blocked(t, actor);
    if (blocked != NOWHERE) {
        blocked_in(trial, actor, blocked);
        return;
    }
    trial_fails(trial, DIAGNOSIS_STILL_RUNNING, trial_event(trial, last));
    if (last == NOWHERE) {
        trial_shows(trial, _("it is still running"));
        return;
    }
    AUTO_FREE char *where = trial_place(trial, &t->events[last]);
    trial_shows(trial, _("it is still running; its last call was %s"), where);
}

enum diagnosis limit_diagnosis(enum limit limit)
{
    switch (limit) {
    case LIMIT_NONE: return DIAGNOSIS_NONE;
    case LIMIT_CPU:
    case LIMIT_EVENTS:
    case LIMIT_REAL_TIME: return DIAGNOSIS_ENDLESS_LOOP;
    case LIMIT_OUTPUT: return DIAGNOSIS_TOO_MUCH_OUTPUT;
    case LIMIT_MEMORY:
    case LIMIT_PROCESSES: return DIAGNOSIS_TOO_GREEDY;
    }
    return DIAGNOSIS_NONE;
}

const char *limit_text(enum limit limit)
{
    switch (limit) {
    case LIMIT_NONE: return "";
    case LIMIT_CPU: return _("it used up its processor time and was stopped");
    case LIMIT_OUTPUT: return _("it printed without end and was stopped");
    case LIMIT_MEMORY: return _("it took too much memory and was stopped");
    case LIMIT_PROCESSES: return _("it started too many processes or threads and was stopped");
    case LIMIT_REAL_TIME: return _("it took too long and was stopped");
    case LIMIT_EVENTS: return _("it made calls without end and was stopped");
    }
    return "";
}

static enum diagnosis signal_diagnosis(int signal)
{
    if (signal == SIGPIPE)
        return DIAGNOSIS_SIGPIPE_DEATH;
    return signal == SIGSEGV || signal == SIGBUS ? DIAGNOSIS_CRASH : DIAGNOSIS_ABORTED;
}

void trial_killed(struct trial *trial, int signal, size_t end)
{
    const struct event *death = &trial->t->events[end];
    const struct event *last = trial_event(trial, facts_last_before(trial->t, death->actor, death->process, end));
    trial_fails(trial, signal_diagnosis(signal), last);
    if (last == NULL) {
        trial_shows(trial, _("it was killed by %s"), signal_name(signal));
        return;
    }
    AUTO_FREE char *where = trial_place(trial, last);
    if (signal == SIGPIPE)
        trial_shows(trial, _("it was killed by SIGPIPE in %s: the other side had closed the connection"), where);
    else
        trial_shows(trial, _("it was killed by %s; its last call was %s"), signal_name(signal), where);
}
