/*
 * layout: text on a terminal: how wide it is, where it breaks, what colour it has. Widths are columns, not bytes.
 * Texts go in as UTF-8; what leaves is safe for a terminal and for the log of a CI service.
 */
#ifndef OUTSIDE_LAYOUT_H
#define OUTSIDE_LAYOUT_H

#include "ground/base.h"
#include "ground/buf.h"

enum paint { PAINT_NONE, PAINT_GOOD, PAINT_BAD, PAINT_WARN, PAINT_DIM, PAINT_STRONG };

struct style {
    bool color;
    int columns;   /* of the terminal; texts keep between LAYOUT_NARROWEST and LAYOUT_WIDEST */
    int verbosity; /* -1: score only; 0; 1: ladders of what failed; 2: ladders of everything, and the plan */
};

enum { LAYOUT_NARROWEST = 40, LAYOUT_WIDEST = 100 };

/* The columns to fill, within the bounds. */
int layout_columns(const struct style *style);
/* Columns that TEXT takes; -1 never: what has no width counts as one column. */
int layout_width(const char *text);
/* A copy of TEXT that takes at most COLUMNS, with "…" at the end when it was cut. */
char *layout_cut(const char *text, int columns);
/*
 * The messages of judgement and of the loaders: they quote programs already escaped, so backslashes stay as they are;
 * whatever else is not printable is escaped. Newlines are kept. The caller frees.
 */
char *layout_message(const char *text);

void layout_paint(struct buf *out, const struct style *style, enum paint paint, const char *text);
/* TEXT, then spaces up to COLUMNS. */
void layout_pad(struct buf *out, const char *text, int columns);
/*
 * FIRST, then TEXT broken at spaces into lines that begin below TEXT's first column, and a newline. FIRST begins
 * with its own indentation. A word that is longer than a line is not broken: paths and calls stay whole to be
 * copied.
 */
void layout_wrap(struct buf *out, const struct style *style, enum paint paint, const char *first, const char *text);
/* Indents every line of TEXT by COLUMNS, breaking nothing. */
void layout_indent(struct buf *out, int columns, const char *text);

#endif
