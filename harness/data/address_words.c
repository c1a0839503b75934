/* The names of families and types. */
#include <string.h>

#include "data/address.h"

static const struct {
    int family;
    const char *constant, *name, *word;
} families[] = {
    {AF_UNSPEC, "AF_UNSPEC", "UNSPEC", NULL},
    {AF_INET, "AF_INET", "IPv4", "inet"},
    {AF_INET6, "AF_INET6", "IPv6", "inet6"},
    {AF_UNIX, "AF_UNIX", "UNIX", "unix"},
    {AF_NETLINK, "AF_NETLINK", "NETLINK", NULL},
    {AF_PACKET, "AF_PACKET", "PACKET", NULL},
    {AF_VSOCK, "AF_VSOCK", "VSOCK", NULL},
    {AF_ALG, "AF_ALG", "ALG", NULL},
    {AF_BLUETOOTH, "AF_BLUETOOTH", "BLUETOOTH", NULL},
};

static const struct {
    int type;
    const char *constant, *word;
} types[] = {
    {SOCK_STREAM, "SOCK_STREAM", "stream"},
    {SOCK_DGRAM, "SOCK_DGRAM", "dgram"},
    {SOCK_RAW, "SOCK_RAW", "raw"},
    {SOCK_SEQPACKET, "SOCK_SEQPACKET", "seqpacket"},
    {SOCK_RDM, "SOCK_RDM", NULL},
    {SOCK_PACKET, "SOCK_PACKET", NULL},
};

/* Several numbers may stand in one message, so each gets a place of its own for a while. */
static const char *number(int value)
{
    static _Thread_local char places[8][16];
    static _Thread_local unsigned next;
    char *place = places[next++ % COUNT_OF(places)];
    snprintf(place, sizeof places[0], "%d", value);
    return place;
}

const char *family_name(int family)
{
    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (families[i].family == family)
            return families[i].name;
    return number(family);
}

const char *family_constant(int family)
{
    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (families[i].family == family)
            return families[i].constant;
    return number(family);
}

bool type_connects(int type)
{
    return type == SOCK_STREAM || type == SOCK_SEQPACKET;
}

const char *type_constant(int type)
{
    int plain = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (types[i].type == plain)
            return types[i].constant;
    return number(plain);
}

int family_from_word(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(families); i++)
        if (families[i].word != NULL && strcmp(families[i].word, word) == 0)
            return families[i].family;
    return -1;
}

int type_from_word(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (types[i].word != NULL && strcmp(types[i].word, word) == 0)
            return types[i].type;
    return -1;
}
