#include "data/family.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/template.h"
#include "data/words.h"
#include "ground/buf.h"
#include "ground/text.h"

static const char scenario_keys[] = "id level points for title play check";

/* One definition of the line from an exercise up to the one that is like no other. */
struct generation {
    const struct yaml *root;
    char *path; /* real, to know it again; owned */
};

struct gathering {
    struct family *family;
    struct generation line[FAMILY_DEEPEST + 1]; /* 0: the exercise itself */
    size_t n;
    struct template_values values; /* of all generations, the nearest one's where several give one */
    size_t *room;
};

/* Reads the exercise that the last generation is like, as the next one. */
static int climb(struct gathering *g, const struct yaml *like, const struct library *library, struct err *err)
{
    AUTO_FREE char *id = NULL;
    if (yaml_name(like, &id, err) != 0)
        return -1;
    AUTO_FREE char *folder = library_exercise(library, id);
    AUTO_FREE char *path = mem_printf("%s/exercise.yaml", folder);
    if (access(path, F_OK) != 0)
        return yaml_fail(like, err, _("there is no exercise '%s' to be like"), id);
    AUTO_FREE char *real = realpath(path, NULL);
    if (real == NULL)
        return err_errno(err, BLAME_EXERCISE, "%s", path);
    for (size_t i = 0; i < g->n; i++)
        if (strcmp(g->line[i].path, real) == 0)
            return yaml_fail(like, err, _("'%s' is itself like this exercise: one of them must have scenarios of its own"),
                             id);
    if (g->n > FAMILY_DEEPEST)
        return yaml_fail(like, err, _("more than %d exercises are like one another here"), FAMILY_DEEPEST);
    struct yaml_document *document = &g->family->documents[g->family->n_documents];
    if (yaml_read(document, path, err) != 0)
        return -1;
    g->family->n_documents++;
    g->line[g->n++] = (struct generation){document->root, STEAL(real)};
    return yaml_expect(document->root, YAML_MAP, err);
}

static int climb_all(struct gathering *g, const struct library *library, struct err *err)
{
    const struct yaml *like = NULL;
    while ((like = yaml_get(g->line[g->n - 1].root, "like")) != NULL)
        if (climb(g, like, library, err) != 0)
            return -1;
    return 0;
}

static int collect_values(struct gathering *g, struct err *err)
{
    for (size_t i = 0; i < g->n; i++) {
        const struct yaml *parameters = yaml_get(g->line[i].root, "parameters");
        if (parameters != NULL && template_values_add(&g->values, parameters, err) != 0)
            return -1;
    }
    return 0;
}

static const char *id_of(const struct yaml *scenario)
{
    const struct yaml *id = yaml_get(scenario, "id");
    return id != NULL && id->kind == YAML_SCALAR ? id->text : "";
}

/* Takes out what one entry of `without` names; the ids are those that the templates gave. */
static int leave_out(struct family *family, const struct yaml *entry, struct err *err)
{
    AUTO_FREE char *pattern = NULL;
    if (yaml_line(entry, &pattern, err) != 0)
        return -1;
    size_t kept = 0;
    AUTO_BUF ids = BUF_EMPTY;
    for (size_t i = 0; i < family->n; i++) {
        buf_printf(&ids, "%s ", id_of(family->scenarios[i]));
        if (fnmatch(pattern, id_of(family->scenarios[i]), 0) == 0)
            yaml_free(family->scenarios[i]);
        else
            family->scenarios[kept++] = family->scenarios[i];
    }
    bool found = kept < family->n;
    family->n = kept;
    return found ? 0 : yaml_unknown(entry, _("there is no scenario"), buf_text(&ids), err);
}

static int leave_all_out(struct gathering *g, const struct generation *generation, struct err *err)
{
    const struct yaml *without = yaml_get(generation->root, "without");
    if (without == NULL)
        return 0;
    if (yaml_get(generation->root, "like") == NULL)
        return yaml_fail(without, err, _("there are no scenarios to leave out: the exercise is not like another"));
    if (yaml_expect(without, YAML_LIST, err) != 0)
        return -1;
    for (size_t i = 0; i < without->n; i++)
        if (leave_out(g->family, without->entries[i].value, err) != 0)
            return -1;
    return 0;
}

/* TAKEN: how many scenarios come from the generations before; one of them that has the same id gives way. */
static void place(struct family *family, struct yaml *scenario, size_t taken)
{
    for (size_t i = 0; i < taken; i++)
        if (strcmp(id_of(family->scenarios[i]), id_of(scenario)) == 0) {
            yaml_free(family->scenarios[i]);
            family->scenarios[i] = scenario;
            return;
        }
    *ARRAY_ADD(family->scenarios, family->n) = scenario;
}

static int add_scenarios(struct gathering *g, const struct generation *generation, struct err *err)
{
    const struct yaml *list = NULL;
    size_t taken = g->family->n;
    if (yaml_get(generation->root, "like") != NULL && yaml_get(generation->root, "scenarios") == NULL)
        return 0;
    if (yaml_need(generation->root, "scenarios", &list, err) != 0 || yaml_expect(list, YAML_LIST, err) != 0)
        return -1;
    if (list->n == 0)
        return yaml_fail(list, err, _("an exercise needs at least one scenario"));
    for (size_t i = 0; i < list->n; i++) {
        const struct yaml *written = list->entries[i].value;
        /* Before the template is written out: a misspelt key is better named than a parameter that nothing seems to use. */
        if (yaml_keys(written, scenario_keys, err) != 0)
            return -1;
        struct template template;
        if (template_expand(&template, written, &g->values, g->room, err) != 0)
            return -1;
        for (size_t j = 0; j < template.n; j++)
            place(g->family, STEAL(template.scenarios[j]), taken);
        template_free(&template);
    }
    return 0;
}

/* Values that nothing uses; those that another exercise gives are its own business. */
static int check_uses(const struct gathering *g, struct err *err)
{
    const struct yaml *own = yaml_get(g->line[0].root, "parameters");
    AUTO_BUF used = BUF_EMPTY;
    for (size_t i = 0; i < g->values.n; i++)
        if (g->values.items[i].used)
            buf_printf(&used, "%s ", g->values.items[i].key->text);
    for (size_t i = 0; own != NULL && i < own->n; i++) {
        const struct yaml *key = own->entries[i].key;
        if (words_have(buf_text(&used), key->text))
            continue;
        if (used.len == 0)
            return yaml_fail(key, err, _("no scenario uses the parameter $%s"), key->text);
        return yaml_unknown(key, _("no scenario uses the parameter"), buf_text(&used), err);
    }
    return 0;
}

static int gather(struct gathering *g, const struct library *library, struct err *err)
{
    if (climb_all(g, library, err) != 0 || collect_values(g, err) != 0)
        return -1;
    for (size_t i = g->n; i-- > 0;)
        if (leave_all_out(g, &g->line[i], err) != 0 || add_scenarios(g, &g->line[i], err) != 0)
            return -1;
    if (g->family->n == 0)
        return yaml_fail(yaml_get(g->line[0].root, "without"), err, _("an exercise needs at least one scenario"));
    return check_uses(g, err);
}

int family_gather(struct family *family, const struct yaml *own, const char *path, const struct library *library,
                  size_t *room, struct err *err)
{
    *family = (struct family){.n = 0};
    struct gathering g = {.family = family, .room = room};
    char *real = realpath(path, NULL);
    g.line[g.n++] = (struct generation){own, real != NULL ? real : mem_string(path)};
    int result = gather(&g, library, err);
    for (size_t i = 0; i < g.n; i++)
        free(g.line[i].path);
    template_values_free(&g.values);
    if (result != 0)
        family_free(family);
    return result;
}

void family_free(struct family *family)
{
    for (size_t i = 0; i < family->n; i++)
        yaml_free(family->scenarios[i]);
    free(family->scenarios);
    for (size_t i = 0; i < family->n_documents; i++)
        yaml_document_free(&family->documents[i]);
    *family = (struct family){.n = 0};
}
