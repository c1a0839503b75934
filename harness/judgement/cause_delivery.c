/* Datagrams that went to the wrong place, and those that came from one. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/output.h"
#include "judgement/serving.h"

static bool by_datagram(const struct transcript *t, const struct call *call)
{
    return call->socket >= 0 && t->sockets[call->socket].type == SOCK_DGRAM;
}

/* --- the size of the sender's address, which the program has to set --- */

/* A receive that was asked for the sender's address and could not give it. */
static size_t nameless_receive(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->id != CALL_recvfrom || call->arg[4] == 0 || !by_datagram(t, call) || call->pending || call->injected)
            continue;
        bool without = call->result >= 0 && (call->address.len == 0 || address_family(&call->address) == AF_UNSPEC);
        if (without || call->error == EINVAL)
            return i;
    }
    return NOWHERE;
}

static bool size_not_set(const struct inquiry *inquiry, struct cause *cause)
{
    size_t received = nameless_receive(inquiry);
    if (received == NOWHERE)
        return false;
    const struct event *e = &inquiry->t->events[received];
    return cause_is(cause, DIAGNOSIS_SENDER_LENGTH, e,
                    mem_printf(_("%s gives %s a size that leaves no room for the sender's address"), inquiry->who,
                               call_title(&e->call)));
}

/* --- a stranger's datagram --- */

static bool is_stranger(const struct inquiry *inquiry, int peer)
{
    const struct script *script = &inquiry->trial->scenario->script;
    for (size_t i = 0; i < script->n; i++)
        if (script->steps[i].kind == STEP_PEER_REACH && strcmp(script->steps[i].actor, inquiry->t->actors[peer].name) == 0)
            return true;
    return false;
}

/* Whether some stranger sent just these bytes. */
static bool came_from_stranger(const struct inquiry *inquiry, const struct bytes *bytes)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_DEED && e->deed.kind == DEED_SENT && is_stranger(inquiry, e->actor) && bytes->stored > 0 &&
            e->deed.bytes.stored >= bytes->stored && memcmp(e->deed.bytes.data, bytes->data, bytes->stored) == 0)
            return true;
    }
    return false;
}

/* Whether the program ended with an error, and did not print these bytes. */
static bool gave_up(const struct inquiry *inquiry, const struct bytes *bytes)
{
    struct ending ending = facts_ending(inquiry->t, inquiry->actor);
    if (ending.kind != ENDING_EXITED || ending.status == 0)
        return false;
    size_t n = bytes->stored;
    while (n > 0 && (bytes->data[n - 1] == '\n' || bytes->data[n - 1] == '\0'))
        n--;
    AUTO_OUTPUT out;
    output_collect(inquiry->t, inquiry->actor, STREAM_STDOUT, &out);
    return n > 0 && output_find(&out, 0, bytes->data, n) == SIZE_MAX;
}

static bool stranger_taken(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t last = NOWHERE;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, i + 1))
        if (call_moved(&t->events[i].call) > 0)
            last = i;
    if (last == NOWHERE || !came_from_stranger(inquiry, &t->events[last].call.data))
        return false;
    if (gave_up(inquiry, &t->events[last].call.data)) {
        cause_is(cause, DIAGNOSIS_STRANGER_TAKEN, &t->events[last],
                 mem_printf(_("%s gave up when the datagram of a stranger came"), inquiry->who));
        cause->hint = mem_string(_("A datagram that comes from somebody else is no error: throw it away and receive "
                                   "again, until the reply comes or the time is over."));
        return true;
    }
    return cause_is(cause, DIAGNOSIS_STRANGER_TAKEN, &t->events[last],
                    mem_printf(_("%s took the datagram of a stranger for the server's reply"), inquiry->who));
}

/* --- a reply to somebody else --- */

/* The send that follows the receive at FROM, before the program receives again. */
static const struct event *reply_after(const struct inquiry *inquiry, size_t from)
{
    const struct transcript *t = inquiry->t;
    size_t next = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, from + 1);
    size_t sent = facts_next_call(t, inquiry->actor, ROLE_SEND, from + 1);
    bool there = sent != NOWHERE && sent < next && call_succeeded(&t->events[sent].call) &&
                 by_datagram(t, &t->events[sent].call) && t->events[sent].call.address.len > 0;
    return there ? &t->events[sent] : NULL;
}

static bool ever_sent_to(const struct inquiry *inquiry, const struct address *address)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_SEND, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_SEND, i + 1))
        if (address_same_place(&t->events[i].call.address, address))
            return true;
    return false;
}

/* Somebody's datagram was received, and what was sent next went to somebody else, who asked for nothing. */
static bool reply_astray(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, 0); i != NOWHERE && inquiry->meeting.serves;
         i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (!by_datagram(t, call) || !call_succeeded(call) || call->address.len == 0 ||
            ever_sent_to(inquiry, &call->address))
            continue;
        const struct event *astray = reply_after(inquiry, i);
        if (astray == NULL)
            continue;
        AUTO_FREE char *where = address_text(&astray->call.address);
        AUTO_FREE char *right = address_text(&call->address);
        return cause_is(cause, DIAGNOSIS_REPLY_ASTRAY, astray,
                        mem_printf(_("%s replies to %s, not to %s"), inquiry->who, where, right));
    }
    return false;
}

/* --- a reply from somewhere else --- */

/* A connected socket of datagrams hears nobody but its peer. */
static bool connects_server(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t connected = NOWHERE;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, 0); i != NOWHERE && inquiry->meeting.serves;
         i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (!by_datagram(t, call) || !call_succeeded(call) || serving_bind(t, inquiry->actor, call->socket) == NOWHERE)
            continue;
        connected = address_family(&call->address) != AF_UNSPEC ? i : NOWHERE;
    }
    return connected != NOWHERE &&
           cause_is(cause, DIAGNOSIS_SERVER_CONNECTED, &t->events[connected],
                    mem_printf(_("%s has connected its socket to one client, and hears no other any more"), inquiry->who));
}

/* The reply to a datagram went to its sender, and not from the socket that had received it. */
static bool replies_from_elsewhere(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_SEND, 0); i != NOWHERE && inquiry->meeting.serves;
         i = facts_next_call(t, inquiry->actor, ROLE_SEND, i + 1)) {
        const struct call *send = &t->events[i].call;
        if (!by_datagram(t, send) || !call_succeeded(send) || send->address.len == 0 ||
            serving_bind(t, inquiry->actor, send->socket) != NOWHERE)
            continue;
        for (size_t k = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, 0); k < i;
             k = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, k + 1)) {
            const struct call *received = &t->events[k].call;
            if (received->socket != send->socket && call_succeeded(received) &&
                address_same_place(&received->address, &send->address))
                return cause_is(cause, DIAGNOSIS_REPLY_PORT, &t->events[i],
                                mem_printf(_("%s replies from another socket than the one that is bound"), inquiry->who));
        }
    }
    return false;
}

bool cause_of_delivery(const struct inquiry *inquiry, struct cause *cause)
{
    return inquiry->meeting.type == SOCK_DGRAM &&
           (size_not_set(inquiry, cause) || connects_server(inquiry, cause) || replies_from_elsewhere(inquiry, cause) ||
            stranger_taken(inquiry, cause) || reply_astray(inquiry, cause));
}
