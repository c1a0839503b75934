#include "judgement/grading.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conversation/build.h"
#include "conversation/pool.h"
#include "conversation/scenario.h"
#include "ground/fs.h"
#include "ground/interrupt.h"
#include "ground/text.h"
#include "judgement/catalogue.h"
#include "judgement/check.h"
#include "watching/plan.h"
#include "watching/sandbox.h"
#include "watching/unwind.h"

struct grading {
    const struct grade_request *request;
    struct policy for_programs, for_compilers;
    char *folder;   /* temporary; holds the skeleton and the executables */
    char *skeleton;
    char *reference;
    struct pool *pool;
    struct unwinder *unwinder;
    struct exercise_work **works;
    size_t n_works;
};

/* Context of the jobs of one program. */
struct exercise_work {
    struct grading *grading;
    const struct submission *submission;
    const struct exercise *exercise;
    struct grade_result *tree;
    size_t result; /* index in the tree, which may grow */
    struct program_source source;
    char *program; /* executable, outside */
    struct scenario_work **plays;
    size_t n_plays;
    size_t planned; /* pool_date() since when all the above has been there */
};

/* One play, and the scenarios that are judged by it: those with the same script. */
struct scenario_work {
    struct exercise_work *exercise;
    struct part {
        const struct scenario *scenario;
        size_t result; /* index among the exercise's, once the program is built */
    } *parts;
    size_t n_parts;
};

static struct exercise_result *exercise_result(const struct exercise_work *work)
{
    return &work->tree->exercises[work->result];
}

/* --- scenarios --- */

static bool play_scenario(void *context, int cpu, int *out)
{
    const struct scenario_work *work = context;
    const struct grading *grading = work->exercise->grading;
    const struct scenario_request request = {.exercise = work->exercise->exercise,
                                             .scenario = work->parts[0].scenario,
                                             .program = work->exercise->program,
                                             .reference = grading->reference,
                                             .skeleton = grading->skeleton,
                                             .policy = &grading->for_programs,
                                             .cpu = cpu};
    return scenario_play(&request, out);
}

static void resolve_line(void *context, const struct transcript *t, const struct event *call, char **file, int *line)
{
    unwinder_resolve(context, t, call, file, line);
}

/* The ladder shows a line beside every call; those whose return address is known cost little. */
static void resolve_for_ladder(struct grading *grading, struct transcript *t)
{
    for (size_t i = 0; i < t->n_events; i++) {
        struct event *event = &t->events[i];
        if (event->kind == EVENT_CALL && event->call.pc != 0 && event->call.source.file == NULL)
            unwinder_resolve(grading->unwinder, t, event, &event->call.source.file, &event->call.source.line);
    }
}

static void break_scenario(struct scenario_result *result, const struct err *err)
{
    result->verdict = VERDICT_BROKEN;
    result->blame = err->blame != BLAME_NONE ? err->blame : BLAME_HARNESS;
    result->points = 0;
    free(result->reason);
    result->reason = mem_string(err->text);
}

static void judge_part(struct scenario_work *work, const struct part *part, const char *data, size_t n,
                       const struct err *failure)
{
    struct grading *grading = work->exercise->grading;
    struct scenario_result *result = &exercise_result(work->exercise)->scenarios[part->result];
    struct err err = ERR_NONE;
    if (data == NULL) {
        break_scenario(result, failure);
    } else if (scenario_result(data, n, &result->transcript, &err) < 0) {
        break_scenario(result, &err);
    } else {
        bool lines = !grading->request->verdicts_only;
        const struct source_resolver resolver = {resolve_line, grading->unwinder};
        free(result->id); /* judging says both again */
        free(result->title);
        judge_scenario(work->exercise->exercise, part->scenario, &result->transcript, lines ? &resolver : NULL, result);
        /* Nobody asks for the transcript of what passed, unless for all. */
        if (lines && (result->verdict != VERDICT_PASSED || grading->request->plan))
            resolve_for_ladder(grading, &result->transcript);
        else
            transcript_free(&result->transcript);
    }
}

static void finish_scenario(void *context, const char *data, size_t n, const struct err *failure)
{
    struct scenario_work *work = context;
    for (size_t i = 0; i < work->n_parts; i++)
        judge_part(work, &work->parts[i], data, n, failure);
}

/* A result for each scenario from the start, so that one that never ran shows as broken. */
static void prepare_result(struct exercise_result *result, const struct scenario *scenario)
{
    struct scenario_result *r = ARRAY_ADD(result->scenarios, result->n_scenarios);
    r->id = mem_string(scenario->id);
    r->title = mem_string(strcmp(text_lang(), "fr") == 0 ? scenario->title.fr : scenario->title.en);
    r->level = scenario->level;
    r->max = scenario->points;
    r->verdict = VERDICT_BROKEN;
    r->blame = BLAME_HARNESS;
}

static struct scenario_work *find_play(struct exercise_work *work, const struct scenario *scenario)
{
    for (size_t i = 0; i < work->n_plays; i++)
        if (script_equal(&work->plays[i]->parts[0].scenario->script, &scenario->script))
            return work->plays[i];
    struct scenario_work *play = mem_alloc(sizeof *play);
    play->exercise = work;
    *ARRAY_ADD(work->plays, work->n_plays) = play;
    return play;
}

/* Before it is known whether the program compiles: workers do only what was planned when they began. */
static void plan_plays(struct exercise_work *work)
{
    const struct exercise *exercise = work->exercise;
    size_t wanted = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario *scenario = &exercise->scenarios[i];
        if (!catalogue_wants_scenario(work->grading->request, exercise, scenario))
            continue;
        struct scenario_work *play = find_play(work, scenario);
        *ARRAY_ADD(play->parts, play->n_parts) = (struct part){scenario, wanted++};
    }
    work->planned = pool_date(work->grading->pool);
}

static void prepare_results(struct exercise_work *work)
{
    const struct exercise *exercise = work->exercise;
    struct exercise_result *result = exercise_result(work);
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario *scenario = &exercise->scenarios[i];
        if (!catalogue_wants_scenario(work->grading->request, exercise, scenario))
            continue;
        result->max += scenario->points;
        if (result->status == STATUS_GRADED)
            prepare_result(result, scenario);
    }
}

static void add_plays(struct exercise_work *work)
{
    for (size_t i = 0; i < work->n_plays; i++) {
        const struct pool_job job = {.work = play_scenario,
                                     .since = work->planned,
                                     .done = finish_scenario,
                                     .context = work->plays[i],
                                     .weight = script_weight(&work->plays[i]->parts[0].scenario->script)};
        pool_add(work->grading->pool, &job);
    }
}

/* --- builds --- */

static pid_t start_build(void *context, int cpu, int *result, struct err *err)
{
    (void)cpu; /* the compiler is many processes: the system places them better */
    struct exercise_work *work = context;
    const struct grading *grading = work->grading;
    const struct build_request request = {.submission = work->submission,
                                          .source = &work->source,
                                          .output = work->program,
                                          .skeleton = grading->skeleton,
                                          .policy = &grading->for_compilers};
    return build_start(&request, result, err);
}

static void finish_build(void *context, const char *data, size_t n, const struct err *failure)
{
    struct exercise_work *work = context;
    struct exercise_result *result = exercise_result(work);
    struct err err = ERR_NONE;
    if (data == NULL || build_result(data, n, &result->build, &err) < 0) {
        const struct err *cause = data == NULL ? failure : &err;
        result->status = STATUS_BROKEN;
        result->blame = cause->blame;
        free(result->message);
        result->message = mem_string(cause->text);
    } else if (result->build.status == BUILD_OK) {
        result->status = STATUS_GRADED;
        result->blame = BLAME_NONE;
    } else {
        result->status = STATUS_NOT_BUILT;
        result->blame = BLAME_SUBMISSION;
    }
    prepare_results(work);
    if (result->status == STATUS_GRADED)
        add_plays(work);
}

/* What waits for a build weighs on it. */
static size_t heaviest_script(const struct exercise *exercise)
{
    size_t heaviest = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        size_t weight = script_weight(&exercise->scenarios[i].script);
        heaviest = weight > heaviest ? weight : heaviest;
    }
    return heaviest;
}

static void begin_exercise(struct exercise_work *work)
{
    struct grading *grading = work->grading;
    const struct exercise *exercise = work->exercise;
    struct exercise_result *result = exercise_result(work);
    result->id = mem_string(exercise->id);
    result->program = mem_string(exercise->program);
    result->title = mem_string(strcmp(text_lang(), "fr") == 0 ? exercise->title.fr : exercise->title.en);
    work->program = mem_printf("%s/programs/%s-%zu", grading->folder, exercise->id, grading->n_works);
    submission_find(work->submission, exercise->program, exercise->also, &work->source);
    if (work->source.message != NULL)
        result->message = mem_string(work->source.message);
    if (work->source.recipe == RECIPE_NONE) {
        result->status = STATUS_MISSING;
        result->nowhere = work->source.nowhere;
        result->blame = BLAME_SUBMISSION;
        result->build.status = BUILD_ABSENT;
        prepare_results(work);
        return;
    }
    plan_plays(work);
    const struct pool_job job = {
        .start = start_build, .done = finish_build, .context = work, .weight = heaviest_script(exercise) + 1};
    pool_add(grading->pool, &job);
}

/* --- the run --- */

static void free_work(struct exercise_work *work)
{
    for (size_t i = 0; i < work->n_plays; i++) {
        free(work->plays[i]->parts);
        free(work->plays[i]);
    }
    free(work->plays);
    program_source_free(&work->source);
    free(work->program);
    free(work);
}

void grading_add(struct grading *grading, const struct submission *submission, const struct exercise *exercise,
                 struct grade_result *tree)
{
    struct exercise_work *work = mem_alloc(sizeof *work);
    *ARRAY_ADD(tree->exercises, tree->n_exercises) = (struct exercise_result){.weight = 1};
    *work = (struct exercise_work){.grading = grading,
                                   .submission = submission,
                                   .exercise = exercise,
                                   .tree = tree,
                                   .result = tree->n_exercises - 1};
    *ARRAY_ADD(grading->works, grading->n_works) = work;
    begin_exercise(work);
    pool_turn(grading->pool);
}

int grading_run(struct grading *grading, struct err *err)
{
    int status = pool_run(grading->pool) < 0 ? err_set(err, BLAME_ENVIRONMENT, _("interrupted")) : 0;
    for (size_t i = 0; i < grading->n_works; i++)
        free_work(grading->works[i]);
    free(grading->works);
    grading->works = NULL;
    grading->n_works = 0;
    return status;
}

static int make_folder(struct grading *grading, struct err *err)
{
    grading->folder = fs_temporary(err);
    if (grading->folder == NULL)
        return -1;
    grading->skeleton = mem_printf("%s/root", grading->folder);
    AUTO_FREE char *programs = mem_printf("%s/programs", grading->folder);
    if (mkdir(programs, 0755) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot make %s"), programs);
    return skeleton_make(grading->skeleton, err);
}

static int prepare(struct grading *grading, char **plan, struct err *err)
{
    const struct grade_request *request = grading->request;
    interrupt_catch();
    /* Worlds look for it from another folder. */
    AUTO_FREE char *build = realpath(request->build, NULL);
    grading->reference = mem_printf("%s/reference", build != NULL ? build : request->build);
    if (make_folder(grading, err) < 0)
        return -1;
    struct plan example;
    struct probe probe;
    plan_for_programs(&example, grading->skeleton);
    example.cpu = -1;
    sandbox_probe_begin(&example, &probe);
    int status = policy_make(&grading->for_programs, POLICY_PROGRAM, err);
    if (status == 0)
        status = policy_make(&grading->for_compilers, POLICY_COMPILER, err);
    if (sandbox_probe_end(&probe, err) < 0)
        status = -1;
    if (status == 0 && request->plan) {
        struct buf printed = BUF_EMPTY;
        plan_print(&example, &printed);
        *plan = buf_steal(&printed);
    }
    plan_free(&example);
    grading->pool = pool_new(request->jobs);
    grading->unwinder = unwinder_new();
    return status;
}

struct grading *grading_new(const struct grade_request *request, char **plan, struct err *err)
{
    struct grading *grading = mem_alloc(sizeof *grading);
    grading->request = request;
    *plan = NULL;
    if (prepare(grading, plan, err) == 0)
        return grading;
    grading_free(grading);
    return NULL;
}

void grading_free(struct grading *grading)
{
    if (grading == NULL)
        return;
    struct err ignored = ERR_NONE;
    /* First the folder: the worlds whose results have come still need some milliseconds to end. */
    if (grading->folder != NULL)
        fs_remove_tree(grading->folder, &ignored);
    if (grading->pool != NULL)
        pool_free(grading->pool);
    if (grading->unwinder != NULL)
        unwinder_free(grading->unwinder);
    for (size_t i = 0; i < grading->n_works; i++)
        free_work(grading->works[i]);
    free(grading->works);
    policy_free(&grading->for_programs);
    policy_free(&grading->for_compilers);
    free(grading->folder);
    free(grading->skeleton);
    free(grading->reference);
    free(grading);
}
