/*
 * score: from verdicts to the mark.
 *
 * Each exercise has a share of the scale, by its weight; each level has a share of the exercise, and gives the part of it
 * that its points earned. A level that an exercise does not have leaves its share to the other one. What is broken is left
 * out: nobody loses points by it, but the result is not complete. All in integers: full marks are exactly scale * 100, and
 * anything less is rounded down to a hundredth.
 */
#ifndef JUDGEMENT_SCORE_H
#define JUDGEMENT_SCORE_H

#include "data/assignment.h"
#include "data/verdict.h"

/* Fills in score, scale, complete and core_lost, and each exercise's points and max from its scenarios. */
void score_grade(const struct assignment *assignment, struct grade_result *result);

#endif
