/* echo: the other end of an ICMPv6 echo, played by the grader instead of the kernel: it answers when and what it is told to. */
#ifndef CONVERSATION_ECHO_H
#define CONVERSATION_ECHO_H

#include <sys/types.h>

#include "data/script.h"
#include "data/transcript.h"

/* A raw socket that gets echo requests and nothing else. From here on the world's kernel answers none by itself. -1: ERR. */
int echo_open(struct err *err);
/*
 * Sends over FD to TO what ANSWER means for this REQUEST; *MESSAGE becomes what was sent, which the caller frees. The number of
 * bytes, or -1 with errno.
 */
ssize_t echo_answer(int fd, enum answer answer, const struct bytes *request, const struct address *to, char **message);

#endif
