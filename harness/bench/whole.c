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

int course_load(struct course *course, const struct stage *stage, const char *assignment, const char *sources, struct err *err)
{
    *course = (struct course){.assignment = assignment, .sources = sources};
    const struct grade_request request = {.root = stage->root, .assignment = assignment};
    struct catalogue catalogue;
    if (catalogue_open(&catalogue, &request, err) < 0)
        return -1;
    int status = 0;
    for (size_t i = 0; status == 0 && i < catalogue.assignment.n; i++) {
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

int whole_grade(const struct stage *stage, const struct course *course, int jobs, struct spent *spent, struct err *err)
{
    AUTO_FREE char *program = mem_printf("%s/grade", stage->build);
    AUTO_FREE char *submission = mem_printf("%s/%s", stage->root, course->sources);
    AUTO_FREE char *root = mem_printf("--root=%s", stage->root);
    AUTO_FREE char *build = mem_printf("--build=%s", stage->build);
    AUTO_FREE char *assignment = mem_printf("--assignment=%s", course->assignment);
    AUTO_FREE char *side_by_side = mem_printf("--jobs=%d", jobs);
    char no_memcheck[] = "--no-memcheck";
    char *const argv[] = {program, root, build, assignment, no_memcheck, submission, jobs > 0 ? side_by_side : NULL, NULL};
    return run(argv, spent, err);
}

/* Everything anew each time (-B), by make's own rule for a program of one source. */
int whole_compile(const struct stage *stage, const struct course *course, struct spent *spent, struct err *err)
{
    /* make knows no spaces in paths: a link of our own leads to the sources. */
    AUTO_FREE char *link = mem_printf("%s/%s", stage->folder, course->assignment);
    AUTO_FREE char *target = mem_printf("%s/%s", stage->root, course->sources);
    AUTO_FREE char *absolute = realpath(target, NULL);
    if (absolute == NULL || (symlink(absolute, link) < 0 && errno != EEXIST))
        return err_errno(err, BLAME_ENVIRONMENT, "cannot find %s", target);
    AUTO_FREE char *side_by_side = mem_printf("-j%d", processors());
    AUTO_FREE char *path = mem_printf("VPATH=%s", course->assignment);
    char *const first[] = {make, again, side_by_side, into, stage->folder, compiler, flags, path};
    AUTO_FREE char **argv = mem_alloc((COUNT_OF(first) + course->n + 1) * sizeof *argv);
    memcpy(argv, first, sizeof first);
    for (size_t i = 0; i < course->n; i++)
        argv[COUNT_OF(first) + i] = course->programs[i];
    return run(argv, spent, err);
}
