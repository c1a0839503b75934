/* Processes and threads are followed wherever they go, and how each ended is known. */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

static void children_and_threads_are_followed(void)
{
    struct watched w;
    if (watched_run(&w, "fork-and-wait")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "child\nwaited 1\nstatus 3\n");
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_FORKED), 1);
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_EXITED), 2);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "exited 0");
    }
    watched_end(&w);
    if (watched_run(&w, "make-thread")) {
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_THREAD), 1);
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_FORKED), 0);
        const struct call *made = watched_call(&w, "p", ROLE_SOCKET, 0), *closed = watched_call(&w, "p", ROLE_CLOSE, 0);
        CU_ASSERT_FATAL(made != NULL && closed != NULL);
        CU_ASSERT(made->new_socket == 0 && closed->socket == 0);
    }
    watched_end(&w);
}

static void a_thread_may_outlive_the_first(void)
{
    struct watched w;
    if (watched_run(&w, "main-thread-leaves")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "outlived 2000\n");
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_SOCKET), 1);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_EXIT), 1);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "exited 0");
    }
    watched_end(&w);
}

static void exec_is_followed(void)
{
    static const char *const ways[] = {"execute-itself", "exec-from-thread"};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct watched w;
        if (watched_run(&w, ways[i])) {
            CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "executed 3\n");
            CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_EXECUTED), 2);
            CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_SOCKET), 1);
            CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "exited 0");
        }
        watched_end(&w);
    }
}

static void spawned_programs_are_followed(void)
{
    static const struct {
        const char *way, *printed;
    } ways[] = {{"use-vfork", "executed 3\nstatus 0\n"}, {"use-spawn", "executed 3\nspawn 0 0\n"}};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct watched w;
        if (watched_run(&w, ways[i].way)) {
            CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), ways[i].printed);
            CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_SOCKET), 1);
        }
        watched_end(&w);
    }
    watched_says("use-system", "from the shell\nsystem 5\n", "exited 0");
}

/* While the child of a vfork() has its parent's memory, the parent sleeps in a way that no signal ends. */
static void a_vfork_is_waited_for(void)
{
    watched_says("sleep-in-vfork", "child has slept 5000\n", "exited 0");
    struct watched w;
    if (watched_run(&w, "wait-in-vfork")) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_NONE);
    }
    watched_end(&w);
}

static void how_programs_end_is_known(void)
{
    watched_says("end-with, 7", "", "exited 7");
    watched_says("segfault", "before\n", "killed 11");
    watched_says("use-abort", "", "killed 6");
    watched_says("be-terminated", "", "killed 15");
}

static void stopped_programs_are_stuck_until_continued(void)
{
    struct watched w;
    if (watched_run(&w, "stop-itself")) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "stopping\n");
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "alive");
    }
    watched_end(&w);
    watched_says("stop-and-be-continued", "continued\n", "exited 0");
}

static void daemons_are_followed(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [daemonize]}},\nuntil: {p: exited},\nsettle")) {
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_FORKED), 2);
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_EXITED), 2);
        const struct call *sleep = watched_call(&w, "p", ROLE_SLEEP, 0);
        CU_ASSERT(sleep != NULL && sleep->pending);
    }
    watched_end(&w);
}

static void signals_reach_programs(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [handle-signals]}},\nuntil: {p: waiting},\nsignal: {p: TERM},\n"
                         "until: {p: exited}")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "ready\nhandled 5\nwent on\n");
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "exited 0 by us");
    }
    watched_end(&w);
    if (watched_play(&w, "start: {p: {arguments: [ignore-sigterm]}},\nuntil: {p: waiting},\nsignal: {p: TERM},\n"
                         "until: {p: exited}")) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "alive");
    }
    watched_end(&w);
    if (watched_play(&w, "start: {p: {arguments: [wait-for-ever]}},\nuntil: {p: waiting},\nsignal: {p: KILL},\n"
                         "until: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "killed 9 by us");
    watched_end(&w);
    watched_says("reap-by-signal", "handled 7\nreaped 1\n", "exited 0");
}

/* Asking what the handler is, and other signals, are nobody's business. */
static void the_handler_of_sigpipe_is_watched(void)
{
    struct watched w;
    if (watched_play(&w, "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [send-urgently]}},\n"
                         "until: {p: exited}")) {
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_HANDLER), 2);
        const struct call *ignored = watched_call(&w, "p", ROLE_HANDLER, 0), *reset = watched_call(&w, "p", ROLE_HANDLER, 1);
        CU_ASSERT(ignored != NULL && ignored->arg[0] == SIGPIPE && ignored->arg[1] == 1 && ignored->result == 0);
        CU_ASSERT(reset != NULL && reset->arg[1] == 0);
    }
    watched_end(&w);
}

int suite_tracer(void)
{
    static const struct unit_test tests[] = {
        {"children and threads are followed", children_and_threads_are_followed},
        {"a thread may outlive the first", a_thread_may_outlive_the_first},
        {"exec is followed, from any thread", exec_is_followed},
        {"vfork, posix_spawn and system are followed", spawned_programs_are_followed},
        {"a vfork is waited for", a_vfork_is_waited_for},
        {"how programs end is known", how_programs_end_is_known},
        {"stopped programs are stuck until continued", stopped_programs_are_stuck_until_continued},
        {"daemons are followed", daemons_are_followed},
        {"signals reach programs", signals_reach_programs},
        {"the handler of SIGPIPE is watched", the_handler_of_sigpipe_is_watched},
    };
    return suite_add("tracer", tests, COUNT_OF(tests));
}
