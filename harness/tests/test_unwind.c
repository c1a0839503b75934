/* From a call to the student's line: where the wrapper returns there, and where the stack must be unwound. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "ground/buf.h"
#include "ground/fs.h"
#include "tests/suites.h"
#include "tests/watched.h"
#include "watching/unwind.h"

/* The line of FILE that holds TEXT, from 1. */
static int line_of(const char *file, const char *text)
{
    static const char here[] = __FILE__;
    const char *slash = strrchr(here, '/');
    AUTO_FREE char *path = mem_printf("%.*s/../../fixtures/watched/%s", slash != NULL ? (int)(slash - here) : 1,
                                      slash != NULL ? here : ".", file);
    AUTO_BUF source = BUF_EMPTY;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL_FATAL(fs_read(path, 1 << 20, &source, &err), 0);
    const char *at = strstr(buf_text(&source), text);
    int line = 1;
    for (const char *c = buf_text(&source); at != NULL && c < at; c++)
        line += *c == '\n';
    return at != NULL ? line : -1;
}

static const struct event *event_of(const struct watched *w, enum role role, size_t n)
{
    for (size_t i = 0; i < w->t.n_events; i++)
        if (w->t.events[i].kind == EVENT_CALL && call_role(w->t.events[i].call.id) == role && !w->t.events[i].call.library &&
            n-- == 0)
            return &w->t.events[i];
    return NULL;
}

static void expect_line(const struct watched *w, enum role role, size_t n, const char *file, const char *text)
{
    struct unwinder *unwinder = unwinder_new();
    const struct event *event = event_of(w, role, n);
    char *found = NULL;
    int line = 0;
    CU_ASSERT_PTR_NOT_NULL(event);
    if (event != NULL)
        unwinder_resolve(unwinder, &w->t, event, &found, &line);
    const char *slash = found != NULL ? strrchr(found, '/') : NULL;
    CU_ASSERT(found != NULL && strcmp(slash != NULL ? slash + 1 : found, file) == 0);
    CU_ASSERT_EQUAL(line, line_of(file, text));
    free(found);
    unwinder_free(unwinder);
}

static void a_wrapper_returns_to_the_line(void)
{
    struct watched w;
    if (watched_run(&w, "close-twice")) {
        CU_ASSERT(event_of(&w, ROLE_CLOSE, 1)->call.pc != 0);
        expect_line(&w, ROLE_CLOSE, 0, "descriptors.c", "    close(fd);\n    say(\"%s\", outcome(close(fd)));");
        expect_line(&w, ROLE_CLOSE, 1, "descriptors.c", "    say(\"%s\", outcome(close(fd)));");
    }
    watched_end(&w);
}

/* sleep() and usleep() call clock_nanosleep() from frames of their own. */
static void the_stack_is_unwound(void)
{
    struct watched w;
    if (watched_run(&w, "sleep-an-hour")) {
        CU_ASSERT(event_of(&w, ROLE_SLEEP, 0)->call.pc == 0 && event_of(&w, ROLE_SLEEP, 0)->call.stack != NULL);
        expect_line(&w, ROLE_SLEEP, 0, "clocks.c", "    say_when(\"left %u\", sleep(3600));");
    }
    watched_end(&w);
    if (watched_run(&w, "end-with, 3"))
        expect_line(&w, ROLE_EXIT, 0, "processes.c", "    exit(atoi(argument(0)));");
    watched_end(&w);
}

/* Cancellation points of programs with threads take a longer way. */
static void threads_are_unwound(void)
{
    struct watched w;
    if (watched_run(&w, "make-thread")) {
        expect_line(&w, ROLE_SOCKET, 0, "processes.c", "    int fd = socket(AF_INET, SOCK_STREAM, 0);");
        expect_line(&w, ROLE_CLOSE, 0, "processes.c", "    close(fd);\n    say(\"thread\");");
    }
    watched_end(&w);
}

/* What the student's code did not call has no line, and nobody crashes over what a hostile program left there. */
static void nonsense_has_no_line(void)
{
    struct watched w;
    struct unwinder *unwinder = unwinder_new();
    if (watched_run(&w, "sleep-an-hour")) {
        struct event *event = (struct event *)event_of(&w, ROLE_SLEEP, 0);
        struct stack *stack = event->call.stack;
        char *file = NULL;
        int line = 0;
        memset(stack->top.data, 0x41, stack->top.stored);
        unwinder_resolve(unwinder, &w.t, event, &file, &line);
        CU_ASSERT_PTR_NULL(file);
        stack->registers[7] = UINT64_MAX - 3;
        stack->registers[16] = 8;
        unwinder_resolve(unwinder, &w.t, event, &file, &line);
        CU_ASSERT_PTR_NULL(file);
        event->call.pc = UINT64_MAX;
        unwinder_resolve(unwinder, &w.t, event, &file, &line);
        CU_ASSERT_PTR_NULL(file);
        free(w.t.actors[0].program);
        w.t.actors[0].program = mem_string("/no/such/program");
        event->call.pc = 0x1234;
        unwinder_resolve(unwinder, &w.t, event, &file, &line);
        CU_ASSERT_PTR_NULL(file);
    }
    unwinder_free(unwinder);
    watched_end(&w);
}

int suite_unwind(void)
{
    static const struct unit_test tests[] = {
        {"a wrapper returns to the line", a_wrapper_returns_to_the_line},
        {"the stack is unwound", the_stack_is_unwound},
        {"threads are unwound", threads_are_unwound},
        {"nonsense has no line", nonsense_has_no_line},
    };
    return suite_add("unwind", tests, COUNT_OF(tests));
}
