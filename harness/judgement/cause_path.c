/* What a program does wrong with the path of a local socket. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "ground/text.h"
#include "judgement/cause.h"

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool cause_same_name(const char *a, const char *b)
{
    return strcmp(last_part(a), last_part(b)) == 0;
}

const char *cause_told_path(const struct trial *trial, int actor)
{
    const struct script *script = &trial->scenario->script;
    const char *path = NULL;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind != STEP_START || transcript_actor(trial->t, step->actor) != actor)
            continue;
        for (char *const *argument = step->arguments; argument != NULL && *argument != NULL; argument++)
            path = *argument;
    }
    return path;
}

/* Of one that is longer than sun_path only the beginning is in the transcript; the kernel got it whole, and refused it. */
static bool path_is_too_long(const char *path)
{
    return strlen(path) > sizeof(((struct sockaddr_un *)NULL)->sun_path);
}

bool cause_path_is_cut(const char *given, const char *told)
{
    enum { SHORTEST_CUT = 90 }; /* nobody cuts a path much shorter than sun_path is */
    const char *given_name = last_part(given), *name = last_part(told);
    size_t n = strlen(given_name);
    return strlen(given) > SHORTEST_CUT && !path_is_too_long(given) && n < strlen(name) && strncmp(given_name, name, n) == 0;
}

/* A server may make its socket under a longer name first: only another beginning is a wrong one. */
bool cause_is_path(const struct inquiry *inquiry, struct cause *cause, const struct event *e)
{
    AUTO_FREE char *given = address_text(&e->call.address);
    if (given[0] == '@' && inquiry->meeting.path[0] != '@')
        return cause_is(cause, DIAGNOSIS_WRONG_PATH, e,
                        mem_printf(_("%s gives %s a name that begins with a NUL, which is no path"), inquiry->who,
                                   call_title(&e->call)));
    const char *right = inquiry->meeting.path, *name = last_part(right), *given_name = last_part(given);
    if (strncmp(given_name, name, strlen(name)) == 0 || path_is_too_long(given))
        return false;
    if (cause_path_is_cut(given, right))
        return cause_is(cause, DIAGNOSIS_PATH_CUT, e,
                        mem_printf(_("%s has cut the path: of its %zu bytes, %s gets %zu"), inquiry->who, strlen(right),
                                   call_title(&e->call), strlen(given)));
    /* The kernel was told to stop there: the path is whole in the structure. */
    bool stops_early = e->call.address.len == offsetof(struct sockaddr_un, sun_path) + strlen(given) &&
                       (strncmp(given, right, strlen(given)) == 0 || strncmp(given_name, name, strlen(given_name)) == 0);
    if (!stops_early)
        return cause_is(cause, DIAGNOSIS_WRONG_PATH, e,
                        mem_printf(_("%s gives %s the path %s, not %s"), inquiry->who, call_title(&e->call), given, right));
    cause_is(cause, DIAGNOSIS_ADDRESS_LENGTH, e,
             mem_printf(_("with the length %d that %s gives %s, the path is %s, not %s"), (int)e->call.address.len,
                        inquiry->who, call_title(&e->call), given, right));
    cause->hint = mem_string(_("The length counts the whole structure: sizeof(struct sockaddr_un), or offsetof(struct "
                               "sockaddr_un, sun_path) + strlen(path) + 1."));
    return true;
}

bool cause_is_theft(const struct inquiry *inquiry, struct cause *cause, size_t bind, bool taken)
{
    const struct transcript *t = inquiry->t;
    if (!taken || address_family(&t->events[bind].call.address) != AF_UNIX)
        return false;
    AUTO_FREE char *path = address_text(&t->events[bind].call.address);
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_UNLINK, 0); i < bind;
         i = facts_next_call(t, inquiry->actor, ROLE_UNLINK, i + 1)) {
        AUTO_FREE char *removed = address_text(&t->events[i].call.address);
        if (call_succeeded(&t->events[i].call) && cause_same_name(removed, path))
            return cause_is(cause, DIAGNOSIS_PATH_STOLEN, &t->events[i],
                            mem_printf(_("%s has removed the path of a server that is running"), inquiry->who));
    }
    return false;
}

bool cause_is_loss(const struct inquiry *inquiry, struct cause *cause, size_t bind)
{
    const struct transcript *t = inquiry->t;
    if (address_family(&t->events[bind].call.address) != AF_UNIX)
        return false;
    AUTO_FREE char *path = address_text(&t->events[bind].call.address);
    for (size_t i = bind + 1; i < t->n_events && i < facts_ending(t, inquiry->actor).event; i++) {
        const struct event *e = &t->events[i];
        if (e->actor == inquiry->actor || !facts_is_call(t, e, e->actor, ROLE_UNLINK) || !call_succeeded(&e->call))
            continue;
        AUTO_FREE char *removed = address_text(&e->call.address);
        if (cause_same_name(removed, path))
            return cause_is(cause, DIAGNOSIS_PATH_STOLEN, e,
                            mem_printf(_("%s has removed the path of %s"), t->actors[e->actor].name, inquiry->who));
    }
    return false;
}

/* Whether somebody looks for the path in vain, from here on, while the program lives. */
static bool is_missed(const struct transcript *t, int actor, size_t from)
{
    for (size_t i = from; i < t->n_events && i < facts_ending(t, actor).event; i++) {
        const struct event *e = &t->events[i];
        if (e->kind == EVENT_DEED && (e->deed.kind == DEED_REFUSED || e->deed.kind == DEED_FAILED))
            return true;
        if (facts_is_call(t, e, actor, ROLE_CONNECT) && call_failed(&e->call) && e->call.error == ENOENT &&
            address_family(&e->call.address) == AF_UNIX)
            return true;
    }
    return false;
}

bool cause_is_own_removal(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    const char *told = inquiry->meeting.path;
    size_t removed = NOWHERE, bound = NOWHERE;
    for (size_t i = 0; i < t->n_events && told != NULL; i++) {
        const struct event *e = &t->events[i];
        bool binds = facts_is_call(t, e, inquiry->actor, ROLE_BIND), removes = facts_is_call(t, e, inquiry->actor, ROLE_UNLINK);
        if ((!binds && !removes) || !call_succeeded(&e->call) || address_family(&e->call.address) != AF_UNIX)
            continue;
        AUTO_FREE char *path = address_text(&e->call.address);
        if (!cause_same_name(path, told))
            continue;
        bound = binds ? i : bound;
        removed = removes ? i : NOWHERE;
    }
    bool for_nobody = inquiry->meeting.serves && bound == NOWHERE; /* a stale one, and the bind() is what went wrong */
    if (removed == NOWHERE || for_nobody || !is_missed(t, inquiry->actor, removed))
        return false;
    cause_is(cause, DIAGNOSIS_PATH_STOLEN, &t->events[removed],
             inquiry->meeting.serves
                 ? mem_printf(_("%s has removed its own path, and nobody finds it any more"), inquiry->who)
                 : mem_printf(_("%s has removed the path of the server that it goes to"), inquiry->who));
    cause->hint = mem_string(inquiry->meeting.serves
                                 ? _("Keep the path as long as the server lives: unlink() belongs to its end, and before "
                                     "bind() when the path is left over.")
                                 : _("A client does not remove the path: it is the server's, which makes it with bind()."));
    return true;
}

const char *cause_local_hint(const struct call *failed)
{
    static const struct {
        enum role role;
        int error;
        const char *hint;
    } meanings[] = {
        {ROLE_BIND, EADDRINUSE,
         N_("There is a file at this path already: if no server answers there, remove it with unlink().")},
        {ROLE_CONNECT, ECONNREFUSED, N_("Nobody listens at this path: check it.")},
        {ROLE_CONNECT, ENOENT, N_("There is no file at this path: check that it is the argument's, and whole.")},
        {ROLE_CONNECT, EPROTOTYPE,
         N_("The socket at this path is of another type: check the second argument of socket().")},
    };
    if (address_family(&failed->address) != AF_UNIX)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (meanings[i].role == call_role(failed->id) && meanings[i].error == failed->error)
            return gettext(meanings[i].hint);
    return NULL;
}
