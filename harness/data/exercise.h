/*
 * exercise: a definition, read from exercises/ID/exercise.yaml and validated wholly. Templates are expanded, `repeat` is
 * unrolled and the scenarios of the exercise that it is `like` are taken over at load, so that whoever plays or judges sees
 * plain lists.
 */
#ifndef DATA_EXERCISE_H
#define DATA_EXERCISE_H

#include "data/bilingual.h"
#include "data/library.h"
#include "data/script.h"
#include "ground/base.h"

enum level { LEVEL_CORE, LEVEL_ROBUSTNESS };

struct parameter {
    char *name, *value; /* the value as written; a sequence becomes its words joined by one space */
};

/* One entry of a scenario's `check:` list: {NAME: VALUE, parameters…}. The table of checks says which are allowed. */
struct check_spec {
    char *name;  /* row of judgement/checks.def, known to exist */
    char *value;
    char *id;    /* unique in the scenario: `id:` or else the name, with -2, -3… behind it */
    char *of;    /* the actor it is about (`of:` or `by:`), never NULL: not given, it is the student's one program */
    struct parameter *parameters; /* the rest; `when` and `unless` name a role */
    size_t n_parameters;
    int line;
};

struct scenario {
    char *id;
    enum level level;
    int points;
    struct bilingual title;
    struct script script;
    struct check_spec *checks;
    size_t n_checks;
};

struct exercise {
    char *id;
    char *program;
    char **also; /* other accepted names, NULL-terminated */
    struct bilingual title;
    char *lecture; /* where the course treats it; NULL: nowhere (an instructor's own exercise) */
    char *path; /* of the definition, for messages */
    struct scenario *scenarios;
    size_t n_scenarios;
};

#define CHECK_PEER "a peer"

/* A row of the table of checks as the loader needs it: judgement owns the table, data may not look upward. */
struct check_rule {
    const char *name;
    const char *values;     /* what the value may be, for the message: "a number", "0 | nonzero | any"…; exactly CHECK_PEER:
                               the name of one of the scenario's scripted peers, which the loader verifies */
    const char *parameters; /* names of allowed parameters besides id, of, by, when, unless; separated by spaces */
    bool (*valid)(const char *value); /* NULL: any value */
};

/* What a definition is read with. */
struct exercise_setting {
    const struct library *library; /* where the exercise that it is `like` is found */
    uint64_t seed;                 /* varies the letters of `{size: N}` messages */
    const struct check_rule *rules;
    size_t n_rules;
};

/*
 * Reads DIR/exercise.yaml, and what it is like; its id is the folder's name. Errors are "file:line:column: what is wrong,
 * what is expected" (blame: exercise); EXERCISE is then empty.
 */
int exercise_load(struct exercise *exercise, const char *dir, const struct exercise_setting *setting, struct err *err);
/* Its id, program and titles alone: no scenarios. */
int exercise_load_heading(struct exercise *exercise, const char *dir, struct err *err);
void exercise_free(struct exercise *exercise);
const char *check_parameter(const struct check_spec *check, const char *name); /* NULL: not given */
const char *level_name(enum level level);                                      /* "core", "robustness" */

#endif
