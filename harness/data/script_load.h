/* script_load: reads the `play:` list of a scenario, its template already expanded, into a script and the cast of actors. */
#ifndef DATA_SCRIPT_LOAD_H
#define DATA_SCRIPT_LOAD_H

#include "data/cast.h"
#include "data/script.h"
#include "data/yaml.h"
#include "ground/base.h"

/* What the letters of a `{size: N}` message depend on, besides the step's place in the play. */
struct script_origin {
    const char *exercise, *scenario; /* ids */
    uint64_t seed;
    size_t *room; /* see template_expand */
    const struct yaml *arguments; /* the program's, where a `start` of it names none; NULL: none */
};

/* On failure SCRIPT and CAST hold what was read so far; the caller frees them in any case. */
int script_load(struct script *script, struct cast *cast, const struct yaml *play, const struct script_origin *origin,
                struct err *err);

#endif
