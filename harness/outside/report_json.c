/* The result file: the members and their order are the format that the course's scripts rely on. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "outside/layout.h"
#include "outside/report.h"

/* Bytes of a submission. */
static void put_bytes(json_t *object, const char *key, const char *value)
{
    if (value == NULL)
        return;
    AUTO_FREE char *safe = escape_bytes(value, strlen(value));
    json_object_set_new(object, key, json_string(safe));
}

/* A message of ours, which quotes escaped bytes. */
static void put_message(json_t *object, const char *key, const char *value)
{
    if (value == NULL)
        return;
    AUTO_FREE char *safe = layout_message(value);
    json_object_set_new(object, key, json_string(safe));
}

static void put_integer(json_t *object, const char *key, json_int_t value)
{
    json_object_set_new(object, key, json_integer(value));
}

static void put_messages(json_t *object, const char *key, char *const *messages, size_t n)
{
    if (n == 0)
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *safe = layout_message(messages[i]);
        json_array_append_new(list, json_string(safe));
    }
    json_object_set_new(object, key, list);
}

static json_t *build_json(const struct build_result *build)
{
    json_t *object = json_object();
    put_bytes(object, "status", build_status_name(build->status));
    json_t *list = json_array();
    for (size_t i = 0; i < build->n_diagnostics; i++) {
        const struct diagnostic *diagnostic = &build->diagnostics[i];
        json_t *item = json_object();
        put_bytes(item, "file", diagnostic->file);
        put_integer(item, "line", diagnostic->line);
        put_integer(item, "column", diagnostic->column);
        put_bytes(item, "severity", severity_name(diagnostic->severity));
        put_bytes(item, "message", diagnostic->message);
        put_message(item, "hint", diagnostic->hint);
        json_array_append_new(list, item);
    }
    json_object_set_new(object, "diagnostics", list);
    put_message(object, "message", build->message);
    return object;
}

static json_t *check_json(const struct check_result *check)
{
    json_t *object = json_object();
    put_message(object, "id", check->id);
    put_message(object, "requirement", check->requirement);
    put_bytes(object, "verdict", verdict_name(check->verdict));
    put_message(object, "expected", check->expected);
    put_message(object, "actual", check->actual);
    put_message(object, "diagnosis", check->diagnosis);
    put_bytes(object, "file", check->file);
    if (check->file != NULL && check->line > 0)
        put_integer(object, "line", check->line);
    put_message(object, "hint", check->hint);
    return object;
}

static json_t *scenario_json(const struct scenario_result *scenario)
{
    json_t *object = json_object();
    put_message(object, "id", scenario->id);
    put_message(object, "title", scenario->title);
    put_bytes(object, "level", level_name(scenario->level));
    put_bytes(object, "verdict", verdict_name(scenario->verdict));
    if (scenario->verdict != VERDICT_PASSED)
        put_bytes(object, "blame", blame_name(scenario->blame));
    put_integer(object, "points", scenario->points);
    put_integer(object, "max", scenario->max);
    json_t *checks = json_array();
    for (size_t i = 0; i < scenario->n_checks; i++)
        json_array_append_new(checks, check_json(&scenario->checks[i]));
    json_object_set_new(object, "checks", checks);
    put_message(object, "reason", scenario->reason);
    put_messages(object, "flags", scenario->flags, scenario->n_flags);
    return object;
}

static json_t *exercise_json(const struct exercise_result *exercise)
{
    json_t *object = json_object();
    put_message(object, "id", exercise->id);
    put_message(object, "program", exercise->program);
    put_bytes(object, "status", status_name(exercise->status));
    put_integer(object, "points", exercise->points);
    put_integer(object, "max", exercise->max);
    json_object_set_new(object, "build", build_json(&exercise->build));
    json_t *scenarios = json_array();
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        json_array_append_new(scenarios, scenario_json(&exercise->scenarios[i]));
    json_object_set_new(object, "scenarios", scenarios);
    put_message(object, "message", exercise->message);
    return object;
}

static void append(struct buf *out, const json_t *document)
{
    /* Eight significant digits print every hundredth of a point as itself: 14.55, not 14.550000000000001. */
    AUTO_FREE char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    buf_string(out, text);
    buf_char(out, '\n');
}

void report_json(const struct grade_result *result, struct buf *out)
{
    json_t *object = json_object();
    put_integer(object, "version", 1);
    put_bytes(object, "grader", GRADER_VERSION);
    put_bytes(object, "submission", result->submission);
    put_bytes(object, "assignment", result->assignment);
    put_bytes(object, "lang", result->lang);
    put_message(object, "isolation", result->isolation);
    json_object_set_new(object, "score", json_real((double)result->score / 100.0));
    put_integer(object, "scale", result->scale);
    json_object_set_new(object, "complete", json_boolean(result->complete));
    json_t *exercises = json_array();
    for (size_t i = 0; i < result->n_exercises; i++)
        json_array_append_new(exercises, exercise_json(&result->exercises[i]));
    json_object_set_new(object, "exercises", exercises);
    put_messages(object, "notes", result->notes, result->n_notes);
    append(out, object);
    json_decref(object);
}
