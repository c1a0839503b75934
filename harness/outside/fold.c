#include "outside/fold.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_cause(const struct check_result *a, const struct check_result *b)
{
    return a != NULL && b != NULL && same_text(a->diagnosis, b->diagnosis) && same_text(a->file, b->file) && a->line == b->line;
}

static const struct check_result *first_failure(const struct scenario_result *scenario)
{
    for (size_t i = 0; i < scenario->n_checks; i++)
        if (scenario->checks[i].verdict == VERDICT_FAILED)
            return &scenario->checks[i];
    return NULL;
}

/* Nothing that a diagnosis does not cover: a failure without one, or a note for the instructor, is always told. */
static bool is_foldable(const struct scenario_result *scenario)
{
    if (scenario->verdict != VERDICT_FAILED || scenario->n_flags > 0 || first_failure(scenario) == NULL)
        return false;
    for (size_t i = 0; i < scenario->n_checks; i++)
        if (scenario->checks[i].verdict == VERDICT_FAILED && scenario->checks[i].diagnosis == NULL)
            return false;
    return true;
}

static bool is_worth_more(const struct scenario_result *a, const struct scenario_result *b)
{
    if (a->level != b->level)
        return a->level == LEVEL_CORE;
    return a->max > b->max;
}

/* The scenario to tell for the first cause of scenario INDEX. */
static size_t spokesman(const struct exercise_result *exercise, size_t index)
{
    const struct check_result *cause = first_failure(&exercise->scenarios[index]);
    size_t best = index;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario_result *scenario = &exercise->scenarios[i];
        if (!is_foldable(scenario) || !same_cause(first_failure(scenario), cause))
            continue;
        if (is_worth_more(scenario, &exercise->scenarios[best]) ||
            (i < best && !is_worth_more(&exercise->scenarios[best], scenario)))
            best = i;
    }
    return best;
}

/* Whether a scenario that is told in full has this failure, too. */
static bool is_told(const struct exercise_result *exercise, const size_t *told, const struct check_result *failure)
{
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario_result *scenario = &exercise->scenarios[i];
        for (size_t c = 0; told[i] == i && c < scenario->n_checks; c++)
            if (scenario->checks[c].verdict == VERDICT_FAILED && same_cause(&scenario->checks[c], failure))
                return true;
    }
    return false;
}

size_t *fold_scenarios(const struct exercise_result *exercise)
{
    if (exercise->n_scenarios == 0)
        return NULL;
    size_t *told = mem_alloc(exercise->n_scenarios * sizeof *told);
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        told[i] = is_foldable(&exercise->scenarios[i]) ? spokesman(exercise, i) : i;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario_result *scenario = &exercise->scenarios[i];
        for (size_t c = 0; told[i] != i && c < scenario->n_checks; c++)
            if (scenario->checks[c].verdict == VERDICT_FAILED && !is_told(exercise, told, &scenario->checks[c]))
                told[i] = i;
    }
    return told;
}
