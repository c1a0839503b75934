/*
 * capture: the packets of the world's loopback, by a packet socket, as evidence: what tells a FIN from a RST. Needs no
 * privilege outside of the world.
 */
#ifndef WATCHING_CAPTURE_H
#define WATCHING_CAPTURE_H

#include "data/transcript.h"
#include "watching/tracer.h"

/* Packets go into TRANSCRIPT as EVENT_PACKET while TRACER runs. Nothing to free: the world's end is the capture's end. */
int capture_start(struct transcript *transcript, struct tracer *tracer, struct err *err);

#endif
