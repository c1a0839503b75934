/* Bytes that a program passes on as they are: outputs, receives-input. */
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/content.h"
#include "judgement/trial.h"
#include "judgement/wire.h"

enum { QUOTE = 40, AROUND = 16 };

/* How what came differs from what should have come. */
enum difference {
    DIFFERENCE_MISSING, /* nothing came */
    DIFFERENCE_NUL,     /* something goes wrong at a NUL */
    DIFFERENCE_CUT,     /* the beginning only */
    DIFFERENCE_MORE,    /* all of it, and something else */
    DIFFERENCE_CHANGED
};

/* Both NOT equal. */
static enum difference compare(const struct content *wanted, const struct content *got)
{
    size_t common = content_common(wanted, got);
    bool contains = wanted->all.n == wanted->kept.len &&
                    memmem(buf_text(&got->kept), got->kept.len, buf_text(&wanted->kept), wanted->kept.len) != NULL;
    if (got->all.n == 0)
        return DIFFERENCE_MISSING;
    if (contains || common == wanted->all.n)
        return DIFFERENCE_MORE;
    if (common < wanted->kept.len && wanted->kept.data[common] == '\0')
        return DIFFERENCE_NUL;
    return common == got->kept.len && got->all.n < wanted->all.n ? DIFFERENCE_CUT : DIFFERENCE_CHANGED;
}

static char *sample(const struct content *content, size_t from, size_t most)
{
    size_t at = from < content->kept.len ? from : content->kept.len;
    return escape_quote(buf_text(&content->kept) + at, content->kept.len - at, most);
}

static char *describe(const struct content *content)
{
    AUTO_FREE char *quote = sample(content, 0, QUOTE);
    size_t n = (size_t)content->all.n;
    return mem_printf(ngettext("%zu byte %s", "%zu bytes %s", n), n, quote);
}

static void expect(struct trial *trial, const struct content *wanted)
{
    AUTO_FREE char *text = describe(wanted);
    trial_expects(trial, "%s", text);
}

/* Where the two part, and what stands there in each. */
static void show_difference(struct trial *trial, const struct content *wanted, const struct content *got)
{
    size_t common = content_common(wanted, got), n = (size_t)got->all.n;
    if (common == wanted->kept.len && common == got->kept.len) {
        trial_shows(trial, ngettext("%zu byte, which differs further on", "%zu bytes, which differ further on", n), n);
        return;
    }
    AUTO_FREE char *right = sample(wanted, common, AROUND);
    AUTO_FREE char *wrong = sample(got, common, AROUND);
    trial_shows(trial, ngettext("%zu byte; from byte %zu on %s instead of %s",
                                "%zu bytes; from byte %zu on %s instead of %s", n), n, common + 1, wrong, right);
}

static uint64_t received_in_all(const struct trial *trial)
{
    struct flow *flows;
    size_t n = facts_flows(trial->t, trial->actor, ROLE_RECEIVE, &flows);
    AUTO_FREE struct flow *owned = flows;
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += owned[i].bytes;
    return sum;
}

static void output_is_more(struct trial *trial, const struct event *evidence, const struct content *wanted,
                           const struct content *got)
{
    trial_fails(trial, DIAGNOSIS_OUTPUT_NOT_ALONE, evidence);
    size_t common = content_common(wanted, got), n = (size_t)(got->all.n - wanted->all.n);
    bool behind = common == wanted->all.n;
    AUTO_FREE char *more = sample(got, behind ? common : 0, QUOTE);
    if (behind)
        trial_shows(trial, ngettext("%zu byte too many, behind them: %s", "%zu bytes too many, behind them: %s", n), n, more);
    else
        trial_shows(trial, ngettext("%zu byte too many; it begins with %s", "%zu bytes too many; it begins with %s", n), n,
                    more);
}

static void output_is_cut(struct trial *trial, const struct event *evidence, const struct content *wanted,
                          const struct content *got)
{
    uint64_t received = received_in_all(trial);
    trial_fails(trial, DIAGNOSIS_TEXT_CUT, evidence);
    if (received < wanted->all.n) {
        trial_shows(trial, _("only %llu bytes of %llu were received"), (unsigned long long)received,
                    (unsigned long long)wanted->all.n);
    } else {
        trial_shows(trial, _("only the first %llu bytes of %llu are printed"), (unsigned long long)got->all.n,
                    (unsigned long long)wanted->all.n);
        trial_hints(trial, _("All bytes were received: write all of them, as many as each read returned."));
    }
    trial_explains(trial);
}

static void output_differs(struct trial *trial, const struct content *wanted, const struct content *got)
{
    const struct event *evidence = trial_event(trial, facts_last_call(trial->t, trial->actor, ROLE_RECEIVE));
    switch (compare(wanted, got)) {
    case DIFFERENCE_MISSING:
        trial_fails(trial, DIAGNOSIS_TEXT_MISSING, evidence);
        trial_shows(trial, _("nothing is on standard output"));
        trial_explains(trial);
        break;
    case DIFFERENCE_NUL:
        trial_fails(trial, DIAGNOSIS_STOPS_AT_NUL, evidence);
        show_difference(trial, wanted, got);
        break;
    case DIFFERENCE_CUT: output_is_cut(trial, evidence, wanted, got); break;
    case DIFFERENCE_MORE: output_is_more(trial, evidence, wanted, got); break;
    case DIFFERENCE_CHANGED:
        trial_fails(trial, DIAGNOSIS_BYTES_CHANGED, evidence);
        show_difference(trial, wanted, got);
        break;
    }
}

void judge_outputs(struct trial *trial)
{
    const char *parameter = check_parameter(trial->spec, "alone");
    bool alone = parameter != NULL && strcmp(parameter, "true") == 0;
    if (alone)
        trial_requires(trial, _("Standard output holds the bytes that the server sent, unchanged, and nothing else"));
    else
        trial_requires(trial, _("Standard output holds the bytes that the server sent, unchanged"));
    int peer = transcript_actor(trial->t, trial->spec->value);
    AUTO_CONTENT wanted, got;
    content_of_peer(trial->t, peer, true, &wanted);
    content_of_output(trial->t, trial->actor, STREAM_STDOUT, &got);
    struct connection *list;
    size_t n = facts_connections(trial->t, peer, &list);
    facts_connections_free(list, n);
    if (n == 0 && got.all.n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_RECEIVED, NULL);
        trial_expects(trial, _("a reply"));
        trial_shows(trial, _("none could be sent"));
        return;
    }
    if (content_equal(&wanted, &got) || (!alone && compare(&wanted, &got) == DIFFERENCE_MORE)) {
        trial_passes(trial);
        return;
    }
    output_differs(trial, &wanted, &got);
    expect(trial, &wanted);
}

static enum diagnosis diagnose_more(const struct content *wanted, const struct content *got)
{
    size_t n = (size_t)wanted->all.n;
    if (got->kept.len > n && got->kept.data[n] == '\0' && got->all.n == n + 1)
        return DIAGNOSIS_NUL_SENT;
    return wire_is_buffer((size_t)got->all.n) ? DIAGNOSIS_BUFFER_SENT : DIAGNOSIS_EXTRA_BYTES;
}

/* Whether the program ended by itself, and no call had failed for good: it thought that it was done. */
static bool gave_up(const struct trial *trial)
{
    int program = trial_program(trial);
    return facts_ending(trial->t, program).kind == ENDING_EXITED && facts_decisive_failure(trial->t, program) == NOWHERE &&
           !trial->t->stuck;
}

static void arrival_differs(struct trial *trial, const struct content *wanted, const struct content *got)
{
    const struct event *evidence = trial_event(trial, facts_last_call(trial->t, trial_program(trial), ROLE_SEND));
    AUTO_FREE char *actual = describe(got);
    switch (compare(wanted, got)) {
    case DIFFERENCE_MISSING:
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, evidence);
        trial_shows(trial, _("nothing arrived"));
        break;
    case DIFFERENCE_NUL:
        trial_fails(trial, DIAGNOSIS_STOPS_AT_NUL, evidence);
        show_difference(trial, wanted, got);
        break;
    case DIFFERENCE_CUT:
        trial_fails(trial, DIAGNOSIS_MESSAGE_CUT, evidence);
        trial_shows(trial, "%s", actual);
        if (!gave_up(trial))
            trial_explains(trial);
        else if (evidence != NULL && call_moved(&evidence->call) == evidence->call.asked)
            trial_hints(trial, _("%s took all that it was given: read standard input again, until there is no more, "
                                 "and send each piece."), call_title(&evidence->call));
        break;
    case DIFFERENCE_MORE:
        trial_fails(trial, diagnose_more(wanted, got), evidence);
        if (diagnose_more(wanted, got) == DIAGNOSIS_BUFFER_SENT)
            trial_hints(trial, _("Send as many bytes as were read, and not the size of the buffer."));
        trial_shows(trial, "%s", actual);
        break;
    case DIFFERENCE_CHANGED:
        trial_fails(trial, DIAGNOSIS_BYTES_CHANGED, evidence);
        show_difference(trial, wanted, got);
        break;
    }
}

void judge_receives_input(struct trial *trial)
{
    trial_requires(trial, _("The program sends all that it reads on standard input, unchanged, and nothing else"));
    AUTO_CONTENT wanted, got;
    content_of_input(trial->t, transcript_actor(trial->t, trial->spec->value), &wanted);
    content_of_peer(trial->t, trial->actor, false, &got);
    struct connection *list;
    size_t n = facts_connections(trial->t, trial->actor, &list);
    facts_connections_free(list, n);
    if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, NULL);
        trial_shows(trial, _("there was no connection"));
    } else if (content_equal(&wanted, &got)) {
        trial_passes(trial);
    } else {
        arrival_differs(trial, &wanted, &got);
    }
    expect(trial, &wanted);
}
