#include "judgement/diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "ground/text.h"

static const struct {
    const char *code, *slug, *hint, *explanation;
} catalogue[] = {
    {NULL, NULL, NULL, NULL},
#define DIAGNOSIS(name, code, slug, hint, explanation) {code, slug, hint, explanation},
#include "judgement/diagnoses.def"
#undef DIAGNOSIS
};

const char *diagnosis_code(enum diagnosis diagnosis)
{
    return catalogue[diagnosis].code;
}

const char *diagnosis_slug(enum diagnosis diagnosis)
{
    return catalogue[diagnosis].slug;
}

const char *diagnosis_hint(enum diagnosis diagnosis)
{
    const char *hint = catalogue[diagnosis].hint;
    return hint != NULL ? gettext(hint) : NULL;
}

const char *diagnosis_explanation(enum diagnosis diagnosis)
{
    const char *explanation = catalogue[diagnosis].explanation;
    return explanation != NULL ? gettext(explanation) : NULL;
}

/* "S014", "s14": an S and a number, whatever its leading zeros. */
static long code_number(const char *text)
{
    if ((text[0] != 'S' && text[0] != 's') || text[1] < '0' || text[1] > '9')
        return -1;
    char *end;
    long number = strtol(text + 1, &end, 10);
    return *end == '\0' ? number : -1;
}

enum diagnosis diagnosis_find(const char *text)
{
    long number = code_number(text);
    for (size_t i = 1; i < COUNT_OF(catalogue); i++)
        if ((number > 0 && code_number(catalogue[i].code) == number) || strcmp(catalogue[i].slug, text) == 0)
            return (enum diagnosis)i;
    return DIAGNOSIS_NONE;
}
