/* Whether the program shows who it talks to: prints-address. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/output.h"
#include "judgement/trial.h"

/* Where on a stream one address is looked for. */
struct search {
    const struct output_text *out;
    unsigned char host[16];
    int port;
};

/* The character at AT; '\0' outside of the text. */
static char at(const struct output_text *out, size_t at)
{
    return at < out->text.len ? out->text.data[at] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_of_address(char c)
{
    return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

/* "127.0.0.1" as it stands, not as a part of longer numbers. */
static bool is_ipv4_at(const struct search *search, size_t start, const char *text)
{
    size_t n = strlen(text), end = start + n;
    const struct output_text *out = search->out;
    if (start + n > out->text.len || memcmp(out->text.data + start, text, n) != 0)
        return false;
    bool glued_before = start > 0 && (is_digit(at(out, start - 1)) || (at(out, start - 1) == '.' && start > 1 &&
                                                                      is_digit(at(out, start - 2))));
    return !glued_before && !is_digit(at(out, end)) && !(at(out, end) == '.' && is_digit(at(out, end + 1)));
}

/* An address may have a label right before it ("client:::1"), but no part of another address. */
static bool may_begin(const struct output_text *out, size_t start)
{
    if (start == 0 || !isalnum((unsigned char)at(out, start - 1)))
        return start == 0 || at(out, start - 1) != ':' || (at(out, start) == ':' && at(out, start + 1) == ':') ||
               start == 1 || !isxdigit((unsigned char)at(out, start - 2));
    return false;
}

/* What may follow: nothing of an address, or a colon and the port. */
static bool may_end(const struct search *search, size_t end)
{
    const struct output_text *out = search->out;
    char next = at(out, end);
    if (next == ':') {
        char *rest = NULL;
        const char *digits = buf_text(&out->text) + end + 1;
        return !is_digit(*digits) || (strtol(digits, &rest, 10) == search->port && !isxdigit((unsigned char)*rest));
    }
    return !isalnum((unsigned char)next) && !(next == '.' && is_digit(at(out, end + 1)));
}

/* The end of this address, in any form, where it begins at START; 0 when it does not. */
static size_t ipv6_end(const struct search *search, size_t start)
{
    enum { SHORTEST = 2 };
    char text[INET6_ADDRSTRLEN + 1];
    const struct output_text *out = search->out;
    size_t longest = 0;
    while (longest < sizeof text - 1 && is_of_address(at(out, start + longest)))
        longest++;
    for (size_t n = longest; n >= SHORTEST; n--) {
        unsigned char host[16];
        memcpy(text, out->text.data + start, n);
        text[n] = '\0';
        if (inet_pton(AF_INET6, text, host) == 1 && memcmp(host, search->host, sizeof host) == 0 &&
            may_end(search, start + n))
            return start + n;
    }
    return 0;
}

/* How often the address stands there from FROM on. */
static size_t count_hosts(const struct search *search, size_t from)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    const struct output_text *out = search->out;
    char text[INET_ADDRSTRLEN] = "";
    bool ipv4 = memcmp(search->host, mapped, sizeof mapped) == 0;
    if (ipv4)
        inet_ntop(AF_INET, search->host + sizeof mapped, text, sizeof text);
    size_t found = 0;
    for (size_t i = from; i < out->text.len; i++) {
        size_t end = 0;
        if (ipv4 && is_ipv4_at(search, i, text))
            end = i + strlen(text);
        else if (!ipv4 && is_of_address(out->text.data[i]) && may_begin(out, i))
            end = ipv6_end(search, i);
        if (end == 0)
            continue;
        found++;
        i = end - 1;
    }
    return found;
}

static size_t count_numbers(const struct output_text *out, size_t from, uint64_t value)
{
    struct number *numbers;
    size_t n = numbers_find(buf_text(&out->text), out->text.len, &numbers), found = 0;
    for (size_t i = 0; i < n; i++)
        found += numbers[i].start >= from && numbers[i].value == value;
    free(numbers);
    return found;
}

/* The peer's own address, and how often it is to be printed: once for each connection, or each datagram. */
static const struct address *own_address(const struct trial *trial, int peer, size_t *times)
{
    const struct transcript *t = trial->t;
    const struct address *own = NULL;
    size_t sent = 0, connected = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->actor != peer || e->deed.own.len == 0)
            continue;
        own = &e->deed.own;
        sent += e->deed.kind == DEED_SENT;
        connected += e->deed.kind == DEED_CONNECTED;
    }
    *times = sent > 0 ? sent : connected; /* what a connection carries has no address of its own */
    return own;
}

/* The first call that could tell the program the address. */
static size_t first_contact(const struct trial *trial)
{
    size_t accepted = facts_first_success(trial->t, trial->actor, ROLE_ACCEPT);
    return accepted != NOWHERE ? accepted : facts_first_success(trial->t, trial->actor, ROLE_RECEIVE);
}

/*
 * The call that was to fill in this address, and had no room for all of it: the port, which comes first, is right and the host
 * is not, or not even the family was written.
 */
static const struct event *cut_address(const struct trial *trial, const struct search *search)
{
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        bool fills = facts_is_call(t, e, trial->actor, ROLE_ACCEPT) || facts_is_call(t, e, trial->actor, ROLE_RECEIVE);
        unsigned char host[16];
        if (!fills || !call_succeeded(&e->call) || e->call.address.len == 0)
            continue;
        if (!address_host(&e->call.address, host) ||
            (address_port(&e->call.address) == search->port && memcmp(host, search->host, sizeof host) != 0))
            return e;
    }
    return NULL;
}

static bool has_no_room(struct trial *trial, const struct search *search)
{
    const struct event *cut = cut_address(trial, search);
    if (cut == NULL)
        return false;
    trial_fails(trial, DIAGNOSIS_SENDER_LENGTH, cut);
    trial_shows(trial, _("%s had no room for the whole address of the client"), call_title(&cut->call));
    trial_hints(trial, _("Receive the address in a struct sockaddr_storage (sockaddr_in6 for IPv6; sockaddr_in is too "
                         "small), and set the length to its size before each call."));
    return true;
}

static void not_printed(struct trial *trial, const struct search *search, size_t contact, bool port_only, bool with_port)
{
    const struct transcript *t = trial->t;
    const struct event *e = trial_event(trial, contact);
    int swapped = (search->port & 0xff) << 8 | search->port >> 8;
    size_t from = output_after(search->out, contact);
    AUTO_OUTPUT err;
    output_collect(t, trial->actor, STREAM_STDERR, &err);
    output_blank_escapes(&err);
    const struct search on_stderr = {&err, {0}, search->port};
    struct search other = on_stderr;
    memcpy(other.host, search->host, sizeof other.host);
    if (port_only && count_numbers(search->out, from, (uint64_t)swapped) > 0) {
        trial_fails(trial, DIAGNOSIS_PORT_BYTE_ORDER, e);
        trial_shows(trial, _("port %d"), swapped);
        trial_hints(trial, _("%d is %d with its two bytes swapped: print ntohs() of the port in the address structure."),
                    swapped, search->port);
    } else if (!port_only && count_hosts(&other, output_after(&err, contact)) > 0) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, e);
        trial_shows(trial, _("it is printed on standard error"));
    } else if (!has_no_room(trial, search)) {
        trial_fails(trial, DIAGNOSIS_ADDRESS_NOT_PRINTED, e);
        if (!with_port)
            trial_hints(trial, _("Print the client's address with inet_ntop() or getnameinfo() (inet_ntoa() does for IPv4 "
                                 "only)."));
        if (port_only)
            trial_shows(trial, _("the address is printed, but not the port"));
        else
            trial_shows(trial, _("it is not on standard output after the message was received"));
        if (!trial_explains_delivery(trial) && trial->t->stuck)
            trial_explains_meeting(trial);
    }
}

/* The address, with its port or without. The caller frees. */
static char *expected_text(const struct address *own, const struct search *search, bool with_port)
{
    char text[INET6_ADDRSTRLEN] = "";
    if (with_port)
        return address_text(own);
    bool ipv4 = address_family(own) == AF_INET;
    inet_ntop(ipv4 ? AF_INET : AF_INET6, search->host + (ipv4 ? 12 : 0), text, sizeof text);
    return mem_string(text);
}

void judge_prints_address(struct trial *trial)
{
    const struct transcript *t = trial->t;
    const char *word = check_parameter(trial->spec, "with-port");
    bool with_port = word != NULL && strcmp(word, "true") == 0;
    if (with_port)
        trial_requires(trial, _("The program prints the client's address and port in numbers"));
    else
        trial_requires(trial, _("The program prints the client's address in numbers"));
    if ((int64_t)facts_accepted(trial->t, trial->actor) < value_parameter(trial->spec, "accepted", 0)) {
        trial_does_not_apply(trial);
        return;
    }
    size_t times = 0, contact = first_contact(trial);
    struct search search = {NULL, {0}, -1};
    const struct address *own = own_address(trial, transcript_actor(t, trial->spec->value), &times);
    if (own == NULL || !address_host(own, search.host) || contact == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_shows(trial, _("the program did not receive it"));
        return;
    }
    search.port = address_port(own);
    AUTO_OUTPUT out;
    output_collect(t, trial->actor, STREAM_STDOUT, &out);
    output_blank_escapes(&out);
    search.out = &out;
    AUTO_FREE char *text = expected_text(own, &search, with_port);
    size_t from = output_after(&out, contact);
    bool host = count_hosts(&search, from) >= times;
    if (host && (!with_port || count_numbers(&out, from, (uint64_t)search.port) >= times))
        trial_passes(trial);
    else
        not_printed(trial, &search, contact, host, with_port);
    trial_expects(trial, "%s", text);
}
