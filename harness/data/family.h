/*
 * family: the scenarios of an exercise as it plays them: written in its own definition, and taken over from the exercise
 * that it is `like`, which may be like a third one.
 *
 *     like: tcp-client                      its scenarios, all but those left out, with these values in them
 *     parameters: {server: "[::]:5000"}
 *     without: [refused-*]
 *     scenarios: […]                        more of them; one that has the id of one taken over stands in its place
 *
 * `parameters` gives values to $name in all scenarios, those taken over too: a value of this exercise's own goes before the
 * other's.
 */
#ifndef DATA_FAMILY_H
#define DATA_FAMILY_H

#include "data/library.h"
#include "data/yaml.h"
#include "ground/base.h"

enum { FAMILY_DEEPEST = 8 };

struct family {
    struct yaml_document documents[FAMILY_DEEPEST]; /* of the exercises that it is like, the nearest first */
    size_t n_documents;
    struct yaml **scenarios; /* templates written out; nodes know the file they come from; owned */
    size_t n;
};

/* OWN: the definition's root, read from PATH; it must outlive FAMILY. ROOM: see template_expand. */
int family_gather(struct family *family, const struct yaml *own, const char *path, const struct library *library,
                  size_t *room, struct err *err);
void family_free(struct family *family);

#endif
