#include "judgement/check_always.h"

#include <stdlib.h>

#include "ground/text.h"
#include "judgement/output.h"
#include "judgement/trial.h"

static bool is_kind(const struct transcript *t, int actor, enum actor_kind kind)
{
    return actor >= 0 && (size_t)actor < t->n_actors && t->actors[actor].kind == kind;
}

static bool broken(struct scenario_result *out, enum blame blame, char *reason)
{
    out->verdict = VERDICT_BROKEN;
    out->blame = blame;
    out->reason = reason;
    return true;
}

bool always_broken(const struct transcript *t, struct scenario_result *out)
{
    bool begun = false; /* a program of the student's has run: from here on a peer's trouble may be its doing */
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (is_kind(t, e->actor, ACTOR_PROGRAM)) {
            begun = true;
        } else if (is_kind(t, e->actor, ACTOR_REFERENCE)) {
            if (e->kind == EVENT_PROCESS && e->change.change == PROCESS_KILLED && !e->change.ours)
                return broken(out, BLAME_HARNESS, mem_printf(_("the model program '%s' was killed by %s"),
                                                             t->actors[e->actor].name, signal_name(e->change.status)));
        } else if (is_kind(t, e->actor, ACTOR_PEER) && e->kind == EVENT_DEED && e->deed.kind == DEED_FAILED && !begun) {
            return broken(out, BLAME_HARNESS, mem_printf(_("the peer '%s' could not begin: %s"), t->actors[e->actor].name,
                                                         error_name(e->deed.error)));
        }
    }
    if (t->limit != LIMIT_NONE && !is_kind(t, t->limit_actor, ACTOR_PROGRAM))
        return broken(out, BLAME_HARNESS, mem_string(_("a program of the grader went over a limit")));
    if (t->limit == LIMIT_REAL_TIME)
        return broken(out, BLAME_ENVIRONMENT, mem_string(_("this scenario took too long on this machine")));
    return false;
}

static struct check_result *add(struct scenario_result *out, const char *id)
{
    struct check_result *result = ARRAY_ADD(out->checks, out->n_checks);
    result->id = mem_string(id);
    return result;
}

/* Whether the system never got as far as the program's own code: it refused the file, or a library was not found. */
static bool was_not_started(const struct transcript *t, int actor)
{
    enum { CANNOT_BE_RUN = 127 };
    static const char loader[] = "error while loading shared libraries";
    struct ending ending = facts_ending(t, actor);
    if (ending.kind != ENDING_EXITED || ending.status != CANNOT_BE_RUN)
        return false;
    AUTO_OUTPUT err;
    output_collect(t, actor, STREAM_STDERR, &err);
    bool executed = false;
    for (size_t i = 0; i < t->n_events; i++)
        executed |= t->events[i].kind == EVENT_PROCESS && t->events[i].actor == actor &&
                    t->events[i].change.change == PROCESS_EXECUTED;
    return !executed || output_find(&err, 0, loader, sizeof loader - 1) != SIZE_MAX;
}

void always_first(const struct exercise *exercise, const struct scenario *scenario, const struct transcript *t,
                  const struct source_resolver *resolver, struct scenario_result *out)
{
    for (size_t i = 0; i < t->n_actors; i++) {
        if (!is_kind(t, (int)i, ACTOR_PROGRAM) || !was_not_started(t, (int)i))
            continue;
        struct trial trial = {exercise, scenario, t, NULL, (int)i, NULL, false, resolver, add(out, "starts"), false};
        trial_requires(&trial, _("The program can be started"));
        trial_fails(&trial, DIAGNOSIS_NOT_STARTED, NULL);
        trial_expects(&trial, _("a program that needs nothing but itself and the system's libraries"));
        trial_shows(&trial, _("the system could not start it (status 127)"));
        break;
    }
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_PROCESS || e->change.change != PROCESS_KILLED || e->change.ours ||
            !is_kind(t, e->actor, ACTOR_PROGRAM) || !signal_is_crash(e->change.status))
            continue;
        struct trial trial = {exercise, scenario, t, NULL, e->actor, NULL, false, resolver, add(out, "no-crash"), false};
        trial_requires(&trial, _("The program does not crash"));
        trial_killed(&trial, e->change.status, i);
        trial_expects(&trial, _("no crash"));
        break;
    }
    if (t->limit == LIMIT_NONE || !is_kind(t, t->limit_actor, ACTOR_PROGRAM))
        return;
    struct trial trial = {exercise, scenario, t, NULL, t->limit_actor, NULL, false, resolver, add(out, "within-limits"), false};
    size_t last = facts_last_before(t, t->limit_actor, 0, t->n_events);
    trial_requires(&trial, _("The program stays within its limits of time, memory and output"));
    trial_fails(&trial, limit_diagnosis(t->limit), limit_evidence(&trial));
    trial_expects(&trial, _("a program that needs little"));
    if (last == NOWHERE) {
        trial_shows(&trial, "%s", limit_text(t->limit));
        return;
    }
    AUTO_FREE char *where = trial_place(&trial, &t->events[last]);
    if (limit_evidence(&trial) != NULL)
        trial_shows(&trial, _("%s; its last call was %s"), limit_text(t->limit), where);
    else
        trial_shows(&trial, _("%s; the last call seen before was %s"), limit_text(t->limit), where);
}

static const char *awaited_condition(enum condition condition)
{
    switch (condition) {
    case CONDITION_BOUND: return _("the program binds its socket");
    case CONDITION_LISTENING: return _("the program listens");
    case CONDITION_CONNECTED: return _("the program connects");
    case CONDITION_ACCEPTED: return _("the program accepts a client");
    case CONDITION_SENT: return _("the program sends its message");
    case CONDITION_RECEIVED: return _("the program receives the message");
    case CONDITION_EXITED: return _("the program ends");
    case CONDITION_NONE:
    case CONDITION_WAITING: break;
    }
    return _("the program waits for what comes next");
}

/* What the play waited for in vain, in words that do not suppose any knowledge of the scenario. */
static const char *awaited(const struct scenario *scenario, const struct transcript *t)
{
    int index = -1;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_STUCK)
            index = t->events[i].stuck.step;
    if (index < 0 || (size_t)index >= scenario->script.n)
        return _("the exchange comes to its end");
    const struct step *step = &scenario->script.steps[index];
    if (step->kind == STEP_UNTIL)
        return awaited_condition(step->condition);
    if (step->kind == STEP_PEER_ACCEPT)
        return _("the program connects");
    if (step->kind == STEP_PEER_RECEIVE)
        return step->end_of_file ? _("the program closes the connection") : _("the program sends its message");
    return _("the exchange comes to its end");
}

void always_goes_on(const struct exercise *exercise, const struct scenario *scenario, const struct transcript *t,
                    const struct source_resolver *resolver, struct scenario_result *out)
{
    struct trial trial = {exercise, scenario, t, NULL, -1, NULL, false, resolver, add(out, "goes-on"), false};
    trial_requires(&trial, _("The exchange goes on to its end"));
    trial_fails(&trial, DIAGNOSIS_NONE, NULL);
    trial_expects(&trial, "%s", awaited(scenario, t));
    if (trial_explains(&trial))
        return;
    for (size_t i = 0; i < t->n_actors; i++) {
        if (t->actors[i].kind != ACTOR_PROGRAM)
            continue;
        struct ending ending = facts_ending(t, (int)i);
        if (ending.kind == ENDING_NONE || ending.ours) {
            trial_still_running(&trial, (int)i);
            return;
        }
        trial_fails(&trial, DIAGNOSIS_NONE, trial_event(&trial, facts_last_before(t, (int)i, 0, t->n_events)));
        trial_shows(&trial, _("the program had ended already"));
    }
    if (trial.result->actual == NULL)
        trial_shows(&trial, _("nothing more happened"));
}
