#include "tests/definitions.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/words.h"
#include "ground/buf.h"
#include "ground/fs.h"

static char *folder;

static char *path_of(const char *file)
{
    struct err err = ERR_NONE;
    if (folder == NULL)
        folder = fs_temporary(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    return mem_printf("%s/%s", folder, file);
}

char *definition_write(const char *file, const char *text, size_t size)
{
    char *path = path_of(file);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    CU_ASSERT_FATAL(mkdir(path, 0700) == 0 || errno == EEXIST);
    *slash = '/';
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL_FATAL(fs_write(path, text, size, &err), 0);
    return path;
}

void definitions_remove(void)
{
    struct err err = ERR_NONE;
    if (folder != NULL)
        CU_ASSERT_EQUAL(fs_remove_tree(folder, &err), 0);
    free(folder);
    folder = NULL;
}

json_t *schema_read(const char *name)
{
    static const char here[] = __FILE__;
    const char *tests = strrchr(here, '/');
    size_t length = tests != NULL ? (size_t)(tests - here) : 0;
    AUTO_FREE char *path = mem_printf("%.*s/../schema/%s", (int)length, here, name);
    json_error_t error;
    json_t *schema = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    CU_ASSERT_PTR_NOT_NULL(schema);
    if (schema == NULL)
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
    return schema;
}

static char *words_of(const json_t *node, size_t *count)
{
    AUTO_BUF words = BUF_EMPTY;
    if (json_is_object(node)) {
        *count = json_object_size(node);
        for (void *i = json_object_iter((json_t *)node); i != NULL; i = json_object_iter_next((json_t *)node, i))
            buf_printf(&words, "%s ", json_object_iter_key(i));
    } else {
        *count = json_array_size(node);
        for (size_t i = 0; i < *count; i++)
            buf_printf(&words, "%s ", json_string_value(json_array_get(node, i)));
    }
    return buf_steal(&words);
}

bool schema_same_words(const char *list, const json_t *node)
{
    size_t left = 0;
    AUTO_FREE char *words = words_of(node, &left);
    AUTO_FREE char *copy = mem_string(list);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (!words_have(words, word) || left == 0) {
            fprintf(stderr, "the schema lacks '%s'\n", word);
            return false;
        }
        left--;
    }
    return left == 0;
}
