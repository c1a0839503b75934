/* Virtual time: programs that sleep, wait and look at clocks see the time pass that they asked for, and nobody waits for it. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

static void sleeps_last_as_long_as_asked(void)
{
    watched_says("sleep-nanoseconds", "ok 1500\nleft 7 7\nEINVAL\n", "exited 0");
    watched_says("sleep-an-hour", "left 0 3600000\n", "exited 0");
    watched_says("sleep-in-small-steps", "slept 3000\n", "exited 0");
}

static void sleeps_until_a_moment(void)
{
    watched_says("sleep-until", "monotonic 0 2000\nrealtime 0 5000\npast 0 5000\nrelative 0 5250\n", "exited 0");
}

static void a_signal_cuts_a_sleep_short(void)
{
    watched_says("sleep-interrupted", "left 8 2000\nEINTR left 7.000 5000\nrings 2\n", "exited 0");
    watched_says("sleep-undisturbed", "left 0 5000\n", "exited 0");
}

static void alarms_ring(void)
{
    watched_says("pause-for-alarm", "EINTR rings 1 5000\nwas off: 0\nhad left: 7\n", "exited 0");
    watched_says("tick", "rings 5 700\ninterval 100000\nrings 5 1700\n", "exited 0");
}

static void signals_are_waited_for(void)
{
    watched_says("wait-for-signal", "EAGAIN 300\n1 1300\n1 1300\n", "exited 0");
}

static void clocks_show_the_time_that_passed(void)
{
    watched_says("read-clocks", "time 100\nagree 1 1 1\nepoch 1767254400\nprocessor 1\n", "exited 0");
    watched_says("poll-the-clock", "two seconds later\n", "exited 0");
}

static void sleepers_wake_in_the_order_of_their_times(void)
{
    watched_says("wake-in-order", "10 1000\n20 2000\n30 3000\n40 4000\n50 5000\nall 5000\n", "exited 0");
    watched_says("threads-in-order", "thread 100000 100\nthread 300000 300\nthread 500000 500\njoined 500\n", "exited 0");
}

static void locks_time_out(void)
{
    watched_says("wait-on-condition", "condition 1 400\nsemaphore ETIMEDOUT 1000\nmutex 1 1100\n", "exited 0");
    watched_says("woken-before-timeout", "semaphore ok 200\n", "exited 0");
}

static void polls_time_out(void)
{
    watched_says("poll-silence",
                 "poll 0 0 250\nppoll 0 500\nkept 250000000\nat once 0 500\nnothing 0 1000\nready 1 1 1000\n", "exited 0");
    watched_says("select-silence", "select 0 0 1500\nleft 0 0\npselect 0 0 2000\nas a sleep 0 4000\n", "exited 0");
    watched_says("epoll-silence", "epoll_wait 0 250\nepoll_pwait 0 500\nepoll_pwait2 0 1000\n", "exited 0");
}

/* The first send that finds no room has sent a part when its time is up; the next one nothing. */
static void sockets_time_out(void)
{
    watched_says("socket-timeouts", "set ok\naccept EAGAIN 700\nrecv EAGAIN 1400\nsend EAGAIN 2800\n", "exited 0");
}

static void handlers_interrupt_waits(void)
{
    watched_says("waits-interrupted", "poll EINTR 1000\nread EINTR 2000\nselect EINTR 3000\n", "exited 0");
    watched_says("read-restarted", "read 1 4000\n", "exited 0");
}

static void timers_ring(void)
{
    watched_says("use-timerfd",
                 "left 360\nonce 8 1 3600000\nfirst 8 1 3602000\npoll 0 3603000\npoll 1 3603500\nsecond 8 1 3603500\n"
                 "interval 1\noff 0 3613500\nmoment 8 1 3713500\nEINVAL\n",
                 "exited 0");
    watched_says("use-timer-create", "rings 1 value 42 5000\nrings 2 7000\nleft 2\nslept 0 27000\nok\nby a thread 7 32000\n",
                 "exited 0");
}

static void calls_ended_by_time_are_marked(void)
{
    struct watched w;
    if (watched_run(&w, "sleep-an-hour")) {
        const struct call *sleep = watched_call(&w, "p", ROLE_SLEEP, 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(sleep);
        CU_ASSERT(sleep->timed_out && sleep->result == 0);
        CU_ASSERT_EQUAL(w.t.end / 1000000000, 3600);
    }
    watched_end(&w);
    if (watched_run(&w, "socket-timeouts")) {
        const struct call *accept = watched_call(&w, "p", ROLE_ACCEPT, 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(accept);
        CU_ASSERT(accept->timed_out && accept->result == -1);
    }
    watched_end(&w);
}

static void time_does_not_pass_while_a_step_settles(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [sleep-an-hour]}},\nsettle")) {
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "alive");
        CU_ASSERT(w.t.end < 1000000000);
        const struct call *sleep = watched_call(&w, "p", ROLE_SLEEP, 0);
        CU_ASSERT(sleep != NULL && sleep->pending);
    }
    watched_end(&w);
}

int suite_time(void)
{
    static const struct unit_test tests[] = {
        {"sleeps last as long as asked", sleeps_last_as_long_as_asked},
        {"sleeps until a moment, of both clocks", sleeps_until_a_moment},
        {"a handled signal cuts a sleep short, an ignored one does not", a_signal_cuts_a_sleep_short},
        {"alarm and setitimer ring", alarms_ring},
        {"sigtimedwait ends by a signal or by time", signals_are_waited_for},
        {"all clocks show the time that passed", clocks_show_the_time_that_passed},
        {"sleepers wake in the order of their times", sleepers_wake_in_the_order_of_their_times},
        {"condition, semaphore and mutex time out, or are woken before", locks_time_out},
        {"poll, select and epoll time out", polls_time_out},
        {"SO_RCVTIMEO and SO_SNDTIMEO end calls", sockets_time_out},
        {"a handler interrupts waits", handlers_interrupt_waits},
        {"timerfd and timer_create ring", timers_ring},
        {"calls ended by time are marked", calls_ended_by_time_are_marked},
        {"time does not pass while a step settles", time_does_not_pass_while_a_step_settles},
    };
    return suite_add("time", tests, COUNT_OF(tests));
}
