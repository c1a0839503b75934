/* wire: says how the bytes that arrived at a peer differ from a text. Private to check_wire.c and check_reply.c. */
#ifndef JUDGEMENT_WIRE_H
#define JUDGEMENT_WIRE_H

#include "judgement/trial.h"

/* GOT is not this TEXT of N bytes: fails, shows both, and says why when the cause is known. */
void wire_differs(struct trial *trial, const struct buf *got, const char *text, size_t n);
/* Nothing arrived, and no more is known than that a call of the program had failed for good: that is then the cause. */
void wire_failed_call(struct trial *trial);
/* After wire_differs(): when the peer sent several lines in one, or a line in pieces, and that is where the replies went wrong,
   says so. */
void wire_bounds(struct trial *trial, const struct buf *got, const char *text, size_t n);
/* The send that shows what went wrong: the last on the socket that carried exactly these bytes, else the last of all; NULL. */
const struct event *wire_sending_of(const struct trial *trial, const struct buf *bytes);

/* Whether it is a size that a buffer has: a power of two, from 32 on. */
bool wire_is_buffer(size_t n);

#endif
