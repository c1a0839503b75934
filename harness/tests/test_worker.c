/* Workers do job after job, keep nothing of them, and are replaced when their memory is not to be trusted. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation/pool.h"
#include "ground/interrupt.h"
#include "tests/suites.h"
#include "tests/watched.h"
#include "watching/sandbox.h"

enum { JOBS = 6, LONG_RESULT = 300000, ALL = -1 };

/* What one job does, and what is known of it afterwards. */
static struct work {
    enum { DO_WELL, DO_AND_DISTRUST, DO_DIE, DO_WAIT } deed;
    pid_t worker; /* who did it; 0: nobody said */
    size_t length;
    int done;
} works[JOBS];

static bool do_work(void *context, int cpu, int *out)
{
    const struct work *work = context;
    static const char more[LONG_RESULT];
    pid_t own = getpid();
    (void)cpu;
    if (work->deed == DO_DIE)
        kill(own, SIGKILL);
    if (work->deed == DO_WAIT) {
        kill(getppid(), SIGTERM);
        for (;;)
            pause();
    }
    bool told = write(*out, &own, sizeof own) == (ssize_t)sizeof own;
    for (size_t n = 0; told && n < sizeof more;) {
        ssize_t now = write(*out, more + n, sizeof more - n);
        told = now > 0;
        n += told ? (size_t)now : 0;
    }
    close(steal_fd(out));
    return work->deed != DO_AND_DISTRUST;
}

static void hear(void *context, const char *data, size_t n, const struct err *err)
{
    struct work *work = context;
    (void)err;
    work->done++;
    work->length = n;
    if (data != NULL && n >= sizeof work->worker)
        memcpy(&work->worker, data, sizeof work->worker);
}

static void add(struct pool *pool, int i)
{
    const struct pool_job job = {.work = do_work, .since = pool_date(pool), .done = hear, .context = &works[i]};
    pool_add(pool, &job);
}

/* All of them were there before the first worker was. */
static void do_all(void)
{
    struct pool *pool = pool_new(1);
    size_t since = pool_date(pool);
    for (int i = 0; i < JOBS; i++) {
        const struct pool_job job = {.work = do_work, .since = since, .done = hear, .context = &works[i]};
        pool_add(pool, &job);
    }
    CU_ASSERT_EQUAL(pool_run(pool), 0);
    pool_free(pool);
    for (int i = 0; i < JOBS; i++)
        CU_ASSERT_EQUAL(works[i].done, 1);
}

static void one_worker_does_job_after_job(void)
{
    memset(works, 0, sizeof works);
    do_all();
    for (int i = 0; i < JOBS; i++) {
        CU_ASSERT_EQUAL(works[i].length, sizeof(pid_t) + LONG_RESULT);
        CU_ASSERT(works[i].worker > 0 && works[i].worker != getpid());
        CU_ASSERT_EQUAL(works[i].worker, works[0].worker);
    }
    CU_ASSERT(waitpid(ALL, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void one_that_dies_loses_its_job_only(void)
{
    memset(works, 0, sizeof works);
    works[2].deed = DO_DIE;
    do_all();
    CU_ASSERT_EQUAL(works[2].length, 0);
    CU_ASSERT_EQUAL(works[1].worker, works[0].worker);
    CU_ASSERT(works[3].worker > 0 && works[3].worker != works[0].worker);
    CU_ASSERT_EQUAL(works[5].worker, works[3].worker);
}

static void one_that_is_not_trusted_is_replaced(void)
{
    memset(works, 0, sizeof works);
    works[2].deed = DO_AND_DISTRUST;
    do_all();
    CU_ASSERT_EQUAL(works[2].worker, works[0].worker);
    CU_ASSERT_EQUAL(works[2].length, sizeof(pid_t) + LONG_RESULT);
    CU_ASSERT(works[3].worker > 0 && works[3].worker != works[0].worker);
}

static void one_that_dies_idle_is_replaced(void)
{
    memset(works, 0, sizeof works);
    struct pool *pool = pool_new(1);
    size_t since = pool_date(pool);
    for (int i = 0; i < 2; i++) {
        const struct pool_job job = {.work = do_work, .since = since, .done = hear, .context = &works[i]};
        pool_add(pool, &job);
        CU_ASSERT_EQUAL(pool_run(pool), 0);
        CU_ASSERT_FATAL(works[i].worker > 0);
        CU_ASSERT(i == 1 || (kill(works[i].worker, SIGKILL) == 0 && waitpid(works[i].worker, NULL, 0) == works[i].worker));
    }
    CU_ASSERT_NOT_EQUAL(works[1].worker, works[0].worker);
    pool_free(pool);
}

static void what_is_new_needs_a_new_worker(void)
{
    memset(works, 0, sizeof works);
    struct pool *pool = pool_new(1);
    for (int i = 0; i < JOBS; i++) {
        add(pool, i);
        CU_ASSERT_EQUAL(pool_run(pool), 0);
        CU_ASSERT(works[i].worker > 0 && (i == 0 || works[i].worker != works[i - 1].worker));
    }
    pool_free(pool);
}

/* In a process of its own: the signal stays caught. 0 when all is well. */
static int interrupted_run(void)
{
    memset(works, 0, sizeof works);
    works[0].deed = DO_WAIT;
    interrupt_catch();
    struct pool *pool = pool_new(1);
    add(pool, 0);
    if (pool_run(pool) != -1 || interrupt_caught() != SIGTERM || works[0].done != 0)
        return 1;
    pool_free(pool);
    return waitpid(ALL, NULL, WNOHANG) < 0 && errno == ECHILD ? 0 : 2;
}

static void a_signal_ends_a_worker_at_work(void)
{
    int status = -1;
    pid_t runner = fork();
    if (runner == 0)
        _exit(interrupted_run());
    CU_ASSERT_EQUAL(waitpid(runner, &status, 0), runner);
    CU_ASSERT_EQUAL(status, 0);
}

/* --- worlds in our memory --- */

static void note(void *arg)
{
    *(int *)arg = (int)getpid();
}

static void break_off(void *arg)
{
    note(arg);
    _exit(0);
}

static void complain(void *arg, const struct err *err)
{
    (void)arg;
    fprintf(stderr, "\n%s\n", err->text);
}

/* What becomes of a world that does that; NOTED is what it has left in our memory. */
static int run_world(void (*run)(void *arg), int *noted)
{
    struct plan plan;
    struct err err = ERR_NONE;
    *noted = 0;
    plan_for_programs(&plan, watched_skeleton());
    plan.cpu = watched_cpu();
    int given = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const struct sandbox_body body = {run, complain, noted};
    int status = sandbox_run(&plan, &body, &given, &err);
    CU_ASSERT_EQUAL(given, -1);
    CU_ASSERT(waitpid(ALL, NULL, 0) > 0);
    plan_free(&plan);
    return status;
}

static void worlds_end_or_break_off(void)
{
    int noted;
    CU_ASSERT_EQUAL(run_world(note, &noted), 0);
    CU_ASSERT_EQUAL(noted, 1); /* the first process of its world, and in our memory */
    CU_ASSERT_EQUAL(run_world(break_off, &noted), 1);
    CU_ASSERT_EQUAL(noted, 1);
    CU_ASSERT_EQUAL(run_world(note, &noted), 0);
}

static void nothing_of_a_play_is_kept(void)
{
    static const char *const plays[] = {
        "start: {p: {arguments: [copy-input]}}, input: {p: {size: 30000}}, input-end: p, until: {p: exited}",
        "peer: {listen: '127.0.0.1:5000'}, start: {p: {arguments: [careful-client]}}, peer: accept, peer: {receive: 1},\n"
        "peer: {send: {size: 30}}, peer: close, until: {p: waiting}",
        "fault: {p: {call: close, error: EINTR, occurrence: 1}}, start: {p: {arguments: [leave-open-and-wait]}},\n"
        "start: {q: {arguments: [sleep-interrupted]}}, until: {q: exited}",
    };
    for (size_t i = 0; i < COUNT_OF(plays); i++)
        watched_play_here(plays[i]);
}

int suite_worker(void)
{
    static const struct unit_test tests[] = {
        {"one worker does job after job", one_worker_does_job_after_job},
        {"one that dies loses its job only", one_that_dies_loses_its_job_only},
        {"one that is not trusted is replaced", one_that_is_not_trusted_is_replaced},
        {"one that dies idle is replaced", one_that_dies_idle_is_replaced},
        {"what is new needs a new worker", what_is_new_needs_a_new_worker},
        {"a signal ends a worker at work", a_signal_ends_a_worker_at_work},
        {"worlds come to their end, or break off", worlds_end_or_break_off},
        {"nothing of a play is kept", nothing_of_a_play_is_kept},
    };
    return suite_add("worker", tests, COUNT_OF(tests));
}
