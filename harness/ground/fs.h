/*
 * fs: files and trees that may be hostile. Reading is relative to a descriptor, never leaves it, and opens nothing that could
 * block; writing replaces whole files or nothing.
 *
 * A file or folder that its own owner may not read counts as unreadable, even for root: whoever grades, the result is the
 * same. Names in errors are quoted and escaped.
 */
#ifndef GROUND_FS_H
#define GROUND_FS_H

#include "ground/base.h"
#include "ground/buf.h"

/* Both append to OUT, and leave it as it was when they fail. */
/* Reads a whole regular file of at most MAX bytes. Blame: environment. */
int fs_read(const char *path, size_t max, struct buf *out, struct err *err);
/* The same below DIRFD (openat2: RESOLVE_BENEATH, no magic links, O_NONBLOCK so that a fifo does not hang). ERR says which
   of: leads out of the folder, not a regular file, too big, unreadable. Blame: submission, or environment when it is
   the machine that failed (no descriptor left, an I/O error). *MODE (unless NULL) becomes the
   file's permissions. */
int fs_read_beneath(int dirfd, const char *path, size_t max, struct buf *out, struct err *err);
int fs_read_beneath_mode(int dirfd, const char *path, size_t max, struct buf *out, unsigned *mode, struct err *err);
/* Opens a folder below DIRFD for reading, following no link at all. The descriptor, or -1. Blame: as above. */
int fs_open_folder(int dirfd, const char *path, struct err *err);
/* Writes PATH through a temporary file beside it and rename, so that it appears whole or not at all. "-": standard output.
   A link is followed; a device, a pipe or a terminal is written to as it is. */
int fs_write(const char *path, const void *data, size_t n, struct err *err);
/* The same for a file that is not to replace anything, not even a link: 1 when something has that name already. */
int fs_write_new(const char *path, const void *data, size_t n, struct err *err);
/* Removes a tree that we made, following no link, however deep it is. Ignores what is already gone. */
int fs_remove_tree(const char *path, struct err *err);
/* A new folder under TMPDIR or /tmp, for nobody else. The caller frees the path; NULL on failure. */
char *fs_temporary(struct err *err);

#endif
