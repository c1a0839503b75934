/* The numbers that the program shows: prints-descriptor, prints-count. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/check_values.h"
#include "judgement/output.h"
#include "judgement/trial.h"

/* What numbers stand on one stream. */
struct shown {
    struct output_text out;
    struct number *numbers;
    bool *taken; /* counts for a connection already */
    size_t n;
};

static void shown_collect(const struct trial *trial, enum stream stream, struct shown *shown)
{
    output_collect(trial->t, trial->actor, stream, &shown->out);
    shown->n = numbers_find(buf_text(&shown->out.text), shown->out.text.len, &shown->numbers);
    shown->taken = mem_alloc(shown->n + 1);
}

static void shown_free(struct shown *shown)
{
    output_free(&shown->out);
    free(shown->numbers);
    free(shown->taken);
}

/* The first number of this value, not taken, in [FROM, TO[; SIZE_MAX when there is none. */
static size_t shown_find(const struct shown *shown, uint64_t value, size_t from, size_t to)
{
    for (size_t i = 0; i < shown->n && shown->numbers[i].start < to; i++)
        if (shown->numbers[i].start >= from && shown->numbers[i].value == value && !shown->taken[i])
            return i;
    return SIZE_MAX;
}

static bool shown_has(const struct shown *shown, uint64_t value, size_t from, size_t to)
{
    return shown_find(shown, value, from, to) != SIZE_MAX;
}

/* Whether the number of this descriptor is printed once the socket is made, or that of a duplicate with which it is used. */
static bool descriptor_shown(const struct trial *trial, const struct shown *shown, size_t position)
{
    const struct transcript *t = trial->t;
    int socket = t->events[position].call.new_socket;
    for (size_t i = position; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (e->kind != EVENT_CALL || e->actor != trial->actor)
            continue;
        bool gives = i == position || (facts_is_call(t, e, trial->actor, ROLE_DUPLICATE) && socket >= 0 &&
                                       e->call.socket == socket && call_succeeded(&e->call));
        if (gives && shown_has(shown, (uint64_t)e->call.result, output_after(&shown->out, i), SIZE_MAX))
            return true;
        bool used = socket >= 0 && e->call.socket == socket && e->call.fd >= 0;
        if (used && shown_has(shown, (uint64_t)e->call.fd, output_after(&shown->out, position), SIZE_MAX))
            return true;
    }
    return false;
}

static void descriptor_missing(struct trial *trial, const struct shown *err, size_t made)
{
    const struct event *e = &trial->t->events[made];
    bool on_stderr = descriptor_shown(trial, err, made);
    trial_fails(trial, on_stderr ? DIAGNOSIS_ON_STDERR : DIAGNOSIS_DESCRIPTOR_NOT_PRINTED, e);
    trial_expects(trial, _("%d, as a number of its own on standard output"), (int)e->call.result);
    if (on_stderr)
        trial_shows(trial, _("it is printed on standard error"));
    else
        trial_shows(trial, _("this number is not printed after socket()"));
}

void judge_prints_descriptor(struct trial *trial)
{
    const struct transcript *t = trial->t;
    trial_requires(trial, _("The program prints the number of its socket's descriptor"));
    struct shown out, err;
    shown_collect(trial, STREAM_STDOUT, &out);
    shown_collect(trial, STREAM_STDERR, &err);
    size_t made = NOWHERE;
    bool found = false;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_SOCKET, 0); i != NOWHERE && !found;
         i = facts_next_call(t, trial->actor, ROLE_SOCKET, i + 1)) {
        if (!call_succeeded(&t->events[i].call))
            continue;
        made = i;
        found = descriptor_shown(trial, &out, i);
    }
    if (found) {
        trial_passes(trial);
    } else if (made != NOWHERE) {
        descriptor_missing(trial, &err, made);
    } else {
        trial_lacks(trial, DIAGNOSIS_NO_SOCKET, NULL);
        trial_expects(trial, _("a descriptor"));
        trial_shows(trial, _("no socket was created"));
    }
    shown_free(&out);
    shown_free(&err);
}

/* One count that is asked for. */
struct wanted {
    enum role role;
    const struct flow *flow;
    uint64_t value;
    size_t from, to; /* where on its stream it is looked for; TO only matters for the diagnosis */
    bool on_stderr;  /* that is where it belongs */
};

/* Whether one of several calls gave a number that is printed. */
static bool shows_a_part(const struct trial *trial, const struct shown *out, const struct wanted *wanted)
{
    const struct transcript *t = trial->t;
    for (size_t i = wanted->flow->first; i <= wanted->flow->last; i++) {
        const struct event *e = &t->events[i];
        if (!facts_is_call(t, e, trial->actor, wanted->role) || e->call.socket != wanted->flow->socket)
            continue;
        uint64_t moved = call_moved(&e->call);
        if (moved > 0 && moved < wanted->value && shown_has(out, moved, output_after(&out->out, i), wanted->to))
            return true;
    }
    return false;
}

static bool shows_buffer(const struct trial *trial, const struct shown *out, const struct wanted *wanted)
{
    const struct transcript *t = trial->t;
    for (size_t i = wanted->flow->first; i <= wanted->flow->last; i++) {
        const struct event *e = &t->events[i];
        if (!facts_is_call(t, e, trial->actor, wanted->role) || e->call.socket != wanted->flow->socket)
            continue;
        uint64_t asked = e->call.asked;
        if (asked > wanted->value && (shown_has(out, asked, wanted->from, wanted->to) ||
                                      shown_has(out, asked + 1, wanted->from, wanted->to)))
            return true;
    }
    return false;
}

/* Whether what was sent is the same message twice. */
static bool is_sent_twice(const struct trial *trial, const struct wanted *wanted)
{
    if (wanted->role != ROLE_SEND)
        return false;
    AUTO_BUF sent = BUF_EMPTY;
    facts_flow_bytes(trial->t, trial->actor, ROLE_SEND, wanted->flow, &sent);
    size_t half = sent.len / 2;
    return half > 1 && sent.len % 2 == 0 && memcmp(sent.data, sent.data + half, half) == 0;
}

/* Whether the program still waits for more on this very connection, so that it had no occasion to print. */
static bool waits_for_more(const struct trial *trial, const struct wanted *wanted)
{
    size_t blocked = trial->t->stuck ? facts_blocked(trial->t, trial->actor) : NOWHERE;
    return blocked != NOWHERE && trial->t->events[blocked].call.socket == wanted->flow->socket;
}

/* The first few numbers that might have been meant as counts: "256, 3". NULL: none. */
static char *candidates(const struct shown *out, const struct wanted *wanted)
{
    enum { MOST = 4, LARGEST = 1024 };
    struct buf text = BUF_EMPTY;
    size_t listed = 0;
    for (size_t i = 0; i < out->n && listed < MOST; i++) {
        const struct number *number = &out->numbers[i];
        if (number->start < wanted->from || number->start >= wanted->to ||
            number->value > LARGEST + 2 * wanted->value)
            continue;
        buf_printf(&text, "%s%llu", listed > 0 ? ", " : "", (unsigned long long)number->value);
        listed++;
    }
    return listed > 0 ? buf_steal(&text) : NULL;
}

/* Whether the number is there after all, and stands for another message of the same size. */
static bool is_taken(const struct shown *out, const struct wanted *wanted)
{
    for (size_t i = 0; i < out->n; i++)
        if (out->taken[i] && out->numbers[i].value == wanted->value && out->numbers[i].start >= wanted->from)
            return true;
    return false;
}

/* Whether a look at the message (MSG_PEEK) gave the same number before: then that is the one that was printed. */
static bool was_looked_at(const struct trial *trial, const struct wanted *wanted)
{
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < wanted->flow->first; i++)
        if (facts_is_call(t, &t->events[i], trial->actor, ROLE_RECEIVE) && call_peeked(&t->events[i].call) == wanted->value)
            return true;
    return false;
}

static enum diagnosis diagnose_count(const struct trial *trial, const struct shown *out, const struct shown *other,
                                     const struct wanted *wanted)
{
    if (shown_has(other, wanted->value, output_after(&other->out, wanted->flow->last), SIZE_MAX))
        return wanted->on_stderr ? DIAGNOSIS_OUTPUT_NOT_ALONE : DIAGNOSIS_ON_STDERR;
    if (shows_a_part(trial, out, wanted))
        return is_sent_twice(trial, wanted) ? DIAGNOSIS_SENT_TWICE : DIAGNOSIS_COUNT_PARTIAL;
    if (shows_buffer(trial, out, wanted))
        return DIAGNOSIS_COUNT_OF_BUFFER;
    if (shown_has(out, wanted->value + 1, wanted->from, wanted->to))
        return DIAGNOSIS_COUNT_PLUS_ONE;
    if (shown_has(out, wanted->value, 0, wanted->from) && !was_looked_at(trial, wanted))
        return DIAGNOSIS_COUNT_BEFORE_CALL;
    return DIAGNOSIS_COUNT_MISSING;
}

/* The number to print, and where it comes from. */
static void hint_at_count(struct trial *trial, const struct wanted *wanted, enum diagnosis diagnosis, bool one_more)
{
    const char *call = call_title(&trial->t->events[wanted->flow->last].call);
    unsigned long long value = wanted->value;
    if (diagnosis == DIAGNOSIS_COUNT_PARTIAL) {
        trial_hints(trial, _("The message took several calls: add their results up, and print the total, %llu."), value);
        return;
    }
    if (wanted->flow->first != wanted->flow->last || wanted->value != wanted->flow->bytes || wanted->value == 0) {
        /* No single call returned it: the diagnosis's own hint will do, but for the stream that it names. */
        if (diagnosis == DIAGNOSIS_COUNT_MISSING && wanted->on_stderr)
            trial_hints(trial, _("Print how many bytes there were in all, %llu, on standard error, as a number of its own."),
                        value);
        return;
    }
    if (diagnosis == DIAGNOSIS_COUNT_OF_BUFFER && one_more)
        trial_hints(trial, _("%llu is the size of the buffer, or one too many: print what %s returned, %llu."), value + 1, call,
                    value);
    else if (diagnosis == DIAGNOSIS_COUNT_OF_BUFFER)
        trial_hints(trial, _("Print what %s returned, %llu, and not the size of the buffer."), call, value);
    else if (diagnosis == DIAGNOSIS_COUNT_PLUS_ONE)
        trial_hints(trial, _("Print what %s returned, %llu: your number is one too many."), call, value);
    else if (diagnosis == DIAGNOSIS_COUNT_MISSING && wanted->on_stderr)
        trial_hints(trial, _("Print what %s returned, %llu, on standard error, as a number of its own."), call, value);
    else if (diagnosis == DIAGNOSIS_COUNT_MISSING)
        trial_hints(trial, _("Print what %s returned, %llu, on standard output, as a number of its own."), call, value);
}

static void count_missing(struct trial *trial, const struct shown *out, const struct shown *other,
                          const struct wanted *wanted)
{
    enum diagnosis diagnosis = diagnose_count(trial, out, other, wanted);
    trial_fails(trial, diagnosis, trial_event(trial, wanted->flow->last));
    if (wanted->on_stderr)
        trial_expects(trial, _("%llu, as a number of its own on standard error"), (unsigned long long)wanted->value);
    else
        trial_expects(trial, _("%llu, as a number of its own on standard output"), (unsigned long long)wanted->value);
    if (diagnosis == DIAGNOSIS_ON_STDERR) {
        trial_shows(trial, _("it is printed on standard error"));
        return;
    }
    if (diagnosis == DIAGNOSIS_OUTPUT_NOT_ALONE) {
        trial_shows(trial, _("it is printed on standard output"));
        return;
    }
    if (diagnosis == DIAGNOSIS_COUNT_BEFORE_CALL) {
        trial_shows(trial, _("it is printed before the call only"));
        if (waits_for_more(trial, wanted))
            trial_explains(trial);
        return;
    }
    AUTO_FREE char *numbers = candidates(out, wanted);
    if (diagnosis == DIAGNOSIS_COUNT_MISSING && is_taken(out, wanted))
        trial_shows(trial, _("this number is printed, but it counts for another message already"));
    else if (numbers != NULL)
        trial_shows(trial, _("the numbers printed after the call: %s"), numbers);
    else
        trial_shows(trial, _("no such number is printed after the call"));
    hint_at_count(trial, wanted, diagnosis, shown_has(out, wanted->value + 1, wanted->from, wanted->to));
    if (waits_for_more(trial, wanted))
        trial_explains(trial);
    else
        trial_explains_meeting(trial);
}

/* The last receive left its message where it was, or did not wait for it. */
static void receive_took_nothing(struct trial *trial, const struct event *last)
{
    const struct call *call = &last->call;
    bool did_not_wait = !call->pending && call->result < 0 && call->error == EAGAIN && !call->timed_out && !call->injected &&
                        (call_flags(call) & MSG_DONTWAIT) == 0; /* with the flag, that is what was asked for */
    if (trial->result->verdict != VERDICT_FAILED || (call_peeked(call) == 0 && !did_not_wait))
        return;
    trial_fails(trial, did_not_wait ? DIAGNOSIS_WOULD_BLOCK : DIAGNOSIS_ONLY_PEEKED, last);
    if (did_not_wait)
        trial_shows(trial, _("%s failed with %s"), call_title(call), error_name(call->error));
    else
        trial_shows(trial, _("nothing was received: the last %s has the flag MSG_PEEK as well"), call_title(call));
    trial_explains_meeting(trial);
    trial->consequence = false;
}

static void nothing_moved(struct trial *trial, enum role role)
{
    size_t tried = facts_last_call(trial->t, trial->actor, role);
    trial_lacks(trial, role == ROLE_SEND ? DIAGNOSIS_NOTHING_SENT : DIAGNOSIS_NOTHING_RECEIVED,
                trial_event(trial, tried));
    if (role == ROLE_SEND) {
        trial_expects(trial, _("a number of bytes sent"));
        trial_shows(trial, _("nothing was sent"));
    } else {
        trial_expects(trial, _("a number of bytes received"));
        trial_shows(trial, _("nothing was received"));
        if (tried != NOWHERE)
            receive_took_nothing(trial, &trial->t->events[tried]);
    }
}

/* The number, or one of those that will do as well. */
static size_t find_count(const struct trial *trial, const struct shown *out, const struct wanted *wanted)
{
    size_t found = shown_find(out, wanted->value, wanted->from, SIZE_MAX);
    const char *others = check_parameter(trial->spec, "or");
    while (others != NULL && *others >= '0' && *others <= '9' && found == SIZE_MAX) {
        char *rest = NULL;
        found = shown_find(out, strtoull(others, &rest, 10), wanted->from, SIZE_MAX);
        others = rest + strspn(rest, " ");
    }
    return found;
}

/* Whether the count of A is printed before B begins: else the one that is there is B's, and A's is what lacks. */
static bool shown_before(const struct shown *out, const struct flow *a, const struct flow *b)
{
    size_t from = output_after(&out->out, a->last), to = output_after(&out->out, b->first);
    for (size_t i = 0; i < out->n; i++)
        if (out->numbers[i].value == a->bytes && out->numbers[i].start >= from && out->numbers[i].start < to)
            return true;
    return false;
}

/* Looks for each flow's count, each one after its last byte; says what is wrong with the first that is not there. */
static void look_for_counts(struct trial *trial, enum role role, const struct flow *flows, size_t n, int64_t fixed)
{
    const char *stream = check_parameter(trial->spec, "stream");
    bool on_stderr = stream != NULL && strcmp(stream, "stderr") == 0;
    struct shown out, other;
    shown_collect(trial, on_stderr ? STREAM_STDERR : STREAM_STDOUT, &out);
    shown_collect(trial, on_stderr ? STREAM_STDOUT : STREAM_STDERR, &other);
    trial_passes(trial);
    for (size_t i = 0; i < n; i++) {
        struct wanted wanted = {role, &flows[i], fixed >= 0 ? (uint64_t)fixed : flows[i].bytes,
                                output_after(&out.out, flows[i].last), SIZE_MAX, on_stderr};
        size_t found = find_count(trial, &out, &wanted);
        if (found != SIZE_MAX) {
            out.taken[found] = true;
            continue;
        }
        if (i + 1 < n && flows[i + 1].first > flows[i].last)
            wanted.to = output_after(&out.out, flows[i + 1].first);
        if (i > 0 && wanted.value == flows[i - 1].bytes && !shown_before(&out, &flows[i - 1], &flows[i]))
            wanted = (struct wanted){role, &flows[i - 1], wanted.value, output_after(&out.out, flows[i - 1].last),
                                     output_after(&out.out, flows[i].first), on_stderr};
        count_missing(trial, &out, &other, &wanted);
        break;
    }
    shown_free(&out);
    shown_free(&other);
}

/* Puts the first look at a message (MSG_PEEK) before the flows, as one of them; false when there was none. */
static bool add_look(const struct trial *trial, struct flow **flows, size_t *n)
{
    const struct transcript *t = trial->t;
    for (size_t i = facts_next_call(t, trial->actor, ROLE_RECEIVE, 0); i != NOWHERE;
         i = facts_next_call(t, trial->actor, ROLE_RECEIVE, i + 1)) {
        uint64_t seen = call_peeked(&t->events[i].call);
        if (seen == 0)
            continue;
        ARRAY_ADD(*flows, *n);
        memmove(*flows + 1, *flows, (*n - 1) * sizeof **flows);
        (*flows)[0] = (struct flow){t->events[i].call.socket, i, i, seen};
        return true;
    }
    return false;
}

/* Whether these datagrams went out one behind the other, as the pieces of one message, and their total is printed. */
static bool shows_total_sent(const struct trial *trial, const struct flow *flows, size_t n)
{
    const struct transcript *t = trial->t;
    if (n < 2 || t->sockets[flows[0].socket].type != SOCK_DGRAM ||
        facts_next_call(t, trial->actor, ROLE_RECEIVE, flows[0].first) < flows[n - 1].last)
        return false;
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += flows[i].socket == flows[0].socket ? flows[i].bytes : 0;
    struct shown out;
    shown_collect(trial, STREAM_STDOUT, &out);
    bool shown = shown_has(&out, total, output_after(&out.out, flows[n - 1].last), SIZE_MAX);
    shown_free(&out);
    return shown;
}

static void require_count(struct trial *trial, enum role role, bool peeks)
{
    if (peeks)
        trial_requires(trial, _("The program prints how many bytes it looked at, and how many it then received"));
    else if (role == ROLE_SEND)
        trial_requires(trial, _("The program prints how many bytes it sent"));
    else
        trial_requires(trial, _("The program prints how many bytes it received"));
}

void judge_prints_count(struct trial *trial)
{
    enum role role = strcmp(trial->spec->value, "sent") == 0 ? ROLE_SEND : ROLE_RECEIVE;
    bool peeks = strcmp(trial->spec->value, "peeked") == 0;
    int64_t fixed = value_parameter(trial->spec, "value", -1);
    require_count(trial, role, peeks);
    struct flow *flows;
    bool strictly = role == ROLE_SEND || peeks; /* else what was only looked at will do */
    size_t n = strictly ? facts_flows(trial->t, trial->actor, role, &flows)
                        : facts_receptions(trial->t, trial->actor, &flows);
    size_t last = facts_last_call(trial->t, trial->actor, role);
    if (fixed == 0 && last == NOWHERE) /* no call was needed for that */
        last = facts_next_call(trial->t, trial->actor, ROLE_CONNECT, 0);
    if (n == 0 && fixed >= 0 && last != NOWHERE) {
        /* Nothing moved, and that is what is to be printed. */
        struct flow *flow = ARRAY_ADD(flows, n);
        *flow = (struct flow){trial->t->events[last].call.socket, last, last, 0};
    }
    if (n == 0 || (peeks && !add_look(trial, &flows, &n)))
        nothing_moved(trial, role);
    else if (role == ROLE_SEND && fixed < 0 && shows_total_sent(trial, flows, n))
        trial_passes(trial);
    else
        look_for_counts(trial, role, flows, n, fixed);
    free(flows);
}
