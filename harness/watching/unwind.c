#include "watching/unwind.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

#include "watching/build_paths.h"

/* One program's debug information; opened at its first question. */
struct program {
    char *path;
    Dwfl *dwfl;
    Dwfl_Module *module;
    Dwarf_Addr start; /* 0, or where a program that is not position-independent always lies */
};

struct unwinder {
    struct program *programs;
    size_t n;
};

static char *debug_path = NULL; /* no separate debug files are looked for */
static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .debuginfo_path = &debug_path,
};

struct unwinder *unwinder_new(void)
{
    /* elfutils would ask servers on the network. */
    unsetenv("DEBUGINFOD_URLS");
    return mem_alloc(sizeof(struct unwinder));
}

void unwinder_free(struct unwinder *unwinder)
{
    for (size_t i = 0; i < unwinder->n; i++) {
        if (unwinder->programs[i].dwfl != NULL)
            dwfl_end(unwinder->programs[i].dwfl);
        free(unwinder->programs[i].path);
    }
    free(unwinder->programs);
    free(unwinder);
}

/* The module is reported at address 0 for position-independent programs, so that addresses are offsets in the file. */
static struct program *open_program(struct unwinder *unwinder, const char *path)
{
    for (size_t i = 0; i < unwinder->n; i++)
        if (strcmp(unwinder->programs[i].path, path) == 0)
            return &unwinder->programs[i];
    struct program *program = ARRAY_ADD(unwinder->programs, unwinder->n);
    program->path = mem_string(path);
    program->dwfl = dwfl_begin(&callbacks);
    if (program->dwfl != NULL) {
        program->module = dwfl_report_elf(program->dwfl, "program", path, -1, 0, false);
        dwfl_report_end(program->dwfl, NULL, NULL);
    }
    if (program->module != NULL)
        dwfl_module_info(program->module, NULL, &program->start, NULL, NULL, NULL, NULL, NULL);
    return program;
}

/* False for addresses without a line, and for lines that are not the student's (start-up code of the C library). */
static bool find_line(Dwfl_Module *module, Dwarf_Addr address, char **file, int *line)
{
    Dwfl_Line *found = module != NULL ? dwfl_module_getsrc(module, address) : NULL;
    int number = 0;
    const char *name = found != NULL ? dwfl_lineinfo(found, NULL, &number, NULL, NULL, NULL) : NULL;
    if (name == NULL || number <= 0)
        return false;
    static const char sources[] = BUILD_SOURCES "/";
    if (strncmp(name, sources, sizeof sources - 1) == 0)
        name += sizeof sources - 1;
    else if (name[0] == '/')
        return false;
    *file = mem_string(name);
    *line = number;
    return true;
}

/* --- the saved stack --- */

struct walk {
    const struct stack *stack;
    char **file;
    int *line;
    bool found;
    bool from_caller; /* begin with who called the function that made the call */
};

static pid_t next_thread(Dwfl *dwfl, void *context, void **thread_argument)
{
    (void)dwfl;
    if (*thread_argument != NULL)
        return 0;
    *thread_argument = context;
    return 1;
}

static bool read_saved(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *result, void *context)
{
    (void)dwfl;
    const struct stack *stack = ((struct walk *)context)->stack;
    enum { STACK_POINTER = 7 };
    uint64_t start = stack->registers[STACK_POINTER];
    if (address < start || address - start + sizeof *result > stack->top.stored)
        return false;
    memcpy(result, stack->top.data + (address - start), sizeof *result);
    return true;
}

static bool set_registers(Dwfl_Thread *thread, void *context)
{
    const struct walk *walk = context;
    const struct stack *stack = walk->stack;
    enum { STACK_POINTER = 7, GENERAL = 16 };
    Dwarf_Word values[GENERAL];
    for (int i = 0; i < GENERAL; i++)
        values[i] = stack->registers[i];
    Dwarf_Word pc = stack->registers[GENERAL];
    if (walk->from_caller) { /* it has pushed nothing: the return address is on top of the stack */
        if (stack->top.stored < sizeof pc)
            return false;
        memcpy(&pc, stack->top.data, sizeof pc);
        values[STACK_POINTER] += sizeof pc;
    }
    dwfl_thread_state_register_pc(thread, pc);
    return dwfl_thread_state_registers(thread, 0, GENERAL, values);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .memory_read = read_saved,
    .set_initial_registers = set_registers,
};

static int visit_frame(Dwfl_Frame *frame, void *context)
{
    struct walk *walk = context;
    Dwarf_Addr pc = 0;
    bool activation = false;
    if (!dwfl_frame_pc(frame, &pc, &activation))
        return DWARF_CB_ABORT;
    if (!activation)
        pc--; /* a return address may already be the next line's */
    Dwfl_Module *module = dwfl_addrmodule(dwfl_thread_dwfl(dwfl_frame_thread(frame)), pc);
    const char *name = module != NULL
                           ? dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
                           : NULL;
    if (name == NULL || strcmp(name, "program") != 0 || !find_line(module, pc, walk->file, walk->line))
        return DWARF_CB_OK;
    walk->found = true;
    return DWARF_CB_ABORT;
}

/* Reports what was mapped: lines of "BASE PATH". */
static void report_modules(Dwfl *dwfl, const struct actor *actor)
{
    AUTO_FREE char *list = mem_string(actor->modules);
    char *rest = list;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        char *path = strchr(line, ' ');
        if (path == NULL)
            continue;
        *path++ = '\0';
        bool program = strncmp(path, "/programs/", 10) == 0;
        dwfl_report_elf(dwfl, program ? "program" : path, program ? actor->program : path, -1,
                        strtoull(line, NULL, 16), true);
    }
    dwfl_report_end(dwfl, NULL, NULL);
}

static void unwind_saved(const struct actor *actor, const struct stack *stack, bool is_clone, char **file, int *line)
{
    if (actor->modules == NULL)
        return;
    Dwfl *dwfl = dwfl_begin(&callbacks);
    if (dwfl == NULL)
        return;
    report_modules(dwfl, actor);
    struct walk walk = {stack, file, line, false, false};
    enum { ANY_PID = 1 };
    if (dwfl_attach_state(dwfl, NULL, ANY_PID, &thread_callbacks, &walk)) {
        dwfl_getthread_frames(dwfl, ANY_PID, visit_frame, &walk);
        /* The C library says nothing of the frame in which it makes a thread, as it would be wrong in the thread. */
        walk.from_caller = is_clone && !walk.found;
        if (walk.from_caller)
            dwfl_getthread_frames(dwfl, ANY_PID, visit_frame, &walk);
    }
    dwfl_end(dwfl);
}

void unwinder_resolve(struct unwinder *unwinder, const struct transcript *transcript, const struct event *event, char **file,
                      int *line)
{
    *file = NULL;
    *line = 0;
    const struct call *call = &event->call;
    if (call->source.file != NULL) {
        *file = mem_string(call->source.file);
        *line = call->source.line;
        return;
    }
    const struct actor *actor = event->actor >= 0 ? &transcript->actors[event->actor] : NULL;
    if (actor == NULL || actor->program == NULL)
        return;
    if (call->pc != 0) {
        const struct program *program = open_program(unwinder, actor->program);
        find_line(program->module, program->start + call->pc, file, line);
    } else if (call->stack != NULL) {
        unwind_saved(actor, call->stack, call->id == CALL_clone, file, line);
    }
}
