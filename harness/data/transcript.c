#include "data/transcript.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

void transcript_init(struct transcript *t)
{
    *t = (struct transcript){.limit_actor = -1};
}

static void call_free(struct call *call)
{
    free(call->data.data);
    free(call->source.file);
    if (call->stack != NULL) {
        free(call->stack->top.data);
        free(call->stack);
    }
}

static void event_free(struct event *event)
{
    switch (event->kind) {
    case EVENT_CALL: call_free(&event->call); break;
    case EVENT_OUTPUT: free(event->output.bytes.data); break;
    case EVENT_INPUT: free(event->input.data); break;
    case EVENT_DEED: free(event->deed.bytes.data); break;
    case EVENT_PACKET: free(event->packet.raw.data); break;
    case EVENT_FLAG: free(event->flag); break;
    case EVENT_STEP:
    case EVENT_PROCESS:
    case EVENT_HELD:
    case EVENT_TASKS:
    case EVENT_STUCK: break;
    }
}

void transcript_free(struct transcript *t)
{
    for (size_t i = 0; i < t->n_actors; i++) {
        free(t->actors[i].name);
        free(t->actors[i].program);
        free(t->actors[i].modules);
    }
    for (size_t i = 0; i < t->n_events; i++)
        event_free(&t->events[i]);
    free(t->actors);
    free(t->sockets);
    free(t->events);
    transcript_init(t);
}

struct event *transcript_add(struct transcript *t, enum event_kind kind, int actor, int process, int64_t time)
{
    struct event *event = ARRAY_ADD(t->events, t->n_events);
    event->kind = kind;
    event->actor = actor;
    event->process = process;
    event->time = time;
    if (kind == EVENT_CALL) {
        event->call.fd = -1;
        event->call.socket = -1;
        event->call.new_socket = -1;
    } else if (kind == EVENT_HELD) {
        event->held.socket = -1;
        event->held.fd = -1;
    }
    return event;
}

const char *call_title(const struct call *call)
{
    static const struct {
        const char *kernel, *library;
    } names[] = {
        {"ppoll", "poll"},
        {"pselect6", "select"},
        {"epoll_pwait", "epoll_wait"},
        {"epoll_pwait2", "epoll_wait"},
        {"wait4", "waitpid"},
        {"clock_nanosleep", "sleep"},
        {"nanosleep", "sleep"},
        {"pwrite64", "pwrite"},
        {"dup3", "dup2"},
        {"rt_sigtimedwait", "sigwait"},
        {"tgkill", "kill"},
        {"unlinkat", "unlink"},
        {"exit_group", "exit"},
        {"rt_sigaction", "sigaction"},
    };
    bool nowhere = call->address.len == 0 && call->arg[4] == 0;
    if (call_role(call->id) == ROLE_FORK)
        return call->id == CALL_clone && (call->arg[0] & CLONE_THREAD) != 0 ? "pthread_create" : "fork";
    if (call->id == CALL_sendto && nowhere)
        return "send";
    if (call->id == CALL_recvfrom && nowhere)
        return "recv";
    const char *name = call_name(call->id);
    for (size_t i = 0; name != NULL && i < COUNT_OF(names); i++)
        if (strcmp(names[i].kernel, name) == 0)
            return names[i].library;
    return name != NULL ? name : "?";
}

int transcript_actor(const struct transcript *t, const char *name)
{
    for (size_t i = 0; i < t->n_actors; i++)
        if (strcmp(t->actors[i].name, name) == 0)
            return (int)i;
    return -1;
}

enum role call_effect(const struct call *call)
{
    enum role role = call_role(call->id);
    if (role != ROLE_SPLICE || call->socket < 0)
        return role;
    enum { FROM = 0 };
    return call->fd == (int)call->arg[FROM] ? ROLE_RECEIVE : ROLE_SEND;
}

void bytes_set(struct bytes *bytes, const void *data, size_t n, size_t keep)
{
    size_t stored = n < keep ? n : keep;
    char *copy = stored > 0 ? mem_bytes(data, stored) : NULL;
    struct digest digest = {0, 0};
    if (stored < n)
        digest_add(&digest, data, n);
    free(bytes->data);
    *bytes = (struct bytes){.data = copy, .stored = stored, .total = n, .hash = digest.hash};
}

void bytes_digest(const struct bytes *bytes, struct digest *digest)
{
    const struct digest all = {bytes->hash, bytes->total};
    if (bytes->stored < bytes->total)
        digest_join(digest, &all);
    else
        digest_add(digest, bytes->data, bytes->stored);
}
