/* Calls on a descriptor that is no socket of the program's: closed already, or never one. */
#include <errno.h>
#include <stdlib.h>
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
        if (e->call.new_socket >= 0 && e->call.result == used->call.fd && e->process == used->process)
            return NOWHERE;
        if (call_role(e->call.id) == ROLE_CLOSE && e->call.fd == used->call.fd && e->call.socket >= 0)
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

void cause_refine(const struct transcript *t, struct cause *cause, bool shuts)
{
    size_t position = position_of(t, cause->evidence);
    if (position == NOWHERE || cause->evidence->kind != EVENT_CALL || cause->diagnosis != DIAGNOSIS_CALL_FAILED ||
        cause->evidence->call.injected || cause->evidence->call.error != EBADF || !works_on_socket(cause->evidence))
        return;
    size_t closed = closed_before(t, position);
    if (closed == NOWHERE)
        return;
    cause->diagnosis = DIAGNOSIS_USED_AFTER_CLOSE;
    cause->evidence = &t->events[closed];
    free(cause->hint);
    cause->hint = shuts && !ever_shuts(t, cause->evidence->actor)
                      ? mem_string(_("Call shutdown() here instead of close(): it closes a direction of the connection, and the "
                                     "descriptor stays open for the calls that follow."))
                      : NULL;
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
