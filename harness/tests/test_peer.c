/* Peers do what the script says, never block, and write down what they did and saw. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

static void a_peer_serves(void)
{
    struct watched w;
    if (watched_play(&w, "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [say-hello]}},\nserver: accept,\n"
                         "server: {receive: 12},\nserver: {send: \"0123456789\"},\nserver: half-close,\n"
                         "server: {receive: end-of-file},\nserver: close")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "server"), "hello world\n");
        const struct deed *sent = watched_deed(&w, "server", DEED_SENT, 0);
        CU_ASSERT(sent != NULL && sent->bytes.total == 10);
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "server", DEED_HALF_CLOSED, 0));
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "server", DEED_END_OF_FILE, 0));
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "got 10\nend 0 \n");
    }
    watched_end(&w);
}

static void a_peer_is_a_client(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-one]}},\nuntil: {p: listening},\nc: {connect: \"127.0.0.1:5000\"},\n"
                         "c: {send: hello},\nc: {receive: 5},\nc: {receive: end-of-file},\nc: close,\nuntil: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "c", DEED_CONNECTED, 0));
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "c"), "hello");
        const struct call *accept = watched_call(&w, "p", ROLE_ACCEPT, 0);
        CU_ASSERT(accept != NULL && accept->new_socket >= 0 && w.t.sockets[accept->new_socket].accepted);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "received 5\nsent 5\n");
    }
    watched_end(&w);
}

/* Only the last byte that goes with MSG_OOB is urgent. */
static void urgent_data_stand_apart(void)
{
    struct watched w;
    if (watched_play(&w, "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [send-urgently]}},\n"
                         "server: accept,\nserver: {receive: end-of-file},\nuntil: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "server"), "abcdef");
        const struct deed *urgent = watched_deed(&w, "server", DEED_URGENT, 0);
        CU_ASSERT(urgent != NULL && urgent->bytes.total == 1 && urgent->bytes.data[0] == '!');
        CU_ASSERT_PTR_NULL(watched_deed(&w, "server", DEED_URGENT, 1));
    }
    watched_end(&w);
}

/* Two peers meet at a path; where records keep their bounds, each arrives by itself. */
static void peers_meet_at_paths(void)
{
    struct watched w;
    if (watched_play(&w, "s: {listen: \"unix:/tmp/s\"},\nc: {connect: \"unix:/tmp/s\"},\ns: accept,\nc: {send: hello},\n"
                         "c: {send: you},\ns: {receive: 8},\nc: close,\ns: {receive: end-of-file}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "s"), "helloyou");
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "s", DEED_END_OF_FILE, 0));
    }
    watched_end(&w);
    if (watched_play(&w, "s: {listen: \"seqpacket:/tmp/s\"},\nc: {connect: \"seqpacket:/tmp/s\"},\nc: {send: hello},\n"
                         "c: {send: you},\nc: close,\ns: accept,\ns: {receive: end-of-file},\n"
                         "d: {connect: \"unix:/tmp/s\"}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        const struct deed *first = watched_deed(&w, "s", DEED_RECEIVED, 0), *second = watched_deed(&w, "s", DEED_RECEIVED, 1);
        CU_ASSERT(first != NULL && first->bytes.total == 5 && second != NULL && second->bytes.total == 3);
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "s", DEED_END_OF_FILE, 0));
        const struct deed *other = watched_deed(&w, "d", DEED_REFUSED, 0);
        CU_ASSERT(other != NULL && other->error == EPROTOTYPE);
    }
    watched_end(&w);
}

/* Closing does not remove the path; the world's look tells. */
static void paths_stay(void)
{
    struct watched w;
    if (watched_play(&w, "look: /tmp/s,\ns: {bind: \"unix:/tmp/s\"},\ns: close,\nlook: /tmp/s,\n"
                         "c: {connect: \"unix:/tmp/s\"}")) {
        size_t n = 0;
        for (size_t i = 0; i < w.t.n_events; i++) {
            const struct event *e = &w.t.events[i];
            if (e->kind == EVENT_DEED && e->actor < 0)
                CU_ASSERT_EQUAL(e->deed.kind, n++ == 0 ? DEED_MISSING : DEED_FOUND);
        }
        CU_ASSERT_EQUAL(n, 2);
        const struct deed *refused = watched_deed(&w, "c", DEED_REFUSED, 0);
        CU_ASSERT(refused != NULL && refused->error == ECONNREFUSED);
    }
    watched_end(&w);
}

/* What cannot be done is written down, and the play goes on. */
static void what_fails_is_no_error_of_ours(void)
{
    struct watched w;
    if (watched_play(&w, "c: {connect: \"127.0.0.1:5000\"},\nc: {send: hello},\nc: {receive: 5},\nc: close,\n"
                         "a: {listen: \"127.0.0.1:6000\"},\nb: {listen: \"127.0.0.1:6000\"},\nb: accept")) {
        CU_ASSERT_FALSE(w.t.stuck && w.t.n_events == 0);
        const struct deed *refused = watched_deed(&w, "c", DEED_REFUSED, 0);
        CU_ASSERT(refused != NULL && refused->error == ECONNREFUSED);
        CU_ASSERT_PTR_NULL(watched_deed(&w, "c", DEED_SENT, 0));
        const struct deed *failed = watched_deed(&w, "b", DEED_FAILED, 0);
        CU_ASSERT(failed != NULL && failed->error == EADDRINUSE);
    }
    watched_end(&w);
}

static void a_refused_peer_has_another_address(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-one]}},\nuntil: {p: listening},\nc: {connect: \"[::1]:5000\"},\n"
                         "c: {connect-else: \"127.0.0.1:5000\"},\nc: {connect-else: \"127.0.0.1:6000\"},\n"
                         "c: {send: hello},\nc: {receive: 5},\nc: {receive: end-of-file},\nc: close,\nuntil: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "c", DEED_REFUSED, 0));
        CU_ASSERT_PTR_NULL(watched_deed(&w, "c", DEED_REFUSED, 1));
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "c"), "hello");
    }
    watched_end(&w);
}

/* The privilege goes with one program; the kernel answers unless a peer does. */
static void raw_sockets_carry_echoes(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [ask-for-echo]}},\nuntil: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "EPERM\n");
    watched_end(&w);
    if (watched_play(&w, "start: {p: {arguments: [ask-for-echo], privilege: raw}},\nuntil: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "ok\n128 8 mine 2001:db8:52::10\n129 8 mine 2001:db8::7\n");
    watched_end(&w);
    if (watched_play(&w, "h: {listen: \"icmp6:[2001:db8::7]\"},\nstart: {p: {arguments: [ask-for-echo], privilege: raw}},\n"
                         "h: {receive: 1},\nh: {answer: other-identifier},\nh: {answer: reply},\nuntil: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "ok\n128 8 mine 2001:db8:52::10\n129 32 other 2001:db8::7\n129 8 mine 2001:db8::7\n");
    watched_end(&w);
}

static void a_reset_reaches_the_program(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-all]}},\nuntil: {p: listening},\n"
                         "c: {connect: \"127.0.0.1:5000\"},\nuntil: {p: waiting},\nc: reset,\nuntil: {p: waiting},\n"
                         "d: {connect: \"127.0.0.1:5000\"},\nd: close,\nuntil: {p: waiting}")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "received -1 ECONNRESET\nreceived 0 \n");
        const struct deed *closed = watched_deed(&w, "c", DEED_CLOSED, 0);
        CU_ASSERT(closed != NULL && closed->error == ECONNRESET);
    }
    watched_end(&w);
}

/* More than both sockets' buffers hold; nobody may wait for the other. */
static void much_is_sent_both_ways(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [echo-all]}},\nuntil: {p: listening},\nc: {connect: \"127.0.0.1:5000\"},\n"
                         "c: {send: {size: 900000}},\nc: half-close,\nc: {receive: 900000},\n"
                         "c: {receive: end-of-file},\nc: close,\n"
                         "until: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        size_t received = 0;
        const struct deed *deed;
        for (size_t i = 0; (deed = watched_deed(&w, "c", DEED_RECEIVED, i)) != NULL; i++)
            received += deed->bytes.total;
        CU_ASSERT_EQUAL(received, 900000);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "echoed 900000\n");
    }
    watched_end(&w);
}

static void several_connections_follow_each_other(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-all]}},\nuntil: {p: listening},\n"
                         "c: {connect: \"127.0.0.1:5000\"},\nc: {send: one},\nc: {receive: 3},\nc: close,\n"
                         "c: {connect: \"127.0.0.1:5000\"},\nc: {send: three},\nc: {receive: 5},\nc: close,\n"
                         "until: {p: waiting}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "received 3 \nreceived 5 \n");
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "c", DEED_CONNECTED, 1));
    }
    watched_end(&w);
}

static void unix_sockets_work_too(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [talk-locally]}},\nuntil: {p: listening},\nc: {connect: \"unix:/tmp/s\"},\n"
                         "c: {send: hello},\nc: {receive: 5},\nc: {receive: end-of-file},\nc: close,\nuntil: {p: exited}"))
        CU_ASSERT_FALSE(w.t.stuck);
    watched_end(&w);
}

/* A peer that awaits what never comes is stuck, and time does not help. */
static void waiting_in_vain_is_stuck(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-all]}},\nuntil: {p: listening},\nc: {connect: \"127.0.0.1:5000\"},\n"
                         "c: {receive: 1}")) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_NONE);
    }
    watched_end(&w);
    if (watched_play(&w, "server: {listen: \"127.0.0.1:5000\"},\nserver: accept"))
        CU_ASSERT(w.t.stuck);
    watched_end(&w);
}

int suite_peer(void)
{
    static const struct unit_test tests[] = {
        {"peers meet at paths", peers_meet_at_paths},
        {"a path stays when its socket is closed", paths_stay},
        {"a peer serves", a_peer_serves},
        {"a peer is a client", a_peer_is_a_client},
        {"urgent data stand apart from the flow", urgent_data_stand_apart},
        {"what fails is written down", what_fails_is_no_error_of_ours},
        {"raw sockets carry echoes", raw_sockets_carry_echoes},
        {"a refused peer has another address", a_refused_peer_has_another_address},
        {"a reset reaches the program", a_reset_reaches_the_program},
        {"much is sent both ways", much_is_sent_both_ways},
        {"several connections follow each other", several_connections_follow_each_other},
        {"unix sockets work too", unix_sockets_work_too},
        {"waiting in vain is stuck", waiting_in_vain_is_stuck},
    };
    return suite_add("peer", tests, COUNT_OF(tests));
}
