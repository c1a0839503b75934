#include "data/script_load.h"

#include <stdlib.h>
#include <string.h>

#include "data/script_read.h"
#include "data/words.h"
#include "ground/buf.h"
#include "ground/text.h"

enum { LONGEST_MESSAGE = 16 * 1024 * 1024, LONGEST_KEPT = 65536 };

#define STEP(name, word, argument, help) {word, argument},
static const struct {
    const char *word, *argument;
} table[] = {{NULL, NULL}, /* STEP_NONE */
#include "data/steps.def"
};
#undef STEP

static bool is_peer(enum step_kind kind)
{
    return kind >= STEP_PEER_LISTEN;
}

enum step_kind step_from_word(const char *word, bool peer)
{
    for (size_t i = 1; i < COUNT_OF(table); i++)
        if (is_peer((enum step_kind)i) == peer && strcmp(table[i].word, word) == 0)
            return (enum step_kind)i;
    return STEP_NONE;
}

char *step_words(bool peer)
{
    struct buf words = BUF_EMPTY;
    for (size_t i = 1; i < COUNT_OF(table); i++)
        if (is_peer((enum step_kind)i) == peer)
            buf_printf(&words, "%s ", table[i].word);
    if (!peer)
        buf_string(&words, "repeat");
    return buf_steal(&words);
}

const char *step_argument(enum step_kind kind)
{
    return table[kind].argument;
}

int read_single(const struct yaml *node, const struct yaml_entry **entry, struct err *err)
{
    if (yaml_expect(node, YAML_MAP, err) != 0)
        return -1;
    if (node->n != 1)
        return yaml_fail(node, err, _("there must be one key here, and there are %zu"), node->n);
    *entry = &node->entries[0];
    return 0;
}

int read_actor(const struct yaml *node, char **name, struct err *err)
{
    if (yaml_name(node, name, err) != 0)
        return -1;
    if (step_from_word(*name, false) != STEP_NONE || words_have("repeat port occurrence hold optional", *name))
        return yaml_fail(node, err, _("'%s' is a word of the steps; give the actor another name"), *name);
    if ((*name)[0] >= '0' && (*name)[0] <= '9')
        return yaml_fail(node, err, _("an actor's name begins with a letter, and '%s' does not"), *name);
    return 0;
}

/*
 * FNV-1a over what makes a message its own; script_letters stirs it. The scenario is not part of it: two scenarios with the
 * same steps have the same messages, and are played once for both.
 */
static uint64_t message_seed(const struct script_reader *reader)
{
    const struct script_origin *origin = reader->origin;
    AUTO_FREE char *place =
        mem_printf("%s/%zu/%llu", origin->exercise, reader->index, (unsigned long long)origin->seed);
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = place; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    return hash;
}

int read_message(struct script_reader *reader, const struct yaml *node, struct step *step, struct err *err)
{
    if (node->kind == YAML_SCALAR)
        return yaml_bytes(node, &step->bytes, &step->size, err);
    if (yaml_expect(node, YAML_MAP, err) != 0 || yaml_keys(node, "size line binary", err) != 0)
        return -1;
    const struct yaml *size = NULL;
    if (node->n == 0)
        return yaml_need(node, "size", &size, err);
    if (node->n > 1)
        return yaml_fail(node, err, _("'%s' and '%s' exclude each other"), node->entries[0].key->text,
                         node->entries[1].key->text);
    const struct yaml_entry *form = &node->entries[0];
    /* A line can be read by programs that read lines, too; letters alone tell nobody where they end. */
    bool line = yaml_is(form->key, "line");
    long n = 0;
    if (yaml_integer(form->value, line, LONGEST_MESSAGE, &n, err) != 0)
        return -1;
    step->size = (size_t)n;
    step->form = line ? MESSAGE_LINE : yaml_is(form->key, "binary") ? MESSAGE_BINARY : MESSAGE_LETTERS;
    step->seed = message_seed(reader);
    if ((size_t)n > *reader->origin->room)
        return yaml_fail(node, err, _("with its templates and repeats written out, the definition is too big"));
    *reader->origin->room -= (size_t)n;
    if (step->size > LONGEST_KEPT)
        return 0;
    step->bytes = mem_alloc(step->size + 1);
    script_fill(step, step->bytes);
    return 0;
}

/* A step that is one word: only `settle` is complete that way. */
static int read_word(const struct yaml *node, struct step *step, struct err *err)
{
    AUTO_FREE char *word = NULL;
    if (yaml_line(node, &word, err) != 0)
        return -1;
    step->kind = step_from_word(word, false);
    if (step->kind == STEP_SETTLE)
        return 0;
    if (step->kind != STEP_NONE)
        return yaml_fail(node, err, _("'%s' needs an argument; expected: %s"), word, step_argument(step->kind));
    if (strcmp(word, "repeat") == 0)
        return yaml_fail(node, err, _("'%s' needs an argument; expected: %s"), word, "{times: N, play: [...]}");
    AUTO_FREE char *words = step_words(false);
    return yaml_unknown(node, _("unknown step"), words, err);
}

static int read_step(struct script_reader *reader, const struct yaml *node, struct step *step, struct err *err)
{
    step->line = node->line;
    if (node->kind == YAML_SCALAR)
        return read_word(node, step, err);
    if (yaml_expect(node, YAML_MAP, err) != 0)
        return -1;
    if (node->n != 1)
        return yaml_fail(node, err, _("a step is one thing to do; begin the next with a hyphen of its own"));
    const struct yaml_entry *entry = &node->entries[0];
    step->kind = step_from_word(entry->key->text, false);
    if (step->kind != STEP_NONE)
        return read_program_step(reader, entry->value, step, err);
    return read_peer_action(reader, entry->key, entry->value, step, err);
}

static int check_faults(const struct script_reader *reader, struct err *err)
{
    for (size_t i = 0; i < reader->n_faults; i++) {
        const struct yaml *name = reader->faults[i];
        const struct cast_member *member = cast_find(reader->cast, name->text);
        if (member == NULL || member->kind == ACTOR_PEER)
            return yaml_fail(name, err, _("no step starts '%s', to which this fault should happen"), name->text);
    }
    return 0;
}

int script_load(struct script *script, struct cast *cast, const struct yaml *play, const struct script_origin *origin,
                struct err *err)
{
    struct script_reader reader = {.origin = origin, .cast = cast};
    int result = yaml_expect(play, YAML_LIST, err);
    for (size_t i = 0; i < play->n && result == 0; i++) {
        reader.index = i;
        if (*origin->room < sizeof(struct step)) {
            result = yaml_fail(play, err, _("with its templates and repeats written out, the definition is too big"));
            break;
        }
        *origin->room -= sizeof(struct step);
        struct step *step = ARRAY_ADD(script->steps, script->n);
        result = read_step(&reader, play->entries[i].value, step, err);
    }
    if (result == 0)
        result = check_faults(&reader, err);
    free(reader.faults);
    return result;
}
