/*
 * check: judges one scenario: every check of its definition, and those that hold for any scenario, over its transcript.
 *
 * Judging is pure: the same definition and transcript give the same result, nothing is run. A transcript that was stored can
 * be judged again when a definition was mended.
 */
#ifndef JUDGEMENT_CHECK_H
#define JUDGEMENT_CHECK_H

#include "data/exercise.h"
#include "data/transcript.h"
#include "data/verdict.h"

/*
 * Finds the source line of a call. Asked only for calls that are evidence of a failure: unwinding is slow. *FILE becomes a
 * string that the caller frees, or stays NULL when the line is not known.
 */
struct source_resolver {
    void (*resolve)(void *context, const struct transcript *t, const struct event *call, char **file, int *line);
    void *context;
};

/* The table of checks, as the loader of definitions needs it. Static storage. */
const struct check_rule *check_rules(size_t *n);
/* What a check means, for the authors' reference (English); NULL when there is no such check. */
const char *check_meaning(const char *name);

/*
 * Fills OUT in, but for its transcript, which is left alone. RESOLVER may be NULL: then only lines that the transcript
 * already holds are given.
 */
void judge_scenario(const struct exercise *exercise, const struct scenario *scenario, const struct transcript *t,
                    const struct source_resolver *resolver, struct scenario_result *out);

#endif
