/* Where the program goes and where it waits: connects-to, binds-to, binds, conflict, listens. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/check_values.h"
#include "judgement/serving.h"

/* Says what is wrong with the family or the port of an address; false when both are right. */
static bool wrong_meeting_point(struct trial *trial, const struct event *e, int family, int port)
{
    int given = address_family(&e->call.address), given_port = address_port(&e->call.address);
    if (cause_missing_length(e) > 0) {
        trial_fails(trial, DIAGNOSIS_ADDRESS_LENGTH, e);
        trial_expects(trial, _("an address of %d bytes"), cause_missing_length(e));
        trial_shows(trial, _("an address of %d bytes"), (int)e->call.address.len);
        return true;
    }
    if (given != family) {
        trial_fails(trial, DIAGNOSIS_ADDRESS_FAMILY, e);
        trial_expects(trial, _("an address of family %s"), family_constant(family));
        trial_shows(trial, _("an address of family %s"), family_constant(given));
        return true;
    }
    if (given_port == port)
        return false;
    bool swapped = given_port == ((port & 0xff) << 8 | port >> 8);
    trial_fails(trial, swapped ? DIAGNOSIS_PORT_BYTE_ORDER : DIAGNOSIS_WRONG_PORT, e);
    trial_expects(trial, _("port %d"), port);
    trial_shows(trial, _("port %d"), given_port);
    AUTO_FREE char *hint = cause_port_hint(given_port, port);
    trial_hints(trial, "%s", hint);
    return true;
}

static bool is_destination(const struct transcript *t, const struct event *e, int actor)
{
    if (facts_is_call(t, e, actor, ROLE_CONNECT))
        return true;
    return facts_is_call(t, e, actor, ROLE_SEND) && t->sockets[e->call.socket].type == SOCK_DGRAM &&
           e->call.address.len > 0;
}

/* Neither sendto() nor connect() was called. */
static void went_nowhere(struct trial *trial, bool datagrams)
{
    trial_lacks(trial, datagrams ? DIAGNOSIS_NOTHING_SENT : DIAGNOSIS_NO_CONNECT, NULL);
    if (datagrams) {
        trial_expects(trial, _("a sendto()"));
        trial_shows(trial, _("sendto() was never called"));
    } else {
        trial_expects(trial, _("a connect()"));
        trial_shows(trial, _("connect() was never called"));
    }
}

static void judge_destination(struct trial *trial, bool datagrams)
{
    const struct transcript *t = trial->t;
    const char *value = trial->spec->value;
    const char *word = check_parameter(trial->spec, "family");
    bool any_family = word != NULL && strcmp(word, "any") == 0;
    int family = word != NULL && !any_family ? family_from_word(word) : AF_INET;
    int port = (int)value_number(value, UINT16_MAX);
    if (datagrams && port >= 0)
        trial_requires(trial, _("The program sends to port %d"), port);
    else if (datagrams)
        trial_requires(trial, _("The program sends to %s"), value);
    else if (port >= 0)
        trial_requires(trial, _("The program connects to port %d"), port);
    else
        trial_requires(trial, _("The program connects to %s"), value);
    const struct event *first = NULL;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (!is_destination(t, e, trial->actor))
            continue;
        AUTO_FREE char *text = address_text(&e->call.address);
        bool right = port >= 0 ? address_port(&e->call.address) == port : strcmp(text, value) == 0;
        if (right && (any_family || address_family(&e->call.address) == family)) {
            trial_passes(trial);
            return;
        }
        if (first == NULL)
            first = e;
    }
    if (first == NULL) {
        went_nowhere(trial, datagrams);
    } else if (port < 0 ||
               !wrong_meeting_point(trial, first, any_family ? address_family(&first->call.address) : family, port)) {
        AUTO_FREE char *text = address_text(&first->call.address);
        trial_fails(trial, DIAGNOSIS_WRONG_PORT, first);
        trial_expects(trial, "%s", value);
        trial_shows(trial, "%s", text);
    }
    if (any_family && first != NULL && trial->result->verdict == VERDICT_FAILED)
        trial_hints(trial, _("Go to the port that is given as argument, %d here."), port);
}

void judge_connects_to(struct trial *trial)
{
    judge_destination(trial, false);
}

void judge_sends_to(struct trial *trial)
{
    judge_destination(trial, true);
}

/* The IPv4 address of a bind, in host order; 0 for any. */
static uint32_t ipv4_of(const struct address *address)
{
    struct sockaddr_in in;
    if (address_family(address) != AF_INET || address->len < sizeof in)
        return 0;
    memcpy(&in, &address->storage, sizeof in);
    return ntohl(in.sin_addr.s_addr);
}

static void wrong_local_address(struct trial *trial, const struct event *e, const struct address *wanted)
{
    AUTO_FREE char *expected = address_text(wanted);
    AUTO_FREE char *given = address_text(&e->call.address);
    uint32_t ip = ipv4_of(&e->call.address);
    uint32_t swapped = __builtin_bswap32(ip);
    /* An address that begins with 0 or ends in 127 names no machine: one that went through htonl() once too often. */
    bool byte_order = ip != 0 && (swapped == ipv4_of(wanted) || swapped >> 24 == IN_LOOPBACKNET);
    trial_fails(trial, byte_order ? DIAGNOSIS_ADDRESS_BYTE_ORDER : DIAGNOSIS_ONE_INTERFACE, e);
    trial_expects(trial, "%s", expected);
    trial_shows(trial, "%s", given);
}

static void wrong_bind(struct trial *trial, const struct event *e, const struct address *wanted, int type)
{
    int given = e->call.socket >= 0 ? trial->t->sockets[e->call.socket].type : type;
    if (e->call.socket < 0) {
        trial_fails(trial, DIAGNOSIS_BAD_DESCRIPTOR, e);
        trial_expects(trial, _("bind() on a socket"));
        trial_shows(trial, _("bind() on descriptor %d, which is no socket"), (int)e->call.arg[0]);
    } else if (given != type) {
        trial_fails(trial, DIAGNOSIS_SOCKET_TYPE, trial_event(trial, facts_creation(trial->t, e->call.socket)));
        trial_expects(trial, _("bind() on a socket %s"), type_constant(type));
        trial_shows(trial, _("bind() on a socket %s"), type_constant(given));
    } else if (!wrong_meeting_point(trial, e, address_family(wanted), address_port(wanted))) {
        wrong_local_address(trial, e, wanted);
    }
}

/* The same address, or every address of IPv6 where that takes in those of IPv4. */
static bool is_bound_as(const struct trial *trial, const struct event *bind, const struct address *wanted)
{
    const struct address *given = &bind->call.address;
    return address_equal(given, wanted) ||
           (address_is_any(wanted) && address_is_any(given) && address_port(given) == address_port(wanted) &&
            call_succeeded(&bind->call) && serving_covers(trial->t, bind, address_family(wanted)));
}

void judge_binds_to(struct trial *trial)
{
    const struct transcript *t = trial->t;
    struct address wanted;
    int type = SOCK_STREAM;
    struct err err = ERR_NONE;
    if (address_parse(trial->spec->value, &wanted, &type, &err) < 0)
        wanted.len = 0;
    AUTO_FREE char *text = address_text(&wanted);
    if (address_is_any(&wanted))
        trial_requires(trial, _("The program binds its socket to port %d of every local address (%s)"),
                       address_port(&wanted), text);
    else
        trial_requires(trial, _("The program binds its socket to %s"), text);
    const struct event *first = NULL;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_BIND, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_BIND, i + 1)) {
        const struct event *e = &t->events[i];
        if (e->call.socket >= 0 && t->sockets[e->call.socket].type == type &&
            is_bound_as(trial, e, &wanted)) {
            trial_passes(trial);
            return;
        }
        if (first == NULL)
            first = e;
    }
    if (first != NULL) {
        wrong_bind(trial, first, &wanted, type);
        return;
    }
    trial_lacks(trial, DIAGNOSIS_NO_BIND, NULL);
    trial_expects(trial, "bind(%s)", text);
    trial_shows(trial, _("bind() was never called"));
}

void judge_binds(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program gets its address: bind() succeeds"));
    if (facts_first_success(t, trial->actor, ROLE_BIND) != NOWHERE) {
        trial_passes(trial);
        return;
    }
    size_t tried = facts_last_call(t, trial->actor, ROLE_BIND);
    if (tried == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NO_BIND, NULL);
        trial_shows(trial, _("bind() was never called"));
    } else {
        const struct event *e = &t->events[tried];
        trial_shows(trial, _("%s failed with %s"), call_title(&e->call), error_name(e->call.error));
        trial_fails_as(trial, e);
        trial_explains_meeting(trial);
    }
    trial_expects(trial, _("a bind() that succeeds"));
}

void judge_conflict(struct trial *trial)
{
    const struct transcript *t = trial->t;
    int wanted = value_errno(trial->spec->value);
    trial_requires(trial, _("The program notices that the port is taken: bind() fails with %s"), error_name(wanted));
    const struct event *bound = NULL, *failed = NULL;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        bool is_bind = facts_is_call(t, e, trial->actor, ROLE_BIND);
        if ((!is_bind && !facts_is_call(t, e, trial->actor, ROLE_LISTEN)) || e->call.pending)
            continue;
        if (e->call.result < 0 && e->call.error == wanted) {
            trial_passes(trial);
            return;
        }
        if (e->call.result < 0)
            failed = e;
        else if (is_bind)
            bound = e;
    }
    if (bound != NULL) {
        AUTO_FREE char *where = address_text(&bound->call.address);
        trial_fails(trial, DIAGNOSIS_NONE, bound);
        trial_shows(trial, _("bind() on %s succeeded"), where);
        trial_explains_conflict(trial);
    } else if (failed != NULL) {
        trial_fails(trial, DIAGNOSIS_CALL_FAILED, failed);
        trial_shows(trial, _("%s failed with %s"), call_title(&failed->call), error_name(failed->call.error));
        trial_explains_meeting(trial);
    } else {
        trial_lacks(trial, DIAGNOSIS_NO_BIND, NULL);
        trial_shows(trial, _("bind() was never called"));
    }
    trial_expects(trial, _("bind() fails with %s"), error_name(wanted));
}

void judge_listens(struct trial *trial)
{
    const struct transcript *t = trial->t;
    bool at_least = false;
    int64_t wanted = 0;
    value_comparison(trial->spec->value, &at_least, &wanted);
    if (at_least)
        trial_requires(trial, _("The program listens, with a queue of at least %d"), (int)wanted);
    else
        trial_requires(trial, _("The program listens, with a queue of %d"), (int)wanted);
    const struct event *other = NULL, *failed = NULL;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_LISTEN, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_LISTEN, i + 1)) {
        const struct event *e = &t->events[i];
        int backlog = (int)e->call.arg[1];
        if (!call_succeeded(&e->call)) {
            failed = e;
        } else if (backlog == wanted || (at_least && backlog > wanted)) {
            trial_passes(trial);
            return;
        } else {
            other = e;
        }
    }
    if (other != NULL) {
        trial_fails(trial, at_least ? DIAGNOSIS_BACKLOG : DIAGNOSIS_QUEUE_LENGTH, other);
        trial_shows(trial, "listen(..., %d)", (int)other->call.arg[1]);
    } else if (failed != NULL) {
        trial_lacks(trial, DIAGNOSIS_CALL_ORDER, failed);
        trial_shows(trial, _("%s failed with %s"), call_title(&failed->call), error_name(failed->call.error));
    } else {
        trial_lacks(trial, DIAGNOSIS_NO_LISTEN, NULL);
        trial_shows(trial, _("listen() was never called"));
    }
    trial_expects(trial, at_least ? _("a queue of at least %d") : _("a queue of %d"), (int)wanted);
}
