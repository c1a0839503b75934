/*
 * words: small vocabularies of definitions (keys, steps, conditions…), written as one string of words separated by spaces,
 * and what to advise to an author whose word is none of them.
 */
#ifndef DATA_WORDS_H
#define DATA_WORDS_H

#include "ground/base.h"

bool words_have(const char *words, const char *word);
/* Whether one of WORDS is so close that WORD is likely a slip of the pen. */
bool words_near(const char *words, const char *word);
/* "did you mean 'listen'?" when one of WORDS is close, else "expected: listen, accept, …". Translated; the caller frees. */
char *words_advice(const char *words, const char *word);

#endif
