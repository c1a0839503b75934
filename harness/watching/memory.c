#include "watching/memory.h"

#include <sys/uio.h>
#include <unistd.h>

size_t memory_read(pid_t tid, uint64_t address, void *out, size_t n)
{
    struct iovec local = {out, n};
    struct iovec remote = {(void *)(uintptr_t)address, n};
    /* What comes is all up to the first page that is not there. */
    ssize_t got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
    return got > 0 ? (size_t)got : 0;
}

bool memory_fetch(pid_t tid, uint64_t address, void *out, size_t n)
{
    return address != 0 && memory_read(tid, address, out, n) == n;
}

bool memory_write(pid_t tid, uint64_t address, const void *data, size_t n)
{
    struct iovec local = {(void *)(uintptr_t)data, n};
    struct iovec remote = {(void *)(uintptr_t)address, n};
    return address != 0 && process_vm_writev(tid, &local, 1, &remote, 1, 0) == (ssize_t)n;
}
