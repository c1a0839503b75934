/* whole: the grader and the compiler run as commands, as a student runs them, with their output thrown away. */
#ifndef BENCH_WHOLE_H
#define BENCH_WHOLE_H

#include <sys/types.h>

#include "bench/stage.h"

/* Starts ARGV[0] (looked up in PATH). The process, which ends with us, or -1. */
pid_t whole_start(char *const *argv, struct err *err);

/* The course's five programs are graded; JOBS 0: as the grader thinks best. All of it must pass. */
int whole_grade(const struct stage *stage, int jobs, struct spent *spent, struct err *err);
/* They are compiled, as many at a time as there are processors. */
int whole_compile(const struct stage *stage, struct spent *spent, struct err *err);

#endif
