/*
 * trial: one check at work. A check states its requirement first, then reaches one verdict; a failure names its diagnosis
 * and its evidence, and says what was expected and what came. Private to the check_*.c files and check.c.
 *
 * Texts are translated, whole sentences without a final stop, and hold nothing that differs between two runs.
 */
#ifndef JUDGEMENT_TRIAL_H
#define JUDGEMENT_TRIAL_H

#include "data/exercise.h"
#include "data/transcript.h"
#include "data/verdict.h"
#include "judgement/check.h"
#include "judgement/diagnosis.h"
#include "judgement/facts.h"

struct trial {
    const struct exercise *exercise; /* whose scenario it is; NULL: not known */
    const struct scenario *scenario;
    const struct transcript *t;
    const struct check_spec *spec; /* NULL for the checks that hold for any scenario */
    int actor;                     /* whom it is about; -1: has not appeared */
    const char *prefix;            /* the program's name when several take part; NULL */
    bool failed_before;            /* an earlier check of this scenario failed */
    const struct source_resolver *resolver;
    struct check_result *result;
    bool consequence; /* failed for something that never happened: why, trial_explains() may know */
};

#define CHECK(name, word, values, parameters, valid, meaning) void judge_##name(struct trial *trial);
#include "judgement/checks.def"
#undef CHECK

/* What the program must do: a sentence, always stated first. */
void trial_requires(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_passes(struct trial *trial);
/* EVIDENCE: the call that shows it, whose source line is looked up; NULL: none. */
void trial_fails(struct trial *trial, enum diagnosis diagnosis, const struct event *evidence);
/*
 * What the check is about never happened: a failure, unless an earlier check of the scenario has failed already and this is
 * only its consequence.
 */
void trial_lacks(struct trial *trial, enum diagnosis diagnosis, const struct event *evidence);
/* The scenario asks for this only when things went another way. */
void trial_does_not_apply(struct trial *trial);
/* After trial_fails() or trial_lacks(). */
void trial_expects(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_shows(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_hints(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The event at this position; NULL for NOWHERE. */
const struct event *trial_event(const struct trial *trial, size_t position);
/* "read (client_tcp.c:52)", or "read" when the line is not known. The caller frees. */
char *trial_place(const struct trial *trial, const struct event *call);
/* The student's program in this scenario, for checks that are about a peer; the first of several. -1: none. */
int trial_program(const struct trial *trial);

/* Whether the peer that the check is about deals in datagrams. */
bool trial_by_datagrams(const struct trial *trial);

/* What to do when no datagram comes: the peer has spoken first, or waits for the program to speak. */
void trial_hints_at_datagrams(struct trial *trial);

/* "connect()"; "write() or send()". Static storage. */
const char *role_calls(enum role role);
/* The diagnosis of a program that never makes this call. */
enum diagnosis role_missing(enum role role);
/* What to do about a call that lacks this flag (MSG_…). (check_flags.c) */
const char *flag_hint(int flag);
/* "ECONNREFUSED"; "?" when there is none. Static storage. */
const char *error_name(int error);
/* "SIGSEGV". Static storage. */
const char *signal_name(int signal);

/*
 * Puts the cause of what failed in place of the failure's own diagnosis and line, and behind what it shows; false when no
 * cause is known. The first only asks why the two sides did not meet, the other one also where the program stopped. (cause.c)
 */
bool trial_explains_meeting(struct trial *trial);
bool trial_explains(struct trial *trial);
/* Only when the cause is the path of a local socket: cut, another one, or a running server's. */
bool trial_explains_path(struct trial *trial);
/* Why an address was not found taken: the first of the above, or what became of the program that should have held it. */
bool trial_explains_conflict(struct trial *trial);
/* Whether a datagram went elsewhere than where it should, or one was taken that came from elsewhere. */
bool trial_explains_delivery(struct trial *trial);
/* What a client did not do once it was connected. */
bool trial_explains_silence(struct trial *trial);
/* Only when the program has shut its receiving direction too early. */
bool trial_explains_shutdown(struct trial *trial);
/* The cause is this call: the diagnosis and a hint that fits its error, what is shown already stays. */
void trial_fails_as(struct trial *trial, const struct event *failed);
/* Where the actor was when the play ended without its end: states actual, diagnosis and evidence. (cause.c) */
void trial_still_running(struct trial *trial, int actor);
/* The limit that a program of the student's went over. (check_stopped.c) */
enum diagnosis limit_diagnosis(enum limit limit);
const char *limit_text(enum limit limit);
/* The call that a loop without end may repeat; NULL when the last one in the transcript is none: the loop makes others. */
const struct event *limit_evidence(const struct trial *trial);
enum diagnosis signal_diagnosis(int signal);
/* Whether the program did its work, over the network, though it should have refused its arguments. (check_errors.c) */
bool trial_went_to_work(const struct trial *trial);
/* A hint that speaks of a connection where the program deals in datagrams becomes one that fits. (check_hints.c) */
void trial_fits_hint(struct trial *trial);
/* A program that was killed: by which signal, after which call. */
void trial_killed(struct trial *trial, int signal, size_t end);

#endif
