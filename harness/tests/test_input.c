/* Standard input is fed as it is read, standard output is known to the last byte, and megabytes pass. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

/* All bytes of a sort, as a digest. */
static struct digest digest_of(const struct watched *w, const char *actor, enum event_kind kind, enum deed_kind deed)
{
    int index = transcript_actor(&w->t, actor);
    struct digest digest = {0, 0};
    for (size_t i = 0; i < w->t.n_events; i++) {
        const struct event *e = &w->t.events[i];
        if (e->kind != kind || e->actor != index)
            continue;
        if (kind == EVENT_INPUT)
            bytes_digest(&e->input, &digest);
        else if (kind == EVENT_OUTPUT && e->output.stream == STREAM_STDOUT)
            bytes_digest(&e->output.bytes, &digest);
        else if (kind == EVENT_DEED && e->deed.kind == deed)
            bytes_digest(&e->deed.bytes, &digest);
    }
    return digest;
}

static void passes_unchanged(const struct watched *w, uint64_t in, uint64_t out)
{
    struct digest given = digest_of(w, "p", EVENT_INPUT, 0), arrived = digest_of(w, "s", EVENT_DEED, DEED_RECEIVED);
    struct digest replied = digest_of(w, "s", EVENT_DEED, DEED_SENT), printed = digest_of(w, "p", EVENT_OUTPUT, 0);
    CU_ASSERT_TRUE(digest_equal(&given, &arrived));
    CU_ASSERT_TRUE(digest_equal(&replied, &printed));
    CU_ASSERT_EQUAL(arrived.n, in);
    CU_ASSERT_EQUAL(printed.n, out);
    CU_ASSERT_FALSE(w->t.stuck);
    CU_ASSERT_EQUAL(w->t.limit, LIMIT_NONE);
}

static void input_is_fed_as_it_is_read(void)
{
    struct watched w;
    if (watched_play(&w, "s: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [copy-both-ways, 4096]}},\n"
                         "input: {p: {binary: 300000}},\ninput: {p: \"the end\"},\ninput-end: p,\ns: accept,\n"
                         "s: {receive: end-of-file},\ns: {send: {binary: 200000}},\ns: close,\nuntil: {p: exited}")) {
        passes_unchanged(&w, 300007, 200000);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDERR), "300007 200000\n");
    }
    watched_end(&w);
}

static void splicing_is_sending_and_receiving(void)
{
    struct watched w;
    if (watched_play(&w, "s: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [splice-both-ways]}},\n"
                         "input: {p: {binary: 10000}},\ninput-end: p,\ns: accept,\ns: {receive: end-of-file},\n"
                         "s: {send: {binary: 7000}},\ns: close,\nuntil: {p: exited}")) {
        passes_unchanged(&w, 10000, 7000);
        int64_t sent = 0, received = 0;
        const struct call *call;
        for (size_t i = 0; (call = watched_call(&w, "p", ROLE_SPLICE, i)) != NULL; i++)
            *(call_effect(call) == ROLE_SEND ? &sent : &received) += call->result;
        CU_ASSERT_EQUAL(sent, 10000);
        CU_ASSERT_EQUAL(received, 7000);
    }
    watched_end(&w);
}

static void a_slow_peer_stops_a_program(void)
{
    struct watched w;
    if (watched_play(&w, "s: {listen: \"127.0.0.1:5000\"},\ns: stop-reading,\n"
                         "start: {p: {arguments: [copy-both-ways, 65536]}},\ninput: {p: {size: 4194304}},\ninput-end: p,\n"
                         "s: accept,\nuntil: {p: waiting},\ns: read-on,\ns: {receive: end-of-file},\ns: {send: ok},\n"
                         "s: close,\nuntil: {p: exited}")) {
        passes_unchanged(&w, 4194304, 2);
        size_t kept = 0;
        for (size_t i = 0; i < w.t.n_events; i++)
            kept += w.t.events[i].kind == EVENT_DEED ? w.t.events[i].deed.bytes.stored : 0;
        CU_ASSERT(kept < 1000000);
    }
    watched_end(&w);
    if (watched_play(&w, "s: {listen: \"127.0.0.1:5000\"},\ns: stop-reading,\n"
                         "start: {p: {arguments: [copy-both-ways, 65536]}},\ninput: {p: {size: 4194304}},\ninput-end: p,\n"
                         "s: accept,\ns: {receive: 1}"))
        CU_ASSERT(w.t.stuck);
    watched_end(&w);
}

static void a_peer_sends_megabytes(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [count-all]}},\nuntil: {p: listening},\nc: {connect: \"127.0.0.1:5000\"},\n"
                         "c: {send: {size: 4194304}},\nc: half-close,\nuntil: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "4194304\n");
        CU_ASSERT(w.t.end < 1000000); /* ns */
    }
    watched_end(&w);
}

/* Who copies byte by byte is given less, and neither is that a fault nor does it take minutes. */
static void byte_by_byte_is_borne(void)
{
    struct watched w;
    if (watched_play(&w, "s: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [copy-both-ways, 1]}},\n"
                         "input: {p: {size: 4194304}},\ninput-end: p,\ns: accept,\ns: {receive: end-of-file},\n"
                         "s: {send: {size: 1000000}},\ns: close,\nuntil: {p: exited}")) {
        struct digest given = digest_of(&w, "p", EVENT_INPUT, 0), arrived = digest_of(&w, "s", EVENT_DEED, DEED_RECEIVED);
        struct digest replied = digest_of(&w, "s", EVENT_DEED, DEED_SENT), printed = digest_of(&w, "p", EVENT_OUTPUT, 0);
        CU_ASSERT_TRUE(digest_equal(&given, &arrived));
        CU_ASSERT_TRUE(digest_equal(&replied, &printed));
        CU_ASSERT(given.n >= 8192 && given.n < 65536);
        CU_ASSERT(replied.n >= 16384 && replied.n < 65536);
        CU_ASSERT_EQUAL(w.t.limit, LIMIT_NONE);
    }
    watched_end(&w);
}

int suite_input(void)
{
    static const struct unit_test tests[] = {
        {"input is fed as it is read", input_is_fed_as_it_is_read},
        {"splicing is sending and receiving", splicing_is_sending_and_receiving},
        {"a slow peer stops a program", a_slow_peer_stops_a_program},
        {"a peer sends megabytes", a_peer_sends_megabytes},
        {"byte by byte is borne", byte_by_byte_is_borne},
    };
    return suite_add("input", tests, COUNT_OF(tests));
}
