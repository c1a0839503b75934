/*
 * verdict: the tree of results that every report is made from. Filled by judgement, read by outside; a result starts as
 * "broken: did not run" and success is only ever stated.
 *
 * All strings are owned by the tree, translated already, and hold raw bytes where they quote a program: reports escape them.
 */
#ifndef DATA_VERDICT_H
#define DATA_VERDICT_H

#include "data/exercise.h"
#include "data/transcript.h"
#include "ground/base.h"

enum verdict { VERDICT_BROKEN, VERDICT_PASSED, VERDICT_FAILED, VERDICT_SKIPPED };
enum status { STATUS_BROKEN, STATUS_GRADED, STATUS_MISSING, STATUS_NOT_BUILT };
enum build_status { BUILD_BROKEN, BUILD_OK, BUILD_FAILED, BUILD_LIMIT, BUILD_ABSENT };
enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

struct check_result {
    char *id;
    char *requirement;
    enum verdict verdict;
    char *expected, *actual; /* NULL when passed */
    char *diagnosis;         /* "S014", or NULL */
    char *file;              /* NULL: no source line */
    int line;
    char *hint; /* NULL: none */
};

struct scenario_result {
    char *id;
    char *title;
    enum level level;
    enum verdict verdict;
    enum blame blame; /* BLAME_NONE when passed */
    int points, max;
    char *reason; /* broken: what broke; NULL otherwise */
    struct check_result *checks;
    size_t n_checks;
    char **flags; /* for the instructor */
    size_t n_flags;
    struct transcript transcript; /* for the ladder; owned */
};

struct diagnostic { /* of the compiler */
    char *file;
    int line, column;
    enum severity severity;
    char *message;
    const char *hint; /* what to do about it, translated; static storage; NULL: the message says it all */
};

struct build_result {
    enum build_status status;
    struct diagnostic *diagnostics;
    size_t n_diagnostics;
    char *message; /* limit, absent, linker: what happened; NULL */
};

struct exercise_result {
    char *id, *program, *title;
    enum status status;
    enum blame blame;
    int points, max;
    char *message; /* missing, several candidates, broken: what to say; NULL */
    bool nowhere;  /* missing, and no file comes near: MESSAGE only tells which names were looked for */
    struct build_result build;
    struct scenario_result *scenarios;
    size_t n_scenarios;
    int weight;
};

struct grade_result {
    char *submission, *assignment, *lang, *isolation;
    int64_t score; /* hundredths of a point on the scale */
    int scale;
    bool complete;
    bool core_lost; /* a core point was lost: exit status 1 */
    char **notes;
    size_t n_notes;
    char *plan; /* what a world is made of, printable; NULL unless asked for */
    struct exercise_result *exercises;
    size_t n_exercises;
};

const char *verdict_name(enum verdict verdict);           /* "passed", … */
const char *status_name(enum status status);              /* "graded", "missing", "not-built", "broken" */
const char *build_status_name(enum build_status status);  /* "ok", "failed", "limit", "absent", "broken" */
const char *severity_name(enum severity severity);
void grade_result_free(struct grade_result *result);

#endif
