#include "bench/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judgement/catalogue.h"

/* exec takes no constant strings, so these are none. */
static char make[] = "make", again[] = "-B", into[] = "-C", compiler[] = "CC=gcc";
/* The course's flags: what the grader itself compiles with. */
static char flags[] = "CFLAGS=-std=gnu17 -Wall -Wextra -g -O0 -fno-omit-frame-pointer -pthread";

static char whole_course[] = "all";

int course_load(struct course *course, const struct stage *stage, struct err *err)
{
    const struct grade_request request = {
        .root = stage->root, .assignment = whole_course, .only = course->only, .n_only = course->n_only};
    struct catalogue catalogue;
    if (catalogue_open(&catalogue, &request, err) < 0)
        return -1;
    int status = 0;
    for (size_t i = 0; status == 0 && i < catalogue.assignment.n; i++) {
        if (!catalogue_may_want(&request, catalogue.assignment.items[i].exercise))
            continue;
        status = catalogue_read(&catalogue, i, &request, err);
        if (status == 0)
            *ARRAY_ADD(course->programs, course->n) = mem_string(catalogue.exercises[i].program);
    }
    catalogue_free(&catalogue);
    return status;
}

void course_free(struct course *course)
{
    for (size_t i = 0; i < course->n; i++)
        free(course->programs[i]);
    free(course->programs);
}

pid_t whole_start(char *const *argv, struct err *err)
{
    AUTO_CLOSE int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t pid = null < 0 ? -1 : fork();
    if (pid < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "cannot start %s", argv[0]);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* the grader then gives its folder back */
        if (dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0)
            execvp(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static int run(char *const *argv, struct spent *spent, struct err *err)
{
    struct spent start = spent_now();
    pid_t pid = whole_start(argv, err);
    int status = -1;
    if (pid < 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *spent = spent_since(&start);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, BLAME_HARNESS, "%s ended with status %d", argv[0],
                       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}

struct arguments {
    char **items;
    size_t n;
};

static void add_arguments(struct arguments *a, char *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *ARRAY_ADD(a->items, a->n) = items[i];
}

int whole_grade(const struct stage *stage, const struct course *course, int jobs, struct spent *spent, struct err *err)
{
    AUTO_FREE char *program = mem_printf("%s/grade", stage->build);
    AUTO_FREE char *submission = mem_printf("%s/%s", stage->root, course->sources);
    AUTO_FREE char *root = mem_printf("--root=%s", stage->root);
    AUTO_FREE char *build = mem_printf("--build=%s", stage->build);
    AUTO_FREE char *side_by_side = mem_printf("--jobs=%d", jobs);
    char no_memcheck[] = "--no-memcheck", assignment[] = "--assignment", only[] = "--only";
    struct arguments a = {.n = 0};
    char *const first[] = {program, root, build, no_memcheck, submission, assignment, whole_course};
    add_arguments(&a, first, COUNT_OF(first));
    for (size_t i = 0; i < course->n_only; i++)
        add_arguments(&a, (char *const[]){only, course->only[i]}, 2);
    char *const last[] = {jobs > 0 ? side_by_side : NULL, NULL};
    add_arguments(&a, last, COUNT_OF(last));
    int status = run(a.items, spent, err);
    free(a.items);
    return status;
}

/* Everything anew each time (-B), by make's own rule for a program of one source. */
int whole_compile(const struct stage *stage, const struct course *course, struct spent *spent, struct err *err)
{
    /* make knows no spaces in paths: a link of our own leads to the sources. */
    static char path[] = "VPATH=sources";
    AUTO_FREE char *link = mem_printf("%s/sources", stage->folder);
    AUTO_FREE char *target = mem_printf("%s/%s", stage->root, course->sources);
    AUTO_FREE char *absolute = realpath(target, NULL);
    unlink(link);
    if (absolute == NULL || symlink(absolute, link) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "cannot find %s", target);
    AUTO_FREE char *side_by_side = mem_printf("-j%d", processors());
    struct arguments a = {.n = 0};
    char *const first[] = {make, again, side_by_side, into, stage->folder, compiler, flags, path};
    add_arguments(&a, first, COUNT_OF(first));
    add_arguments(&a, course->programs, course->n);
    add_arguments(&a, (char *const[]){NULL}, 1);
    int status = run(a.items, spent, err);
    free(a.items);
    return status;
}
