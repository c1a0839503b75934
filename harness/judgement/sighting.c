#include "judgement/sighting.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Work in progress: what is taken already. */
struct search {
    const struct transcript *t;
    int program;
    struct sightings *all;
    bool *flow_taken;
    struct span {
        size_t start, end;
    } *taken; /* on standard output */
    size_t n_taken;
    size_t least; /* bytes of a message that will do; 0: all */
};

size_t sighting_bare(const struct buf *text)
{
    return text->len > 1 && text->data[text->len - 1] == '\n' ? text->len - 1 : text->len;
}

static void plain_newlines(const char *data, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++)
        if (data[i] != '\r' || i + 1 == n || data[i + 1] != '\n')
            buf_char(out, data[i]);
}

static bool is_flow_of(const struct search *search, const struct flow *flow, const struct buf *message)
{
    AUTO_BUF received = BUF_EMPTY;
    facts_flow_bytes(search->t, search->program, ROLE_RECEIVE, flow, &received);
    size_t n = received.len < message->len ? received.len : message->len;
    return n > 0 && memcmp(received.data, message->data, n) == 0;
}

/* The first flow that carried this message, whole if there is such a one. */
static const struct flow *flow_of(struct search *search, const struct buf *message)
{
    const struct flow *flows = search->all->flows;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < search->all->n_flows; i++) {
        if (search->flow_taken[i] || !is_flow_of(search, &flows[i], message))
            continue;
        if (best == SIZE_MAX)
            best = i;
        if (flows[i].bytes == message->len) {
            best = i;
            break;
        }
    }
    if (best == SIZE_MAX)
        return NULL;
    search->flow_taken[best] = true;
    return &flows[best];
}

static bool is_taken(const struct search *search, size_t start, size_t end)
{
    for (size_t i = 0; i < search->n_taken; i++)
        if (start < search->taken[i].end && search->taken[i].start < end)
            return true;
    return false;
}

/* Looks for a piece from FROM on and takes it: the offset behind it, its newline included; SIZE_MAX when it is not there. */
static size_t take(struct search *search, size_t from, const struct buf *piece)
{
    const struct output_text *out = &search->all->out;
    size_t bare = sighting_bare(piece);
    for (;;) {
        size_t at = output_find(out, from, piece->data, bare);
        if (at == SIZE_MAX)
            return SIZE_MAX;
        if (is_taken(search, at, at + bare)) {
            from = at + 1;
            continue;
        }
        struct span *span = ARRAY_ADD(search->taken, search->n_taken);
        *span = (struct span){at, at + bare};
        bool newline = bare < piece->len && at + bare < out->text.len && out->text.data[at + bare] == '\n';
        return at + bare + (newline ? 1 : 0);
    }
}

static void add_piece(struct sighting *sighting, struct printed piece)
{
    struct printed *added = ARRAY_ADD(sighting->pieces, sighting->n_pieces);
    *added = piece;
}

/* Each piece as a call received it, in order, each after its call. */
static bool find_pieces(struct search *search, struct sighting *sighting, const struct buf *message)
{
    const struct transcript *t = search->t;
    const struct flow *flow = sighting->flow;
    size_t done = 0, from = 0, n_taken = search->n_taken;
    for (size_t i = flow->first; i <= flow->last; i++) {
        const struct event *e = &t->events[i];
        if (!facts_is_call(t, e, search->program, ROLE_RECEIVE) || e->call.socket != flow->socket)
            continue;
        uint64_t moved = call_moved(&e->call);
        if (moved == 0)
            continue;
        if (moved > message->len - done)
            break;
        AUTO_BUF piece = BUF_EMPTY;
        plain_newlines(message->data + done, moved, &piece);
        done += moved;
        size_t after = output_after(&search->all->out, i);
        from = take(search, from > after ? from : after, &piece);
        if (from == SIZE_MAX)
            break;
        add_piece(sighting, (struct printed){piece.len, from, i, i});
    }
    if (done == message->len && from != SIZE_MAX)
        return true;
    search->n_taken = n_taken;
    sighting->n_pieces = 0;
    free(sighting->pieces);
    sighting->pieces = NULL;
    return false;
}

static void sight(struct search *search, struct sighting *sighting, const struct buf *message)
{
    plain_newlines(message->data, message->len, &sighting->text);
    sighting->size = message->len;
    sighting->flow = flow_of(search, message);
    if (sighting->flow == NULL)
        return;
    size_t from = output_after(&search->all->out, sighting->flow->first);
    size_t end = take(search, from, &sighting->text), size = sighting->text.len;
    while (end == SIZE_MAX && search->least > 0 && size-- > search->least) {
        struct buf beginning = sighting->text;
        beginning.len = size;
        end = take(search, from, &beginning);
    }
    if (end != SIZE_MAX)
        add_piece(sighting, (struct printed){size, end, sighting->flow->first, sighting->flow->last});
    sighting->found = end != SIZE_MAX || find_pieces(search, sighting, message);
}

static bool uses_datagrams(const struct transcript *t, const struct flow *flows, size_t n)
{
    return n > 0 && t->sockets[flows[0].socket].type != SOCK_STREAM;
}

void sightings_collect(const struct transcript *t, int program, int peer, size_t least, struct sightings *sightings)
{
    *sightings = (struct sightings){0};
    output_collect(t, program, STREAM_STDOUT, &sightings->out);
    sightings->n_flows = facts_receptions(t, program, &sightings->flows);
    struct buf *messages;
    size_t n = facts_messages(t, peer, uses_datagrams(t, sightings->flows, sightings->n_flows), &messages);
    struct search search = {t, program, sightings, mem_alloc(sightings->n_flows + 1), NULL, 0, least};
    sightings->items = mem_alloc((n + 1) * sizeof *sightings->items);
    sightings->n = n;
    for (size_t i = 0; i < n; i++)
        sight(&search, &sightings->items[i], &messages[i]);
    free(search.flow_taken);
    free(search.taken);
    facts_messages_free(messages, n);
}

void sightings_free(struct sightings *sightings)
{
    for (size_t i = 0; i < sightings->n; i++) {
        buf_free(&sightings->items[i].text);
        free(sightings->items[i].pieces);
    }
    free(sightings->items);
    free(sightings->flows);
    output_free(&sightings->out);
}

size_t sighting_printed(const struct sightings *sightings, const struct sighting *sighting)
{
    if (sighting->flow == NULL)
        return 0;
    size_t from = output_after(&sightings->out, sighting->flow->first);
    size_t low = 0, high = sighting->text.len;
    while (low < high) { /* when a beginning is printed, every shorter one is */
        size_t middle = low + (high - low + 1) / 2;
        if (output_find(&sightings->out, from, sighting->text.data, middle) != SIZE_MAX)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
