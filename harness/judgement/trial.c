#include "judgement/trial.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"

static void replace(char **text, char *by)
{
    free(*text);
    *text = by;
}

void trial_requires(struct trial *trial, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AUTO_FREE char *text = mem_vprintf(format, args);
    va_end(args);
    const char *prefix = trial->prefix;
    replace(&trial->result->requirement, prefix != NULL ? mem_printf(_("%s: %s"), prefix, text) : STEAL(text));
}

void trial_passes(struct trial *trial)
{
    trial->result->verdict = VERDICT_PASSED;
}

static void find_source(const struct trial *trial, const struct event *call, char **file, int *line)
{
    *file = NULL;
    *line = 0;
    if (call == NULL || call->kind != EVENT_CALL)
        return;
    if (call->call.source.file != NULL) {
        *file = mem_string(call->call.source.file);
        *line = call->call.source.line;
    } else if (trial->resolver != NULL) {
        trial->resolver->resolve(trial->resolver->context, trial->t, call, file, line);
    }
}

/* Whether the scenario's peers deal in datagrams, and in nothing else. */
static bool is_about_datagrams(const struct trial *trial)
{
    bool datagrams = false;
    const struct script *script = &trial->scenario->script;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind != STEP_PEER_LISTEN && step->kind != STEP_PEER_BIND && step->kind != STEP_PEER_CONNECT)
            continue;
        if (step->type != SOCK_DGRAM)
            return false;
        datagrams = true;
    }
    return datagrams;
}

/* What to do about it; nothing is connected where datagrams are sent. */
static const char *hint_of(const struct trial *trial, enum diagnosis diagnosis)
{
    if (diagnosis == DIAGNOSIS_NOTHING_SENT && is_about_datagrams(trial))
        return _("Send the message with sendto(), and give it the address of whom it is for.");
    if (diagnosis == DIAGNOSIS_NOTHING_RECEIVED && is_about_datagrams(trial))
        return _("Receive with recvfrom() or recv(), on the socket to which the datagram is sent.");
    return diagnosis_hint(diagnosis);
}

void trial_fails(struct trial *trial, enum diagnosis diagnosis, const struct event *evidence)
{
    struct check_result *result = trial->result;
    result->verdict = VERDICT_FAILED;
    replace(&result->diagnosis, mem_string(diagnosis_code(diagnosis)));
    replace(&result->hint, mem_string(hint_of(trial, diagnosis)));
    replace(&result->file, NULL);
    find_source(trial, evidence, &result->file, &result->line);
}

void trial_lacks(struct trial *trial, enum diagnosis diagnosis, const struct event *evidence)
{
    if (trial->failed_before)
        trial->result->verdict = VERDICT_SKIPPED;
    else
        trial_fails(trial, diagnosis, evidence);
    trial->consequence = !trial->failed_before;
}

void trial_does_not_apply(struct trial *trial)
{
    trial->result->verdict = VERDICT_SKIPPED;
    trial->consequence = false;
    replace(&trial->result->expected, NULL);
    trial_shows(trial, _("does not apply to what happened"));
}

void trial_expects(struct trial *trial, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    replace(&trial->result->expected, mem_vprintf(format, args));
    va_end(args);
}

void trial_shows(struct trial *trial, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    replace(&trial->result->actual, mem_vprintf(format, args));
    va_end(args);
}

void trial_hints(struct trial *trial, const char *format, ...)
{
    if (trial->result->verdict != VERDICT_FAILED)
        return;
    va_list args;
    va_start(args, format);
    replace(&trial->result->hint, mem_vprintf(format, args));
    va_end(args);
}

const struct event *trial_event(const struct trial *trial, size_t position)
{
    return position < trial->t->n_events ? &trial->t->events[position] : NULL;
}

char *trial_place(const struct trial *trial, const struct event *call)
{
    const char *name = call_title(&call->call);
    AUTO_FREE char *file = NULL;
    int line;
    find_source(trial, call, &file, &line);
    return file != NULL ? mem_printf("%s (%s:%d)", name, file, line) : mem_string(name);
}

int trial_program(const struct trial *trial)
{
    for (size_t i = 0; i < trial->t->n_actors; i++)
        if (trial->t->actors[i].kind == ACTOR_PROGRAM)
            return (int)i;
    return -1;
}

bool trial_by_datagrams(const struct trial *trial)
{
    const struct script *script = &trial->scenario->script;
    for (size_t i = 0; trial->actor >= 0 && i < script->n; i++) {
        const struct step *step = &script->steps[i];
        bool opens = step->kind == STEP_PEER_LISTEN || step->kind == STEP_PEER_BIND || step->kind == STEP_PEER_CONNECT;
        if (opens && strcmp(step->actor, trial->t->actors[trial->actor].name) == 0)
            return step->type == SOCK_DGRAM;
    }
    return false;
}

void trial_hints_at_datagrams(struct trial *trial)
{
    const struct transcript *t = trial->t;
    for (size_t i = 0; i < t->n_events; i++) {
        if (t->events[i].kind == EVENT_DEED && t->events[i].actor == trial->actor && t->events[i].deed.kind == DEED_SENT) {
            trial_hints(trial, _("Reply with sendto(), to the address that recvfrom() has filled in."));
            return;
        }
    }
    trial_hints(trial, _("Send the message with sendto(), to the address and port of the server."));
}

const char *role_calls(enum role role)
{
    static const struct {
        enum role role;
        const char *text;
    } names[] = {
        {ROLE_SOCKET, "socket()"},     {ROLE_BIND, "bind()"},
        {ROLE_LISTEN, "listen()"},     {ROLE_ACCEPT, "accept()"},
        {ROLE_CONNECT, "connect()"},   {ROLE_SEND, N_("write() or send()")},
        {ROLE_SHUTDOWN, "shutdown()"}, {ROLE_FORK, N_("fork() or pthread_create()")}, {ROLE_RECEIVE, N_("read() or recv()")},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].role == role)
            return gettext(names[i].text);
    return role_word(role);
}

enum diagnosis role_missing(enum role role)
{
    static const struct {
        enum role role;
        enum diagnosis diagnosis;
    } missing[] = {
        {ROLE_SOCKET, DIAGNOSIS_NO_SOCKET}, {ROLE_BIND, DIAGNOSIS_NO_BIND},
        {ROLE_LISTEN, DIAGNOSIS_NO_LISTEN}, {ROLE_CONNECT, DIAGNOSIS_NO_CONNECT},
        {ROLE_SEND, DIAGNOSIS_NOTHING_SENT}, {ROLE_RECEIVE, DIAGNOSIS_NOTHING_RECEIVED},
        {ROLE_ACCEPT, DIAGNOSIS_NO_ACCEPT},
    };
    for (size_t i = 0; i < COUNT_OF(missing); i++)
        if (missing[i].role == role)
            return missing[i].diagnosis;
    return DIAGNOSIS_CALL_MISSING;
}

const char *error_name(int error)
{
    const char *name = strerrorname_np(error);
    return name != NULL ? name : "?";
}

const char *signal_name(int signal)
{
    static _Thread_local char name[32];
    const char *abbreviation = sigabbrev_np(signal);
    if (abbreviation != NULL)
        snprintf(name, sizeof name, "SIG%s", abbreviation);
    else
        snprintf(name, sizeof name, "%d", signal);
    return name;
}
