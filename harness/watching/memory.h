/* memory: a watched thread's memory, copied with process_vm_readv and process_vm_writev. Every address may be wrong. */
#ifndef WATCHING_MEMORY_H
#define WATCHING_MEMORY_H

#include <sys/types.h>

#include "ground/base.h"

/* How many of the N bytes could be read from ADDRESS: 0 when none. */
size_t memory_read(pid_t tid, uint64_t address, void *out, size_t n);
/* Whether all N bytes were. */
bool memory_fetch(pid_t tid, uint64_t address, void *out, size_t n);
bool memory_write(pid_t tid, uint64_t address, const void *data, size_t n);

#endif
