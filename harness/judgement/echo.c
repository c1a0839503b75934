#include "judgement/echo.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static bool is_raw(const struct transcript *t, const struct call *call)
{
    return call->socket >= 0 && t->sockets[call->socket].type == SOCK_RAW;
}

bool echo_read(const struct transcript *t, const struct call *call, struct echo *echo)
{
    struct icmp6_hdr header;
    if (!is_raw(t, call) || call_moved(call) == 0 || call->data.stored < sizeof header)
        return false;
    memcpy(&header, call->data.data, sizeof header);
    *echo = (struct echo){header.icmp6_type, header.icmp6_code, header.icmp6_id};
    return true;
}

static bool is_own_request(const struct transcript *t, const struct event *e, int actor, struct echo *echo)
{
    return facts_is_call(t, e, actor, ROLE_SEND) && echo_read(t, &e->call, echo) && echo->type == ICMP6_ECHO_REQUEST;
}

size_t echo_request(const struct transcript *t, int actor)
{
    struct echo echo;
    for (size_t i = 0; i < t->n_events; i++)
        if (is_own_request(t, &t->events[i], actor, &echo))
            return i;
    return NOWHERE;
}

static bool has_asked(const struct transcript *t, int actor, unsigned identifier, size_t before)
{
    struct echo echo;
    for (size_t i = 0; i < before; i++)
        if (is_own_request(t, &t->events[i], actor, &echo) && echo.identifier == identifier)
            return true;
    return false;
}

size_t echo_own_reply(const struct transcript *t, int actor)
{
    for (size_t i = facts_next_call(t, actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_RECEIVE, i + 1)) {
        const struct call *call = &t->events[i].call;
        struct echo echo;
        if (echo_read(t, call, &echo) && echo.type == ICMP6_ECHO_REPLY && has_asked(t, actor, echo.identifier, i))
            return i;
    }
    return NOWHERE;
}

size_t echo_last_received(const struct transcript *t, int actor)
{
    for (size_t i = t->n_events; i-- > 0;)
        if (facts_is_call(t, &t->events[i], actor, ROLE_RECEIVE) && is_raw(t, &t->events[i].call) &&
            call_moved(&t->events[i].call) > 0)
            return i;
    return NOWHERE;
}

size_t echo_wrong_socket(const struct transcript *t, int actor)
{
    for (size_t i = facts_next_call(t, actor, ROLE_SOCKET, 0); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_SOCKET, i + 1)) {
        enum { TYPE_MASK = 0xf };
        const int64_t *arg = t->events[i].call.arg;
        if (arg[0] == AF_INET && (arg[1] & TYPE_MASK) == SOCK_RAW && arg[2] == IPPROTO_ICMPV6)
            return i;
    }
    return NOWHERE;
}
