#include "watching/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ground/text.h"
#include "watching/network.h"

enum { NOBODY = 65534, MAP_SIZE = 64 };

#define NAMESPACES (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS)

/* --- outside: the user map --- */

static int write_proc(pid_t pid, const char *name, const char *text, struct err *err)
{
    char path[MAP_SIZE];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
    size_t n = strlen(text);
    if (fd < 0 || write(fd, text, n) != (ssize_t)n)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot write %s"), path);
    return 0;
}

static int write_maps(pid_t pid, bool as_root, struct err *err)
{
    char uid_map[MAP_SIZE], gid_map[MAP_SIZE];
    snprintf(uid_map, sizeof uid_map, "%d %d 1", SANDBOX_UID, as_root ? NOBODY : (int)geteuid());
    snprintf(gid_map, sizeof gid_map, "%d %d 1", SANDBOX_UID, as_root ? NOBODY : (int)getegid());
    /* An unprivileged process may map its group only after giving up setgroups(); root's groups are to be given up inside. */
    if ((!as_root && write_proc(pid, "setgroups", "deny", err) < 0) || write_proc(pid, "gid_map", gid_map, err) < 0 ||
        write_proc(pid, "uid_map", uid_map, err) < 0)
        return -1;
    return 0;
}

/* --- inside --- */

static int become_user(bool as_root, struct err *err)
{
    if (as_root && syscall(SYS_setgroups, 0, NULL) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "setgroups");
    if (syscall(SYS_setresgid, SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) < 0 ||
        syscall(SYS_setresuid, SANDBOX_UID, SANDBOX_UID, SANDBOX_UID) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "setresuid");
    return 0;
}

static int set_read_only(const char *path, bool recursive, uint64_t attributes, struct err *err)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | attributes};
    unsigned flags = recursive ? AT_RECURSIVE : 0;
    if (syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attr, sizeof attr) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot make %s read-only"), path);
    return 0;
}

/* The new root is the current folder by now. */
static int apply_operation(const struct operation *o, struct err *err)
{
    AUTO_FREE char *target = mem_printf(".%s", o->target);
    char options[MAP_SIZE * 2];
    int result = 0;
    switch (o->kind) {
    case OPERATION_BIND:
        result = mount(o->source, target, NULL, MS_BIND | MS_REC, NULL);
        if (result == 0)
            return set_read_only(target, true, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
        break;
    case OPERATION_DEVICE:
        result = mount(o->source, target, NULL, MS_BIND, NULL);
        break;
    case OPERATION_TMPFS:
        snprintf(options, sizeof options, "size=%zu,nr_inodes=%u,mode=0777", o->size, o->inodes);
        result = mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options);
        break;
    case OPERATION_TERMINALS:
        result = mount("devpts", target, "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
        break;
    case OPERATION_PROC:
        result = mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
        break;
    }
    if (result < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot mount %s in the sandbox"), o->target);
    return 0;
}

static bool has_source(const struct operation *o)
{
    return o->kind == OPERATION_BIND || o->kind == OPERATION_DEVICE;
}

/* Still as the caller: only the caller may be able to reach the sources (a project below /root, a private TMPDIR). */
static int setup_sources(const struct plan *plan, struct err *err)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount(plan->root, plan->root, NULL, MS_BIND, NULL) < 0 || chdir(plan->root) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot mount %s in the sandbox"), "/");
    for (size_t i = 0; i < plan->n; i++)
        if (has_source(&plan->operations[i]) && apply_operation(&plan->operations[i], err) < 0)
            return -1;
    return 0;
}

/* As the world's user, who is to own what is new. Then the old root is left behind. */
static int setup_root(const struct plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->n; i++)
        if (!has_source(&plan->operations[i]) && apply_operation(&plan->operations[i], err) < 0)
            return -1;
    if (set_read_only(".", false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err) < 0)
        return -1;
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pivot_root");
    return 0;
}

static int setup_processor(int cpu, struct err *err)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (cpu >= 0 && sched_setaffinity(0, sizeof set, &set) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "sched_setaffinity");
    return 0;
}

static int setup_world(const struct plan *plan, struct err *err)
{
    if (setup_processor(plan->cpu, err) < 0 || setup_sources(plan, err) < 0 || become_user(plan->as_root, err) < 0)
        return -1;
    /* The harness may die at any time; nothing of its worlds may outlive it. (A change of user would undo this.) */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return err_errno(err, BLAME_HARNESS, "prctl");
    static const char name[] = "grader";
    if (sethostname(name, sizeof name - 1) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "sethostname");
    if (network_setup(err) < 0 || setup_root(plan, err) < 0)
        return -1;
    if (prctl(PR_SET_DUMPABLE, 0) < 0)
        return err_errno(err, BLAME_HARNESS, "prctl");
    return 0;
}

/* What a new world's first process is given. */
struct birth {
    const struct plan *plan;
    const struct sandbox_body *body;
    int ready; /* a byte comes here when the user map is written */
    int go;    /* its other end */
    bool ended; /* BODY came to its end: no one killed the process in the middle of something */
};

static int live(void *arg)
{
    struct birth *birth = arg;
    char go = 0;
    close(birth->go);
    if (read(birth->ready, &go, 1) != 1)
        _exit(3); /* the parent could not write the map and says so itself */
    close(birth->ready);
    struct err err = ERR_NONE;
    if (setup_world(birth->plan, &err) < 0)
        birth->body->failed(birth->body->arg, &err);
    else
        birth->body->run(birth->body->arg);
    birth->ended = true;
    _exit(0);
}

/* Lets the new process begin; -1: it is gone again. */
static int let_begin(pid_t pid, const struct birth *birth, struct err *err)
{
    if (pid < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot make namespaces"));
    if (write_maps(pid, birth->plan->as_root, err) == 0 && write(birth->go, "", 1) == 1)
        return 0;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return -1;
}

pid_t sandbox_start(const struct plan *plan, const struct sandbox_body *body, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    AUTO_CLOSE int ready = ends[0];
    AUTO_CLOSE int go = ends[1];
    struct birth birth = {.plan = plan, .body = body, .ready = ready, .go = go};
    pid_t pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        live(&birth);
    return let_begin(pid, &birth, err) < 0 ? -1 : pid;
}

/* Made once: worlds that share our memory come one after another. */
static char *stack_end(void)
{
    static char *stack;
    enum { STACK_SIZE = 8 << 20, GUARD_SIZE = 4096 };
    if (stack == NULL) {
        void *memory = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED || mprotect(memory, GUARD_SIZE, PROT_NONE) < 0)
            return NULL;
        stack = memory;
    }
    return stack + STACK_SIZE;
}

int sandbox_run(const struct plan *plan, const struct sandbox_body *body, int *given, struct err *err)
{
    int ends[2];
    char *stack = stack_end();
    if (stack == NULL || pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "mmap, pipe");
    AUTO_CLOSE int ready = ends[0];
    AUTO_CLOSE int go = ends[1];
    struct birth birth = {.plan = plan, .body = body, .ready = ready, .go = go};
    pid_t lives = 1; /* the kernel clears it when the process has given our memory back, long before the world is gone */
    pid_t pid = clone(live, stack, NAMESPACES | CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, &birth, NULL, NULL, &lives);
    if (let_begin(pid, &birth, err) < 0)
        return -1;
    close(steal_fd(given));
    while (__atomic_load_n(&lives, __ATOMIC_ACQUIRE) != 0)
        syscall(SYS_futex, &lives, FUTEX_WAIT, 1, NULL, NULL, 0);
    /* The world was not dumpable, and neither are we with it: an ordinary user could not write the next one's map. */
    prctl(PR_SET_DUMPABLE, 1);
    return birth.ended ? 0 : 1;
}

/* --- probing --- */

static void probe_run(void *arg)
{
    (void)arg;
    _exit(0);
}

static void probe_failed(void *arg, const struct err *err)
{
    int fd = *(int *)arg;
    ssize_t ignored = write(fd, err->text, strlen(err->text));
    (void)ignored;
    _exit(1);
}

void sandbox_probe_begin(const struct plan *plan, struct probe *probe)
{
    *probe = (struct probe){.pid = -1, .in = -1, .cause = ERR_NONE};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        err_errno(&probe->cause, BLAME_ENVIRONMENT, "pipe");
        return;
    }
    probe->in = ends[0];
    struct sandbox_body body = {probe_run, probe_failed, &ends[1]};
    probe->pid = sandbox_start(plan, &body, &probe->cause);
    close(ends[1]);
}

int sandbox_probe_end(struct probe *probe, struct err *err)
{
    AUTO_CLOSE int in = steal_fd(&probe->in);
    struct err *cause = &probe->cause;
    if (probe->pid >= 0) {
        ssize_t n = read(in, cause->text, sizeof cause->text - 1);
        cause->text[n > 0 ? n : 0] = '\0';
        int status = -1;
        waitpid(probe->pid, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            return 0;
    }
    return err_set(err, BLAME_ENVIRONMENT,
                   _("programs cannot be isolated here (%s). The grader needs unprivileged user namespaces: run it on a "
                     "machine, or in a container, that allows them (for example: sysctl -w "
                     "kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000; on Ubuntu 24.04: sysctl -w "
                     "kernel.apparmor_restrict_unprivileged_userns=0; docker run --security-opt seccomp=unconfined "
                     "--security-opt systempaths=unconfined)"),
                   cause->text);
}

int sandbox_take_terminals(void)
{
    static const char maker[] = "/dev/pts/ptmx";
    AUTO_CLOSE int fd = open(maker, O_PATH | O_CLOEXEC);
    if (fd < 0 || mount("/dev/null", maker, NULL, MS_BIND, NULL) < 0)
        return -1;
    return steal_fd(&fd);
}

/* --- in programs, before exec --- */

static int limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(resource, &now) < 0)
        return -1;
    if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max)
        value = now.rlim_max;
    struct rlimit wanted = {value, value};
    return setrlimit(resource, &wanted);
}

int sandbox_confine(const struct bounds *bounds)
{
    sigset_t none;
    sigemptyset(&none);
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        signal(signal_number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    enum { STACK_BYTES = 8 << 20, SPARE_SECONDS = 10 };
    rlim_t seconds = (rlim_t)(bounds->cpu / 1000000000) + SPARE_SECONDS; /* the tracer is stricter and says why */
    if (setsid() < 0 || limit(RLIMIT_AS, bounds->memory) < 0 || limit(RLIMIT_NPROC, bounds->processes) < 0 ||
        limit(RLIMIT_NOFILE, bounds->files) < 0 || limit(RLIMIT_FSIZE, bounds->file_size) < 0 ||
        limit(RLIMIT_CORE, 0) < 0 || limit(RLIMIT_STACK, STACK_BYTES) < 0 || limit(RLIMIT_CPU, seconds) < 0)
        return -1;
    return 0;
}

int sandbox_keep_raw_sockets(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct rights[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, rights) < 0)
        return -1;
    rights[CAP_TO_INDEX(CAP_NET_RAW)].inheritable |= CAP_TO_MASK(CAP_NET_RAW);
    if (syscall(SYS_capset, &header, rights) < 0)
        return -1;
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0);
}
