/*
 * options: the command line, understood. Reading it has no effect on anything but the struct, so that main can read
 * it twice: once for the language of the messages, once for the messages.
 */
#ifndef OUTSIDE_OPTIONS_H
#define OUTSIDE_OPTIONS_H

#include "ground/base.h"
#include "ground/buf.h"

enum command {
#define COMMAND(name, word, function, arguments, most, help) COMMAND_##name,
#define RESERVED(word)
#include "outside/commands.def"
#undef COMMAND
#undef RESERVED
    COMMAND_COUNT
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Strings point into argv, unless said otherwise. */
struct options {
    enum command command;
    const char *root, *build;  /* the project's folder and where it was built; NULL: not told */
    char **words;              /* the arguments of the command */
    size_t n_words;
    const char *submission;    /* the first of them, when it is one; NULL: none given */
    const char *assignment;    /* NULL: none given */
    const char *exercises;     /* NULL: only the project's own */
    const char *lang;          /* "fr", "en" or NULL */
    const char *json;          /* NULL: not wanted */
    char **only;               /* the array is owned */
    size_t n_only;
    int jobs;                  /* 0: as many as there are processors */
    uint64_t seed;
    int64_t min_score;         /* hundredths; -1: none */
    enum color color;
    int verbosity;             /* -1, 0, 1, 2 */
    bool memcheck, faults;
    bool help, version, vocabulary;
};

/*
 * On failure ERR tells the first thing that is wrong, and its text alone counts: a command line is nobody's fault
 * but the caller's. The rest is read all the same. The caller calls options_free() in any case. Permutes argv.
 */
int options_read(struct options *options, int argc, char **argv, struct err *err);
void options_free(struct options *options);
/* What --help shows, in the language of the moment. */
void options_help(int columns, struct buf *out);

#endif
