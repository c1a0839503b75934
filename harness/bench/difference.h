/* difference: where two result files of one submission differ, in words: which exercise, which scenario, which check. */
#ifndef BENCH_DIFFERENCE_H
#define BENCH_DIFFERENCE_H

#include "ground/buf.h"

/* On standard output, a line for each place: "    EXERCISE SCENARIO CHECK: key: first -> then". */
void difference_print(const struct buf *first, const struct buf *then);

#endif
