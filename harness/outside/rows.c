#include "outside/rows.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "outside/call_text.h"
#include "outside/links.h"

enum {
    QUOTED = 48,       /* bytes of a message that an arrow quotes at most; drawing cuts further */
    OUTPUT_LINES = 12, /* lines of one burst of output that are shown */
};

struct maker {
    const struct transcript *t;
    struct rows *rows;
    struct links links;
    struct buf printed; /* output not yet made into rows: a line may come in pieces */
    const struct event *printer;
    int *first_process; /* of each actor; 0: none yet */
    int64_t shown;      /* time of the last row */
};

void rows_free(struct rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        free(rows->items[i].text);
        free(rows->items[i].where);
    }
    free(rows->items);
    *rows = (struct rows){NULL, 0};
}

static bool string_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool row_equal(const struct row *a, const struct row *b)
{
    return a->kind == b->kind && a->actor == b->actor && a->to == b->to && string_equal(a->text, b->text) &&
           string_equal(a->where, b->where);
}

static struct row *push(struct maker *m, enum row_kind kind, int actor, enum paint paint, char *text)
{
    struct row *row = ARRAY_ADD(m->rows->items, m->rows->n);
    *row = (struct row){.kind = kind, .actor = actor, .to = -1, .text = text, .paint = paint};
    return row;
}

/* Makes rows of the output collected so far, a line each. */
static void flush(struct maker *m)
{
    const struct event *event = m->printer;
    if (event == NULL)
        return;
    m->printer = NULL;
    bool error = event->output.stream == STREAM_STDERR;
    size_t lines = 0;
    for (size_t at = 0; at < m->printed.len; lines++) {
        const char *line = m->printed.data + at;
        const char *end = memchr(line, '\n', m->printed.len - at);
        size_t n = end == NULL ? m->printed.len - at : (size_t)(end - line);
        at += n + 1;
        if (n > 0 && line[n - 1] == '\r') /* the terminal's own */
            n--;
        if (lines >= OUTPUT_LINES)
            continue;
        AUTO_FREE char *safe = escape_line(line, n);
        char *text = mem_printf(error ? _("stderr: %s") : _("stdout: %s"), safe);
        push(m, ROW_TEXT, event->actor, error ? PAINT_WARN : PAINT_STRONG, text);
    }
    if (lines > OUTPUT_LINES) {
        size_t more = lines - OUTPUT_LINES;
        char *text = mem_printf(ngettext("… %zu more line", "… %zu more lines", more), more);
        push(m, ROW_TEXT, event->actor, PAINT_DIM, text);
    }
    buf_free(&m->printed);
    m->printed = BUF_EMPTY;
}

/* A row for EVENT; takes TEXT over. Says first when virtual time has leapt. */
static struct row *add(struct maker *m, const struct event *event, enum row_kind kind, enum paint paint, char *text)
{
    flush(m);
    int64_t leap = event->time - m->shown;
    if (leap >= 500 * 1000000LL && m->rows->n > 0) {
        AUTO_FREE char *seconds = text_hundredths(leap / 100000000 * 10);
        push(m, ROW_RULE, -1, PAINT_DIM, mem_printf(_("%s s later"), seconds));
    }
    m->shown = event->time;
    return push(m, kind, event->actor, paint, text);
}

/* Marks what a child process or another thread group did; takes TEXT over. */
static char *with_process(struct maker *m, const struct event *event, char *text)
{
    if (event->actor < 0 || event->process <= 0)
        return text;
    int *first = &m->first_process[event->actor];
    if (*first == 0)
        *first = event->process;
    if (event->process == *first)
        return text;
    char *marked = mem_printf("[%d] %s", event->process, text);
    free(text);
    return marked;
}

static char *quantity(const struct bytes *bytes)
{
    AUTO_FREE char *quote = escape_quote(bytes->data == NULL ? "" : bytes->data, bytes->stored, QUOTED);
    return mem_printf(ngettext("%zu byte %s", "%zu bytes %s", bytes->total), bytes->total, quote);
}

/* A message of a raw ICMPv6 socket: what it asks or answers says more than its bytes. */
static char *icmp6_text(const struct bytes *bytes)
{
    enum { REQUEST = 128, REPLY = 129, IDENTIFIER = 4, HEADER = 8 };
    if (bytes->stored < HEADER)
        return quantity(bytes);
    const unsigned char *data = (const unsigned char *)bytes->data;
    unsigned identifier = (unsigned)data[IDENTIFIER] << 8 | data[IDENTIFIER + 1];
    if (data[0] == REQUEST)
        return mem_printf(_("echo request, identifier %u, %zu bytes"), identifier, bytes->total);
    if (data[0] == REPLY)
        return mem_printf(_("echo reply, identifier %u, %zu bytes"), identifier, bytes->total);
    return quantity(bytes);
}

static bool is_raw(const struct transcript *t, int socket)
{
    return t->sockets[socket].type == SOCK_RAW && t->sockets[socket].family == AF_INET6;
}

static void add_call(struct maker *m, const struct event *event)
{
    const struct call *call = &event->call;
    if (!call_interesting(call))
        return;
    bool bytes_left = call_effect(call) == ROLE_SEND && call->socket >= 0 && call->result > 0 && !call->injected;
    if (bytes_left) {
        int to = links_target(&m->links, event);
        char *carried = is_raw(m->t, call->socket) ? icmp6_text(&call->data) : quantity(&call->data);
        struct row *arrow = add(m, event, ROW_ARROW, PAINT_NONE, carried);
        arrow->to = to;
    }
    enum paint paint = call->pending ? PAINT_WARN : call->result < 0 ? PAINT_BAD : PAINT_NONE;
    struct row *row = add(m, event, ROW_TEXT, paint, with_process(m, event, call_text(call)));
    if (call->source.file != NULL) {
        AUTO_FREE char *file = escape_line(call->source.file, strlen(call->source.file));
        row->where = call->source.line > 0 ? mem_printf("%s:%d", file, call->source.line) : mem_string(file);
    }
}

static void add_output(struct maker *m, const struct event *event)
{
    const struct event *before = m->printer;
    if (before != NULL && (before->actor != event->actor || before->output.stream != event->output.stream))
        flush(m);
    if (m->printer == NULL)
        m->printer = event;
    if (event->output.bytes.stored > 0)
        buf_add(&m->printed, event->output.bytes.data, event->output.bytes.stored);
}

static void add_input(struct maker *m, const struct event *event)
{
    AUTO_FREE char *bytes = quantity(&event->input);
    add(m, event, ROW_TEXT, PAINT_DIM, mem_printf(_("on standard input: %s"), bytes));
}

static char *killed_text(const struct process_event *change)
{
    const char *name = sigabbrev_np(change->status);
    if (change->ours)
        return mem_string(_("ended by the grader"));
    return name == NULL ? mem_printf(_("killed by signal %d"), change->status) : mem_printf(_("killed by SIG%s"), name);
}

static void add_process(struct maker *m, const struct event *event)
{
    const struct process_event *change = &event->change;
    char *text = NULL;
    enum paint paint = PAINT_NONE;
    switch (change->change) {
    case PROCESS_STARTED: text = mem_string(_("starts")); break;
    case PROCESS_FORKED: text = mem_printf(_("fork: process [%d]"), change->other); break;
    case PROCESS_THREAD: text = mem_string(_("new thread")); break;
    case PROCESS_EXECUTED: break;
    case PROCESS_EXITED:
        text = mem_printf(_("ends with status %d"), change->status);
        paint = PAINT_STRONG;
        break;
    case PROCESS_KILLED:
        text = killed_text(change);
        paint = change->ours ? PAINT_DIM : PAINT_BAD;
        break;
    }
    if (text != NULL)
        add(m, event, ROW_TEXT, paint, with_process(m, event, text));
}

static char *deed_text(const struct deed *deed)
{
    AUTO_FREE char *raw = deed->address.len > 0 ? address_text(&deed->address) : NULL;
    AUTO_FREE char *address = escape_line(raw == NULL ? "?" : raw, raw == NULL ? 1 : strlen(raw));
    AUTO_FREE char *error = error_text(deed->error);
    bool raw_peer = deed->bytes.total > 0 && address_family(&deed->address) == AF_INET6 && address_port(&deed->address) == 0;
    AUTO_FREE char *bytes = raw_peer ? icmp6_text(&deed->bytes) : quantity(&deed->bytes);
    switch (deed->kind) {
    case DEED_LISTENING: return mem_printf(_("listens (%s)"), address);
    case DEED_BOUND: return mem_printf(_("holds the address (%s)"), address);
    case DEED_CONNECTED: return mem_string(_("is connected"));
    case DEED_REFUSED: return mem_printf(_("is refused: %s"), error);
    case DEED_ACCEPTED: return mem_string(_("has accepted a client"));
    case DEED_SENT: return mem_string(bytes);
    case DEED_RECEIVED: return mem_printf(_("has received %s"), bytes);
    case DEED_END_OF_FILE: return mem_string(_("sees the end of the data"));
    case DEED_RESET: return mem_string(_("sees a reset (RST)"));
    case DEED_HALF_CLOSED: return mem_string(_("closes its sending direction"));
    case DEED_CLOSED: return mem_string(_("closes"));
    case DEED_FAILED: return mem_printf(_("fails: %s"), error);
    case DEED_URGENT: return mem_printf(_("has received %s as urgent data"), bytes);
    case DEED_FOUND: return mem_printf(_("there is a file at %s"), address);
    case DEED_MISSING: return mem_printf(_("there is no file at %s"), address);
    }
    return mem_string("?");
}

static void add_deed(struct maker *m, const struct event *event)
{
    enum deed_kind kind = event->deed.kind;
    bool bad = kind == DEED_REFUSED || kind == DEED_RESET || kind == DEED_FAILED;
    int to = links_target(&m->links, event);
    struct row *row = add(m, event, kind == DEED_SENT ? ROW_ARROW : ROW_TEXT, bad ? PAINT_BAD : PAINT_NONE,
                          deed_text(&event->deed));
    if (kind == DEED_SENT)
        row->to = to;
}

static void add_packet(struct maker *m, const struct event *event)
{
    static const struct {
        int flag;
        const char *name;
    } shown[] = {{PACKET_SYN, "SYN"}, {PACKET_FIN, "FIN"}, {PACKET_RST, "RST"}, {PACKET_URG, "URG"}};
    int from = links_owner(&m->links, &event->packet.from);
    int to = links_owner(&m->links, &event->packet.to);
    AUTO_BUF flags = BUF_EMPTY;
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        if (event->packet.flags & shown[i].flag)
            buf_printf(&flags, "%s%s", flags.len > 0 ? ", " : "", shown[i].name);
    if (flags.len == 0 || from == to)
        return;
    if ((event->packet.flags & (PACKET_SYN | PACKET_ACK)) == (PACKET_SYN | PACKET_ACK))
        buf_string(&flags, ", ACK");
    bool reset = (event->packet.flags & PACKET_RST) != 0;
    struct row *row = add(m, event, ROW_ARROW, reset ? PAINT_BAD : PAINT_DIM, buf_steal(&flags));
    row->actor = from;
    row->to = to;
}

static void add_tasks(struct maker *m, const struct event *event)
{
    int processes = event->tasks.processes, threads = event->tasks.threads, zombies = event->tasks.zombies;
    AUTO_FREE char *alive = mem_printf(ngettext("%d process", "%d processes", (unsigned long)processes), processes);
    AUTO_FREE char *tasks = mem_printf(ngettext("%d thread", "%d threads", (unsigned long)threads), threads);
    AUTO_FREE char *dead = mem_printf(ngettext("%d zombie", "%d zombies", (unsigned long)zombies), zombies);
    add(m, event, ROW_TEXT, PAINT_DIM, mem_printf(_("now: %s, %s, %s"), alive, tasks, dead));
}

static void add_event(struct maker *m, const struct event *event)
{
    switch (event->kind) {
    case EVENT_STEP: break;
    case EVENT_CALL: add_call(m, event); break;
    case EVENT_OUTPUT: add_output(m, event); break;
    case EVENT_INPUT: add_input(m, event); break;
    case EVENT_PROCESS: add_process(m, event); break;
    case EVENT_DEED: add_deed(m, event); break;
    case EVENT_PACKET: add_packet(m, event); break;
    case EVENT_HELD:
        if (event->held.at_exit)
            add(m, event, ROW_TEXT, PAINT_BAD,
                with_process(m, event, mem_printf(_("ends with socket %d still open"), event->held.fd)));
        break;
    case EVENT_TASKS: add_tasks(m, event); break;
    case EVENT_STUCK:
        add(m, event, ROW_RULE, PAINT_BAD,
            mem_string(event->stuck.busy_wait ? _("STUCK: somebody asks the same thing without end")
                                              : _("STUCK: everybody waits, nobody will speak")));
        break;
    case EVENT_FLAG: break;
    }
}

static const char *limit_text(enum limit limit)
{
    switch (limit) {
    case LIMIT_NONE: return NULL;
    case LIMIT_CPU: return _("ENDED: too much computing time");
    case LIMIT_OUTPUT: return _("ENDED: too much output");
    case LIMIT_MEMORY: return _("ENDED: too much memory");
    case LIMIT_PROCESSES: return _("ENDED: too many processes");
    case LIMIT_REAL_TIME: return _("ENDED: the scenario took too long");
    case LIMIT_EVENTS: return _("ENDED: too many system calls");
    }
    return NULL;
}

void rows_make(const struct transcript *transcript, struct rows *rows)
{
    *rows = (struct rows){NULL, 0};
    struct maker m = {.t = transcript, .rows = rows, .printed = BUF_EMPTY};
    m.first_process = mem_alloc((transcript->n_actors + 1) * sizeof *m.first_process);
    links_init(&m.links, transcript);
    for (size_t i = 0; i < transcript->n_events; i++) {
        links_follow(&m.links, i);
        add_event(&m, &transcript->events[i]);
    }
    flush(&m);
    if (limit_text(transcript->limit) != NULL)
        push(&m, ROW_RULE, -1, PAINT_BAD, mem_string(limit_text(transcript->limit)));
    links_free(&m.links);
    free(m.first_process);
}
