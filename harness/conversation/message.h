/* message: what a world's process says at its end through its pipe: a body, or an error with its blame. */
#ifndef CONVERSATION_MESSAGE_H
#define CONVERSATION_MESSAGE_H

#include "ground/base.h"
#include "ground/buf.h"

/* Both write all of it, or what somebody still listens to. */
void message_write(int fd, const struct buf *body);
void message_write_error(int fd, const struct err *err);
/* The same, and they end the process. */
_Noreturn void message_send(int fd, const struct buf *body);
_Noreturn void message_send_error(int fd, const struct err *err);
/* Finds the body in the N bytes received; -1 with the error that was sent, or when there is no whole message. */
int message_open(const char *data, size_t n, const char **body, size_t *length, struct err *err);

#endif
