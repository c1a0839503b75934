/* check: how programs end, and how the results of checks make the verdict of a scenario. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "judgement/check.h"
#include "judgement/diagnosis.h"
#include "tests/staged.h"
#include "tests/suites.h"

#define CODE(name, value, of) staged_code(&s, name, value, of, NULL)

static void test_status(void)
{
    struct staged s;
    staged_begin(&s);
    staged_exit(&s, 0);
    CU_ASSERT_STRING_EQUAL(CODE("exits", "0", "client"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("exits", "any", "client"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("exits", "nonzero", "client"), "S025");
    CU_ASSERT_STRING_EQUAL(CODE("survives", "true", "client"), "S061");
    staged_end(&s);
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_connect, socket, -1, ECONNREFUSED);
    staged_exit(&s, 2);
    CU_ASSERT_STRING_EQUAL(CODE("exits", "nonzero", "client"), "passed");
    const struct check_result *result = staged_verdict(&s, "exits", "0", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S067");
    CU_ASSERT_STRING_EQUAL(result->expected, "status 0");
    CU_ASSERT_STRING_EQUAL(result->actual, "status 2, after connect failed with ECONNREFUSED");
    staged_end(&s);
}

static void test_crash(void)
{
    struct staged s;
    staged_begin(&s);
    struct call *call = staged_call(&s, CALL_read, -1, 0, 0);
    call->source = (struct source){mem_string("client_tcp.c"), 52};
    staged_kill(&s, SIGSEGV, false);
    const struct check_result *result = staged_verdict(&s, "exits", "0", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S049");
    CU_ASSERT_STRING_EQUAL(result->actual, "it was killed by SIGSEGV; its last call was read (client_tcp.c:52)");
    CU_ASSERT_STRING_EQUAL(result->file, "client_tcp.c");
    CU_ASSERT_EQUAL(result->line, 52);
    CU_ASSERT_STRING_EQUAL(s.result.checks[0].id, "no-crash");
    CU_ASSERT_EQUAL(s.result.checks[0].verdict, VERDICT_FAILED);
    CU_ASSERT_STRING_EQUAL(CODE("survives", "true", "client"), "S049");
    staged_end(&s);
}

static void test_not_started(void)
{
    for (int executed = 0; executed < 2; executed++) {
        for (int loader = 0; loader < 2; loader++) {
            struct staged s;
            staged_begin(&s);
            if (executed == 1)
                transcript_add(&s.t, EVENT_PROCESS, STAGED_PROGRAM, s.process, s.time++)->change.change = PROCESS_EXECUTED;
            staged_print(&s, STREAM_STDERR, loader == 1 ? "./p: error while loading shared libraries: libx.so\n" : "no\n");
            staged_exit(&s, 127);
            staged_check(&s, "exits", "0", "client", NULL);
            staged_judge(&s);
            bool told = strcmp(s.result.checks[0].id, "starts") == 0;
            CU_ASSERT_EQUAL(told, executed == 0 || loader == 1); /* its own 127 is a status like any other */
            staged_end(&s);
        }
    }
}

static void test_sigpipe_is_no_crash(void)
{
    struct staged s;
    staged_begin(&s);
    staged_kill(&s, SIGPIPE, false);
    CU_ASSERT_STRING_EQUAL(CODE("exits", "any", "client"), "S050");
    CU_ASSERT_EQUAL(s.result.n_checks, 1);
    staged_end(&s);
}

static void test_ended_by_the_scenario(void)
{
    struct staged s;
    staged_begin(&s);
    struct event *step = transcript_add(&s.t, EVENT_STEP, -1, 0, 5);
    step->step = staged_step(&s, STEP_SIGNAL, "client");
    staged_kill(&s, SIGTERM, true);
    CU_ASSERT_STRING_EQUAL(CODE("exits", "any", "client"), "passed");
    CU_ASSERT_STRING_EQUAL(CODE("exits", "0", "client"), "S056");
    CU_ASSERT_STRING_EQUAL(CODE("survives", "true", "client"), "passed");
    staged_end(&s);
}

static void test_deadlock(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    struct call *call = staged_pending(&s, CALL_read, socket);
    call->source = (struct source){mem_string("client_tcp.c"), 52};
    staged_stuck(&s, 0, false);
    const struct check_result *result = staged_verdict(&s, "exits", "any", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S052");
    CU_ASSERT_EQUAL(result->line, 52);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "read (client_tcp.c:52)"));
    CU_ASSERT_EQUAL(s.result.n_checks, 1); /* goes-on is not needed: the check says why */
    staged_end(&s);
}

static const char *code_when_blocked_in(enum call_id id)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_pending(&s, id, id == CALL_accept || id == CALL_connect ? socket : -1);
    staged_stuck(&s, 0, false);
    static char code[8];
    snprintf(code, sizeof code, "%s", CODE("exits", "0", "client"));
    staged_end(&s);
    return code;
}

static void test_other_waits(void)
{
    CU_ASSERT_STRING_EQUAL(code_when_blocked_in(CALL_accept), "S053");
    CU_ASSERT_STRING_EQUAL(code_when_blocked_in(CALL_read), "S054");
    CU_ASSERT_STRING_EQUAL(code_when_blocked_in(CALL_futex), "S055");
    CU_ASSERT_STRING_EQUAL(code_when_blocked_in(CALL_wait4), "S055");
    CU_ASSERT_STRING_EQUAL(code_when_blocked_in(CALL_connect), "S056");
    CU_ASSERT_STRING_EQUAL(code_when_blocked_in(CALL_nanosleep), "S056");
}

static void test_busy_wait(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_recvfrom, socket, -1, EAGAIN);
    staged_stuck(&s, -1, true);
    CU_ASSERT_STRING_EQUAL(CODE("exits", "0", "client"), "S057");
    CU_ASSERT_STRING_EQUAL(CODE("survives", "true", "client"), "S057");
    staged_end(&s);
}

/* The call that comes back with 0 is named for what it says, and not as polling. */
static void test_reading_on_at_the_end(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_recvfrom, socket, 0, 0)->source = (struct source){mem_string("client_tcp.c"), 42};
    staged_stuck(&s, -1, true);
    s.t.events[s.t.n_events - 1].stuck.at_end = true;
    const struct check_result *result = staged_verdict(&s, "exits", "0", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S057");
    CU_ASSERT_EQUAL(result->line, 42);
    CU_ASSERT_PTR_NOT_NULL(strstr(result->actual, "returns 0, which is the end"));
    CU_ASSERT_PTR_NOT_NULL(strstr(result->hint, "leave the loop"));
    staged_end(&s);
}

/* What a child met with did not end its parent; what the parent tells of did. */
static void test_ended_by_a_signal(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    int dialogue = staged_accept(&s, socket);
    s.process = 3;
    staged_call(&s, CALL_recvfrom, dialogue, -1, ECONNRESET);
    s.process = 2;
    staged_print(&s, STREAM_STDERR, "accept: Interrupted system call\n");
    staged_exit(&s, 1);
    const struct check_result *result = staged_verdict(&s, "survives", "true", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->diagnosis, "S064");
    CU_ASSERT_PTR_NULL(strstr(result->actual, "ECONNRESET"));
    staged_end(&s);
}

static void test_limits(void)
{
    static const struct {
        enum limit limit;
        const char *code;
    } cases[] = {{LIMIT_CPU, "S058"}, {LIMIT_EVENTS, "S058"}, {LIMIT_OUTPUT, "S059"}, {LIMIT_MEMORY, "S060"},
                 {LIMIT_PROCESSES, "S060"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct staged s;
        staged_begin(&s);
        s.t.limit = cases[i].limit;
        s.t.limit_actor = STAGED_PROGRAM;
        staged_kill(&s, SIGKILL, true);
        CU_ASSERT_STRING_EQUAL(CODE("exits", "any", "client"), cases[i].code);
        CU_ASSERT_STRING_EQUAL(s.result.checks[0].id, "within-limits");
        CU_ASSERT_EQUAL(s.result.blame, BLAME_SUBMISSION);
        staged_end(&s);
    }
}

static void test_not_the_students_fault(void)
{
    struct staged s;
    staged_begin(&s);
    staged_exit(&s, 0);
    s.t.limit = LIMIT_REAL_TIME;
    s.t.limit_actor = STAGED_PROGRAM;
    CU_ASSERT_STRING_NOT_EQUAL(CODE("exits", "0", "client"), "passed");
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_BROKEN);
    CU_ASSERT_EQUAL(s.result.blame, BLAME_ENVIRONMENT);
    s.t.limit = LIMIT_NONE;
    s.actor = staged_actor(&s, "model", ACTOR_REFERENCE);
    staged_kill(&s, SIGSEGV, false);
    CODE("exits", "0", "client");
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_BROKEN);
    CU_ASSERT_EQUAL(s.result.blame, BLAME_HARNESS);
    CU_ASSERT_STRING_EQUAL(s.result.reason, "the model program 'model' was killed by SIGSEGV");
    staged_end(&s);
}

static void test_peer_that_cannot_begin(void)
{
    struct staged s;
    staged_begin(&s);
    s.t.n_events = 0; /* before the program started */
    staged_deed(&s, STAGED_PEER, DEED_FAILED, NULL);
    s.t.events[0].deed.error = EADDRINUSE;
    CODE("exits", "0", "client");
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_BROKEN);
    CU_ASSERT_EQUAL(s.result.blame, BLAME_HARNESS);
    staged_end(&s);
}

static void test_goes_on(void)
{
    struct staged s;
    staged_begin(&s);
    int step = staged_step(&s, STEP_UNTIL, "client");
    s.steps[step].condition = CONDITION_EXITED;
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_pending(&s, CALL_read, socket);
    staged_stuck(&s, step, false);
    staged_check(&s, "creates-socket", "inet stream", "client", NULL);
    staged_judge(&s);
    CU_ASSERT_EQUAL_FATAL(s.result.n_checks, 2);
    CU_ASSERT_EQUAL(s.result.checks[0].verdict, VERDICT_PASSED);
    CU_ASSERT_STRING_EQUAL(s.result.checks[1].id, "goes-on");
    CU_ASSERT_STRING_EQUAL(s.result.checks[1].diagnosis, "S052");
    CU_ASSERT_PTR_NOT_NULL(strstr(s.result.checks[1].expected, "the program ends"));
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_FAILED);
    CU_ASSERT_EQUAL(s.result.points, 0);
    staged_end(&s);
}

static void test_consequences_are_skipped(void)
{
    struct staged s;
    staged_begin(&s);
    staged_exit(&s, 0);
    staged_check(&s, "connects-to", "5000", "client", NULL);
    staged_check(&s, "prints-count", "received", "client", NULL);
    staged_judge(&s);
    CU_ASSERT_EQUAL(s.result.checks[0].verdict, VERDICT_FAILED);
    CU_ASSERT_STRING_EQUAL(s.result.checks[0].diagnosis, "S001");
    CU_ASSERT_EQUAL(s.result.checks[1].verdict, VERDICT_SKIPPED);
    CU_ASSERT_PTR_NULL(s.result.checks[1].diagnosis);
    CU_ASSERT_STRING_EQUAL(CODE("prints-count", "received", "client"), "S063");
    staged_end(&s);
}

/* A scenario that may go either way says which of its checks belong to which. */
static void test_checks_depend_on_what_happened(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_listen, socket, 0, 0);
    staged_exit(&s, 1);
    CU_ASSERT_STRING_NOT_EQUAL(staged_code(&s, "exits", "0", "client", "when=listen"), "skipped");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", "unless=listen"), "skipped");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "exits", "0", "client", "when=bind"), "skipped");
    CU_ASSERT_STRING_NOT_EQUAL(staged_code(&s, "exits", "0", "client", "unless=bind"), "skipped");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "ok", "server", "when=bind"), "skipped");
    staged_end(&s);
}

static void test_passed(void)
{
    struct staged s;
    staged_begin(&s);
    staged_exit(&s, 0);
    struct event *flag = transcript_add(&s.t, EVENT_FLAG, 0, 2, 3);
    flag->flag = mem_string("odd");
    flag = transcript_add(&s.t, EVENT_FLAG, 0, 2, 4);
    flag->flag = mem_string("odd");
    const struct check_result *result = staged_verdict(&s, "exits", "0", "client", NULL);
    CU_ASSERT_PTR_NULL(result->expected);
    CU_ASSERT_PTR_NULL(result->actual);
    CU_ASSERT_PTR_NULL(result->hint);
    CU_ASSERT_STRING_EQUAL(result->requirement, "The program ends by itself, with status 0");
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_PASSED);
    CU_ASSERT_EQUAL(s.result.blame, BLAME_NONE);
    CU_ASSERT_EQUAL(s.result.points, 2);
    CU_ASSERT_EQUAL(s.result.n_flags, 1);
    CU_ASSERT_STRING_EQUAL(s.result.title, "Staged");
    staged_end(&s);
}

static void test_nothing_is_never_passed(void)
{
    struct staged s;
    staged_begin(&s);
    staged_judge(&s);
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_BROKEN);
    CU_ASSERT_EQUAL(s.result.blame, BLAME_EXERCISE);
    CU_ASSERT_STRING_EQUAL(CODE("no-such-check", "1", "client"), "broken");
    CU_ASSERT_EQUAL(s.result.verdict, VERDICT_BROKEN);
    staged_end(&s);
}

static void test_several_programs(void)
{
    struct staged s;
    staged_begin(&s);
    staged_step(&s, STEP_START, "second");
    staged_actor(&s, "second", ACTOR_PROGRAM);
    staged_exit(&s, 0);
    const struct check_result *result = staged_verdict(&s, "exits", "nonzero", "client", NULL);
    CU_ASSERT_STRING_EQUAL(result->requirement, "client: The program ends by itself, with a status other than 0");
    /* It has no event: it was never started, and has not survived anything. */
    CU_ASSERT_STRING_EQUAL(CODE("survives", "true", "second"), "failed");
    CU_ASSERT_PTR_NOT_NULL(strstr(s.result.checks[0].actual, "never started"));
    staged_end(&s);
}

static void test_catalogue(void)
{
    CU_ASSERT_EQUAL(diagnosis_find("S014"), DIAGNOSIS_PORT_BYTE_ORDER);
    CU_ASSERT_EQUAL(diagnosis_find("s14"), DIAGNOSIS_PORT_BYTE_ORDER);
    CU_ASSERT_EQUAL(diagnosis_find("error-not-reported"), DIAGNOSIS_ERROR_NOT_REPORTED);
    CU_ASSERT_STRING_EQUAL(diagnosis_code(DIAGNOSIS_ERROR_NOT_REPORTED), "S021");
    CU_ASSERT_EQUAL(diagnosis_find("S999"), DIAGNOSIS_NONE);
    CU_ASSERT_EQUAL(diagnosis_find(""), DIAGNOSIS_NONE);
    CU_ASSERT_EQUAL(diagnosis_find("S0"), DIAGNOSIS_NONE);
    CU_ASSERT_PTR_NULL(diagnosis_hint(DIAGNOSIS_NONE));
    for (int i = 1; i < DIAGNOSIS_COUNT; i++) {
        enum diagnosis diagnosis = (enum diagnosis)i;
        CU_ASSERT_EQUAL(diagnosis_find(diagnosis_code(diagnosis)), diagnosis); /* no code or slug twice */
        CU_ASSERT_EQUAL(diagnosis_find(diagnosis_slug(diagnosis)), diagnosis);
        CU_ASSERT_TRUE(strlen(diagnosis_explanation(diagnosis)) > strlen(diagnosis_hint(diagnosis)));
    }
}

static void test_values(void)
{
    static const struct {
        const char *name, *good, *bad;
    } cases[] = {
        {"exits", "nonzero", "1"}, {"creates-socket", "inet stream", "inet"}, {"connects-to", "5000", "70000"},
        {"binds-to", "0.0.0.0:5000", "somewhere"}, {"conflict", "EADDRINUSE", "EWRONG"}, {"listens", ">= 4", ">= x"},
        {"calls-in-order", "socket bind", "socket jump"}, {"holds-port", "2", "-2"}, {"prints-text", "server", "Ser ver"},
        {"receives-size", "0", "1e3"}, {"ends-with", "fin", "end"}, {"prints-count", "sent", "both"},
        {"reports-error", "connect", "close"}, {"path", "gone", "lost"}, {"spares-path", "/tmp/s", "s"},
        {"prints-no-record", "end-of-file", "end"}, {"closes-sockets", "dialogue", "none"},
    };
    size_t n;
    const struct check_rule *rules = check_rules(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(rules[i].name, rules[j].name);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t rule = 0;
        while (rule < n && strcmp(rules[rule].name, cases[i].name) != 0)
            rule++;
        CU_ASSERT_FATAL(rule < n);
        CU_ASSERT_TRUE(rules[rule].valid(cases[i].good));
        CU_ASSERT_FALSE(rules[rule].valid(cases[i].bad));
        CU_ASSERT_FALSE(strcmp(cases[i].name, "prints-text") != 0 && rules[rule].valid(""));
        CU_ASSERT_PTR_NOT_NULL(check_meaning(cases[i].name));
    }
    CU_ASSERT_PTR_NULL(check_meaning("nothing"));
}

int suite_check(void)
{
    static const struct unit_test tests[] = {
        {"the status of a program is judged", test_status},
        {"a crash is named, with the last call's line", test_crash},
        {"a program that could not be started is told so", test_not_started},
        {"SIGPIPE has its own diagnosis", test_sigpipe_is_no_crash},
        {"a signal of the scenario is no fault", test_ended_by_the_scenario},
        {"a deadlock says where the program waits", test_deadlock},
        {"other waits have their own diagnoses", test_other_waits},
        {"a busy wait is not a life", test_busy_wait},
        {"reading on at the end is no polling", test_reading_on_at_the_end},
        {"a server that a signal ended is told so", test_ended_by_a_signal},
        {"limits cost the program that goes over them", test_limits},
        {"trouble of ours costs nothing", test_not_the_students_fault},
        {"a peer that cannot begin is our fault", test_peer_that_cannot_begin},
        {"a play that got stuck is never passed", test_goes_on},
        {"a consequence of a failure is skipped", test_consequences_are_skipped},
        {"checks apply to one course of things or the other", test_checks_depend_on_what_happened},
        {"a passed scenario has its points and nothing to explain", test_passed},
        {"a scenario without a verdict is broken", test_nothing_is_never_passed},
        {"with several programs the requirement names its own", test_several_programs},
        {"the catalogue has each code and slug once", test_catalogue},
        {"values of checks are validated", test_values},
    };
    return suite_add("check", tests, COUNT_OF(tests));
}
