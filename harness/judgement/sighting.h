/*
 * sighting: where on standard output a program printed the messages that a peer sent it. A message may stand there whole, or
 * piece by piece as the program received it, with other text between the pieces. One printed text counts for one message.
 */
#ifndef JUDGEMENT_SIGHTING_H
#define JUDGEMENT_SIGHTING_H

#include "judgement/facts.h"
#include "judgement/output.h"

/* A piece of a message, as it stands on standard output. */
struct printed {
    size_t size;        /* bytes of it, its newline included */
    size_t end;         /* the offset right behind it */
    size_t first, last; /* the calls that received its first and its last byte */
};

struct sighting {
    struct buf text;          /* the message, "\r\n" as "\n" */
    const struct flow *flow;  /* what the program received of it; NULL: nothing */
    size_t size;              /* bytes that the peer sent */
    bool found;
    struct printed *pieces;   /* found: the whole message, or its pieces */
    size_t n_pieces;
};

struct sightings {
    struct output_text out;
    struct flow *flows;
    size_t n_flows;
    struct sighting *items; /* one per message, in the order in which they were sent */
    size_t n;
};

/* LEAST: a message that was cut off counts as found if so many bytes of its beginning are there; 0: it must be whole. */
void sightings_collect(const struct transcript *t, int program, int peer, size_t least, struct sightings *sightings);
void sightings_free(struct sightings *sightings);
/* How many bytes from the message's beginning stand somewhere on standard output, after its first byte was received. */
size_t sighting_printed(const struct sightings *sightings, const struct sighting *sighting);
/* TEXT without its last newline. */
size_t sighting_bare(const struct buf *text);

#endif
