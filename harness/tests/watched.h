/*
 * watched: plays scripts with the program of fixtures/watched, which behaves as its first argument says, and gives what the
 * tracer saw. The program is compiled once for all suites; what it lies in is removed at the end.
 *
 * The same executable is also a model program, `reference/other`, for plays with two programs.
 */
#ifndef TESTS_WATCHED_H
#define TESTS_WATCHED_H

#include "data/cast.h"
#include "data/script.h"
#include "data/transcript.h"
#include "watching/plan.h"

struct watched {
    struct transcript t;
    struct script script;
    struct cast cast;
    struct err err;
    struct buf text; /* the last answer of watched_printed() or watched_received() */
};

/* The folder that holds the program and the skeleton of worlds; and each of them. Static storage. */
const char *watched_folder(void);
const char *watched_program(void);
const char *watched_skeleton(void);
/* The processor for worlds. */
int watched_cpu(void);

/* Plays the steps of PLAY, written as in a definition, separated by commas. False, and a failed assertion, when the harness
   failed; what happened in any case is freed by watched_end(). */
bool watched_play(struct watched *w, const char *play);
/* The program alone, as actor `p`, until it has ended or is stuck. ARGUMENTS: its first argument, or several as YAML writes
   them: "a, 5". */
bool watched_run(struct watched *w, const char *arguments);
/* The same, played without a script, within other bounds than those of scenarios. */
bool watched_bounded(struct watched *w, const char *argument, const struct bounds *bounds);
void watched_end(struct watched *w);
/* Plays it in our own memory, as a worker does, and not in one's: what it forgets to free is ours for the leak sanitizer. */
void watched_play_here(const char *play);

/* All that ACTOR printed on one stream. Valid until the next question. */
const char *watched_printed(struct watched *w, const char *actor, enum stream stream);
/* The Nth call (from 0) of that role by ACTOR, library calls left out; NULL when there are not so many. */
const struct call *watched_call(const struct watched *w, const char *actor, enum role role, size_t n);
size_t watched_calls(const struct watched *w, const char *actor, enum role role);
/* How the process that the step started has ended: "exited 0", "killed 11", "killed 15 by us", "alive". Static storage. */
const char *watched_ending(const struct watched *w, const char *actor);
/* How many process events of that sort ACTOR has; flags; sockets still open. */
size_t watched_changes(const struct watched *w, const char *actor, enum process_change change);
bool watched_flag(const struct watched *w, const char *flag);
size_t watched_held(const struct watched *w, const char *actor, bool at_exit);
/* The Nth deed of that sort; NULL. */
const struct deed *watched_deed(const struct watched *w, const char *peer, enum deed_kind kind, size_t n);
/* All that PEER received, in one. Valid until the next question. */
const char *watched_received(struct watched *w, const char *peer);

/* Runs the program with this argument (or arguments), and compares what it printed on standard output and how it ended. */
void watched_says(const char *arguments, const char *printed, const char *ending);

#endif
