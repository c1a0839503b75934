/* Hints that fit what the program deals in. */
#include <string.h>
#include <sys/socket.h>

#include "ground/text.h"
#include "judgement/trial.h"

/* Whether the program has sockets, and each of them deals in datagrams. */
static bool knows_no_connection(const struct transcript *t, int actor)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_sockets; i++) {
        const struct socket_object *socket = &t->sockets[i];
        if (socket->actor != actor || socket->library)
            continue;
        if (socket->type != SOCK_DGRAM && socket->type != SOCK_RAW)
            return false;
        n++;
    }
    return n > 0;
}

static bool has_hint_of(const struct check_result *result, enum diagnosis diagnosis)
{
    return result->diagnosis != NULL && result->hint != NULL && strcmp(result->diagnosis, diagnosis_code(diagnosis)) == 0 &&
           strcmp(result->hint, diagnosis_hint(diagnosis)) == 0;
}

void trial_fits_hint(struct trial *trial)
{
    const struct transcript *t = trial->t;
    bool is_program = trial->actor >= 0 && t->actors[trial->actor].kind == ACTOR_PROGRAM;
    if (trial->result->verdict != VERDICT_FAILED || !knows_no_connection(t, is_program ? trial->actor : trial_program(trial)))
        return;
    if (has_hint_of(trial->result, DIAGNOSIS_NOTHING_RECEIVED))
        trial_hints(trial, _("Receive with recvfrom(): a socket of datagrams has no connection, and takes what comes to its "
                             "port."));
    else if (has_hint_of(trial->result, DIAGNOSIS_NOTHING_SENT))
        trial_hints(trial, _("Send with sendto(), which is given the address to send to: a socket of datagrams has no "
                             "connection."));
}
