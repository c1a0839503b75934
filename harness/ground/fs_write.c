/* The writing half of fs: whole files or nothing. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/escape.h"
#include "ground/fs.h"
#include "ground/text.h"

static int cannot_write(const char *path, struct err *err)
{
    int cause = errno;
    AUTO_FREE char *name = escape_quote(path, strlen(path), 300);
    errno = cause;
    return err_errno(err, BLAME_ENVIRONMENT, _("cannot write %s"), name);
}

static int write_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, data, n);
        if (done >= 0) {
            data += done;
            n -= (size_t)done;
        } else if (errno == EAGAIN) {
            /* Standard output may be a pipe that its other end made non-blocking. */
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

/* A device, a pipe, a terminal: there is nothing to replace. The name may also stand for one of our own descriptors
   (/dev/stdout), and replacing that link would break it for everybody. */
static bool is_written_in_place(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return true;
    bool special = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
    return special && lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static int write_in_place(const char *path, const void *data, size_t n, struct err *err)
{
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || write_all(fd, data, n) < 0)
        return cannot_write(path, err);
    return 0;
}

/* "FOLDER/.NAME.PID-N": hidden, and never anybody else's file. */
static int create_beside(const char *path, char **name)
{
    const char *slash = strrchr(path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - path) + 1;
    const char *base = slash == NULL ? path : slash + 1;
    for (unsigned i = 0; i < 100; i++) {
        /* A name of 255 bytes has no room for anything more. */
        AUTO_FREE char *candidate = mem_printf("%.*s.%.200s.%ld-%u", folder, path, base, (long)getpid(), i);
        int fd = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd >= 0) {
            *name = STEAL(candidate);
            return fd;
        }
        if (errno != EEXIST)
            return -1;
    }
    return -1;
}

/* rename() that fails with EEXIST rather than replace anything. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* A file system that cannot do that (a network share, a FAT stick): nearly as good. */
    struct stat status;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static int put(const char *path, const void *data, size_t n, int (*move)(const char *, const char *), struct err *err)
{
    AUTO_FREE char *temporary = NULL;
    AUTO_CLOSE int fd = create_beside(path, &temporary);
    if (fd < 0)
        return cannot_write(path, err);
    bool done = write_all(fd, data, n) == 0 && close(steal_fd(&fd)) == 0 && move(temporary, path) == 0;
    if (!done) {
        cannot_write(path, err);
        unlink(temporary);
        return -1;
    }
    return 0;
}

/* Interrupted now, we would leave the temporary file behind; it is a matter of milliseconds. */
static int put_whole(const char *path, const void *data, size_t n, int (*move)(const char *, const char *), struct err *err)
{
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, &before);
    int result = put(path, data, n, move, err);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}

static int check_target(const char *path, struct err *err)
{
    AUTO_FREE char *name = escape_quote(path, strlen(path), 300);
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return err_set(err, BLAME_ENVIRONMENT, _("cannot write %s: it is a folder"), name);
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return 0;
    AUTO_FREE char *folder = mem_bytes(path, (size_t)(slash - path));
    if (stat(folder, &status) == 0 && S_ISDIR(status.st_mode))
        return 0;
    AUTO_FREE char *folder_name = escape_quote(folder, strlen(folder), 300);
    return err_set(err, BLAME_ENVIRONMENT, _("cannot write %s: there is no folder %s"), name, folder_name);
}

int fs_write(const char *path, const void *data, size_t n, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, data, n) < 0 ? err_errno(err, BLAME_ENVIRONMENT, _("cannot write the output"))
                                                     : 0;
    if (is_written_in_place(path))
        return write_in_place(path, data, n, err);
    /* Through a link, what is replaced is the file that it names. */
    AUTO_FREE char *real = realpath(path, NULL);
    const char *target = real != NULL ? real : path;
    if (check_target(target, err) < 0)
        return -1;
    return put_whole(target, data, n, rename, err);
}

int fs_write_new(const char *path, const void *data, size_t n, struct err *err)
{
    struct stat status;
    if (lstat(path, &status) == 0)
        return 1;
    if (check_target(path, err) < 0)
        return -1;
    if (put_whole(path, data, n, rename_new, err) == 0)
        return 0;
    if (lstat(path, &status) < 0)
        return -1;
    *err = ERR_NONE; /* somebody was faster */
    return 1;
}
