/* Why an ICMPv6 echo was not what it should be. */
#include <netinet/icmp6.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/echo.h"

bool cause_of_echo(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t wrong = echo_wrong_socket(t, inquiry->actor);
    if (wrong != NOWHERE)
        return cause_is(cause, DIAGNOSIS_RAW_FAMILY, &t->events[wrong],
                        mem_printf(_("%s creates its raw socket with the family %s"), inquiry->who, "PF_INET"));
    size_t sent = facts_last_call(t, inquiry->actor, ROLE_SEND);
    struct echo message;
    if (sent != NOWHERE && echo_request(t, inquiry->actor) == NOWHERE && echo_read(t, &t->events[sent].call, &message))
        return cause_is(cause, DIAGNOSIS_ECHO_TYPE, &t->events[sent],
                        mem_printf(_("%s sends a message of type %d, which is no echo request"), inquiry->who, message.type));
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
