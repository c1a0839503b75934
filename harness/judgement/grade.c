#include "judgement/grade.h"

#include <stdlib.h>
#include <string.h>

#include "data/submission.h"
#include "ground/text.h"
#include "judgement/catalogue.h"
#include "judgement/grading.h"
#include "judgement/score.h"

/* Each program begins to be compiled as soon as its definition is known. */
static int add_all(struct grading *grading, const struct grade_request *request, struct catalogue *catalogue,
                   const struct submission *submission, struct grade_result *result, struct err *err)
{
    for (size_t i = 0; i < catalogue->assignment.n; i++) {
        if (!catalogue_may_want(request, catalogue->assignment.items[i].exercise))
            continue;
        if (catalogue_read(catalogue, i, request, err) < 0)
            return -1;
        if (!catalogue_wants_exercise(request, &catalogue->exercises[i]))
            continue;
        grading_add(grading, submission, &catalogue->exercises[i], result);
        result->exercises[result->n_exercises - 1].weight = catalogue->assignment.items[i].weight;
    }
    if (result->n_exercises == 0)
        return err_set(err, BLAME_EXERCISE, _("--only matches no exercise of this assignment"));
    return 0;
}

static int grade_all(const struct grade_request *request, struct catalogue *catalogue, const struct submission *submission,
                     struct grade_result *result, struct err *err)
{
    struct grading *grading = grading_new(request, &result->plan, err);
    if (grading == NULL)
        return -1;
    int status = add_all(grading, request, catalogue, submission, result, err);
    if (status == 0)
        status = grading_run(grading, err);
    grading_free(grading);
    return status;
}

static void describe(const struct grade_request *request, const struct submission *submission, struct grade_result *result)
{
    result->submission = mem_string(submission->name);
    result->assignment = mem_string(request->assignment);
    result->lang = mem_string(text_lang());
    result->isolation = mem_string("namespaces");
    for (size_t i = 0; i < submission->n_notes; i++)
        *ARRAY_ADD(result->notes, result->n_notes) = mem_string(submission->notes[i]);
}

int grade_run(const struct grade_request *request, struct grade_result *result, struct err *err)
{
    struct catalogue catalogue = {.exercises = NULL};
    struct submission submission = {.n_files = 0};
    *result = (struct grade_result){.scale = 0};
    int status = catalogue_open(&catalogue, request, err);
    if (status == 0)
        status = submission_load(&submission, request->submission, err);
    if (status == 0)
        status = grade_all(request, &catalogue, &submission, result, err);
    if (status == 0) {
        describe(request, &submission, result);
        score_grade(&catalogue.assignment, result);
    }
    submission_free(&submission);
    catalogue_free(&catalogue);
    if (status < 0)
        grade_result_free(result);
    return status;
}
