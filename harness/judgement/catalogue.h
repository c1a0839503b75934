/* catalogue: the assignment of a run and the definitions of its exercises, found in an instructor's folder or the project's. */
#ifndef JUDGEMENT_CATALOGUE_H
#define JUDGEMENT_CATALOGUE_H

#include "data/assignment.h"
#include "data/exercise.h"
#include "judgement/grade.h"

struct catalogue {
    struct assignment assignment;
    struct exercise *exercises; /* as many as assignment.items, in their order; empty until they are read */
};

/* Reads the assignment. Blame: exercise. */
int catalogue_open(struct catalogue *catalogue, const struct grade_request *request, struct err *err);
/* Reads the definition of an item of it. A program can be compiled while those of the others are read. */
int catalogue_read(struct catalogue *catalogue, size_t item, const struct grade_request *request, struct err *err);
void catalogue_free(struct catalogue *catalogue);
/* Whether --only may let anything of the exercise ID through: without its definition nobody knows more. */
bool catalogue_may_want(const struct grade_request *request, const char *id);
/* Whether --only lets this one through; no pattern lets all through. */
bool catalogue_wants_exercise(const struct grade_request *request, const struct exercise *exercise);
bool catalogue_wants_scenario(const struct grade_request *request, const struct exercise *exercise,
                              const struct scenario *scenario);

#endif
