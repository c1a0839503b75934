#include "data/exercise.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "data/check_load.h"
#include "data/family.h"
#include "data/script_load.h"
#include "data/yaml.h"
#include "ground/text.h"

enum { MOST_POINTS = 1000, LARGEST_EXERCISE = 64 * 1024 * 1024 };

struct loading {
    struct exercise *exercise;
    uint64_t seed;
    struct check_table table;
    const struct yaml *arguments; /* the exercise's own */
    size_t room; /* bytes that the definition may still grow to, so that no template eats all memory */
};

static void scenario_free(struct scenario *scenario)
{
    free(scenario->id);
    bilingual_free(&scenario->title);
    script_free(&scenario->script);
    for (size_t i = 0; i < scenario->n_checks; i++)
        check_spec_free(&scenario->checks[i]);
    free(scenario->checks);
}

void exercise_free(struct exercise *exercise)
{
    free(exercise->id);
    free(exercise->program);
    for (char **name = exercise->also; name != NULL && *name != NULL; name++)
        free(*name);
    free(exercise->also);
    bilingual_free(&exercise->title);
    free(exercise->lecture);
    free(exercise->path);
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        scenario_free(&exercise->scenarios[i]);
    free(exercise->scenarios);
    *exercise = (struct exercise){0};
}

const char *check_parameter(const struct check_spec *check, const char *name)
{
    for (size_t i = 0; i < check->n_parameters; i++)
        if (strcmp(check->parameters[i].name, name) == 0)
            return check->parameters[i].value;
    return NULL;
}

const char *level_name(enum level level)
{
    switch (level) {
    case LEVEL_CORE: return "core";
    case LEVEL_ROBUSTNESS: return "robustness";
    }
    return NULL;
}

/* The name of a program: a file name without an extension, and nothing that leads elsewhere. */
static int read_program_name(const struct yaml *node, char **name, struct err *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (yaml_line(node, name, err) != 0)
        return -1;
    if (**name != '-' && (*name)[strspn(*name, allowed)] == '\0')
        return 0;
    AUTO_FREE char *quote = yaml_quote(node);
    return yaml_fail(node, err, _("%s can't be a program; expected: letters, digits, _ and -, without .c"), quote);
}

static int read_also(struct exercise *exercise, const struct yaml *list, struct err *err)
{
    if (yaml_expect(list, YAML_LIST, err) != 0)
        return -1;
    exercise->also = mem_alloc((list->n + 1) * sizeof *exercise->also);
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *node = list->entries[i].value;
        if (read_program_name(node, &exercise->also[i], err) != 0)
            return -1;
        bool again = strcmp(exercise->also[i], exercise->program) == 0;
        for (size_t j = 0; j < i && !again; j++)
            again = strcmp(exercise->also[i], exercise->also[j]) == 0;
        if (again)
            return yaml_fail(node, err, _("the name '%s' is accepted already"), exercise->also[i]);
    }
    return 0;
}

static int read_level(struct scenario *scenario, const struct yaml *node, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    if (yaml_is(node, level_name(LEVEL_ROBUSTNESS)))
        scenario->level = LEVEL_ROBUSTNESS;
    else if (yaml_is(node, level_name(LEVEL_CORE)))
        scenario->level = LEVEL_CORE;
    else
        return yaml_unknown(node, _("unknown level"), "core robustness", err);
    return 0;
}

static int read_heading(struct scenario *scenario, const struct yaml *node, struct err *err)
{
    const struct yaml *id = NULL, *level = NULL, *points = NULL, *title = NULL;
    long number = 0;
    if (yaml_keys(node, "id level points for title play check", err) != 0 || yaml_need(node, "id", &id, err) != 0 ||
        yaml_name(id, &scenario->id, err) != 0 || yaml_need(node, "level", &level, err) != 0 ||
        read_level(scenario, level, err) != 0 || yaml_need(node, "points", &points, err) != 0 ||
        yaml_integer(points, 0, MOST_POINTS, &number, err) != 0 || yaml_need(node, "title", &title, err) != 0)
        return -1;
    scenario->points = (int)number;
    return bilingual_load(&scenario->title, title, err);
}

static int read_body(struct loading *loading, struct scenario *scenario, const struct yaml *node, struct cast *cast,
                     struct err *err)
{
    const struct yaml *play = NULL, *check = NULL;
    const char *program = NULL;
    struct script_origin origin = {loading->exercise->id, scenario->id, loading->seed, &loading->room, loading->arguments};
    if (yaml_need(node, "play", &play, err) != 0 || yaml_need(node, "check", &check, err) != 0 ||
        script_load(&scenario->script, cast, play, &origin, err) != 0)
        return -1;
    if (cast_programs(cast, &program) == 0)
        return yaml_fail(play, err, _("no step starts the student's program; expected: start: NAME"));
    return checks_load(scenario, check, &loading->table, cast, err);
}

static int check_id_is_new(const struct exercise *exercise, const struct yaml *node, struct err *err)
{
    const char *id = exercise->scenarios[exercise->n_scenarios - 1].id;
    for (size_t i = 0; i + 1 < exercise->n_scenarios; i++)
        if (strcmp(exercise->scenarios[i].id, id) == 0)
            return yaml_fail(yaml_get(node, "id"), err, _("a scenario is called '%s' already"), id);
    return 0;
}

static int read_scenario(struct loading *loading, const struct yaml *node, struct err *err)
{
    struct exercise *exercise = loading->exercise;
    struct scenario *scenario = ARRAY_ADD(exercise->scenarios, exercise->n_scenarios);
    struct cast cast = {NULL, 0};
    int result = read_heading(scenario, node, err);
    if (result == 0)
        result = check_id_is_new(exercise, node, err);
    if (result == 0)
        result = read_body(loading, scenario, node, &cast, err);
    cast_free(&cast);
    return result;
}

static int read_scenarios(struct loading *loading, const struct yaml *root, const struct library *library, struct err *err)
{
    struct family family;
    if (family_gather(&family, root, loading->exercise->path, library, &loading->room, err) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < family.n && result == 0; i++)
        result = read_scenario(loading, family.scenarios[i], err);
    family_free(&family);
    return result;
}

/* Results, options and reports name an exercise by its id, people find it by its folder: the two must be one. */
static int check_folder(const struct exercise *exercise, const struct yaml *id, const char *dir, struct err *err)
{
    AUTO_FREE char *real = realpath(dir, NULL);
    if (real == NULL)
        return err_errno(err, BLAME_EXERCISE, "%s", dir);
    const char *folder = basename(real);
    if (strcmp(folder, exercise->id) == 0)
        return 0;
    return yaml_fail(id, err, _("the id '%s' is not the folder's name, '%s'"), exercise->id, folder);
}

static int read_exercise(struct exercise *exercise, const struct yaml *root, const char *dir, struct err *err)
{
    const struct yaml *id = NULL, *program = NULL, *title = NULL;
    if (yaml_keys(root, "id program also title lecture like arguments parameters without scenarios", err) != 0 ||
        yaml_need(root, "id", &id, err) != 0 || yaml_name(id, &exercise->id, err) != 0 ||
        check_folder(exercise, id, dir, err) != 0 || yaml_need(root, "program", &program, err) != 0 ||
        read_program_name(program, &exercise->program, err) != 0 || yaml_need(root, "title", &title, err) != 0 ||
        bilingual_load(&exercise->title, title, err) != 0)
        return -1;
    const struct yaml *also = yaml_get(root, "also"), *lecture = yaml_get(root, "lecture");
    if (also == NULL)
        exercise->also = mem_alloc(sizeof *exercise->also);
    else if (read_also(exercise, also, err) != 0)
        return -1;
    if (lecture != NULL && yaml_line(lecture, &exercise->lecture, err) != 0)
        return -1;
    return 0;
}

int exercise_load(struct exercise *exercise, const char *dir, const struct exercise_setting *setting, struct err *err)
{
    *exercise = (struct exercise){.path = mem_printf("%s/exercise.yaml", dir)};
    struct yaml_document document;
    if (yaml_read(&document, exercise->path, err) != 0) {
        exercise_free(exercise);
        return -1;
    }
    struct loading loading = {.exercise = exercise, .seed = setting->seed, .room = LARGEST_EXERCISE,
                              .arguments = yaml_get(document.root, "arguments")};
    check_table_init(&loading.table, setting->rules, setting->n_rules);
    int result = read_exercise(exercise, document.root, dir, err);
    if (result == 0)
        result = read_scenarios(&loading, document.root, setting->library, err);
    check_table_free(&loading.table);
    yaml_document_free(&document);
    if (result != 0)
        exercise_free(exercise);
    return result;
}

int exercise_load_heading(struct exercise *exercise, const char *dir, struct err *err)
{
    *exercise = (struct exercise){.path = mem_printf("%s/exercise.yaml", dir)};
    struct yaml_document document;
    int result = yaml_read(&document, exercise->path, err);
    if (result == 0) {
        result = read_exercise(exercise, document.root, dir, err);
        yaml_document_free(&document);
    }
    if (result != 0)
        exercise_free(exercise);
    return result;
}
