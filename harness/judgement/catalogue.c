#include "judgement/catalogue.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "judgement/check.h"

int catalogue_open(struct catalogue *catalogue, const struct grade_request *request, struct err *err)
{
    *catalogue = (struct catalogue){.exercises = NULL};
    const struct library library = {request->exercises_dir, request->root};
    AUTO_FREE char *name = mem_printf("assignments/%s.yaml", request->assignment);
    AUTO_FREE char *path = library_path(&library, name);
    if (assignment_load(&catalogue->assignment, path, err) < 0)
        return -1;
    catalogue->exercises = mem_alloc(catalogue->assignment.n * sizeof *catalogue->exercises);
    return 0;
}

int catalogue_read(struct catalogue *catalogue, size_t item, const struct grade_request *request, struct err *err)
{
    const struct library library = {request->exercises_dir, request->root};
    struct exercise_setting setting = {.library = &library, .seed = request->seed};
    setting.rules = check_rules(&setting.n_rules);
    AUTO_FREE char *folder = library_exercise(&library, catalogue->assignment.items[item].exercise);
    return exercise_load(&catalogue->exercises[item], folder, &setting, err);
}

void catalogue_free(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->assignment.n && catalogue->exercises != NULL; i++)
        exercise_free(&catalogue->exercises[i]);
    free(catalogue->exercises);
    assignment_free(&catalogue->assignment);
    *catalogue = (struct catalogue){.exercises = NULL};
}

bool catalogue_may_want(const struct grade_request *request, const char *id)
{
    for (size_t i = 0; i < request->n_only; i++) {
        AUTO_FREE char *pattern = mem_bytes(request->only[i], strcspn(request->only[i], "/"));
        if (fnmatch(pattern, id, 0) == 0)
            return true;
    }
    return request->n_only == 0;
}

bool catalogue_wants_exercise(const struct grade_request *request, const struct exercise *exercise)
{
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        if (catalogue_wants_scenario(request, exercise, &exercise->scenarios[i]))
            return true;
    return request->n_only == 0;
}

static bool has_fault(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->script.n; i++)
        if (scenario->script.steps[i].kind == STEP_FAULT)
            return true;
    return false;
}

bool catalogue_wants_scenario(const struct grade_request *request, const struct exercise *exercise,
                              const struct scenario *scenario)
{
    if (!request->faults && has_fault(scenario))
        return false;
    AUTO_FREE char *full = mem_printf("%s/%s", exercise->id, scenario->id);
    for (size_t i = 0; i < request->n_only; i++) {
        const char *pattern = request->only[i];
        if (fnmatch(pattern, strchr(pattern, '/') != NULL ? full : exercise->id, 0) == 0)
            return true;
    }
    return request->n_only == 0;
}
