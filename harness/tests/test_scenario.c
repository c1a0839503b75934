/* Scripts: programs are started, stopped at exact points, released and ended as the steps say. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation/message.h"
#include "tests/suites.h"
#include "tests/watched.h"

static void a_held_program_goes_no_further(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-one]}},\nuntil: {p: bound, port: 5000, hold: true},\nsettle")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_BIND), 1);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_LISTEN), 0);
    }
    watched_end(&w);
}

/* Two servers, the second started while the first is held right behind its bind: the conflict is sure. */
static void holding_makes_a_conflict_sure(void)
{
    struct watched w;
    if (watched_play(&w, "start: {first: {program: reference/other, arguments: [serve-one]}},\n"
                         "until: {first: bound, hold: true},\nstart: {p: {arguments: [serve-one]}},\nuntil: {p: exited},\n"
                         "release: first,\nuntil: {first: listening}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        const struct call *bind = watched_call(&w, "p", ROLE_BIND, 0);
        CU_ASSERT(bind != NULL && bind->error == EADDRINUSE);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "exited 99");
        CU_ASSERT_EQUAL(watched_calls(&w, "first", ROLE_LISTEN), 1);
    }
    watched_end(&w);
}

static void conditions_are_met_or_stuck(void)
{
    static const struct {
        const char *play;
        bool stuck;
    } plays[] = {
        {"start: {p: {arguments: [serve-one]}},\nuntil: {p: listening, port: 5000}", false},
        {"start: {p: {arguments: [serve-one]}},\nuntil: {p: listening, port: 5001}", true},
        {"start: {p: {arguments: [\"end-with\", 0]}},\nuntil: {p: waiting}", false}, /* it may have ended instead */
        {"start: {p: {arguments: [wait-for-ever]}},\nuntil: {p: waiting}", false},
        {"start: {p: {arguments: [sleep-an-hour]}},\nuntil: {p: waiting}", false},
        {"start: {p: {arguments: [\"end-with\", 0]}},\nuntil: {p: bound}", true},
        {"s: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [careful-client]}},\nuntil: {p: connected},\n"
         "until: {p: sent},\ns: accept,\ns: {send: ok},\nuntil: {p: received}", false},
    };
    for (size_t i = 0; i < COUNT_OF(plays); i++) {
        struct watched w;
        if (watched_play(&w, plays[i].play)) {
            CU_ASSERT_EQUAL(w.t.stuck, plays[i].stuck);
            if (w.t.stuck != plays[i].stuck)
                fprintf(stderr, "\n%s\n", plays[i].play);
        }
        watched_end(&w);
    }
}

/* Asleep is not waiting: who waits for somebody has slept before. */
static void sleep_is_not_waiting(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [sleep-an-hour]}},\nuntil: {p: waiting}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "left 0 3600000\n");
    watched_end(&w);
}

static void programs_start_with_descriptors_and_arguments(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [look-at-terminals], descriptors: 4}},\nuntil: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "0 1 1\ninput 0\nlowest 7\n");
    watched_end(&w);
    watched_says("show-arguments, \"a b\", \"\", \"é\"", "./watched\n<a b>\n<>\n<é>\n", "exited 0");
}

static void steps_are_written_down(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [\"end-with\", 0]}},\nuntil: {p: exited},\nsettle")) {
        int next = 0;
        for (size_t i = 0; i < w.t.n_events; i++)
            if (w.t.events[i].kind == EVENT_STEP)
                CU_ASSERT_EQUAL(w.t.events[i].step, next++);
        CU_ASSERT_EQUAL(next, 3);
        CU_ASSERT_EQUAL(w.t.n_actors, 1);
        CU_ASSERT_EQUAL(w.t.actors[0].kind, ACTOR_PROGRAM);
    }
    watched_end(&w);
}

/* The same play gives the same transcript: only the order of packets among the rest may vary. */
static void plays_repeat(void)
{
    static const char play[] =
        "s: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [careful-client]}},\ns: accept,\n"
        "s: {receive: 20},\ns: {send: {size: 30}},\ns: close,\nuntil: {p: exited}";
    struct watched one, two;
    if (watched_play(&one, play) && watched_play(&two, play)) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&one, "p", STREAM_STDOUT), watched_printed(&two, "p", STREAM_STDOUT));
        CU_ASSERT_EQUAL(one.t.n_events, two.t.n_events);
        CU_ASSERT_EQUAL(one.t.end, two.t.end);
        for (size_t i = 0; i < 8; i++) {
            const struct call *a = watched_call(&one, "p", ROLE_RECEIVE, i), *b = watched_call(&two, "p", ROLE_RECEIVE, i);
            CU_ASSERT((a == NULL) == (b == NULL));
            if (a != NULL && b != NULL)
                CU_ASSERT(a->pc == b->pc && a->result == b->result && a->thread == b->thread && a->arg[1] == b->arg[1]);
        }
    }
    watched_end(&one);
    watched_end(&two);
}

/* --- messages --- */

static struct buf message_of(const char *body, const struct err *error)
{
    int ends[2];
    struct buf all = BUF_EMPTY;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (error != NULL)
            message_send_error(ends[1], error);
        struct buf text = BUF_EMPTY;
        buf_string(&text, body);
        message_send(ends[1], &text);
    }
    close(ends[1]);
    char data[4096];
    for (ssize_t n; (n = read(ends[0], data, sizeof data)) > 0;)
        buf_add(&all, data, (size_t)n);
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return all;
}

static void messages_arrive_whole_or_not_at_all(void)
{
    const char *body = NULL;
    size_t length = 0;
    struct err err = ERR_NONE;
    struct buf message = message_of("hello", NULL);
    CU_ASSERT_EQUAL(message_open(message.data, message.len, &body, &length, &err), 0);
    CU_ASSERT(length == 5 && memcmp(body, "hello", 5) == 0);
    for (size_t n = 0; n < message.len; n++) {
        err = ERR_NONE;
        CU_ASSERT_EQUAL(message_open(message.data, n, &body, &length, &err), -1);
        CU_ASSERT_EQUAL(err.blame, BLAME_HARNESS);
    }
    buf_char(&message, 'x');
    CU_ASSERT_EQUAL(message_open(message.data, message.len, &body, &length, &err), -1);
    buf_free(&message);
}

static void errors_arrive_with_their_blame(void)
{
    const char *body = NULL;
    size_t length = 0;
    struct err sent = ERR_NONE, err = ERR_NONE;
    err_set(&sent, BLAME_ENVIRONMENT, "no %s", "%s %n room");
    struct buf message = message_of(NULL, &sent);
    CU_ASSERT_EQUAL(message_open(message.data, message.len, &body, &length, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_STRING_EQUAL(err.text, "no %s %n room");
    buf_free(&message);
}

int suite_scenario(void)
{
    static const struct unit_test tests[] = {
        {"a held program goes no further", a_held_program_goes_no_further},
        {"holding makes a conflict sure", holding_makes_a_conflict_sure},
        {"conditions are met, or the play is stuck", conditions_are_met_or_stuck},
        {"sleep is not waiting", sleep_is_not_waiting},
        {"programs start with descriptors and arguments", programs_start_with_descriptors_and_arguments},
        {"steps are written down", steps_are_written_down},
        {"plays repeat", plays_repeat},
        {"messages arrive whole or not at all", messages_arrive_whole_or_not_at_all},
        {"errors arrive with their blame", errors_arrive_with_their_blame},
    };
    return suite_add("scenario", tests, COUNT_OF(tests));
}
