/* `list`: assignments, exercises and scenarios with their points, as text or as data. Reads definitions, runs nothing. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/assignment.h"
#include "data/exercise.h"
#include "ground/text.h"
#include "judgement/check.h"
#include "outside/command.h"
#include "outside/layout.h"
#include "outside/output.h"
#include "outside/vocabulary.h"

struct catalogue {
    struct assignment *assignments;
    size_t n_assignments;
    struct exercise *exercises;
    size_t n_exercises;
};

static void catalogue_free(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->n_assignments; i++)
        assignment_free(&catalogue->assignments[i]);
    for (size_t i = 0; i < catalogue->n_exercises; i++)
        exercise_free(&catalogue->exercises[i]);
    free(catalogue->assignments);
    free(catalogue->exercises);
    *catalogue = (struct catalogue){0};
}

static int load_assignment(const struct options *options, const char *name, struct catalogue *catalogue, struct err *err)
{
    AUTO_FREE char *path = command_assignment(options, name, err);
    if (path == NULL)
        return -1;
    struct assignment assignment;
    if (assignment_load(&assignment, path, err) < 0)
        return -1;
    *ARRAY_ADD(catalogue->assignments, catalogue->n_assignments) = assignment;
    return 0;
}

static int load_exercise(const struct options *options, const char *id, struct catalogue *catalogue, struct err *err)
{
    const struct library library = {options->exercises, options->root};
    struct exercise_setting setting = {.library = &library, .seed = options->seed};
    setting.rules = check_rules(&setting.n_rules);
    AUTO_FREE char *folder = library_exercise(&library, id);
    struct exercise exercise;
    if (exercise_load(&exercise, folder, &setting, err) < 0)
        return -1;
    *ARRAY_ADD(catalogue->exercises, catalogue->n_exercises) = exercise;
    return 0;
}

/* Everything, or just what --assignment names, in its order. */
static int catalogue_load(const struct options *options, struct catalogue *catalogue, struct err *err)
{
    struct names names = {NULL, 0};
    int result = 0;
    if (options->assignment != NULL) {
        result = load_assignment(options, options->assignment, catalogue, err);
        for (size_t i = 0; result == 0 && i < catalogue->assignments[0].n; i++)
            result = load_exercise(options, catalogue->assignments[0].items[i].exercise, catalogue, err);
        return result;
    }
    const struct library library = {options->exercises, options->root};
    result = library_assignments(&library, &names, err);
    for (size_t i = 0; result == 0 && i < names.n; i++)
        result = load_assignment(options, names.items[i], catalogue, err);
    names_free(&names);
    if (result == 0)
        result = library_exercises(&library, &names, err);
    for (size_t i = 0; result == 0 && i < names.n; i++)
        result = load_exercise(options, names.items[i], catalogue, err);
    names_free(&names);
    return result;
}

static const char *in_language(const struct bilingual *text)
{
    return strcmp(text_lang(), "fr") == 0 ? text->fr : text->en;
}

static int points_of(const struct exercise *exercise)
{
    int points = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        points += exercise->scenarios[i].points;
    return points;
}

/* ---- As text ---- */

static void add_other_names(const struct exercise *exercise, const struct style *style, struct buf *out)
{
    AUTO_BUF names = BUF_EMPTY;
    for (size_t i = 0; exercise->also != NULL && exercise->also[i] != NULL; i++)
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", exercise->also[i]);
    if (names.len == 0)
        return;
    AUTO_FREE char *text = mem_printf(_("or, as well: %s"), buf_text(&names));
    layout_wrap(out, style, PAINT_DIM, "  ", text);
}

static void add_exercise(const struct exercise *exercise, const struct style *style, struct buf *out)
{
    AUTO_FREE char *head = mem_printf("%s  %s", exercise->id, in_language(&exercise->title));
    layout_paint(out, style, PAINT_STRONG, head);
    buf_char(out, '\n');
    int points = points_of(exercise);
    AUTO_FREE char *program = mem_printf(ngettext("program %s, %d point", "program %s, %d points", (unsigned long)points),
                                         exercise->program, points);
    layout_wrap(out, style, PAINT_DIM, "  ", program);
    add_other_names(exercise, style, out);
    int width = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        int id = layout_width(exercise->scenarios[i].id);
        width = id > width ? id : width;
    }
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario *scenario = &exercise->scenarios[i];
        AUTO_BUF first = BUF_EMPTY;
        buf_printf(&first, "  %2d  ", scenario->points);
        layout_pad(&first, scenario->id, (width > 32 ? 32 : width) + 2);
        const char *level = scenario->level == LEVEL_CORE ? _("core") : _("robustness");
        AUTO_FREE char *text = mem_printf("%s (%s)", in_language(&scenario->title), level);
        layout_wrap(out, style, PAINT_NONE, buf_text(&first), text);
    }
    buf_char(out, '\n');
}

static void list_text(const struct catalogue *catalogue, const struct style *style, struct buf *out)
{
    for (size_t i = 0; i < catalogue->n_assignments; i++) {
        const struct assignment *assignment = &catalogue->assignments[i];
        AUTO_FREE char *head = mem_printf(_("Assignment %s: %s, out of %d"), assignment->name,
                                          in_language(&assignment->title), assignment->scale);
        layout_wrap(out, style, PAINT_STRONG, "", head);
        AUTO_BUF items = BUF_EMPTY;
        for (size_t j = 0; j < assignment->n; j++)
            buf_printf(&items, "%s%s", j > 0 ? ", " : "", assignment->items[j].exercise);
        layout_wrap(out, style, PAINT_NONE, "  ", buf_text(&items));
        buf_char(out, '\n');
    }
    for (size_t i = 0; i < catalogue->n_exercises; i++)
        add_exercise(&catalogue->exercises[i], style, out);
}

/* ---- As data ---- */

static json_t *exercise_json(const struct exercise *exercise)
{
    json_t *scenarios = json_array();
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario *scenario = &exercise->scenarios[i];
        json_array_append_new(scenarios, json_pack("{ss ss ss si}", "id", scenario->id, "title",
                                                   in_language(&scenario->title), "level", level_name(scenario->level),
                                                   "points", scenario->points));
    }
    return json_pack("{ss ss ss si so}", "id", exercise->id, "program", exercise->program, "title",
                     in_language(&exercise->title), "points", points_of(exercise), "scenarios", scenarios);
}

static json_t *assignment_json(const struct assignment *assignment)
{
    json_t *items = json_array();
    for (size_t i = 0; i < assignment->n; i++)
        json_array_append_new(items, json_pack("{ss si}", "id", assignment->items[i].exercise, "weight",
                                               assignment->items[i].weight));
    return json_pack("{ss ss si so}", "id", assignment->name, "title", in_language(&assignment->title), "scale",
                     assignment->scale, "exercises", items);
}

static void list_json(const struct catalogue *catalogue, struct buf *out)
{
    json_t *assignments = json_array();
    json_t *exercises = json_array();
    for (size_t i = 0; i < catalogue->n_assignments; i++)
        json_array_append_new(assignments, assignment_json(&catalogue->assignments[i]));
    for (size_t i = 0; i < catalogue->n_exercises; i++)
        json_array_append_new(exercises, exercise_json(&catalogue->exercises[i]));
    json_t *document = json_pack("{si so so}", "version", 1, "assignments", assignments, "exercises", exercises);
    AUTO_FREE char *text = json_dumps(document, JSON_INDENT(2));
    buf_string(out, text);
    buf_char(out, '\n');
    json_decref(document);
}

int command_list(const struct options *options, struct err *err)
{
    struct catalogue catalogue = {0};
    AUTO_BUF words = BUF_EMPTY;
    if (options->vocabulary) {
        vocabulary_print(&words);
        return output_write(STDOUT_FILENO, &words, err) < 0 ? EXIT_BROKEN : EXIT_GRADED;
    }
    if (catalogue_load(options, &catalogue, err) < 0) {
        catalogue_free(&catalogue);
        return command_status(err);
    }
    AUTO_BUF text = BUF_EMPTY;
    int written;
    if (options->json != NULL) {
        list_json(&catalogue, &text);
        written = output_file(options->json, &text, err);
    } else {
        const struct style style = {.color = output_color(options->color, STDOUT_FILENO),
                                    .columns = output_columns(STDOUT_FILENO)};
        list_text(&catalogue, &style, &text);
        written = output_write(STDOUT_FILENO, &text, err);
    }
    catalogue_free(&catalogue);
    return written < 0 ? EXIT_BROKEN : EXIT_GRADED;
}
