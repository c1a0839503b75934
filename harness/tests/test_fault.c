/* Calls that a scenario makes fail, fall short or look interrupted; and that the program really meets what it is told. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"
#include "watching/fault.h"

#define WITH(fault, rest) \
    "fault: {p: " fault "},\nserver: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [careful-client]}},\n" rest
#define SERVED "server: accept,\nserver: {receive: 20},\nserver: {send: ok},\nserver: close,\nuntil: {p: exited}"

static void expect(const char *play, const char *printed, const char *ending)
{
    struct watched w;
    if (watched_play(&w, play)) {
        CU_ASSERT_FALSE(w.t.stuck);
        const char *really = watched_printed(&w, "p", STREAM_STDOUT);
        CU_ASSERT_STRING_EQUAL(really, printed);
        if (strcmp(really, printed) != 0)
            fprintf(stderr, "\n%s\nprinted:\n%s", play, really);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), ending);
    }
    watched_end(&w);
}

static void each_strikes_the_call_it_names(void)
{
    struct fault faults[] = {
        {.actor = 0, .role = ROLE_SEND, .error = EPIPE, .occurrence = 2},
        {.actor = 1, .role = ROLE_SEND, .error = EIO, .occurrence = 0},
    };
    CU_ASSERT_PTR_NULL(fault_strike(faults, 2, 0, ROLE_SEND));
    CU_ASSERT_PTR_NULL(fault_strike(faults, 2, 0, ROLE_RECEIVE));
    CU_ASSERT_PTR_EQUAL(fault_strike(faults, 2, 0, ROLE_SEND), &faults[0]);
    CU_ASSERT_PTR_NULL(fault_strike(faults, 2, 0, ROLE_SEND));
    CU_ASSERT_PTR_EQUAL(fault_strike(faults, 2, 1, ROLE_SEND), &faults[1]);
    CU_ASSERT_PTR_EQUAL(fault_strike(faults, 2, 1, ROLE_SEND), &faults[1]);
    CU_ASSERT_PTR_NULL(fault_strike(faults, 2, 2, ROLE_SEND));
    CU_ASSERT_EQUAL(faults[0].seen, 3);
}

static void errors_are_met(void)
{
    expect(WITH("{call: socket, error: EMFILE}", "until: {p: exited}"), "socket EMFILE\n", "exited 1");
    expect(WITH("{call: connect, error: ECONNREFUSED}", "until: {p: exited}"), "socket ok\nconnect ECONNREFUSED\n", "exited 1");
    expect(WITH("{call: send, error: EPIPE}", "until: {p: exited}"), "socket ok\nconnect ok\nwrite -1 EPIPE\n", "exited 1");
}

static void an_injected_call_is_marked_and_not_run(void)
{
    struct watched w;
    if (watched_play(&w, WITH("{call: connect, error: ENETUNREACH}", "until: {p: exited}"))) {
        const struct call *connect = watched_call(&w, "p", ROLE_CONNECT, 0);
        CU_ASSERT(connect != NULL && connect->injected && connect->error == ENETUNREACH && connect->result == -1);
        CU_ASSERT_EQUAL(address_port(&connect->address), 5000);
        for (size_t i = 0; i < w.t.n_events; i++)
            CU_ASSERT_NOT_EQUAL(w.t.events[i].kind, EVENT_PACKET);
    }
    watched_end(&w);
}

static void short_counts_are_real(void)
{
    expect(WITH("{call: send, length: 7}", SERVED),
           "socket ok\nconnect ok\nwrite 7 ok\nwrite 13 ok\nread 2 ok\nread 0 ok\nclose ok\n", "exited 0");
    expect(WITH("{call: send, length: 6, occurrence: each}", SERVED),
           "socket ok\nconnect ok\nwrite 6 ok\nwrite 6 ok\nwrite 6 ok\nwrite 2 ok\nread 2 ok\nread 0 ok\nclose ok\n",
           "exited 0");
    expect(WITH("{call: receive, length: 1}", SERVED),
           "socket ok\nconnect ok\nwrite 20 ok\nread 1 ok\nread 1 ok\nread 0 ok\nclose ok\n", "exited 0");
    struct watched w;
    if (watched_play(&w, WITH("{call: send, length: 7}", SERVED))) {
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "server"), "twenty letters long\n");
        const struct call *send = watched_call(&w, "p", ROLE_SEND, 0);
        CU_ASSERT(send != NULL && send->injected && send->asked == 20 && send->result == 7 && send->data.total == 7);
    }
    watched_end(&w);
}

static void calls_look_interrupted(void)
{
    expect(WITH("{call: send, error: EINTR}", SERVED),
           "socket ok\nconnect ok\nwrite -1 EINTR\nwrite 20 ok\nread 2 ok\nread 0 ok\nclose ok\n", "exited 0");
    expect(WITH("{call: receive, error: EINTR, occurrence: 2}", SERVED),
           "socket ok\nconnect ok\nwrite 20 ok\nread 2 ok\nread -1 EINTR\nread 0 ok\nclose ok\n", "exited 0");
}

/* An interrupted connect() goes on in the kernel: called again, it finds that or succeeds. */
static void an_interrupted_connect_goes_on(void)
{
    struct watched w;
    if (watched_play(&w, WITH("{call: connect, error: EINTR}", SERVED))) {
        CU_ASSERT_FALSE(w.t.stuck);
        const struct call *first = watched_call(&w, "p", ROLE_CONNECT, 0);
        CU_ASSERT(first != NULL && first->error == EINTR && first->injected);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CONNECT), 2);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), "exited 0");
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "server", DEED_RECEIVED, 0));
    }
    watched_end(&w);
}

static void the_library_is_spared(void)
{
    struct watched w;
    if (watched_play(&w, "fault: {p: {call: socket, error: EMFILE}},\nstart: {p: {arguments: [resolve-names]}},\n"
                         "until: {p: exited}")) {
        CU_ASSERT_EQUAL(strncmp(watched_printed(&w, "p", STREAM_STDOUT), "localhost ::1 5000\n", 19), 0);
        const struct call *own = watched_call(&w, "p", ROLE_SOCKET, 0);
        CU_ASSERT(own != NULL && own->injected && own->error == EMFILE);
    }
    watched_end(&w);
}

int suite_fault(void)
{
    static const struct unit_test tests[] = {
        {"each strikes the call it names, and counts", each_strikes_the_call_it_names},
        {"errors are met", errors_are_met},
        {"an injected call is marked and not run", an_injected_call_is_marked_and_not_run},
        {"short counts are real", short_counts_are_real},
        {"calls look interrupted", calls_look_interrupted},
        {"an interrupted connect goes on", an_interrupted_connect_goes_on},
        {"the library's own calls are spared", the_library_is_spared},
    };
    return suite_add("fault", tests, COUNT_OF(tests));
}
