#include "tests/golden.h"

#include <stdlib.h>
#include <string.h>

#include "ground/fs.h"

static void show_difference(const char *name, const char *expected, const char *actual)
{
    int line = 1;
    while (*expected != '\0' && *actual != '\0') {
        size_t n = strcspn(expected, "\n");
        size_t m = strcspn(actual, "\n");
        if (n != m || memcmp(expected, actual, n) != 0)
            break;
        expected += n + (expected[n] == '\n');
        actual += m + (actual[m] == '\n');
        line++;
    }
    fprintf(stderr, "\n%s:%d\n  expected: %.*s\n  actual:   %.*s\n", name, line, (int)strcspn(expected, "\n"), expected,
            (int)strcspn(actual, "\n"), actual);
}

bool golden_equal(const char *name, const struct buf *text)
{
    const char *slash = strrchr(__FILE__, '/');
    AUTO_FREE char *path = mem_printf("%.*s/golden/%s", slash == NULL ? 1 : (int)(slash - __FILE__),
                                      slash == NULL ? "." : __FILE__, name);
    struct err err = ERR_NONE;
    if (getenv("GOLDEN_UPDATE") != NULL)
        return fs_write(path, buf_text(text), text->len, &err) == 0;
    AUTO_BUF expected = BUF_EMPTY;
    if (fs_read(path, 1 << 20, &expected, &err) < 0) {
        fprintf(stderr, "\n%s\n", err.text);
        return false;
    }
    if (strcmp(buf_text(&expected), buf_text(text)) == 0)
        return true;
    show_difference(name, buf_text(&expected), buf_text(text));
    return false;
}
