/* A watched call from its entry to its exit: what is refused, injected, answered by us, parked, and what is written down. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "watching/memory.h"
#include "watching/tracee.h"

/* From this many calls in a row that gave nothing, a thread is polling. */
enum { POLLING_AFTER = 48 };

void call_abandon(struct thread *thread)
{
    struct call *call = &thread->call;
    if (call->stack != NULL)
        free(call->stack->top.data);
    free(call->stack);
    free(call->data.data);
    *call = (struct call){.id = CALL_NONE};
    thread->in_call = thread->changed = thread->interrupted = false;
    thread->wait = WAIT_NONE;
    thread->wake = NEVER;
}

struct event *call_record(struct tracer *tracer, struct thread *thread)
{
    if (thread->call.socket >= 0)
        tracer_hear_witness(tracer);
    struct event *event = transcript_add(tracer->transcript, EVENT_CALL, thread->process->actor,
                                         (int)thread->process->pid, tracer->now);
    event->call = thread->call;
    tracer_kept(tracer, event->call.data.stored + (event->call.stack != NULL ? event->call.stack->top.stored : 0));
    /* What the call owned is the transcript's now. */
    thread->call.stack = NULL;
    thread->call.data = (struct bytes){NULL, 0, 0, 0};
    return event;
}

/* Lets the thread go on, unless a step wants it stopped exactly here. */
static void go_on(struct tracer *tracer, struct thread *thread, const struct event *event, bool until_exit)
{
    if (event != NULL && tracer->trap != NULL && tracer->trap(tracer->trap_context, event)) {
        thread->state = THREAD_HELD;
        return;
    }
    tracer_resume(thread, until_exit, 0);
}

/* Sets of roles, as bits. */
#define BIT(role) (UINT64_C(1) << ROLE_##role)
/* What carries a conversation on. Sockets are made and closed in vain as well, by who tries to connect again and again: that
   is work done, but time may pass over it. */
static const uint64_t carries_on =
    BIT(BIND) | BIT(LISTEN) | BIT(ACCEPT) | BIT(CONNECT) | BIT(SHUTDOWN) | BIT(SEND) | BIT(RECEIVE) | BIT(SPLICE);
static const uint64_t works = BIT(SOCKET) | BIT(CLOSE);
static const uint64_t may_be_in_vain =
    BIT(CLOCK) | BIT(POLL) | BIT(RECEIVE) | BIT(ACCEPT) | BIT(CONNECT) | BIT(SEND) | BIT(SPLICE) | BIT(WAIT);
static const uint64_t without_exit =
    BIT(KILL) | BIT(SIGRETURN) | BIT(CLOCK) | BIT(TIMER) | BIT(PAIR) | BIT(REAL_TIMER);
static const uint64_t always_recorded = BIT(SOCKET) | BIT(BIND) | BIT(LISTEN) | BIT(ACCEPT) | BIT(CONNECT) |
                                        BIT(SHUTDOWN) | BIT(SLEEP) | BIT(UNLINK) | BIT(HANDLER) | BIT(FORK);
static const uint64_t recorded_on_sockets = BIT(SEND) | BIT(RECEIVE) | BIT(SPLICE) | BIT(CLOSE) | BIT(OPTION);

static bool is_in(enum role role, uint64_t set)
{
    return (set >> role & 1) != 0;
}

/* --- entry --- */

void call_answer(struct tracer *tracer, struct thread *thread, int64_t result, bool record)
{
    struct registers registers;
    if (registers_get(thread->tid, &registers) == 0) {
        registers_set_result(&registers, result);
        registers_put(thread->tid, &registers);
    }
    struct event *event = NULL;
    if (record) {
        thread->call.result = result < 0 ? -1 : result;
        thread->call.error = result < 0 ? (int)-result : 0;
        event = call_record(tracer, thread);
        tracer_activity(tracer);
        time_progress(tracer);
    }
    call_abandon(thread);
    go_on(tracer, thread, event, false);
}

static bool family_allowed(int family)
{
    return family == AF_INET || family == AF_INET6 || family == AF_UNIX || family == AF_NETLINK || family == AF_UNSPEC;
}

/* The thread number that a call names; 0: it names a process, or a group. */
static pid_t signalled_thread(const struct thread *thread)
{
    enum call_id id = thread->row->id;
    if (id == CALL_tkill)
        return (pid_t)thread->args[0];
    return id == CALL_tgkill || id == CALL_rt_tgsigqueueinfo ? (pid_t)thread->args[1] : 0;
}

static bool may_signal(const struct tracer *tracer, const struct thread *thread)
{
    enum { FIRST = 1 /* the harness */, EVERYBODY = -1 };
    int actor = thread->process->actor;
    pid_t target = signalled_thread(thread);
    const struct thread *other = target != 0 ? thread_find(tracer, target) : NULL;
    if (target != 0)
        return target != FIRST && (other == NULL || other->process->actor == actor);
    target = (pid_t)thread->args[0];
    if (target == EVERYBODY || target == FIRST)
        return false;
    for (size_t i = 0; i < tracer->n_processes; i++) {
        const struct process *process = tracer->processes[i];
        if (process->actor != actor &&
            (process->pid == target || (target < EVERYBODY && getpgid(process->pid) == -target)))
            return false;
    }
    return true; /* 0, its own group, is nobody else's: each program has a session of its own */
}

/* True when the call was refused here. */
static bool refuse(struct tracer *tracer, struct thread *thread, enum role role)
{
    if (role == ROLE_SOCKET && !family_allowed((int)thread->args[0])) {
        tracer_flag(tracer, thread->process->actor, "socket-family");
        call_answer(tracer, thread, -EAFNOSUPPORT, true);
        return true;
    }
    if (role == ROLE_KILL && !may_signal(tracer, thread)) {
        tracer_flag(tracer, thread->process->actor, "signal-to-others");
        call_answer(tracer, thread, -EPERM, false);
        return true;
    }
    return false;
}

/* Closing by another name: what a dup2 replaces, what a close_range sweeps away. */
static void note_closed(struct tracer *tracer, struct thread *thread, int fd)
{
    struct descriptor descriptor = descriptor_resolve(tracer, thread->tid, fd);
    if (descriptor.kind != DESCRIPTOR_SOCKET || descriptor.socket < 0)
        return;
    struct call kept = thread->call;
    thread->call.fd = fd;
    thread->call.socket = descriptor.socket;
    thread->call.result = 0;
    thread->call.stack = NULL;
    call_record(tracer, thread);
    thread->call = kept;
}

/* What the call is about to close is not known any more. */
static void forget_closed(struct thread *thread)
{
    if (thread->row->id == CALL_close_range)
        descriptor_forget_all(thread->process);
    else
        descriptor_forget(thread->process, (int)thread->args[call_role(thread->row->id) == ROLE_DUPLICATE ? 1 : 0]);
}

static void enter_replacing(struct tracer *tracer, struct thread *thread)
{
    if (thread->row->id == CALL_close_range) {
        unsigned first = (unsigned)thread->args[0], last = (unsigned)thread->args[1];
        enum { CLOSE_RANGE_ONLY_MARKS = 4, HIGHEST = 1023 };
        for (unsigned fd = first; (thread->args[2] & CLOSE_RANGE_ONLY_MARKS) == 0 && fd <= last && fd <= HIGHEST; fd++)
            note_closed(tracer, thread, (int)fd);
    } else if ((int)thread->args[0] != (int)thread->args[1]) {
        note_closed(tracer, thread, (int)thread->args[1]);
    }
    call_abandon(thread);
    tracer_resume(thread, false, 0);
}

static void enter_exit(struct tracer *tracer, struct thread *thread)
{
    struct process *process = thread->process;
    bool whole = thread->row->id == CALL_exit_group || process->threads == 1;
    if (whole && !process->exiting) {
        process->exiting = true;
        call_record(tracer, thread);
        process_held(tracer, process, true);
    }
    call_abandon(thread);
    tracer_resume(thread, false, 0);
}

/* A thread that repeats a call in vain is stopped before the next try, until something has changed. */
static bool park(struct tracer *tracer, struct thread *thread, enum role role)
{
    if (!is_in(role, may_be_in_vain) || thread->tries < POLLING_AFTER)
        return false;
    thread->state = THREAD_PARKED;
    thread->seen_activity = tracer->activity;
    tracer->busy = true;
    enum role in_vain = call_role(thread->empty_id);
    tracer->busy_at_end = thread->empty_error == 0 && (in_vain == ROLE_RECEIVE || in_vain == ROLE_SPLICE);
    enum { POLL_INTERVAL_NS = 10000000 };
    thread->wake = tracer->now + POLL_INTERVAL_NS;
    return true;
}

/* Whether the call's exit matters: false lets it run on without another stop. */
static bool exit_matters(enum role role, const struct descriptor *descriptor)
{
    if (role == ROLE_SEND || role == ROLE_RECEIVE)
        return descriptor->kind != DESCRIPTOR_FILE;
    if (role == ROLE_SPLICE)
        return true; /* until then it may hold the pipe that is standard input */
    if (role == ROLE_CLOSE)
        return descriptor->kind == DESCRIPTOR_SOCKET || descriptor->kind == DESCRIPTOR_NONE;
    return !is_in(role, without_exit);
}

/* Printing happens all the time, is never evidence of anything, and comes from deep inside of the C library. */
static bool place_matters(enum role role, const struct descriptor *descriptor)
{
    if (role == ROLE_SEND || role == ROLE_CLOSE)
        return descriptor->kind == DESCRIPTOR_SOCKET || descriptor->kind == DESCRIPTOR_NONE;
    return role != ROLE_CLOCK && role != ROLE_FUTEX && role != ROLE_WAIT && descriptor->kind != DESCRIPTOR_FILE;
}

/* splice() is about the socket at either of its ends: where the bytes go, or else where they come from. */
static struct descriptor resolve_splice(struct tracer *tracer, struct thread *thread)
{
    struct descriptor to = descriptor_used(tracer, thread, thread->call.fd);
    if (to.kind == DESCRIPTOR_SOCKET)
        return to;
    thread->call.fd = (int)thread->args[0];
    return descriptor_used(tracer, thread, thread->call.fd);
}

/* What the call is about: arguments, descriptor, socket, place in the source. */
static struct descriptor describe(struct tracer *tracer, struct thread *thread, const struct ptrace_syscall_info *info)
{
    struct descriptor descriptor = {DESCRIPTOR_NONE, -1, 0, NULL};
    enum role role = call_role(thread->row->id);
    for (int i = 0; i < 6; i++)
        thread->args[i] = info->seccomp.args[i];
    decode_entry(tracer, thread);
    if (role == ROLE_SPLICE)
        descriptor = resolve_splice(tracer, thread);
    else if (thread->call.fd >= 0)
        descriptor = descriptor_used(tracer, thread, thread->call.fd);
    if (place_matters(role, &descriptor))
        decode_place(tracer, thread, info->instruction_pointer, info->stack_pointer);
    thread->call.socket = descriptor.socket;
    if (role == ROLE_SOCKET)
        /* Where the C library is linked into the program, its calls cannot be told by their place. */
        thread->call.library = (int)thread->args[0] == AF_NETLINK ||
                               (thread->process->code_low != 0 && thread->call.pc == 0);
    else if (descriptor.socket >= 0)
        thread->call.library = tracer->transcript->sockets[descriptor.socket].library;
    return descriptor;
}

void call_describe(struct tracer *tracer, struct thread *thread)
{
    struct ptrace_syscall_info info;
    call_abandon(thread);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof info, &info) > 0)
        describe(tracer, thread, &info);
}

static void enter(struct tracer *tracer, struct thread *thread, enum role role, const struct descriptor *descriptor)
{
    if (refuse(tracer, thread, role) || fault_inject(tracer, thread, role, descriptor))
        return;
    if (role == ROLE_SEND && descriptor->terminal != NULL && output_answer(tracer, thread, descriptor->terminal))
        return;
    tracer->pours |= role == ROLE_SPLICE || (role == ROLE_SEND && descriptor->terminal != NULL);
    switch (time_entry(tracer, thread)) {
    case TIME_ANSWERED: return;
    case TIME_WAITS: break;
    case TIME_NOT_OURS:
        if (!exit_matters(role, descriptor)) {
            call_abandon(thread);
            tracer_resume(thread, false, 0);
            return;
        }
    }
    thread->in_call = true;
    tracer_resume(thread, true, 0);
}

static void call_begin(struct tracer *tracer, struct thread *thread, const struct ptrace_syscall_info *info)
{
    call_abandon(thread);
    enum role role = call_role(thread->row->id);
    struct descriptor descriptor = describe(tracer, thread, info);
    if (role == ROLE_CLOSE || role == ROLE_DUPLICATE)
        forget_closed(thread);
    if (role == ROLE_EXIT)
        enter_exit(tracer, thread);
    else if (role == ROLE_DUPLICATE || thread->row->id == CALL_close_range)
        enter_replacing(tracer, thread);
    else
        enter(tracer, thread, role, &descriptor);
}

void call_unpark(struct tracer *tracer, struct thread *thread)
{
    thread->state = THREAD_RUNNING;
    thread->wake = NEVER;
    struct ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof info, &info) > 0)
        call_begin(tracer, thread, &info);
}

void call_entry(struct tracer *tracer, struct thread *thread, const struct ptrace_syscall_info *info)
{
    const struct syscall_row *row = syscall_find(info->seccomp.nr);
    thread->vforking = false; /* its child has gone its own way: from now on this one waits like any other */
    if (row == NULL) {
        tracer_resume(thread, false, 0);
        return;
    }
    if (tracer->pours) /* what has been printed goes before what is done next */
        terminals_deliver(tracer);
    /* An interrupted sleep comes back as the wait that it was made into, with its deadline. */
    bool resumed = thread->interrupted && thread->wait == WAIT_SLEEP && row->number == registers_wait_number();
    thread->interrupted = false;
    if (resumed) {
        thread->in_call = true;
        tracer_resume(thread, true, 0);
        return;
    }
    thread->row = row;
    if (park(tracer, thread, call_role(row->id)))
        return;
    call_begin(tracer, thread, info);
}

/* --- exit --- */

static void add_socket(struct tracer *tracer, struct thread *thread)
{
    struct call *call = &thread->call;
    struct descriptor made = descriptor_resolve(tracer, thread->tid, (int)call->result);
    if (made.kind != DESCRIPTOR_SOCKET || made.socket >= 0)
        return;
    struct socket_object object = {.actor = thread->process->actor, .library = call->library};
    if (call_role(call->id) == ROLE_SOCKET) {
        enum { TYPE_MASK = 0xf };
        object.family = (int)call->arg[0];
        object.type = (int)call->arg[1] & TYPE_MASK;
        object.protocol = (int)call->arg[2];
    } else if (call->socket >= 0) {
        object = tracer->transcript->sockets[call->socket];
        object.actor = thread->process->actor;
        object.accepted = true;
    }
    call->new_socket = made.socket = socket_add(tracer, made.inode, &object);
    descriptor_remember(thread->process, (int)call->result, &made);
    if (object.accepted) { /* the kernel hands the listening socket's timeouts on */
        tracer->tracked[call->new_socket].receive_timeout = tracer->tracked[call->socket].receive_timeout;
        tracer->tracked[call->new_socket].send_timeout = tracer->tracked[call->socket].send_timeout;
    }
}

/* A call that gave nothing: it failed, or found an end of file, or nothing ready. Made again and again, it is polling. */
static bool is_empty(const struct thread *thread, enum role role)
{
    const struct call *call = &thread->call;
    if (call->result < 0)
        return call->error != EINTR && !call->timed_out;
    bool may_end = role == ROLE_POLL || role == ROLE_WAIT || role == ROLE_RECEIVE || role == ROLE_SPLICE;
    return may_end && call->result == 0 && !call->timed_out;
}

/*
 * Whether this call was one more in vain. A sleep between two looks makes neither of them worth anything. Nor does a poll()
 * that finds something: what counts is what is done then, a read() that gives an end of file once more, or nothing but
 * another poll(). Who sleeps between its tries leaves the processor to others, and keeps its own time.
 */
static bool count_in_vain(struct thread *thread, enum role role, bool empty)
{
    bool finds = role == ROLE_POLL && thread->call.result > 0, in_vain = empty || (finds && thread->found);
    bool sleeps = role == ROLE_SLEEP || thread->call.timed_out;
    if (in_vain)
        thread->empties++;
    else if (role != ROLE_SLEEP && !finds)
        thread->empties = 0;
    if (in_vain)
        thread->tries++;
    else if (sleeps || is_in(role, carries_on))
        thread->tries = thread->clocks = 0;
    thread->found = finds;
    return in_vain;
}

static bool worth_recording(const struct thread *thread, enum role role, bool empty)
{
    const struct call *call = &thread->call;
    if (empty && thread->empties > 1 && thread->empty_id == call->id && thread->empty_error == call->error)
        return false; /* one of a row is enough, and how many there are depends on the machine */
    /* A look that saw nothing, or that failed, tells why a program did not go on: the first of a row. */
    if (role == ROLE_POLL)
        return call->result < 0 ? call->error != EINTR : call->result == 0 && !thread->looked;
    if (is_in(role, always_recorded))
        return true;
    bool on_socket = call->socket >= 0 || (call->result < 0 && (call->error == EBADF || call->error == ENOTSOCK));
    return is_in(role, recorded_on_sockets) && on_socket;
}

/* One call may send or receive several messages: each is recorded as if it had had a call of its own. */
static size_t messages(const struct call *call)
{
    enum { MOST = 1024 };
    bool several = call->id == CALL_sendmmsg || call->id == CALL_recvmmsg;
    return !several || call->result < 1 ? 1 : call->result < MOST ? (size_t)call->result : MOST;
}

static void leave(struct tracer *tracer, struct thread *thread)
{
    struct call *call = &thread->call;
    enum role role = call_role(call->id);
    bool empty = is_empty(thread, role), in_vain = count_in_vain(thread, role, empty);
    if ((role == ROLE_SOCKET || role == ROLE_ACCEPT) && call->result >= 0)
        add_socket(tracer, thread);
    if (role == ROLE_NEW_TIMER)
        timer_made(tracer, thread);
    if (role == ROLE_FORK && call->result < 0)
        tracer_count_begun(tracer, thread->process->actor);
    struct event *event = NULL;
    if (worth_recording(thread, role, empty)) {
        decode_exit(tracer, thread);
        event = call_record(tracer, thread);
        for (thread->message = 1; thread->message < messages(call); thread->message++) {
            decode_exit(tracer, thread);
            event = call_record(tracer, thread);
        }
        thread->message = 0;
        thread->looked = role == ROLE_POLL;
    }
    if (in_vain) {
        thread->empty_id = call->id;
        thread->empty_error = call->result < 0 ? call->error : 0;
    } else if (!call->timed_out && role != ROLE_POLL) { /* who has only looked has changed nothing */
        tracer_activity(tracer);
    }
    bool on_socket = call->result >= 0 && !empty && (call->socket >= 0 || call->new_socket >= 0);
    if (on_socket && is_in(role, carries_on))
        time_progress(tracer);
    else if (on_socket && is_in(role, works))
        tracer->progress++;
    call_abandon(thread);
    if (role == ROLE_SPLICE)
        input_go_on(tracer, thread->process->actor);
    go_on(tracer, thread, event, false);
}

void call_exit(struct tracer *tracer, struct thread *thread, const struct ptrace_syscall_info *info)
{
    if (!thread->in_call) {
        tracer_resume(thread, false, 0);
        return;
    }
    int64_t result = info->exit.rval;
    if (thread->pending_connect >= 0)
        fault_finish_connect(thread, &result);
    enum time_back back = time_exit(tracer, thread, &result);
    if (back == BACK_GOES_ON) {
        /* A signal: the call is made again, or a handler turns it into EINTR. */
        thread->in_call = false;
        thread->interrupted = true;
        tracer_resume(thread, false, 0);
        return;
    }
    thread->call.result = result < 0 ? -1 : result;
    thread->call.error = result < 0 ? (int)-result : 0;
    thread->call.timed_out = back == BACK_TIMED_OUT;
    leave(tracer, thread);
}
