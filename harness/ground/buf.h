/*
 * buf: bytes that grow. May hold NULs; there is always one more NUL behind `len`, so that `data` also reads as a string.
 * The owner of a struct buf gives it back with buf_free(); BUF_EMPTY needs no freeing.
 */
#ifndef GROUND_BUF_H
#define GROUND_BUF_H

#include "ground/base.h"

struct buf {
    char *data; /* NULL while empty */
    size_t len;
    size_t capacity;
};

#define BUF_EMPTY ((struct buf){NULL, 0, 0})
#define AUTO_BUF __attribute__((cleanup(buf_free))) struct buf

void buf_free(struct buf *b);
/* Room for N more bytes and the NUL behind them; returns where they go. Whoever fills it adds to `len` and sets the NUL. */
char *buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *data, size_t n);
void buf_char(struct buf *b, char c);
void buf_string(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text collected so far, never NULL; the buffer owns it. */
const char *buf_text(const struct buf *b);
/* Hands the text over to the caller, who frees it; the buffer is empty afterwards. Never NULL. */
char *buf_steal(struct buf *b);

#endif
