/*
 * plan: what a world is made of, as a list of operations that can be printed (`-vv`) and is then applied, in order, by
 * sandbox.c. Making a plan touches nothing.
 */
#ifndef WATCHING_PLAN_H
#define WATCHING_PLAN_H

#include "ground/base.h"
#include "ground/buf.h"

enum operation_kind {
    OPERATION_BIND,      /* source, target: the same files, read-only unless `writable` */
    OPERATION_DEVICE,    /* source, target: a device node */
    OPERATION_TMPFS,     /* target, size, inodes */
    OPERATION_TERMINALS, /* target: a devpts of its own */
    OPERATION_PROC       /* target */
};

struct operation {
    enum operation_kind kind;
    char *source;
    char *target; /* below the new root, begins with a slash */
    size_t size;  /* tmpfs: bytes */
    unsigned inodes;
    const char *why;
};

/* Bounds of each program in the world. */
struct bounds {
    size_t memory;      /* bytes of address space of one process; SIZE_MAX: any */
    size_t total;       /* bytes resident in all processes together, their page tables included */
    unsigned processes; /* and threads */
    unsigned files;     /* descriptors of one process */
    size_t file_size;   /* bytes */
    int64_t cpu;        /* nanoseconds of all processes of an actor together */
    size_t output;      /* bytes printed by an actor on one stream */
    size_t events;      /* calls recorded */
};

struct plan {
    char *root; /* the skeleton: a folder of ours that holds the mount points */
    struct operation *operations;
    size_t n;
    struct bounds bounds;
    int cpu;      /* the processor that the whole world runs on */
    bool as_root; /* the harness is root: programs run as an unprivileged user all the same */
};

/*
 * The folder that worlds take as their root: mount points, /etc, links. Made once a run, below the run's temporary folder;
 * all later worlds share it, read-only.
 */
int skeleton_make(const char *path, struct err *err);
/* The world's table of hosts, lines of "ADDRESS NAME…". Static storage. */
const char *skeleton_hosts(void);
/* A mount point /programs/NAME in the skeleton. */
int skeleton_slot(const char *path, const char *name, struct err *err);

/* What programs get (terminals, small bounds) or what compilers get (room to build in, larger bounds). */
void plan_for_programs(struct plan *plan, const char *skeleton);
void plan_for_compilers(struct plan *plan, const char *skeleton);
/* SOURCE, a file outside, appears as /programs/NAME. */
void plan_add_program(struct plan *plan, const char *source, const char *name);
void plan_free(struct plan *plan);
/* One operation a line, with its reason. */
void plan_print(const struct plan *plan, struct buf *out);

#endif
