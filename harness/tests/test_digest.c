/* digest: pieces joined give the digest of the whole; what differs anywhere has another one. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "data/digest.h"
#include "tests/suites.h"

enum { SIZE = 1000 };

static void fill(char *data)
{
    for (size_t i = 0; i < SIZE; i++)
        data[i] = (char)(i * 37 + i / 256);
}

static void test_pieces_make_the_whole(void)
{
    char data[SIZE];
    fill(data);
    struct digest whole = {0, 0};
    digest_add(&whole, data, SIZE);
    CU_ASSERT_EQUAL(whole.n, SIZE);
    for (size_t cut = 0; cut <= SIZE; cut += 13) {
        struct digest added = {0, 0}, head = {0, 0}, tail = {0, 0};
        digest_add(&added, data, cut);
        digest_add(&added, data + cut, SIZE - cut);
        CU_ASSERT_TRUE(digest_equal(&added, &whole));
        digest_add(&head, data, cut);
        digest_add(&tail, data + cut, SIZE - cut);
        digest_join(&head, &tail);
        CU_ASSERT_TRUE(digest_equal(&head, &whole));
    }
}

static void test_any_change_shows(void)
{
    char data[SIZE];
    fill(data);
    struct digest whole = {0, 0};
    digest_add(&whole, data, SIZE);
    for (size_t i = 0; i < SIZE; i += 7) {
        struct digest other = {0, 0};
        data[i] ^= 1;
        digest_add(&other, data, SIZE);
        data[i] ^= 1;
        CU_ASSERT_FALSE(digest_equal(&other, &whole));
    }
    struct digest swapped = {0, 0};
    digest_add(&swapped, data + 1, 1);
    digest_add(&swapped, data, 1);
    digest_add(&swapped, data + 2, SIZE - 2);
    CU_ASSERT_FALSE(digest_equal(&swapped, &whole));
}

static void test_zeros_count(void)
{
    static const char zeros[9];
    struct digest less = {0, 0}, more = {0, 0};
    digest_add(&less, zeros, 8);
    digest_add(&more, zeros, 9);
    CU_ASSERT_NOT_EQUAL(less.hash, more.hash);
}

int suite_digest(void)
{
    static const struct unit_test tests[] = {
        {"pieces make the whole", test_pieces_make_the_whole},
        {"any change shows", test_any_change_shows},
        {"zeros count", test_zeros_count},
    };
    return suite_add("digest", tests, COUNT_OF(tests));
}
