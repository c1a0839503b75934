/* assignment: exercises/assignments/NAME.yaml: a list of exercises with weights, a scale, and the weights of the levels. */
#ifndef DATA_ASSIGNMENT_H
#define DATA_ASSIGNMENT_H

#include "data/exercise.h"
#include "ground/base.h"

struct assignment_item {
    char *exercise; /* id */
    int weight;     /* default 1 */
};

struct assignment {
    char *name;
    struct bilingual title;
    int scale;           /* default 20 */
    int core, robustness; /* shares of the scale; default 16 and 4 of 20; their sum is the scale */
    struct assignment_item *items;
    size_t n;
};

int assignment_load(struct assignment *assignment, const char *path, struct err *err);
void assignment_free(struct assignment *assignment);

#endif
