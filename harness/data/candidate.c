#include "data/candidate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ground/buf.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* "" for what lies in the submission's own folder. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? mem_bytes(path, (size_t)(slash - path)) : mem_string("");
}

static size_t slashes(const char *path)
{
    size_t n = 0;
    for (; *path != '\0'; path++)
        n += *path == '/';
    return n;
}

bool path_is_below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return n == 0 || (strncmp(path, folder, n) == 0 && path[n] == '/');
}

/* Where PATH is among the sorted files, or where it would be. */
static size_t file_index(const struct submission *submission, const char *path)
{
    size_t low = 0;
    size_t high = submission->n_files;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(submission->files[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct source_file *file_at(const struct submission *submission, const char *folder, const char *name)
{
    AUTO_FREE char *path = folder[0] == '\0' ? mem_string(name) : mem_printf("%s/%s", folder, name);
    size_t i = file_index(submission, path);
    bool found = i < submission->n_files && strcmp(submission->files[i].path, path) == 0;
    return found ? &submission->files[i] : NULL;
}

/* The one that make would read: it looks for them in this order. */
static const struct source_file *makefile_in(const struct submission *submission, const char *folder)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct source_file *file = file_at(submission, folder, names[i]);
        if (file != NULL)
            return file;
    }
    return NULL;
}

static bool has_word(const char *text, size_t n, const char *word)
{
    static const char blanks[] = " \t\r\n\\";
    size_t length = strlen(word);
    for (size_t at = 0; at < n;) {
        size_t end = at;
        while (end < n && memchr(blanks, text[end], sizeof blanks - 1) == NULL)
            end++;
        const char *token = text + at;
        size_t size = end - at;
        if (size > 2 && memcmp(token, "./", 2) == 0) { /* make takes ./x for x */
            token += 2;
            size -= 2;
        }
        if (size == length && memcmp(token, word, length) == 0)
            return true;
        at = end + 1;
    }
    return false;
}

/* LINE is "TARGETS: …", neither a recipe nor a definition (=, :=, ::=), and one of the targets is NAME. */
static bool line_makes(const char *line, size_t n, const char *name)
{
    if (n == 0 || line[0] == '\t')
        return false;
    size_t end = 0;
    while (end < n && line[end] != ':' && line[end] != '=' && line[end] != '#')
        end++;
    if (end == n || line[end] != ':')
        return false;
    size_t after = end;
    while (after < n && line[after] == ':')
        after++;
    return (after == n || line[after] != '=') && has_word(line, end, name);
}

/* The length of the line that TEXT begins with, together with those that a backslash joins to it. */
static size_t line_length(const char *text, size_t n)
{
    size_t length = 0;
    while (length < n && (text[length] != '\n' || (length > 0 && text[length - 1] == '\\')))
        length++;
    return length;
}

static bool makefile_makes(const struct source_file *makefile, const char *name)
{
    for (size_t at = 0; at < makefile->size;) {
        size_t n = line_length(makefile->data + at, makefile->size - at);
        if (line_makes(makefile->data + at, n, name))
            return true;
        at += n + 1;
    }
    return false;
}

static bool makes(const struct submission *submission, const char *folder, const char *name)
{
    const struct source_file *makefile = makefile_in(submission, folder);
    return makefile != NULL && makefile_makes(makefile, name);
}

/* The nearest folder, from FOLDER upward, whose Makefile has a rule for NAME; NULL when there is none. */
static char *making_folder(const struct submission *submission, const char *folder, const char *name)
{
    char *at = mem_string(folder);
    while (!makes(submission, at, name)) {
        char *up = at[0] != '\0' ? parent_of(at) : NULL;
        free(at);
        if (up == NULL)
            return NULL;
        at = up;
    }
    return at;
}

static bool is_known(const struct candidates *candidates, const char *path)
{
    for (size_t i = 0; i < candidates->n; i++)
        if (strcmp(candidates->items[i].path, path) == 0)
            return true;
    return false;
}

static void add(struct candidates *candidates, const char *path, bool is_folder, size_t rank)
{
    const char *base = base_name(path);
    struct candidate *candidate = ARRAY_ADD(candidates->items, candidates->n);
    candidate->path = mem_string(path);
    candidate->name = mem_bytes(base, strlen(base) - (is_folder ? 0 : 2));
    candidate->is_folder = is_folder;
    candidate->depth = slashes(path);
    candidate->rank = rank;
}

static bool is_c_file(const char *base)
{
    size_t n = strlen(base);
    return n > 2 && strcmp(base + n - 2, ".c") == 0;
}

static bool is_makefile(const char *base)
{
    return strcmp(base, "Makefile") == 0 || strcmp(base, "makefile") == 0 || strcmp(base, "GNUmakefile") == 0;
}

static bool same_name(const char *a, size_t n, const char *name, bool any_case)
{
    return strlen(name) == n && (any_case ? strncasecmp(a, name, n) == 0 : memcmp(a, name, n) == 0);
}

void candidates_collect(struct candidates *candidates, const struct submission *submission, const char *name,
                        size_t rank, bool any_case)
{
    for (size_t i = 0; i < submission->n_files; i++) {
        const char *path = submission->files[i].path;
        const char *base = base_name(path);
        bool c_file = is_c_file(base);
        if (!c_file && !is_makefile(base))
            continue;
        if (c_file && same_name(base, strlen(base) - 2, name, any_case) && !is_known(candidates, path))
            add(candidates, path, false, rank);
        if (base == path)
            continue;
        AUTO_FREE char *folder = parent_of(path);
        const char *folder_base = base_name(folder);
        if (same_name(folder_base, strlen(folder_base), name, any_case) && !is_known(candidates, folder))
            add(candidates, folder, true, rank);
    }
}

static void candidate_free(struct candidate *candidate)
{
    free(candidate->path);
    free(candidate->name);
}

static bool is_part_of_another(const struct candidates *candidates, const struct candidate *part)
{
    for (size_t i = 0; i < candidates->n; i++) {
        const struct candidate *whole = &candidates->items[i];
        if (whole->is_folder && whole->rank <= part->rank && path_is_below(part->path, whole->path))
            return true;
    }
    return false;
}

static int by_merit(const void *left, const void *right)
{
    const struct candidate *a = left;
    const struct candidate *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    return strcmp(a->path, b->path);
}

void candidates_sort(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->n; i++)
        candidates->items[i].is_part = is_part_of_another(candidates, &candidates->items[i]);
    size_t kept = 0;
    for (size_t i = 0; i < candidates->n; i++) {
        struct candidate candidate = candidates->items[i];
        if (candidate.is_part)
            candidate_free(&candidate);
        else
            candidates->items[kept++] = candidate;
    }
    candidates->n = kept;
    if (kept > 0)
        qsort(candidates->items, kept, sizeof *candidates->items, by_merit);
}

/* The files of a candidate stand together in the sorted list: N of them from *FIRST on. */
static size_t files_of(const struct submission *submission, const struct candidate *candidate, size_t *first)
{
    if (!candidate->is_folder) {
        *first = file_index(submission, candidate->path);
        return 1;
    }
    AUTO_FREE char *prefix = mem_printf("%s/", candidate->path);
    *first = file_index(submission, prefix);
    size_t n = 0;
    while (*first + n < submission->n_files && path_is_below(submission->files[*first + n].path, candidate->path))
        n++;
    return n;
}

bool candidate_same(const struct submission *submission, const struct candidate *a, const struct candidate *b)
{
    size_t first_a = 0;
    size_t first_b = 0;
    size_t n = files_of(submission, a, &first_a);
    if (n != files_of(submission, b, &first_b))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct source_file *x = &submission->files[first_a + i];
        const struct source_file *y = &submission->files[first_b + i];
        if (x->size != y->size || memcmp(x->data, y->data, x->size) != 0)
            return false;
        if (a->is_folder && b->is_folder && strcmp(x->path + strlen(a->path), y->path + strlen(b->path)) != 0)
            return false;
    }
    return true;
}

void candidate_recipe(const struct submission *submission, const struct candidate *candidate,
                      struct program_source *found)
{
    found->name = mem_string(candidate->name);
    if (candidate->is_folder) {
        found->recipe = makefile_in(submission, candidate->path) != NULL ? RECIPE_MAKE : RECIPE_FOLDER;
        found->folder = mem_string(candidate->path);
        return;
    }
    AUTO_FREE char *own = parent_of(candidate->path);
    found->folder = making_folder(submission, own, candidate->name);
    found->recipe = RECIPE_MAKE;
    if (found->folder == NULL) {
        found->recipe = RECIPE_SINGLE;
        found->folder = STEAL(own);
        found->file = mem_string(base_name(candidate->path));
    }
}

void candidates_free(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->n; i++)
        candidate_free(&candidates->items[i]);
    free(candidates->items);
    *candidates = (struct candidates){0};
}
