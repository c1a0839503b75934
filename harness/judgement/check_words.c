/* Words that the program shows: prints-word, prints-error. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/output.h"
#include "judgement/trial.h"

static bool has_word(const struct output_text *out, const char *word)
{
    const char *text = buf_text(&out->text);
    size_t n = strlen(word);
    for (size_t at = 0; at + n <= out->text.len; at++)
        if (strncasecmp(text + at, word, n) == 0 && (at == 0 || !output_word_byte(text[at - 1])) &&
            (at + n == out->text.len || !output_word_byte(text[at + n])))
            return true;
    return false;
}

static bool has_any_word(const struct output_text *out, const char *words)
{
    AUTO_FREE char *copy = mem_string(words);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        if (has_word(out, word))
            return true;
    return false;
}

void judge_prints_word(struct trial *trial)
{
    trial_requires(trial, _("The program prints the word that tells what happened"));
    AUTO_OUTPUT out, err;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_blank_escapes(&out);
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    output_blank_escapes(&err);
    if (has_any_word(&out, trial->spec->value)) {
        trial_passes(trial);
        return;
    }
    bool on_stderr = has_any_word(&err, trial->spec->value);
    trial_fails(trial, on_stderr ? DIAGNOSIS_ON_STDERR : DIAGNOSIS_WORD_MISSING, NULL);
    trial_expects(trial, _("\"%s\", as a word of its own on standard output"), trial->spec->value);
    if (on_stderr) {
        trial_shows(trial, _("it is printed on standard error"));
        return;
    }
    trial_shows(trial, _("this word is not printed"));
    trial_explains(trial);
}

/* --- prints-error --- */

/* The name of another error that this call might have met; NULL when none is printed. */
static const char *other_error(const struct output_text *out, int error)
{
    static const int errors[] = {EPIPE, ECONNRESET, ECONNREFUSED, EAGAIN, ENOTCONN, EBADF, EINTR, ETIMEDOUT};
    for (size_t i = 0; i < COUNT_OF(errors); i++)
        if (errors[i] != error && has_word(out, error_name(errors[i])))
            return error_name(errors[i]);
    return NULL;
}

static void error_not_printed(struct trial *trial, const struct event *failed, const struct output_text *out)
{
    AUTO_OUTPUT err;
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    output_blank_escapes(&err);
    const char *name = error_name(failed->call.error), *other = other_error(out, failed->call.error);
    if (has_word(&err, name)) {
        trial_fails(trial, DIAGNOSIS_ON_STDERR, failed);
        trial_shows(trial, _("it is printed on standard error"));
        return;
    }
    struct ending ending = facts_ending(trial->t, trial->actor);
    if (ending.kind == ENDING_KILLED && !ending.ours) {
        trial_killed(trial, ending.status, ending.event);
        if (ending.status == SIGPIPE)
            trial_hints(trial, "%s", flag_hint(MSG_NOSIGNAL));
        return;
    }
    trial_fails(trial, DIAGNOSIS_ERROR_NAME, failed);
    if (other != NULL)
        trial_shows(trial, _("%s failed with %s, and %s is printed"), call_title(&failed->call), name, other);
    else
        trial_shows(trial, _("%s failed with %s, and this name is not printed"), call_title(&failed->call), name);
}

void judge_prints_error(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    trial_requires(trial, _("The program prints the name of the error that ended its %s"), role_calls(role));
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_blank_escapes(&out);
    size_t failed = NOWHERE;
    for (size_t i = facts_next_call(trial->t, trial->actor, role, 0); i != NOWHERE;
         i = facts_next_call(trial->t, trial->actor, role, i + 1)) {
        if (!call_failed(&trial->t->events[i].call))
            continue;
        failed = i;
        if (has_word(&out, error_name(trial->t->events[i].call.error)))
            break;
    }
    if (failed == NOWHERE) {
        size_t last = facts_last_call(trial->t, trial->actor, role);
        trial_lacks(trial, last == NOWHERE ? role_missing(role) : DIAGNOSIS_NEVER_FAILED, trial_event(trial, last));
        if (last != NOWHERE && facts_ending(trial->t, trial->actor).kind == ENDING_EXITED)
            trial->consequence = false; /* it ended of its own will: there is nothing behind it */
        trial_expects(trial, _("%s fails"), role_calls(role));
        trial_shows(trial, _("%s never failed"), role_calls(role));
        return;
    }
    const struct event *e = &trial->t->events[failed];
    if (has_word(&out, error_name(e->call.error)))
        trial_passes(trial);
    else
        error_not_printed(trial, e, &out);
    trial_expects(trial, _("\"%s\", as a word of its own on standard output"), error_name(e->call.error));
}
