#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data/transcript.h"
#include "tests/sample_transcript.h"
#include "tests/suites.h"

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
    return a->stored == b->stored && a->total == b->total &&
           (a->stored == 0 || memcmp(a->data, b->data, a->stored + 1) == 0);
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_same_call(const struct call *a, const struct call *b)
{
    CU_ASSERT_EQUAL(a->id, b->id);
    CU_ASSERT_EQUAL(a->thread, b->thread);
    CU_ASSERT_EQUAL(a->fd, b->fd);
    CU_ASSERT_EQUAL(a->socket, b->socket);
    CU_ASSERT_EQUAL(a->new_socket, b->new_socket);
    CU_ASSERT_EQUAL(memcmp(a->arg, b->arg, sizeof a->arg), 0);
    CU_ASSERT_EQUAL(a->result, b->result);
    CU_ASSERT_EQUAL(a->error, b->error);
    CU_ASSERT_EQUAL(a->pending, b->pending);
    CU_ASSERT_EQUAL(a->timed_out, b->timed_out);
    CU_ASSERT_EQUAL(a->injected, b->injected);
    CU_ASSERT_EQUAL(a->library, b->library);
    CU_ASSERT_EQUAL(a->asked, b->asked);
    CU_ASSERT_EQUAL(a->pc, b->pc);
    CU_ASSERT_EQUAL(a->source.line, b->source.line);
    CU_ASSERT_TRUE(same_text(a->source.file, b->source.file));
    CU_ASSERT_EQUAL(a->address.len, b->address.len);
    CU_ASSERT_TRUE(address_equal(&a->address, &b->address));
    CU_ASSERT_TRUE(same_bytes(&a->data, &b->data));
    CU_ASSERT_EQUAL_FATAL(a->stack == NULL, b->stack == NULL);
    if (a->stack != NULL) {
        CU_ASSERT_EQUAL(memcmp(a->stack->registers, b->stack->registers, sizeof a->stack->registers), 0);
        CU_ASSERT_TRUE(same_bytes(&a->stack->top, &b->stack->top));
    }
}

static void check_same_deed(const struct deed *a, const struct deed *b)
{
    CU_ASSERT_EQUAL(a->kind, b->kind);
    CU_ASSERT_EQUAL(a->error, b->error);
    CU_ASSERT_TRUE(address_equal(&a->address, &b->address));
    CU_ASSERT_TRUE(address_equal(&a->own, &b->own));
    CU_ASSERT_TRUE(same_bytes(&a->bytes, &b->bytes));
}

static void check_same_packet(const struct packet *a, const struct packet *b)
{
    CU_ASSERT_EQUAL(a->protocol, b->protocol);
    CU_ASSERT_EQUAL(a->flags, b->flags);
    CU_ASSERT_EQUAL(a->sequence, b->sequence);
    CU_ASSERT_EQUAL(a->payload, b->payload);
    CU_ASSERT_TRUE(address_equal(&a->from, &b->from));
    CU_ASSERT_TRUE(address_equal(&a->to, &b->to));
    CU_ASSERT_TRUE(same_bytes(&a->raw, &b->raw));
}

static void check_same_event(const struct event *a, const struct event *b)
{
    CU_ASSERT_EQUAL_FATAL(a->kind, b->kind);
    CU_ASSERT_EQUAL(a->actor, b->actor);
    CU_ASSERT_EQUAL(a->process, b->process);
    CU_ASSERT_EQUAL(a->time, b->time);
    switch (a->kind) {
    case EVENT_STEP: CU_ASSERT_EQUAL(a->step, b->step); break;
    case EVENT_CALL: check_same_call(&a->call, &b->call); break;
    case EVENT_OUTPUT:
        CU_ASSERT_EQUAL(a->output.stream, b->output.stream);
        CU_ASSERT_TRUE(same_bytes(&a->output.bytes, &b->output.bytes));
        break;
    case EVENT_INPUT: CU_ASSERT_TRUE(same_bytes(&a->input, &b->input)); break;
    case EVENT_PROCESS:
        CU_ASSERT_EQUAL(a->change.change, b->change.change);
        CU_ASSERT_EQUAL(a->change.other, b->change.other);
        CU_ASSERT_EQUAL(a->change.status, b->change.status);
        CU_ASSERT_EQUAL(a->change.main, b->change.main);
        CU_ASSERT_EQUAL(a->change.ours, b->change.ours);
        break;
    case EVENT_DEED: check_same_deed(&a->deed, &b->deed); break;
    case EVENT_PACKET: check_same_packet(&a->packet, &b->packet); break;
    case EVENT_HELD:
        CU_ASSERT_EQUAL(a->held.socket, b->held.socket);
        CU_ASSERT_EQUAL(a->held.fd, b->held.fd);
        CU_ASSERT_EQUAL(a->held.at_exit, b->held.at_exit);
        break;
    case EVENT_TASKS:
        CU_ASSERT_EQUAL(a->tasks.processes, b->tasks.processes);
        CU_ASSERT_EQUAL(a->tasks.threads, b->tasks.threads);
        CU_ASSERT_EQUAL(a->tasks.zombies, b->tasks.zombies);
        CU_ASSERT_EQUAL(a->tasks.room, b->tasks.room);
        break;
    case EVENT_STUCK:
        CU_ASSERT_EQUAL(a->stuck.step, b->stuck.step);
        CU_ASSERT_EQUAL(a->stuck.busy_wait, b->stuck.busy_wait);
        CU_ASSERT_EQUAL(a->stuck.at_end, b->stuck.at_end);
        break;
    case EVENT_FLAG: CU_ASSERT_STRING_EQUAL(a->flag, b->flag); break;
    }
}

static void check_same(const struct transcript *a, const struct transcript *b)
{
    CU_ASSERT_EQUAL(a->stuck, b->stuck);
    CU_ASSERT_EQUAL(a->limit, b->limit);
    CU_ASSERT_EQUAL(a->limit_actor, b->limit_actor);
    CU_ASSERT_EQUAL(a->end, b->end);
    CU_ASSERT_EQUAL_FATAL(a->n_actors, b->n_actors);
    for (size_t i = 0; i < a->n_actors; i++) {
        CU_ASSERT_STRING_EQUAL(a->actors[i].name, b->actors[i].name);
        CU_ASSERT_EQUAL(a->actors[i].kind, b->actors[i].kind);
        CU_ASSERT_TRUE(same_text(a->actors[i].program, b->actors[i].program));
        CU_ASSERT_TRUE(same_text(a->actors[i].modules, b->actors[i].modules));
    }
    CU_ASSERT_EQUAL_FATAL(a->n_sockets, b->n_sockets);
    for (size_t i = 0; i < a->n_sockets; i++) {
        CU_ASSERT_EQUAL(a->sockets[i].actor, b->sockets[i].actor);
        CU_ASSERT_EQUAL(a->sockets[i].family, b->sockets[i].family);
        CU_ASSERT_EQUAL(a->sockets[i].type, b->sockets[i].type);
        CU_ASSERT_EQUAL(a->sockets[i].protocol, b->sockets[i].protocol);
        CU_ASSERT_EQUAL(a->sockets[i].accepted, b->sockets[i].accepted);
        CU_ASSERT_EQUAL(a->sockets[i].library, b->sockets[i].library);
    }
    CU_ASSERT_EQUAL_FATAL(a->n_events, b->n_events);
    for (size_t i = 0; i < a->n_events; i++)
        check_same_event(&a->events[i], &b->events[i]);
}

static void test_all_is_read_back(void)
{
    struct transcript t, back;
    struct err err = ERR_NONE;
    AUTO_BUF wire = BUF_EMPTY;
    AUTO_BUF again = BUF_EMPTY;
    sample_transcript(&t);
    transcript_write(&t, &wire);
    CU_ASSERT_EQUAL_FATAL(transcript_read(&back, wire.data, wire.len, &err), 0);
    check_same(&t, &back);
    transcript_write(&back, &again);
    CU_ASSERT_EQUAL(again.len, wire.len);
    CU_ASSERT_EQUAL(memcmp(again.data, wire.data, wire.len), 0);
    /* What was read can go on growing. */
    transcript_add(&back, EVENT_STEP, -1, 0, 200);
    CU_ASSERT_EQUAL(back.n_events, t.n_events + 1);
    transcript_free(&t);
    transcript_free(&back);
}

static void test_an_empty_transcript_is_one(void)
{
    struct transcript t, back;
    struct err err = ERR_NONE;
    AUTO_BUF wire = BUF_EMPTY;
    transcript_init(&t);
    transcript_write(&t, &wire);
    CU_ASSERT_EQUAL_FATAL(transcript_read(&back, wire.data, wire.len, &err), 0);
    CU_ASSERT_EQUAL(back.n_events, 0);
    CU_ASSERT_EQUAL(back.limit_actor, -1);
    transcript_free(&back);
}

static void test_new_events_name_no_socket(void)
{
    struct transcript t;
    transcript_init(&t);
    struct event *call = transcript_add(&t, EVENT_CALL, 2, 5, 9);
    CU_ASSERT_EQUAL(call->actor, 2);
    CU_ASSERT_EQUAL(call->process, 5);
    CU_ASSERT_EQUAL(call->time, 9);
    CU_ASSERT_EQUAL(call->call.fd, -1);
    CU_ASSERT_EQUAL(call->call.socket, -1);
    CU_ASSERT_EQUAL(call->call.new_socket, -1);
    CU_ASSERT_EQUAL(transcript_add(&t, EVENT_HELD, 0, 1, 9)->held.socket, -1);
    CU_ASSERT_EQUAL(transcript_actor(&t, "client"), -1);
    sample_actors(&t);
    CU_ASSERT_EQUAL(transcript_actor(&t, "client"), 0);
    CU_ASSERT_EQUAL(transcript_actor(&t, "server"), 1);
    CU_ASSERT_EQUAL(transcript_actor(&t, "nobody"), -1);
    transcript_free(&t);
    CU_ASSERT_EQUAL(t.n_events, 0);
    CU_ASSERT_EQUAL(t.limit_actor, -1);
}

static void test_bytes_keep_the_beginning(void)
{
    struct bytes bytes = {0};
    bytes_set(&bytes, "abcdef", 6, 4);
    CU_ASSERT_STRING_EQUAL(bytes.data, "abcd");
    CU_ASSERT_EQUAL(bytes.stored, 4);
    CU_ASSERT_EQUAL(bytes.total, 6);
    bytes_set(&bytes, bytes.data + 1, 2, 10); /* from itself */
    CU_ASSERT_STRING_EQUAL(bytes.data, "bc");
    CU_ASSERT_EQUAL(bytes.total, 2);
    bytes_set(&bytes, NULL, 0, 10);
    CU_ASSERT_PTR_NULL(bytes.data);
    CU_ASSERT_EQUAL(bytes.stored, 0);
}

static void test_bytes_left_out_count_in_the_digest(void)
{
    struct bytes first = {0}, second = {0};
    struct digest kept = {0, 0}, left_out = {0, 0}, whole = {0, 0};
    bytes_set(&first, "abcdef", 6, 2);
    bytes_set(&second, "ghi", 3, 0);
    bytes_digest(&first, &left_out);
    bytes_digest(&second, &left_out);
    bytes_set(&first, "abcdef", 6, 6);
    bytes_set(&second, "ghi", 3, 3);
    bytes_digest(&first, &kept);
    bytes_digest(&second, &kept);
    digest_add(&whole, "abcdefghi", 9);
    CU_ASSERT_TRUE(digest_equal(&kept, &whole));
    CU_ASSERT_TRUE(digest_equal(&left_out, &whole));
    free(first.data);
    free(second.data);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* It goes through a pipe after every scenario. The bound is far above what it takes, for sanitizers and slow machines. */
static void test_a_long_transcript_is_quick(void)
{
    struct transcript t, back;
    struct err err = ERR_NONE;
    AUTO_BUF wire = BUF_EMPTY;
    transcript_init(&t);
    sample_actors(&t);
    for (int i = 0; i < 2000; i++) {
        struct call *call = &transcript_add(&t, EVENT_CALL, 0, 12, i * 1000LL)->call;
        call->id = CALL_read;
        call->fd = call->socket = 0;
        call->result = 14;
        call->pc = 0x1234;
        call->arg[1] = 0x7ffc12345678;
        call->address = sample_address("127.0.0.1:5000");
        bytes_set(&call->data, "Hello world !\n", 14, 256);
    }
    double start = seconds();
    transcript_write(&t, &wire);
    double written = seconds();
    CU_ASSERT_EQUAL(transcript_read(&back, wire.data, wire.len, &err), 0);
    double read = seconds();
    CU_ASSERT_TRUE(written - start < 0.02);
    CU_ASSERT_TRUE(read - written < 0.05);
    if (getenv("TEST_TIMINGS") != NULL)
        printf("\n2000 events: %zu bytes, written in %.0f us, read in %.0f us\n", wire.len, (written - start) * 1e6,
               (read - written) * 1e6);
    transcript_free(&t);
    transcript_free(&back);
}

int suite_transcript(void)
{
    static const struct unit_test tests[] = {
        {"all that was written is read back", test_all_is_read_back},
        {"an empty transcript is one", test_an_empty_transcript_is_one},
        {"new events name no socket, actors are found", test_new_events_name_no_socket},
        {"bytes keep their beginning and their size", test_bytes_keep_the_beginning},
        {"bytes left out count in the digest", test_bytes_left_out_count_in_the_digest},
        {"a long transcript is quick", test_a_long_transcript_is_quick},
    };
    return suite_add("transcript", tests, COUNT_OF(tests));
}
