#include "conversation/traffic.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ground/text.h"

enum { KEEP_EACH_WAY = 262144 };

struct event *traffic_note(struct peer *peer, enum deed_kind kind, int error)
{
    tracer_hear_witness(peer->tracer);
    struct event *event = transcript_add(peer->transcript, EVENT_DEED, peer->actor, 0, tracer_now(peer->tracer));
    event->deed.kind = kind;
    event->deed.error = error;
    tracer_progress(peer->tracer);
    return event;
}

void traffic_note_own(struct peer *peer, struct event *event)
{
    struct address *own = &event->deed.own;
    own->len = sizeof own->storage;
    if (getsockname(peer->connection, (struct sockaddr *)&own->storage, &own->len) < 0)
        own->len = 0;
}

void traffic_drop(struct peer *peer, int *fd)
{
    if (*fd < 0)
        return;
    tracer_unwatch(peer->tracer, *fd);
    close(*fd);
    *fd = -1;
}

static void end_with(struct peer *peer, enum deed_kind kind, int error)
{
    traffic_note(peer, kind, error);
    peer->at_end = true;
    if (kind == DEED_END_OF_FILE)
        return; /* the other side may have closed one direction only */
    peer->broken = true;
    tracer_unwatch(peer->tracer, peer->connection);
}

/* How a send or receive failed. A datagram that nobody takes is reported by ICMP, to whose socket is connected. */
static enum deed_kind failure(const struct peer *peer, int error)
{
    if (error == ECONNRESET)
        return DEED_RESET;
    return peer->type == SOCK_DGRAM && error == ECONNREFUSED ? DEED_REFUSED : DEED_FAILED;
}

/* Megabytes are compared by their fingerprint; the first ones are kept, for reports to show. */
static void keep(struct peer *peer, struct event *event, const char *data, size_t n, size_t *kept)
{
    bytes_set(&event->deed.bytes, data, n, KEEP_EACH_WAY - *kept);
    *kept += event->deed.bytes.stored;
    tracer_kept(peer->tracer, event->deed.bytes.stored);
}

void traffic_take(struct peer *peer)
{
    char data[TRAFFIC_AT_ONCE];
    while (peer->connection >= 0 && !peer->at_end && !peer->stopped) {
        struct envelope letter;
        ssize_t n = datagram_receive(peer->connection, data, sizeof data, &letter);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            end_with(peer, failure(peer, errno), errno);
        } else if (n == 0 && type_connects(peer->type)) {
            end_with(peer, DEED_END_OF_FILE, 0);
        } else {
            struct event *event = traffic_note(peer, DEED_RECEIVED, 0);
            keep(peer, event, data, (size_t)n, &peer->kept_received);
            if (!type_connects(peer->type)) {
                peer->letter = letter;
                event->deed.address = letter.from;
            }
            peer->received += (size_t)n;
        }
    }
}

/* An urgent byte stands apart from the flow; once the flow has been read beyond its place it is gone. */
static void take_urgent(struct peer *peer)
{
    char byte;
    if (recv(peer->connection, &byte, sizeof byte, MSG_OOB) == 1)
        bytes_set(&traffic_note(peer, DEED_URGENT, 0)->deed.bytes, &byte, sizeof byte, sizeof byte);
}

/* All at once, or not at all; none is a datagram, too. */
static void put_datagram(struct peer *peer)
{
    const struct step *step = peer->step;
    if (peer->connection < 0 || peer->broken || peer->has_sent)
        return;
    peer->has_sent = true;
    struct envelope to = peer->letter;
    if (!peer->sends_from_any)
        to.at.len = 0;
    if (datagram_send(peer->connection, step->bytes, step->size, &to) < 0) {
        int error = errno;
        if (error == ECONNREFUSED)
            end_with(peer, DEED_REFUSED, error);
        else
            traffic_note(peer, DEED_FAILED, error);
        return;
    }
    struct event *event = traffic_note(peer, DEED_SENT, 0);
    bytes_set(&event->deed.bytes, step->bytes, step->size, TRAFFIC_AT_ONCE);
    event->deed.address = to.from;
    traffic_note_own(peer, event);
}

bool traffic_is_sent(const struct peer *peer)
{
    return peer->sent == peer->step->size || (peer->sent == peer->granted && tracer_weary(peer->tracer));
}

void traffic_put(struct peer *peer)
{
    if (!type_connects(peer->type)) {
        put_datagram(peer);
        return;
    }
    const struct step *step = peer->step;
    while (peer->connection >= 0 && !peer->broken && peer->sent < peer->granted) {
        ssize_t n = send(peer->connection, step->bytes + peer->sent, peer->granted - peer->sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            end_with(peer, failure(peer, errno), errno);
            return;
        }
        struct event *event = traffic_note(peer, DEED_SENT, 0);
        keep(peer, event, step->bytes + peer->sent, (size_t)n, &peer->kept_sent);
        tracer_given(peer->tracer, (size_t)n);
        peer->sent += (size_t)n;
    }
}

void traffic_note_connected(struct peer *peer)
{
    struct event *event = traffic_note(peer, DEED_CONNECTED, 0);
    event->deed.address = peer->target;
    traffic_note_own(peer, event);
}

static void finish_connecting(struct peer *peer)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(peer->connection, SOL_SOCKET, SO_ERROR, &error, &size);
    peer->connecting = false;
    if (error == 0)
        traffic_note_connected(peer);
    else
        end_with(peer, DEED_REFUSED, error);
}

static void connection_ready(void *context, uint32_t events)
{
    struct peer *peer = context;
    if (peer->connecting)
        finish_connecting(peer);
    if ((events & EPOLLPRI) != 0)
        take_urgent(peer);
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
        traffic_take(peer);
    if (peer->step != NULL && peer->step->kind == STEP_PEER_SEND)
        traffic_put(peer);
}

int traffic_watch(struct peer *peer, struct err *err)
{
    /* Edge-triggered: each change is reported once, and everything is taken then. */
    uint32_t events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    if (tracer_watch(peer->tracer, peer->connection, events, connection_ready, peer) < 0)
        return err_errno(err, BLAME_HARNESS, "epoll_ctl");
    return 0;
}

void traffic_begin(struct peer *peer)
{
    peer->received = peer->kept_sent = peer->kept_received = 0;
    peer->at_end = peer->broken = false;
}

void traffic_accept(struct peer *peer)
{
    struct address from = {.len = sizeof from.storage};
    int fd = accept4(peer->listener, (struct sockaddr *)&from.storage, &from.len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct err ignored = ERR_NONE;
    if (fd < 0)
        return;
    traffic_drop(peer, &peer->connection);
    peer->connection = fd;
    traffic_begin(peer);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    traffic_note(peer, DEED_ACCEPTED, 0)->deed.address = from;
    traffic_watch(peer, &ignored);
}

void traffic_listener_ready(void *context, uint32_t events)
{
    (void)events;
    struct peer *peer = context;
    if (peer->step != NULL && peer->step->kind == STEP_PEER_ACCEPT && peer->connection < 0)
        traffic_accept(peer);
}
