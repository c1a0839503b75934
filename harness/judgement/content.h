/*
 * content: a run of bytes that went through a program, as far as the transcript tells: the beginning, and the digest of all.
 * What went in at one end and came out at the other is compared, however much it was.
 */
#ifndef JUDGEMENT_CONTENT_H
#define JUDGEMENT_CONTENT_H

#include "judgement/facts.h"

struct content {
    struct buf kept; /* the beginning; all, when kept.len is all.n */
    struct digest all;
};

#define AUTO_CONTENT __attribute__((cleanup(content_free))) struct content

void content_add(struct content *content, const struct bytes *bytes);
void content_free(struct content *content);
bool content_equal(const struct content *a, const struct content *b);
/* How many bytes the two have in common at their beginnings, as far as they were kept. */
size_t content_common(const struct content *a, const struct content *b);

/* What the script wrote on the standard input of ACTOR; what ACTOR wrote on one stream. */
void content_of_input(const struct transcript *t, int actor, struct content *out);
void content_of_output(const struct transcript *t, int actor, enum stream stream, struct content *out);
/* All that a peer sent, or received, on its connections, one behind the other. */
void content_of_peer(const struct transcript *t, int peer, bool sent, struct content *out);

#endif
