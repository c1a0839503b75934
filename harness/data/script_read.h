/* script_read: what the files that read steps share; for script_load.c, script_program.c and script_peer.c only. */
#ifndef DATA_SCRIPT_READ_H
#define DATA_SCRIPT_READ_H

#include "data/script_load.h"

struct script_reader {
    const struct script_origin *origin;
    struct cast *cast;
    size_t index;               /* of the step that is being read */
    const struct yaml **faults; /* the actors of fault steps: somebody must start them */
    size_t n_faults;
};

/* STEP_NONE when WORD is no step of programs, or with PEER, no action of peers. */
enum step_kind step_from_word(const char *word, bool peer);
/* All words of one sort, separated by spaces; the caller frees. */
char *step_words(bool peer);
/* How the table of steps writes the argument: "NAME | NAME: {…}". */
const char *step_argument(enum step_kind kind);

/* A mapping with one key, and what it maps to. */
int read_single(const struct yaml *node, const struct yaml_entry **entry, struct err *err);
/* The name of a new actor. */
int read_actor(const struct yaml *node, char **name, struct err *err);
/* TEXT, {size: N} or {line: N} into step->bytes. */
int read_message(struct script_reader *reader, const struct yaml *node, struct step *step, struct err *err);
/* What stands behind the word of a step about a program; step->kind is set. */
int read_program_step(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err);
/* ACTION of the peer that NAME says: a word, or a mapping of a word to its argument. */
int read_peer_action(struct script_reader *reader, const struct yaml *name, const struct yaml *action, struct step *step,
                     struct err *err);

#endif
