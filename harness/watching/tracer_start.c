/* Starting a program: its terminals, its standard input, its descriptors; watched from its first instruction on. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "ground/text.h"
#include "watching/sandbox.h"
#include "watching/tracee.h"

/* What the child needs; all of it is made before the fork. */
struct start {
    const struct launch *launch;
    const struct bounds *bounds;
    const struct policy *policy;
    int input, output, errors; /* become 0, 1, 2 */
    int ready;                 /* a byte goes here when the tracer may attach */
    int go;                    /* a byte comes when it has */
    int trouble;               /* errno goes here when something fails before the program runs */
};

/* No echo, no translation: what is written arrives unchanged, and yet it is a terminal. */
static void make_plain(int slave)
{
    struct termios settings;
    if (tcgetattr(slave, &settings) == 0) {
        settings.c_oflag &= ~(tcflag_t)OPOST;
        settings.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
        tcsetattr(slave, TCSANOW, &settings);
    }
}

static int open_terminal(struct tracer *tracer, int actor, enum stream stream, int *slave, struct err *err)
{
    char maker[32];
    snprintf(maker, sizeof maker, "/proc/self/fd/%d", tracer->ptmx);
    AUTO_CLOSE int master = open(maker, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int unlocked = 0, number = -1;
    if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0 || ioctl(master, TIOCGPTN, &number) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot open a pseudo-terminal"));
    *slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot open a pseudo-terminal"));
    make_plain(*slave);
    struct terminal *terminal = mem_alloc(sizeof *terminal);
    *terminal = (struct terminal){
        .number = number, .master = steal_fd(&master), .actor = actor, .stream = stream, .tracer = tracer};
    *ARRAY_ADD(tracer->terminals, tracer->n_terminals) = terminal;
    if (tracer_watch(tracer, terminal->master, EPOLLIN | EPOLLET, terminal_drain, terminal) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot open a pseudo-terminal"));
    return 0;
}

static _Noreturn void fail(int trouble)
{
    int error = errno;
    ssize_t ignored = write(trouble, &error, sizeof error);
    (void)ignored;
    _exit(127);
}

/* The same for everybody, whatever the grader's own environment is. A leak checker stops a process by ptrace, which the tracer
   holds already: it would give up, and make the program fail. */
static const char *const environment[] = {"PATH=/usr/bin:/bin",
                                          "HOME=/tmp",
                                          "USER=etudiant",
                                          "LOGNAME=etudiant",
                                          "LANG=C.UTF-8",
                                          "TERM=xterm",
                                          "SHELL=/bin/sh",
                                          "ASAN_OPTIONS=detect_leaks=0",
                                          "LSAN_OPTIONS=detect_leaks=0",
                                          NULL};

static int become(void *arg)
{
    const struct start *start = arg;
    char go = 0;
    /* The world's first process cannot be looked into, nor could its child be watched: exec makes this so anyway. */
    if (prctl(PR_SET_DUMPABLE, 1) < 0 || write(start->ready, "", 1) != 1 || read(start->go, &go, 1) != 1)
        _exit(127);
    if (sandbox_confine(start->bounds) < 0 || personality(ADDR_NO_RANDOMIZE) < 0 || chdir("/tmp") < 0 ||
        dup2(start->input, STDIN_FILENO) < 0 || dup2(start->output, STDOUT_FILENO) < 0 ||
        dup2(start->errors, STDERR_FILENO) < 0)
        fail(start->trouble);
    /* Libraries of ours open files without O_CLOEXEC; a program starts with what it is given and nothing else. */
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        fail(start->trouble);
    for (int i = 0; i < start->launch->descriptors; i++) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0 || dup2(null, STDERR_FILENO + 1 + i) < 0)
            fail(start->trouble);
    }
    if ((start->launch->raw && sandbox_keep_raw_sockets() < 0) || policy_install(start->policy) < 0)
        fail(start->trouble);
    execve(start->launch->path, start->launch->argv, (char *const *)environment);
    fail(start->trouble);
}

static int attach(struct tracer *tracer, pid_t pid, const struct start *start, int ready, struct err *err)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEEXEC | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
    char byte = 0;
    if (read(ready, &byte, 1) != 1 || ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0 ||
        prctl(PR_SET_DUMPABLE, 0) < 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, __WALL);
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot watch programs (ptrace)"));
    }
    struct process *process = process_add(tracer, pid, start->launch->actor, true);
    thread_add(tracer, pid, process);
    process_note(tracer, process, PROCESS_STARTED, 0, 0);
    return 0;
}

static bool has_executed(void *context)
{
    const struct tracer *tracer = *(struct tracer **)context;
    const struct event *last = &tracer->transcript->events[tracer->transcript->n_events - 1];
    return last->kind == EVENT_PROCESS && last->change.change == PROCESS_EXECUTED;
}

/*
 * What failed before the program ran: an errno; 0 when it runs. Its first stop tells: that of exec, which has closed the other
 * end of the pipe, or, since what it does is watched by then, that of the write which says why there was no exec.
 */
static int trouble_of(pid_t pid, int trouble)
{
    siginfo_t ignored;
    waitid(P_PID, (id_t)pid, &ignored, WEXITED | WSTOPPED | WNOWAIT | __WALL);
    int error = 0;
    fcntl(trouble, F_SETFL, O_NONBLOCK);
    ssize_t n = read(trouble, &error, sizeof error);
    if (n < 0 && errno == EAGAIN && waitpid(pid, NULL, __WALL) == pid && ptrace(PTRACE_CONT, pid, NULL, NULL) == 0) {
        fcntl(trouble, F_SETFL, 0);
        n = read(trouble, &error, sizeof error);
    }
    return n == (ssize_t)sizeof error ? error : 0;
}

/*
 * The file is what is wrong, not how we went about it. The build has looked at it, but cannot see all that may be wrong. When
 * the file is there and may be executed, what is not found, or not allowed, is its interpreter.
 */
static bool is_files_own(int error, const char *path)
{
    bool interpreter = (error == ENOENT || error == EACCES || error == ENOTDIR) && access(path, X_OK) == 0;
    return interpreter || error == ENOEXEC || error == EINVAL || error == ELIBBAD || error == ENOMEM || error == EFAULT ||
           error == EIO || error == ELOOP;
}

/* A file that the system does not execute: as a shell would have it, a program that ended with 127. */
static void never_ran(struct tracer *tracer, pid_t pid)
{
    enum { CANNOT_BE_RUN = 127 };
    kill(pid, SIGKILL);
    waitpid(pid, NULL, __WALL);
    struct process *process = process_find(tracer, pid);
    process_note(tracer, process, PROCESS_EXITED, 0, CANNOT_BE_RUN);
    process_remove(tracer, process);
}

static int let_go(struct tracer *tracer, pid_t pid, const char *path, int go, int trouble, struct err *err)
{
    int error = write(go, "", 1) == 1 ? trouble_of(pid, trouble) : errno;
    if (is_files_own(error, path)) {
        never_ran(tracer, pid);
        return 0;
    }
    if (error != 0) {
        errno = error;
        return err_errno(err, BLAME_HARNESS, _("cannot run the program in the sandbox"));
    }
    tracer_run(tracer, false, has_executed, &tracer);
    return 0;
}

int tracer_start(struct tracer *tracer, const struct launch *launch, struct err *err)
{
    int input[2], ready[2], go[2], trouble[2];
    if (pipe2(input, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0 || pipe2(go, O_CLOEXEC) < 0 ||
        pipe2(trouble, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    AUTO_CLOSE int input_out = input[0];
    AUTO_CLOSE int input_in = input[1];
    AUTO_CLOSE int ready_out = ready[0];
    AUTO_CLOSE int ready_in = ready[1];
    AUTO_CLOSE int go_out = go[0];
    AUTO_CLOSE int go_in = go[1];
    AUTO_CLOSE int trouble_out = trouble[0];
    AUTO_CLOSE int trouble_in = trouble[1];
    AUTO_CLOSE int output = -1;
    AUTO_CLOSE int errors = -1;
    if (open_terminal(tracer, launch->actor, STREAM_STDOUT, &output, err) < 0 ||
        open_terminal(tracer, launch->actor, STREAM_STDERR, &errors, err) < 0)
        return -1;
    struct start start = {launch, &tracer->bounds, tracer->policy, input_out, output, errors, ready_in, go_out, trouble_in};
    /*
     * The child lives in our memory until it executes the program: copying that would cost more than all else about a start. We
     * keep still meanwhile, in let_go(). Beside other programs it gets a copy all the same: while it is in our memory we are
     * as dumpable as it is, and nobody shall look.
     */
    enum { STACK_SIZE = 32768 };
    _Alignas(16) char stack[STACK_SIZE];
    pid_t pid = clone(become, stack + sizeof stack, SIGCHLD | (tracer->n_processes == 0 ? CLONE_VM : 0), &start);
    if (pid < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "clone");
    close(steal_fd(&trouble_in));
    close(steal_fd(&ready_in));
    fcntl(input_in, F_SETFL, O_NONBLOCK);
    if (attach(tracer, pid, &start, ready_out, err) < 0)
        return -1;
    if (launch->input && input_open(tracer, launch->actor, steal_fd(&input_in), steal_fd(&input_out)) < 0)
        return err_errno(err, BLAME_HARNESS, "epoll_ctl");
    return let_go(tracer, pid, launch->path, go_in, trouble_out, err);
}
