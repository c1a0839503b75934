/* The life of sockets: creates-socket, closes-sockets, holds-port. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/trial.h"

static bool is_default_protocol(const struct socket_object *socket)
{
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
        enum diagnosis diagnosis = socket->family != family ? DIAGNOSIS_SOCKET_FAMILY : DIAGNOSIS_SOCKET_TYPE;
        trial_fails(trial, diagnosis, e);
        if (socket->family == family && socket->type == type)
            trial_shows(trial, _("a socket of protocol number %d"), socket->protocol);
        else
            trial_shows(trial, _("a socket %s, %s"), family_constant(socket->family), type_constant(socket->type));
    } else if (tried != NOWHERE) {
        const struct event *e = &t->events[tried];
        trial_fails(trial, DIAGNOSIS_NO_SOCKET, e);
        trial_shows(trial, _("socket() failed with %s"), error_name(e->call.error));
    } else {
        trial_fails(trial, DIAGNOSIS_NO_SOCKET, NULL);
        trial_shows(trial, _("socket() was never called"));
    }
    trial_expects(trial, _("a socket %s, %s"), family_constant(family), type_constant(type));
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
        if (socket->family == family && socket->type == type && is_default_protocol(socket)) {
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

/*
 * Whether this EVENT_HELD is a fault. Not when the process was killed: it had no chance to close anything, and another check
 * says so. A socket made by socket() that a child still had at its end is no fault if the parent closes it.
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
    return socket->accepted || last_fate(t, e->held.socket) == position;
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

static void left_open(struct trial *trial, int socket, size_t count)
{
    const struct transcript *t = trial->t;
    bool accepted = t->sockets[socket].accepted;
    size_t wrong = closed_wrongly(trial);
    if (wrong != NOWHERE) {
        trial_fails(trial, DIAGNOSIS_WRONG_DESCRIPTOR_CLOSED, &t->events[wrong]);
        trial_shows(trial, _("%zu not closed; close(%d) failed with EBADF"), count, (int)t->events[wrong].call.arg[0]);
        return;
    }
    trial_fails(trial, accepted ? DIAGNOSIS_DIALOGUE_NOT_CLOSED : DIAGNOSIS_SOCKET_NOT_CLOSED,
                trial_event(trial, facts_creation(t, socket)));
    trial_shows(trial, _("%zu not closed"), count);
}

void judge_closes_sockets(struct trial *trial)
{
    bool dialogue = strcmp(trial->spec->value, "dialogue") == 0;
    if (dialogue)
        trial_requires(trial, _("The program closes every dialogue socket (those that accept() returned)"));
    else
        trial_requires(trial, _("The program closes every socket that it opened"));
    const struct transcript *t = trial->t;
    if (!facts_has_socket(t, trial->actor, dialogue)) {
        trial_lacks(trial, dialogue ? DIAGNOSIS_CALL_MISSING : DIAGNOSIS_NO_SOCKET, NULL);
        trial_expects(trial, dialogue ? _("all dialogue sockets closed") : _("all sockets closed"));
        trial_shows(trial, dialogue ? _("no client was accepted") : _("no socket was created"));
        return;
    }
    AUTO_FREE bool *leaked = mem_alloc(t->n_sockets + 1);
    size_t count = 0;
    int first = -1;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_HELD || e->actor != trial->actor || e->held.socket < 0 || leaked[e->held.socket] ||
            !is_leak(trial, i, dialogue))
            continue;
        leaked[e->held.socket] = true;
        count++;
        if (first < 0)
            first = e->held.socket;
    }
    if (count == 0) {
        trial_passes(trial);
        return;
    }
    left_open(trial, first, count);
    trial_expects(trial, dialogue ? _("all dialogue sockets closed") : _("all sockets closed"));
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

void judge_holds_port(struct trial *trial)
{
    const int64_t second = 1000000000;
    const struct transcript *t = trial->t;
    int64_t wanted = value_number(trial->spec->value, 86400);
    trial_requires(trial, _("The program holds its port for %d s before it closes the socket"), (int)wanted);
    size_t bound = facts_first_success(t, trial->actor, ROLE_BIND);
    if (bound == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NO_BIND, trial_event(trial, facts_next_call(t, trial->actor, ROLE_BIND, 0)));
        trial_shows(trial, _("no bind() succeeded"));
        return;
    }
    const struct event *bind = &t->events[bound];
    int64_t held = closing_time(trial, bind->call.socket) - bind->time;
    if (held >= wanted * second / 5 * 4) {
        trial_passes(trial);
        return;
    }
    trial_fails(trial, DIAGNOSIS_PORT_RELEASED, bind);
    trial_expects(trial, _("at least %d s between bind() and close()"), (int)wanted);
    AUTO_FREE char *seconds = text_hundredths(held / (second / 100));
    trial_shows(trial, _("%s s"), seconds);
}
