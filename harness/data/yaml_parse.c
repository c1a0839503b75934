/* The half of yaml that talks to libfyaml: from bytes to the tree, by events, so that nothing is built before it is checked. */
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "data/yaml.h"
#include "ground/buf.h"
#include "ground/escape.h"
#include "ground/fs.h"
#include "ground/text.h"
#include "ground/utf8.h"

enum { LARGEST_FILE = 256 * 1024, DEEPEST = 32, MOST_KEYS = 128 };

struct reading {
    const struct yaml_document *document;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct yaml *open[DEEPEST]; /* the lists and maps that have begun and not ended */
    size_t depth;
    struct yaml *key;  /* a key of the innermost map that waits for its value; owned */
    struct yaml *root; /* owned until it is handed to the document */
    bool ended;        /* the document is complete: nothing may follow */
};

/*
 * libfyaml stops without an error at a byte that is no UTF-8, and YAML forbids control characters: both are refused here,
 * before it sees them.
 */
static int check_bytes(const char *path, const char *data, size_t size, struct err *err)
{
    struct yaml here = {.kind = YAML_SCALAR, .path = path, .line = 1, .column = 1};
    for (size_t i = 0; i < size;) {
        unsigned char byte = (unsigned char)data[i];
        uint32_t point = byte;
        size_t length = byte < 0x80 ? 1 : utf8_decode((const unsigned char *)data + i, size - i, &point);
        if (length == 0)
            return yaml_fail(&here, err, _("the byte 0x%02x is not UTF-8; definitions are written in UTF-8"), byte);
        bool control = (point < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || (point >= 0x7f && point < 0xa0);
        if (control)
            return yaml_fail(&here, err, _("the control character U+%04X can't stand in a definition; write \"\\x%02X\""),
                             (unsigned)point, (unsigned)point);
        here.column++;
        if (byte == '\n') {
            here.line++;
            here.column = 1;
        }
        i += length;
    }
    return 0;
}

/* Where an event is; libfyaml has no place for what isn't written (`key:`), which then is where its key is. */
static struct yaml *node_at(struct reading *r, enum yaml_kind kind, struct fy_event *event)
{
    struct yaml *node = yaml_new(kind, r->key != NULL ? r->key : r->depth > 0 ? r->open[r->depth - 1] : NULL);
    node->path = r->document->path;
    const struct fy_mark *mark = fy_event_start_mark(event);
    if (mark != NULL) {
        node->line = mark->line + 1;
        node->column = mark->column + 1;
    }
    if (node->line == 0)
        node->line = node->column = 1;
    return node;
}

static int fail_at(struct reading *r, struct fy_event *event, struct err *err, const char *message)
{
    struct yaml *here = node_at(r, YAML_SCALAR, event);
    yaml_fail(here, err, "%s", message);
    yaml_free(here);
    return -1;
}

/* Puts a complete key, or a value that has begun, where it belongs; takes NODE over. */
static int place(struct reading *r, struct yaml *node, struct err *err)
{
    struct yaml *parent = r->depth > 0 ? r->open[r->depth - 1] : NULL;
    if (parent == NULL) {
        r->root = node;
        return 0;
    }
    if (parent->kind == YAML_LIST) {
        yaml_add(parent, NULL, node);
        return 0;
    }
    if (r->key != NULL) {
        yaml_add(parent, STEAL(r->key), node);
        return 0;
    }
    r->key = node;
    if (node->kind != YAML_SCALAR || memchr(node->text, '\0', node->len) != NULL)
        return yaml_fail(node, err, _("a key must be a plain word"));
    if (parent->n == MOST_KEYS)
        return yaml_fail(node, err, _("more than %d keys in one mapping"), MOST_KEYS);
    return 0;
}

static int scalar(struct reading *r, struct fy_event *event, struct err *err)
{
    struct yaml *node = node_at(r, YAML_SCALAR, event);
    struct fy_token *token = event->scalar.value;
    enum fy_scalar_style style = token != NULL ? fy_token_scalar_style(token) : FYSS_PLAIN;
    const char *text = token != NULL ? fy_token_get_text(token, &node->len) : NULL;
    node->text = mem_bytes(text, text != NULL ? node->len : 0);
    if (text == NULL)
        node->len = 0;
    node->plain = style == FYSS_PLAIN;
    /* The mark of a quoted scalar is behind its opening quotation mark. */
    if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && node->column > 1)
        node->column--;
    return place(r, node, err);
}

static int collection(struct reading *r, enum yaml_kind kind, struct fy_event *event, struct err *err)
{
    if (r->depth == DEEPEST)
        return fail_at(r, event, err, _("this is nested too deeply"));
    struct yaml *node = node_at(r, kind, event);
    if (place(r, node, err) != 0)
        return -1;
    r->open[r->depth++] = node;
    return 0;
}

static int end_collection(struct reading *r, struct err *err)
{
    const struct yaml *node = r->open[--r->depth];
    return node->kind == YAML_MAP ? yaml_unique(node, err) : 0;
}

static int refuse_decoration(struct reading *r, struct fy_event *event, const struct fy_token *anchor,
                             const struct fy_token *tag, struct err *err)
{
    if (anchor != NULL)
        return fail_at(r, event, err, _("anchors (&name) are not read here; write the value where it is used"));
    if (tag != NULL)
        return fail_at(r, event, err, _("tags (!name) are not read here; write the value alone"));
    return 0;
}

static int take(struct reading *r, struct fy_event *event, struct err *err)
{
    switch (event->type) {
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
        return 0;
    case FYET_DOCUMENT_START:
        if (r->ended)
            return fail_at(r, event, err, _("a second document begins here; a definition is one document"));
        return 0;
    case FYET_DOCUMENT_END:
        r->ended = true;
        return 0;
    case FYET_ALIAS:
        return fail_at(r, event, err, _("aliases (*name) are not read here; write the value where it is used"));
    case FYET_SCALAR:
        if (refuse_decoration(r, event, event->scalar.anchor, event->scalar.tag, err) != 0)
            return -1;
        return scalar(r, event, err);
    case FYET_SEQUENCE_START:
        if (refuse_decoration(r, event, event->sequence_start.anchor, event->sequence_start.tag, err) != 0)
            return -1;
        return collection(r, YAML_LIST, event, err);
    case FYET_MAPPING_START:
        if (refuse_decoration(r, event, event->mapping_start.anchor, event->mapping_start.tag, err) != 0)
            return -1;
        return collection(r, YAML_MAP, event, err);
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        return end_collection(r, err);
    }
    return 0;
}

/* The parser stopped: by an error of the text, whose words are libfyaml's, or because it is through. */
static int conclude(struct reading *r, struct err *err)
{
    struct yaml here = {.kind = YAML_SCALAR, .path = r->document->path, .line = 1, .column = 1};
    if (fy_parser_get_stream_error(r->parser)) {
        void *cursor = NULL;
        const struct fy_diag_error *found = fy_diag_errors_iterate(r->diag, &cursor);
        while (found != NULL && found->type != FYET_ERROR)
            found = fy_diag_errors_iterate(r->diag, &cursor);
        if (found == NULL)
            return yaml_fail(&here, err, _("this is not YAML"));
        here.line = found->line > 0 ? found->line : 1;
        here.column = found->column > 0 ? found->column : 1;
        AUTO_FREE char *message = escape_line(found->msg, strlen(found->msg));
        return yaml_fail(&here, err, _("this is not YAML: %s"), message);
    }
    if (r->root == NULL || !r->ended)
        return yaml_fail(&here, err, _("the file is empty"));
    return 0;
}

static int read_events(struct reading *r, const char *data, size_t size, struct err *err)
{
    if (fy_parser_set_string(r->parser, data, size) != 0)
        return err_set(err, BLAME_HARNESS, "%s", _("libfyaml does not take its input"));
    struct fy_event *event = NULL;
    while ((event = fy_parser_parse(r->parser)) != NULL) {
        int result = take(r, event, err);
        fy_parser_event_free(r->parser, event);
        if (result != 0)
            return -1;
    }
    return conclude(r, err);
}

int yaml_parse(struct yaml_document *document, const char *path, const char *data, size_t size, struct err *err)
{
    *document = (struct yaml_document){mem_string(path), NULL};
    if (check_bytes(path, data, size, err) != 0) {
        yaml_document_free(document);
        return -1;
    }
    struct fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag_cfg.level = FYET_ERROR;
    diag_cfg.colorize = false;
    struct reading r = {.document = document, .diag = fy_diag_create(&diag_cfg)};
    if (r.diag != NULL) {
        fy_diag_set_collect_errors(r.diag, true);
        struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2, .diag = r.diag};
        r.parser = fy_parser_create(&cfg);
    }
    int result = -1;
    if (r.parser == NULL)
        err_set(err, BLAME_HARNESS, "%s", _("libfyaml does not start"));
    else
        result = read_events(&r, data, size, err);
    fy_parser_destroy(r.parser);
    fy_diag_destroy(r.diag);
    yaml_free(r.key);
    document->root = r.root;
    if (result != 0)
        yaml_document_free(document);
    return result;
}

int yaml_read(struct yaml_document *document, const char *path, struct err *err)
{
    *document = (struct yaml_document){NULL, NULL};
    AUTO_BUF file = BUF_EMPTY;
    if (fs_read(path, LARGEST_FILE, &file, err) != 0) {
        err->blame = BLAME_EXERCISE; /* a definition that is not there is a wrong one: nobody else can mend it */
        return -1;
    }
    return yaml_parse(document, path, buf_text(&file), file.len, err);
}
