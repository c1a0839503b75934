#include <CUnit/CUnit.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ground/text.h"
#include "ground/utf8.h"
#include "outside/report.h"
#include "tests/golden.h"
#include "tests/suites.h"

static const struct style plain = {.columns = 100};

static struct exercise_result *add_exercise(struct grade_result *result, const char *id, const char *program,
                                            enum status status, int points, int max)
{
    struct exercise_result *exercise = ARRAY_ADD(result->exercises, result->n_exercises);
    exercise->id = mem_string(id);
    exercise->program = mem_string(program);
    exercise->status = status;
    exercise->points = points;
    exercise->max = max;
    exercise->build.status = BUILD_OK;
    return exercise;
}

static struct scenario_result *add_scenario(struct exercise_result *exercise, const char *id, const char *title,
                                            enum verdict verdict, int max)
{
    struct scenario_result *scenario = ARRAY_ADD(exercise->scenarios, exercise->n_scenarios);
    scenario->id = mem_string(id);
    scenario->title = mem_string(title);
    scenario->level = LEVEL_CORE;
    scenario->verdict = verdict;
    scenario->blame = verdict == VERDICT_FAILED ? BLAME_SUBMISSION : BLAME_NONE;
    scenario->points = verdict == VERDICT_PASSED ? max : 0;
    scenario->max = max;
    transcript_init(&scenario->transcript);
    return scenario;
}

static struct check_result *add_check(struct scenario_result *scenario, const char *id, const char *requirement,
                                      enum verdict verdict)
{
    struct check_result *check = ARRAY_ADD(scenario->checks, scenario->n_checks);
    check->id = mem_string(id);
    check->requirement = mem_string(requirement);
    check->verdict = verdict;
    return check;
}

static void add_diagnostic(struct exercise_result *exercise, const char *file, int line, enum severity severity,
                           const char *message)
{
    struct diagnostic *diagnostic = ARRAY_ADD(exercise->build.diagnostics, exercise->build.n_diagnostics);
    *diagnostic = (struct diagnostic){mem_string(file), line, 9, severity, mem_string(message), NULL};
}

static void add_note(struct grade_result *result, const char *note)
{
    *ARRAY_ADD(result->notes, result->n_notes) = mem_string(note);
}

static void begin(struct grade_result *result)
{
    *result = (struct grade_result){
        .submission = mem_string("tp1"),
        .assignment = mem_string("tp1"),
        .lang = mem_string("en"),
        .isolation = mem_string("namespaces"),
        .scale = 20,
        .complete = true,
    };
}

/* A bit of everything that a student may get. */
static void make_sample(struct grade_result *result)
{
    begin(result);
    result->score = 1450;
    result->core_lost = true;
    struct exercise_result *socket = add_exercise(result, "socket", "creation_socket", STATUS_GRADED, 4, 4);
    add_check(add_scenario(socket, "creates", "A socket is created", VERDICT_PASSED, 4), "creates-socket",
              "creates an IPv4 stream socket", VERDICT_PASSED);
    struct exercise_result *server = add_exercise(result, "tcp-server", "serveur_tcp", STATUS_GRADED, 6, 8);
    add_diagnostic(server, "serveur_tcp.c", 12, SEVERITY_WARNING, "unused variable 'longueur' [-Wunused-variable]");
    add_scenario(server, "one-client", "One client is served", VERDICT_PASSED, 6);
    struct scenario_result *conflict =
        add_scenario(server, "bind-conflict", "The port is taken already", VERDICT_FAILED, 2);
    add_check(conflict, "exits", "ends with a status that is not 0", VERDICT_PASSED);
    struct check_result *check =
        add_check(conflict, "reports-error", "says on standard error that bind failed", VERDICT_FAILED);
    check->expected = mem_string("a message on standard error that names bind or the cause, for example by "
                                 "perror(\"bind\")");
    check->actual = mem_string("nothing; on standard output: “Serveur prêt\\n”");
    check->diagnosis = mem_string("S021");
    check->file = mem_string("serveur_tcp.c");
    check->line = 31;
    check->hint = mem_string("Look at what bind returned: -1 means that the socket has no address, and that whatever "
                             "follows concerns a port that somebody else holds.");
    add_check(conflict, "claims-nothing", "claims no success", VERDICT_SKIPPED);
    struct exercise_result *connect = add_exercise(result, "tcp-connect", "connexion_tcp", STATUS_NOT_BUILT, 0, 6);
    connect->blame = BLAME_SUBMISSION;
    connect->build.status = BUILD_FAILED;
    add_diagnostic(connect, "connexion_tcp.c", 31, SEVERITY_ERROR, "expected ';' before 'return'");
    struct exercise_result *client = add_exercise(result, "tcp-client", "client_tcp", STATUS_MISSING, 0, 10);
    client->build.status = BUILD_ABSENT;
    client->blame = BLAME_SUBMISSION;
    client->message = mem_string("client_tcp.c not found (or ExClientTCP.c, tcp_client.c)");
    client->nowhere = true;
    add_note(result, "secret.txt was left out: it is a link that leads out of the folder");
}

static void make_broken(struct grade_result *result)
{
    begin(result);
    result->complete = false;
    result->score = 1200;
    struct exercise_result *server = add_exercise(result, "tcp-server", "serveur_tcp", STATUS_GRADED, 6, 8);
    struct scenario_result *scenario = add_scenario(server, "five", "Five clients", VERDICT_BROKEN, 2);
    scenario->blame = BLAME_ENVIRONMENT;
    scenario->reason = mem_string("cannot make a network namespace: Operation not permitted");
    *ARRAY_ADD(scenario->flags, scenario->n_flags) = mem_string("tried to trace its parent");
    struct exercise_result *client = add_exercise(result, "tcp-client", "client_tcp", STATUS_BROKEN, 0, 0);
    client->blame = BLAME_HARNESS;
    client->build.status = BUILD_BROKEN;
    client->message = mem_string("the compiler could not be started");
}

static void check_json(const struct grade_result *result, const char *name)
{
    AUTO_BUF out = BUF_EMPTY;
    report_json(result, &out);
    CU_ASSERT_TRUE(golden_equal(name, &out));
}

static void check_terminal(const struct grade_result *result, const struct style *style, const char *name)
{
    AUTO_BUF out = BUF_EMPTY;
    report_terminal(result, style, &out);
    CU_ASSERT_TRUE(golden_equal(name, &out));
}

static void test_json(void)
{
    struct grade_result result;
    make_sample(&result);
    check_json(&result, "sample.json");
    grade_result_free(&result);
    make_broken(&result);
    check_json(&result, "broken.json");
    grade_result_free(&result);
    begin(&result);
    check_json(&result, "empty.json");
    grade_result_free(&result);
}

static void test_numbers(void)
{
    static const struct {
        int64_t score;
        const char *text;
    } scores[] = {{0, "\"score\": 0.0,"},      {2000, "\"score\": 20.0,"},   {1450, "\"score\": 14.5,"},
                  {1455, "\"score\": 14.55,"}, {33, "\"score\": 0.33,"},     {1999, "\"score\": 19.99,"},
                  {7, "\"score\": 0.07,"},     {10000, "\"score\": 100.0,"}, {123456, "\"score\": 1234.56,"}};
    for (size_t i = 0; i < COUNT_OF(scores); i++) {
        struct grade_result result;
        begin(&result);
        result.score = scores[i].score;
        AUTO_BUF out = BUF_EMPTY;
        report_json(&result, &out);
        CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), scores[i].text));
        grade_result_free(&result);
    }
}

static void test_terminal(void)
{
    struct grade_result result;
    make_sample(&result);
    check_terminal(&result, &plain, "sample.txt");
    const struct style narrow = {.columns = 50};
    check_terminal(&result, &narrow, "sample_narrow.txt");
    const struct style colored = {.columns = 100, .color = true};
    check_terminal(&result, &colored, "sample_color.txt");
    const struct style quiet = {.columns = 100, .verbosity = -1};
    check_terminal(&result, &quiet, "sample_quiet.txt");
    grade_result_free(&result);
    make_broken(&result);
    check_terminal(&result, &plain, "broken.txt");
    grade_result_free(&result);
}

/* Names that were looked for in vain do not bury the one thing that a student can do. */
static void test_many_absent(void)
{
    static const char *const absent[] = {"tcp-bind", "tcp-server", "udp-client", "udp-server"};
    struct grade_result result;
    begin(&result);
    add_exercise(&result, "tcp-connect", "connexion_tcp", STATUS_GRADED, 6, 6);
    struct exercise_result *client = add_exercise(&result, "tcp-client", "client_tcp", STATUS_MISSING, 0, 10);
    client->message =
        mem_string("client_tcp.c not found (or ExClientTCP.c); if client-tcp.c is meant, rename it to client_tcp.c");
    for (size_t i = 0; i < COUNT_OF(absent); i++) {
        struct exercise_result *exercise = add_exercise(&result, absent[i], absent[i], STATUS_MISSING, 0, 10);
        exercise->message = mem_printf("%s.c not found", absent[i]);
        exercise->nowhere = true;
    }
    check_terminal(&result, &plain, "absent.txt");
    grade_result_free(&result);
}

static void test_verbose(void)
{
    struct grade_result result;
    make_sample(&result);
    result.plan = mem_string("mount /proc\nbring lo up");
    struct exercise_result *server = &result.exercises[1];
    for (size_t i = 0; i < server->n_scenarios; i++) {
        struct transcript *t = &server->scenarios[i].transcript;
        *ARRAY_ADD(t->actors, t->n_actors) = (struct actor){.name = mem_string("server"), .kind = ACTOR_PROGRAM};
        struct event *event = transcript_add(t, EVENT_PROCESS, 0, 2, 0);
        event->change = (struct process_event){.change = PROCESS_EXITED, .status = (int)i, .main = true};
    }
    const struct style failures = {.columns = 100, .verbosity = 1};
    check_terminal(&result, &failures, "sample_v.txt");
    const struct style everything = {.columns = 100, .verbosity = 2};
    check_terminal(&result, &everything, "sample_vv.txt");
    grade_result_free(&result);
}

static void add_failure(struct scenario_result *scenario, const char *diagnosis, int line)
{
    struct check_result *check = add_check(scenario, "receives", "sends \"ok\"", VERDICT_FAILED);
    check->actual = mem_string("nothing arrived");
    check->diagnosis = mem_string(diagnosis);
    check->file = mem_string("serveur_tcp.c");
    check->line = line;
    check->hint = mem_string("Do something about it.");
}

/* Failures of one cause are told once, by the core scenario that is worth most; what it does not tell is told besides. */
static void test_one_cause_is_told_once(void)
{
    struct grade_result result;
    begin(&result);
    struct exercise_result *server = add_exercise(&result, "tcp-server", "serveur_tcp", STATUS_GRADED, 2, 20);
    enum { SCENARIOS = 9 };
    static const char *const ids[SCENARIOS] = {"small", "robust", "worth", "same",  "other-line",
                                               "more",  "unknown", "flagged", "good"};
    static const int points[SCENARIOS] = {1, 9, 3, 3, 1, 1, 1, 1, 2};
    for (size_t i = 0; i < SCENARIOS; i++)
        add_scenario(server, ids[i], ids[i], i + 1 == SCENARIOS ? VERDICT_PASSED : VERDICT_FAILED, points[i]);
    struct scenario_result *scenarios = server->scenarios;
    scenarios[1].level = LEVEL_ROBUSTNESS;
    for (size_t i = 0; i < 4; i++)
        add_failure(&scenarios[i], "S014", 32);
    add_failure(&scenarios[3], "S014", 32); /* its second failure is the same: nothing new */
    add_failure(&scenarios[4], "S014", 33);
    add_failure(&scenarios[5], "S014", 32);
    add_failure(&scenarios[5], "S021", 40); /* told by nobody else */
    add_failure(&scenarios[6], NULL, 32);
    add_failure(&scenarios[7], "S014", 32);
    *ARRAY_ADD(scenarios[7].flags, scenarios[7].n_flags) = mem_string("tried to trace its parent");
    check_terminal(&result, &plain, "folded.txt");
    const struct style failures = {.columns = 100, .verbosity = 1};
    check_terminal(&result, &failures, "folded_v.txt");
    grade_result_free(&result);
}

static void test_decimal_comma(void)
{
    struct grade_result result;
    make_sample(&result);
    text_init("fr", NULL);
    AUTO_BUF out = BUF_EMPTY;
    const struct style quiet = {.columns = 100, .verbosity = -1};
    report_terminal(&result, &quiet, &out);
    text_init("en", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&out), "14,5/20\n"));
    grade_result_free(&result);
}

/* Everything that comes from a submission, as bad as it gets. */
static void make_hostile(struct grade_result *result, const char *bytes)
{
    begin(result);
    free(result->submission);
    result->submission = mem_string(bytes);
    struct exercise_result *exercise = add_exercise(result, "tcp-client", "client_tcp", STATUS_GRADED, 0, 2);
    add_diagnostic(exercise, bytes, 3, SEVERITY_WARNING, bytes);
    exercise->build.message = mem_string(bytes);
    exercise->message = mem_string(bytes);
    struct scenario_result *scenario = add_scenario(exercise, "one", "One", VERDICT_FAILED, 2);
    *ARRAY_ADD(scenario->flags, scenario->n_flags) = mem_string(bytes);
    struct check_result *check = add_check(scenario, "exits", "ends with 0", VERDICT_FAILED);
    check->expected = mem_string(bytes);
    check->actual = mem_string(bytes);
    check->file = mem_string(bytes);
    check->line = 1;
    check->hint = mem_string(bytes);
    add_note(result, bytes);
}

/* A CI service acts on such lines of a log. */
static bool is_command_of_ci(const char *line)
{
    const char *text = line + strspn(line, " \t");
    return strncmp(text, "::", 2) == 0 || strstr(line, "##[") != NULL || strstr(line, "##vso[") != NULL;
}

static void check_safe(const struct buf *out)
{
    CU_ASSERT_TRUE(utf8_valid(out->data, out->len, NULL));
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->data[i];
        CU_ASSERT_TRUE(c >= ' ' || c == '\n' || c == '\t');
        CU_ASSERT_TRUE(c != 0x7f);
    }
    CU_ASSERT_PTR_NULL(strstr(out->data, "\u202e"));
    CU_ASSERT_PTR_NULL(strstr(out->data, "\xc2\x85"));
}

static void test_hostile(void)
{
    static const char *const all[] = {
        "\033[2J\033]0;owned\007",     "\r\rScore: 20/20",       "\xff\xfe\x80 \xc3(",  "\u202eevil\u2066",
        "::error file=a::b",           "a\n::error::b",          "##vso[task.complete]", "##[error]x",
        "section_start:1:a\r\033[0Kb", "</script><b>&amp;]]>",   "\xc2\x85\u2028\u2029",   "a\\nb",
        "long words :: ::set-output name=x::y ::warning::z long words long words long words long words ::debug::long",
    };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        struct grade_result result;
        make_hostile(&result, all[i]);
        AUTO_BUF json = BUF_EMPTY;
        report_json(&result, &json);
        check_safe(&json);
        json_error_t error;
        json_t *parsed = json_loads(buf_text(&json), 0, &error);
        CU_ASSERT_PTR_NOT_NULL(parsed);
        CU_ASSERT_EQUAL(json_array_size(json_object_get(parsed, "notes")), 1);
        json_decref(parsed);
        AUTO_BUF text = BUF_EMPTY;
        report_terminal(&result, &plain, &text);
        check_safe(&text);
        AUTO_FREE char *copy = mem_string(buf_text(&text));
        for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL;)
            CU_ASSERT_FALSE(is_command_of_ci(line));
        grade_result_free(&result);
    }
}

static void test_backslashes(void)
{
    struct grade_result result;
    make_hostile(&result, "C:\\new");
    AUTO_BUF json = BUF_EMPTY;
    report_json(&result, &json);
    /* Bytes of a submission: doubled by escape, and again by JSON. */
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&json), "\"submission\": \"C:\\\\\\\\new\""));
    /* A message quotes bytes that were escaped when it was written. */
    CU_ASSERT_PTR_NOT_NULL(strstr(buf_text(&json), "\"actual\": \"C:\\\\new\""));
    grade_result_free(&result);
}

static void test_layout(void)
{
    AUTO_BUF out = BUF_EMPTY;
    const struct style narrow = {.columns = 40};
    layout_wrap(&out, &narrow, PAINT_NONE, "- ", "un deux trois quatre cinq six sept huit neuf\nà la ligne");
    CU_ASSERT_STRING_EQUAL(buf_text(&out), "- un deux trois quatre cinq six sept\n  huit neuf\n  à la ligne\n");
    CU_ASSERT_EQUAL(layout_width("é日"), 3);
    AUTO_FREE char *cut = layout_cut("éàü日本", 5);
    CU_ASSERT_STRING_EQUAL(cut, "éàü…");
    AUTO_FREE char *whole = layout_cut("éàü", 3);
    CU_ASSERT_STRING_EQUAL(whole, "éàü");
    AUTO_FREE char *nothing = layout_cut("abc", 0);
    CU_ASSERT_STRING_EQUAL(nothing, "");
}

int suite_report(void)
{
    static const struct unit_test tests[] = {
        {"the result file is what the interface says", test_json},
        {"scores have at most two decimals", test_numbers},
        {"the terminal shows what failed", test_terminal},
        {"names looked for in vain do not bury the rest", test_many_absent},
        {"verbose shows ladders and the plan", test_verbose},
        {"failures of one cause are told once", test_one_cause_is_told_once},
        {"French has a decimal comma", test_decimal_comma},
        {"hostile bytes leave escaped", test_hostile},
        {"backslashes are doubled once", test_backslashes},
        {"text breaks at spaces and keeps its indentation", test_layout},
    };
    return suite_add("report", tests, COUNT_OF(tests));
}
