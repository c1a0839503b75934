/* What ends a program against its will: a limit, a signal. */
#include <signal.h>

#include "ground/text.h"
#include "judgement/trial.h"

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

const struct event *limit_evidence(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    const struct event *last = trial_event(trial, facts_last_before(t, t->limit_actor, 0, t->n_events));
    if (last == NULL || limit_diagnosis(t->limit) != DIAGNOSIS_ENDLESS_LOOP)
        return last;
    enum role role = call_role(last->call.id);
    bool in_vain = role == ROLE_RECEIVE || role == ROLE_POLL || last->call.result < 0;
    return in_vain || role == ROLE_SEND ? last : NULL;
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

enum diagnosis signal_diagnosis(int signal)
{
    if (signal == SIGPIPE)
        return DIAGNOSIS_SIGPIPE_DEATH;
    if (signal == SIGALRM)
        return DIAGNOSIS_ALARM;
    return signal == SIGSEGV || signal == SIGBUS ? DIAGNOSIS_CRASH : DIAGNOSIS_ABORTED;
}

void trial_killed(struct trial *trial, int signal, size_t end)
{
    const struct event *death = &trial->t->events[end];
    const struct event *last = trial_event(trial, facts_last_before(trial->t, death->actor, death->process, end));
    if (signal == SIGALRM) /* it came in a call that did not return: the last one that did tells nothing */
        last = NULL;
    trial_fails(trial, signal_diagnosis(signal), last);
    if (last == NULL) {
        trial_shows(trial, _("it was killed by %s"), signal_name(signal));
        return;
    }
    AUTO_FREE char *where = trial_place(trial, last);
    if (signal == SIGPIPE)
        trial_shows(trial, _("it was killed by SIGPIPE in %s"), where);
    else
        trial_shows(trial, _("it was killed by %s; its last call was %s"), signal_name(signal), where);
}
