#include "watching/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ground/text.h"

enum { LO_INDEX = 1, REQUEST_SIZE = 4096 };

/* Several netlink messages, sent in one go. The last asks for an acknowledgement; what fails says so anyway. */
struct requests {
    _Alignas(8) char data[REQUEST_SIZE];
    size_t len;
    unsigned count;
};

static void add_bytes(struct requests *r, const void *data, size_t n)
{
    memcpy(r->data + r->len, data, n);
    r->len += NLMSG_ALIGN(n);
}

static size_t begin(struct requests *r, int type, int flags)
{
    size_t start = r->len;
    struct nlmsghdr header = {.nlmsg_type = (uint16_t)type,
                              .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
                              .nlmsg_seq = ++r->count};
    add_bytes(r, &header, sizeof header);
    return start;
}

static void add_attribute(struct requests *r, int type, const void *data, size_t n)
{
    struct rtattr attribute = {.rta_len = (uint16_t)RTA_LENGTH(n), .rta_type = (uint16_t)type};
    memcpy(r->data + r->len, &attribute, sizeof attribute);
    memcpy(r->data + r->len + RTA_LENGTH(0), data, n);
    r->len += RTA_SPACE(n);
}

static void finish(struct requests *r, size_t start)
{
    uint32_t length = (uint32_t)(r->len - start);
    memcpy(r->data + start, &length, sizeof length);
}

static void add_link_up(struct requests *r)
{
    size_t start = begin(r, RTM_NEWLINK, 0);
    struct ifinfomsg link = {.ifi_index = LO_INDEX, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    add_bytes(r, &link, sizeof link);
    finish(r, start);
}

static void add_local_route(struct requests *r, int family, const char *destination, unsigned char prefix, int flags)
{
    size_t start = begin(r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | flags);
    struct rtmsg route = {.rtm_family = (unsigned char)family,
                          .rtm_dst_len = prefix,
                          .rtm_table = RT_TABLE_LOCAL,
                          .rtm_protocol = RTPROT_KERNEL,
                          .rtm_scope = RT_SCOPE_HOST,
                          .rtm_type = RTN_LOCAL};
    add_bytes(r, &route, sizeof route);
    unsigned char address[sizeof(struct in6_addr)];
    size_t length = family == AF_INET ? 4 : 16;
    inet_pton(family, destination, address);
    if (prefix > 0)
        add_attribute(r, RTA_DST, address, length);
    if (family == AF_INET && strncmp(destination, "127.", 4) == 0) {
        const unsigned char source[] = {127, 0, 0, 1};
        add_attribute(r, RTA_PREFSRC, source, sizeof source);
    }
    uint32_t index = LO_INDEX;
    add_attribute(r, RTA_OIF, &index, sizeof index);
    char metrics[RTA_SPACE(sizeof(uint32_t))] = {0};
    uint32_t on = 1;
    struct rtattr quickack = {.rta_len = RTA_LENGTH(sizeof on), .rta_type = RTAX_QUICKACK};
    memcpy(metrics, &quickack, sizeof quickack);
    memcpy(metrics + RTA_LENGTH(0), &on, sizeof on);
    add_attribute(r, RTA_METRICS, metrics, sizeof metrics);
    if (family == AF_INET6) {
        uint32_t priority = 0;
        add_attribute(r, RTA_PRIORITY, &priority, sizeof priority);
    }
    finish(r, start);
}

/* An address of its own, without which getaddrinfo(AI_ADDRCONFIG) holds the machine for one without any network. */
static void add_address(struct requests *r, int family, const char *text, unsigned char prefix)
{
    size_t start = begin(r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    struct ifaddrmsg header = {.ifa_family = (unsigned char)family,
                               .ifa_prefixlen = prefix,
                               .ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT, /* there at once, and not after a while */
                               .ifa_index = LO_INDEX};
    add_bytes(r, &header, sizeof header);
    unsigned char address[sizeof(struct in6_addr)];
    inet_pton(family, text, address);
    add_attribute(r, IFA_LOCAL, address, family == AF_INET ? 4 : 16);
    finish(r, start);
}

static int await_acknowledgement(int fd, unsigned last, struct err *err)
{
    _Alignas(struct nlmsghdr) char answer[REQUEST_SIZE];
    for (;;) {
        ssize_t n = recv(fd, answer, sizeof answer, 0);
        if (n < 0)
            return err_errno(err, BLAME_ENVIRONMENT, "netlink");
        size_t left = (size_t)n;
        for (struct nlmsghdr *h = (struct nlmsghdr *)(void *)answer; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
            if (h->nlmsg_type != NLMSG_ERROR)
                continue;
            struct nlmsgerr *status = NLMSG_DATA(h);
            if (status->error != 0) {
                errno = -status->error;
                return err_errno(err, BLAME_ENVIRONMENT, _("cannot set up the private network (request %u)"), h->nlmsg_seq);
            }
            if (h->nlmsg_seq == last)
                return 0;
        }
    }
}

/* Asked of a socket: what /proc/net says would have to be made first, in a namespace that is new. */
static bool has_ipv6(void)
{
    AUTO_CLOSE int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd >= 0;
}

/*
 * What a socket may hold unsent is megabytes elsewhere: a peer that reads slowly would have to wait for as much before the
 * program notices. Where this can't be set it stays as it is.
 */
static void bound_unsent(void)
{
    static const char sizes[] = "4096 16384 262144";
    AUTO_CLOSE int fd = open("/proc/sys/net/ipv4/tcp_wmem", O_WRONLY | O_CLOEXEC);
    ssize_t ignored = fd >= 0 ? write(fd, sizes, sizeof sizes - 1) : 0;
    (void)ignored;
}

int network_setup(struct err *err)
{
    AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "netlink");
    bound_unsent();
    struct requests requests = {.len = 0};
    add_link_up(&requests);
    if (has_ipv6()) {
        add_local_route(&requests, AF_INET6, "::1", 128, 0);
        add_local_route(&requests, AF_INET6, "::", 0, 0);
        add_address(&requests, AF_INET6, "2001:db8:52::10", 128);
    }
    add_local_route(&requests, AF_INET, "127.0.0.0", 8, 0);
    add_local_route(&requests, AF_INET, "127.0.0.1", 32, 0);
    add_address(&requests, AF_INET, "192.168.52.10", 32);
    add_local_route(&requests, AF_INET, "0.0.0.0", 0, NLM_F_ACK);
    if (send(fd, requests.data, requests.len, 0) != (ssize_t)requests.len)
        return err_errno(err, BLAME_ENVIRONMENT, "netlink");
    return await_acknowledgement(fd, requests.count, err);
}
