#include "judgement/cause.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/check_values.h"

void cause_free(struct cause *cause)
{
    free(cause->clause);
    free(cause->hint);
    *cause = (struct cause){0};
}

bool cause_is(struct cause *cause, enum diagnosis diagnosis, const struct event *evidence, char *clause)
{
    cause_free(cause);
    *cause = (struct cause){diagnosis, evidence, clause, NULL};
    return true;
}

/* --- what the exercise asks for --- */

static const int unknown = -1, contradictory = -2;

static void learn(int *known, int value)
{
    if (value >= 0)
        *known = *known == unknown || *known == value ? value : contradictory;
}

/* Whether a peer listens where this one connects: it visits a peer then, and not the program. */
static bool visits_peer(const struct script *script, const struct step *step)
{
    for (size_t i = 0; i < script->n && &script->steps[i] != step; i++)
        if (script->steps[i].kind == STEP_PEER_LISTEN && address_equal(&script->steps[i].address, &step->address))
            return true;
    return false;
}

static void learn_from_step(const struct script *script, const struct step *step, struct meeting *meeting)
{
    if (step->kind == STEP_PEER_CONNECT && visits_peer(script, step))
        return;
    if (step->kind == STEP_PEER_CONNECT || step->kind == STEP_PEER_LISTEN) {
        learn(&meeting->type, step->type);
        learn(&meeting->port, address_port(&step->address));
    } else if (step->kind == STEP_UNTIL && step->port > 0) {
        learn(&meeting->port, step->port);
    }
    bool datagrams = step->type == SOCK_DGRAM;
    meeting->connects |= step->kind == STEP_PEER_LISTEN && datagrams;
    meeting->serves |= step->kind == STEP_PEER_CONNECT;
    meeting->listens |= step->kind == STEP_PEER_CONNECT && !datagrams;
    meeting->connects |= step->kind == STEP_PEER_ACCEPT;
    if (step->kind != STEP_UNTIL)
        return;
    bool listening = step->condition == CONDITION_LISTENING || step->condition == CONDITION_ACCEPTED;
    meeting->serves |= listening || step->condition == CONDITION_BOUND;
    meeting->listens |= listening;
    meeting->connects |= step->condition == CONDITION_CONNECTED;
}

static void learn_from_check(const struct check_spec *check, struct meeting *meeting)
{
    int family = unknown, type = unknown;
    if (strcmp(check->name, "creates-socket") == 0 && value_socket(check->value, &family, &type)) {
        learn(&meeting->family, family);
        learn(&meeting->type, type);
    } else if (strcmp(check->name, "connects-to") == 0 || strcmp(check->name, "sends-to") == 0) {
        const char *word = check_parameter(check, "family");
        learn(&meeting->family, word != NULL ? family_from_word(word) : AF_INET);
        learn(&meeting->port, (int)value_number(check->value, UINT16_MAX));
        meeting->connects = true;
    } else if (strcmp(check->name, "binds-to") == 0) {
        struct address address;
        struct err err = ERR_NONE;
        if (address_parse(check->value, &address, &type, &err) == 0) {
            learn(&meeting->family, address_family(&address));
            learn(&meeting->type, type);
            learn(&meeting->port, address_port(&address));
        }
        meeting->serves = true;
    }
    bool in_order = strcmp(check->name, "calls-in-order") == 0;
    meeting->listens |= strcmp(check->name, "listens") == 0 || (in_order && strstr(check->value, "listen") != NULL);
    meeting->serves |= meeting->listens || strcmp(check->name, "conflict") == 0 || strcmp(check->name, "binds") == 0 ||
                       strcmp(check->value, "bind") == 0 || (in_order && strstr(check->value, "bind") != NULL);
    meeting->connects |= strcmp(check->value, "connect") == 0;
    meeting->shuts |= strcmp(check->name, "shuts-down") == 0;
}

static void learn_from(const struct scenario *scenario, struct meeting *meeting)
{
    for (size_t i = 0; i < scenario->script.n; i++)
        learn_from_step(&scenario->script, &scenario->script.steps[i], meeting);
    for (size_t i = 0; i < scenario->n_checks; i++)
        learn_from_check(&scenario->checks[i], meeting);
}

/* The arguments of the student's program of that name in a scenario, or of the first one (NULL); NULL when it has none. */
static char *const *arguments_of(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->script.n; i++) {
        const struct step *step = &scenario->script.steps[i];
        if (step->kind == STEP_START && step->program == NULL && (name == NULL || strcmp(step->actor, name) == 0))
            return step->arguments;
    }
    return NULL;
}

static bool same_arguments(char *const *a, char *const *b)
{
    static char *const none[] = {NULL};
    a = a != NULL ? a : none;
    b = b != NULL ? b : none;
    while (*a != NULL && *b != NULL && strcmp(*a, *b) == 0)
        a++, b++;
    return *a == NULL && *b == NULL;
}

static struct meeting learn_from_all(const struct trial *trial, bool same_mode)
{
    struct meeting meeting = {.family = unknown, .type = unknown, .port = unknown};
    const struct transcript *t = trial->t;
    bool about_program = trial->actor >= 0 && t->actors[trial->actor].kind == ACTOR_PROGRAM;
    char *const *mode = arguments_of(trial->scenario, about_program ? t->actors[trial->actor].name : NULL);
    for (size_t i = 0; trial->exercise != NULL && i < trial->exercise->n_scenarios; i++) {
        const struct scenario *other = &trial->exercise->scenarios[i];
        if (!same_mode || same_arguments(arguments_of(other, NULL), mode))
            learn_from(other, &meeting);
    }
    learn_from(trial->scenario, &meeting);
    return meeting;
}

/* Whether step I of the script takes the program's connection, or answers its datagram. */
static bool takes_part(const struct script *script, size_t i)
{
    const struct step *step = &script->steps[i];
    if (step->kind != STEP_PEER_SEND)
        return step->kind == STEP_PEER_ACCEPT;
    for (size_t k = 0; k < i; k++)
        if (script->steps[k].kind == STEP_PEER_LISTEN && script->steps[k].type == SOCK_DGRAM &&
            strcmp(script->steps[k].actor, step->actor) == 0)
            return true;
    return false;
}

static struct meeting meeting_of(const struct trial *trial)
{
    struct meeting meeting = learn_from_all(trial, false);
    if (meeting.connects && meeting.serves) /* several programs in one, told apart by their arguments */
        meeting = learn_from_all(trial, true);
    for (size_t i = 0; i < trial->scenario->script.n; i++)
        meeting.converses |= takes_part(&trial->scenario->script, i);
    return meeting;
}

/* --- what is wrong with a socket, an address, a call --- */

bool cause_is_socket(const struct inquiry *inquiry, struct cause *cause, int socket)
{
    const struct meeting *meeting = &inquiry->meeting;
    const struct socket_object *object = &inquiry->t->sockets[socket];
    const struct event *made = trial_event(inquiry->trial, facts_creation(inquiry->t, socket));
    if (meeting->family >= 0 && object->family != meeting->family)
        return cause_is(cause, DIAGNOSIS_SOCKET_FAMILY, made,
                        mem_printf(_("%s uses a socket %s, not %s"), inquiry->who, family_constant(object->family),
                                   family_constant(meeting->family)));
    if (meeting->type >= 0 && object->type != meeting->type)
        return cause_is(cause, DIAGNOSIS_SOCKET_TYPE, made,
                        mem_printf(_("%s uses a socket %s, not %s"), inquiry->who, type_constant(object->type),
                                   type_constant(meeting->type)));
    return false;
}

static int swapped_port(int port)
{
    return (port & 0xff) << 8 | port >> 8;
}

char *cause_port_hint(int given, int right)
{
    if (swapped_port(given) == right)
        return mem_printf(_("%d is %d with its two bytes swapped: write htons(%d) in the address structure."), given, right,
                          right);
    if (given == 0)
        return mem_printf(_("Port 0 comes from a field that was not filled in, or from htonl(), which is for 32 bits: write "
                            "htons(%d)."), right);
    return mem_printf(_("The port of this exercise is %d: write htons(%d) in the address structure."), right, right);
}

int cause_missing_length(const struct event *e)
{
    int family = address_family(&e->call.address);
    size_t size = family == AF_INET ? sizeof(struct sockaddr_in) : family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
    return call_failed(&e->call) && !e->call.injected && e->call.address.len < size ? (int)size : 0;
}

bool cause_is_address(const struct inquiry *inquiry, struct cause *cause, const struct event *e)
{
    const struct meeting *meeting = &inquiry->meeting;
    int family = address_family(&e->call.address), port = address_port(&e->call.address);
    if (cause_missing_length(e) > 0)
        return cause_is(cause, DIAGNOSIS_ADDRESS_LENGTH, e,
                        mem_printf(_("%s gives %s the first %d bytes only of an address of %d"), inquiry->who,
                                   call_title(&e->call), (int)e->call.address.len, cause_missing_length(e)));
    if (meeting->family >= 0 && family != meeting->family)
        return cause_is(cause, DIAGNOSIS_ADDRESS_FAMILY, e,
                        mem_printf(_("%s gives %s an address of family %s, not %s"), inquiry->who,
                                   call_title(&e->call), family_constant(family), family_constant(meeting->family)));
    if (family == AF_UNIX && meeting->path != NULL)
        return cause_is_path(inquiry, cause, e);
    if (meeting->port < 0 || port < 0 || port == meeting->port)
        return false;
    bool swapped = swapped_port(port) == meeting->port, binds = call_role(e->call.id) == ROLE_BIND;
    cause_is(cause, swapped ? DIAGNOSIS_PORT_BYTE_ORDER : DIAGNOSIS_WRONG_PORT, e,
             mem_printf(binds ? _("%s is bound to port %d, not to port %d") : _("%s goes to port %d, not to port %d"),
                        inquiry->who, port, meeting->port));
    const char *service = NULL;
    if (port == 0 && cause_told_host(inquiry->trial, inquiry->actor, &service) != NULL && service != NULL &&
        value_number(service, UINT16_MAX) < 0)
        cause->hint = mem_string(_("atoi() makes 0 of the name of a service: give argv[2] to getaddrinfo(), as it is."));
    else
        cause->hint = cause_port_hint(port, meeting->port);
    return true;
}

/* What the commonest errors mean for the one who made the call. */
static const struct {
    enum role role; /* ROLE_NONE: any */
    int error;
    const char *hint;
} meanings[] = {
    {ROLE_BIND, EINVAL, N_("A socket is bound once, and before listen(): this one has its address already.")},
    {ROLE_BIND, EACCES, N_("Ports below 1024 are for the administrator: check the port, and htons().")},
    {ROLE_BIND, EADDRINUSE, N_("Another socket holds this port. Look for a socket of yours that is still open on it.")},
    {ROLE_BIND, EADDRNOTAVAIL, N_("This address belongs to no interface of the machine: bind to INADDR_ANY.")},
    {ROLE_ACCEPT, EINVAL, N_("Either this socket does not listen (call listen() before accept()), or the length for the "
                             "client's address was never set: set it to the size of the structure before each "
                             "accept().")},
    {ROLE_CONNECT, ECONNREFUSED, N_("Nobody listens at this address and port: check both.")},
    {ROLE_SOCKET, EPROTONOSUPPORT, N_("This type of socket has no such protocol: give 0 as the third argument of socket().")},
    {ROLE_SOCKET, ESOCKTNOSUPPORT, N_("This family has no such type of socket: check the order of the arguments, "
                                      "family, type, 0.")},
    {ROLE_SOCKET, EAFNOSUPPORT, N_("There is no such family: check the order of the arguments, family, type, 0.")},
    {ROLE_SOCKET, EINVAL, N_("One of the arguments of socket() means nothing: check their order, family, type, 0.")},
    {ROLE_SOCKET, EPERM, N_("Raw sockets are for the administrator: check the second argument, SOCK_STREAM or SOCK_DGRAM.")},
    {ROLE_SOCKET, EACCES, N_("Raw sockets are for the administrator: check the second argument, SOCK_STREAM or SOCK_DGRAM.")},
    {ROLE_CONNECT, EINVAL, N_("This address does not fit the socket: create a socket for each address, of its own family.")},
    {ROLE_CONNECT, EISCONN, N_("This socket is connected already: connect() is called once.")},
    {ROLE_NONE, EBADF, N_("This descriptor is not open: it was closed too early, or the variable was never filled in.")},
    {ROLE_NONE, ENOTSOCK, N_("This descriptor is no socket: check which variable you pass.")},
    {ROLE_NONE, ENOTCONN, N_("This socket has no connection: a client calls connect() first, a server uses the descriptor "
                             "that accept() returned.")},
    {ROLE_NONE, EDESTADDRREQ, N_("A datagram needs a destination: give sendto() the address and its size (sendmsg(): "
                                 "msg_name and msg_namelen), or call connect() first.")},
    {ROLE_NONE, EAFNOSUPPORT, N_("The family in the address structure is not that of the socket.")},
    {ROLE_NONE, EFAULT, N_("One of the pointers given to this call leads nowhere: check its arguments.")},
    {ROLE_NONE, EPIPE, N_("The other side had closed the connection before this call: check who closes first.")},
    {ROLE_NONE, ECONNRESET, N_("The other side has reset the connection.")},
};

char *cause_failure_clause(const struct inquiry *inquiry, const struct event *failed)
{
    AUTO_FREE char *plain = mem_printf(_("%s failed with %s"), call_title(&failed->call), error_name(failed->call.error));
    if (inquiry->actor == inquiry->trial->actor || strcmp(inquiry->who, _("the program")) == 0)
        return STEAL(plain);
    return mem_printf(_("in %s, %s"), inquiry->who, plain);
}

bool cause_is_failure(struct cause *cause, const struct event *failed, char *clause)
{
    enum role role = call_role(failed->call.id);
    if (failed->call.error == EINTR)
        return cause_is(cause, DIAGNOSIS_INTERRUPTED, failed, clause);
    if (role_needs_socket(role) && (int)failed->call.arg[0] == -1)
        return cause_is(cause, DIAGNOSIS_BAD_DESCRIPTOR, failed, clause);
    /* The address of a call that is made to be interrupted is cut all the same. */
    bool cut = failed->call.error == EINVAL && address_family(&failed->call.address) == AF_INET &&
               failed->call.address.len < sizeof(struct sockaddr_in);
    if (cut || cause_missing_length(failed) > 0)
        return cause_is(cause, DIAGNOSIS_ADDRESS_LENGTH, failed, clause);
    if (cause_is_standard_stream(&failed->call))
        return cause_is(cause, DIAGNOSIS_NOT_THE_SOCKET, failed, clause);
    cause_is(cause, DIAGNOSIS_CALL_FAILED, failed, clause);
    const char *local = cause_local_hint(&failed->call);
    if (local != NULL) {
        cause->hint = mem_string(local);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        if (meanings[i].error == failed->call.error && (meanings[i].role == ROLE_NONE || meanings[i].role == role)) {
            cause->hint = mem_string(gettext(meanings[i].hint));
            break;
        }
    }
    return true;
}

/* --- asking --- */

static bool has_acted(const struct transcript *t, int actor)
{
    for (size_t i = 0; i < t->n_events; i++)
        if (t->events[i].actor == actor && (t->events[i].kind == EVENT_CALL || t->events[i].kind == EVENT_PROCESS))
            return true;
    return false;
}

/* Whether the clause needs the name: several programs of the student's take part. */
static bool takes_several(const struct scenario *scenario)
{
    size_t n = 0;
    for (size_t i = 0; i < scenario->script.n; i++)
        n += scenario->script.steps[i].kind == STEP_START && scenario->script.steps[i].program == NULL;
    return n > 1;
}

enum depth { MEETING = 1, SILENCE = 2, STOP = 4, DELIVERY = 8, SHUT = 16 };

/* Whether it is this program that is to find its address taken. */
static bool meets_conflict(const struct trial *trial, int actor)
{
    for (size_t i = 0; i < trial->scenario->n_checks; i++) {
        const struct check_spec *check = &trial->scenario->checks[i];
        if (strcmp(check->name, "conflict") == 0 && transcript_actor(trial->t, check->of) == actor)
            return true;
    }
    return false;
}

static bool ask(const struct inquiry *inquiry, unsigned depth, struct cause *cause)
{
    return ((depth & MEETING) && (cause_of_echo(inquiry, cause) || cause_of_families(inquiry, cause))) ||
           ((depth & MEETING) && inquiry->meeting.connects && (cause_is_own_removal(inquiry, cause) ||
                                                               cause_of_client(inquiry, cause))) ||
           ((depth & MEETING) && inquiry->meeting.serves && (cause_is_own_removal(inquiry, cause) ||
                                                             cause_of_server(inquiry, cause))) ||
           ((depth & DELIVERY) && cause_of_delivery(inquiry, cause)) ||
           ((depth & SILENCE) && (cause_of_sending_shut(inquiry, cause) || cause_of_silence(inquiry, cause))) ||
           ((depth & STOP) && cause_of_stop(inquiry, cause)) ||
           ((depth & SHUT) && cause_of_receiving_shut(inquiry, cause));
}

/* About the program that the check is about, or about all of them in turn. */
static bool find(const struct trial *trial, unsigned depth, struct cause *cause)
{
    const struct transcript *t = trial->t;
    struct inquiry inquiry = {trial, t, trial->actor, meeting_of(trial), NULL};
    bool about_it = trial->actor >= 0 && t->actors[trial->actor].kind == ACTOR_PROGRAM && has_acted(t, trial->actor);
    for (size_t i = 0; i < t->n_actors; i++) {
        if (t->actors[i].kind != ACTOR_PROGRAM || !has_acted(t, (int)i) || (about_it && (int)i != trial->actor))
            continue;
        inquiry.actor = (int)i;
        inquiry.meeting.conflict = meets_conflict(trial, (int)i);
        inquiry.meeting.path = cause_told_path(trial, (int)i);
        inquiry.who = takes_several(trial->scenario) ? t->actors[i].name : _("the program");
        if (ask(&inquiry, depth, cause)) {
            cause_refine(t, cause, inquiry.meeting.shuts);
            return true;
        }
    }
    return false;
}

/* What the check stated stays in front: it is what the student can see. */
static void apply(struct trial *trial, const struct cause *cause)
{
    struct check_result *result = trial->result;
    const char *code = diagnosis_code(cause->diagnosis);
    bool stated = result->diagnosis != NULL && strcmp(result->diagnosis, code) == 0;
    /* Nothing is said twice; what is wrong with a length, only the clause says. */
    bool same_hint = (cause->hint == NULL && cause->diagnosis != DIAGNOSIS_ADDRESS_LENGTH) ||
                     (cause->hint != NULL && result->hint != NULL && strcmp(result->hint, cause->hint) == 0);
    AUTO_FREE char *actual = STEAL(result->actual);
    trial_fails(trial, cause->diagnosis, cause->evidence);
    if (cause->hint != NULL)
        trial_hints(trial, "%s", cause->hint);
    if (actual == NULL)
        trial_shows(trial, "%s", cause->clause);
    else if ((stated && same_hint) || strstr(actual, cause->clause) != NULL)
        trial_shows(trial, "%s", actual);
    else
        trial_shows(trial, _("%s: %s"), actual, cause->clause);
}

static bool explain(struct trial *trial, unsigned depth)
{
    AUTO_CAUSE cause = {0};
    if (trial->result->verdict != VERDICT_FAILED || !find(trial, depth, &cause))
        return false;
    apply(trial, &cause);
    return true;
}

bool trial_explains_meeting(struct trial *trial)
{
    return explain(trial, MEETING);
}

bool trial_explains_path(struct trial *trial)
{
    AUTO_CAUSE cause = {0};
    if (trial->result->verdict != VERDICT_FAILED || !find(trial, MEETING, &cause) ||
        (cause.diagnosis != DIAGNOSIS_PATH_CUT && cause.diagnosis != DIAGNOSIS_WRONG_PATH &&
         cause.diagnosis != DIAGNOSIS_PATH_STOLEN && cause.diagnosis != DIAGNOSIS_ADDRESS_LENGTH))
        return false;
    apply(trial, &cause);
    return true;
}

bool trial_explains(struct trial *trial)
{
    return explain(trial, MEETING | DELIVERY | SILENCE | STOP);
}

bool trial_explains_delivery(struct trial *trial)
{
    return explain(trial, DELIVERY);
}

bool trial_explains_conflict(struct trial *trial)
{
    if (trial_explains_meeting(trial))
        return true;
    if (!takes_several(trial->scenario))
        return false;
    /* Nothing is wrong with this one: then another, which should have held the port, did not. */
    struct trial others = *trial;
    others.actor = -1;
    return trial_explains(&others);
}

bool trial_explains_silence(struct trial *trial)
{
    return explain(trial, SILENCE);
}

bool trial_explains_shutdown(struct trial *trial)
{
    return explain(trial, SHUT);
}

void trial_fails_as(struct trial *trial, const struct event *failed)
{
    AUTO_CAUSE cause = {0};
    cause_is_failure(&cause, failed, NULL);
    cause_refine(trial->t, &cause, meeting_of(trial).shuts);
    trial_fails(trial, cause.diagnosis, cause.evidence);
    if (cause.hint != NULL)
        trial_hints(trial, "%s", cause.hint);
}

void trial_still_running(struct trial *trial, int actor)
{
    const struct inquiry inquiry = {trial, trial->t, actor, meeting_of(trial), _("it")};
    AUTO_CAUSE cause = {0};
    if (cause_of_wait(&inquiry, &cause)) {
        trial_fails(trial, cause.diagnosis, cause.evidence);
        trial_shows(trial, _("it is still running: %s"), cause.clause);
        if (cause.hint != NULL)
            trial_hints(trial, "%s", cause.hint);
        return;
    }
    const struct event *last = trial_event(trial, facts_last_before(trial->t, actor, 0, trial->t->n_events));
    trial_fails(trial, DIAGNOSIS_STILL_RUNNING, last);
    if (last == NULL) {
        trial_shows(trial, _("it is still running"));
        return;
    }
    AUTO_FREE char *where = trial_place(trial, last);
    trial_shows(trial, _("it is still running; its last call was %s"), where);
}
