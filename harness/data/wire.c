#include "data/wire.h"

#include <endian.h>
#include <limits.h>
#include <string.h>

void wire_put_string(struct buf *out, const char *s)
{
    if (s == NULL) {
        wire_put(out, 0);
        return;
    }
    size_t n = strlen(s);
    wire_put(out, n + 1);
    buf_add(out, s, n);
}

void wire_put_bytes(struct buf *out, const void *data, size_t n)
{
    buf_add(out, data, n);
}

void wire_put_fixed(struct buf *out, uint64_t value)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    buf_add(out, bytes, sizeof bytes);
}

static void spoil(struct wire_reader *in)
{
    in->bad = true;
    in->at = in->end;
}

uint64_t wire_get(struct wire_reader *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (in->at == in->end)
            break;
        unsigned char byte = *in->at++;
        if (shift == 63 && byte > 1)
            break; /* more than 64 bits */
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    spoil(in);
    return 0;
}

int64_t wire_get_signed(struct wire_reader *in)
{
    uint64_t folded = wire_get(in);
    return (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

int64_t wire_get_range(struct wire_reader *in, int64_t min, int64_t max)
{
    int64_t value = wire_get_signed(in);
    if (value >= min && value <= max)
        return value;
    spoil(in);
    return min;
}

int wire_get_int(struct wire_reader *in)
{
    int64_t value = wire_get_signed(in);
    if (value >= INT_MIN && value <= INT_MAX)
        return (int)value;
    spoil(in);
    return 0;
}

size_t wire_get_size(struct wire_reader *in, size_t max)
{
    uint64_t value = wire_get(in);
    if (value <= max)
        return (size_t)value;
    spoil(in);
    return 0;
}

const unsigned char *wire_get_bytes(struct wire_reader *in, size_t n)
{
    if (in->bad || n > (size_t)(in->end - in->at)) {
        spoil(in);
        return NULL;
    }
    const unsigned char *bytes = in->at;
    in->at += n;
    return bytes;
}

char *wire_get_string(struct wire_reader *in)
{
    size_t n = wire_get_size(in, (size_t)(in->end - in->at) + 1);
    if (n == 0)
        return NULL;
    const unsigned char *bytes = wire_get_bytes(in, n - 1);
    if (bytes == NULL)
        return NULL;
    if (memchr(bytes, '\0', n - 1) != NULL) {
        spoil(in);
        return NULL;
    }
    return mem_bytes(bytes, n - 1);
}

uint64_t wire_get_fixed(struct wire_reader *in)
{
    const unsigned char *bytes = wire_get_bytes(in, 8);
    uint64_t value = 0;
    for (size_t i = 0; bytes != NULL && i < 8; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

/*
 * Every step maps the state one to one for given data (an odd factor, a shift that folds high bits into low ones), and the
 * data one to one for a given state: so two inputs that differ in one word never meet again.
 */
static uint64_t mix(uint64_t state, uint64_t word)
{
    state = (state ^ word) * 0x9E3779B97F4A7C15U;
    return state ^ state >> 32;
}

uint64_t wire_checksum(const void *data, size_t n)
{
    const unsigned char *bytes = data;
    uint64_t state = n;
    for (; n >= 8; n -= 8, bytes += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes, sizeof word);
        state = mix(state, le64toh(word));
    }
    uint64_t rest = 0;
    for (size_t i = 0; i < n; i++)
        rest |= (uint64_t)bytes[i] << (8 * i);
    return mix(state, rest);
}
