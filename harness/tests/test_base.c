#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ground/base.h"
#include "tests/suites.h"

static void test_errors_carry_blame_and_context(void)
{
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(err_set(&err, BLAME_EXERCISE, "line %d", 7), -1);
    CU_ASSERT_EQUAL(err_wrap(&err, "file %s", "a.yaml"), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
    CU_ASSERT_STRING_EQUAL(err.text, "file a.yaml: line 7");
    errno = ENOENT;
    err_errno(&err, BLAME_ENVIRONMENT, "cannot open '%s'", "x");
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_STRING_EQUAL(err.text, "cannot open 'x': No such file or directory");
}

static void test_long_errors_are_cut(void)
{
    struct err err = ERR_NONE;
    AUTO_FREE char *text = mem_alloc(5001);
    memset(text, 'x', 5000);
    err_set(&err, BLAME_HARNESS, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.text), sizeof err.text - 1);
    err_wrap(&err, "%s", "front");
    CU_ASSERT_EQUAL(strncmp(err.text, "front: xxx", 10), 0);
    CU_ASSERT_EQUAL(strlen(err.text), sizeof err.text - 1);
    errno = ENOENT;
    err_errno(&err, BLAME_HARNESS, "%s", text);
    CU_ASSERT_EQUAL(strlen(err.text), sizeof err.text - 1);
}

static void test_blame_has_the_words_of_the_result_file(void)
{
    CU_ASSERT_PTR_NULL(blame_name(BLAME_NONE));
    CU_ASSERT_STRING_EQUAL(blame_name(BLAME_SUBMISSION), "submission");
    CU_ASSERT_STRING_EQUAL(blame_name(BLAME_EXERCISE), "exercise");
    CU_ASSERT_STRING_EQUAL(blame_name(BLAME_ENVIRONMENT), "environment");
    CU_ASSERT_STRING_EQUAL(blame_name(BLAME_HARNESS), "harness");
}

static void test_memory_is_zeroed_and_copied(void)
{
    AUTO_FREE char *zeroed = mem_alloc(64);
    for (size_t i = 0; i < 64; i++)
        CU_ASSERT_EQUAL(zeroed[i], 0);
    AUTO_FREE char *nothing = mem_alloc(0);
    CU_ASSERT_PTR_NOT_NULL(nothing);
    AUTO_FREE char *bytes = mem_bytes("a\0b", 3);
    CU_ASSERT_EQUAL(memcmp(bytes, "a\0b", 4), 0);
    CU_ASSERT_PTR_NULL(mem_string(NULL));
    AUTO_FREE char *text = mem_printf("%d-%s", 5, "x");
    CU_ASSERT_STRING_EQUAL(text, "5-x");
}

static void test_arrays_grow_and_keep_what_they_hold(void)
{
    int *items = NULL;
    size_t n = 0;
    for (int i = 0; i < 1000; i++) {
        int *item = ARRAY_ADD(items, n);
        CU_ASSERT_EQUAL(*item, 0);
        *item = i;
    }
    CU_ASSERT_EQUAL_FATAL(n, 1000);
    for (int i = 0; i < 1000; i++)
        CU_ASSERT_EQUAL(items[i], i);
    free(items);
}

static int close_in_scope(void)
{
    AUTO_CLOSE int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return fd;
}

static void test_owners_give_back_what_they_own(void)
{
    int fd = close_in_scope();
    CU_ASSERT_EQUAL(fcntl(fd, F_GETFD), -1);
    int kept = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int stolen = -1;
    {
        AUTO_CLOSE int owner = kept;
        stolen = steal_fd(&owner);
        CU_ASSERT_EQUAL(owner, -1);
    }
    CU_ASSERT_NOT_EQUAL(fcntl(stolen, F_GETFD), -1);
    close(stolen);
    char *text = NULL;
    {
        AUTO_FREE char *owner = mem_string("kept");
        text = STEAL(owner);
        CU_ASSERT_PTR_NULL(owner);
    }
    CU_ASSERT_STRING_EQUAL(text, "kept");
    free(text);
}

int suite_base(void)
{
    static const struct unit_test tests[] = {
        {"errors carry blame and context", test_errors_carry_blame_and_context},
        {"errors that are too long are cut", test_long_errors_are_cut},
        {"blame has the words of the result file", test_blame_has_the_words_of_the_result_file},
        {"memory is zeroed, copies are ended by NUL", test_memory_is_zeroed_and_copied},
        {"arrays grow and keep what they hold", test_arrays_grow_and_keep_what_they_hold},
        {"owners give back what they own", test_owners_give_back_what_they_own},
    };
    return suite_add("base", tests, COUNT_OF(tests));
}
