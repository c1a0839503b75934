/* The life of sockets: creates-socket, closes-sockets, holds-port. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/echo.h"
#include "judgement/serving.h"
#include "judgement/trial.h"

static bool is_default_protocol(const struct socket_object *socket)
{
    if (socket->type == SOCK_RAW) /* a raw socket is one of a protocol that it names */
        return socket->family != AF_INET6 || socket->protocol == IPPROTO_ICMPV6;
    return socket->protocol == 0 || (socket->type == SOCK_STREAM && socket->protocol == IPPROTO_TCP) ||
           (socket->type == SOCK_DGRAM && socket->protocol == IPPROTO_UDP);
}

/* No socket was created, or only another one. */
static void wrong_socket(struct trial *trial, size_t made, size_t tried, int family, int type)
{
    const struct transcript *t = trial->t;
    if (made != NOWHERE) {
        const struct event *e = &t->events[made];
        const struct socket_object *socket = &t->sockets[e->call.new_socket];
        bool raw_icmp6 = echo_wrong_socket(t, trial->actor) == made;
        enum diagnosis diagnosis = raw_icmp6                ? DIAGNOSIS_RAW_FAMILY
                                   : socket->family != family ? DIAGNOSIS_SOCKET_FAMILY
                                                              : DIAGNOSIS_SOCKET_TYPE;
        bool protocol = socket->family == family && socket->type == type;
        trial_fails(trial, protocol && type == SOCK_RAW ? DIAGNOSIS_RAW_PROTOCOL : diagnosis, e);
        if (protocol)
            trial_shows(trial, _("a socket of protocol number %d"), socket->protocol);
        if (protocol && type != SOCK_RAW)
            trial_hints(trial, _("The third argument of socket() is the protocol: 0 lets the system choose the one that "
                                 "fits."));
        if (!protocol)
            trial_shows(trial, _("a socket %s, %s"), family_constant(socket->family), type_constant(socket->type));
    } else if (tried != NOWHERE) {
        const struct event *e = &t->events[tried];
        trial_fails(trial, DIAGNOSIS_NO_SOCKET, e);
        trial_shows(trial, _("socket(%s, %s, %d) failed with %s"), family_constant((int)e->call.arg[0]),
                    type_constant((int)e->call.arg[1]), (int)e->call.arg[2], error_name(e->call.error));
        if (!e->call.injected) {
            trial_fails_as(trial, e);
            trial_explains_meeting(trial);
        }
    } else {
        trial_fails(trial, DIAGNOSIS_NO_SOCKET, NULL);
        trial_shows(trial, _("socket() was never called"));
    }
    trial_expects(trial, _("a socket %s, %s"), family_constant(family), type_constant(type));
}

/* Whether a socket of another family does the same: one of IPv6, bound to every address, IPv4 ones too. */
static bool stands_for(const struct trial *trial, int index, int family)
{
    size_t bind = serving_bind(trial->t, trial->actor, index);
    return bind != NOWHERE && address_is_any(&trial->t->events[bind].call.address) &&
           serving_covers(trial->t, &trial->t->events[bind], family);
}

void judge_creates_socket(struct trial *trial)
{
    int family = -1, type = -1;
    value_socket(trial->spec->value, &family, &type);
    trial_requires(trial, _("The program creates a socket %s, %s"), family_constant(family), type_constant(type));
    const struct transcript *t = trial->t;
    size_t made = NOWHERE, tried = NOWHERE;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_SOCKET, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_SOCKET, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (!call_succeeded(call) || call->new_socket < 0) {
            tried = i;
            continue;
        }
        const struct socket_object *socket = &t->sockets[call->new_socket];
        if (socket->library)
            continue;
        bool right_family = socket->family == family || stands_for(trial, call->new_socket, family);
        if (right_family && socket->type == type && is_default_protocol(socket)) {
            trial_passes(trial);
            return;
        }
        made = i;
    }
    wrong_socket(trial, made, tried, family, type);
}

/* The last thing that happened to this socket: position of a successful close of it, or of it being held. */
static size_t last_fate(const struct transcript *t, int socket)
{
    for (size_t i = t->n_events; i-- > 0;) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_HELD && e->held.socket == socket)
            return i;
        if (e->kind == EVENT_CALL && e->call.socket == socket && call_role(e->call.id) == ROLE_CLOSE &&
            call_succeeded(&e->call))
            return i;
    }
    return NOWHERE;
}

static bool is_busy_with(const struct transcript *t, int actor, int socket)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_CALL && t->events[i].actor == actor && t->events[i].call.pending &&
            t->events[i].call.socket == socket)
            return true;
    return false;
}

/* Whether this process made the socket, or sent or received on it. */
static bool has_used(const struct transcript *t, int process, int socket)
{
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->process != process)
            continue;
        enum role role = call_role(e->call.id);
        if (e->call.new_socket == socket ||
            (e->call.socket == socket && (role == ROLE_SEND || role == ROLE_RECEIVE || role == ROLE_SPLICE)))
            return true;
    }
    return false;
}

static bool is_ever_closed(const struct transcript *t, int socket)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_CALL && t->events[i].call.socket == socket &&
            call_role(t->events[i].call.id) == ROLE_CLOSE && call_succeeded(&t->events[i].call))
            return true;
    return false;
}

/*
 * Whether this EVENT_HELD is a fault. Not when the process was killed: it had no chance to close anything, and another check
 * says so. A socket made by socket() that a child still had at its end is no fault if the parent closes it. Nor is a dialogue
 * socket that a process inherited, never used and took with it, such as the one in the middle of a double fork: which of the
 * processes came last is chance, and no business of the verdict.
 */
static bool is_leak(const struct trial *trial, size_t position, bool dialogue)
{
    const struct transcript *t = trial->t;
    const struct event *e = &t->events[position];
    const struct socket_object *socket = &t->sockets[e->held.socket];
    if (socket->library || (dialogue && !socket->accepted))
        return false;
    size_t end = facts_process_end(t, trial->actor, e->process);
    bool killed = end != NOWHERE && t->events[end].change.change == PROCESS_KILLED;
    if (killed && !(t->events[end].change.ours && dialogue))
        return false;
    if (!e->held.at_exit) /* the play ended; in a play that got stuck a dialogue may still be going on */
        return dialogue && !(t->stuck && is_busy_with(t, trial->actor, e->held.socket));
    if (socket->accepted)
        return has_used(t, e->process, e->held.socket) || !is_ever_closed(t, e->held.socket);
    return last_fate(t, e->held.socket) == position;
}

static size_t closed_wrongly(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_CALL && e->actor == trial->actor && !e->call.library && !e->call.pending &&
            call_role(e->call.id) == ROLE_CLOSE && e->call.result < 0 && e->call.error == EBADF)
            return i;
    }
    return NOWHERE;
}

/* Whether it is a server that should have gone on, and ended. */
static bool has_ended(const struct trial *trial)
{
    const struct exercise *exercise = trial->exercise;
    bool goes_on = false;
    for (size_t i = 0; exercise != NULL && i < exercise->n_scenarios; i++)
        for (size_t k = 0; k < exercise->scenarios[i].n_checks; k++)
            goes_on |= strcmp(exercise->scenarios[i].checks[k].name, "survives") == 0;
    struct ending ending = facts_ending(trial->t, trial->actor);
    return goes_on && ending.kind == ENDING_EXITED && ending.status != 0;
}

static void left_open(struct trial *trial, int socket, size_t count)
{
    const struct transcript *t = trial->t;
    bool accepted = t->sockets[socket].accepted;
    size_t wrong = closed_wrongly(trial);
    AUTO_FREE char *left = mem_printf(ngettext("%zu socket is left open", "%zu sockets are left open", count), count);
    if (wrong != NOWHERE) {
        trial_fails(trial, DIAGNOSIS_WRONG_DESCRIPTOR_CLOSED, &t->events[wrong]);
        trial_shows(trial, _("%s; close(%d) failed with EBADF"), left, (int)t->events[wrong].call.arg[0]);
    } else if (accepted && has_ended(trial)) {
        struct ending ending = facts_ending(t, trial->actor);
        trial_fails(trial, DIAGNOSIS_SERVER_ENDED, trial_event(trial, facts_last_before(t, trial->actor, 0, ending.event)));
        trial_shows(trial, _("%s: it ended, with status %d"), left, ending.status);
    } else {
        trial_fails(trial, accepted ? DIAGNOSIS_DIALOGUE_NOT_CLOSED : DIAGNOSIS_SOCKET_NOT_CLOSED,
                    trial_event(trial, facts_creation(t, socket)));
        trial_shows(trial, "%s", left);
    }
    if (accepted)
        trial_explains_meeting(trial); /* the listening socket closed instead */
}

/* Which sockets closes-sockets is about. */
enum closing { CLOSING_ALL, CLOSING_DIALOGUE, CLOSING_UNUSED, CLOSING_GONE };

static enum closing closing_from_word(const char *word)
{
    static const char *const words[] = {"all", "dialogue", "unused", "gone"};
    size_t i = 0;
    while (i + 1 < COUNT_OF(words) && strcmp(words[i], word) != 0)
        i++;
    return (enum closing)i;
}

/*
 * A try to connect after which the program used another socket: sent on it, or, if nothing is sent at all, connected it with
 * success. Without any other, it was the end that left it open.
 */
static bool is_unused_try(const struct transcript *t, int actor, int socket)
{
    bool tried = false, connected = false, another_connected = false, sent = false;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        bool is_it = e->kind == EVENT_CALL && e->call.socket == socket;
        if (facts_is_call(t, e, actor, ROLE_CONNECT)) {
            tried |= is_it;
            connected |= is_it && call_succeeded(&e->call);
            another_connected |= !is_it && tried && call_succeeded(&e->call);
        }
        if (!facts_is_call(t, e, actor, ROLE_SEND) || call_moved(&e->call) == 0)
            continue;
        if (is_it)
            return false;
        sent = true;
    }
    return tried && (sent || (another_connected && !connected));
}

/* Whether the process of this EVENT_HELD gave up at once, or is one that was made for the client: the end closed the socket. */
static bool ended_with_it(const struct trial *trial, const struct event *held)
{
    size_t end = facts_process_end(trial->t, trial->actor, held->process);
    return held->held.at_exit && (end == NOWHERE || trial->t->events[end].change.status != 0 ||
                                  facts_ending(trial->t, trial->actor).event != end);
}

static size_t count_leaks(const struct trial *trial, enum closing closing, int *first)
{
    const struct transcript *t = trial->t;
    bool dialogue = closing == CLOSING_DIALOGUE || closing == CLOSING_GONE;
    AUTO_FREE bool *leaked = mem_alloc(t->n_sockets + 1);
    size_t count = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_HELD || e->actor != trial->actor || e->held.socket < 0 || leaked[e->held.socket] ||
            !is_leak(trial, i, dialogue) ||
            (closing == CLOSING_UNUSED && !is_unused_try(t, trial->actor, e->held.socket)) ||
            (closing == CLOSING_GONE && ended_with_it(trial, e)))
            continue;
        leaked[e->held.socket] = true;
        if (count++ == 0)
            *first = e->held.socket;
    }
    /* Who closes none at all has another fault, which has a scenario of its own. */
    return closing == CLOSING_GONE && count == facts_accepted(trial->t, trial->actor) ? 0 : count;
}

static void expect_closed(struct trial *trial, enum closing closing)
{
    switch (closing) {
    case CLOSING_ALL: trial_expects(trial, _("all sockets closed")); break;
    case CLOSING_DIALOGUE: trial_expects(trial, _("all dialogue sockets closed")); break;
    case CLOSING_UNUSED: trial_expects(trial, _("the sockets of all tries closed")); break;
    case CLOSING_GONE: trial_expects(trial, _("the socket of the client that is gone closed too")); break;
    }
}

static void require_closed(struct trial *trial, enum closing closing)
{
    switch (closing) {
    case CLOSING_ALL: trial_requires(trial, _("The program closes every socket that it opened")); break;
    case CLOSING_DIALOGUE:
        trial_requires(trial, _("The program closes every dialogue socket (those that accept() returned)"));
        break;
    case CLOSING_UNUSED:
        trial_requires(trial, _("The program closes the sockets with which it tried to connect in vain"));
        break;
    case CLOSING_GONE:
        trial_requires(trial, _("The program closes the dialogue socket also when something goes wrong with this client"));
        break;
    }
}

void judge_closes_sockets(struct trial *trial)
{
    enum closing closing = closing_from_word(trial->spec->value);
    bool dialogue = closing == CLOSING_DIALOGUE || closing == CLOSING_GONE;
    require_closed(trial, closing);
    if (closing == CLOSING_GONE && !facts_has_socket(trial->t, trial->actor, true)) {
        trial_passes(trial); /* a client that is gone before it is accepted leaves nothing to close */
    } else if (!facts_has_socket(trial->t, trial->actor, dialogue)) {
        trial_lacks(trial, dialogue ? DIAGNOSIS_CALL_MISSING : DIAGNOSIS_NO_SOCKET, NULL);
        trial_shows(trial, dialogue ? _("no client was accepted") : _("no socket was created"));
    } else {
        int first = -1;
        size_t count = count_leaks(trial, closing, &first);
        if (count == 0)
            trial_passes(trial);
        else
            left_open(trial, first, count);
    }
    expect_closed(trial, closing);
}

/* When this socket was closed by its program, or went with it. */
static int64_t closing_time(const struct trial *trial, int socket)
{
    const struct transcript *t = trial->t;
    size_t fate = last_fate(t, socket);
    if (fate != NOWHERE)
        return t->events[fate].time;
    struct ending ending = facts_ending(t, trial->actor);
    return ending.event != NOWHERE ? t->events[ending.event].time : t->end;
}

/* Whether the program has waited between these positions. */
static bool has_waited(const struct trial *trial, size_t from, size_t to)
{
    const struct transcript *t = trial->t;
    for (size_t i = from; i < to && i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        enum role role = e->kind == EVENT_CALL && e->actor == trial->actor ? call_role(e->call.id) : ROLE_NONE;
        if (role == ROLE_SLEEP || role == ROLE_POLL || role == ROLE_PAUSE)
            return true;
    }
    return false;
}

/* Where the wait stands, if there is one, tells what to do. */
static void explain_short_hold(struct trial *trial, size_t bound)
{
    size_t closed = last_fate(trial->t, trial->t->events[bound].call.socket);
    if (has_waited(trial, bound, closed))
        trial_hints(trial, _("The wait is too short: sleep() counts in seconds, usleep() in microseconds, poll() in "
                             "milliseconds."));
    else if (has_waited(trial, 0, bound))
        trial_hints(trial, _("The program waits before bind(), when the port is not yet its own: wait afterwards."));
    else if (has_waited(trial, closed, NOWHERE))
        trial_hints(trial, _("The program closes the socket and waits afterwards, when the port is free again: wait first."));
    else
        trial_hints(trial, _("The program does not wait: call sleep() between bind() and close()."));
}

static void held_too_short(struct trial *trial, size_t bound, int64_t wanted)
{
    enum { MILLISECOND = 1000000, SECOND = 1000, HUNDREDTH = 10 };
    const struct event *bind = &trial->t->events[bound];
    int64_t closed = closing_time(trial, bind->call.socket), held = (closed - bind->time) / MILLISECOND;
    struct ending ending = facts_ending(trial->t, trial->actor);
    size_t failure = facts_decisive_failure(trial->t, trial->actor);
    if ((ending.kind == ENDING_NONE || ending.ours) && trial->t->stuck) {
        trial_still_running(trial, trial->actor);
    } else if (failure != NOWHERE && ending.kind == ENDING_EXITED && ending.status != 0) {
        const struct event *failed = &trial->t->events[failure];
        trial_shows(trial, _("it ended, with status %d, after %s failed with %s"), ending.status,
                    call_title(&failed->call), error_name(failed->call.error));
        trial_fails_as(trial, failed);
    } else {
        trial_fails(trial, DIAGNOSIS_PORT_RELEASED, bind);
        AUTO_FREE char *seconds = text_hundredths(held / HUNDREDTH);
        if (held < SECOND)
            trial_shows(trial, _("%d ms"), (int)held);
        else
            trial_shows(trial, _("%s s"), seconds);
        explain_short_hold(trial, bound);
    }
    trial_expects(trial, _("at least %d s between bind() and close()"), (int)wanted);
}

void judge_holds_port(struct trial *trial)
{
    const int64_t second = 1000000000;
    const struct transcript *t = trial->t;
    int64_t wanted = value_number(trial->spec->value, 86400);
    trial_requires(trial, _("The program holds its port for %d s before it closes the socket"), (int)wanted);
    size_t bound = facts_first_success(t, trial->actor, ROLE_BIND);
    if (bound == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NO_BIND, trial_event(trial, facts_next_call(t, trial->actor, ROLE_BIND, 0)));
        trial_expects(trial, _("at least %d s between bind() and close()"), (int)wanted);
        trial_shows(trial, _("no bind() succeeded"));
        return;
    }
    const struct event *bind = &t->events[bound];
    if (closing_time(trial, bind->call.socket) - bind->time >= wanted * second / 5 * 4)
        trial_passes(trial);
    else
        held_too_short(trial, bound, wanted);
}
