#include "judgement/facts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_library(const struct transcript *t, const struct call *call)
{
    return call->library || (call->socket >= 0 && t->sockets[call->socket].library);
}

bool facts_is_call(const struct transcript *t, const struct event *e, int actor, enum role role)
{
    if (e->kind != EVENT_CALL || e->actor != actor || is_library(t, &e->call))
        return false;
    if (call_effect(&e->call) != role)
        return false;
    return (role != ROLE_SEND && role != ROLE_RECEIVE) || e->call.socket >= 0;
}

size_t facts_next_call(const struct transcript *t, int actor, enum role role, size_t from)
{
    for (size_t i = from; i < t->n_events; i++)
        if (facts_is_call(t, &t->events[i], actor, role))
            return i;
    return NOWHERE;
}

size_t facts_last_call(const struct transcript *t, int actor, enum role role)
{
    for (size_t i = t->n_events; i-- > 0;)
        if (facts_is_call(t, &t->events[i], actor, role) && !t->events[i].call.pending)
            return i;
    return NOWHERE;
}

bool call_succeeded(const struct call *call)
{
    return !call->pending && call->result >= 0;
}

static bool is_transient(int error)
{
    return error == EINTR || error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS || error == EALREADY;
}

bool call_failed(const struct call *call)
{
    return !call->pending && call->result < 0 && (call->injected || !is_transient(call->error));
}

/* Which argument the flags are; -1: none. */
static int flags_argument(const struct call *call)
{
    if (call->id == CALL_recvfrom || call->id == CALL_recvmmsg || call->id == CALL_sendto || call->id == CALL_sendmmsg)
        return 3;
    return call->id == CALL_recvmsg || call->id == CALL_sendmsg ? 2 : -1;
}

bool call_has_flags(const struct call *call)
{
    return flags_argument(call) >= 0;
}

int call_flags(const struct call *call)
{
    int argument = flags_argument(call);
    return argument >= 0 ? (int)call->arg[argument] : 0;
}

/* How many bytes it handled; these two return the number of messages. */
static uint64_t handled(const struct call *call)
{
    if (call->pending || call->result <= 0)
        return 0;
    return call->id == CALL_sendmmsg || call->id == CALL_recvmmsg ? call->data.total : (uint64_t)call->result;
}

static bool leaves_it_there(const struct call *call)
{
    return call_role(call->id) == ROLE_RECEIVE && (call_flags(call) & (MSG_PEEK | MSG_ERRQUEUE)) != 0;
}

uint64_t call_moved(const struct call *call)
{
    return leaves_it_there(call) ? 0 : handled(call);
}

bool call_has_more(const struct call *call)
{
    return call_role(call->id) == ROLE_SEND && (call_flags(call) & MSG_MORE) != 0;
}

bool call_peeks(const struct call *call)
{
    return call_role(call->id) == ROLE_RECEIVE && (call_flags(call) & (MSG_PEEK | MSG_ERRQUEUE)) != 0;
}

uint64_t call_peeked(const struct call *call)
{
    return call_role(call->id) == ROLE_RECEIVE && (call_flags(call) & MSG_PEEK) != 0 ? handled(call) : 0;
}

size_t facts_first_success(const struct transcript *t, int actor, enum role role)
{
    size_t i = facts_next_call(t, actor, role, 0);
    while (i != NOWHERE && !call_succeeded(&t->events[i].call))
        i = facts_next_call(t, actor, role, i + 1);
    return i;
}

static bool carried_nothing(const struct transcript *t, int socket)
{
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_CALL && e->call.socket == socket && call_succeeded(&e->call) &&
            (call_role(e->call.id) == ROLE_SEND || call_role(e->call.id) == ROLE_RECEIVE ||
             call_role(e->call.id) == ROLE_CONNECT))
            return false;
    }
    return true;
}

size_t facts_first_failure(const struct transcript *t, int actor, enum role role)
{
    size_t started = NOWHERE;
    for (size_t i = facts_next_call(t, actor, role, 0); i != NOWHERE; i = facts_next_call(t, actor, role, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call_failed(call))
            return i;
        if (role == ROLE_CONNECT && started == NOWHERE && !call->pending && call->error == EINPROGRESS &&
            carried_nothing(t, call->socket))
            started = i;
    }
    return started;
}

/* Whether the call was made again after POSITION, with success. */
static bool was_mended(const struct transcript *t, size_t position)
{
    const struct event *failed = &t->events[position];
    enum role role = call_role(failed->call.id);
    for (size_t i = facts_next_call(t, failed->actor, role, position + 1); i != NOWHERE;
         i = facts_next_call(t, failed->actor, role, i + 1)) {
        const struct call *call = &t->events[i].call;
        /* A refused client tries the next address with another socket. */
        bool again = call_succeeded(call) &&
                     (failed->call.socket < 0 || call->socket == failed->call.socket || role == ROLE_CONNECT);
        /* After an error the system reports the end of file: that is no success. */
        if (again && (role != ROLE_RECEIVE || call_moved(call) > 0 || is_transient(failed->call.error)))
            return true;
    }
    return false;
}

size_t facts_own_shutdown(const struct transcript *t, size_t position)
{
    const struct event *failed = &t->events[position];
    if (failed->call.pending || failed->call.result >= 0 || failed->call.error != EPIPE || failed->call.socket < 0)
        return NOWHERE;
    for (size_t i = facts_next_call(t, failed->actor, ROLE_SHUTDOWN, 0); i < position;
         i = facts_next_call(t, failed->actor, ROLE_SHUTDOWN, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->socket == failed->call.socket && call_succeeded(call) && call->arg[1] != SHUT_RD)
            return i;
    }
    return NOWHERE;
}

/* Whether E is a call of ACTOR's that needs a socket and failed for good: also one on a descriptor that is none any more. */
static bool is_failure(const struct transcript *t, const struct event *e, int actor)
{
    if (e->kind != EVENT_CALL || e->actor != actor || e->call.library || !call_failed(&e->call))
        return false;
    enum role role = call_role(e->call.id);
    bool closed = (role == ROLE_SEND || role == ROLE_RECEIVE) && e->call.error == EBADF && e->call.fd > STDERR_FILENO;
    return (role == ROLE_SOCKET || role_needs_socket(role)) && (closed || facts_is_call(t, e, actor, role));
}

/* Whether the failure of ROOT made that of FAILED certain: the same socket was not bound or connected, or none was made. */
static bool is_root(const struct event *root, const struct event *failed)
{
    enum role role = call_role(root->call.id);
    if (call_role(failed->call.id) == ROLE_SHUTDOWN && failed->call.socket == root->call.socket)
        return true; /* tidying up */
    if (role == ROLE_SOCKET || role == ROLE_ACCEPT)
        return (int)failed->call.arg[0] == -1 && call_role(failed->call.id) != ROLE_SOCKET;
    return (role == ROLE_CONNECT || role == ROLE_BIND || role == ROLE_LISTEN) && root->call.socket >= 0 &&
           failed->call.socket == root->call.socket && call_role(failed->call.id) != role;
}

static size_t decisive_failure(const struct transcript *t, int actor, int process)
{
    size_t decisive = NOWHERE;
    for (size_t i = t->n_events; i-- > 0;) {
        const struct event *e = &t->events[i];
        if ((process != 0 && e->process != process) || !is_failure(t, e, actor) || was_mended(t, i) ||
            facts_own_shutdown(t, i) != NOWHERE)
            continue;
        if (decisive == NOWHERE || is_root(e, &t->events[decisive]))
            decisive = i;
    }
    return decisive;
}

size_t facts_decisive_failure(const struct transcript *t, int actor)
{
    return decisive_failure(t, actor, 0);
}

size_t facts_decisive_failure_in(const struct transcript *t, int actor, int process)
{
    return decisive_failure(t, actor, process);
}

size_t facts_creation(const struct transcript *t, int socket)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_CALL && t->events[i].call.new_socket == socket)
            return i;
    return NOWHERE;
}

size_t facts_last_before(const struct transcript *t, int actor, int process, size_t position)
{
    for (size_t i = position < t->n_events ? position : t->n_events; i-- > 0;) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_CALL && e->actor == actor && (process == 0 || e->process == process) && !e->call.library &&
            !e->call.pending && call_role(e->call.id) != ROLE_EXIT)
            return i;
    }
    return NOWHERE;
}

bool role_needs_socket(enum role role)
{
    return role == ROLE_BIND || role == ROLE_LISTEN || role == ROLE_ACCEPT || role == ROLE_CONNECT ||
           role == ROLE_SEND || role == ROLE_RECEIVE || role == ROLE_SHUTDOWN;
}

size_t facts_went_on(const struct transcript *t, size_t position)
{
    const struct event *failed = &t->events[position];
    enum role role = call_role(failed->call.id);
    bool made_none = role == ROLE_SOCKET || role == ROLE_ACCEPT;
    for (size_t i = position + 1; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->actor != failed->actor || e->call.library)
            continue;
        enum role next = call_role(e->call.id);
        if ((!role_needs_socket(next) && !(made_none && next == ROLE_CLOSE)) || next == role)
            continue;
        if (made_none ? (int)e->call.arg[0] == -1 : failed->call.socket >= 0 && e->call.socket == failed->call.socket)
            return i;
    }
    return NOWHERE;
}

size_t facts_flows(const struct transcript *t, int actor, enum role role, struct flow **flows)
{
    *flows = NULL;
    size_t n = 0;
    AUTO_FREE size_t *of_socket = mem_alloc((t->n_sockets + 1) * sizeof *of_socket); /* index + 1; 0: none yet */
    AUTO_FREE bool *unfinished = mem_alloc((t->n_sockets + 1) * sizeof *unfinished); /* the message has more to come */
    for (size_t i = facts_next_call(t, actor, role, 0); i != NOWHERE; i = facts_next_call(t, actor, role, i + 1)) {
        const struct call *call = &t->events[i].call;
        uint64_t moved = call_moved(call);
        if (moved == 0)
            continue;
        size_t known = of_socket[call->socket];
        bool goes_on = t->sockets[call->socket].type == SOCK_STREAM || unfinished[call->socket];
        unfinished[call->socket] = call_has_more(call);
        if (known == 0 || known > n || !goes_on) {
            struct flow *flow = ARRAY_ADD(*flows, n);
            *flow = (struct flow){call->socket, i, i, moved};
            of_socket[call->socket] = n;
            continue;
        }
        (*flows)[known - 1].last = i;
        (*flows)[known - 1].bytes += moved;
    }
    return n;
}

size_t facts_accepted(const struct transcript *t, int actor)
{
    size_t n = 0;
    for (size_t i = facts_next_call(t, actor, ROLE_ACCEPT, 0); i != NOWHERE; i = facts_next_call(t, actor, ROLE_ACCEPT, i + 1))
        n += call_succeeded(&t->events[i].call);
    return n;
}

size_t facts_receptions(const struct transcript *t, int actor, struct flow **flows)
{
    size_t n = facts_flows(t, actor, ROLE_RECEIVE, flows);
    for (size_t i = facts_next_call(t, actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_RECEIVE, i + 1)) {
        uint64_t seen = call_peeked(&t->events[i].call);
        int socket = t->events[i].call.socket;
        size_t known = 0, at = 0;
        while (known < n && (*flows)[known].socket != socket)
            known++;
        if (seen == 0 || (known < n && call_moved(&t->events[(*flows)[known].first].call) > 0))
            continue;
        if (known < n) {
            (*flows)[known] = (struct flow){socket, i, i, seen}; /* the last look shows the most */
            continue;
        }
        ARRAY_ADD(*flows, n);
        while (at + 1 < n && (*flows)[at].first < i)
            at++;
        memmove(*flows + at + 1, *flows + at, (n - 1 - at) * sizeof **flows);
        (*flows)[at] = (struct flow){socket, i, i, seen};
    }
    return n;
}

void facts_flow_bytes(const struct transcript *t, int actor, enum role role, const struct flow *flow, struct buf *out)
{
    for (size_t i = flow->first; i <= flow->last; i++) {
        const struct event *e = &t->events[i];
        if (facts_is_call(t, e, actor, role) && e->call.socket == flow->socket &&
            (call_moved(&e->call) > 0 || flow->first == flow->last))
            buf_add(out, e->call.data.data, e->call.data.stored);
    }
}

static bool is_end(const struct event *e, int actor)
{
    return e->kind == EVENT_PROCESS && e->actor == actor &&
           (e->change.change == PROCESS_EXITED || e->change.change == PROCESS_KILLED);
}

struct ending facts_ending(const struct transcript *t, int actor)
{
    for (size_t i = t->n_events; i-- > 0;) {
        const struct event *e = &t->events[i];
        if (is_end(e, actor) && e->change.main)
            return (struct ending){e->change.change == PROCESS_EXITED ? ENDING_EXITED : ENDING_KILLED, e->change.status,
                                   e->change.change == PROCESS_KILLED && e->change.ours, i};
    }
    return (struct ending){ENDING_NONE, 0, false, NOWHERE};
}

size_t facts_process_end(const struct transcript *t, int actor, int process)
{
    for (size_t i = t->n_events; i-- > 0;)
        if (is_end(&t->events[i], actor) && t->events[i].process == process)
            return i;
    return NOWHERE;
}

bool signal_is_crash(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGFPE || signal == SIGILL;
}

bool facts_has_socket(const struct transcript *t, int actor, bool accepted)
{
    for (size_t i = 0; i < t->n_sockets; i++)
        if (t->sockets[i].actor == actor && !t->sockets[i].library && (!accepted || t->sockets[i].accepted))
            return true;
    return false;
}

/* Where a call puts what it receives: 0 when it is not one place. */
static int64_t receiving_buffer(const struct call *call)
{
    return call->id == CALL_read || call->id == CALL_recvfrom ? call->arg[1] : 0;
}

static bool is_shared(const struct call *first, const struct call *other, bool socket)
{
    if (!socket)
        return other->socket >= 0 && receiving_buffer(first) != 0 && receiving_buffer(first) == receiving_buffer(other);
    /* The first one may have closed it meanwhile. */
    return other->fd == first->fd && (other->socket == first->socket || other->error == EBADF);
}

const struct event *facts_shared_by_threads(const struct transcript *t, int actor, bool socket)
{
    for (size_t i = facts_next_call(t, actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, actor, ROLE_RECEIVE, i + 1)) {
        const struct event *first = &t->events[i];
        for (size_t j = i + 1; j < t->n_events; j++) {
            const struct event *other = &t->events[j];
            if (other->kind == EVENT_CALL && call_role(other->call.id) == ROLE_RECEIVE &&
                other->process == first->process && other->call.thread != first->call.thread &&
                is_shared(&first->call, &other->call, socket))
                return other;
        }
    }
    return NULL;
}

static int blocked_rank(const struct call *call)
{
    if (call->socket >= 0 && !call->library)
        return 3;
    enum role role = call_role(call->id);
    if (role == ROLE_WAIT || role == ROLE_FUTEX)
        return 1; /* waits for another part of the program, whose own call tells more */
    return call->library ? 0 : 2;
}

size_t facts_blocked(const struct transcript *t, int actor)
{
    size_t best = NOWHERE;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_CALL && e->actor == actor && e->call.pending &&
            (best == NOWHERE || blocked_rank(&e->call) > blocked_rank(&t->events[best].call)))
            best = i;
    }
    return best;
}
