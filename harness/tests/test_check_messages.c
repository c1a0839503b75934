/* Replies that go wrong where a read brings several messages, or a piece of one. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "judgement/check.h"
#include "tests/staged.h"
#include "tests/suites.h"

static const char expected[] = "one\ntwo\n";

/* The peer sends these pieces and gets this reply, in one. */
static void converse(struct staged *s, const char *const *pieces, const char *reply)
{
    staged_begin(s);
    int socket = staged_socket(s, AF_INET, SOCK_STREAM);
    staged_deed(s, STAGED_PEER, DEED_CONNECTED, NULL);
    for (; *pieces != NULL; pieces++) {
        staged_deed(s, STAGED_PEER, DEED_SENT, *pieces);
        staged_data(s, CALL_recvfrom, socket, *pieces)->source = (struct source){mem_string("serveur.c"), 12};
    }
    staged_data(s, CALL_sendto, socket, reply)->source = (struct source){mem_string("serveur.c"), 34};
    staged_deed(s, STAGED_PEER, DEED_RECEIVED, reply);
}

static void check_bounds(const char *const *pieces, const char *reply, const char *code, const char *hint)
{
    struct staged s;
    converse(&s, pieces, reply);
    const struct check_result *result = staged_verdict(&s, "receives", expected, "server", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, code);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, hint));
    CU_ASSERT_EQUAL(result->line, strcmp(code, "S138") == 0 ? 12 : 34);
    staged_end(&s);
}

static void test_bounds(void)
{
    static const char *const merged[] = {"a\nb\n", NULL}, *const cut[] = {"a\nb", "\n", NULL};
    static const char *const plain[] = {"a\n", "b\n", NULL};
    check_bounds(merged, "one\n", "S138", "Several messages came by one read");
    check_bounds(cut, "one\nwhat?\n", "S138", "in pieces");
    check_bounds(merged, "what?\n", "S035", "Compare"); /* the first reply was wrong already */
    check_bounds(plain, "one\n", "S030", "length");
}

static void test_failed_call(void)
{
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_CONNECTED, NULL);
    struct call *call = staged_call(&s, CALL_recvfrom, staged_socket(&s, AF_INET, SOCK_STREAM), -1, EINTR);
    call->injected = true;
    const struct check_result *result = staged_verdict(&s, "receives", expected, "server", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S064");
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "after recv failed with EINTR"));
    staged_end(&s);
}

int suite_check_messages(void)
{
    static const struct unit_test tests[] = {
        {"several messages in one read, and one in pieces", test_bounds},
        {"nothing arrived because a call had failed", test_failed_call},
    };
    return suite_add("check_messages", tests, COUNT_OF(tests));
}
