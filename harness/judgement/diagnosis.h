/*
 * diagnosis: the catalogue of causes (diagnoses.def). A failed check names one; its hint goes into the result, its
 * explanation is what `explain` prints.
 */
#ifndef JUDGEMENT_DIAGNOSIS_H
#define JUDGEMENT_DIAGNOSIS_H

#include "ground/base.h"

enum diagnosis {
    DIAGNOSIS_NONE,
#define DIAGNOSIS(name, code, slug, hint, explanation) DIAGNOSIS_##name,
#include "judgement/diagnoses.def"
#undef DIAGNOSIS
    DIAGNOSIS_COUNT
};

/* Codes and slugs are the same in every language; NULL for DIAGNOSIS_NONE. Static storage. */
const char *diagnosis_code(enum diagnosis diagnosis); /* "S014" */
const char *diagnosis_slug(enum diagnosis diagnosis); /* "port-byte-order" */
/* Translated; NULL for DIAGNOSIS_NONE. Owned by gettext. */
const char *diagnosis_hint(enum diagnosis diagnosis);
const char *diagnosis_explanation(enum diagnosis diagnosis);
/* By code (in either case, "s14" too) or by slug; DIAGNOSIS_NONE when there is none. */
enum diagnosis diagnosis_find(const char *text);

#endif
