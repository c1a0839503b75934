/* catalogue: the assignment of a run and the definitions of its exercises, found in an instructor's folder or the project's. */
#ifndef JUDGEMENT_CATALOGUE_H
#define JUDGEMENT_CATALOGUE_H

#include "data/assignment.h"
#include "data/exercise.h"
#include "judgement/grade.h"

struct catalogue {
    struct assignment assignment;
    struct exercise *exercises; /* in the order of assignment.items */
    size_t n;
};

/* Blame: exercise. */
int catalogue_load(struct catalogue *catalogue, const struct grade_request *request, struct err *err);
void catalogue_free(struct catalogue *catalogue);
/* Whether --only lets this one through; no pattern lets all through. */
bool catalogue_wants_exercise(const struct grade_request *request, const struct exercise *exercise);
bool catalogue_wants_scenario(const struct grade_request *request, const struct exercise *exercise,
                              const struct scenario *scenario);

#endif
