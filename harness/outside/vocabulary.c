#include "outside/vocabulary.h"

#include <string.h>

#include "data/call.h"
#include "data/exercise.h"
#include "data/script.h"
#include "judgement/check.h"

static const char beginning[] =
    "# Steps, conditions and checks\n\n"
    "What a definition may say, made by `make vocabulary` from the tables that the grader reads\n"
    "definitions by. How an exercise is put together is told in [README.md](README.md), under *How to add\n"
    "an exercise*.\n\n"
    "## Steps of a play\n\n"
    "`- STEP: ARGUMENT`. A program takes part from its `start` on. `repeat: {times: N, play: [...]}`\n"
    "plays steps several times; in them `$i` is 1, 2, 3... The world comes to rest before each step.\n\n";

static const char of_peers[] =
    "\n"
    "## What a peer does\n\n"
    "`- PEER: {STEP: ARGUMENT}`, or `- PEER: STEP` for a step without an argument. A peer takes part from\n"
    "its first step on. Addresses are written `\"127.0.0.1:5000\"`, `\"[::1]:5000\"`, `\"udp:0.0.0.0:5000\"`,\n"
    "`\"unix:/tmp/s\"`, `\"seqpacket:/tmp/s\"`, `\"icmp6:[::1]\"`.\n\n";

static const char of_calls[] =
    "\n"
    "## Calls\n\n"
    "Steps and checks name what a call does, whatever its name: `read`, `recv` and `recvmsg` are all\n"
    "`receive`. The words are:\n\n";

static const char of_checks[] =
    "\n"
    "## Checks\n\n"
    "`- {CHECK: VALUE, of: ACTOR, PARAMETER: ...}`. Every check may have `of` or `by` (whom it is about:\n"
    "the student's program when nothing is said), `id` (what reports call it), `when: CALL` (it is judged\n"
    "only when such a call of the program's succeeded) and `unless: CALL` (only when none did).\n\n";

struct row {
    const char *word, *argument, *help;
};

static const struct row steps[] = {
#define STEP(name, word, argument, help) [STEP_##name] = {word, argument, help},
#include "data/steps.def"
#undef STEP
};

static const struct row conditions[] = {
#define CONDITION(name, word, help) {word, NULL, help},
#include "data/conditions.def"
#undef CONDITION
};

static const char *const roles[] = {
#define ROLE(name, word) word,
#include "data/roles.def"
#undef ROLE
};

/* A cell of a table: a bar in it would begin the next one. */
static void add_cell(struct buf *out, const char *text, bool code)
{
    buf_string(out, code && *text != '\0' ? "| `" : "| ");
    for (; *text != '\0'; text++) {
        if (*text == '|')
            buf_char(out, '\\');
        buf_char(out, *text);
        if (text[1] == '\0' && code)
            buf_char(out, '`');
    }
    buf_char(out, ' ');
}

static void add_row(struct buf *out, const struct row *row)
{
    add_cell(out, row->word, true);
    if (row->argument != NULL)
        add_cell(out, row->argument, true);
    add_cell(out, row->help, false);
    buf_string(out, "|\n");
}

static void add_steps(struct buf *out, bool peers)
{
    buf_string(out, "| step | argument | what it does |\n| --- | --- | --- |\n");
    for (size_t i = STEP_NONE + 1; i < COUNT_OF(steps); i++)
        if ((i >= STEP_PEER_LISTEN) == peers)
            add_row(out, &steps[i]);
}

static void add_checks(struct buf *out)
{
    size_t n = 0;
    const struct check_rule *rules = check_rules(&n);
    buf_string(out, "| check | values | parameters | what must hold |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < n; i++) {
        add_cell(out, rules[i].name, true);
        add_cell(out, rules[i].values, false);
        add_cell(out, rules[i].parameters, true);
        add_cell(out, check_meaning(rules[i].name), false);
        buf_string(out, "|\n");
    }
}

void vocabulary_print(struct buf *out)
{
    buf_string(out, beginning);
    add_steps(out, false);
    buf_string(out, of_peers);
    add_steps(out, true);
    buf_string(out, "\n## What `until` waits for\n\n| condition | when |\n| --- | --- |\n");
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        add_row(out, &conditions[i]);
    buf_string(out, of_calls);
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        buf_printf(out, "%s`%s`", i > 0 ? i % 10 == 0 ? ",\n" : ", " : "", roles[i]);
    buf_string(out, ".\n");
    buf_string(out, of_checks);
    add_checks(out);
}
