/*
 * script: the steps of a scenario, as data. Nothing here does anything: conversation/scenario plays them.
 */
#ifndef DATA_SCRIPT_H
#define DATA_SCRIPT_H

#include "data/address.h"
#include "data/call.h"
#include "ground/base.h"

enum step_kind {
    STEP_NONE,
#define STEP(name, word, argument, help) STEP_##name,
#include "data/steps.def"
#undef STEP
};

enum condition {
    CONDITION_NONE,
#define CONDITION(name, word, help) CONDITION_##name,
#include "data/conditions.def"
#undef CONDITION
};

/* What a peer answers to the last ICMPv6 echo request that it received. */
enum answer {
    ANSWER_NONE,
#define ANSWER(name, word, help) ANSWER_##name,
#include "data/answers.def"
#undef ANSWER
};
/* What a message is made of. */
enum message_form { MESSAGE_TEXT /* written in the definition */, MESSAGE_LETTERS, MESSAGE_LINE, MESSAGE_BINARY };

struct step {
    enum step_kind kind;
    int line;    /* in the definition */
    char *actor; /* whom it concerns; NULL for settle */
    char *program;    /* start: NULL for the student's, else a name under reference/ (without that folder) */
    char **arguments; /* start: argv[1]…, NULL-terminated; may be NULL */
    int descriptors;  /* start: how many descriptors are already open beyond 0, 1, 2 */
    bool raw;         /* start: the program may create raw sockets */
    enum condition condition; /* until */
    int port;                 /* until: 0 = any */
    bool hold;                /* until: stop the program exactly there, until a release */
    bool optional;            /* until: go on all the same when nothing more happens */
    int signal;               /* signal */
    struct address address;   /* listen, connect, bind, look */
    struct address source;    /* connect: the peer's own address; len 0: a port of the peer's own */
    char *other;              /* reach: the peer whose correspondent is meant */
    int type;                 /* SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET or SOCK_RAW */
    char *bytes;              /* send, input; NULL for a big one, which is made when it is needed */
    enum message_form form;   /* send, input */
    uint64_t seed;            /* send, input: of what is not text */
    size_t size;              /* of bytes; receive: how many are awaited in all on this connection */
    bool end_of_file;         /* receive: wait for the end instead of a count */
    enum answer answer;       /* answer */
    enum role call;           /* fault: which call */
    int error;                /* fault: errno that it gives */
    size_t length;            /* fault: error is 0 and the call takes this many bytes only, as the kernel may any time */
    int occurrence;           /* fault: which one, from 1; 0 = each. until: which one, from 1; 0 = the first */
};

struct script {
    struct step *steps;
    size_t n;
};

void script_free(struct script *script);
/* How long it takes to play, roughly, in steps: many bytes take as long as many steps. */
size_t script_weight(const struct script *script);
/* Whether the two play the same, step by step. */
bool script_equal(const struct script *a, const struct script *b);
const char *step_word(enum step_kind kind);
const char *condition_word(enum condition condition);
/* Fills OUT with the message of a step that holds none; step->size bytes. */
void script_fill(const struct step *step, char *out);
/*
 * Fills OUT with N letters a-z A-Z, the same ones for the same SEED: a message whose length a program can't guess, and
 * which holds no digit that could pass for a byte count. OUT gets no NUL.
 */
void script_letters(char *out, size_t n, uint64_t seed);
/* The same with bytes of every value; those that text functions stumble over stand at the beginning. */
void script_binary(char *out, size_t n, uint64_t seed);

#endif
