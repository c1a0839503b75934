/* proof_mutant: what a wrong program got, beside what its expected.json says that it gets. Pure; private to proof.c. */
#ifndef JUDGEMENT_PROOF_MUTANT_H
#define JUDGEMENT_PROOF_MUTANT_H

#include "data/exercise.h"
#include "data/expectation.h"
#include "data/verdict.h"

/* What differs, a sentence each, beginning with PATH; *N of them. The caller frees them and the list. */
char **mutant_compare(const char *path, const struct exercise *exercise, const struct expectation *expectation,
                      const struct exercise_result *result, size_t *n);
/*
 * Whether it fails: this scenario (NULL: any), by a check of this kind (NULL: by anything).
 */
bool mutant_fails(const struct exercise *exercise, const struct exercise_result *result, const char *scenario,
                  const char *kind);
/* "exits (expected: …; actual: …), says (…)": the failed checks of a scenario. The caller frees. */
char *mutant_failures(const struct scenario_result *scenario);
/* "PATH: the scenario 'x' could not be judged: why". The caller frees. */
char *mutant_broken(const char *path, const struct scenario_result *scenario);

#endif
