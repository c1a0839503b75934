/* vocabulary: what a definition may say, as a page in Markdown, from the tables that the loader itself reads by. */
#ifndef OUTSIDE_VOCABULARY_H
#define OUTSIDE_VOCABULARY_H

#include "ground/buf.h"

/* harness/VOCABULARY.md, which `make vocabulary` writes and `make lint` compares. English, whatever the language. */
void vocabulary_print(struct buf *out);

#endif
