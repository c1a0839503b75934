/* Names: what getaddrinfo() said to the program, and whether it went to the host that it was told. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/output.h"
#include "watching/plan.h"

/* --- what getaddrinfo() said --- */

enum complaint { UNKNOWN_NAME, UNKNOWN_SERVICE, LACKS_FAMILY, BAD_HINTS };

/* What gai_strerror() says in a world, where there is no other language than English. */
static const struct {
    const char *text;
    enum complaint complaint;
} complaints[] = {
    {"Name or service not known", UNKNOWN_NAME},
    {"Temporary failure in name resolution", UNKNOWN_NAME},
    {"Servname not supported for ai_socktype", UNKNOWN_SERVICE},
    {"Address family for hostname not supported", LACKS_FAMILY},
    {"No address associated with hostname", LACKS_FAMILY},
    {"Bad value for ai_flags", BAD_HINTS},
    {"ai_family not supported", BAD_HINTS},
    {"ai_socktype not supported", BAD_HINTS},
};

/* Index of the one that the program passed on; COUNT_OF(complaints): none. */
static size_t find_complaint(const struct transcript *t, int actor)
{
    AUTO_OUTPUT err;
    output_collect(t, actor, STREAM_STDERR, &err);
    size_t i = 0;
    while (i < COUNT_OF(complaints) && strstr(buf_text(&err.text), complaints[i].text) == NULL)
        i++;
    return i;
}

static const char *complaint_hint(enum complaint complaint)
{
    switch (complaint) {
    case UNKNOWN_NAME:
        return _("getaddrinfo() knows no such host or service with these hints: give it argv[1] and argv[2] as they are, with "
                 "ai_family = AF_UNSPEC. AI_NUMERICHOST refuses the names of hosts, AI_NUMERICSERV those of services.");
    case UNKNOWN_SERVICE:
        return _("The first argument of getaddrinfo() is the host, the second one the service: they are argv[1] and argv[2].");
    case LACKS_FAMILY:
        return _("The host has no address of the family asked for: hints.ai_family = AF_UNSPEC asks for both.");
    case BAD_HINTS:
        return _("Set hints to zeros (memset() or = {0}) before you fill it in, and let ai_family, ai_socktype and "
                 "ai_protocol fit together: AF_UNSPEC, SOCK_STREAM and 0.");
    }
    return "";
}

bool cause_of_resolver(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t found = COUNT_OF(complaints);
    if (facts_last_call(t, inquiry->actor, ROLE_SOCKET) != NOWHERE || facts_ending(t, inquiry->actor).kind != ENDING_EXITED ||
        (found = find_complaint(t, inquiry->actor)) == COUNT_OF(complaints))
        return false;
    cause_is(cause, complaints[found].complaint == LACKS_FAMILY ? DIAGNOSIS_NO_ADDRESS : DIAGNOSIS_RESOLVER_FAILED, NULL,
             mem_printf(_("getaddrinfo() told %s: \"%s\""), inquiry->who, complaints[found].text));
    cause->hint = mem_string(complaint_hint(complaints[found].complaint));
    return true;
}

bool cause_is_resolver_error(const struct transcript *t, int actor)
{
    return find_complaint(t, actor) < COUNT_OF(complaints);
}

/* --- the host that it was told --- */

static char *const *arguments_of(const struct trial *trial, int actor)
{
    const struct script *script = &trial->scenario->script;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind == STEP_START && transcript_actor(trial->t, step->actor) == actor)
            return step->arguments;
    }
    return NULL;
}

/* An address as IPv6, an IPv4 one mapped. */
static bool read_host(const char *text, unsigned char host[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    memcpy(host, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, host + sizeof mapped) == 1 || inet_pton(AF_INET6, text, host) == 1;
}

static bool is_unknown_host(const char *name)
{
    static const char reserved[] = ".invalid";
    size_t n = strlen(name);
    return n > strlen(reserved) && strcmp(name + n - strlen(reserved), reserved) == 0;
}

/* Whether the world's table of hosts gives this name that address; any address when HOST is NULL. */
static bool is_host_of(const char *name, const unsigned char *host)
{
    AUTO_FREE char *table = mem_string(skeleton_hosts());
    char *next_line = NULL;
    for (char *line = strtok_r(table, "\n", &next_line); line != NULL; line = strtok_r(NULL, "\n", &next_line)) {
        char *next_word = NULL;
        unsigned char given[16];
        const char *word = strtok_r(line, " ", &next_word);
        if (word == NULL || !read_host(word, given) || (host != NULL && memcmp(given, host, sizeof given) != 0))
            continue;
        while ((word = strtok_r(NULL, " ", &next_word)) != NULL)
            if (strcmp(word, name) == 0)
                return true;
    }
    return false;
}

const char *cause_told_host(const struct trial *trial, int actor, const char **service)
{
    char *const *arguments = arguments_of(trial, actor);
    unsigned char host[16];
    if (arguments == NULL || arguments[0] == NULL)
        return NULL;
    *service = arguments[1];
    bool is_host = read_host(arguments[0], host) || is_unknown_host(arguments[0]) || is_host_of(arguments[0], NULL);
    return is_host ? arguments[0] : NULL;
}

static bool is_told_host(const char *told, const struct address *address)
{
    unsigned char wanted[16], given[16];
    if (!address_host(address, given))
        return true; /* no internet address: another cause is about that */
    return read_host(told, wanted) ? memcmp(wanted, given, sizeof given) == 0 : is_host_of(told, given);
}

/* A client that goes to some other host, and never to the one of its argument. */
static bool ignores_host(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    const char *service = NULL, *told = cause_told_host(inquiry->trial, inquiry->actor, &service);
    size_t first = facts_next_call(t, inquiry->actor, ROLE_CONNECT, 0);
    if (told == NULL || first == NOWHERE)
        return false;
    for (size_t i = first; i != NOWHERE; i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, i + 1))
        if (is_told_host(told, &t->events[i].call.address))
            return false;
    AUTO_FREE char *where = address_text(&t->events[first].call.address);
    return cause_is(cause, DIAGNOSIS_HOST_IGNORED, &t->events[first],
                    mem_printf(_("%s goes to %s, and not to the host that it was told, %s"), inquiry->who, where, told));
}

/* Goes on to the next address although one has answered. */
static bool connects_again(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t done = NOWHERE;
    for (size_t i = 0; i < t->n_events; i++) {
        const struct event *e = &t->events[i];
        if (facts_is_call(t, e, inquiry->actor, ROLE_SEND) || facts_is_call(t, e, inquiry->actor, ROLE_RECEIVE))
            return false;
        if (!facts_is_call(t, e, inquiry->actor, ROLE_CONNECT) || !call_succeeded(&e->call) || e->call.socket < 0 ||
            !type_connects(t->sockets[e->call.socket].type))
            continue;
        if (done != NOWHERE && t->events[done].call.socket != e->call.socket)
            return cause_is(cause, DIAGNOSIS_CONNECTED_TWICE, e,
                            mem_printf(_("%s calls connect() for the next address although an earlier one has answered"),
                                       inquiry->who));
        done = i;
    }
    return false;
}

/* Whether no peer has ever listened there. */
static bool is_deserted(const struct transcript *t, const struct address *address)
{
    for (size_t i = 0; i < t->n_events; i++) {
        const struct deed *deed = &t->events[i].deed;
        if (t->events[i].kind == EVENT_DEED && deed->kind == DEED_LISTENING &&
            (address_is_any(&deed->address) || address_same_place(&deed->address, address)))
            return false;
    }
    return true;
}

/* A connect() that did not wait was refused, and the program sends all the same. */
static bool misses_refusal(const struct inquiry *inquiry, struct cause *cause)
{
    const struct transcript *t = inquiry->t;
    size_t failure = facts_decisive_failure(t, inquiry->actor);
    const struct call *failed = failure != NOWHERE ? &t->events[failure].call : NULL;
    if (failed == NULL || failed->injected || (call_role(failed->id) != ROLE_SEND && call_role(failed->id) != ROLE_RECEIVE) ||
        (failed->error != EPIPE && failed->error != ECONNREFUSED && failed->error != ENOTCONN))
        return false;
    for (size_t i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, 0); i < failure;
         i = facts_next_call(t, inquiry->actor, ROLE_CONNECT, i + 1)) {
        const struct call *call = &t->events[i].call;
        if (call->socket != failed->socket || call->result >= 0 || call->error != EINPROGRESS || call->injected ||
            !is_deserted(t, &call->address))
            continue;
        AUTO_FREE char *where = address_text(&call->address);
        cause_is(cause, DIAGNOSIS_RESULT_NOT_CHECKED, &t->events[i],
                 mem_printf(_("%s does not see that its connection to %s was not made"), inquiry->who, where));
        cause->hint = mem_string(_("When connect() does not wait, wait with poll() and ask getsockopt() for SO_ERROR: only "
                                   "0 means that the connection is made. Otherwise close the socket and try the next "
                                   "address."));
        return true;
    }
    return false;
}

bool cause_of_names(const struct inquiry *inquiry, struct cause *cause)
{
    return inquiry->meeting.connects &&
           (ignores_host(inquiry, cause) || connects_again(inquiry, cause) || misses_refusal(inquiry, cause));
}
