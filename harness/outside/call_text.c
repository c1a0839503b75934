#include "outside/call_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/facts.h"

bool call_interesting(const struct call *call)
{
    if (call->library)
        return false;
    if (call->pending)
        return true;
    switch (call_role(call->id)) {
    case ROLE_SOCKET:
    case ROLE_PAIR:
    case ROLE_BIND:
    case ROLE_LISTEN:
    case ROLE_ACCEPT:
    case ROLE_CONNECT:
    case ROLE_SHUTDOWN:
    case ROLE_OPTION:
    case ROLE_SLEEP:
    case ROLE_PAUSE:
    case ROLE_POLL:
    case ROLE_KILL:
    case ROLE_HANDLER:
    case ROLE_UNLINK: return true;
    case ROLE_SEND:
    case ROLE_RECEIVE:
    case ROLE_SPLICE:
    case ROLE_DUPLICATE: return call->socket >= 0 || call->injected;
    case ROLE_CLOSE: return call->socket >= 0 || call->error != 0;
    case ROLE_FORK: return call->error != 0; /* what came of it has a row of its own */
    case ROLE_NONE:
    case ROLE_FUTEX:
    case ROLE_TIMER:
    case ROLE_REAL_TIMER:
    case ROLE_NEW_TIMER:
    case ROLE_CLOCK:
    case ROLE_WAIT:
    case ROLE_SIGRETURN:
    case ROLE_EXIT:
    case ROLE_COUNT: return false;
    }
    return false;
}

static char *where_to(const struct address *address)
{
    if (address->len == 0)
        return mem_string("?");
    AUTO_FREE char *text = address_text(address);
    return escape_line(text == NULL ? "?" : text, text == NULL ? 1 : strlen(text));
}

static const char *shutdown_mode(int64_t how)
{
    return how == SHUT_RD ? "SHUT_RD" : how == SHUT_WR ? "SHUT_WR" : how == SHUT_RDWR ? "SHUT_RDWR" : "?";
}

static const char *handler_name(int64_t handler)
{
    return handler == 0 ? "SIG_DFL" : handler == 1 ? "SIG_IGN" : "...";
}

/* What stands between the parentheses. */
static char *arguments(const struct call *call)
{
    int fd = call->fd;
    AUTO_FREE char *address = where_to(&call->address);
    switch (call_role(call->id)) {
    case ROLE_SOCKET:
        return mem_printf("%s, %s", family_constant((int)call->arg[0]),
                          type_constant((int)call->arg[1] & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)));
    case ROLE_BIND:
    case ROLE_CONNECT: return mem_printf("%d, %s", fd, address);
    case ROLE_UNLINK: return mem_string(address);
    case ROLE_HANDLER: return mem_printf("%s, %s", "SIGPIPE", handler_name(call->arg[1]));
    case ROLE_LISTEN: return mem_printf("%d, %d", fd, (int)call->arg[1]);
    case ROLE_SHUTDOWN: return mem_printf("%d, %s", fd, shutdown_mode(call->arg[1]));
    case ROLE_SEND:
        if (call->address.len > 0)
            return mem_printf("%d, %zu, %s", fd, call->asked, address);
        return mem_printf("%d, %zu", fd, call->asked);
    case ROLE_RECEIVE: return mem_printf("%d, %zu", fd, call->asked);
    case ROLE_ACCEPT:
    case ROLE_OPTION:
    case ROLE_SPLICE:
    case ROLE_CLOSE:
    case ROLE_DUPLICATE: return mem_printf("%d", fd);
    case ROLE_NONE:
    case ROLE_PAIR:
    case ROLE_SLEEP:
    case ROLE_PAUSE:
    case ROLE_POLL:
    case ROLE_KILL:
    case ROLE_FUTEX:
    case ROLE_TIMER:
    case ROLE_REAL_TIMER:
    case ROLE_NEW_TIMER:
    case ROLE_CLOCK:
    case ROLE_FORK:
    case ROLE_WAIT:
    case ROLE_SIGRETURN:
    case ROLE_EXIT:
    case ROLE_COUNT: return mem_string("");
    }
    return mem_string("");
}

char *error_text(int error)
{
    const char *name = strerrorname_np(error);
    return name == NULL ? mem_printf(_("error %d"), error) : mem_string(name);
}

/* " (MSG_PEEK|MSG_TRUNC)", behind what must not be cut off. */
static void add_flags(struct buf *text, const struct call *call)
{
    static const struct {
        int flag;
        const char *name;
    } names[] = {
        {MSG_OOB, "MSG_OOB"},           {MSG_PEEK, "MSG_PEEK"},         {MSG_DONTROUTE, "MSG_DONTROUTE"},
        {MSG_TRUNC, "MSG_TRUNC"},       {MSG_DONTWAIT, "MSG_DONTWAIT"}, {MSG_EOR, "MSG_EOR"},
        {MSG_WAITALL, "MSG_WAITALL"},   {MSG_CONFIRM, "MSG_CONFIRM"},   {MSG_ERRQUEUE, "MSG_ERRQUEUE"},
        {MSG_NOSIGNAL, "MSG_NOSIGNAL"}, {MSG_MORE, "MSG_MORE"},
    };
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if ((call_flags(call) & names[i].flag) == 0)
            continue;
        buf_printf(text, "%s%s", any ? "|" : " (", names[i].name);
        any = true;
    }
    if (any)
        buf_char(text, ')');
}

char *call_text(const struct call *call)
{
    AUTO_FREE char *between = arguments(call);
    const char *name = call_title(call);
    AUTO_BUF text = BUF_EMPTY;
    if (call->pending) {
        buf_printf(&text, _("%s(%s) still waits"), name, between);
        add_flags(&text, call);
        return buf_steal(&text);
    }
    buf_printf(&text, "%s(%s)", name, between);
    if (call->result < 0) {
        AUTO_FREE char *error = error_text(call->error);
        buf_printf(&text, " = -1 %s", error);
    } else if (call_role(call->id) != ROLE_SLEEP) {
        buf_printf(&text, " = %" PRId64, call->result);
    }
    if (call->injected)
        buf_printf(&text, " %s", _("(made to fail)"));
    else if (call->timed_out)
        buf_printf(&text, " %s", _("(time is up)"));
    add_flags(&text, call);
    return buf_steal(&text);
}
