/*
 * template: from a scenario as it is written to the scenarios that it stands for. `for: {size: [3, 17]}` makes one scenario
 * for each combination of values, `repeat: {times: 5, play: [...]}` in a play becomes its steps five times over.
 *
 * In every scalar below the scenario, keys too, $name and ${name} are replaced by the parameter's value, inside a repeat $i
 * by 1, 2, 3…, and $$ by a dollar.
 */
#ifndef DATA_TEMPLATE_H
#define DATA_TEMPLATE_H

#include "data/yaml.h"
#include "ground/base.h"

struct template {
    struct yaml **scenarios; /* without `for` and `repeat`; owned */
    size_t n;
};

/* ROOM: how many bytes the definition may still grow to in memory; what is made is taken off. */
int template_expand(struct template *template, const struct yaml *scenario, size_t *room, struct err *err);
void template_free(struct template *template);

#endif
