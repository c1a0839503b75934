#include "conversation/scenario.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conversation/message.h"
#include "conversation/play.h"
#include "watching/sandbox.h"

/* Megabytes are made here, where they are needed and gone at once, and not in every process that reads definitions. */
static void make_script(struct play *play)
{
    const struct script *script = &play->request->scenario->script;
    play->script = (struct script){mem_alloc((script->n + 1) * sizeof(struct step)), script->n};
    for (size_t i = 0; i < script->n; i++) {
        struct step *step = &play->script.steps[i];
        *step = script->steps[i];
        if (step->bytes != NULL || step->form == MESSAGE_TEXT)
            continue;
        step->bytes = mem_alloc(step->size + 1);
        script_fill(step, step->bytes);
    }
}

/* --- actors --- */

static char *program_path(const struct scenario_request *request, const struct step *step)
{
    if (step->program == NULL)
        return mem_string(request->program);
    return mem_printf("%s/%s", request->reference, step->program);
}

static bool is_peer_step(enum step_kind kind)
{
    return kind >= STEP_PEER_LISTEN;
}

static void add_actors(struct play *play)
{
    const struct script *script = &play->script;
    struct transcript *t = &play->transcript;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        bool starts = step->kind == STEP_START;
        if ((!starts && !is_peer_step(step->kind)) || transcript_actor(t, step->actor) >= 0)
            continue;
        struct actor *actor = ARRAY_ADD(t->actors, t->n_actors);
        actor->name = mem_string(step->actor);
        actor->kind = !starts ? ACTOR_PEER : step->program == NULL ? ACTOR_PROGRAM : ACTOR_REFERENCE;
        actor->program = starts ? program_path(play->request, step) : NULL;
    }
    play->peers = mem_alloc((t->n_actors + 1) * sizeof(struct peer *));
}

static void add_faults(struct play *play)
{
    const struct script *script = &play->script;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind != STEP_FAULT)
            continue;
        *ARRAY_ADD(play->faults, play->n_faults) = (struct fault){.actor = transcript_actor(&play->transcript, step->actor),
                                                                  .role = step->call,
                                                                  .error = step->error,
                                                                  .length = step->length,
                                                                  .occurrence = step->occurrence};
    }
    tracer_set_faults(play->tracer, play->faults, play->n_faults);
}

/* --- the world's first process --- */

static void failed(void *arg, const struct err *err)
{
    const struct play *play = arg;
    message_send_error(play->out, err);
}

static void play_and_tell(struct play *play, struct err *err)
{
    enum progress progress = play_all(play, err);
    if (progress == PROGRESS_BROKEN) {
        message_write_error(play->out, err);
        return;
    }
    if (progress == PROGRESS_STUCK) {
        play->transcript.stuck = true;
        struct event *event = transcript_add(&play->transcript, EVENT_STUCK, -1, 0, tracer_now(play->tracer));
        event->stuck = (struct stuck){play->step, tracer_busy(play->tracer), tracer_busy_at_end(play->tracer)};
    }
    tracer_finish(play->tracer);
    AUTO_BUF body = BUF_EMPTY;
    transcript_write(&play->transcript, &body);
    message_write(play->out, &body);
}

/* The memory is a worker's, who plays more than this. Descriptors and processes end with the world. */
static void forget(struct play *play)
{
    for (size_t i = 0; i < play->transcript.n_actors; i++)
        peer_free(play->peers[i]);
    capture_stop(play->capture);
    tracer_free(play->tracer);
    transcript_free(&play->transcript);
    for (size_t i = 0; i < play->script.n; i++)
        if (play->request->scenario->script.steps[i].bytes == NULL)
            free(play->script.steps[i].bytes);
    free(play->script.steps);
    free(play->peers);
    free(play->faults);
    free(play->reached);
    free(play->met);
    *play = (struct play){.request = NULL}; /* nothing is to be found through it, not even by a leak sanitizer */
}

static void run(void *arg)
{
    struct play *play = arg;
    struct err err = ERR_NONE;
    transcript_init(&play->transcript);
    make_script(play);
    add_actors(play);
    play->reached = mem_alloc((play->script.n + 1) * sizeof *play->reached);
    play->met = mem_alloc((play->script.n + 1) * sizeof *play->met);
    play->tracer =
        tracer_new(&play->transcript, &play->plan->bounds, play->request->policy, play->request->cpu, &err);
    play->capture = play->tracer != NULL ? capture_start(&play->transcript, play->tracer, &err) : NULL;
    if (play->capture == NULL)
        message_send_error(play->out, &err);
    add_faults(play);
    play_set_trap(play);
    play->rested = true; /* there is nobody yet */
    play_and_tell(play, &err);
    /* Whoever reads it has something to do while we clean up. */
    close(play->out);
    forget(play);
}

/* --- outside --- */

static int make_plan(const struct scenario_request *request, struct plan *plan, struct err *err)
{
    const struct script *script = &request->scenario->script;
    plan_for_programs(plan, request->skeleton);
    plan->cpu = request->cpu;
    for (size_t i = 0; i < script->n; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind != STEP_START)
            continue;
        AUTO_FREE char *name = play_program_name(request, step);
        AUTO_FREE char *path = program_path(request, step);
        bool known = false;
        for (size_t k = 0; k < i; k++)
            known |= script->steps[k].kind == STEP_START &&
                     (script->steps[k].program == NULL) == (step->program == NULL) &&
                     (step->program == NULL || strcmp(script->steps[k].program, step->program) == 0);
        if (known)
            continue;
        if (skeleton_slot(request->skeleton, name, err) < 0)
            return -1;
        plan_add_program(plan, path, name);
    }
    return 0;
}

bool scenario_play(const struct scenario_request *request, int *out)
{
    struct err err = ERR_NONE;
    struct plan plan = {.root = NULL};
    struct play play = {.request = request, .plan = &plan, .out = *out};
    const struct sandbox_body body = {run, failed, &play};
    int status = make_plan(request, &plan, &err);
    if (status == 0)
        status = sandbox_run(&plan, &body, out, &err);
    if (status < 0) {
        message_write_error(*out, &err);
        close(steal_fd(out));
    }
    plan_free(&plan);
    return status <= 0;
}

int scenario_result(const void *data, size_t n, struct transcript *transcript, struct err *err)
{
    const char *body = NULL;
    size_t length = 0;
    transcript_init(transcript);
    if (message_open(data, n, &body, &length, err) < 0)
        return -1;
    return transcript_read(transcript, body, length, err);
}
