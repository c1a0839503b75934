/* definitions: what the tests of exercises and assignments share: a folder of their own, and the schemas. */
#ifndef TESTS_DEFINITIONS_H
#define TESTS_DEFINITIONS_H

#include <jansson.h>

#include "ground/base.h"

/* Writes TEXT as FILE ("sample/exercise.yaml") into a folder under the temporary one; its path, which the caller frees. */
char *definition_write(const char *file, const char *text, size_t size);
/* Removes all that was written. */
void definitions_remove(void);

/* schema/NAME; the caller gives it back with json_decref. NULL, and a failed assertion, when it is no JSON. */
json_t *schema_read(const char *name);
/* Whether the words of LIST (separated by spaces) are exactly the strings, or with an object its keys, of NODE. */
bool schema_same_words(const char *list, const json_t *node);

#endif
