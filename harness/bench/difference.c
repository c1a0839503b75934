#include "bench/difference.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Where we are in the tree: the names of the parts that have one. */
struct place {
    const struct place *up;
    const char *name;
};

static void print_place(const struct place *place)
{
    if (place == NULL)
        return;
    print_place(place->up);
    if (place->name != NULL)
        printf(" %s", place->name);
}

static char *in_short(const json_t *value)
{
    char *text = value == NULL ? mem_string("(nothing)") : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    enum { LONGEST = 200 };
    if (text != NULL && strlen(text) > LONGEST)
        text[LONGEST] = '\0';
    return text;
}

static void print_change(const struct place *place, const char *key, const json_t *first, const json_t *then)
{
    AUTO_FREE char *before = in_short(first);
    AUTO_FREE char *after = in_short(then);
    printf("   ");
    print_place(place);
    printf(": %s: %s -> %s\n", key, before, after);
}

static void compare(const struct place *place, const char *key, const json_t *first, const json_t *then);

static const char *name_of(const json_t *value)
{
    return json_string_value(json_object_get(value, "id"));
}

static void compare_objects(const struct place *up, const json_t *first, const json_t *then)
{
    const struct place here = {up, name_of(first)};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)first, key, value)
        compare(&here, key, value, json_object_get(then, key));
    json_object_foreach((json_t *)then, key, value)
        if (json_object_get(first, key) == NULL)
            print_change(&here, key, NULL, value);
}

static void compare_arrays(const struct place *place, const char *key, const json_t *first, const json_t *then)
{
    size_t n = json_array_size(first) > json_array_size(then) ? json_array_size(first) : json_array_size(then);
    for (size_t i = 0; i < n; i++)
        compare(place, key, json_array_get(first, i), json_array_get(then, i));
}

static void compare(const struct place *place, const char *key, const json_t *first, const json_t *then)
{
    if (json_equal(first, then))
        return;
    if (json_is_object(first) && json_is_object(then))
        compare_objects(place, first, then);
    else if (json_is_array(first) && json_is_array(then))
        compare_arrays(place, key, first, then);
    else
        print_change(place, key, first, then);
}

void difference_print(const struct buf *first, const struct buf *then)
{
    json_t *before = json_loadb(first->data, first->len, 0, NULL);
    json_t *after = json_loadb(then->data, then->len, 0, NULL);
    if (before == NULL || after == NULL)
        printf("    it is not JSON\n");
    else if (json_equal(before, after))
        printf("    the same values, written differently\n");
    else
        compare(NULL, "", before, after);
    json_decref(before);
    json_decref(after);
}
