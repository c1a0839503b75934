/*
 * policy: the seccomp filter of programs and compilers, made with libseccomp once and installed in every child.
 *
 * Watched calls (data/calls.def) stop for the tracer; what could reach outside the world, or harm the harness, is refused with
 * an errno; the rest runs at full speed. Other architectures' calls (int 0x80, x32) kill.
 */
#ifndef WATCHING_POLICY_H
#define WATCHING_POLICY_H

#include <linux/filter.h>

#include "ground/base.h"

enum policy_kind { POLICY_PROGRAM /* watched */, POLICY_COMPILER /* not watched */ };

struct policy {
    struct sock_filter *instructions;
    unsigned short n;
};

int policy_make(struct policy *policy, enum policy_kind kind, struct err *err);
void policy_free(struct policy *policy);
/* In the child, right before exec: no new privileges, then the filter. 0, or -1 with errno. Async-signal-safe. */
int policy_install(const struct policy *policy);

#endif
