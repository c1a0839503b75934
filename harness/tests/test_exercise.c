/* Exercises: what a definition becomes, and what is said of wrong ones. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "data/exercise.h"
#include "data/script_load.h"
#include "ground/buf.h"
#include "tests/definitions.h"
#include "tests/suites.h"

static bool is_status(const char *value)
{
    return strcmp(value, "0") == 0 || strcmp(value, "nonzero") == 0;
}

static const struct check_rule rules[] = {
    {"exits", "0 | nonzero", "", is_status},
    {"prints-count", "sent | received", "value unit", NULL},
    {"prints-text", CHECK_PEER, "", NULL},
    {"calls-in-order", "calls", "", NULL},
    {"value", "a number", "", NULL},
};

static int load(struct exercise *exercise, const char *text, size_t size, uint64_t seed, struct err *err)
{
    *err = ERR_NONE;
    AUTO_FREE char *path = definition_write("sample/exercise.yaml", text, size);
    *strrchr(path, '/') = '\0';
    const struct library library = {NULL, path};
    const struct exercise_setting setting = {&library, seed, rules, COUNT_OF(rules)};
    return exercise_load(exercise, path, &setting, err);
}

static const char sample[] =
    "id: sample\n"
    "program: client_tcp\n"
    "also: [ExClientTCP, tcp_client]\n"
    "title: {fr: \"Client TCP\", en: \"TCP client\"}\n"
    "lecture: \"II.4.a, étape 3\"\n"
    "scenarios:\n"
    "  - id: reply-$size-${by}\n"
    "    level: core\n"
    "    points: 2\n"
    "    for: {size: [3, 255], by: [one, two, three]}\n"
    "    title: {fr: \"Une réponse de $size octets\", en: \"A reply of $size bytes, $$\"}\n"
    "    play:\n"
    "      - server-$by: {listen: \"0.0.0.0:5000\"}\n"
    "      - start: client\n"
    "      - server-$by: {send: {size: $size}}\n"
    "    check:\n"
    "      - {exits: 0}\n"
    "      - {prints-count: sent, of: client, value: 14}\n"
    "      - {prints-count: received, value: $size, unit: [a, b]}\n"
    "      - {prints-text: server-$by, id: text}\n"
    "      - {calls-in-order: [socket, connect], by: client}\n"
    "  - id: two-programs\n"
    "    level: robustness\n"
    "    points: 0\n"
    "    title: {fr: a, en: b}\n"
    "    play: [start: first, start: second]\n"
    "    check: [{exits: nonzero, of: second}]\n";

static void definition_is_read(void)
{
    struct exercise e;
    struct err err;
    CU_ASSERT_EQUAL(load(&e, sample, sizeof sample - 1, 1, &err), 0);
    CU_ASSERT_STRING_EQUAL_FATAL(err.text, "");
    CU_ASSERT_STRING_EQUAL(e.id, "sample");
    CU_ASSERT_STRING_EQUAL(e.program, "client_tcp");
    CU_ASSERT_STRING_EQUAL(e.also[0], "ExClientTCP");
    CU_ASSERT_STRING_EQUAL(e.also[1], "tcp_client");
    CU_ASSERT_PTR_NULL(e.also[2]);
    CU_ASSERT_STRING_EQUAL(e.title.fr, "Client TCP");
    CU_ASSERT_STRING_EQUAL(bilingual_text(&e.title), "TCP client");
    CU_ASSERT_STRING_EQUAL(e.lecture, "II.4.a, étape 3");
    CU_ASSERT_PTR_NOT_NULL(strstr(e.path, "/sample/exercise.yaml"));
    CU_ASSERT_EQUAL_FATAL(e.n_scenarios, 7);
    static const char *const ids[] = {"reply-3-one",   "reply-3-two",     "reply-3-three", "reply-255-one",
                                      "reply-255-two", "reply-255-three", "two-programs"};
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        CU_ASSERT_STRING_EQUAL(e.scenarios[i].id, ids[i]);
    const struct scenario *s = &e.scenarios[4];
    CU_ASSERT(s->level == LEVEL_CORE && s->points == 2);
    CU_ASSERT_STRING_EQUAL(s->title.fr, "Une réponse de 255 octets");
    CU_ASSERT_STRING_EQUAL(s->title.en, "A reply of 255 bytes, $");
    CU_ASSERT_EQUAL(s->script.n, 3);
    CU_ASSERT_STRING_EQUAL(s->script.steps[0].actor, "server-two");
    CU_ASSERT_EQUAL(s->script.steps[2].size, 255);
    CU_ASSERT(e.scenarios[6].level == LEVEL_ROBUSTNESS && e.scenarios[6].points == 0);
    exercise_free(&e);
    CU_ASSERT_PTR_NULL(e.scenarios);
}

static void checks_are_read(void)
{
    struct exercise e;
    struct err err;
    CU_ASSERT_EQUAL_FATAL(load(&e, sample, sizeof sample - 1, 1, &err), 0);
    const struct check_spec *c = e.scenarios[3].checks;
    CU_ASSERT_EQUAL_FATAL(e.scenarios[3].n_checks, 5);
    CU_ASSERT_STRING_EQUAL(c[0].name, "exits");
    CU_ASSERT_STRING_EQUAL(c[0].value, "0");
    CU_ASSERT_STRING_EQUAL(c[0].of, "client");
    CU_ASSERT_STRING_EQUAL(c[0].id, "exits");
    CU_ASSERT_EQUAL(c[0].line, 17);
    CU_ASSERT_STRING_EQUAL(c[1].name, "prints-count");
    CU_ASSERT_STRING_EQUAL(check_parameter(&c[1], "value"), "14");
    CU_ASSERT_PTR_NULL(check_parameter(&c[1], "of"));
    CU_ASSERT_STRING_EQUAL(c[2].id, "prints-count-2");
    CU_ASSERT_STRING_EQUAL(check_parameter(&c[2], "value"), "255");
    CU_ASSERT_STRING_EQUAL(check_parameter(&c[2], "unit"), "a b");
    CU_ASSERT_STRING_EQUAL(c[3].id, "text");
    CU_ASSERT_STRING_EQUAL(c[3].value, "server-one");
    CU_ASSERT_STRING_EQUAL(c[4].value, "socket connect");
    CU_ASSERT_STRING_EQUAL(c[4].of, "client");
    CU_ASSERT_STRING_EQUAL(e.scenarios[6].checks[0].of, "second");
    exercise_free(&e);
}

static void messages_depend_on_the_seed(void)
{
    struct exercise one, again, other;
    struct err err;
    CU_ASSERT_EQUAL_FATAL(load(&one, sample, sizeof sample - 1, 1, &err), 0);
    CU_ASSERT_EQUAL_FATAL(load(&again, sample, sizeof sample - 1, 1, &err), 0);
    CU_ASSERT_EQUAL_FATAL(load(&other, sample, sizeof sample - 1, 2, &err), 0);
    const char *letters = one.scenarios[3].script.steps[2].bytes;
    CU_ASSERT_STRING_EQUAL(letters, again.scenarios[3].script.steps[2].bytes);
    CU_ASSERT_STRING_NOT_EQUAL(letters, other.scenarios[3].script.steps[2].bytes);
    /* Nor on the scenario: equal scripts are played once for all their scenarios. */
    CU_ASSERT_EQUAL(letters[0], one.scenarios[4].script.steps[2].bytes[0]);
    exercise_free(&one);
    exercise_free(&again);
    exercise_free(&other);
}

/* Each replaces one line of the sample (from 1; 0: nothing) and expects an error at "LINE:COLUMN: …". */
static const struct {
    int line;
    const char *text, *error;
} wrong[] = {
    {1, "id: other", "1:5: the id 'other' is not the folder's name, 'sample'"},
    {1, "id: Sample", "1:5: “Sample” can't be a name"},
    {1, "", "2:1: the key 'id' is missing"},
    {2, "program: ../client", "2:10: “../client” can't be a program"},
    {2, "program: client.c", "2:10: “client.c” can't be a program"},
    {2, "program: -rf", "2:10: “-rf” can't be a program"},
    {2, "program: [a]", "2:10: this is a list; expected: a text or a number"},
    {2, "program:", "2:1: nothing is written here"},
    {2, "programm: x", "2:1: unknown key “programm”; did you mean 'program'?"},
    {3, "also: [x, x]", "3:11: the name 'x' is accepted already"},
    {3, "also: [client_tcp]", "3:8: the name 'client_tcp' is accepted already"},
    {3, "also: x", "3:7: this is a text or a number; expected: a list"},
    {4, "title: Client", "4:8: this is a text or a number; expected: a mapping"},
    {4, "title: {fr: x}", "4:8: the key 'en' is missing"},
    {4, "title: {fr: x, en: ''}", "4:20: an empty text can't stand here"},
    {4, "title: {fr: x, en: ~}", "4:20: nothing is written here"},
    {4, "title: {fr: x, en: \"a\\nb\"}", "4:20: only one line"},
    {4, "title: {fr: x, en: y, de: z}", "4:23: unknown key “de”; expected: fr, en"},
    {4, "id: sample", "4:1: the key “id” is here for the second time (the first is on line 1)"},
    {7, "  - id: reply-$size", "7:9: several scenarios get the same id; mention $by in the id"},
    {7, "  - id: reply$size$by$", "7:9: a dollar must be followed by a parameter's name"},
    {22, "  - id: reply-3-one", "22:9: a scenario is called 'reply-3-one' already"},
    {8, "    level: cor", "8:12: unknown level “cor”; did you mean 'core'?"},
    {8, "", "7:5: the key 'level' is missing"},
    {9, "    points: -1", "9:13: “-1” is not right here; expected: an integer from 0 to 1000"},
    {9, "    points: 2.5", "9:13: “2.5” is not right here"},
    {10, "    for: {size: [3], by: [one], way: [x]}", "10:10: nothing in the scenario uses $way"},
    {10, "    for: {size: [3]}", "7:9: there is no parameter $by; expected: $size, $$ for a dollar"},
    {10, "    for: {size: 3, by: [one]}", "10:17: this is a text or a number; expected: a list"},
    {10, "    for: {size: [], by: [one]}", "10:17: the parameter “size” has no value"},
    {10, "    for: {size: [[3]], by: [one]}", "10:18: this is a list; expected: a text or a number"},
    {10, "    for: {i: [3], by: [one]}", "10:11: a parameter can't be called i"},
    {10, "    for: {Size: [3], by: [one]}", "10:11: “Size” can't be a parameter"},
    {10, "    for: {size: [3, 3], by: [one]}", "7:9: a scenario is called 'reply-3-one' already"},
    {10, "    for: {size: [3, x], by: [one]}", "15:35: “x” is not right here"},
    {12, "    plai:", "12:5: unknown key “plai”; did you mean 'play'?"},
    {13, "      - server: {listen: \"0.0.0.0:5000\"}", "15:9: the peer 'server-one' has not begun"},
    {14, "      - start: {client: {program: reference/x}}", "13:7: no step starts the student's program"},
    {17, "      - {exits: 3}", "17:17: the value “3” does not suit the check 'exits'; expected: 0 | nonzero"},
    {17, "      - {exits: }", "17:10: the check 'exits' needs a value here; expected: 0 | nonzero"},
    {17, "      - {exit: 0}", "17:10: unknown check “exit”; did you mean 'exits'?"},
    {17, "      - {quux: 0}", "17:10: unknown check “quux”; expected: exits, prints-count, "},
    {17, "      - {of: client}", "17:9: the check itself is missing here"},
    {17, "      - exits", "17:9: this is a text or a number; expected: a mapping"},
    {17, "      - {exits: 0, calls-in-order: [a]}", "17:20: two checks in one entry: 'exits' and 'calls-in-order'"},
    {17, "      - {exits: 0, unit: 3}", "17:20: the check 'exits' has no parameter “unit”; expected: id, of, by, when, unless"},
    {17, "      - {exits: 0, of: clent}", "17:24: nobody here is called “clent”; did you mean 'client'?"},
    {17, "      - {exits: 0, of: client, by: client}", "17:36: 'of' and 'by' mean the same"},
    {17, "      - {exits: 0, when: lisen}", "17:26: 'when' is followed by a call, and there is none called “lisen”; did you "
                                            "mean 'listen'?"},
    {17, "      - {exits: 0, id: ../x}", "17:24: “../x” can't be a name"},
    {20, "      - {prints-text: client}", "20:23: 'client' is a program; the check 'prints-text' is about a scripted peer"},
    {20, "      - {prints-text: nobody}", "20:23: nobody here is called “nobody”"},
    {21, "      - {prints-count: sent, value: {a: b}}", "21:37: this is a mapping"},
    {23, "    level: [core]", "23:12: this is a list"},
    {26, "    play: {}", "26:11: this is a mapping (key: value); expected: a list"},
    {27, "    check: []", "27:12: a scenario without a check shows nothing"},
    {27, "", "22:5: the key 'check' is missing"},
    {27, "    check: [{exits: 0}]", "27:13: several programs take part; say with `of: NAME`"},
};

static char *replace_line(const char *text, int line, const char *with)
{
    for (; line > 1; line--)
        text = strchr(text, '\n') + 1;
    AUTO_BUF out = BUF_EMPTY;
    buf_string(&out, with);
    buf_string(&out, strchr(text, '\n'));
    return buf_steal(&out);
}

static void wrong_definitions_are_explained(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        AUTO_FREE char *tail = replace_line(sample, wrong[i].line, wrong[i].text);
        const char *start = sample;
        for (int line = 1; line < wrong[i].line; line++)
            start = strchr(start, '\n') + 1;
        AUTO_FREE char *text = mem_printf("%.*s%s", (int)(start - sample), sample, tail);
        struct exercise e;
        struct err err;
        if (load(&e, text, strlen(text), 1, &err) == 0)
            fprintf(stderr, "taken, though wrong, line %d: %s\n", wrong[i].line, wrong[i].text);
        CU_ASSERT_EQUAL_FATAL(err.blame, BLAME_EXERCISE);
        CU_ASSERT_PTR_NULL(e.id);
        const char *place = strstr(err.text, "/sample/exercise.yaml:");
        CU_ASSERT_PTR_NOT_NULL_FATAL(place);
        place += strlen("/sample/exercise.yaml:");
        int differs = strncmp(place, wrong[i].error, strlen(wrong[i].error));
        CU_ASSERT_EQUAL(differs, 0);
        if (differs != 0)
            fprintf(stderr, "line %d: %s\nexpected: %s\nactual:   %s\n", wrong[i].line, wrong[i].text, wrong[i].error, place);
    }
}

static void missing_definition_is_an_error(void)
{
    struct exercise e;
    struct err err = ERR_NONE;
    AUTO_FREE char *path = definition_write("sample/other.yaml", "", 0);
    *strrchr(path, '/') = '\0';
    *strrchr(path, '/') = '\0';
    const struct library library = {NULL, path};
    const struct exercise_setting setting = {&library, 1, rules, COUNT_OF(rules)};
    CU_ASSERT_EQUAL(exercise_load(&e, path, &setting, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "exercise.yaml"));
    CU_ASSERT_PTR_NULL(e.path);
}

static void huge_templates_are_refused(void)
{
    AUTO_BUF text = BUF_EMPTY;
    buf_string(&text, "id: sample\nprogram: p\ntitle: {fr: a, en: b}\nscenarios:\n"
                      "  - {id: a$a$b$c, level: core, points: 1, title: {fr: a, en: b}, check: [{exits: 0}],\n"
                      "     play: [start: a$a$b$c], for: {");
    for (int name = 'a'; name <= 'c'; name++) {
        buf_printf(&text, "%c: [", name);
        for (int i = 0; i < 50; i++)
            buf_printf(&text, "x%d, ", i);
        buf_string(&text, "], ");
    }
    buf_string(&text, "}}\n");
    struct exercise e;
    struct err err;
    CU_ASSERT_EQUAL(load(&e, buf_text(&text), text.len, 1, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "exercise.yaml:6:35: these are more than 1000 scenarios"));
}

/* Whatever happens to a definition's bytes, it is read or it is refused with a place. */
static void damaged_definitions_do_no_harm(void)
{
    static const char damage[] = {'{', '[', '"', ':', '$', '\n', '\0', (char)0xc3, '*', '-'};
    size_t size = sizeof sample - 1;
    for (size_t i = 0; i < size; i++) {
        AUTO_FREE char *copy = mem_bytes(sample, size);
        copy[i] = damage[i % sizeof damage];
        size_t length = i % 3 == 0 ? i : size;
        struct exercise e;
        struct err err;
        int result = load(&e, copy, length, 1, &err);
        CU_ASSERT((result == 0) == (err.blame == BLAME_NONE));
        CU_ASSERT(result == 0 || (err.blame == BLAME_EXERCISE && strstr(err.text, "/sample/exercise.yaml:") != NULL));
        if (result == 0)
            exercise_free(&e);
    }
}

#define STEP(name, word, argument, help) {word, STEP_##name},
static const struct {
    const char *word;
    enum step_kind kind;
} step_table[] = {
#include "data/steps.def"
};
#undef STEP

static void schema_knows_every_word(void)
{
    json_t *schema = schema_read("exercise.schema.json");
    json_t *definitions = json_object_get(schema, "definitions");
    AUTO_BUF steps = BUF_EMPTY;
    AUTO_BUF actions = BUF_EMPTY;
    for (size_t i = 0; i < COUNT_OF(step_table); i++)
        buf_printf(step_table[i].kind < STEP_PEER_LISTEN ? &steps : &actions, "%s ", step_table[i].word);
    buf_string(&steps, "repeat");
    const json_t *step = json_array_get(json_object_get(json_object_get(definitions, "step"), "anyOf"), 1);
    const json_t *action = json_array_get(json_object_get(json_object_get(definitions, "action"), "anyOf"), 1);
    CU_ASSERT(schema_same_words(buf_text(&steps), json_object_get(step, "properties")));
    CU_ASSERT(schema_same_words(buf_text(&actions), json_object_get(action, "properties")));
#define ROLE(name, word) word " "
    static const char roles[] =
#include "data/roles.def"
        "";
#undef ROLE
#define CONDITION(name, word, help) word " "
    static const char conditions[] =
#include "data/conditions.def"
        "";
#undef CONDITION
    const json_t *condition = json_array_get(json_object_get(json_object_get(definitions, "condition"), "anyOf"), 0);
    CU_ASSERT(schema_same_words(roles, json_object_get(json_object_get(definitions, "role"), "enum")));
    CU_ASSERT(schema_same_words(conditions, json_object_get(condition, "enum")));
    CU_ASSERT(schema_same_words("id program also title lecture like arguments parameters without scenarios",
                                json_object_get(schema, "properties")));
    const json_t *scenario = json_object_get(json_object_get(definitions, "scenario"), "properties");
    CU_ASSERT(schema_same_words("id level points for title play check", scenario));
    json_decref(schema);
}

static void cleans_up(void)
{
    definitions_remove();
}

int suite_exercise(void)
{
    static const struct unit_test tests[] = {
        {"a definition is read, its templates expanded", definition_is_read},
        {"checks know their actor, value, id and parameters", checks_are_read},
        {"messages depend on seed and scenario", messages_depend_on_the_seed},
        {"what is wrong in a definition is said with its place", wrong_definitions_are_explained},
        {"a definition that is not there is an error", missing_definition_is_an_error},
        {"a template can't make scenarios without end", huge_templates_are_refused},
        {"a damaged definition is read or refused", damaged_definitions_do_no_harm},
        {"the schema knows every word of the tables", schema_knows_every_word},
        {"nothing stays behind", cleans_up},
    };
    return suite_add("exercise", tests, COUNT_OF(tests));
}
