/*
 * transcript: all that happened in a scenario, in order. The only thing that checks read.
 *
 * Life cycle: the scenario's own process fills it in (transcript_add), writes it into a pipe (transcript_write), the grader
 * reads it back (transcript_read) and judges. An event stands where it *ended*: a call at its return, output when it came.
 * Calls that never returned stand at the end, marked `pending`. Times are virtual: nanoseconds since the world began.
 *
 * The transcript owns all that its events point to.
 */
#ifndef DATA_TRANSCRIPT_H
#define DATA_TRANSCRIPT_H

#include "data/address.h"
#include "data/call.h"
#include "data/digest.h"
#include "ground/base.h"
#include "ground/buf.h"

enum event_kind {
    EVENT_STEP,    /* a step of the script begins */
    EVENT_CALL,    /* a program's system call returned (or never did) */
    EVENT_OUTPUT,  /* a program wrote on its terminal */
    EVENT_INPUT,   /* the script wrote on a program's standard input */
    EVENT_PROCESS, /* a process or thread began, changed its program or ended */
    EVENT_DEED,    /* a scripted peer, or the world, did or saw something */
    EVENT_PACKET,  /* a packet went over the world's loopback */
    EVENT_HELD,    /* a program (a process of it) still has this socket open: at its exit, or at the end of the play */
    EVENT_TASKS,   /* how many processes and threads a program has at this moment */
    EVENT_STUCK,   /* nothing more would happen, and the step in progress was not done */
    EVENT_FLAG     /* something the instructor should know */
};

enum stream { STREAM_STDOUT = 1, STREAM_STDERR = 2 };

struct bytes {
    char *data;   /* the first `stored` bytes, with a NUL behind them; NULL when none */
    size_t stored;
    size_t total; /* how many there really were */
    uint64_t hash; /* when not all are stored: of all of them, as in struct digest; 0: nobody looked at them */
};

/* Where in the student's source: resolved on demand from `pc` or from the saved stack. */
struct source {
    char *file; /* relative to the submission's program folder; NULL: not known */
    int line;
};

/* What unwinding needs later when the return address was not at hand: registers and the top of the stack. */
struct stack {
    uint64_t registers[17]; /* in DWARF order: on x86-64 rax rdx rcx rbx rsi rdi rbp rsp r8…r15 rip */
    struct bytes top;       /* from the stack pointer upward */
};

struct call {
    enum call_id id;
    int thread;
    int fd;         /* the descriptor argument; -1: none or really -1 (see arg) */
    int socket;     /* index into transcript.sockets of what `fd` is; -1: no socket */
    int new_socket; /* socket, accept: index of what the result is; -1 */
    int64_t arg[6];
    int64_t result; /* >= 0, or -1 */
    int error;      /* errno when result is -1 */
    bool pending;   /* had not returned when the scenario ended */
    bool timed_out; /* ended by virtual time */
    bool injected;  /* the result was set by a fault, the kernel did not run the call */
    bool library;   /* made by getaddrinfo and the like for themselves (netlink, resolver) */
    size_t asked;   /* bytes that the program offered, or had room for */
    struct address address; /* given (bind, connect, sendto) or filled by the kernel (accept, recvfrom) */
    struct bytes data;      /* what was really sent or received; the value of an option */
    uint64_t pc;            /* the student's code that made it: offset in the program's file; 0: see stack */
    struct stack *stack;    /* NULL when pc is known */
    struct source source;
};

struct output {
    enum stream stream;
    struct bytes bytes;
};

enum process_change { PROCESS_STARTED, PROCESS_FORKED, PROCESS_THREAD, PROCESS_EXECUTED, PROCESS_EXITED, PROCESS_KILLED };

struct process_event {
    enum process_change change;
    int other;  /* forked, thread: the new one's number */
    int status; /* exited: status; killed: signal */
    bool main;  /* exited, killed: it is the process that the step started */
    bool ours;  /* killed: by the harness itself (end of the play, signal step, limit) */
};

enum deed_kind {
    DEED_LISTENING, DEED_BOUND, DEED_CONNECTED, DEED_REFUSED, DEED_ACCEPTED, DEED_SENT, DEED_RECEIVED, DEED_END_OF_FILE,
    DEED_RESET, DEED_HALF_CLOSED, DEED_CLOSED, DEED_FAILED,
    DEED_FOUND, DEED_MISSING, /* the world's: a file is there, or is not */
    DEED_URGENT               /* received as urgent data */
};

struct deed {
    enum deed_kind kind;
    struct bytes bytes;     /* sent, received, urgent */
    struct address address; /* who is at the other end; found, missing: the path */
    struct address own;     /* connected, sent: the peer's own, where the other end sees it come from */
    int error;              /* refused, failed: errno; closed: ECONNRESET when the peer reset the connection */
};

enum { PACKET_FIN = 1, PACKET_SYN = 2, PACKET_RST = 4, PACKET_PSH = 8, PACKET_ACK = 16, PACKET_URG = 32 };

struct packet {
    int protocol; /* IPPROTO_TCP, … */
    struct address from, to;
    int flags;         /* TCP's, PACKET_… */
    uint32_t sequence;
    size_t payload;    /* bytes */
    struct bytes raw;  /* from the IP header on, truncated */
};

struct held {
    int socket;
    int fd;
    bool at_exit; /* the process ended with it; false: the play ended, the process lives */
};

struct tasks {
    int processes; /* alive */
    int threads;   /* alive, of all processes together */
    int zombies;   /* ended children that their parent has not waited for */
    uint64_t room; /* bytes of address space of the process that has most: ended threads that nobody joins keep theirs */
};

struct stuck {
    int step;       /* index of the step in progress; -1: the end of the play */
    bool busy_wait; /* somebody polls without end */
    bool at_end;    /* and what it asks for over and over is bytes, where the end of the file was found */
};

struct event {
    enum event_kind kind;
    int actor;    /* index into transcript.actors; -1: the world */
    int process;  /* process number in the world; 0: a peer or the world */
    int64_t time;
    union {
        int step;
        struct call call;
        struct output output;
        struct bytes input;
        struct process_event change;
        struct deed deed;
        struct packet packet;
        struct held held;
        struct tasks tasks;
        struct stuck stuck;
        char *flag;
    };
};

enum actor_kind { ACTOR_PROGRAM, ACTOR_REFERENCE, ACTOR_PEER };

struct actor {
    char *name;
    enum actor_kind kind;
    char *program; /* programs: path outside of the executable, for source lines; NULL for peers */
    char *modules; /* programs: what was mapped when a stack was saved, lines of "BASE PATH", BASE in hex; NULL: nothing */
};

struct socket_object {
    int actor;   /* who created it */
    int family;  /* AF_… */
    int type;    /* SOCK_…, without flags */
    int protocol;
    bool accepted;  /* came out of accept() */
    bool library;   /* see struct call */
};

enum limit { LIMIT_NONE, LIMIT_CPU, LIMIT_OUTPUT, LIMIT_MEMORY, LIMIT_PROCESSES, LIMIT_REAL_TIME, LIMIT_EVENTS };

struct transcript {
    struct actor *actors;
    size_t n_actors;
    struct socket_object *sockets;
    size_t n_sockets;
    struct event *events;
    size_t n_events;
    bool stuck;        /* the play did not reach its end: an EVENT_STUCK says where */
    enum limit limit;  /* a program went over a limit and everything was ended */
    int limit_actor;   /* whose */
    int64_t end;       /* virtual time at the end */
};

void transcript_init(struct transcript *t);
void transcript_free(struct transcript *t);
/*
 * The function that made the call, by the name that programmers know: recv() is recvfrom to the kernel, and clone() is what
 * fork() and pthread_create() make. Static storage, never NULL.
 */
const char *call_title(const struct call *call);
/* A new event at the end, of this kind, the rest zeroed (descriptors and sockets -1). Valid until the next call. */
struct event *transcript_add(struct transcript *t, enum event_kind kind, int actor, int process, int64_t time);
int transcript_actor(const struct transcript *t, const char *name); /* -1: none */
/* What the call does: its role, but for a splice() what it does with its socket, which is sending or receiving. */
enum role call_effect(const struct call *call);
/* Keeps a copy of the first KEEP of N bytes; what BYTES held before is freed (so it must have been zeroed once). */
void bytes_set(struct bytes *bytes, const void *data, size_t n, size_t keep);
/* Adds all bytes, stored or not, behind what DIGEST stands for. */
void bytes_digest(const struct bytes *bytes, struct digest *digest);

/*
 * A compact binary form with a version number and a checksum; calls are stored by name, so that it outlives changes of
 * calls.def. `transcript_write` appends to OUT. `transcript_read` trusts nothing: a damaged one gives an error and leaves T
 * empty; what it lets through has every actor and socket either -1 or in range, every enum one of its values, and every
 * address no longer than its room. Steps are only known to be -1 or more: it does not know the script.
 */
void transcript_write(const struct transcript *t, struct buf *out);
int transcript_read(struct transcript *t, const void *data, size_t n, struct err *err);

#endif
