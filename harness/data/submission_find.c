/* Where a program is in a submission, and what to say about it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "data/candidate.h"
#include "data/submission.h"
#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/text.h"

enum { SHOWN = 5, NAME_QUOTED = 200 };

static size_t name_count(char *const *also)
{
    size_t n = 1;
    while (also != NULL && also[n - 1] != NULL)
        n++;
    return n;
}

static const char *name_of_rank(const char *program, char *const *also, size_t rank)
{
    return rank == 0 ? program : also[rank - 1];
}

static void collect(struct candidates *candidates, const struct submission *submission, const char *program,
                    char *const *also, bool any_case)
{
    for (size_t rank = 0; rank < name_count(also); rank++)
        candidates_collect(candidates, submission, name_of_rank(program, also, rank), rank, any_case);
    candidates_sort(candidates);
}

static void add_sentence(struct buf *message, const char *sentence)
{
    if (message->len > 0)
        buf_string(message, "; ");
    buf_string(message, sentence);
}

static char *quoted_path(const char *path, bool is_folder)
{
    AUTO_FREE char *text = is_folder ? mem_printf("%s/", path) : mem_string(path);
    return escape_quote(text, strlen(text), NAME_QUOTED);
}

static void add_to_list(struct buf *list, size_t place, const char *path, bool is_folder)
{
    AUTO_FREE char *name = quoted_path(path, is_folder);
    if (place < SHOWN)
        buf_printf(list, "%s%s", place > 0 ? ", " : "", name);
    else if (place == SHOWN)
        buf_string(list, ", …");
}

/* How many candidates are as good as the first. */
static size_t equals_of_best(const struct candidates *candidates)
{
    size_t n = 1;
    while (n < candidates->n && candidates->items[n].rank == candidates->items[0].rank &&
           candidates->items[n].depth == candidates->items[0].depth)
        n++;
    return n;
}

static bool best_differ(const struct submission *submission, const struct candidates *candidates)
{
    for (size_t i = 1; i < equals_of_best(candidates); i++)
        if (!candidate_same(submission, &candidates->items[0], &candidates->items[i]))
            return true;
    return false;
}

static void tell_conflict(const struct candidates *candidates, const char *program, struct buf *message)
{
    AUTO_BUF list = BUF_EMPTY;
    for (size_t i = 0; i < equals_of_best(candidates); i++)
        add_to_list(&list, i, candidates->items[i].path, candidates->items[i].is_folder);
    AUTO_FREE char *text =
        mem_printf(_("several sources of %s differ, and none comes before the others: %s; keep just one"), program,
                   buf_text(&list));
    add_sentence(message, text);
}

static void tell_ignored(const struct candidates *candidates, struct buf *message)
{
    const struct candidate *best = &candidates->items[0];
    AUTO_BUF list = BUF_EMPTY;
    size_t n = 0;
    for (size_t i = 1; i < candidates->n; i++) {
        const struct candidate *other = &candidates->items[i];
        /* The folder that the best one is in is no rival. */
        if (!other->is_folder || !path_is_below(best->path, other->path))
            add_to_list(&list, n++, other->path, other->is_folder);
    }
    if (n == 0)
        return;
    AUTO_FREE char *name = quoted_path(best->path, best->is_folder);
    AUTO_FREE char *text = mem_printf(_("%s is graded; ignored: %s"), name, buf_text(&list));
    add_sentence(message, text);
}

static void tell_case(const struct candidate *best, const char *name, struct buf *message)
{
    AUTO_FREE char *path = quoted_path(best->path, best->is_folder);
    AUTO_FREE char *text = mem_printf(_("%s is graded, but mind upper and lower case: its name is %s%s"), path, name,
                                      best->is_folder ? "/" : ".c");
    add_sentence(message, text);
}

static void tell_missing(const char *program, char *const *also, struct buf *message)
{
    AUTO_BUF others = BUF_EMPTY;
    for (size_t rank = 1; rank < name_count(also); rank++)
        buf_printf(&others, "%s%s.c", rank > 1 ? ", " : "", also[rank - 1]);
    AUTO_FREE char *text = others.len > 0 ? mem_printf(_("%s.c not found (or %s)"), program, buf_text(&others))
                                          : mem_printf(_("%s.c not found"), program);
    add_sentence(message, text);
}

/* The letters and digits of a file's name up to its first dot, in lower case. */
static char *folded(const char *name)
{
    AUTO_BUF out = BUF_EMPTY;
    for (; *name != '\0' && *name != '.'; name++)
        if (isalnum((unsigned char)*name))
            buf_char(&out, (char)tolower((unsigned char)*name));
    return buf_steal(&out);
}

/* "client-tcp.c", "client_tcp.cpp", "client_tcp.c.txt": almost NAME.c. */
static bool almost(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strchr(base, '.');
    if (dot == NULL || tolower((unsigned char)dot[1]) != 'c')
        return false;
    AUTO_FREE char *a = folded(base);
    AUTO_FREE char *b = folded(name);
    return strcmp(a, b) == 0;
}

static void tell_almost(const struct submission *submission, const char *program, char *const *also,
                        struct buf *message)
{
    for (size_t i = 0; i < submission->n_files; i++) {
        const char *path = submission->files[i].path;
        for (size_t rank = 0; rank < name_count(also); rank++) {
            if (!almost(path, name_of_rank(program, also, rank)))
                continue;
            AUTO_FREE char *name = quoted_path(path, false);
            AUTO_FREE char *text = mem_printf(_("if %s is meant, rename it to %s.c"), name, program);
            add_sentence(message, text);
            return;
        }
    }
}

/* NAME/ is there, but with nothing to build directly in it. */
static void tell_empty_folder(const struct submission *submission, const char *program, struct buf *message)
{
    for (size_t i = 0; i < submission->n_files; i++) {
        if (!path_is_below(submission->files[i].path, program))
            continue;
        AUTO_FREE char *name = quoted_path(program, true);
        AUTO_FREE char *text = mem_printf(_("the folder %s holds neither a Makefile nor a .c file itself"), name);
        add_sentence(message, text);
        return;
    }
}

/* Whether PATH is NAME.c, or NAME, or something in a folder NAME. */
static bool concerns(const char *path, const char *name)
{
    size_t n = strlen(name);
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, name, n) == 0 && (part[n] == '\0' || part[n] == '/' || strcmp(part + n, ".c") == 0))
            return true;
    }
    return false;
}

static void tell_left_out(const struct submission *submission, const char *program, char *const *also,
                          struct buf *message)
{
    size_t told = 0;
    for (size_t i = 0; i < submission->n_left_out && told < SHOWN; i++) {
        for (size_t rank = 0; rank < name_count(also); rank++) {
            if (!concerns(submission->left_out[i].path, name_of_rank(program, also, rank)))
                continue;
            add_sentence(message, submission->left_out[i].why);
            told++;
            break;
        }
    }
}

void submission_find(const struct submission *submission, const char *program, char *const *also,
                     struct program_source *found)
{
    *found = (struct program_source){.recipe = RECIPE_NONE};
    struct candidates candidates = {0};
    AUTO_BUF message = BUF_EMPTY;
    size_t looked_for = 0;
    collect(&candidates, submission, program, also, false);
    bool other_case = candidates.n == 0;
    if (other_case)
        collect(&candidates, submission, program, also, true);
    if (candidates.n == 0) {
        tell_missing(program, also, &message);
        looked_for = message.len;
        tell_almost(submission, program, also, &message);
        tell_empty_folder(submission, program, &message);
    } else if (best_differ(submission, &candidates)) {
        tell_conflict(&candidates, program, &message);
    } else {
        const struct candidate *best = &candidates.items[0];
        candidate_recipe(submission, best, found);
        if (other_case)
            tell_case(best, name_of_rank(program, also, best->rank), &message);
        tell_ignored(&candidates, &message);
    }
    tell_left_out(submission, program, also, &message);
    found->nowhere = looked_for > 0 && message.len == looked_for;
    if (message.len > 0)
        found->message = buf_steal(&message);
    candidates_free(&candidates);
}

void program_source_free(struct program_source *source)
{
    free(source->folder);
    free(source->file);
    free(source->name);
    free(source->message);
    *source = (struct program_source){.recipe = RECIPE_NONE};
}
