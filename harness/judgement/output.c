#include "judgement/output.h"

#include <stdlib.h>
#include <string.h>

static void add_text(struct output_text *out, const struct bytes *bytes)
{
    const char *data = bytes->data;
    for (size_t i = 0; i < bytes->stored; i++) {
        if (data[i] == '\n' && out->text.len > 0 && out->text.data[out->text.len - 1] == '\r')
            out->text.data[out->text.len - 1] = '\n';
        else
            buf_char(&out->text, data[i]);
    }
}

void output_collect(const struct transcript *t, int actor, enum stream stream, struct output_text *out)
{
    *out = (struct output_text){BUF_EMPTY, NULL, 0};
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_OUTPUT || e->actor != actor || e->output.stream != stream)
            continue;
        struct output_mark *mark = ARRAY_ADD(out->marks, out->n_marks);
        *mark = (struct output_mark){i, out->text.len};
        add_text(out, &e->output.bytes);
    }
}

void output_free(struct output_text *out)
{
    buf_free(&out->text);
    free(out->marks);
    *out = (struct output_text){BUF_EMPTY, NULL, 0};
}

size_t output_after(const struct output_text *out, size_t event)
{
    size_t low = 0, high = out->n_marks;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (out->marks[middle].event > event)
            high = middle;
        else
            low = middle + 1;
    }
    return low < out->n_marks ? out->marks[low].offset : out->text.len;
}

bool output_visible(const struct output_text *out, size_t offset)
{
    for (size_t i = offset; i < out->text.len; i++)
        if ((unsigned char)out->text.data[i] > ' ' && out->text.data[i] != 0x7f)
            return true;
    return false;
}

size_t output_find(const struct output_text *out, size_t from, const void *data, size_t n)
{
    if (n == 0 || from >= out->text.len)
        return SIZE_MAX;
    const char *found = memmem(out->text.data + from, out->text.len - from, data, n);
    return found != NULL ? (size_t)(found - out->text.data) : SIZE_MAX;
}

bool output_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ECMA-48: a control sequence ends with its letter, a string with BEL or with ESC \\. */
size_t output_escape(const void *data, size_t n)
{
    const unsigned char *text = data;
    if (n < 2 || text[0] != 0x1b)
        return 0;
    bool control = text[1] == '[', string = text[1] == ']';
    for (size_t i = 2; i < n && (control || string); i++)
        if ((control && text[i] >= 0x40 && text[i] <= 0x7e) || (string && (text[i] == '\a' || text[i] == '\\')))
            return i + 1;
    if (control || string)
        return n;
    bool charset = text[1] >= '(' && text[1] <= '/';
    return charset && n > 2 ? 3 : 2;
}

void output_blank_escapes(struct output_text *out)
{
    for (size_t i = 0; i < out->text.len;) {
        size_t n = output_escape(out->text.data + i, out->text.len - i);
        memset(out->text.data + i, ' ', n);
        i += n > 0 ? n : 1;
    }
}

bool output_tells_interrupt(const struct transcript *t, int actor)
{
    static const char text[] = "Interrupted system call";
    AUTO_OUTPUT out;
    output_collect(t, actor, STREAM_STDERR, &out);
    return output_find(&out, 0, text, sizeof text - 1) != SIZE_MAX;
}
