#include "tests/staged.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "judgement/check.h"

enum { KEPT = 4096, FIRST_DESCRIPTOR = 3 };

void staged_begin(struct staged *s)
{
    static char program[] = "client", peer[] = "server", id[] = "staged", french[] = "Joué", english[] = "Staged";
    memset(s, 0, sizeof *s);
    transcript_init(&s->t);
    staged_actor(s, program, ACTOR_PROGRAM);
    staged_actor(s, peer, ACTOR_PEER);
    s->scenario.id = id;
    s->scenario.points = 2;
    s->scenario.title = (struct bilingual){french, english};
    s->scenario.script.steps = s->steps;
    s->scenario.checks = s->checks;
    s->process = 2;
    staged_step(s, STEP_START, program);
    struct event *started = transcript_add(&s->t, EVENT_PROCESS, STAGED_PROGRAM, s->process, s->time++);
    started->change.change = PROCESS_STARTED;
}

static void free_result(struct scenario_result *result)
{
    for (size_t i = 0; i < result->n_checks; i++) {
        struct check_result *check = &result->checks[i];
        char *owned[] = {check->id, check->requirement, check->expected, check->actual, check->diagnosis, check->file,
                         check->hint};
        for (size_t k = 0; k < COUNT_OF(owned); k++)
            free(owned[k]);
    }
    for (size_t i = 0; i < result->n_flags; i++)
        free(result->flags[i]);
    free(result->checks);
    free(result->flags);
    free(result->id);
    free(result->title);
    free(result->reason);
    *result = (struct scenario_result){0};
}

void staged_end(struct staged *s)
{
    free_result(&s->result);
    transcript_free(&s->t);
    for (size_t i = 0; i < STAGED_CHECKS; i++) {
        free(s->parameters[i].name);
        free(s->parameters[i].value);
    }
}

int staged_actor(struct staged *s, const char *name, enum actor_kind kind)
{
    struct actor *actor = ARRAY_ADD(s->t.actors, s->t.n_actors);
    actor->name = mem_string(name);
    actor->kind = kind;
    return (int)s->t.n_actors - 1;
}

/* Definitions own their strings and are not const; these are never written to. */
static char *unconst(const char *text)
{
    union {
        const char *in;
        char *out;
    } pun = {text};
    return pun.out;
}

int staged_step(struct staged *s, enum step_kind kind, const char *actor)
{
    struct step *step = &s->steps[s->scenario.script.n];
    step->kind = kind;
    step->actor = unconst(actor);
    return (int)s->scenario.script.n++;
}

struct call *staged_call(struct staged *s, enum call_id id, int socket, int64_t result, int error)
{
    struct event *e = transcript_add(&s->t, EVENT_CALL, s->actor, s->process, s->time++);
    e->call.id = id;
    e->call.socket = socket;
    e->call.fd = socket >= 0 ? socket + FIRST_DESCRIPTOR : -1;
    e->call.arg[0] = e->call.fd;
    e->call.result = result;
    e->call.error = error;
    return &e->call;
}

static int new_socket(struct staged *s, int family, int type, bool accepted)
{
    struct socket_object *object = ARRAY_ADD(s->t.sockets, s->t.n_sockets);
    *object = (struct socket_object){.actor = s->actor, .family = family, .type = type, .accepted = accepted};
    return (int)s->t.n_sockets - 1;
}

int staged_socket(struct staged *s, int family, int type)
{
    int socket = new_socket(s, family, type, false);
    struct call *call = staged_call(s, CALL_socket, -1, socket + FIRST_DESCRIPTOR, 0);
    call->new_socket = socket;
    call->arg[0] = family;
    return socket;
}

int staged_accept(struct staged *s, int socket)
{
    int accepted = new_socket(s, s->t.sockets[socket].family, s->t.sockets[socket].type, true);
    staged_call(s, CALL_accept, socket, accepted + FIRST_DESCRIPTOR, 0)->new_socket = accepted;
    return accepted;
}

struct call *staged_data(struct staged *s, enum call_id id, int socket, const char *text)
{
    struct call *call = staged_call(s, id, socket, (int64_t)strlen(text), 0);
    bytes_set(&call->data, text, strlen(text), KEPT);
    call->asked = strlen(text);
    return call;
}

struct call *staged_address(struct staged *s, enum call_id id, int socket, const char *address, int64_t result, int error)
{
    struct call *call = staged_call(s, id, socket, result, error);
    struct err err = ERR_NONE;
    int type;
    if (address_parse(address, &call->address, &type, &err) < 0)
        abort();
    return call;
}

struct call *staged_pending(struct staged *s, enum call_id id, int socket)
{
    struct call *call = staged_call(s, id, socket, -1, 0);
    call->pending = true;
    return call;
}

void staged_print_bytes(struct staged *s, enum stream stream, const void *data, size_t n)
{
    struct event *e = transcript_add(&s->t, EVENT_OUTPUT, s->actor, s->process, s->time++);
    e->output.stream = stream;
    bytes_set(&e->output.bytes, data, n, KEPT);
}

void staged_print(struct staged *s, enum stream stream, const char *text)
{
    staged_print_bytes(s, stream, text, strlen(text));
}

static void end_process(struct staged *s, enum process_change change, int status, bool ours)
{
    struct event *e = transcript_add(&s->t, EVENT_PROCESS, s->actor, s->process, s->time++);
    e->change.change = change;
    e->change.status = status;
    e->change.main = true;
    e->change.ours = ours;
}

void staged_exit(struct staged *s, int status)
{
    end_process(s, PROCESS_EXITED, status, false);
}

void staged_kill(struct staged *s, int signal, bool ours)
{
    end_process(s, PROCESS_KILLED, signal, ours);
}

void staged_held(struct staged *s, int socket, bool at_exit)
{
    struct event *e = transcript_add(&s->t, EVENT_HELD, s->actor, s->process, s->time++);
    e->held.socket = socket;
    e->held.fd = socket + FIRST_DESCRIPTOR;
    e->held.at_exit = at_exit;
}

void staged_deed(struct staged *s, int peer, enum deed_kind kind, const char *text)
{
    struct event *e = transcript_add(&s->t, EVENT_DEED, peer, 0, s->time++);
    e->deed.kind = kind;
    if (text != NULL)
        bytes_set(&e->deed.bytes, text, strlen(text), KEPT);
}

void staged_input(struct staged *s, const char *text)
{
    struct event *e = transcript_add(&s->t, EVENT_INPUT, STAGED_PROGRAM, 0, s->time++);
    bytes_set(&e->input, text, strlen(text), KEPT);
}

void staged_stuck(struct staged *s, int step, bool busy_wait)
{
    struct event *e = transcript_add(&s->t, EVENT_STUCK, -1, 0, s->time++);
    e->stuck.step = step;
    e->stuck.busy_wait = busy_wait;
    s->t.stuck = true;
}

void staged_check(struct staged *s, const char *name, const char *value, const char *of, const char *parameter)
{
    size_t i = s->scenario.n_checks++;
    s->checks[i] = (struct check_spec){.name = unconst(name), .value = unconst(value), .id = unconst(name), .of = unconst(of)};
    if (parameter == NULL)
        return;
    const char *equals = strchr(parameter, '=');
    s->parameters[i] = (struct parameter){mem_bytes(parameter, (size_t)(equals - parameter)), mem_string(equals + 1)};
    s->checks[i].parameters = &s->parameters[i];
    s->checks[i].n_parameters = 1;
}

void staged_judge(struct staged *s)
{
    free_result(&s->result);
    judge_scenario(&s->exercise, &s->scenario, &s->t, NULL, &s->result);
}

const struct check_result *staged_verdict(struct staged *s, const char *name, const char *value, const char *of,
                                          const char *parameter)
{
    for (size_t i = 0; i < STAGED_CHECKS; i++) {
        free(s->parameters[i].name);
        free(s->parameters[i].value);
        s->parameters[i] = (struct parameter){NULL, NULL};
    }
    s->scenario.n_checks = 0;
    staged_check(s, name, value, of, parameter);
    staged_judge(s);
    for (size_t i = 0; i < s->result.n_checks; i++)
        if (strcmp(s->result.checks[i].id, name) == 0)
            return &s->result.checks[i];
    static const struct check_result none;
    return &none;
}

const char *staged_code(struct staged *s, const char *name, const char *value, const char *of, const char *parameter)
{
    const struct check_result *result = staged_verdict(s, name, value, of, parameter);
    switch (result->verdict) {
    case VERDICT_PASSED: return "passed";
    case VERDICT_SKIPPED: return "skipped";
    case VERDICT_BROKEN: return "broken";
    case VERDICT_FAILED: break;
    }
    return result->diagnosis != NULL ? result->diagnosis : "failed";
}
