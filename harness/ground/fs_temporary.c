/*
 * Temporary folders. Each is locked for as long as its process lives, so that one whose process was killed can be told from one
 * in use, and goes with the next run.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/escape.h"
#include "ground/fs.h"
#include "ground/text.h"

static const char prefix[] = "grade-";
enum { SUFFIX_LENGTH = 6 };

static bool is_ours(int dirfd, const char *name)
{
    struct stat status;
    return strncmp(name, prefix, sizeof prefix - 1) == 0 && strlen(name) == sizeof prefix - 1 + SUFFIX_LENGTH &&
           fstatat(dirfd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == geteuid() && (status.st_mode & 0777) == 0700;
}

/* Folders that nobody holds any more are those of processes that were killed. */
static void sweep(const char *base)
{
    DIR *folder = opendir(base);
    if (folder == NULL)
        return;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (!is_ours(dirfd(folder), entry->d_name))
            continue;
        AUTO_FREE char *path = mem_printf("%s/%s", base, entry->d_name);
        AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct err ignored = ERR_NONE;
        /* A folder without its mark may be one that is being made right now. */
        AUTO_FREE char *mark = mem_printf("%s/locked", path);
        if (fd >= 0 && access(mark, F_OK) == 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            fs_remove_tree(path, &ignored);
    }
    closedir(folder);
}

/* The descriptor stays open, and the lock with it, until the process and all its worlds have ended. */
static int hold(const char *path)
{
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
        return -1;
    AUTO_CLOSE int mark = openat(fd, "locked", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (mark < 0)
        return -1;
    steal_fd(&fd);
    return 0;
}

char *fs_temporary(struct err *err)
{
    const char *base = getenv("TMPDIR");
    if (base == NULL || base[0] != '/')
        base = "/tmp";
    sweep(base);
    AUTO_FREE char *path = mem_printf("%s/%sXXXXXX", base, prefix);
    if (mkdtemp(path) == NULL || hold(path) < 0) {
        AUTO_FREE char *name = escape_quote(base, strlen(base), 200);
        err_errno(err, BLAME_ENVIRONMENT, _("cannot make a temporary folder in %s"), name);
        return NULL;
    }
    return STEAL(path);
}
