/*
 * interrupt: SIGINT, SIGTERM and SIGHUP as a number to look at, so that whoever holds temporary files gives them back first.
 * Blocking calls return with EINTR.
 */
#ifndef GROUND_INTERRUPT_H
#define GROUND_INTERRUPT_H

void interrupt_catch(void);
/* The signal that came, 0: none. */
int interrupt_caught(void);

#endif
