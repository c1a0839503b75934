#include "conversation/build.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conversation/diagnostics.h"
#include "conversation/message.h"
#include "conversation/workshop.h"
#include "ground/text.h"
#include "watching/sandbox.h"

struct building {
    const struct build_request *request;
    const struct plan *plan;
    int out;        /* the message */
    int executable; /* the file outside */
};

static void failed(void *arg, const struct err *err)
{
    const struct building *building = arg;
    message_send_error(building->out, err);
}

/* The message: one byte (enum workshop_end), then what the tools said. */
static void run(void *arg)
{
    struct building *building = arg;
    struct err err = ERR_NONE;
    enum workshop_end end = WORKSHOP_FAILED;
    struct buf log = BUF_EMPTY;
    if (workshop_run(building->request, &building->plan->bounds, building->executable, &end, &log, &err) < 0)
        message_send_error(building->out, &err);
    /* Whoever reads the message runs the program at once: a file that is still open for writing cannot be (ETXTBSY). */
    close(steal_fd(&building->executable));
    struct buf body = BUF_EMPTY;
    buf_char(&body, (char)end);
    size_t most = building->plan->bounds.output;
    buf_add(&body, log.data, log.len < most ? log.len : most);
    message_send(building->out, &body);
}

pid_t build_start(const struct build_request *request, int *result, struct err *err)
{
    AUTO_CLOSE int executable = open(request->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    if (executable < 0)
        return err_errno(err, BLAME_ENVIRONMENT, _("cannot write %s"), request->output);
    fchmod(executable, 0755);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    AUTO_CLOSE int in = ends[0];
    AUTO_CLOSE int out = ends[1];
    struct plan plan;
    plan_for_compilers(&plan, request->skeleton);
    plan.cpu = -1;
    struct building building = {request, &plan, out, executable};
    struct sandbox_body body = {run, failed, &building};
    pid_t pid = sandbox_start(&plan, &body, err);
    plan_free(&plan);
    if (pid >= 0)
        *result = steal_fd(&in);
    return pid;
}

int build_result(const void *data, size_t n, struct build_result *result, struct err *err)
{
    const char *body = NULL;
    size_t length = 0;
    *result = (struct build_result){.status = BUILD_BROKEN};
    if (message_open(data, n, &body, &length, err) < 0)
        return -1;
    if (length < 1)
        return err_set(err, BLAME_HARNESS, _("a sandbox ended without a result"));
    size_t errors = diagnostics_read(result, body + 1, length - 1);
    switch ((enum workshop_end)body[0]) {
    case WORKSHOP_BUILT: result->status = BUILD_OK; return 0;
    case WORKSHOP_FAILED:
        result->status = BUILD_FAILED;
        if (errors == 0)
            result->message = mem_printf(_("the compiler stopped without naming an error: %.*s"), 300,
                                         length > 1 ? body + 1 : "");
        return 0;
    case WORKSHOP_NOTHING:
        result->status = BUILD_ABSENT;
        result->message = mem_string(_("the Makefile ran without an error, but left no program of the expected name"));
        return 0;
    case WORKSHOP_FOREIGN:
        result->status = BUILD_ABSENT;
        result->message = mem_string(_("the Makefile left a file of the expected name that cannot be executed here: it is "
                                       "empty, or was built for another machine; its rule must compile the program"));
        return 0;
    case WORKSHOP_LIMIT:
        result->status = BUILD_LIMIT;
        result->message =
            mem_string(_("compiling was stopped: it took too much time or memory, or printed too much"));
        return 0;
    }
    return err_set(err, BLAME_HARNESS, _("a sandbox ended without a result"));
}
