/* Why an ICMPv6 echo was not what it should be. */
#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/echo.h"

/* A socket of another type, which the system does not give for ICMPv6 to just anybody. */
static bool asks_for_no_raw(const struct inquiry *inquiry, struct cause *cause)
{
    enum { TYPE_MASK = 0xf };
    const struct transcript *t = inquiry->t;
    size_t tried = facts_last_call(t, inquiry->actor, ROLE_SOCKET);
    const struct call *call = tried != NOWHERE ? &t->events[tried].call : NULL;
    if (call == NULL || call->injected || call_succeeded(call) || call->arg[2] != IPPROTO_ICMPV6 ||
        (call->arg[1] & TYPE_MASK) == SOCK_RAW)
        return false;
    cause_is(cause, DIAGNOSIS_SOCKET_TYPE, &t->events[tried],
             mem_printf(_("%s asks for a socket %s, not %s"), inquiry->who, type_constant((int)(call->arg[1] & TYPE_MASK)),
                        type_constant(SOCK_RAW)));
    cause->hint = mem_string(_("The second argument of socket() is SOCK_RAW here: the program makes the ICMPv6 message by "
                               "itself."));
    return true;
}

static bool names_another_protocol(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_sockets; i++) {
        const struct socket_object *socket = &t->sockets[i];
        if (socket->actor == inquiry->actor && !socket->library && socket->type == SOCK_RAW && socket->family == AF_INET6 &&
            socket->protocol != IPPROTO_ICMPV6)
            return cause_is(cause, DIAGNOSIS_RAW_PROTOCOL, trial_event(inquiry->trial, facts_creation(t, (int)i)),
                            mem_printf(_("%s creates its raw socket for protocol number %d, which is not ICMPv6"), inquiry->who,
                                       socket->protocol));
    }
    return false;
}

/* Fewer bytes than the header has: the length that was given is another one's. */
static bool sends_no_header(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t sent = facts_last_call(t, inquiry->actor, ROLE_SEND);
    const struct call *call = sent != NOWHERE ? &t->events[sent].call : NULL;
    if (call == NULL || call->socket < 0 || t->sockets[call->socket].type != SOCK_RAW || call_moved(call) == 0 ||
        call_moved(call) >= sizeof(struct icmp6_hdr) || echo_request(t, inquiry->actor) != NOWHERE)
        return false;
    cause_is(cause, DIAGNOSIS_ECHO_TYPE, &t->events[sent],
             mem_printf(_("%s sends %d bytes, and the header of ICMPv6 alone has %d"), inquiry->who, (int)call_moved(call),
                        (int)sizeof(struct icmp6_hdr)));
    cause->hint = mem_string(_("Give the size of the structure, sizeof(struct icmp6_hdr), to the call that sends: sizeof of "
                               "a pointer is another number."));
    return true;
}

static bool goes_elsewhere(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t request = echo_request(t, inquiry->actor);
    const char *told = cause_told_path(inquiry->trial, inquiry->actor);
    struct in6_addr wanted;
    struct sockaddr_in6 in6;
    if (request == NOWHERE || told == NULL || inet_pton(AF_INET6, told, &wanted) != 1 ||
        address_family(&t->events[request].call.address) != AF_INET6)
        return false;
    memcpy(&in6, &t->events[request].call.address.storage, sizeof in6);
    char given[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, &in6.sin6_addr, given, sizeof given);
    return memcmp(&in6.sin6_addr, &wanted, sizeof wanted) != 0 &&
           cause_is(cause, DIAGNOSIS_HOST_IGNORED, &t->events[request],
                    mem_printf(_("%s goes to %s, and not to the host that it was told, %s"), inquiry->who, given, told));
}

/* Whether the program has given up, or waits for ever. */
static bool found_nothing(const struct inquiry *inquiry)
{
    struct ending ending = facts_ending(inquiry->t, inquiry->actor);
    return ending.kind == ENDING_NONE || (ending.kind == ENDING_EXITED && ending.status != 0);
}

/* The reply was received, and the program waited for another one. */
static bool skips_reply(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    const int64_t second = 1000000000; /* a poll() that is over is not in the transcript, and the time that it took is */
    size_t reply = echo_own_reply(t, inquiry->actor), end = facts_ending(t, inquiry->actor).event;
    return reply != NOWHERE && found_nothing(inquiry) &&
           (facts_next_call(t, inquiry->actor, ROLE_RECEIVE, reply + 1) != NOWHERE || end == NOWHERE ||
            t->events[end].time - t->events[reply].time >= second) &&
           cause_is(cause, DIAGNOSIS_REPLY_SKIPPED, &t->events[reply],
                    mem_printf(_("%s has received the reply to its own request, and went on waiting"), inquiry->who));
}

/* Whether somebody answers in this scenario: the kernel itself, or a host that does so. */
static bool is_answered(const struct inquiry *inquiry)
{
    const struct script *script = &inquiry->trial->scenario->script;
    bool host = false, answers = false;
    for (size_t i = 0; i < script->n; i++) {
        host |= script->steps[i].kind == STEP_PEER_LISTEN;
        answers |= script->steps[i].kind == STEP_PEER_ANSWER && script->steps[i].answer == ANSWER_REPLY;
    }
    return !host || answers;
}

/* The reply came, and the program did not take it out of its socket, or a filter kept it away. */
static bool misses_reply(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    if (echo_request(t, inquiry->actor) == NOWHERE || echo_own_reply(t, inquiry->actor) != NOWHERE ||
        !found_nothing(inquiry) || facts_ending(t, inquiry->actor).kind != ENDING_EXITED || !is_answered(inquiry) ||
        facts_last_call(t, inquiry->actor, ROLE_RECEIVE) == NOWHERE)
        return false;
    size_t shown = facts_last_call(t, inquiry->actor, ROLE_RECEIVE), last = echo_last_received(t, inquiry->actor);
    struct echo echo;
    if (last != NOWHERE && echo_read(t, &t->events[last].call, &echo) && echo.type == ICMP6_ECHO_REPLY)
        return cause_is(cause, DIAGNOSIS_OTHER_REPLY, &t->events[last],
                        mem_printf(_("%s gave up when a reply to another program came"), inquiry->who));
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_OPTION, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_OPTION, i + 1))
        if ((int)t->events[i].call.arg[1] == IPPROTO_ICMPV6 && (int)t->events[i].call.arg[2] == ICMP6_FILTER)
            shown = i;
    cause_is(cause, DIAGNOSIS_NOTHING_RECEIVED, &t->events[shown],
             mem_printf(_("%s did not get the reply, which was there"), inquiry->who));
    cause->hint = mem_string(_("Receive again until the reply is there: type 129, and your identifier. A filter has to let "
                               "it pass: ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, ...)."));
    return true;
}

bool cause_of_echo(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t wrong = echo_wrong_socket(t, inquiry->actor);
    if (wrong != NOWHERE)
        return cause_is(cause, DIAGNOSIS_RAW_FAMILY, &t->events[wrong],
                        mem_printf(_("%s creates its raw socket with the family %s"), inquiry->who, "PF_INET"));
    if (asks_for_no_raw(inquiry, cause) || names_another_protocol(inquiry, cause) || sends_no_header(inquiry, cause))
        return true;
    size_t sent = facts_last_call(t, inquiry->actor, ROLE_SEND);
    struct echo message;
    if (sent != NOWHERE && echo_request(t, inquiry->actor) == NOWHERE && echo_read(t, &t->events[sent].call, &message))
        return cause_is(cause, DIAGNOSIS_ECHO_TYPE, &t->events[sent],
                        mem_printf(_("%s sends a message of type %d, which is no echo request"), inquiry->who, message.type));
    if (goes_elsewhere(inquiry, cause) || skips_reply(inquiry, cause) || misses_reply(inquiry, cause))
        return true;
    struct ending ending = facts_ending(t, inquiry->actor);
    size_t last = echo_last_received(t, inquiry->actor);
    struct echo echo;
    if (ending.kind != ENDING_EXITED || ending.status != 0 || last == NOWHERE ||
        echo_own_reply(t, inquiry->actor) != NOWHERE || !echo_read(t, &t->events[last].call, &echo))
        return false;
    if (echo.type == ICMP6_ECHO_REPLY)
        return cause_is(cause, DIAGNOSIS_OTHER_REPLY, &t->events[last],
                        mem_printf(_("%s has taken a reply to another program for its own"), inquiry->who));
    return cause_is(cause, DIAGNOSIS_OWN_REQUEST, &t->events[last],
                    mem_printf(_("%s has taken a message of type %d for the reply"), inquiry->who, echo.type));
}
