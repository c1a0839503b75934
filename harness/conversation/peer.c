#include "conversation/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conversation/datagram.h"
#include "conversation/echo.h"
#include "ground/text.h"

/* Clients come from fixed ports, one after another, so that what a server prints of them is the same in every run. */
enum { FIRST_SOURCE_PORT = 20001, BACKLOG = 64, AT_ONCE = 65536, KEEP_EACH_WAY = 262144, FIRST_PART = 16384 };

struct peer {
    struct transcript *transcript;
    struct tracer *tracer;
    int actor;
    int listener;   /* or a bound socket, or a datagram socket; -1 */
    int connection; /* -1 */
    int type;
    const struct step *step;
    size_t sent;     /* of the current step */
    size_t granted;  /* how much of it may go out now */
    bool has_sent;   /* its datagram, if it is one */
    size_t received; /* on this connection */
    size_t kept_sent, kept_received; /* of this connection's bytes, in the transcript */
    bool stopped;    /* takes nothing in until it is told to read on */
    bool connecting;
    bool at_end; /* nothing more will be received: end of file, reset or failure */
    bool broken; /* nor can anything be sent: reset, failure, closed by us */
    bool sends_from_any; /* bound to every address: then it has to choose the one that it sends from */
    struct envelope letter; /* of the last datagram */
    struct address target;  /* of the last connect */
};

struct peer *peer_new(struct transcript *transcript, struct tracer *tracer, int actor)
{
    struct peer *peer = mem_alloc(sizeof *peer);
    *peer = (struct peer){.transcript = transcript, .tracer = tracer, .actor = actor, .listener = -1, .connection = -1};
    return peer;
}

static struct event *note(struct peer *peer, enum deed_kind kind, int error)
{
    tracer_hear_witness(peer->tracer);
    struct event *event = transcript_add(peer->transcript, EVENT_DEED, peer->actor, 0, tracer_now(peer->tracer));
    event->deed.kind = kind;
    event->deed.error = error;
    tracer_progress(peer->tracer);
    return event;
}

/* Where the other end sees the peer come from. */
static void note_own(struct peer *peer, struct event *event)
{
    struct address *own = &event->deed.own;
    own->len = sizeof own->storage;
    if (getsockname(peer->connection, (struct sockaddr *)&own->storage, &own->len) < 0)
        own->len = 0;
}

static void drop(struct peer *peer, int *fd)
{
    if (*fd < 0)
        return;
    tracer_unwatch(peer->tracer, *fd);
    close(*fd);
    *fd = -1;
}

void peer_free(struct peer *peer)
{
    if (peer == NULL)
        return;
    drop(peer, &peer->connection);
    drop(peer, &peer->listener);
    free(peer);
}

/* --- what the connection brings --- */

static void end_with(struct peer *peer, enum deed_kind kind, int error)
{
    note(peer, kind, error);
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

static void take_bytes(struct peer *peer)
{
    char data[AT_ONCE];
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
            struct event *event = note(peer, DEED_RECEIVED, 0);
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
        bytes_set(&note(peer, DEED_URGENT, 0)->deed.bytes, &byte, sizeof byte, sizeof byte);
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
            note(peer, DEED_FAILED, error);
        return;
    }
    struct event *event = note(peer, DEED_SENT, 0);
    bytes_set(&event->deed.bytes, step->bytes, step->size, AT_ONCE);
    event->deed.address = to.from;
    note_own(peer, event);
}

/* Whether the message is as complete as it will be. */
static bool has_sent_enough(const struct peer *peer)
{
    return peer->sent == peer->step->size || (peer->sent == peer->granted && tracer_weary(peer->tracer));
}

static void put_bytes(struct peer *peer)
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
        struct event *event = note(peer, DEED_SENT, 0);
        keep(peer, event, step->bytes + peer->sent, (size_t)n, &peer->kept_sent);
        tracer_given(peer->tracer, (size_t)n);
        peer->sent += (size_t)n;
    }
}

static void note_connected(struct peer *peer)
{
    struct event *event = note(peer, DEED_CONNECTED, 0);
    event->deed.address = peer->target;
    note_own(peer, event);
}

static void finish_connecting(struct peer *peer)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(peer->connection, SOL_SOCKET, SO_ERROR, &error, &size);
    peer->connecting = false;
    if (error == 0)
        note_connected(peer);
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
        take_bytes(peer);
    if (peer->step != NULL && peer->step->kind == STEP_PEER_SEND)
        put_bytes(peer);
}

static int watch_connection(struct peer *peer, struct err *err)
{
    /* Edge-triggered: each change is reported once, and everything is taken then. */
    uint32_t events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    if (tracer_watch(peer->tracer, peer->connection, events, connection_ready, peer) < 0)
        return err_errno(err, BLAME_HARNESS, "epoll_ctl");
    return 0;
}

static void begin_connection(struct peer *peer)
{
    peer->received = peer->kept_sent = peer->kept_received = 0;
    peer->at_end = peer->broken = false;
}

static void accept_one(struct peer *peer)
{
    struct address from = {.len = sizeof from.storage};
    int fd = accept4(peer->listener, (struct sockaddr *)&from.storage, &from.len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct err ignored = ERR_NONE;
    if (fd < 0)
        return;
    drop(peer, &peer->connection);
    peer->connection = fd;
    begin_connection(peer);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    note(peer, DEED_ACCEPTED, 0)->deed.address = from;
    watch_connection(peer, &ignored);
}

static void listener_ready(void *context, uint32_t events)
{
    (void)events;
    struct peer *peer = context;
    if (peer->step != NULL && peer->step->kind == STEP_PEER_ACCEPT && peer->connection < 0)
        accept_one(peer);
}

/* --- steps --- */

/* Routes make every address local, but IPv6 binds only those of an interface unless told otherwise. */
static void bind_anywhere(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
}

static int open_socket(const struct step *step, struct err *err)
{
    if (step->type == SOCK_RAW)
        return echo_open(err);
    int fd = socket(address_family(&step->address), step->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "socket");
    if (step->type == SOCK_DGRAM)
        datagram_prepare(fd, address_family(&step->address));
    if (step->type == SOCK_STREAM && address_family(&step->address) != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* A peer that serves datagrams lets strangers use its port at other addresses; one that holds an address lets nobody. */
static int take_address(const struct peer *peer, const struct step *step)
{
    int on = 1;
    bool datagrams = step->type == SOCK_DGRAM;
    if (datagrams && step->kind == STEP_PEER_LISTEN)
        setsockopt(peer->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const struct sockaddr *address = (const struct sockaddr *)&step->address.storage;
    int result = bind(peer->listener, address, step->address.len);
    if (result == 0 || !datagrams || errno != EADDRINUSE)
        return result;
    setsockopt(peer->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(peer->listener, address, step->address.len);
}

static int begin_listen(struct peer *peer, const struct step *step, struct err *err)
{
    peer->type = step->type;
    peer->listener = open_socket(step, err);
    if (peer->listener < 0)
        return -1;
    if (address_family(&step->address) == AF_INET6)
        bind_anywhere(peer->listener);
    if (take_address(peer, step) < 0) {
        note(peer, DEED_FAILED, errno);
        return 0;
    }
    if (!type_connects(step->type)) {
        peer->sends_from_any = address_is_any(&step->address);
        note(peer, DEED_BOUND, 0)->deed.address = step->address;
        peer->connection = steal_fd(&peer->listener);
        return watch_connection(peer, err);
    }
    if (step->kind == STEP_PEER_BIND) {
        note(peer, DEED_BOUND, 0)->deed.address = step->address;
        return 0;
    }
    if (listen(peer->listener, BACKLOG) < 0) {
        note(peer, DEED_FAILED, errno);
        return 0;
    }
    note(peer, DEED_LISTENING, 0)->deed.address = step->address;
    if (tracer_watch(peer->tracer, peer->listener, EPOLLIN | EPOLLET, listener_ready, peer) < 0)
        return err_errno(err, BLAME_HARNESS, "epoll_ctl");
    return 0;
}

static void take_source_port(const struct peer *peer, const struct step *step)
{
    struct address source = {.len = step->address.len};
    int on = 1;
    if (address_family(&step->source) == AF_INET6) /* every address is ours, but only IPv4 knows it without being told */
        setsockopt(peer->connection, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
    if (step->source.len > 0 &&
        bind(peer->connection, (const struct sockaddr *)&step->source.storage, step->source.len) == 0)
        return;
    int family = address_family(&step->address);
    uint16_t port = htons((uint16_t)(FIRST_SOURCE_PORT + peer->actor));
    if (family == AF_INET) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = port};
        memcpy(&source.storage, &in, sizeof in);
    } else if (family == AF_INET6) {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = port};
        memcpy(&source.storage, &in6, sizeof in6);
    } else {
        return;
    }
    /* A second connection of the same peer finds the port in use: then the system chooses one. */
    if (bind(peer->connection, (const struct sockaddr *)&source.storage, source.len) < 0)
        errno = 0;
}

static int begin_connect(struct peer *peer, const struct step *step, struct err *err)
{
    drop(peer, &peer->connection);
    peer->type = step->type;
    peer->connection = open_socket(step, err);
    if (peer->connection < 0)
        return -1;
    take_source_port(peer, step);
    peer->target = step->address;
    begin_connection(peer);
    peer->connecting = peer->sends_from_any = false;
    peer->letter = (struct envelope){.from = {.len = 0}};
    int result = connect(peer->connection, (const struct sockaddr *)&step->address.storage, step->address.len);
    if (result < 0 && errno != EINPROGRESS) {
        note(peer, DEED_REFUSED, errno);
        peer->at_end = peer->broken = true;
        return 0;
    }
    peer->connecting = result < 0;
    if (result == 0)
        note_connected(peer);
    return watch_connection(peer, err);
}

static void grant(struct peer *peer, size_t n)
{
    peer->granted = n < peer->step->size ? n : peer->step->size;
    put_bytes(peer);
}

bool peer_holds_back(const struct peer *peer)
{
    return peer->step->kind == STEP_PEER_SEND && peer->sent == peer->granted && !peer_done(peer);
}

void peer_goes_on(struct peer *peer)
{
    grant(peer, peer->granted * 2);
}

/* Where nothing is read the system would still take megabytes; given a size, it keeps to it. A listener's is handed on. */
static void begin_reading(struct peer *peer, bool stops)
{
    int room = AT_ONCE;
    if (stops && peer->listener >= 0)
        setsockopt(peer->listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (stops && peer->connection >= 0)
        setsockopt(peer->connection, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    peer->stopped = stops;
    take_bytes(peer);
}

static void begin_close(struct peer *peer, bool reset)
{
    if (reset && peer->connection >= 0) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(peer->connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    drop(peer, &peer->connection);
    if (!reset)
        drop(peer, &peer->listener);
    /* DEED_RESET is what a peer sees; its own reset is a way of closing. */
    note(peer, DEED_CLOSED, reset ? ECONNRESET : 0);
    peer->at_end = peer->broken = true;
}

/* The last message that came, and from whom; NULL: none. */
static const struct deed *last_received(const struct peer *peer)
{
    for (size_t i = peer->transcript->n_events; i-- > 0;) {
        const struct event *e = &peer->transcript->events[i];
        if (e->kind == EVENT_DEED && e->actor == peer->actor && e->deed.kind == DEED_RECEIVED)
            return &e->deed;
    }
    return NULL;
}

static void begin_answer(struct peer *peer, enum answer answer)
{
    const struct deed *request = last_received(peer);
    AUTO_FREE char *message = NULL;
    if (request == NULL || peer->connection < 0)
        return;
    ssize_t n = echo_answer(peer->connection, answer, &request->bytes, &request->address, &message);
    struct address to = request->address; /* the transcript moves as it grows */
    struct event *event = note(peer, n < 0 ? DEED_FAILED : DEED_SENT, n < 0 ? errno : 0);
    event->deed.address = to;
    if (n > 0)
        bytes_set(&event->deed.bytes, message, (size_t)n, AT_ONCE);
}

int peer_begin(struct peer *peer, const struct step *step, struct err *err)
{
    peer->step = step;
    peer->sent = 0;
    peer->has_sent = false;
    if (step->kind == STEP_PEER_LISTEN || step->kind == STEP_PEER_BIND)
        return begin_listen(peer, step, err);
    if (step->kind == STEP_PEER_CONNECT || step->kind == STEP_PEER_ATTEMPT ||
        (step->kind == STEP_PEER_CONNECT_ELSE && peer->broken))
        return begin_connect(peer, step, err);
    if (step->kind == STEP_PEER_ACCEPT) {
        drop(peer, &peer->connection);
        accept_one(peer);
    } else if (step->kind == STEP_PEER_SEND) {
        grant(peer, FIRST_PART);
    } else if (step->kind == STEP_PEER_STOP_READING || step->kind == STEP_PEER_READ_ON) {
        begin_reading(peer, step->kind == STEP_PEER_STOP_READING);
    } else if (step->kind == STEP_PEER_HALF_CLOSE) {
        shutdown(peer->connection, SHUT_WR);
        note(peer, DEED_HALF_CLOSED, 0);
    } else if (step->kind == STEP_PEER_ANSWER) {
        begin_answer(peer, step->answer);
    } else if (step->kind == STEP_PEER_CLOSE || step->kind == STEP_PEER_RESET) {
        begin_close(peer, step->kind == STEP_PEER_RESET);
    }
    return 0;
}

void peer_reach(struct peer *peer, const struct peer *other)
{
    peer->letter = other->letter;
}

bool peer_done(const struct peer *peer)
{
    const struct step *step = peer->step;
    if (step->kind == STEP_PEER_CONNECT || step->kind == STEP_PEER_CONNECT_ELSE)
        return !peer->connecting;
    if (step->kind == STEP_PEER_ACCEPT)
        return peer->connection >= 0 || peer->listener < 0;
    if (step->kind == STEP_PEER_SEND)
        return has_sent_enough(peer) || peer->has_sent || peer->broken || peer->connection < 0 || peer->connecting;
    if (step->kind == STEP_PEER_RECEIVE)
        return peer->at_end || peer->connection < 0 || (!step->end_of_file && peer->received >= step->size);
    return true;
}
