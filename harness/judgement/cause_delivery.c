/* Datagrams that went to the wrong place, and those that came from one. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"

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
                               call_name(e->call.id)));
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
    return cause_is(cause, DIAGNOSIS_STRANGER_TAKEN, &t->events[last],
                    mem_printf(_("%s took the datagram of a stranger for the server's reply"), inquiry->who));
}

/* --- a reply to somebody else --- */

/* Where the peer's datagrams come from, as its last deed tells. */
static const struct address *own_address(const struct transcript *t, int peer)
{
    for (size_t i = t->n_events; i-- > 0;)
        if (t->events[i].kind == EVENT_DEED && t->events[i].actor == peer && t->events[i].deed.own.len > 0)
            return &t->events[i].deed.own;
    return NULL;
}

/* Nothing was sent to the peer that the check is about, and something to another address. */
static bool reply_astray(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    int peer = inquiry->trial->actor;
    if (peer < 0 || t->actors[peer].kind != ACTOR_PEER || !inquiry->meeting.serves)
        return false;
    const struct address *own = own_address(t, peer);
    const struct event *astray = NULL;
    bool reached = false;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_SEND, 0); i != NOWHERE && own != NULL;
         i = facts_next_call(t, inquiry->actor, ROLE_SEND, i + 1)) {
        const struct event *e = &t->events[i];
        if (!by_datagram(t, &e->call) || e->call.address.len == 0 || !call_succeeded(&e->call))
            continue;
        reached |= address_same_place(&e->call.address, own);
        if (!address_same_place(&e->call.address, own))
            astray = e;
    }
    if (astray == NULL || reached)
        return false;
    AUTO_FREE char *where = address_text(&astray->call.address);
    AUTO_FREE char *right = address_text(own);
    return cause_is(cause, DIAGNOSIS_REPLY_ASTRAY, astray,
                    mem_printf(_("%s replies to %s, not to %s"), inquiry->who, where, right));
}

bool cause_of_delivery(const struct inquiry *inquiry, struct cause *cause)
{
    return inquiry->meeting.type == SOCK_DGRAM &&
           (size_not_set(inquiry, cause) || stranger_taken(inquiry, cause) || reply_astray(inquiry, cause));
}
