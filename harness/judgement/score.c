#include "judgement/score.h"

/* Points of one level of one exercise; what is broken or skipped is in neither. */
struct tally {
    int64_t gained, max;
};

/* Only a failure that is the submission's own costs anything. */
static bool counts(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_PASSED ||
           (scenario->verdict == VERDICT_FAILED && scenario->blame == BLAME_SUBMISSION);
}

static bool is_broken(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_BROKEN || (scenario->verdict == VERDICT_FAILED && !counts(scenario));
}

static void add_up(struct exercise_result *exercise, struct tally *core, struct tally *robustness)
{
    if (exercise->n_scenarios > 0)
        exercise->points = exercise->max = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario_result *scenario = &exercise->scenarios[i];
        exercise->max += scenario->max;
        if (!counts(scenario))
            continue;
        struct tally *tally = scenario->level == LEVEL_CORE ? core : robustness;
        tally->max += scenario->max;
        if (scenario->verdict == VERDICT_PASSED) {
            tally->gained += scenario->points;
            exercise->points += scenario->points;
        }
    }
}

/* Whether the exercise says nothing about the student, by no fault of theirs. */
static bool is_void(const struct exercise_result *exercise)
{
    switch (exercise->status) {
    case STATUS_BROKEN: return true;
    case STATUS_NOT_BUILT:
    case STATUS_MISSING: return exercise->blame != BLAME_SUBMISSION && exercise->blame != BLAME_NONE;
    case STATUS_GRADED: return false;
    }
    return true;
}

/*
 * Fractions of the scale are added as multiples of 2^-96. Each is rounded down; adding their number back before the sum is
 * rounded gives the floor of the exact sum, since an exact sum of these small fractions is either a whole number or further
 * away from the next one than that.
 */
enum { SHIFT = 96 };

struct sum {
    unsigned __int128 value;
    unsigned terms;
};

static void sum_add(struct sum *sum, int64_t share, const struct tally *tally)
{
    if (tally->max <= 0 || tally->gained <= 0 || share <= 0)
        return;
    if (tally->gained == tally->max) {
        sum->value += (unsigned __int128)share << SHIFT;
        return;
    }
    unsigned __int128 part = (unsigned __int128)share * (unsigned __int128)tally->gained;
    unsigned __int128 max = (unsigned __int128)tally->max;
    sum->value += ((part / max) << SHIFT) + ((part % max) << SHIFT) / max;
    sum->terms++;
}

static int64_t sum_floor(const struct sum *sum)
{
    return (int64_t)((sum->value + sum->terms) >> SHIFT);
}

/* An exercise's fraction of its share; false when there is nothing to count. */
static bool add_exercise(struct sum *sum, const struct assignment *assignment, int weight, const struct tally *core,
                         const struct tally *robustness)
{
    int64_t core_share = assignment->core, robustness_share = assignment->robustness;
    if (core->max == 0 && robustness->max == 0)
        return false;
    if (robustness->max == 0)
        core_share = assignment->scale, robustness_share = 0;
    else if (core->max == 0)
        robustness_share = assignment->scale, core_share = 0;
    sum_add(sum, core_share * 100 * weight, core);
    sum_add(sum, robustness_share * 100 * weight, robustness);
    return true;
}

void score_grade(const struct assignment *assignment, struct grade_result *result)
{
    struct sum sum = {0, 0};
    int64_t weights = 0;
    result->scale = assignment->scale;
    result->complete = true;
    result->core_lost = false;
    for (size_t i = 0; i < result->n_exercises; i++) {
        struct exercise_result *exercise = &result->exercises[i];
        struct tally core = {0, 0}, robustness = {0, 0};
        add_up(exercise, &core, &robustness);
        if (is_void(exercise)) {
            result->complete = false;
            continue;
        }
        if (exercise->status != STATUS_GRADED) { /* missing or not built: its whole share is lost */
            result->core_lost = true;
            weights += exercise->weight;
            continue;
        }
        for (size_t s = 0; s < exercise->n_scenarios; s++)
            if (is_broken(&exercise->scenarios[s]))
                result->complete = false;
        if (core.gained < core.max)
            result->core_lost = true;
        if (add_exercise(&sum, assignment, exercise->weight, &core, &robustness))
            weights += exercise->weight;
    }
    result->score = weights > 0 ? sum_floor(&sum) / weights : 0;
}
