/* The steps about programs: `- start: NAME` and the others whose key is the step's word. */
#include <string.h>

#include "data/names.h"
#include "data/script_read.h"
#include "data/words.h"
#include "ground/text.h"

enum { MOST_DESCRIPTORS = 1000, MOST_OCCURRENCES = 100000, LAST_PORT = 65535, LONGEST_PIECE = 1 << 20 };

#define CONDITION(name, word, help) word " "
static const char condition_words[] =
#include "data/conditions.def"
    "";
#undef CONDITION

#define ROLE(name, word) word " "
static const char role_words[] =
#include "data/roles.def"
    "";
#undef ROLE

/* The program that a step is about: it must have been started. */
static int read_program(struct script_reader *reader, const struct yaml *node, struct step *step,
                        struct cast_member **member, struct err *err)
{
    if (cast_need(reader->cast, node, member, err) != 0)
        return -1;
    if ((*member)->kind == ACTOR_PEER)
        return yaml_fail(node, err, _("'%s' is a peer; this step is about a program that a `start` began"),
                         (*member)->name);
    step->actor = mem_string((*member)->name);
    return 0;
}

static int read_model(const struct yaml *node, char **program, struct err *err)
{
    static const char folder[] = "reference/";
    AUTO_FREE char *path = NULL;
    if (yaml_line(node, &path, err) != 0)
        return -1;
    const char *name = path + strlen(folder);
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (strncmp(path, folder, strlen(folder)) != 0 || name[0] == '\0' || name[strspn(name, allowed)] != '\0') {
        AUTO_FREE char *quote = yaml_quote(node);
        return yaml_fail(node, err, _("%s is no model program; expected: reference/NAME"), quote);
    }
    *program = mem_string(name);
    return 0;
}

static int read_arguments(const struct yaml *node, char ***arguments, struct err *err)
{
    if (yaml_expect(node, YAML_LIST, err) != 0)
        return -1;
    *arguments = mem_alloc((node->n + 1) * sizeof **arguments);
    for (size_t i = 0; i < node->n; i++)
        if (yaml_text(node->entries[i].value, &(*arguments)[i], err) != 0)
            return -1;
    return 0;
}

static int read_start_options(const struct yaml *options, struct step *step, struct err *err)
{
    if (yaml_keys(options, "program arguments descriptors privilege", err) != 0)
        return -1;
    const struct yaml *program = yaml_get(options, "program");
    const struct yaml *arguments = yaml_get(options, "arguments");
    const struct yaml *descriptors = yaml_get(options, "descriptors");
    const struct yaml *privilege = yaml_get(options, "privilege");
    if (program != NULL && read_model(program, &step->program, err) != 0)
        return -1;
    if (arguments != NULL && read_arguments(arguments, &step->arguments, err) != 0)
        return -1;
    long count = 0;
    if (descriptors != NULL && yaml_integer(descriptors, 0, MOST_DESCRIPTORS, &count, err) != 0)
        return -1;
    step->descriptors = (int)count;
    if (privilege != NULL && !yaml_is(privilege, "raw"))
        return yaml_unknown(privilege, _("unknown privilege"), "raw", err);
    step->raw = privilege != NULL;
    return 0;
}

static int read_start(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    const struct yaml *name = argument;
    if (argument->kind == YAML_MAP) {
        const struct yaml_entry *entry = NULL;
        if (read_single(argument, &entry, err) != 0 || read_start_options(entry->value, step, err) != 0)
            return -1;
        name = entry->key;
    }
    const struct yaml *usual = reader->origin->arguments;
    if (step->program == NULL && step->arguments == NULL && usual != NULL &&
        read_arguments(usual, &step->arguments, err) != 0)
        return -1;
    if (read_actor(name, &step->actor, err) != 0)
        return -1;
    if (cast_find(reader->cast, step->actor) != NULL)
        return yaml_fail(name, err, _("'%s' takes part already; a second program needs another name"), step->actor);
    cast_add(reader->cast, step->actor, step->program == NULL ? ACTOR_PROGRAM : ACTOR_REFERENCE);
    return 0;
}

static int read_condition(const struct yaml *node, enum condition *condition, struct err *err)
{
    AUTO_FREE char *word = NULL;
    if (yaml_line(node, &word, err) != 0)
        return -1;
#define CONDITION(name, text, help) \
    if (strcmp(word, text) == 0)    \
        *condition = CONDITION_##name;
#include "data/conditions.def"
#undef CONDITION
    return *condition != CONDITION_NONE ? 0 : yaml_unknown(node, _("unknown condition"), condition_words, err);
}

static const char until_options[] = "port occurrence hold optional";

static int read_until_options(const struct yaml *argument, struct step *step, struct err *err)
{
    const struct yaml *port = yaml_get(argument, "port");
    const struct yaml *hold = yaml_get(argument, "hold");
    const struct yaml *occurrence = yaml_get(argument, "occurrence");
    const struct yaml *optional = yaml_get(argument, "optional");
    long number = 0, which = 0;
    if (port != NULL && !yaml_is(port, "any") && yaml_integer(port, 1, LAST_PORT, &number, err) != 0)
        return -1;
    if (port != NULL && step->condition != CONDITION_BOUND && step->condition != CONDITION_LISTENING)
        return yaml_fail(port, err, _("'port' goes with bound and listening only"));
    step->port = (int)number;
    if (hold != NULL && yaml_boolean(hold, &step->hold, err) != 0)
        return -1;
    if (step->hold && step->condition == CONDITION_EXITED)
        return yaml_fail(hold, err, _("a program that has ended can't be held"));
    bool is_event = step->condition != CONDITION_EXITED && step->condition != CONDITION_WAITING;
    if (occurrence != NULL && !is_event)
        return yaml_fail(occurrence, err, _("'%s' goes with events only, not with '%s'"), "occurrence",
                         condition_word(step->condition));
    if (occurrence != NULL && yaml_integer(occurrence, 1, MOST_OCCURRENCES, &which, err) != 0)
        return -1;
    step->occurrence = (int)which;
    return optional != NULL ? yaml_boolean(optional, &step->optional, err) : 0;
}

static int read_until(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    if (yaml_expect(argument, YAML_MAP, err) != 0)
        return -1;
    const struct yaml_entry *subject = NULL;
    for (size_t i = 0; i < argument->n; i++) {
        const struct yaml_entry *entry = &argument->entries[i];
        if (words_have(until_options, entry->key->text))
            continue;
        if (subject != NULL)
            return yaml_fail(entry->key, err, _("an `until` waits for one actor; expected besides it: %s"), until_options);
        subject = entry;
    }
    if (subject == NULL)
        return yaml_fail(argument, err, _("whom to wait for is missing; expected: %s"), step_argument(STEP_UNTIL));
    struct cast_member *member = NULL;
    if (read_program(reader, subject->key, step, &member, err) != 0 ||
        read_condition(subject->value, &step->condition, err) != 0 || read_until_options(argument, step, err) != 0)
        return -1;
    if (member->held && step->condition != CONDITION_EXITED) /* a signal may end it all the same */
        return yaml_fail(subject->key, err, _("'%s' is held and gets nowhere; release it first"), member->name);
    member->held = step->hold;
    return 0;
}

static int read_release(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    struct cast_member *member = NULL;
    if (read_program(reader, argument, step, &member, err) != 0)
        return -1;
    if (!member->held)
        return yaml_fail(argument, err, _("'%s' is not held: no `until` with hold: true stands before"), member->name);
    member->held = false;
    return 0;
}

static int read_signal(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    const struct yaml_entry *entry = NULL;
    struct cast_member *member = NULL;
    AUTO_FREE char *word = NULL;
    if (read_single(argument, &entry, err) != 0 || read_program(reader, entry->key, step, &member, err) != 0 ||
        yaml_line(entry->value, &word, err) != 0)
        return -1;
    step->signal = signal_from_name(word);
    return step->signal != 0 ? 0 : yaml_unknown(entry->value, _("unknown signal"), signal_usual, err);
}

static int read_input(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    const struct yaml_entry *entry = NULL;
    struct cast_member *member = NULL;
    if (read_single(argument, &entry, err) != 0 || read_program(reader, entry->key, step, &member, err) != 0)
        return -1;
    return read_message(reader, entry->value, step, err);
}

/* What the call does instead: fail with an error, or carry fewer bytes than it was given. */
static int read_effect(const struct yaml *details, struct step *step, struct err *err)
{
    const struct yaml *error = yaml_get(details, "error"), *length = yaml_get(details, "length");
    if ((error != NULL) == (length != NULL))
        return yaml_fail(details, err, _("a fault is one thing; expected: either 'error' or 'length'"));
    if (length != NULL) {
        long bytes = 0;
        if (step->call != ROLE_SEND && step->call != ROLE_RECEIVE)
            return yaml_fail(length, err, _("'length' goes with send and receive only"));
        if (yaml_integer(length, 1, LONGEST_PIECE, &bytes, err) != 0)
            return -1;
        step->length = (size_t)bytes;
        return 0;
    }
    AUTO_FREE char *name = NULL;
    if (yaml_line(error, &name, err) != 0)
        return -1;
    step->error = errno_from_name(name);
    return step->error != 0 ? 0 : yaml_unknown(error, _("unknown error"), errno_usual, err);
}

static int read_fault_details(const struct yaml *details, struct step *step, struct err *err)
{
    const struct yaml *call = NULL;
    AUTO_FREE char *role = NULL;
    if (yaml_keys(details, "call error length occurrence", err) != 0 || yaml_need(details, "call", &call, err) != 0 ||
        yaml_line(call, &role, err) != 0)
        return -1;
    step->call = role_from_word(role);
    if (step->call == ROLE_NONE)
        return yaml_unknown(call, _("unknown call"), role_words, err);
    if (read_effect(details, step, err) != 0)
        return -1;
    const struct yaml *occurrence = yaml_get(details, "occurrence");
    long which = 1;
    if (occurrence != NULL && yaml_is(occurrence, "each"))
        which = 0;
    else if (occurrence != NULL && yaml_integer(occurrence, 0, MOST_OCCURRENCES, &which, err) != 0)
        return -1;
    step->occurrence = (int)which;
    return 0;
}

/* The name of a program that a later step starts. */
static int read_before_start(struct script_reader *reader, const struct yaml *name, struct step *step, struct err *err)
{
    if (read_actor(name, &step->actor, err) != 0)
        return -1;
    if (cast_find(reader->cast, step->actor) != NULL)
        return yaml_fail(name, err, _("'%s' takes part already; '%s' stands before the program's start"), step->actor,
                         step_word(step->kind));
    *ARRAY_ADD(reader->faults, reader->n_faults) = name;
    return 0;
}

static int read_fault(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    const struct yaml_entry *entry = NULL;
    if (read_single(argument, &entry, err) != 0 || read_before_start(reader, entry->key, step, err) != 0)
        return -1;
    return read_fault_details(entry->value, step, err);
}

static int read_look(const struct yaml *argument, struct step *step, struct err *err)
{
    AUTO_FREE char *path = NULL;
    if (yaml_line(argument, &path, err) != 0)
        return -1;
    AUTO_FREE char *address = mem_printf("unix:%s", path);
    if (path[0] != '/' || address_parse(address, &step->address, &step->type, err) != 0)
        return yaml_fail(argument, err, _("a path begins with '/' and has at most 108 bytes, as in /tmp/s"));
    return 0;
}

int read_program_step(struct script_reader *reader, const struct yaml *argument, struct step *step, struct err *err)
{
    struct cast_member *member = NULL;
    if (step->kind != STEP_SETTLE && yaml_is_null(argument))
        return yaml_fail(argument, err, _("'%s' needs an argument; expected: %s"), step_word(step->kind),
                         step_argument(step->kind));
    switch (step->kind) {
    case STEP_START: return read_start(reader, argument, step, err);
    case STEP_UNTIL: return read_until(reader, argument, step, err);
    case STEP_RELEASE: return read_release(reader, argument, step, err);
    case STEP_SIGNAL: return read_signal(reader, argument, step, err);
    case STEP_INPUT: return read_input(reader, argument, step, err);
    case STEP_INPUT_END: return read_program(reader, argument, step, &member, err);
    case STEP_LOOK: return read_look(argument, step, err);
    case STEP_FAULT: return read_fault(reader, argument, step, err);
    case STEP_LATE_THREADS: return read_before_start(reader, argument, step, err);
    case STEP_COUNT: return read_program(reader, argument, step, &member, err);
    case STEP_SETTLE:
        return yaml_is_null(argument) ? 0 : yaml_fail(argument, err, _("'settle' takes no argument"));
    case STEP_NONE:
    case STEP_PEER_LISTEN:
    case STEP_PEER_BIND:
    case STEP_PEER_CONNECT:
    case STEP_PEER_REACH:
    case STEP_PEER_CONNECT_ELSE:
    case STEP_PEER_ATTEMPT:
    case STEP_PEER_ACCEPT:
    case STEP_PEER_SEND:
    case STEP_PEER_RECEIVE:
    case STEP_PEER_HALF_CLOSE:
    case STEP_PEER_CLOSE:
    case STEP_PEER_RESET:
    case STEP_PEER_ANSWER:
    case STEP_PEER_STOP_READING:
    case STEP_PEER_READ_ON:
        break;
    }
    return err_set(err, BLAME_HARNESS, "%s", _("a step of a peer was taken for a step of a program"));
}
