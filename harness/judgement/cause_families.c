/* A program that knows one address family only, or one address. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/serving.h"

size_t serving_bind(const struct transcript *t, int actor, int socket)
{
    for (size_t i = facts_next_call(t, actor, ROLE_BIND, 0); i != NOWHERE; i = facts_next_call(t, actor, ROLE_BIND, i + 1))
        if (t->events[i].call.socket == socket && call_succeeded(&t->events[i].call))
            return i;
    return NOWHERE;
}

static bool is_set(const struct bytes *value)
{
    for (size_t i = 0; i < value->stored; i++)
        if (value->data[i] != 0)
            return true;
    return false;
}

const struct event *serving_v6only(const struct transcript *t, int actor, int socket)
{
    const struct event *last = NULL;
    for (size_t i = facts_next_call(t, actor, ROLE_OPTION, 0); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_OPTION, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->socket == socket && call_succeeded(call) && (int)call->arg[1] == IPPROTO_IPV6 &&
            (int)call->arg[2] == IPV6_V6ONLY)
            last = is_set(&call->data) ? &t->events[i] : NULL;
    }
    return last;
}

/* The family over which a client was refused: that of the step in progress then. AF_UNSPEC: none was. */
static int refused_family(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    const struct script *script = &inquiry->trial->scenario->script;
    int step = -1;
    for (size_t i = 0; i < t->n_events; i++) {
        if (t->events[i].kind == EVENT_STEP)
            step = t->events[i].step;
        if (t->events[i].kind == EVENT_DEED && t->events[i].deed.kind == DEED_REFUSED && step >= 0 &&
            (size_t)step < script->n && script->steps[step].kind == STEP_PEER_CONNECT)
            return address_family(&script->steps[step].address);
    }
    return AF_UNSPEC;
}

/* A server whose client was refused because it listens for the other family only. */
static bool serves_one_family(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    int family = refused_family(inquiry);
    size_t other = NOWHERE;
    const struct event *option = NULL;
    if ((family != AF_INET && family != AF_INET6) || (family == AF_INET6 && inquiry->meeting.family == AF_INET6))
        return false; /* where one family is asked for, it is the socket's that is wrong */
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_LISTEN, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_LISTEN, i + 1)) {
        const struct call *call = &t->events[i].call;
        size_t bind = call_succeeded(call) ? serving_bind(t, inquiry->actor, call->socket) : NOWHERE;
        if (bind == NOWHERE || !address_is_any(&t->events[bind].call.address))
            continue;
        if (address_family(&t->events[bind].call.address) == family)
            return false;
        other = bind;
        option = serving_v6only(t, inquiry->actor, call->socket);
    }
    if (other == NOWHERE || (family == AF_INET && option == NULL))
        return false;
    if (family == AF_INET) {
        cause_is(cause, DIAGNOSIS_ONE_FAMILY, option, mem_printf(_("%s has set IPV6_V6ONLY, and listens on IPv6 only"),
                                                                 inquiry->who));
        cause->hint = mem_string(_("Set IPV6_V6ONLY to 0 before bind(), or open a second socket, of the family AF_INET."));
        return true;
    }
    AUTO_FREE char *where = address_text(&t->events[other].call.address);
    return cause_is(cause, DIAGNOSIS_ONE_FAMILY, &t->events[other],
                    mem_printf(_("%s listens on IPv4 only (%s)"), inquiry->who, where));
}

/* Whether a peer listens at this port, at another address. A path is one address and no port. */
static bool is_served_elsewhere(const struct transcript *t, const struct address *tried)
{
    if (address_port(tried) < 0)
        return false;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct deed *deed = &t->events[i].deed;
        if (t->events[i].kind == EVENT_DEED && deed->kind == DEED_LISTENING && !address_is_any(&deed->address) &&
            address_port(&deed->address) == address_port(tried) && !address_equal(&deed->address, tried))
            return true;
    }
    return false;
}

/* Whether it tried to connect to some other address as well. */
static bool tries_another(const struct inquiry *inquiry, const struct address *tried)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, i + 1))
        if (!address_equal(&t->events[i].call.address, tried))
            return true;
    return false;
}

/* A client that gave up after the first of several addresses. */
static bool tries_one_address(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t failure = facts_decisive_failure(t, inquiry->actor);
    const struct event *e = trial_event(inquiry->trial, failure);
    if (e == NULL || call_role(e->call.id) != ROLE_CONNECT || e->call.error != ECONNREFUSED || e->call.injected ||
        !is_served_elsewhere(t, &e->call.address) || tries_another(inquiry, &e->call.address))
        return false;
    AUTO_FREE char *where = address_text(&e->call.address);
    return cause_is(cause, DIAGNOSIS_FIRST_ADDRESS, e,
                    mem_printf(_("%s is refused by %s, and tries no other address of this name"), inquiry->who, where));
}

/* A client that ended without a socket, in an exercise of either family: the name gave it nothing that it wanted. */
static bool finds_no_address(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    if (inquiry->meeting.family >= 0 || facts_ending(t, inquiry->actor).kind != ENDING_EXITED ||
        facts_last_call(t, inquiry->actor, ROLE_SOCKET) != NOWHERE)
        return false;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct deed *deed = &t->events[i].deed;
        if (t->events[i].kind != EVENT_DEED || deed->kind != DEED_LISTENING || address_is_any(&deed->address))
            continue;
        AUTO_FREE char *where = address_text(&deed->address);
        return cause_is(cause, DIAGNOSIS_NO_ADDRESS, NULL,
                        mem_printf(_("%s ends without having tried the address of the server, %s"), inquiry->who, where));
    }
    return false;
}

bool cause_of_families(const struct inquiry *inquiry, struct cause *cause)
{
    return cause_of_resolver(inquiry, cause) || cause_of_listeners(inquiry, cause) || cause_of_names(inquiry, cause) ||
           (inquiry->meeting.serves && serves_one_family(inquiry, cause)) ||
           (inquiry->meeting.connects && (tries_one_address(inquiry, cause) || finds_no_address(inquiry, cause)));
}
