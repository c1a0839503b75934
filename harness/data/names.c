#include "data/names.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

const char errno_usual[] = "EACCES EADDRINUSE EADDRNOTAVAIL EAGAIN EBADF ECONNABORTED ECONNREFUSED ECONNRESET "
                           "EHOSTUNREACH EINTR EINVAL EMFILE EMSGSIZE ENETUNREACH ENFILE ENOBUFS ENOMEM ENOTCONN "
                           "EPERM EPIPE EPROTO ETIMEDOUT";
const char signal_usual[] = "HUP INT QUIT KILL USR1 USR2 PIPE ALRM TERM CHLD CONT STOP";

enum { LAST_ERRNO = 255 };

int errno_from_name(const char *name)
{
    /* glibc knows one name per number; these are the second names of two that matter for sockets. */
    if (strcmp(name, "EWOULDBLOCK") == 0)
        return EWOULDBLOCK;
    if (strcmp(name, "EOPNOTSUPP") == 0)
        return EOPNOTSUPP;
    for (int number = 1; number <= LAST_ERRNO; number++) {
        const char *known = strerrorname_np(number);
        if (known != NULL && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}

int signal_from_name(const char *name)
{
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int number = 1; number < __SIGRTMIN; number++) {
        const char *known = sigabbrev_np(number);
        if (known != NULL && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}
