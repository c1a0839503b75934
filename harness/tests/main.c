/*
 * Runs the unit tests: all of them, or the suites named as arguments. The last line counts them: "unit: N passed, N failed".
 */
#include <CUnit/Basic.h>
#include <stdlib.h>
#include <string.h>

#include "ground/text.h"
#include "tests/suites.h"

static const struct {
    const char *name;
    int (*add)(void);
} suites[] = {
#define SUITE(module) {#module, suite_##module},
#include "tests/suites.def"
#undef SUITE
};

int suite_add(const char *name, const struct unit_test *tests, size_t n)
{
    CU_pSuite suite = CU_add_suite(name, NULL, NULL);
    if (suite == NULL)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (CU_add_test(suite, tests[i].name, tests[i].run) == NULL)
            return -1;
    return 0;
}

static bool wanted(const char *name, char **names)
{
    if (*names == NULL)
        return true;
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static int add_suites(char **names)
{
    for (size_t i = 0; i < COUNT_OF(suites); i++) {
        if (wanted(suites[i].name, names) && suites[i].add() < 0) {
            fprintf(stderr, "cannot register suite '%s': %s\n", suites[i].name, CU_get_error_msg());
            return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    text_init("en", NULL);
    if (CU_initialize_registry() != CUE_SUCCESS) {
        fprintf(stderr, "cannot start CUnit: %s\n", CU_get_error_msg());
        return EXIT_FAILURE;
    }
    int broken = add_suites(argv + 1) < 0;
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned run = CU_get_number_of_tests_run();
    unsigned failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    printf("unit: %u passed, %u failed\n", run - failed, failed);
    /* No test at all is a fault of ours, not a success. */
    return !broken && failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
