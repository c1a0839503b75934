/* A world in which nothing more will happen is known as such at once, and one that takes too much is ended. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

#define TWO(server, client)                                                                          \
    "start: {server: {program: reference/other, arguments: [" server "]}},\nuntil: {server: listening},\n" \
    "start: {p: {arguments: [" client "]}},\nuntil: {p: exited}"

static const struct event *stuck_event(const struct watched *w)
{
    for (size_t i = 0; i < w->t.n_events; i++)
        if (w->t.events[i].kind == EVENT_STUCK)
            return &w->t.events[i];
    return NULL;
}

static void a_deadlock_is_stuck(void)
{
    struct watched w;
    if (watched_play(&w, TWO("serve-by-reading", "read-for-ever"))) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_NONE);
        const struct event *stuck = stuck_event(&w);
        CU_ASSERT(stuck != NULL && stuck->stuck.step == 3 && !stuck->stuck.busy_wait);
        const struct call *client = watched_call(&w, "p", ROLE_RECEIVE, 0);
        const struct call *server = watched_call(&w, "server", ROLE_RECEIVE, 0);
        CU_ASSERT(client != NULL && client->pending && client->socket >= 0);
        CU_ASSERT(server != NULL && server->pending && server->socket >= 0);
    }
    watched_end(&w);
}

static void who_waits_in_vain_alone_is_stuck(void)
{
    static const char *const ways[] = {"wait-for-ever", "leave-open-and-wait"};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct watched w;
        if (watched_run(&w, ways[i]))
            CU_ASSERT(w.t.stuck && w.t.limit == LIMIT_NONE);
        watched_end(&w);
    }
}

static void who_polls_is_parked_until_something_happens(void)
{
    static const struct {
        const char *play, *printed;
    } plays[] = {{TWO("serve-after-a-while", "spin-without-blocking"), "got x\n"},
                 {TWO("serve-after-a-while", "spin-on-poll"), "readable\n"}};
    for (size_t i = 0; i < COUNT_OF(plays); i++) {
        struct watched w;
        if (watched_play(&w, plays[i].play)) {
            CU_ASSERT(!w.t.stuck);
            CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), plays[i].printed);
            CU_ASSERT_EQUAL(w.t.end / 1000000000, 30);
            CU_ASSERT(watched_calls(&w, "p", ROLE_RECEIVE) <= 3); /* one of the row is enough */
        }
        watched_end(&w);
    }
}

static void who_polls_for_ever_is_stuck_and_busy(void)
{
    struct watched w;
    if (watched_play(&w, TWO("serve-by-reading", "spin-on-poll"))) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_NONE);
        const struct event *stuck = stuck_event(&w);
        CU_ASSERT(stuck != NULL && stuck->stuck.busy_wait);
    }
    watched_end(&w);
}

/* --- limits --- */

static struct bounds tight(void)
{
    struct plan plan;
    plan_for_programs(&plan, "/");
    struct bounds bounds = plan.bounds;
    plan_free(&plan);
    bounds.cpu = 50000000;
    bounds.events = 3000;
    bounds.total = (size_t)64 << 20;
    bounds.processes = 32;
    return bounds;
}

static enum limit limit_within(const char *argument, const struct bounds *bounds)
{
    struct watched w;
    enum limit limit = LIMIT_NONE;
    if (watched_bounded(&w, argument, bounds)) {
        limit = w.t.limit;
        if (limit != LIMIT_NONE)
            CU_ASSERT_EQUAL(w.t.limit_actor, 0);
    }
    watched_end(&w);
    return limit;
}

static enum limit limit_of(const char *argument)
{
    const struct bounds bounds = tight();
    return limit_within(argument, &bounds);
}

static void who_computes_without_end_is_ended(void)
{
    CU_ASSERT_EQUAL(limit_of("spin"), LIMIT_CPU);
    CU_ASSERT_EQUAL(limit_of("spin-in-threads"), LIMIT_CPU);
    CU_ASSERT_EQUAL(limit_of("spin-in-children"), LIMIT_CPU);
    CU_ASSERT_EQUAL(limit_of("make-pipes"), LIMIT_CPU);
    CU_ASSERT_EQUAL(limit_of("write-nowhere"), LIMIT_CPU);
    CU_ASSERT_EQUAL(limit_of("write-file"), LIMIT_CPU);
    CU_ASSERT_EQUAL(limit_of("signal-itself"), LIMIT_CPU);
}

static void the_bound_on_processor_time_is_a_second(void)
{
    struct watched w;
    if (watched_run(&w, "spin")) {
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_CPU);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "alive");
    }
    watched_end(&w);
}

static void who_prints_without_end_is_ended(void)
{
    struct watched w;
    if (watched_run(&w, "flood")) {
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_OUTPUT);
        size_t kept = strlen(watched_printed(&w, "p", STREAM_STDOUT));
        CU_ASSERT(kept > 100000 && kept < 5000000);
    }
    watched_end(&w);
    CU_ASSERT_EQUAL(limit_of("drip"), LIMIT_EVENTS);
    if (watched_run(&w, "drip"))
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_OUTPUT);
    watched_end(&w);
}

static void who_calls_without_end_is_ended(void)
{
    CU_ASSERT_EQUAL(limit_of("make-sockets"), LIMIT_EVENTS);
}

static void who_multiplies_is_ended(void)
{
    CU_ASSERT_EQUAL(limit_of("fork-without-end"), LIMIT_PROCESSES); /* as many as may be, then in vain */
    CU_ASSERT_EQUAL(limit_of("fork-in-a-chain"), LIMIT_PROCESSES);
}

static void who_takes_memory_is_ended(void)
{
    /* Touching memory costs processor time, on some machines much: that bound must not come first. */
    struct bounds patient = tight();
    patient.cpu = 5000000000;
    CU_ASSERT_EQUAL(limit_within("take-memory", &patient), LIMIT_MEMORY);
    CU_ASSERT_EQUAL(limit_within("take-memory-in-children", &patient), LIMIT_MEMORY);
    CU_ASSERT_NOT_EQUAL(limit_of("fill-memory-files"), LIMIT_NONE);
}

static void who_sends_without_end_is_ended(void)
{
    static const char *const plays[] = {
        TWO("receive-all", "send-without-end"),
        "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [send-without-end]}},\nserver: accept,\n"
        "until: {p: exited}",
    };
    for (size_t i = 0; i < COUNT_OF(plays); i++) {
        struct watched w;
        if (watched_play(&w, plays[i])) {
            CU_ASSERT_EQUAL(w.t.limit, LIMIT_EVENTS);
            CU_ASSERT_EQUAL(w.t.limit_actor, transcript_actor(&w.t, "p"));
        }
        watched_end(&w);
    }
}

static void disk_and_descriptors_have_an_end(void)
{
    watched_says("take-terminals", "0 of them\n", "exited 0");
    watched_says("fill-disk", "ENOSPC below 1 MiB, 1 files\n", "exited 0");
    struct watched w;
    if (watched_run(&w, "take-descriptors")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "EMFILE 1021\n");
        CU_ASSERT_EQUAL(watched_held(&w, "p", true), 1021);
    }
    watched_end(&w);
}

int suite_quiet(void)
{
    static const struct unit_test tests[] = {
        {"two programs that both read are stuck", a_deadlock_is_stuck},
        {"who waits in vain is stuck", who_waits_in_vain_alone_is_stuck},
        {"who polls is parked until something happens", who_polls_is_parked_until_something_happens},
        {"who polls for ever is stuck and busy", who_polls_for_ever_is_stuck_and_busy},
        {"who computes without end is ended", who_computes_without_end_is_ended},
        {"the bound of scenarios on processor time holds", the_bound_on_processor_time_is_a_second},
        {"who prints without end is ended", who_prints_without_end_is_ended},
        {"who makes calls without end is ended", who_calls_without_end_is_ended},
        {"who multiplies is ended", who_multiplies_is_ended},
        {"who takes memory is ended", who_takes_memory_is_ended},
        {"who sends without end is ended", who_sends_without_end_is_ended},
        {"disk and descriptors have an end", disk_and_descriptors_have_an_end},
    };
    return suite_add("quiet", tests, COUNT_OF(tests));
}
