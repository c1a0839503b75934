#include "bench/bare.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watching/sandbox.h"

static const char done = '.', failed_mark = '!';
enum { PORT = 5000, REPLY = 20 };

struct bare {
    const struct plan *plan;
    int out;
};

static _Noreturn void become(const struct plan *plan)
{
    char name[] = "./client_tcp";
    char *const argv[] = {name, NULL};
    char *const environment[] = {NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (sandbox_confine(&plan->bounds) == 0 && dup2(null, STDIN_FILENO) == STDIN_FILENO &&
        dup2(null, STDOUT_FILENO) == STDOUT_FILENO && dup2(null, STDERR_FILENO) == STDERR_FILENO)
        execve("/programs/client_tcp", argv, environment);
    _exit(127);
}

static bool serve(int listener)
{
    char request[256];
    char reply[REPLY];
    memset(reply, 'a', sizeof reply);
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    bool served = read(client, request, sizeof request) > 0 && write(client, reply, sizeof reply) == REPLY;
    close(client);
    return served;
}

static void run(void *arg)
{
    const struct bare *bare = arg;
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = bind(listener, (const struct sockaddr *)&any, sizeof any) == 0 && listen(listener, 1) == 0;
    pid_t pid = good ? fork() : -1;
    if (pid == 0)
        become(bare->plan);
    int status = -1;
    good = pid > 0 && serve(listener) && waitpid(pid, &status, 0) == pid && status == 0;
    if (write(bare->out, good ? &done : &failed_mark, 1) != 1)
        _exit(1);
    _exit(0);
}

static void failed(void *arg, const struct err *err)
{
    const struct bare *bare = arg;
    ssize_t ignored = write(bare->out, err->text, strlen(err->text));
    (void)ignored;
}

pid_t bare_start(const char *skeleton, const char *program, int cpu, int *result, struct err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "pipe");
    AUTO_CLOSE int in = ends[0];
    AUTO_CLOSE int out = ends[1];
    struct plan plan;
    plan_for_programs(&plan, skeleton);
    plan.cpu = cpu;
    plan_add_program(&plan, program, "client_tcp");
    struct bare bare = {&plan, out};
    struct sandbox_body body = {run, failed, &bare};
    pid_t pid = skeleton_slot(skeleton, "client_tcp", err) < 0 ? -1 : sandbox_start(&plan, &body, err);
    plan_free(&plan);
    if (pid >= 0)
        *result = steal_fd(&in);
    return pid;
}

int bare_result(const char *data, size_t n, struct err *err)
{
    if (n == 1 && data[0] == done)
        return 0;
    return err_set(err, BLAME_ENVIRONMENT, "a bare world failed: %.*s", (int)n, data);
}
