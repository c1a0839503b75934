/* What a program may not ask the kernel. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"
#include "watching/policy.h"

static void dangerous_calls_are_refused(void)
{
    watched_says("try-calls",
                 "unshare EPERM\nunshare-net EPERM\nsetns EPERM\nclone EPERM\nclone-high EPERM\nuntraced EPERM\n"
                 "clone3 ENOSYS\nmount EPERM\nchroot EPERM\npivot EPERM\nhandle EPERM\nio_uring ENOSYS\nbpf EPERM\n"
                 "perf EPERM\nuserfaultfd EPERM\nkeyctl EPERM\nmemfd ENOSYS\nsetuid-bit EROFS\naffinity ok\n",
                 "exited 0");
}

static void families_that_leave_the_world_are_refused(void)
{
    struct watched w;
    if (watched_run(&w, "try-families")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "inet ok\ninet6 ok\nunix ok\nraw EPROTONOSUPPORT\npacket EAFNOSUPPORT\n"
                               "vsock EAFNOSUPPORT\nvsock-high EAFNOSUPPORT\nalg EAFNOSUPPORT\nbluetooth EAFNOSUPPORT\n");
        CU_ASSERT(watched_flag(&w, "socket-family"));
        const struct call *refused = watched_call(&w, "p", ROLE_SOCKET, 4);
        CU_ASSERT(refused != NULL && refused->result == -1 && refused->error == EAFNOSUPPORT);
    }
    watched_end(&w);
}

static void other_architectures_calls_kill(void)
{
#if defined __x86_64__
    watched_says("use-old-gate", "", "killed 31");
    watched_says("use-x32", "", "killed 31");
#endif
}

static void both_policies_are_made(void)
{
    struct policy programs, compilers;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL_FATAL(policy_make(&programs, POLICY_PROGRAM, &err), 0);
    CU_ASSERT_EQUAL_FATAL(policy_make(&compilers, POLICY_COMPILER, &err), 0);
    CU_ASSERT(programs.n > compilers.n && compilers.n > 50); /* programs' calls are watched besides */
    policy_free(&programs);
    policy_free(&compilers);
    CU_ASSERT_PTR_NULL(programs.instructions);
}

int suite_policy(void)
{
    static const struct unit_test tests[] = {
        {"dangerous calls are refused", dangerous_calls_are_refused},
        {"families that leave the world are refused, high bits or not", families_that_leave_the_world_are_refused},
        {"other architectures' calls kill", other_architectures_calls_kill},
        {"both policies are made", both_policies_are_made},
    };
    return suite_add("policy", tests, COUNT_OF(tests));
}
