/* What scripted peers sent and saw, connection by connection. */
#include <stdlib.h>
#include <sys/socket.h>

#include "judgement/facts.h"

static struct connection *current(struct connection **list, size_t *n)
{
    if (*n == 0) {
        struct connection *first = ARRAY_ADD(*list, *n);
        first->whole = true;
    }
    return &(*list)[*n - 1];
}

static void add_bytes(struct connection *connection, struct buf *to, struct digest *all, const struct bytes *bytes)
{
    bytes_digest(bytes, all);
    buf_add(to, bytes->data, bytes->stored);
    connection->whole = connection->whole && bytes->stored == bytes->total;
}

static void follow(struct connection **list, size_t *n, const struct deed *deed)
{
    struct connection *connection = NULL;
    switch (deed->kind) {
    case DEED_CONNECTED:
    case DEED_ACCEPTED:
        connection = ARRAY_ADD(*list, *n);
        connection->whole = true;
        break;
    case DEED_SENT:
        connection = current(list, n);
        add_bytes(connection, &connection->sent, &connection->all_sent, &deed->bytes);
        break;
    case DEED_RECEIVED:
        connection = current(list, n);
        add_bytes(connection, &connection->received, &connection->all_received, &deed->bytes);
        break;
    case DEED_URGENT:
        connection = current(list, n);
        buf_add(&connection->urgent, deed->bytes.data, deed->bytes.stored);
        break;
    case DEED_END_OF_FILE:
        connection = current(list, n);
        if (connection->end == CONNECTION_OPEN)
            connection->end = CONNECTION_FINISHED;
        break;
    case DEED_RESET:
        current(list, n)->end = CONNECTION_RESET;
        break;
    case DEED_CLOSED:
        if (*n > 0)
            current(list, n)->closed = true;
        break;
    case DEED_LISTENING:
    case DEED_BOUND:
    case DEED_REFUSED:
    case DEED_HALF_CLOSED:
    case DEED_FAILED:
    case DEED_FOUND:
    case DEED_MISSING:
        break;
    }
}

size_t facts_connections(const struct transcript *t, int peer, struct connection **list)
{
    *list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_DEED && t->events[i].actor == peer)
            follow(list, &n, &t->events[i].deed);
    return n;
}

size_t facts_arrivals(const struct transcript *t, int peer, bool datagrams, struct connection **list)
{
    if (!datagrams)
        return facts_connections(t, peer, list);
    *list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->actor != peer || e->deed.kind != DEED_RECEIVED)
            continue;
        struct connection *one = ARRAY_ADD(*list, n);
        one->whole = true;
        add_bytes(one, &one->received, &one->all_received, &e->deed.bytes);
    }
    return n;
}

void facts_connections_free(struct connection *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_free(&list[i].sent);
        buf_free(&list[i].received);
        buf_free(&list[i].urgent);
    }
    free(list);
}

static size_t sent_datagrams(const struct transcript *t, int peer, struct buf **list)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_DEED && e->actor == peer && e->deed.kind == DEED_SENT && e->deed.bytes.total > 0) {
            struct buf *message = ARRAY_ADD(*list, n);
            buf_add(message, e->deed.bytes.data, e->deed.bytes.stored);
        }
    }
    return n;
}

size_t facts_messages(const struct transcript *t, int peer, bool datagrams, struct buf **list)
{
    *list = NULL;
    if (datagrams)
        return sent_datagrams(t, peer, list);
    struct connection *connections;
    size_t n_connections = facts_connections(t, peer, &connections);
    size_t n = 0;
    for (size_t i = 0; i < n_connections; i++) {
        if (connections[i].sent.len == 0)
            continue;
        struct buf *message = ARRAY_ADD(*list, n);
        *message = connections[i].sent;
        connections[i].sent = BUF_EMPTY;
    }
    facts_connections_free(connections, n_connections);
    return n;
}

void facts_messages_free(struct buf *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_free(&list[i]);
    free(list);
}
