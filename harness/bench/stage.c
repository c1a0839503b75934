#include "bench/stage.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bare.h"
#include "conversation/pool.h"
#include "conversation/scenario.h"
#include "ground/fs.h"
#include "judgement/check.h"
#include "watching/plan.h"

static int load(struct exercise *exercise, const char *root, const char *folder, struct err *err)
{
    const struct library library = {NULL, root};
    struct exercise_setting setting = {.library = &library, .seed = 1};
    setting.rules = check_rules(&setting.n_rules);
    AUTO_FREE char *path = mem_printf("%s/%s", root, folder);
    return exercise_load(exercise, path, &setting, err);
}

int stage_make(struct stage *stage, const char *root, const char *build, struct err *err)
{
    *stage = (struct stage){.root = root, .build = build};
    stage->folder = fs_temporary(err);
    if (stage->folder == NULL)
        return -1;
    stage->skeleton = mem_printf("%s/root", stage->folder);
    stage->reference = mem_printf("%s/reference", build);
    stage->client_program = mem_printf("%s/reference/client_tcp", build);
    stage->endings_program = mem_printf("%s/bench/client_tcp", build);
    stage->unwinder = unwinder_new();
    if (skeleton_make(stage->skeleton, err) < 0 || policy_make(&stage->policy, POLICY_PROGRAM, err) < 0 ||
        load(&stage->client, root, "exercises/tcp-client", err) < 0 ||
        load(&stage->endings, root, "fixtures/endings", err) < 0) {
        stage_free(stage);
        return -1;
    }
    return 0;
}

void stage_free(struct stage *stage)
{
    struct err ignored = ERR_NONE;
    if (stage->folder != NULL)
        fs_remove_tree(stage->folder, &ignored);
    policy_free(&stage->policy);
    if (stage->unwinder != NULL)
        unwinder_free(stage->unwinder);
    exercise_free(&stage->client);
    exercise_free(&stage->endings);
    free(stage->folder);
    free(stage->skeleton);
    free(stage->reference);
    free(stage->client_program);
    free(stage->endings_program);
}

int batch_find(struct batch *batch, const char *id, struct err *err)
{
    for (size_t i = 0; i < batch->exercise->n_scenarios; i++) {
        batch->scenario = &batch->exercise->scenarios[i];
        if (strcmp(batch->scenario->id, id) == 0)
            return 0;
    }
    return err_set(err, BLAME_HARNESS, "no scenario %s in %s", id, batch->exercise->id);
}

/* One run through the pool; the context of its jobs. */
struct run {
    const struct batch *batch;
    size_t left;
    const struct spent *start;
    struct spent last; /* when the last of them had its result */
    struct err *err;   /* the first thing that went wrong */
};

static pid_t begin_bare(void *context, int cpu, int *result, struct err *err)
{
    const struct run *run = context;
    return bare_start(run->batch->stage->skeleton, run->batch->program, cpu, result, err);
}

static bool play(void *context, int cpu, int *out)
{
    const struct run *run = context;
    const struct batch *batch = run->batch;
    const struct scenario_request request = {.exercise = batch->exercise,
                                             .scenario = batch->scenario,
                                             .program = batch->program,
                                             .reference = batch->stage->reference,
                                             .skeleton = batch->stage->skeleton,
                                             .policy = &batch->stage->policy,
                                             .cpu = cpu};
    return scenario_play(&request, out);
}

static void resolve(void *context, const struct transcript *t, const struct event *call, char **file, int *line)
{
    unwinder_resolve(context, t, call, file, line);
}

static int judge(const struct batch *batch, const char *data, size_t n, struct err *err)
{
    /* As a tree of one leaf, because trees can be freed. */
    struct grade_result tree = {.scale = 0};
    struct exercise_result *exercise = ARRAY_ADD(tree.exercises, tree.n_exercises);
    struct scenario_result *result = ARRAY_ADD(exercise->scenarios, exercise->n_scenarios);
    int status = scenario_result(data, n, &result->transcript, err);
    if (status == 0) {
        const struct source_resolver resolver = {resolve, batch->stage->unwinder};
        judge_scenario(batch->exercise, batch->scenario, &result->transcript, &resolver, result);
        if (result->verdict != batch->expected)
            status = err_set(err, BLAME_HARNESS, "%s: %s instead of %s", batch->scenario->id, verdict_name(result->verdict),
                             verdict_name(batch->expected));
    }
    grade_result_free(&tree);
    return status;
}

static void end(void *context, const char *data, size_t n, const struct err *failure)
{
    struct run *run = context;
    struct err err = ERR_NONE;
    if (data == NULL)
        err = *failure;
    else if (run->batch->scenario == NULL)
        bare_result(data, n, &err);
    else
        judge(run->batch, data, n, &err);
    if (run->err->blame == BLAME_NONE)
        *run->err = err;
    if (--run->left == 0)
        run->last = spent_since(run->start);
}

static void add(struct pool *pool, struct run *run)
{
    struct pool_job job = {.start = begin_bare, .done = end, .context = run};
    if (run->batch->scenario != NULL) {
        job.work = play;
        job.since = pool_date(pool);
    }
    for (size_t i = 0; i < run->batch->n; i++)
        pool_add(pool, &job);
}

static void run_pool(struct pool *pool, struct err *err)
{
    if (pool_run(pool) < 0)
        err_set(err, BLAME_ENVIRONMENT, "interrupted");
    pool_free(pool);
}

int batch_run_beside(const struct batch *one, const struct batch *beside, int jobs, struct spent *spent, struct err *err)
{
    struct spent start = spent_now();
    struct run first = {.batch = one, .left = one->n, .start = &start, .err = err};
    struct run others = {.batch = beside, .left = beside->n, .start = &start, .err = err};
    struct pool *pool = pool_new(jobs);
    add(pool, &first);
    add(pool, &others);
    run_pool(pool, err);
    *spent = others.last;
    return err->blame == BLAME_NONE ? 0 : -1;
}

int batch_run(const struct batch *batch, int jobs, struct spent *spent, struct err *err)
{
    struct spent start = spent_now();
    struct run run = {.batch = batch, .left = batch->n, .start = &start, .err = err};
    struct pool *pool = pool_new(jobs);
    add(pool, &run);
    run_pool(pool, err);
    /* Processor time counts once a world was waited for; elapsed time is over when the last result is there. */
    *spent = (struct spent){run.last.elapsed, spent_since(&start).processor};
    return err->blame == BLAME_NONE ? 0 : -1;
}
