#include "tests/watched.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conversation/message.h"
#include "conversation/pool.h"
#include "conversation/scenario.h"
#include "data/script_load.h"
#include "data/template.h"
#include "ground/fs.h"
#include "watching/capture.h"
#include "watching/sandbox.h"
#include "watching/tracer.h"

static char *folder, *program, *skeleton;
static struct policy policy;

/* --- what all plays share --- */

static void remove_all(void)
{
    struct err err = ERR_NONE;
    fs_remove_tree(folder, &err);
    policy_free(&policy);
    free(folder);
    free(program);
    free(skeleton);
}

static bool run_compiler(const char *output)
{
    static const char here[] = __FILE__;
    const char *slash = strrchr(here, '/');
    int length = slash != NULL ? (int)(slash - here) : 1;
    AUTO_FREE char *command = mem_printf("exec gcc -std=gnu17 -w -O0 -g -fno-omit-frame-pointer -pthread -o '%s' "
                                         "'%.*s'/../../fixtures/watched/*.c",
                                         output, length, slash != NULL ? here : ".");
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void prepare(void)
{
    if (folder != NULL)
        return;
    struct err err = ERR_NONE;
    folder = fs_temporary(&err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    atexit(remove_all);
    program = mem_printf("%s/watched", folder);
    skeleton = mem_printf("%s/root", folder);
    AUTO_FREE char *other = mem_printf("%s/other", folder);
    CU_ASSERT_FATAL(run_compiler(program));
    CU_ASSERT_EQUAL_FATAL(link(program, other), 0);
    CU_ASSERT_EQUAL_FATAL(skeleton_make(skeleton, &err), 0);
    CU_ASSERT_EQUAL_FATAL(policy_make(&policy, POLICY_PROGRAM, &err), 0);
}

const char *watched_folder(void)
{
    prepare();
    return folder;
}

const char *watched_program(void)
{
    prepare();
    return program;
}

const char *watched_skeleton(void)
{
    prepare();
    return skeleton;
}

int watched_cpu(void)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &allowed))
            return cpu;
    return -1;
}

/* --- plays --- */

static bool complain(struct watched *w)
{
    fprintf(stderr, "\n%s\n", w->err.text);
    CU_FAIL("the harness failed");
    return false;
}

static int load(struct watched *w, const char *play)
{
    AUTO_BUF text = BUF_EMPTY;
    buf_printf(&text, "{id: s, play: [\n%s\n]}", play);
    struct yaml_document document;
    size_t room = 8 << 20;
    const struct script_origin origin = {"watched", "s", 1, &room, NULL};
    int result = yaml_parse(&document, "play", buf_text(&text), text.len, &w->err);
    struct template template = {NULL, 0};
    if (result == 0)
        result = template_expand(&template, document.root, NULL, &room, &w->err);
    if (result == 0)
        result = script_load(&w->script, &w->cast, yaml_get(template.scenarios[0], "play"), &origin, &w->err);
    template_free(&template);
    yaml_document_free(&document);
    return result;
}

static bool play_request(void *context, int cpu, int *out)
{
    (void)cpu; /* it is the request's */
    return scenario_play(context, out);
}

/* The play's result, as the pool gives it. */
static struct buf heard;

static void hear(void *context, const char *data, size_t n, const struct err *err)
{
    (void)context;
    heard.len = 0;
    if (data != NULL)
        buf_add(&heard, data, n);
    else
        fprintf(stderr, "\n%s\n", err->text);
}

/* What a play is asked for with; its parts are W's, and static. */
static bool make_request(struct watched *w, const char *play, struct scenario_request *request)
{
    static char id[] = "watched", name[] = "s";
    static const struct exercise exercise = {.id = id, .program = id};
    static struct scenario scenario;
    prepare();
    *w = (struct watched){.err = ERR_NONE};
    transcript_init(&w->t);
    if (load(w, play) < 0)
        return complain(w);
    scenario = (struct scenario){.id = name, .script = w->script};
    *request = (struct scenario_request){.exercise = &exercise,
                                         .scenario = &scenario,
                                         .program = program,
                                         .reference = folder,
                                         .skeleton = skeleton,
                                         .policy = &policy,
                                         .cpu = watched_cpu()};
    return true;
}

bool watched_play(struct watched *w, const char *play)
{
    struct scenario_request request;
    if (!make_request(w, play, &request))
        return false;
    struct pool *pool = pool_new(1);
    const struct pool_job job = {.work = play_request, .since = pool_date(pool), .done = hear, .context = &request};
    pool_add(pool, &job);
    bool played = pool_run(pool) == 0 && scenario_result(buf_text(&heard), heard.len, &w->t, &w->err) == 0;
    pool_free(pool);
    buf_free(&heard);
    return played ? true : complain(w);
}

void watched_play_here(const char *play)
{
    struct watched w;
    struct scenario_request request;
    int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (make_request(&w, play, &request))
        CU_ASSERT(scenario_play(&request, &out));
    watched_end(&w);
    CU_ASSERT_EQUAL(out, -1);
    CU_ASSERT(waitpid(-1, NULL, 0) > 0);
}

bool watched_run(struct watched *w, const char *arguments)
{
    AUTO_FREE char *play = mem_printf("start: {p: {arguments: [%s]}},\nuntil: {p: exited}", arguments);
    return watched_play(w, play);
}

/* --- without a script --- */

struct alone {
    const struct plan *plan;
    const char *argument;
    int out;
};

static void alone_failed(void *arg, const struct err *err)
{
    const struct alone *alone = arg;
    message_send_error(alone->out, err);
}

static void alone_run(void *arg)
{
    const struct alone *alone = arg;
    struct err err = ERR_NONE;
    struct transcript t;
    transcript_init(&t);
    struct actor *actor = ARRAY_ADD(t.actors, t.n_actors);
    actor->name = mem_string("p");
    struct tracer *tracer = tracer_new(&t, &alone->plan->bounds, &policy, alone->plan->cpu, &err);
    if (tracer == NULL || capture_start(&t, tracer, &err) == NULL)
        message_send_error(alone->out, &err);
    char name[] = "watched";
    AUTO_FREE char *argument = mem_string(alone->argument);
    char *argv[] = {name, argument, NULL};
    const struct launch launch = {.path = "/programs/watched", .argv = argv};
    if (tracer_start(tracer, &launch, &err) < 0)
        message_send_error(alone->out, &err);
    tracer_run(tracer, true, NULL, NULL);
    tracer_finish(tracer);
    struct buf body = BUF_EMPTY;
    transcript_write(&t, &body);
    message_send(alone->out, &body);
}

bool watched_bounded(struct watched *w, const char *argument, const struct bounds *bounds)
{
    prepare();
    *w = (struct watched){.err = ERR_NONE};
    transcript_init(&w->t);
    struct plan plan;
    plan_for_programs(&plan, skeleton);
    plan.cpu = watched_cpu();
    plan.bounds = *bounds;
    CU_ASSERT_EQUAL_FATAL(skeleton_slot(skeleton, "watched", &w->err), 0);
    plan_add_program(&plan, program, "watched");
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    struct alone alone = {&plan, argument, ends[1]};
    const struct sandbox_body body = {alone_run, alone_failed, &alone};
    pid_t pid = sandbox_start(&plan, &body, &w->err);
    close(ends[1]);
    plan_free(&plan);
    AUTO_BUF message = BUF_EMPTY;
    char data[65536];
    for (ssize_t n; pid > 0 && ((n = read(ends[0], data, sizeof data)) > 0 || (n < 0 && errno == EINTR));)
        if (n > 0)
            buf_add(&message, data, (size_t)n);
    close(ends[0]);
    waitpid(pid, NULL, 0);
    return pid > 0 && scenario_result(buf_text(&message), message.len, &w->t, &w->err) == 0 ? true : complain(w);
}

void watched_end(struct watched *w)
{
    transcript_free(&w->t);
    script_free(&w->script);
    cast_free(&w->cast);
    buf_free(&w->text);
}
