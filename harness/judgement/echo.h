/*
 * echo: ICMPv6 messages in a transcript, as a program sent and received them over raw sockets. Private to the check_*.c files
 * and cause*.c.
 */
#ifndef JUDGEMENT_ECHO_H
#define JUDGEMENT_ECHO_H

#include "judgement/facts.h"

struct echo {
    int type;            /* 128: an echo request, 129: an echo reply */
    int code;            /* 0 for both */
    unsigned identifier; /* of these two */
};

/* What a call on a raw socket carried; false when it carried no whole ICMPv6 header. */
bool echo_read(const struct transcript *t, const struct call *call, struct echo *echo);
/* The first echo request that ACTOR sent; NOWHERE. */
size_t echo_request(const struct transcript *t, int actor);
/* The first echo reply with an identifier of ACTOR's own that it received; NOWHERE. */
size_t echo_own_reply(const struct transcript *t, int actor);
/* The last message of any kind that it received over a raw socket; NOWHERE. */
size_t echo_last_received(const struct transcript *t, int actor);
/* A raw socket that can carry no ICMPv6, because its family is IPv4: where it was made; NOWHERE. */
size_t echo_wrong_socket(const struct transcript *t, int actor);

#endif
