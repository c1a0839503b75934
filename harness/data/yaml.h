/*
 * yaml: a definition file as a tree whose nodes know where they were written, and the few readings that a loader needs.
 * Every failure is "PATH:LINE:COLUMN: what is wrong, what is expected" (blame: exercise).
 *
 * Only the plain part of YAML is read: one document of UTF-8 text; no anchors, aliases or tags, no key twice in a mapping,
 * nothing nested deeper than 32. So a file can't grow when it is read, and every value stands where it is used.
 * Scalars are texts: `5000`, `yes` and `"5000"` differ in nothing; the reader of a value says what it must be.
 *
 * A node belongs to its parent, the root to the document. Copies (template_expand) still point to the path of
 * the document they come from: the document must outlive them.
 */
#ifndef DATA_YAML_H
#define DATA_YAML_H

#include "ground/base.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml;

struct yaml_entry {
    struct yaml *key; /* always a scalar; NULL in a list */
    struct yaml *value;
};

struct yaml {
    enum yaml_kind kind;
    bool plain;       /* a scalar written without quotation marks */
    int line, column; /* from 1 */
    const char *path; /* the document's */
    char *text;       /* scalar: its bytes and a NUL behind them; may hold NULs itself ("\0") */
    size_t len;
    struct yaml_entry *entries; /* list, map */
    size_t n;
};

struct yaml_document {
    char *path;
    struct yaml *root;
};

int yaml_read(struct yaml_document *document, const char *path, struct err *err);
/* The same from memory; PATH is for the messages. */
int yaml_parse(struct yaml_document *document, const char *path, const char *data, size_t size, struct err *err);
void yaml_document_free(struct yaml_document *document);

/* A node without content, where LIKE stands. */
struct yaml *yaml_new(enum yaml_kind kind, const struct yaml *like);
void yaml_add(struct yaml *parent, struct yaml *key, struct yaml *value); /* takes both over */
void yaml_free(struct yaml *node);

int yaml_fail(const struct yaml *node, struct err *err, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* For an error that has no place yet: puts NODE's in front, and makes it the exercise's fault. */
int yaml_locate(const struct yaml *node, struct err *err);
/* "WHAT “text”: advice" for a word that is not in WORDS; WHAT is translated already. */
int yaml_unknown(const struct yaml *node, const char *what, const char *words, struct err *err);
/* The scalar as a quotation for a message; the caller frees. */
char *yaml_quote(const struct yaml *node);

int yaml_expect(const struct yaml *node, enum yaml_kind kind, struct err *err);
/* That NODE is a mapping, and has no keys but those of ALLOWED (separated by spaces). */
int yaml_keys(const struct yaml *node, const char *allowed, struct err *err);
/* Refuses a mapping that has a key twice. */
int yaml_unique(const struct yaml *map, struct err *err);
const struct yaml *yaml_get(const struct yaml *map, const char *key); /* NULL: no such key, or no mapping */
int yaml_need(const struct yaml *map, const char *key, const struct yaml **value, struct err *err);

bool yaml_is(const struct yaml *node, const char *word);
/* Nothing is written there: `key:`, `key: ~` or `key: null`. */
bool yaml_is_null(const struct yaml *node);
/* Copies into *TEXT, which the caller frees. yaml_bytes allows anything; yaml_text no NUL; yaml_line one line, not empty. */
int yaml_bytes(const struct yaml *node, char **bytes, size_t *size, struct err *err);
int yaml_text(const struct yaml *node, char **text, struct err *err);
int yaml_line(const struct yaml *node, char **text, struct err *err);
/* A name in lower case: letters, digits, hyphens, a letter or digit first, at most 64. */
int yaml_name(const struct yaml *node, char **name, struct err *err);
int yaml_integer(const struct yaml *node, long least, long most, long *value, struct err *err);
int yaml_boolean(const struct yaml *node, bool *value, struct err *err);
/* A scalar, or the scalars of a list joined by one space; no NUL. */
int yaml_words(const struct yaml *node, char **text, struct err *err);

#endif
