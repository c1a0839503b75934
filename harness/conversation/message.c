#include "conversation/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ground/text.h"

/* A message: 'B' or 'E', the length in 8 bytes, the blame in 4 (errors), the bytes. Incomplete ones are never believed. */
struct header {
    char kind;
    char blame;
    char unused[6];
    uint64_t length;
};

static bool write_all(int fd, const void *data, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t written = write(fd, (const char *)data + done, n - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        done += (size_t)written;
    }
    return true;
}

void message_write(int fd, const struct buf *body)
{
    struct header header = {.kind = 'B', .length = body->len};
    if (write_all(fd, &header, sizeof header))
        write_all(fd, body->data, body->len);
}

void message_write_error(int fd, const struct err *err)
{
    struct header header = {.kind = 'E', .blame = (char)err->blame, .length = strlen(err->text)};
    if (write_all(fd, &header, sizeof header))
        write_all(fd, err->text, header.length);
}

/* The end of the pipe is what the reader waits for; a world's own end takes the kernel some milliseconds more. */
static _Noreturn void leave(int fd, int status)
{
    close(fd);
    _exit(status);
}

_Noreturn void message_send(int fd, const struct buf *body)
{
    message_write(fd, body);
    leave(fd, 0);
}

_Noreturn void message_send_error(int fd, const struct err *err)
{
    message_write_error(fd, err);
    leave(fd, 1);
}

int message_open(const char *data, size_t n, const char **body, size_t *length, struct err *err)
{
    struct header header;
    if (n < sizeof header)
        return err_set(err, BLAME_HARNESS, _("a sandbox ended without a result"));
    memcpy(&header, data, sizeof header);
    if (header.length != n - sizeof header)
        return err_set(err, BLAME_HARNESS, _("a sandbox ended in the middle of its result"));
    if (header.kind == 'E')
        return err_set(err, (enum blame)header.blame, "%.*s", (int)header.length, data + sizeof header);
    *body = data + sizeof header;
    *length = header.length;
    return 0;
}
