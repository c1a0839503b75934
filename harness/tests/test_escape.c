#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "ground/utf8.h"
#include "tests/suites.h"

static void check_bytes(const char *raw, size_t n, const char *expected)
{
    AUTO_FREE char *text = escape_bytes(raw, n);
    CU_ASSERT_STRING_EQUAL(text, expected);
}

static void check_line(const char *raw, const char *expected)
{
    AUTO_FREE char *text = escape_line(raw, strlen(raw));
    CU_ASSERT_STRING_EQUAL(text, expected);
}

static void check_quote(const char *raw, size_t max, const char *expected)
{
    AUTO_FREE char *text = escape_quote(raw, strlen(raw), max);
    CU_ASSERT_STRING_EQUAL(text, expected);
}

/* The literal is cut where a hexadecimal escape would swallow the next letter. */
#define CHECK(raw, expected) check_bytes(raw, sizeof(raw) - 1, expected)

static void test_ordinary_text_stays_as_it_is(void)
{
    CHECK("", "");
    CHECK("Bonjour, message bien reçu !\n\tfin", "Bonjour, message bien reçu !\n\tfin");
    CHECK("日本語 \U0001F600 \uFEFF\uFFFD", "日本語 \U0001F600 \uFEFF\uFFFD");
    CHECK("<b>\"&'</b>", "<b>\"&'</b>");
}

static void test_backslashes_are_doubled(void)
{
    CHECK("\\", "\\\\");
    CHECK("\\x41", "\\\\x41");
}

static void test_control_characters_become_hexadecimal(void)
{
    CHECK("\033[31mred\033[0m\r\a", "\\x1b[31mred\\x1b[0m\\x0d\\x07");
    CHECK("a\0b", "a\\x00b");
    CHECK("\x7f", "\\x7f");
    CHECK("\xc2\x85\xc2\x9f", "\\xc2\\x85\\xc2\\x9f"); /* C1: NEL, APC */
    CHECK("\xc2\xa0", "\xc2\xa0");                     /* the no-break space is text */
}

static void test_deceptive_characters_become_hexadecimal(void)
{
    CHECK("\u202Etxt", "\\xe2\\x80\\xaetxt");
    CHECK("\u061C\u200E\u200F\u2066\u2069", "\\xd8\\x9c\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
    CHECK("\u2028\u2029", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
    CHECK("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90", "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\\xef\\xb7\\x90");
    CHECK("\xf4\x8f\xbf\xbf", "\\xf4\\x8f\\xbf\\xbf"); /* U+10FFFF, a noncharacter */
}

static void test_invalid_utf8_becomes_hexadecimal_byte_by_byte(void)
{
    CHECK("\xe9t\xe9", "\\xe9t\\xe9");                 /* ISO-8859-1 */
    CHECK("\xc0\xaf", "\\xc0\\xaf");                   /* overlong */
    CHECK("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* overlong */
    CHECK("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    CHECK("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    CHECK("\xe2\x82", "\\xe2\\x82");                   /* cut off */
    CHECK("\xe2\x82\xe2\x82\xac", "\\xe2\\x82\u20ac"); /* cut off, then good */
    CHECK("\x80\xff\xfe", "\\x80\\xff\\xfe");
}

static void test_one_line_stays_one_line(void)
{
    check_line("a\nb\tc\r\n", "a\\nb\\tc\\x0d\\n");
    check_line("::error::\n##vso[", "::error::\\n##vso[");
}

static void test_quotations_are_marked_and_cut(void)
{
    text_init("en", NULL);
    check_quote("ok\n", 10, "“ok\\n”");
    check_quote("", 0, "“”");
    check_quote("abcdef", 6, "“abcdef”");
    check_quote("abcdef", 5, "“abcde…” (1 more byte)");
    check_quote("abcdef", 0, "“…” (6 more bytes)");
    text_init("fr", NULL);
    check_quote("ok\n", 10, "«\u00a0ok\\n\u00a0»");
    text_init("en", NULL);
}

static void test_cuts_never_part_a_character(void)
{
    check_quote("aé", 2, "“a…” (2 more bytes)");
    check_quote("a€b", 2, "“a…” (4 more bytes)");
    check_quote("a€b", 3, "“a…” (4 more bytes)");
    check_quote("a€b", 4, "“a€…” (1 more byte)");
    check_quote("\U0001F600b", 3, "“…” (5 more bytes)");
    check_quote("\x82\x82\x82\x82", 2, "“\\x82\\x82…” (2 more bytes)");
}

/* Whatever comes in, what goes out is valid UTF-8 without a control character but the two that are kept. */
static void test_any_bytes_come_out_clean(void)
{
    uint64_t state = 1;
    for (int round = 0; round < 2000; round++) {
        unsigned char raw[40];
        for (size_t i = 0; i < sizeof raw; i++) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            raw[i] = (unsigned char)(state >> 56);
        }
        AUTO_FREE char *text = escape_bytes(raw, sizeof raw);
        AUTO_FREE char *quote = escape_quote(raw, sizeof raw, (size_t)round % 41);
        CU_ASSERT_TRUE(utf8_valid(text, strlen(text), NULL));
        CU_ASSERT_TRUE(utf8_valid(quote, strlen(quote), NULL));
        for (const char *c = text; *c != '\0'; c++)
            if ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t')
                CU_FAIL("a control character came through");
    }
}

static void test_words_of_a_command_line_can_be_copied(void)
{
    static const struct {
        const char *word, *shown;
    } cases[] = {
        {"/home/zoé/tp1", "/home/zoé/tp1"},
        {"mes tp", "'mes tp'"},
        {"l'été", "'l'\\''été'"},
        {"$HOME", "'$HOME'"},
        {"", "''"},
        {"a\033b", "'a\\x1bb'"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO_FREE char *shown = escape_shell(cases[i].word);
        CU_ASSERT_STRING_EQUAL(shown, cases[i].shown);
    }
}

static void test_utf8_tells_where_it_ends_to_be_valid(void)
{
    size_t bad = 99;
    CU_ASSERT_TRUE(utf8_valid("é€", 5, &bad));
    CU_ASSERT_EQUAL(bad, 99);
    CU_ASSERT_FALSE(utf8_valid("é\xff", 3, &bad));
    CU_ASSERT_EQUAL(bad, 2);
    CU_ASSERT_TRUE(utf8_valid("a\0b", 3, NULL)); /* NUL is a character like another */
    uint32_t code = 0;
    CU_ASSERT_EQUAL(utf8_decode((const unsigned char *)"\U0001F600", 4, &code), 4);
    CU_ASSERT_EQUAL(code, 0x1F600);
    CU_ASSERT_EQUAL(utf8_decode((const unsigned char *)"", 0, &code), 0);
}

int suite_escape(void)
{
    static const struct unit_test tests[] = {
        {"ordinary text stays as it is", test_ordinary_text_stays_as_it_is},
        {"backslashes are doubled", test_backslashes_are_doubled},
        {"control characters become hexadecimal", test_control_characters_become_hexadecimal},
        {"deceptive characters become hexadecimal", test_deceptive_characters_become_hexadecimal},
        {"invalid UTF-8 becomes hexadecimal, byte by byte", test_invalid_utf8_becomes_hexadecimal_byte_by_byte},
        {"one line stays one line", test_one_line_stays_one_line},
        {"quotations are marked and cut", test_quotations_are_marked_and_cut},
        {"cuts never part a character", test_cuts_never_part_a_character},
        {"any bytes come out clean", test_any_bytes_come_out_clean},
        {"words of a command line can be copied", test_words_of_a_command_line_can_be_copied},
        {"the decoder says where the text stops being valid", test_utf8_tells_where_it_ends_to_be_valid},
    };
    return suite_add("escape", tests, COUNT_OF(tests));
}
