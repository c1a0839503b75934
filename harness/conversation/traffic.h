/*
 * traffic: what goes through a peer's sockets, both ways, and how it is written down. All of it is taken at once, and put as
 * far as there is room. peer.c decides when.
 */
#ifndef CONVERSATION_TRAFFIC_H
#define CONVERSATION_TRAFFIC_H

#include "conversation/datagram.h"
#include "data/script.h"
#include "data/transcript.h"
#include "watching/tracer.h"

/* How many bytes are taken, or of a message kept, at once. */
enum { TRAFFIC_AT_ONCE = 65536 };

struct peer {
    struct transcript *transcript;
    struct tracer *tracer;
    int actor;
    int listener;   /* or a bound socket, or a datagram socket; -1 */
    int connection; /* -1 */
    int type;
    const struct step *step;
    size_t sent;     /* of the current step */
    size_t granted;  /* how much of it may go out now */
    bool has_sent;   /* its datagram, if it is one */
    size_t received; /* on this connection */
    size_t kept_sent, kept_received; /* of this connection's bytes, in the transcript */
    bool stopped;    /* takes nothing in until it is told to read on */
    bool connecting;
    bool at_end; /* nothing more will be received: end of file, reset or failure */
    bool broken; /* nor can anything be sent: reset, failure, closed by us */
    bool sends_from_any; /* bound to every address: then it has to choose the one that it sends from */
    struct envelope letter; /* of the last datagram */
    struct address target;  /* of the last connect */
};

/* A deed of the peer's goes into the transcript. */
struct event *traffic_note(struct peer *peer, enum deed_kind kind, int error);
/* Adds where the other end sees the peer come from. */
void traffic_note_own(struct peer *peer, struct event *event);
void traffic_note_connected(struct peer *peer);

/* A new connection: nothing has gone through it. Then its descriptor is watched; blame of errors: harness. */
void traffic_begin(struct peer *peer);
int traffic_watch(struct peer *peer, struct err *err);
/* Takes the next connection that waits at the listener, if one does. */
void traffic_accept(struct peer *peer);
/* For tracer_watch(): a connection waits. */
void traffic_listener_ready(void *context, uint32_t events);
/* Closes one of the peer's descriptors, and forgets it. */
void traffic_drop(struct peer *peer, int *fd);

/* Takes what has come, and puts what may go out of the current step's message. */
void traffic_take(struct peer *peer);
void traffic_put(struct peer *peer);
/* Whether that message is as complete as it will be. */
bool traffic_is_sent(const struct peer *peer);

#endif
