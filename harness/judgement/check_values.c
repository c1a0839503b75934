#include "judgement/check_values.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "data/address.h"

static bool is_one_of(const char *value, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(value, *words) == 0)
            return true;
    return false;
}

#define ONE_OF(value, ...) is_one_of((value), (const char *const[]){__VA_ARGS__, NULL})

int64_t value_number(const char *value, int64_t max)
{
    if (*value == '\0')
        return -1;
    int64_t number = 0;
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9')
            return -1;
        number = number * 10 + (*value - '0');
        if (number > max)
            return -1;
    }
    return number;
}

int64_t value_parameter(const struct check_spec *check, const char *name, int64_t otherwise)
{
    const char *text = check_parameter(check, name);
    int64_t number = text != NULL ? value_number(text, INT64_MAX / 16) : -1;
    return number >= 0 ? number : otherwise;
}

bool value_socket(const char *value, int *family, int *type)
{
    AUTO_FREE char *family_word = mem_string(value);
    char *space = strchr(family_word, ' ');
    if (space == NULL)
        return false;
    *space = '\0';
    *family = family_from_word(family_word);
    *type = type_from_word(space + 1);
    return *family >= 0 && *type >= 0;
}

bool value_comparison(const char *value, bool *at_least, int64_t *number)
{
    *at_least = strncmp(value, ">=", 2) == 0;
    if (*at_least) {
        value += 2;
        value += strspn(value, " ");
    }
    *number = value_number(value, INT32_MAX);
    return *number >= 0;
}

/* The calls that a definition may name. */
static bool is_role(enum role role)
{
    return role == ROLE_SOCKET || role == ROLE_BIND || role == ROLE_LISTEN || role == ROLE_ACCEPT ||
           role == ROLE_CONNECT || role == ROLE_SEND || role == ROLE_RECEIVE || role == ROLE_SHUTDOWN;
}

size_t value_roles(const char *value, enum role *roles, size_t max)
{
    AUTO_FREE char *copy = mem_string(value);
    size_t n = 0;
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        enum role role = role_from_word(word);
        if (n == max || !is_role(role))
            return 0;
        roles[n++] = role;
    }
    return n;
}

int value_errno(const char *value)
{
    enum { LAST_ERRNO = 200 };
    for (int error = 1; error < LAST_ERRNO; error++) {
        const char *name = strerrorname_np(error);
        if (name != NULL && strcmp(name, value) == 0)
            return error;
    }
    return 0;
}

bool valid_status(const char *value)
{
    return ONE_OF(value, "0", "nonzero", "any");
}

bool valid_true(const char *value)
{
    return strcmp(value, "true") == 0;
}

bool valid_ok(const char *value)
{
    return strcmp(value, "ok") == 0;
}

bool valid_socket(const char *value)
{
    int family, type;
    return value_socket(value, &family, &type);
}

bool valid_closing(const char *value)
{
    return ONE_OF(value, "all", "dialogue", "unused", "gone");
}

bool valid_sigpipe(const char *value)
{
    return strcmp(value, "PIPE") == 0; /* the only signal whose handler is watched */
}

int value_flag(const char *value)
{
    static const struct {
        const char *name;
        int flag;
    } flags[] = {
        {"MSG_PEEK", MSG_PEEK},         {"MSG_WAITALL", MSG_WAITALL}, {"MSG_DONTWAIT", MSG_DONTWAIT},
        {"MSG_NOSIGNAL", MSG_NOSIGNAL}, {"MSG_OOB", MSG_OOB},
    };
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (strcmp(flags[i].name, value) == 0)
            return flags[i].flag;
    return 0;
}

bool valid_flag(const char *value)
{
    return value_flag(value) != 0;
}

bool valid_seconds(const char *value)
{
    return value_number(value, 86400) >= 0;
}

bool valid_target(const char *value)
{
    return value_number(value, UINT16_MAX) >= 0 || value[0] == '/';
}

bool valid_address(const char *value)
{
    struct address address;
    int type;
    struct err err = ERR_NONE;
    return address_parse(value, &address, &type, &err) == 0;
}

bool valid_path(const char *value)
{
    return value[0] == '/';
}

bool valid_path_state(const char *value)
{
    return ONE_OF(value, "gone", "there");
}

bool valid_end_of_file(const char *value)
{
    return strcmp(value, "end-of-file") == 0;
}

bool valid_errno(const char *value)
{
    return value_errno(value) != 0;
}

bool valid_comparison(const char *value)
{
    bool at_least;
    int64_t number;
    return value_comparison(value, &at_least, &number);
}

bool valid_roles(const char *value)
{
    enum role roles[ROLE_COUNT];
    return value_roles(value, roles, COUNT_OF(roles)) > 1;
}

bool valid_role(const char *value)
{
    enum role role = role_from_word(value);
    return is_role(role) || role == ROLE_FORK;
}

bool valid_host6(const char *value)
{
    struct in6_addr address;
    return inet_pton(AF_INET6, value, &address) == 1;
}

bool valid_family(const char *value)
{
    return ONE_OF(value, "inet", "inet6");
}

bool valid_echo_word(const char *value)
{
    return ONE_OF(value, "size", "sender");
}

bool valid_socket_word(const char *value)
{
    return strcmp(value, "socket") == 0;
}

bool valid_direction(const char *value)
{
    return ONE_OF(value, "sent", "received", "peeked");
}

bool valid_transfer(const char *value)
{
    return ONE_OF(value, "send", "receive");
}

bool valid_actor(const char *value)
{
    return *value != '\0' && strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(value);
}

bool valid_mode(const char *value)
{
    return ONE_OF(value, "RD", "WR", "RDWR");
}

bool valid_text(const char *value)
{
    (void)value; /* any bytes, none too */
    return true;
}

bool valid_lines(const char *value)
{
    return value[strspn(value, " \n")] != '\0';
}

bool valid_size(const char *value)
{
    return value_number(value, INT32_MAX) >= 0;
}

int64_t value_sum(const char *value)
{
    AUTO_FREE char *copy = mem_string(value);
    char *plus = strstr(copy, " + ");
    if (plus == NULL)
        return value_number(copy, INT32_MAX / 2);
    *plus = '\0';
    int64_t a = value_number(copy, INT32_MAX / 2), b = value_number(plus + 3, INT32_MAX / 2);
    return a >= 0 && b >= 0 ? a + b : -1;
}

bool valid_sum(const char *value)
{
    return value_sum(value) >= 0;
}

bool valid_remains(const char *value)
{
    return ONE_OF(value, "zombie", "process", "thread");
}

bool valid_end(const char *value)
{
    return ONE_OF(value, "fin", "reset", "any");
}
