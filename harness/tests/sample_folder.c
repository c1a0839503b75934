#include "tests/sample_folder.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ground/fs.h"

char *folder_outer;
char *folder_root;

void folder_setup(void)
{
    struct err err = ERR_NONE;
    folder_outer = fs_temporary(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder_outer);
    folder_root = mem_printf("%s/tp1", folder_outer);
    CU_ASSERT_EQUAL(mkdir(folder_root, 0755), 0);
}

void folder_teardown(void)
{
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(fs_remove_tree(folder_outer, &err), 0);
    free(folder_outer);
    free(folder_root);
}

char *folder_path(const char *name)
{
    return mem_printf("%s/%s", folder_root, name);
}

void folder_put_bytes(const char *name, const void *data, size_t n)
{
    struct err err = ERR_NONE;
    AUTO_FREE char *path = folder_path(name);
    for (char *slash = strchr(path + strlen(folder_root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
    CU_ASSERT_EQUAL(fs_write(path, data, n, &err), 0);
}

void folder_put(const char *name, const char *text)
{
    folder_put_bytes(name, text, strlen(text));
}

void folder_link(const char *target, const char *name)
{
    AUTO_FREE char *path = folder_path(name);
    CU_ASSERT_EQUAL(symlink(target, path), 0);
}

struct submission folder_load(void)
{
    struct submission submission;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL_FATAL(submission_load(&submission, folder_root, &err), 0);
    return submission;
}
