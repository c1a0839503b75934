#include "data/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ground/text.h"

char *library_path(const struct library *library, const char *name)
{
    if (library->extra != NULL) {
        AUTO_FREE char *path = mem_printf("%s/%s", library->extra, name);
        if (access(path, F_OK) == 0)
            return STEAL(path);
    }
    return mem_printf("%s/exercises/%s", library->root, name);
}

char *library_exercise(const struct library *library, const char *id)
{
    AUTO_FREE char *name = mem_printf("%s/exercise.yaml", id);
    char *path = library_path(library, name);
    *strrchr(path, '/') = '\0';
    return path;
}

void names_free(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct names){NULL, 0};
}

static void names_add(struct names *names, const char *name, size_t length)
{
    size_t at = 0;
    while (at < names->n && strncmp(names->items[at], name, length) < 0)
        at++;
    if (at < names->n && strncmp(names->items[at], name, length) == 0 && names->items[at][length] == '\0')
        return;
    char *copy = mem_bytes(name, length);
    *ARRAY_ADD(names->items, names->n) = NULL;
    memmove(names->items + at + 1, names->items + at, (names->n - 1 - at) * sizeof *names->items);
    names->items[at] = copy;
}

enum wanted { EXERCISES, ASSIGNMENTS, FOLDERS };

/* What ENTRY of FOLDER is listed as: the first so many letters of its name; 0: not at all. */
static size_t listed_length(const char *folder, const struct dirent *entry, enum wanted wanted)
{
    size_t n = strlen(entry->d_name);
    switch (wanted) {
    case ASSIGNMENTS: return n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0 ? n - 5 : 0;
    case EXERCISES: {
        AUTO_FREE char *definition = mem_printf("%s/%s/exercise.yaml", folder, entry->d_name);
        return access(definition, F_OK) == 0 ? n : 0;
    }
    case FOLDERS: {
        AUTO_FREE char *inside = mem_printf("%s/%s/.", folder, entry->d_name);
        return access(inside, F_OK) == 0 ? n : 0;
    }
    }
    return 0;
}

/* A folder that is not there holds nothing. */
static int names_read(struct names *names, const char *folder, enum wanted wanted, struct err *err)
{
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT ? 0 : err_errno(err, BLAME_ENVIRONMENT, _("cannot read “%s”"), folder);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        size_t length = entry->d_name[0] == '.' ? 0 : listed_length(folder, entry, wanted);
        if (length > 0)
            names_add(names, entry->d_name, length);
    }
    closedir(dir);
    return 0;
}

int names_of_folders(struct names *names, const char *folder, struct err *err)
{
    return names_read(names, folder, FOLDERS, err);
}

static int find(const struct library *library, struct names *names, enum wanted wanted, struct err *err)
{
    const char *below = wanted == ASSIGNMENTS ? "/assignments" : "";
    AUTO_FREE char *own = mem_printf("%s/exercises%s", library->root, below);
    if (library->extra != NULL) {
        AUTO_FREE char *extra = mem_printf("%s%s", library->extra, below);
        if (access(library->extra, R_OK | X_OK) < 0)
            return err_errno(err, BLAME_EXERCISE, _("cannot read “%s”"), library->extra);
        if (names_read(names, extra, wanted, err) < 0)
            return -1;
    }
    return names_read(names, own, wanted, err);
}

int library_exercises(const struct library *library, struct names *ids, struct err *err)
{
    return find(library, ids, EXERCISES, err);
}

int library_assignments(const struct library *library, struct names *names, struct err *err)
{
    return find(library, names, ASSIGNMENTS, err);
}
