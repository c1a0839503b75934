#include "watching/memory.h"

#include <sys/uio.h>
#include <unistd.h>

size_t memory_read(pid_t tid, uint64_t address, void *out, size_t n)
{
    size_t got = 0;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    while (got < n) {
        /* Page by page after a first failure only: process_vm_readv gives up whole vectors at an unmapped page. */
        size_t want = n - got;
        struct iovec local = {(char *)out + got, want};
        struct iovec remote = {(void *)(uintptr_t)(address + got), want};
        ssize_t r = process_vm_readv(tid, &local, 1, &remote, 1, 0);
        if (r > 0) {
            got += (size_t)r;
            continue;
        }
        size_t to_boundary = page - (address + got) % page;
        if (want <= to_boundary)
            break;
        local.iov_len = remote.iov_len = to_boundary;
        r = process_vm_readv(tid, &local, 1, &remote, 1, 0);
        if (r <= 0)
            break;
        got += (size_t)r;
    }
    return got;
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
