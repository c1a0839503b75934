#include "judgement/content.h"

void content_add(struct content *content, const struct bytes *bytes)
{
    if (content->kept.len == content->all.n)
        buf_add(&content->kept, bytes->data, bytes->stored);
    bytes_digest(bytes, &content->all);
}

void content_free(struct content *content)
{
    buf_free(&content->kept);
}

bool content_equal(const struct content *a, const struct content *b)
{
    return digest_equal(&a->all, &b->all);
}

size_t content_common(const struct content *a, const struct content *b)
{
    size_t n = 0;
    while (n < a->kept.len && n < b->kept.len && a->kept.data[n] == b->kept.data[n])
        n++;
    return n;
}

void content_of_input(const struct transcript *t, int actor, struct content *out)
{
    *out = (struct content){BUF_EMPTY, {0, 0}};
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_INPUT && t->events[i].actor == actor)
            content_add(out, &t->events[i].input);
}

void content_of_output(const struct transcript *t, int actor, enum stream stream, struct content *out)
{
    *out = (struct content){BUF_EMPTY, {0, 0}};
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_OUTPUT && e->actor == actor && e->output.stream == stream)
            content_add(out, &e->output.bytes);
    }
}

void content_of_peer(const struct transcript *t, int peer, bool sent, struct content *out)
{
    *out = (struct content){BUF_EMPTY, {0, 0}};
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_DEED && e->actor == peer && e->deed.kind == (sent ? DEED_SENT : DEED_RECEIVED))
            content_add(out, &e->deed.bytes);
    }
}
