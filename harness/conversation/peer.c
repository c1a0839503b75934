#include "conversation/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conversation/echo.h"
#include "conversation/traffic.h"
#include "ground/text.h"

/* Clients come from fixed ports, one after another, so that what a server prints of them is the same in every run. */
enum { FIRST_SOURCE_PORT = 20001, BACKLOG = 64, FIRST_PART = 16384 };

struct peer *peer_new(struct transcript *transcript, struct tracer *tracer, int actor)
{
    struct peer *peer = mem_alloc(sizeof *peer);
    *peer = (struct peer){.transcript = transcript, .tracer = tracer, .actor = actor, .listener = -1, .connection = -1};
    return peer;
}

void peer_free(struct peer *peer)
{
    if (peer == NULL)
        return;
    traffic_drop(peer, &peer->connection);
    traffic_drop(peer, &peer->listener);
    free(peer);
}

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
        traffic_note(peer, DEED_FAILED, errno);
        return 0;
    }
    if (!type_connects(step->type)) {
        peer->sends_from_any = address_is_any(&step->address);
        traffic_note(peer, DEED_BOUND, 0)->deed.address = step->address;
        peer->connection = steal_fd(&peer->listener);
        return traffic_watch(peer, err);
    }
    if (step->kind == STEP_PEER_BIND) {
        traffic_note(peer, DEED_BOUND, 0)->deed.address = step->address;
        return 0;
    }
    if (listen(peer->listener, BACKLOG) < 0) {
        traffic_note(peer, DEED_FAILED, errno);
        return 0;
    }
    traffic_note(peer, DEED_LISTENING, 0)->deed.address = step->address;
    if (tracer_watch(peer->tracer, peer->listener, EPOLLIN | EPOLLET, traffic_listener_ready, peer) < 0)
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
    traffic_drop(peer, &peer->connection);
    peer->type = step->type;
    peer->connection = open_socket(step, err);
    if (peer->connection < 0)
        return -1;
    take_source_port(peer, step);
    peer->target = step->address;
    traffic_begin(peer);
    peer->connecting = peer->sends_from_any = false;
    peer->letter = (struct envelope){.from = {.len = 0}};
    int result = connect(peer->connection, (const struct sockaddr *)&step->address.storage, step->address.len);
    if (result < 0 && errno != EINPROGRESS) {
        traffic_note(peer, DEED_REFUSED, errno);
        peer->at_end = peer->broken = true;
        return 0;
    }
    peer->connecting = result < 0;
    if (result == 0)
        traffic_note_connected(peer);
    return traffic_watch(peer, err);
}

static void grant(struct peer *peer, size_t n)
{
    peer->granted = n < peer->step->size ? n : peer->step->size;
    traffic_put(peer);
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
    int room = TRAFFIC_AT_ONCE;
    if (stops && peer->listener >= 0)
        setsockopt(peer->listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (stops && peer->connection >= 0)
        setsockopt(peer->connection, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    peer->stopped = stops;
    traffic_take(peer);
}

static void begin_close(struct peer *peer, bool reset)
{
    if (reset && peer->connection >= 0) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(peer->connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    traffic_drop(peer, &peer->connection);
    if (!reset)
        traffic_drop(peer, &peer->listener);
    /* DEED_RESET is what a peer sees; its own reset is a way of closing. */
    traffic_note(peer, DEED_CLOSED, reset ? ECONNRESET : 0);
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
    struct event *event = traffic_note(peer, n < 0 ? DEED_FAILED : DEED_SENT, n < 0 ? errno : 0);
    event->deed.address = to;
    if (n > 0)
        bytes_set(&event->deed.bytes, message, (size_t)n, TRAFFIC_AT_ONCE);
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
        traffic_drop(peer, &peer->connection);
        traffic_accept(peer);
    } else if (step->kind == STEP_PEER_SEND) {
        grant(peer, FIRST_PART);
    } else if (step->kind == STEP_PEER_STOP_READING || step->kind == STEP_PEER_READ_ON) {
        begin_reading(peer, step->kind == STEP_PEER_STOP_READING);
    } else if (step->kind == STEP_PEER_HALF_CLOSE) {
        shutdown(peer->connection, SHUT_WR);
        traffic_note(peer, DEED_HALF_CLOSED, 0);
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
        return traffic_is_sent(peer) || peer->has_sent || peer->broken || peer->connection < 0 || peer->connecting;
    if (step->kind == STEP_PEER_RECEIVE)
        return peer->at_end || peer->connection < 0 || (!step->end_of_file && peer->received >= step->size);
    return true;
}
