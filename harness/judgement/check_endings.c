/* How programs end: exits, survives. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "data/script.h"
#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/check_values.h"
#include "judgement/output.h"
#include "judgement/serving.h"

/* Whether the scenario itself sent the program a signal. */
static bool was_signalled(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    const struct script *script = &trial->scenario->script;
    for (size_t i = 0; i < t->n_events; i++) {
        if (t->events[i].kind != EVENT_STEP || t->events[i].step < 0 || (size_t)t->events[i].step >= script->n)
            continue;
        const struct step *step = &script->steps[t->events[i].step];
        if (step->kind == STEP_SIGNAL && step->actor != NULL && trial->actor >= 0 &&
            strcmp(step->actor, t->actors[trial->actor].name) == 0)
            return true;
    }
    return false;
}

static bool has_complained(const struct trial *trial)
{
    AUTO_OUTPUT err;
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    return output_visible(&err, 0);
}

static bool has_check(const struct trial *trial, const char *name)
{
    for (size_t i = 0; i < trial->scenario->n_checks; i++)
        if (strcmp(trial->scenario->checks[i].name, name) == 0)
            return true;
    return false;
}

/* The program went to work with arguments that it should have refused. */
static void accepts_argument(struct trial *trial, int status)
{
    const struct event *sent = trial_event(trial, facts_first_success(trial->t, trial->actor, ROLE_SEND));
    trial_fails(trial, DIAGNOSIS_ARGUMENT_ACCEPTED, sent);
    if (status >= 0)
        trial_shows(trial, _("status %d, and the program sent its message"), status);
    else
        trial_shows(trial, _("it is still running, and has sent its message"));
}

/* What the program is called with in the first start of a scenario; "" for nothing. */
static const char *first_argument(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->script.n; i++) {
        const struct step *step = &scenario->script.steps[i];
        if (step->kind == STEP_START && step->program == NULL)
            return step->arguments != NULL && step->arguments[0] != NULL ? step->arguments[0] : "";
    }
    return "";
}

/* Where the exercise asks for the name of the error, called in the same way, the failure is what the program is after. */
static bool is_wanted_failure(const struct trial *trial, const struct event *failed)
{
    for (size_t i = 0; trial->exercise != NULL && i < trial->exercise->n_scenarios; i++) {
        const struct scenario *other = &trial->exercise->scenarios[i];
        if (strcmp(first_argument(other), first_argument(trial->scenario)) != 0)
            continue;
        for (size_t k = 0; k < other->n_checks; k++)
            if (strcmp(other->checks[k].name, "prints-error") == 0 &&
                role_from_word(other->checks[k].value) == call_role(failed->call.id))
                return true;
    }
    return false;
}

/* The last receive, if nothing came because it did not wait. */
static const struct event *did_not_wait(const struct trial *trial)
{
    size_t last = facts_last_call(trial->t, trial->actor, ROLE_RECEIVE);
    const struct event *e = trial_event(trial, last);
    bool failed = e != NULL && !e->call.pending && e->call.result < 0 && e->call.error == EAGAIN && !e->call.timed_out &&
                  !e->call.injected && (call_flags(&e->call) & MSG_DONTWAIT) == 0; /* that flag asks for it */
    return failed && facts_first_success(trial->t, trial->actor, ROLE_RECEIVE) == NOWHERE ? e : NULL;
}

static void would_block(struct trial *trial, int status)
{
    const struct event *e = did_not_wait(trial);
    if (status != 0)
        trial_fails(trial, DIAGNOSIS_WOULD_BLOCK, e);
    trial_shows(trial, _("status %d, after %s failed with %s"), status, call_title(&e->call), error_name(e->call.error));
}

/* The other status came after a call that failed, or out of nothing. */
static void wrong_status(struct trial *trial, int status)
{
    size_t failure = facts_decisive_failure(trial->t, trial->actor);
    const struct event *failed = trial_event(trial, failure);
    if (status == 0 && failed == NULL && has_check(trial, "complains") && trial_went_to_work(trial)) {
        accepts_argument(trial, status);
        return;
    }
    trial_fails(trial, status == 0 ? DIAGNOSIS_STATUS_ZERO : DIAGNOSIS_STATUS_NONZERO, failed);
    if (failed == NULL && did_not_wait(trial) != NULL)
        would_block(trial, status);
    else if (failed == NULL)
        trial_shows(trial, _("status %d"), status);
    else if (status == 0)
        trial_shows(trial, _("status 0, although %s failed with %s"), call_title(&failed->call),
                    error_name(failed->call.error));
    else
        trial_shows(trial, _("status %d, after %s failed with %s"), status, call_title(&failed->call),
                    error_name(failed->call.error));
    if (status == 0 && failed != NULL)
        return;
    if (has_check(trial, "complains")) /* a wrong call of the program: it is not to meet anybody */
        return;
    /* Who has complained knew what was wrong, and only does not tell whoever started it. */
    bool complained = status == 0 && has_complained(trial);
    if (has_check(trial, "conflict") && status == 0)
        trial_explains_conflict(trial);
    else if ((status == 0 && (complained || failed == NULL) && trial_explains_shutdown(trial)) || complained)
        return;
    else if (!trial_explains_meeting(trial))
        trial_explains_silence(trial);
    if (failed != NULL && !is_wanted_failure(trial, failed) &&
        strcmp(trial->result->diagnosis, diagnosis_code(DIAGNOSIS_STATUS_NONZERO)) == 0)
        trial_fails_as(trial, failed);
}

/* It should have ended with an error: one that it did not notice, or one that it never met. */
static void should_have_failed(struct trial *trial)
{
    const struct transcript *t = trial->t;
    if (has_check(trial, "complains") && trial_went_to_work(trial)) {
        accepts_argument(trial, -1);
        return;
    }
    trial_still_running(trial, trial->actor);
    size_t failure = facts_decisive_failure(t, trial->actor);
    bool retries_bind = failure != NOWHERE && call_role(t->events[failure].call.id) == ROLE_BIND &&
                        strcmp(trial->result->diagnosis, diagnosis_code(DIAGNOSIS_RETRIES)) == 0;
    if (retries_bind)
        return; /* it has seen what is wrong, and does not stop */
    if (failure != NOWHERE && facts_went_on(t, failure) != NOWHERE) {
        const struct event *failed = &t->events[failure];
        AUTO_FREE char *actual = mem_string(trial->result->actual);
        trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, failed);
        trial_shows(trial, _("%s, although %s failed with %s"), actual, call_title(&failed->call),
                    error_name(failed->call.error));
    } else {
        trial_explains_meeting(trial);
    }
}

/* Whether the script stopped the program somewhere, and never came to letting it go on. */
static bool is_frozen(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    const struct script *script = &trial->scenario->script;
    bool frozen = false;
    for (size_t i = 0; i < t->n_events; i++) {
        if (t->events[i].kind != EVENT_STEP || t->events[i].step < 0 || (size_t)t->events[i].step >= script->n)
            continue;
        const struct step *step = &script->steps[t->events[i].step];
        if (step->actor == NULL || strcmp(step->actor, t->actors[trial->actor].name) != 0)
            continue;
        if (step->kind == STEP_UNTIL && step->hold)
            frozen = true;
        else if (step->kind == STEP_RELEASE)
            frozen = false;
    }
    return frozen;
}

void judge_exits(struct trial *trial)
{
    const char *wanted = trial->spec->value;
    bool any = strcmp(wanted, "any") == 0, nonzero = strcmp(wanted, "nonzero") == 0;
    if (any)
        trial_requires(trial, _("The program ends by itself"));
    else if (nonzero)
        trial_requires(trial, _("The program ends by itself, with a status other than 0"));
    else
        trial_requires(trial, _("The program ends by itself, with status 0"));

    struct ending ending = facts_ending(trial->t, trial->actor);
    if (check_parameter(trial->spec, "or") != NULL && trial_keeps_serving(trial)) {
        trial_passes(trial);
        return;
    }
    if (trial->t->limit != LIMIT_NONE && trial->t->limit_actor == trial->actor && ending.kind != ENDING_EXITED) {
        trial_fails(trial, limit_diagnosis(trial->t->limit), limit_evidence(trial));
        trial_shows(trial, "%s", limit_text(trial->t->limit));
    } else if (ending.kind == ENDING_EXITED) {
        if (any || nonzero == (ending.status != 0))
            trial_passes(trial);
        else
            wrong_status(trial, ending.status);
    } else if (ending.kind == ENDING_KILLED && !ending.ours) {
        trial_killed(trial, ending.status, ending.event);
        if (ending.status == SIGPIPE) /* it may have written where nobody is */
            trial_explains_meeting(trial);
    } else if (ending.kind == ENDING_KILLED && was_signalled(trial)) {
        if (any) {
            trial_passes(trial);
        } else {
            trial_fails(trial, DIAGNOSIS_STILL_RUNNING, NULL);
            trial_shows(trial, _("it ran until %s ended it"), signal_name(ending.status));
        }
    } else if (nonzero) {
        should_have_failed(trial);
    } else if (is_frozen(trial)) {
        trial_fails(trial, DIAGNOSIS_NONE, NULL);
        trial_shows(trial, _("the play stopped before this program could go on"));
        trial_explains_conflict(trial);
    } else {
        trial_still_running(trial, trial->actor);
        trial_explains_meeting(trial);
    }
    if (any)
        trial_expects(trial, _("an end, with any status"));
    else if (nonzero)
        trial_expects(trial, _("a status other than 0"));
    else
        trial_expects(trial, _("status 0"));
}

/* A server of datagrams has no clients to accept. */
static void hint_at_next_datagram(struct trial *trial)
{
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < t->n_sockets; i++)
        if (t->sockets[i].actor == trial->actor && !t->sockets[i].library && t->sockets[i].type != SOCK_DGRAM)
            return;
    if (facts_first_success(t, trial->actor, ROLE_RECEIVE) != NOWHERE)
        trial_hints(trial, _("A server goes on with the next datagram whatever became of the last one: come back to "
                             "recvfrom()."));
}

/* An error that no client can cause. */
static bool is_own_fault(const struct call *failed)
{
    return !failed->injected && (failed->error == EBADF || failed->error == ENOTSOCK || failed->error == EFAULT ||
                                 (failed->error == EINVAL && call_role(failed->id) == ROLE_ACCEPT));
}

/* The program ended, which a server does not. */
static void ended(struct trial *trial, const struct ending *ending)
{
    size_t last = facts_last_before(trial->t, trial->actor, 0, ending->event);
    const struct event *call = trial_event(trial, last);
    trial_fails(trial, DIAGNOSIS_SERVER_ENDED, call);
    if (call == NULL) {
        trial_shows(trial, _("it ended, with status %d"), ending->status);
        return;
    }
    size_t failure = facts_decisive_failure_in(trial->t, trial->actor, trial->t->events[ending->event].process);
    if (failure == NOWHERE && output_tells_interrupt(trial->t, trial->actor) &&
        !cause_was_repeated(trial->t, trial->actor)) {
        trial_fails(trial, DIAGNOSIS_INTERRUPTED, trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_ACCEPT)));
        trial_shows(trial, _("it ended, with status %d, because a signal had interrupted a call (EINTR)"), ending->status);
        trial_explains_meeting(trial);
        return;
    }
    if (failure != NOWHERE && ending->status != 0) {
        const struct event *cause = &trial->t->events[failure];
        trial_fails(trial, cause->call.error == EINTR ? DIAGNOSIS_INTERRUPTED : DIAGNOSIS_SERVER_ENDED, cause);
        trial_shows(trial, _("it ended, with status %d, after %s failed with %s"), ending->status,
                    call_title(&cause->call), error_name(cause->call.error));
        if (is_own_fault(&cause->call))
            trial_fails_as(trial, cause);
    } else {
        AUTO_FREE char *where = trial_place(trial, call);
        trial_shows(trial, _("it ended, with status %d; its last call was %s"), ending->status, where);
    }
    if (failure == NOWHERE || trial->t->events[failure].call.error != EINTR)
        hint_at_next_datagram(trial);
    trial_explains_meeting(trial);
}

void judge_survives(struct trial *trial)
{
    trial_requires(trial, _("The server goes on waiting for the next client"));
    const struct transcript *t = trial->t;
    struct ending ending = facts_ending(t, trial->actor);
    bool over_limit = t->limit != LIMIT_NONE && t->limit_actor == trial->actor;
    if (over_limit) {
        trial_fails(trial, limit_diagnosis(t->limit), limit_evidence(trial));
        trial_shows(trial, "%s", limit_text(t->limit));
    } else if (ending.kind == ENDING_EXITED) {
        ended(trial, &ending);
    } else if (ending.kind == ENDING_KILLED && !ending.ours) {
        trial_killed(trial, ending.status, ending.event);
        trial_explains_meeting(trial);
    } else {
        for (size_t i = 0; i < t->n_events; i++) {
            if (t->events[i].kind == EVENT_STUCK && t->events[i].stuck.busy_wait) {
                trial_still_running(trial, trial->actor);
                trial_expects(trial, _("a call that waits for the next client"));
                return;
            }
        }
        trial_passes(trial);
    }
    trial_expects(trial, _("a server that runs until it is stopped"));
}
