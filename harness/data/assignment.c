#include "data/assignment.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "data/yaml.h"
#include "ground/text.h"

enum { USUAL_SCALE = 20, LARGEST_SCALE = 1000, LARGEST_WEIGHT = 1000 };

void assignment_free(struct assignment *assignment)
{
    free(assignment->name);
    bilingual_free(&assignment->title);
    for (size_t i = 0; i < assignment->n; i++)
        free(assignment->items[i].exercise);
    free(assignment->items);
    *assignment = (struct assignment){0};
}

/* "exercises/assignments/tp1.yaml" gives "tp1"; NULL when the file is called otherwise. */
static char *name_of(const char *path)
{
    static const char extension[] = ".yaml";
    AUTO_FREE char *copy = mem_string(path);
    const char *file = basename(copy);
    size_t length = strlen(file), tail = sizeof extension - 1;
    if (length <= tail || strcmp(file + length - tail, extension) != 0)
        return NULL;
    return mem_bytes(file, length - tail);
}

static int read_scale(struct assignment *assignment, const struct yaml *root, struct err *err)
{
    const struct yaml *scale = yaml_get(root, "scale"), *levels = yaml_get(root, "levels");
    long number = USUAL_SCALE;
    if (scale != NULL && yaml_integer(scale, 1, LARGEST_SCALE, &number, err) != 0)
        return -1;
    assignment->scale = (int)number;
    assignment->robustness = assignment->scale / 5;
    assignment->core = assignment->scale - assignment->robustness;
    if (levels == NULL)
        return 0;
    const struct yaml *core = NULL, *robustness = NULL;
    long first = 0, second = 0;
    if (yaml_keys(levels, "core robustness", err) != 0 || yaml_need(levels, "core", &core, err) != 0 ||
        yaml_need(levels, "robustness", &robustness, err) != 0 || yaml_integer(core, 0, number, &first, err) != 0 ||
        yaml_integer(robustness, 0, number, &second, err) != 0)
        return -1;
    if (first + second != number)
        return yaml_fail(levels, err, _("the levels add up to %ld; expected: the scale, %ld"), first + second, number);
    assignment->core = (int)first;
    assignment->robustness = (int)second;
    return 0;
}

static int read_item(struct assignment *assignment, const struct yaml *node, struct err *err)
{
    const struct yaml *id = node, *weight = NULL;
    long number = 1;
    if (node->kind == YAML_MAP) {
        if (yaml_keys(node, "id weight", err) != 0 || yaml_need(node, "id", &id, err) != 0)
            return -1;
        weight = yaml_get(node, "weight");
    }
    struct assignment_item *item = ARRAY_ADD(assignment->items, assignment->n);
    if (yaml_name(id, &item->exercise, err) != 0 ||
        (weight != NULL && yaml_integer(weight, 1, LARGEST_WEIGHT, &number, err) != 0))
        return -1;
    item->weight = (int)number;
    for (size_t i = 0; i + 1 < assignment->n; i++)
        if (strcmp(assignment->items[i].exercise, item->exercise) == 0)
            return yaml_fail(id, err, _("the exercise '%s' is in the list already"), item->exercise);
    return 0;
}

static int read_assignment(struct assignment *assignment, const struct yaml *root, struct err *err)
{
    const struct yaml *title = NULL, *exercises = NULL;
    if (yaml_keys(root, "title scale levels exercises", err) != 0 || yaml_need(root, "title", &title, err) != 0 ||
        bilingual_load(&assignment->title, title, err) != 0 || read_scale(assignment, root, err) != 0 ||
        yaml_need(root, "exercises", &exercises, err) != 0 || yaml_expect(exercises, YAML_LIST, err) != 0)
        return -1;
    if (exercises->n == 0)
        return yaml_fail(exercises, err, _("an assignment needs at least one exercise"));
    for (size_t i = 0; i < exercises->n; i++)
        if (read_item(assignment, exercises->entries[i].value, err) != 0)
            return -1;
    return 0;
}

int assignment_load(struct assignment *assignment, const char *path, struct err *err)
{
    *assignment = (struct assignment){.name = name_of(path)};
    if (assignment->name == NULL)
        return err_set(err, BLAME_EXERCISE, _("%s: the name of an assignment's file ends in .yaml"), path);
    struct yaml_document document;
    int result = yaml_read(&document, path, err);
    if (result == 0) {
        result = read_assignment(assignment, document.root, err);
        yaml_document_free(&document);
    }
    if (result != 0)
        assignment_free(assignment);
    return result;
}
