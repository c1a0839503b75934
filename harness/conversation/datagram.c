#include "conversation/datagram.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/uio.h>

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

void datagram_prepare(int fd, int family)
{
    int on = 1;
    if (family == AF_INET) {
        setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    } else if (family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
        /* Every address is local by the world's routes, but IPv6 also asks whether an interface has it. */
        setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
    }
}

static void note_arrival(struct address *at, const struct cmsghdr *header)
{
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = info.ipi_addr};
        memcpy(&at->storage, &in, sizeof in);
        at->len = sizeof in;
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = info.ipi6_addr};
        memcpy(&at->storage, &in6, sizeof in6);
        at->len = sizeof in6;
    }
}

ssize_t datagram_receive(int fd, void *data, size_t n, struct envelope *envelope)
{
    union control control;
    struct envelope got = {.from = {.len = 0}};
    struct iovec vector = {data, n};
    struct msghdr message = {.msg_name = &got.from.storage,
                             .msg_namelen = sizeof got.from.storage,
                             .msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control.room,
                             .msg_controllen = sizeof control.room};
    ssize_t size = recvmsg(fd, &message, 0);
    if (size < 0)
        return size;
    got.from.len = message.msg_namelen;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header))
        note_arrival(&got.at, header);
    *envelope = got;
    return size;
}

/* The ancillary data that makes the datagram leave from AT: how many bytes, 0 when AT is not known. */
static size_t put_source(union control *control, const struct address *at)
{
    memset(control, 0, sizeof *control);
    if (address_family(at) == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, &at->storage, sizeof in);
        struct in_pktinfo info = {.ipi_spec_dst = in.sin_addr};
        control->header = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
        memcpy(CMSG_DATA(&control->header), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    if (address_family(at) == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, &at->storage, sizeof in6);
        struct in6_pktinfo info = {.ipi6_addr = in6.sin6_addr};
        control->header = (struct cmsghdr){CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
        memcpy(CMSG_DATA(&control->header), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    return 0;
}

ssize_t datagram_send(int fd, const void *data, size_t n, const struct envelope *envelope)
{
    union control control;
    struct envelope to = *envelope;
    struct iovec vector = {(void *)(uintptr_t)data, n};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (to.from.len > 0) {
        message.msg_name = &to.from.storage;
        message.msg_namelen = to.from.len;
    }
    message.msg_controllen = put_source(&control, &to.at);
    message.msg_control = message.msg_controllen > 0 ? control.room : NULL;
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}
