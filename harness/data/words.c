#include "data/words.h"

#include <string.h>

#include "ground/buf.h"
#include "ground/text.h"

enum { LONGEST = 32 }; /* words beyond this are not compared: none of ours is that long */

/* Steps over the spaces at *CURSOR, then over a word; returns its length, 0 at the end. */
static size_t next_word(const char **cursor, const char **word)
{
    *word = *cursor + strspn(*cursor, " ");
    size_t length = strcspn(*word, " ");
    *cursor = *word + length;
    return length;
}

bool words_have(const char *words, const char *word)
{
    size_t wanted = strlen(word);
    const char *candidate = NULL;
    size_t length = 0;
    while ((length = next_word(&words, &candidate)) > 0)
        if (length == wanted && memcmp(candidate, word, length) == 0)
            return true;
    return false;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* How many letters must be added, removed, replaced or swapped with their neighbour to make B of A. */
static int distance(const char *a, size_t n, const char *b, size_t m)
{
    int rows[3][LONGEST + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *row = rows[i % 3];
        const int *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

static size_t nearest(const char *words, const char *word, const char **found)
{
    size_t wanted = strlen(word), found_length = 0;
    if (wanted < 2 || wanted > LONGEST)
        return 0;
    int best = wanted < 4 ? 2 : 3; /* a third of a short word wrong is another word, not a slip */
    const char *candidate = NULL;
    size_t length = 0;
    while ((length = next_word(&words, &candidate)) > 0) {
        if (length > LONGEST)
            continue;
        int far = distance(word, wanted, candidate, length);
        if (far < best && (size_t)far < length) {
            best = far;
            *found = candidate;
            found_length = length;
        }
    }
    return found_length;
}

bool words_near(const char *words, const char *word)
{
    const char *found = NULL;
    return nearest(words, word, &found) > 0;
}

char *words_advice(const char *words, const char *word)
{
    const char *found = NULL;
    size_t length = nearest(words, word, &found);
    if (length > 0)
        return mem_printf(_("did you mean '%.*s'?"), (int)length, found);
    AUTO_BUF list = BUF_EMPTY;
    const char *candidate = NULL;
    while ((length = next_word(&words, &candidate)) > 0) {
        if (list.len > 0)
            buf_string(&list, ", ");
        buf_add(&list, candidate, length);
    }
    return mem_printf(_("expected: %s"), buf_text(&list));
}
