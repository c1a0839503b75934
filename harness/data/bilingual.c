#include "data/bilingual.h"

#include <stdlib.h>
#include <string.h>

#include "ground/text.h"

int bilingual_load(struct bilingual *text, const struct yaml *node, struct err *err)
{
    const struct yaml *fr = NULL, *en = NULL;
    if (yaml_keys(node, "fr en", err) != 0 || yaml_need(node, "fr", &fr, err) != 0 ||
        yaml_need(node, "en", &en, err) != 0 || yaml_line(fr, &text->fr, err) != 0)
        return -1;
    return yaml_line(en, &text->en, err);
}

void bilingual_free(struct bilingual *text)
{
    free(text->fr);
    free(text->en);
    *text = (struct bilingual){NULL, NULL};
}

const char *bilingual_text(const struct bilingual *text)
{
    return strcmp(text_lang(), "fr") == 0 ? text->fr : text->en;
}
