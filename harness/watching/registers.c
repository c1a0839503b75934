#include "watching/registers.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#if !defined __x86_64__
#error "registers.c knows x86-64 only; a port adds its own version of these functions"
#endif

int registers_get(pid_t tid, struct registers *r)
{
    struct iovec vector = {&r->user, sizeof r->user};
    return ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &vector) == 0 ? 0 : -1;
}

int registers_put(pid_t tid, const struct registers *r)
{
    struct registers copy = *r;
    struct iovec vector = {&copy.user, sizeof copy.user};
    return ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &vector) == 0 ? 0 : -1;
}

static unsigned long long *argument(struct registers *r, int index)
{
    switch (index) {
    case 0: return &r->user.rdi;
    case 1: return &r->user.rsi;
    case 2: return &r->user.rdx;
    case 3: return &r->user.r10;
    case 4: return &r->user.r8;
    default: return &r->user.r9;
    }
}

void registers_set_argument(struct registers *r, int index, uint64_t value)
{
    *argument(r, index) = value;
}

uint64_t registers_argument(const struct registers *r, int index)
{
    struct registers copy = *r;
    return *argument(&copy, index);
}

void registers_become_wait(struct registers *r)
{
    r->user.orig_rax = SYS_pause;
    r->user.rax = SYS_pause;
}

long registers_wait_number(void)
{
    return SYS_pause;
}

void registers_replace_restart(struct registers *r, int64_t code)
{
    r->user.rax = (unsigned long long)code;
}

void registers_set_result(struct registers *r, int64_t result)
{
    r->user.orig_rax = (unsigned long long)-1;
    r->user.rax = (unsigned long long)result;
}

void registers_dwarf(const struct registers *r, uint64_t out[17])
{
    const struct user_regs_struct *u = &r->user;
    const uint64_t values[17] = {u->rax, u->rdx, u->rcx, u->rbx, u->rsi, u->rdi, u->rbp, u->rsp, u->r8,
                                 u->r9,  u->r10, u->r11, u->r12, u->r13, u->r14, u->r15, u->rip};
    for (size_t i = 0; i < COUNT_OF(values); i++)
        out[i] = values[i];
}
