/* call: the names and roles of the watched system calls, from calls.def and roles.def. */
#ifndef DATA_CALL_H
#define DATA_CALL_H

#include "ground/base.h"

enum role {
    ROLE_NONE,
#define ROLE(name, word) ROLE_##name,
#include "data/roles.def"
#undef ROLE
    ROLE_COUNT
};

enum call_id {
    CALL_NONE,
#define CALL(name, role, signature) CALL_##name,
#if defined __x86_64__
#define CALL_LEGACY CALL
#else
#define CALL_LEGACY(name, role, signature)
#endif
#include "data/calls.def"
#undef CALL
#undef CALL_LEGACY
    CALL_COUNT
};

const char *call_name(enum call_id id); /* "recvfrom" */
enum role call_role(enum call_id id);
const char *role_word(enum role role); /* "receive" */
/* ROLE_NONE when there is no such role. */
enum role role_from_word(const char *word);

#endif
