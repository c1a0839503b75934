/* What a server keeps of clients that are gone: leaves-no. */
#include <string.h>

#include "ground/text.h"
#include "judgement/trial.h"

/* Two moments at which the program's processes and threads were counted, and what lay between them. */
struct span {
    size_t first, last; /* events; NOWHERE */
    int clients;        /* accepted in between */
    int threads_begun;
};

static struct span find_span(const struct trial *trial)
{
    struct span span = {NOWHERE, NOWHERE, 0, 0};
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_TASKS || e->actor != trial->actor)
            continue;
        if (span.first == NOWHERE)
            span.first = i;
        else
            span.last = i;
    }
    for (size_t i = span.first; span.last != NOWHERE && i < span.last; i++) {
        const struct event *e = &t->events[i];
        span.clients += facts_is_call(t, e, trial->actor, ROLE_ACCEPT) && call_succeeded(&e->call);
        span.threads_begun += e->kind == EVENT_PROCESS && e->actor == trial->actor && e->change.change == PROCESS_THREAD;
    }
    return span;
}

/*
 * A server may keep a pool that it filled as clients came, wait for an ended child only when the next client comes, or keep
 * some threads at hand: that does not grow with the number of clients. One left behind by every second client does.
 */
static bool grows(const struct span *span, int before, int after)
{
    return span->clients > 0 && (after - before) * 2 >= span->clients;
}

/* A thread that has ended keeps its stack until it is joined, unless it is detached. No live one must account for the room. */
static bool keeps_stacks(const struct span *span, const struct tasks *before, const struct tasks *after)
{
    const uint64_t smallest = 256 * 1024; /* far more than clients leave on the heap, far less than a usual stack */
    return after->threads <= before->threads && after->processes <= before->processes &&
           span->threads_begun * 2 >= span->clients && after->room > before->room &&
           after->room - before->room >= smallest * (uint64_t)span->clients / 2;
}

/* What made the processes and threads is to be mended. */
static void fails(struct trial *trial, enum diagnosis diagnosis)
{
    trial_fails(trial, diagnosis, trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_FORK)));
}

static void judge_zombies(struct trial *trial, const struct span *span, const struct tasks *before, const struct tasks *after)
{
    int left = after->zombies - before->zombies;
    trial_requires(trial, _("The server waits for its ended children: no zombie is left behind"));
    if (grows(span, before->zombies, after->zombies)) {
        fails(trial, left < span->clients ? DIAGNOSIS_ZOMBIES_AT_ONCE : DIAGNOSIS_ZOMBIES);
        trial_shows(trial, _("%d clients later there are %d more zombies"), span->clients, left);
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, _("no more zombies than before"));
}

static void judge_processes(struct trial *trial, const struct span *span, const struct tasks *before,
                            const struct tasks *after)
{
    trial_requires(trial, _("No process is left behind after its client is gone"));
    if (grows(span, before->processes, after->processes)) {
        fails(trial, DIAGNOSIS_PROCESSES_LEFT);
        trial_shows(trial, _("%d clients later there are %d more processes"), span->clients,
                    after->processes - before->processes);
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, _("no more processes than before"));
}

static void judge_threads(struct trial *trial, const struct span *span, const struct tasks *before, const struct tasks *after)
{
    /* Each process has its first thread: those are judged elsewhere. */
    int had = before->threads - before->processes, has = after->threads - after->processes;
    trial_requires(trial, _("No thread is left behind after its client is gone"));
    if (grows(span, had, has)) {
        fails(trial, DIAGNOSIS_THREADS_LEFT);
        trial_shows(trial, _("%d clients later there are %d more threads"), span->clients, has - had);
    } else if (keeps_stacks(span, before, after)) {
        fails(trial, DIAGNOSIS_THREADS_NOT_JOINED);
        trial_shows(trial, _("the stacks of ended threads are still there: nobody joins these threads, nor are they detached"));
    } else {
        trial_passes(trial);
    }
    trial_expects(trial, _("no more threads than before"));
}

void judge_leaves_no(struct trial *trial)
{
    const char *what = trial->spec->value;
    const struct span span = find_span(trial);
    const struct tasks none = {0, 0, 0, 0};
    const struct tasks *before = span.first != NOWHERE ? &trial->t->events[span.first].tasks : &none;
    const struct tasks *after = span.last != NOWHERE ? &trial->t->events[span.last].tasks : &none;
    if (strcmp(what, "zombie") == 0)
        judge_zombies(trial, &span, before, after);
    else if (strcmp(what, "process") == 0)
        judge_processes(trial, &span, before, after);
    else
        judge_threads(trial, &span, before, after);
    if (span.last != NOWHERE && span.clients > 0)
        return;
    trial_lacks(trial, DIAGNOSIS_CALL_MISSING, NULL);
    trial_shows(trial, span.last == NOWHERE ? _("it never came to that") : _("no client was accepted"));
    trial_explains(trial);
}
