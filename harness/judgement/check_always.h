/* check_always: what holds for every scenario, without being written in its definition. Private to judgement. */
#ifndef JUDGEMENT_CHECK_ALWAYS_H
#define JUDGEMENT_CHECK_ALWAYS_H

#include "data/verdict.h"
#include "judgement/check.h"

/* Whether the scenario says nothing about the student: a model program or a peer of ours failed. Fills in blame and reason. */
bool always_broken(const struct transcript *t, struct scenario_result *out);
/* Adds the failed checks `starts`, `no-crash` and `within-limits`, if they failed. */
void always_first(const struct exercise *exercise, const struct scenario *scenario, const struct transcript *t,
                  const struct source_resolver *resolver, struct scenario_result *out);
/* Adds the failed check `goes-on`: the play got stuck, and nothing else says why. */
void always_goes_on(const struct exercise *exercise, const struct scenario *scenario, const struct transcript *t,
                    const struct source_resolver *resolver, struct scenario_result *out);

#endif
