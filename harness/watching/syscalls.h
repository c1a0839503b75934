/* syscalls: the kernel's numbers of the watched calls, and what their arguments mean (from data/calls.def). */
#ifndef WATCHING_SYSCALLS_H
#define WATCHING_SYSCALLS_H

#include "data/call.h"

enum argument {
    ARG_NONE,
    ARG_FD,       /* "fd" */
    ARG_OLD_FD,   /* "oldfd" */
    ARG_NEW_FD,   /* "newfd" */
    ARG_IN,       /* "in": bytes sent */
    ARG_OUT,      /* "out": room */
    ARG_LEN,      /* "len", "n", "alen": counts that belong to the argument before */
    ARG_IOV_IN,   /* "iov_in" */
    ARG_IOV_OUT,  /* "iov_out" */
    ARG_MSG_IN,   /* "msg_in" */
    ARG_MSG_OUT,  /* "msg_out" */
    ARG_MMSG_IN,  /* "mmsg_in" */
    ARG_MMSG_OUT, /* "mmsg_out" */
    ARG_ADDR,     /* "addr" */
    ARG_ADDR_OUT, /* "addr_out" */
    ARG_PLEN,     /* "palen" */
    ARG_PATH,     /* "path" */
    ARG_HANDLER   /* "handler" */
};

struct syscall_row {
    long number;
    enum call_id id;
    enum argument args[6];
};

const struct syscall_row *syscall_find(uint64_t number); /* NULL: not watched */
const struct syscall_row *syscall_row(enum call_id id);
/* Index of the first argument of that kind; -1: none. */
int syscall_argument(const struct syscall_row *row, enum argument kind);

#endif
