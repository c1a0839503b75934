/*
 * registers: the few things that differ between architectures when a stopped thread's call is changed. Everything else uses
 * PTRACE_GET_SYSCALL_INFO, which is the same everywhere.
 */
#ifndef WATCHING_REGISTERS_H
#define WATCHING_REGISTERS_H

#include <sys/types.h>
#include <sys/user.h>

#include "ground/base.h"

struct registers {
    struct user_regs_struct user;
};

int registers_get(pid_t tid, struct registers *r); /* 0, or -1: the thread is gone */
int registers_put(pid_t tid, const struct registers *r);
/* At the entry of a call. */
void registers_set_argument(struct registers *r, int index, uint64_t value);
uint64_t registers_argument(const struct registers *r, int index);
/* Makes the call a wait that only a signal ends, whatever it was. */
void registers_become_wait(struct registers *r);
long registers_wait_number(void); /* the number of that wait's call */
/* At entry: the call is not run and gives RESULT. At exit: RESULT replaces the kernel's, and no restart takes place. */
void registers_set_result(struct registers *r, int64_t result);
/* At exit: another of the kernel's restart codes; the call number stays. */
void registers_replace_restart(struct registers *r, int64_t code);
/* The 17 registers in DWARF order, as in struct stack. */
void registers_dwarf(const struct registers *r, uint64_t out[17]);

#endif
