/*
 * fold: which failed scenarios of an exercise need not be told in full, since everything that they would say is said already
 * by others. Two failures are the same when their diagnosis and their source line are.
 */
#ifndef OUTSIDE_FOLD_H
#define OUTSIDE_FOLD_H

#include "data/verdict.h"

/*
 * One index per scenario: its own when it is told in full, else that of the scenario told for the same first cause: of all that
 * share it the one that is worth most, core before robustness. NULL when there are none; the caller frees.
 */
size_t *fold_scenarios(const struct exercise_result *exercise);

#endif
