/*
 * tracee: what the tracer's files share about processes and threads. Private to watching/tracer_*.c.
 *
 * A thread is RUNNING (perhaps blocked in the kernel), or stopped by us: PARKED before a call that it repeats in vain, HELD at
 * an event that a step waits for, LATE at its very beginning until nothing else would happen, or in a job-control stop.
 */
#ifndef WATCHING_TRACEE_H
#define WATCHING_TRACEE_H

#include <linux/ptrace.h>
#include <sys/types.h>

#include "watching/registers.h"
#include "watching/syscalls.h"
#include "watching/tracer.h"

#define NEVER INT64_MAX

enum thread_state { THREAD_RUNNING, THREAD_PARKED, THREAD_HELD, THREAD_STOPPED, THREAD_LATE };

/* Why a call in progress will end by virtual time, and how its end looks. */
enum wait_kind { WAIT_NONE, WAIT_SLEEP, WAIT_POLL, WAIT_SELECT, WAIT_EPOLL, WAIT_SOCKET, WAIT_FUTEX, WAIT_SIGNAL };

enum descriptor_kind { DESCRIPTOR_NONE, DESCRIPTOR_SOCKET, DESCRIPTOR_TERMINAL, DESCRIPTOR_FILE, DESCRIPTOR_OTHER };
struct descriptor {
    enum descriptor_kind kind;
    int socket;              /* index; -1: a socket that we have not seen being made */
    uint64_t inode;          /* of a socket */
    struct terminal *terminal;
};

enum { REMEMBERED_DESCRIPTORS = 32 };

struct process {
    pid_t pid;
    int actor;
    bool main;
    bool ours;                         /* we killed it */
    bool exiting;                      /* has begun to exit: its open sockets are written down */
    int threads;
    uint64_t code_low, code_high, base; /* where the student's file is mapped; 0: not known */
    int64_t alarm, alarm_interval;     /* virtual ITIMER_REAL; NEVER: off */
    bool shares_descriptors;           /* with another process, which may close them as well */
    struct descriptor known[REMEMBERED_DESCRIPTORS]; /* by number; DESCRIPTOR_NONE: not known */
};

struct thread {
    pid_t tid;
    struct process *process;
    enum thread_state state;
    int stat_fd, syscall_fd; /* /proc/TID/stat and /proc/TID/syscall, kept open; -1 */

    bool in_call; /* between the entry and the exit of `row` */
    const struct syscall_row *row;
    uint64_t args[6];
    uint64_t returns[8]; /* return addresses that were looked at already */
    unsigned n_returns;  /* ever */
    struct call call;
    size_t message; /* of several that one call sends or receives: the one at hand */
    bool changed;  /* arguments were changed; `before` holds the registers to restore */
    struct registers before;
    enum wait_kind wait;
    int64_t wake;      /* virtual time at which the call ends; NEVER */
    bool late;         /* it is to begin late */
    bool vforking;     /* its child runs in its memory: it waits, in a way of its own */
    bool interrupting; /* we asked for a stop to end the wait */
    int pending_connect; /* our copy of the socket while connect() is made to look interrupted; -1 */
    bool interrupted;  /* the call left with a restart code: it goes on, or becomes EINTR */

    unsigned empties;       /* calls in a row that gave nothing */
    unsigned tries;         /* calls that gave nothing since the conversation last went on, or since the thread last slept */
    unsigned clocks;        /* of those tries, looks at a clock since something was last printed */
    bool found;             /* the last call was a poll() that found something */
    enum call_id empty_id;  /* the last of them */
    int empty_error;
    uint64_t seen_activity; /* when it was parked */
    bool looked;            /* its last call in the transcript is a look that saw nothing */
};

struct terminal {
    int number; /* /dev/pts/NUMBER */
    int master;
    int actor;
    enum stream stream;
    size_t printed;  /* bytes */
    uint64_t prints; /* calls */
    struct tracer *tracer;
};

struct watched_fd {
    int fd;
    void (*ready)(void *context, uint32_t events);
    void *context;
};

struct tracked_socket {
    uint64_t inode;
    int64_t receive_timeout, send_timeout; /* SO_RCVTIMEO, SO_SNDTIMEO, ns; 0: none */
    size_t kept_sent, kept_received;       /* bytes in the transcript */
};

struct stranger { /* a new thread whose parent's event has not come yet */
    pid_t tid;
    int status;
};

struct tracer {
    struct transcript *transcript;
    struct bounds bounds;
    const struct policy *policy;
    int cpu;
    struct fault *faults;
    size_t n_faults;
    bool (*trap)(void *context, const struct event *event);
    void *trap_context;
    void (*witness)(void *context); /* see tracer_set_witness() */
    void *witness_context;

    struct process **processes;
    size_t n_processes;
    struct thread **threads;
    size_t n_threads;
    struct stranger *strangers;
    size_t n_strangers;
    int ptmx; /* opened anew for each terminal */
    struct terminal **terminals;
    size_t n_terminals;
    bool pours; /* somebody lets the kernel itself carry bytes, maybe to a terminal */
    struct watched_fd **watched;
    size_t n_watched;
    struct tracked_socket *tracked; /* transcript.sockets, in the same order */
    size_t n_tracked;
    struct input **inputs; /* by actor: its standard input; NULL */
    size_t n_inputs;
    struct spending {    /* by actor: processor time, ns */
        int64_t ended;   /* of its processes that have ended */
        int64_t at_progress; /* of all of them, when the conversation was last seen to have gone on */
    } *spending;
    size_t n_spending;
    uint64_t progress, seen_progress; /* counts what carries the conversation on */

    int epoll, signals, softnet;
    int64_t now;       /* virtual, ns */
    uint64_t activity; /* counts what may interest a polling thread */
    struct passing {   /* how virtual time has passed: see tracer_time.c */
        unsigned wakes, fruitless; /* in this run; since the last progress */
        bool timed;                /* somebody has looked at a clock since then */
        int64_t begun, progressed; /* virtual times */
        int64_t leap;              /* how far time goes beyond what is asked for when wakes change nothing */
    } passing;
    unsigned stops;    /* handled so far */
    unsigned begun;    /* processes and threads, by programs themselves, in vain ones too */
    size_t kept;       /* bytes in the transcript */
    size_t left_out;   /* events that are not in it */
    uint64_t given;    /* bytes that the script has given to programs */
    bool real_timer;   /* a program uses a timer that is not virtual */
    struct timer *timers; /* see tracer_timer.c */
    size_t n_timers;
    bool busy;         /* somebody polls in vain */
    bool busy_at_end;  /* the last who did so found the end of a file each time */
    int late_threads;  /* the actor whose threads begin late, plus 1; 0: none */
};

/* The virtual calendar time at which every world begins: a whole second, the same for all. */
enum { EPOCH_SECONDS = 1767254400 };

/* tracer_process.c */
struct thread *thread_find(const struct tracer *tracer, pid_t tid);
struct thread *thread_add(struct tracer *tracer, pid_t tid, struct process *process);
void thread_renumber(struct thread *thread, pid_t tid);
void thread_remove(struct tracer *tracer, struct thread *thread);
struct process *process_add(struct tracer *tracer, pid_t pid, int actor, bool main);
struct process *process_find(const struct tracer *tracer, pid_t pid);
void process_remove(struct tracer *tracer, struct process *process);
void process_note(struct tracer *tracer, struct process *process, enum process_change change, int other, int status);
void process_held(struct tracer *tracer, struct process *process, bool at_exit);
/* tracer_count.c: the first of the threads that are late begins; false when there is none. */
bool process_late_begins(struct tracer *tracer);
int64_t process_cpu(const struct process *process); /* ns */

/* tracer_exec.c */
void process_executed(struct tracer *tracer, struct thread *thread);

/* tracer_call.c: a watched call begins or ends; each leaves the thread resumed, or stopped on purpose. */
void call_entry(struct tracer *tracer, struct thread *thread, const struct ptrace_syscall_info *info);
void call_exit(struct tracer *tracer, struct thread *thread, const struct ptrace_syscall_info *info);
void call_abandon(struct thread *thread); /* frees what the call in progress owns */
/* The result is set here and now; the kernel does not run the call. */
void call_answer(struct tracer *tracer, struct thread *thread, int64_t result, bool record);
struct event *call_record(struct tracer *tracer, struct thread *thread);
void call_unpark(struct tracer *tracer, struct thread *thread);
void call_describe(struct tracer *tracer, struct thread *thread); /* thread->call of a parked thread: what it is about to do */

/* tracer_descriptor.c */
/* Asks the kernel. */
struct descriptor descriptor_resolve(struct tracer *tracer, pid_t tid, int fd);
/* The same for a thread that is about to use it; what was found is remembered until the process closes it. */
struct descriptor descriptor_used(struct tracer *tracer, const struct thread *thread, int fd);
void descriptor_remember(struct process *process, int fd, const struct descriptor *descriptor);
void descriptor_forget(struct process *process, int fd); /* it is about to be closed */
void descriptor_forget_all(struct process *process);
int socket_index(const struct tracer *tracer, uint64_t inode);
int socket_add(struct tracer *tracer, uint64_t inode, const struct socket_object *object);

/* tracer_decode.c */
void decode_entry(struct tracer *tracer, struct thread *thread);
void decode_exit(struct tracer *tracer, struct thread *thread);
/* What of SIZE bytes the call sent or received, gathered from its buffers, at most KEEP. */
void decode_data(struct thread *thread, size_t size, size_t keep, struct bytes *out);
/* Of the first SIZE bytes of the call's buffers. */
struct digest decode_digest(struct thread *thread, size_t size);
/* Whether the call's buffers can be read up to that many bytes. */
bool decode_readable(struct thread *thread, size_t size);
/* The student's own code that made the call: call.pc, or else call.stack. */
void decode_place(struct tracer *tracer, struct thread *thread, uint64_t ip, uint64_t sp);

/* tracer_fault.c: true when the call was answered here. */
bool fault_inject(struct tracer *tracer, struct thread *thread, enum role role, const struct descriptor *descriptor);
/* At the exit of a connect() that is to look interrupted. */
void fault_finish_connect(struct thread *thread, int64_t *result);

/* tracer_output.c: a call that writes on a terminal; true when it was answered here. */
bool output_answer(struct tracer *tracer, struct thread *thread, struct terminal *terminal);

/* tracer_time.c */
enum time_answer { TIME_NOT_OURS, TIME_ANSWERED /* the call is skipped, its result set */, TIME_WAITS /* resume until exit */ };
enum time_answer time_entry(struct tracer *tracer, struct thread *thread);
/* A call comes back: with its own result, with that of a timeout (filled in), or to go on after a signal. */
enum time_back { BACK_PLAIN, BACK_TIMED_OUT, BACK_GOES_ON };
enum time_back time_exit(struct tracer *tracer, struct thread *thread, int64_t *result);
bool time_wake_next(struct tracer *tracer);
/* A struct timespec (UNIT 1) or timeval (UNIT 1000) of the program; false when it is none that the kernel would take. */
bool time_fetch(const struct thread *thread, uint64_t where, int64_t unit, int64_t *out);
void time_store(const struct thread *thread, uint64_t where, int64_t value, int64_t unit);
/* The call gets this result and is not run. */
enum time_answer time_answered(struct thread *thread, int64_t result);
void time_begin_run(struct tracer *tracer);
/* The conversation went on: a call on a socket succeeded, a process began or ended, a peer did something. */
void time_progress(struct tracer *tracer);

/* tracer_timer.c: timers that programs make for themselves. */
enum time_answer timer_entry(struct tracer *tracer, struct thread *thread);
void timer_made(struct tracer *tracer, const struct thread *thread);
int64_t timer_next(const struct tracer *tracer); /* when the first of them is due; NEVER */
void timer_ring(struct tracer *tracer);          /* that one */
void timer_forget(struct tracer *tracer, const struct process *process); /* those of this process; NULL: all */

/* tracer_clock.c */
/* What a clock shows now, ns: the calendar, or the time since the machine was started. */
int64_t time_moment(const struct tracer *tracer, bool calendar);
bool clock_is_calendar(int64_t clock);
enum time_answer clock_read(struct tracer *tracer, struct thread *thread);

/* tracer_quiet.c */
bool quiet_now(struct tracer *tracer);
bool thread_blocked(struct tracer *tracer, struct thread *thread);
bool quiet_over_limit(struct tracer *tracer);
int64_t quiet_cpu(const struct tracer *tracer, int actor); /* ns, of all processes of the actor */

/* What arrived at a terminal by other calls than those, splice() for instance. */
void terminal_drain(void *context, uint32_t events);
/*
 * Takes what is under way at any terminal; false when nothing is. A kernel worker carries it from one end to the other, maybe
 * much later on a busy machine, but a read() of the other end does that itself first (n_tty_read() in the kernel).
 */
bool terminals_deliver(struct tracer *tracer);

/* tracer_input.c: FD, where it is written, and READER, the pipe's other end, become the input's. */
int input_open(struct tracer *tracer, int actor, int fd, int reader);
/* A call that may have held the pipe is over. */
void input_go_on(struct tracer *tracer, int actor);
void inputs_free(struct tracer *tracer);

/* tracer_stop.c: handles all stops that there are; whether there was any. */
bool stops_handle(struct tracer *tracer);
void tracer_resume(struct thread *thread, bool until_exit, int signal_number);

/* tracer.c */
void tracer_flag(struct tracer *tracer, int actor, const char *text);
/* One more process or thread, or one more attempt at it. */
void tracer_count_begun(struct tracer *tracer, int actor);
void tracer_limit(struct tracer *tracer, enum limit limit, int actor);
bool tracer_pump(struct tracer *tracer); /* handles all that is ready; whether there was anything */

#endif
