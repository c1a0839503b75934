#include "watching/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/text.h"

#define MIB ((size_t)1 << 20)

static struct operation *add(struct plan *plan, enum operation_kind kind, const char *source, const char *target,
                             const char *why)
{
    struct operation *operation = ARRAY_ADD(plan->operations, plan->n);
    operation->kind = kind;
    operation->source = mem_string(source);
    operation->target = mem_string(target);
    operation->why = why;
    return operation;
}

static bool is_real_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void add_system(struct plan *plan)
{
    static const char *const folders[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        if (is_real_folder(folders[i])) /* on a merged-/usr system only /usr is; the rest are links in the skeleton */
            add(plan, OPERATION_BIND, folders[i], folders[i], N_("the C library and the system's tools, read-only"));
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    for (size_t i = 0; i < COUNT_OF(devices); i++)
        add(plan, OPERATION_DEVICE, devices[i], devices[i], N_("a harmless device"));
    add(plan, OPERATION_PROC, NULL, "/proc", N_("the world's own processes and nobody else's"));
}

void plan_for_programs(struct plan *plan, const char *skeleton)
{
    *plan = (struct plan){.root = mem_string(skeleton), .as_root = geteuid() == 0};
    /* The address space is no measure: sanitizers reserve terabytes of it, each thread's allocator a lot. */
    plan->bounds = (struct bounds){.memory = SIZE_MAX,
                                   .total = 512 * MIB,
                                   .processes = 256,
                                   .files = 1024,
                                   .file_size = 16 * MIB,
                                   .cpu = 1000000000,
                                   .output = 4 * MIB,
                                   .events = 100000};
    add_system(plan);
    add(plan, OPERATION_TERMINALS, NULL, "/dev/pts", N_("standard output and standard error are terminals"));
    struct operation *tmp = add(plan, OPERATION_TMPFS, NULL, "/tmp", N_("the only place to write, gone afterwards"));
    tmp->size = 16 * MIB;
    tmp->inodes = 1024;
}

void plan_for_compilers(struct plan *plan, const char *skeleton)
{
    *plan = (struct plan){.root = mem_string(skeleton), .as_root = geteuid() == 0};
    plan->bounds = (struct bounds){.memory = 1024 * MIB,
                                   .total = 1024 * MIB,
                                   .processes = 64,
                                   .files = 256,
                                   .file_size = 64 * MIB,
                                   .cpu = 10000000000,
                                   .output = MIB,
                                   .events = 0};
    add_system(plan);
    if (is_real_folder("/etc/alternatives"))
        add(plan, OPERATION_BIND, "/etc/alternatives", "/etc/alternatives", N_("cc, awk and the like are links to here"));
    struct operation *tmp = add(plan, OPERATION_TMPFS, NULL, "/tmp", N_("the only place to write, gone afterwards"));
    tmp->size = 256 * MIB;
    tmp->inodes = 16384;
}

void plan_add_program(struct plan *plan, const char *source, const char *name)
{
    AUTO_FREE char *target = mem_printf("/programs/%s", name);
    add(plan, OPERATION_BIND, source, target, N_("a program of this scenario"));
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        free(plan->operations[i].source);
        free(plan->operations[i].target);
    }
    free(plan->operations);
    free(plan->root);
    *plan = (struct plan){.root = NULL};
}

static const char *operation_word(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_BIND: return "bind";
    case OPERATION_DEVICE: return "device";
    case OPERATION_TMPFS: return "tmpfs";
    case OPERATION_TERMINALS: return "devpts";
    case OPERATION_PROC: return "proc";
    }
    return "";
}

void plan_print(const struct plan *plan, struct buf *out)
{
    buf_printf(out, "namespaces: user net pid mnt ipc uts\n");
    buf_printf(out, "network: lo up; local 0.0.0.0/0 and ::/0 on lo\n");
    for (size_t i = 0; i < plan->n; i++) {
        const struct operation *o = &plan->operations[i];
        buf_printf(out, "%-7s %s", operation_word(o->kind), o->target);
        if (o->kind == OPERATION_BIND && strncmp(o->target, "/programs/", 10) != 0 && strcmp(o->source, o->target) != 0)
            buf_printf(out, " (%s)", o->source);
        if (o->size > 0)
            buf_printf(out, " (%zu MiB, %u inodes)", o->size / MIB, o->inodes);
        buf_printf(out, " - %s\n", _(o->why));
    }
    const struct bounds *b = &plan->bounds;
    buf_printf(out, "bounds: %zu MiB, %u processes, %u descriptors, %lld ms of processor, files of %zu MiB\n",
               b->total / MIB, b->processes, b->files, (long long)(b->cpu / 1000000), b->file_size / MIB);
    buf_printf(out, "no new privileges; seccomp: watched calls stop, dangerous ones are refused\n");
}
