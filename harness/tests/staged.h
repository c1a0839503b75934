/*
 * staged: transcripts made by hand, one event after the other, and a scenario around them, to be judged. The student's
 * program `client` (actor 0) and the peer `server` (actor 1) are always there; more actors can be added.
 */
#ifndef TESTS_STAGED_H
#define TESTS_STAGED_H

#include "data/transcript.h"
#include "data/verdict.h"

enum { STAGED_PROGRAM = 0, STAGED_PEER = 1, STAGED_CHECKS = 8, STAGED_STEPS = 8 };

struct staged {
    struct transcript t;
    struct exercise exercise;
    struct scenario scenario;
    struct step steps[STAGED_STEPS];
    struct check_spec checks[STAGED_CHECKS];
    struct parameter parameters[STAGED_CHECKS];
    struct scenario_result result;
    int actor;    /* who acts in the functions below */
    int process;
    int64_t time; /* of the next event */
};

void staged_begin(struct staged *s);
void staged_end(struct staged *s);

int staged_actor(struct staged *s, const char *name, enum actor_kind kind);
/* A step of the script: its index. */
int staged_step(struct staged *s, enum step_kind kind, const char *actor);

/* A call of the current actor; the address stays valid until the next event. */
struct call *staged_call(struct staged *s, enum call_id id, int socket, int64_t result, int error);
/* socket(), or accept() on SOCKET: the index of the new socket, whose descriptor is that + 3. */
int staged_socket(struct staged *s, int family, int type);
int staged_accept(struct staged *s, int socket);
/* A send or a receive of this text. */
struct call *staged_data(struct staged *s, enum call_id id, int socket, const char *text);
/* A call with an address: "0.0.0.0:5000". */
struct call *staged_address(struct staged *s, enum call_id id, int socket, const char *address, int64_t result, int error);
struct call *staged_pending(struct staged *s, enum call_id id, int socket);
void staged_print(struct staged *s, enum stream stream, const char *text);
void staged_print_bytes(struct staged *s, enum stream stream, const void *data, size_t n);
void staged_exit(struct staged *s, int status);
void staged_kill(struct staged *s, int signal, bool ours);
void staged_held(struct staged *s, int socket, bool at_exit);
void staged_deed(struct staged *s, int peer, enum deed_kind kind, const char *text);
/* The script writes this on the program's standard input. */
void staged_input(struct staged *s, const char *text);
void staged_stuck(struct staged *s, int step, bool busy_wait);

/* Adds a check about OF; PARAMETER is "name=value" or NULL. The strings must outlive the stage. */
void staged_check(struct staged *s, const char *name, const char *value, const char *of, const char *parameter);
/* Judges all checks added so far into s->result. */
void staged_judge(struct staged *s);
/* Judges one check alone, and gives its result. */
const struct check_result *staged_verdict(struct staged *s, const char *name, const char *value, const char *of,
                                          const char *parameter);
/* The code of the diagnosis of that check alone; "passed", "skipped" or "broken" when it did not fail. */
const char *staged_code(struct staged *s, const char *name, const char *value, const char *of, const char *parameter);

#endif
