/* Steps: each form that is taken, and what is said of each that is not. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "data/script_load.h"
#include "data/template.h"
#include "ground/buf.h"
#include "tests/suites.h"

struct played {
    struct script script;
    struct cast cast;
    struct err err;
};

/* PLAY as the value of `play:` in a scenario; lines count from 1 in PLAY. */
static int load(struct played *p, const char *play, uint64_t seed)
{
    *p = (struct played){.err = ERR_NONE};
    AUTO_BUF text = BUF_EMPTY;
    buf_printf(&text, "{id: s, play: [\n%s\n]}", play);
    struct yaml_document document;
    size_t room = 8 * 1024 * 1024;
    struct script_origin origin = {"exercise", "scenario", seed, &room, NULL};
    int result = yaml_parse(&document, "f", buf_text(&text), text.len, &p->err);
    struct template template = {NULL, 0};
    if (result == 0)
        result = template_expand(&template, document.root, NULL, &room, &p->err);
    if (result == 0)
        result = script_load(&p->script, &p->cast, yaml_get(template.scenarios[0], "play"), &origin, &p->err);
    template_free(&template);
    yaml_document_free(&document);
    return result;
}

static void unload(struct played *p)
{
    script_free(&p->script);
    cast_free(&p->cast);
}

static void takes_programs_steps(void)
{
    struct played p;
    CU_ASSERT_EQUAL_FATAL(
        load(&p,
             "fault: {a: {call: receive, error: EINTR, occurrence: 3}},\n"
             "fault: {a: {call: socket, error: EWOULDBLOCK}},\n"
             "fault: {a: {call: send, error: EPIPE, occurrence: each}},\n"
             "fault: {a: {call: send, length: 5}},\n"
             "start: a,\n"
             "start: {b: {program: reference/serveur_tcp, arguments: [\"\", 5, \"x y\"], descriptors: 2}},\n"
             "until: {a: listening, port: 5000, hold: true},\n"
             "release: a,\n"
             "signal: {a: TERM},\n"
             "signal: {a: SIGKILL},\n"
             "input: {a: \"x\\0\\n\"},\n"
             "input-end: a,\n"
             "settle,\n"
             "until: {b: exited},\n"
             "look: /tmp/s,\n"
             "start: {c: {arguments: [\"::1\"], privilege: raw}}",
             1),
        0);
    CU_ASSERT_EQUAL_FATAL(p.script.n, 16);
    const struct step *s = p.script.steps;
    CU_ASSERT(s[0].kind == STEP_FAULT && s[0].call == ROLE_RECEIVE && s[0].error == EINTR && s[0].occurrence == 3);
    CU_ASSERT(s[1].call == ROLE_SOCKET && s[1].error == EAGAIN && s[1].occurrence == 1);
    CU_ASSERT(s[2].error == EPIPE && s[2].occurrence == 0);
    CU_ASSERT(s[3].length == 5 && s[3].error == 0 && s[2].length == 0);
    CU_ASSERT(s[4].kind == STEP_START && s[4].program == NULL && s[4].arguments == NULL && s[4].line == 6);
    CU_ASSERT_STRING_EQUAL(s[4].actor, "a");
    CU_ASSERT_STRING_EQUAL(s[5].program, "serveur_tcp");
    CU_ASSERT_EQUAL(s[5].descriptors, 2);
    CU_ASSERT_STRING_EQUAL(s[5].arguments[0], "");
    CU_ASSERT_STRING_EQUAL(s[5].arguments[1], "5");
    CU_ASSERT_STRING_EQUAL(s[5].arguments[2], "x y");
    CU_ASSERT_PTR_NULL(s[5].arguments[3]);
    CU_ASSERT(s[6].kind == STEP_UNTIL && s[6].condition == CONDITION_LISTENING && s[6].port == 5000 && s[6].hold);
    CU_ASSERT(s[7].kind == STEP_RELEASE);
    CU_ASSERT(s[8].signal == SIGTERM && s[9].signal == SIGKILL);
    CU_ASSERT(s[10].kind == STEP_INPUT && s[10].size == 3 && memcmp(s[10].bytes, "x\0\n", 4) == 0);
    CU_ASSERT(s[11].kind == STEP_INPUT_END && s[12].kind == STEP_SETTLE && s[12].actor == NULL);
    CU_ASSERT(s[13].condition == CONDITION_EXITED && s[13].port == 0 && !s[13].hold);
    CU_ASSERT(s[14].kind == STEP_LOOK && address_family(&s[14].address) == AF_UNIX && s[14].actor == NULL);
    CU_ASSERT(!s[5].raw && s[15].raw);
    CU_ASSERT_EQUAL(cast_find(&p.cast, "a")->kind, ACTOR_PROGRAM);
    CU_ASSERT_EQUAL(cast_find(&p.cast, "b")->kind, ACTOR_REFERENCE);
    unload(&p);
}

static void takes_peers_actions(void)
{
    struct played p;
    CU_ASSERT_EQUAL_FATAL(load(&p,
                               "server: {listen: \"0.0.0.0:5000\"},\n"
                               "server: accept,\n"
                               "server: {receive: 14},\n"
                               "server: {send: \"ok\\n\"},\n"
                               "server: {send: {size: 100}},\n"
                               "server: {receive: end-of-file},\n"
                               "server: half-close,\n"
                               "server: reset,\n"
                               "server: close,\n"
                               "holder: {bind: \"udp:0.0.0.0:5000\"},\n"
                               "holder: {send: \"\"},\n"
                               "visitor: {connect: \"[::1]:80\"},\n"
                               "host: {listen: \"icmp6:[::1]\"},\n"
                               "host: {answer: other-identifier}",
                               1),
                          0);
    CU_ASSERT_EQUAL_FATAL(p.script.n, 14);
    const struct step *s = p.script.steps;
    CU_ASSERT(s[0].kind == STEP_PEER_LISTEN && s[0].type == SOCK_STREAM && address_port(&s[0].address) == 5000);
    CU_ASSERT(s[1].kind == STEP_PEER_ACCEPT && s[2].kind == STEP_PEER_RECEIVE && s[2].size == 14 && !s[2].end_of_file);
    CU_ASSERT(s[3].size == 3 && memcmp(s[3].bytes, "ok\n", 4) == 0);
    CU_ASSERT(s[4].size == 100 && strspn(s[4].bytes, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == 100);
    CU_ASSERT(s[5].end_of_file && s[5].kind == STEP_PEER_RECEIVE);
    CU_ASSERT(s[6].kind == STEP_PEER_HALF_CLOSE && s[7].kind == STEP_PEER_RESET && s[8].kind == STEP_PEER_CLOSE);
    CU_ASSERT(s[9].kind == STEP_PEER_BIND && s[9].type == SOCK_DGRAM);
    CU_ASSERT(s[10].kind == STEP_PEER_SEND && s[10].size == 0);
    CU_ASSERT(s[11].kind == STEP_PEER_CONNECT && address_family(&s[11].address) == AF_INET6);
    CU_ASSERT(s[12].kind == STEP_PEER_LISTEN && s[12].type == SOCK_RAW && address_family(&s[12].address) == AF_INET6);
    CU_ASSERT(s[13].kind == STEP_PEER_ANSWER && s[13].answer == ANSWER_OTHER_IDENTIFIER);
    CU_ASSERT_EQUAL(cast_find(&p.cast, "visitor")->kind, ACTOR_PEER);
    unload(&p);
}

static void takes_steps_about_several_clients(void)
{
    struct played p;
    CU_ASSERT_EQUAL_FATAL(load(&p,
                               "late-threads: a,\n"
                               "start: a,\n"
                               "until: {a: accepted, occurrence: 5, hold: true, optional: true},\n"
                               "release: a,\n"
                               "count: a,\n"
                               "c: {attempt: \"127.0.0.1:5000\"}",
                               1),
                          0);
    const struct step *s = p.script.steps;
    CU_ASSERT(s[0].kind == STEP_LATE_THREADS && strcmp(s[0].actor, "a") == 0);
    CU_ASSERT(s[2].condition == CONDITION_ACCEPTED && s[2].occurrence == 5 && s[2].hold && s[2].optional);
    CU_ASSERT(s[4].kind == STEP_COUNT && strcmp(s[4].actor, "a") == 0);
    CU_ASSERT(s[5].kind == STEP_PEER_ATTEMPT && address_port(&s[5].address) == 5000);
    unload(&p);
}

static void letters_follow_the_seed(void)
{
    char a[64], b[64];
    script_letters(a, sizeof a, 1);
    script_letters(b, sizeof b, 1);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    script_letters(b, sizeof b, 2);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
    script_letters(b, 5, 1);
    CU_ASSERT_EQUAL(memcmp(a, b, 5), 0);
    script_letters(NULL, 0, 1);

    struct played one, two, three;
    const char *play = "server: {listen: \"0.0.0.0:5000\"}, server: {send: {size: 20}}, server: {send: {size: 20}}";
    CU_ASSERT_EQUAL_FATAL(load(&one, play, 1), 0);
    CU_ASSERT_EQUAL_FATAL(load(&two, play, 1), 0);
    CU_ASSERT_EQUAL_FATAL(load(&three, play, 2), 0);
    CU_ASSERT_STRING_EQUAL(one.script.steps[1].bytes, two.script.steps[1].bytes);
    CU_ASSERT_STRING_NOT_EQUAL(one.script.steps[1].bytes, one.script.steps[2].bytes);
    CU_ASSERT_STRING_NOT_EQUAL(one.script.steps[1].bytes, three.script.steps[1].bytes);
    unload(&one);
    unload(&two);
    unload(&three);
}

static void big_messages_are_made_later(void)
{
    struct played p;
    const char *play = "s: {listen: \"0.0.0.0:1\"}, s: {send: {binary: 100}}, s: {send: {line: 100000}}, "
                       "start: p, input: {p: {binary: 70000}}";
    CU_ASSERT_EQUAL_FATAL(load(&p, play, 1), 0);
    const struct step *s = p.script.steps;
    CU_ASSERT(s[1].form == MESSAGE_BINARY && s[1].size == 100 && memchr(s[1].bytes, '\0', 100) != NULL);
    CU_ASSERT(s[2].form == MESSAGE_LINE && s[2].size == 100000 && s[2].bytes == NULL);
    CU_ASSERT(s[4].form == MESSAGE_BINARY && s[4].bytes == NULL && s[4].seed != s[1].seed);
    CU_ASSERT_TRUE(script_equal(&p.script, &p.script));
    char *line = mem_alloc(s[2].size);
    script_fill(&s[2], line);
    CU_ASSERT(line[s[2].size - 1] == '\n' && memchr(line, '\n', s[2].size - 1) == NULL);
    free(line);
    unload(&p);
}

static void repeat_is_unrolled(void)
{
    struct played p;
    CU_ASSERT_EQUAL_FATAL(load(&p,
                               "start: server,\n"
                               "repeat: {times: 300, play: [client-$i: {connect: \"127.0.0.1:5000\"},\n"
                               "  \"client-${i}\": {send: \"n$i costs $$1\"}, \"client-$i\": {receive: 3},\n"
                               "  \"client-$i\": close]}",
                               1),
                          0);
    CU_ASSERT_EQUAL_FATAL(p.script.n, 1201);
    CU_ASSERT_STRING_EQUAL(p.script.steps[1].actor, "client-1");
    CU_ASSERT_STRING_EQUAL(p.script.steps[1200].actor, "client-300");
    CU_ASSERT_STRING_EQUAL(p.script.steps[1198].bytes, "n300 costs $1");
    CU_ASSERT_EQUAL(p.script.steps[1198].line, 4);
    CU_ASSERT_EQUAL(p.cast.n, 301);
    unload(&p);
}

/* PLAY is one list of steps on one line or several; the place counts from line 2, behind "{id: s, play: [". */
static const struct {
    const char *play, *error;
} wrong[] = {
    {"strat: a", "f:2:1: unknown step “strat”; did you mean 'start'?"},
    {"foo", "f:2:1: unknown step “foo”; expected: start, until, "},
    {"start", "f:2:1: 'start' needs an argument; expected: NAME | "},
    {"repeat", "f:2:1: 'repeat' needs an argument; "},
    {"start: ", "f:2:1: 'start' needs an argument; expected: NAME | "},
    {"settle: a", "f:2:9: 'settle' takes no argument"},
    {"look: s", "f:2:7: a path begins with '/'"},
    {"[a]", "f:2:1: this is a list; expected: a mapping"},
    {"{start: a, settle: }", "f:2:1: a step is one thing to do"},
    {"start: A", "f:2:8: “A” can't be a name; expected: "},
    {"start: 1a", "f:2:8: an actor's name begins with a letter"},
    {"start: port", "f:2:8: 'port' is a word of the steps"},
    {"start: a, start: a", "f:2:18: 'a' takes part already"},
    {"start: {a: {}, b: {}}", "f:2:8: there must be one key here, and there are 2"},
    {"start: {a: {porgram: reference/x}}", "f:2:13: unknown key “porgram”; did you mean 'program'?"},
    {"start: {a: {program: serveur}}", "f:2:22: “serveur” is no model program; expected: reference/NAME"},
    {"start: {a: {program: reference/../x}}", "f:2:22: “reference/../x” is no model program"},
    {"start: {a: {program: reference/}}", "f:2:22: “reference/” is no model program"},
    {"start: {a: {arguments: x}}", "f:2:24: this is a text or a number; expected: a list"},
    {"start: {a: {arguments: [[x]]}}", "f:2:25: this is a list; expected: a text or a number"},
    {"start: {a: {privilege: root}}", "f:2:24: unknown privilege “root”; expected: raw"},
    {"h: {listen: \"icmp6:[::1]\"}, h: {answer: pong}", "f:2:41: unknown answer “pong”"},
    {"h: {listen: \"icmp6:127.0.0.1\"}", "f:2:13: “icmp6:127.0.0.1” is not an address"},
    {"start: {a: {descriptors: -1}}", "f:2:26: “-1” is not right here; expected: an integer from 0 to 1000"},
    {"until: {a: exited}", "f:2:9: nobody takes part yet"},
    {"start: client, until: {cleint: exited}", "f:2:24: nobody here is called “cleint”; did you mean 'client'?"},
    {"start: a, until: a", "f:2:18: this is a text or a number; expected: a mapping"},
    {"start: a, until: {a: dead}", "f:2:22: unknown condition “dead”; expected: bound, listening, "},
    {"start: a, until: {port: 5000}", "f:2:18: whom to wait for is missing"},
    {"start: a, start: b, until: {a: exited, b: exited}", "f:2:40: an `until` waits for one actor"},
    {"start: a, until: {a: bound, port: 70000}", "f:2:35: “70000” is not right here"},
    {"start: a, until: {a: sent, port: 5000}", "f:2:34: 'port' goes with bound and listening only"},
    {"start: a, until: {a: bound, hold: yes}", "f:2:35: “yes” is not right here; expected: true or false"},
    {"start: a, until: {a: exited, hold: true}", "f:2:36: a program that has ended can't be held"},
    {"p: {bind: \"0.0.0.0:1\"}, until: {p: bound}", "f:2:33: 'p' is a peer; this step is about a program"},
    {"start: a, release: a", "f:2:20: 'a' is not held"},
    {"start: a, until: {a: bound, hold: true}, until: {a: listening}", "f:2:50: 'a' is held and gets nowhere"},
    {"start: a, signal: {a: TREM}", "f:2:23: unknown signal “TREM”; did you mean 'TERM'?"},
    {"start: a, signal: {a: 15}", "f:2:23: unknown signal “15”; expected: HUP, "},
    {"start: a, input: {a: }", "f:2:19: nothing is written here; expected: a text or a number"},
    {"fault: {a: {call: socket, error: EMFILE}}", "f:2:9: no step starts 'a'"},
    {"start: a, fault: {a: {call: socket, error: EMFILE}}", "f:2:19: 'a' takes part already; 'fault' stands before"},
    {"fault: {a: {call: recv, error: EINTR}}, start: a", "f:2:19: unknown call “recv”; expected: socket, "},
    {"fault: {a: {call: socket, error: EMFIL}}, start: a", "f:2:34: unknown error “EMFIL”; did you mean 'EMFILE'?"},
    {"fault: {a: {error: EIO}}, start: a", "f:2:12: the key 'call' is missing"},
    {"fault: {a: {call: socket}}, start: a", "f:2:12: a fault is one thing; expected: either 'error' or 'length'"},
    {"fault: {a: {call: send, error: EIO, length: 1}}, start: a", "f:2:12: a fault is one thing"},
    {"fault: {a: {call: socket, length: 1}}, start: a", "f:2:35: 'length' goes with send and receive only"},
    {"fault: {a: {call: send, length: 0}}, start: a", "f:2:33: “0” is not right here; expected: an integer from 1"},
    {"fault: {a: {call: socket, error: EIO, occurrence: -1}}, start: a", "f:2:51: “-1” is not right here"},
    {"late-threads: a", "f:2:15: no step starts 'a'"},
    {"start: a, late-threads: a", "f:2:25: 'a' takes part already; 'late-threads' stands before"},
    {"count: a", "f:2:8: nobody takes part yet"},
    {"start: a, until: {a: exited, occurrence: 2}", "f:2:42: 'occurrence' goes with events only, not with 'exited'"},
    {"start: a, until: {a: accepted, occurrence: 0}", "f:2:44: “0” is not right here; expected: an integer from 1"},
    {"start: a, until: {a: accepted, optional: 1}", "f:2:42: “1” is not right here; expected: true or false"},
    {"accept: server", "f:2:1: 'accept' is what a peer does; write `NAME: accept`"},
    {"s: {lisen: \"0.0.0.0:1\"}", "f:2:5: unknown action of a peer “lisen”; did you mean 'listen'?"},
    {"s: accept", "f:2:1: the peer 's' has not begun"},
    {"s: {listen: \"0.0.0.0:1\"}, s: {accept: 3}", "f:2:39: 'accept' takes no argument"},
    {"s: {listen: \"0.0.0.0:1\"}, s: send", "f:2:30: 'send' needs an argument; expected: TEXT | {size: N}"},
    {"s: {listen: \"0.0.0.0:1\"}, s: {send: {size: 3, at: 2}}", "f:2:47: unknown key “at”; expected: size"},
    {"s: {listen: \"0.0.0.0:1\"}, s: {send: {size: 99999999}}", "f:2:44: “99999999” is not right here"},
    {"s: {listen: \"0.0.0.0:1\"}, s: {send: {size: 10000000}}", "f:2:37: with its templates and repeats"},
    {"s: {listen: \"0.0.0.0:1\"}, s: {receive: all}", "f:2:40: this is no number of bytes: “all”; expected: end-of"},
    {"s: {listen: \"0.0.0.0:1\"}, s: {receive: -1}", "f:2:40: “-1” is not right here"},
    {"start: a, a: {listen: \"0.0.0.0:1\"}", "f:2:11: 'a' is a program; it plays by itself"},
    {"s: {listen: \"0.0.0.0:1\"}, start: s", "f:2:34: 's' takes part already"},
    {"s: {listen: \"nowhere\"}", "f:2:13: "},
    {"s: {connect: {from: \"udp:1.1.1.1:1\"}}", "f:2:14: the key 'to' is missing"},
    {"s: {connect: {to: \"1.1.1.1:1\", from: \"[::1]:1\"}}", "f:2:38: the peer's own address is of another family"},
    {"s: {bind: \"udp:1.1.1.1:1\"}, s: {reach: t}", "f:2:40: nobody here is called “t”"},
    {"start: a, s: {bind: \"udp:1.1.1.1:1\"}, s: {reach: a}", "f:2:50: 'a' is a program; expected: a peer"},
    {"s: [listen]", "f:2:1: unknown action of a peer"},
    {"repeat: {times: 2}", "f:2:9: the key 'play' is missing"},
    {"repeat: {times: 0, play: []}", "f:2:17: “0” is not right here; expected: an integer from 1"},
    {"repeat: {times: 2, play: [repeat: {times: 2, play: []}]}", "f:2:35: a repeat can't stand in a repeat"},
    {"{repeat: {times: 2, play: []}, settle: }", "f:2:1: a step is one thing to do"},
    {"repeat: {times: 10000, play: [s: {listen: \"0.0.0.0:1\", x: 1}]}", "f:2:34: there must be one key here"},
    {"repeat: {times: 2, play: [start: a]}", "f:2:34: 'a' takes part already"},
    {"start: $a", "f:2:8: there is no parameter $a; expected: $$ for a dollar"},
    {"start: $i", "f:2:8: there is no parameter $i"},
    {"start: \"a$\"", "f:2:8: a dollar must be followed by a parameter's name"},
    {"start: \"${i\"", "f:2:8: ${ is not followed by"},
};

static void wrong_steps_are_explained(void)
{
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct played p;
        CU_ASSERT_EQUAL(load(&p, wrong[i].play, 1), -1);
        CU_ASSERT_EQUAL(p.err.blame, BLAME_EXERCISE);
        int differs = strncmp(p.err.text, wrong[i].error, strlen(wrong[i].error));
        CU_ASSERT_EQUAL(differs, 0);
        if (differs != 0)
            fprintf(stderr, "play:     %s\nexpected: %s\nactual:   %s\n", wrong[i].play, wrong[i].error, p.err.text);
        unload(&p);
    }
}

static void endless_repeats_are_refused(void)
{
    struct played p;
    AUTO_BUF play = BUF_EMPTY;
    for (int i = 0; i < 100; i++)
        buf_string(&play, "repeat: {times: 10000, play: [settle, settle, settle]},");
    CU_ASSERT_EQUAL(load(&p, buf_text(&play), 1), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(p.err.text, "the definition is too big"));
    unload(&p);
}

static void every_word_has_its_step(void)
{
#define STEP(name, word, argument, help) CU_ASSERT_STRING_EQUAL(step_word(STEP_##name), word);
#include "data/steps.def"
#undef STEP
#define CONDITION(name, word, help) CU_ASSERT_STRING_EQUAL(condition_word(CONDITION_##name), word);
#include "data/conditions.def"
#undef CONDITION
}

int suite_script(void)
{
    static const struct unit_test tests[] = {
        {"steps about programs are read", takes_programs_steps},
        {"actions of peers are read", takes_peers_actions},
        {"steps about several clients are read", takes_steps_about_several_clients},
        {"letters depend on seed and place alone", letters_follow_the_seed},
        {"big messages are made later", big_messages_are_made_later},
        {"a repeat is unrolled, with its counter", repeat_is_unrolled},
        {"what is wrong in a step is said with its place", wrong_steps_are_explained},
        {"a play can't grow without end", endless_repeats_are_refused},
        {"every kind of step and condition has its word", every_word_has_its_step},
    };
    return suite_add("script", tests, COUNT_OF(tests));
}
