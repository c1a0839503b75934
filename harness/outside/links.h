/*
 * links: who is at the other end. Actors are known by their ports or paths: a server's by its bind, a client's by its SYN,
 * which stands beside its connect in the transcript. Follows the transcript event by event.
 */
#ifndef OUTSIDE_LINKS_H
#define OUTSIDE_LINKS_H

#include "data/transcript.h"

struct port_owner {
    int port, actor;
};

struct links {
    const struct transcript *transcript; /* borrowed */
    struct port_owner *owners;
    size_t n_owners;
    int *of_socket; /* the actor at the other end of each socket; -1: not known */
    int *of_actor;  /* whom each actor last had to do with; -1 */
};

void links_init(struct links *links, const struct transcript *transcript);
void links_free(struct links *links);
/* Takes note of what event INDEX tells. Call it for every event, in order. */
void links_follow(struct links *links, size_t index);
/* -1: nobody that is known. */
int links_owner(const struct links *links, const struct address *address);
/* To whom the call or deed went, -1 when that is not known. */
int links_target(const struct links *links, const struct event *event);

#endif
