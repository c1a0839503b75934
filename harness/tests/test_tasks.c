/* Processes and threads are counted, threads begin late, forks fail, peers connect without waiting. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

static const struct tasks *counted(const struct watched *w, size_t n)
{
    for (size_t i = 0; i < w->t.n_events; i++)
        if (w->t.events[i].kind == EVENT_TASKS && n-- == 0)
            return &w->t.events[i].tasks;
    return NULL;
}

static void zombies_are_counted(void)
{
    static const struct {
        const char *play;
        int zombies;
    } plays[] = {{"start: {p: {arguments: [leave-children, 3]}}, until: {p: waiting}, count: p", 3},
                 {"start: {p: {arguments: [leave-children, 3, wait]}}, until: {p: waiting}, count: p", 0}};
    for (size_t i = 0; i < COUNT_OF(plays); i++) {
        struct watched w;
        if (watched_play(&w, plays[i].play)) {
            const struct tasks *tasks = counted(&w, 0);
            CU_ASSERT(tasks != NULL && tasks->zombies == plays[i].zombies && tasks->processes == 1 && tasks->threads == 1);
            CU_ASSERT(tasks != NULL && tasks->room > 1 << 20);
        }
        watched_end(&w);
    }
}

static void threads_are_counted(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [main-thread-leaves]}}, settle, count: p")) {
        const struct tasks *tasks = counted(&w, 0);
        CU_ASSERT(tasks != NULL && tasks->zombies == 0 && tasks->processes == 1 && tasks->threads == 2);
    }
    watched_end(&w);
}

static void printed(const char *play, const char *text)
{
    struct watched w;
    if (watched_play(&w, play))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), text);
    watched_end(&w);
}

static void threads_begin_late(void)
{
    printed("late-threads: p, start: {p: {arguments: [make-and-go-on]}}, until: {p: exited}",
            "created ok\n\nforked ok\nforked ok\n");
}

static void forks_fail(void)
{
    printed("fault: {p: {call: fork, error: EAGAIN, occurrence: 1}}, start: {p: {arguments: [make-and-go-on]}}, "
            "until: {p: exited}", "created EAGAIN\nforked ok\nforked ok\n");
    printed("fault: {p: {call: fork, error: EAGAIN, occurrence: 2}}, late-threads: p, "
            "start: {p: {arguments: [make-and-go-on]}}, until: {p: exited}", "created ok\n\nforked EAGAIN\n");
}

static void forks_have_their_names(void)
{
    struct watched w;
    if (watched_run(&w, "make-and-go-on")) {
        const struct call *thread = watched_call(&w, "p", ROLE_FORK, 0), *process = watched_call(&w, "p", ROLE_FORK, 1);
        CU_ASSERT(thread != NULL && thread->result > 0 && strcmp(call_title(thread), "pthread_create") == 0);
        CU_ASSERT(process != NULL && process->result > 0 && strcmp(call_title(process), "fork") == 0);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_FORK), 2); /* none for the child */
    }
    watched_end(&w);
}

/* The program listens with a backlog of 5: six get in. */
static void an_attempt_waits_for_nobody(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-one]}}, until: {p: listening, hold: true},\n"
                         "repeat: {times: 7, play: [c-$i: {attempt: \"127.0.0.1:5000\"}, c-$i: {send: hello}]}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "c-6", DEED_CONNECTED, 0));
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "c-6", DEED_SENT, 0));
        CU_ASSERT_PTR_NULL(watched_deed(&w, "c-7", DEED_CONNECTED, 0));
        CU_ASSERT_PTR_NULL(watched_deed(&w, "c-7", DEED_SENT, 0));
    }
    watched_end(&w);
}

static void an_occurrence_is_held(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-all]}}, until: {p: listening},\n"
                         "repeat: {times: 3, play: [c-$i: {connect: \"127.0.0.1:5000\"}, c-$i: {send: hello}]},\n"
                         "until: {p: accepted, occurrence: 2, hold: true}, settle, release: p, c-1: {receive: 5},\n"
                         "until: {p: connected, optional: true}, c-3: {receive: 5}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        size_t accepted = 0, step = 0;
        for (size_t i = 0; i < w.t.n_events && step < 10; i++) {
            const struct event *e = &w.t.events[i];
            step = e->kind == EVENT_STEP ? (size_t)e->step : step;
            accepted += step < 10 && e->kind == EVENT_CALL && call_role(e->call.id) == ROLE_ACCEPT && e->call.result >= 0;
        }
        CU_ASSERT_EQUAL(accepted, 2); /* and the third one only after the release */
    }
    watched_end(&w);
}

int suite_tasks(void)
{
    static const struct unit_test tests[] = {
        {"zombies are counted", zombies_are_counted},
        {"threads are counted", threads_are_counted},
        {"threads begin late", threads_begin_late},
        {"forks and new threads fail", forks_fail},
        {"what makes a process or a thread has its name", forks_have_their_names},
        {"an attempt to connect waits for nobody", an_attempt_waits_for_nobody},
        {"the second time is held, and what never comes is not waited for", an_occurrence_is_held},
    };
    return suite_add("tasks", tests, COUNT_OF(tests));
}
