/*
 * submission: one student's sources, read once into memory through descriptors that never leave its folder. From here on
 * nobody touches the student's files again.
 *
 * What is read: regular files, and links to files inside the folder. Left out without a word: hidden folders (.git…),
 * node_modules, __MACOSX, objects, libraries and executables. Left out with a note: links that lead out or to folders,
 * unreadable or special files, and what exceeds the limits. Folders are read level by level, so that a big tree beside the
 * sources cannot crowd them out.
 */
#ifndef DATA_SUBMISSION_H
#define DATA_SUBMISSION_H

#include "ground/base.h"

enum {
    SUBMISSION_DEPTH = 16,
    SUBMISSION_ENTRIES = 5000,
    SUBMISSION_FILE_SIZE = 1 << 20,
    SUBMISSION_SIZE = 32 << 20
};

struct source_file {
    char *path; /* relative to the submission's folder, bytes as on disk */
    char *data;
    size_t size;
    bool executable;
};

/* A file or folder that could not be taken, for submission_find() to explain a program that is missing. */
struct left_out {
    char *path;
    char *why; /* a sentence, translated; names the file */
};

struct submission {
    char *name; /* the folder's name */
    struct source_file *files; /* sorted by path */
    size_t n_files;
    char **notes; /* what was left out and why, translated, names escaped: a link that leads out, an unreadable file, … */
    size_t n_notes;
    struct left_out *left_out;
    size_t n_left_out;
};

/* How a program is built. */
enum recipe { RECIPE_NONE, RECIPE_SINGLE /* one .c */, RECIPE_FOLDER /* all .c of a folder */, RECIPE_MAKE };

struct program_source {
    enum recipe recipe;
    char *folder; /* "" or "a/b": relative to the submission; where the compiler runs */
    char *file;   /* RECIPE_SINGLE: the .c, relative to folder */
    char *name;   /* the name under which it was found (make target, executable) */
    char *message; /* why nothing was found, or which of several was taken; translated; NULL: nothing to say */
    bool nowhere;  /* no file comes near: MESSAGE only tells which names were looked for */
};

/* Blame of errors: environment (PATH is no folder that can be read). */
int submission_load(struct submission *submission, const char *path, struct err *err);
void submission_free(struct submission *submission);
/*
 * Looks for PROGRAM, else for one of ALSO: NAME/ with a Makefile or .c files, NAME.c, in the folder or below it, the
 * shallowest first. RECIPE_NONE with a message when there is none, or when two candidates are equally good and differ.
 * ALSO is NULL-terminated, or NULL.
 */
void submission_find(const struct submission *submission, const char *program, char *const *also,
                     struct program_source *found);
void program_source_free(struct program_source *source);

#endif
