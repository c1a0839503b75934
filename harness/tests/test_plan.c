/* The plan of a world can be read before anything is done; the skeleton holds what the plan mounts on. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/buf.h"
#include "ground/fs.h"
#include "tests/suites.h"
#include "tests/watched.h"
#include "watching/plan.h"

static const struct operation *operation_on(const struct plan *plan, const char *target)
{
    for (size_t i = 0; i < plan->n; i++)
        if (strcmp(plan->operations[i].target, target) == 0)
            return &plan->operations[i];
    return NULL;
}

static void programs_get_little(void)
{
    struct plan plan;
    plan_for_programs(&plan, "/skeleton");
    const struct operation *usr = operation_on(&plan, "/usr"), *tmp = operation_on(&plan, "/tmp");
    CU_ASSERT(usr != NULL && usr->kind == OPERATION_BIND);
    CU_ASSERT(tmp != NULL && tmp->kind == OPERATION_TMPFS && tmp->size > 0 && tmp->inodes > 0);
    CU_ASSERT_PTR_NOT_NULL(operation_on(&plan, "/dev/pts"));
    static const char *const never[] = {"/", "/etc", "/home", "/root", "/var", "/run", "/sys", "/dev"};
    for (size_t i = 0; i < COUNT_OF(never); i++)
        CU_ASSERT_PTR_NULL(operation_on(&plan, never[i]));
    CU_ASSERT_EQUAL(plan.as_root, geteuid() == 0);
    plan_free(&plan);
}

static void compilers_get_room_but_no_terminal(void)
{
    struct plan programs, compilers;
    plan_for_programs(&programs, "/skeleton");
    plan_for_compilers(&compilers, "/skeleton");
    CU_ASSERT_PTR_NULL(operation_on(&compilers, "/dev/pts"));
    const struct operation *little = operation_on(&programs, "/tmp"), *room = operation_on(&compilers, "/tmp");
    CU_ASSERT(little != NULL && room != NULL && room->size > little->size);
    CU_ASSERT(compilers.bounds.cpu > programs.bounds.cpu);
    plan_free(&programs);
    plan_free(&compilers);
}

static void it_can_be_printed(void)
{
    struct plan plan;
    AUTO_BUF text = BUF_EMPTY;
    plan_for_programs(&plan, "/skeleton");
    plan_add_program(&plan, "/somewhere/else/prog", "client_tcp");
    plan_print(&plan, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "bind    /programs/client_tcp - a program of this scenario\n"));
    CU_ASSERT_PTR_NULL(strstr(buf_text(&text), "/somewhere")); /* varies from run to run */
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "tmpfs   /tmp (16 MiB, 1024 inodes) - "));
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&text), "1000 ms of processor"));
    size_t lines = 0;
    for (const char *c = buf_text(&text); *c != '\0'; c++)
        lines += *c == '\n';
    CU_ASSERT_EQUAL(lines, plan.n + 4);
    plan_free(&plan);
}

static void every_mount_point_is_in_the_skeleton(void)
{
    struct plan plan;
    struct stat status;
    const char *skeleton = watched_skeleton();
    plan_for_programs(&plan, skeleton);
    for (size_t i = 0; i < plan.n; i++) {
        AUTO_FREE char *path = mem_printf("%s%s", skeleton, plan.operations[i].target);
        CU_ASSERT_EQUAL(lstat(path, &status), 0);
        CU_ASSERT_FALSE(S_ISLNK(status.st_mode)); /* a mount would follow it */
    }
    plan_free(&plan);
}

static void others_can_enter_the_skeleton_and_not_write(void)
{
    struct stat status;
    mode_t old = umask(077);
    struct err err = ERR_NONE;
    AUTO_FREE char *path = mem_printf("%s/second", watched_folder());
    CU_ASSERT_EQUAL(skeleton_make(path, &err), 0);
    CU_ASSERT_EQUAL(skeleton_slot(path, "prog", &err), 0);
    CU_ASSERT_EQUAL(umask(old), 077);
    static const char *const parts[] = {"", "/etc", "/etc/hosts", "/programs", "/programs/prog", "/tmp"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        AUTO_FREE char *part = mem_printf("%s%s", path, parts[i]);
        CU_ASSERT_EQUAL_FATAL(stat(part, &status), 0);
        CU_ASSERT_EQUAL(status.st_mode & 0777, S_ISDIR(status.st_mode) ? 0755 : 0644);
    }
}

static void a_skeleton_that_cannot_be_made_says_where(void)
{
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(skeleton_make("/proc/nowhere/root", &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/proc/nowhere/root"));
}

int suite_plan(void)
{
    static const struct unit_test tests[] = {
        {"programs get little", programs_get_little},
        {"compilers get room, but no terminal", compilers_get_room_but_no_terminal},
        {"it can be printed, the same in every run", it_can_be_printed},
        {"every mount point is in the skeleton", every_mount_point_is_in_the_skeleton},
        {"others can enter the skeleton, whatever the umask, and not write", others_can_enter_the_skeleton_and_not_write},
        {"a skeleton that cannot be made says where", a_skeleton_that_cannot_be_made_says_where},
    };
    return suite_add("plan", tests, COUNT_OF(tests));
}
