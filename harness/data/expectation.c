#include "data/expectation.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ground/text.h"

void expectation_free(struct expectation *expectation)
{
    for (size_t i = 0; i < expectation->n; i++) {
        struct expected_failure *failure = &expectation->failures[i];
        for (size_t j = 0; j < failure->n_checks; j++)
            free(failure->checks[j]);
        free(failure->checks);
        free(failure->scenario);
    }
    free(expectation->failures);
    free(expectation->exercise);
    free(expectation->status);
    *expectation = (struct expectation){0};
}

const struct expected_failure *expectation_of(const struct expectation *expectation, const char *scenario)
{
    for (size_t i = 0; i < expectation->n; i++)
        if (strcmp(expectation->failures[i].scenario, scenario) == 0)
            return &expectation->failures[i];
    return NULL;
}

static bool read_failure(struct expectation *expectation, const char *scenario, const json_t *checks)
{
    if (!json_is_array(checks) || json_array_size(checks) == 0)
        return false;
    struct expected_failure *failure = ARRAY_ADD(expectation->failures, expectation->n);
    failure->scenario = mem_string(scenario);
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const char *id = json_string_value(json_array_get(checks, i));
        if (id == NULL)
            return false;
        *ARRAY_ADD(failure->checks, failure->n_checks) = mem_string(id);
    }
    return true;
}

static bool read_document(struct expectation *expectation, json_t *root)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(root, key, value)
        if (strcmp(key, "exercise") != 0 && strcmp(key, "status") != 0 && strcmp(key, "fails") != 0)
            return false;
    json_t *exercise = json_object_get(root, "exercise"), *status = json_object_get(root, "status"),
           *fails = json_object_get(root, "fails");
    if (!json_is_string(exercise) || (status != NULL && !json_is_string(status)) ||
        (fails != NULL && !json_is_object(fails)) || (status == NULL && fails == NULL))
        return false;
    expectation->exercise = mem_string(json_string_value(exercise));
    expectation->status = mem_string(status != NULL ? json_string_value(status) : "graded");
    json_object_foreach(fails, key, value)
        if (!read_failure(expectation, key, value))
            return false;
    return true;
}

int expectation_load(struct expectation *expectation, const char *path, struct err *err)
{
    *expectation = (struct expectation){0};
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        return err_set(err, BLAME_EXERCISE, "%s:%d: %s", path, error.line > 0 ? error.line : 1, error.text);
    bool read = read_document(expectation, root);
    json_decref(root);
    if (read)
        return 0;
    expectation_free(expectation);
    return err_set(err, BLAME_EXERCISE,
                   _("%s:1: this does not say what is to fail; expected: {\"exercise\": ID, \"fails\": {SCENARIO: [CHECK, …]}},"
                     " or \"status\": \"not-built\" in the place of \"fails\""),
                   path);
}
