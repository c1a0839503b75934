#include "bench/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The five as their author wrote them, all in one folder. */
static const char sources[] = "fixtures/correct/lecture";

/* exec takes no constant strings, so these are none. */
static char make[] = "make", again[] = "-B", into[] = "-C", compiler[] = "CC=gcc", path[] = "VPATH=sources";
/* The course's flags: what the grader itself compiles with. */
static char flags[] = "CFLAGS=-std=gnu17 -Wall -Wextra -g -O0 -fno-omit-frame-pointer -pthread";
static char first[] = "creation_socket", second[] = "connexion_tcp", third[] = "client_tcp", fourth[] = "attache_tcp",
            fifth[] = "serveur_tcp";
#define PROGRAMS first, second, third, fourth, fifth

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

int whole_grade(const struct stage *stage, int jobs, struct spent *spent, struct err *err)
{
    AUTO_FREE char *program = mem_printf("%s/grade", stage->build);
    AUTO_FREE char *submission = mem_printf("%s/%s", stage->root, sources);
    AUTO_FREE char *root = mem_printf("--root=%s", stage->root);
    AUTO_FREE char *build = mem_printf("--build=%s", stage->build);
    AUTO_FREE char *side_by_side = mem_printf("--jobs=%d", jobs);
    char no_memcheck[] = "--no-memcheck";
    char *const argv[] = {program, root, build, no_memcheck, submission, jobs > 0 ? side_by_side : NULL, NULL};
    return run(argv, spent, err);
}

/* Everything anew each time (-B), by make's own rule for a program of one source. */
int whole_compile(const struct stage *stage, struct spent *spent, struct err *err)
{
    /* make knows no spaces in paths: a link of our own leads to the sources. */
    AUTO_FREE char *link = mem_printf("%s/sources", stage->folder);
    AUTO_FREE char *target = mem_printf("%s/%s", stage->root, sources);
    AUTO_FREE char *absolute = realpath(target, NULL);
    if (absolute == NULL || (symlink(absolute, link) < 0 && errno != EEXIST))
        return err_errno(err, BLAME_ENVIRONMENT, "cannot find %s", target);
    AUTO_FREE char *side_by_side = mem_printf("-j%d", processors());
    char *argv[] = {make, again, side_by_side, into, stage->folder, compiler, flags, path, PROGRAMS, NULL};
    return run(argv, spent, err);
}
