/* Calls on a descriptor that is no socket of the program's: closed already, or never one. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ground/text.h"
#include "judgement/cause.h"

static bool works_on_socket(const struct event *e)
{
    enum role role = call_role(e->call.id);
    return role_needs_socket(role) || role == ROLE_OPTION;
}

/* The close, by this program or by the process that it was forked from, that gave this descriptor back before POSITION. */
static size_t closed_before(const struct transcript *t, size_t position)
{
    const struct event *used = &t->events[position];
    for (size_t i = position; i-- > 0;) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->actor != used->actor || e->call.library || !call_succeeded(&e->call))
            continue;
        enum role role = call_role(e->call.id);
        if ((role == ROLE_SOCKET || role == ROLE_ACCEPT || role == ROLE_DUPLICATE) && e->call.result == used->call.fd &&
            e->process == used->process)
            return NOWHERE;
        if (role == ROLE_CLOSE && e->call.fd == used->call.fd && e->call.socket >= 0)
            return i;
    }
    return NOWHERE;
}

static bool ever_shuts(const struct transcript *t, int actor)
{
    return facts_next_call(t, actor, ROLE_SHUTDOWN, 0) != NOWHERE;
}

static size_t position_of(const struct transcript *t, const struct event *e)
{
    return e != NULL && e >= t->events && e < t->events + t->n_events ? (size_t)(e - t->events) : NOWHERE;
}

static const char *shutdown_hint(void)
{
    return _("Call shutdown() here instead of close(): it closes a direction of the connection, and the descriptor "
             "stays open for the calls that follow.");
}

/* accept() on a listening socket that a shutdown() has put an end to. */
static bool is_shut_listener(const struct transcript *t, struct cause *cause, size_t position)
{
    const struct event *accept = &t->events[position];
    if (call_role(accept->call.id) != ROLE_ACCEPT || accept->call.error != EINVAL || accept->call.socket < 0)
        return false;
    for (size_t i = facts_next_call(t, accept->actor, ROLE_SHUTDOWN, 0); i < position;
         i = facts_next_call(t, accept->actor, ROLE_SHUTDOWN, i + 1)) {
        if (t->events[i].call.socket != accept->call.socket || !call_succeeded(&t->events[i].call))
            continue;
        cause->diagnosis = DIAGNOSIS_LISTENER_CLOSED;
        cause->evidence = &t->events[i];
        free(cause->hint);
        cause->hint = mem_string(_("shutdown() on the listening socket ends it, and accept() fails from then on: shut "
                                   "down the dialogue socket, the one that accept() returned."));
        return true;
    }
    return false;
}

void cause_refine(const struct transcript *t, struct cause *cause, bool shuts)
{
    size_t position = position_of(t, cause->evidence);
    if (position != NOWHERE && cause->evidence->kind == EVENT_CALL && cause->diagnosis == DIAGNOSIS_CALL_FAILED &&
        is_shut_listener(t, cause, position))
        return;
    if (position == NOWHERE || cause->evidence->kind != EVENT_CALL || cause->diagnosis != DIAGNOSIS_CALL_FAILED ||
        cause->evidence->call.injected || cause->evidence->call.error != EBADF || !works_on_socket(cause->evidence))
        return;
    size_t closed = closed_before(t, position);
    if (closed == NOWHERE)
        return;
    const struct event *used = &t->events[position], *close = &t->events[closed];
    if (used->process == close->process && used->call.thread != close->call.thread) {
        cause->diagnosis = DIAGNOSIS_SHARED_BY_THREADS; /* each thread took the other's descriptor for its own */
        free(cause->hint);
        cause->hint = NULL;
        return;
    }
    cause->diagnosis = DIAGNOSIS_USED_AFTER_CLOSE;
    cause->evidence = &t->events[closed];
    free(cause->hint);
    cause->hint = shuts && !ever_shuts(t, cause->evidence->actor) ? mem_string(shutdown_hint()) : NULL;
}

bool cause_is_standard_stream(const struct call *failed)
{
    return failed->error == ENOTSOCK && (failed->fd == STDIN_FILENO || failed->fd == STDOUT_FILENO);
}

/* A call that some process of the program made on a descriptor that it had closed itself. */
bool cause_of_closed(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->actor != inquiry->actor || e->call.library || e->call.pending || e->call.result >= 0 ||
            e->call.injected || e->call.error != EBADF || e->call.fd <= STDERR_FILENO || !works_on_socket(e))
            continue;
        size_t closed = closed_before(t, i);
        if (closed == NOWHERE)
            continue;
        cause_is(cause, DIAGNOSIS_CALL_FAILED, e,
                 mem_printf(_("%s failed with EBADF, on a descriptor that had been closed"), call_title(&e->call)));
        cause_refine(t, cause, inquiry->meeting.shuts);
        return true;
    }
    return false;
}

bool cause_of_no_limit(const struct inquiry *inquiry, struct cause *cause, const struct event *waiting)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_OPTION, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_OPTION, i + 1)) {
        const struct event *e = &t->events[i];
        if (!call_failed(&e->call) || e->call.socket != waiting->call.socket || (int)e->call.arg[1] != SOL_SOCKET ||
            (int)e->call.arg[2] != SO_RCVTIMEO)
            continue;
        AUTO_FREE char *where = trial_place(inquiry->trial, waiting);
        cause_is(cause, DIAGNOSIS_CALL_FAILED, e,
                 mem_printf(_("%s failed with %s, so there is no limit to the wait in %s"), call_title(&e->call),
                            error_name(e->call.error), where));
        cause->hint = mem_string(_("SO_RCVTIMEO takes a struct timeval, whose two fields are set, and its size; test "
                                   "the result."));
        return true;
    }
    return false;
}

static size_t close_of(const struct inquiry *inquiry, int socket, size_t from)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_CLOSE, from); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_CLOSE, i + 1))
        if (t->events[i].call.socket >= 0 && (socket < 0 || t->events[i].call.socket == socket) &&
            call_succeeded(&t->events[i].call))
            return i;
    return NOWHERE;
}

bool cause_of_no_shutdown(const struct inquiry *inquiry, struct cause *cause)
{
    size_t closed = close_of(inquiry, -1, 0);
    if (!inquiry->meeting.shuts || ever_shuts(inquiry->t, inquiry->actor) || closed == NOWHERE)
        return false;
    cause_is(cause, DIAGNOSIS_CLOSED_EARLY, &inquiry->t->events[closed],
             mem_printf(_("%s calls close() and not shutdown()"), inquiry->who));
    cause->hint = mem_string(shutdown_hint());
    return true;
}

bool cause_of_impatience(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->pending || call->result >= 0 || call->error != EAGAIN || call->timed_out || call->injected)
            continue;
        size_t closed = close_of(inquiry, call->socket, i), next = i;
        do
            next = facts_next_call(t, inquiry->actor, ROLE_RECEIVE, next + 1);
        while (next != NOWHERE && t->events[next].call.socket != call->socket);
        if (closed == NOWHERE || next < closed)
            continue;
        cause_is(cause, DIAGNOSIS_GAVE_UP_AT_ONCE, &t->events[i],
                 mem_printf(_("%s closed the connection after %s had failed with EAGAIN"), inquiry->who, call_title(call)));
        cause->hint = mem_string(_("EAGAIN is no error: nothing has come yet. Wait, with poll() or in a receive that "
                                   "blocks, and receive again."));
        return true;
    }
    return false;
}
