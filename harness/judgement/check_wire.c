/* What arrives at a peer, and how the connection ends: receives, receives-size, ends-with, stays-silent. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/trial.h"
#include "judgement/wire.h"

enum { QUOTE = 60 };

const struct event *wire_sending_of(const struct trial *trial, const struct buf *bytes)
{
    const struct transcript *t = trial->t;
    int program = trial_program(trial);
    struct flow *flows;
    size_t n = facts_flows(t, program, ROLE_SEND, &flows);
    AUTO_FREE struct flow *owned = flows;
    for (size_t i = 0; i < n; i++) {
        AUTO_BUF sent = BUF_EMPTY;
        facts_flow_bytes(t, program, ROLE_SEND, &owned[i], &sent);
        if (sent.len == bytes->len && memcmp(buf_text(&sent), buf_text(bytes), sent.len) == 0)
            return &t->events[owned[i].last];
    }
    return trial_event(trial, facts_last_call(t, program, ROLE_SEND));
}

static bool begins_with(const struct buf *bytes, const char *text, size_t n)
{
    return bytes->len >= n && memcmp(buf_text(bytes), text, n) == 0;
}

/* The text again and again, and nothing else. */
static bool is_repeated(const struct buf *bytes, const char *text, size_t n)
{
    if (n == 0 || bytes->len < 2 * n || bytes->len % n != 0)
        return false;
    for (size_t i = 0; i < bytes->len; i += n)
        if (memcmp(bytes->data + i, text, n) != 0)
            return false;
    return true;
}

static size_t without_line_end(const char *text, size_t n)
{
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    return n;
}

bool wire_is_buffer(size_t n)
{
    return n >= 32 && (n & (n - 1)) == 0;
}

/* The same letters, in ISO-8859-1 where TEXT is in UTF-8: one byte for each that has two there. */
static bool is_latin1(const struct buf *got, const char *text, size_t n)
{
    enum { FIRST = 0xc2, SECOND = 0xc3, CONTINUES = 0x3f, BITS = 6 };
    size_t at = 0, accents = 0;
    for (size_t i = 0; i < n && at < got->len; i++, at++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte == FIRST || byte == SECOND) && i + 1 < n) {
            byte = (unsigned char)((byte & 3) << BITS | (text[++i] & CONTINUES));
            accents++;
        }
        if ((unsigned char)got->data[at] != byte)
            return false;
    }
    return accents > 0 && at == got->len && got->len == n - accents;
}

static enum diagnosis compare(const struct buf *got, const char *text, size_t n)
{
    if (got->len == 0)
        return DIAGNOSIS_NOTHING_SENT;
    if (begins_with(got, text, n)) {
        if (is_repeated(got, text, n))
            return DIAGNOSIS_SENT_TWICE;
        if (got->len == n + 1 && got->data[n] == '\0')
            return DIAGNOSIS_NUL_SENT;
        if (wire_is_buffer(got->len) || (got->len > n + 1 && got->data[n] == '\0'))
            return DIAGNOSIS_BUFFER_SENT;
    }
    size_t bare = without_line_end(text, n), got_bare = without_line_end(got->data, got->len);
    if (bare == got_bare && memcmp(got->data, text, bare) == 0)
        return DIAGNOSIS_NEWLINE;
    if (bare == got_bare && strncasecmp(got->data, text, bare) == 0)
        return DIAGNOSIS_LETTER_CASE;
    if (is_latin1(got, text, n))
        return DIAGNOSIS_ENCODING;
    if (begins_with(got, text, n))
        return DIAGNOSIS_EXTRA_BYTES;
    if (got->len < n && memcmp(got->data, text, got->len) == 0)
        return DIAGNOSIS_MESSAGE_CUT;
    return DIAGNOSIS_WRONG_BYTES;
}

/* What to do about a message that is not all there, by what the sending call was given and took. */
static void hint_at_cut(struct trial *trial, const struct call *send, size_t n)
{
    uint64_t moved = call_moved(send);
    if (moved < send->asked)
        trial_hints(trial, _("%s took %llu of %zu bytes only, as it may: send the rest, from where it stopped."),
                    call_title(send), (unsigned long long)moved, send->asked);
    else if (send->asked == sizeof(char *) && n != sizeof(char *))
        trial_hints(trial, _("%s was given the length %zu, which is sizeof of a pointer: use strlen(message), %zu here."),
                    call_title(send), send->asked, n);
    else
        trial_hints(trial, _("%s was given the length %zu: the message has %zu bytes."), call_title(send), send->asked, n);
}

static size_t first_difference(const struct buf *got, const char *text, size_t n)
{
    size_t i = 0;
    while (i < got->len && i < n && got->data[i] == text[i])
        i++;
    return i;
}

static void show_bytes(struct trial *trial, const struct buf *got, const char *text, size_t n, enum diagnosis diagnosis)
{
    enum { SAMPLE = 4 }; /* of the bytes behind the message */
    AUTO_FREE char *expected = escape_quote(text, n, QUOTE);
    AUTO_FREE char *actual = escape_quote(buf_text(got), got->len, diagnosis == DIAGNOSIS_BUFFER_SENT ? n + SAMPLE : QUOTE);
    trial_expects(trial, ngettext("%s, %zu byte", "%s, %zu bytes", n), expected, n);
    if (got->len == 0)
        trial_shows(trial, _("nothing arrived"));
    else
        trial_shows(trial, ngettext("%s, %zu byte", "%s, %zu bytes", got->len), actual, got->len);
    const struct event *send = wire_sending_of(trial, got);
    if (diagnosis == DIAGNOSIS_NEWLINE && without_line_end(text, n) == n)
        trial_hints(trial, _("This message has no '\\n' at its end: send it without one."));
    else if (diagnosis == DIAGNOSIS_MESSAGE_CUT && send != NULL)
        hint_at_cut(trial, &send->call, n);
    else if (diagnosis == DIAGNOSIS_WRONG_BYTES)
        trial_hints(trial, _("Compare what you send with the message of the statement: they differ from byte %zu on."),
                    first_difference(got, text, n) + 1);
    else if (diagnosis == DIAGNOSIS_BUFFER_SENT)
        trial_hints(trial, _("Send strlen(message) bytes, which is %zu here, and not the whole buffer (%zu)."), n, got->len);
    else if (diagnosis == DIAGNOSIS_NUL_SENT)
        trial_hints(trial, _("Send strlen(message) bytes, which is %zu here: the '\\0' that ends a string in C is not part "
                             "of the message."), n);
}

void wire_differs(struct trial *trial, const struct buf *got, const char *text, size_t n)
{
    enum diagnosis diagnosis = compare(got, text, n);
    trial_fails(trial, diagnosis, wire_sending_of(trial, got));
    show_bytes(trial, got, text, n, diagnosis);
    if (got->len == 0 && !trial_explains(trial))
        wire_failed_call(trial);
}

/* Of a long message only the beginning was kept: its size is the one that came. */
static void show_real_size(struct trial *trial, const struct connection *connection)
{
    size_t n = (size_t)connection->all_received.n, kept = connection->received.len;
    if (n == kept)
        return;
    AUTO_FREE char *quote = escape_quote(buf_text(&connection->received), kept, QUOTE);
    trial_shows(trial, ngettext("%s, %zu byte", "%s, %zu bytes", n), quote, n);
    if (strcmp(trial->result->diagnosis, diagnosis_code(DIAGNOSIS_BUFFER_SENT)) == 0)
        trial_hints(trial, "%s", diagnosis_hint(DIAGNOSIS_BUFFER_SENT));
}

void judge_receives(struct trial *trial)
{
    const char *text = trial->spec->value;
    size_t n = strlen(text);
    AUTO_FREE char *quote = escape_quote(text, n, QUOTE);
    trial_requires(trial, _("The program sends exactly %s"), quote);
    struct connection *list;
    size_t n_list = facts_arrivals(trial->t, trial->actor, trial_by_datagrams(trial), &list);
    static const struct buf nothing;
    if (n_list == 0 && n > 0) {
        trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, wire_sending_of(trial, &nothing));
        show_bytes(trial, &nothing, text, n, DIAGNOSIS_NOTHING_SENT);
        if (trial_by_datagrams(trial))
            trial_hints_at_datagrams(trial);
        facts_connections_free(list, n_list);
        return;
    }
    trial_passes(trial);
    for (size_t i = 0; i < n_list; i++) {
        const struct buf *got = &list[i].received;
        if (list[i].whole && got->len == n && memcmp(buf_text(got), text, n) == 0)
            continue;
        if (n == 0) {
            trial_fails(trial, DIAGNOSIS_SENDS_UNASKED, wire_sending_of(trial, got));
            show_bytes(trial, got, text, n, DIAGNOSIS_SENDS_UNASKED);
        } else {
            wire_differs(trial, got, text, n);
            wire_bounds(trial, got, text, n);
            show_real_size(trial, &list[i]);
        }
        break;
    }
    facts_connections_free(list, n_list);
}

void judge_receives_size(struct trial *trial)
{
    size_t wanted = (size_t)value_number(trial->spec->value, INT32_MAX);
    trial_requires(trial, ngettext("The program sends exactly %zu byte", "The program sends exactly %zu bytes", wanted),
                   wanted);
    struct connection *list;
    size_t n_list = facts_connections(trial->t, trial->actor, &list);
    size_t got = 0, wrong = 0;
    while (wrong < n_list && list[wrong].all_received.n == wanted)
        wrong++;
    if (wrong < n_list)
        got = (size_t)list[wrong].all_received.n;
    if (wrong == n_list && (n_list > 0 || wanted == 0)) {
        trial_passes(trial);
    } else {
        const struct event *evidence =
            trial_event(trial, facts_last_call(trial->t, trial_program(trial), ROLE_SEND));
        if (got == 0)
            trial_lacks(trial, DIAGNOSIS_NOTHING_SENT, evidence);
        else
            trial_fails(trial, got < wanted ? DIAGNOSIS_MESSAGE_CUT : DIAGNOSIS_EXTRA_BYTES, evidence);
        trial_expects(trial, ngettext("%zu byte", "%zu bytes", wanted), wanted);
        trial_shows(trial, ngettext("%zu byte", "%zu bytes", got), got);
    }
    facts_connections_free(list, n_list);
}

static const struct event *last_close(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    int program = trial_program(trial);
    for (size_t i = t->n_events; i-- > 0;)
        if (facts_is_call(t, &t->events[i], program, ROLE_CLOSE) && t->events[i].call.socket >= 0 &&
            call_succeeded(&t->events[i].call))
            return &t->events[i];
    return NULL;
}

/* The option that makes close() reset the connection, if the program set it. */
static const struct event *linger_of(const struct trial *trial)
{
    const struct transcript *t = trial->t;
    int program = trial_program(trial);
    for (size_t i = facts_next_call(t, program, ROLE_OPTION, 0); i != NOWHERE;
         i = facts_next_call(t, program, ROLE_OPTION, i + 1)) {
        const struct call *call = &t->events[i].call;
        struct linger linger;
        if ((int)call->arg[1] != SOL_SOCKET || (int)call->arg[2] != SO_LINGER || !call_succeeded(call) ||
            call->data.stored < sizeof linger)
            continue;
        memcpy(&linger, call->data.data, sizeof linger);
        if (linger.l_onoff != 0 && linger.l_linger == 0)
            return &t->events[i];
    }
    return NULL;
}

static void other_end(struct trial *trial, const struct connection *connection, bool wants_fin)
{
    if (connection->end == CONNECTION_OPEN) {
        trial_fails(trial, DIAGNOSIS_LEFT_OPEN, trial_event(trial, facts_blocked(trial->t, trial_program(trial))));
        trial_shows(trial, _("the connection was left open"));
        trial_explains(trial);
    } else if (wants_fin) {
        const struct event *linger = linger_of(trial);
        if (linger != NULL)
            trial_fails(trial, DIAGNOSIS_LINGER, linger);
        else
            trial_fails(trial, DIAGNOSIS_RESET_UNREAD, last_close(trial));
        trial_shows(trial, _("the connection was reset (RST)"));
    } else {
        trial_fails(trial, DIAGNOSIS_NONE, last_close(trial));
        trial_shows(trial, _("the connection was ended properly (FIN)"));
    }
}

void judge_ends_with(struct trial *trial)
{
    const char *wanted = trial->spec->value;
    bool fin = strcmp(wanted, "fin") == 0, reset = strcmp(wanted, "reset") == 0;
    if (fin)
        trial_requires(trial, _("The program ends the connection properly (FIN)"));
    else if (reset)
        trial_requires(trial, _("The program resets the connection (RST)"));
    else
        trial_requires(trial, _("The program ends the connection"));
    struct connection *list;
    size_t n = facts_connections(trial->t, trial->actor, &list);
    if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_CALL_MISSING, NULL);
        trial_shows(trial, _("there was no connection"));
    } else {
        trial_passes(trial);
    }
    for (size_t i = 0; i < n && trial->result->verdict == VERDICT_PASSED; i++) {
        bool right = fin     ? list[i].end == CONNECTION_FINISHED
                     : reset ? list[i].end == CONNECTION_RESET
                             : list[i].end != CONNECTION_OPEN;
        if (!right)
            other_end(trial, &list[i], fin);
    }
    trial_expects(trial, "%s", fin ? "FIN" : reset ? "RST" : _("the end of the connection"));
    facts_connections_free(list, n);
}

void judge_stays_silent(struct trial *trial)
{
    trial_requires(trial, _("The program sends nothing"));
    struct flow *flows;
    size_t n = facts_flows(trial->t, trial->actor, ROLE_SEND, &flows);
    AUTO_FREE struct flow *owned = flows;
    if (n == 0 && facts_has_socket(trial->t, trial->actor, false)) {
        trial_passes(trial);
        return;
    }
    if (n == 0) {
        trial_lacks(trial, DIAGNOSIS_NO_SOCKET, NULL);
        trial_expects(trial, _("a socket on which nothing is sent"));
        trial_shows(trial, _("no socket was created"));
        return;
    }
    AUTO_BUF sent = BUF_EMPTY;
    facts_flow_bytes(trial->t, trial->actor, ROLE_SEND, &owned[0], &sent);
    AUTO_FREE char *quote = escape_quote(buf_text(&sent), sent.len, QUOTE);
    trial_fails(trial, DIAGNOSIS_SENDS_UNASKED, &trial->t->events[owned[0].first]);
    trial_expects(trial, _("nothing is sent"));
    trial_shows(trial, _("%s is sent"), quote);
}
