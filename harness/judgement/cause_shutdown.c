/* A direction of the connection that the program closed before it had done with it. */
#include <errno.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"

/* The shutdown() that closes the receiving direction before anything was received. */
static size_t early_shutdown(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (facts_is_call(t, e, inquiry->actor, ROLE_RECEIVE) && call_moved(&e->call) > 0)
            return NOWHERE;
        if (facts_is_call(t, e, inquiry->actor, ROLE_SHUTDOWN) && call_succeeded(&e->call) && e->call.arg[1] != SHUT_WR)
            return i;
    }
    return NOWHERE;
}

bool cause_of_receiving_shut(const struct inquiry *inquiry, struct cause *cause)
{
    size_t shutdown = inquiry->meeting.shuts ? NOWHERE : early_shutdown(inquiry);
    return shutdown != NOWHERE &&
           cause_is(cause, DIAGNOSIS_SHUTDOWN_EARLY, &inquiry->t->events[shutdown],
                    mem_printf(_("%s has shut its receiving direction before the reply came"), inquiry->who));
}

bool cause_of_sending_shut(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_SEND, 0); i != NOWHERE && !inquiry->meeting.shuts;
         i = facts_next_call(t, inquiry->actor, ROLE_SEND, i + 1)) {
        size_t shutdown = facts_own_shutdown(t, i);
        if (shutdown != NOWHERE)
            return cause_is(cause, DIAGNOSIS_SHUTDOWN_BEFORE_END, &t->events[shutdown],
                            mem_printf(_("%s has called shutdown() before %s, which failed with EPIPE"), inquiry->who,
                                       call_title(&t->events[i].call)));
    }
    return false;
}
