#include "conversation/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ground/buf.h"
#include "ground/interrupt.h"

struct place {
    bool taken;
    int cpu;
    pid_t pid; /* -1: it is the worker's */
    int fd;    /* of the result; -1: that is here, and the worker not yet ready for more */
    struct buf received;
    struct pool_job job;
    struct worker worker;
    size_t birth; /* the worker's */
};

struct pool {
    struct place *places;
    struct pollfd *polled; /* for each place */
    size_t n_places;
    struct pool_job *jobs;
    size_t n_jobs; /* that wait */
    size_t date;
};

struct pool *pool_new(int jobs)
{
    cpu_set_t allowed;
    int cpus[CPU_SETSIZE], n = 0;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &allowed))
            cpus[n++] = cpu;
    if (n == 0)
        cpus[n++] = -1;
    struct pool *pool = mem_alloc(sizeof *pool);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* worlds of a worker that has ended are ours to wait for */
    pool->n_places = (size_t)(jobs > 0 ? jobs : n);
    pool->places = mem_alloc(pool->n_places * sizeof *pool->places);
    pool->polled = mem_alloc(pool->n_places * sizeof *pool->polled);
    for (size_t i = 0; i < pool->n_places; i++)
        pool->places[i] = (struct place){.cpu = cpus[i % (size_t)n], .fd = -1, .worker = WORKER_NONE};
    return pool;
}

void pool_free(struct pool *pool)
{
    for (size_t i = 0; i < pool->n_places; i++) {
        struct place *place = &pool->places[i];
        worker_end(&place->worker);
        if (place->taken && place->pid >= 0)
            kill(place->pid, SIGKILL);
        if (place->fd >= 0)
            close(place->fd);
        buf_free(&place->received);
    }
    /* A world's end takes the kernel some milliseconds after its last word: all are waited for here, together. */
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
    free(pool->places);
    free(pool->polled);
    free(pool->jobs);
    free(pool);
}

void pool_add(struct pool *pool, const struct pool_job *job)
{
    *ARRAY_ADD(pool->jobs, pool->n_jobs) = *job;
}

size_t pool_date(struct pool *pool)
{
    return ++pool->date;
}

static void take_heaviest(struct pool *pool, struct pool_job *job)
{
    size_t heaviest = 0;
    for (size_t i = 1; i < pool->n_jobs; i++)
        if (pool->jobs[i].weight > pool->jobs[heaviest].weight)
            heaviest = i;
    *job = pool->jobs[heaviest];
    pool->n_jobs--;
    memmove(&pool->jobs[heaviest], &pool->jobs[heaviest + 1], (pool->n_jobs - heaviest) * sizeof *pool->jobs);
}

/* The worker has to be younger than all that the job needs. One that has died idle, as when memory was short, lost nothing. */
static int give_to_worker(struct pool *pool, struct place *place, int out, struct err *err)
{
    const struct pool_job *job = &place->job;
    struct err ignored = ERR_NONE;
    if (place->worker.fd >= 0 && place->birth > job->since &&
        worker_ask(&place->worker, job->work, job->context, out, &ignored) == 0)
        return 0;
    worker_end(&place->worker);
    place->birth = pool_date(pool);
    if (worker_begin(&place->worker, place->cpu, err) < 0)
        return -1;
    return worker_ask(&place->worker, job->work, job->context, out, err);
}

static int ask_worker(struct pool *pool, struct place *place, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    AUTO_CLOSE int in = ends[0];
    AUTO_CLOSE int out = ends[1];
    if (give_to_worker(pool, place, out, err) < 0)
        return -1;
    place->fd = steal_fd(&in);
    return 0;
}

static void start_in(struct pool *pool, struct place *place)
{
    struct err err = ERR_NONE;
    take_heaviest(pool, &place->job);
    place->pid = -1;
    if (place->job.work != NULL) {
        place->taken = ask_worker(pool, place, &err) == 0;
    } else {
        place->pid = place->job.start(place->job.context, place->cpu, &place->fd, &err);
        place->taken = place->pid >= 0;
    }
    if (!place->taken)
        place->job.done(place->job.context, NULL, 0, &err);
}

static void finish(struct place *place)
{
    close(steal_fd(&place->fd));
    place->taken = place->job.work != NULL; /* until the worker is ready, too */
    struct buf received = place->received;
    place->received = BUF_EMPTY;
    place->job.done(place->job.context, buf_text(&received), received.len, NULL);
    buf_free(&received);
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

static void receive(struct place *place)
{
    char data[65536];
    ssize_t n = read(place->fd, data, sizeof data);
    if (n > 0)
        buf_add(&place->received, data, (size_t)n);
    else if (n == 0 || errno != EINTR)
        finish(place);
}

static void hear_worker(struct place *place)
{
    if (!worker_is_ready(&place->worker))
        worker_end(&place->worker);
    place->taken = false;
}

/* Whether any place is taken. */
static bool fill_places(struct pool *pool)
{
    bool busy = false;
    for (size_t i = 0; i < pool->n_places; i++) {
        while (!pool->places[i].taken && pool->n_jobs > 0)
            start_in(pool, &pool->places[i]);
        const struct place *place = &pool->places[i];
        int fd = place->fd >= 0 ? place->fd : place->worker.fd;
        pool->polled[i] = (struct pollfd){.fd = place->taken ? fd : -1, .events = POLLIN};
        busy |= place->taken;
    }
    return busy;
}

static void take_results(struct pool *pool)
{
    for (size_t i = 0; i < pool->n_places; i++) {
        struct place *place = &pool->places[i];
        if (pool->polled[i].revents == 0)
            continue;
        if (place->fd >= 0)
            receive(place);
        else
            hear_worker(place);
    }
}

void pool_turn(struct pool *pool)
{
    if (fill_places(pool) && poll(pool->polled, pool->n_places, 0) > 0)
        take_results(pool);
}

int pool_run(struct pool *pool)
{
    while (fill_places(pool)) {
        int ready = interrupt_poll(pool->polled, pool->n_places);
        if (interrupt_caught() != 0)
            return -1;
        if (ready > 0)
            take_results(pool);
    }
    return 0;
}
