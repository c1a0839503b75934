/*
 * proof: whether an exercise does what it should: its statement and its starter are there, its reference program gets
 * everything, and each of its mutants (complete programs with one known fault) fails exactly where expected.json says. A
 * scenario or a kind of check that no mutant fails is one that may be unable to fail.
 *
 * An exercise's own folder may hold reference/PROGRAM.c and mutants/FAULT/; those of the project have theirs in the project's
 * reference/ and fixtures/faulty/ID/FAULT/. The first place that is there counts.
 */
#ifndef JUDGEMENT_PROOF_H
#define JUDGEMENT_PROOF_H

#include "data/exercise.h"
#include "ground/base.h"
#include "judgement/grading.h"

struct proof {
    char **findings; /* what does not hold: file, what was expected, what came, what to do; translated; owned */
    size_t n_findings;
    /* Claims: the statements, the starter, the reference, each mutant, all scenarios, all kinds of checks. */
    size_t passed, failed;
    size_t n_mutants;
};

/* ROOT: the project. FOLDER: the exercise's. PROOF is empty before. -1: it could not be tried, or a signal came. */
int proof_try(struct proof *proof, struct grading *grading, const struct exercise *exercise, const char *folder,
              const char *root, struct err *err);
/* The mutant at PATH alone. */
int proof_try_mutant(struct proof *proof, struct grading *grading, const struct exercise *exercise, const char *path,
                     const char *root, struct err *err);
void proof_free(struct proof *proof);
/* One more claim that does not hold; TEXT becomes the proof's. */
void proof_add(struct proof *proof, char *text);

#endif
