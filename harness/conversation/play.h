/*
 * play: the steps of a scenario, one after the other, in its world. scenario.c makes the world and takes the result out.
 */
#ifndef CONVERSATION_PLAY_H
#define CONVERSATION_PLAY_H

#include "conversation/peer.h"
#include "conversation/scenario.h"
#include "watching/capture.h"
#include "watching/tracer.h"

/* Everything about the scenario being played; lives in the world's first process. */
struct play {
    const struct scenario_request *request;
    const struct plan *plan;
    int out;
    struct script script; /* the request's, with its big messages made */
    struct transcript transcript;
    struct tracer *tracer;
    struct capture *capture;
    struct peer **peers; /* by actor; NULL for programs */
    struct fault *faults;
    size_t n_faults;
    bool *reached; /* by step: an `until` with hold whose moment has come, or is not waited for any more */
    int *met;      /* by step: how many times what that `until` with hold waits for has happened */
    int step;
    bool rested; /* the world is quiet, and nobody has done anything since */
    bool drowsy; /* some program sleeps again and again, and will for ever */
    size_t seen; /* events looked at by the `until` in progress */
    int found;   /* how many of them were what it waits for */
};

/* What became of a step, or of all of them. */
enum progress { PROGRESS_ON, PROGRESS_STUCK, PROGRESS_LIMIT, PROGRESS_BROKEN };

/* From the first step to the last that is reached. PROGRESS_BROKEN: ERR says why. */
enum progress play_all(struct play *play, struct err *err);
/* Installs what stops programs at the moments that `until … hold` waits for. */
void play_set_trap(struct play *play);
/* The file's name in the world: a student's program keeps its own, a reference program cannot be taken for it. To be freed. */
char *play_program_name(const struct scenario_request *request, const struct step *step);

#endif
