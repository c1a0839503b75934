/*
 * digest: a fingerprint of a run of bytes. That of two runs, one behind the other, follows from theirs: so megabytes that
 * went through a connection in pieces are compared without being kept.
 */
#ifndef DATA_DIGEST_H
#define DATA_DIGEST_H

#include "ground/base.h"

struct digest {
    uint64_t hash;
    uint64_t n; /* bytes */
};

/* Adds N bytes behind what DIGEST stands for; {0, 0} stands for none. */
void digest_add(struct digest *digest, const void *data, size_t n);
/* Adds the bytes that TAIL stands for. */
void digest_join(struct digest *digest, const struct digest *tail);
bool digest_equal(const struct digest *a, const struct digest *b);

#endif
