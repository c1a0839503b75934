#include "conversation/echo.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int silence_kernel(void)
{
    AUTO_CLOSE int fd = open("/proc/sys/net/ipv6/icmp/echo_ignore_all", O_WRONLY | O_CLOEXEC);
    return fd >= 0 && write(fd, "1", 1) == 1 ? 0 : -1;
}

int echo_open(struct err *err)
{
    if (silence_kernel() < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "echo_ignore_all");
    AUTO_CLOSE int fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
    struct icmp6_filter requests;
    ICMP6_FILTER_SETBLOCKALL(&requests);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REQUEST, &requests);
    if (fd < 0 || setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &requests, sizeof requests) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "socket");
    return steal_fd(&fd);
}

/* Somebody else's reply has another identifier and another size, so that it is known by either. */
enum { IDENTIFIER_BITS = 0x5a, MORE_BYTES = 24 };

ssize_t echo_answer(int fd, enum answer answer, const struct bytes *request, const struct address *to, char **message)
{
    size_t size = request->stored, more = answer == ANSWER_OTHER_IDENTIFIER ? MORE_BYTES : 0;
    if (size < sizeof(struct icmp6_hdr)) {
        errno = EBADMSG;
        return -1;
    }
    char *reply = *message = mem_alloc(size + more + 1);
    memcpy(reply, request->data, size);
    memset(reply + size, 'x', more);
    reply[offsetof(struct icmp6_hdr, icmp6_type)] = (char)ICMP6_ECHO_REPLY;
    if (answer == ANSWER_OTHER_IDENTIFIER)
        reply[offsetof(struct icmp6_hdr, icmp6_data16)] ^= IDENTIFIER_BITS;
    return sendto(fd, reply, size + more, 0, (const struct sockaddr *)&to->storage, to->len); /* the kernel adds the checksum */
}
