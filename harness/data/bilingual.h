/* bilingual: a text that a definition gives in both languages: {fr: "…", en: "…"}. */
#ifndef DATA_BILINGUAL_H
#define DATA_BILINGUAL_H

#include "data/yaml.h"
#include "ground/base.h"

struct bilingual {
    char *fr, *en; /* once loaded, never NULL and never empty */
};

int bilingual_load(struct bilingual *text, const struct yaml *node, struct err *err);
void bilingual_free(struct bilingual *text);
/* In the language of the messages (text_lang). The struct owns it. */
const char *bilingual_text(const struct bilingual *text);

#endif
