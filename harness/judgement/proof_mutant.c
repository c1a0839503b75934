#include "judgement/proof_mutant.h"

#include <stdlib.h>
#include <string.h>

#include "data/words.h"
#include "ground/buf.h"
#include "ground/text.h"

char *mutant_failures(const struct scenario_result *scenario)
{
    AUTO_BUF text = BUF_EMPTY;
    for (size_t i = 0; i < scenario->n_checks; i++) {
        const struct check_result *check = &scenario->checks[i];
        if (check->verdict != VERDICT_FAILED)
            continue;
        buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", check->id);
        if (check->expected != NULL && check->actual != NULL)
            buf_printf(&text, _(" (expected: %s; actual: %s)"), check->expected, check->actual);
    }
    return buf_steal(&text);
}

char *mutant_broken(const char *path, const struct scenario_result *scenario)
{
    return mem_printf(_("%s: the scenario '%s' could not be judged: %s"), path, scenario->id,
                      scenario->reason != NULL ? scenario->reason : "?");
}

static bool is_expected(const struct expected_failure *expected, const char *check)
{
    for (size_t i = 0; i < expected->n_checks; i++)
        if (strcmp(expected->checks[i], check) == 0)
            return true;
    return false;
}

/* Whether exactly the checks fail that are to fail. */
static bool same_checks(const struct scenario_result *scenario, const struct expected_failure *expected)
{
    size_t failed = 0;
    for (size_t i = 0; i < scenario->n_checks; i++) {
        if (scenario->checks[i].verdict != VERDICT_FAILED)
            continue;
        failed++;
        if (!is_expected(expected, scenario->checks[i].id))
            return false;
    }
    return failed == expected->n_checks;
}

static char *list_of(const struct expected_failure *expected)
{
    AUTO_BUF text = BUF_EMPTY;
    for (size_t i = 0; i < expected->n_checks; i++)
        buf_printf(&text, "%s%s", i > 0 ? ", " : "", expected->checks[i]);
    return buf_steal(&text);
}

/* NULL: the scenario went as expected. */
static char *compare_scenario(const char *path, const struct scenario_result *scenario,
                              const struct expected_failure *expected)
{
    if (scenario->verdict == VERDICT_BROKEN)
        return mutant_broken(path, scenario);
    AUTO_FREE char *actual = mutant_failures(scenario);
    if (expected == NULL && scenario->verdict == VERDICT_PASSED)
        return NULL;
    if (expected == NULL)
        return mem_printf(_("%s: the scenario '%s' fails by %s; expected.json says that it passes; if its fault makes it fail, "
                            "add it there, else free the scenario from what it does not test"), path, scenario->id, actual);
    AUTO_FREE char *wanted = list_of(expected);
    if (scenario->verdict == VERDICT_PASSED)
        return mem_printf(_("%s: the scenario '%s' passes; expected.json says that it fails by %s; make the scenario find the "
                            "fault, or take it out there"), path, scenario->id, wanted);
    if (same_checks(scenario, expected))
        return NULL;
    return mem_printf(_("%s: the scenario '%s' fails by %s; expected.json says by %s; mend the checks, or what it says"), path,
                      scenario->id, actual, wanted);
}

static const struct scenario *find_scenario(const struct exercise *exercise, const char *id)
{
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        if (strcmp(exercise->scenarios[i].id, id) == 0)
            return &exercise->scenarios[i];
    return NULL;
}

char **mutant_compare(const char *path, const struct exercise *exercise, const struct expectation *expectation,
                      const struct exercise_result *result, size_t *n)
{
    char **findings = NULL;
    *n = 0;
    const char *status = status_name(result->status);
    if (strcmp(status, expectation->status) != 0) {
        const char *why = result->build.n_diagnostics > 0 ? result->build.diagnostics[0].message
                          : result->message != NULL       ? result->message
                                                          : "";
        *ARRAY_ADD(findings, *n) =
            mem_printf(_("%s: it is %s; expected.json says: %s. %s"), path, status, expectation->status, why);
        return findings;
    }
    for (size_t i = 0; i < expectation->n; i++) {
        const char *id = expectation->failures[i].scenario;
        if (find_scenario(exercise, id) != NULL)
            continue;
        AUTO_BUF ids = BUF_EMPTY;
        for (size_t s = 0; s < exercise->n_scenarios; s++)
            buf_printf(&ids, "%s ", exercise->scenarios[s].id);
        AUTO_FREE char *advice = words_advice(buf_text(&ids), id);
        *ARRAY_ADD(findings, *n) = mem_printf(_("%s/expected.json: there is no scenario '%s'; %s"), path, id, advice);
    }
    for (size_t i = 0; i < result->n_scenarios; i++) {
        const struct scenario_result *scenario = &result->scenarios[i];
        char *finding = compare_scenario(path, scenario, expectation_of(expectation, scenario->id));
        if (finding != NULL)
            *ARRAY_ADD(findings, *n) = finding;
    }
    return findings;
}

/* The kind of the check that is called ID in this scenario; NULL for those that every scenario has. */
static const char *kind_of(const struct scenario *scenario, const char *id)
{
    for (size_t i = 0; i < scenario->n_checks; i++)
        if (strcmp(scenario->checks[i].id, id) == 0)
            return scenario->checks[i].name;
    return NULL;
}

bool mutant_fails(const struct exercise *exercise, const struct exercise_result *result, const char *scenario,
                  const char *kind)
{
    for (size_t i = 0; i < result->n_scenarios; i++) {
        const struct scenario_result *r = &result->scenarios[i];
        const struct scenario *definition = find_scenario(exercise, r->id);
        if (definition == NULL || (scenario != NULL && strcmp(scenario, r->id) != 0))
            continue;
        if (kind == NULL && r->verdict == VERDICT_FAILED)
            return true;
        for (size_t c = 0; c < r->n_checks && kind != NULL; c++) {
            const char *failed = r->checks[c].verdict == VERDICT_FAILED ? kind_of(definition, r->checks[c].id) : NULL;
            if (failed != NULL && strcmp(kind, failed) == 0)
                return true;
        }
    }
    return false;
}
