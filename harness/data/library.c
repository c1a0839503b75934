#include "data/library.h"

#include <string.h>
#include <unistd.h>

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
