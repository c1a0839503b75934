/*
 * interrupt: SIGINT, SIGTERM and SIGHUP as a number to look at, so that whoever holds temporary files gives them back first.
 * Blocking calls return with EINTR.
 */
#ifndef GROUND_INTERRUPT_H
#define GROUND_INTERRUPT_H

#include <poll.h>

void interrupt_catch(void);
/* The signal that came, 0: none. */
int interrupt_caught(void);
/* poll() without end, which no signal slips past: it is -1 also when one had come before. */
int interrupt_poll(struct pollfd *polled, nfds_t n);

#endif
