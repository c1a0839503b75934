/* A server's queue of clients that wait to be accepted: connections, prints-total. */
#include <stdlib.h>
#include <string.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/output.h"
#include "judgement/trial.h"

/* --- connections --- */

/* The last backlog that a listen succeeded with; -1: none did. */
static int64_t backlog_of(const struct trial *trial, size_t *position)
{
    const struct transcript *t = trial->t;
    int program = trial_program(trial);
    int64_t backlog = -1;
    for (size_t i = 0; i < t->n_events; i++) {
        if (!facts_is_call(t, &t->events[i], program, ROLE_LISTEN) || !call_succeeded(&t->events[i].call))
            continue;
        backlog = (int)t->events[i].call.arg[1];
        *position = i;
    }
    return backlog;
}

void judge_connections(struct trial *trial)
{
    int64_t wanted = value_sum(trial->spec->value), got = 0;
    trial_requires(trial, _("%d connections are established while nobody accepts, and no more"), (int)wanted);
    for (size_t i = 0; i < trial->t->n_events; i++)
        got += trial->t->events[i].kind == EVENT_DEED && trial->t->events[i].deed.kind == DEED_CONNECTED;
    size_t listened = NOWHERE;
    int64_t backlog = backlog_of(trial, &listened);
    if (got == wanted) {
        trial_passes(trial);
    } else if (listened == NOWHERE) {
        size_t tried = facts_next_call(trial->t, trial_program(trial), ROLE_LISTEN, 0);
        trial_lacks(trial, DIAGNOSIS_NO_LISTEN, trial_event(trial, tried));
        trial_shows(trial, _("no listen() succeeded"));
        trial_explains(trial);
    } else {
        trial_fails(trial, DIAGNOSIS_QUEUE_LENGTH, &trial->t->events[listened]);
        trial_shows(trial, ngettext("%d connection is established", "%d connections are established", (unsigned long)got),
                    (int)got);
        if (backlog + 1 == got)
            trial_hints(trial, _("The queue was made for %d: pass the program's argument to listen()."), (int)backlog);
        if (got == 0)
            trial_explains_meeting(trial);
    }
    trial_expects(trial, ngettext("%d connection", "%d connections", (unsigned long)wanted), (int)wanted);
}

/* --- prints-total --- */

/* From where on the total may be printed: after the last reply; when there was none, after what came on standard input. */
static size_t total_from(const struct trial *trial, const struct output_text *out)
{
    const struct transcript *t = trial->t;
    const struct script *script = &trial->scenario->script;
    size_t last = NOWHERE;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        bool input = e->kind == EVENT_STEP && e->step >= 0 && (size_t)e->step < script->n &&
                     (script->steps[e->step].kind == STEP_INPUT || script->steps[e->step].kind == STEP_INPUT_END);
        if (input || (facts_is_call(t, e, trial->actor, ROLE_SEND) && call_moved(&e->call) > 0))
            last = i;
    }
    return last != NOWHERE ? output_after(out, last) : 0;
}

static bool shows_number(const struct trial *trial, enum stream stream, uint64_t value, bool anywhere)
{
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, stream, &out);
    size_t from = anywhere ? 0 : total_from(trial, &out);
    struct number *numbers;
    size_t n = numbers_find(buf_text(&out.text), out.text.len, &numbers);
    AUTO_FREE struct number *owned = numbers;
    bool found = false;
    for (size_t i = 0; i < n && !found; i++)
        found = owned[i].start >= from && owned[i].value == value;
    return found;
}

void judge_prints_total(struct trial *trial)
{
    uint64_t wanted = (uint64_t)value_number(trial->spec->value, INT32_MAX);
    trial_requires(trial, _("At the end the program prints how many clients it served"));
    size_t last = facts_last_call(trial->t, trial->actor, ROLE_ACCEPT);
    if (shows_number(trial, STREAM_STDOUT, wanted, false)) {
        trial_passes(trial);
    } else if (facts_ending(trial->t, trial->actor).kind == ENDING_NONE) {
        trial_lacks(trial, DIAGNOSIS_TOTAL_MISSING, trial_event(trial, last));
        trial_still_running(trial, trial->actor);
        trial_explains_meeting(trial);
    } else if (shows_number(trial, STREAM_STDERR, wanted, false)) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, trial_event(trial, last));
        trial_shows(trial, _("it is printed on standard error"));
    } else {
        trial_fails(trial, DIAGNOSIS_TOTAL_MISSING, trial_event(trial, last));
        if (shows_number(trial, STREAM_STDOUT, wanted, true))
            trial_shows(trial, _("this number is printed too early only, before the last client was served"));
        else
            trial_shows(trial, _("this number is not printed after the last client was served"));
        trial_explains_meeting(trial);
    }
    trial_expects(trial, _("%llu, as a number of its own on standard output"), (unsigned long long)wanted);
}
