#include "watching/capture.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "ground/text.h"

enum { SNAP_LENGTH = 2048, KEEP_BYTES = 256, RECEIVE_BUFFER = 16 << 20 };

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

struct capture {
    int fd;
    struct transcript *transcript;
    struct tracer *tracer;
    size_t plain; /* packets kept that only carry or acknowledge bytes */
};

static void set_address(struct address *address, int family, const void *host, uint16_t port)
{
    if (family == AF_INET) {
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = port};
        memcpy(&in.sin_addr, host, sizeof in.sin_addr);
        memcpy(&address->storage, &in, sizeof in);
        address->len = sizeof in;
    } else {
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = port};
        memcpy(&in6.sin6_addr, host, sizeof in6.sin6_addr);
        memcpy(&address->storage, &in6, sizeof in6);
        address->len = sizeof in6;
    }
}

/* Fills in ports, flags and payload from the transport header; false when it is none that we know. */
static bool read_transport(struct packet *packet, const unsigned char *data, size_t have, size_t length, uint16_t ports[2])
{
    if (packet->protocol == IPPROTO_TCP && have >= sizeof(struct tcphdr)) {
        struct tcphdr tcp;
        memcpy(&tcp, data, sizeof tcp);
        ports[0] = tcp.th_sport;
        ports[1] = tcp.th_dport;
        packet->flags = tcp.th_flags;
        packet->sequence = ntohl(tcp.th_seq);
        size_t header = (size_t)tcp.th_off * 4;
        packet->payload = length > header ? length - header : 0;
        return true;
    }
    if (packet->protocol == IPPROTO_UDP && have >= sizeof(struct udphdr)) {
        struct udphdr udp;
        memcpy(&udp, data, sizeof udp);
        ports[0] = udp.uh_sport;
        ports[1] = udp.uh_dport;
        packet->payload = length - sizeof udp;
        return true;
    }
    packet->payload = length;
    return packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
}

static bool read_packet(struct packet *packet, const unsigned char *data, size_t have, size_t length)
{
    uint16_t ports[2] = {0, 0};
    struct ip ip;
    struct ip6_hdr ip6;
    if (have < sizeof ip)
        return false;
    if (data[0] >> 4 == IPVERSION) {
        memcpy(&ip, data, sizeof ip);
        size_t header = (size_t)ip.ip_hl * 4;
        packet->protocol = ip.ip_p;
        if (header > have || !read_transport(packet, data + header, have - header, length - header, ports))
            return false;
        set_address(&packet->from, AF_INET, &ip.ip_src, ports[0]);
        set_address(&packet->to, AF_INET, &ip.ip_dst, ports[1]);
        return true;
    }
    if (have < sizeof ip6)
        return false;
    memcpy(&ip6, data, sizeof ip6);
    packet->protocol = ip6.ip6_nxt;
    if (!read_transport(packet, data + sizeof ip6, have - sizeof ip6, length - sizeof ip6, ports))
        return false;
    set_address(&packet->from, AF_INET6, &ip6.ip6_src, ports[0]);
    set_address(&packet->to, AF_INET6, &ip6.ip6_dst, ports[1]);
    return true;
}

/* Beginnings, ends and urgent bytes always are evidence; thousands of packets with bytes are no better one than the first. */
static bool is_worth_keeping(struct capture *capture, const struct packet *packet)
{
    enum { MOST_PLAIN = 4096, TELLING = PACKET_SYN | PACKET_FIN | PACKET_RST | PACKET_URG };
    return packet->protocol != IPPROTO_TCP || (packet->flags & TELLING) != 0 || ++capture->plain <= MOST_PLAIN;
}

static void take_packets(void *context)
{
    struct capture *capture = context;
    unsigned char data[SNAP_LENGTH];
    for (;;) {
        ssize_t length = recv(capture->fd, data, sizeof data, MSG_TRUNC);
        if (length <= 0)
            break;
        size_t have = (size_t)length < sizeof data ? (size_t)length : sizeof data;
        struct packet packet = {.protocol = 0};
        if (!read_packet(&packet, data, have, (size_t)length))
            continue;
        if (!is_worth_keeping(capture, &packet)) {
            tracer_left_out(capture->tracer);
            continue;
        }
        struct event *event =
            transcript_add(capture->transcript, EVENT_PACKET, -1, 0, tracer_now(capture->tracer));
        event->packet = packet;
        bytes_set(&event->packet.raw, data, (size_t)length < have ? (size_t)length : have, KEEP_BYTES);
        event->packet.raw.total = (size_t)length;
    }
}

static void packets_ready(void *context, uint32_t events)
{
    (void)events;
    take_packets(context);
}

struct capture *capture_start(struct transcript *transcript, struct tracer *tracer, struct err *err)
{
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
    int on = 1, size = RECEIVE_BUFFER;
    if (fd < 0) {
        err_errno(err, BLAME_ENVIRONMENT, _("cannot capture packets"));
        return NULL;
    }
    /* On the loopback each packet would come twice: leaving and arriving. */
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    struct capture *capture = mem_alloc(sizeof *capture);
    *capture = (struct capture){fd, transcript, tracer, 0};
    if (tracer_watch(tracer, fd, EPOLLIN, packets_ready, capture) < 0) {
        err_errno(err, BLAME_ENVIRONMENT, _("cannot capture packets"));
        capture_stop(capture);
        return NULL;
    }
    tracer_set_witness(tracer, take_packets, capture);
    return capture;
}

void capture_stop(struct capture *capture)
{
    if (capture == NULL)
        return;
    tracer_set_witness(capture->tracer, NULL, NULL);
    tracer_unwatch(capture->tracer, capture->fd);
    /* Its socket ends with the world: close() would wait for an RCU grace period, ten milliseconds of a scenario's three. */
    free(capture);
}
