/* grade: one submission against one assignment, from sources to the tree of results. */
#ifndef JUDGEMENT_GRADE_H
#define JUDGEMENT_GRADE_H

#include "data/verdict.h"
#include "ground/base.h"

/* What is asked. Nothing in it is owned: all strings must outlive the call. */
struct grade_request {
    const char *root;          /* the project's folder: exercises */
    const char *build;         /* where the project was built: reference programs */
    const char *submission;    /* a folder */
    const char *assignment;    /* its name */
    const char *exercises_dir; /* exercises and assignments that come before the project's own; NULL: none */
    char *const *only;         /* patterns EXERCISE[/SCENARIO]; none: everything */
    size_t n_only;
    int jobs;                  /* scenarios played side by side; 0: as many as there are processors */
    uint64_t seed;
    bool faults;
    bool memcheck;
    bool timings;
    bool plan;                 /* fill result->plan in */
    bool verdicts_only;        /* keep no transcripts, look up no source lines */
};

/* On failure nothing in RESULT needs freeing; otherwise the caller calls grade_result_free(). */
int grade_run(const struct grade_request *request, struct grade_result *result, struct err *err);

#endif
