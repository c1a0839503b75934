#include "data/template.h"

#include <stdlib.h>
#include <string.h>

#include "ground/buf.h"
#include "ground/text.h"

enum { MOST_SCENARIOS = 1000, MOST_TIMES = 10000 };

struct binding {
    const char *name;  /* the definition's */
    struct template_value *given; /* by the exercise's parameters; NULL: by `for` */
    struct yaml **values; /* owned */
    size_t n;
    size_t now;  /* the value of this round */
    bool used;   /* by a key other than id and title, which only name the scenario */
    bool in_id;
};

enum place { PLACE_ELSEWHERE, PLACE_ID, PLACE_TITLE };

struct expansion {
    struct binding *bindings;
    size_t n;
    char round[24]; /* the value of $i; empty outside a repeat */
    enum place place;
    const struct yaml *origin; /* the value from another file that the scalar at hand has got; NULL: none */
    size_t *room;
};

static struct yaml *expand(struct expansion *e, const struct yaml *node, struct err *err);

static int take_room(struct expansion *e, const struct yaml *node, size_t bytes, struct err *err)
{
    if (bytes > *e->room)
        return yaml_fail(node, err, _("with its templates and repeats written out, the definition is too big"));
    *e->room -= bytes;
    return 0;
}

static int unknown_parameter(const struct expansion *e, const struct yaml *node, const char *name, size_t length,
                             struct err *err)
{
    AUTO_BUF known = BUF_EMPTY;
    for (size_t i = 0; i < e->n; i++)
        buf_printf(&known, "$%s, ", e->bindings[i].name);
    if (e->round[0] != '\0')
        buf_string(&known, "$i, ");
    if (length == 0)
        return yaml_fail(node, err, _("a dollar must be followed by a parameter's name; to mean a dollar, write $$"));
    return yaml_fail(node, err, _("there is no parameter $%.*s; expected: %s$$ for a dollar"), (int)length, name,
                     buf_text(&known));
}

static void note_use(struct expansion *e, const struct yaml *node, struct binding *binding)
{
    if (binding->given != NULL) {
        binding->given->used = true;
        if (binding->given->value->path != node->path)
            e->origin = binding->given->value;
    }
    switch (e->place) {
    case PLACE_ELSEWHERE: binding->used = true; break;
    case PLACE_ID: binding->in_id = true; break;
    case PLACE_TITLE: break;
    }
}

/* CURSOR stands behind a dollar; adds what it stands for to OUT and steps over the name. */
static int substitute(struct expansion *e, const struct yaml *node, const char **cursor, struct buf *out,
                      struct err *err)
{
    bool braces = **cursor == '{';
    const char *name = *cursor + braces;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    *cursor = name + length;
    if (braces && *(*cursor)++ != '}')
        return yaml_fail(node, err, _("${ is not followed by a parameter's name and }"));
    if (length == 1 && name[0] == 'i' && e->round[0] != '\0') {
        buf_string(out, e->round);
        return 0;
    }
    for (size_t i = 0; i < e->n; i++) {
        struct binding *binding = &e->bindings[i];
        if (strlen(binding->name) != length || memcmp(binding->name, name, length) != 0)
            continue;
        note_use(e, node, binding);
        const struct yaml *value = binding->values[binding->now];
        buf_add(out, value->text, value->len);
        return 0;
    }
    return unknown_parameter(e, node, name, length, err);
}

static struct yaml *copy_scalar(struct expansion *e, const struct yaml *node, const char *text, size_t len,
                                struct err *err)
{
    if (take_room(e, node, sizeof *node + len, err) != 0)
        return NULL;
    struct yaml *copy = yaml_new(YAML_SCALAR, node);
    copy->plain = node->plain;
    copy->len = len;
    copy->text = mem_bytes(text, len);
    return copy;
}

static struct yaml *expand_scalar(struct expansion *e, const struct yaml *node, struct err *err)
{
    const char *end = node->text + node->len;
    const char *cursor = node->text;
    const char *dollar = memchr(cursor, '$', node->len);
    if (dollar == NULL)
        return copy_scalar(e, node, node->text, node->len, err);
    AUTO_BUF text = BUF_EMPTY;
    e->origin = NULL;
    for (; dollar != NULL; dollar = memchr(cursor, '$', (size_t)(end - cursor))) {
        buf_add(&text, cursor, (size_t)(dollar - cursor));
        cursor = dollar + 1;
        if (*cursor == '$')
            buf_char(&text, *cursor++);
        else if (substitute(e, node, &cursor, &text, err) != 0)
            return NULL;
    }
    buf_add(&text, cursor, (size_t)(end - cursor));
    struct yaml *copy = copy_scalar(e, node, buf_text(&text), text.len, err);
    if (copy == NULL)
        return NULL;
    copy->plain = false; /* a value that is empty is an empty text, not nothing */
    if (e->origin != NULL) {
        copy->path = e->origin->path;
        copy->line = e->origin->line;
        copy->column = e->origin->column;
    }
    return copy;
}

/* Adds an expanded copy of FROM's entry to TO. */
static int expand_entry(struct expansion *e, const struct yaml_entry *from, struct yaml *to, struct err *err)
{
    struct yaml *key = NULL;
    if (from->key != NULL && (key = expand_scalar(e, from->key, err)) == NULL)
        return -1;
    struct yaml *value = expand(e, from->value, err);
    if (value == NULL) {
        yaml_free(key);
        return -1;
    }
    yaml_add(to, key, value);
    return 0;
}

static struct yaml *expand(struct expansion *e, const struct yaml *node, struct err *err)
{
    if (node->kind == YAML_SCALAR)
        return expand_scalar(e, node, err);
    if (take_room(e, node, sizeof *node, err) != 0)
        return NULL;
    struct yaml *copy = yaml_new(node->kind, node);
    for (size_t i = 0; i < node->n; i++)
        if (expand_entry(e, &node->entries[i], copy, err) != 0) {
            yaml_free(copy);
            return NULL;
        }
    /* Two keys that were written differently may have become the same one. */
    if (node->kind == YAML_MAP && yaml_unique(copy, err) != 0) {
        yaml_free(copy);
        return NULL;
    }
    return copy;
}

/* The value of `repeat:`; its steps are added to PLAY. */
static int unroll(struct expansion *e, const struct yaml *repeat, struct yaml *play, struct err *err)
{
    const struct yaml *times = NULL, *steps = NULL;
    if (e->round[0] != '\0')
        return yaml_fail(repeat, err, _("a repeat can't stand in a repeat"));
    if (yaml_keys(repeat, "times play", err) != 0 || yaml_need(repeat, "times", &times, err) != 0 ||
        yaml_need(repeat, "play", &steps, err) != 0 || yaml_expect(steps, YAML_LIST, err) != 0 ||
        yaml_expect(times, YAML_SCALAR, err) != 0)
        return -1;
    struct yaml *expanded = expand_scalar(e, times, err);
    long rounds = 0;
    int result = expanded != NULL ? yaml_integer(expanded, 1, MOST_TIMES, &rounds, err) : -1;
    yaml_free(expanded);
    for (long round = 1; round <= rounds && result == 0; round++) {
        snprintf(e->round, sizeof e->round, "%ld", round);
        for (size_t i = 0; i < steps->n && result == 0; i++) {
            const struct yaml *step = steps->entries[i].value;
            const struct yaml *inner = yaml_get(step, "repeat");
            result = inner != NULL ? unroll(e, inner, play, err) : expand_entry(e, &steps->entries[i], play, err);
        }
    }
    e->round[0] = '\0';
    return result;
}

static struct yaml *expand_play(struct expansion *e, const struct yaml *play, struct err *err)
{
    if (play->kind != YAML_LIST)
        return expand(e, play, err); /* refused by whoever reads the steps */
    struct yaml *copy = yaml_new(YAML_LIST, play);
    for (size_t i = 0; i < play->n; i++) {
        const struct yaml *step = play->entries[i].value;
        const struct yaml *repeat = yaml_get(step, "repeat");
        int result = 0;
        if (repeat != NULL && step->n > 1)
            result = yaml_fail(step, err, _("a step is one thing to do; begin the next with a hyphen of its own"));
        else if (repeat != NULL)
            result = unroll(e, repeat, copy, err);
        else
            result = expand_entry(e, &play->entries[i], copy, err);
        if (result != 0) {
            yaml_free(copy);
            return NULL;
        }
    }
    return copy;
}

/* The scenario for the values that the bindings have now. */
static struct yaml *expand_scenario(struct expansion *e, const struct yaml *scenario, struct err *err)
{
    struct yaml *copy = yaml_new(YAML_MAP, scenario);
    for (size_t i = 0; i < scenario->n; i++) {
        const struct yaml_entry *entry = &scenario->entries[i];
        if (yaml_is(entry->key, "for"))
            continue;
        e->place = yaml_is(entry->key, "id") ? PLACE_ID : yaml_is(entry->key, "title") ? PLACE_TITLE : PLACE_ELSEWHERE;
        struct yaml *key = expand_scalar(e, entry->key, err);
        bool play = yaml_is(entry->key, "play");
        struct yaml *value = NULL;
        if (key != NULL)
            value = play ? expand_play(e, entry->value, err) : expand(e, entry->value, err);
        if (value == NULL) {
            yaml_free(key);
            yaml_free(copy);
            return NULL;
        }
        yaml_add(copy, key, value);
    }
    return copy;
}

static int check_name(const struct yaml *key, struct err *err)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyz_0123456789";
    AUTO_FREE char *quote = yaml_quote(key);
    if (key->text[0] < 'a' || key->text[0] > 'z' || strspn(key->text, letters) != key->len)
        return yaml_fail(key, err, _("%s can't be a parameter; expected: a lower-case letter, then letters, "
                                     "digits or _"), quote);
    if (yaml_is(key, "i"))
        return yaml_fail(key, err, _("a parameter can't be called i: that is the counter of repeat"));
    return 0;
}

/* Makes VALUE one more value of the last binding; KNOWN: the parameters that may stand in it. */
static int bind_value(struct expansion *e, const struct yaml *value, struct expansion *known, struct err *err)
{
    if (yaml_expect(value, YAML_SCALAR, err) != 0)
        return -1;
    struct yaml *expanded = expand_scalar(known, value, err);
    if (expanded == NULL)
        return -1;
    struct binding *binding = &e->bindings[e->n - 1];
    *ARRAY_ADD(binding->values, binding->n) = expanded;
    return 0;
}

/* Those of the exercise's own parameters that are written with a dollar, or those without; KNOWN may stand in them. */
static int bind_some(struct expansion *e, struct template_values *given, bool dollar, struct expansion *known,
                     struct err *err)
{
    for (size_t i = 0; i < given->n; i++) {
        const struct yaml *value = given->items[i].value;
        if ((memchr(value->text, '$', value->len) != NULL) != dollar)
            continue;
        struct binding *binding = ARRAY_ADD(e->bindings, e->n);
        *binding = (struct binding){.name = given->items[i].key->text, .given = &given->items[i]};
        if (bind_value(e, value, known, err) != 0)
            return -1;
    }
    return 0;
}

/* The exercise's own parameters, before those of `for`: first the plain ones, then those that are made of these. */
static int bind_given(struct expansion *e, struct template_values *given, struct err *err)
{
    struct expansion known = {.room = e->room};
    if (given == NULL)
        return 0;
    if (bind_some(e, given, false, &known, err) != 0)
        return -1;
    struct expansion plain = *e;
    plain.bindings = mem_alloc((e->n + 1) * sizeof *plain.bindings);
    if (e->n > 0)
        memcpy(plain.bindings, e->bindings, e->n * sizeof *plain.bindings); /* adding others moves them */
    int result = bind_some(e, given, true, &plain, err);
    free(plain.bindings);
    return result;
}

/* One entry of `for:`; in its values the first N_GIVEN parameters may stand. */
static int bind_one(struct expansion *e, size_t n_given, const struct yaml_entry *entry, struct err *err)
{
    if (check_name(entry->key, err) != 0 || yaml_expect(entry->value, YAML_LIST, err) != 0)
        return -1;
    AUTO_FREE char *quote = yaml_quote(entry->key);
    if (entry->value->n == 0)
        return yaml_fail(entry->value, err, _("the parameter %s has no value"), quote);
    for (size_t i = 0; i < n_given; i++)
        if (yaml_is(entry->key, e->bindings[i].name))
            return yaml_fail(entry->key, err, _("the exercise has a parameter %s already"), quote);
    struct binding *binding = ARRAY_ADD(e->bindings, e->n);
    binding->name = entry->key->text;
    struct expansion given = {.bindings = e->bindings, .n = n_given, .room = e->room};
    for (size_t i = 0; i < entry->value->n; i++)
        if (bind_value(e, entry->value->entries[i].value, &given, err) != 0)
            return -1;
    return 0;
}

static int bind_all(struct expansion *e, const struct yaml *parameters, struct err *err)
{
    if (yaml_expect(parameters, YAML_MAP, err) != 0)
        return -1;
    size_t combinations = 1, n_given = e->n;
    for (size_t i = 0; i < parameters->n; i++) {
        if (bind_one(e, n_given, &parameters->entries[i], err) != 0)
            return -1;
        combinations *= e->bindings[e->n - 1].n;
        if (combinations > MOST_SCENARIOS)
            return yaml_fail(parameters, err, _("these are more than %d scenarios"), MOST_SCENARIOS);
    }
    return 0;
}

/* Moves on to the next combination, the last parameter fastest; false after the last one. */
static bool advance(struct expansion *e)
{
    for (size_t i = e->n; i-- > 0;) {
        struct binding *binding = &e->bindings[i];
        if (++binding->now < binding->n)
            return true;
        binding->now = 0;
    }
    return false;
}

static int check_uses(const struct expansion *e, const struct yaml *scenario, struct err *err)
{
    const struct yaml *id = yaml_get(scenario, "id");
    const struct yaml *place = id != NULL ? id : scenario;
    for (size_t i = 0; i < e->n; i++) {
        const struct binding *binding = &e->bindings[i];
        if (binding->given == NULL && !binding->used)
            return yaml_fail(yaml_get(scenario, "for"), err, _("nothing in the scenario uses $%s"), binding->name);
        if (binding->n > 1 && !binding->in_id)
            return yaml_fail(place, err, _("several scenarios get the same id; mention $%s in the id"), binding->name);
    }
    return 0;
}

static int expand_all(struct template *template, struct expansion *e, const struct yaml *scenario, struct err *err)
{
    do {
        struct yaml *expanded = expand_scenario(e, scenario, err);
        if (expanded == NULL)
            return -1;
        *ARRAY_ADD(template->scenarios, template->n) = expanded;
    } while (advance(e));
    return check_uses(e, scenario, err);
}

int template_values_add(struct template_values *values, const struct yaml *parameters, struct err *err)
{
    if (yaml_expect(parameters, YAML_MAP, err) != 0)
        return -1;
    for (size_t i = 0; i < parameters->n; i++) {
        const struct yaml_entry *entry = &parameters->entries[i];
        if (check_name(entry->key, err) != 0 || yaml_expect(entry->value, YAML_SCALAR, err) != 0)
            return -1;
        bool known = false;
        for (size_t j = 0; j < values->n && !known; j++)
            known = yaml_is(entry->key, values->items[j].key->text);
        if (!known)
            *ARRAY_ADD(values->items, values->n) = (struct template_value){entry->key, entry->value, false};
    }
    return 0;
}

void template_values_free(struct template_values *values)
{
    free(values->items);
    *values = (struct template_values){NULL, 0};
}

int template_expand(struct template *template, const struct yaml *scenario, struct template_values *values, size_t *room,
                    struct err *err)
{
    *template = (struct template){NULL, 0};
    if (yaml_expect(scenario, YAML_MAP, err) != 0)
        return -1;
    struct expansion e = {.room = room};
    const struct yaml *parameters = yaml_get(scenario, "for");
    int result = bind_given(&e, values, err);
    if (result == 0 && parameters != NULL)
        result = bind_all(&e, parameters, err);
    if (result == 0)
        result = expand_all(template, &e, scenario, err);
    for (size_t i = 0; i < e.n; i++) {
        for (size_t j = 0; j < e.bindings[i].n; j++)
            yaml_free(e.bindings[i].values[j]);
        free(e.bindings[i].values);
    }
    free(e.bindings);
    if (result != 0)
        template_free(template);
    return result;
}

void template_free(struct template *template)
{
    for (size_t i = 0; i < template->n; i++)
        yaml_free(template->scenarios[i]);
    free(template->scenarios);
    *template = (struct template){NULL, 0};
}
