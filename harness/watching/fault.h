/*
 * fault: calls that a scenario makes fail or fall short. A fault is data: whose call, which role, which occurrence, what errno
 * or how few bytes.
 */
#ifndef WATCHING_FAULT_H
#define WATCHING_FAULT_H

#include "data/call.h"

struct fault {
    int actor;
    enum role role;
    int error;      /* errno that the call gives, without being run; 0: the call is shortened */
    size_t length;  /* shortened: at most this many bytes are sent or received, and really so */
    int occurrence; /* from 1; 0: each */
    int seen;       /* how many such calls there were so far */
};

/* Counts the call; the fault that strikes it, or NULL. */
const struct fault *fault_strike(struct fault *faults, size_t n, int actor, enum role role);

#endif
