/* What the tests ask of a transcript. */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "tests/watched.h"

const char *watched_printed(struct watched *w, const char *actor, enum stream stream)
{
    int index = transcript_actor(&w->t, actor);
    w->text.len = 0;
    for (size_t i = 0; i < w->t.n_events; i++) {
        const struct event *event = &w->t.events[i];
        if (event->kind == EVENT_OUTPUT && event->actor == index && event->output.stream == stream)
            buf_add(&w->text, event->output.bytes.data, event->output.bytes.stored);
    }
    return w->text.len > 0 ? buf_text(&w->text) : "";
}

const struct call *watched_call(const struct watched *w, const char *actor, enum role role, size_t n)
{
    int index = transcript_actor(&w->t, actor);
    for (size_t i = 0; i < w->t.n_events; i++) {
        const struct event *event = &w->t.events[i];
        if (event->kind == EVENT_CALL && event->actor == index && call_role(event->call.id) == role &&
            !event->call.library && n-- == 0)
            return &event->call;
    }
    return NULL;
}

size_t watched_calls(const struct watched *w, const char *actor, enum role role)
{
    size_t n = 0;
    while (watched_call(w, actor, role, n) != NULL)
        n++;
    return n;
}

const char *watched_ending(const struct watched *w, const char *actor)
{
    static char text[64];
    int index = transcript_actor(&w->t, actor);
    for (size_t i = 0; i < w->t.n_events; i++) {
        const struct event *event = &w->t.events[i];
        const struct process_event *change = &event->change;
        if (event->kind != EVENT_PROCESS || event->actor != index || !change->main)
            continue;
        if (change->change == PROCESS_EXITED || change->change == PROCESS_KILLED) {
            snprintf(text, sizeof text, "%s %d%s", change->change == PROCESS_EXITED ? "exited" : "killed", change->status,
                     change->ours ? " by us" : "");
            return text;
        }
    }
    return "alive";
}

size_t watched_changes(const struct watched *w, const char *actor, enum process_change change)
{
    int index = transcript_actor(&w->t, actor);
    size_t n = 0;
    for (size_t i = 0; i < w->t.n_events; i++)
        n += w->t.events[i].kind == EVENT_PROCESS && w->t.events[i].actor == index &&
             w->t.events[i].change.change == change;
    return n;
}

bool watched_flag(const struct watched *w, const char *flag)
{
    for (size_t i = 0; i < w->t.n_events; i++)
        if (w->t.events[i].kind == EVENT_FLAG && strcmp(w->t.events[i].flag, flag) == 0)
            return true;
    return false;
}

size_t watched_held(const struct watched *w, const char *actor, bool at_exit)
{
    int index = transcript_actor(&w->t, actor);
    size_t n = 0;
    for (size_t i = 0; i < w->t.n_events; i++)
        n += w->t.events[i].kind == EVENT_HELD && w->t.events[i].actor == index && w->t.events[i].held.at_exit == at_exit;
    return n;
}

const struct deed *watched_deed(const struct watched *w, const char *peer, enum deed_kind kind, size_t n)
{
    int index = transcript_actor(&w->t, peer);
    for (size_t i = 0; i < w->t.n_events; i++) {
        const struct event *event = &w->t.events[i];
        if (event->kind == EVENT_DEED && event->actor == index && event->deed.kind == kind && n-- == 0)
            return &event->deed;
    }
    return NULL;
}

const char *watched_received(struct watched *w, const char *peer)
{
    const struct deed *deed;
    w->text.len = 0;
    for (size_t i = 0; (deed = watched_deed(w, peer, DEED_RECEIVED, i)) != NULL; i++)
        buf_add(&w->text, deed->bytes.data, deed->bytes.stored);
    return w->text.len > 0 ? buf_text(&w->text) : "";
}

void watched_says(const char *arguments, const char *printed, const char *ending)
{
    struct watched w;
    if (watched_run(&w, arguments)) {
        const char *really = watched_printed(&w, "p", STREAM_STDOUT);
        if (strcmp(really, printed) != 0)
            fprintf(stderr, "\n%s printed:\n%sand not:\n%s", arguments, really, printed);
        CU_ASSERT_STRING_EQUAL(really, printed);
        CU_ASSERT_STRING_EQUAL(watched_ending(&w, "p"), ending);
    }
    watched_end(&w);
}
