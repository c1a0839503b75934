/* What the program says of failures and successes: reports-error, notices-failure, claims-nothing, says, complains. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/claims.h"
#include "judgement/output.h"
#include "judgement/trial.h"

enum { QUOTE = 80 };

/* The call that should have failed did not, or was never made. */
static void did_not_fail(struct trial *trial, enum role role)
{
    size_t last = facts_last_call(trial->t, trial->actor, role);
    if (last == NOWHERE) {
        trial_lacks(trial, role_missing(role), NULL);
        trial_shows(trial, _("%s was never called"), role_calls(role));
    } else {
        trial_lacks(trial, DIAGNOSIS_NONE, trial_event(trial, last));
        trial_shows(trial, _("%s never failed"), call_title(&trial->t->events[last].call));
    }
}

/* Whether it was killed before it could say anything: then that is the cause. */
static bool was_killed(struct trial *trial)
{
    struct ending ending = facts_ending(trial->t, trial->actor);
    if (ending.kind != ENDING_KILLED || ending.ours)
        return false;
    trial_killed(trial, ending.status, ending.event);
    return true;
}

/* Whether something on standard output, from OFFSET on, speaks of a failure. */
static bool tells_of_failure(const struct output_text *out, size_t offset)
{
    return offset < out->text.len && claims_failure(buf_text(&out->text) + offset, out->text.len - offset);
}

/* Whether the number -1 stands there, or the same without a sign, and no word of a failure. */
static bool shows_result(const struct output_text *out, size_t offset)
{
    static const char *const numbers[] = {"-1", "4294967295", "18446744073709551615"};
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (output_find(out, offset, numbers[i], strlen(numbers[i])) != SIZE_MAX)
            return !tells_of_failure(out, offset);
    return false;
}

/* The first line of OUT after the failed call that claims its success, *N bytes; NULL when there is none. */
static const char *find_claim(const struct output_text *out, size_t failed, enum role role, size_t *n)
{
    const char *text = buf_text(&out->text);
    for (size_t at = output_after(out, failed); at < out->text.len; at += *n + 1) {
        const char *end = memchr(text + at, '\n', out->text.len - at);
        *n = end != NULL ? (size_t)(end - text) - at : out->text.len - at;
        if (claims_success(text + at, *n, role))
            return text + at;
    }
    return NULL;
}

/* Whether there is anything to see in [FROM, TO[. */
static bool says_between(const struct output_text *out, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if ((unsigned char)buf_text(&out->text)[i] > ' ')
            return true;
    return false;
}

/*
 * The call with which the program went on on the socket that FAILED is about, before it said anything; NOWHERE. What it says
 * later is of that call, whose failure was sure. A shutdown() may be a way of cleaning up.
 */
static size_t went_on_in_silence(const struct trial *trial, size_t failed, const struct output_text *err)
{
    size_t next = facts_went_on(trial->t, failed);
    int error = trial->t->events[failed].call.error;
    /* A connect() that is still under way fails later: the next call is a way to learn of it. */
    if (next == NOWHERE || error == EINPROGRESS || error == EINTR || call_role(trial->t->events[next].call.id) == ROLE_SHUTDOWN)
        return NOWHERE;
    return says_between(err, output_after(err, failed), output_after(err, next)) ? NOWHERE : next;
}

/* A connect() that was started only: what became of it, the program did not ask. */
static bool is_under_way(struct trial *trial, const struct event *e)
{
    if (call_role(e->call.id) != ROLE_CONNECT || e->call.error != EINPROGRESS || e->call.injected)
        return false;
    trial_fails(trial, DIAGNOSIS_CONNECT_UNDER_WAY, e);
    trial_shows(trial, _("%s was only started (EINPROGRESS) and failed later, which the program did not report"),
                call_title(&e->call));
    return true;
}

/* A bind() to another port, after the one that failed: it was tested, and its failure went round. */
static bool took_another_port(struct trial *trial, size_t failed)
{
    const struct transcript *t = trial->t;
    const struct event *e = &t->events[failed];
    size_t next = call_role(e->call.id) == ROLE_BIND ? facts_next_call(t, trial->actor, ROLE_BIND, failed + 1) : NOWHERE;
    while (next != NOWHERE && !call_succeeded(&t->events[next].call))
        next = facts_next_call(t, trial->actor, ROLE_BIND, next + 1);
    if (next == NOWHERE || address_port(&t->events[next].call.address) < 0 ||
        address_port(&t->events[next].call.address) == address_port(&e->call.address))
        return false;
    trial_fails(trial, DIAGNOSIS_ERROR_NOT_REPORTED, &t->events[next]);
    trial_shows(trial, _("%s failed with %s, and the program took port %d instead"), call_title(&e->call),
                error_name(e->call.error), address_port(&t->events[next].call.address));
    trial_hints(trial, _("Say that the port is taken and end with a status other than 0: at another port nobody looks "
                         "for this program."));
    return true;
}

static void not_reported(struct trial *trial, size_t failed, size_t next, const struct output_text *out)
{
    const struct event *e = &trial->t->events[failed];
    const char *call = call_title(&e->call), *error = error_name(e->call.error);
    size_t after = output_after(out, failed);
    if (was_killed(trial) || is_under_way(trial, e) || took_another_port(trial, failed))
        return;
    if (next == NOWHERE)
        next = facts_went_on(trial->t, failed);
    if (output_visible(out, after) && next != NOWHERE && !tells_of_failure(out, after)) {
        trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, e);
        trial_shows(trial, _("%s failed with %s, and the program went on with %s as if nothing had happened"), call, error,
                    call_title(&trial->t->events[next].call));
    } else if (find_claim(out, failed, call_role(e->call.id), &(size_t){0}) != NULL && !tells_of_failure(out, after)) {
        trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, e);
        trial_shows(trial, _("%s failed with %s, and the program went on as if nothing had happened"), call, error);
    } else if (shows_result(out, after)) {
        trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, e);
        trial_shows(trial, _("%s failed with %s, and the program printed its result, -1, as if nothing had happened"),
                    call, error);
    } else if (output_visible(out, after)) {
        trial_fails(trial, DIAGNOSIS_ERROR_ON_STDOUT, e);
        trial_shows(trial, _("%s failed with %s; something was printed, but on standard output only"), call, error);
    } else if (next != NOWHERE) {
        trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, e);
        trial_shows(trial, _("%s failed with %s; nothing was printed, and the program went on with %s"), call, error,
                    call_title(&trial->t->events[next].call));
    } else {
        trial_fails(trial, DIAGNOSIS_ERROR_NOT_REPORTED, e);
        trial_shows(trial, _("%s failed with %s; nothing was printed"), call, error);
    }
}

/* Whether what standard error says after FAILED tells neither which call that was nor why it failed. */
static bool is_vague(const struct output_text *err, size_t failed)
{
    size_t from = output_after(err, failed);
    return claims_mere_failure(buf_text(&err->text) + from, err->text.len - from);
}

static bool is_set(const struct trial *trial, const char *parameter)
{
    const char *value = check_parameter(trial->spec, parameter);
    return value != NULL && strcmp(value, "true") == 0;
}

/* Who takes a client in, or waits for several sockets at once, and never makes that call need not fear its failure. */
static bool does_without(const struct trial *trial, enum role role)
{
    const struct transcript *t = trial->t;
    return facts_next_call(t, trial->actor, role, 0) == NOWHERE &&
           (facts_first_success(t, trial->actor, ROLE_SEND) != NOWHERE ||
            facts_first_success(t, trial->actor, ROLE_ACCEPT) != NOWHERE ||
            facts_next_call(t, trial->actor, ROLE_POLL, 0) != NOWHERE);
}

void judge_reports_error(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    bool either = is_set(trial, "any-stream");
    if (either)
        trial_requires(trial, _("When %s fails, the program says so"), role_calls(role));
    else
        trial_requires(trial, _("When %s fails, the program says so on standard error"), role_calls(role));
    size_t failed = facts_first_failure(trial->t, trial->actor, role);
    AUTO_OUTPUT out, err;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    bool unneeded = is_set(trial, "if-made") && does_without(trial, role);
    /* Without a socket whoever goes on does so on descriptor -1, which another check is about. */
    bool has_socket = failed != NOWHERE && role != ROLE_SOCKET && role != ROLE_ACCEPT;
    size_t next = has_socket && !either ? went_on_in_silence(trial, failed, &err) : NOWHERE;
    bool reported = failed != NOWHERE && next == NOWHERE &&
                    (output_visible(&err, output_after(&err, failed)) ||
                     (either && output_visible(&out, output_after(&out, failed))));
    if (reported && !either && is_vague(&err, failed)) {
        trial_fails(trial, DIAGNOSIS_ERROR_VAGUE, &trial->t->events[failed]);
        trial_shows(trial, _("%s failed with %s; the message names neither the call nor the cause"),
                    call_title(&trial->t->events[failed].call), error_name(trial->t->events[failed].call.error));
    } else if (reported || unneeded) {
        trial_passes(trial);
    } else if (failed == NOWHERE) {
        did_not_fail(trial, role);
    } else {
        not_reported(trial, failed, next, &out);
    }
    trial_expects(trial, _("an error message once %s has failed"), role_calls(role));
}

void judge_claims_nothing(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    trial_requires(trial, _("When %s fails, the program does not claim that it succeeded"), role_calls(role));
    size_t failed = facts_first_failure(trial->t, trial->actor, role);
    if (failed == NOWHERE) {
        did_not_fail(trial, role);
        trial_expects(trial, _("%s fails"), role_calls(role));
        return;
    }
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    size_t n = 0;
    const char *line = find_claim(&out, failed, role, &n);
    if (line == NULL) {
        trial_passes(trial);
        return;
    }
    const struct event *e = &trial->t->events[failed];
    AUTO_FREE char *quote = escape_quote(line, n, QUOTE);
    if (took_another_port(trial, failed))
        trial_shows(trial, _("%s failed with %s, and then, at another port, came the line %s"), call_title(&e->call),
                    error_name(e->call.error), quote);
    else if (is_under_way(trial, e))
        trial_shows(trial, _("%s was only started (EINPROGRESS), and then came the line %s"), call_title(&e->call), quote);
    trial_expects(trial, _("no line that announces a success"));
    if (trial->result->verdict == VERDICT_FAILED)
        return;
    trial_fails(trial, DIAGNOSIS_SUCCESS_CLAIMED, e);
    trial_shows(trial, _("%s failed with %s, and then came the line %s"), call_title(&e->call),
                error_name(e->call.error), quote);
}

/* Whether the number that ends at AT is one of bytes. */
static bool counts_bytes(const char *text, size_t at, size_t end)
{
    while (at < end && text[at] == ' ')
        at++;
    return end - at >= 4 && (strncasecmp(text + at, "octe", 4) == 0 || strncasecmp(text + at, "byte", 4) == 0);
}

/*
 * The line that tells of all the bytes of the send at FAILED, *N bytes of it, before the next send succeeds: it stands for that
 * one. NULL when there is none, or when the failure is reported as well. A message that the program prints may hold anything,
 * but not this very number of bytes.
 */
static const char *find_false_count(const struct trial *trial, const struct output_text *out, const struct output_text *err,
                                    size_t failed, size_t *n)
{
    size_t next = facts_next_call(trial->t, trial->actor, ROLE_SEND, failed + 1);
    while (next != NOWHERE && !call_succeeded(&trial->t->events[next].call))
        next = facts_next_call(trial->t, trial->actor, ROLE_SEND, next + 1);
    if (says_between(err, output_after(err, failed), next != NOWHERE ? output_after(err, next) : err->text.len))
        return NULL;
    const char *text = buf_text(&out->text);
    size_t to = next != NOWHERE ? output_after(out, next) : out->text.len;
    for (size_t at = output_after(out, failed); at < to; at += *n + 1) {
        const char *end = memchr(text + at, '\n', to - at);
        *n = end != NULL ? (size_t)(end - text) - at : to - at;
        struct number *numbers;
        size_t count = numbers_find(text + at, *n, &numbers);
        AUTO_FREE struct number *owned = numbers;
        bool is_false = false;
        for (size_t i = 0; i < count && !is_false; i++)
            is_false = owned[i].value == trial->t->events[failed].call.asked && counts_bytes(text + at, owned[i].end, *n);
        if (is_false && !claims_failure(text + at, *n))
            return text + at;
    }
    return NULL;
}

/* A receive failed, and the program replies to it without a word. */
static void judge_failed_receive(struct trial *trial, size_t failed, const struct output_text *err)
{
    size_t next = went_on_in_silence(trial, failed, err);
    if (next == NOWHERE || call_role(trial->t->events[next].call.id) != ROLE_SEND) {
        trial_passes(trial);
        return;
    }
    const struct event *e = &trial->t->events[failed];
    trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, e);
    trial_shows(trial, _("%s failed with %s, and the program went on with %s as if nothing had happened"),
                call_title(&e->call), error_name(e->call.error), call_title(&trial->t->events[next].call));
}

/* A program may learn of its client's end before it fails: by poll(), or at the end of the file. */
void judge_notices_failure(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    trial_requires(trial, _("When %s fails, the program does not go on as if it had succeeded"), role_calls(role));
    size_t failed = facts_first_failure(trial->t, trial->actor, role), n = 0;
    AUTO_OUTPUT out, err;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    bool sends = failed != NOWHERE && role != ROLE_RECEIVE;
    const char *line = sends ? find_false_count(trial, &out, &err, failed, &n) : NULL;
    trial_passes(trial);
    if (failed != NOWHERE && !sends) {
        judge_failed_receive(trial, failed, &err);
    } else if (line != NULL) {
        const struct event *e = &trial->t->events[failed];
        AUTO_FREE char *quote = escape_quote(line, n, QUOTE);
        trial_fails(trial, DIAGNOSIS_SUCCESS_CLAIMED, e);
        trial_shows(trial, _("%s failed with %s, and then came the line %s"), call_title(&e->call), error_name(e->call.error),
                    quote);
    }
    trial_expects(trial, _("the failure of %s is noticed"), role_calls(role));
}

static void require_saying(struct trial *trial, enum role role, const char *stream)
{
    if (stream == NULL)
        trial_requires(trial, _("After %s, the program says what happened"), role_calls(role));
    else if (strcmp(stream, "stderr") == 0)
        trial_requires(trial, _("After %s, the program says what happened, on standard error"), role_calls(role));
    else
        trial_requires(trial, _("After %s, the program says what happened, on standard output"), role_calls(role));
    trial_expects(trial, _("a message after %s"), role_calls(role));
}

/* The last call of this role that returned; with SUCCESS, the last that succeeded. */
static size_t last_returned(const struct trial *trial, enum role role, bool success)
{
    const struct transcript *t = trial->t;
    size_t last = NOWHERE;
    for (size_t i = facts_next_call(t, trial->actor, role, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, role, i + 1))
        if (success ? call_succeeded(&t->events[i].call) : !t->events[i].call.pending)
            last = i;
    return last;
}

/* On the wrong stream, or not at all; if a call failed meanwhile, it is that which was to be told. */
static void not_said(struct trial *trial, size_t last, bool on_out, bool on_err)
{
    size_t failure = facts_decisive_failure(trial->t, trial->actor);
    bool of_failure = on_out && failure != NOWHERE && failure >= last;
    const struct event *e = &trial->t->events[of_failure ? failure : last];
    AUTO_OUTPUT out;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    if (of_failure && !on_err && shows_result(&out, output_after(&out, failure))) {
        trial_fails(trial, DIAGNOSIS_RESULT_NOT_CHECKED, e);
        trial_shows(trial, _("%s failed with %s, and the program printed its result, -1, as if nothing had happened"),
                    call_title(&e->call), error_name(e->call.error));
        return;
    }
    trial_fails(trial, on_err ? DIAGNOSIS_ON_STDERR : on_out ? DIAGNOSIS_ERROR_ON_STDOUT : DIAGNOSIS_NOT_SAID, e);
    if (on_err)
        trial_shows(trial, _("something was printed, but on standard error only"));
    else if (of_failure)
        trial_shows(trial, _("%s failed with %s; something was printed, but on standard output only"),
                    call_title(&e->call), error_name(e->call.error));
    else if (on_out)
        trial_shows(trial, _("something was printed, but on standard output only"));
    else
        trial_shows(trial, _("nothing was printed after this call"));
    bool lives = trial->t->stuck && facts_ending(trial->t, trial->actor).kind == ENDING_NONE;
    if (lives && !on_out && !on_err)
        trial_explains(trial);
    else if (!trial_explains_meeting(trial) && on_out && !of_failure)
        trial_explains_silence(trial);
}

void judge_says(struct trial *trial)
{
    enum role role = role_from_word(trial->spec->value);
    const char *stream = check_parameter(trial->spec, "stream");
    const char *after = check_parameter(trial->spec, "after");
    require_saying(trial, role, stream);
    size_t last = last_returned(trial, role, after != NULL && strcmp(after, "success") == 0);
    if (last == NOWHERE) {
        size_t tried = facts_next_call(trial->t, trial->actor, role, 0);
        trial_lacks(trial, tried == NOWHERE ? role_missing(role) : DIAGNOSIS_CALL_MISSING, trial_event(trial, tried));
        if (tried == NOWHERE)
            trial_shows(trial, _("%s was never called"), role_calls(role));
        else
            trial_shows(trial, _("%s did not succeed"), role_calls(role));
        return;
    }
    AUTO_OUTPUT out, err;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    bool on_out = output_visible(&out, output_after(&out, last));
    bool on_err = output_visible(&err, output_after(&err, last));
    bool wants_err = stream != NULL && strcmp(stream, "stderr") == 0, wants_out = stream != NULL && !wants_err;
    if ((on_out && !wants_err) || (on_err && !wants_out)) {
        trial_passes(trial);
        return;
    }
    if (was_killed(trial))
        return;
    not_said(trial, last, on_out, on_err);
}

bool trial_went_to_work(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    size_t sent = facts_first_success(t, trial->actor, ROLE_SEND);
    return sent != NOWHERE && t->events[sent].call.socket >= 0 &&
           t->sockets[t->events[sent].call.socket].family != AF_UNIX;
}

/* Whether anything is to be seen on standard output but for the lines that hold this. */
static bool shows_more(const struct output_text *out, const char *besides)
{
    const char *text = buf_text(&out->text);
    for (size_t at = 0; besides != NULL && at < out->text.len;) {
        const char *newline = memchr(text + at, '\n', out->text.len - at);
        size_t end = newline != NULL ? (size_t)(newline - text) : out->text.len;
        for (size_t i = at; i < end; i++)
            if ((unsigned char)text[i] > ' ' && memmem(text + at, end - at, besides, strlen(besides)) == NULL)
                return true;
        at = end + 1;
    }
    return besides == NULL && output_visible(out, 0);
}

void judge_complains(struct trial *trial)
{
    bool either = is_set(trial, "any-stream");
    if (either)
        trial_requires(trial, _("The program says what is wrong"));
    else
        trial_requires(trial, _("The program says on standard error what is wrong"));
    AUTO_OUTPUT out, err;
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    bool on_out = shows_more(&out, check_parameter(trial->spec, "besides"));
    if (output_visible(&err, 0) || (either && on_out)) {
        trial_passes(trial);
    } else if (trial_went_to_work(trial)) {
        size_t sent = facts_first_success(trial->t, trial->actor, ROLE_SEND);
        trial_fails(trial, DIAGNOSIS_ARGUMENT_ACCEPTED, trial_event(trial, sent));
        trial_shows(trial, _("nothing was printed on standard error, and the program sent its message"));
    } else if (!was_killed(trial)) {
        trial_fails(trial, on_out ? DIAGNOSIS_ERROR_ON_STDOUT : DIAGNOSIS_NO_COMPLAINT, NULL);
        if (on_out)
            trial_shows(trial, _("something was printed, but on standard output only"));
        else if (output_visible(&out, 0))
            trial_shows(trial, _("results were printed, and no message"));
        else
            trial_shows(trial, _("nothing was printed"));
        trial_explains_path(trial);
    }
    if (either)
        trial_expects(trial, _("a message"));
    else
        trial_expects(trial, _("a message on standard error"));
}
