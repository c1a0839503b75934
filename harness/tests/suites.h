/*
 * suites: the unit tests. A file test_MODULE.c registers one suite in suite_MODULE() and has a line in suites.def; main.c
 * runs them all. Tests wait for events, never for time, and leave nothing behind.
 */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include "ground/base.h"

#define SUITE(module) int suite_##module(void);
#include "tests/suites.def"
#undef SUITE

struct unit_test {
    const char *name; /* a sentence: what holds */
    void (*run)(void);
};

/* Registers a suite with these tests: 0, or -1. */
int suite_add(const char *name, const struct unit_test *tests, size_t n);

#endif
