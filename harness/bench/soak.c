/*
 * soak: grades every known submission again and again, every other time beside many busy processes, and tells each result
 * file that is not, byte for byte, the one of the first time. `make soak RUNS=50` runs it.
 *
 * Usage: soak --root PROJECT --build FOLDER [--runs N] [--sample N] [--match PATTERN] [--busy N]
 * --match: the submissions whose path fits only, as with fnmatch(3) and its FNM_EXTMATCH. --sample: that many of them only,
 * spread evenly. As many graders run side by side as there are processors, and one more for each busy process.
 * Exit status: 0; 1 when results differ; 2 for a wrong argument; 3 when nothing could be graded.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/difference.h"
#include "bench/fixtures.h"
#include "bench/whole.h"
#include "ground/fs.h"
#include "ground/interrupt.h"
#include "ground/text.h"

enum { MOST_BUSY = 256, RESULT_SIZE = 16 << 20 };

struct soak {
    const char *root, *build, *match;
    long runs, sample, busy;
    char *folder; /* temporary, for the result files */
    struct fixtures fixtures;
    struct buf *first; /* by fixture: its result of the first run */
    pid_t spinning[MOST_BUSY];
    size_t n_spinning;
    size_t differences, broken;
};

/* --- busy neighbours --- */

static void start_busy(struct soak *soak)
{
    for (long i = 0; i < soak->busy && soak->n_spinning < MOST_BUSY; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (volatile unsigned long count = 0;;)
                count++;
        }
        if (pid > 0)
            soak->spinning[soak->n_spinning++] = pid;
    }
}

static void end_busy(struct soak *soak)
{
    while (soak->n_spinning > 0) {
        pid_t pid = soak->spinning[--soak->n_spinning];
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

/* --- one run --- */

static char *result_path(const struct soak *soak, size_t fixture)
{
    return mem_printf("%s/%zu.json", soak->folder, fixture);
}

static pid_t grade(const struct soak *soak, size_t fixture, struct err *err)
{
    AUTO_FREE char *program = mem_printf("%s/grade", soak->build);
    AUTO_FREE char *root = mem_printf("--root=%s", soak->root);
    AUTO_FREE char *build = mem_printf("--build=%s", soak->build);
    AUTO_FREE char *result = result_path(soak, fixture);
    AUTO_FREE char *json = mem_printf("--json=%s", result);
    const struct fixture *graded = &soak->fixtures.items[fixture];
    AUTO_FREE char *submission = mem_printf("%s/%s", soak->root, graded->path);
    const char *exercise = graded->exercise;
    AUTO_FREE char *wanted = exercise != NULL ? mem_printf("--only=%s", exercise) : mem_string("--assignment=all");
    char language[] = "--lang=en", no_memcheck[] = "--no-memcheck";
    char *const argv[] = {program, root, build, language, no_memcheck, json, submission, wanted, NULL};
    unlink(result);
    return whole_start(argv, err);
}

/* Compares the result that has come with the first one. */
static void take_result(struct soak *soak, long run, size_t fixture)
{
    AUTO_FREE char *path = result_path(soak, fixture);
    struct buf result = BUF_EMPTY;
    struct err err = ERR_NONE;
    const char *name = soak->fixtures.items[fixture].path;
    if (fs_read(path, RESULT_SIZE, &result, &err) < 0) {
        printf("run %ld: %s: no result: %s\n", run, name, err.text);
        soak->broken++;
    } else if (soak->first[fixture].len == 0) {
        soak->first[fixture] = result;
        return;
    } else if (result.len != soak->first[fixture].len || memcmp(result.data, soak->first[fixture].data, result.len) != 0) {
        printf("run %ld%s: %s:\n", run, soak->n_spinning > 0 ? " (busy)" : "", name);
        difference_print(&soak->first[fixture], &result);
        soak->differences++;
    }
    buf_free(&result);
}

static int play_run(struct soak *soak, long run, struct err *err)
{
    size_t n = soak->fixtures.n, next = 0, places = (size_t)processors() + soak->n_spinning;
    AUTO_FREE pid_t *pids = mem_alloc(places * sizeof *pids);
    AUTO_FREE size_t *graded = mem_alloc(places * sizeof *graded);
    size_t running = 0;
    while (next < n || running > 0) {
        for (size_t i = 0; i < places && next < n; i++) {
            if (pids[i] != 0)
                continue;
            graded[i] = next;
            pids[i] = grade(soak, next++, err);
            if (pids[i] < 0)
                return -1;
            running++;
        }
        pid_t ended = wait(NULL);
        if (interrupt_caught() != 0)
            return err_set(err, BLAME_ENVIRONMENT, "interrupted");
        for (size_t i = 0; i < places; i++) {
            if (ended <= 0 || pids[i] != ended)
                continue;
            pids[i] = 0;
            running--;
            take_result(soak, run, graded[i]);
        }
    }
    return 0;
}

static int play(struct soak *soak, struct err *err)
{
    soak->first = mem_alloc(soak->fixtures.n * sizeof *soak->first);
    for (long run = 1; run <= soak->runs; run++) {
        if (run % 2 == 0)
            start_busy(soak);
        struct spent start = spent_now();
        int status = play_run(soak, run, err);
        bool busy = soak->n_spinning > 0;
        end_busy(soak);
        if (status < 0)
            return -1;
        printf("run %ld%s: %.1f s\n", run, busy ? " (busy)" : "", spent_since(&start).elapsed);
        fflush(stdout);
    }
    return 0;
}

/* --- the whole --- */

static bool read_arguments(struct soak *soak, int argc, char **argv)
{
    const struct {
        const char *name;
        const char **text;
        long *number;
    } known[] = {{"--root", &soak->root, NULL},     {"--build", &soak->build, NULL},
                 {"--match", &soak->match, NULL},   {"--runs", NULL, &soak->runs},
                 {"--sample", NULL, &soak->sample}, {"--busy", NULL, &soak->busy}};
    for (int i = 1; i < argc; i += 2) {
        size_t k = 0;
        while (k < COUNT_OF(known) && strcmp(argv[i], known[k].name) != 0)
            k++;
        if (k == COUNT_OF(known) || i + 1 == argc)
            return false;
        char *end = NULL;
        if (known[k].text != NULL)
            *known[k].text = argv[i + 1];
        else if ((*known[k].number = strtol(argv[i + 1], &end, 10)) < 0 || *end != '\0')
            return false;
    }
    return soak->root != NULL && soak->build != NULL && soak->runs > 0;
}

static void tidy(struct soak *soak)
{
    struct err ignored = ERR_NONE;
    if (soak->folder != NULL)
        fs_remove_tree(soak->folder, &ignored);
    for (size_t i = 0; soak->first != NULL && i < soak->fixtures.n; i++)
        buf_free(&soak->first[i]);
    free(soak->first);
    free(soak->folder);
    fixtures_free(&soak->fixtures);
}

int main(int argc, char **argv)
{
    struct soak soak = {.match = "*", .runs = 50, .busy = 8};
    struct err err = ERR_NONE;
    text_init("en", NULL);
    if (!read_arguments(&soak, argc, argv)) {
        fprintf(stderr, "soak: usage: soak --root PROJECT --build FOLDER [--runs N] [--sample N] [--match PATTERN] "
                        "[--busy N]\n");
        return 2;
    }
    interrupt_catch(); /* its folder must go */
    soak.folder = fs_temporary(&err);
    int status = 3;
    if (soak.folder == NULL || fixtures_find(&soak.fixtures, soak.root, soak.match, (size_t)soak.sample, &err) < 0 ||
        play(&soak, &err) < 0) {
        fprintf(stderr, "soak: %s\n", err.text);
    } else {
        size_t n = soak.fixtures.n * (size_t)soak.runs;
        printf("soak: %zu gradings of %zu submissions, %zu differed, %zu gave no result\n", n, soak.fixtures.n,
               soak.differences, soak.broken);
        status = soak.broken == n ? 3 : soak.differences + soak.broken > 0;
    }
    tidy(&soak);
    return status;
}
