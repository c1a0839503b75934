#include "watching/policy.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ground/text.h"
#include "watching/syscalls.h"

/* What nobody needs who only talks over sockets, and what has let programs out of other sandboxes. */
static const int refused[] = {
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise), SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal), SCMP_SYS(mount), SCMP_SYS(umount2),
    SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(mount_setattr),
    SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot),
    SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(syslog), SCMP_SYS(vhangup),
    SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(move_pages), SCMP_SYS(migrate_pages),
    SCMP_SYS(mbind), SCMP_SYS(set_mempolicy), SCMP_SYS(lookup_dcookie), SCMP_SYS(fanotify_init), SCMP_SYS(seccomp),
};

/* Calls on another process: its number is this argument, 0 the caller's own. A bound of processor time kills even the world's
   first process. */
static const struct {
    int number;
    unsigned argument;
} only_on_oneself[] = {
    {SCMP_SYS(prlimit64), 0},          {SCMP_SYS(sched_setscheduler), 0}, {SCMP_SYS(sched_setparam), 0},
    {SCMP_SYS(sched_setattr), 0},      {SCMP_SYS(setpriority), 1},        {SCMP_SYS(ioprio_set), 1},
};

/* glibc falls back to an older call when these do not exist, so "no such call" is the kinder refusal. clone3 hides its flags
   from the filter; io_uring and pwritev2 would do socket calls that nobody watches; memory files are counted against no
   limit. */
static const int absent[] = {
    SCMP_SYS(clone3), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register),
    SCMP_SYS(nfsservctl), SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret), SCMP_SYS(preadv2), SCMP_SYS(pwritev2),
};

static int add_refusals(scmp_filter_ctx context)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        if (seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), refused[i], 0) < 0)
            return -1;
    for (size_t i = 0; i < COUNT_OF(absent); i++)
        if (seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), absent[i], 0) < 0)
            return -1;
    static const unsigned long namespaces[] = {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS,    CLONE_NEWPID,
                                               CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};
    for (size_t i = 0; i < COUNT_OF(namespaces); i++)
        if (seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i])) < 0)
            return -1;
    /* Untraced children would run outside the tracer's sight. */
    if (seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                         SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_UNTRACED, CLONE_UNTRACED)) < 0)
        return -1;
    for (size_t i = 0; i < COUNT_OF(only_on_oneself); i++)
        if (seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), only_on_oneself[i].number, 1,
                             SCMP_CMP(only_on_oneself[i].argument, SCMP_CMP_NE, 0)) < 0)
            return -1;
    /* Who is not dumpable hides its descriptors and its memory from the tracer. */
    if (seccomp_rule_add(context, SCMP_ACT_ERRNO(0), SCMP_SYS(prctl), 1,
                         SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffffU, PR_SET_DUMPABLE)) < 0)
        return -1;
    /* A world lives on one processor: quiescence depends on it. Asking for another succeeds and changes nothing. */
    return seccomp_rule_add(context, SCMP_ACT_ERRNO(0), SCMP_SYS(sched_setaffinity), 0);
}

static int add_watched(scmp_filter_ctx context)
{
    for (enum call_id id = CALL_NONE + 1; id < CALL_COUNT; id++) {
        const struct syscall_row *row = syscall_row(id);
        if (id == CALL_futex || id == CALL_rt_sigaction || id == CALL_clone)
            continue;
        if (seccomp_rule_add(context, SCMP_ACT_TRACE(0), (int)row->number, 0) < 0)
            return -1;
    }
    /* Only what is to become of SIGPIPE matters: who asks to be told of a broken connection by its signal. */
    if (seccomp_rule_add(context, SCMP_ACT_TRACE(0), SCMP_SYS(rt_sigaction), 2, SCMP_A0(SCMP_CMP_EQ, SIGPIPE),
                         SCMP_A1(SCMP_CMP_NE, 0)) < 0)
        return -1;
    /* With the flags that are refused above the rules must not overlap. */
    static const unsigned long none = CLONE_UNTRACED | CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID |
                                      CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    if (seccomp_rule_add(context, SCMP_ACT_TRACE(0), SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, none, 0)) < 0)
        return -1;
    /* Only waits with a timeout matter; locks run at full speed. */
    static const unsigned long waits[] = {FUTEX_WAIT, FUTEX_WAIT_BITSET};
    for (size_t i = 0; i < COUNT_OF(waits); i++)
        if (seccomp_rule_add(context, SCMP_ACT_TRACE(0), SCMP_SYS(futex), 2,
                             SCMP_A1(SCMP_CMP_MASKED_EQ, (unsigned)FUTEX_CMD_MASK & 0xffffffffU, waits[i]),
                             SCMP_A3(SCMP_CMP_NE, 0)) < 0)
            return -1;
    return 0;
}

static int export_filter(scmp_filter_ctx context, struct policy *policy, struct err *err)
{
    AUTO_CLOSE int fd = memfd_create("policy", MFD_CLOEXEC);
    if (fd < 0 || seccomp_export_bpf(context, fd) < 0)
        return err_set(err, BLAME_HARNESS, "seccomp_export_bpf");
    struct stat status;
    if (fstat(fd, &status) < 0)
        return err_errno(err, BLAME_HARNESS, "fstat");
    size_t size = (size_t)status.st_size;
    policy->instructions = mem_alloc(size);
    policy->n = (unsigned short)(size / sizeof *policy->instructions);
    if (pread(fd, policy->instructions, size, 0) != (ssize_t)size)
        return err_errno(err, BLAME_HARNESS, "pread");
    return 0;
}

int policy_make(struct policy *policy, enum policy_kind kind, struct err *err)
{
    *policy = (struct policy){NULL, 0};
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
    if (context == NULL)
        return err_set(err, BLAME_HARNESS, "seccomp_init");
    seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    int result = 0;
    if (add_refusals(context) < 0 || (kind == POLICY_PROGRAM && add_watched(context) < 0))
        result = err_set(err, BLAME_HARNESS, "seccomp_rule_add");
    if (result == 0)
        result = export_filter(context, policy, err);
    seccomp_release(context);
    return result;
}

void policy_free(struct policy *policy)
{
    free(policy->instructions);
    *policy = (struct policy){NULL, 0};
}

/*
 * All programs of a world are the same user. A Landlock domain for each keeps one from looking into another's memory, and,
 * where the kernel knows that much (ABI 6), from signalling it in ways that the tracer does not see. Where there is no Landlock
 * the filter and the tracer are what there is.
 */
static void separate(void)
{
    struct { /* struct landlock_ruleset_attr as it is since ABI 6; older kernels take its beginning */
        uint64_t handled_access_fs, handled_access_net, scoped;
    } rules = {.scoped = 2 /* LANDLOCK_SCOPE_SIGNAL */};
    size_t size = sizeof rules;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 6) {
        rules.scoped = 0;
        rules.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK; /* nobody can, anyway */
        size = sizeof rules.handled_access_fs;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (fd < 0)
        return;
    syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}

int policy_install(const struct policy *policy)
{
    struct sock_fprog program = {policy->n, policy->instructions};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    separate();
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
