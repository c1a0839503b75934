#include <CUnit/CUnit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ground/buf.h"
#include "ground/fs.h"
#include "ground/text.h"
#include "tests/suites.h"

/* A catalogue of two messages, as msgfmt would write it: header, tables of lengths and offsets, strings sorted by msgid. */
static void put32(struct buf *out, size_t value)
{
    unsigned char bytes[] = {(unsigned char)value, (unsigned char)(value >> 8), (unsigned char)(value >> 16),
                             (unsigned char)(value >> 24)};
    buf_add(out, bytes, sizeof bytes);
}

static void catalogue(struct buf *out)
{
    static const char *const strings[] = {
        "", "the server listens", "Content-Type: text/plain; charset=UTF-8\n", "le serveur écoute",
    };
    put32(out, 0x950412de);
    put32(out, 0);
    put32(out, 2);  /* messages */
    put32(out, 28); /* where the originals' table is */
    put32(out, 44); /* where the translations' is */
    put32(out, 0);
    put32(out, 0);
    size_t offset = 60;
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        put32(out, strlen(strings[i]));
        put32(out, offset);
        offset += strlen(strings[i]) + 1;
    }
    for (size_t i = 0; i < COUNT_OF(strings); i++)
        buf_add(out, strings[i], strlen(strings[i]) + 1);
}

static char *make_catalogues(void)
{
    struct err err = ERR_NONE;
    char *root = fs_temporary(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    AUTO_FREE char *fr = mem_printf("%s/fr", root);
    AUTO_FREE char *messages = mem_printf("%s/LC_MESSAGES", fr);
    AUTO_FREE char *file = mem_printf("%s/grade.mo", messages);
    CU_ASSERT_EQUAL(mkdir(fr, 0755), 0);
    CU_ASSERT_EQUAL(mkdir(messages, 0755), 0);
    AUTO_BUF content = BUF_EMPTY;
    catalogue(&content);
    CU_ASSERT_EQUAL(fs_write(file, content.data, content.len, &err), 0);
    return root;
}

/* The environment's languages, set for one test and restored after it. */
static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"};
static char *saved[COUNT_OF(variables)];

static void forget_languages(void)
{
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        saved[i] = mem_string(getenv(variables[i]));
        unsetenv(variables[i]);
    }
}

static void restore_languages(void)
{
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        if (saved[i] != NULL)
            setenv(variables[i], saved[i], 1);
        else
            unsetenv(variables[i]);
        free(saved[i]);
        saved[i] = NULL;
    }
    text_init("en", NULL);
}

static void test_french_needs_no_french_locale(void)
{
    struct err err = ERR_NONE;
    AUTO_FREE char *root = make_catalogues();
    forget_languages();
    text_init("fr", root);
    CU_ASSERT_STRING_EQUAL(text_lang(), "fr");
    CU_ASSERT_STRING_EQUAL(_("the server listens"), "le serveur écoute");
    CU_ASSERT_STRING_EQUAL(_("something not in it"), "something not in it");
    text_init("en", root);
    CU_ASSERT_STRING_EQUAL(text_lang(), "en");
    CU_ASSERT_STRING_EQUAL(_("the server listens"), "the server listens");
    text_init("fr", root);
    CU_ASSERT_STRING_EQUAL(_("the server listens"), "le serveur écoute");
    restore_languages();
    CU_ASSERT_EQUAL(fs_remove_tree(root, &err), 0);
}

static void test_english_is_not_overruled_by_the_environment(void)
{
    struct err err = ERR_NONE;
    AUTO_FREE char *root = make_catalogues();
    forget_languages();
    setenv("LANGUAGE", "fr", 1);
    setenv("LC_ALL", "fr_FR.UTF-8", 1);
    text_init("en", root);
    CU_ASSERT_STRING_EQUAL(_("the server listens"), "the server listens");
    restore_languages();
    CU_ASSERT_EQUAL(fs_remove_tree(root, &err), 0);
}

static const char *language_with(const char *lc_all, const char *lc_messages, const char *lang)
{
    const char *const values[] = {lc_all, lc_messages, lang};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (values[i] != NULL)
            setenv(variables[i], values[i], 1);
        else
            unsetenv(variables[i]);
    }
    text_init(NULL, NULL);
    return text_lang();
}

static void test_the_environment_decides_when_nobody_else_does(void)
{
    forget_languages();
    CU_ASSERT_STRING_EQUAL(language_with(NULL, NULL, NULL), "en");
    CU_ASSERT_STRING_EQUAL(language_with("C", NULL, "fr_FR.UTF-8"), "en");
    CU_ASSERT_STRING_EQUAL(language_with(NULL, "POSIX", "fr_FR.UTF-8"), "en");
    CU_ASSERT_STRING_EQUAL(language_with(NULL, NULL, "fr_BE@euro"), "fr");
    CU_ASSERT_STRING_EQUAL(language_with("", "", "fr"), "fr");
    CU_ASSERT_STRING_EQUAL(language_with("fr_CA.UTF-8", "en_US", "en_US"), "fr");
    CU_ASSERT_STRING_EQUAL(language_with(NULL, NULL, "de_DE.UTF-8"), "en");
    restore_languages();
}

static void check_hundredths(int64_t hundredths, const char *expected)
{
    AUTO_FREE char *text = text_hundredths(hundredths);
    CU_ASSERT_STRING_EQUAL(text, expected);
}

static void test_numbers_follow_the_language(void)
{
    text_init("fr", NULL);
    check_hundredths(1450, "14,5");
    check_hundredths(1405, "14,05");
    /* What C itself reads and writes must not follow it. */
    CU_ASSERT_STRING_EQUAL(setlocale(LC_NUMERIC, NULL), "C");
    text_init("en", NULL);
    check_hundredths(1450, "14.5");
    check_hundredths(1425, "14.25");
    check_hundredths(2000, "20");
    check_hundredths(0, "0");
    check_hundredths(5, "0.05");
    check_hundredths(-150, "-1.5");
    check_hundredths(INT64_MIN, "-92233720368547758.08");
}

int suite_text(void)
{
    static const struct unit_test tests[] = {
        {"French needs no French locale, and switching back works", test_french_needs_no_french_locale},
        {"English is not overruled by the environment", test_english_is_not_overruled_by_the_environment},
        {"the environment decides when nobody else does", test_the_environment_decides_when_nobody_else_does},
        {"numbers are written as the language writes them", test_numbers_follow_the_language},
    };
    return suite_add("text", tests, COUNT_OF(tests));
}
