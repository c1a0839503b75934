#include "conversation/worktime.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static int64_t monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

/* utime, stime, cutime and cstime, the 12th to 15th words behind the name, which may hold anything. */
static uint64_t process_ticks(int proc, const char *number)
{
    enum { FIRST = 12, LAST = 15 };
    char path[288], text[1024];
    snprintf(path, sizeof path, "%s/stat", number);
    AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (n <= 0)
        return 0;
    text[n] = '\0';
    const char *at = strrchr(text, ')');
    uint64_t ticks = 0;
    for (int word = 1; at != NULL && word <= LAST; word++) {
        at = strchr(at + 1, ' ');
        if (at != NULL && word >= FIRST)
            ticks += strtoull(at + 1, NULL, 10);
    }
    return ticks;
}

/* Of the whole world: its /proc holds nobody else's processes. */
static int64_t used_by_all(void)
{
    DIR *proc = opendir("/proc");
    uint64_t ticks = 0;
    if (proc == NULL)
        return 0;
    for (struct dirent *entry = readdir(proc); entry != NULL; entry = readdir(proc))
        if (isdigit((unsigned char)entry->d_name[0]))
            ticks += process_ticks(dirfd(proc), entry->d_name);
    closedir(proc);
    return (int64_t)ticks * (SECOND / sysconf(_SC_CLK_TCK));
}

void worktime_begin(struct worktime *work)
{
    int64_t now = monotonic();
    *work = (struct worktime){now, now, now, used_by_all()};
}

bool worktime_over(struct worktime *work, int64_t most)
{
    const int64_t idle = 8 * SECOND, slow = 30 * SECOND;
    enum { SLOWNESS = 40 }; /* so much longer may it take than it works, on a machine with many others */
    int64_t now = monotonic();
    if (now - work->looked < WORKTIME_LOOK_MS * SECOND / 1000)
        return false;
    work->looked = now;
    int64_t used = used_by_all();
    if (used != work->used)
        work->changed = now;
    work->used = used;
    return used > most || now - work->changed > idle || now - work->begun > slow + SLOWNESS * used;
}
