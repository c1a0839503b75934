/*
 * ladder: one transcript as a diagram. Up to three actors have a column each, the student's program on the left,
 * with arrows for the bytes and for SYN, FIN and RST; more actors give a list that names them. Repetition is folded
 * ("× 300").
 *
 * Shows what a student can act on: calls on sockets, waits, output, ends. Source lines appear where the transcript
 * has them.
 */
#ifndef OUTSIDE_LADDER_H
#define OUTSIDE_LADDER_H

#include "data/transcript.h"
#include "ground/buf.h"
#include "outside/layout.h"

void ladder_draw(const struct transcript *transcript, const struct style *style, struct buf *out);

#endif
