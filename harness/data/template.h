/*
 * template: from a scenario as it is written to the scenarios that it stands for. `for: {size: [3, 17]}` makes one scenario
 * for each combination of values, `repeat: {times: 5, play: [...]}` in a play becomes its steps five times over.
 *
 * In every scalar below the scenario, keys too, $name and ${name} are replaced by the parameter's value, inside a repeat $i
 * by 1, 2, 3…, and $$ by a dollar. Besides those of `for` there are the values that the exercise's `parameters` give; they
 * may stand among the values of `for` too, and those without a dollar in the others of `parameters`. A scalar that got such a
 * value from another file is said to stand where the value does: it is the value that whoever wrote that file can mend.
 */
#ifndef DATA_TEMPLATE_H
#define DATA_TEMPLATE_H

#include "data/yaml.h"
#include "ground/base.h"

struct template {
    struct yaml **scenarios; /* without `for` and `repeat`; owned */
    size_t n;
};

struct template_value {
    const struct yaml *key, *value; /* of a mapping `parameters`, whose document must outlive this */
    bool used;                      /* by some scenario */
};

struct template_values {
    struct template_value *items;
    size_t n;
};

/* Adds the entries of a mapping `parameters`, but for names that have a value already. */
int template_values_add(struct template_values *values, const struct yaml *parameters, struct err *err);
void template_values_free(struct template_values *values);

/*
 * VALUES: of the exercise's parameters, NULL for none. ROOM: how many bytes the definition may still grow to in memory; what
 * is made is taken off.
 */
int template_expand(struct template *template, const struct yaml *scenario, struct template_values *values, size_t *room,
                    struct err *err);
void template_free(struct template *template);

#endif
