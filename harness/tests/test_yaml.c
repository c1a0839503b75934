/* What definitions are read with: the tree, its places, and what it refuses. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "data/words.h"
#include "data/yaml.h"
#include "ground/buf.h"
#include "tests/suites.h"

static int parse(struct yaml_document *document, const char *text, struct err *err)
{
    *err = ERR_NONE;
    return yaml_parse(document, "f.yaml", text, strlen(text), err);
}

static void refused(const char *text, size_t size, const char *expected)
{
    struct yaml_document document;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(yaml_parse(&document, "f.yaml", text, size, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
    CU_ASSERT_EQUAL(strncmp(err.text, expected, strlen(expected)), 0);
    if (strncmp(err.text, expected, strlen(expected)) != 0)
        fprintf(stderr, "expected: %s\nactual:   %s\n", expected, err.text);
}

#define REFUSED(text, expected) refused(text, sizeof(text) - 1, expected)

static void tree_knows_its_places(void)
{
    struct yaml_document document;
    struct err err;
    CU_ASSERT_EQUAL_FATAL(parse(&document, "# comment\na: [1, \"é\"]\nb:\n  - {c: 'x'}\nd:\n", &err), 0);
    const struct yaml *root = document.root;
    CU_ASSERT_EQUAL_FATAL(root->kind, YAML_MAP);
    CU_ASSERT_EQUAL_FATAL(root->n, 3);
    const struct yaml *a = yaml_get(root, "a");
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    CU_ASSERT_EQUAL(a->kind, YAML_LIST);
    CU_ASSERT_EQUAL(a->line, 2);
    CU_ASSERT_EQUAL(a->column, 4);
    CU_ASSERT_STRING_EQUAL(a->entries[1].value->text, "é");
    CU_ASSERT_EQUAL(a->entries[1].value->column, 8);
    CU_ASSERT_FALSE(a->entries[1].value->plain);
    const struct yaml *c = yaml_get(yaml_get(root, "b")->entries[0].value, "c");
    CU_ASSERT_EQUAL(c->line, 4);
    CU_ASSERT_EQUAL(c->column, 9);
    const struct yaml *d = yaml_get(root, "d");
    CU_ASSERT(yaml_is_null(d));
    CU_ASSERT_EQUAL(d->line, 5);
    CU_ASSERT_PTR_NULL(yaml_get(root, "e"));
    yaml_document_free(&document);
}

static void bytes_survive(void)
{
    struct yaml_document document;
    struct err err;
    char *bytes = NULL;
    size_t size = 0;
    CU_ASSERT_EQUAL_FATAL(parse(&document, "\"a\\0b\\n\"", &err), 0);
    CU_ASSERT_EQUAL_FATAL(yaml_bytes(document.root, &bytes, &size, &err), 0);
    CU_ASSERT_EQUAL_FATAL(size, 4);
    CU_ASSERT_EQUAL(memcmp(bytes, "a\0b\n", 5), 0);
    auto_free(&bytes);
    CU_ASSERT_EQUAL(yaml_text(document.root, &bytes, &err), -1);
    CU_ASSERT_STRING_EQUAL(err.text, "f.yaml:1:1: a NUL byte can't stand here");
    yaml_document_free(&document);
}

static void broken_text_is_refused(void)
{
    REFUSED("", "f.yaml:1:1: the file is empty");
    REFUSED("# nothing\n", "f.yaml:1:1: the file is empty");
    REFUSED("a: [1,\nb: 2\n", "f.yaml:2:1: this is not YAML: ");
    REFUSED("a: \"x\n", "f.yaml:1:5: this is not YAML: ");
    REFUSED("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here");
    REFUSED("a: \xff\n", "f.yaml:1:4: the byte 0xff is not UTF-8");
    REFUSED("é: 1\nab: \xc3(\n", "f.yaml:2:5: the byte 0xc3 is not UTF-8");
    REFUSED("a: b\0c\n", "f.yaml:1:5: the control character U+0000");
    REFUSED("a: b\x1b[0m\n", "f.yaml:1:5: the control character U+001B");
    REFUSED("\xff\xfe" "a\0:\0", "f.yaml:1:1: the byte 0xff is not UTF-8");
}

static void clever_yaml_is_refused(void)
{
    REFUSED("a: &x 1\n", "f.yaml:1:7: anchors (&name) are not read here");
    REFUSED("a: *x\n", "f.yaml:1:5: aliases (*name) are not read here");
    REFUSED("a: !!int 1\n", "f.yaml:1:10: tags (!name) are not read here");
    REFUSED("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key “a” is here for the second time (the first is on line 1)");
    REFUSED("? [a]\n: b\n", "f.yaml:1:3: a key must be a plain word");
    REFUSED("\"a\\0\": b\n", "f.yaml:1:1: a key must be a plain word");
}

static void deep_and_wide_files_are_refused(void)
{
    AUTO_BUF text = BUF_EMPTY;
    for (int i = 0; i < 200000; i++)
        buf_char(&text, '[');
    refused(buf_text(&text), text.len, "f.yaml:1:33: this is nested too deeply");
    text.len = 0;
    for (int i = 0; i < 40000; i++)
        buf_printf(&text, "k%d: 1\n", i);
    refused(buf_text(&text), text.len, "f.yaml:129:1: more than 128 keys in one mapping");
}

static void integer(const char *text, long least, long most, int expected, long value)
{
    struct yaml_document document;
    struct err err;
    long number = 0;
    CU_ASSERT_EQUAL_FATAL(parse(&document, text, &err), 0);
    CU_ASSERT_EQUAL(yaml_integer(document.root, least, most, &number, &err), expected);
    if (expected == 0)
        CU_ASSERT_EQUAL(number, value);
    yaml_document_free(&document);
}

static void numbers_are_consumed_whole(void)
{
    integer("14", 0, 100, 0, 14);
    integer("\"14\"", 0, 100, 0, 14);
    integer("0", 0, 100, 0, 0);
    integer("-3", -5, 100, 0, -3);
    static const char *const wrong[] = {"101", "-1", "14x", "1 4", "1.5", "0x10", "010", "1e2", "+1", "''", "-", "~", "[1]",
                                        "99999999999999999999999", "\"1\\0\"", "١"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        integer(wrong[i], 0, 100, -1, 0);
}

static void booleans_are_two_words(void)
{
    struct yaml_document document;
    struct err err;
    bool value = false;
    CU_ASSERT_EQUAL_FATAL(parse(&document, "[true, false, yes]", &err), 0);
    CU_ASSERT_EQUAL(yaml_boolean(document.root->entries[0].value, &value, &err), 0);
    CU_ASSERT(value);
    CU_ASSERT_EQUAL(yaml_boolean(document.root->entries[1].value, &value, &err), 0);
    CU_ASSERT_FALSE(value);
    CU_ASSERT_EQUAL(yaml_boolean(document.root->entries[2].value, &value, &err), -1);
    CU_ASSERT_STRING_EQUAL(err.text, "f.yaml:1:15: “yes” is not right here; expected: true or false");
    yaml_document_free(&document);
}

static void advice_names_the_nearest_word(void)
{
    static const struct {
        const char *word, *advice;
    } cases[] = {
        {"strat", "did you mean 'start'?"},      {"starts", "did you mean 'start'?"},
        {"realese", "did you mean 'release'?"}, {"quux", "expected: start, until, release"},
        {"", "expected: start, until, release"}, {"s", "expected: start, until, release"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        AUTO_FREE char *advice = words_advice("start until release ", cases[i].word);
        CU_ASSERT_STRING_EQUAL(advice, cases[i].advice);
    }
    CU_ASSERT(words_have("a bc d", "bc"));
    CU_ASSERT_FALSE(words_have("a bc d", "b"));
    CU_ASSERT_FALSE(words_have("a bc d", ""));
    CU_ASSERT_FALSE(words_have("", "a"));
}

int suite_yaml(void)
{
    static const struct unit_test tests[] = {
        {"every node knows its line and column", tree_knows_its_places},
        {"escaped bytes survive, NULs too", bytes_survive},
        {"text that is no YAML is refused with its place", broken_text_is_refused},
        {"anchors, aliases, tags and doubled keys are refused", clever_yaml_is_refused},
        {"depth and width are limited", deep_and_wide_files_are_refused},
        {"a number is one wholly or not at all", numbers_are_consumed_whole},
        {"booleans are true and false", booleans_are_two_words},
        {"advice names the nearest word, or all", advice_names_the_nearest_word},
    };
    return suite_add("yaml", tests, COUNT_OF(tests));
}
