#include "data/verdict.h"

#include <stdlib.h>

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_BROKEN: return "broken";
    case VERDICT_PASSED: return "passed";
    case VERDICT_FAILED: return "failed";
    case VERDICT_SKIPPED: return "skipped";
    }
    return "broken";
}

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_BROKEN: return "broken";
    case STATUS_GRADED: return "graded";
    case STATUS_MISSING: return "missing";
    case STATUS_NOT_BUILT: return "not-built";
    }
    return "broken";
}

const char *build_status_name(enum build_status status)
{
    switch (status) {
    case BUILD_BROKEN: return "broken";
    case BUILD_OK: return "ok";
    case BUILD_FAILED: return "failed";
    case BUILD_LIMIT: return "limit";
    case BUILD_ABSENT: return "absent";
    }
    return "broken";
}

const char *severity_name(enum severity severity)
{
    switch (severity) {
    case SEVERITY_NOTE: return "note";
    case SEVERITY_WARNING: return "warning";
    case SEVERITY_ERROR: return "error";
    }
    return "error";
}

static void strings_free(char **strings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(strings[i]);
    free(strings);
}

static void check_result_free(struct check_result *check)
{
    free(check->id);
    free(check->requirement);
    free(check->expected);
    free(check->actual);
    free(check->diagnosis);
    free(check->file);
    free(check->hint);
}

static void scenario_result_free(struct scenario_result *scenario)
{
    free(scenario->id);
    free(scenario->title);
    free(scenario->reason);
    for (size_t i = 0; i < scenario->n_checks; i++)
        check_result_free(&scenario->checks[i]);
    free(scenario->checks);
    strings_free(scenario->flags, scenario->n_flags);
    transcript_free(&scenario->transcript);
}

static void build_result_free(struct build_result *build)
{
    for (size_t i = 0; i < build->n_diagnostics; i++) {
        free(build->diagnostics[i].file);
        free(build->diagnostics[i].message);
    }
    free(build->diagnostics);
    free(build->message);
}

static void exercise_result_free(struct exercise_result *exercise)
{
    free(exercise->id);
    free(exercise->program);
    free(exercise->title);
    free(exercise->message);
    build_result_free(&exercise->build);
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        scenario_result_free(&exercise->scenarios[i]);
    free(exercise->scenarios);
}

void grade_result_free(struct grade_result *result)
{
    free(result->submission);
    free(result->assignment);
    free(result->lang);
    free(result->isolation);
    free(result->plan);
    strings_free(result->notes, result->n_notes);
    for (size_t i = 0; i < result->n_exercises; i++)
        exercise_result_free(&result->exercises[i]);
    free(result->exercises);
    *result = (struct grade_result){0};
}
