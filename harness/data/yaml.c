#include "data/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/words.h"
#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/text.h"

enum { QUOTED = 60, NAME_LENGTH = 64 };

struct yaml *yaml_new(enum yaml_kind kind, const struct yaml *like)
{
    struct yaml *node = mem_alloc(sizeof *node);
    node->kind = kind;
    if (like != NULL) {
        node->line = like->line;
        node->column = like->column;
        node->path = like->path;
    }
    return node;
}

void yaml_add(struct yaml *parent, struct yaml *key, struct yaml *value)
{
    *ARRAY_ADD(parent->entries, parent->n) = (struct yaml_entry){key, value};
}

void yaml_free(struct yaml *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->n; i++) {
        yaml_free(node->entries[i].key);
        yaml_free(node->entries[i].value);
    }
    free(node->entries);
    free(node->text);
    free(node);
}

void yaml_document_free(struct yaml_document *document)
{
    yaml_free(document->root);
    free(document->path);
    *document = (struct yaml_document){NULL, NULL};
}

int yaml_locate(const struct yaml *node, struct err *err)
{
    err->blame = BLAME_EXERCISE;
    return err_wrap(err, "%s:%d:%d", node->path, node->line, node->column);
}

int yaml_fail(const struct yaml *node, struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AUTO_FREE char *text = mem_vprintf(format, args);
    va_end(args);
    return err_set(err, BLAME_EXERCISE, "%s:%d:%d: %s", node->path, node->line, node->column, text);
}

char *yaml_quote(const struct yaml *node)
{
    return escape_quote(node->text, node->len, QUOTED);
}

int yaml_unknown(const struct yaml *node, const char *what, const char *words, struct err *err)
{
    AUTO_FREE char *quote = yaml_quote(node);
    AUTO_FREE char *advice = words_advice(words, node->text);
    /* TRANSLATORS: "unknown step “strat”; did you mean 'start'?" */
    return yaml_fail(node, err, _("%s %s; %s"), what, quote, advice);
}

static const char *kind_name(enum yaml_kind kind)
{
    switch (kind) {
    case YAML_SCALAR: return _("a text or a number");
    case YAML_LIST: return _("a list");
    case YAML_MAP: return _("a mapping (key: value)");
    }
    return "?";
}

int yaml_expect(const struct yaml *node, enum yaml_kind kind, struct err *err)
{
    if (yaml_is_null(node))
        return yaml_fail(node, err, _("nothing is written here; expected: %s"), kind_name(kind));
    if (node->kind != kind)
        return yaml_fail(node, err, _("this is %s; expected: %s"), kind_name(node->kind), kind_name(kind));
    return 0;
}

int yaml_keys(const struct yaml *node, const char *allowed, struct err *err)
{
    if (yaml_expect(node, YAML_MAP, err) != 0)
        return -1;
    for (size_t i = 0; i < node->n; i++)
        if (!words_have(allowed, node->entries[i].key->text))
            return yaml_unknown(node->entries[i].key, _("unknown key"), allowed, err);
    return 0;
}

int yaml_unique(const struct yaml *map, struct err *err)
{
    for (size_t i = 1; i < map->n; i++) {
        const struct yaml *key = map->entries[i].key;
        for (size_t j = 0; j < i; j++) {
            const struct yaml *other = map->entries[j].key;
            if (other->len != key->len || memcmp(other->text, key->text, key->len) != 0)
                continue;
            AUTO_FREE char *quote = yaml_quote(key);
            return yaml_fail(key, err, _("the key %s is here for the second time (the first is on line %d)"), quote,
                             other->line);
        }
    }
    return 0;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (yaml_is(map->entries[i].key, key))
            return map->entries[i].value;
    return NULL;
}

int yaml_need(const struct yaml *map, const char *key, const struct yaml **value, struct err *err)
{
    if (yaml_expect(map, YAML_MAP, err) != 0)
        return -1;
    *value = yaml_get(map, key);
    if (*value == NULL)
        return yaml_fail(map, err, _("the key '%s' is missing"), key);
    return 0;
}

bool yaml_is(const struct yaml *node, const char *word)
{
    return node->kind == YAML_SCALAR && strlen(word) == node->len && memcmp(node->text, word, node->len) == 0;
}

bool yaml_is_null(const struct yaml *node)
{
    return node->kind == YAML_SCALAR && node->plain &&
           (node->len == 0 || yaml_is(node, "~") || yaml_is(node, "null"));
}

int yaml_bytes(const struct yaml *node, char **bytes, size_t *size, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    *bytes = mem_bytes(node->text, node->len);
    *size = node->len;
    return 0;
}

int yaml_text(const struct yaml *node, char **text, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    if (memchr(node->text, '\0', node->len) != NULL)
        return yaml_fail(node, err, _("a NUL byte can't stand here"));
    *text = mem_bytes(node->text, node->len);
    return 0;
}

int yaml_line(const struct yaml *node, char **text, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    if (node->len == 0)
        return yaml_fail(node, err, _("an empty text can't stand here"));
    for (size_t i = 0; i < node->len; i++)
        if (iscntrl((unsigned char)node->text[i]))
            return yaml_fail(node, err, _("only one line, without control characters, can stand here"));
    *text = mem_bytes(node->text, node->len);
    return 0;
}

int yaml_name(const struct yaml *node, char **name, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (node->len == 0 || node->len > NAME_LENGTH || node->text[0] == '-' || strspn(node->text, allowed) != node->len) {
        AUTO_FREE char *quote = yaml_quote(node);
        return yaml_fail(node, err,
                         _("%s can't be a name; expected: at most %d lower-case letters, digits and hyphens, "
                           "no hyphen first"), quote, NAME_LENGTH);
    }
    *name = mem_bytes(node->text, node->len);
    return 0;
}

int yaml_integer(const struct yaml *node, long least, long most, long *value, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    /* "010" is eight to some readers of YAML and ten to others: only one way of writing a number is taken. */
    const char *digits = node->text + (node->text[0] == '-');
    size_t n = strspn(digits, "0123456789");
    bool number = n > 0 && digits + n == node->text + node->len && (n == 1 || digits[0] != '0');
    errno = 0;
    *value = number ? strtol(node->text, NULL, 10) : 0;
    if (!number || errno != 0 || *value < least || *value > most) {
        AUTO_FREE char *quote = yaml_quote(node);
        return yaml_fail(node, err, _("%s is not right here; expected: an integer from %ld to %ld"), quote, least, most);
    }
    return 0;
}

int yaml_boolean(const struct yaml *node, bool *value, struct err *err)
{
    if (yaml_expect(node, YAML_SCALAR, err) != 0)
        return -1;
    *value = yaml_is(node, "true");
    if (*value || yaml_is(node, "false"))
        return 0;
    AUTO_FREE char *quote = yaml_quote(node);
    return yaml_fail(node, err, _("%s is not right here; expected: true or false"), quote);
}

int yaml_words(const struct yaml *node, char **text, struct err *err)
{
    if (node->kind != YAML_LIST)
        return yaml_text(node, text, err);
    AUTO_BUF joined = BUF_EMPTY;
    for (size_t i = 0; i < node->n; i++) {
        AUTO_FREE char *word = NULL;
        if (yaml_text(node->entries[i].value, &word, err) != 0)
            return -1;
        if (i > 0)
            buf_char(&joined, ' ');
        buf_string(&joined, word);
    }
    *text = buf_steal(&joined);
    return 0;
}
