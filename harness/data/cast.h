/*
 * cast: who takes part in a scenario, as far as its steps have been read. A program comes in by `start`, a peer by its first
 * action; a name stands for one of them throughout.
 */
#ifndef DATA_CAST_H
#define DATA_CAST_H

#include "data/transcript.h"
#include "data/yaml.h"
#include "ground/base.h"

struct cast_member {
    char *name;
    enum actor_kind kind;
    bool held; /* a program that an `until` with hold has stopped, and no release has freed since */
};

struct cast {
    struct cast_member *members;
    size_t n;
};

void cast_add(struct cast *cast, const char *name, enum actor_kind kind);
/* NULL: nobody. Valid until the next cast_add. */
struct cast_member *cast_find(const struct cast *cast, const char *name);
/* The member that NODE names, or an error that lists who is there. */
int cast_need(const struct cast *cast, const struct yaml *node, struct cast_member **member, struct err *err);
/* How many of the student's programs there are; *NAME becomes the first one's (the cast owns it). */
size_t cast_programs(const struct cast *cast, const char **name);
void cast_free(struct cast *cast);

#endif
