#include "conversation/diagnostics.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/text.h"
#include "ground/utf8.h"
#include "watching/build_paths.h"

/* More would not help anybody, and a file that includes itself gives millions. */
enum { MOST_DIAGNOSTICS = 200, LONGEST_MESSAGE = 1000 };

static const char *shorten_path(const char *path)
{
    static const char prefix[] = BUILD_SOURCES "/";
    if (strncmp(path, prefix, sizeof prefix - 1) == 0)
        path += sizeof prefix - 1;
    return strncmp(path, "./", 2) == 0 ? path + 2 : path;
}

static bool is_known(const struct build_result *result, const char *file, int line, int column, const char *message)
{
    for (size_t i = 0; i < result->n_diagnostics; i++) {
        const struct diagnostic *d = &result->diagnostics[i];
        bool same_file = file == NULL || d->file == NULL ? file == d->file : strcmp(d->file, file) == 0;
        if (same_file && d->line == line && d->column == column && strncmp(d->message, message, LONGEST_MESSAGE) == 0)
            return true;
    }
    return false;
}

static const char *hint_at(const char *message)
{
    static const struct {
        const char *first, *second, *hint;
    } hints[] = {
#define COMPILE_HINT(first, second, hint) {first, second, hint},
#include "conversation/compile_hints.def"
#undef COMPILE_HINT
    };
    for (size_t i = 0; i < COUNT_OF(hints); i++)
        if (strstr(message, hints[i].first) != NULL && strstr(message, hints[i].second) != NULL)
            return _(hints[i].hint);
    return NULL;
}

static void add(struct build_result *result, enum severity severity, const char *file, int line, int column,
                const char *message)
{
    if (file != NULL)
        file = shorten_path(file);
    if (result->n_diagnostics >= MOST_DIAGNOSTICS || is_known(result, file, line, column, message))
        return;
    struct diagnostic *d = ARRAY_ADD(result->diagnostics, result->n_diagnostics);
    d->severity = severity;
    d->file = mem_string(file);
    d->line = line;
    d->column = column;
    d->message = mem_bytes(message, strnlen(message, LONGEST_MESSAGE));
    d->hint = hint_at(d->message);
}

/* --- gcc's JSON --- */

static void add_json(struct build_result *result, const json_t *item, size_t *errors)
{
    const char *kind = json_string_value(json_object_get(item, "kind"));
    const char *message = json_string_value(json_object_get(item, "message"));
    const json_t *caret = json_object_get(json_array_get(json_object_get(item, "locations"), 0), "caret");
    if (kind == NULL || message == NULL)
        return;
    enum severity severity = SEVERITY_NOTE;
    if (strstr(kind, "error") != NULL)
        severity = SEVERITY_ERROR;
    else if (strcmp(kind, "warning") == 0)
        severity = SEVERITY_WARNING;
    *errors += severity == SEVERITY_ERROR;
    add(result, severity, json_string_value(json_object_get(caret, "file")),
        (int)json_integer_value(json_object_get(caret, "line")),
        (int)json_integer_value(json_object_get(caret, "column")), message);
    /* An error may hang below a warning that came right before it; notes below an error say no more than it does. */
    const json_t *children = json_object_get(item, "children");
    for (size_t i = 0; i < json_array_size(children); i++) {
        const json_t *child = json_array_get(children, i);
        const char *what = json_string_value(json_object_get(child, "kind"));
        if (what != NULL && strstr(what, "error") != NULL)
            add_json(result, child, errors);
    }
}

/* gcc quotes a source as it is: what stands in ISO-8859-1 becomes UTF-8, control characters are escaped as JSON wants them. */
static void mend_json(const char *line, size_t n, struct buf *out)
{
    for (size_t i = 0, size; i < n; i += size) {
        unsigned char c = (unsigned char)line[i];
        uint32_t character;
        size = utf8_decode((const unsigned char *)line + i, n - i, &character);
        if (size > 1) {
            buf_add(out, line + i, size);
            continue;
        }
        size = 1;
        if (c < ' ' || c >= 0x7f)
            buf_printf(out, "\\u%04x", c);
        else
            buf_char(out, (char)c);
    }
}

static bool read_json(struct build_result *result, const char *line, size_t n, size_t *errors)
{
    json_t *list = json_loadb(line, n, JSON_DISABLE_EOF_CHECK, NULL);
    if (list == NULL) {
        AUTO_BUF mended = BUF_EMPTY;
        mend_json(line, n, &mended);
        list = json_loadb(mended.data, mended.len, JSON_DISABLE_EOF_CHECK, NULL);
    }
    if (!json_is_array(list)) {
        json_decref(list);
        return false;
    }
    for (size_t i = 0; i < json_array_size(list); i++)
        add_json(result, json_array_get(list, i), errors);
    json_decref(list);
    return true;
}

/* --- text: the linker, make, the assembler --- */

/* FILE:LINE: MESSAGE or FILE:LINE:COLUMN: MESSAGE, FILE with a dot; false when the line is not like that. */
static bool split_place(char *line, char **file, int *number, int *column, char **message)
{
    char *colon = strchr(line, ':');
    if (colon == NULL || memchr(line, '.', (size_t)(colon - line)) == NULL)
        return false;
    char *end = NULL;
    *number = (int)strtol(colon + 1, &end, 10);
    *column = 0;
    if (end == colon + 1 || *end != ':')
        return false;
    char *next = NULL;
    long second = strtol(end + 1, &next, 10);
    if (next != end + 1 && *next == ':') {
        *column = (int)second;
        end = next;
    }
    *colon = '\0';
    *file = line;
    *message = end + 1 + strspn(end + 1, " ");
    return true;
}

/* Files that the compiler makes for itself bear another name in each run: they are taken out, with the line behind them. */
static void drop_temporaries(char *line)
{
    static const char prefix[] = "/tmp/cc";
    for (char *at = line; (at = strstr(at, prefix)) != NULL;) {
        char *end = at + strcspn(at, ": ;,'");
        if (*end == ':')
            end++;
        char *number = end + strspn(end, "0123456789");
        if (number > end && *number == ':')
            end = number + 1;
        end += strspn(end, " ");
        memmove(at, end, strlen(end) + 1);
    }
}

/* What compilers put before a message when they write text; says how grave it is. */
static char *skip_severity(char *message, enum severity *severity)
{
    static const struct {
        const char *word;
        enum severity severity;
    } words[] = {{"fatal error: ", SEVERITY_ERROR}, {"error: ", SEVERITY_ERROR}, {"Error: ", SEVERITY_ERROR},
                 {"warning: ", SEVERITY_WARNING},   {"note: ", SEVERITY_NOTE}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strncmp(message, words[i].word, strlen(words[i].word)) == 0) {
            *severity = words[i].severity;
            return message + strlen(words[i].word);
        }
    }
    return message;
}

static void read_text(struct build_result *result, const char *start, size_t n, size_t *errors)
{
    AUTO_FREE char *copy = mem_bytes(start, n);
    char *line = copy;
    static const char linker[] = "/usr/bin/ld: ";
    if (strncmp(line, linker, sizeof linker - 1) == 0)
        line += sizeof linker - 1;
    char *file = NULL, *message = NULL;
    int number = 0, column = 0;
    bool tells = strstr(line, "undefined reference") != NULL || strstr(line, "multiple definition") != NULL ||
                 strstr(line, "rror:") != NULL || strstr(line, " Error ") != NULL || strncmp(line, "make: ***", 9) == 0;
    if (!tells || strncmp(line, "collect2:", 9) == 0)
        return;
    enum severity severity = SEVERITY_ERROR;
    drop_temporaries(line);
    if (!split_place(line, &file, &number, &column, &message))
        message = line;
    message = skip_severity(message, &severity);
    *errors += severity == SEVERITY_ERROR;
    add(result, severity, file, number, column, message);
}

size_t diagnostics_read(struct build_result *result, const char *text, size_t n)
{
    size_t errors = 0;
    for (size_t at = 0; at < n;) {
        const char *line = text + at;
        const char *newline = memchr(line, '\n', n - at);
        size_t length = newline != NULL ? (size_t)(newline - line) : n - at;
        if (length == 0 || line[0] != '[' || !read_json(result, line, length, &errors))
            read_text(result, line, length, &errors);
        at += length + 1;
    }
    return errors;
}
