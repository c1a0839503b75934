#include "data/cast.h"

#include <stdlib.h>
#include <string.h>

#include "ground/buf.h"
#include "ground/text.h"

void cast_add(struct cast *cast, const char *name, enum actor_kind kind)
{
    struct cast_member *member = ARRAY_ADD(cast->members, cast->n);
    member->name = mem_string(name);
    member->kind = kind;
}

struct cast_member *cast_find(const struct cast *cast, const char *name)
{
    /* From the end: who came in last usually acts next, and a play may have hundreds of clients. */
    for (size_t i = cast->n; i-- > 0;)
        if (strcmp(cast->members[i].name, name) == 0)
            return &cast->members[i];
    return NULL;
}

int cast_need(const struct cast *cast, const struct yaml *node, struct cast_member **member, struct err *err)
{
    AUTO_FREE char *name = NULL;
    if (yaml_line(node, &name, err) != 0)
        return -1;
    *member = cast_find(cast, name);
    if (*member != NULL)
        return 0;
    if (cast->n == 0)
        return yaml_fail(node, err, _("nobody takes part yet; a program comes in by `start`, a peer by its first action"));
    AUTO_BUF known = BUF_EMPTY;
    for (size_t i = 0; i < cast->n; i++)
        buf_printf(&known, "%s%s", i > 0 ? " " : "", cast->members[i].name);
    return yaml_unknown(node, _("nobody here is called"), buf_text(&known), err);
}

size_t cast_programs(const struct cast *cast, const char **name)
{
    size_t count = 0;
    *name = NULL;
    for (size_t i = 0; i < cast->n; i++)
        if (cast->members[i].kind == ACTOR_PROGRAM && count++ == 0)
            *name = cast->members[i].name;
    return count;
}

void cast_free(struct cast *cast)
{
    for (size_t i = 0; i < cast->n; i++)
        free(cast->members[i].name);
    free(cast->members);
    *cast = (struct cast){NULL, 0};
}
