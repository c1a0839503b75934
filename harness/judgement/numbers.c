/* Numbers as words: see output.h. */
#include <string.h>

#include "ground/utf8.h"
#include "judgement/output.h"

enum sort { SORT_OTHER, SORT_LETTER, SORT_DIGIT, SORT_MINUS, SORT_POINT };

/* Letters of Latin script, and the accents that combine with them. */
static bool is_latin(uint32_t c)
{
    if (c == 0xd7 || c == 0xf7)
        return false; /* the signs of multiplication and division */
    return c == 0xaa || c == 0xba || (c >= 0xc0 && c <= 0x24f) || (c >= 0x300 && c <= 0x36f) ||
           (c >= 0x1e00 && c <= 0x1eff) || (c >= 0x2c60 && c <= 0x2c7f) || (c >= 0xa720 && c <= 0xa7ff) ||
           (c >= 0xfb00 && c <= 0xfb06) || (c >= 0xff21 && c <= 0xff3a) || (c >= 0xff41 && c <= 0xff5a);
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static enum sort sort_ascii(unsigned char c)
{
    if (is_digit(c))
        return SORT_DIGIT;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return SORT_LETTER;
    if (c == '-')
        return SORT_MINUS;
    return c == '.' ? SORT_POINT : SORT_OTHER; /* a comma parts a list: "127.0.0.1,20002", "1,14" */
}

/* What sort of character DATA begins with, and how many bytes it takes. */
static enum sort sort_of(const unsigned char *data, size_t n, size_t *size)
{
    *size = 1;
    if (n == 0)
        return SORT_OTHER;
    size_t sequence = output_escape(data, n);
    if (sequence > 0) {
        *size = sequence;
        return SORT_OTHER;
    }
    if (data[0] < 0x80)
        return sort_ascii(data[0]);
    uint32_t character;
    size_t valid = utf8_decode(data, n, &character);
    if (valid == 0) /* then it is ISO-8859-1 */
        return is_latin(data[0]) ? SORT_LETTER : SORT_OTHER;
    *size = valid;
    return is_latin(character) ? SORT_LETTER : SORT_OTHER;
}

static uint64_t value_of(const unsigned char *digits, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digits[i] - '0', &value))
            return UINT64_MAX;
    return value;
}

/* Whether digits that follow BEFORE_THAT and BEFORE, with REST behind them, are a word. */
static bool stands_alone(enum sort before_that, enum sort before, const unsigned char *rest, size_t n)
{
    if (before == SORT_LETTER || (before == SORT_POINT && before_that == SORT_DIGIT))
        return false;
    if (before == SORT_MINUS && before_that != SORT_LETTER && before_that != SORT_DIGIT)
        return false;
    size_t size;
    enum sort after = sort_of(rest, n, &size);
    return after != SORT_LETTER && !(after == SORT_POINT && n > 1 && is_digit(rest[1]));
}

size_t numbers_find(const void *data, size_t n, struct number **list)
{
    const unsigned char *text = data;
    size_t count = 0;
    enum sort before = SORT_OTHER, before_that = SORT_OTHER;
    *list = NULL;
    for (size_t i = 0, size; i < n; i += size) {
        enum sort sort = sort_of(text + i, n - i, &size);
        if (sort == SORT_DIGIT) {
            while (i + size < n && is_digit(text[i + size]))
                size++;
            if (stands_alone(before_that, before, text + i + size, n - i - size)) {
                struct number *number = ARRAY_ADD(*list, count);
                *number = (struct number){i, i + size, value_of(text + i, size)};
            }
        }
        before_that = before;
        before = sort;
    }
    return count;
}
