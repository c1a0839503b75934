/* utf8: the one decoder of UTF-8, strict: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef GROUND_UTF8_H
#define GROUND_UTF8_H

#include "ground/base.h"

/* How many of the N bytes the character that DATA begins with takes; *OUT becomes its number. 0: not valid, or N is 0. */
size_t utf8_decode(const unsigned char *data, size_t n, uint32_t *out);
/* Whether all N bytes are valid UTF-8. *BAD (unless NULL) becomes the offset of the first byte that is not. */
bool utf8_valid(const void *data, size_t n, size_t *bad);

#endif
