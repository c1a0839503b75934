#include "data/script.h"

#include <stdlib.h>
#include <string.h>

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
        free(step->other);
    }
    free(script->steps);
    *script = (struct script){NULL, 0};
}

size_t script_weight(const struct script *script)
{
    enum { BYTES_PER_STEP = 8192 };
    size_t weight = script->n;
    for (size_t i = 0; i < script->n; i++)
        weight += script->steps[i].size / BYTES_PER_STEP;
    return weight;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_arguments(char *const *a, char *const *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0)
        a++, b++;
    return *a == NULL && *b == NULL;
}

static bool same_step(const struct step *a, const struct step *b)
{
    return a->kind == b->kind && same_text(a->actor, b->actor) && same_text(a->program, b->program) &&
           same_arguments(a->arguments, b->arguments) && a->descriptors == b->descriptors && a->raw == b->raw &&
           a->answer == b->answer && a->condition == b->condition && a->port == b->port && a->hold == b->hold &&
           a->optional == b->optional && a->signal == b->signal && address_equal(&a->address, &b->address) &&
           address_equal(&a->source, &b->source) && same_text(a->other, b->other) &&
           a->type == b->type && a->size == b->size && a->end_of_file == b->end_of_file && a->call == b->call &&
           a->error == b->error && a->length == b->length && a->occurrence == b->occurrence &&
           a->form == b->form && a->seed == b->seed && (a->bytes == NULL) == (b->bytes == NULL) &&
           (a->bytes == NULL || memcmp(a->bytes, b->bytes, a->size) == 0);
}

bool script_equal(const struct script *a, const struct script *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = same_step(&a->steps[i], &b->steps[i]);
    return same;
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

void script_binary(char *out, size_t n, uint64_t seed)
{
    static const char awkward[] = {'a',  '\r', '\n',   '\0',   'b',    '\xff', '\n', '\n',
                                   '\0', '\0', '\x1a', '\x04', '\x80', '%',    's',  '\\'};
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0)
            bits = next_random(&seed);
        out[i] = i < sizeof awkward ? awkward[i] : (char)(bits & 0xff);
        bits >>= 8;
    }
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

void script_fill(const struct step *step, char *out)
{
    if (step->form == MESSAGE_BINARY)
        script_binary(out, step->size, step->seed);
    else
        script_letters(out, step->size, step->seed);
    if (step->form == MESSAGE_LINE && step->size > 0)
        out[step->size - 1] = '\n';
}
