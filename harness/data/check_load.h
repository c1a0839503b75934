/* check_load: reads one entry of a scenario's `check:` list against the table of checks. */
#ifndef DATA_CHECK_LOAD_H
#define DATA_CHECK_LOAD_H

#include "data/cast.h"
#include "data/exercise.h"
#include "data/yaml.h"
#include "ground/base.h"

struct check_table {
    const struct check_rule *rules;
    size_t n;
    char *names; /* all of them, separated by spaces */
};

void check_table_init(struct check_table *table, const struct check_rule *rules, size_t n);
void check_table_free(struct check_table *table);

/* All of a scenario's entries into scenario->checks; on failure it holds what was read so far. */
int checks_load(struct scenario *scenario, const struct yaml *list, const struct check_table *table,
                const struct cast *cast, struct err *err);
void check_spec_free(struct check_spec *check);

#endif
