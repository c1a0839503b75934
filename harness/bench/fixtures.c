#include "bench/fixtures.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static int find_all(const char *root, glob_t *found)
{
    static const char *const patterns[] = {"fixtures/correct/*/", "fixtures/faulty/*/*/", "fixtures/lecture/*/"};
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        AUTO_FREE char *pattern = mem_printf("%s/%s", root, patterns[i]);
        if (glob(pattern, i > 0 ? GLOB_APPEND : 0, NULL, found) != 0)
            return -1;
    }
    return 0;
}

/* The third name in fixtures/faulty/EXERCISE/NAME and fixtures/lecture/EXERCISE. */
static char *exercise_in(const char *path)
{
    static const char correct[] = "fixtures/correct/";
    if (strncmp(path, correct, sizeof correct - 1) == 0)
        return NULL;
    const char *name = strchr(strchr(path, '/') + 1, '/') + 1;
    return mem_bytes(name, strcspn(name, "/"));
}

static void add(struct fixtures *fixtures, const char *path)
{
    struct fixture *fixture = ARRAY_ADD(fixtures->items, fixtures->n);
    fixture->path = mem_string(path);
    fixture->exercise = exercise_in(path);
}

int fixtures_find(struct fixtures *fixtures, const char *root, const char *match, size_t sample, struct err *err)
{
    glob_t found = {0};
    *fixtures = (struct fixtures){NULL, 0};
    if (find_all(root, &found) < 0) {
        globfree(&found);
        return err_set(err, BLAME_ENVIRONMENT, "%s holds no fixtures", root);
    }
    AUTO_FREE const char **fit = mem_alloc((found.gl_pathc + 1) * sizeof *fit);
    size_t n = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *path = found.gl_pathv[i] + strlen(root) + 1;
        path[strlen(path) - 1] = '\0'; /* its slash, by which only folders were found */
        if (fnmatch(match, path, FNM_EXTMATCH) == 0)
            fit[n++] = path;
    }
    size_t wanted = sample == 0 || sample > n ? n : sample;
    for (size_t i = 0; i < wanted; i++)
        add(fixtures, fit[i * n / wanted]);
    globfree(&found);
    return n > 0 ? 0 : err_set(err, BLAME_ENVIRONMENT, "no fixture of %s fits %s", root, match);
}

void fixtures_free(struct fixtures *fixtures)
{
    for (size_t i = 0; i < fixtures->n; i++) {
        free(fixtures->items[i].path);
        free(fixtures->items[i].exercise);
    }
    free(fixtures->items);
    *fixtures = (struct fixtures){NULL, 0};
}
