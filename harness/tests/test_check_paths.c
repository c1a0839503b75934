/* Local sockets: their paths, and records that keep their bounds. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "judgement/check.h"
#include "tests/sample_transcript.h"
#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value) staged_code(&s, name, value, "client", NULL)

static void look(struct staged *s, enum deed_kind kind)
{
    struct event *event = transcript_add(&s->t, EVENT_DEED, -1, 0, s->time++);
    event->deed.kind = kind;
    event->deed.address = sample_address("unix:/tmp/s");
}

static void test_path_is_removed(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_STRING_NOT_EQUAL(CODE("path", "gone"), "passed");
    int socket = staged_socket(&s, AF_UNIX, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "unix:/tmp/s", 0, 0);
    CU_ASSERT_STRING_NOT_EQUAL(CODE("path", "gone"), "passed"); /* nobody has looked */
    staged_kill(&s, SIGTERM, true);
    look(&s, DEED_FOUND);
    CU_ASSERT_STRING_EQUAL(CODE("path", "gone"), "S132");
    CU_ASSERT_STRING_EQUAL(CODE("path", "there"), "passed");
    look(&s, DEED_MISSING);
    CU_ASSERT_STRING_EQUAL(CODE("path", "gone"), "passed");
    CU_ASSERT_STRING_NOT_EQUAL(CODE("path", "there"), "passed");
    staged_end(&s);
}

static void test_path_is_spared(void)
{
    struct staged s;
    staged_begin(&s);
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/other", 0, 0);
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/s", -1, ENOENT);
    CU_ASSERT_STRING_EQUAL(CODE("spares-path", "/tmp/s"), "passed");
    staged_address(&s, CALL_unlink, -1, "unix:s", 0, 0); /* from its own folder */
    CU_ASSERT_STRING_EQUAL(CODE("spares-path", "/tmp/s"), "S134");
    staged_end(&s);
}

/* A server that was told /tmp/s, and that its client does not find. */
static void begin_server(struct staged *s, char **arguments)
{
    staged_begin(s);
    s->steps[staged_step(s, STEP_START, "client")].arguments = arguments;
    s->steps[staged_step(s, STEP_PEER_CONNECT, "server")].address = sample_address("unix:/tmp/s");
    for (size_t i = 0; i < STAGED_STEPS; i++)
        s->steps[i].type = SOCK_STREAM;
}

static const char *cause_code(struct staged *s)
{
    return staged_code(s, "receives", "ok\n", "server", NULL);
}

/* The arguments were borrowed. */
static void end_server(struct staged *s)
{
    s->steps[0].arguments = NULL;
    staged_end(s);
}

static void test_causes(void)
{
    char path[] = "/tmp/s";
    char *arguments[] = {path, NULL};
    struct staged s;
    begin_server(&s, arguments);
    staged_address(&s, CALL_bind, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/serveur", 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    CU_ASSERT_STRING_EQUAL(cause_code(&s), "S066"); /* a longer name is no wrong one */
    end_server(&s);
    begin_server(&s, arguments);
    staged_address(&s, CALL_bind, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/mine", 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    CU_ASSERT_STRING_EQUAL(cause_code(&s), "S131");
    end_server(&s);
    begin_server(&s, arguments); /* a NUL before the path makes an abstract name */
    struct call *bind = staged_address(&s, CALL_bind, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:@/tmp/s", 0, 0);
    ((char *)&bind->address.storage)[offsetof(struct sockaddr_un, sun_path)] = '\0';
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    CU_ASSERT_STRING_EQUAL(cause_code(&s), "S131");
    end_server(&s);
    begin_server(&s, arguments);
    staged_address(&s, CALL_bind, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/s", -1, EADDRINUSE);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    CU_ASSERT_STRING_EQUAL(cause_code(&s), "S133");
    end_server(&s);
}

static void test_cut_path(void)
{
    char path[120] = "/tmp/";
    memset(path + 5, 'p', sizeof path - 6);
    char *arguments[] = {path, NULL};
    struct staged s;
    begin_server(&s, arguments);
    AUTO_FREE char *cut = mem_printf("unix:%.107s", path);
    staged_address(&s, CALL_bind, staged_socket(&s, AF_UNIX, SOCK_STREAM), cut, 0, 0);
    const struct check_result *result = staged_verdict(&s, "exits", "nonzero", "client", NULL);
    CU_ASSERT_EQUAL(result->verdict, VERDICT_FAILED);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S130");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "of its 119 bytes, bind gets 107"));
    CU_ASSERT_STRING_EQUAL(CODE("complains", "true"), "S130"); /* so it had nothing to complain of */
    CU_ASSERT_STRING_EQUAL(CODE("cuts-no-path", "true"), "S130");
    end_server(&s);
}

/* The kernel sees the whole path, and refuses it. */
static void test_path_beyond_the_structure(void)
{
    char path[200] = "/tmp/";
    memset(path + 5, 'p', sizeof path - 6);
    char *arguments[] = {path, NULL};
    struct staged s;
    begin_server(&s, arguments);
    struct call *call = staged_address(&s, CALL_connect, staged_socket(&s, AF_UNIX, SOCK_STREAM), "unix:/tmp/p", -1, EINVAL);
    struct sockaddr_un *address = (struct sockaddr_un *)&call->address.storage;
    memcpy(address->sun_path, path, sizeof call->address.storage - offsetof(struct sockaddr_un, sun_path));
    call->address.len = sizeof call->address.storage;
    CU_ASSERT_STRING_EQUAL(CODE("cuts-no-path", "true"), "passed");
    CU_ASSERT_STRING_NOT_EQUAL(CODE("complains", "true"), "S130");
    end_server(&s);
}

static void test_theft(void)
{
    char path[] = "/tmp/s";
    char *arguments[] = {path, NULL};
    struct staged s;
    begin_server(&s, arguments);
    struct event *holder = transcript_add(&s.t, EVENT_DEED, STAGED_PEER, 0, s.time++);
    holder->deed.kind = DEED_LISTENING;
    holder->deed.address = sample_address("unix:/tmp/s");
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/s", 0, 0);
    int socket = staged_socket(&s, AF_UNIX, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "unix:/tmp/s", 0, 0);
    staged_call(&s, CALL_listen, socket, 0, 0);
    CU_ASSERT_STRING_EQUAL(CODE("exits", "nonzero"), "S134");
    end_server(&s);
}

/* Another program takes the path of this one away. */
static void test_loss(void)
{
    char path[] = "/tmp/s";
    char *arguments[] = {path, NULL};
    struct staged s;
    begin_server(&s, arguments);
    int socket = staged_socket(&s, AF_UNIX, SOCK_STREAM);
    staged_address(&s, CALL_bind, socket, "unix:/tmp/s", 0, 0);
    staged_call(&s, CALL_listen, socket, 0, 0);
    s.actor = staged_actor(&s, "second", ACTOR_PROGRAM);
    staged_address(&s, CALL_unlink, -1, "unix:/tmp/s", 0, 0);
    staged_deed(&s, STAGED_PEER, DEED_REFUSED, NULL);
    const struct check_result *result = staged_verdict(&s, "prints-text", "server", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S134");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "second has removed the path of client"));
    end_server(&s);
}

/* Records of 5 and 3 bytes, then the end of file; FORMAT prints each count. */
static void serve_records(struct staged *s, const char *first, const char *second, const char *last)
{
    staged_begin(s);
    int socket = staged_socket(s, AF_UNIX, SOCK_SEQPACKET);
    staged_data(s, CALL_recvfrom, socket, "abcde");
    staged_print(s, STREAM_STDOUT, first);
    staged_data(s, CALL_recvfrom, socket, "xyz");
    staged_print(s, STREAM_STDOUT, second);
    staged_call(s, CALL_recvfrom, socket, 0, 0);
    staged_print(s, STREAM_STDOUT, last);
}

/* The peer's two records as they come to the program; what it prints of them. */
static void send_records(struct staged *s, const char *first, const char *second, const char *print)
{
    staged_begin(s);
    staged_deed(s, STAGED_PEER, DEED_SENT, "abcde");
    staged_deed(s, STAGED_PEER, DEED_SENT, "xyz");
    int socket = staged_socket(s, AF_UNIX, SOCK_SEQPACKET);
    staged_data(s, CALL_recvfrom, socket, first);
    if (second != NULL)
        staged_data(s, CALL_recvfrom, socket, second);
    staged_print(s, STREAM_STDOUT, print);
}

static void test_counts(void)
{
    static const struct {
        const char *first, *second, *print, *code;
    } cases[] = {
        {"abcde", "xyz", "(5 bytes)\n(3 bytes)\n", "passed"},
        {"abcde", "xyz", "recv gave 5\nRecord 1: 5\nRecord 2: 3\nIn all: 8\n", "passed"},
        {"abcde", "xyz", "5 3\n", "S039"},
        {"abcde", "xyz", "8\n", "S039"},
        {"abcde", "xyz", "3\n5\n", "S039"},
        {"abcd", "xyz", "4\n3\n", "S137"},
        {"abcde", NULL, "5\n", "S136"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct staged s;
        send_records(&s, cases[i].first, cases[i].second, cases[i].print);
        CU_ASSERT_STRING_EQUAL(CODE("prints-counts", "server"), cases[i].code);
        staged_end(&s);
    }
    struct staged s;
    send_records(&s, "abcde", "xyz", "");
    staged_print(&s, STREAM_STDERR, "5\n3\n");
    CU_ASSERT_STRING_EQUAL(CODE("prints-counts", "server"), "S044");
    staged_end(&s);
    send_records(&s, "abcde", "xyz", "5\n3\n"); /* a third one could not be sent any more */
    for (int i = 0; i < 3; i++)
        s.steps[staged_step(&s, STEP_PEER_SEND, "server")].size = 5;
    staged_deed(&s, STAGED_PEER, DEED_FAILED, NULL);
    CU_ASSERT_STRING_EQUAL(CODE("prints-counts", "server"), "S136");
    staged_end(&s);
    staged_begin(&s);
    CU_ASSERT_STRING_NOT_EQUAL(CODE("prints-counts", "server"), "passed");
    staged_end(&s);
}

static void test_records(void)
{
    static const struct {
        const char *first, *second, *last, *count, *no_record;
    } cases[] = {
        {"5\n", "3\n", "", "passed", "passed"},
        {"5\n", "3\n", "0\n", "passed", "S135"},
        {"Record 1: 5 bytes\n", "Record 2: 3 bytes\n", "Record 3: 0 bytes\n", "passed", "S135"},
        {"Record 1: 5 bytes\n", "Record 2: 3 bytes\n", "Bye, 2 records, 0 errors\n", "passed", "passed"},
        {"recv: 5\n5 bytes\n", "recv: 3\n3 bytes\n", "recv: 0\n", "passed", "passed"},
        {"recv: 5\n5 bytes\n", "recv: 3\n3 bytes\n", "recv: 0\n0 bytes\n", "passed", "S135"},
        {"", "8\n", "", "S043", "passed"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct staged s;
        serve_records(&s, cases[i].first, cases[i].second, cases[i].last);
        const char *count = CODE("prints-count", "received");
        CU_ASSERT((strcmp(cases[i].count, "passed") == 0) == (strcmp(count, "passed") == 0));
        CU_ASSERT_STRING_EQUAL(CODE("prints-no-record", "end-of-file"), cases[i].no_record);
        staged_end(&s);
    }
    struct staged s;
    staged_begin(&s);
    staged_data(&s, CALL_recvfrom, staged_socket(&s, AF_UNIX, SOCK_SEQPACKET), "abcde");
    CU_ASSERT_STRING_NOT_EQUAL(CODE("prints-no-record", "end-of-file"), "passed");
    staged_exit(&s, 0); /* poll() may have told it of the end */
    CU_ASSERT_STRING_EQUAL(CODE("prints-no-record", "end-of-file"), "passed");
    staged_end(&s);
}

int suite_check_paths(void)
{
    static const struct unit_test tests[] = {
        {"the path is removed at the end", test_path_is_removed},
        {"a running server's path is spared", test_path_is_spared},
        {"wrong paths and paths left over are causes", test_causes},
        {"a path that was cut is a cause", test_cut_path},
        {"a path that is too long and given whole is not cut", test_path_beyond_the_structure},
        {"a path taken by force is a cause", test_theft},
        {"each record's size is printed on a line of its own", test_counts},
        {"a path that another program took away is a cause", test_loss},
        {"records are counted, and the end of file is none", test_records},
    };
    return suite_add("check_paths", tests, COUNT_OF(tests));
}
