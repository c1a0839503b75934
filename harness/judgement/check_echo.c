/* ICMPv6 echo over raw sockets: sends-echo, awaits-echo, prints-echo. */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/echo.h"
#include "judgement/output.h"
#include "judgement/trial.h"

/* Where the message of this call goes: its own address, or that to which the socket was connected. */
static const struct address *destination(const struct transcript *t, const struct call *send)
{
    if (send->address.len > 0)
        return &send->address;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_CALL && call_role(e->call.id) == ROLE_CONNECT && e->call.socket == send->socket &&
            call_succeeded(&e->call))
            return &e->call.address;
    }
    return &send->address;
}

static bool goes_to(const struct address *address, const char *host)
{
    struct in6_addr wanted;
    struct sockaddr_in6 in6;
    if (address_family(address) != AF_INET6 || inet_pton(AF_INET6, host, &wanted) != 1)
        return false;
    memcpy(&in6, &address->storage, sizeof in6);
    return memcmp(&in6.sin6_addr, &wanted, sizeof wanted) == 0;
}

void judge_sends_echo(struct trial *trial)
{
    const struct transcript *t = trial->t;
    const char *host = trial->spec->value;
    trial_requires(trial, _("The program sends an ICMPv6 echo request to %s"), host);
    size_t request = echo_request(t, trial->actor), sent = facts_last_call(t, trial->actor, ROLE_SEND);
    struct echo echo;
    int64_t code = value_parameter(trial->spec, "code", -1);
    if (request != NOWHERE && code >= 0 && echo_read(t, &t->events[request].call, &echo) && echo.code != code) {
        trial_fails(trial, DIAGNOSIS_ECHO_TYPE, &t->events[request]);
        trial_shows(trial, _("a message of type %d and code %d is sent"), echo.type, echo.code);
    } else if (request != NOWHERE && goes_to(destination(t, &t->events[request].call), host)) {
        trial_passes(trial);
    } else if (request != NOWHERE) {
        AUTO_FREE char *given = address_text(destination(t, &t->events[request].call));
        trial_fails(trial, DIAGNOSIS_WRONG_BYTES, &t->events[request]);
        trial_hints(trial, _("Send the request to the address that is given as argument."));
        trial_shows(trial, _("it goes to %s"), given);
    } else if (sent != NOWHERE && echo_read(t, &t->events[sent].call, &echo)) {
        trial_fails(trial, DIAGNOSIS_ECHO_TYPE, &t->events[sent]);
        trial_shows(trial, _("a message of type %d is sent"), echo.type);
    } else if (sent != NOWHERE && call_failed(&t->events[sent].call)) {
        const struct event *e = &t->events[sent];
        trial_lacks(trial, DIAGNOSIS_NONE, e);
        trial_shows(trial, _("%s failed with %s"), call_title(&e->call), error_name(e->call.error));
        if (trial->result->verdict == VERDICT_FAILED)
            trial_fails_as(trial, e);
    } else {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, trial_event(trial, sent));
        trial_shows(trial, _("no echo request is sent"));
    }
    if (code >= 0)
        trial_expects(trial, _("a message of type %d and code %d, to %s"), ICMP6_ECHO_REQUEST, (int)code, host);
    else
        trial_expects(trial, _("a message of type %d, to %s"), ICMP6_ECHO_REQUEST, host);
}

void judge_awaits_echo(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program waits for the reply to its own request, and takes no other message for it"));
    if (echo_own_reply(t, trial->actor) != NOWHERE) {
        trial_passes(trial);
        return;
    }
    size_t last = echo_last_received(t, trial->actor);
    trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, trial_event(trial, last));
    trial_expects(trial, _("a message of type %d with the request's identifier is received"), ICMP6_ECHO_REPLY);
    if (last == NOWHERE)
        trial_shows(trial, _("no ICMPv6 message is received"));
    else
        trial_shows(trial, _("the reply is not received"));
}

void judge_skips_other_replies(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program goes on waiting when it receives a reply to another program"));
    trial_expects(trial, _("a message of type %d with the request's identifier is received"), ICMP6_ECHO_REPLY);
    size_t last = echo_last_received(t, trial->actor);
    struct echo echo;
    if (last == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_shows(trial, _("no ICMPv6 message is received"));
    } else if (echo_own_reply(t, trial->actor) != NOWHERE || !echo_read(t, &t->events[last].call, &echo) ||
               echo.type != ICMP6_ECHO_REPLY) {
        trial_passes(trial);
    } else {
        trial_fails(trial, DIAGNOSIS_OTHER_REPLY, &t->events[last]);
        if (echo_request(t, trial->actor) != NOWHERE) {
            trial_shows(trial, _("the last message received has another identifier"));
        } else {
            trial_shows(trial, _("the reply is not received"));
            trial_explains_meeting(trial);
        }
    }
}

/* It ended with 0 before a second had passed since its request, by the first message that came. */
static bool has_not_waited(const struct trial *trial)
{
    const int64_t second = 1000000000;
    const struct transcript *t = trial->t;
    struct ending ending = facts_ending(t, trial->actor);
    size_t request = echo_request(t, trial->actor);
    return ending.kind == ENDING_EXITED && ending.status == 0 && request != NOWHERE &&
           echo_last_received(t, trial->actor) != NOWHERE &&
           t->events[ending.event].time - t->events[request].time < second;
}

/* Ended of itself, in error, when a reply might still have come; not because of a message that it could not take. */
static bool has_given_up_early(const struct trial *trial)
{
    const int64_t least = 800000000, moment = 1000000; /* a second, less a fifth; virtual time stands still meanwhile */
    const struct transcript *t = trial->t;
    struct ending ending = facts_ending(t, trial->actor);
    size_t request = echo_request(t, trial->actor);
    if (ending.kind != ENDING_EXITED || ending.status == 0 || request == NOWHERE)
        return false;
    int64_t waited = t->events[ending.event].time - t->events[request].time;
    return waited < least && (waited >= moment || echo_last_received(t, trial->actor) == NOWHERE);
}

static void too_early(struct trial *trial)
{
    trial_fails(trial, DIAGNOSIS_GAVE_UP_AT_ONCE, trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_RECEIVE)));
    trial_expects(trial, ngettext("a wait of %d second at least", "a wait of %d seconds at least", 1), 1);
    trial_shows(trial, ngettext("it ended before %d second was over", "it ended before %d seconds were over", 1), 1);
}

void judge_gives_up(struct trial *trial)
{
    static char nonzero[] = "nonzero";
    if (has_not_waited(trial)) {
        trial_requires(trial, _("When no reply comes, the program gives up"));
        trial_passes(trial);
        return;
    }
    struct check_spec exits = *trial->spec;
    exits.value = nonzero;
    const struct check_spec *own = trial->spec;
    trial->spec = &exits;
    judge_exits(trial);
    trial->spec = own;
    if (has_given_up_early(trial))
        too_early(trial);
    trial_requires(trial, _("When no reply comes, the program gives up, with a status other than 0"));
}

/* Whether the number stands on the stream after this event. */
static bool shows_number(const struct output_text *out, size_t event, uint64_t value)
{
    struct number *numbers;
    size_t n = numbers_find(buf_text(&out->text), out->text.len, &numbers), from = output_after(out, event);
    AUTO_FREE struct number *owned = numbers;
    for (size_t i = 0; i < n; i++)
        if (owned[i].start >= from && owned[i].value == value)
            return true;
    return false;
}

static bool is_address_letter(char c)
{
    return strchr("0123456789abcdefABCDEF:.", c) != NULL && c != '\0';
}

/* Whether this IPv6 address stands there in any of its forms. */
static bool shows_address(const struct output_text *out, size_t event, const struct in6_addr *wanted)
{
    const char *text = buf_text(&out->text);
    for (size_t at = output_after(out, event), n; at < out->text.len; at += n + 1) {
        for (n = 0; at + n < out->text.len && is_address_letter(text[at + n]); n++)
            continue;
        for (size_t length = n; length >= 2; length--) { /* a colon or a full stop may follow it */
            AUTO_FREE char *word = mem_bytes(text + at, length);
            struct in6_addr found;
            if (inet_pton(AF_INET6, word, &found) == 1 && memcmp(&found, wanted, sizeof found) == 0)
                return true;
        }
    }
    return false;
}

/* The program has taken no message for the reply: then there is nothing that it should have printed. */
static bool lacks_reply(struct trial *trial)
{
    struct ending ending = facts_ending(trial->t, trial->actor);
    if (ending.kind != ENDING_EXITED || ending.status == 0)
        return false;
    trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, trial_event(trial, echo_last_received(trial->t, trial->actor)));
    trial_expects(trial, _("a message of type %d with the request's identifier is received"), ICMP6_ECHO_REPLY);
    trial_shows(trial, _("the program has taken no message for the reply"));
    return true;
}

static void judge_size(struct trial *trial, size_t last, const struct output_text *out, const struct output_text *err)
{
    const struct event *e = &trial->t->events[last];
    const char *call = call_title(&e->call);
    uint64_t size = call_moved(&e->call), data = size - sizeof(struct icmp6_hdr);
    if (shows_number(out, last, size)) {
        trial_passes(trial);
    } else if (shows_number(err, last, size)) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, e);
        trial_shows(trial, _("it is printed on standard error"));
    } else if (shows_number(out, last, e->call.asked)) {
        trial_fails(trial, DIAGNOSIS_COUNT_OF_BUFFER, e);
        trial_shows(trial, _("the size of the buffer, %zu, is printed"), e->call.asked);
    } else if (lacks_reply(trial)) {
        return;
    } else {
        trial_fails(trial, DIAGNOSIS_COUNT_MISSING, e);
        trial_hints(trial, _("Print what %s returned, %llu here: the ICMPv6 header counts too."), call,
                    (unsigned long long)size);
        if (size > sizeof(struct icmp6_hdr) && shows_number(out, last, data))
            trial_shows(trial, _("%llu is printed, the size without its header"), (unsigned long long)data);
        else
            trial_shows(trial, _("this number is not printed after %s"), call);
    }
    trial_expects(trial, _("%llu, as a number of its own on standard output"), (unsigned long long)size);
}

/* Who sent this message: who the call says, whom the socket is connected to, or whom the program asked. */
static const struct address *sender_of(const struct transcript *t, int actor, const struct call *receive)
{
    const struct address *known = address_family(&receive->address) == AF_INET6 ? &receive->address : destination(t, receive);
    size_t request = echo_request(t, actor);
    return address_family(known) == AF_INET6 || request == NOWHERE ? known : destination(t, &t->events[request].call);
}

static void judge_sender(struct trial *trial, size_t last, const struct output_text *out, const struct output_text *err)
{
    const struct event *e = &trial->t->events[last];
    struct sockaddr_in6 in6;
    memcpy(&in6, &sender_of(trial->t, trial->actor, &e->call)->storage, sizeof in6);
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    if (shows_address(out, last, &in6.sin6_addr)) {
        trial_passes(trial);
    } else if (shows_address(err, last, &in6.sin6_addr)) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, e);
        trial_shows(trial, _("it is printed on standard error"));
    } else if (lacks_reply(trial)) {
        return;
    } else {
        trial_fails(trial, DIAGNOSIS_SENDER_MISSING, e);
        trial_shows(trial, _("this address is not printed after %s"), call_title(&e->call));
    }
    trial_expects(trial, _("%s on standard output"), text);
}

void judge_prints_echo(struct trial *trial)
{
    bool size = strcmp(trial->spec->value, "size") == 0;
    if (size)
        trial_requires(trial, _("The program prints the size of the reply"));
    else
        trial_requires(trial, _("The program prints the address of the reply's sender, in numbers"));
    size_t last = echo_last_received(trial->t, trial->actor);
    if (last == NOWHERE) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_expects(trial, _("a message of type %d with the request's identifier is received"), ICMP6_ECHO_REPLY);
        trial_shows(trial, _("no ICMPv6 message is received"));
        return;
    }
    AUTO_OUTPUT out, err;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    if (size)
        judge_size(trial, last, &out, &err);
    else
        judge_sender(trial, last, &out, &err);
}
