/* Programs that ask poll(), select() or epoll_wait() whether there is anything to receive, and never learn of it. */
#include <errno.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"

static bool is_select(const struct call *call)
{
    bool modern = call->id == CALL_pselect6;
#ifdef __x86_64__
    return modern || call->id == CALL_select;
#else
    return modern;
#endif
}

static bool is_poll(const struct call *call)
{
    bool modern = call->id == CALL_ppoll;
#ifdef __x86_64__
    return modern || call->id == CALL_poll;
#else
    return modern;
#endif
}

/* Whether a peer sent something, or came, before POSITION. */
static bool peer_spoke(const struct inquiry *inquiry, size_t position)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < position && i < t->n_events; i++)
        if (t->events[i].kind == EVENT_DEED && t->events[i].deed.kind == DEED_SENT)
            return true;
    return false;
}

/* The highest descriptor of a socket that the program has open: -1 for none. */
static int highest_descriptor(const struct inquiry *inquiry, size_t position)
{
    const struct transcript *t = inquiry->t;
    int highest = -1;
    for (size_t i = 0; i < position && i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->actor != inquiry->actor || e->call.library || !call_succeeded(&e->call))
            continue;
        enum role role = call_role(e->call.id);
        if ((role == ROLE_SOCKET || role == ROLE_ACCEPT) && (int)e->call.result > highest)
            highest = (int)e->call.result;
        else if (role == ROLE_CLOSE && e->call.fd == highest)
            highest = -1; /* not known any more: then nothing is said of it */
    }
    return highest;
}

/* What to do about a look that saw nothing of what was there. */
static char *looking_hint(const struct inquiry *inquiry, size_t position)
{
    const struct call *call = &inquiry->t->events[position].call;
    int highest = highest_descriptor(inquiry, position);
    if (is_select(call) && highest >= 0 && call->arg[0] <= highest)
        return mem_printf(_("The first argument of select() is the highest descriptor plus 1: with %d, descriptor %d "
                            "is not looked at."), (int)call->arg[0], highest);
    if (is_select(call))
        return mem_string(_("select() leaves in the set only what it has found: before each call, put every descriptor "
                            "into the set again, with FD_ZERO() and FD_SET()."));
    if (is_poll(call) && call->arg[1] == 0)
        return mem_string(_("The second argument of poll() is the number of entries in the array: with 0 it looks at none."));
    if (is_poll(call))
        return mem_string(_("Give poll() the descriptor on which something is to come, with POLLIN in events, and the "
                            "number of entries."));
    return mem_string(_("Add each descriptor with EPOLL_CTL_ADD and EPOLLIN. With EPOLLET an event is told once only: "
                        "then call accept() or read() until it fails with EAGAIN."));
}

/* The last look of a program that saw nothing, or in which it still is, and after which it did not receive. */
static size_t vain_look(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    size_t last = facts_blocked(t, inquiry->actor);
    if (last == NOWHERE || call_role(t->events[last].call.id) != ROLE_POLL)
        last = facts_last_call(t, inquiry->actor, ROLE_POLL);
    if (last == NOWHERE || (!t->events[last].call.pending && t->events[last].call.result != 0) ||
        facts_next_call(t, inquiry->actor, ROLE_RECEIVE, last) != NOWHERE)
        return NOWHERE;
    return last;
}

bool cause_of_vain_look(const struct inquiry *inquiry, struct cause *cause)
{
    size_t look = vain_look(inquiry);
    if (look == NOWHERE)
        return false;
    const struct event *e = &inquiry->t->events[look];
    const char *call = call_title(&e->call), *who = inquiry->who;
    bool spoke = peer_spoke(inquiry, look);
    if (e->call.pending && !spoke)
        return false;
    if (!e->call.pending && !e->call.timed_out)
        return cause_is(cause, DIAGNOSIS_GAVE_UP_AT_ONCE, e,
                        mem_printf(_("%s gave up after %s, which did not wait"), who, call));
    if (!spoke)
        return cause_is(cause, DIAGNOSIS_GAVE_UP_AT_ONCE, e,
                        mem_printf(_("%s gave up in %s before anything came"), who, call));
    cause_is(cause, DIAGNOSIS_NOT_WATCHED, e,
             mem_printf(e->call.pending ? _("%s waits in %s, which does not see what has come")
                                        : _("%s gave up in %s, which did not see what had come"), who, call));
    cause->hint = looking_hint(inquiry, look);
    return true;
}

/* --- servers that wait, and do not see who waits for them --- */

/* How many clients came over connections and were not accepted. */
static bool clients_wait(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    size_t came = 0, accepted = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        came += e->kind == EVENT_DEED && e->deed.kind == DEED_CONNECTED;
        accepted += facts_is_call(t, e, inquiry->actor, ROLE_ACCEPT) && call_succeeded(&e->call);
    }
    return came > accepted;
}

/* Whether the program has a connection open on which it never received anything. */
static bool has_unread(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_HELD || e->actor != inquiry->actor || e->held.at_exit || !t->sockets[e->held.socket].accepted)
            continue;
        size_t k = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, 0);
        while (k != NOWHERE && (t->events[k].call.socket != e->held.socket || call_moved(&t->events[k].call) == 0))
            k = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, k + 1);
        if (k == NOWHERE)
            return true;
    }
    return false;
}

/* Whether peers sent more than the program has received. */
static bool bytes_wait(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    uint64_t sent = 0, received = 0;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_DEED && e->deed.kind == DEED_RESET)
            return false; /* what had not been read is gone */
        if (e->kind == EVENT_DEED && e->deed.kind == DEED_SENT)
            sent += e->deed.bytes.total;
        else if (facts_is_call(t, e, inquiry->actor, ROLE_RECEIVE))
            received += call_moved(&e->call);
    }
    return sent > received && has_unread(inquiry);
}

bool cause_of_blind_wait(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t blocked = t->stuck ? facts_blocked(t, inquiry->actor) : NOWHERE;
    if (blocked == NOWHERE || call_role(t->events[blocked].call.id) != ROLE_POLL || !inquiry->meeting.listens)
        return false;
    bool clients = clients_wait(inquiry);
    if (!clients && !bytes_wait(inquiry))
        return false;
    AUTO_FREE char *where = trial_place(inquiry->trial, &t->events[blocked]);
    cause_is(cause, DIAGNOSIS_NOT_WATCHED, &t->events[blocked],
             mem_printf(clients ? _("%s waits in %s, which does not see the client that is there")
                                : _("%s waits in %s, which does not see the bytes that are there"), inquiry->who, where));
    cause->hint = looking_hint(inquiry, blocked);
    return true;
}

/* The end of a program whose look failed: a descriptor that was closed is still among those that it asks for. */
bool cause_of_failed_look(const struct inquiry *inquiry, struct cause *cause, size_t end)
{
    const struct transcript *t = inquiry->t;
    size_t look = NOWHERE;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_POLL, 0); i < end && i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_POLL, i + 1))
        if (t->events[i].process == t->events[end].process && !t->events[i].call.pending)
            look = i;
    if (look == NOWHERE || t->events[look].call.result >= 0 || t->events[look].call.error == EINTR)
        return false;
    const struct event *e = &t->events[look];
    cause_is(cause, DIAGNOSIS_CALL_FAILED, e,
             mem_printf(_("%s had ended, with status %d, after %s failed with %s"), inquiry->who, t->events[end].change.status,
                        call_title(&e->call), error_name(e->call.error)));
    if (e->call.error == EBADF && is_select(&e->call))
        cause->hint = mem_string(_("A descriptor in the set is closed already: take it out with FD_CLR() when you close it."));
    return true;
}
