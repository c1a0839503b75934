/* Assignments: what a list of exercises becomes, and what is said of wrong ones. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "data/assignment.h"
#include "tests/definitions.h"
#include "tests/suites.h"

static int load_as(struct assignment *assignment, const char *file, const char *text, struct err *err)
{
    *err = ERR_NONE;
    AUTO_FREE char *path = definition_write(file, text, strlen(text));
    return assignment_load(assignment, path, err);
}

static void assignment_is_read(void)
{
    struct assignment a;
    struct err err;
    CU_ASSERT_EQUAL_FATAL(load_as(&a, "assignments/tp1.yaml",
                                  "title: {fr: \"TP 1\", en: \"Lab 1\"}\nscale: 10\nlevels: {core: 7, robustness: 3}\n"
                                  "exercises: [socket, {id: tcp-client, weight: 2}, {id: x}]\n",
                                  &err),
                          0);
    CU_ASSERT_STRING_EQUAL(a.name, "tp1");
    CU_ASSERT_STRING_EQUAL(a.title.fr, "TP 1");
    CU_ASSERT(a.scale == 10 && a.core == 7 && a.robustness == 3);
    CU_ASSERT_EQUAL_FATAL(a.n, 3);
    CU_ASSERT_STRING_EQUAL(a.items[0].exercise, "socket");
    CU_ASSERT_STRING_EQUAL(a.items[1].exercise, "tcp-client");
    CU_ASSERT(a.items[0].weight == 1 && a.items[1].weight == 2 && a.items[2].weight == 1);
    assignment_free(&a);
    CU_ASSERT_PTR_NULL(a.name);
}

static void scale_has_a_default(void)
{
    struct assignment a;
    struct err err;
    const char *text = "title: {fr: a, en: b}\nexercises: [x]\n";
    CU_ASSERT_EQUAL_FATAL(load_as(&a, "assignments/é.yaml", text, &err), 0);
    CU_ASSERT_STRING_EQUAL(a.name, "é");
    CU_ASSERT(a.scale == 20 && a.core == 16 && a.robustness == 4);
    assignment_free(&a);
    CU_ASSERT_EQUAL_FATAL(load_as(&a, "assignments/a.yaml", "title: {fr: a, en: b}\nscale: 7\nexercises: [x]", &err), 0);
    CU_ASSERT(a.scale == 7 && a.core == 6 && a.robustness == 1);
    assignment_free(&a);
}

static const struct {
    const char *text, *error;
} wrong[] = {
    {"", "1:1: the file is empty"},
    {"- a", "1:1: this is a list; expected: a mapping"},
    {"title: {fr: a, en: b}", "1:1: the key 'exercises' is missing"},
    {"exercises: [x]", "1:1: the key 'title' is missing"},
    {"title: {fr: a, en: b}\nexercises: []", "2:12: an assignment needs at least one exercise"},
    {"title: {fr: a, en: b}\nexercises: x", "2:12: this is a text or a number; expected: a list"},
    {"title: {fr: a, en: b}\nexercises: [x, y, x]", "2:19: the exercise 'x' is in the list already"},
    {"title: {fr: a, en: b}\nexercises: [../x]", "2:13: “../x” can't be a name"},
    {"title: {fr: a, en: b}\nexercises: [{id: x, weight: 0}]", "2:29: “0” is not right here; expected: an integer from 1"},
    {"title: {fr: a, en: b}\nexercises: [{id: x, wieght: 1}]", "2:21: unknown key “wieght”; did you mean 'weight'?"},
    {"title: {fr: a, en: b}\nexercises: [{weight: 1}]", "2:13: the key 'id' is missing"},
    {"title: {fr: a, en: b}\nscale: 0\nexercises: [x]", "2:8: “0” is not right here; expected: an integer from 1"},
    {"title: {fr: a, en: b}\nlevels: {core: 15, robustness: 4}\nexercises: [x]",
     "2:9: the levels add up to 19; expected: the scale, 20"},
    {"title: {fr: a, en: b}\nlevels: {core: 20}\nexercises: [x]", "2:9: the key 'robustness' is missing"},
    {"title: {fr: a, en: b}\nlevels: {core: 21, robustness: -1}\nexercises: [x]", "2:16: “21” is not right here"},
    {"title: {fr: a, en: b}\nname: tp1\nexercises: [x]", "2:1: unknown key “name”; expected: title, scale, levels, exercises"},
};

static void wrong_assignments_are_explained(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct assignment a;
        struct err err;
        CU_ASSERT_EQUAL_FATAL(load_as(&a, "assignments/w.yaml", wrong[i].text, &err), -1);
        CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
        CU_ASSERT_PTR_NULL(a.name);
        const char *place = strstr(err.text, "/assignments/w.yaml:");
        CU_ASSERT_PTR_NOT_NULL_FATAL(place);
        place += strlen("/assignments/w.yaml:");
        int differs = strncmp(place, wrong[i].error, strlen(wrong[i].error));
        CU_ASSERT_EQUAL(differs, 0);
        if (differs != 0)
            fprintf(stderr, "%s\nexpected: %s\nactual:   %s\n", wrong[i].text, wrong[i].error, place);
    }
}

static void file_must_be_yaml(void)
{
    struct assignment a;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(assignment_load(&a, "/nowhere/tp1.yml", &err), -1);
    CU_ASSERT_STRING_EQUAL(err.text, "/nowhere/tp1.yml: the name of an assignment's file ends in .yaml");
    CU_ASSERT_EQUAL(assignment_load(&a, "/nowhere/.yaml", &err), -1);
    CU_ASSERT_EQUAL(assignment_load(&a, "/nowhere/tp1.yaml", &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
}

static void schema_knows_every_key(void)
{
    json_t *schema = schema_read("assignment.schema.json");
    CU_ASSERT(schema_same_words("title scale levels exercises", json_object_get(schema, "properties")));
    json_decref(schema);
}

static void cleans_up(void)
{
    definitions_remove();
}

int suite_assignment(void)
{
    static const struct unit_test tests[] = {
        {"an assignment is read", assignment_is_read},
        {"scale and levels have defaults", scale_has_a_default},
        {"what is wrong in an assignment is said with its place", wrong_assignments_are_explained},
        {"the file's name ends in .yaml", file_must_be_yaml},
        {"the schema knows every key", schema_knows_every_key},
        {"nothing stays behind", cleans_up},
    };
    return suite_add("assignment", tests, COUNT_OF(tests));
}
