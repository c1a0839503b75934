/* The removing half of fs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/escape.h"
#include "ground/fs.h"
#include "ground/text.h"

/*
 * A program can nest folders deeper than we may hold descriptors. What lies deeper than this is moved up to the top of the
 * tree first, and goes in a later round.
 */
enum { DEPTH = 32 };

struct removal {
    int top;
    unsigned moved; /* folders moved up, ever: their new names */
};

static int open_child(int parent, const char *name)
{
    int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(parent, name, O_RDONLY | flags);
    if (fd >= 0 || errno != EACCES)
        return fd;
    /* A folder that its owner may not read: give the right back, on exactly this folder. */
    AUTO_CLOSE int handle = openat(parent, name, O_PATH | flags);
    if (handle < 0)
        return -1;
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", handle);
    return chmod(self, 0700) < 0 ? -1 : openat(parent, name, O_RDONLY | flags);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

static int rename_up(int parent, const char *name, struct removal *removal)
{
    char free_name[64];
    int result = -1;
    do {
        snprintf(free_name, sizeof free_name, ".removed-%u", removal->moved++);
        result = renameat(parent, name, removal->top, free_name);
    } while (result < 0 && (errno == EEXIST || errno == ENOTEMPTY));
    return result;
}

static int move_up(int parent, const char *name, struct removal *removal)
{
    if (rename_up(parent, name, removal) == 0)
        return 0;
    if (errno != EACCES)
        return -1;
    /* To change its "..", the folder itself must be writable. */
    AUTO_CLOSE int folder = open_child(parent, name);
    if (folder < 0 || fchmod(folder, 0700) < 0)
        return -1;
    return rename_up(parent, name, removal);
}

static int empty(int fd, struct removal *removal, int depth);

static int remove_entry(int parent, const char *name, struct removal *removal, int depth)
{
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno == EACCES && fchmod(parent, 0700) == 0 && unlinkat(parent, name, 0) == 0)
        return 0;
    int cause = errno;
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return 0;
    if (errno == ENOTDIR) {
        errno = cause;
        return -1;
    }
    if (depth == DEPTH)
        return move_up(parent, name, removal);
    int child = open_child(parent, name);
    if (child < 0 || empty(child, removal, depth + 1) < 0)
        return -1;
    return unlinkat(parent, name, AT_REMOVEDIR);
}

/* Removes all that is in the folder FD, and closes FD. */
static int empty(int fd, struct removal *removal, int depth)
{
    __attribute__((cleanup(close_folder))) DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        close(fd);
        return -1;
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            return errno == 0 ? 0 : -1;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            remove_entry(dirfd(folder), entry->d_name, removal, depth) < 0)
            return -1;
    }
}

static int empty_top(int top)
{
    struct removal removal = {.top = top, .moved = 0};
    for (;;) {
        unsigned before = removal.moved;
        int again = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (again < 0 || empty(again, &removal, 0) < 0)
            return -1;
        if (removal.moved == before)
            return 0;
    }
}

int fs_remove_tree(const char *path, struct err *err)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0; /* a file or a link, or gone */
    AUTO_CLOSE int top = open_child(AT_FDCWD, path);
    if (top >= 0 && empty_top(top) == 0 && rmdir(path) == 0)
        return 0;
    int cause = errno;
    AUTO_FREE char *name = escape_quote(path, strlen(path), 300);
    errno = cause;
    return err_errno(err, BLAME_ENVIRONMENT, _("cannot remove %s"), name);
}
