#include "conversation/play.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

char *play_program_name(const struct scenario_request *request, const struct step *step)
{
    if (step->program == NULL)
        return mem_string(request->exercise->program);
    return mem_printf("reference-%s", step->program);
}

/* --- conditions --- */

static int event_port(const struct play *play, const struct event *event)
{
    const struct call *call = &event->call;
    if (call_role(call->id) != ROLE_LISTEN)
        return address_port(&call->address);
    /* listen() names no address: it is the one that this socket was bound to */
    const struct transcript *t = &play->transcript;
    for (size_t i = t->n_events; i-- > 0;) {
        const struct event *earlier = &t->events[i];
        if (earlier->kind == EVENT_CALL && call_role(earlier->call.id) == ROLE_BIND && earlier->call.result == 0 &&
            earlier->call.socket == call->socket)
            return address_port(&earlier->call.address);
    }
    return -1;
}

static bool call_meets(const struct play *play, const struct event *event, const struct step *step)
{
    if (event->kind != EVENT_CALL || event->call.library || event->call.pending)
        return false;
    enum role role = call_effect(&event->call);
    /* On a loopback the connection of a non-blocking socket is there when connect() says that it is in progress. */
    bool in_progress = role == ROLE_CONNECT && event->call.error == EINPROGRESS;
    if (event->call.result < 0 && !in_progress)
        return false;
    switch (step->condition) {
    case CONDITION_BOUND:
        return role == ROLE_BIND && (step->port == 0 || event_port(play, event) == step->port);
    case CONDITION_LISTENING:
        return role == ROLE_LISTEN && (step->port == 0 || event_port(play, event) == step->port);
    case CONDITION_CONNECTED: /* connect() on a socket of datagrams connects nobody */
        return role == ROLE_CONNECT && event->call.socket >= 0 &&
               play->transcript.sockets[event->call.socket].type != SOCK_DGRAM;
    case CONDITION_ACCEPTED: return role == ROLE_ACCEPT;
    case CONDITION_SENT: return role == ROLE_SEND && event->call.socket >= 0;
    case CONDITION_RECEIVED: return role == ROLE_RECEIVE && event->call.socket >= 0 && event->call.result > 0;
    case CONDITION_NONE:
    case CONDITION_WAITING:
    case CONDITION_EXITED: return false;
    }
    return false;
}

/* Stops a program at the moment that its next `until … hold` waits for, even if that step is yet to come. */
static bool trap(void *context, const struct event *event)
{
    struct play *play = context;
    const struct script *script = &play->script;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind != STEP_UNTIL || !step->hold || play->reached[i] ||
            transcript_actor(&play->transcript, step->actor) != event->actor)
            continue;
        if (!call_meets(play, event, step) || ++play->met[i] < step->occurrence)
            return false;
        play->reached[i] = true;
        return true;
    }
    return false;
}

void play_set_trap(struct play *play)
{
    const struct script *script = &play->script;
    for (size_t i = 0; i < script->n; i++) {
        if (script->steps[i].kind == STEP_UNTIL && script->steps[i].hold) {
            tracer_set_trap(play->tracer, trap, play);
            return;
        }
    }
}

static bool until_done(void *context)
{
    struct play *play = context;
    const struct step *step = &play->script.steps[play->step];
    int actor = transcript_actor(&play->transcript, step->actor);
    if (step->condition == CONDITION_EXITED)
        return !tracer_main_alive(play->tracer, actor);
    if (step->hold)
        return play->reached[play->step];
    for (; play->seen < play->transcript.n_events; play->seen++) {
        const struct event *event = &play->transcript.events[play->seen];
        if (event->actor == actor && call_meets(play, event, step) && ++play->found >= step->occurrence)
            return true;
    }
    return false;
}

/* --- steps --- */

static enum progress progress_of(enum run run)
{
    switch (run) {
    case RUN_DONE: return PROGRESS_ON;
    case RUN_QUIET: return PROGRESS_STUCK;
    case RUN_LIMIT: return PROGRESS_LIMIT;
    }
    return PROGRESS_BROKEN;
}

static bool has_input(const struct play *play, const char *actor)
{
    const struct script *script = &play->script;
    for (size_t i = 0; i < script->n; i++)
        if ((script->steps[i].kind == STEP_INPUT || script->steps[i].kind == STEP_INPUT_END) &&
            strcmp(script->steps[i].actor, actor) == 0)
            return true;
    return false;
}

static enum progress step_start(struct play *play, const struct step *step, struct err *err)
{
    AUTO_FREE char *name = play_program_name(play->request, step);
    AUTO_FREE char *path = mem_printf("/programs/%s", name);
    AUTO_FREE char *called = mem_printf("./%s", step->program == NULL ? name : step->program);
    size_t n = 0;
    while (step->arguments != NULL && step->arguments[n] != NULL)
        n++;
    AUTO_FREE char **argv = mem_alloc((n + 2) * sizeof *argv);
    argv[0] = called;
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = step->arguments[i];
    struct launch launch = {.actor = transcript_actor(&play->transcript, step->actor),
                            .path = path,
                            .argv = argv,
                            .descriptors = step->descriptors,
                            .raw = step->raw,
                            .input = has_input(play, step->actor)};
    return tracer_start(play->tracer, &launch, err) < 0 ? PROGRESS_BROKEN : PROGRESS_ON;
}

/*
 * Blocked, and not merely asleep: a program that pauses between two sends is not waiting for anybody yet. One that sleeps again
 * and again while nothing comes of it, for ever, in a thread of its own, counts as waiting; once it is known, sooner.
 */
static enum progress step_until_waiting(struct play *play, int actor)
{
    enum { MOST_IN_VAIN = 1000, MOST_WHEN_KNOWN = 50 };
    uint64_t progress = tracer_progress_count(play->tracer);
    for (int in_vain = 0; in_vain < (play->drowsy ? MOST_WHEN_KNOWN : MOST_IN_VAIN); in_vain++) {
        if (tracer_run(play->tracer, false, NULL, NULL) == RUN_LIMIT)
            return PROGRESS_LIMIT;
        play->rested = !tracer_sleeping(play->tracer, actor) || !tracer_pass_time(play->tracer);
        if (play->rested)
            return PROGRESS_ON;
        if (progress != tracer_progress_count(play->tracer))
            in_vain = 0;
        progress = tracer_progress_count(play->tracer);
    }
    play->drowsy = true;
    return PROGRESS_ON;
}

static enum progress step_until(struct play *play, const struct step *step)
{
    if (step->condition == CONDITION_WAITING)
        return step_until_waiting(play, transcript_actor(&play->transcript, step->actor));
    play->seen = 0;
    play->found = 0;
    enum progress progress = progress_of(tracer_run(play->tracer, !step->optional || !step->hold, until_done, play));
    if (progress != PROGRESS_STUCK || !step->optional)
        return progress;
    play->reached[play->step] = true;
    return PROGRESS_ON;
}

static enum progress step_settle(struct play *play)
{
    if (!play->rested && tracer_run(play->tracer, false, NULL, NULL) == RUN_LIMIT)
        return PROGRESS_LIMIT;
    play->rested = true;
    return PROGRESS_ON;
}

static enum progress step_look(struct play *play, const struct step *step)
{
    AUTO_FREE char *path = address_text(&step->address);
    struct stat status;
    struct event *event = transcript_add(&play->transcript, EVENT_DEED, -1, 0, tracer_now(play->tracer));
    event->deed.kind = lstat(path, &status) == 0 ? DEED_FOUND : DEED_MISSING;
    event->deed.address = step->address;
    return PROGRESS_ON;
}

static bool peer_step_done(void *context)
{
    return peer_done(context);
}

static bool peer_step_done_or_held(void *context)
{
    return peer_done(context) || peer_holds_back(context);
}

/* No time passes between the parts of a message: they are one. */
static enum progress play_peer(struct play *play, struct peer *peer)
{
    while (!peer_done(peer)) {
        bool held = peer_holds_back(peer);
        enum run run = tracer_run(play->tracer, !held, held ? peer_step_done : peer_step_done_or_held, peer);
        if (run == RUN_QUIET && held)
            peer_goes_on(peer);
        else if (run != RUN_DONE)
            return progress_of(run);
    }
    return PROGRESS_ON;
}

static enum progress step_peer(struct play *play, const struct step *step, struct err *err)
{
    int actor = transcript_actor(&play->transcript, step->actor);
    if (play->peers[actor] == NULL)
        play->peers[actor] = peer_new(&play->transcript, play->tracer, actor);
    if (peer_begin(play->peers[actor], step, err) < 0)
        return PROGRESS_BROKEN;
    int other = step->other != NULL ? transcript_actor(&play->transcript, step->other) : -1;
    if (other >= 0 && play->peers[other] != NULL)
        peer_reach(play->peers[actor], play->peers[other]);
    if (peer_done(play->peers[actor]))
        return PROGRESS_ON;
    return play_peer(play, play->peers[actor]);
}

static enum progress play_step(struct play *play, const struct step *step, struct err *err)
{
    int actor = step->actor != NULL ? transcript_actor(&play->transcript, step->actor) : -1;
    switch (step->kind) {
    case STEP_START: return step_start(play, step, err);
    case STEP_UNTIL: return step_until(play, step);
    case STEP_RELEASE: tracer_release(play->tracer, actor); return PROGRESS_ON;
    case STEP_SIGNAL: tracer_signal(play->tracer, actor, step->signal); return PROGRESS_ON;
    case STEP_INPUT: tracer_input(play->tracer, actor, step->bytes, step->size); return PROGRESS_ON;
    case STEP_INPUT_END: tracer_end_input(play->tracer, actor); return PROGRESS_ON;
    case STEP_SETTLE: return step_settle(play);
    case STEP_LOOK: return step_look(play, step);
    case STEP_COUNT: tracer_count(play->tracer, actor); return PROGRESS_ON;
    case STEP_LATE_THREADS: tracer_delay_threads(play->tracer, actor); return PROGRESS_ON;
    case STEP_NONE:
    case STEP_FAULT: return PROGRESS_ON;
    case STEP_PEER_LISTEN:
    case STEP_PEER_BIND:
    case STEP_PEER_CONNECT:
    case STEP_PEER_REACH:
    case STEP_PEER_CONNECT_ELSE:
    case STEP_PEER_ATTEMPT:
    case STEP_PEER_ACCEPT:
    case STEP_PEER_SEND:
    case STEP_PEER_RECEIVE:
    case STEP_PEER_HALF_CLOSE:
    case STEP_PEER_CLOSE:
    case STEP_PEER_RESET:
    case STEP_PEER_ANSWER:
    case STEP_PEER_STOP_READING:
    case STEP_PEER_READ_ON: return step_peer(play, step, err);
    }
    return PROGRESS_BROKEN;
}

/* The world comes to rest before each step: whoever is still busy goes first, and the order is the same in every run. */
enum progress play_all(struct play *play, struct err *err)
{
    const struct script *script = &play->script;
    for (play->step = 0; play->step < (int)script->n; play->step++) {
        if (step_settle(play) != PROGRESS_ON)
            return PROGRESS_LIMIT;
        transcript_add(&play->transcript, EVENT_STEP, -1, 0, tracer_now(play->tracer))->step = play->step;
        play->rested = false; /* unless the step itself waits for just that */
        enum progress progress = play_step(play, &script->steps[play->step], err);
        if (progress != PROGRESS_ON)
            return progress;
    }
    play->step = -1;
    return step_settle(play);
}
