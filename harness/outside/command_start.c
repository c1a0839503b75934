/*
 * `start`: lays out what a student begins from: DIR/EXERCISE/statement.md, in the language of the run, and the starter's files
 * beside it, where grading DIR finds them. What is there already is left as it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/assignment.h"
#include "data/exercise.h"
#include "data/library.h"
#include "data/submission.h"
#include "ground/escape.h"
#include "ground/fs.h"
#include "ground/text.h"
#include "outside/command.h"
#include "outside/layout.h"
#include "outside/output.h"

enum { LARGEST_STATEMENT = 1 << 20 };

struct start {
    const struct options *options;
    const char *dir;
    struct style style;
    struct buf text; /* what is told in the end */
    bool something_left;
};

/* Makes every folder on the way to the file PATH that is not there yet. */
static int make_folders(const char *path, struct err *err)
{
    AUTO_FREE char *folder = mem_string(path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        AUTO_FREE char *name = escape_quote(folder, strlen(folder), 300);
        if (mkdir(folder, 0777) < 0 && errno != EEXIST)
            return err_errno(err, BLAME_ENVIRONMENT, _("cannot make the folder %s"), name);
        *slash = '/';
    }
    return 0;
}

static void tell(struct start *start, enum paint paint, const char *mark, const char *message)
{
    AUTO_FREE char *first = mem_printf("    %s ", mark);
    layout_wrap(&start->text, &start->style, paint, first, message);
}

/* Writes DIR/ID/NAME, unless something is there. */
static int lay_out(struct start *start, const char *id, const char *name, const void *data, size_t n, struct err *err)
{
    AUTO_FREE char *path = mem_printf("%s/%s/%s", start->dir, id, name);
    if (make_folders(path, err) < 0)
        return -1;
    int result = fs_write_new(path, data, n, err);
    if (result < 0)
        return -1;
    AUTO_FREE char *shown = escape_line(name, strlen(name));
    AUTO_FREE char *left = mem_printf(_("%s: there already, left as it is"), shown);
    start->something_left |= result > 0;
    if (result > 0)
        tell(start, PAINT_WARN, "–", left);
    else
        tell(start, PAINT_GOOD, "✓", shown);
    return 0;
}

/* In the language of the run, else in the other one. */
static int lay_out_statement(struct start *start, const char *id, const char *folder, struct err *err)
{
    bool french = strcmp(text_lang(), "fr") == 0;
    const char *const languages[] = {french ? "fr" : "en", french ? "en" : "fr"};
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        AUTO_FREE char *path = mem_printf("%s/statement.%s.md", folder, languages[i]);
        AUTO_BUF text = BUF_EMPTY;
        if (access(path, F_OK) < 0)
            continue;
        if (fs_read(path, LARGEST_STATEMENT, &text, err) < 0)
            return -1;
        return lay_out(start, id, "statement.md", buf_text(&text), text.len, err);
    }
    tell(start, PAINT_WARN, "–", _("this exercise has no statement"));
    return 0;
}

static int lay_out_starter(struct start *start, const char *id, const char *folder, struct err *err)
{
    AUTO_FREE char *path = mem_printf("%s/starter", folder);
    if (access(path, F_OK) < 0) {
        tell(start, PAINT_WARN, "–", _("this exercise has no starter code"));
        return 0;
    }
    struct submission starter;
    if (submission_load(&starter, path, err) < 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < starter.n_files && result == 0; i++)
        result = lay_out(start, id, starter.files[i].path, starter.files[i].data, starter.files[i].size, err);
    submission_free(&starter);
    return result;
}

static int begin_exercise(struct start *start, const char *id, struct err *err)
{
    const struct library library = {start->options->exercises, start->options->root};
    AUTO_FREE char *folder = library_exercise(&library, id);
    struct exercise exercise;
    if (exercise_load_heading(&exercise, folder, err) < 0)
        return -1;
    AUTO_FREE char *head = mem_printf("  %s/%s  %s", start->dir, id, bilingual_text(&exercise.title));
    AUTO_FREE char *safe = layout_message(head);
    layout_paint(&start->text, &start->style, PAINT_STRONG, safe);
    buf_char(&start->text, '\n');
    exercise_free(&exercise);
    if (lay_out_statement(start, id, folder, err) < 0)
        return -1;
    return lay_out_starter(start, id, folder, err);
}

static int begin(struct start *start, const struct assignment *assignment, struct err *err)
{
    layout_wrap(&start->text, &start->style, PAINT_STRONG, "", bilingual_text(&assignment->title));
    int result = 0;
    for (size_t i = 0; i < assignment->n && result == 0; i++)
        result = begin_exercise(start, assignment->items[i].exercise, err);
    if (result != 0)
        return -1;
    AUTO_FREE char *path = mem_printf("%s/grade.sh", start->options->root);
    AUTO_FREE char *grade = escape_shell(path), *dir = escape_shell(start->dir);
    if (start->something_left)
        layout_wrap(&start->text, &start->style, PAINT_NONE, "",
                    _("Some files were there already and have not been touched; to begin them anew, remove them first."));
    layout_wrap(&start->text, &start->style, PAINT_NONE, "",
                _("Read the statements, complete the programs, then grade them:"));
    /* Never broken: it is there to be copied. */
    buf_printf(&start->text, "    %s --assignment %s %s\n", grade, assignment->name, dir);
    return 0;
}

static int no_assignment(const struct options *options, struct err *err)
{
    const struct library library = {options->exercises, options->root};
    struct names names = {NULL, 0};
    if (library_assignments(&library, &names, err) < 0)
        return -1;
    AUTO_BUF list = BUF_EMPTY;
    for (size_t i = 0; i < names.n; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", names.items[i]);
    names_free(&names);
    return err_set(err, BLAME_EXERCISE, _("say which assignment to begin: ./grade.sh start ASSIGNMENT; there are: %s"),
                   buf_text(&list));
}

int command_start(const struct options *options, struct err *err)
{
    if (options->n_words == 0) {
        no_assignment(options, err);
        return command_status(err);
    }
    AUTO_FREE char *path = command_assignment(options, options->words[0], err);
    struct assignment assignment;
    if (path == NULL || assignment_load(&assignment, path, err) < 0)
        return command_status(err);
    struct start start = {.options = options,
                          .dir = options->n_words > 1 ? options->words[1] : assignment.name,
                          .style = {.color = output_color(options->color, STDOUT_FILENO),
                                    .columns = output_columns(STDOUT_FILENO)},
                          .text = BUF_EMPTY};
    int result = begin(&start, &assignment, err);
    struct err ignored = ERR_NONE; /* what went wrong first is what matters */
    int written = output_write(STDOUT_FILENO, &start.text, result == 0 ? err : &ignored);
    buf_free(&start.text);
    assignment_free(&assignment);
    if (result != 0)
        return command_status(err);
    return written < 0 ? EXIT_BROKEN : EXIT_GRADED;
}
