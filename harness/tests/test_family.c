/* Families of exercises: what one takes over from another, and what is said when that goes wrong. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "data/exercise.h"
#include "tests/definitions.h"
#include "tests/suites.h"

static const struct check_rule rules[] = {
    {"exits", "0 | nonzero", "", NULL},
    {"connects-to", "PORT", "family", NULL},
};

static const char parent[] = "id: parent\n"
                             "program: client_tcp\n"
                             "title: {fr: a, en: b}\n"
                             "parameters: {server: \"127.0.0.1:5000\", family: inet, unused_below: x}\n"
                             "scenarios:\n"
                             "  - id: first-$size\n"
                             "    level: core\n"
                             "    points: 1\n"
                             "    for: {size: [3, 5]}\n"
                             "    title: {fr: \"$size octets\", en: \"$size bytes to $server\"}\n"
                             "    play:\n"
                             "      - peer: {listen: $server}\n"
                             "      - start: client\n"
                             "      - peer: accept\n"
                             "      - peer: {send: {size: $size}}\n"
                             "    check: [{connects-to: 5000, family: $family}]\n"
                             "  - id: second\n"
                             "    level: core\n"
                             "    points: 2\n"
                             "    title: {fr: $unused_below, en: b}\n"
                             "    play: [start: client]\n"
                             "    check: [{exits: nonzero}]\n";

static int load(struct exercise *exercise, const char *id, const char *body, struct err *err)
{
    *err = ERR_NONE;
    AUTO_FREE char *other = definition_write("parent/exercise.yaml", parent, sizeof parent - 1);
    AUTO_FREE char *folder = mem_bytes(other, strlen(other) - strlen("/parent/exercise.yaml"));
    AUTO_FREE char *file = mem_printf("%s/exercise.yaml", id);
    AUTO_FREE char *text = mem_printf("id: %s\nprogram: client_tcp6\ntitle: {fr: a, en: b}\n%s", id, body);
    AUTO_FREE char *path = definition_write(file, text, strlen(text));
    *strrchr(path, '/') = '\0';
    const struct library library = {folder, "/nowhere"};
    const struct exercise_setting setting = {&library, 1, rules, COUNT_OF(rules)};
    return exercise_load(exercise, path, &setting, err);
}

static void scenarios_are_taken_over(void)
{
    struct exercise e;
    struct err err;
    CU_ASSERT_EQUAL(load(&e, "child", "like: parent\nparameters: {server: \"[::1]:5000\", family: inet6}\n", &err), 0);
    CU_ASSERT_STRING_EQUAL_FATAL(err.text, "");
    CU_ASSERT_STRING_EQUAL(e.program, "client_tcp6");
    CU_ASSERT_EQUAL_FATAL(e.n_scenarios, 3);
    CU_ASSERT_STRING_EQUAL(e.scenarios[1].id, "first-5");
    CU_ASSERT_STRING_EQUAL(e.scenarios[1].title.en, "5 bytes to [::1]:5000");
    CU_ASSERT_STRING_EQUAL(check_parameter(&e.scenarios[1].checks[0], "family"), "inet6");
    CU_ASSERT_STRING_EQUAL(e.scenarios[2].title.fr, "x");
    exercise_free(&e);
}

/* A value may be made of others, and those are the nearest exercise's too. */
static void values_are_made_of_values(void)
{
    struct exercise e;
    struct err err;
    int result = load(&e, "child",
                      "like: parent\nparameters: {server: \"$host:5000\", host: \"127.0.0.2\", price: 5$$}\n"
                      "scenarios:\n  - {id: third, level: core, points: 1, title: {fr: $price, en: b},\n"
                      "     play: [p: {listen: $server}, start: c], check: [{exits: 0, of: c}]}\n",
                      &err);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    CU_ASSERT_EQUAL_FATAL(result, 0);
    CU_ASSERT_STRING_EQUAL(e.scenarios[0].title.en, "3 bytes to 127.0.0.2:5000");
    CU_ASSERT_STRING_EQUAL(e.scenarios[3].title.fr, "5$");
    AUTO_FREE char *where = address_text(&e.scenarios[3].script.steps[0].address);
    CU_ASSERT_STRING_EQUAL(where, "127.0.0.2:5000");
    exercise_free(&e);
    CU_ASSERT_EQUAL(load(&e, "child", "like: parent\nparameters: {server: \"$host:5000\", host: \"$server\"}\n", &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "there is no parameter $host"));
}

/* What the program is called with, also in the scenarios that are taken over. */
static void arguments_go_to_every_start(void)
{
    struct exercise e;
    struct err err;
    int result = load(&e, "child",
                      "like: parent\narguments: [/tmp/s, 5]\nscenarios:\n"
                      "  - {id: third, level: core, points: 1, title: {fr: a, en: b}, check: [{exits: 0, of: c}],\n"
                      "     play: [start: {c: {arguments: []}}, start: {d: {arguments: [x]}},\n"
                      "            start: {r: {program: reference/serveur_tcp}}, until: {c: listening, port: any}]}\n",
                      &err);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    CU_ASSERT_EQUAL_FATAL(result, 0);
    char **arguments = e.scenarios[0].script.steps[1].arguments;
    CU_ASSERT_FATAL(arguments != NULL && arguments[0] != NULL && arguments[1] != NULL && arguments[2] == NULL);
    CU_ASSERT_STRING_EQUAL(arguments[0], "/tmp/s");
    CU_ASSERT_STRING_EQUAL(arguments[1], "5");
    const struct step *steps = e.scenarios[3].script.steps;
    CU_ASSERT(steps[0].arguments != NULL && steps[0].arguments[0] == NULL);
    CU_ASSERT_STRING_EQUAL(steps[1].arguments[0], "x");
    CU_ASSERT_PTR_NULL(steps[2].arguments);
    CU_ASSERT_EQUAL(steps[3].port, 0);
    exercise_free(&e);
}

static void scenarios_are_left_out_replaced_and_added(void)
{
    struct exercise e;
    struct err err;
    int result = load(&e, "child",
                      "like: parent\nwithout: [\"first-[3-4]\"]\nparameters: {own: \"7\"}\nscenarios:\n"
                      "  - {id: second, level: robustness, points: 9, title: {fr: a, en: b}, play: [start: c],\n"
                      "     check: [{exits: $own}]}\n"
                      "  - {id: third-$way, level: core, points: 1, title: {fr: a, en: b}, play: [start: c],\n"
                      "     check: [{exits: $way}], for: {way: [a, $own]}}\n",
                      &err);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    CU_ASSERT_EQUAL_FATAL(result, 0);
    static const char *const ids[] = {"first-5", "second", "third-a", "third-7"};
    CU_ASSERT_EQUAL_FATAL(e.n_scenarios, COUNT_OF(ids));
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        CU_ASSERT_STRING_EQUAL(e.scenarios[i].id, ids[i]);
    CU_ASSERT(e.scenarios[1].level == LEVEL_ROBUSTNESS && e.scenarios[1].points == 9);
    CU_ASSERT_STRING_EQUAL(e.scenarios[3].checks[0].value, "7");
    exercise_free(&e);
}

static void families_have_several_generations(void)
{
    struct exercise e;
    struct err err;
    CU_ASSERT_EQUAL(load(&e, "child", "like: parent\nparameters: {family: inet6}\n", &err), 0);
    exercise_free(&e);
    CU_ASSERT_EQUAL_FATAL(load(&e, "grandchild", "like: child\nparameters: {server: \"[::]:1\"}\n", &err), 0);
    CU_ASSERT_STRING_EQUAL(e.scenarios[0].title.en, "3 bytes to [::]:1");
    CU_ASSERT_STRING_EQUAL(check_parameter(&e.scenarios[0].checks[0], "family"), "inet6");
    exercise_free(&e);
}

#define ONE_SCENARIO "scenarios: [{id: a, level: core, points: 1, title: {fr: a, en: b}, play: [start: c], check: [{exits: "

/* The body of a definition (it begins on line 4), and where and how it is refused. */
static const struct {
    const char *body, *error;
} wrong[] = {
    {"like: nobody\n", "/child/exercise.yaml:4:7: there is no exercise 'nobody' to be like"},
    {"like: ../parent\n", "/child/exercise.yaml:4:7: “../parent” can't be a name"},
    {"like: child\n", "/child/exercise.yaml:4:7: 'child' is itself like this exercise"},
    {"like: parent\nparameters: {sever: x}\n", "/child/exercise.yaml:5:14: no scenario uses the parameter “sever”; did you "
                                               "mean 'server'?"},
    {"like: parent\nparameters: {server: nowhere}\n", "/child/exercise.yaml:5:22: "},
    {"like: parent\nparameters: {server: [a]}\n", "/child/exercise.yaml:5:22: this is a list"},
    {"like: parent\nparameters: {size: 3}\n", "/parent/exercise.yaml:9:11: the exercise has a parameter “size” already"},
    {"like: parent\nparameters: {Server: x}\n", "/child/exercise.yaml:5:14: “Server” can't be a parameter"},
    {"like: parent\nwithout: [frist-3]\n", "/child/exercise.yaml:5:11: there is no scenario “frist-3”; did you mean "
                                           "'first-3'?"},
    {"like: parent\nwithout: [\"*\"]\n", "/child/exercise.yaml:5:10: an exercise needs at least one scenario"},
    {"like: parent\nscenarios: []\n", "/child/exercise.yaml:5:12: an exercise needs at least one scenario"},
    {"without: [a]\n" ONE_SCENARIO "0}]}]\n", "/child/exercise.yaml:4:10: there are no scenarios to leave out"},
    {"parameters: {way: x}\n" ONE_SCENARIO "0}]}]\n", "/child/exercise.yaml:4:14: no scenario uses the parameter $way"},
    {ONE_SCENARIO "$way}]}]\n", "/child/exercise.yaml:4:102: there is no parameter $way"},
    {"", "/child/exercise.yaml:1:1: the key 'scenarios' is missing"},
};

static void wrong_families_are_explained(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct exercise e;
        struct err err;
        CU_ASSERT_EQUAL_FATAL(load(&e, "child", wrong[i].body, &err), -1);
        CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
        bool said = strstr(err.text, wrong[i].error) != NULL;
        CU_ASSERT(said);
        if (!said)
            fprintf(stderr, "%s\nexpected: %s\nactual:   %s\n", wrong[i].body, wrong[i].error, err.text);
    }
}

static void longer_circles_are_refused(void)
{
    struct exercise e;
    struct err err;
    CU_ASSERT_EQUAL(load(&e, "circle-a", "like: circle-b\n", &err), -1);
    CU_ASSERT_EQUAL(load(&e, "circle-b", "like: circle-a\n", &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "circle-a/exercise.yaml:4:7: 'circle-b' is itself like this exercise"));
}

static void cleans_up(void)
{
    definitions_remove();
}

int suite_family(void)
{
    static const struct unit_test tests[] = {
        {"scenarios are taken over with other values", scenarios_are_taken_over},
        {"values are made of values", values_are_made_of_values},
        {"arguments go to every start", arguments_go_to_every_start},
        {"scenarios are left out, replaced and added", scenarios_are_left_out_replaced_and_added},
        {"an exercise may be like one that is like a third", families_have_several_generations},
        {"what is wrong in a family is said with its place, in the right file", wrong_families_are_explained},
        {"circles are refused", longer_circles_are_refused},
        {"nothing stays behind", cleans_up},
    };
    return suite_add("family", tests, COUNT_OF(tests));
}
