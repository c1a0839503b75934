/* The folder that all worlds of a run share as their root: see plan.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/fs.h"
#include "ground/text.h"
#include "watching/plan.h"

static const char *const folders[] = {"", "/usr", "/etc", "/etc/alternatives", "/dev", "/dev/pts", "/proc", "/tmp",
                                      "/home", "/programs", "/run", "/var"};
static const char *const mount_files[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

static const struct {
    const char *path, *target;
} links[] = {
    {"/dev/ptmx", "pts/ptmx"},       {"/dev/fd", "/proc/self/fd"},      {"/dev/stdin", "/proc/self/fd/0"},
    {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"}, {"/dev/shm", "/tmp"},
    {"/var/tmp", "/tmp"},            {"/home/etudiant", "/tmp"},
};

static const struct {
    const char *path, *text;
} files[] = {
    /* First: see skeleton_hosts(). */
    /* Of the names with both addresses, getaddrinfo() gives that of IPv6 first for localhost, that of IPv4 for serveur. */
    {"/etc/hosts", "127.0.0.1 localhost grader\n::1 localhost ip6-localhost ip6-loopback grader\n"
                   "192.168.52.2 serveur\nfd00:52::2 serveur\n192.168.52.4 serveur4\n2001:db8:52::6 serveur6\n"
                   "192.168.52.10 poste\n2001:db8:52::10 poste\n"},
    {"/etc/hostname", "grader\n"},
    {"/etc/resolv.conf", ""},
    {"/etc/host.conf", "multi on\n"},
    {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n"},
    {"/etc/passwd", "root:x:0:0:root:/:/bin/sh\netudiant:x:1000:1000::/tmp:/bin/sh\n"},
    {"/etc/group", "root:x:0:\netudiant:x:1000:\n"},
    {"/etc/services", "echo 7/tcp\necho 7/udp\nssh 22/tcp\ndomain 53/tcp\ndomain 53/udp\nhttp 80/tcp www\nhttps 443/tcp\n"
                      "http-alt 8080/tcp webcache\nhttp-alt 8080/udp\n"},
    {"/etc/protocols", "ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\n"},
};

const char *skeleton_hosts(void)
{
    return files[0].text;
}

static int write_small(const char *path, const void *data, size_t n, struct err *err)
{
    AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot write %s"), path);
    return 0;
}

/* On a merged-/usr system /bin, /lib… are links; where they are folders they are mount points here. */
static int mirror_top(const char *root, const char *name, struct err *err)
{
    char target[64];
    AUTO_FREE char *inside = mem_printf("%s%s", root, name);
    ssize_t n = readlink(name, target, sizeof target - 1);
    if (n > 0) {
        target[n] = '\0';
        if (symlink(target, inside) < 0)
            return err_errno(err, BLAME_ENVIRONMENT, _("cannot make %s"), inside);
    } else if (access(name, F_OK) == 0 && mkdir(inside, 0755) < 0 && errno != EEXIST) {
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot make %s"), inside);
    }
    return 0;
}

static int copy_loader_cache(const char *root, struct err *err)
{
    AUTO_BUF cache = BUF_EMPTY;
    struct err ignored = ERR_NONE;
    if (fs_read("/etc/ld.so.cache", (size_t)4 << 20, &cache, &ignored) < 0)
        return 0; /* the loader works without, a little slower */
    AUTO_FREE char *path = mem_printf("%s/etc/ld.so.cache", root);
    return write_small(path, cache.data, cache.len, err);
}

int skeleton_make(const char *path, struct err *err)
{
    mode_t old = umask(022);
    int result = 0;
    for (size_t i = 0; result == 0 && i < COUNT_OF(folders); i++) {
        AUTO_FREE char *folder = mem_printf("%s%s", path, folders[i]);
        if (mkdir(folder, 0755) < 0 && errno != EEXIST)
            result = err_errno(err, BLAME_ENVIRONMENT, _("cannot make %s"), folder);
    }
    for (size_t i = 0; result == 0 && i < COUNT_OF(mount_files); i++) {
        AUTO_FREE char *file = mem_printf("%s%s", path, mount_files[i]);
        result = write_small(file, "", 0, err);
    }
    for (size_t i = 0; result == 0 && i < COUNT_OF(links); i++) {
        AUTO_FREE char *link = mem_printf("%s%s", path, links[i].path);
        if (symlink(links[i].target, link) < 0)
            result = err_errno(err, BLAME_ENVIRONMENT, _("cannot make %s"), link);
    }
    for (size_t i = 0; result == 0 && i < COUNT_OF(files); i++) {
        AUTO_FREE char *file = mem_printf("%s%s", path, files[i].path);
        result = write_small(file, files[i].text, strlen(files[i].text), err);
    }
    static const char *const tops[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
    for (size_t i = 0; result == 0 && i < COUNT_OF(tops); i++)
        result = mirror_top(path, tops[i], err);
    if (result == 0)
        result = copy_loader_cache(path, err);
    umask(old);
    return result;
}

int skeleton_slot(const char *path, const char *name, struct err *err)
{
    AUTO_FREE char *slot = mem_printf("%s/programs/%s", path, name);
    if (access(slot, F_OK) == 0)
        return 0; /* an earlier world's */
    mode_t old = umask(022);
    int result = write_small(slot, "", 0, err);
    umask(old);
    return result;
}
