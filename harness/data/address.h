/*
 * address: a socket address, and how definitions write it: "127.0.0.1:5000", "[::1]:5000", "udp:0.0.0.0:5000",
 * "icmp6:[::1]", "unix:/tmp/s", "seqpacket:/tmp/s". The protocol is tcp unless a prefix says otherwise.
 */
#ifndef DATA_ADDRESS_H
#define DATA_ADDRESS_H

#include <sys/socket.h>

#include "ground/base.h"

struct address {
    struct sockaddr_storage storage;
    socklen_t len; /* bytes used in storage; 0: no address */
};

/* Parses TEXT; *TYPE becomes SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET or SOCK_RAW. On failure says what is expected (blame:
   exercise). */
int address_parse(const char *text, struct address *address, int *type, struct err *err);
/* Numeric, as definitions write it, without a protocol prefix: "127.0.0.1:5000", "[::]:5000", "/tmp/s". The caller frees. */
char *address_text(const struct address *address);
/* AF_UNSPEC when there is none. */
int address_family(const struct address *address);
/* Host byte order; -1 for addresses without a port. */
int address_port(const struct address *address);
/* The host alone as an IPv6 address, an IPv4 one mapped (::ffff:127.0.0.1). False when the address is no internet one. */
bool address_host(const struct address *address, unsigned char host[16]);
/* The same host and port, be it once mapped and once not. */
bool address_same_place(const struct address *a, const struct address *b);
/* 0.0.0.0 or :: */
bool address_is_any(const struct address *address);
bool address_equal(const struct address *a, const struct address *b);
/* Whether sockets of this type have connections: one listens, another connects. */
bool type_connects(int type);
/* "IPv4", "IPv6", "UNIX", "NETLINK"… or the number. Static storage. */
const char *family_name(int family);
/* "AF_INET"; "SOCK_STREAM". Static storage. */
const char *family_constant(int family);
const char *type_constant(int type);
/* -1 when unknown: "inet", "inet6", "unix" / "stream", "dgram", "raw", "seqpacket". */
int family_from_word(const char *word);
int type_from_word(const char *word);

#endif
