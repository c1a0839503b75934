/*
 * peer: an actor that the harness plays itself, step by step: it listens, connects, sends, receives, closes or resets, inside
 * the world, without ever blocking. It always takes in at once what is sent to it, and writes all it does and sees into the
 * transcript.
 */
#ifndef CONVERSATION_PEER_H
#define CONVERSATION_PEER_H

#include "data/script.h"
#include "watching/tracer.h"

struct peer;

/* ACTOR: index in the transcript. */
struct peer *peer_new(struct transcript *transcript, struct tracer *tracer, int actor);
void peer_free(struct peer *peer);
/* Begins a step of one of the PEER_ kinds. What cannot be done (nobody listens, the connection is gone) is written into the
   transcript and is no error; -1 (blame: harness) when the harness itself fails. */
int peer_begin(struct peer *peer, const struct step *step, struct err *err);
/* What PEER sends from now on goes to whom OTHER heard last. */
void peer_reach(struct peer *peer, const struct peer *other);
/*
 * A big message goes out in growing parts, each when the world has come to rest after the one before: a program that reads
 * byte by byte then needs not be given megabytes. Whether the next part is held back; and in a quiet world, lets it go.
 */
bool peer_holds_back(const struct peer *peer);
void peer_goes_on(struct peer *peer);
/* Whether the step begun last is done. Cheap; asked again and again. */
bool peer_done(const struct peer *peer);

#endif
