/* What a call's arguments are: descriptors, addresses, bytes, and the place in the student's code. */
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "watching/memory.h"
#include "watching/tracee.h"

enum { MAX_VECTORS = 64, STACK_KEEP = 8192 };

/* --- addresses --- */

static void fetch_address(pid_t tid, uint64_t where, uint64_t length, struct address *address)
{
    if (length > sizeof address->storage)
        length = sizeof address->storage;
    if (where == 0 || length == 0)
        return;
    memset(&address->storage, 0, sizeof address->storage);
    if (memory_fetch(tid, where, &address->storage, length))
        address->len = (socklen_t)length;
}

/* A file's name, as far as an address has room for it: files matter here because sockets have such names. */
static void fetch_path(pid_t tid, uint64_t where, struct address *address)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    size_t n = strnlen(un.sun_path, memory_read(tid, where, un.sun_path, sizeof un.sun_path));
    if (n == 0)
        return;
    memset(un.sun_path + n, 0, sizeof un.sun_path - n);
    memcpy(&address->storage, &un, sizeof un);
    address->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

/* What a signal is to do. Where a function lies differs from run to run and says nothing. */
static int64_t fetch_handler(pid_t tid, uint64_t where)
{
    enum { SOME_FUNCTION = 2 };
    uint64_t handler = 0; /* the first member, on every machine */
    memory_fetch(tid, where, &handler, sizeof handler);
    return handler < SOME_FUNCTION ? (int64_t)handler : SOME_FUNCTION;
}

/* --- messages --- */

/* Where the header of the message at hand is: several stand in a row for sendmmsg() and recvmmsg(). */
static uint64_t message_header(const struct thread *thread, int argument)
{
    bool several = thread->row->args[argument] == ARG_MMSG_IN || thread->row->args[argument] == ARG_MMSG_OUT;
    return thread->args[argument] + (several ? thread->message * sizeof(struct mmsghdr) : 0);
}

/* The vectors behind an iov, msg or mmsg argument; for several messages (mmsg) those of the one at hand. */
static size_t fetch_vectors(struct thread *thread, struct iovec *vectors, size_t max)
{
    const struct syscall_row *row = thread->row;
    uint64_t where = 0, count = 0;
    for (int i = 0; i < 6; i++) {
        struct msghdr header;
        switch (row->args[i]) {
        case ARG_IN:
        case ARG_OUT:
            vectors[0] = (struct iovec){(void *)(uintptr_t)thread->args[i], (size_t)thread->args[i + 1]};
            return 1;
        case ARG_IOV_IN:
        case ARG_IOV_OUT:
            where = thread->args[i];
            count = thread->args[i + 1];
            break;
        case ARG_MSG_IN:
        case ARG_MSG_OUT:
        case ARG_MMSG_IN:
        case ARG_MMSG_OUT:
            if (!memory_fetch(thread->tid, message_header(thread, i), &header, sizeof header))
                return 0;
            where = (uint64_t)(uintptr_t)header.msg_iov;
            count = header.msg_iovlen;
            break;
        case ARG_NONE:
        case ARG_FD:
        case ARG_OLD_FD:
        case ARG_NEW_FD:
        case ARG_LEN:
        case ARG_ADDR:
        case ARG_ADDR_OUT:
        case ARG_PLEN:
        case ARG_PATH:
        case ARG_HANDLER:
            break;
        }
    }
    if (count > max)
        count = max;
    if (count == 0 || !memory_fetch(thread->tid, where, vectors, count * sizeof *vectors))
        return 0;
    return (size_t)count;
}

void decode_data(struct thread *thread, size_t size, size_t keep, struct bytes *out)
{
    struct iovec vectors[MAX_VECTORS];
    size_t n = fetch_vectors(thread, vectors, COUNT_OF(vectors));
    size_t want = size < keep ? size : keep;
    free(out->data);
    *out = (struct bytes){mem_alloc(want + 1), 0, size, 0};
    for (size_t i = 0; i < n && out->stored < want; i++) {
        size_t part = vectors[i].iov_len < want - out->stored ? vectors[i].iov_len : want - out->stored;
        size_t got = memory_read(thread->tid, (uint64_t)(uintptr_t)vectors[i].iov_base, out->data + out->stored, part);
        out->stored += got;
        if (got < part)
            break;
    }
}

struct digest decode_digest(struct thread *thread, size_t size)
{
    enum { PART = 65536 };
    char part[PART];
    struct digest digest = {0, 0};
    struct iovec vectors[MAX_VECTORS];
    size_t n = fetch_vectors(thread, vectors, COUNT_OF(vectors));
    for (size_t i = 0; i < n; i++) {
        uint64_t at = (uint64_t)(uintptr_t)vectors[i].iov_base;
        for (size_t left = vectors[i].iov_len; left > 0 && digest.n < size;) {
            size_t want = left < sizeof part ? left : sizeof part;
            want = want < size - digest.n ? want : size - digest.n;
            size_t got = memory_read(thread->tid, at, part, want);
            digest_add(&digest, part, got);
            if (got < want)
                return digest;
            at += got;
            left -= got;
        }
    }
    return digest;
}

bool decode_readable(struct thread *thread, size_t size)
{
    enum { PAGE = 4096 };
    struct iovec vectors[MAX_VECTORS];
    size_t n = fetch_vectors(thread, vectors, COUNT_OF(vectors)), left = size;
    char byte;
    for (size_t i = 0; i < n && left > 0; i++) {
        uint64_t start = (uint64_t)(uintptr_t)vectors[i].iov_base;
        size_t length = vectors[i].iov_len < left ? vectors[i].iov_len : left;
        for (size_t at = 0; at < length; at += PAGE - (start + at) % PAGE)
            if (!memory_fetch(thread->tid, start + at, &byte, 1))
                return false;
        left -= length;
    }
    return left == 0;
}

static void fetch_message_address(struct thread *thread, uint64_t where)
{
    struct msghdr header;
    if (memory_fetch(thread->tid, where, &header, sizeof header))
        fetch_address(thread->tid, (uint64_t)(uintptr_t)header.msg_name, header.msg_namelen, &thread->call.address);
}

void decode_entry(struct tracer *tracer, struct thread *thread)
{
    (void)tracer;
    struct call *call = &thread->call;
    const struct syscall_row *row = thread->row;
    call->id = row->id;
    call->thread = (int)thread->tid;
    call->fd = call->socket = call->new_socket = -1;
    for (int i = 0; i < 6; i++) {
        call->arg[i] = (int64_t)thread->args[i];
        if (row->args[i] == ARG_FD)
            call->fd = (int)thread->args[i];
        else if (row->args[i] == ARG_ADDR)
            fetch_address(thread->tid, thread->args[i], thread->args[i + 1] & 0xffffffffU, &call->address);
        else if (row->args[i] == ARG_MSG_IN || row->args[i] == ARG_MMSG_IN)
            fetch_message_address(thread, thread->args[i]);
        else if (row->args[i] == ARG_PATH)
            fetch_path(thread->tid, thread->args[i], &call->address);
        else if (row->args[i] == ARG_HANDLER)
            call->arg[i] = fetch_handler(thread->tid, thread->args[i]);
    }
    struct iovec vectors[MAX_VECTORS];
    size_t n = fetch_vectors(thread, vectors, COUNT_OF(vectors));
    for (size_t i = 0; i < n; i++)
        call->asked += vectors[i].iov_len;
}

/* The value that setsockopt() was given, as far as it is a small one. */
static void fetch_option(struct thread *thread)
{
    enum { VALUE = 3, LENGTH = 4, LONGEST = 32 };
    char value[LONGEST];
    size_t n = (size_t)(thread->args[LENGTH] & 0xffffffffU);
    if (n > 0 && n <= sizeof value && memory_fetch(thread->tid, thread->args[VALUE], value, n))
        bytes_set(&thread->call.data, value, n, sizeof value);
}

/* What went over a connection is kept up to a point: megabytes are told by their number. */
static void keep_data(struct tracer *tracer, struct thread *thread, size_t size)
{
    enum { KEEP = 65536, KEEP_EACH_WAY = 262144 };
    struct call *call = &thread->call;
    size_t unknown = 0, *kept = &unknown;
    if (call->socket >= 0 && call_role(call->id) == ROLE_SEND)
        kept = &tracer->tracked[call->socket].kept_sent;
    else if (call->socket >= 0)
        kept = &tracer->tracked[call->socket].kept_received;
    size_t room = KEEP_EACH_WAY - *kept;
    decode_data(thread, size, room < KEEP ? room : KEEP, &call->data);
    *kept += call->data.stored;
}

void decode_exit(struct tracer *tracer, struct thread *thread)
{
    struct call *call = &thread->call;
    const struct syscall_row *row = thread->row;
    if (call->result < 0)
        return;
    for (int i = 0; i < 6; i++) {
        uint32_t length = 0;
        if (row->args[i] == ARG_ADDR_OUT && thread->args[i] != 0 &&
            memory_fetch(thread->tid, thread->args[i + 1], &length, sizeof length))
            fetch_address(thread->tid, thread->args[i], length, &call->address);
        else if (row->args[i] == ARG_MSG_OUT || row->args[i] == ARG_MMSG_OUT ||
                 (row->args[i] == ARG_MMSG_IN && thread->message > 0))
            fetch_message_address(thread, message_header(thread, i));
    }
    enum role role = call_role(row->id);
    if (role == ROLE_OPTION)
        fetch_option(thread);
    if (role != ROLE_SEND && role != ROLE_RECEIVE)
        return;
    size_t size = (size_t)call->result;
    if (syscall_argument(row, ARG_MMSG_IN) >= 0 || syscall_argument(row, ARG_MMSG_OUT) >= 0) {
        /* The result counts messages; the size of each stands behind its header. */
        struct mmsghdr message;
        if (!memory_fetch(thread->tid, message_header(thread, 1), &message, sizeof message))
            return;
        size = size > thread->message ? message.msg_len : 0;
    }
    keep_data(tracer, thread, size);
}

/* --- the place --- */

/* Whether the bytes before ADDRESS can be a call instruction: e8 rel32, or ff /2 with any addressing. */
static bool follows_call(pid_t tid, uint64_t address)
{
    unsigned char code[7];
    if (!memory_fetch(tid, address - sizeof code, code, sizeof code))
        return false;
    if (code[2] == 0xe8)
        return true;
    for (size_t length = 2; length <= sizeof code; length++)
        if (code[sizeof code - length] == 0xff && (code[sizeof code - length + 1] & 0x38) == 0x10)
            return true;
    return false;
}

/* A program makes its calls from the same few places over and over. */
static bool is_return(struct thread *thread, uint64_t address)
{
    for (size_t i = 0; i < COUNT_OF(thread->returns); i++)
        if (thread->returns[i] == address)
            return true;
    if (!follows_call(thread->tid, address))
        return false;
    thread->returns[thread->n_returns++ % COUNT_OF(thread->returns)] = address;
    return true;
}

/* LINE of /proc/PID/maps: "LOW-HIGH RIGHTS OFFSET DEVICE INODE   PATH". Adds "LOW PATH" when a file's beginning is mapped. */
static void add_module(struct buf *modules, const char *line)
{
    char *at = NULL;
    unsigned long low = strtoul(line, &at, 16);
    const char *path = strchr(line, '/');
    for (int word = 0; word < 2 && at != NULL; word++)
        at = strchr(at + 1, ' ');
    if (path != NULL && at != NULL && strtoul(at, NULL, 16) == 0)
        buf_printf(modules, "%lx %s\n", low, path);
}

static void save_modules(struct tracer *tracer, struct thread *thread)
{
    struct actor *actor = &tracer->transcript->actors[thread->process->actor];
    if (actor->modules != NULL)
        return;
    char path[64], part[8192];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)thread->process->pid);
    AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    AUTO_BUF maps = BUF_EMPTY;
    for (ssize_t n; fd >= 0 && (n = read(fd, part, sizeof part)) > 0;)
        buf_add(&maps, part, (size_t)n);
    buf_char(&maps, '\0');
    struct buf modules = BUF_EMPTY;
    char *rest = maps.data;
    for (const char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        add_module(&modules, line);
    actor->modules = buf_steal(&modules);
}

void decode_place(struct tracer *tracer, struct thread *thread, uint64_t ip, uint64_t sp)
{
    const struct process *process = thread->process;
    struct call *call = &thread->call;
    if (process->code_low == 0)
        return;
    /* Nearly all wrappers of the C library are leaves without a frame, also where they are linked into the program itself:
       the return address lies on top. */
    uint64_t back = 0;
    if (memory_fetch(thread->tid, sp, &back, sizeof back) && back >= process->code_low && back < process->code_high &&
        is_return(thread, back)) {
        call->pc = back - 1 - process->base;
        return;
    }
    if (ip >= process->code_low && ip < process->code_high) {
        call->pc = ip - process->base;
        return;
    }
    struct registers registers;
    if (registers_get(thread->tid, &registers) < 0)
        return;
    call->stack = mem_alloc(sizeof *call->stack);
    registers_dwarf(&registers, call->stack->registers);
    char *top = mem_alloc(STACK_KEEP);
    size_t got = memory_read(thread->tid, sp, top, STACK_KEEP);
    call->stack->top = (struct bytes){top, got, got, 0};
    save_modules(tracer, thread);
}
