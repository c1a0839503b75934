/* Stored transcripts that were damaged, cut or forged. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "data/transcript.h"
#include "data/transcript_wire.h"
#include "data/wire.h"
#include "tests/sample_transcript.h"
#include "tests/suites.h"

static void test_numbers_of_every_size_pass_the_wire(void)
{
    static const int64_t numbers[] = {0, 1, -1, 63, 64, -64, -65, 127, 128, 300, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    AUTO_BUF wire = BUF_EMPTY;
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        wire_put_signed(&wire, numbers[i]);
        wire_put(&wire, (uint64_t)numbers[i]);
    }
    struct wire_reader in = {(unsigned char *)wire.data, (unsigned char *)wire.data + wire.len, false};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        CU_ASSERT_EQUAL(wire_get_signed(&in), numbers[i]);
        CU_ASSERT_EQUAL(wire_get(&in), (uint64_t)numbers[i]);
    }
    CU_ASSERT_FALSE(in.bad);
    CU_ASSERT_EQUAL(wire_get(&in), 0);
    CU_ASSERT_TRUE(in.bad);
    static const unsigned char endless[] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 2};
    in = (struct wire_reader){endless, endless + sizeof endless, false};
    CU_ASSERT_EQUAL(wire_get(&in), 0);
    CU_ASSERT_TRUE(in.bad);
}

/* A copy of exactly N bytes, so that a sanitizer sees one step too far. */
static int read_exactly(const char *data, size_t n, struct transcript *back, struct err *err)
{
    AUTO_FREE char *copy = mem_alloc(n);
    memcpy(copy, data, n);
    return transcript_read(back, copy, n, err);
}

static void test_a_cut_transcript_is_refused(void)
{
    struct transcript t, back;
    AUTO_BUF wire = BUF_EMPTY;
    sample_transcript(&t);
    transcript_write(&t, &wire);
    for (size_t n = 0; n < wire.len; n++) {
        struct err err = ERR_NONE;
        CU_ASSERT_EQUAL(read_exactly(wire.data, n, &back, &err), -1);
        CU_ASSERT_EQUAL(err.blame, BLAME_HARNESS);
        CU_ASSERT_EQUAL(back.n_events, 0);
    }
    transcript_free(&t);
}

static void test_a_flipped_bit_is_noticed(void)
{
    struct transcript t, back;
    AUTO_BUF wire = BUF_EMPTY;
    sample_transcript(&t);
    transcript_write(&t, &wire);
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        struct err err = ERR_NONE;
        wire.data[bit / 8] = (char)(wire.data[bit / 8] ^ 1 << bit % 8);
        CU_ASSERT_EQUAL(read_exactly(wire.data, wire.len, &back, &err), -1);
        CU_ASSERT_NOT_EQUAL(err.blame, BLAME_NONE);
        wire.data[bit / 8] = (char)(wire.data[bit / 8] ^ 1 << bit % 8);
    }
    transcript_free(&t);
}

static bool in_range(int index, size_t n)
{
    return index >= -1 && index < (int)n;
}

/* What transcript.h promises about everything that the reader lets through. */
static void check_promises(const struct transcript *t)
{
    CU_ASSERT_TRUE(in_range(t->limit_actor, t->n_actors));
    CU_ASSERT_TRUE(t->limit <= LIMIT_EVENTS);
    for (size_t i = 0; i < t->n_actors; i++) {
        CU_ASSERT_PTR_NOT_NULL(t->actors[i].name);
        CU_ASSERT_TRUE(t->actors[i].kind <= ACTOR_PEER);
    }
    for (size_t i = 0; i < t->n_sockets; i++)
        CU_ASSERT_TRUE(in_range(t->sockets[i].actor, t->n_actors));
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *event = &t->events[i];
        CU_ASSERT_TRUE(in_range(event->actor, t->n_actors));
        if (event->kind == EVENT_CALL) {
            CU_ASSERT_TRUE(event->call.id < CALL_COUNT);
            CU_ASSERT_TRUE(in_range(event->call.socket, t->n_sockets));
            CU_ASSERT_TRUE(in_range(event->call.new_socket, t->n_sockets));
            CU_ASSERT_TRUE(event->call.address.len <= sizeof event->call.address.storage);
            CU_ASSERT_TRUE(event->call.data.stored <= event->call.data.total);
        } else if (event->kind == EVENT_HELD) {
            CU_ASSERT_TRUE(in_range(event->held.socket, t->n_sockets));
        } else if (event->kind == EVENT_STUCK) {
            CU_ASSERT_TRUE(event->stuck.step >= -1);
        } else if (event->kind == EVENT_FLAG) {
            CU_ASSERT_PTR_NOT_NULL(event->flag);
        }
    }
}

static void seal(struct buf *wire)
{
    uint64_t sum = wire_checksum(wire->data, wire->len - TRANSCRIPT_TAIL);
    for (size_t i = 0; i < TRANSCRIPT_TAIL; i++)
        wire->data[wire->len - TRANSCRIPT_TAIL + i] = (char)(sum >> (8 * i));
}

/* Somebody who knows the format can make the checksum right: then only the checks of each field are left. */
static void test_a_forged_transcript_does_no_harm(void)
{
    struct transcript t, back;
    AUTO_BUF wire = BUF_EMPTY;
    sample_transcript(&t);
    transcript_write(&t, &wire);
    size_t refused = 0;
    size_t accepted = 0;
    for (size_t bit = TRANSCRIPT_HEAD * 8UL; bit < (wire.len - TRANSCRIPT_TAIL) * 8; bit++) {
        struct err err = ERR_NONE;
        wire.data[bit / 8] = (char)(wire.data[bit / 8] ^ 1 << bit % 8);
        seal(&wire);
        if (read_exactly(wire.data, wire.len, &back, &err) == 0) {
            accepted++;
            check_promises(&back);
            transcript_free(&back);
        } else {
            refused++;
        }
        wire.data[bit / 8] = (char)(wire.data[bit / 8] ^ 1 << bit % 8);
    }
    CU_ASSERT_TRUE(refused > 0);
    CU_ASSERT_TRUE(accepted > 0);
    transcript_free(&t);
}

/* Cut and sealed again: every record meets its end in every place. */
static void test_a_cut_and_sealed_transcript_is_refused(void)
{
    struct transcript t, back;
    AUTO_BUF wire = BUF_EMPTY;
    sample_transcript(&t);
    transcript_write(&t, &wire);
    for (size_t n = TRANSCRIPT_HEAD; n < wire.len - TRANSCRIPT_TAIL; n++) {
        struct err err = ERR_NONE;
        AUTO_BUF cut = BUF_EMPTY;
        buf_add(&cut, wire.data, n);
        wire_put_fixed(&cut, wire_checksum(cut.data, cut.len));
        CU_ASSERT_EQUAL(read_exactly(cut.data, cut.len, &back, &err), -1);
    }
    AUTO_BUF more = BUF_EMPTY;
    struct err err = ERR_NONE;
    buf_add(&more, wire.data, wire.len - TRANSCRIPT_TAIL);
    buf_char(&more, 0);
    wire_put_fixed(&more, wire_checksum(more.data, more.len));
    CU_ASSERT_EQUAL(read_exactly(more.data, more.len, &back, &err), -1);
    transcript_free(&t);
}

static void test_an_enormous_count_takes_no_memory(void)
{
    struct transcript back;
    for (int what = 0; what < 3; what++) {
        struct err err = ERR_NONE;
        AUTO_BUF wire = BUF_EMPTY;
        buf_add(&wire, TRANSCRIPT_MAGIC, TRANSCRIPT_MAGIC_SIZE);
        buf_char(&wire, TRANSCRIPT_VERSION);
        for (int zeros = 0; zeros < what; zeros++)
            wire_put(&wire, 0);
        wire_put(&wire, UINT64_MAX);
        wire_put_fixed(&wire, wire_checksum(wire.data, wire.len));
        CU_ASSERT_EQUAL(read_exactly(wire.data, wire.len, &back, &err), -1);
    }
}

static void test_another_version_is_named_as_such(void)
{
    struct transcript t, back;
    struct err err = ERR_NONE;
    AUTO_BUF wire = BUF_EMPTY;
    sample_transcript(&t);
    transcript_write(&t, &wire);
    wire.data[TRANSCRIPT_MAGIC_SIZE]++;
    CU_ASSERT_EQUAL(read_exactly(wire.data, wire.len, &back, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    wire.data[TRANSCRIPT_MAGIC_SIZE]--;
    char *name = memmem(wire.data, wire.len, "recvfrom", 8);
    CU_ASSERT_PTR_NOT_NULL(name);
    if (name != NULL)
        name[0] = 'x'; /* a call that we do not know */
    seal(&wire);
    CU_ASSERT_EQUAL(read_exactly(wire.data, wire.len, &back, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    transcript_free(&t);
}

int suite_wire(void)
{
    static const struct unit_test tests[] = {
        {"numbers of every size pass the wire", test_numbers_of_every_size_pass_the_wire},
        {"a transcript cut at any byte is refused", test_a_cut_transcript_is_refused},
        {"a flipped bit is noticed, any of them", test_a_flipped_bit_is_noticed},
        {"a forged transcript does no harm", test_a_forged_transcript_does_no_harm},
        {"a cut and sealed transcript is refused", test_a_cut_and_sealed_transcript_is_refused},
        {"an enormous count takes no memory", test_an_enormous_count_takes_no_memory},
        {"another version is named as such", test_another_version_is_named_as_such},
    };
    return suite_add("wire", tests, COUNT_OF(tests));
}
