/* A program has just been put in the place of another: nothing of it has run yet, and all that there is lies on its stack. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "watching/memory.h"
#include "watching/tracee.h"

/* What the kernel tells a new program about itself. */
struct auxiliary {
    uint64_t headers, n_headers; /* AT_PHDR, AT_PHNUM */
    uint64_t vdso, random;       /* where the entry for the vDSO, and the random bytes, are */
};

/* The words at SP: argc, argv, NULL, envp, NULL, pairs. False when the list does not end within them. */
static bool read_auxiliary(const uint64_t *words, size_t n, uint64_t sp, struct auxiliary *out)
{
    size_t i = 1;
    for (int lists = 0; lists < 2 && i < n; i++) /* argv, then envp */
        if (words[i] == 0)
            lists++;
    *out = (struct auxiliary){0, 0, 0, 0};
    for (; i + 1 < n; i += 2) {
        if (words[i] == AT_NULL)
            return true;
        if (words[i] == AT_PHDR)
            out->headers = words[i + 1];
        else if (words[i] == AT_PHNUM)
            out->n_headers = words[i + 1];
        else if (words[i] == AT_SYSINFO_EHDR)
            out->vdso = sp + i * sizeof *words;
        else if (words[i] == AT_RANDOM)
            out->random = words[i + 1];
    }
    return false;
}

static bool find_auxiliary(pid_t tid, uint64_t sp, struct auxiliary *out)
{
    enum { FEW_WORDS = 256, MOST_WORDS = 8192 };
    uint64_t few[FEW_WORDS];
    if (read_auxiliary(few, memory_read(tid, sp, few, sizeof few) / sizeof *few, sp, out))
        return true;
    AUTO_FREE uint64_t *many = mem_alloc(MOST_WORDS * sizeof *many);
    return read_auxiliary(many, memory_read(tid, sp, many, MOST_WORDS * sizeof *many) / sizeof *many, sp, out);
}

/*
 * Without the vDSO every reading of the clock is a call that we answer with virtual time; with a fixed AT_RANDOM the stack
 * looks the same in every run.
 */
static void settle(pid_t tid, const struct auxiliary *auxiliary)
{
    static const char fixed[] = "0123456789abcdef";
    const uint64_t ignore = AT_IGNORE;
    if (auxiliary->vdso != 0)
        memory_write(tid, auxiliary->vdso, &ignore, sizeof ignore);
    if (auxiliary->random != 0)
        memory_write(tid, auxiliary->random, fixed, 16);
}

/* Only programs of the scenario have code that anybody asks for: not what they run besides, a shell for instance. */
static bool is_program(pid_t pid)
{
    static const char folder[] = "/programs/";
    char path[64], target[sizeof folder];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    return readlink(path, target, sizeof target) >= (ssize_t)sizeof folder - 1 &&
           memcmp(target, folder, sizeof folder - 1) == 0;
}

/* Where the program's file is mapped, from its own headers: they lie behind its first bytes. */
static void find_code(struct process *process, const struct auxiliary *auxiliary)
{
    enum { MOST_HEADERS = 32 };
    struct {
        Elf64_Ehdr file;
        Elf64_Phdr parts[MOST_HEADERS];
    } elf;
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    size_t n = auxiliary->n_headers;
    process->code_low = process->code_high = process->base = 0;
    uint64_t start = auxiliary->headers - sizeof elf.file;
    if (n == 0 || n > MOST_HEADERS || !is_program(process->pid) ||
        !memory_fetch(process->pid, start, &elf, sizeof elf.file + n * sizeof *elf.parts) ||
        memcmp(elf.file.e_ident, ELFMAG, SELFMAG) != 0 || elf.file.e_phoff != sizeof elf.file)
        return;
    process->base = start;
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < n; i++)
        if (elf.parts[i].p_type == PT_LOAD && elf.parts[i].p_vaddr < first)
            first = elf.parts[i].p_vaddr;
    for (size_t i = 0; i < n; i++) {
        const Elf64_Phdr *part = &elf.parts[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0)
            continue;
        uint64_t at = start + (part->p_vaddr - first);
        process->code_low = at / page * page;
        process->code_high = (at + part->p_filesz + page - 1) / page * page;
    }
}

void process_executed(struct tracer *tracer, struct thread *thread)
{
    struct process *process = thread->process;
    /* The other threads are gone without a word, and this one has the process's number now. */
    for (size_t i = tracer->n_threads; i-- > 0;)
        if (tracer->threads[i]->process == process && tracer->threads[i] != thread)
            thread_remove(tracer, tracer->threads[i]);
    thread_renumber(thread, process->pid);
    descriptor_forget_all(process);
    process->shares_descriptors = false;
    struct ptrace_syscall_info info;
    struct auxiliary auxiliary = {0, 0, 0, 0};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread->tid, sizeof info, &info) > 0 &&
        find_auxiliary(thread->tid, info.stack_pointer, &auxiliary))
        settle(thread->tid, &auxiliary);
    find_code(process, &auxiliary);
    process_note(tracer, process, PROCESS_EXECUTED, 0, 0);
}
