#include "data/check_load.h"

#include <stdlib.h>
#include <string.h>

#include "data/words.h"
#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/text.h"

enum { QUOTED = 60 };

void check_table_init(struct check_table *table, const struct check_rule *rules, size_t n)
{
    AUTO_BUF names = BUF_EMPTY;
    for (size_t i = 0; i < n; i++)
        buf_printf(&names, "%s ", rules[i].name);
    *table = (struct check_table){rules, n, buf_steal(&names)};
}

void check_table_free(struct check_table *table)
{
    free(table->names);
    table->names = NULL;
}

void check_spec_free(struct check_spec *check)
{
    free(check->name);
    free(check->value);
    free(check->id);
    free(check->of);
    for (size_t i = 0; i < check->n_parameters; i++) {
        free(check->parameters[i].name);
        free(check->parameters[i].value);
    }
    free(check->parameters);
}

static const struct check_rule *find_rule(const struct check_table *table, const struct yaml *key)
{
    for (size_t i = 0; i < table->n; i++)
        if (yaml_is(key, table->rules[i].name))
            return &table->rules[i];
    return NULL;
}

static const char common_parameters[] = "id of by when unless";

/* Those that every check has; `when` and `unless` are kept with the check's own. */
static bool is_common(const struct yaml *key)
{
    return words_have(common_parameters, key->text);
}

static bool is_condition(const struct yaml *key)
{
    return yaml_is(key, "when") || yaml_is(key, "unless");
}

/* A word may be the name of a check and a parameter of others: two checks are a fault only if neither owns the other's name. */
static int find_check(const struct check_table *table, const struct yaml *entry, const struct yaml_entry **found,
                      const struct check_rule **rule, struct err *err)
{
    const struct yaml *stranger = NULL;
    for (size_t i = 0; i < entry->n; i++) {
        const struct yaml *key = entry->entries[i].key;
        const struct check_rule *candidate = is_common(key) ? NULL : find_rule(table, key);
        if (candidate == NULL) {
            if (stranger == NULL && !is_common(key))
                stranger = key;
            continue;
        }
        if (*rule != NULL && words_have((*rule)->parameters, candidate->name))
            continue;
        if (*rule != NULL && !words_have(candidate->parameters, (*rule)->name))
            return yaml_fail(key, err, _("two checks in one entry: '%s' and '%s'; give each its own hyphen"),
                             (*rule)->name, candidate->name);
        *rule = candidate;
        *found = &entry->entries[i];
    }
    if (*rule != NULL)
        return 0;
    if (stranger != NULL)
        return yaml_unknown(stranger, _("unknown check"), table->names, err);
    return yaml_fail(entry, err, _("the check itself is missing here; an entry is {CHECK: VALUE, of: ACTOR}"));
}

static int read_value(struct check_spec *check, const struct yaml *node, const struct check_rule *rule,
                      const struct cast *cast, struct err *err)
{
    if (yaml_is_null(node) || node->kind == YAML_MAP)
        return yaml_fail(node, err, _("the check '%s' needs a value here; expected: %s"), rule->name,
                         _(rule->values));
    if (yaml_words(node, &check->value, err) != 0)
        return -1;
    if (rule->valid != NULL && !rule->valid(check->value)) {
        AUTO_FREE char *quote = escape_quote(check->value, strlen(check->value), QUOTED);
        return yaml_fail(node, err, _("the value %s does not suit the check '%s'; expected: %s"), quote, rule->name,
                         _(rule->values));
    }
    struct cast_member *member = NULL;
    if (strcmp(rule->values, CHECK_PEER) != 0)
        return 0;
    if (cast_need(cast, node, &member, err) != 0)
        return -1;
    if (member->kind != ACTOR_PEER)
        return yaml_fail(node, err, _("'%s' is a program; the check '%s' is about a scripted peer"), member->name,
                         rule->name);
    return 0;
}

static int read_of(struct check_spec *check, const struct yaml *entry, const struct cast *cast, struct err *err)
{
    const struct yaml *of = yaml_get(entry, "of"), *by = yaml_get(entry, "by");
    if (of != NULL && by != NULL)
        return yaml_fail(by, err, _("'of' and 'by' mean the same; write one of them"));
    const struct yaml *actor = of != NULL ? of : by;
    struct cast_member *member = NULL;
    if (actor != NULL) {
        if (cast_need(cast, actor, &member, err) != 0)
            return -1;
        check->of = mem_string(member->name);
        return 0;
    }
    const char *program = NULL;
    if (cast_programs(cast, &program) != 1)
        return yaml_fail(entry, err, _("several programs take part; say with `of: NAME` which of them '%s' is about"),
                         check->name);
    check->of = mem_string(program);
    return 0;
}

static int read_parameters(struct check_spec *check, const struct yaml *entry, const struct check_rule *rule,
                           struct err *err)
{
    for (size_t i = 0; i < entry->n; i++) {
        const struct yaml *key = entry->entries[i].key;
        if (yaml_is(key, rule->name) || (is_common(key) && !is_condition(key)))
            continue;
        if (!is_condition(key) && !words_have(rule->parameters, key->text)) {
            AUTO_FREE char *allowed = mem_printf("%s %s", common_parameters, rule->parameters);
            AUTO_FREE char *what = mem_printf(_("the check '%s' has no parameter"), rule->name);
            return yaml_unknown(key, what, allowed, err);
        }
        struct parameter *parameter = ARRAY_ADD(check->parameters, check->n_parameters);
        parameter->name = mem_string(key->text);
        if (yaml_words(entry->entries[i].value, &parameter->value, err) != 0)
            return -1;
        if (is_condition(key) && role_from_word(parameter->value) == ROLE_NONE) {
            AUTO_FREE char *what = mem_printf(_("'%s' is followed by a call, and there is none called"), key->text);
            return yaml_unknown(entry->entries[i].value, what, "socket bind listen accept connect send receive shutdown", err);
        }
    }
    return 0;
}

static bool id_taken(const struct scenario *scenario, const char *id)
{
    for (size_t i = 0; i + 1 < scenario->n_checks; i++)
        if (strcmp(scenario->checks[i].id, id) == 0)
            return true;
    return false;
}

/* The last check's id: what is written, or its name, with a number behind it when an earlier one is called the same. */
static int read_id(struct scenario *scenario, const struct yaml *entry, struct err *err)
{
    struct check_spec *check = &scenario->checks[scenario->n_checks - 1];
    const struct yaml *written = yaml_get(entry, "id");
    AUTO_FREE char *base = NULL;
    if (written == NULL)
        base = mem_string(check->name);
    else if (yaml_name(written, &base, err) != 0)
        return -1;
    check->id = mem_string(base);
    for (int number = 2; id_taken(scenario, check->id); number++) {
        free(check->id);
        check->id = mem_printf("%s-%d", base, number);
    }
    return 0;
}

static int check_load(struct scenario *scenario, const struct yaml *entry, const struct check_table *table,
                      const struct cast *cast, struct err *err)
{
    const struct yaml_entry *found = NULL;
    const struct check_rule *rule = NULL;
    if (yaml_expect(entry, YAML_MAP, err) != 0 || find_check(table, entry, &found, &rule, err) != 0)
        return -1;
    struct check_spec *check = ARRAY_ADD(scenario->checks, scenario->n_checks);
    check->name = mem_string(rule->name);
    check->line = entry->line;
    if (read_value(check, found->value, rule, cast, err) != 0 || read_of(check, entry, cast, err) != 0 ||
        read_parameters(check, entry, rule, err) != 0)
        return -1;
    return read_id(scenario, entry, err);
}

int checks_load(struct scenario *scenario, const struct yaml *list, const struct check_table *table,
                const struct cast *cast, struct err *err)
{
    if (yaml_expect(list, YAML_LIST, err) != 0)
        return -1;
    if (list->n == 0)
        return yaml_fail(list, err, _("a scenario without a check shows nothing; expected: at least one"));
    for (size_t i = 0; i < list->n; i++)
        if (check_load(scenario, list->entries[i].value, table, cast, err) != 0)
            return -1;
    return 0;
}
