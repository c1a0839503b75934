#include "judgement/check.h"

#include <stdlib.h>
#include <string.h>

#include "ground/text.h"
#include "judgement/check_always.h"
#include "judgement/check_values.h"
#include "judgement/output.h"
#include "judgement/trial.h"

static const struct check_rule rules[] = {
#define CHECK(name, word, values, parameters, valid, meaning) {word, values, parameters, valid},
#include "judgement/checks.def"
#undef CHECK
};

static const struct {
    void (*judge)(struct trial *trial);
    const char *meaning;
} kinds[] = {
#define CHECK(name, word, values, parameters, valid, meaning) {judge_##name, meaning},
#include "judgement/checks.def"
#undef CHECK
};

const struct check_rule *check_rules(size_t *n)
{
    *n = COUNT_OF(rules);
    return rules;
}

/* COUNT_OF(rules) when there is no such check. */
static size_t find_rule(const char *name)
{
    size_t i = 0;
    while (i < COUNT_OF(rules) && strcmp(rules[i].name, name) != 0)
        i++;
    return i;
}

const char *check_meaning(const char *name)
{
    size_t i = find_rule(name);
    return i < COUNT_OF(rules) ? kinds[i].meaning : NULL;
}

/* The start step of this actor; NULL when it is a peer. */
static const struct step *start_of(const struct scenario *scenario, const char *actor)
{
    for (size_t i = 0; i < scenario->script.n; i++) {
        const struct step *step = &scenario->script.steps[i];
        if (step->kind == STEP_START && (actor == NULL ? step->program == NULL : strcmp(step->actor, actor) == 0))
            return step;
    }
    return NULL;
}

static size_t count_programs(const struct scenario *scenario)
{
    size_t n = 0;
    for (size_t i = 0; i < scenario->script.n; i++)
        if (scenario->script.steps[i].kind == STEP_START && scenario->script.steps[i].program == NULL)
            n++;
    return n;
}

static bool has_appeared(const struct transcript *t, int actor)
{
    for (size_t i = 0; actor >= 0 && i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->actor == actor && (e->kind == EVENT_PROCESS || e->kind == EVENT_CALL || e->kind == EVENT_OUTPUT))
            return true;
    }
    return false;
}

/* A program that was never started can neither meet a requirement nor miss it. */
static void never_started(struct trial *trial)
{
    trial_lacks(trial, DIAGNOSIS_NONE, NULL);
    trial_expects(trial, _("the scenario gets as far as starting this program"));
    trial_shows(trial, _("it was never started"));
}

/* Whether more results stand on standard output than the check's `results` says: what was to be refused was converted. */
static bool has_more_results(const struct trial *trial)
{
    static const char arrow[] = " -> ";
    int64_t most = value_parameter(trial->spec, "results", INT64_MAX), n = 0;
    if (most == INT64_MAX)
        return false;
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    for (size_t at = 0; (at = output_find(&out, at, arrow, strlen(arrow))) != SIZE_MAX; at++)
        n++;
    return n > most;
}

/* Whether the check's `when` or `unless` lets it be judged: some such call of the program succeeded, or none did. */
static bool applies(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    const char *when = check_parameter(trial->spec, "when"), *unless = check_parameter(trial->spec, "unless");
    bool is_program = trial->actor >= 0 && t->actors[trial->actor].kind == ACTOR_PROGRAM;
    int program = is_program ? trial->actor : trial_program(trial);
    return !has_more_results(trial) &&
           (when == NULL || facts_first_success(t, program, role_from_word(when)) != NOWHERE) &&
           (unless == NULL || facts_first_success(t, program, role_from_word(unless)) == NOWHERE);
}

static void judge_one(const struct exercise *exercise, const struct scenario *scenario, const struct check_spec *spec,
                      const struct transcript *t, const struct source_resolver *resolver, bool failed_before,
                      struct check_result *result)
{
    const struct step *start = start_of(scenario, spec->of);
    const char *name = spec->of != NULL ? spec->of : start != NULL ? start->actor : "";
    bool several = start != NULL && count_programs(scenario) > 1;
    struct trial trial = {exercise, scenario, t, spec, transcript_actor(t, name), several ? name : NULL, failed_before,
                          resolver, result, false};
    result->id = mem_string(spec->id);
    result->verdict = VERDICT_BROKEN;
    size_t rule = find_rule(spec->name);
    if (rule == COUNT_OF(rules)) {
        result->requirement = mem_string(spec->name);
        result->actual = mem_printf(_("there is no check '%s'"), spec->name);
        return;
    }
    kinds[rule].judge(&trial);
    if (start != NULL && !has_appeared(t, trial.actor))
        never_started(&trial);
    else if (!applies(&trial))
        trial_does_not_apply(&trial);
    if (trial.consequence)
        trial_explains(&trial);
    trial_fits_hint(&trial);
}

/* What a report may rely on: a passed check has nothing to explain, only a failed one has a cause. */
static void tidy(struct check_result *result)
{
    char **passed[] = {&result->expected, &result->actual};
    char **not_failed[] = {&result->diagnosis, &result->hint, &result->file};
    for (size_t i = 0; i < COUNT_OF(passed); i++) {
        if (result->verdict == VERDICT_PASSED) {
            free(*passed[i]);
            *passed[i] = NULL;
        }
    }
    for (size_t i = 0; i < COUNT_OF(not_failed); i++) {
        if (result->verdict != VERDICT_FAILED) {
            free(*not_failed[i]);
            *not_failed[i] = NULL;
        }
    }
    if (result->file == NULL)
        result->line = 0;
}

static size_t count_verdicts(const struct scenario_result *out, enum verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < out->n_checks; i++)
        n += out->checks[i].verdict == verdict ? 1 : 0;
    return n;
}

static void conclude(struct scenario_result *out)
{
    if (count_verdicts(out, VERDICT_BROKEN) > 0) {
        out->verdict = VERDICT_BROKEN;
        out->blame = BLAME_EXERCISE;
        out->reason = mem_string(_("a check of this scenario cannot be judged"));
    } else if (count_verdicts(out, VERDICT_FAILED) > 0) {
        out->verdict = VERDICT_FAILED;
        out->blame = BLAME_SUBMISSION;
    } else if (count_verdicts(out, VERDICT_PASSED) > 0) {
        out->verdict = VERDICT_PASSED;
        out->blame = BLAME_NONE;
        out->points = out->max;
    } else {
        out->verdict = VERDICT_BROKEN;
        out->blame = BLAME_EXERCISE;
        out->reason = mem_string(_("no check of this scenario found anything to judge"));
    }
}

static void add_flags(const struct transcript *t, struct scenario_result *out)
{
    for (size_t i = 0; i < t->n_events; i++) {
        if (t->events[i].kind != EVENT_FLAG || t->events[i].flag == NULL)
            continue;
        bool known = false;
        for (size_t f = 0; f < out->n_flags && !known; f++)
            known = strcmp(out->flags[f], t->events[i].flag) == 0;
        if (!known)
            *ARRAY_ADD(out->flags, out->n_flags) = mem_string(t->events[i].flag);
    }
}

static void begin(const struct scenario *scenario, struct scenario_result *out)
{
    out->id = mem_string(scenario->id);
    out->title = mem_string(strcmp(text_lang(), "fr") == 0 ? scenario->title.fr : scenario->title.en);
    out->level = scenario->level;
    out->verdict = VERDICT_BROKEN;
    out->blame = BLAME_HARNESS;
    out->points = 0;
    out->max = scenario->points;
    out->reason = NULL;
    out->checks = NULL;
    out->n_checks = 0;
    out->flags = NULL;
    out->n_flags = 0;
}

void judge_scenario(const struct exercise *exercise, const struct scenario *scenario, const struct transcript *t,
                    const struct source_resolver *resolver, struct scenario_result *out)
{
    begin(scenario, out);
    add_flags(t, out);
    if (always_broken(t, out))
        return;
    always_first(exercise, scenario, t, resolver, out);
    for (size_t i = 0; i < scenario->n_checks; i++) {
        bool failed_before = count_verdicts(out, VERDICT_FAILED) > 0;
        judge_one(exercise, scenario, &scenario->checks[i], t, resolver, failed_before,
                  ARRAY_ADD(out->checks, out->n_checks));
    }
    if (t->stuck && count_verdicts(out, VERDICT_FAILED) == 0)
        always_goes_on(exercise, scenario, t, resolver, out);
    for (size_t i = 0; i < out->n_checks; i++)
        tidy(&out->checks[i]);
    conclude(out);
}
