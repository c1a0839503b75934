/* Why two sides did not meet: what the program did with its socket and addresses. */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"

static bool never_called(const struct inquiry *inquiry, struct cause *cause, enum diagnosis diagnosis, enum role role,
                         size_t evidence)
{
    return cause_is(cause, diagnosis, trial_event(inquiry->trial, evidence),
                    mem_printf(_("%s never called %s"), inquiry->who, role_calls(role)));
}

/* Stopped by something else before it got to that: where it stopped says more than what it did not do. */
static bool is_blocked(const struct inquiry *inquiry)
{
    size_t blocked = inquiry->t->stuck ? facts_blocked(inquiry->t, inquiry->actor) : NOWHERE;
    if (blocked == NOWHERE)
        return false;
    enum role role = call_role(inquiry->t->events[blocked].call.id);
    /* Where a server of datagrams belongs. */
    bool at_home = inquiry->meeting.type == SOCK_DGRAM && (role == ROLE_RECEIVE || role == ROLE_POLL);
    return role != ROLE_ACCEPT && !at_home;
}

static bool was_killed(const struct inquiry *inquiry)
{
    struct ending ending = facts_ending(inquiry->t, inquiry->actor);
    return ending.kind == ENDING_KILLED && !ending.ours;
}

/* The program has no socket: false when that is the scenario's doing. */
static bool lacks_socket(const struct inquiry *inquiry, struct cause *cause)
{
    size_t tried = facts_last_call(inquiry->t, inquiry->actor, ROLE_SOCKET);
    if (tried == NOWHERE)
        return never_called(inquiry, cause, DIAGNOSIS_NO_SOCKET, ROLE_SOCKET, NOWHERE);
    const struct event *e = &inquiry->t->events[tried];
    if (e->call.injected || call_succeeded(&e->call))
        return false;
    enum { TYPE_MASK = 0xf };
    int family = (int)e->call.arg[0], type = (int)e->call.arg[1] & TYPE_MASK;
    cause_is_failure(cause, e, cause_failure_clause(inquiry, e));
    if (inquiry->meeting.family >= 0 && family != inquiry->meeting.family)
        return cause_is(cause, DIAGNOSIS_SOCKET_FAMILY, e,
                        mem_printf(_("%s asks for a socket %s, not %s"), inquiry->who, family_constant(family),
                                   family_constant(inquiry->meeting.family)));
    if (inquiry->meeting.type >= 0 && type != inquiry->meeting.type)
        return cause_is(cause, DIAGNOSIS_SOCKET_TYPE, e,
                        mem_printf(_("%s asks for a socket %s, not %s"), inquiry->who, type_constant(type),
                                   type_constant(inquiry->meeting.type)));
    return true;
}

static bool has_deed(const struct transcript *t, enum deed_kind kind)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_DEED && t->events[i].deed.kind == kind)
            return true;
    return false;
}

/* --- servers --- */

static bool is_right_bind(const struct inquiry *inquiry, const struct event *e)
{
    AUTO_CAUSE wrong = {0};
    return call_succeeded(&e->call) && e->call.socket >= 0 && !cause_is_socket(inquiry, &wrong, e->call.socket) &&
           !cause_is_address(inquiry, &wrong, e);
}

static size_t first_on(const struct inquiry *inquiry, int socket, enum role role, size_t before, bool success)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, role, 0); i < before && i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, role, i + 1))
        if (t->events[i].call.socket == socket && (!success || call_succeeded(&t->events[i].call)))
            return i;
    return NOWHERE;
}

/* Whether another program of the student's held this port, talked to a client there, and has ended. */
static bool follows_another(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_actors; i++)
        if ((int)i != inquiry->actor && t->actors[i].kind == ACTOR_PROGRAM &&
            facts_ending(t, (int)i).kind != ENDING_NONE && facts_has_socket(t, (int)i, true))
            return true;
    return false;
}

enum { REUSE_ADDRESS = SO_REUSEADDR, REUSE_PORT = SO_REUSEPORT };

/* The setsockopt() that lets this socket share its port. */
static const struct event *sharing_option(const struct inquiry *inquiry, int socket)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_OPTION, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_OPTION, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->socket == socket && call_succeeded(call) && (int)call->arg[1] == SOL_SOCKET &&
            ((int)call->arg[2] == REUSE_ADDRESS || (int)call->arg[2] == REUSE_PORT))
            return &t->events[i];
    }
    return NULL;
}

/* Whether this socket was bound to the same port or path before BIND, and neither closed nor gone with its program since. */
static bool holds_address(const struct transcript *t, size_t earlier, size_t bind)
{
    const struct event *e = &t->events[earlier];
    const struct address *here = &e->call.address, *there = &t->events[bind].call.address;
    if (!call_succeeded(&e->call) || address_port(here) != address_port(there) ||
        (address_family(there) == AF_UNIX && !address_equal(here, there)))
        return false;
    struct ending ending = facts_ending(t, e->actor);
    if (ending.event < bind)
        return false;
    for (size_t i = earlier; i < bind; i++)
        if (t->events[i].kind == EVENT_CALL && t->events[i].call.socket == e->call.socket &&
            call_role(t->events[i].call.id) == ROLE_CLOSE && call_succeeded(&t->events[i].call))
            return false;
    return true;
}

static bool closes_before(const struct transcript *t, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (t->events[i].kind == EVENT_DEED && t->events[i].actor == t->events[from].actor &&
            t->events[i].deed.kind == DEED_CLOSED)
            return true;
    return false;
}

/* Whether somebody else holds the port or path when the program binds its socket to it. */
static bool is_taken(const struct inquiry *inquiry, size_t bind)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < bind; i++) {
        const struct event *e = &t->events[i];
        if (e->actor < 0 || e->actor == inquiry->actor)
            continue;
        if (e->kind == EVENT_DEED && (e->deed.kind == DEED_LISTENING || e->deed.kind == DEED_BOUND) &&
            !closes_before(t, i, bind))
            return true;
        if (facts_is_call(t, e, e->actor, ROLE_BIND) && holds_address(t, i, bind))
            return true;
    }
    return false;
}

static bool bind_failed(const struct inquiry *inquiry, struct cause *cause, size_t position)
{
    const struct event *e = &inquiry->t->events[position];
    if (e->call.injected || (e->call.error == EADDRINUSE && inquiry->meeting.conflict))
        return false;
    char *clause = cause_failure_clause(inquiry, e);
    if (e->call.error == EADDRINUSE && address_family(&e->call.address) == AF_UNIX && !is_taken(inquiry, position))
        return cause_is(cause, DIAGNOSIS_PATH_STALE, e, clause);
    if (e->call.error == EADDRINUSE && follows_another(inquiry) && sharing_option(inquiry, e->call.socket) == NULL)
        return cause_is(cause, DIAGNOSIS_TIME_WAIT, e, clause);
    if (e->call.error == EINVAL && first_on(inquiry, e->call.socket, ROLE_LISTEN, position, true) != NOWHERE) {
        cause_is(cause, DIAGNOSIS_CALL_ORDER, e, clause);
        cause->hint = mem_string(_("Call bind() before listen(): once a socket listens, its address is fixed."));
        return true;
    }
    return cause_is_failure(cause, e, clause);
}

static bool wrong_bind(const struct inquiry *inquiry, struct cause *cause, size_t position)
{
    const struct event *e = &inquiry->t->events[position];
    if (e->call.socket < 0)
        return lacks_socket(inquiry, cause);
    if (cause_is_socket(inquiry, cause, e->call.socket))
        return true;
    bool right_form = cause_missing_length(e) == 0 &&
                      address_family(&e->call.address) == inquiry->t->sockets[e->call.socket].family;
    if (call_failed(&e->call) && e->call.error != EADDRINUSE && right_form)
        return bind_failed(inquiry, cause, position);
    return cause_is_address(inquiry, cause, e) || bind_failed(inquiry, cause, position);
}

/* The address of a bind in host order; 0 for any. */
static uint32_t ipv4_of(const struct address *address)
{
    struct sockaddr_in in;
    if (address_family(address) != AF_INET || address->len < sizeof in)
        return 0;
    memcpy(&in, &address->storage, sizeof in);
    return ntohl(in.sin_addr.s_addr);
}

/* One address only, and not the one where it was looked for. */
static bool wrong_interface(const struct inquiry *inquiry, struct cause *cause, const struct event *bind)
{
    if (address_port(&bind->call.address) < 0 || address_is_any(&bind->call.address) ||
        (!inquiry->meeting.conflict && !has_deed(inquiry->t, DEED_REFUSED)))
        return false;
    uint32_t ip = ipv4_of(&bind->call.address);
    bool byte_order = ip != 0 && __builtin_bswap32(ip) >> 24 == IN_LOOPBACKNET;
    AUTO_FREE char *where = address_text(&bind->call.address);
    return cause_is(cause, byte_order ? DIAGNOSIS_ADDRESS_BYTE_ORDER : DIAGNOSIS_ONE_INTERFACE, bind,
                    mem_printf(_("%s is bound to %s only"), inquiry->who, where));
}

/* Bound to an address that is taken. */
static bool shares_port(const struct inquiry *inquiry, struct cause *cause, size_t bind)
{
    const struct event *option = sharing_option(inquiry, inquiry->t->events[bind].call.socket);
    if (option == NULL || !is_taken(inquiry, bind))
        return false;
    const char *name = (int)option->call.arg[2] == REUSE_PORT ? "SO_REUSEPORT" : "SO_REUSEADDR";
    cause_is(cause, DIAGNOSIS_CONFLICT_HIDDEN, option,
             mem_printf(_("%s has set %s, which hides that the port is taken"), inquiry->who, name));
    cause->hint = mem_printf(_("Do not set %s here: with it, bind() succeeds on a port that another program holds."), name);
    return true;
}

static bool notices_conflict(const struct inquiry *inquiry)
{
    static const enum role roles[] = {ROLE_BIND, ROLE_LISTEN};
    for (size_t r = 0; r < COUNT_OF(roles); r++)
        for (size_t i = facts_next_call(inquiry->t, inquiry->actor, roles[r], 0); i != NOWHERE;
             i = facts_next_call(inquiry->t, inquiry->actor, roles[r], i + 1))
            if (inquiry->t->events[i].call.result < 0 && inquiry->t->events[i].call.error == EADDRINUSE)
                return true;
    return false;
}

/* The close of a listening socket on which the program then goes on accepting. */
static size_t closed_listener(const struct inquiry *inquiry, int socket)
{
    const struct transcript *t = inquiry->t;
    size_t closed = first_on(inquiry, socket, ROLE_CLOSE, NOWHERE, true);
    if (closed == NOWHERE)
        return NOWHERE;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_ACCEPT, closed); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_ACCEPT, i + 1)) {
        const struct event *accept = &t->events[i];
        if (accept->process == t->events[closed].process && accept->call.fd == t->events[closed].call.fd &&
            call_failed(&accept->call) && !accept->call.injected)
            return closed;
    }
    return NOWHERE;
}

/* What a server may do wrong with a socket that listens as it should. */
static bool misused_listener(const struct inquiry *inquiry, struct cause *cause, size_t listen)
{
    const struct transcript *t = inquiry->t;
    int socket = t->events[listen].call.socket;
    size_t sent = first_on(inquiry, socket, ROLE_SEND, NOWHERE, false);
    size_t received = first_on(inquiry, socket, ROLE_RECEIVE, NOWHERE, false), used = sent < received ? sent : received;
    if (used != NOWHERE)
        return cause_is(cause, DIAGNOSIS_LISTENER_USED, &t->events[used],
                        mem_printf(_("%s calls %s on its listening socket"), inquiry->who, call_title(&t->events[used].call)));
    size_t closed = closed_listener(inquiry, socket);
    if (closed != NOWHERE)
        return cause_is(cause, DIAGNOSIS_LISTENER_CLOSED, &t->events[closed],
                        mem_printf(_("%s has closed its listening socket, on which it still wants to accept clients"),
                                   inquiry->who));
    size_t blocked = facts_blocked(t, inquiry->actor);
    enum role role = blocked != NOWHERE ? call_role(t->events[blocked].call.id) : ROLE_NONE;
    bool reads = role == ROLE_RECEIVE && t->events[blocked].call.socket < 0 && cause_had_input(t, inquiry->actor);
    bool looks = role == ROLE_POLL || reads;
    return !looks && has_deed(t, DEED_CONNECTED) && facts_next_call(t, inquiry->actor, ROLE_ACCEPT, 0) == NOWHERE &&
           facts_ending(t, inquiry->actor).kind != ENDING_EXITED &&
           never_called(inquiry, cause, DIAGNOSIS_NO_ACCEPT, ROLE_ACCEPT, listen);
}

static bool wrong_listening(const struct inquiry *inquiry, struct cause *cause, size_t bind)
{
    const struct transcript *t = inquiry->t;
    int socket = t->events[bind].call.socket;
    size_t listen = first_on(inquiry, socket, ROLE_LISTEN, NOWHERE, true);
    if (listen != NOWHERE)
        return misused_listener(inquiry, cause, listen);
    size_t failed = first_on(inquiry, socket, ROLE_LISTEN, NOWHERE, false);
    if (failed != NOWHERE) {
        const struct event *e = &t->events[failed];
        if (e->call.injected || (e->call.error == EADDRINUSE && inquiry->meeting.conflict))
            return false;
        return cause_is_failure(cause, e, cause_failure_clause(inquiry, e));
    }
    size_t accept = first_on(inquiry, socket, ROLE_ACCEPT, NOWHERE, false);
    if (accept == NOWHERE && (is_blocked(inquiry) || was_killed(inquiry)))
        return false;
    return never_called(inquiry, cause, DIAGNOSIS_NO_LISTEN, ROLE_LISTEN, accept != NOWHERE ? accept : bind);
}

bool cause_of_server(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t right = NOWHERE, first = facts_next_call(t, inquiry->actor, ROLE_BIND, 0);
    for (size_t i = first; i != NOWHERE && right == NOWHERE; i = facts_next_call(t, inquiry->actor, ROLE_BIND, i + 1))
        if (is_right_bind(inquiry, &t->events[i]))
            right = i;
    if (right != NOWHERE) {
        const struct event *bind = &t->events[right];
        bool noticed = inquiry->meeting.conflict && notices_conflict(inquiry);
        if (cause_is_theft(inquiry, cause, right, is_taken(inquiry, right)) || cause_is_loss(inquiry, cause, right))
            return true;
        if (!noticed && wrong_interface(inquiry, cause, bind))
            return true;
        if (inquiry->meeting.conflict && !noticed && shares_port(inquiry, cause, right))
            return true;
        return inquiry->meeting.listens && wrong_listening(inquiry, cause, right);
    }
    if (first != NOWHERE)
        return wrong_bind(inquiry, cause, first);
    size_t listen = facts_next_call(t, inquiry->actor, ROLE_LISTEN, 0);
    if (listen == NOWHERE && (is_blocked(inquiry) || was_killed(inquiry)))
        return false;
    if (facts_first_success(t, inquiry->actor, ROLE_SOCKET) == NOWHERE)
        return lacks_socket(inquiry, cause);
    return never_called(inquiry, cause, DIAGNOSIS_NO_BIND, ROLE_BIND, listen);
}

/* --- clients --- */

static bool is_destination(const struct inquiry *inquiry, const struct event *e)
{
    const struct transcript *t = inquiry->t;
    return facts_is_call(t, e, inquiry->actor, ROLE_CONNECT) ||
           (inquiry->meeting.type == SOCK_DGRAM && facts_is_call(t, e, inquiry->actor, ROLE_SEND) &&
            e->call.address.len > 0);
}

static bool wrong_destination(const struct inquiry *inquiry, struct cause *cause, const struct event *e)
{
    return (e->call.socket >= 0 && cause_is_socket(inquiry, cause, e->call.socket)) || cause_is_address(inquiry, cause, e);
}

/* A client that did not get so far, since it wanted an address of its own that it could not have. */
static bool client_binds(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t failure = facts_decisive_failure(t, inquiry->actor);
    const struct event *e = trial_event(inquiry->trial, failure);
    if (e == NULL || call_role(e->call.id) != ROLE_BIND || e->call.injected)
        return false;
    cause_is_failure(cause, e, cause_failure_clause(inquiry, e));
    if (e->call.error == EADDRINUSE) {
        free(cause->hint);
        cause->hint = mem_string(_("A client needs no bind(): the system gives its socket a free port."));
    }
    return true;
}

bool cause_of_client(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    const struct event *first = NULL;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (!is_destination(inquiry, e))
            continue;
        AUTO_CAUSE wrong = {0};
        if (!wrong_destination(inquiry, &wrong, e))
            return false;
        first = first != NULL ? first : e;
    }
    if (first != NULL)
        return wrong_destination(inquiry, cause, first);
    if (is_blocked(inquiry) || was_killed(inquiry))
        return false;
    size_t made = facts_first_success(t, inquiry->actor, ROLE_SOCKET);
    if (made == NOWHERE)
        return lacks_socket(inquiry, cause);
    if (client_binds(inquiry, cause))
        return true;
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an index that is not NOWHERE is one of an event
    int socket = t->events[made].call.new_socket;
    if (socket >= 0 && cause_is_socket(inquiry, cause, socket))
        return true;
    size_t tried = facts_last_call(t, inquiry->actor, ROLE_SEND);
    if (tried == NOWHERE)
        tried = facts_last_call(t, inquiry->actor, ROLE_RECEIVE);
    if (inquiry->meeting.type == SOCK_DGRAM) /* it may have sent without an address: then the call's error tells why */
        return facts_last_call(t, inquiry->actor, ROLE_SEND) == NOWHERE &&
               never_called(inquiry, cause, DIAGNOSIS_NOTHING_SENT, ROLE_SEND, tried);
    return never_called(inquiry, cause, DIAGNOSIS_NO_CONNECT, ROLE_CONNECT, tried);
}

bool cause_of_silence(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    if (!inquiry->meeting.connects || !inquiry->meeting.converses || is_blocked(inquiry) || was_killed(inquiry) ||
        facts_decisive_failure(t, inquiry->actor) != NOWHERE)
        return false;
    if (cause_of_receiving_shut(inquiry, cause) || cause_of_no_shutdown(inquiry, cause))
        return true;
    if (facts_last_call(t, inquiry->actor, ROLE_SEND) == NOWHERE && !has_deed(t, DEED_SENT))
        return never_called(inquiry, cause, DIAGNOSIS_NOTHING_SENT, ROLE_SEND, NOWHERE);
    if (cause_of_vain_look(inquiry, cause))
        return true;
    if (cause_of_impatience(inquiry, cause))
        return true;
    return facts_last_call(t, inquiry->actor, ROLE_RECEIVE) == NOWHERE &&
           never_called(inquiry, cause, DIAGNOSIS_NOTHING_RECEIVED, ROLE_RECEIVE,
                        facts_last_call(t, inquiry->actor, ROLE_SEND));
}
