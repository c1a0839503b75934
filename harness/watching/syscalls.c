#include "watching/syscalls.h"

#include <string.h>
#include <sys/syscall.h>

enum { NUMBER_LIMIT = 512 };

static const struct {
    const char *word;
    enum argument kind;
} words[] = {
    {"-", ARG_NONE},           {"fd", ARG_FD},           {"oldfd", ARG_OLD_FD},     {"newfd", ARG_NEW_FD},
    {"in", ARG_IN},            {"out", ARG_OUT},         {"len", ARG_LEN},          {"n", ARG_LEN},
    {"alen", ARG_LEN},         {"iov_in", ARG_IOV_IN},   {"iov_out", ARG_IOV_OUT},  {"msg_in", ARG_MSG_IN},
    {"msg_out", ARG_MSG_OUT},  {"mmsg_in", ARG_MMSG_IN}, {"mmsg_out", ARG_MMSG_OUT}, {"addr", ARG_ADDR},
    {"addr_out", ARG_ADDR_OUT}, {"palen", ARG_PLEN},        {"path", ARG_PATH},         {"handler", ARG_HANDLER},
};

static const struct {
    long number;
    const char *signature;
} sources[CALL_COUNT] = {
    {-1, ""},
#define CALL(name, role, signature) {SYS_##name, signature},
#if defined __x86_64__
#define CALL_LEGACY CALL
#else
#define CALL_LEGACY(name, role, signature)
#endif
#include "data/calls.def"
#undef CALL
#undef CALL_LEGACY
};

static struct syscall_row rows[CALL_COUNT];
static short by_number[NUMBER_LIMIT];
static bool ready;

static enum argument argument_kind(const char *word, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strlen(words[i].word) == n && memcmp(words[i].word, word, n) == 0)
            return words[i].kind;
    return ARG_NONE;
}

static void prepare(void)
{
    for (size_t i = 1; i < CALL_COUNT; i++) {
        rows[i].number = sources[i].number;
        rows[i].id = (enum call_id)i;
        const char *s = sources[i].signature;
        for (size_t a = 0; *s != '\0' && a < COUNT_OF(rows[i].args); a++) {
            size_t n = strcspn(s, " ");
            rows[i].args[a] = argument_kind(s, n);
            s += n + (s[n] == ' ');
        }
        if (rows[i].number >= 0 && rows[i].number < NUMBER_LIMIT)
            by_number[rows[i].number] = (short)i;
    }
    ready = true;
}

const struct syscall_row *syscall_find(uint64_t number)
{
    if (!ready)
        prepare();
    if (number >= NUMBER_LIMIT || by_number[number] == 0)
        return NULL;
    return &rows[by_number[number]];
}

const struct syscall_row *syscall_row(enum call_id id)
{
    if (!ready)
        prepare();
    return &rows[id];
}

int syscall_argument(const struct syscall_row *row, enum argument kind)
{
    for (int i = 0; i < (int)COUNT_OF(row->args); i++)
        if (row->args[i] == kind)
            return i;
    return -1;
}
