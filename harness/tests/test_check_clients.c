/* check: several clients at a time, what is left of them, and who waits for a server. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <sys/socket.h>

#include "judgement/check_values.h"
#include "tests/staged.h"
#include "tests/suites.h"

enum { MIB = 1 << 20 };

static void count(struct staged *s, int processes, int threads, int zombies, uint64_t room)
{
    transcript_add(&s->t, EVENT_TASKS, s->actor, 0, s->time++)->tasks = (struct tasks){processes, threads, zombies, room};
}

/* Twenty clients between two counts; with THREADS, each one makes a thread. */
static void begin_span(struct staged *s, const struct tasks *before, const struct tasks *after, bool threads)
{
    staged_begin(s);
    int listener = staged_socket(s, AF_INET, SOCK_STREAM);
    count(s, before->processes, before->threads, before->zombies, before->room);
    for (int i = 0; i < 20; i++) {
        staged_accept(s, listener);
        if (threads)
            transcript_add(&s->t, EVENT_PROCESS, s->actor, s->process, s->time++)->change.change = PROCESS_THREAD;
    }
    count(s, after->processes, after->threads, after->zombies, after->room);
}

static void test_leaves_no(void)
{
    static const struct {
        struct tasks before, after;
        bool threads;
        const char *zombie, *process, *thread;
    } spans[] = {
        {{1, 1, 0, MIB}, {1, 1, 0, MIB}, false, "passed", "passed", "passed"},
        {{1, 1, 5, MIB}, {1, 1, 6, MIB}, false, "passed", "passed", "passed"},      /* the next client will tell */
        {{1, 1, 10, MIB}, {1, 1, 30, MIB}, false, "S080", "passed", "passed"},
        {{1, 1, 4, MIB}, {1, 1, 14, MIB}, false, "S081", "passed", "passed"},
        {{11, 11, 0, MIB}, {31, 31, 0, MIB}, false, "passed", "S082", "passed"},
        {{1, 11, 0, MIB}, {1, 17, 0, 400 * MIB}, true, "passed", "passed", "passed"}, /* a pool that grows */
        {{1, 11, 0, MIB}, {1, 31, 0, 400 * MIB}, true, "passed", "passed", "S083"},
        {{1, 1, 0, MIB}, {1, 1, 0, 161 * MIB}, true, "passed", "passed", "S084"},
        {{1, 1, 0, MIB}, {1, 1, 0, 161 * MIB}, false, "passed", "passed", "passed"},
        {{1, 1, 0, MIB}, {1, 1, 0, 2 * MIB}, true, "passed", "passed", "passed"},
    };
    for (size_t i = 0; i < COUNT_OF(spans); i++) {
        struct staged s;
        begin_span(&s, &spans[i].before, &spans[i].after, spans[i].threads);
        CU_ASSERT_STRING_EQUAL(staged_code(&s, "leaves-no", "zombie", "client", NULL), spans[i].zombie);
        CU_ASSERT_STRING_EQUAL(staged_code(&s, "leaves-no", "process", "client", NULL), spans[i].process);
        CU_ASSERT_STRING_EQUAL(staged_code(&s, "leaves-no", "thread", "client", NULL), spans[i].thread);
        staged_end(&s);
    }
}

static void test_never_counted(void)
{
    struct staged s;
    staged_begin(&s);
    staged_socket(&s, AF_INET, SOCK_STREAM);
    count(&s, 1, 1, 0, MIB);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "leaves-no", "zombie", "client", NULL), "S009");
    count(&s, 1, 1, 0, MIB); /* nobody came */
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "leaves-no", "thread", "client", NULL), "S009");
    staged_end(&s);
}

static void test_connections(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "connections", "2", "client", NULL), "S066");
    int listener = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_listen, listener, 0, 0)->arg[1] = 1;
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "connections", "2", "client", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "connections", "1 + 1", "client", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "connections", "4", "client", NULL), "S087");
    CU_ASSERT(value_sum("1 +1") == -1 && value_sum("") == -1 && value_sum("-1 + 1") == -1 && value_sum("3 + 4") == 7);
    staged_end(&s);
}

static void test_total(void)
{
    static const struct {
        const char *early, *late, *err, *code;
    } printed[] = {
        {"", "4 clients\n", "", "passed"},          {"4 clients\n", "", "", "S088"},
        {"", "served: 5\n", "", "S088"},            {"", "", "4\n", "S044"},
        {"20 bytes\n", "3 bytes, 4\n", "", "passed"}, {"", "", "", "S088"},
    };
    for (size_t i = 0; i < COUNT_OF(printed); i++) {
        struct staged s;
        staged_begin(&s);
        int dialogue = staged_accept(&s, staged_socket(&s, AF_INET, SOCK_STREAM));
        staged_print(&s, STREAM_STDOUT, printed[i].early);
        staged_data(&s, CALL_write, dialogue, "ok\n");
        staged_print(&s, STREAM_STDOUT, printed[i].late);
        staged_print(&s, STREAM_STDERR, printed[i].err);
        staged_exit(&s, 0);
        CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-total", "4", "client", NULL), printed[i].code);
        staged_end(&s);
    }
}

static void test_total_of_nobody(void)
{
    struct staged s;
    staged_begin(&s);
    int step = staged_step(&s, STEP_INPUT, "client");
    staged_print(&s, STREAM_STDOUT, "0\n");
    transcript_add(&s.t, EVENT_STEP, -1, 0, s.time++)->step = step;
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-total", "0", "client", NULL), "S056"); /* it is still running */
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-total", "0", "client", NULL), "S088");
    staged_print(&s, STREAM_STDOUT, "0 clients\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-total", "0", "client", NULL), "passed");
    staged_end(&s);
}

static void test_answered(void)
{
    struct staged s;
    staged_begin(&s);
    int other = staged_actor(&s, "other", ACTOR_PEER), listener = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_deed(&s, other, DEED_CONNECTED, NULL);
    int dialogue = staged_accept(&s, listener);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    staged_pending(&s, CALL_read, dialogue);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "answered", "server", "client", NULL), "S085");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "ok\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "answered", "server", "client", NULL), "passed");
    staged_end(&s);
}

static void test_shared_by_threads(void)
{
    struct staged s;
    staged_begin(&s);
    int dialogue = staged_accept(&s, staged_socket(&s, AF_INET, SOCK_STREAM));
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    struct call *first = staged_data(&s, CALL_read, dialogue, "hello");
    int fd = first->fd;
    first->thread = 10;
    CU_ASSERT_STRING_NOT_EQUAL(staged_code(&s, "answered", "server", "client", NULL), "S086");
    struct call *late = staged_call(&s, CALL_read, -1, -1, EBADF);
    late->thread = 11;
    late->fd = fd;
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "answered", "server", "client", NULL), "S086");
    staged_end(&s);
}

static void test_fork_reported(void)
{
    struct staged s;
    staged_begin(&s);
    int listening = staged_socket(&s, AF_INET, SOCK_STREAM);
    CU_ASSERT_STRING_NOT_EQUAL(staged_code(&s, "reports-error", "fork", "client", "if-made=true"), "passed");
    staged_call(&s, CALL_select, -1, 1, 0); /* one process for all, whatever it does then */
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "fork", "client", "if-made=true"), "passed");
    int dialogue = staged_accept(&s, listening);
    staged_data(&s, CALL_write, dialogue, "ok\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "fork", "client", "if-made=true"), "passed");
    CU_ASSERT_STRING_NOT_EQUAL(staged_code(&s, "reports-error", "fork", "client", NULL), "passed");
    staged_call(&s, CALL_clone, -1, -1, EAGAIN)->injected = true;
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "fork", "client", "if-made=true"), "S021");
    staged_print(&s, STREAM_STDERR, "fork: Resource temporarily unavailable\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "reports-error", "fork", "client", "if-made=true"), "passed");
    staged_end(&s);
}

int suite_check_clients(void)
{
    static const struct unit_test tests[] = {
        {"what is left behind grows with the clients", test_leaves_no},
        {"what was never counted is not judged well", test_never_counted},
        {"so many connections, and no more", test_connections},
        {"the total is printed at the end", test_total},
        {"nobody was served: 0", test_total_of_nobody},
        {"a client is answered, or another one is waited for", test_answered},
        {"two threads read from the same socket", test_shared_by_threads},
        {"a fork that fails is reported, if one is made", test_fork_reported},
    };
    return suite_add("check_clients", tests, COUNT_OF(tests));
}
