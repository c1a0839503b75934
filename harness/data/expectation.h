/*
 * expectation: expected.json beside a wrong program: what it is graded for, and which checks of which scenarios it fails. All
 * others pass; none need fail.
 *
 *     {"exercise": "tcp-client", "fails": {"no-reply": ["says"]}}      one that does not compile: "status": "not-built"
 */
#ifndef DATA_EXPECTATION_H
#define DATA_EXPECTATION_H

#include "ground/base.h"

struct expected_failure {
    char *scenario;
    char **checks; /* ids */
    size_t n_checks;
};

struct expectation {
    char *exercise;
    char *status; /* "graded" unless it says otherwise */
    struct expected_failure *failures;
    size_t n;
};

/* Errors are "PATH:LINE: …" (blame: exercise); EXPECTATION is then empty. */
int expectation_load(struct expectation *expectation, const char *path, struct err *err);
void expectation_free(struct expectation *expectation);
/* NULL: this scenario is to pass. */
const struct expected_failure *expectation_of(const struct expectation *expectation, const char *scenario);

#endif
