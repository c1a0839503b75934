/* A server with a listening socket for each family, or with options between them. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/serving.h"

/* The socket that listens for clients of this family: one of the family itself before one that stands for it. */
static size_t listener_for(const struct inquiry *inquiry, int family, size_t *n)
{
    const struct transcript *t = inquiry->t;
    size_t found = NOWHERE;
    *n = 0;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_LISTEN, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_LISTEN, i + 1)) {
        const struct call *call = &t->events[i].call;
        size_t bind = call_succeeded(call) ? serving_bind(t, inquiry->actor, call->socket) : NOWHERE;
        if (bind == NOWHERE)
            continue;
        ++*n;
        bool same = address_family(&t->events[bind].call.address) == family;
        if (same || (found == NOWHERE && serving_covers(t, &t->events[bind], family)))
            found = i;
    }
    return found;
}

static bool ever_accepts(const struct inquiry *inquiry, int socket)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_ACCEPT, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_ACCEPT, i + 1))
        if (t->events[i].call.socket == socket && call_succeeded(&t->events[i].call))
            return true;
    return false;
}

/* Of several listening sockets, one on which a client waits is never asked. */
static bool forgets_listener(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->deed.kind != DEED_CONNECTED)
            continue;
        int family = address_family(&e->deed.own);
        size_t n = 0, listen = listener_for(inquiry, family, &n);
        if (listen == NOWHERE || n < 2 || ever_accepts(inquiry, t->events[listen].call.socket))
            continue;
        cause_is(cause, DIAGNOSIS_NO_ACCEPT, &t->events[listen],
                 mem_printf(_("%s takes no client from its listening socket for %s"), inquiry->who, family_name(family)));
        cause->hint = mem_string(_("Wait for both listening sockets at once, with poll() or select(), and call accept() on "
                                   "the one that is ready."));
        return true;
    }
    return false;
}

static bool has_given_up(const struct inquiry *inquiry)
{
    struct ending ending = facts_ending(inquiry->t, inquiry->actor);
    return ending.kind == ENDING_EXITED && ending.status != 0;
}

/* The port is taken by the program itself: an IPv6 socket takes the IPv4 port, too, unless it has IPV6_V6ONLY. */
static bool holds_both_itself(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    if (!has_given_up(inquiry))
        return false; /* it does without that socket */
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_BIND, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_BIND, i + 1)) {
        const struct call *failed = &t->events[i].call;
        if (failed->pending || failed->result >= 0 || failed->error != EADDRINUSE || failed->injected)
            continue;
        for (size_t k = facts_next_call(t, inquiry->actor, ROLE_BIND, 0); k < i;
             k = facts_next_call(t, inquiry->actor, ROLE_BIND, k + 1)) {
            const struct call *held = &t->events[k].call;
            int socket6 = address_family(&held->address) == AF_INET6 ? held->socket : failed->socket;
            if (!call_succeeded(held) || address_port(&held->address) != address_port(&failed->address) ||
                address_family(&held->address) == address_family(&failed->address) || !address_is_any(&held->address) ||
                serving_v6only(t, inquiry->actor, socket6) != NULL)
                continue;
            cause_is(cause, DIAGNOSIS_CALL_FAILED, &t->events[i],
                     mem_printf(_("bind failed with %s: another socket of %s holds the port for both families"),
                                error_name(failed->error), inquiry->who));
            cause->hint = mem_string(_("Set IPV6_V6ONLY to 1 on the IPv6 socket before its bind(): without it that socket "
                                       "takes the IPv4 port as well."));
            return true;
        }
    }
    return false;
}

/* IPV6_V6ONLY can only be set before bind(): the program stopped at that. */
static bool sets_option_late(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    if (!has_given_up(inquiry))
        return false;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_OPTION, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_OPTION, i + 1)) {
        const struct call *call = &t->events[i].call;
        size_t bind = serving_bind(t, inquiry->actor, call->socket);
        if (call->pending || call->result >= 0 || call->injected || (int)call->arg[1] != IPPROTO_IPV6 ||
            (int)call->arg[2] != IPV6_V6ONLY || bind == NOWHERE || bind > i)
            continue;
        cause_is(cause, DIAGNOSIS_CALL_FAILED, &t->events[i],
                 mem_printf(_("%s stopped after %s of IPV6_V6ONLY failed with %s"), inquiry->who, call_title(call),
                            error_name(call->error)));
        cause->hint = mem_string(_("Set IPV6_V6ONLY before bind(): once the socket has its address, it is too late."));
        return true;
    }
    return false;
}

bool cause_of_listeners(const struct inquiry *inquiry, struct cause *cause)
{
    return inquiry->meeting.serves && inquiry->meeting.listens && !inquiry->meeting.conflict &&
           (holds_both_itself(inquiry, cause) || sets_option_late(inquiry, cause) || forgets_listener(inquiry, cause));
}
