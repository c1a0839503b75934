#include "outside/layout.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "ground/escape.h"

int layout_columns(const struct style *style)
{
    if (style->columns > LAYOUT_WIDEST)
        return LAYOUT_WIDEST;
    return style->columns < LAYOUT_NARROWEST ? LAYOUT_NARROWEST : style->columns;
}

/* Steps over one character at P, N bytes at most; *WIDTH becomes its columns. Returns its bytes, 0 at the end. */
static size_t step(const char *p, size_t n, mbstate_t *state, int *width)
{
    wchar_t c = 0;
    *width = 1;
    if (n == 0)
        return 0;
    size_t length = mbrtowc(&c, p, n, state);
    if (length == 0 || length > n) { /* not a character of the locale: one column a byte is the best guess */
        memset(state, 0, sizeof *state);
        return 1;
    }
    int columns = wcwidth(c);
    *width = columns < 0 ? 1 : columns;
    return length;
}

static int width_of(const char *text, size_t n)
{
    mbstate_t state = {0};
    int total = 0;
    int width;
    for (size_t at = 0, length; (length = step(text + at, n - at, &state, &width)) > 0; at += length)
        total += width;
    return total;
}

int layout_width(const char *text)
{
    return width_of(text, strlen(text));
}

char *layout_cut(const char *text, int columns)
{
    size_t n = strlen(text);
    if (width_of(text, n) <= columns)
        return mem_string(text);
    mbstate_t state = {0};
    size_t at = 0;
    int used = 0;
    int width;
    for (size_t length; (length = step(text + at, n - at, &state, &width)) > 0; at += length) {
        if (used + width > columns - 1)
            break;
        used += width;
    }
    return columns < 1 ? mem_string("") : mem_printf("%.*s…", (int)at, text);
}

char *layout_message(const char *text)
{
    AUTO_BUF out = BUF_EMPTY;
    while (*text != '\0') {
        size_t plain = strcspn(text, "\\");
        AUTO_FREE char *safe = escape_bytes(text, plain);
        buf_string(&out, safe);
        text += plain;
        if (*text == '\\') {
            buf_char(&out, '\\');
            text++;
        }
    }
    return buf_steal(&out);
}

/* ECMA-48: the sequences that every terminal knows, 8 and 16 colours only. */
static const char *paint_code(enum paint paint)
{
    switch (paint) {
    case PAINT_NONE: return "";
    case PAINT_GOOD: return "\033[32m";
    case PAINT_BAD: return "\033[31m";
    case PAINT_WARN: return "\033[33m";
    case PAINT_DIM: return "\033[2m";
    case PAINT_STRONG: return "\033[1m";
    }
    return "";
}

static bool begins(const char *text, size_t n, const char *with)
{
    size_t length = strlen(with);
    return n >= length && memcmp(text, with, length) == 0;
}

/*
 * CI services read commands in the log: a line that begins with "::" (after blanks), "##[" and "##vso[" anywhere.
 * What a program printed must not become one: the second character is written as its code.
 */
static void add_defused(struct buf *out, const char *text, size_t n, bool line_start)
{
    for (size_t i = 0; i < n; i++) {
        if (line_start && begins(text + i, n - i, "::")) {
            buf_string(out, ":\\x3a");
            i++;
        } else if (begins(text + i, n - i, "##[") || begins(text + i, n - i, "##vso[")) {
            buf_string(out, "#\\x23");
            i++;
        } else {
            buf_char(out, text[i]);
        }
        line_start = text[i] == '\n' || (line_start && (text[i] == ' ' || text[i] == '\t'));
    }
}

void layout_paint(struct buf *out, const struct style *style, enum paint paint, const char *text)
{
    bool color = style->color && paint != PAINT_NONE;
    bool line_start = out->len == 0 || out->data[out->len - 1] == '\n';
    if (color)
        buf_string(out, paint_code(paint));
    add_defused(out, text, strlen(text), line_start);
    if (color)
        buf_string(out, "\033[0m");
}

void layout_pad(struct buf *out, const char *text, int columns)
{
    buf_string(out, text);
    for (int i = layout_width(text); i < columns; i++)
        buf_char(out, ' ');
}

static void add_spaces(struct buf *out, int n)
{
    for (int i = 0; i < n; i++)
        buf_char(out, ' ');
}

/* One line of text, N bytes, from column HANG on; OPENS: nothing but blanks stands before it. */
static void wrap_line(struct buf *out, const char *text, size_t n, int hang, int right, bool opens)
{
    int column = hang;
    for (size_t at = 0; at < n;) {
        size_t blanks = 0;
        while (at + blanks < n && text[at + blanks] == ' ')
            blanks++;
        size_t word = 0;
        while (at + blanks + word < n && text[at + blanks + word] != ' ')
            word++;
        int width = width_of(text + at + blanks, word);
        if (at > 0 && column + (int)blanks + width > right) {
            buf_char(out, '\n');
            add_spaces(out, hang);
            column = hang;
            opens = true;
        } else {
            add_spaces(out, (int)blanks);
            column += (int)blanks;
        }
        add_defused(out, text + at + blanks, word, opens);
        opens = false;
        column += width;
        at += blanks + word;
    }
}

void layout_wrap(struct buf *out, const struct style *style, enum paint paint, const char *first, const char *text)
{
    AUTO_FREE char *safe = layout_message(text);
    int hang = layout_width(first);
    bool opens = first[strspn(first, " ")] == '\0';
    bool color = style->color && paint != PAINT_NONE;
    buf_string(out, first);
    if (color)
        buf_string(out, paint_code(paint));
    const char *line = safe;
    for (;;) {
        size_t n = strcspn(line, "\n");
        wrap_line(out, line, n, hang, layout_columns(style), opens);
        line += n;
        if (*line == '\0' || line[1] == '\0')
            break;
        line++;
        buf_char(out, '\n');
        add_spaces(out, hang);
        opens = true;
    }
    if (color)
        buf_string(out, "\033[0m");
    buf_char(out, '\n');
}

void layout_indent(struct buf *out, int columns, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        add_spaces(out, columns);
        add_defused(out, text, n, true);
        buf_char(out, '\n');
        text += n + (text[n] == '\n');
    }
}
