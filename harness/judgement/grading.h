/*
 * grading: where programs are built, played and judged: the world's skeleton, the policies, the pool. Any number of programs,
 * of one submission or of many, go through it together; each gets its part of a tree of results.
 */
#ifndef JUDGEMENT_GRADING_H
#define JUDGEMENT_GRADING_H

#include "data/exercise.h"
#include "data/submission.h"
#include "data/verdict.h"
#include "judgement/grade.h"

struct grading;

/*
 * Of REQUEST it is asked how (build, jobs, seed, faults, only, plan), not what; it must outlive the grading. *PLAN: what a
 * world is made of, printable, if the request wants it, else NULL; the caller frees. NULL with ERR set when nothing can run
 * here.
 */
struct grading *grading_new(const struct grade_request *request, char **plan, struct err *err);
void grading_free(struct grading *grading);
/*
 * Adds an exercise to TREE: the program that SUBMISSION has for EXERCISE is graded, from now on and by the next grading_run(),
 * until whose end, or that of the grading, all of them must live. Nothing else may be added to the tree meanwhile.
 */
void grading_add(struct grading *grading, const struct submission *submission, const struct exercise *exercise,
                 struct grade_result *tree);
/* Until all is done: 0; or until a signal came: -1. */
int grading_run(struct grading *grading, struct err *err);

#endif
