/* rows: the lines of a ladder, in order, before anything is drawn. */
#ifndef OUTSIDE_ROWS_H
#define OUTSIDE_ROWS_H

#include "data/transcript.h"
#include "outside/layout.h"

enum row_kind {
    ROW_TEXT,  /* in the actor's own column */
    ROW_ARROW, /* from actor to `to` */
    ROW_RULE   /* across everything */
};

struct row {
    enum row_kind kind;
    int actor;   /* index into transcript.actors; -1: nobody that takes part */
    int to;      /* arrows; -1 likewise */
    char *text;  /* escaped, one line; owned */
    char *where; /* "client_tcp.c:31", or NULL; owned */
    enum paint paint;
};

struct rows {
    struct row *items;
    size_t n;
};

void rows_make(const struct transcript *transcript, struct rows *rows);
void rows_free(struct rows *rows);
bool row_equal(const struct row *a, const struct row *b);

#endif
