/*
 * Virtual time. The clock of a world stands still while anything can happen without it. Sleeps and waits with a timeout are
 * made endless at their entry; when the world is quiet, the earliest is ended, its call gets the result of a timeout, and the
 * clocks show that the time has passed (tracer_clock.c).
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "watching/memory.h"
#include "watching/tracee.h"

#define SECOND INT64_C(1000000000)

/* Structures as the kernel has them on 64-bit machines. */
struct kernel_time {
    int64_t seconds, fraction;
};

bool time_fetch(const struct thread *thread, uint64_t where, int64_t unit, int64_t *out)
{
    struct kernel_time time;
    if (!memory_fetch(thread->tid, where, &time, sizeof time) || time.seconds < 0 || time.fraction < 0 ||
        time.fraction >= SECOND / unit)
        return false; /* the kernel says itself what is wrong with it */
    const int64_t forever = INT64_C(4000000000); /* seconds; moments of the calendar are below */
    *out = time.seconds > forever ? forever * SECOND : time.seconds * SECOND + time.fraction * unit;
    return true;
}

void time_store(const struct thread *thread, uint64_t where, int64_t value, int64_t unit)
{
    struct kernel_time time = {value / SECOND, value % SECOND / unit};
    memory_write(thread->tid, where, &time, sizeof time);
}

enum time_answer time_answered(struct thread *thread, int64_t result)
{
    struct registers registers;
    if (registers_get(thread->tid, &registers) == 0) {
        registers_set_result(&registers, result);
        registers_put(thread->tid, &registers);
    }
    call_abandon(thread);
    tracer_resume(thread, false, 0);
    return TIME_ANSWERED;
}

/* --- alarms --- */

static enum time_answer set_timer(struct tracer *tracer, struct thread *thread)
{
    struct process *process = thread->process;
    const uint64_t *args = thread->args;
    int64_t left = process->alarm == NEVER ? 0 : process->alarm - tracer->now;
    struct kernel_time old[2] = {{process->alarm_interval / SECOND, process->alarm_interval % SECOND / 1000},
                                 {left / SECOND, left % SECOND / 1000}};
    if (thread->row->id == CALL_getitimer || thread->row->id == CALL_setitimer) {
        if (args[0] != ITIMER_REAL)
            return TIME_NOT_OURS;
        bool set = thread->row->id == CALL_setitimer;
        uint64_t where = set ? args[2] : args[1];
        int64_t interval = 0, value = 0;
        if (set && (!time_fetch(thread, args[1], 1000, &interval) ||
                    !time_fetch(thread, args[1] + sizeof(struct kernel_time), 1000, &value)))
            return TIME_NOT_OURS;
        if (where != 0)
            memory_write(thread->tid, where, old, sizeof old);
        if (set) {
            process->alarm = value > 0 ? tracer->now + value : NEVER;
            process->alarm_interval = interval;
        }
        return time_answered(thread, 0);
    }
    unsigned seconds = (unsigned)args[0]; /* alarm */
    process->alarm = seconds > 0 ? tracer->now + (int64_t)seconds * SECOND : NEVER;
    process->alarm_interval = 0;
    return time_answered(thread, (left + SECOND - 1) / SECOND);
}

/* --- waits --- */

/* Makes the call at hand endless: by another call number, or by an argument that is put back at its exit. */
static enum time_answer make_endless(struct thread *thread, enum wait_kind wait, int argument, uint64_t value)
{
    struct registers registers;
    if (registers_get(thread->tid, &registers) < 0)
        return TIME_NOT_OURS;
    thread->before = registers;
    thread->changed = true;
    thread->wait = wait;
    if (wait == WAIT_SLEEP)
        registers_become_wait(&registers);
    else
        registers_set_argument(&registers, argument, value);
    registers_put(thread->tid, &registers);
    return TIME_WAITS;
}

static int64_t deadline(const struct tracer *tracer, int64_t duration)
{
    return duration > NEVER / 2 - tracer->now ? NEVER / 2 : tracer->now + duration;
}

static enum time_answer enter_sleep(struct tracer *tracer, struct thread *thread)
{
    const uint64_t *args = thread->args;
    int64_t duration = 0;
    if (thread->row->id == CALL_rt_sigtimedwait) {
        if (args[2] == 0 || !time_fetch(thread, args[2], 1, &duration) || duration == 0)
            return TIME_NOT_OURS;
        thread->wake = deadline(tracer, duration);
        return make_endless(thread, WAIT_SIGNAL, 2, 0);
    }
    bool clocked = thread->row->id == CALL_clock_nanosleep;
    if (!time_fetch(thread, clocked ? args[2] : args[0], 1, &duration) ||
        (clocked && args[0] == CLOCK_PROCESS_CPUTIME_ID))
        return TIME_NOT_OURS;
    if (clocked && (args[1] & TIMER_ABSTIME) != 0)
        duration -= time_moment(tracer, clock_is_calendar((int64_t)args[0]));
    if (duration <= 0)
        return TIME_NOT_OURS;
    thread->wake = deadline(tracer, duration);
    return make_endless(thread, WAIT_SLEEP, 0, 0);
}

/* Where each waiting call has its timeout, and how it is written. */
static const struct timeout_place {
    enum call_id id;
    enum wait_kind wait;
    int argument;
    int64_t unit;     /* ns of the fraction in a struct; 0: the argument is an int of milliseconds */
    uint64_t endless; /* the value that means "no timeout" */
} timeout_places[] = {
    {CALL_ppoll, WAIT_POLL, 2, 1, 0},
    {CALL_pselect6, WAIT_SELECT, 4, 1, 0},
    {CALL_epoll_pwait, WAIT_EPOLL, 3, 0, (uint64_t)-1},
    {CALL_epoll_pwait2, WAIT_EPOLL, 3, 1, 0},
#if defined __x86_64__
    {CALL_poll, WAIT_POLL, 2, 0, (uint64_t)-1},
    {CALL_select, WAIT_SELECT, 4, 1000, 0},
    {CALL_epoll_wait, WAIT_EPOLL, 3, 0, (uint64_t)-1},
#endif
};

static enum time_answer enter_poll(struct tracer *tracer, struct thread *thread)
{
    const struct timeout_place *place = timeout_places;
    while (place->id != thread->row->id)
        place++;
    uint64_t value = thread->args[place->argument];
    int64_t duration;
    if (place->unit == 0) {
        if ((int)value <= 0)
            return TIME_NOT_OURS;
        duration = (int64_t)(int)value * (SECOND / 1000);
    } else if (value == 0 || !time_fetch(thread, value, place->unit, &duration) || duration == 0) {
        return TIME_NOT_OURS;
    }
    thread->wake = deadline(tracer, duration);
    return make_endless(thread, place->wait, place->argument, place->endless);
}

/* System V semaphores wait for a span, POSIX message queues until a moment of the calendar. */
static enum time_answer enter_ipc(struct tracer *tracer, struct thread *thread)
{
    bool semaphore = thread->row->id == CALL_semtimedop;
    int argument = semaphore ? 3 : 4;
    int64_t duration;
    if (thread->args[argument] == 0 || !time_fetch(thread, thread->args[argument], 1, &duration))
        return TIME_NOT_OURS;
    if (!semaphore)
        duration -= time_moment(tracer, true);
    thread->wake = deadline(tracer, duration > 0 ? duration : 0);
    return make_endless(thread, semaphore ? WAIT_SIGNAL : WAIT_FUTEX, argument, 0);
}

static enum time_answer enter_futex(struct tracer *tracer, struct thread *thread)
{
    if (thread->row->id != CALL_futex)
        return enter_ipc(tracer, thread);
    int64_t duration;
    if (!time_fetch(thread, thread->args[3], 1, &duration))
        return TIME_NOT_OURS;
    uint64_t operation = thread->args[1];
    if ((operation & (uint64_t)FUTEX_CMD_MASK & 0x7f) == FUTEX_WAIT_BITSET) /* the time is a moment, not a span */
        duration -= time_moment(tracer, (operation & FUTEX_CLOCK_REALTIME) != 0);
    thread->wake = deadline(tracer, duration > 0 ? duration : 0);
    return make_endless(thread, WAIT_FUTEX, 3, 0);
}

/* Socket timeouts are kept by us: the kernel would end them by the clock. */
static enum time_answer enter_option(struct tracer *tracer, struct thread *thread)
{
    const uint64_t *args = thread->args;
    int option = (int)args[2];
    bool receive = option == SO_RCVTIMEO;
    int64_t duration;
    if ((int)args[1] != SOL_SOCKET || (!receive && option != SO_SNDTIMEO) || thread->call.socket < 0 ||
        args[4] < sizeof(struct kernel_time) || !time_fetch(thread, args[3], 1000, &duration))
        return TIME_NOT_OURS;
    struct tracked_socket *tracked = &tracer->tracked[thread->call.socket];
    *(receive ? &tracked->receive_timeout : &tracked->send_timeout) = duration;
    return time_answered(thread, 0);
}

static enum time_answer enter_socket(struct tracer *tracer, struct thread *thread, enum role role)
{
    if (thread->call.socket < 0)
        return TIME_NOT_OURS;
    const struct tracked_socket *tracked = &tracer->tracked[thread->call.socket];
    bool receive = role == ROLE_RECEIVE || role == ROLE_ACCEPT;
    int64_t timeout = receive ? tracked->receive_timeout : tracked->send_timeout;
    if (timeout == 0)
        return TIME_NOT_OURS;
    thread->wait = WAIT_SOCKET;
    thread->wake = deadline(tracer, timeout);
    return TIME_WAITS;
}

enum time_answer time_entry(struct tracer *tracer, struct thread *thread)
{
    enum role role = call_role(thread->row->id);
    if (role == ROLE_CLOCK)
        return clock_read(tracer, thread);
    if (role == ROLE_TIMER)
        return set_timer(tracer, thread);
    if (role == ROLE_SLEEP)
        return enter_sleep(tracer, thread);
    if (role == ROLE_POLL)
        return enter_poll(tracer, thread);
    if (role == ROLE_FUTEX)
        return enter_futex(tracer, thread);
    if (role == ROLE_OPTION)
        return enter_option(tracer, thread);
    if (role == ROLE_SEND || role == ROLE_RECEIVE || role == ROLE_ACCEPT || role == ROLE_CONNECT)
        return enter_socket(tracer, thread, role);
    if (role == ROLE_REAL_TIMER || role == ROLE_NEW_TIMER)
        return timer_entry(tracer, thread);
    return TIME_NOT_OURS;
}

/* --- coming back --- */

static void clear_sets(const struct thread *thread)
{
    enum { MAX_DESCRIPTORS = 1024 };
    static const char zeros[MAX_DESCRIPTORS / 8];
    size_t n = (size_t)(int)thread->args[0];
    if ((int)thread->args[0] <= 0 || n > MAX_DESCRIPTORS)
        return;
    size_t words = (n + 63) / 64 * 8;
    for (int i = 1; i <= 3; i++)
        if (thread->args[i] != 0)
            memory_write(thread->tid, thread->args[i], zeros, words);
    struct kernel_time nothing = {0, 0};
    memory_write(thread->tid, thread->args[4], &nothing, sizeof nothing);
}

static void clear_polled(const struct thread *thread)
{
    struct pollfd polled[256];
    size_t n = (size_t)thread->args[1];
    if (n == 0 || n > COUNT_OF(polled) || !memory_fetch(thread->tid, thread->args[0], polled, n * sizeof *polled))
        return;
    for (size_t i = 0; i < n; i++)
        polled[i].revents = 0;
    memory_write(thread->tid, thread->args[0], polled, n * sizeof *polled);
}

static int64_t timeout_result(const struct thread *thread)
{
    switch (thread->wait) {
    case WAIT_NONE:
    case WAIT_SLEEP:
    case WAIT_EPOLL: return 0;
    case WAIT_POLL: clear_polled(thread); return 0;
    case WAIT_SELECT: clear_sets(thread); return 0;
    case WAIT_SOCKET: return call_role(thread->row->id) == ROLE_CONNECT ? -EINPROGRESS : -EAGAIN;
    case WAIT_FUTEX: return -ETIMEDOUT;
    case WAIT_SIGNAL: return -EAGAIN;
    }
    return 0;
}

/* How much of a sleep is left goes where the program asked for it. */
static void store_remaining(const struct tracer *tracer, const struct thread *thread)
{
    if (thread->row->id != CALL_nanosleep && thread->row->id != CALL_clock_nanosleep)
        return;
    bool absolute = thread->row->id == CALL_clock_nanosleep && (thread->args[1] & TIMER_ABSTIME) != 0;
    uint64_t where = thread->row->id == CALL_nanosleep ? thread->args[1] : thread->args[3];
    int64_t left = thread->wake > tracer->now ? thread->wake - tracer->now : 0;
    if (where != 0 && !absolute)
        time_store(thread, where, left, 1);
}

/* The kernel's own codes for an interrupted call, seen only by tracers (linux/errno.h). */
enum { RESTART_FIRST = 512, RESTART_NO_HANDLER = 514, RESTART_BLOCK = 516 };

enum time_back time_exit(struct tracer *tracer, struct thread *thread, int64_t *result)
{
    bool restart = *result <= -RESTART_FIRST && *result >= -RESTART_BLOCK;
    bool timed_out = thread->interrupting && (restart || *result == -EINTR);
    thread->interrupting = false; /* otherwise it came back by itself in the same moment */
    if (!thread->changed && !timed_out)
        return restart ? BACK_GOES_ON : BACK_PLAIN;
    struct registers registers;
    if (registers_get(thread->tid, &registers) < 0)
        return BACK_PLAIN;
    if (thread->changed && thread->wait != WAIT_SLEEP)
        for (int i = 0; i < 6; i++)
            registers_set_argument(&registers, i, registers_argument(&thread->before, i));
    if (timed_out) {
        *result = timeout_result(thread);
        registers_set_result(&registers, *result);
    } else if (restart && thread->wait == WAIT_SLEEP) {
        store_remaining(tracer, thread);
    } else if (*result == -RESTART_BLOCK) {
        /* restart_syscall() would go round us; this code means the same, but makes the call anew. */
        registers_replace_restart(&registers, -RESTART_NO_HANDLER);
    }
    registers_put(thread->tid, &registers);
    if (timed_out)
        return BACK_TIMED_OUT;
    return restart ? BACK_GOES_ON : BACK_PLAIN;
}

/* --- the next one to wake --- */

void time_begin_run(struct tracer *tracer)
{
    tracer->passing = (struct passing){.begun = tracer->now, .progressed = tracer->now};
}

void time_progress(struct tracer *tracer)
{
    tracer->progress++;
    tracer->passing.fruitless = 0;
    tracer->passing.progressed = tracer->now;
    tracer->passing.leap = 0;
    tracer->passing.timed = false;
}

/* Whether anything but the number of its own sleeps can tell a program how much time has passed. */
static bool time_matters(const struct tracer *tracer)
{
    unsigned waits = 0;
    for (size_t i = 0; i < tracer->n_threads; i++)
        waits += tracer->threads[i]->wake != NEVER;
    for (size_t i = 0; i < tracer->n_processes; i++)
        waits += tracer->processes[i]->alarm != NEVER;
    return tracer->passing.timed || waits > 1 || timer_next(tracer) != NEVER;
}

static void pass_time(struct tracer *tracer, int64_t until)
{
    enum { FRUITLESS_BEFORE_LEAPS = 2000, FRUITLESS_PER_LEAP = 200 };
    struct passing *passing = &tracer->passing;
    passing->wakes++;
    passing->fruitless++;
    if (passing->fruitless >= FRUITLESS_BEFORE_LEAPS && passing->fruitless % FRUITLESS_PER_LEAP == 0 && time_matters(tracer))
        passing->leap = passing->leap > 0 ? passing->leap * 2 : SECOND / 100;
    if (until + passing->leap > tracer->now)
        tracer->now = until + passing->leap;
}

/*
 * Whether waking somebody once more is pointless. Programs may give up by the clock or after so many tries; the longest that
 * any exercise allows is a minute. A single long sleep is never cut short.
 */
static bool time_is_spent(const struct tracer *tracer)
{
    enum { FEW_WAKES = 150, MOST_FRUITLESS = 6000 };
    const int64_t fruitless_time = 90 * SECOND, any_time = 600 * SECOND;
    const struct passing *passing = &tracer->passing;
    if (passing->fruitless > MOST_FRUITLESS)
        return true;
    if (passing->fruitless > FEW_WAKES && tracer->now - passing->progressed > fruitless_time)
        return true;
    return passing->wakes > FEW_WAKES && tracer->now - passing->begun > any_time;
}

static void ring(struct tracer *tracer, struct process *process)
{
    pass_time(tracer, process->alarm);
    process->alarm = process->alarm_interval > 0 ? tracer->now + process->alarm_interval : NEVER;
    kill(process->pid, SIGALRM);
}

bool time_wake_next(struct tracer *tracer)
{
    struct thread *first = NULL;
    struct process *ringing = NULL;
    int64_t when = NEVER;
    for (size_t i = 0; i < tracer->n_threads; i++) {
        struct thread *thread = tracer->threads[i];
        bool waits = thread->state == THREAD_PARKED || (thread->state == THREAD_RUNNING && !thread->interrupting);
        if (waits && thread->wake < when) {
            first = thread;
            when = thread->wake;
        }
    }
    for (size_t i = 0; i < tracer->n_processes; i++) {
        if (tracer->processes[i]->alarm < when) {
            ringing = tracer->processes[i];
            when = ringing->alarm;
        }
    }
    int64_t timer = timer_next(tracer);
    if ((when == NEVER && timer == NEVER) || time_is_spent(tracer))
        return false;
    if (timer < when) {
        pass_time(tracer, timer);
        timer_ring(tracer);
        return true;
    }
    if (ringing != NULL) {
        ring(tracer, ringing);
        return true;
    }
    pass_time(tracer, when);
    if (first->state == THREAD_PARKED) {
        call_unpark(tracer, first);
        return true;
    }
    first->interrupting = true;
    ptrace(PTRACE_INTERRUPT, first->tid, NULL, NULL);
    return true;
}
