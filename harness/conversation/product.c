#include "conversation/product.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ground/text.h"

#if defined __x86_64__
enum { MACHINE = EM_X86_64 };
#elif defined __aarch64__
enum { MACHINE = EM_AARCH64 };
#endif

/* Opens a path below FOLDER, links followed; -1 when it leads out, to nothing, or is no regular file. */
static int open_below(const char *folder, const char *name, struct stat *status)
{
    struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    AUTO_CLOSE int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO_CLOSE int fd = root >= 0 ? (int)syscall(SYS_openat2, root, name, &how, sizeof how) : -1;
    if (fd < 0 || fstat(fd, status) < 0 || !S_ISREG(status->st_mode))
        return -1;
    return steal_fd(&fd);
}

static bool can_interpret(const char *path)
{
    struct stat status;
    return path[0] == '/' && stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* "#! /bin/sh -e": the interpreter's path ends at a blank. */
static bool is_script(char *head)
{
    char *path = head + 2 + strspn(head + 2, " \t");
    path[strcspn(path, " \t\n")] = '\0'; /* a carriage return belongs to the name, as the system sees it */
    return can_interpret(path);
}

/* Who has no interpreter is linked statically. */
static bool has_interpreter(int fd, const Elf64_Ehdr *header)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr part;
        char path[256] = "";
        if (pread(fd, &part, sizeof part, (off_t)(header->e_phoff + i * sizeof part)) != (ssize_t)sizeof part)
            return false;
        if (part.p_type != PT_INTERP)
            continue;
        size_t n = part.p_filesz < sizeof path ? part.p_filesz : sizeof path - 1;
        return pread(fd, path, n, (off_t)part.p_offset) == (ssize_t)n && can_interpret(path);
    }
    return true;
}

static bool can_run(int fd)
{
    char head[256] = "";
    ssize_t n = pread(fd, head, sizeof head - 1, 0);
    if (n > 2 && memcmp(head, "#!", 2) == 0)
        return is_script(head);
    Elf64_Ehdr header;
    if (n < (ssize_t)sizeof header)
        return false;
    memcpy(&header, head, sizeof header);
    return memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
           header.e_machine == MACHINE && (header.e_type == ET_EXEC || header.e_type == ET_DYN) &&
           header.e_phentsize == sizeof(Elf64_Phdr) && has_interpreter(fd, &header);
}

int product_take(const char *folder, const char *name, size_t most, int to, enum product *product, struct err *err)
{
    struct stat status;
    AUTO_CLOSE int in = open_below(folder, name, &status);
    *product = PRODUCT_MISSING;
    if (in < 0 || (size_t)status.st_size > most)
        return 0;
    *product = PRODUCT_FOREIGN;
    if (!can_run(in))
        return 0;
    *product = PRODUCT_TAKEN;
    char data[65536];
    size_t copied = 0;
    for (ssize_t n; (n = read(in, data, sizeof data)) > 0; copied += (size_t)n)
        if (copied + (size_t)n > most || write(to, data, (size_t)n) != n)
            return err_errno(err, BLAME_ENVIRONMENT, _("cannot keep the compiled program"));
    return 0;
}
