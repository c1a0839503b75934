/* Where programs are found in a submission. */
#include <CUnit/CUnit.h>
#include <string.h>
#include <sys/stat.h>

#include "data/submission.h"
#include "tests/sample_folder.h"
#include "tests/suites.h"

static char client_word[] = "tcp_client";
static char lecture_word[] = "ExClientTCP";
static char *const also[] = {lecture_word, client_word, NULL};

static struct program_source find(void)
{
    struct submission s = folder_load();
    struct program_source found;
    submission_find(&s, "client_tcp", also, &found);
    submission_free(&s);
    return found;
}

/* What is found, told as "RECIPE FOLDER FILE NAME"; MESSAGE: words that its message holds, NULL for none. */
static void check_found(const char *expected, const char *message)
{
    static const char *const recipes[] = {"none", "single", "folder", "make"};
    struct program_source found = find();
    AUTO_FREE char *told = found.recipe == RECIPE_NONE
                               ? mem_string("none")
                               : mem_printf("%s [%s] [%s] %s", recipes[found.recipe], found.folder,
                                            found.file != NULL ? found.file : "", found.name);
    CU_ASSERT_STRING_EQUAL(told, expected);
    if (message == NULL)
        CU_ASSERT_PTR_NULL(found.message);
    if (message != NULL)
        CU_ASSERT_TRUE(found.message != NULL && strstr(found.message, message) != NULL);
    program_source_free(&found);
}

static void test_a_single_file_is_found(void)
{
    folder_setup();
    folder_put("tp/src/client_tcp.c", "");
    folder_put("tp/client_tcp.h", "");
    check_found("single [tp/src] [client_tcp.c] client_tcp", NULL);
    folder_teardown();
    folder_setup();
    folder_put("client_tcp.c", "");
    check_found("single [] [client_tcp.c] client_tcp", NULL);
    folder_teardown();
    folder_setup();
    folder_put("tcp_client.c", "");
    check_found("single [] [tcp_client.c] tcp_client", NULL);
    folder_teardown();
}

static void test_a_folder_is_found(void)
{
    folder_setup();
    folder_put("client_tcp/main.c", "a");
    folder_put("client_tcp/client_tcp.c", "b");
    folder_put("client_tcp/util/client_tcp.c", "c");
    check_found("folder [client_tcp] [] client_tcp", NULL);
    folder_put("client_tcp/Makefile", "prog:\n");
    check_found("make [client_tcp] [] client_tcp", NULL);
    folder_teardown();
    folder_setup();
    folder_put("a/ExClientTCP/main.c", "");
    check_found("folder [a/ExClientTCP] [] ExClientTCP", NULL);
    folder_teardown();
}

static void test_the_canonical_name_comes_first(void)
{
    folder_setup();
    folder_put("ExClientTCP.c", "lecture");
    folder_put("deep/down/client_tcp.c", "mine");
    check_found("single [deep/down] [client_tcp.c] client_tcp", "ignored: “ExClientTCP.c”");
    folder_teardown();
    folder_setup();
    folder_put("tcp_client/client_tcp.c", "");
    folder_put("tcp_client/other.c", "");
    check_found("single [tcp_client] [client_tcp.c] client_tcp", NULL);
    folder_teardown();
}

static void test_the_shallowest_is_taken(void)
{
    folder_setup();
    folder_put("old/client_tcp.c", "old");
    folder_put("client_tcp.c", "new");
    check_found("single [] [client_tcp.c] client_tcp", "“client_tcp.c” is graded; ignored: “old/client_tcp.c”");
    folder_teardown();
}

static void test_equals_must_not_differ(void)
{
    folder_setup();
    folder_put("b/client_tcp.c", "same");
    folder_put("a/client_tcp.c", "same");
    check_found("single [a] [client_tcp.c] client_tcp", "ignored: “b/client_tcp.c”");
    folder_put("b/client_tcp.c", "other");
    check_found("none", "“a/client_tcp.c”, “b/client_tcp.c”; keep just one");
    folder_teardown();
    folder_setup();
    folder_put("client_tcp.c", "same");
    folder_put("client_tcp/main.c", "same");
    check_found("folder [client_tcp] [] client_tcp", "ignored: “client_tcp.c”");
    folder_put("client_tcp/util.c", "more");
    check_found("none", "“client_tcp/”, “client_tcp.c”; keep just one");
    folder_teardown();
    folder_setup();
    folder_put("a/client_tcp/x.c", "same");
    folder_put("a/client_tcp/sub/y.h", "same");
    folder_put("b/client_tcp/x.c", "same");
    folder_put("b/client_tcp/sub/y.h", "same");
    check_found("folder [a/client_tcp] [] client_tcp", "ignored: “b/client_tcp/”");
    folder_put("b/client_tcp/sub/y.h", "differs");
    check_found("none", "keep just one");
    folder_teardown();
}

static void check_makefile(const char *text, bool makes)
{
    folder_setup();
    folder_put("client_tcp.c", "");
    folder_put("Makefile", text);
    check_found(makes ? "make [] [] client_tcp" : "single [] [client_tcp.c] client_tcp", NULL);
    folder_teardown();
}

static void test_a_makefile_with_a_rule_is_used(void)
{
    check_makefile("client_tcp: client_tcp.o\n\tcc -o $@ $^\n", true);
    check_makefile("CC = gcc\r\nclient_tcp : a.o\r\n", true);
    check_makefile("serveur_tcp client_tcp:: util.o", true);
    check_makefile("serveur_tcp \\\n  client_tcp: util.o\n", true);
    check_makefile("./client_tcp: util.o\n", true);
    check_makefile("all: client_tcp\n", false);
    check_makefile("# client_tcp: x\n", false);
    check_makefile("client_tcp := x\n", false);
    check_makefile("client_tcp ::= x\n", false);
    check_makefile("client_tcp = a:b\n", false);
    check_makefile("x:\n\tclient_tcp: y\n", false);
    check_makefile("client_tcp.o: client_tcp.c\nclient_tcp2: x\nmy_client_tcp: x\n", false);
    check_makefile("client_tcp", false);
    check_makefile("", false);
    check_makefile("\\\n\\", false);
}

static void test_the_nearest_makefile_counts(void)
{
    folder_setup();
    folder_put("tp/src/client_tcp.c", "");
    folder_put("Makefile", "client_tcp: x\n");
    check_found("make [] [] client_tcp", NULL);
    folder_put("tp/makefile", "client_tcp: y\n");
    check_found("make [tp] [] client_tcp", NULL);
    folder_put("tp/GNUmakefile", "other: y\n"); /* make would read this one */
    check_found("make [] [] client_tcp", NULL);
    folder_put("tp/src/Makefile", "client_tcp: z\n");
    check_found("make [tp/src] [] client_tcp", NULL);
    folder_teardown();
}

static void test_letter_case_is_forgiven_last(void)
{
    folder_setup();
    folder_put("Client_TCP.c", "");
    check_found("single [] [Client_TCP.c] Client_TCP", "its name is client_tcp.c");
    folder_put("tcp_client.c", "");
    check_found("single [] [tcp_client.c] tcp_client", NULL);
    folder_teardown();
}

static void test_what_is_missing_is_explained(void)
{
    folder_setup();
    check_found("none", "client_tcp.c not found (or ExClientTCP.c, tcp_client.c)");
    folder_put("client_tcp/src/main.c", "");
    check_found("none", "the folder “client_tcp/” holds neither a Makefile nor a .c file");
    folder_put("Client-TCP.cpp", "");
    check_found("none", "if “Client-TCP.cpp” is meant, rename it to client_tcp.c");
    struct submission s = folder_load();
    struct program_source found;
    submission_find(&s, "attache_tcp", NULL, &found);
    CU_ASSERT_EQUAL(found.recipe, RECIPE_NONE);
    CU_ASSERT_STRING_EQUAL(found.message, "attache_tcp.c not found");
    CU_ASSERT(found.nowhere);
    program_source_free(&found);
    submission_free(&s);
    folder_teardown();
}

static void test_a_file_left_out_is_the_reason(void)
{
    folder_setup();
    folder_link("/home/me/client_tcp.c", "client_tcp.c");
    check_found("none", "; “client_tcp.c” is a link that");
    folder_teardown();
    folder_setup();
    folder_put("client_tcp/main.c", "");
    AUTO_FREE char *closed = folder_path("client_tcp/main.c");
    CU_ASSERT_EQUAL(chmod(closed, 0), 0);
    check_found("none", "cannot read “client_tcp/main.c”");
    folder_link("/x", "unrelated.c");
    struct program_source found = find();
    CU_ASSERT_FALSE(found.nowhere);
    CU_ASSERT_PTR_NULL(strstr(found.message, "unrelated"));
    program_source_free(&found);
    folder_teardown();
}

int suite_find(void)
{
    static const struct unit_test tests[] = {
        {"a single file is found", test_a_single_file_is_found},
        {"a folder is found", test_a_folder_is_found},
        {"the canonical name comes first", test_the_canonical_name_comes_first},
        {"the shallowest is taken", test_the_shallowest_is_taken},
        {"equals must not differ", test_equals_must_not_differ},
        {"a Makefile with a rule is used", test_a_makefile_with_a_rule_is_used},
        {"the nearest Makefile counts", test_the_nearest_makefile_counts},
        {"letter case is forgiven last", test_letter_case_is_forgiven_last},
        {"what is missing is explained", test_what_is_missing_is_explained},
        {"a file that was left out is the reason", test_a_file_left_out_is_the_reason},
    };
    return suite_add("find", tests, COUNT_OF(tests));
}
