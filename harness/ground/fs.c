#include "ground/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ground/escape.h"
#include "ground/text.h"

enum { NAME_MAX_QUOTED = 300 };

static char *quoted(const char *name)
{
    return escape_quote(name, strlen(name), NAME_MAX_QUOTED);
}

static int open_resolved(int dirfd, const char *path, int flags, uint64_t resolve)
{
    struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), .resolve = resolve};
    if ((flags & O_PATH) != 0)
        how.flags = (uint64_t)(flags | O_CLOEXEC); /* openat2 refuses what O_PATH would ignore */
    int fd = -1;
    do
        fd = (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
    while (fd < 0 && errno == EAGAIN); /* a rename went on while it walked */
    return fd;
}

/* What a tree can bring about by its own links and permissions; all else (EMFILE, EIO, …) is the machine's. */
static bool is_of_the_tree(int cause)
{
    return cause == EACCES || cause == EPERM || cause == ENOENT || cause == ENOTDIR || cause == ENXIO ||
           cause == EXDEV || cause == ELOOP || cause == ENAMETOOLONG;
}

/* Why a file could not be opened, in words that tell a student what to do. */
static int explain_open(const char *path, enum blame blame, struct err *err)
{
    int cause = errno;
    AUTO_FREE char *name = quoted(path);
    if (cause == EXDEV)
        return err_set(err, blame, _("%s is a link that does not stay inside the folder: put the file itself there"),
                       name);
    if (cause == ELOOP)
        return err_set(err, blame, _("%s is a link that leads round in circles: put the file itself there"), name);
    if (cause == ENOSYS)
        return err_set(err, BLAME_ENVIRONMENT, _("this system lacks openat2: Linux 5.6 or later is needed"));
    errno = cause;
    return err_errno(err, is_of_the_tree(cause) ? blame : BLAME_ENVIRONMENT, _("cannot read %s"), name);
}

static int too_big(const char *path, size_t max, enum blame blame, struct err *err)
{
    AUTO_FREE char *name = quoted(path);
    if (max >= 1024 * 1024 && max % (1024 * 1024) == 0)
        return err_set(err, blame, _("%s is too big: more than %zu MiB"), name, max / (1024 * 1024));
    return err_set(err, blame, _("%s is too big: more than %zu bytes"), name, max);
}

static int read_descriptor(int fd, const char *path, size_t max, struct buf *out, enum blame blame, struct err *err)
{
    size_t before = out->len;
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n > 0 && (size_t)n <= max - (out->len - before)) {
            buf_add(out, chunk, (size_t)n);
            continue;
        }
        if (out->len > before) {
            out->len = before;
            out->data[before] = '\0';
        }
        return n < 0 ? explain_open(path, blame, err) : too_big(path, max, blame, err);
    }
}

static int read_resolved(int dirfd, const char *path, size_t max, struct buf *out, unsigned *mode, uint64_t resolve,
                         enum blame blame, struct err *err)
{
    /* Opening a device can already have an effect, so look at what it is through a descriptor that opens nothing. */
    AUTO_CLOSE int handle = open_resolved(dirfd, path, O_PATH, resolve);
    struct stat status;
    if (handle < 0 || fstat(handle, &status) < 0)
        return explain_open(path, blame, err);
    if (!S_ISREG(status.st_mode)) {
        AUTO_FREE char *name = quoted(path);
        return err_set(err, blame, _("%s is not a regular file"), name);
    }
    if ((status.st_mode & S_IRUSR) == 0) {
        errno = EACCES;
        return explain_open(path, blame, err);
    }
    if ((uint64_t)status.st_size > max)
        return too_big(path, max, blame, err);
    AUTO_CLOSE int fd = open_resolved(dirfd, path, O_RDONLY, resolve);
    if (fd < 0)
        return explain_open(path, blame, err);
    if (mode != NULL)
        *mode = status.st_mode & 07777;
    return read_descriptor(fd, path, max, out, blame, err);
}

int fs_read(const char *path, size_t max, struct buf *out, struct err *err)
{
    return read_resolved(AT_FDCWD, path, max, out, NULL, 0, BLAME_ENVIRONMENT, err);
}

int fs_read_beneath_mode(int dirfd, const char *path, size_t max, struct buf *out, unsigned *mode, struct err *err)
{
    return read_resolved(dirfd, path, max, out, mode, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS, BLAME_SUBMISSION, err);
}

int fs_read_beneath(int dirfd, const char *path, size_t max, struct buf *out, struct err *err)
{
    return fs_read_beneath_mode(dirfd, path, max, out, NULL, err);
}

int fs_open_folder(int dirfd, const char *path, struct err *err)
{
    AUTO_CLOSE int fd = open_resolved(dirfd, path, O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return explain_open(path, BLAME_SUBMISSION, err);
    if ((status.st_mode & (S_IRUSR | S_IXUSR)) != (S_IRUSR | S_IXUSR)) {
        errno = EACCES;
        return explain_open(path, BLAME_SUBMISSION, err);
    }
    return steal_fd(&fd);
}
