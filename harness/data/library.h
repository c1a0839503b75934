/*
 * library: the folders that definitions are looked for in: an instructor's own (--exercises) first, then the project's.
 * Both hold ID/exercise.yaml and assignments/NAME.yaml.
 */
#ifndef DATA_LIBRARY_H
#define DATA_LIBRARY_H

#include "ground/base.h"

struct library {
    const char *extra; /* NULL: none */
    const char *root;  /* the project; its definitions are in ROOT/exercises */
};

/*
 * The path of NAME ("tcp-client", "assignments/tp1.yaml") in the first of the folders that has it; when none has, where
 * the project's would be. The caller frees.
 */
char *library_path(const struct library *library, const char *name);
/* The folder of the exercise ID: as library_path, but a folder without a definition in it is none. The caller frees. */
char *library_exercise(const struct library *library, const char *id);

/* Names, sorted, each once; owned. */
struct names {
    char **items;
    size_t n;
};

/* Add what there is in both folders: the ids of exercises, the names of assignments. Blame: exercise or environment. */
int library_exercises(const struct library *library, struct names *ids, struct err *err);
int library_assignments(const struct library *library, struct names *names, struct err *err);
/* Adds the folders in FOLDER, but for hidden ones; a folder that is not there holds none. */
int names_of_folders(struct names *names, const char *folder, struct err *err);
void names_free(struct names *names);

#endif
