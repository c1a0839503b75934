/* Programs are nobody, see nothing but their world, and cannot touch the harness or each other. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ground/buf.h"
#include "ground/fs.h"
#include "tests/suites.h"
#include "tests/watched.h"
#include "watching/sandbox.h"

static void programs_are_ordinary_users(void)
{
    setenv("SECRET_OF_THE_HARNESS", "x", 1);
    watched_says("who-am-i",
                 "uid 1000 1000 gid 1000 1000\ngroups 0\nroot EINVAL\n"
                 "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
                 "PATH=/usr/bin:/bin\nHOME=/tmp\nUSER=etudiant\nLOGNAME=etudiant\nLANG=C.UTF-8\nTERM=xterm\nSHELL=/bin/sh\n"
                 "ASAN_OPTIONS=detect_leaks=0\nLSAN_OPTIONS=detect_leaks=0\n"
                 "host grader\nfolder /tmp\nonly me and the first 1\n",
                 "exited 0");
    unsetenv("SECRET_OF_THE_HARNESS");
}

static void files_outside_are_not_there(void)
{
    AUTO_FREE char *own = mem_printf("%s/secret", watched_folder());
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL_FATAL(fs_write(own, "secret", 6, &err), 0);
    AUTO_FREE char *here = realpath(".", NULL);
    AUTO_FREE char *arguments = mem_printf("try-files, \"%s\", \"%s\"", own, here);
    watched_says(arguments,
                 "/etc/shadow ENOENT\n/root ENOENT\n/home/. ok\n/var/log ENOENT\n/sys ENOENT\n/proc/kcore ENOENT\n"
                 "/usr/x refused\n/etc/passwd refused\n/programs/watched refused\n/x refused\n/dev/x refused\n"
                 "/proc/sys/kernel/x refused\nargument ENOENT\nargument ENOENT\n"
                 "root:x:0:0:root:/:/bin/sh\netudiant:x:1000:1000::/tmp:/bin/sh\n",
                 "exited 0");
    /* Model programs are there only where the scenario has them. */
    watched_says("list-programs", "programs 1\n", "exited 0");
}

static void the_harness_cannot_be_touched(void)
{
    struct watched w;
    if (watched_run(&w, "try-the-harness")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "/proc/1/mem EACCES\n/proc/1/environ EACCES\n/proc/1/maps EACCES\n/proc/1/fd EACCES\n"
                               "/proc/1/root/etc EACCES\nread EPERM\nattach EPERM\nkill EPERM\neverybody EPERM\n"
                               "thread EPERM\nqueue EPERM\nlimit EPERM\npidfd EPERM\npidfd EPERM\n");
        CU_ASSERT(watched_flag(&w, "signal-to-others"));
    }
    watched_end(&w);
}

static void programs_cannot_touch_each_other(void)
{
    struct watched w;
    if (watched_play(&w, "start: {server: {program: reference/other, arguments: [serve-all]}},\nuntil: {server: listening},\n"
                         "start: {p: {arguments: [try-another, 2]}},\nuntil: {p: exited}")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "kill EPERM\ngroup EPERM\nthread EPERM\nqueue EPERM\nlimit EPERM\nattach EPERM\nread EPERM\n"
                               "memory EACCES\noutput EACCES\nown ok\n");
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "server"), "alive");
        CU_ASSERT(watched_flag(&w, "signal-to-others"));
    }
    watched_end(&w);
}

static void nobody_hides_from_the_tracer(void)
{
    struct watched w;
    if (watched_run(&w, "switch-dumpable")) {
        const struct call *made = watched_call(&w, "p", ROLE_SOCKET, 0);
        CU_ASSERT(made != NULL && made->new_socket == 0);
    }
    watched_end(&w);
}

/* --- seen from outside --- */

struct outside {
    int ready[2], go[2];
};

static void stay(void *arg)
{
    const struct outside *outside = arg;
    char byte;
    _exit(write(outside->ready[1], "r", 1) == 1 && read(outside->go[0], &byte, 1) >= 0 ? 7 : 8);
}

static void complain(void *arg, const struct err *err)
{
    const struct outside *outside = arg;
    ssize_t ignored = write(outside->ready[1], err->text, strlen(err->text));
    (void)ignored;
    _exit(9);
}

static unsigned long status_number(pid_t pid, const char *name)
{
    AUTO_FREE char *path = mem_printf("/proc/%d/status", (int)pid);
    AUTO_BUF text = BUF_EMPTY;
    struct err err = ERR_NONE;
    char *line = fs_read(path, 1 << 16, &text, &err) == 0 ? strstr(text.data, name) : NULL;
    return line != NULL ? strtoul(line + strlen(name), NULL, 10) : 0;
}

static void worlds_are_unprivileged_outside(void)
{
    struct plan plan;
    struct outside outside;
    struct err err = ERR_NONE;
    char byte = 0;
    plan_for_programs(&plan, watched_skeleton());
    plan.cpu = watched_cpu();
    CU_ASSERT_FATAL(pipe(outside.ready) == 0 && pipe(outside.go) == 0);
    const struct sandbox_body body = {stay, complain, &outside};
    pid_t pid = sandbox_start(&plan, &body, &err);
    CU_ASSERT_FATAL(pid > 0);
    CU_ASSERT(read(outside.ready[0], &byte, 1) == 1 && byte == 'r');
    unsigned long uid = status_number(pid, "Uid:\t"), gid = status_number(pid, "Gid:\t");
    enum { NOBODY = 65534 };
    CU_ASSERT_EQUAL(uid, geteuid() == 0 ? NOBODY : geteuid());
    CU_ASSERT_EQUAL(gid, geteuid() == 0 ? NOBODY : getegid());
    CU_ASSERT_EQUAL(write(outside.go[1], "g", 1), 1);
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    for (int i = 0; i < 2; i++) {
        close(outside.ready[i]);
        close(outside.go[i]);
    }
    plan_free(&plan);
}

static int probe(const struct plan *plan, struct err *err)
{
    struct probe probe;
    sandbox_probe_begin(plan, &probe);
    return sandbox_probe_end(&probe, err);
}

static void a_world_that_cannot_be_made_says_why(void)
{
    struct plan plan;
    struct err err = ERR_NONE;
    plan_for_programs(&plan, watched_skeleton());
    plan.cpu = -1;
    CU_ASSERT_EQUAL(probe(&plan, &err), 0);
    plan_add_program(&plan, "/no/such/file", "watched");
    CU_ASSERT_EQUAL(probe(&plan, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/programs/watched"));
    plan_free(&plan);
}

/* Nothing of a world outlives its first process. */
static void the_world_ends_with_its_first_process(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [daemonize]}},\nuntil: {p: exited}"))
        CU_ASSERT_EQUAL(watched_changes(&w, "p", PROCESS_FORKED), 2);
    watched_end(&w);
    int status;
    CU_ASSERT_EQUAL(waitpid(-1, &status, WNOHANG), -1);
}

int suite_sandbox(void)
{
    static const struct unit_test tests[] = {
        {"programs are ordinary users, with an environment of their own", programs_are_ordinary_users},
        {"files outside are not there", files_outside_are_not_there},
        {"the harness cannot be touched", the_harness_cannot_be_touched},
        {"programs cannot touch each other", programs_cannot_touch_each_other},
        {"nobody hides from the tracer", nobody_hides_from_the_tracer},
        {"worlds are unprivileged outside", worlds_are_unprivileged_outside},
        {"a world that cannot be made says why", a_world_that_cannot_be_made_says_why},
        {"the world ends with its first process", the_world_ends_with_its_first_process},
    };
    return suite_add("sandbox", tests, COUNT_OF(tests));
}
