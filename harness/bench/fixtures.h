/* fixtures: the submissions that the project knows the verdicts of: fixtures/correct/NAME and fixtures/faulty/EXERCISE/NAME. */
#ifndef BENCH_FIXTURES_H
#define BENCH_FIXTURES_H

#include "ground/base.h"

struct fixtures {
    char **paths; /* from the project's folder, in order */
    size_t n;
};

/* SAMPLE: that many of them, spread evenly; 0: all. */
int fixtures_find(struct fixtures *fixtures, const char *root, size_t sample, struct err *err);
void fixtures_free(struct fixtures *fixtures);

#endif
