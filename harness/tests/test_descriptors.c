/* A socket is one object, whatever numbers it has in whatever processes; and what is printed is known byte by byte. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

static void copies_are_the_same_socket(void)
{
    struct watched w;
    if (watched_run(&w, "copy-descriptors")) {
        static const int numbers[] = {3, 4, 20, 30, 40};
        CU_ASSERT_EQUAL(w.t.n_sockets, 1);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CLOSE), 5);
        for (size_t i = 0; i < COUNT_OF(numbers); i++) {
            const struct call *option = watched_call(&w, "p", ROLE_OPTION, i), *close = watched_call(&w, "p", ROLE_CLOSE, i);
            CU_ASSERT_FATAL(option != NULL && close != NULL);
            CU_ASSERT(option->socket == 0 && option->fd == numbers[i]);
            CU_ASSERT(close->socket == 0 && close->fd == numbers[i]);
        }
        CU_ASSERT_EQUAL(watched_held(&w, "p", true), 0);
    }
    watched_end(&w);
}

static void children_share_sockets(void)
{
    struct watched w;
    if (watched_run(&w, "inherit-descriptor")) {
        CU_ASSERT_EQUAL(w.t.n_sockets, 1);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CLOSE), 2);
        CU_ASSERT_EQUAL(watched_call(&w, "p", ROLE_CLOSE, 1)->socket, 0);
    }
    watched_end(&w);
    if (watched_run(&w, "pass-descriptor")) {
        CU_ASSERT_EQUAL(w.t.n_sockets, 1);
        const struct call *option = watched_call(&w, "p", ROLE_OPTION, 0);
        CU_ASSERT(option != NULL && option->socket == 0);
    }
    watched_end(&w);
}

static void closing_by_another_name_is_seen(void)
{
    struct watched w;
    if (watched_run(&w, "replace-descriptor")) {
        const struct call *replaced = watched_call(&w, "p", ROLE_DUPLICATE, 0);
        CU_ASSERT(replaced != NULL && replaced->socket == 0 && replaced->fd == 3);
        CU_ASSERT_EQUAL(watched_call(&w, "p", ROLE_CLOSE, 0)->socket, 1);
        CU_ASSERT_EQUAL(watched_call(&w, "p", ROLE_CLOSE, 0)->fd, 3);
    }
    watched_end(&w);
    if (watched_run(&w, "close-a-range")) {
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CLOSE), 2);
        CU_ASSERT_EQUAL(watched_call(&w, "p", ROLE_CLOSE, 1)->socket, 1);
        CU_ASSERT_EQUAL(watched_held(&w, "p", true), 1);
    }
    watched_end(&w);
}

static void closing_nothing_is_seen(void)
{
    struct watched w;
    if (watched_run(&w, "close-twice")) {
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CLOSE), 3);
        const struct call *again = watched_call(&w, "p", ROLE_CLOSE, 1), *minus = watched_call(&w, "p", ROLE_CLOSE, 2);
        CU_ASSERT(again->fd == 3 && again->socket == -1 && again->error == EBADF);
        CU_ASSERT(minus->arg[0] == UINT32_MAX || minus->arg[0] == -1);
        CU_ASSERT_EQUAL(minus->error, EBADF);
    }
    watched_end(&w);
}

static void what_is_left_open_is_known(void)
{
    struct watched w;
    if (watched_run(&w, "leave-open")) {
        CU_ASSERT_EQUAL(watched_held(&w, "p", true), 2);
        CU_ASSERT_EQUAL(watched_held(&w, "p", false), 0);
    }
    watched_end(&w);
    if (watched_run(&w, "leave-open-and-wait")) {
        CU_ASSERT(w.t.stuck);
        CU_ASSERT_EQUAL(watched_held(&w, "p", false), 1);
        const struct call *accept = watched_call(&w, "p", ROLE_ACCEPT, 0);
        CU_ASSERT(accept != NULL && accept->pending && accept->result == -1 && accept->socket == 0);
    }
    watched_end(&w);
}

static void streams_are_terminals_and_input_is_at_its_end(void)
{
    watched_says("look-at-terminals", "0 1 1\ninput 0\nlowest 3\n", "exited 0");
}

static void output_keeps_its_order_and_its_stream(void)
{
    struct watched w;
    if (watched_run(&w, "print-in-turn")) {
        static const struct {
            enum stream stream;
            const char *text;
        } parts[] = {{STREAM_STDOUT, "one two\n"}, {STREAM_STDERR, "three\n"}, {STREAM_STDOUT, "four\n"},
                     {STREAM_STDERR, "five\n"},    {STREAM_STDOUT, "six"}};
        size_t n = 0;
        for (size_t i = 0; i < w.t.n_events; i++) {
            const struct event *event = &w.t.events[i];
            if (event->kind != EVENT_OUTPUT)
                continue;
            CU_ASSERT_FATAL(n < COUNT_OF(parts));
            CU_ASSERT_EQUAL(event->output.stream, parts[n].stream);
            CU_ASSERT_STRING_EQUAL(event->output.bytes.data, parts[n].text);
            n++;
        }
        CU_ASSERT_EQUAL(n, COUNT_OF(parts));
    }
    watched_end(&w);
}

static void output_is_kept_byte_by_byte(void)
{
    struct watched w;
    if (watched_run(&w, "print-bytes")) {
        static const char bytes[] = "a\0b\r\n\tc\033[31m\377\n";
        watched_printed(&w, "p", STREAM_STDOUT);
        CU_ASSERT_EQUAL_FATAL(w.text.len, sizeof bytes - 1);
        CU_ASSERT_EQUAL(memcmp(w.text.data, bytes, sizeof bytes - 1), 0);
    }
    watched_end(&w);
    watched_says("print-by-other-means", "by writev\nthrough a copy\nreopened\nby a child\n", "exited 0");
}

/* What cannot be printed fails as it does without us. */
static void output_that_fails_fails(void)
{
    watched_says("print-in-vain", "EFAULT\nEBADF\n0\nENOTSOCK\n7\n", "exited 0");
}

static void input_is_given(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [copy-input]}},\ninput: {p: \"one\\ntwo\\n\"},\ninput: {p: {size: 40000}},\n"
                         "input-end: p,\nuntil: {p: exited}")) {
        const char *printed = watched_printed(&w, "p", STREAM_STDOUT);
        CU_ASSERT_EQUAL(strncmp(printed, "4 one\n\n4 two\n\n40000 ", 20), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(printed, "\nend\n"));
    }
    watched_end(&w);
}

int suite_descriptors(void)
{
    static const struct unit_test tests[] = {
        {"copies are the same socket", copies_are_the_same_socket},
        {"children share sockets, and so does who is passed one", children_share_sockets},
        {"closing by dup2 and close_range is seen", closing_by_another_name_is_seen},
        {"closing nothing is seen", closing_nothing_is_seen},
        {"what is left open is known", what_is_left_open_is_known},
        {"output streams are terminals, input is at its end", streams_are_terminals_and_input_is_at_its_end},
        {"output keeps its order and its stream", output_keeps_its_order_and_its_stream},
        {"output is kept byte by byte, however it is written", output_is_kept_byte_by_byte},
        {"output that fails fails", output_that_fails_fails},
        {"input is given, also more than a pipe holds", input_is_given},
    };
    return suite_add("descriptors", tests, COUNT_OF(tests));
}
