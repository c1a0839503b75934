/* score: the mark, to the hundredth. */
#include <CUnit/CUnit.h>

#include "judgement/score.h"
#include "tests/suites.h"

enum { MOST = 6 };

struct marked {
    struct scenario_result scenarios[MOST];
    struct exercise_result exercise;
};

static void add(struct marked *m, enum level level, int max, enum verdict verdict, enum blame blame)
{
    m->scenarios[m->exercise.n_scenarios++] = (struct scenario_result){
        .level = level, .max = max, .points = verdict == VERDICT_PASSED ? max : 0, .verdict = verdict, .blame = blame};
    m->exercise.scenarios = m->scenarios;
    m->exercise.status = STATUS_GRADED;
    m->exercise.weight = 1;
}

static void pass(struct marked *m, enum level level, int max)
{
    add(m, level, max, VERDICT_PASSED, BLAME_NONE);
}

static void fail(struct marked *m, enum level level, int max)
{
    add(m, level, max, VERDICT_FAILED, BLAME_SUBMISSION);
}

static struct grade_result grade(struct exercise_result *exercises, size_t n)
{
    static const struct assignment assignment = {.scale = 20, .core = 16, .robustness = 4};
    struct grade_result result = {.exercises = exercises, .n_exercises = n};
    score_grade(&assignment, &result);
    return result;
}

static void test_full_marks(void)
{
    /* Thirds and sevenths: the parts are not exact, the whole is. */
    struct exercise_result exercises[7];
    struct marked m[7] = {0};
    for (size_t i = 0; i < 7; i++) {
        pass(&m[i], LEVEL_CORE, 3);
        pass(&m[i], LEVEL_CORE, 4);
        if (i % 2 == 0)
            pass(&m[i], LEVEL_ROBUSTNESS, 3);
        exercises[i] = m[i].exercise;
        exercises[i].weight = (int)i + 1;
    }
    struct grade_result result = grade(exercises, 7);
    CU_ASSERT_EQUAL(result.score, 2000);
    CU_ASSERT_TRUE(result.complete);
    CU_ASSERT_FALSE(result.core_lost);
    CU_ASSERT_EQUAL(result.exercises[0].points, 10);
    CU_ASSERT_EQUAL(result.exercises[0].max, 10);
}

static void test_sums_of_fractions_are_exact(void)
{
    /* 1/3 + 2/3 of two equal exercises is one half of the scale, although neither third is exact. */
    struct marked a = {0}, b = {0};
    pass(&a, LEVEL_CORE, 1);
    fail(&a, LEVEL_CORE, 2);
    pass(&b, LEVEL_CORE, 2);
    fail(&b, LEVEL_CORE, 1);
    struct exercise_result exercises[] = {a.exercise, b.exercise};
    struct grade_result result = grade(exercises, 2);
    CU_ASSERT_EQUAL(result.score, 1000);
    CU_ASSERT_TRUE(result.core_lost);
}

static void test_rounded_down(void)
{
    struct marked m = {0};
    pass(&m, LEVEL_CORE, 2);
    fail(&m, LEVEL_CORE, 1);
    CU_ASSERT_EQUAL(grade(&m.exercise, 1).score, 1333);
}

static void test_levels(void)
{
    struct marked m = {0};
    pass(&m, LEVEL_CORE, 2);
    fail(&m, LEVEL_ROBUSTNESS, 1);
    pass(&m, LEVEL_ROBUSTNESS, 1);
    struct grade_result result = grade(&m.exercise, 1);
    CU_ASSERT_EQUAL(result.score, 1800);
    CU_ASSERT_FALSE(result.core_lost);
    struct marked only = {0};
    pass(&only, LEVEL_ROBUSTNESS, 1);
    CU_ASSERT_EQUAL(grade(&only.exercise, 1).score, 2000);
}

static void test_missing(void)
{
    struct marked m = {0};
    pass(&m, LEVEL_CORE, 2);
    struct exercise_result exercises[] = {
        m.exercise,
        {.status = STATUS_MISSING, .blame = BLAME_SUBMISSION, .max = 8, .weight = 1},
        {.status = STATUS_NOT_BUILT, .blame = BLAME_SUBMISSION, .max = 8, .weight = 2},
    };
    struct grade_result result = grade(exercises, 3);
    CU_ASSERT_EQUAL(result.score, 500);
    CU_ASSERT_TRUE(result.complete);
    CU_ASSERT_TRUE(result.core_lost);
    CU_ASSERT_EQUAL(exercises[1].max, 8);
    CU_ASSERT_EQUAL(exercises[1].points, 0);
}

static void test_broken_costs_nothing(void)
{
    struct marked m = {0};
    pass(&m, LEVEL_CORE, 2);
    add(&m, LEVEL_CORE, 5, VERDICT_BROKEN, BLAME_HARNESS);
    add(&m, LEVEL_CORE, 5, VERDICT_FAILED, BLAME_ENVIRONMENT);
    add(&m, LEVEL_ROBUSTNESS, 5, VERDICT_BROKEN, BLAME_EXERCISE);
    struct exercise_result exercises[] = {m.exercise, {.status = STATUS_BROKEN, .blame = BLAME_HARNESS, .weight = 9},
                                          {.status = STATUS_NOT_BUILT, .blame = BLAME_ENVIRONMENT, .weight = 9}};
    struct grade_result result = grade(exercises, 3);
    CU_ASSERT_EQUAL(result.score, 2000);
    CU_ASSERT_FALSE(result.complete);
    CU_ASSERT_FALSE(result.core_lost);
}

static void test_skipped_scenarios_are_left_out(void)
{
    struct marked m = {0};
    pass(&m, LEVEL_CORE, 2);
    add(&m, LEVEL_CORE, 5, VERDICT_SKIPPED, BLAME_NONE);
    struct grade_result result = grade(&m.exercise, 1);
    CU_ASSERT_EQUAL(result.score, 2000);
    CU_ASSERT_TRUE(result.complete);
}

static void test_nothing_at_all(void)
{
    struct grade_result result = grade(NULL, 0);
    CU_ASSERT_EQUAL(result.score, 0);
    struct exercise_result broken = {.status = STATUS_BROKEN, .weight = 1};
    result = grade(&broken, 1);
    CU_ASSERT_EQUAL(result.score, 0);
    CU_ASSERT_FALSE(result.complete);
    struct marked m = {0};
    fail(&m, LEVEL_CORE, 2);
    CU_ASSERT_EQUAL(grade(&m.exercise, 1).score, 0);
}

int suite_score(void)
{
    static const struct unit_test tests[] = {
        {"full marks are exactly the scale", test_full_marks},
        {"fractions of several exercises add up exactly", test_sums_of_fractions_are_exact},
        {"a mark is rounded down to the hundredth", test_rounded_down},
        {"levels have their shares", test_levels},
        {"missing programs lose their whole share", test_missing},
        {"what is broken costs nothing and is said", test_broken_costs_nothing},
        {"skipped scenarios are left out", test_skipped_scenarios_are_left_out},
        {"nothing gives nothing", test_nothing_at_all},
    };
    return suite_add("score", tests, COUNT_OF(tests));
}
