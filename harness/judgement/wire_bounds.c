/* Replies that went wrong where segments hold more than one message, or a piece of one. */
#include <stdlib.h>
#include <string.h>

#include "ground/text.h"
#include "judgement/wire.h"

void wire_failed_call(struct trial *trial)
{
    size_t failure = facts_decisive_failure(trial->t, trial_program(trial));
    if (failure == NOWHERE)
        return;
    const struct event *failed = &trial->t->events[failure];
    AUTO_FREE char *actual = mem_string(trial->result->actual);
    trial_fails_as(trial, failed);
    trial_shows(trial, _("%s, after %s failed with %s"), actual, call_title(&failed->call), error_name(failed->call.error));
}

static size_t count_lines(const char *bytes, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += bytes[i] == '\n';
    return lines;
}

/* The most lines that the peer sent in one, and whether it sent a line in pieces. */
static size_t together(const struct transcript *t, int peer, bool *pieces)
{
    size_t most = 0;
    bool open = false;
    *pieces = false;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_DEED || e->actor != peer || e->deed.kind != DEED_SENT || e->deed.bytes.stored == 0)
            continue;
        const struct bytes *bytes = &e->deed.bytes;
        size_t lines = count_lines(bytes->data, bytes->stored);
        *pieces = *pieces || (open && lines > 0);
        open = bytes->data[bytes->stored - 1] != '\n';
        most = lines > most ? lines : most;
    }
    return most;
}

void wire_bounds(struct trial *trial, const struct buf *got, const char *text, size_t n)
{
    bool pieces = false;
    size_t most = together(trial->t, trial->actor, &pieces), expected = count_lines(text, n);
    bool whole_lines = got->len > 0 && got->len < n && got->data[got->len - 1] == '\n' &&
                       memcmp(buf_text(got), text, got->len) == 0;
    if (got->len == 0 || expected == 0 || (!pieces && (most < 2 || !whole_lines)))
        return;
    size_t read = facts_last_call(trial->t, trial_program(trial), ROLE_RECEIVE);
    trial_fails(trial, DIAGNOSIS_MESSAGE_BOUNDS, trial_event(trial, read));
    if (pieces)
        trial_hints(trial, _("A message came in pieces: a read may end anywhere. Keep what has come in a buffer until the "
                             "'\\n' is there, and what stands behind it for the next message."));
    else
        trial_hints(trial, _("Several messages came by one read: after the first one, go on with what is left in the buffer, "
                             "and read again only when no whole message is there any more."));
}
