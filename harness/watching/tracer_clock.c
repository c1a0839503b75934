/*
 * What the clocks of a world show: virtual time. Readings are answered here, the kernel is not asked (the vDSO is hidden from
 * programs).
 */
#include <time.h>

#include "watching/memory.h"
#include "watching/tracee.h"

#define SECOND INT64_C(1000000000)

bool clock_is_calendar(int64_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

/* What a clock shows now. */
int64_t time_moment(const struct tracer *tracer, bool calendar)
{
    enum { BOOTED_SECONDS = 1000 };
    return tracer->now + (calendar ? (int64_t)EPOCH_SECONDS : BOOTED_SECONDS) * SECOND;
}

/* The same for a program that looks: time moves a little at each look, as programs expect. */
static int64_t clock_value(struct tracer *tracer, bool calendar)
{
    enum { TICK_NS = 1000 };
    tracer->now += TICK_NS;
    return time_moment(tracer, calendar);
}

/* times(): ticks since the system was started, and those that the process has used. */
static enum time_answer read_ticks(struct tracer *tracer, struct thread *thread)
{
    const int64_t tick = SECOND / 100;
    int64_t used[4] = {process_cpu(thread->process) / tick, 0, 0, 0};
    if (thread->args[0] != 0)
        memory_write(thread->tid, thread->args[0], used, sizeof used);
    return time_answered(thread, clock_value(tracer, false) / tick);
}

enum time_answer clock_read(struct tracer *tracer, struct thread *thread)
{
    const uint64_t *args = thread->args;
    int64_t value;
    thread->empties++;
    thread->tries++;
    thread->clocks++;
    tracer->passing.timed = true;
    if (thread->row->id == CALL_clock_gettime) {
        if ((int64_t)args[0] < 0 || args[0] == CLOCK_PROCESS_CPUTIME_ID || args[0] == CLOCK_THREAD_CPUTIME_ID)
            return TIME_NOT_OURS;
        time_store(thread, args[1], clock_value(tracer, clock_is_calendar((int64_t)args[0])), 1);
        return time_answered(thread, 0);
    }
    if (thread->row->id == CALL_gettimeofday) {
        if (args[0] != 0)
            time_store(thread, args[0], clock_value(tracer, true), 1000);
        return time_answered(thread, 0);
    }
    if (thread->row->id == CALL_times)
        return read_ticks(tracer, thread);
    value = clock_value(tracer, true) / SECOND; /* time */
    if (args[0] != 0)
        memory_write(thread->tid, args[0], &value, sizeof value);
    return time_answered(thread, value);
}
