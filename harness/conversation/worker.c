#include "conversation/worker.h"

#include <errno.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ground/text.h"

struct order {
    worker_job *job;
    void *context;
};

/* A message with one descriptor beside it; the union aligns the buffer (cmsg(3)). */
struct letter {
    struct iovec text;
    struct msghdr message;
    union {
        char data[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } beside;
};

static void prepare(struct letter *letter, struct order *order)
{
    memset(letter, 0, sizeof *letter);
    letter->text = (struct iovec){.iov_base = order, .iov_len = sizeof *order};
    letter->message = (struct msghdr){.msg_iov = &letter->text,
                                      .msg_iovlen = 1,
                                      .msg_control = letter->beside.data,
                                      .msg_controllen = sizeof letter->beside.data};
}

/* --- in the worker --- */

/* False when nobody will ask any more. */
static bool await_order(int fd, struct order *order, int *out)
{
    struct letter letter;
    prepare(&letter, order);
    ssize_t n;
    while ((n = recvmsg(fd, &letter.message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
        continue; /* whoever asks us has got the signal, too, and ends us */
    const struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&letter.message) : NULL;
    if (n != (ssize_t)sizeof *order || header == NULL || header->cmsg_type != SCM_RIGHTS)
        return false;
    memcpy(out, CMSG_DATA(header), sizeof *out);
    return true;
}

static _Noreturn void work(int fd, int cpu)
{
    struct order order;
    for (int out; await_order(fd, &order, &out);) {
        bool fit = order.job(order.context, cpu, &out);
        if (!fit || send(fd, "", 1, MSG_NOSIGNAL) != 1)
            break;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
    }
    _exit(0);
}

static _Noreturn void become_worker(int fd, int cpu)
{
    enum { OURS = STDERR_FILENO + 1 };
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET((size_t)cpu, &only);
    /* It may not outlive us, nor hold open what we close: a result's pipe, another worker's socket. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || (fd != OURS && dup2(fd, OURS) < 0) || close_range(OURS + 1, ~0U, 0) < 0 ||
        close_range(OURS, OURS, CLOSE_RANGE_CLOEXEC) < 0 || (cpu >= 0 && sched_setaffinity(0, sizeof only, &only) < 0))
        _exit(3);
    work(OURS, cpu);
}

/* --- outside --- */

int worker_begin(struct worker *worker, int cpu, struct err *err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_errno(err, BLAME_ENVIRONMENT, "socketpair");
    pid_t pid = fork();
    if (pid == 0)
        become_worker(ends[1], cpu);
    close(ends[1]);
    int process = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0) {
        close(ends[0]); /* then it ends by itself */
        return err_errno(err, BLAME_ENVIRONMENT, "fork");
    }
    *worker = (struct worker){process, ends[0]};
    return 0;
}

int worker_ask(const struct worker *worker, worker_job *job, void *context, int out, struct err *err)
{
    struct order order = {job, context};
    struct letter letter;
    prepare(&letter, &order);
    struct cmsghdr *header = CMSG_FIRSTHDR(&letter.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof out);
    memcpy(CMSG_DATA(header), &out, sizeof out);
    ssize_t n;
    while ((n = sendmsg(worker->fd, &letter.message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        continue;
    return n == (ssize_t)sizeof order ? 0 : err_errno(err, BLAME_HARNESS, _("a process of the grader has ended"));
}

bool worker_is_ready(const struct worker *worker)
{
    char byte;
    ssize_t n;
    while ((n = recv(worker->fd, &byte, 1, 0)) < 0 && errno == EINTR)
        continue;
    return n == 1;
}

void worker_end(struct worker *worker)
{
    if (worker->fd < 0)
        return;
    syscall(SYS_pidfd_send_signal, worker->process, SIGKILL, NULL, 0);
    close(worker->process);
    close(worker->fd);
    *worker = WORKER_NONE;
}
