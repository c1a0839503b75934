/* The path of a local socket: path, spares-path, cuts-no-path. */
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"

/* What the world's last look found: an event, or NOWHERE. */
static size_t last_look(const struct transcript *t)
{
    for (size_t i = t->n_events; i-- > 0;)
        if (t->events[i].kind == EVENT_DEED &&
            (t->events[i].deed.kind == DEED_FOUND || t->events[i].deed.kind == DEED_MISSING))
            return i;
    return NOWHERE;
}

/* The last bind() that made a file at a path. */
static const struct event *path_maker(const struct trial *trial)
{
    const struct event *maker = NULL;
    for (size_t i = facts_next_call(trial->t, trial->actor, ROLE_BIND, 0); i != NOWHERE;
         i = facts_next_call(trial->t, trial->actor, ROLE_BIND, i + 1)) {
        const struct event *e = &trial->t->events[i];
        if (call_succeeded(&e->call) && address_family(&e->call.address) == AF_UNIX)
            maker = e;
    }
    return maker;
}

/* Still there: because the program lives, because it never got so far, or because it ended without removing it. */
static void is_left(struct trial *trial)
{
    struct ending ending = facts_ending(trial->t, trial->actor);
    trial_fails(trial, DIAGNOSIS_PATH_LEFT, path_maker(trial));
    if (ending.kind == ENDING_KILLED)
        trial_shows(trial, _("%s ended the program, and the path that bind() made is still there"), signal_name(ending.status));
    else
        trial_shows(trial, _("the program ended with status %d, and the path that bind() made is still there"), ending.status);
}

/* Whether the play has come to a signal that it sends. */
static bool was_signalled(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    const struct script *script = &trial->scenario->script;
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].kind == EVENT_STEP && t->events[i].step >= 0 && (size_t)t->events[i].step < script->n &&
            script->steps[t->events[i].step].kind == STEP_SIGNAL)
            return true;
    return false;
}

/* The play stopped before: at something else that went wrong, or because the program waits on in spite of the signal. */
static void never_looked(struct trial *trial)
{
    if (facts_ending(trial->t, trial->actor).kind != ENDING_NONE) {
        trial_lacks(trial, DIAGNOSIS_PATH_LEFT, path_maker(trial));
        trial_shows(trial, _("the program ended before it was asked to"));
        trial_explains_meeting(trial);
        return;
    }
    if (trial->t->limit != LIMIT_NONE && trial->t->limit_actor == trial->actor) {
        trial_fails(trial, DIAGNOSIS_PATH_LEFT, path_maker(trial));
        trial_shows(trial, "%s", limit_text(trial->t->limit));
        trial_hints(trial, _("After the signal the program went on without end: leave the loop, and remove the path with "
                             "unlink()."));
        return;
    }
    trial_still_running(trial, trial->actor);
    AUTO_FREE char *actual = mem_string(trial->result->actual);
    trial_fails(trial, DIAGNOSIS_PATH_LEFT, trial_event(trial, facts_blocked(trial->t, trial->actor)));
    trial_shows(trial, "%s", actual);
    if (was_signalled(trial))
        trial_hints(trial, _("The signal came, and the server waits on. A handler that only sets a flag needs sigaction() "
                             "without SA_RESTART, which signal() sets: then the call that waits returns with EINTR and "
                             "the loop can end."));
}

void judge_path(struct trial *trial)
{
    bool gone = strcmp(trial->spec->value, "gone") == 0;
    if (gone)
        trial_requires(trial, _("The program removes its path when it ends"));
    else
        trial_requires(trial, _("The path is still there"));
    size_t look = last_look(trial->t);
    bool found = look != NOWHERE && trial->t->events[look].deed.kind == DEED_FOUND;
    trial_expects(trial, gone ? _("no file at this path") : _("a file at this path"));
    if (gone && path_maker(trial) == NULL) {
        trial_lacks(trial, DIAGNOSIS_NO_BIND, NULL);
        trial_shows(trial, _("no bind() made a path"));
        trial_explains_meeting(trial);
    } else if (look == NOWHERE) {
        never_looked(trial);
    } else if (found != gone) {
        trial_passes(trial);
    } else if (gone) {
        is_left(trial);
    } else {
        trial_fails(trial, DIAGNOSIS_NONE, NULL);
        trial_shows(trial, _("there is no file at this path"));
    }
}

void judge_spares_path(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program does not remove the path of a server that is running"));
    trial_expects(trial, _("no unlink() of this path"));
    for (size_t i = facts_next_call(t, trial->actor, ROLE_UNLINK, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_UNLINK, i + 1)) {
        const struct event *e = &t->events[i];
        AUTO_FREE char *removed = address_text(&e->call.address);
        if (!call_succeeded(&e->call) || !cause_same_name(removed, trial->spec->value))
            continue;
        trial_fails(trial, DIAGNOSIS_PATH_STOLEN, e);
        trial_shows(trial, _("%s removed it"), call_title(&e->call));
        return;
    }
    trial_passes(trial);
}

void judge_cuts_no_path(struct trial *trial)
{
    const struct transcript *t = trial->t;
    const char *told = cause_told_path(trial, trial->actor);
    trial_requires(trial, _("The program does not go to another path than the one that it was told"));
    trial_expects(trial, _("no call with a path that is cut off"));
    trial_passes(trial);
    for (size_t i = 0; i < t->n_events && told != NULL; i++) {
        const struct event *e = &t->events[i];
        bool names_one = facts_is_call(t, e, trial->actor, ROLE_BIND) || facts_is_call(t, e, trial->actor, ROLE_CONNECT) ||
                         facts_is_call(t, e, trial->actor, ROLE_SEND);
        if (!names_one || address_family(&e->call.address) != AF_UNIX)
            continue;
        AUTO_FREE char *given = address_text(&e->call.address);
        if (!cause_path_is_cut(given, told))
            continue;
        trial_fails(trial, DIAGNOSIS_PATH_CUT, e);
        trial_shows(trial, _("of the %zu bytes of the path, %s gets %zu"), strlen(told), call_title(&e->call),
                    strlen(given));
        return;
    }
}
