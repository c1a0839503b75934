/* What a student reads: a line per exercise, below it only what failed, and the score last. */
#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "outside/fold.h"
#include "outside/ladder.h"
#include "outside/report.h"

/* One, however many paragraphs ask for it. */
static void blank_line(struct buf *out)
{
    if (out->len >= 2 && memcmp(out->data + out->len - 2, "\n\n", 2) != 0)
        buf_char(out, '\n');
}

static const char *verdict_mark(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASSED: return "✓";
    case VERDICT_FAILED: return "✗";
    case VERDICT_SKIPPED: return "–";
    case VERDICT_BROKEN: return "!";
    }
    return "!";
}

static enum paint verdict_paint(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASSED: return PAINT_GOOD;
    case VERDICT_FAILED: return PAINT_BAD;
    case VERDICT_SKIPPED: return PAINT_DIM;
    case VERDICT_BROKEN: return PAINT_WARN;
    }
    return PAINT_NONE;
}

static const char *severity_text(enum severity severity)
{
    switch (severity) {
    case SEVERITY_NOTE: return _("note");
    case SEVERITY_WARNING: return _("warning");
    case SEVERITY_ERROR: return _("error");
    }
    return "";
}

static enum paint severity_paint(enum severity severity)
{
    switch (severity) {
    case SEVERITY_NOTE: return PAINT_DIM;
    case SEVERITY_WARNING: return PAINT_WARN;
    case SEVERITY_ERROR: return PAINT_BAD;
    }
    return PAINT_NONE;
}

static const char *blame_text(enum blame blame)
{
    switch (blame) {
    case BLAME_NONE: return NULL;
    case BLAME_SUBMISSION: return _("the program");
    case BLAME_EXERCISE: return _("the exercise's definition, not your program");
    case BLAME_ENVIRONMENT: return _("this machine, not your program");
    case BLAME_HARNESS: return _("the grader itself, not your program");
    }
    return NULL;
}

static void add_diagnostics(const struct build_result *build, const struct style *style, struct buf *out)
{
    for (size_t i = 0; i < build->n_diagnostics; i++) {
        const struct diagnostic *diagnostic = &build->diagnostics[i];
        const char *file = diagnostic->file;
        const char *message = diagnostic->message == NULL ? "" : diagnostic->message;
        AUTO_FREE char *safe_file = file != NULL ? escape_line(file, strlen(file)) : mem_string("");
        AUTO_FREE char *safe_message = escape_bytes(message, strlen(message));
        AUTO_BUF where = BUF_EMPTY;
        buf_string(&where, safe_file);
        if (diagnostic->line > 0)
            buf_printf(&where, ":%d", diagnostic->line);
        if (diagnostic->line > 0 && diagnostic->column > 0)
            buf_printf(&where, ":%d", diagnostic->column);
        /* In every language as compilers write it: editors and terminals make a link of file:line:column. */
        AUTO_FREE char *text = mem_printf("%s%s%s: %s", buf_text(&where), file != NULL ? ": " : "",
                                          severity_text(diagnostic->severity), safe_message);
        layout_wrap(out, style, severity_paint(diagnostic->severity), "    ", text);
        if (diagnostic->hint != NULL)
            layout_wrap(out, style, PAINT_NONE, "      → ", diagnostic->hint);
    }
    if (build->message != NULL) {
        AUTO_FREE char *safe = escape_bytes(build->message, strlen(build->message)); /* may quote the compiler */
        layout_wrap(out, style, PAINT_BAD, "    ", safe);
    }
}

static void add_pair(struct buf *out, const struct style *style, const char *label, int width, const char *text)
{
    AUTO_BUF first = BUF_EMPTY;
    buf_string(&first, "        ");
    layout_pad(&first, label, width + 1);
    layout_wrap(out, style, PAINT_NONE, buf_text(&first), text);
}

/* BEFORE: the one above it, NULL for the first; what it has said of their common cause is not said again. */
static void add_check(const struct check_result *check, const struct check_result *before, const struct style *style,
                      struct buf *out)
{
    AUTO_FREE char *first = mem_printf("      %s ", verdict_mark(check->verdict));
    layout_wrap(out, style, verdict_paint(check->verdict), first, check->requirement);
    const char *expected = _("expected:");
    const char *actual = _("actual:");
    int width = layout_width(expected) > layout_width(actual) ? layout_width(expected) : layout_width(actual);
    if (check->expected != NULL)
        add_pair(out, style, expected, width, check->expected);
    if (check->actual != NULL)
        add_pair(out, style, actual, width, check->actual);
    if (check->file != NULL || check->diagnosis != NULL) {
        AUTO_BUF where = BUF_EMPTY;
        if (check->file != NULL) {
            AUTO_FREE char *file = escape_line(check->file, strlen(check->file));
            buf_string(&where, file);
            if (check->line > 0)
                buf_printf(&where, ":%d", check->line);
        }
        if (check->diagnosis != NULL)
            buf_printf(&where, where.len > 0 ? "  [%s]" : "[%s]", check->diagnosis);
        layout_wrap(out, style, PAINT_STRONG, "        ", buf_text(&where));
    }
    bool said = before != NULL && before->hint != NULL && check->hint != NULL && strcmp(before->hint, check->hint) == 0;
    if (check->hint != NULL && !said)
        layout_wrap(out, style, PAINT_NONE, "        → ", check->hint);
}

static void add_ladder(const struct scenario_result *scenario, const struct style *style, struct buf *out)
{
    bool wanted = style->verbosity >= 2 || (style->verbosity == 1 && scenario->verdict != VERDICT_PASSED);
    if (!wanted || scenario->transcript.n_events == 0)
        return;
    blank_line(out);
    AUTO_BUF ladder = BUF_EMPTY;
    struct style narrower = *style;
    narrower.columns = layout_columns(style) - 6;
    ladder_draw(&scenario->transcript, &narrower, &ladder);
    layout_indent(out, 6, buf_text(&ladder));
    blank_line(out);
}

static void add_scenario(const struct scenario_result *scenario, const struct style *style, struct buf *out)
{
    AUTO_FREE char *first = mem_printf("    %s ", verdict_mark(scenario->verdict));
    AUTO_BUF head = BUF_EMPTY;
    buf_string(&head, scenario->title == NULL ? scenario->id : scenario->title);
    const char *level = scenario->level == LEVEL_CORE ? _("core") : _("robustness");
    buf_printf(&head, "  (%s, %s, %d/%d)", scenario->id, level, scenario->points, scenario->max);
    layout_wrap(out, style, verdict_paint(scenario->verdict), first, buf_text(&head));
    const struct check_result *before = NULL;
    for (size_t i = 0; i < scenario->n_checks; i++) {
        enum verdict verdict = scenario->checks[i].verdict;
        if (verdict == VERDICT_PASSED || (verdict == VERDICT_SKIPPED && style->verbosity < 1))
            continue;
        add_check(&scenario->checks[i], before, style, out);
        before = verdict == VERDICT_FAILED ? &scenario->checks[i] : before;
    }
    if (scenario->verdict == VERDICT_BROKEN) {
        const char *blame = blame_text(scenario->blame);
        AUTO_FREE char *cause = mem_printf(_("not judged; the cause is %s"), blame == NULL ? _("not known") : blame);
        layout_wrap(out, style, PAINT_WARN, "      ", cause);
        if (scenario->reason != NULL)
            layout_wrap(out, style, PAINT_NONE, "      ", scenario->reason);
    }
    for (size_t i = 0; i < scenario->n_flags; i++)
        layout_wrap(out, style, PAINT_WARN, "      ⚑ ", scenario->flags[i]);
    add_ladder(scenario, style, out);
}

/* One line for all those that are told with scenario INDEX. */
static void add_folded(const struct exercise_result *exercise, const size_t *told, size_t index,
                       const struct style *style, struct buf *out)
{
    AUTO_BUF names = BUF_EMPTY;
    size_t n = 0;
    int points = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        if (i == index || told[i] != index)
            continue;
        buf_printf(&names, "%s%s", n > 0 ? ", " : "", exercise->scenarios[i].id);
        points += exercise->scenarios[i].max - exercise->scenarios[i].points;
        n++;
    }
    if (n == 0)
        return;
    AUTO_FREE char *worth = mem_printf(ngettext("%d point", "%d points", (unsigned long)points), points);
    AUTO_FREE char *text = mem_printf(ngettext("same cause, %zu more scenario, %s: %s",
                                               "same cause, %zu more scenarios, %s: %s", n), n, worth, buf_text(&names));
    layout_wrap(out, style, PAINT_BAD, "    ✗ ", text);
}

/* Those that failed, and with -vv all. Without -v, failures of one cause are told once. */
static void add_scenarios(const struct exercise_result *exercise, const struct style *style, struct buf *out)
{
    AUTO_FREE size_t *told = style->verbosity < 1 ? fold_scenarios(exercise) : NULL;
    size_t passed = 0;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        const struct scenario_result *scenario = &exercise->scenarios[i];
        bool good = scenario->verdict == VERDICT_PASSED;
        passed += good;
        if ((good && style->verbosity < 2 && scenario->n_flags == 0) || (told != NULL && told[i] != i))
            continue;
        add_scenario(scenario, style, out);
        if (told != NULL)
            add_folded(exercise, told, i, style, out);
    }
    if (passed > 0 && passed < exercise->n_scenarios && style->verbosity < 2) {
        AUTO_FREE char *text = mem_printf(ngettext("%zu scenario passed", "%zu scenarios passed", passed), passed);
        layout_wrap(out, style, PAINT_GOOD, "    ✓ ", text);
    }
}

static enum verdict exercise_verdict(const struct exercise_result *exercise)
{
    switch (exercise->status) {
    case STATUS_MISSING:
    case STATUS_NOT_BUILT: return VERDICT_FAILED;
    case STATUS_BROKEN: return VERDICT_BROKEN;
    case STATUS_GRADED: break;
    }
    enum verdict worst = VERDICT_PASSED;
    for (size_t i = 0; i < exercise->n_scenarios; i++) {
        enum verdict verdict = exercise->scenarios[i].verdict;
        if (verdict == VERDICT_BROKEN)
            return VERDICT_BROKEN;
        if (verdict == VERDICT_FAILED)
            worst = VERDICT_FAILED;
    }
    return worst;
}

/* What stands behind the points; NULL: nothing, it was graded. */
static const char *status_text(enum status status)
{
    switch (status) {
    case STATUS_GRADED: return NULL;
    case STATUS_MISSING: return _("absent");
    case STATUS_NOT_BUILT: return _("does not compile");
    case STATUS_BROKEN: return _("could not be graded");
    }
    return NULL;
}

/* Mark and text in one colour. */
static void add_head(struct buf *out, const struct style *style, enum paint paint, const char *mark, const char *text)
{
    const struct style plain = {.color = false, .columns = style->columns};
    AUTO_BUF wrapped = BUF_EMPTY;
    layout_wrap(&wrapped, &plain, PAINT_NONE, mark, text);
    wrapped.data[--wrapped.len] = '\0';
    layout_paint(out, style, paint, buf_text(&wrapped));
    buf_char(out, '\n');
}

/* How the report is laid out. */
struct columns {
    int id, program; /* widths */
    bool many_absent; /* then the names that were looked for would bury what there is */
};

static void add_exercise(const struct exercise_result *exercise, const struct columns *columns, const struct style *style,
                         struct buf *out)
{
    enum verdict verdict = exercise_verdict(exercise);
    AUTO_BUF line = BUF_EMPTY;
    AUTO_FREE char *id = layout_message(exercise->id);
    AUTO_FREE char *program = layout_message(exercise->program);
    layout_pad(&line, id, columns->id + 2);
    layout_pad(&line, program, columns->program + 2);
    buf_printf(&line, "%3d/%d", exercise->points, exercise->max);
    bool absent = exercise->status == STATUS_MISSING && exercise->message != NULL; /* what is absent takes one line */
    bool names = absent && !(exercise->nowhere && columns->many_absent);
    const char *remark = names ? exercise->message : status_text(exercise->status);
    if (remark != NULL)
        buf_printf(&line, "  %s", remark);
    AUTO_FREE char *mark = mem_printf("%s ", verdict_mark(verdict));
    add_head(out, style, verdict_paint(verdict), mark, buf_text(&line));
    if (exercise->message != NULL && !absent)
        layout_wrap(out, style, PAINT_NONE, "    ", exercise->message);
    add_diagnostics(&exercise->build, style, out);
    add_scenarios(exercise, style, out);
}

/* The first thing that broke, to say why the score is not one. */
static void add_incomplete(const struct grade_result *result, const struct style *style, struct buf *out)
{
    size_t broken = 0;
    enum blame blame = BLAME_NONE;
    const char *reason = NULL;
    for (size_t i = 0; i < result->n_exercises; i++) {
        const struct exercise_result *exercise = &result->exercises[i];
        if (exercise->status == STATUS_BROKEN) {
            if (broken++ == 0) {
                blame = exercise->blame;
                reason = exercise->message;
            }
        }
        for (size_t j = 0; j < exercise->n_scenarios; j++) {
            const struct scenario_result *scenario = &exercise->scenarios[j];
            if (scenario->verdict == VERDICT_BROKEN && broken++ == 0) {
                blame = scenario->blame;
                reason = scenario->reason;
            }
        }
    }
    const char *cause = blame_text(blame);
    if (reason != NULL)
        layout_wrap(out, style, PAINT_WARN, "! ", reason);
    AUTO_FREE char *score = text_hundredths(result->score);
    AUTO_FREE char *text = mem_printf(_("No score: a part could not be judged; the cause is %s. So far: %s/%d"),
                                      cause == NULL ? _("not known") : cause, score, result->scale);
    layout_wrap(out, style, PAINT_WARN, "", text);
}

static void add_score(const struct grade_result *result, const struct style *style, struct buf *out)
{
    if (!result->complete) {
        add_incomplete(result, style, out);
        return;
    }
    AUTO_FREE char *score = text_hundredths(result->score);
    AUTO_FREE char *line = mem_printf(_("Score: %s/%d"), score, result->scale);
    layout_paint(out, style, PAINT_STRONG, line);
    buf_char(out, '\n');
}

static struct columns find_columns(const struct grade_result *result)
{
    enum { MANY = 4 };
    struct columns columns = {0, 0, false};
    size_t absent = 0;
    for (size_t i = 0; i < result->n_exercises; i++) {
        const struct exercise_result *exercise = &result->exercises[i];
        int id = layout_width(exercise->id);
        int program = layout_width(exercise->program);
        columns.id = id > columns.id ? id : columns.id;
        columns.program = program > columns.program ? program : columns.program;
        absent += exercise->nowhere;
    }
    columns.many_absent = absent >= MANY;
    return columns;
}

void report_terminal(const struct grade_result *result, const struct style *style, struct buf *out)
{
    if (style->verbosity < 0) {
        add_score(result, style, out);
        return;
    }
    const struct columns columns = find_columns(result);
    AUTO_FREE char *submission = escape_line(result->submission, strlen(result->submission));
    AUTO_FREE char *head = mem_printf(_("%s, graded as %s (isolation: %s)"), submission, result->assignment,
                                      result->isolation);
    layout_wrap(out, style, PAINT_DIM, "", head);
    if (style->verbosity >= 2 && result->plan != NULL) {
        blank_line(out);
        AUTO_FREE char *plan = layout_message(result->plan);
        layout_indent(out, 4, plan);
    }
    /* Exercises without details stand close together; a blank line follows those with details. */
    for (size_t i = 0; i < result->n_exercises; i++) {
        if (i == 0)
            blank_line(out);
        size_t began = out->len;
        add_exercise(&result->exercises[i], &columns, style, out);
        if (strchr(out->data + began, '\n')[1] != '\0' && result->exercises[i].status != STATUS_MISSING)
            blank_line(out);
    }
    blank_line(out);
    if (columns.many_absent) {
        layout_wrap(out, style, PAINT_WARN, "",
                    _("“absent”: no file has one of the accepted names; ./grade.sh list shows them."));
        buf_char(out, '\n');
    }
    for (size_t i = 0; i < result->n_notes; i++)
        layout_wrap(out, style, PAINT_WARN, "⚠ ", result->notes[i]);
    if (result->n_notes > 0)
        buf_char(out, '\n');
    add_score(result, style, out);
}
