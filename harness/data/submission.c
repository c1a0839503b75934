#include "data/submission.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/fs.h"
#include "ground/text.h"

enum { NOTES_SHOWN = 20, NAME_QUOTED = 200 };

/* The walk: folders still to be read, in the order in which they were met. */
struct folder {
    char *path; /* "" for the submission's own */
    int depth;
};

struct walk {
    struct submission *submission;
    int root;
    struct folder *folders;
    size_t n_folders;
    size_t entries;
    size_t size; /* of all files so far */
    bool too_many, too_deep;
    struct err *err; /* set: the machine failed us, and the whole intake ends */
};

static char *quoted(const char *name)
{
    return escape_quote(name, strlen(name), NAME_QUOTED);
}

static void add_note(struct submission *submission, char *text)
{
    *ARRAY_ADD(submission->notes, submission->n_notes) = text;
}

/* WHY is taken over. */
static void leave_out(struct submission *submission, const char *path, char *why)
{
    struct left_out *left = ARRAY_ADD(submission->left_out, submission->n_left_out);
    left->path = mem_string(path);
    left->why = why;
    if (submission->n_left_out <= NOTES_SHOWN)
        add_note(submission, mem_string(why));
}

static bool ends_with(const char *name, const char *ending)
{
    size_t n = strlen(name);
    size_t m = strlen(ending);
    return n >= m && strcmp(name + n - m, ending) == 0;
}

static bool is_product_name(const char *name)
{
    return ends_with(name, ".o") || ends_with(name, ".a") || ends_with(name, ".so") || ends_with(name, ".out");
}

static bool is_skipped_folder(const char *name)
{
    return name[0] == '.' || strcmp(name, "node_modules") == 0 || strcmp(name, "__MACOSX") == 0;
}

/* What ERR says, as a note; a failure of the machine must not look like a fault of the submission. */
static void could_not_take(struct walk *walk, const char *path, const struct err *err)
{
    if (err->blame == BLAME_SUBMISSION)
        leave_out(walk->submission, path, mem_printf(_("%s; it is left out"), err->text));
    else
        *walk->err = *err;
}

static bool exceeds_total(struct walk *walk, const char *path, uint64_t size)
{
    if (size <= SUBMISSION_SIZE - walk->size)
        return false;
    AUTO_FREE char *name = quoted(path);
    leave_out(walk->submission, path,
              mem_printf(_("%s is left out: the submission's files are bigger than %d MiB in all"), name,
                         SUBMISSION_SIZE >> 20));
    return true;
}

static void take_file(struct walk *walk, const char *path, const struct stat *status)
{
    struct submission *submission = walk->submission;
    struct err err = ERR_NONE;
    AUTO_BUF content = BUF_EMPTY;
    unsigned mode = 0;
    /* Looked at before reading, so that a folder of big files costs no more than what is kept. */
    if (S_ISREG(status->st_mode) && status->st_size <= SUBMISSION_FILE_SIZE &&
        exceeds_total(walk, path, (uint64_t)status->st_size))
        return;
    if (fs_read_beneath_mode(walk->root, path, SUBMISSION_FILE_SIZE, &content, &mode, &err) < 0) {
        could_not_take(walk, path, &err);
        return;
    }
    if (content.len >= 4 && memcmp(content.data, "\177ELF", 4) == 0)
        return;
    if (exceeds_total(walk, path, content.len)) /* it has grown meanwhile */
        return;
    walk->size += content.len;
    struct source_file *file = ARRAY_ADD(submission->files, submission->n_files);
    file->path = mem_string(path);
    file->size = content.len;
    file->data = buf_steal(&content);
    file->executable = (mode & S_IXUSR) != 0;
}

static void take_folder(struct walk *walk, const char *path, int depth)
{
    if (depth <= SUBMISSION_DEPTH) {
        struct folder *folder = ARRAY_ADD(walk->folders, walk->n_folders);
        folder->path = mem_string(path);
        folder->depth = depth;
        return;
    }
    /* One note is enough: whoever nests that deep does so often. */
    if (walk->too_deep)
        return;
    walk->too_deep = true;
    AUTO_FREE char *name = quoted(path);
    leave_out(walk->submission, path,
              mem_printf(_("%s and whatever else lies more than %d folders deep is left out"), name, SUBMISSION_DEPTH));
}

/* A link to a file is read like the file, if it stays inside; one to a folder could make the walk endless. */
static void take_link(struct walk *walk, const char *path)
{
    struct stat status = {0};
    AUTO_FREE char *name = quoted(path);
    /* Only to tell folders apart: nothing is opened here, and take_file() refuses whatever leads out. */
    if (fstatat(walk->root, path, &status, 0) < 0 && errno == ENOENT)
        leave_out(walk->submission, path,
                  mem_printf(_("%s is a link that leads nowhere: put the file itself there; it is left out"), name));
    else if (S_ISDIR(status.st_mode))
        leave_out(walk->submission, path,
                  mem_printf(_("%s is a link to a folder: put the folder itself there; it is left out"), name));
    else
        take_file(walk, path, &status);
}

static void take_entry(struct walk *walk, int folder, const char *path, const char *name, int depth)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return; /* removed meanwhile */
    if (S_ISDIR(status.st_mode)) {
        if (!is_skipped_folder(name))
            take_folder(walk, path, depth + 1);
        return;
    }
    /* "._NAME" is what macOS adds beside NAME in archives. */
    if (is_product_name(name) || strncmp(name, "._", 2) == 0)
        return;
    if (S_ISLNK(status.st_mode))
        take_link(walk, path);
    else
        take_file(walk, path, &status);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

/* The names in a folder, sorted, so that what the limits cut does not depend on the file system. */
static char **list(struct walk *walk, DIR *folder, size_t *n)
{
    char **names = NULL;
    *n = 0;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (walk->entries == SUBMISSION_ENTRIES) {
            walk->too_many = true;
            break;
        }
        walk->entries++;
        *ARRAY_ADD(names, *n) = mem_string(entry->d_name);
    }
    if (errno != 0)
        err_errno(walk->err, BLAME_ENVIRONMENT, _("cannot read the submission's folder"));
    if (*n > 0)
        qsort(names, *n, sizeof *names, by_name);
    return names;
}

static void read_folder(struct walk *walk, const char *path, int depth)
{
    struct err err = ERR_NONE;
    AUTO_CLOSE int fd = fs_open_folder(walk->root, path[0] == '\0' ? "." : path, &err);
    if (fd < 0) {
        could_not_take(walk, path, &err);
        return;
    }
    __attribute__((cleanup(close_folder))) DIR *folder = fdopendir(fd);
    if (folder == NULL) {
        err_errno(walk->err, BLAME_ENVIRONMENT, _("cannot read the submission's folder"));
        return;
    }
    steal_fd(&fd);
    size_t n = 0;
    char **names = list(walk, folder, &n);
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *below = path[0] == '\0' ? mem_string(names[i]) : mem_printf("%s/%s", path, names[i]);
        take_entry(walk, dirfd(folder), below, names[i], depth);
        free(names[i]);
    }
    free(names);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct source_file *)a)->path, ((const struct source_file *)b)->path);
}

static void walk_all(struct walk *walk)
{
    struct submission *submission = walk->submission;
    take_folder(walk, "", 0);
    /* The list grows while it is gone through: first all of one depth, then all of the next. */
    for (size_t i = 0; i < walk->n_folders && !walk->too_many && walk->err->blame == BLAME_NONE; i++)
        read_folder(walk, walk->folders[i].path, walk->folders[i].depth);
    for (size_t i = 0; i < walk->n_folders; i++)
        free(walk->folders[i].path);
    free(walk->folders);
    if (submission->n_files > 0)
        qsort(submission->files, submission->n_files, sizeof *submission->files, by_path);
    if (submission->n_left_out > NOTES_SHOWN) {
        unsigned long more = (unsigned long)(submission->n_left_out - NOTES_SHOWN);
        add_note(submission, mem_printf(ngettext("%lu more file was left out", "%lu more files were left out", more),
                                        more));
    }
    if (walk->too_many)
        add_note(submission, mem_printf(_("the submission holds more than %d files and folders; the rest, and whatever "
                                          "lies deeper, is left out"),
                                        SUBMISSION_ENTRIES));
}

static int refuse_file(const char *path, struct err *err)
{
    AUTO_FREE char *name = quoted(path);
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *parent = slash == NULL ? mem_string(".") : mem_bytes(path, (size_t)(slash - path) + 1);
    AUTO_FREE char *folder = quoted(parent);
    if (ends_with(path, ".c"))
        return err_set(err, BLAME_ENVIRONMENT, _("%s is a single file: give the folder that it is in, %s"), name,
                       folder);
    return err_set(err, BLAME_ENVIRONMENT, _("%s is not a folder: give the folder that holds your sources"), name);
}

static int open_root(const char *path, struct err *err)
{
    AUTO_FREE char *name = quoted(path);
    struct stat status;
    if (stat(path, &status) < 0)
        return errno == ENOENT ? err_set(err, BLAME_ENVIRONMENT, _("there is no folder %s"), name)
                               : err_errno(err, BLAME_ENVIRONMENT, _("cannot read %s"), name);
    if (!S_ISDIR(status.st_mode))
        return refuse_file(path, err);
    /* The owner's rights decide for root too: see fs.h. */
    int fd = -1;
    errno = EACCES;
    if ((status.st_mode & (S_IRUSR | S_IXUSR)) == (S_IRUSR | S_IXUSR))
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? fd : err_errno(err, BLAME_ENVIRONMENT, _("cannot read %s"), name);
}

static char *folder_name(const char *path)
{
    AUTO_FREE char *real = realpath(path, NULL);
    const char *whole = real != NULL ? real : path;
    const char *slash = strrchr(whole, '/');
    const char *last = slash != NULL ? slash + 1 : whole;
    return mem_string(last[0] != '\0' ? last : whole);
}

int submission_load(struct submission *submission, const char *path, struct err *err)
{
    *submission = (struct submission){0};
    AUTO_CLOSE int root = open_root(path, err);
    if (root < 0)
        return -1;
    *err = ERR_NONE;
    struct walk walk = {.submission = submission, .root = root, .err = err};
    submission->name = folder_name(path);
    walk_all(&walk);
    if (err->blame == BLAME_NONE)
        return 0;
    submission_free(submission);
    return -1;
}

void submission_free(struct submission *submission)
{
    free(submission->name);
    for (size_t i = 0; i < submission->n_files; i++) {
        free(submission->files[i].path);
        free(submission->files[i].data);
    }
    for (size_t i = 0; i < submission->n_notes; i++)
        free(submission->notes[i]);
    for (size_t i = 0; i < submission->n_left_out; i++) {
        free(submission->left_out[i].path);
        free(submission->left_out[i].why);
    }
    free(submission->files);
    free(submission->notes);
    free(submission->left_out);
    *submission = (struct submission){0};
}
