#include "data/call.h"

#include <string.h>

static const struct {
    const char *name;
    enum role role;
} calls[] = {
    {"?", ROLE_NONE},
#define CALL(name, role, signature) {#name, ROLE_##role},
#if defined __x86_64__
#define CALL_LEGACY CALL
#else
#define CALL_LEGACY(name, role, signature)
#endif
#include "data/calls.def"
#undef CALL
#undef CALL_LEGACY
};

static const char *const words[] = {
    "",
#define ROLE(name, word) word,
#include "data/roles.def"
#undef ROLE
};

const char *call_name(enum call_id id)
{
    return calls[id].name;
}

enum role call_role(enum call_id id)
{
    return calls[id].role;
}

const char *role_word(enum role role)
{
    return words[role];
}

enum role role_from_word(const char *word)
{
    for (size_t i = 1; i < COUNT_OF(words); i++)
        if (strcmp(words[i], word) == 0)
            return (enum role)i;
    return ROLE_NONE;
}
