/* catalogue: the assignment of a run and the definitions of its exercises, found in an instructor's folder or the project's. */
#ifndef JUDGEMENT_CATALOGUE_H
#define JUDGEMENT_CATALOGUE_H

#include "data/assignment.h"
#include "data/exercise.h"
#include "judgement/grade.h"

struct catalogue {
    struct assignment assignment;
    struct exercise *exercises; /* in the order of assignment.items; room for all from the start */
    size_t n;                   /* read so far */
};

/* Reads the assignment. Blame: exercise. */
int catalogue_open(struct catalogue *catalogue, const struct grade_request *request, struct err *err);
/* Reads the next exercise of it. A program can be compiled while the definitions of the others are read. */
int catalogue_read_next(struct catalogue *catalogue, const struct grade_request *request, struct err *err);
void catalogue_free(struct catalogue *catalogue);
/* Whether --only lets this one through; no pattern lets all through. */
bool catalogue_wants_exercise(const struct grade_request *request, const struct exercise *exercise);
bool catalogue_wants_scenario(const struct grade_request *request, const struct exercise *exercise,
                              const struct scenario *scenario);

#endif
