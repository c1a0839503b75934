#include "ground/buf.h"

#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
    free(b->data);
    *b = BUF_EMPTY;
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (b->len + n + 1 > b->capacity) {
        size_t capacity = b->capacity > 0 ? b->capacity : 64;
        while (capacity < b->len + n + 1)
            capacity *= 2;
        b->data = mem_resize(b->data, capacity);
        b->capacity = capacity;
    }
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *data, size_t n)
{
    char *room = buf_reserve(b, n);
    if (n > 0)
        memcpy(room, data, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_string(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AUTO_FREE char *text = mem_vprintf(format, args);
    va_end(args);
    buf_string(b, text);
}

const char *buf_text(const struct buf *b)
{
    return b->data != NULL ? b->data : "";
}

char *buf_steal(struct buf *b)
{
    char *text = b->data != NULL ? b->data : mem_string("");
    *b = BUF_EMPTY;
    return text;
}
