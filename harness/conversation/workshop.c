#include "conversation/workshop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation/product.h"
#include "conversation/worktime.h"
#include "ground/text.h"
#include "watching/build_paths.h"
#include "watching/sandbox.h"

static const char tools[] = "/tmp/tools";
static const char compiled_folder[] = "/tmp", compiled_name[] = "program", compiled[] = "/tmp/program";

/* The course's flags. Missing includes cost nothing: the lecture's own sources lack one or two. A file that includes itself
   gives errors without end, which gcc would collect in memory. */
static const char *const flags[] = {"-std=gnu17", "-Wall", "-Wextra", "-g", "-O0", "-fno-omit-frame-pointer", "-pthread",
                                    "-Wno-error=implicit-function-declaration", "-fmax-errors=100"};
/* These only save time: every header's path would be made canonical, a plugin be loaded that nobody needs, and types and
   variables be described where only lines are looked up. */
static const char *const quickening[] = {"-fno-canonical-system-headers", "-fno-use-linker-plugin", "-g1"};
/* Twice as fast as the usual linker. What it says when it fails is in words of its own: the usual one is asked then. */
static const char quick_linker[] = "/usr/bin/ld.gold";
/* It would list its own folders of libraries as well, which the compiler names anyway. */
static const char *const quick_linker_flags[] = {"-fuse-ld=gold", "-Wl,-nostdlib"};
static const char too_many[] = "due to -fmax-errors", linker_failed[] = "collect2: ";

static const char *const environment[] = {"PATH=/tmp/tools:/usr/bin:/bin", "HOME=/tmp", "TMPDIR=/tmp", "LANG=C.UTF-8",
                                          "SOURCE_DATE_EPOCH=1767254400",  "TERM=dumb", NULL};

/* --- laying out --- */

/* Makes the folders of PATH, all of them below BUILD_SOURCES. */
static void make_parents(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

static int write_file(const char *path, const void *data, size_t n, mode_t mode, struct err *err)
{
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return err_errno(err, BLAME_HARNESS, _("cannot write %s"), path);
    for (size_t done = 0; done < n;) {
        ssize_t written = write(fd, (const char *)data + done, n - done);
        if (written <= 0)
            return err_errno(err, BLAME_HARNESS, _("cannot write %s"), path);
        done += (size_t)written;
    }
    return 0;
}

static int lay_out(const struct submission *submission, struct err *err)
{
    mkdir(BUILD_SOURCES, 0755);
    for (size_t i = 0; i < submission->n_files; i++) {
        const struct source_file *file = &submission->files[i];
        AUTO_FREE char *path = mem_printf("%s/%s", BUILD_SOURCES, file->path);
        make_parents(path);
        if (write_file(path, file->data, file->size, file->executable ? 0755 : 0644, err) < 0)
            return -1;
    }
    return 0;
}

/* A student's Makefile calls the compiler its own way; these add what the grader needs: lines, frames, JSON. */
static int make_tools(struct err *err)
{
    static const char script[] = "#!/bin/sh\nexec /usr/bin/gcc \"$@\" -g -O0 -fno-omit-frame-pointer -pthread "
                                 "-Wno-error=implicit-function-declaration -fmax-errors=100 "
                                 "-fdiagnostics-format=json\n";
    static const char *const names[] = {"cc", "gcc", "c99", "clang"};
    mkdir(tools, 0755);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        AUTO_FREE char *path = mem_printf("%s/%s", tools, names[i]);
        if (write_file(path, script, sizeof script - 1, 0755, err) < 0)
            return -1;
    }
    return 0;
}

/* --- running a tool --- */

static _Noreturn void become(char *const *argv, const struct build_request *request, const struct bounds *bounds, int log)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0 || sandbox_confine(bounds) < 0 ||
        dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0 ||
        policy_install(request->policy) < 0)
        _exit(126);
    execvpe(argv[0], argv, (char *const *)environment);
    _exit(127);
}

/* Collects what the tool says until it ends; true when it went over a limit of output or of time. */
static bool collect(int log, int process, const struct bounds *bounds, struct buf *out)
{
    struct pollfd watched[] = {{.fd = log, .events = POLLIN}, {.fd = process, .events = POLLIN}};
    struct worktime work;
    worktime_begin(&work);
    for (;;) {
        int n = poll(watched, COUNT_OF(watched), WORKTIME_LOOK_MS);
        if (worktime_over(&work, bounds->cpu))
            return true;
        if (n <= 0)
            continue;
        char data[16384];
        ssize_t got = (watched[0].revents & (POLLIN | POLLHUP)) != 0 ? read(log, data, sizeof data) : -1;
        if (got > 0)
            buf_add(out, data, (size_t)got);
        if (out->len > bounds->output)
            return true;
        if (got <= 0 && (watched[1].revents & POLLIN) != 0)
            return false;
        if (got == 0)
            watched[0].fd = -1;
    }
}

/* 0 when the tool ended with status 0, 1 otherwise, 2 at a limit. */
static int run_tool(char *const *argv, const struct build_request *request, const struct bounds *bounds, struct buf *log)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return 2;
    AUTO_CLOSE int in = ends[0];
    AUTO_CLOSE int out = ends[1];
    pid_t pid = fork();
    if (pid == 0)
        become(argv, request, bounds, out);
    close(steal_fd(&out));
    AUTO_CLOSE int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pid < 0 || process < 0)
        return 2;
    bool over = collect(in, process, bounds, log);
    if (over)
        kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    if (over || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)))
        return 2;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* --- recipes --- */

static bool is_in_folder(const struct source_file *file, const char *folder)
{
    size_t n = strlen(folder);
    if (n > 0 && (strncmp(file->path, folder, n) != 0 || file->path[n] != '/'))
        return false;
    const char *name = file->path + (n > 0 ? n + 1 : 0);
    size_t length = strlen(name);
    return strchr(name, '/') == NULL && length > 2 && strcmp(name + length - 2, ".c") == 0;
}

/* Whether a source defines main(): such a one is another program, not a helper. */
static bool has_main(const struct source_file *file)
{
    const char *end = file->data + file->size;
    for (const char *at = file->data; (at = memmem(at, (size_t)(end - at), "main", 4)) != NULL; at += 4) {
        bool begins = at == file->data || strchr(" \t\n\r*;}", at[-1]) != NULL;
        const char *after = at + 4;
        while (after < end && (*after == ' ' || *after == '\t' || *after == '\n'))
            after++;
        if (begins && after < end && *after == '(')
            return true;
    }
    return false;
}

struct arguments {
    char **items;
    size_t n;
};

static void put(struct arguments *a, const char *item)
{
    *ARRAY_ADD(a->items, a->n) = mem_string(item);
}

static void free_arguments(struct arguments *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->items[i]);
    free(a->items);
}

/* How the compiler is called. */
struct manner {
    bool with_others; /* helper files beside the program */
    bool json;
    bool quick_linker;
};

static int compile_as(const struct build_request *request, const struct bounds *bounds, const struct manner *manner,
                      struct buf *log)
{
    const struct program_source *source = request->source;
    struct arguments a = {NULL, 0};
    put(&a, "gcc");
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        put(&a, flags[i]);
    for (size_t i = 0; i < COUNT_OF(quickening); i++)
        put(&a, quickening[i]);
    for (size_t i = 0; manner->quick_linker && i < COUNT_OF(quick_linker_flags); i++)
        put(&a, quick_linker_flags[i]);
    if (manner->json)
        put(&a, "-fdiagnostics-format=json");
    put(&a, "-o");
    put(&a, compiled);
    size_t skip = strlen(source->folder) + (source->folder[0] != '\0');
    if (source->recipe == RECIPE_SINGLE) {
        AUTO_FREE char *named = mem_printf("./%s", source->file); /* it may begin with a dash */
        put(&a, source->file[0] == '-' ? named : source->file);
    }
    for (size_t i = 0; i < request->submission->n_files; i++) {
        const struct source_file *file = &request->submission->files[i];
        bool wanted = source->recipe == RECIPE_FOLDER || (manner->with_others && !has_main(file));
        if (!wanted || !is_in_folder(file, source->folder) ||
            (source->recipe == RECIPE_SINGLE && strcmp(file->path + skip, source->file) == 0))
            continue;
        AUTO_FREE char *named = mem_printf("./%s", file->path + skip);
        put(&a, file->path[skip] == '-' ? named : file->path + skip);
    }
    *ARRAY_ADD(a.items, a.n) = NULL;
    int result = run_tool(a.items, request, bounds, log);
    free_arguments(&a);
    return result;
}

static bool log_has(const struct buf *log, const char *text)
{
    return log->len > 0 && memmem(log->data, log->len, text, strlen(text)) != NULL;
}

static int compile_again(const struct build_request *request, const struct bounds *bounds, const struct manner *manner,
                         struct buf *log)
{
    log->len = 0;
    return compile_as(request, bounds, manner, log);
}

static int compile(const struct build_request *request, const struct bounds *bounds, struct buf *log)
{
    struct manner manner = {.json = true, .quick_linker = access(quick_linker, X_OK) == 0};
    int status = compile_as(request, bounds, &manner, log);
    if (status == 1 && request->source->recipe == RECIPE_SINGLE && log_has(log, "undefined reference")) {
        manner.with_others = true;
        status = compile_again(request, bounds, &manner, log);
    }
    if (status == 1 && manner.quick_linker && log_has(log, linker_failed)) {
        manner.quick_linker = false;
        status = compile_again(request, bounds, &manner, log);
    }
    if (status == 1 && log_has(log, too_many)) { /* gcc throws its JSON away when it stops; as text they have been said */
        manner.json = false;
        status = compile_again(request, bounds, &manner, log);
    }
    return status;
}

static int run_make(const struct build_request *request, const struct bounds *bounds, struct buf *log)
{
    char command[] = "make", quiet[] = "-s";
    AUTO_FREE char *target = mem_string(request->source->name);
    char *argv[] = {command, quiet, target, NULL};
    int result = run_tool(argv, request, bounds, log);
    if (result == 1 && log_has(log, "No rule to make target")) {
        char *plain[] = {command, quiet, NULL};
        log->len = 0;
        result = run_tool(plain, request, bounds, log);
    }
    return result;
}

/*
 * A program that somebody has built on another machine, and that make holds to be up to date, is made again. One whose name
 * alone did not bring it about (it is a link to what another rule makes) is left to the Makefile's own first target.
 */
static int make_again(const struct build_request *request, const struct bounds *bounds, enum product found, struct buf *log)
{
    char command[] = "make", quiet[] = "-s", always[] = "-B";
    AUTO_FREE char *target = mem_string(request->source->name);
    char *foreign[] = {command, quiet, always, target, NULL}, *missing[] = {command, quiet, NULL};
    log->len = 0;
    return run_tool(found == PRODUCT_FOREIGN ? foreign : missing, request, bounds, log);
}

/* Takes what the build has left out of its world. */
static int take(const struct build_request *request, const struct bounds *bounds, int executable, enum product *found,
                struct err *err)
{
    const struct program_source *source = request->source;
    if (source->recipe != RECIPE_MAKE)
        return product_take(compiled_folder, compiled_name, bounds->file_size, executable, found, err);
    AUTO_FREE char *name = mem_printf("%s/%s", source->folder[0] != '\0' ? source->folder : ".", source->name);
    return product_take(BUILD_SOURCES, name, bounds->file_size, executable, found, err);
}

int workshop_run(const struct build_request *request, const struct bounds *bounds, int executable, enum workshop_end *end,
                 struct buf *log, struct err *err)
{
    const struct program_source *source = request->source;
    bool make = source->recipe == RECIPE_MAKE;
    AUTO_FREE char *folder = mem_printf("%s/%s", BUILD_SOURCES, source->folder);
    umask(022);
    if (lay_out(request->submission, err) < 0 || (make && make_tools(err) < 0))
        return -1;
    if (chdir(folder) < 0)
        return err_errno(err, BLAME_HARNESS, "chdir");
    int status = make ? run_make(request, bounds, log) : compile(request, bounds, log);
    *end = status == 1 ? WORKSHOP_FAILED : WORKSHOP_LIMIT;
    if (status != 0)
        return 0;
    enum product found = PRODUCT_MISSING;
    if (take(request, bounds, executable, &found, err) < 0)
        return -1;
    if (found != PRODUCT_TAKEN && make && make_again(request, bounds, found, log) == 0 &&
        take(request, bounds, executable, &found, err) < 0)
        return -1;
    *end = found == PRODUCT_TAKEN ? WORKSHOP_BUILT : found == PRODUCT_MISSING ? WORKSHOP_NOTHING : WORKSHOP_FOREIGN;
    return 0;
}
