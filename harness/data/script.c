#include "data/script.h"

#include <stdlib.h>

void script_free(struct script *script)
{
    for (size_t i = 0; i < script->n; i++) {
        struct step *step = &script->steps[i];
        free(step->actor);
        free(step->program);
        for (char **argument = step->arguments; argument != NULL && *argument != NULL; argument++)
            free(*argument);
        free(step->arguments);
        free(step->bytes);
    }
    free(script->steps);
    *script = (struct script){NULL, 0};
}

const char *step_word(enum step_kind kind)
{
    switch (kind) {
    case STEP_NONE: return NULL;
#define STEP(name, word, argument, help) \
    case STEP_##name: return word;
#include "data/steps.def"
#undef STEP
    }
    return NULL;
}

const char *condition_word(enum condition condition)
{
    switch (condition) {
    case CONDITION_NONE: return NULL;
#define CONDITION(name, word, help) \
    case CONDITION_##name: return word;
#include "data/conditions.def"
#undef CONDITION
    }
    return NULL;
}

/* splitmix64: every state gives a good next number, so that neighbouring seeds have nothing in common. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void script_letters(char *out, size_t n, uint64_t seed)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0)
            bits = next_random(&seed);
        out[i] = letters[(bits & 0xff) * (sizeof letters - 1) >> 8];
        bits >>= 8;
    }
}
