/* Where a program stopped: it had ended, was killed, or waits. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/output.h"

enum { MOST_PLACES = 3, OVER_AND_OVER = 3 };

/* --- waiting --- */

static bool is_spinning(const struct transcript *t, bool *at_end)
{
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_STUCK && e->stuck.busy_wait) {
            *at_end = e->stuck.at_end;
            return true;
        }
    }
    return false;
}

static bool reads_at_end(const struct inquiry *inquiry, struct cause *cause)
{
    cause_is(cause, DIAGNOSIS_BUSY_WAIT,
             trial_event(inquiry->trial, facts_last_call(inquiry->t, inquiry->actor, ROLE_RECEIVE)),
             mem_printf(_("%s reads again and again where there is nothing more: the call returns 0, which is the end"),
                        inquiry->who));
    cause->hint = mem_string(_("When read() or recv() returns 0 the other side has closed, and no byte will come any more: "
                               "leave the loop. A test for -1 alone does not see it."));
    return true;
}

/* Where each thread of the program waits, the telling one first: "read (client_tcp.c:52); futex (client_tcp.c:80)". */
static char *places(const struct inquiry *inquiry, size_t first)
{
    const struct transcript *t = inquiry->t;
    char *text = trial_place(inquiry->trial, &t->events[first]);
    size_t named = 1;
    for (size_t i = 0; i < t->n_events && named < MOST_PLACES; i++) {
        const struct event *e = &t->events[i];
        if (i == first || e->kind != EVENT_CALL || e->actor != inquiry->actor || !e->call.pending || e->call.library)
            continue;
        AUTO_FREE char *place = trial_place(inquiry->trial, e);
        char *longer = mem_printf("%s; %s", text, place);
        free(text);
        text = longer;
        named++;
    }
    return text;
}

static bool has_moved(const struct inquiry *inquiry, enum role role, int socket)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, role, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, role, i + 1))
        if (t->events[i].call.socket == socket && call_moved(&t->events[i].call) > 0)
            return true;
    return false;
}

bool cause_had_input(const struct transcript *t, int actor)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_INPUT && t->events[i].actor == actor)
            return true;
    return false;
}

/* What to do about a read on standard input, or on descriptor 0 by mistake; NULL: nothing more than the diagnosis says. */
static const char *input_hint(const struct inquiry *inquiry, const struct call *call)
{
    const struct transcript *t = inquiry->t;
    if (call->fd == 0 && facts_first_success(t, inquiry->actor, ROLE_ACCEPT) != NOWHERE &&
        facts_last_call(t, inquiry->actor, ROLE_RECEIVE) == NOWHERE && !cause_had_input(t, inquiry->actor))
        return _("Descriptor 0 is the keyboard: mind the parentheses, if ((c = accept(...)) == -1). Without the inner "
                 "ones c gets the result of the comparison.");
    if (cause_had_input(t, inquiry->actor))
        return _("No more input comes: go on after the line, or the bytes, that there are.");
    const struct exercise *exercise = inquiry->trial->exercise;
    for (size_t i = 0; exercise != NULL && i < exercise->n_scenarios; i++)
        for (size_t k = 0; k < exercise->scenarios[i].script.n; k++)
            if (exercise->scenarios[i].script.steps[k].kind == STEP_INPUT)
                return _("Nothing has been typed yet: do what must be done before, then read standard input.");
    return NULL;
}

static bool has_failed_send(const struct inquiry *inquiry, int socket)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_SEND, 0); i != NOWHERE;
         i = facts_next_call(t, inquiry->actor, ROLE_SEND, i + 1))
        if (t->events[i].call.socket == socket && !t->events[i].call.pending && t->events[i].call.result < 0)
            return true;
    return false;
}

/* What to do about a read that waits for ever, by what went over its connection before. */
static const char *receive_hint(const struct inquiry *inquiry, const struct call *waiting)
{
    int socket = waiting->socket;
    if ((call_flags(waiting) & MSG_WAITALL) != 0)
        return _("With MSG_WAITALL recv() waits for all the bytes that it has room for: receive a message of unknown "
                 "length without this flag.");
    bool accepted = inquiry->t->sockets[socket].accepted;
    bool sent = has_moved(inquiry, ROLE_SEND, socket), received = has_moved(inquiry, ROLE_RECEIVE, socket);
    if (!accepted && !sent && has_failed_send(inquiry, socket))
        return _("The send before it failed, and nothing went out: test its result, and make the call again after EINTR.");
    if (!accepted && !sent)
        return _("Send first: the server waits for the message, and replies only then. If you wrote it with fprintf() "
                 "or fwrite(), call fflush() before you read.");
    if (accepted && received && !sent)
        return _("Reply as soon as the message is there: the client waits for the reply before it closes, so this call "
                 "does not return 0. After fprintf() or fwrite(), call fflush().");
    if (accepted && sent)
        return _("Once you have replied, close the dialogue socket and go back to accept(): this client sends nothing more.");
    return NULL;
}

/* poll() and the like in a server that has no client: it waits for one. */
static bool waits_for_client(const struct inquiry *inquiry, const struct event *e)
{
    enum role role = call_role(e->call.id);
    if (role == ROLE_ACCEPT)
        return true;
    if (role != ROLE_POLL || facts_first_success(inquiry->t, inquiry->actor, ROLE_LISTEN) == NOWHERE)
        return false;
    for (size_t i = 0; i < inquiry->t->n_events; i++) {
        const struct event *held = &inquiry->t->events[i];
        if (held->kind == EVENT_HELD && held->actor == inquiry->actor && inquiry->t->sockets[held->held.socket].accepted)
            return false;
    }
    return true;
}

static bool carries_datagrams(int type)
{
    return type == SOCK_DGRAM || type == SOCK_RAW;
}

/* In a receive on a datagram socket, or looking whether there is anything to receive. */
static bool waits_for_datagram(const struct inquiry *inquiry, const struct event *e)
{
    enum role role = call_role(e->call.id);
    if (role == ROLE_RECEIVE)
        return e->call.socket >= 0 && carries_datagrams(inquiry->t->sockets[e->call.socket].type);
    return role == ROLE_POLL && carries_datagrams(inquiry->meeting.type);
}

/* A client that has sent its datagram several times. */
static bool asks_again(const struct inquiry *inquiry)
{
    size_t times = 0;
    for (size_t i = facts_next_call(inquiry->t, inquiry->actor, ROLE_SEND, 0); i != NOWHERE && !inquiry->meeting.serves;
         i = facts_next_call(inquiry->t, inquiry->actor, ROLE_SEND, i + 1))
        times += call_succeeded(&inquiry->t->events[i].call);
    return times >= OVER_AND_OVER;
}

/* A client that was served and whose connection is still open. */
static bool keeps_served(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_HELD || e->actor != inquiry->actor || e->held.at_exit || !t->sockets[e->held.socket].accepted ||
            !has_moved(inquiry, ROLE_RECEIVE, e->held.socket) || !has_moved(inquiry, ROLE_SEND, e->held.socket))
            continue;
        return cause_is(cause, DIAGNOSIS_DIALOGUE_NOT_CLOSED,
                        trial_event(inquiry->trial, facts_creation(t, e->held.socket)),
                        mem_printf(_("%s has served its client and has left the connection open"), inquiry->who));
    }
    return false;
}

static bool waits_in(const struct inquiry *inquiry, struct cause *cause, size_t position)
{
    const struct event *e = &inquiry->t->events[position];
    enum role role = call_role(e->call.id);
    const char *who = inquiry->who;
    AUTO_FREE char *where = places(inquiry, position);
    if (waits_for_client(inquiry, e))
        return cause_is(cause, DIAGNOSIS_WAITS_ACCEPT, e, mem_printf(_("%s waits for a client in %s"), who, where));
    if (waits_for_datagram(inquiry, e) && asks_again(inquiry))
        return cause_is(cause, DIAGNOSIS_RETRIES, e,
                        mem_printf(_("%s sends its message again and again, and waits in %s each time"), who, where));
    if (waits_for_datagram(inquiry, e) && !inquiry->meeting.serves && cause_of_no_limit(inquiry, cause, e))
        return true;
    if (waits_for_datagram(inquiry, e))
        return cause_is(cause, inquiry->meeting.serves ? DIAGNOSIS_WAITS_DATAGRAM : DIAGNOSIS_NO_TIMEOUT, e,
                        mem_printf(_("%s waits for a datagram in %s, and none will come"), who, where));
    if (role == ROLE_RECEIVE && e->call.socket >= 0) {
        cause_is(cause, DIAGNOSIS_DEADLOCK, e,
                 mem_printf(_("%s waits for bytes in %s, and the other side will send nothing more"), who, where));
        cause->hint = mem_string(receive_hint(inquiry, &e->call));
        return true;
    }
    if (role == ROLE_RECEIVE) {
        cause_is(cause, DIAGNOSIS_WAITS_INPUT, e,
                 mem_printf(_("%s waits for input in %s, on descriptor %d, which is no socket"), who, where, e->call.fd));
        const char *hint = input_hint(inquiry, &e->call);
        cause->hint = hint != NULL ? mem_string(hint) : NULL;
        return true;
    }
    if (role == ROLE_POLL && inquiry->meeting.listens && keeps_served(inquiry, cause))
        return true;
    if (role == ROLE_SEND || role == ROLE_POLL)
        return cause_is(cause, DIAGNOSIS_DEADLOCK, e,
                        mem_printf(_("%s waits in %s, and the other side waits too"), who, where));
    bool for_itself = role == ROLE_WAIT || role == ROLE_FUTEX;
    return cause_is(cause, for_itself ? DIAGNOSIS_WAITS_ITSELF : DIAGNOSIS_STILL_RUNNING, e,
                    mem_printf(_("%s waits in %s"), who, where));
}

/* A call that failed several times running, with pauses between: the last one. */
static size_t tried_again(const struct inquiry *inquiry)
{
    const struct transcript *t = inquiry->t;
    size_t last = facts_decisive_failure(t, inquiry->actor), times = 0;
    for (size_t i = 0; last != NOWHERE && i <= last; i++) {
        const struct event *e = &t->events[i];
        times += facts_is_call(t, e, inquiry->actor, call_role(t->events[last].call.id)) && call_failed(&e->call);
    }
    return times >= OVER_AND_OVER ? last : NOWHERE;
}

bool cause_of_wait(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t blocked = facts_blocked(t, inquiry->actor);
    enum role role = blocked != NOWHERE ? call_role(t->events[blocked].call.id) : ROLE_NONE;
    size_t again = role == ROLE_NONE || role == ROLE_SLEEP || role == ROLE_POLL || role == ROLE_CONNECT
                       ? tried_again(inquiry)
                       : NOWHERE;
    if (again != NOWHERE) {
        AUTO_FREE char *where = trial_place(inquiry->trial, &t->events[again]);
        return cause_is(cause, DIAGNOSIS_RETRIES, &t->events[again],
                        mem_printf(_("%s tries %s again and again, which fails with %s"), inquiry->who, where,
                                   error_name(t->events[again].call.error)));
    }
    bool at_end = false;
    if (is_spinning(t, &at_end) && role != ROLE_POLL && role != ROLE_SLEEP && role != ROLE_ACCEPT) {
        if (at_end)
            return reads_at_end(inquiry, cause);
        size_t last = facts_last_before(t, inquiry->actor, 0, t->n_events);
        if (last == NOWHERE)
            return cause_is(cause, DIAGNOSIS_BUSY_WAIT, NULL, mem_printf(_("%s polls without end"), inquiry->who));
        AUTO_FREE char *where = trial_place(inquiry->trial, &t->events[last]);
        return cause_is(cause, DIAGNOSIS_BUSY_WAIT, &t->events[last],
                        mem_printf(_("%s repeats %s without end"), inquiry->who, where));
    }
    return blocked != NOWHERE && waits_in(inquiry, cause, blocked);
}

/* --- ended --- */

bool cause_was_repeated(const struct transcript *t, int actor)
{
    size_t interrupted = NOWHERE;
    for (size_t i = facts_next_call(t, actor, ROLE_ACCEPT, 0); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_ACCEPT, i + 1)) {
        if (interrupted != NOWHERE && call_succeeded(&t->events[i].call))
            return true;
        if (!t->events[i].call.pending && t->events[i].call.result < 0 && t->events[i].call.error == EINTR)
            interrupted = i;
    }
    return false;
}

static bool was_killed(const struct inquiry *inquiry, struct cause *cause, const struct ending *ending)
{
    const struct transcript *t = inquiry->t;
    const struct event *last =
        trial_event(inquiry->trial, facts_last_before(t, inquiry->actor, t->events[ending->event].process, ending->event));
    return cause_is(cause, signal_diagnosis(ending->status), ending->status == SIGALRM ? NULL : last,
                    mem_printf(_("%s had been killed by %s"), inquiry->who, signal_name(ending->status)));
}

/* Whether the scenario waits for this program's end: then it is none that should have gone on. */
static bool is_to_end(const struct inquiry *inquiry)
{
    const struct script *script = &inquiry->trial->scenario->script;
    const char *name = inquiry->t->actors[inquiry->actor].name;
    for (size_t i = 0; i < script->n; i++)
        if (script->steps[i].kind == STEP_UNTIL && script->steps[i].condition == CONDITION_EXITED &&
            strcmp(script->steps[i].actor, name) == 0)
            return true;
    return false;
}

/* A server of datagrams goes on only in some exercises; in others it receives one and ends. */
static bool goes_on(const struct inquiry *inquiry)
{
    const struct exercise *exercise = inquiry->trial->exercise;
    if (exercise == NULL || exercise->n_scenarios == 0 || inquiry->meeting.type != SOCK_DGRAM)
        return true;
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        for (size_t k = 0; k < exercise->scenarios[i].n_checks; k++)
            if (strcmp(exercise->scenarios[i].checks[k].name, "survives") == 0)
                return true;
    return false;
}

static bool had_ended(const struct inquiry *inquiry, struct cause *cause, const struct ending *ending)
{
    const struct transcript *t = inquiry->t;
    size_t failure = facts_decisive_failure_in(t, inquiry->actor, t->events[ending->event].process);
    if (failure == NOWHERE && output_tells_interrupt(t, inquiry->actor) && !cause_was_repeated(t, inquiry->actor))
        return cause_is(cause, DIAGNOSIS_INTERRUPTED,
                        trial_event(inquiry->trial, facts_last_call(t, inquiry->actor, ROLE_ACCEPT)),
                        mem_printf(_("%s had ended, with status %d, because a signal had interrupted a call (EINTR)"),
                                   inquiry->who, ending->status));
    if (failure != NOWHERE) {
        const struct event *e = &t->events[failure];
        bool gone = e->call.socket >= 0 && t->sockets[e->call.socket].accepted &&
                    (e->call.error == ECONNRESET || e->call.error == EPIPE);
        if (gone && inquiry->meeting.listens)
            return cause_is(cause, DIAGNOSIS_SERVER_ENDED, e,
                            mem_printf(_("%s had ended, with status %d, after %s failed with %s"), inquiry->who, ending->status,
                                       call_title(&e->call), error_name(e->call.error)));
        return cause_is_failure(cause, e, mem_printf(_("%s had ended, with status %d, after %s failed with %s"),
                                                     inquiry->who, ending->status, call_title(&e->call),
                                                     error_name(e->call.error)));
    }
    if (cause_of_failed_look(inquiry, cause, ending->event))
        return true;
    const struct event *last = trial_event(inquiry->trial, facts_last_before(t, inquiry->actor, 0, ending->event));
    if (!inquiry->meeting.serves || last == NULL || is_to_end(inquiry) || !goes_on(inquiry))
        return false;
    AUTO_FREE char *where = trial_place(inquiry->trial, last);
    cause_is(cause, DIAGNOSIS_SERVER_ENDED, last,
             mem_printf(_("%s had ended, with status %d; its last call was %s"), inquiry->who, ending->status, where));
    if (inquiry->meeting.type == SOCK_DGRAM)
        cause->hint = mem_string(_("A server goes on with the next datagram whatever became of the last one: come back to "
                                   "recvfrom()."));
    return true;
}

/* One thread waits for another of the program, which waits for its client. */
static bool is_locked_out(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    const struct event *locked = NULL, *reads = NULL;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->actor != inquiry->actor || !e->call.pending || e->call.library)
            continue;
        if (call_role(e->call.id) == ROLE_FUTEX)
            locked = e;
        else if (call_role(e->call.id) == ROLE_RECEIVE && e->call.socket >= 0 && t->sockets[e->call.socket].accepted)
            reads = e;
    }
    if (locked == NULL || reads == NULL)
        return false;
    AUTO_FREE char *where = trial_place(inquiry->trial, reads);
    cause_is(cause, DIAGNOSIS_ONE_AT_A_TIME, reads,
             mem_printf(_("one thread waits for a lock while another waits for its client in %s"), where));
    cause->hint = mem_string(_("Hold no lock while you wait for a client: take it for the few lines that need it, "
                               "after the read."));
    return true;
}

static bool is_shared(const struct inquiry *inquiry, struct cause *cause)
{
    const struct event *e = facts_shared_by_threads(inquiry->t, inquiry->actor, true);
    return e != NULL && cause_is(cause, DIAGNOSIS_SHARED_BY_THREADS, e,
                                 mem_printf(_("two threads read from the same socket, %d"), (int)e->call.fd));
}

/* A client that was accepted, and from which nothing was ever read. */
static bool is_not_served(const struct inquiry *inquiry, struct cause *cause, int socket)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_CALL && t->events[i].actor == inquiry->actor && t->events[i].call.socket == socket &&
            call_role(t->events[i].call.id) != ROLE_OPTION)
            return false;
    size_t blocked = facts_blocked(t, inquiry->actor);
    cause_is(cause, DIAGNOSIS_WAITS_ACCEPT, trial_event(inquiry->trial, blocked),
             mem_printf(_("%s waits for another client and has not read from this one"), inquiry->who));
    cause->hint = mem_string(_("Serve the client that accept() has returned before you call accept() again."));
    return true;
}

/* A server that is back in accept(), with a dialogue still open: its client waits for the end. */
static bool left_dialogue_open(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_HELD || e->actor != inquiry->actor || e->held.at_exit || !t->sockets[e->held.socket].accepted)
            continue;
        if (is_locked_out(inquiry, cause) || is_shared(inquiry, cause) || is_not_served(inquiry, cause, e->held.socket))
            return true;
        return cause_is(cause, DIAGNOSIS_DIALOGUE_NOT_CLOSED,
                        trial_event(inquiry->trial, facts_creation(t, e->held.socket)),
                        mem_printf(_("%s waits for the next client and has left this one's connection open"),
                                   inquiry->who));
    }
    return false;
}

/* What the end of the play does not end: the program waits for what the script does not give. */
static bool waits_for_more(const struct transcript *t, int actor)
{
    size_t blocked = facts_blocked(t, actor);
    if (blocked != NOWHERE && (call_flags(&t->events[blocked].call) & MSG_WAITALL) != 0 &&
        call_role(t->events[blocked].call.id) == ROLE_RECEIVE)
        return true;
    return blocked != NOWHERE && call_role(t->events[blocked].call.id) == ROLE_RECEIVE && t->events[blocked].call.fd == 0 &&
           t->events[blocked].call.socket < 0;
}

/* A server that is back where it waits for clients: what became of its child, or its thread, is the cause. */
static bool left_unserved(const struct inquiry *inquiry)
{
    size_t blocked = facts_blocked(inquiry->t, inquiry->actor);
    return blocked != NOWHERE && waits_for_client(inquiry, &inquiry->t->events[blocked]);
}

bool cause_of_stop(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    struct ending ending = facts_ending(t, inquiry->actor);
    if (ending.kind == ENDING_KILLED && !ending.ours)
        return was_killed(inquiry, cause, &ending);
    if (ending.kind == ENDING_EXITED)
        return had_ended(inquiry, cause, &ending);
    if (t->limit == LIMIT_NONE && cause_of_blind_wait(inquiry, cause))
        return true;
    if (t->limit == LIMIT_NONE && left_unserved(inquiry) &&
        (cause_of_closed(inquiry, cause) || cause_of_impatience(inquiry, cause)))
        return true;
    if ((!t->stuck && !waits_for_more(t, inquiry->actor)) || t->limit != LIMIT_NONE || !cause_of_wait(inquiry, cause))
        return false;
    if (cause->diagnosis == DIAGNOSIS_WAITS_DATAGRAM && facts_last_call(t, inquiry->actor, ROLE_RECEIVE) != NOWHERE)
        return false; /* a server of datagrams is where it belongs: it did not answer */
    /* In accept() is where a server belongs: it did not answer, or did not close. */
    return cause->diagnosis != DIAGNOSIS_WAITS_ACCEPT || left_dialogue_open(inquiry, cause);
}
