/*
 * cause: why a program did not get where the scenario needed it. What a check sees is often only a consequence: nothing
 * arrived, because nobody could connect, because the port was not converted. All checks ask here, so that all scenarios that
 * fail for one cause say the same and point to the same line. Private to the check_*.c files and cause*.c.
 *
 * A cause is told in a clause whose subject is the program: "the program is bound to port 34835, not to port 5000".
 */
#ifndef JUDGEMENT_CAUSE_H
#define JUDGEMENT_CAUSE_H

#include "judgement/trial.h"

struct cause {
    enum diagnosis diagnosis;
    const struct event *evidence; /* a call; NULL: none shows it */
    char *clause;
    char *hint; /* NULL: the diagnosis's own */
};

/* Where the two sides are to meet, as the whole exercise says; -1: it does not say, or says several things. */
struct meeting {
    int family, type, port;
    const char *path; /* the local socket's, as the program was told it; NULL: none */
    bool serves;    /* clients come to the program */
    bool listens;   /* … over connections, so it has to listen */
    bool connects;  /* the program goes to a server */
    bool converses; /* in this scenario somebody takes its connection: it is to send and receive */
    bool conflict;  /* in this scenario it is to find its address taken */
    bool shuts;     /* it is to try what shutdown() makes impossible */
};

/* One program that is asked about. */
struct inquiry {
    const struct trial *trial;
    const struct transcript *t;
    int actor;
    struct meeting meeting;
    const char *who; /* the subject of clauses */
};

/*
 * Each fills CAUSE in and returns true, or false when this is not the cause. The first two: why the sides did not meet; the
 * third: what a client did not do once it was connected; the fourth: which datagram went or came wrongly; the last: where the
 * program had ended, or waits.
 */
bool cause_of_server(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_client(const struct inquiry *inquiry, struct cause *cause);
/* Nothing can be received, or sent, since the program itself has closed that direction. */
bool cause_of_receiving_shut(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_sending_shut(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_silence(const struct inquiry *inquiry, struct cause *cause);
/* A program that knows one family, or one address, where there are two. (cause_families.c) */
bool cause_of_families(const struct inquiry *inquiry, struct cause *cause);
/* Several listening sockets, one of which is forgotten, or in the other's way. (cause_listeners.c) */
bool cause_of_listeners(const struct inquiry *inquiry, struct cause *cause);
/* getaddrinfo() failed; the program went to another host than the one that it was told. (cause_names.c) */
bool cause_of_resolver(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_names(const struct inquiry *inquiry, struct cause *cause);
/* Whether the program has printed, on standard error, one of the errors of getaddrinfo(). */
bool cause_is_resolver_error(const struct transcript *t, int actor);
/* The host that this program was told, its first argument, and what stands behind it; NULL: it was told none. */
const char *cause_told_host(const struct trial *trial, int actor, const char **service);
/* What was wrong with an ICMPv6 echo. (cause_echo.c) */
bool cause_of_echo(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_delivery(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_stop(const struct inquiry *inquiry, struct cause *cause);
/* What a program that lives is doing; false when it cannot be seen. */
bool cause_of_wait(const struct inquiry *inquiry, struct cause *cause);

bool cause_is(struct cause *cause, enum diagnosis diagnosis, const struct event *evidence, char *clause);
/* The diagnosis of a failed call, and a hint that fits its error. CLAUSE becomes the cause's. */
bool cause_is_failure(struct cause *cause, const struct event *failed, char *clause);
/* "bind failed with EINVAL", with the program's name if it is not the one that is judged. */
char *cause_failure_clause(const struct inquiry *inquiry, const struct event *failed);
/* A failed call on a descriptor that the program had closed: the cause becomes that close. (cause_descriptor.c) */
void cause_refine(const struct transcript *t, struct cause *cause, bool shuts);
/* Such a call, in whatever process. */
bool cause_of_closed(const struct inquiry *inquiry, struct cause *cause);
/* A call for sockets that was given descriptor 0 or 1. */
bool cause_is_standard_stream(const struct call *failed);
/*
 * A program that asks poll() and the like what there is (cause_looks.c): it gave up without seeing it; it waits and does not
 * see it; it ended (at END) because the asking failed.
 */
bool cause_of_vain_look(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_blind_wait(const struct inquiry *inquiry, struct cause *cause);
bool cause_of_failed_look(const struct inquiry *inquiry, struct cause *cause, size_t end);
/* What to do about a port that is not the right one. */
char *cause_port_hint(int given, int right);
/* How long the address of a failed call should have been, when the program gave only its beginning; else 0. */
int cause_missing_length(const struct event *e);
/* What is wrong with the length, the family or the port of this call's address. */
bool cause_is_address(const struct inquiry *inquiry, struct cause *cause, const struct event *e);
/* What is wrong with the family or the type of this socket, if anything. */
bool cause_is_socket(const struct inquiry *inquiry, struct cause *cause, int socket);
/* Local sockets (cause_path.c). The path that this program was told, its last argument; NULL: it was told none. */
const char *cause_told_path(const struct trial *trial, int actor);
/* Whether two paths end in the same name: one may be relative, the other absolute. */
bool cause_same_name(const char *a, const char *b);
/* Whether a path in a call is what remains of the one that the program was told, when that does not fit. */
bool cause_path_is_cut(const char *given, const char *told);
/* What is wrong with the path in this call's address, if anything. */
bool cause_is_path(const struct inquiry *inquiry, struct cause *cause, const struct event *e);
/* A path taken by force: the unlink() before this bind that removed a path which another server held. */
bool cause_is_theft(const struct inquiry *inquiry, struct cause *cause, size_t bind, bool taken);
/* A path that the program itself has removed while somebody was to be met there. */
bool cause_is_own_removal(const struct inquiry *inquiry, struct cause *cause);
/* A path taken away: the unlink() by another program, after this bind, that left the program without its name. */
bool cause_is_loss(const struct inquiry *inquiry, struct cause *cause, size_t bind);
/* What this error means for an address that is a path, translated; NULL: what it means for any. */
const char *cause_local_hint(const struct call *failed);
/* Whether an accept() that a signal interrupted was made again, with success: then the signal ended nothing. */
bool cause_was_repeated(const struct transcript *t, int actor);
/* A limit for the wait in WAITING that the program tried to set, in vain: the setsockopt() that failed. (cause_descriptor.c) */
bool cause_of_no_limit(const struct inquiry *inquiry, struct cause *cause, const struct event *waiting);
/* Whether something was written on the program's standard input. (cause_stop.c) */
bool cause_had_input(const struct transcript *t, int actor);
/* A receive that found nothing yet (EAGAIN), after which the program closed the connection. (cause_descriptor.c) */
bool cause_of_impatience(const struct inquiry *inquiry, struct cause *cause);
/* A program that is to try shutdown(), and calls close() only. (cause_descriptor.c) */
bool cause_of_no_shutdown(const struct inquiry *inquiry, struct cause *cause);
void cause_free(struct cause *cause);

#define AUTO_CAUSE __attribute__((cleanup(cause_free))) struct cause

#endif
