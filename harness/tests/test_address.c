#include <CUnit/CUnit.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "data/address.h"
#include "tests/suites.h"

static struct address parsed(const char *text)
{
    struct address address;
    struct err err = ERR_NONE;
    int type = 0;
    CU_ASSERT_EQUAL(address_parse(text, &address, &type, &err), 0);
    return address;
}

static void check_round_trip(const char *text, int family, int port, int type, const char *expected)
{
    struct address address;
    struct err err = ERR_NONE;
    int found_type = 0;
    CU_ASSERT_EQUAL(address_parse(text, &address, &found_type, &err), 0);
    CU_ASSERT_EQUAL(found_type, type);
    CU_ASSERT_EQUAL(address_family(&address), family);
    CU_ASSERT_EQUAL(address_port(&address), port);
    AUTO_FREE char *back = address_text(&address);
    CU_ASSERT_STRING_EQUAL(back, expected);
}

static void test_addresses_are_read_and_written(void)
{
    check_round_trip("127.0.0.1:5000", AF_INET, 5000, SOCK_STREAM, "127.0.0.1:5000");
    check_round_trip("tcp:0.0.0.0:0", AF_INET, 0, SOCK_STREAM, "0.0.0.0:0");
    check_round_trip("udp:192.168.52.2:65535", AF_INET, 65535, SOCK_DGRAM, "192.168.52.2:65535");
    check_round_trip("[::1]:5000", AF_INET6, 5000, SOCK_STREAM, "[::1]:5000");
    check_round_trip("udp:[0:0:0:0:0:0:0:0]:5", AF_INET6, 5, SOCK_DGRAM, "[::]:5");
    check_round_trip("unix:/tmp/s", AF_UNIX, -1, SOCK_STREAM, "/tmp/s");
    check_round_trip("seqpacket:/tmp/s", AF_UNIX, -1, SOCK_SEQPACKET, "/tmp/s");
}

static void test_anything_else_is_refused_with_an_example(void)
{
    static const char *const wrong[] = {
        "", ":", "5000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+5", "127.0.0.1: 5",
        "127.0.0.1:5000x", "127.0.0.1:050000", "256.0.0.1:5", "1.2.3:5", "localhost:5", "::1:5000", "[::1]", "[::1]5000",
        "[::g]:5", "[127.0.0.1]:5", "unix:", "seqpacket:", "udp:unix:/tmp/s", "sctp:1.2.3.4:5", "[]:5", "[:5", "\xff\xff:5",
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct address address;
        struct err err = ERR_NONE;
        int type = 0;
        CU_ASSERT_EQUAL(address_parse(wrong[i], &address, &type, &err), -1);
        CU_ASSERT_EQUAL(err.blame, BLAME_EXERCISE);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "[::1]:5000"));
        CU_ASSERT_EQUAL(address.len, 0);
    }
}

static void test_unix_paths_fit_or_are_refused(void)
{
    char text[5 + 120] = "unix:";
    struct address address;
    struct err err = ERR_NONE;
    int type = 0;
    for (size_t n = 107; n <= 108; n++) { /* the longest fills sun_path, and no NUL ends it */
        memset(text + 5, 'p', n);
        CU_ASSERT_EQUAL(address_parse(text, &address, &type, &err), 0);
        CU_ASSERT_EQUAL(address.len, sizeof(struct sockaddr_un));
        AUTO_FREE char *back = address_text(&address);
        CU_ASSERT_STRING_EQUAL(back, text + 5);
    }
    memset(text + 5, 'p', 109);
    CU_ASSERT_EQUAL(address_parse(text, &address, &type, &err), -1);
}

static struct address unix_address(const char *path, size_t n)
{
    struct address address = {.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    memcpy(un.sun_path, path, n);
    memcpy(&address.storage, &un, sizeof un);
    return address;
}

static void test_unix_names_of_all_kinds_are_written(void)
{
    struct address unnamed = unix_address("", 0);
    struct address abstract = unix_address("\0ab\0c", 5);
    char long_path[108];
    memset(long_path, 'q', sizeof long_path);
    struct address whole = unix_address(long_path, sizeof long_path);
    AUTO_FREE char *unnamed_text = address_text(&unnamed);
    AUTO_FREE char *abstract_text = address_text(&abstract);
    AUTO_FREE char *whole_text = address_text(&whole);
    CU_ASSERT_STRING_EQUAL(unnamed_text, "");
    CU_ASSERT_STRING_EQUAL(abstract_text, "@ab@c");
    CU_ASSERT_EQUAL(strlen(whole_text), 108);
}

static void test_any_address_is_known(void)
{
    struct address any = parsed("0.0.0.0:5000");
    struct address any6 = parsed("[::]:5000");
    struct address one = parsed("127.0.0.1:5000");
    struct address one6 = parsed("[::1]:5000");
    struct address none = {.len = 0};
    CU_ASSERT_TRUE(address_is_any(&any));
    CU_ASSERT_TRUE(address_is_any(&any6));
    CU_ASSERT_FALSE(address_is_any(&one));
    CU_ASSERT_FALSE(address_is_any(&one6));
    CU_ASSERT_FALSE(address_is_any(&none));
}

static void test_equality_looks_at_what_counts(void)
{
    struct address a = parsed("1.2.3.4:5");
    struct address b = parsed("1.2.3.4:5");
    memset((char *)&b.storage + offsetof(struct sockaddr_in, sin_zero), 0x5a, 8); /* rubbish in the padding */
    CU_ASSERT_TRUE(address_equal(&a, &b));
    b = parsed("1.2.3.4:6");
    CU_ASSERT_FALSE(address_equal(&a, &b));
    b = parsed("1.2.3.5:5");
    CU_ASSERT_FALSE(address_equal(&a, &b));
    b = parsed("[::1]:5");
    CU_ASSERT_FALSE(address_equal(&a, &b));
    a = parsed("[::1]:5");
    CU_ASSERT_TRUE(address_equal(&a, &b));
    a.len = offsetof(struct sockaddr_in6, sin6_scope_id); /* the short form is the same address */
    CU_ASSERT_TRUE(address_equal(&a, &b));
    a = parsed("unix:/tmp/s");
    b = unix_address("/tmp/s\0rubbish", 14);
    CU_ASSERT_TRUE(address_equal(&a, &b));
    b = unix_address("/tmp/s2", 7);
    CU_ASSERT_FALSE(address_equal(&a, &b));
}

/* A program may pass any length; the kernel's copy is only as long as that. */
static void test_cut_addresses_do_no_harm(void)
{
    static const char *const texts[] = {"1.2.3.4:5", "[::1]:5", "unix:/tmp/s"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct address whole = parsed(texts[i]);
        for (socklen_t len = 0; len <= sizeof whole.storage; len++) {
            struct address cut = {.len = len};
            memcpy(&cut.storage, &whole.storage, len);
            AUTO_FREE char *text = address_text(&cut);
            CU_ASSERT_PTR_NOT_NULL(text);
            CU_ASSERT_TRUE(address_port(&cut) == 5 || address_port(&cut) == -1);
            CU_ASSERT_TRUE(address_equal(&cut, &cut));
            (void)address_is_any(&cut);
        }
    }
}

static void test_names_of_families_and_types(void)
{
    CU_ASSERT_STRING_EQUAL(family_name(AF_INET), "IPv4");
    CU_ASSERT_STRING_EQUAL(family_name(AF_INET6), "IPv6");
    CU_ASSERT_STRING_EQUAL(family_name(AF_UNIX), "UNIX");
    CU_ASSERT_STRING_EQUAL(family_name(AF_NETLINK), "NETLINK");
    CU_ASSERT_STRING_EQUAL(family_name(99), "99");
    CU_ASSERT_STRING_EQUAL(family_constant(AF_INET), "AF_INET");
    CU_ASSERT_STRING_EQUAL(type_constant(SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK), "SOCK_STREAM");
    CU_ASSERT_STRING_EQUAL(type_constant(77), "77");
    CU_ASSERT_EQUAL(family_from_word("inet"), AF_INET);
    CU_ASSERT_EQUAL(family_from_word("unix"), AF_UNIX);
    CU_ASSERT_EQUAL(family_from_word("IPv4"), -1);
    CU_ASSERT_EQUAL(type_from_word("dgram"), SOCK_DGRAM);
    CU_ASSERT_EQUAL(type_from_word("seqpacket"), SOCK_SEQPACKET);
    CU_ASSERT_EQUAL(type_from_word(""), -1);
    const char *one = family_name(1001);
    const char *two = family_name(1002);
    CU_ASSERT_STRING_EQUAL(one, "1001");
    CU_ASSERT_STRING_EQUAL(two, "1002");
}

int suite_address(void)
{
    static const struct unit_test tests[] = {
        {"addresses are read and written", test_addresses_are_read_and_written},
        {"anything else is refused, with an example", test_anything_else_is_refused_with_an_example},
        {"unix paths fit or are refused", test_unix_paths_fit_or_are_refused},
        {"unix names of all kinds are written", test_unix_names_of_all_kinds_are_written},
        {"the any address is known", test_any_address_is_known},
        {"equality looks at what counts", test_equality_looks_at_what_counts},
        {"cut addresses do no harm", test_cut_addresses_do_no_harm},
        {"families and types have names", test_names_of_families_and_types},
    };
    return suite_add("address", tests, COUNT_OF(tests));
}
