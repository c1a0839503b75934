#include "outside/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ground/fs.h"
#include "ground/text.h"
#include "outside/layout.h"

int output_write(int fd, const struct buf *text, struct err *err)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n >= 0) {
            done += (size_t)n;
        } else if (errno == EAGAIN) { /* whoever gave us the terminal made it non-blocking */
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            poll(&wait, 1, -1);
        } else if (errno == EPIPE) {
            return 0;
        } else if (errno != EINTR) {
            return err_errno(err, BLAME_ENVIRONMENT, "%s", _("cannot write the report"));
        }
    }
    return 0;
}

int output_file(const char *path, const struct buf *text, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return output_write(STDOUT_FILENO, text, err);
    sigset_t ending;
    sigset_t before;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigprocmask(SIG_BLOCK, &ending, &before);
    int result = fs_write(path, buf_text(text), text->len, err);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}

bool output_color(enum color color, int fd)
{
    switch (color) {
    case COLOR_ALWAYS: return true;
    case COLOR_NEVER: return false;
    case COLOR_AUTO: break;
    }
    const char *refused = getenv("NO_COLOR"); /* no-color.org: set and not empty */
    const char *terminal = getenv("TERM");
    return isatty(fd) && (refused == NULL || refused[0] == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

int output_columns(int fd)
{
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return LAYOUT_WIDEST;
}
