#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "ground/buf.h"
#include "tests/suites.h"

static void test_empty_buffers_read_as_empty_strings(void)
{
    AUTO_BUF b = BUF_EMPTY;
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "");
    AUTO_FREE char *text = buf_steal(&b);
    CU_ASSERT_STRING_EQUAL(text, "");
    buf_add(&b, NULL, 0);
    CU_ASSERT_EQUAL(b.len, 0);
    CU_ASSERT_STRING_EQUAL(buf_text(&b), "");
}

static void test_bytes_are_appended_with_a_nul_behind(void)
{
    AUTO_BUF b = BUF_EMPTY;
    buf_add(&b, "a\0b", 3);
    buf_char(&b, 'c');
    buf_string(&b, "de");
    buf_printf(&b, "%03d", 7);
    CU_ASSERT_EQUAL(b.len, 9);
    CU_ASSERT_EQUAL(memcmp(b.data, "a\0bcde007", 10), 0);
}

static void test_growth_keeps_the_content(void)
{
    AUTO_BUF b = BUF_EMPTY;
    for (int i = 0; i < 100000; i++)
        buf_char(&b, (char)('a' + i % 26));
    CU_ASSERT_EQUAL_FATAL(b.len, 100000);
    for (int i = 0; i < 100000; i++)
        if (b.data[i] != 'a' + i % 26)
            CU_FAIL_FATAL("a byte changed while the buffer grew");
    CU_ASSERT_EQUAL(b.data[b.len], '\0');
}

static void test_reserved_room_can_be_filled(void)
{
    AUTO_BUF b = BUF_EMPTY;
    buf_string(&b, "ab");
    char *room = buf_reserve(&b, 500);
    CU_ASSERT_EQUAL(b.len, 2);
    memset(room, 'x', 500);
    b.len += 500;
    b.data[b.len] = '\0';
    CU_ASSERT_EQUAL(strlen(buf_text(&b)), 502);
    CU_ASSERT_EQUAL(strncmp(buf_text(&b), "abx", 3), 0);
}

static void test_stolen_text_leaves_an_empty_buffer(void)
{
    AUTO_BUF b = BUF_EMPTY;
    buf_string(&b, "text");
    AUTO_FREE char *text = buf_steal(&b);
    CU_ASSERT_STRING_EQUAL(text, "text");
    CU_ASSERT_EQUAL(b.len, 0);
    CU_ASSERT_PTR_NULL(b.data);
}

int suite_buf(void)
{
    static const struct unit_test tests[] = {
        {"empty buffers read as empty strings", test_empty_buffers_read_as_empty_strings},
        {"bytes are appended with a NUL behind them", test_bytes_are_appended_with_a_nul_behind},
        {"growth keeps the content", test_growth_keeps_the_content},
        {"reserved room can be filled", test_reserved_room_can_be_filled},
        {"stolen text leaves an empty buffer", test_stolen_text_leaves_an_empty_buffer},
    };
    return suite_add("buf", tests, COUNT_OF(tests));
}
