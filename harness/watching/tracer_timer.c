/*
 * Timers that a program makes for itself, timerfd_settime() and timer_settime(). The kernel's own are never armed: when their
 * virtual moment has come, we make the descriptor readable, or send the signal, just as the kernel would.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "watching/memory.h"
#include "watching/tracee.h"

enum { MOST_TIMERS = 256 };

/* A program's sigevent, as the kernel has it on 64-bit machines. */
struct kernel_event {
    uint64_t value;
    int32_t signal, notify, thread;
};

struct timer {
    const struct process *process;
    int number; /* descriptor, or what timer_create() gave */
    int copy;   /* our own descriptor of the same timerfd; -1: a timer that sends a signal */
    struct kernel_event event;
    int64_t due, interval; /* virtual, ns; NEVER: not armed */
};

static struct timer *timer_find(struct tracer *tracer, const struct process *process, int number, bool descriptor)
{
    for (size_t i = 0; i < tracer->n_timers; i++) {
        struct timer *timer = &tracer->timers[i];
        if (timer->process == process && timer->number == number && (timer->copy >= 0) == descriptor)
            return timer;
    }
    return NULL;
}

static void timer_remove(struct tracer *tracer, struct timer *timer)
{
    if (timer->copy >= 0)
        close(timer->copy);
    *timer = tracer->timers[--tracer->n_timers];
}

static struct timer *timer_add(struct tracer *tracer, const struct process *process, int number)
{
    struct timer *timer = ARRAY_ADD(tracer->timers, tracer->n_timers);
    *timer = (struct timer){.process = process, .number = number, .copy = -1, .due = NEVER};
    return timer;
}

void timer_forget(struct tracer *tracer, const struct process *process)
{
    for (size_t i = tracer->n_timers; i-- > 0;)
        if (process == NULL || tracer->timers[i].process == process)
            timer_remove(tracer, &tracer->timers[i]);
}

/* --- what the program asks for --- */

/* timer_create(): its number is known at the exit. */
void timer_made(struct tracer *tracer, const struct thread *thread)
{
    int32_t number = 0;
    if (thread->call.result < 0 || !memory_fetch(thread->tid, thread->args[2], &number, sizeof number) ||
        tracer->n_timers >= MOST_TIMERS)
        return;
    struct timer *old = timer_find(tracer, thread->process, number, false);
    if (old != NULL)
        timer_remove(tracer, old);
    struct timer *timer = timer_add(tracer, thread->process, number);
    if (thread->args[1] == 0 || !memory_fetch(thread->tid, thread->args[1], &timer->event, sizeof timer->event))
        timer->event = (struct kernel_event){(uint64_t)number, SIGALRM, SIGEV_SIGNAL, 0};
}

/* The timer behind a descriptor that is about to be set: a new copy each time, since its number may mean another one now. */
static struct timer *timer_of_descriptor(struct tracer *tracer, const struct thread *thread)
{
    int number = (int)thread->args[0];
    struct timer *timer = timer_find(tracer, thread->process, number, true);
    if (timer != NULL)
        timer_remove(tracer, timer);
    AUTO_CLOSE int process = (int)syscall(SYS_pidfd_open, thread->process->pid, 0);
    int copy = process >= 0 && tracer->n_timers < MOST_TIMERS ? (int)syscall(SYS_pidfd_getfd, process, number, 0) : -1;
    struct itimerspec off = {{0, 0}, {0, 0}};
    if (copy >= 0 && timerfd_settime(copy, 0, &off, NULL) < 0) {
        close(copy); /* no timer: the kernel says so itself */
        return NULL;
    }
    if (copy < 0)
        return NULL;
    timer = timer_add(tracer, thread->process, number);
    timer->copy = copy;
    return timer;
}

static void store_state(const struct tracer *tracer, const struct thread *thread, uint64_t where,
                        const struct timer *timer)
{
    enum { ITS_VALUE = 16 };
    if (where == 0)
        return;
    time_store(thread, where, timer->due != NEVER ? timer->interval : 0, 1);
    time_store(thread, where + ITS_VALUE, timer->due == NEVER ? 0 : timer->due > tracer->now ? timer->due - tracer->now : 1, 1);
}

static enum time_answer set(struct tracer *tracer, struct thread *thread, bool descriptor)
{
    enum { ITS_VALUE = 16, ABSOLUTE = 1, CALENDAR_SECONDS = 1000000000 };
    int64_t interval = 0, value = 0;
    if (!time_fetch(thread, thread->args[2], 1, &interval) || !time_fetch(thread, thread->args[2] + ITS_VALUE, 1, &value))
        return TIME_NOT_OURS;
    struct timer *timer = timer_find(tracer, thread->process, (int)thread->args[0], descriptor);
    struct timer before = timer != NULL ? *timer : (struct timer){.due = NEVER};
    if (descriptor)
        timer = timer_of_descriptor(tracer, thread);
    if (timer == NULL) {
        tracer->real_timer = true;
        return TIME_NOT_OURS;
    }
    store_state(tracer, thread, thread->args[3], &before);
    timer->interval = interval;
    timer->due = NEVER;
    if (value > 0 && (thread->args[1] & ABSOLUTE) != 0)
        value -= time_moment(tracer, value / INT64_C(1000000000) > CALENDAR_SECONDS);
    else if (value == 0)
        return time_answered(thread, 0);
    timer->due = value > 0 ? tracer->now + value : tracer->now;
    return time_answered(thread, 0);
}

enum time_answer timer_entry(struct tracer *tracer, struct thread *thread)
{
    enum call_id id = thread->row->id;
    if (id == CALL_timer_create)
        return TIME_WAITS;
    if (id == CALL_timerfd_settime || id == CALL_timer_settime)
        return set(tracer, thread, id == CALL_timerfd_settime);
    struct timer *timer = timer_find(tracer, thread->process, (int)thread->args[0], id == CALL_timerfd_gettime);
    if (timer == NULL)
        return TIME_NOT_OURS;
    if (id == CALL_timer_delete) {
        timer_remove(tracer, timer);
        return TIME_NOT_OURS;
    }
    store_state(tracer, thread, thread->args[1], timer);
    return time_answered(thread, 0);
}

/* --- its moment --- */

int64_t timer_next(const struct tracer *tracer)
{
    int64_t next = NEVER;
    for (size_t i = 0; i < tracer->n_timers; i++)
        if (tracer->timers[i].due < next)
            next = tracer->timers[i].due;
    return next;
}

/* One nanosecond of real time is over at once; poll() sees to it that it really is. */
static void make_readable(int fd)
{
    enum { LONG_ENOUGH_MS = 1000 };
    struct itimerspec at_once = {{0, 0}, {0, 1}};
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (timerfd_settime(fd, 0, &at_once, NULL) == 0)
        poll(&ready, 1, LONG_ENOUGH_MS);
}

static void send_signal(const struct timer *timer)
{
    if (timer->event.notify == SIGEV_NONE)
        return;
    siginfo_t info = {.si_signo = timer->event.signal};
    info.si_code = SI_TIMER;
    info.si_timerid = timer->number;
    info.si_value.sival_ptr = (void *)(uintptr_t)timer->event.value;
    pid_t pid = timer->process->pid;
    if (timer->event.notify == SIGEV_THREAD_ID)
        syscall(SYS_rt_tgsigqueueinfo, pid, timer->event.thread, timer->event.signal, &info);
    else
        syscall(SYS_rt_sigqueueinfo, pid, timer->event.signal, &info);
}

void timer_ring(struct tracer *tracer)
{
    int64_t moment = timer_next(tracer);
    for (size_t i = 0; i < tracer->n_timers; i++) {
        struct timer *timer = &tracer->timers[i];
        if (timer->due != moment)
            continue;
        timer->due = timer->interval > 0 ? tracer->now + timer->interval : NEVER;
        if (timer->copy >= 0)
            make_readable(timer->copy);
        else
            send_signal(timer);
        return;
    }
}
