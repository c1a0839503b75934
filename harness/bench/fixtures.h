/*
 * fixtures: the submissions that the project knows the verdicts of: fixtures/correct/NAME, fixtures/faulty/EXERCISE/NAME and
 * fixtures/lecture/EXERCISE.
 */
#ifndef BENCH_FIXTURES_H
#define BENCH_FIXTURES_H

#include "ground/base.h"

struct fixtures {
    struct fixture {
        char *path;     /* from the project's folder */
        char *exercise; /* the one that it is about; NULL: any */
    } *items; /* in order */
    size_t n;
};

/* MATCH: an extended pattern of fnmatch(3) for their paths. SAMPLE: that many of them, spread evenly; 0: all. */
int fixtures_find(struct fixtures *fixtures, const char *root, const char *match, size_t sample, struct err *err);
void fixtures_free(struct fixtures *fixtures);

#endif
