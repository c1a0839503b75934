/*
 * candidate: a place in a submission where a program may come from, found by name. submission_find() chooses among them.
 */
#ifndef DATA_CANDIDATE_H
#define DATA_CANDIDATE_H

#include "data/submission.h"

struct candidate {
    size_t rank;  /* of the name that it goes by: 0 for the program's own, then the order of `also` */
    size_t depth; /* slashes in path */
    char *path;   /* of the .c or of the folder, without a final slash */
    bool is_folder;
    bool is_part; /* of a folder that is a candidate itself */
    char *name;   /* as it is written on disk, without .c */
};

struct candidates {
    struct candidate *items;
    size_t n;
};

/* Adds every candidate that goes by NAME; ANY_CASE: whatever the case of its letters. */
void candidates_collect(struct candidates *candidates, const struct submission *submission, const char *name,
                        size_t rank, bool any_case);
/* Drops what is part of a folder that is itself a candidate, then puts the best first: rank, depth, path. */
void candidates_sort(struct candidates *candidates);
/* Whether both hold the same bytes: it does not matter which is taken. */
bool candidate_same(const struct submission *submission, const struct candidate *a, const struct candidate *b);
/* How it is built: fills in recipe, folder, file and name. */
void candidate_recipe(const struct submission *submission, const struct candidate *candidate,
                      struct program_source *found);
/* Whether PATH lies in the folder FOLDER ("": in the submission). */
bool path_is_below(const char *path, const char *folder);
void candidates_free(struct candidates *candidates);

#endif
