/*
 * datagram: how peers send and receive datagrams. A reply has to leave from the very address at which its question arrived:
 * a client whose socket is connected gets no other. A socket that is bound to every address does not see to that by itself.
 */
#ifndef CONVERSATION_DATAGRAM_H
#define CONVERSATION_DATAGRAM_H

#include "data/address.h"

struct envelope {
    struct address from; /* who sent the datagram; len 0: nobody yet */
    struct address at;   /* the address of ours at which it arrived, with port 0; len 0: not known */
};

/* Before bind: FD may take any address, and datagrams that arrive tell at which one they did. */
void datagram_prepare(int fd, int family);
/* As recv(); fills ENVELOPE in. */
ssize_t datagram_receive(int fd, void *data, size_t n, struct envelope *envelope);
/* As send(), to envelope->from and from envelope->at where these are known. */
ssize_t datagram_send(int fd, const void *data, size_t n, const struct envelope *envelope);

#endif
