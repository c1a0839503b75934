#include "ground/utf8.h"

/* The rules of RFC 3629 by first byte: how long, and which values are too small for that length. */
static size_t sequence_length(unsigned char first, uint32_t *bits, uint32_t *smallest)
{
    if (first < 0x80) {
        *bits = first;
        *smallest = 0;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *bits = first & 0x1FU;
        *smallest = 0x80;
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *bits = first & 0x0FU;
        *smallest = 0x800;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *bits = first & 0x07U;
        *smallest = 0x10000;
        return 4;
    }
    return 0;
}

size_t utf8_decode(const unsigned char *data, size_t n, uint32_t *out)
{
    if (n == 0)
        return 0;
    uint32_t code = 0;
    uint32_t smallest = 0;
    size_t length = sequence_length(data[0], &code, &smallest);
    if (length == 0 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((data[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (data[i] & 0x3FU);
    }
    if (code < smallest || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *out = code;
    return length;
}

bool utf8_valid(const void *data, size_t n, size_t *bad)
{
    const unsigned char *bytes = data;
    size_t at = 0;
    uint32_t code = 0;
    while (at < n) {
        size_t length = utf8_decode(bytes + at, n - at, &code);
        if (length == 0) {
            if (bad != NULL)
                *bad = at;
            return false;
        }
        at += length;
    }
    return true;
}
