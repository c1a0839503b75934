/* serving: on which families a program listens. Private to the check_*.c files and cause*.c. */
#ifndef JUDGEMENT_SERVING_H
#define JUDGEMENT_SERVING_H

#include "judgement/trial.h"

/* The bind that gave SOCKET its address; NOWHERE. */
size_t serving_bind(const struct transcript *t, int actor, int socket);
/* The setsockopt() that made this IPv6 socket one for IPv6 alone; NULL. */
const struct event *serving_v6only(const struct transcript *t, int actor, int socket);
/* Whether the socket that this call bound takes clients of that family: one of IPv6 takes both, if it is not for IPv6 alone. */
bool serving_covers(const struct transcript *t, const struct event *bind, int family);
/* Whether the program is alive and listens at an address: it serves somebody. (check_families.c) */
bool trial_keeps_serving(const struct trial *trial);

#endif
