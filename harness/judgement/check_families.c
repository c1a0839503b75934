/* Servers of both families: tells-conflict, and the end that they may spare themselves. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/output.h"
#include "judgement/serving.h"

bool serving_covers(const struct transcript *t, const struct event *bind, int family)
{
    int given = address_family(&bind->call.address);
    return given == family || (family == AF_INET && given == AF_INET6 &&
                               serving_v6only(t, bind->actor, bind->call.socket) == NULL);
}

bool trial_keeps_serving(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    struct ending ending = facts_ending(t, trial->actor);
    if ((ending.kind != ENDING_NONE && !ending.ours) || t->limit != LIMIT_NONE)
        return false;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_LISTEN, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_LISTEN, i + 1))
        if (call_succeeded(&t->events[i].call) && serving_bind(t, trial->actor, t->events[i].call.socket) != NOWHERE)
            return true;
    return false;
}

static bool fails_in_use(const struct event *e)
{
    return !e->call.pending && e->call.result < 0 && e->call.error == EADDRINUSE;
}

/* The call that found the port taken; *BOUND becomes one that did not, though its address covers the family. */
static size_t find_conflict(const struct trial *trial, int family, size_t *bound)
{
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        bool is_bind = facts_is_call(t, e, trial->actor, ROLE_BIND);
        if ((is_bind || facts_is_call(t, e, trial->actor, ROLE_LISTEN)) && fails_in_use(e))
            return i;
        if (is_bind && call_succeeded(&e->call) && e->call.socket >= 0 && serving_covers(t, e, family))
            *bound = i;
    }
    return NOWHERE;
}

void judge_tells_conflict(struct trial *trial)
{
    const struct transcript *t = trial->t;
    int family = family_from_word(trial->spec->value);
    trial_requires(trial, _("When the port is taken on %s, the program says so on standard error"), family_name(family));
    trial_expects(trial, _("an error message once %s has failed"), role_calls(ROLE_BIND));
    size_t bound = NOWHERE, failed = find_conflict(trial, family, &bound);
    if (failed != NOWHERE) {
        AUTO_OUTPUT err, out;
        output_collect(t, trial->actor, STREAM_STDERR, &err);
        output_collect(t, trial->actor, STREAM_STDOUT, &out);
        const struct event *e = &t->events[failed];
        if (output_visible(&err, output_after(&err, failed))) {
            trial_passes(trial);
            return;
        }
        bool on_out = output_visible(&out, output_after(&out, failed));
        trial_fails(trial, on_out ? DIAGNOSIS_ERROR_ON_STDOUT : DIAGNOSIS_ERROR_NOT_REPORTED, e);
        if (on_out)
            trial_shows(trial, _("%s failed with %s; something was printed, but on standard output only"),
                        call_title(&e->call), error_name(e->call.error));
        else
            trial_shows(trial, _("%s failed with %s; nothing was printed"), call_title(&e->call),
                        error_name(e->call.error));
    } else if (bound != NOWHERE) {
        AUTO_FREE char *where = address_text(&t->events[bound].call.address);
        bool is_narrow = !address_is_any(&t->events[bound].call.address);
        trial_fails(trial, is_narrow ? DIAGNOSIS_ONE_INTERFACE : DIAGNOSIS_NONE, &t->events[bound]);
        trial_shows(trial, _("bind() on %s succeeded"), where);
        trial_explains_conflict(trial);
    } else if (trial_keeps_serving(trial)) {
        trial_passes(trial); /* it serves the other family only, which is another fault, and nothing is in its way */
    } else {
        trial_lacks(trial, DIAGNOSIS_NO_BIND, NULL);
        trial_shows(trial, _("bind() was never called"));
    }
}
