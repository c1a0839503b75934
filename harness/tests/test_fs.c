#include <CUnit/CUnit.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ground/fs.h"
#include "tests/suites.h"

/* A folder of its own for each test. */
static char *root;
static int rootfd = -1;

static void setup(void)
{
    struct err err = ERR_NONE;
    root = fs_temporary(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    rootfd = root == NULL ? -1 : open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void teardown(void)
{
    struct err err = ERR_NONE;
    close(rootfd);
    CU_ASSERT_EQUAL(fs_remove_tree(root, &err), 0);
    CU_ASSERT_EQUAL(access(root, F_OK), -1);
    free(root);
    root = NULL;
}

static char *below(const char *name)
{
    return mem_printf("%s/%s", root, name);
}

static void put(const char *name, const char *text)
{
    struct err err = ERR_NONE;
    AUTO_FREE char *path = below(name);
    CU_ASSERT_EQUAL(fs_write(path, text, strlen(text), &err), 0);
}

static bool holds(const char *name, const char *text)
{
    struct err err = ERR_NONE;
    AUTO_BUF content = BUF_EMPTY;
    AUTO_FREE char *path = below(name);
    return fs_read(path, 1000, &content, &err) == 0 && strcmp(buf_text(&content), text) == 0;
}

/* Reads NAME beneath the folder, expecting a refusal that says WORD. */
static void check_refused(const char *name, size_t max, const char *word)
{
    struct err err = ERR_NONE;
    AUTO_BUF content = BUF_EMPTY;
    buf_string(&content, "before");
    CU_ASSERT_EQUAL(fs_read_beneath(rootfd, name, max, &content, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_SUBMISSION);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, word));
    CU_ASSERT_STRING_EQUAL(buf_text(&content), "before");
}

static size_t entries(void)
{
    DIR *folder = opendir(root);
    CU_ASSERT_PTR_NOT_NULL(folder);
    if (folder == NULL)
        return 0;
    size_t n = 0;
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n - 3; /* . and .., and the mark of a temporary folder */
}

/* What has a name already keeps it: a file, a folder, a link that leads nowhere. */
static void test_new_files_replace_nothing(void)
{
    setup();
    struct err err = ERR_NONE;
    AUTO_FREE char *path = below("new");
    CU_ASSERT_EQUAL(fs_write_new(path, "first", 5, &err), 0);
    CU_ASSERT_EQUAL(fs_write_new(path, "second", 6, &err), 1);
    CU_ASSERT(holds("new", "first"));
    AUTO_FREE char *link = below("link");
    CU_ASSERT_EQUAL(symlinkat("nowhere", rootfd, "link"), 0);
    CU_ASSERT_EQUAL(fs_write_new(link, "x", 1, &err), 1);
    CU_ASSERT_EQUAL(faccessat(rootfd, "nowhere", F_OK, 0), -1);
    CU_ASSERT_EQUAL(fs_write_new(root, "x", 1, &err), 1);
    CU_ASSERT_EQUAL(err.blame, BLAME_NONE);
    AUTO_FREE char *nowhere = below("none/new");
    CU_ASSERT_EQUAL(fs_write_new(nowhere, "x", 1, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "there is no folder"));
    CU_ASSERT_EQUAL(entries(), 2);
    teardown();
}

static void test_files_are_read_whole(void)
{
    setup();
    struct err err = ERR_NONE;
    AUTO_BUF content = BUF_EMPTY;
    AUTO_FREE char *path = below("a");
    CU_ASSERT_EQUAL(fs_write(path, "x\0y", 3, &err), 0);
    CU_ASSERT_EQUAL(fs_read(path, 3, &content, &err), 0);
    CU_ASSERT_EQUAL(content.len, 3);
    CU_ASSERT_EQUAL(memcmp(content.data, "x\0y", 4), 0);
    CU_ASSERT_EQUAL(fs_read(path, 2, &content, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_EQUAL(content.len, 3);
    CU_ASSERT_EQUAL(fs_read("/dev/null", 10, &content, &err), -1);
    CU_ASSERT_EQUAL(fs_read(root, 10, &content, &err), -1);
    AUTO_FREE char *missing = below("none");
    CU_ASSERT_EQUAL(fs_read(missing, 10, &content, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    teardown();
}

static void test_links_that_stay_inside_are_followed(void)
{
    setup();
    struct err err = ERR_NONE;
    AUTO_BUF content = BUF_EMPTY;
    CU_ASSERT_EQUAL(mkdirat(rootfd, "sub", 0755), 0);
    put("a", "text");
    CU_ASSERT_EQUAL(symlinkat("../a", rootfd, "sub/link"), 0);
    CU_ASSERT_EQUAL(fs_read_beneath(rootfd, "sub/link", 100, &content, &err), 0);
    CU_ASSERT_STRING_EQUAL(buf_text(&content), "text");
    teardown();
}

static void test_what_leads_out_is_refused(void)
{
    setup();
    CU_ASSERT_EQUAL(symlinkat("/etc/passwd", rootfd, "absolute"), 0);
    CU_ASSERT_EQUAL(symlinkat("../../../../etc/passwd", rootfd, "relative"), 0);
    CU_ASSERT_EQUAL(symlinkat("/", rootfd, "folder"), 0);
    CU_ASSERT_EQUAL(symlinkat("/proc/self/fd/0", rootfd, "magic"), 0);
    CU_ASSERT_EQUAL(symlinkat("loop", rootfd, "loop"), 0);
    check_refused("absolute", 10000, "does not stay inside");
    check_refused("relative", 10000, "does not stay inside");
    check_refused("folder/etc/passwd", 10000, "does not stay inside");
    check_refused("magic", 10000, "does not stay inside");
    check_refused("../x", 10000, "does not stay inside");
    check_refused("/etc/passwd", 10000, "does not stay inside");
    check_refused("loop", 10000, "circles");
    teardown();
}

static void test_nothing_that_blocks_is_opened(void)
{
    setup();
    AUTO_FREE char *socket_path = below("socket");
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    snprintf(un.sun_path, sizeof un.sun_path, "%s", socket_path);
    AUTO_CLOSE int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(bind(server, (struct sockaddr *)&un, sizeof un), 0);
    CU_ASSERT_EQUAL(mkfifoat(rootfd, "fifo", 0644), 0);
    CU_ASSERT_EQUAL(mkdirat(rootfd, "folder", 0755), 0);
    check_refused("fifo", 100, "not a regular file");
    check_refused("socket", 100, "not a regular file");
    check_refused("folder", 100, "not a regular file");
    check_refused("absent", 100, "No such file");
    teardown();
}

static void test_size_and_permission_are_checked(void)
{
    setup();
    put("big", "0123456789");
    check_refused("big", 9, "too big");
    /* Whoever runs this test, root or not. */
    CU_ASSERT_EQUAL(fchmodat(rootfd, "big", 0, 0), 0);
    check_refused("big", 100, "Permission denied");
    CU_ASSERT_EQUAL(mkdirat(rootfd, "closed", 0), 0);
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(fs_open_folder(rootfd, "closed", &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_SUBMISSION);
    CU_ASSERT_EQUAL(symlinkat(".", rootfd, "link"), 0);
    CU_ASSERT_EQUAL(fs_open_folder(rootfd, "link", &err), -1);
    teardown();
}

static void test_names_are_escaped_in_errors(void)
{
    setup();
    struct err err = ERR_NONE;
    AUTO_BUF content = BUF_EMPTY;
    CU_ASSERT_EQUAL(fs_read_beneath(rootfd, "a\n\033[2J\xff", 100, &content, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "a\\n\\x1b[2J\\xff"));
    teardown();
}

static void test_files_are_replaced_whole_or_not_at_all(void)
{
    setup();
    struct err err = ERR_NONE;
    put("out", "first, and longer");
    put("out", "second");
    CU_ASSERT_TRUE(holds("out", "second"));
    CU_ASSERT_EQUAL(entries(), 1);
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    CU_ASSERT_EQUAL(fstatat(rootfd, "out", &status, 0), 0);
    CU_ASSERT_EQUAL(status.st_mode & 0777, 0644 & ~mask);

    AUTO_FREE char *nowhere = below("none/out");
    CU_ASSERT_EQUAL(fs_write(nowhere, "x", 1, &err), -1);
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "there is no folder"));
    CU_ASSERT_EQUAL(fs_write(root, "x", 1, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "it is a folder"));
    AUTO_FREE char *under_file = below("out/x");
    CU_ASSERT_EQUAL(fs_write(under_file, "x", 1, &err), -1);
    CU_ASSERT_EQUAL(entries(), 1);
    teardown();
}

static void test_failed_writes_leave_nothing_behind(void)
{
    setup();
    struct err err = ERR_NONE;
    AUTO_FREE char *long_name = mem_alloc(400);
    memset(long_name, 'n', 300);
    AUTO_FREE char *too_long = below(long_name);
    CU_ASSERT_EQUAL(fs_write(too_long, "x", 1, &err), -1);
    CU_ASSERT_EQUAL(entries(), 0);
    long_name[255] = '\0'; /* as long as a name may be */
    AUTO_FREE char *longest = below(long_name);
    CU_ASSERT_EQUAL(fs_write(longest, "x", 1, &err), 0);
    CU_ASSERT_EQUAL(entries(), 1);
    CU_ASSERT_EQUAL(fs_write("/dev/full", "x", 1, &err), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "No space left"));
    teardown();
}

static void test_devices_and_links_survive_being_written_to(void)
{
    setup();
    struct err err = ERR_NONE;
    struct stat status;
    CU_ASSERT_EQUAL(fs_write("/dev/null", "x", 1, &err), 0);
    CU_ASSERT_EQUAL(stat("/dev/null", &status), 0);
    CU_ASSERT_TRUE(S_ISCHR(status.st_mode));
    put("real", "old");
    CU_ASSERT_EQUAL(symlinkat("real", rootfd, "link"), 0);
    put("link", "new");
    CU_ASSERT_EQUAL(fstatat(rootfd, "link", &status, AT_SYMLINK_NOFOLLOW), 0);
    CU_ASSERT_TRUE(S_ISLNK(status.st_mode));
    CU_ASSERT_TRUE(holds("real", "new"));
    /* One of our own descriptors by name, as in `--json /dev/stdout > file`. */
    AUTO_CLOSE int fd = openat(rootfd, "opened", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    AUTO_FREE char *name = mem_printf("/dev/fd/%d", fd);
    CU_ASSERT_EQUAL(fs_write(name, "text", 4, &err), 0);
    CU_ASSERT_TRUE(holds("opened", "text"));
    CU_ASSERT_EQUAL(fstat(fd, &status), 0);
    CU_ASSERT_EQUAL(status.st_size, 4);
    teardown();
}

static void test_trees_are_removed_without_following_links(void)
{
    setup();
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(mkdirat(rootfd, "tree", 0755), 0);
    CU_ASSERT_EQUAL(mkdirat(rootfd, "tree/closed", 0755), 0);
    CU_ASSERT_EQUAL(mkdirat(rootfd, "outside", 0755), 0);
    put("outside/precious", "text");
    put("tree/closed/file", "x");
    CU_ASSERT_EQUAL(symlinkat("../../outside", rootfd, "tree/closed/link"), 0);
    CU_ASSERT_EQUAL(mkfifoat(rootfd, "tree/fifo", 0), 0);
    CU_ASSERT_EQUAL(fchmodat(rootfd, "tree/closed", 0, 0), 0);
    CU_ASSERT_EQUAL(fchmodat(rootfd, "tree", 0500, 0), 0);
    AUTO_FREE char *tree = below("tree");
    CU_ASSERT_EQUAL(fs_remove_tree(tree, &err), 0);
    CU_ASSERT_EQUAL(faccessat(rootfd, "tree", F_OK, 0), -1);
    CU_ASSERT_TRUE(holds("outside/precious", "text"));
    CU_ASSERT_EQUAL(fs_remove_tree(tree, &err), 0); /* gone already */
    CU_ASSERT_EQUAL(symlinkat("outside", rootfd, "tree"), 0);
    CU_ASSERT_EQUAL(fs_remove_tree(tree, &err), 0);
    CU_ASSERT_TRUE(holds("outside/precious", "text"));
    teardown();
}

/* Deeper than there are descriptors, and longer than any path may be. */
static void test_trees_of_any_depth_are_removed(void)
{
    setup();
    struct err err = ERR_NONE;
    CU_ASSERT_EQUAL(mkdirat(rootfd, "deep", 0755), 0);
    int at = openat(rootfd, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 1500; i++) {
        CU_ASSERT_EQUAL(mkdirat(at, "folder", 0755), 0);
        int next = openat(at, "folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(at);
        at = next;
    }
    CU_ASSERT_NOT_EQUAL(at, -1);
    close(at);
    AUTO_FREE char *deep = below("deep");
    CU_ASSERT_EQUAL(fs_remove_tree(deep, &err), 0);
    CU_ASSERT_EQUAL(faccessat(rootfd, "deep", F_OK, 0), -1);
    teardown();
}

/* With TMPDIR set so (NULL: unset). */
static char *temporary_in(const char *tmpdir, struct err *err)
{
    AUTO_FREE char *before = mem_string(getenv("TMPDIR"));
    if (tmpdir != NULL)
        setenv("TMPDIR", tmpdir, 1);
    else
        unsetenv("TMPDIR");
    char *path = fs_temporary(err);
    if (before != NULL)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
    return path;
}

static void test_temporary_folders_are_private(void)
{
    setup();
    struct err err = ERR_NONE;
    struct stat status;
    AUTO_FREE char *inner = temporary_in(root, &err);
    CU_ASSERT_TRUE(inner != NULL && strncmp(inner, root, strlen(root)) == 0);
    CU_ASSERT_TRUE(inner != NULL && stat(inner, &status) == 0 && (status.st_mode & 0777) == 0700);
    CU_ASSERT_PTR_NULL(temporary_in("/nonexistent", &err));
    CU_ASSERT_EQUAL(err.blame, BLAME_ENVIRONMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/nonexistent"));
    AUTO_FREE char *usual = temporary_in(NULL, &err);
    CU_ASSERT_TRUE(usual != NULL && strncmp(usual, "/tmp/", 5) == 0);
    CU_ASSERT_TRUE(usual != NULL && fs_remove_tree(usual, &err) == 0);
    teardown();
}

int suite_fs(void)
{
    static const struct unit_test tests[] = {
        {"files are read whole, up to a size", test_files_are_read_whole},
        {"a new file replaces nothing", test_new_files_replace_nothing},
        {"links that stay inside are followed", test_links_that_stay_inside_are_followed},
        {"what leads out of the folder is refused", test_what_leads_out_is_refused},
        {"nothing that could block is opened", test_nothing_that_blocks_is_opened},
        {"size and the owner's permissions are checked, for root too", test_size_and_permission_are_checked},
        {"names are escaped in errors", test_names_are_escaped_in_errors},
        {"files are replaced whole or not at all", test_files_are_replaced_whole_or_not_at_all},
        {"failed writes leave nothing behind", test_failed_writes_leave_nothing_behind},
        {"devices and links survive being written to", test_devices_and_links_survive_being_written_to},
        {"trees are removed without following links", test_trees_are_removed_without_following_links},
        {"trees of any depth are removed", test_trees_of_any_depth_are_removed},
        {"temporary folders are private", test_temporary_folders_are_private},
    };
    return suite_add("fs", tests, COUNT_OF(tests));
}
