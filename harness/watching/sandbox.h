/*
 * sandbox: applies a plan. One clone() makes a process that is the init of a new pid namespace, with a user, network, mount,
 * ipc and uts namespace of its own. It has all rights inside and none outside; programs are its children, never pid 1.
 *
 * Theory of operation. The new process waits until its parent wrote its user map (the one user inside is 1000; outside it is
 * the caller, or `nobody` when the caller is root), mounts what lies outside, becomes that user, mounts the rest, sets up the
 * network, leaves the old root behind, and runs BODY, which never returns. When it ends, for whatever reason, the kernel
 * kills all that is left in it. It is not dumpable: programs cannot look into it. Programs lose every right at exec, because
 * 1000 is not root.
 */
#ifndef WATCHING_SANDBOX_H
#define WATCHING_SANDBOX_H

#include <sys/types.h>

#include "watching/plan.h"

enum { SANDBOX_UID = 1000 };

/* RUN(ARG) runs inside as pid 1, and the world is over when it returns; when the set-up fails FAILED(ARG, err) does instead. */
struct sandbox_body {
    void (*run)(void *arg);
    void (*failed)(void *arg, const struct err *err);
    void *arg;
};

/* Starts a world, in a copy of our memory. Its pid as seen from outside, or -1 (blame: environment). */
pid_t sandbox_start(const struct plan *plan, const struct sandbox_body *body, struct err *err);
/*
 * Runs a world, in our own memory: to copy that, page by page as it is touched, would cost as much as the namespaces. We keep
 * still meanwhile. *GIVEN, a descriptor, is the world's alone: it is closed here as soon as the world has it.
 *
 * 0: the world has come to its end; it may yet take the kernel some milliseconds to take it away, and then there is a child
 * to wait for. 1: its first process died in the middle of something: our memory is not to be trusted any more. -1: there was
 * no world (blame: environment).
 */
int sandbox_run(const struct plan *plan, const struct sandbox_body *body, int *given, struct err *err);

/*
 * Whether worlds can be made here: makes one with exactly the flags of production. It begins to, and meanwhile there may be
 * something else to do; at the end ERR says what lacks and the remedy.
 */
struct probe {
    pid_t pid;
    int in;
    struct err cause;
};
void sandbox_probe_begin(const struct plan *plan, struct probe *probe);
int sandbox_probe_end(struct probe *probe, struct err *err);

/*
 * In the world's first process: a descriptor (O_PATH) of what makes pseudo-terminals, which nobody else finds from then on. The
 * system has a few thousand of them for all worlds together, and a program could take them all. -1: errno says why.
 */
int sandbox_take_terminals(void);

/* In a child of the world, before exec: a session of its own, limits, default signals. Async-signal-safe. 0 or -1. */
int sandbox_confine(const struct bounds *bounds);
/*
 * There too, for a program that exercises raw sockets: of all rights that the world's first process has, CAP_NET_RAW outlasts
 * the exec, and only there; it opens nothing but the world's own network. Async-signal-safe. 0 or -1.
 */
int sandbox_keep_raw_sockets(void);

#endif
