/*
 * The bytes are the digits of a number in base BASE, and the hash is what is left of it modulo the prime 2^61 - 1. Zero bytes
 * count too, since each digit is its byte plus one.
 */
#include "data/digest.h"

typedef unsigned __int128 wide;

#define PRIME ((UINT64_C(1) << 61) - 1)
#define BASE UINT64_C(0x14c3a59f7b26de85)

static uint64_t reduce(wide value)
{
    uint64_t folded = (uint64_t)(value & PRIME) + (uint64_t)(value >> 61);
    folded = (folded & PRIME) + (folded >> 61);
    return folded >= PRIME ? folded - PRIME : folded;
}

static uint64_t times(uint64_t a, uint64_t b)
{
    return reduce((wide)a * b);
}

static uint64_t power(uint64_t n)
{
    uint64_t result = 1;
    for (uint64_t square = BASE; n > 0; n >>= 1, square = times(square, square))
        if ((n & 1) != 0)
            result = times(result, square);
    return result;
}

void digest_add(struct digest *digest, const void *data, size_t n)
{
    enum { STRIDE = 8 }; /* so many products fit before the remainder is taken */
    const unsigned char *bytes = data;
    uint64_t powers[STRIDE + 1] = {1};
    for (size_t i = 0; i < STRIDE; i++)
        powers[i + 1] = times(powers[i], BASE);
    uint64_t hash = digest->hash;
    size_t i = 0;
    for (; i + STRIDE <= n; i += STRIDE) {
        wide sum = (wide)hash * powers[STRIDE];
        for (size_t k = 0; k < STRIDE; k++)
            sum += (wide)powers[STRIDE - 1 - k] * (bytes[i + k] + 1U);
        hash = reduce(sum);
    }
    for (; i < n; i++)
        hash = reduce((wide)hash * BASE + bytes[i] + 1U);
    digest->hash = hash;
    digest->n += n;
}

void digest_join(struct digest *digest, const struct digest *tail)
{
    digest->hash = reduce((wide)digest->hash * power(tail->n) + tail->hash);
    digest->n += tail->n;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return a->n == b->n && a->hash == b->hash;
}
