#include "ground/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void catch (int signal_number)
{
    caught = signal_number;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = catch};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup asks to go on */
        sigaction(SIGHUP, &action, NULL);
}

int interrupt_caught(void)
{
    return caught;
}

int interrupt_poll(struct pollfd *polled, nfds_t n)
{
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, &before);
    int result = caught == 0 ? ppoll(polled, n, NULL, &before) : -1;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
