/*
 * bench: measures what design and interface promise, and says of each promise whether it is kept. `make bench` runs it.
 *
 * Usage: bench --root PROJECT --build FOLDER [NAME...]: scenario, submission, whole, cores, endings; none: all.
 * Exit status: 0; 1 when something could not be measured; 2 for a wrong argument. A target that is missed is no failure:
 * machines differ, and so do their neighbours.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/stage.h"
#include "bench/whole.h"
#include "ground/interrupt.h"
#include "ground/text.h"
#include "watching/plan.h"

enum { PAIRS = 7, SLOW_PAIRS = 5, WORLDS = 40, HUNG = 10, LOOPS = 3 };

static double pairs_ratio(double a[], double b[], size_t n, double *median_a, double *median_b)
{
    double ratios[PAIRS];
    for (size_t i = 0; i < n; i++)
        ratios[i] = a[i] / b[i];
    *median_a = median(a, n);
    *median_b = median(b, n);
    return median(ratios, n);
}

/* --- one scenario --- */

static int measure_scenario(const struct stage *stage, struct measures *measures, struct err *err)
{
    struct batch watched = {stage, &stage->client, NULL, stage->client_program, VERDICT_PASSED, WORLDS};
    struct batch bare = watched;
    if (batch_find(&watched, "message", err) < 0)
        return -1;
    double time[2][PAIRS], processor[2][PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        struct spent spent[2];
        if (batch_run(&watched, 1, &spent[0], err) < 0 || batch_run(&bare, 1, &spent[1], err) < 0)
            return -1;
        for (int side = 0; side < 2; side++) {
            time[side][i] = spent[side].elapsed / WORLDS * 1e3;
            processor[side][i] = spent[side].processor / WORLDS * 1e3;
        }
    }
    double a, b;
    double ratio = pairs_ratio(time[0], time[1], PAIRS, &a, &b);
    measure_set(measures, MEASURE_SCENARIO_TIME, ratio, "%.2f ms / %.2f ms", a, b);
    ratio = pairs_ratio(processor[0], processor[1], PAIRS, &a, &b);
    measure_set(measures, MEASURE_SCENARIO_PROCESSOR, ratio, "%.2f ms / %.2f ms", a, b);
    return 0;
}

/* --- a whole submission --- */

/* The course's first five as a student of the lecture would write them, and the model programs of all exercises. */
static char one[] = "socket", two[] = "tcp-connect", three[] = "tcp-client", four[] = "tcp-bind", five[] = "tcp-server";
static char *const first_five[] = {one, two, three, four, five};
static const struct course lecture = {
    .sources = "fixtures/correct/lecture", .only = first_five, .n_only = COUNT_OF(first_five)};
static const struct course models = {.sources = "reference"};

static int measure_course(const struct stage *stage, const struct course *which, enum measure_id time_id,
                          enum measure_id processor_id, struct measures *measures, struct err *err)
{
    double time[2][PAIRS], processor[2][PAIRS];
    struct course course = *which;
    int status = course_load(&course, stage, err);
    for (size_t i = 0; status == 0 && i < SLOW_PAIRS; i++) {
        struct spent spent[2];
        status = whole_grade(stage, &course, 0, &spent[0], err);
        if (status == 0)
            status = whole_compile(stage, &course, &spent[1], err);
        for (int side = 0; status == 0 && side < 2; side++) {
            time[side][i] = spent[side].elapsed;
            processor[side][i] = spent[side].processor;
        }
    }
    if (status == 0) {
        double a, b;
        double ratio = pairs_ratio(time[0], time[1], SLOW_PAIRS, &a, &b);
        measure_set(measures, time_id, ratio, "%.2f s / %.2f s, %zu programs", a, b, course.n);
        ratio = pairs_ratio(processor[0], processor[1], SLOW_PAIRS, &a, &b);
        measure_set(measures, processor_id, ratio, "%.2f s / %.2f s", a, b);
    }
    course_free(&course);
    return status;
}

static int measure_submission(const struct stage *stage, struct measures *measures, struct err *err)
{
    return measure_course(stage, &lecture, MEASURE_SUBMISSION, MEASURE_SUBMISSION_PROCESSOR, measures, err);
}

static int measure_whole(const struct stage *stage, struct measures *measures, struct err *err)
{
    return measure_course(stage, &models, MEASURE_WHOLE, MEASURE_WHOLE_PROCESSOR, measures, err);
}

static int measure_cores(const struct stage *stage, struct measures *measures, struct err *err)
{
    if (processors() < 2) {
        measure_failed(measures, MEASURE_CORES, "there is one processor only");
        return 0;
    }
    double alone[PAIRS], both[PAIRS];
    for (size_t i = 0; i < SLOW_PAIRS; i++) {
        struct spent spent[2];
        if (whole_grade(stage, &lecture, 1, &spent[0], err) < 0 || whole_grade(stage, &lecture, 2, &spent[1], err) < 0)
            return -1;
        alone[i] = spent[0].elapsed;
        both[i] = spent[1].elapsed;
    }
    double a, b;
    double ratio = pairs_ratio(alone, both, SLOW_PAIRS, &a, &b);
    measure_set(measures, MEASURE_CORES, ratio, "%.2f s / %.2f s", a, b);
    return 0;
}

/* --- programs that do not end --- */

static int measure_hang(const struct stage *stage, const char *ending, enum measure_id id, struct measures *measures,
                        struct err *err)
{
    struct batch hung = {stage, &stage->endings, NULL, stage->endings_program, VERDICT_FAILED, HUNG};
    struct batch ended = {stage, &stage->endings, NULL, stage->endings_program, VERDICT_PASSED, HUNG};
    if (batch_find(&hung, ending, err) < 0 || batch_find(&ended, "ends", err) < 0)
        return -1;
    double more[PAIRS], with[PAIRS], without[PAIRS];
    for (size_t i = 0; i < SLOW_PAIRS; i++) {
        struct spent spent[2];
        if (batch_run(&hung, 1, &spent[0], err) < 0 || batch_run(&ended, 1, &spent[1], err) < 0)
            return -1;
        with[i] = spent[0].elapsed / HUNG * 1e3;
        without[i] = spent[1].elapsed / HUNG * 1e3;
        more[i] = with[i] - without[i];
    }
    measure_set(measures, id, median(more, SLOW_PAIRS), "%.2f ms - %.2f ms", median(with, SLOW_PAIRS),
                median(without, SLOW_PAIRS));
    return 0;
}

/* A process that computes for as long as a program may, where the pool's first place is. */
static double burn_allowance(const struct stage *stage)
{
    struct plan plan;
    plan_for_programs(&plan, stage->skeleton);
    int64_t allowance = plan.bounds.cpu;
    plan_free(&plan);
    struct spent start = spent_now();
    pid_t pid = fork();
    if (pid == 0) {
        use_first_processor();
        struct timespec used = {0, 0};
        while (used.tv_sec * INT64_C(1000000000) + used.tv_nsec < allowance)
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return spent_since(&start).elapsed;
}

/* The processor time of what a world's end kills is in nobody's account, so that only elapsed times can be compared. */
static int measure_loop(const struct batch *computes, struct measures *measures, struct err *err)
{
    double loop[PAIRS], second[PAIRS];
    for (size_t i = 0; i < LOOPS; i++) {
        struct spent spent;
        if (batch_run(computes, 1, &spent, err) < 0)
            return -1;
        loop[i] = spent.elapsed;
        second[i] = burn_allowance(computes->stage);
    }
    double a, b;
    double ratio = pairs_ratio(loop, second, LOOPS, &a, &b);
    measure_set(measures, MEASURE_ENDLESS_LOOP, ratio, "%.2f s / %.2f s", a, b);
    return 0;
}

static int measure_meanwhile(const struct batch *computes, const struct batch *others, struct measures *measures,
                             struct err *err)
{
    double beside[PAIRS], alone[PAIRS];
    for (size_t i = 0; i < LOOPS; i++) {
        struct spent spent[2];
        if (batch_run_beside(computes, others, 2, &spent[0], err) < 0 || batch_run(others, 1, &spent[1], err) < 0)
            return -1;
        beside[i] = spent[0].elapsed;
        alone[i] = spent[1].elapsed;
    }
    double a, b;
    double ratio = pairs_ratio(beside, alone, LOOPS, &a, &b);
    measure_set(measures, MEASURE_MEANWHILE, ratio, "%zu scenarios: %.0f ms / %.0f ms", others->n, a * 1e3, b * 1e3);
    return 0;
}

static int measure_endings(const struct stage *stage, struct measures *measures, struct err *err)
{
    struct batch computes = {stage, &stage->endings, NULL, stage->endings_program, VERDICT_FAILED, 1};
    struct batch others = {stage, &stage->endings, NULL, stage->endings_program, VERDICT_PASSED, WORLDS};
    if (measure_hang(stage, "waits", MEASURE_DEADLOCK, measures, err) < 0 ||
        measure_hang(stage, "pauses", MEASURE_PAUSE, measures, err) < 0 ||
        measure_hang(stage, "sleeps", MEASURE_ENDLESS_SLEEP, measures, err) < 0 ||
        batch_find(&computes, "computes", err) < 0 || batch_find(&others, "ends", err) < 0 ||
        measure_loop(&computes, measures, err) < 0)
        return -1;
    if (processors() < 2) {
        measure_failed(measures, MEASURE_MEANWHILE, "there is one processor only");
        return 0;
    }
    return measure_meanwhile(&computes, &others, measures, err);
}

/* --- the whole --- */

static const struct {
    const char *name;
    int (*run)(const struct stage *stage, struct measures *measures, struct err *err);
    enum measure_id first, last; /* what it measures */
} groups[] = {
    {"scenario", measure_scenario, MEASURE_SCENARIO_TIME, MEASURE_SCENARIO_PROCESSOR},
    {"submission", measure_submission, MEASURE_SUBMISSION, MEASURE_SUBMISSION_PROCESSOR},
    {"whole", measure_whole, MEASURE_WHOLE, MEASURE_WHOLE_PROCESSOR},
    {"cores", measure_cores, MEASURE_CORES, MEASURE_CORES},
    {"endings", measure_endings, MEASURE_DEADLOCK, MEASURE_MEANWHILE},
};

static void run_group(size_t g, const struct stage *stage, struct measures *measures)
{
    struct err err = ERR_NONE;
    if (interrupt_caught() != 0)
        err_set(&err, BLAME_ENVIRONMENT, "interrupted");
    else if (groups[g].run(stage, measures, &err) == 0)
        return;
    for (enum measure_id id = groups[g].first; id <= groups[g].last; id++)
        if (!measures->all[id].measured)
            measure_failed(measures, id, "%s", err.text);
}

static bool wanted(const char *name, char *const *names)
{
    if (*names == NULL)
        return true;
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool is_group(const char *name)
{
    for (size_t g = 0; g < COUNT_OF(groups); g++)
        if (strcmp(groups[g].name, name) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    text_init("en", NULL);
    /* The make that started us means its own jobs, not those that are measured. */
    unsetenv("MAKEFLAGS");
    unsetenv("MAKELEVEL");
    if (argc < 5 || strcmp(argv[1], "--root") != 0 || strcmp(argv[3], "--build") != 0) {
        fprintf(stderr, "bench: usage: bench --root PROJECT --build FOLDER [NAME...]\n");
        return 2;
    }
    char *const *names = argv + 5;
    for (char *const *name = names; *name != NULL; name++) {
        if (!is_group(*name)) {
            fprintf(stderr, "bench: no measurement is called %s\n", *name);
            return 2;
        }
    }
    struct stage stage;
    struct measures measures = {0};
    struct err err = ERR_NONE;
    interrupt_catch(); /* the stage's folder must go */
    if (stage_make(&stage, argv[2], argv[4], &err) < 0) {
        fprintf(stderr, "bench: %s\n", err.text);
        return EXIT_FAILURE;
    }
    for (size_t g = 0; g < COUNT_OF(groups); g++)
        if (wanted(groups[g].name, names))
            run_group(g, &stage, &measures);
    stage_free(&stage);
    return measures_print(&measures) ? EXIT_SUCCESS : EXIT_FAILURE;
}
