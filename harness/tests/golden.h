/*
 * golden: what a report must be, byte by byte, lies in tests/golden. After an intended change run the tests once with
 * GOLDEN_UPDATE=1 in the environment and read the difference before you commit it.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "ground/buf.h"

/* Whether TEXT is what tests/golden/NAME holds; shows the first line that differs on standard error. */
bool golden_equal(const char *name, const struct buf *text);

#endif
