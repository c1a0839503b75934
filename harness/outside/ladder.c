#include "outside/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "outside/rows.h"

enum {
    COLUMNS_AT_MOST = 3,  /* actors; more become a list */
    LONGEST_PERIOD = 32,  /* rows of a repeated exchange */
    FIRST_ROWS = 250,     /* of a ladder without end, what is shown of its beginning… */
    LAST_ROWS = 150       /* …and of its end */
};

struct sheet {
    const struct transcript *t;
    const struct style *style;
    int columns;
    size_t shown[COLUMNS_AT_MOST]; /* actor of each column */
    int start[COLUMNS_AT_MOST + 1]; /* where each column's line of life stands; the last: right edge */
    int n;                          /* columns; 0: a list */
    int name_width;                 /* list */
    struct buf *out;
};

/* ---- Folding ---- */

static size_t repeats(const struct rows *rows, size_t at, size_t period)
{
    size_t times = 1;
    for (size_t next = at + period; next + period <= rows->n; next += period, times++)
        for (size_t i = 0; i < period; i++)
            if (!row_equal(&rows->items[at + i], &rows->items[next + i]))
                return times;
    return times;
}

/* Moves a row to the end of FOLDED. */
static struct row *keep(struct rows *folded, struct row *row)
{
    struct row *kept = ARRAY_ADD(folded->items, folded->n);
    *kept = *row;
    row->text = row->where = NULL;
    return kept;
}

static void add_times(struct row *row, size_t times)
{
    char *text = mem_printf("%s  × %zu", row->text, times);
    free(row->text);
    row->text = text;
}

static void add_rule(struct rows *rows, char *text)
{
    struct row *row = ARRAY_ADD(rows->items, rows->n);
    *row = (struct row){.kind = ROW_RULE, .actor = -1, .to = -1, .text = text, .paint = PAINT_DIM};
}

/* One row that comes again becomes "× 3"; a group of rows that does, at least three times, gets a line below it. */
static void fold(struct rows *rows)
{
    struct rows folded = {NULL, 0};
    for (size_t at = 0; at < rows->n;) {
        size_t period = 1;
        size_t times = 1;
        for (size_t p = 1; p <= LONGEST_PERIOD && at + 2 * p <= rows->n; p++) {
            size_t k = repeats(rows, at, p);
            if (k >= (p == 1 ? 2U : 3U) && (k - 1) * p > (times - 1) * period) {
                times = k;
                period = p;
            }
        }
        for (size_t i = 0; i < period; i++) {
            struct row *kept = keep(&folded, &rows->items[at + i]);
            if (times > 1 && period == 1)
                add_times(kept, times);
        }
        if (times > 1 && period > 1)
            add_rule(&folded, mem_printf(_("the %zu lines above: × %zu"), period, times));
        at += period * times;
    }
    rows_free(rows);
    *rows = folded;
}

/* ---- Drawing ---- */

static void spaces(struct buf *out, int n)
{
    for (int i = 0; i < n; i++)
        buf_char(out, ' ');
}

static void line_across(struct buf *out, const char *piece, int n)
{
    for (int i = 0; i < n; i++)
        buf_string(out, piece);
}

static int column_of(const struct sheet *sheet, int actor)
{
    for (int i = 0; i < sheet->n; i++)
        if ((int)sheet->shown[i] == actor)
            return i;
    return -1;
}

/* TEXT and WHERE within WIDTH columns, WHERE at the right. */
static void draw_cell(const struct sheet *sheet, const struct row *row, int width)
{
    struct buf *out = sheet->out;
    int where = row->where == NULL ? 0 : layout_width(row->where);
    if (where > width / 2)
        where = 0;
    int room = where > 0 ? width - where - 2 : width;
    AUTO_FREE char *text = layout_cut(row->text, room);
    layout_paint(out, sheet->style, row->paint, text);
    spaces(out, room - layout_width(text));
    if (where > 0) {
        spaces(out, 1);
        layout_paint(out, sheet->style, PAINT_DIM, row->where);
        spaces(out, 1);
    }
}

static void draw_text(const struct sheet *sheet, const struct row *row)
{
    int column = column_of(sheet, row->actor);
    for (int i = 0; i < sheet->n; i++) {
        int width = sheet->start[i + 1] - sheet->start[i];
        buf_string(sheet->out, "│");
        if (i == column) {
            buf_char(sheet->out, ' ');
            draw_cell(sheet, row, width - 2);
        } else {
            spaces(sheet->out, width - 1);
        }
    }
}

static void draw_rule(const struct sheet *sheet, const struct row *row)
{
    AUTO_FREE char *label = layout_cut(row->text, sheet->columns - 8);
    buf_string(sheet->out, "══ ");
    layout_paint(sheet->out, sheet->style, row->paint, label);
    buf_char(sheet->out, ' ');
    line_across(sheet->out, "═", sheet->columns - 4 - layout_width(label));
}

/* An arrow between two lines of life, or from or to the right edge when nobody takes part there. */
static void draw_arrow(const struct sheet *sheet, const struct row *row)
{
    struct buf *out = sheet->out;
    int from = column_of(sheet, row->actor);
    int to = column_of(sheet, row->to);
    from = from < 0 ? sheet->n : from;
    to = to < 0 ? sheet->n : to;
    int left = from < to ? from : to;
    int right = from < to ? to : from;
    if (left == right) {
        draw_rule(sheet, row);
        return;
    }
    for (int i = 0; i < left; i++) {
        buf_string(out, "│");
        spaces(out, sheet->start[i + 1] - sheet->start[i] - 1);
    }
    int span = sheet->start[right] - sheet->start[left] - 1;
    AUTO_FREE char *label = layout_cut(row->text, span - 8);
    int dashes = span - 2 - layout_width(label);
    buf_string(out, from == left ? "├" : "◄");
    line_across(out, "─", from == left ? 2 : dashes - 2);
    buf_char(out, ' ');
    layout_paint(out, sheet->style, row->paint, label);
    buf_char(out, ' ');
    line_across(out, "─", from == left ? dashes - 2 : 2);
    buf_string(out, to == right ? "►" : "┤");
    if (right == sheet->n)
        return;
    spaces(out, sheet->start[right + 1] - sheet->start[right] - 1);
    for (int i = right + 1; i < sheet->n; i++) {
        buf_string(out, "│");
        spaces(out, sheet->start[i + 1] - sheet->start[i] - 1);
    }
}

static char *actor_name(const struct transcript *t, int actor)
{
    if (actor < 0 || (size_t)actor >= t->n_actors)
        return mem_string("?");
    return escape_line(t->actors[actor].name, strlen(t->actors[actor].name));
}

static void draw_listed(const struct sheet *sheet, const struct row *row)
{
    AUTO_FREE char *name = actor_name(sheet->t, row->actor);
    AUTO_FREE char *to = actor_name(sheet->t, row->to);
    AUTO_FREE char *cut = layout_cut(name, sheet->name_width);
    layout_pad(sheet->out, cut, sheet->name_width + 2);
    struct row shown = *row;
    AUTO_FREE char *arrow = row->kind == ROW_ARROW ? mem_printf("→ %s: %s", to, row->text) : NULL;
    if (arrow != NULL)
        shown.text = arrow;
    draw_cell(sheet, &shown, sheet->columns - sheet->name_width - 2);
}

static void end_line(const struct sheet *sheet, size_t began)
{
    struct buf *out = sheet->out;
    while (out->len > began && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
    buf_char(out, '\n');
}

static void draw_row(const struct sheet *sheet, const struct row *row)
{
    size_t began = sheet->out->len;
    switch (row->kind) {
    case ROW_RULE: draw_rule(sheet, row); break;
    case ROW_ARROW:
        if (sheet->n > 0)
            draw_arrow(sheet, row);
        else
            draw_listed(sheet, row);
        break;
    case ROW_TEXT:
        if (row->actor < 0)
            draw_rule(sheet, row);
        else if (sheet->n > 0)
            draw_text(sheet, row);
        else
            draw_listed(sheet, row);
        break;
    }
    end_line(sheet, began);
}

static void draw_heads(const struct sheet *sheet)
{
    size_t began = sheet->out->len;
    for (int i = 0; i < sheet->n; i++) {
        const struct actor *actor = &sheet->t->actors[sheet->shown[i]];
        AUTO_FREE char *name = actor_name(sheet->t, (int)sheet->shown[i]);
        const char *kind = "";
        switch (actor->kind) {
        case ACTOR_PROGRAM: kind = _("your program"); break;
        case ACTOR_REFERENCE: kind = _("a model program"); break;
        case ACTOR_PEER: kind = _("played by the grader"); break;
        }
        AUTO_FREE char *head = mem_printf("%s (%s)", name, kind);
        int width = sheet->start[i + 1] - sheet->start[i];
        AUTO_FREE char *cut = layout_cut(head, width - 1);
        layout_paint(sheet->out, sheet->style, PAINT_STRONG, cut);
        spaces(sheet->out, width - layout_width(cut));
    }
    end_line(sheet, began);
}

/* Decides between columns and a list: actors that do nothing need no place. */
static void plan(struct sheet *sheet, const struct rows *rows)
{
    const struct transcript *t = sheet->t;
    AUTO_FREE bool *used = mem_alloc(t->n_actors + 1);
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const int both[2] = {rows->items[i].actor, rows->items[i].to};
        for (size_t j = 0; j < COUNT_OF(both); j++) {
            if (both[j] >= 0 && (size_t)both[j] < t->n_actors && !used[both[j]]) {
                used[both[j]] = true;
                n++;
            }
        }
    }
    if (n > COLUMNS_AT_MOST || n == 0) {
        for (size_t i = 0; i < t->n_actors; i++) {
            AUTO_FREE char *name = actor_name(t, (int)i);
            int width = layout_width(name);
            if (used[i] && width > sheet->name_width)
                sheet->name_width = width > 20 ? 20 : width;
        }
        return;
    }
    static const enum actor_kind order[] = {ACTOR_PROGRAM, ACTOR_REFERENCE, ACTOR_PEER};
    int shares = 0;
    for (size_t k = 0; k < COUNT_OF(order); k++) {
        for (size_t i = 0; i < t->n_actors; i++) {
            if (used[i] && t->actors[i].kind == order[k]) {
                sheet->shown[sheet->n++] = i;
                shares += order[k] == ACTOR_PEER ? 2 : 3; /* a program's column also holds source lines */
            }
        }
    }
    int so_far = 0;
    for (int i = 0; i < sheet->n; i++) {
        so_far += t->actors[sheet->shown[i]].kind == ACTOR_PEER ? 2 : 3;
        sheet->start[i + 1] = (sheet->columns - 1) * so_far / shares;
    }
}

void ladder_draw(const struct transcript *transcript, const struct style *style, struct buf *out)
{
    struct rows rows;
    rows_make(transcript, &rows);
    fold(&rows);
    struct sheet sheet = {.t = transcript, .style = style, .columns = layout_columns(style), .out = out};
    plan(&sheet, &rows);
    if (sheet.n > 0)
        draw_heads(&sheet);
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.n > FIRST_ROWS + LAST_ROWS + 1 && i == FIRST_ROWS) {
            size_t left_out = rows.n - FIRST_ROWS - LAST_ROWS;
            AUTO_FREE char *text = mem_printf(_("… %zu lines left out …"), left_out);
            const struct row gap = {.kind = ROW_RULE, .actor = -1, .to = -1, .text = text, .paint = PAINT_DIM};
            draw_row(&sheet, &gap);
            i += left_out;
        }
        draw_row(&sheet, &rows.items[i]);
    }
    rows_free(&rows);
}
