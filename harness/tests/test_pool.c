/* Many worlds side by side: each result whole, each job once, in a bounded number of places. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation/pool.h"
#include "ground/interrupt.h"
#include "tests/suites.h"

enum { JOBS = 40, LONG_RESULT = 300000 };

struct work {
    struct pool *pool;
    int number;
    int running, most; /* shared by all, in works[0] */
    int more;          /* jobs to add when done */
    bool fails;
    int done;
    size_t length;
    char first;
    int order;
};

static struct work works[JOBS];
static int ended;

static void write_much(int fd, char letter, size_t n)
{
    char *text = malloc(n);
    if (text == NULL)
        _exit(1);
    memset(text, letter, n);
    for (size_t written = 0; written < n;) {
        ssize_t now = write(fd, text + written, n - written);
        if (now <= 0)
            _exit(1);
        written += (size_t)now;
    }
    _exit(0);
}

static pid_t begin(void *context, int cpu, int *result, struct err *err)
{
    struct work *work = context;
    int ends[2];
    CU_ASSERT(cpu >= -1);
    if (work->fails)
        return err_set(err, BLAME_ENVIRONMENT, "number %d fails", work->number);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    works[0].running++;
    if (works[0].running > works[0].most)
        works[0].most = works[0].running;
    pid_t pid = fork();
    if (pid == 0)
        write_much(ends[1], (char)('a' + work->number % 26), LONG_RESULT + (size_t)work->number);
    close(ends[1]);
    *result = ends[0];
    return pid;
}

static void end(void *context, const char *data, size_t n, const struct err *err)
{
    struct work *work = context;
    work->done++;
    work->order = ended++;
    if (data == NULL) {
        CU_ASSERT(err != NULL && err->blame == BLAME_ENVIRONMENT && strstr(err->text, "fails") != NULL);
        return;
    }
    works[0].running--;
    work->length = n;
    work->first = data[0];
    for (size_t i = 0; i < n; i++)
        if (data[i] != data[0])
            work->first = '?';
    for (; work->more > 0; work->more--) {
        const struct pool_job job = {.start = begin, .done = end, .context = &works[JOBS - work->more]};
        pool_add(work->pool, &job);
    }
}

static struct pool *prepare(int places, int jobs)
{
    struct pool *pool = pool_new(places);
    ended = 0;
    for (int i = 0; i < JOBS; i++)
        works[i] = (struct work){.pool = pool, .number = i};
    for (int i = 0; i < jobs; i++) {
        const struct pool_job job = {.start = begin, .done = end, .context = &works[i]};
        pool_add(pool, &job);
    }
    return pool;
}

static void results_are_whole(void)
{
    struct pool *pool = prepare(3, JOBS);
    CU_ASSERT_EQUAL(pool_run(pool), 0);
    for (int i = 0; i < JOBS; i++) {
        CU_ASSERT_EQUAL(works[i].done, 1);
        CU_ASSERT_EQUAL(works[i].length, (size_t)LONG_RESULT + (size_t)i);
        CU_ASSERT_EQUAL(works[i].first, 'a' + i % 26);
    }
    CU_ASSERT(works[0].most >= 1 && works[0].most <= 3);
    pool_free(pool);
}

static void one_place_keeps_the_order(void)
{
    struct pool *pool = prepare(1, 8);
    CU_ASSERT_EQUAL(pool_run(pool), 0);
    for (int i = 0; i < 8; i++)
        CU_ASSERT_EQUAL(works[i].order, i);
    CU_ASSERT_EQUAL(works[0].most, 1);
    pool_free(pool);
}

static void a_job_that_cannot_start_is_reported(void)
{
    struct pool *pool = prepare(2, 6);
    works[0].fails = works[3].fails = works[5].fails = true;
    CU_ASSERT_EQUAL(pool_run(pool), 0);
    for (int i = 0; i < 6; i++) {
        CU_ASSERT_EQUAL(works[i].done, 1);
        CU_ASSERT_EQUAL(works[i].length > 0, !works[i].fails);
    }
    pool_free(pool);
}

static void jobs_may_add_jobs(void)
{
    struct pool *pool = prepare(2, 1);
    works[0].more = 5;
    CU_ASSERT_EQUAL(pool_run(pool), 0);
    for (int i = JOBS - 5; i < JOBS; i++)
        CU_ASSERT_EQUAL(works[i].done, 1);
    pool_free(pool);
}

static pid_t begin_endless(void *context, int cpu, int *result, struct err *err)
{
    (void)cpu;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        kill(getppid(), SIGTERM);
        for (;;)
            pause();
    }
    close(ends[1]);
    *result = ends[0];
    *(pid_t *)context = pid;
    return pid;
}

static void end_unexpected(void *context, const char *data, size_t n, const struct err *err)
{
    (void)data;
    (void)n;
    (void)err;
    *(pid_t *)context = -1;
}

/* In a process of its own: the signal stays caught. 0 when all is well. */
static int interrupted_run(void)
{
    pid_t pid = 0;
    interrupt_catch();
    struct pool *pool = pool_new(1);
    const struct pool_job job = {.start = begin_endless, .done = end_unexpected, .context = &pid};
    pool_add(pool, &job);
    pool_add(pool, &job);
    if (pool_run(pool) != -1 || interrupt_caught() != SIGTERM)
        return 1;
    if (pid <= 0 || kill(pid, 0) < 0)
        return 2;
    pool_free(pool);
    return kill(pid, 0) < 0 && errno == ESRCH ? 0 : 3;
}

static void a_signal_ends_the_run_and_its_jobs(void)
{
    int status = -1;
    pid_t runner = fork();
    if (runner == 0)
        _exit(interrupted_run());
    CU_ASSERT_EQUAL(waitpid(runner, &status, 0), runner);
    CU_ASSERT_EQUAL(status, 0);
}

static void no_job_is_no_work(void)
{
    struct pool *pool = pool_new(0);
    CU_ASSERT_EQUAL(pool_run(pool), 0);
    pool_free(pool);
}

int suite_pool(void)
{
    static const struct unit_test tests[] = {
        {"results are whole, places bounded, each job once", results_are_whole},
        {"one place keeps the order", one_place_keeps_the_order},
        {"a job that cannot start is reported", a_job_that_cannot_start_is_reported},
        {"jobs may add jobs", jobs_may_add_jobs},
        {"a signal ends the run, and what still runs", a_signal_ends_the_run_and_its_jobs},
        {"no job is no work", no_job_is_no_work},
    };
    return suite_add("pool", tests, COUNT_OF(tests));
}
