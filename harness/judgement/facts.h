/*
 * facts: questions about a transcript that several checks ask. Pure; what a library did for itself is never an answer.
 *
 * A call is asked for by its role, so that it does not matter which function the program used. Positions are indices of
 * events; NOWHERE says that there is none.
 */
#ifndef JUDGEMENT_FACTS_H
#define JUDGEMENT_FACTS_H

#include "data/transcript.h"
#include "ground/buf.h"

#define NOWHERE SIZE_MAX

/* Whether E is a call of this role that ACTOR made for itself. Sending and receiving count on sockets only. */
bool facts_is_call(const struct transcript *t, const struct event *e, int actor, enum role role);
/* The first such call at or after position FROM, and the last one of all. */
size_t facts_next_call(const struct transcript *t, int actor, enum role role, size_t from);
size_t facts_last_call(const struct transcript *t, int actor, enum role role);

bool call_succeeded(const struct call *call);
/* Failed for good: not EINTR, EAGAIN or the like (unless a fault made it so), and not pending. */
bool call_failed(const struct call *call);
/* The flags (MSG_…) of a call that sends or receives; 0 when it takes none, as read() and write(). */
int call_flags(const struct call *call);
/* Whether it is one that takes flags. */
bool call_has_flags(const struct call *call);
/* Bytes that a call saw and left where they were (MSG_PEEK). */
uint64_t call_peeked(const struct call *call);
/* A send that the next one carries on (MSG_MORE): together they make one datagram. */
bool call_has_more(const struct call *call);
/* A receive that leaves what it shows where it is. */
bool call_peeks(const struct call *call);
/* Bytes that the call really sent, or received and took away: 0 for a peek. */
uint64_t call_moved(const struct call *call);

/*
 * The first call of this role that failed. A connect that was started without blocking has failed when nothing ever went
 * over its socket.
 */
size_t facts_first_failure(const struct transcript *t, int actor, enum role role);
/*
 * The last call on sockets that failed for good, and that the program did not then make successfully: what most likely decided
 * how it ended. Not a send that its own shutdown() made impossible.
 */
size_t facts_decisive_failure(const struct transcript *t, int actor);
/* The same, of one process only: what its children met with did not end it. */
size_t facts_decisive_failure_in(const struct transcript *t, int actor, int process);
/* The shutdown() with which the program had itself closed the direction of a send at POSITION that failed with EPIPE. */
size_t facts_own_shutdown(const struct transcript *t, size_t position);
/* The first successful call of this role. */
size_t facts_first_success(const struct transcript *t, int actor, enum role role);
/* The call that made this socket. */
size_t facts_creation(const struct transcript *t, int socket);
/* The last call of any role before POSITION: of this process, or of any process when 0. */
size_t facts_last_before(const struct transcript *t, int actor, int process, size_t position);
/* Whether this is done to a socket that is there already, by its descriptor (closing apart). */
bool role_needs_socket(enum role role);
/* The next call that its program made with the result of the failed call at POSITION, as if that had succeeded. */
size_t facts_went_on(const struct transcript *t, size_t position);

/* What went over one socket in one direction; where messages keep their bounds, one datagram or one record. */
struct flow {
    int socket;
    size_t first, last; /* the calls that moved bytes */
    uint64_t bytes;
};

/* In the order of their first bytes. ROLE is ROLE_SEND or ROLE_RECEIVE. The caller frees *FLOWS. */
size_t facts_flows(const struct transcript *t, int actor, enum role role, struct flow **flows);
/*
 * The flows received, and for each socket from which nothing was ever taken what the program last saw there (MSG_PEEK): it has
 * it, though it left it where it is.
 */
size_t facts_receptions(const struct transcript *t, int actor, struct flow **flows);
/* Appends the bytes of a flow, as far as they were kept. */
void facts_flow_bytes(const struct transcript *t, int actor, enum role role, const struct flow *flow, struct buf *out);

enum ending_kind { ENDING_NONE, ENDING_EXITED, ENDING_KILLED };

/* How an actor's main process ended. */
struct ending {
    enum ending_kind kind;
    int status;   /* exit status or signal */
    bool ours;    /* killed by the harness */
    size_t event; /* NOWHERE when it lives */
};

struct ending facts_ending(const struct transcript *t, int actor);
/* How this process ended: the event, or NOWHERE. */
size_t facts_process_end(const struct transcript *t, int actor, int process);
/* SIGSEGV and its kind: the program's own fault, whatever the scenario does. */
bool signal_is_crash(int signal);

/* One connection of a scripted peer, or all that it did without any. */
struct connection {
    struct buf sent, received; /* as far as they were kept */
    struct digest all_sent, all_received;
    struct buf urgent; /* received apart from the flow */
    bool whole; /* no byte was left out of the transcript */
    enum { CONNECTION_OPEN, CONNECTION_FINISHED, CONNECTION_RESET } end; /* as the peer saw the other side's end */
    bool closed; /* by the peer itself */
};

/* In order. The caller gives the list back with facts_connections_free(). */
size_t facts_connections(const struct transcript *t, int peer, struct connection **list);
void facts_connections_free(struct connection *list, size_t n);
/* What came to a peer: each datagram by itself when DATAGRAMS, else all that came over each connection. */
size_t facts_arrivals(const struct transcript *t, int peer, bool datagrams, struct connection **list);
/* What a peer sent, message by message: one per connection, or one per datagram. Each is a buffer to be freed. */
size_t facts_messages(const struct transcript *t, int peer, bool datagrams, struct buf **list);
void facts_messages_free(struct buf *list, size_t n);

/* Whether ACTOR got a socket of its own: by accept(), or in any way. */
bool facts_has_socket(const struct transcript *t, int actor, bool accepted);
/* How many connections ACTOR has accepted. */
size_t facts_accepted(const struct transcript *t, int actor);
/*
 * A receive that may have disturbed another thread's: from the same socket (SOCKET), or into the same memory. NULL: none.
 */
const struct event *facts_shared_by_threads(const struct transcript *t, int actor, bool socket);
/* The call in which ACTOR is blocked at the end: one on a socket before any other. */
size_t facts_blocked(const struct transcript *t, int actor);

#endif
