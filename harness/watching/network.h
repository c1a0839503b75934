/*
 * network: the loopback of a new network namespace: up, and every address local, IPv4 and IPv6, so that a client which
 * hard-codes 192.168.52.2 reaches the server of its world. In either family it has one address that is no loopback one.
 * Segments are acknowledged at once (RTAX_QUICKACK): a delayed acknowledgement would be the only thing in the world that
 * happens by the clock.
 */
#ifndef WATCHING_NETWORK_H
#define WATCHING_NETWORK_H

#include "ground/base.h"

int network_setup(struct err *err);

#endif
