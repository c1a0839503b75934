/* The actions of scripted peers: `- NAME: {word: argument}`, or `- NAME: word` for those without an argument. */
#include <string.h>

#include "data/script_read.h"
#include "data/words.h"
#include "ground/text.h"

enum { MOST_AWAITED = 64 * 1024 * 1024 };

static int parse_address(const struct yaml *node, struct address *address, int *type, struct err *err)
{
    AUTO_FREE char *text = NULL;
    if (yaml_line(node, &text, err) != 0)
        return -1;
    return address_parse(text, address, type, err) == 0 ? 0 : yaml_locate(node, err);
}

static int read_address(const struct yaml *argument, struct step *step, struct err *err)
{
    return parse_address(argument, &step->address, &step->type, err);
}

/* ADDRESS, or {to: ADDRESS, from: ADDRESS}. */
static int read_destination(const struct yaml *argument, struct step *step, struct err *err)
{
    if (argument->kind != YAML_MAP)
        return read_address(argument, step, err);
    const struct yaml *to = NULL, *from = yaml_get(argument, "from");
    int type = SOCK_STREAM;
    if (yaml_keys(argument, "to from", err) != 0 || yaml_need(argument, "to", &to, err) != 0 ||
        read_address(to, step, err) != 0 || (from != NULL && parse_address(from, &step->source, &type, err) != 0))
        return -1;
    if (from != NULL && address_family(&step->source) != address_family(&step->address))
        return yaml_fail(from, err, _("the peer's own address is of another family than the one it connects to"));
    return 0;
}

static int read_other(const struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    struct cast_member *member = NULL;
    if (cast_need(reader->cast, argument, &member, err) != 0)
        return -1;
    if (member->kind != ACTOR_PEER)
        return yaml_fail(argument, err, _("'%s' is a program; expected: a peer"), member->name);
    step->other = mem_string(member->name);
    return 0;
}

static int read_awaited(const struct yaml *argument, struct step *step, struct err *err)
{
    step->end_of_file = yaml_is(argument, "end-of-file");
    if (step->end_of_file)
        return 0;
    if (yaml_expect(argument, YAML_SCALAR, err) != 0)
        return -1;
    if (argument->text[strspn(argument->text, "-0123456789")] != '\0')
        return yaml_unknown(argument, _("this is no number of bytes:"), "end-of-file", err);
    long count = 0;
    int result = yaml_integer(argument, 0, MOST_AWAITED, &count, err);
    step->size = (size_t)count;
    return result;
}

static int read_answer(const struct yaml *argument, struct step *step, struct err *err)
{
    AUTO_FREE char *word = NULL;
    if (yaml_line(argument, &word, err) != 0)
        return -1;
#define ANSWER(name, text, help) \
    if (strcmp(word, text) == 0) \
        step->answer = ANSWER_##name;
#include "data/answers.def"
#undef ANSWER
#define ANSWER(name, text, help) text " "
    static const char words[] =
#include "data/answers.def"
        ;
#undef ANSWER
    return step->answer != ANSWER_NONE ? 0 : yaml_unknown(argument, _("unknown answer"), words, err);
}

static int read_argument(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    switch (step->kind) {
    case STEP_PEER_LISTEN:
    case STEP_PEER_BIND: return read_address(argument, step, err);
    case STEP_PEER_CONNECT:
    case STEP_PEER_CONNECT_ELSE:
    case STEP_PEER_ATTEMPT: return read_destination(argument, step, err);
    case STEP_PEER_REACH: return read_other(reader, argument, step, err);
    case STEP_PEER_SEND: return read_message(reader, argument, step, err);
    case STEP_PEER_RECEIVE: return read_awaited(argument, step, err);
    case STEP_PEER_ANSWER: return read_answer(argument, step, err);
    case STEP_PEER_ACCEPT:
    case STEP_PEER_HALF_CLOSE:
    case STEP_PEER_CLOSE:
    case STEP_PEER_RESET:
    case STEP_PEER_STOP_READING:
    case STEP_PEER_READ_ON: return yaml_fail(argument, err, _("'%s' takes no argument"), step_word(step->kind));
    case STEP_NONE:
    case STEP_START:
    case STEP_UNTIL:
    case STEP_RELEASE:
    case STEP_SIGNAL:
    case STEP_INPUT:
    case STEP_INPUT_END:
    case STEP_SETTLE:
    case STEP_LOOK:
    case STEP_FAULT:
    case STEP_LATE_THREADS:
    case STEP_COUNT: break;
    }
    return err_set(err, BLAME_HARNESS, "%s", _("a step of a program was taken for a step of a peer"));
}

/* NAME is no step and ACTION is nothing that a peer does: says which of the two the author more likely meant. */
static int unknown_action(const struct script_reader *reader, const struct yaml *name, const struct yaml *action,
                          struct err *err)
{
    AUTO_FREE char *steps = step_words(false);
    AUTO_FREE char *actions = step_words(true);
    if (step_from_word(name->text, true) != STEP_NONE)
        return yaml_fail(name, err, _("'%s' is what a peer does; write `NAME: %s`, or `NAME: {%s: ...}`"), name->text,
                         name->text, name->text);
    if (cast_find(reader->cast, name->text) == NULL && words_near(steps, name->text))
        return yaml_unknown(name, _("unknown step"), steps, err);
    return yaml_unknown(action, _("unknown action of a peer"), actions, err);
}

/* A peer comes in by an action that gives it a socket: any other one is more likely a misspelt name. */
static int introduce(struct script_reader *reader, const struct yaml *name, const struct step *step, struct err *err)
{
    const struct cast_member *member = cast_find(reader->cast, step->actor);
    if (member != NULL && member->kind != ACTOR_PEER)
        return yaml_fail(name, err, _("'%s' is a program; it plays by itself, only peers are told what to do"),
                         step->actor);
    if (member != NULL)
        return 0;
    if (step->kind != STEP_PEER_LISTEN && step->kind != STEP_PEER_BIND && step->kind != STEP_PEER_CONNECT &&
        step->kind != STEP_PEER_ATTEMPT)
        return yaml_fail(name, err, _("the peer '%s' has not begun: its first action is listen, bind or connect"),
                         step->actor);
    cast_add(reader->cast, step->actor, ACTOR_PEER);
    return 0;
}

int read_peer_action(struct script_reader *reader, const struct yaml *name, const struct yaml *action, struct step *step,
                     struct err *err)
{
    const struct yaml *word = action, *argument = NULL;
    if (action->kind == YAML_MAP) {
        const struct yaml_entry *entry = NULL;
        if (read_single(action, &entry, err) != 0)
            return -1;
        word = entry->key;
        argument = yaml_is_null(entry->value) ? NULL : entry->value;
    } else if (action->kind == YAML_LIST || yaml_is_null(action)) {
        return unknown_action(reader, name, name, err);
    }
    step->kind = step_from_word(word->text, true);
    if (step->kind == STEP_NONE)
        return unknown_action(reader, name, word, err);
    if (read_actor(name, &step->actor, err) != 0 || introduce(reader, name, step, err) != 0)
        return -1;
    if (argument != NULL)
        return read_argument(reader, argument, step, err);
    if (step_argument(step->kind)[0] != '\0')
        return yaml_fail(word, err, _("'%s' needs an argument; expected: %s"), step_word(step->kind),
                         step_argument(step->kind));
    return 0;
}
