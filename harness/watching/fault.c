#include "watching/fault.h"

const struct fault *fault_strike(struct fault *faults, size_t n, int actor, enum role role)
{
    const struct fault *striking = NULL;
    for (size_t i = 0; i < n; i++) {
        struct fault *fault = &faults[i];
        if (fault->actor != actor || fault->role != role)
            continue;
        fault->seen++;
        if (fault->occurrence == 0 || fault->seen == fault->occurrence)
            striking = fault;
    }
    return striking;
}
