/*
 * capture: the packets of the world's loopback, by a packet socket, as evidence: what tells a FIN from a RST. Needs no
 * privilege outside of the world.
 */
#ifndef WATCHING_CAPTURE_H
#define WATCHING_CAPTURE_H

#include "data/transcript.h"
#include "watching/tracer.h"

struct capture;

/* Packets go into TRANSCRIPT as EVENT_PACKET while TRACER runs, until capture_stop(). NULL: blame environment. */
struct capture *capture_start(struct transcript *transcript, struct tracer *tracer, struct err *err);
void capture_stop(struct capture *capture);

#endif
