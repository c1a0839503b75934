#include "data/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/text.h"

/* Old kernels' sockaddr_in6 ended before the scope, and Linux still takes one of that size. */
enum { LEN_IN = offsetof(struct sockaddr_in, sin_zero), LEN_IN6 = offsetof(struct sockaddr_in6, sin6_scope_id) };

static struct sockaddr_in as_in(const struct address *address)
{
    struct sockaddr_in in;
    memcpy(&in, &address->storage, sizeof in);
    return in;
}

static struct sockaddr_in6 as_in6(const struct address *address)
{
    struct sockaddr_in6 in6;
    memcpy(&in6, &address->storage, sizeof in6);
    if (address->len < sizeof in6)
        in6.sin6_scope_id = 0;
    return in6;
}

/* The path's bytes, and how many: a path that fills sun_path has no NUL; an abstract name begins with one. */
static size_t unix_path(const struct address *address, const char **path)
{
    const char *start = (const char *)&address->storage + offsetof(struct sockaddr_un, sun_path);
    size_t room = address->len > offsetof(struct sockaddr_un, sun_path)
                      ? address->len - offsetof(struct sockaddr_un, sun_path)
                      : 0;
    *path = start;
    return room > 0 && start[0] == '\0' ? room : strnlen(start, room);
}

/* The whole of TEXT, decimal, without a sign, 0 to 65535; -1 for anything else. */
static int parse_port(const char *text)
{
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 5 || text[n] != '\0')
        return -1;
    int port = 0;
    for (; *text != '\0'; text++)
        port = port * 10 + (*text - '0');
    return port <= 65535 ? port : -1;
}

static bool parse_in(const char *host, int port, struct address *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
        return false;
    memcpy(&address->storage, &in, sizeof in);
    address->len = sizeof in;
    return true;
}

static bool parse_in6(const char *host, int port, struct address *address)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET6, host, &in6.sin6_addr) != 1)
        return false;
    memcpy(&address->storage, &in6, sizeof in6);
    address->len = sizeof in6;
    return true;
}

/* An address without a port: "[::1]". */
static bool parse_host6(const char *text, struct address *address)
{
    size_t n = strlen(text);
    if (n < 2 || text[0] != '[' || text[n - 1] != ']')
        return false;
    AUTO_FREE char *host = mem_bytes(text + 1, n - 2);
    return parse_in6(host, 0, address);
}

static bool parse_internet(const char *text, struct address *address)
{
    const char *colon = strrchr(text, ':');
    int port = colon == NULL ? -1 : parse_port(colon + 1);
    if (colon == NULL || port < 0)
        return false;
    size_t n = (size_t)(colon - text);
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
        AUTO_FREE char *host = mem_bytes(text + 1, n - 2);
        return parse_in6(host, port, address);
    }
    AUTO_FREE char *host = mem_bytes(text, n);
    return parse_in(host, port, address);
}

static bool parse_unix(const char *path, struct address *address)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n == 0 || n > sizeof un.sun_path)
        return false;
    /* A path may fill its field: then no NUL ends it, and the length says where it ends. */
    memcpy(un.sun_path, path, n);
    size_t end = n < sizeof un.sun_path ? n + 1 : n;
    address->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + end);
    memcpy(&address->storage, &un, address->len);
    return true;
}

int address_parse(const char *text, struct address *address, int *type, struct err *err)
{
    memset(address, 0, sizeof *address);
    *type = SOCK_STREAM;
    bool good = false;
    if (strncmp(text, "unix:", 5) == 0) {
        good = parse_unix(text + 5, address);
    } else if (strncmp(text, "seqpacket:", 10) == 0) {
        *type = SOCK_SEQPACKET;
        good = parse_unix(text + 10, address);
    } else if (strncmp(text, "icmp6:", 6) == 0) {
        *type = SOCK_RAW;
        good = parse_host6(text + 6, address);
    } else if (strncmp(text, "udp:", 4) == 0) {
        *type = SOCK_DGRAM;
        good = parse_internet(text + 4, address);
    } else {
        good = parse_internet(strncmp(text, "tcp:", 4) == 0 ? text + 4 : text, address);
    }
    if (good)
        return 0;
    AUTO_FREE char *quote = escape_quote(text, strlen(text), 120);
    return err_set(err, BLAME_EXERCISE,
                   _("%s is not an address; expected something like 127.0.0.1:5000, [::1]:5000, udp:0.0.0.0:5000, "
                     "icmp6:[::1] or unix:/tmp/s (a path of at most 108 bytes)"),
                   quote);
}

static char *text_in(const struct address *address)
{
    char host[INET_ADDRSTRLEN];
    struct sockaddr_in in = as_in(address);
    inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
    return mem_printf("%s:%d", host, ntohs(in.sin_port));
}

static char *text_in6(const struct address *address)
{
    char host[INET6_ADDRSTRLEN];
    struct sockaddr_in6 in6 = as_in6(address);
    inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof host);
    if (in6.sin6_scope_id != 0)
        return mem_printf("[%s%%%u]:%d", host, in6.sin6_scope_id, ntohs(in6.sin6_port));
    return mem_printf("[%s]:%d", host, ntohs(in6.sin6_port));
}

/* An abstract name is written with "@" for its NUL, as ss and netstat do; other NULs in it become "@" too. */
static char *text_unix(const struct address *address)
{
    const char *path = NULL;
    size_t n = unix_path(address, &path);
    char *text = mem_bytes(path, n);
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = '@';
    return text;
}

char *address_text(const struct address *address)
{
    int family = address_family(address);
    if (family == AF_INET && address->len >= LEN_IN)
        return text_in(address);
    if (family == AF_INET6 && address->len >= LEN_IN6)
        return text_in6(address);
    if (family == AF_UNIX)
        return text_unix(address);
    return mem_string(address->len == 0 ? "-" : family_name(family));
}

int address_family(const struct address *address)
{
    return address->len < sizeof address->storage.ss_family ? AF_UNSPEC : address->storage.ss_family;
}

int address_port(const struct address *address)
{
    int family = address_family(address);
    if (family == AF_INET && address->len >= LEN_IN)
        return ntohs(as_in(address).sin_port);
    if (family == AF_INET6 && address->len >= LEN_IN6)
        return ntohs(as_in6(address).sin6_port);
    return -1;
}

bool address_host(const struct address *address, unsigned char host[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    int family = address_family(address);
    if (family == AF_INET && address->len >= LEN_IN) {
        struct sockaddr_in in = as_in(address);
        memcpy(host, mapped, sizeof mapped);
        memcpy(host + sizeof mapped, &in.sin_addr, sizeof in.sin_addr);
        return true;
    }
    if (family != AF_INET6 || address->len < LEN_IN6)
        return false;
    struct sockaddr_in6 in6 = as_in6(address);
    memcpy(host, &in6.sin6_addr, sizeof in6.sin6_addr);
    return true;
}

bool address_same_place(const struct address *a, const struct address *b)
{
    unsigned char x[16], y[16];
    return address_host(a, x) && address_host(b, y) && memcmp(x, y, sizeof x) == 0 && address_port(a) == address_port(b);
}

bool address_is_any(const struct address *address)
{
    int family = address_family(address);
    if (family == AF_INET && address->len >= LEN_IN)
        return as_in(address).sin_addr.s_addr == htonl(INADDR_ANY);
    if (family == AF_INET6 && address->len >= LEN_IN6) {
        struct sockaddr_in6 in6 = as_in6(address);
        return memcmp(&in6.sin6_addr, &in6addr_any, sizeof in6addr_any) == 0;
    }
    return false;
}

static bool equal_in(const struct address *a, const struct address *b)
{
    struct sockaddr_in x = as_in(a);
    struct sockaddr_in y = as_in(b);
    return x.sin_port == y.sin_port && x.sin_addr.s_addr == y.sin_addr.s_addr;
}

static bool equal_in6(const struct address *a, const struct address *b)
{
    struct sockaddr_in6 x = as_in6(a);
    struct sockaddr_in6 y = as_in6(b);
    return x.sin6_port == y.sin6_port && x.sin6_scope_id == y.sin6_scope_id &&
           memcmp(&x.sin6_addr, &y.sin6_addr, sizeof x.sin6_addr) == 0;
}

bool address_equal(const struct address *a, const struct address *b)
{
    int family = address_family(a);
    if (family != address_family(b))
        return false;
    /* Padding is whatever the program left there: compare what counts, field by field. */
    if (family == AF_INET && a->len >= LEN_IN && b->len >= LEN_IN)
        return equal_in(a, b);
    if (family == AF_INET6 && a->len >= LEN_IN6 && b->len >= LEN_IN6)
        return equal_in6(a, b);
    if (family == AF_UNIX) {
        const char *x = NULL;
        const char *y = NULL;
        size_t n = unix_path(a, &x);
        return n == unix_path(b, &y) && memcmp(x, y, n) == 0;
    }
    return a->len == b->len && memcmp(&a->storage, &b->storage, a->len) == 0;
}
