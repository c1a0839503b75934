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

/*
 * Starts a world. BODY(ARG) runs inside it as pid 1 and ends with _exit(); when the set-up fails ON_FAILURE(ARG, err) is
 * called inside instead. Returns the world's pid as seen from outside, or -1 (blame: environment).
 */
struct sandbox_body {
    void (*run)(void *arg);
    void (*failed)(void *arg, const struct err *err);
    void *arg;
};
pid_t sandbox_start(const struct plan *plan, const struct sandbox_body *body, struct err *err);

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

/* In a child of the world, before exec: a session of its own, limits, default signals. Async-signal-safe. 0 or -1. */
int sandbox_confine(const struct bounds *bounds);
/*
 * There too, for a program that exercises raw sockets: of all rights that the world's first process has, CAP_NET_RAW outlasts
 * the exec, and only there; it opens nothing but the world's own network. Async-signal-safe. 0 or -1.
 */
int sandbox_keep_raw_sockets(void);

#endif
