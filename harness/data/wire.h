/*
 * wire: numbers, strings and bytes to and from a compact binary form. Numbers are in base 128, the lowest seven bits first,
 * the high bit meaning that more follow; signed ones are folded so that small negative numbers stay small.
 *
 * A reader trusts nothing: the first thing that is out of bounds makes it `bad`, and from then on it yields zeros. So a
 * caller may read a whole record and look at `bad` once.
 */
#ifndef DATA_WIRE_H
#define DATA_WIRE_H

#include "ground/base.h"
#include "ground/buf.h"

enum { WIRE_NUMBER_MAX = 10 /* bytes */ };

static inline void wire_put(struct buf *out, uint64_t value)
{
    /* A transcript has tens of thousands of these: room is nearly always there. */
    if (out->capacity - out->len <= WIRE_NUMBER_MAX)
        buf_reserve(out, WIRE_NUMBER_MAX);
    unsigned char *start = (unsigned char *)out->data + out->len;
    unsigned char *at = start;
    for (; value >= 0x80; value >>= 7)
        *at++ = (unsigned char)(value | 0x80);
    *at++ = (unsigned char)value;
    *at = '\0';
    out->len += (size_t)(at - start);
}

static inline void wire_put_signed(struct buf *out, int64_t value)
{
    wire_put(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void wire_put_string(struct buf *out, const char *s); /* NULL stays NULL */
void wire_put_bytes(struct buf *out, const void *data, size_t n);
/* Eight bytes, the lowest first. */
void wire_put_fixed(struct buf *out, uint64_t value);

struct wire_reader {
    const unsigned char *at, *end;
    bool bad;
};

uint64_t wire_get(struct wire_reader *in);
int64_t wire_get_signed(struct wire_reader *in);
/* A number from MIN to MAX, put by wire_put_signed; bad if it is outside, and then MIN. */
int64_t wire_get_range(struct wire_reader *in, int64_t min, int64_t max);
int wire_get_int(struct wire_reader *in);
/* A number of at most MAX, put by wire_put. */
size_t wire_get_size(struct wire_reader *in, size_t max);
char *wire_get_string(struct wire_reader *in); /* the caller frees; NULL when NULL was put, or bad */
/* The next N bytes, which stay the reader's; NULL (and bad) when there are not so many. */
const unsigned char *wire_get_bytes(struct wire_reader *in, size_t n);
uint64_t wire_get_fixed(struct wire_reader *in);

/* A checksum that changes with any single damaged bit. No protection against somebody who computes it anew. */
uint64_t wire_checksum(const void *data, size_t n);

#endif
