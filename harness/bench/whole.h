/* whole: the grader and the compiler run as commands, as a student runs them, with their output thrown away. */
#ifndef BENCH_WHOLE_H
#define BENCH_WHOLE_H

#include <sys/types.h>

#include "bench/stage.h"

/* Exercises of the whole course, and the folder of the project that holds a right program for each of them. */
struct course {
    const char *sources;
    char *const *only; /* patterns as --only has them; NULL: all exercises */
    size_t n_only;
    char **programs; /* their names; owned */
    size_t n;
};

/* Fills in the programs. */
int course_load(struct course *course, const struct stage *stage, struct err *err);
void course_free(struct course *course);

/* Starts ARGV[0] (looked up in PATH). The process, which ends with us, or -1. */
pid_t whole_start(char *const *argv, struct err *err);

/* The programs are graded; JOBS 0: as the grader thinks best. All of them must pass. */
int whole_grade(const struct stage *stage, const struct course *course, int jobs, struct spent *spent, struct err *err);
/* They are compiled, as many at a time as there are processors. */
int whole_compile(const struct stage *stage, const struct course *course, struct spent *spent, struct err *err);

#endif
