#include <CUnit/CUnit.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/submission.h"
#include "ground/fs.h"
#include "tests/sample_folder.h"
#include "tests/suites.h"

static const struct source_file *file_of(const struct submission *submission, const char *path)
{
    for (size_t i = 0; i < submission->n_files; i++)
        if (strcmp(submission->files[i].path, path) == 0)
            return &submission->files[i];
    return NULL;
}

static bool noted(const struct submission *submission, const char *words)
{
    for (size_t i = 0; i < submission->n_notes; i++)
        if (strstr(submission->notes[i], words) != NULL)
            return true;
    return false;
}

static void test_a_folder_is_read_whole(void)
{
    folder_setup();
    folder_put("client_tcp.c", "int main(void) {}\n");
    folder_put("src/net.h", "");
    folder_put_bytes("b\xff\nname", "\0\1", 2);
    AUTO_FREE char *script = folder_path("src/gen.sh");
    folder_put("src/gen.sh", "#!/bin/sh\n");
    CU_ASSERT_EQUAL(chmod(script, 0755), 0);
    struct submission s = folder_load();
    CU_ASSERT_STRING_EQUAL(s.name, "tp1");
    CU_ASSERT_EQUAL(s.n_notes, 0);
    CU_ASSERT_EQUAL_FATAL(s.n_files, 4);
    CU_ASSERT_STRING_EQUAL(s.files[0].path, "b\xff\nname");
    CU_ASSERT_EQUAL(s.files[0].size, 2);
    CU_ASSERT_STRING_EQUAL(s.files[1].path, "client_tcp.c");
    CU_ASSERT_STRING_EQUAL(s.files[1].data, "int main(void) {}\n");
    CU_ASSERT_FALSE(s.files[1].executable);
    CU_ASSERT_STRING_EQUAL(s.files[2].path, "src/gen.sh");
    CU_ASSERT_TRUE(s.files[2].executable);
    CU_ASSERT_EQUAL(s.files[3].size, 0);
    submission_free(&s);
    folder_teardown();
}

static void check_name(const char *path, const char *expected)
{
    struct submission s;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(submission_load(&s, path, &err), 0);
    CU_ASSERT_STRING_EQUAL(s.name, expected);
    CU_ASSERT_EQUAL(s.n_files, 1);
    submission_free(&s);
}

static void test_the_name_is_that_of_the_real_folder(void)
{
    folder_setup();
    folder_put("été \xe9 -rf/a.c", "");
    AUTO_CLOSE int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT_EQUAL(chdir(folder_root), 0);
    check_name(".", "tp1");
    check_name("./", "tp1");
    check_name("été \xe9 -rf", "été \xe9 -rf");
    check_name("été \xe9 -rf/", "été \xe9 -rf");
    check_name("../tp1//", "tp1");
    check_name(folder_root, "tp1");
    folder_link("tp1", "../alias");
    check_name("../alias", "tp1");
    CU_ASSERT_EQUAL(fchdir(before), 0);
    folder_teardown();
}

static void check_refused(const char *path, const char *words)
{
    struct submission s;
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(submission_load(&s, path, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
}

static void test_what_is_no_folder_is_refused_with_advice(void)
{
    folder_setup();
    folder_put("client_tcp.c", "");
    folder_put("notes.txt", "");
    AUTO_FREE char *source = folder_path("client_tcp.c");
    AUTO_FREE char *text = folder_path("notes.txt");
    AUTO_FREE char *missing = folder_path("none");
    AUTO_FREE char *closed = folder_path("closed");
    CU_ASSERT_EQUAL(mkdir(closed, 0), 0);
    check_refused(source, "give the folder that it is in, “");
    check_refused(text, "is not a folder");
    check_refused(missing, "there is no folder");
    check_refused(closed, "Permission denied");
    check_refused("/dev/null", "is not a folder");
    check_refused("", "there is no folder");
    folder_teardown();
}

static void test_links_are_followed_inside_only(void)
{
    folder_setup();
    struct err err = ERR_NONE;
    AUTO_FREE char *secret = mem_printf("%s/secret", folder_outer);
    CU_ASSERT_EQUAL(fs_write(secret, "s3cret", 6, &err), 0);
    folder_put("src/a.c", "inside");
    folder_link("src/a.c", "linked.c");
    folder_link("../secret", "relative.c");
    folder_link(secret, "absolute.c");
    folder_link("/etc/passwd", "passwd.c");
    folder_link("nothing", "dangling.c");
    folder_link("loop.c", "loop.c");
    folder_link("src", "folder");
    folder_link("..", "parent");
    struct submission s = folder_load();
    const struct source_file *linked = file_of(&s, "linked.c");
    CU_ASSERT_TRUE(linked != NULL && strcmp(linked->data, "inside") == 0);
    CU_ASSERT_EQUAL(s.n_files, 2);
    CU_ASSERT_EQUAL(s.n_notes, 7);
    CU_ASSERT_TRUE(noted(&s, "“relative.c” is a link that does not stay inside the folder: put the file itself there"));
    CU_ASSERT_TRUE(noted(&s, "“absolute.c” is a link that does not stay inside"));
    CU_ASSERT_TRUE(noted(&s, "“passwd.c” is a link that does not stay inside"));
    CU_ASSERT_TRUE(noted(&s, "“dangling.c” is a link that leads nowhere"));
    CU_ASSERT_TRUE(noted(&s, "“loop.c” is a link that leads round in circles"));
    CU_ASSERT_TRUE(noted(&s, "“folder” is a link to a folder"));
    CU_ASSERT_TRUE(noted(&s, "“parent” is a link to a folder"));
    submission_free(&s);
    folder_teardown();
}

static void test_special_and_unreadable_files_are_noted(void)
{
    folder_setup();
    folder_put("good.c", "");
    folder_put("closed.c", "");
    folder_put("dark/a.c", "");
    AUTO_FREE char *fifo = folder_path("fifo\n.c");
    AUTO_FREE char *closed = folder_path("closed.c");
    AUTO_FREE char *dark = folder_path("dark");
    CU_ASSERT_EQUAL(mkfifo(fifo, 0644), 0);
    CU_ASSERT_EQUAL(chmod(closed, 0), 0);
    CU_ASSERT_EQUAL(chmod(dark, 0), 0);
    struct submission s = folder_load();
    CU_ASSERT_EQUAL(s.n_files, 1);
    CU_ASSERT_EQUAL(s.n_notes, 3);
    CU_ASSERT_TRUE(noted(&s, "“fifo\\n.c” is not a regular file"));
    CU_ASSERT_TRUE(noted(&s, "cannot read “closed.c”: Permission denied; it is left out"));
    CU_ASSERT_TRUE(noted(&s, "cannot read “dark”"));
    submission_free(&s);
    folder_teardown();
}

static void test_products_and_hidden_folders_are_left_out_silently(void)
{
    folder_setup();
    folder_put("a.c", "");
    folder_put("Makefile", "");
    folder_put("._a.c", "resource fork");
    folder_put(".git/config", "");
    folder_put(".svn/entries", "");
    folder_put(".cache/x.c", "");
    folder_put("node_modules/x/y.c", "");
    folder_put("__MACOSX/._a.c", "");
    folder_put("a.o", "");
    folder_put("lib.a", "");
    folder_put("lib.so", "");
    folder_put("a.out", "");
    folder_put_bytes("client_tcp", "\177ELF\2\1\1", 7);
    folder_put("sub/.gitignore", "*.o\n");
    struct submission s = folder_load();
    CU_ASSERT_EQUAL(s.n_notes, 0);
    CU_ASSERT_EQUAL(s.n_files, 3);
    CU_ASSERT_PTR_NOT_NULL(file_of(&s, "a.c"));
    CU_ASSERT_PTR_NOT_NULL(file_of(&s, "Makefile"));
    CU_ASSERT_PTR_NOT_NULL(file_of(&s, "sub/.gitignore"));
    submission_free(&s);
    folder_teardown();
}

static void test_big_files_are_noted(void)
{
    folder_setup();
    AUTO_FREE char *big = mem_alloc(SUBMISSION_FILE_SIZE + 1);
    folder_put_bytes("limit.c", big, SUBMISSION_FILE_SIZE);
    folder_put_bytes("over.c", big, SUBMISSION_FILE_SIZE + 1);
    for (int i = 0; i < 32; i++) {
        AUTO_FREE char *name = mem_printf("data%02d", i);
        folder_put_bytes(name, big, SUBMISSION_FILE_SIZE - 100);
    }
    folder_put("tiny.c", "x");
    struct submission s = folder_load();
    CU_ASSERT_PTR_NOT_NULL(file_of(&s, "data31"));
    CU_ASSERT_PTR_NOT_NULL(file_of(&s, "tiny.c")); /* what still fits is taken */
    CU_ASSERT_TRUE(noted(&s, "“over.c” is too big: more than 1 MiB"));
    CU_ASSERT_TRUE(noted(&s, "bigger than 32 MiB in all"));
    size_t sum = 0;
    for (size_t i = 0; i < s.n_files; i++)
        sum += s.files[i].size;
    CU_ASSERT_TRUE(sum <= SUBMISSION_SIZE);
    submission_free(&s);
    folder_teardown();
}

static void test_depth_is_limited(void)
{
    folder_setup();
    AUTO_BUF path = BUF_EMPTY;
    for (int depth = 0; depth < 20; depth++) {
        AUTO_FREE char *file = mem_printf("%sa.c", buf_text(&path));
        folder_put(file, "");
        buf_string(&path, "d/");
    }
    struct submission s = folder_load();
    CU_ASSERT_EQUAL(s.n_files, SUBMISSION_DEPTH + 1);
    CU_ASSERT_EQUAL(s.n_notes, 1);
    CU_ASSERT_TRUE(noted(&s, "more than 16 folders deep"));
    submission_free(&s);
    folder_teardown();
}

static void test_a_crowd_does_not_hide_the_sources(void)
{
    folder_setup();
    folder_put("venv/x", "");
    AUTO_FREE char *crowd = folder_path("venv");
    AUTO_CLOSE int fd = open(crowd, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < SUBMISSION_ENTRIES + 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%d.o", i);
        CU_ASSERT_EQUAL(linkat(fd, "x", fd, name, 0), 0);
    }
    folder_put("z/client_tcp.c", ""); /* sorts behind the crowd, but is met before it ends */
    folder_put("zz.c", "");
    struct submission s = folder_load();
    CU_ASSERT_PTR_NOT_NULL(file_of(&s, "zz.c"));
    CU_ASSERT_TRUE(noted(&s, "more than 5000 files and folders"));
    submission_free(&s);
    folder_teardown();
}

static void test_many_notes_are_summed_up(void)
{
    folder_setup();
    for (int i = 0; i < 50; i++) {
        AUTO_FREE char *name = mem_printf("l%02d", i);
        folder_link("/etc/passwd", name);
    }
    struct submission s = folder_load();
    CU_ASSERT_EQUAL(s.n_notes, 21);
    CU_ASSERT_TRUE(noted(&s, "30 more files were left out"));
    CU_ASSERT_EQUAL(s.n_left_out, 50);
    submission_free(&s);
    folder_teardown();
}

int suite_submission(void)
{
    static const struct unit_test tests[] = {
        {"a folder is read whole, whatever its names", test_a_folder_is_read_whole},
        {"the name is that of the real folder", test_the_name_is_that_of_the_real_folder},
        {"what is no folder is refused with advice", test_what_is_no_folder_is_refused_with_advice},
        {"links are followed inside only", test_links_are_followed_inside_only},
        {"special and unreadable files are noted", test_special_and_unreadable_files_are_noted},
        {"products and hidden folders are left out silently", test_products_and_hidden_folders_are_left_out_silently},
        {"big files are noted", test_big_files_are_noted},
        {"depth is limited", test_depth_is_limited},
        {"a crowd of files does not hide the sources", test_a_crowd_does_not_hide_the_sources},
        {"many notes are summed up", test_many_notes_are_summed_up},
    };
    return suite_add("submission", tests, COUNT_OF(tests));
}
