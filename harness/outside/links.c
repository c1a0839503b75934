#include "outside/links.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { NEARBY = 64 /* events between a SYN and the end of its connect */ };

void links_init(struct links *links, const struct transcript *transcript)
{
    *links = (struct links){.transcript = transcript};
    links->of_socket = mem_alloc((transcript->n_sockets + 1) * sizeof *links->of_socket);
    links->of_actor = mem_alloc((transcript->n_actors + 1) * sizeof *links->of_actor);
    for (size_t i = 0; i < transcript->n_sockets; i++)
        links->of_socket[i] = -1;
    for (size_t i = 0; i < transcript->n_actors; i++)
        links->of_actor[i] = -1;
}

void links_free(struct links *links)
{
    free(links->owners);
    free(links->of_socket);
    free(links->of_actor);
    *links = (struct links){0};
}

/* What stands for an address: its port, or for a path a number above all ports, made of its last part. -1: nothing does. */
static int port_of(const struct address *address)
{
    enum { FIRST_PATH = 1 << 16 };
    if (address_family(address) != AF_UNIX || address->len <= sizeof address->storage.ss_family)
        return address_port(address);
    AUTO_FREE char *path = address_text(address);
    const char *slash = strrchr(path, '/');
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (const char *c = slash != NULL ? slash + 1 : path; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    return FIRST_PATH + (int)(hash >> 8);
}

static int owner_of_port(const struct links *links, int port)
{
    for (size_t i = links->n_owners; i-- > 0;)
        if (links->owners[i].port == port)
            return links->owners[i].actor;
    return -1;
}

static void own(struct links *links, int port, int actor)
{
    if (port <= 0 || actor < 0)
        return;
    for (size_t i = 0; i < links->n_owners; i++) {
        if (links->owners[i].port == port) {
            links->owners[i].actor = actor;
            return;
        }
    }
    struct port_owner *owner = ARRAY_ADD(links->owners, links->n_owners);
    *owner = (struct port_owner){port, actor};
}

int links_owner(const struct links *links, const struct address *address)
{
    return address->len == 0 ? -1 : owner_of_port(links, port_of(address));
}

/* With only two actors there is no doubt. */
static int only_other(const struct links *links, int actor)
{
    return links->transcript->n_actors == 2 && actor >= 0 ? 1 - actor : -1;
}

/* Does the event say that its actor tried to connect to PORT? */
static bool tries(const struct event *event, int port)
{
    if (event->kind == EVENT_CALL)
        return call_role(event->call.id) == ROLE_CONNECT && event->call.address.len > 0 &&
               port_of(&event->call.address) == port;
    return event->kind == EVENT_DEED && (event->deed.kind == DEED_CONNECTED || event->deed.kind == DEED_REFUSED) &&
           event->deed.address.len > 0 && port_of(&event->deed.address) == port;
}

/* Who sent the SYN at INDEX: the next one that has tried to connect there, or else the one before. */
static int who_connects(const struct links *links, size_t index, int port)
{
    const struct transcript *t = links->transcript;
    for (size_t i = index + 1; i < t->n_events && i <= index + NEARBY; i++)
        if (tries(&t->events[i], port))
            return t->events[i].actor;
    for (size_t i = index; i-- > 0 && i + NEARBY >= index;)
        if (tries(&t->events[i], port))
            return t->events[i].actor;
    return only_other(links, owner_of_port(links, port));
}

static void follow_packet(struct links *links, size_t index, const struct packet *packet)
{
    if ((packet->flags & PACKET_SYN) == 0 || (packet->flags & PACKET_ACK) != 0)
        return;
    own(links, port_of(&packet->from), who_connects(links, index, port_of(&packet->to)));
}

static void link_socket(struct links *links, int socket, int actor)
{
    if (socket >= 0 && (size_t)socket < links->transcript->n_sockets && actor >= 0)
        links->of_socket[socket] = actor;
}

static void follow_call(struct links *links, const struct event *event)
{
    const struct call *call = &event->call;
    enum role role = call_role(call->id);
    if (call->result < 0 || call->address.len == 0)
        return;
    if (role == ROLE_BIND)
        own(links, port_of(&call->address), event->actor);
    else if (role == ROLE_CONNECT || role == ROLE_RECEIVE)
        link_socket(links, call->socket, links_owner(links, &call->address));
    else if (role == ROLE_ACCEPT)
        link_socket(links, call->new_socket, links_owner(links, &call->address));
}

static void follow_deed(struct links *links, const struct event *event)
{
    const struct deed *deed = &event->deed;
    if (deed->address.len == 0 || event->actor < 0)
        return;
    if (deed->kind == DEED_LISTENING || deed->kind == DEED_BOUND) {
        own(links, port_of(&deed->address), event->actor);
        return;
    }
    int other = links_owner(links, &deed->address);
    if (other >= 0 && other != event->actor)
        links->of_actor[event->actor] = other;
}

void links_follow(struct links *links, size_t index)
{
    const struct event *event = &links->transcript->events[index];
    if (event->kind == EVENT_PACKET)
        follow_packet(links, index, &event->packet);
    else if (event->kind == EVENT_CALL)
        follow_call(links, event);
    else if (event->kind == EVENT_DEED)
        follow_deed(links, event);
}

int links_target(const struct links *links, const struct event *event)
{
    int target = -1;
    if (event->kind == EVENT_CALL) {
        const struct call *call = &event->call;
        target = links_owner(links, &call->address);
        if (target < 0 && call->socket >= 0 && (size_t)call->socket < links->transcript->n_sockets)
            target = links->of_socket[call->socket];
    } else if (event->actor >= 0) {
        target = links->of_actor[event->actor];
    }
    return target < 0 || target == event->actor ? only_other(links, event->actor) : target;
}
