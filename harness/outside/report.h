/*
 * report: what a grading leaves behind, a format a file. Each is a pure function of the tree of results: same tree,
 * same bytes. Whatever comes from a submission passes through ground/escape.
 */
#ifndef OUTSIDE_REPORT_H
#define OUTSIDE_REPORT_H

#include "data/verdict.h"
#include "ground/buf.h"
#include "outside/layout.h"

#define GRADER_VERSION "0.1.0"

/* The result file, version 1: one JSON object, two spaces of indentation, a final newline. */
void report_json(const struct grade_result *result, struct buf *out);
/* For a student: what failed and why, then the score on the last line. */
void report_terminal(const struct grade_result *result, const struct style *style, struct buf *out);

#endif
