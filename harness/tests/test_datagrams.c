/* Datagrams: how peers send and take them, and the checks that are about them. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "tests/staged.h"
#include "tests/suites.h"
#include "tests/watched.h"

#define SECOND INT64_C(1000000000)

/* --- peers --- */

/* A client with a connected socket takes the reply only from the address that it asked. */
static void replies_leave_from_where_they_were_asked(void)
{
    struct watched w;
    if (watched_play(&w, "server: {listen: \"udp:0.0.0.0:5000\"},\n"
                         "start: {p: {arguments: [ask-connected, \"192.168.52.2\"]}},\n"
                         "server: {receive: 4},\nserver: {send: me},\nserver: {send: \"\"},\nuntil: {p: exited}")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "192.168.52.2: me\n192.168.52.2: \n192.168.52.2 EAGAIN 1000\n");
        CU_ASSERT_STRING_EQUAL(watched_received(&w, "server"), "who?");
    }
    watched_end(&w);
    if (watched_play(&w, "server: {listen: \"udp:[::]:5000\"},\n"
                         "start: {p: {arguments: [ask-connected, \"2001:db8::7\"]}},\n"
                         "server: {receive: 4},\nserver: {send: me},\nuntil: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "2001:db8::7: me\n2001:db8::7 EAGAIN 1000\n");
    watched_end(&w);
}

static void nobody_takes_a_datagram(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [ask-connected, \"127.0.0.1\"]}},\nuntil: {p: exited}"))
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "127.0.0.1 ECONNREFUSED 0\n");
    watched_end(&w);
    if (watched_play(&w, "c: {connect: \"udp:127.0.0.1:5000\"},\nc: {send: hello},\nc: {receive: 1}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        const struct deed *refused = watched_deed(&w, "c", DEED_REFUSED, 0);
        CU_ASSERT(refused != NULL && refused->error == ECONNREFUSED);
    }
    watched_end(&w);
}

#define STRANGER(address, behaviour)                                                                                    \
    "server: {listen: \"udp:0.0.0.0:5000\"},\nstranger: {bind: \"udp:" address "\"},\n"                                 \
    "start: {p: {arguments: [" behaviour ", \"127.0.0.1\"]}},\nserver: {receive: 4},\n"                                 \
    "stranger: {reach: server},\nstranger: {send: \"not me\"},\nserver: {send: me},\nuntil: {p: exited}"

static void a_stranger_speaks(void)
{
    static const struct {
        const char *play, *printed;
    } cases[] = {
        {STRANGER("10.0.0.66:777", "ask-anybody"), "127.0.0.1: not me\n127.0.0.1: me\n127.0.0.1 EAGAIN 1000\n"},
        {STRANGER("0.0.0.0:777", "ask-anybody"), "127.0.0.1: not me\n127.0.0.1: me\n127.0.0.1 EAGAIN 1000\n"},
        {STRANGER("10.0.0.66:5000", "ask-anybody"), "127.0.0.1: not me\n127.0.0.1: me\n127.0.0.1 EAGAIN 1000\n"},
        {STRANGER("10.0.0.66:777", "ask-connected"), "127.0.0.1: me\n127.0.0.1 EAGAIN 1000\n"},
        {STRANGER("0.0.0.0:777", "ask-connected"), "127.0.0.1: me\n127.0.0.1 EAGAIN 1000\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct watched w;
        if (watched_play(&w, cases[i].play))
            CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), cases[i].printed);
        watched_end(&w);
    }
}

static void peers_have_addresses_of_their_own(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [talk-by-datagrams]}},\nuntil: {p: bound},\n"
                         "c: {connect: {to: \"udp:127.0.0.1:5000\", from: \"udp:127.0.0.77:54321\"}},\n"
                         "c: {send: hello},\nc: {receive: 5},\nuntil: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        const struct deed *sent = watched_deed(&w, "c", DEED_SENT, 0);
        const struct call *received = watched_call(&w, "p", ROLE_RECEIVE, 0);
        CU_ASSERT_FATAL(sent != NULL && received != NULL);
        AUTO_FREE char *own = address_text(&sent->own);
        AUTO_FREE char *seen = address_text(&received->address);
        CU_ASSERT_STRING_EQUAL(own, "127.0.0.77:54321");
        CU_ASSERT_STRING_EQUAL(seen, "127.0.0.77:54321");
    }
    watched_end(&w);
}

/* What one call receives or sends in several messages is written down message by message. */
static void several_messages_in_one_call(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [serve-two-at-once]}},\nuntil: {p: bound, hold: true},\n"
                         "a: {connect: {to: \"udp:127.0.0.1:5000\", from: \"udp:127.0.0.1:41001\"}},\na: {send: one},\n"
                         "b: {connect: {to: \"udp:127.0.0.1:5000\", from: \"udp:127.0.0.1:41002\"}},\nb: {send: three},\n"
                         "release: p,\na: {receive: 3},\nb: {receive: 5},\nuntil: {p: exited}")) {
        CU_ASSERT_FALSE(w.t.stuck);
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT), "received 2: 3 5\nsent 2\n");
        static const enum role roles[] = {ROLE_RECEIVE, ROLE_SEND};
        for (size_t r = 0; r < COUNT_OF(roles); r++) {
            const struct call *first = watched_call(&w, "p", roles[r], 0), *second = watched_call(&w, "p", roles[r], 1);
            CU_ASSERT_FATAL(first != NULL && second != NULL);
            CU_ASSERT(first->data.total == 3 && memcmp(first->data.data, "one", 3) == 0);
            CU_ASSERT(second->data.total == 5 && memcmp(second->data.data, "three", 5) == 0);
            CU_ASSERT_EQUAL(address_port(&first->address), 41001);
            CU_ASSERT_EQUAL(address_port(&second->address), 41002);
        }
    }
    watched_end(&w);
}

/* --- checks --- */

static void set_own(struct staged *s, const char *text)
{
    struct err err = ERR_NONE;
    int type;
    if (address_parse(text, &s->t.events[s->t.n_events - 1].deed.own, &type, &err) < 0)
        abort();
}

/* Judges prints-address after a datagram from OWN, when the program printed OUT and ERR. */
static const char *code_of_address(const char *own, const char *out, const char *err, const char *parameter)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_print(&s, STREAM_STDOUT, "10.0.0.7:54321 before it is known\n");
    staged_deed(&s, STAGED_PEER, DEED_SENT, "hello");
    set_own(&s, own);
    staged_data(&s, CALL_recvfrom, socket, "hello");
    staged_print(&s, STREAM_STDOUT, out);
    staged_print(&s, STREAM_STDERR, err);
    snprintf(code, sizeof code, "%s", staged_code(&s, "prints-address", "server", "client", parameter));
    staged_end(&s);
    return code;
}

static void every_way_of_writing_an_address_will_do(void)
{
    static const char *const good4[] = {"10.0.0.7:54321\n", "from 10.0.0.7, port 54321.\n", "[::ffff:10.0.0.7]:54321\n",
                                        "54321 <- (10.0.0.7)", "adresse:10.0.0.7.\nport=54321\n"};
    static const char *const good6[] = {"[2001:db8::7]:54321\n", "2001:db8::7 54321", "2001:0DB8:0:0:0:0:0:7 (54321)",
                                        "2001:db8::7:54321", "client:2001:db8::7%lo port 54321",
                                        "2001:0db8:0000:0000:0000:0000:0000:0007:54321\n"};
    static const char *const loopback[] = {"::1:54321", "[::1]:54321", "client :::1 port 54321", "client:::1/54321",
                                           "0:0:0:0:0:0:0:1, 54321"};
    for (size_t i = 0; i < COUNT_OF(good4); i++)
        CU_ASSERT_STRING_EQUAL(code_of_address("10.0.0.7:54321", good4[i], "", "with-port=true"), "passed");
    for (size_t i = 0; i < COUNT_OF(good6); i++)
        CU_ASSERT_STRING_EQUAL(code_of_address("[2001:db8::7]:54321", good6[i], "", "with-port=true"), "passed");
    for (size_t i = 0; i < COUNT_OF(loopback); i++)
        CU_ASSERT_STRING_EQUAL(code_of_address("[::1]:54321", loopback[i], "", "with-port=true"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_address("[::ffff:10.0.0.7]:54321", "10.0.0.7:54321", "", "with-port=true"), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_address("10.0.0.7:54321", "10.0.0.7", "", NULL), "passed");
}

static void other_addresses_will_not(void)
{
    static const char *const bad[] = {"", "110.0.0.7", "10.0.0.71", "10.0.0.7.1", "1.10.0.0.7", "7.0.0.10", "0a000007"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CU_ASSERT_STRING_EQUAL(code_of_address("10.0.0.7:54321", bad[i], "", NULL), "S104");
    static const char *const bad6[] = {"::11", "1::1", "::1:1", "::1:54320", "a::1", "::2", "::1a"};
    for (size_t i = 0; i < COUNT_OF(bad6); i++)
        CU_ASSERT_STRING_EQUAL(code_of_address("[::1]:54321", bad6[i], "", NULL), "S104");
    CU_ASSERT_STRING_EQUAL(code_of_address("10.0.0.7:54321", "10.0.0.7", "", "with-port=true"), "S104");
    CU_ASSERT_STRING_EQUAL(code_of_address("10.0.0.7:54321", "10.0.0.7:12756", "", "with-port=true"), "S014");
    CU_ASSERT_STRING_EQUAL(code_of_address("10.0.0.7:54321", "", "10.0.0.7:54321", "with-port=true"), "S044");
}

static void datagrams_are_counted(void)
{
    struct staged s;
    staged_begin(&s);
    struct step *step = &s.steps[staged_step(&s, STEP_PEER_LISTEN, "server")];
    step->type = SOCK_DGRAM;
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", "0", "server", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", "1", "server", NULL), "S027");
    staged_data(&s, CALL_sendto, socket, "ok\n");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "ok\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", "1", "server", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "ok\n", "server", NULL), "passed");
    staged_data(&s, CALL_sendto, socket, "ok\n");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "ok\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", "1", "server", NULL), "S032");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives", "ok\n", "server", NULL), "passed");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "o");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", "2", "server", NULL), "S106");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", ">= 2", "server", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "receives-datagrams", ">= 4", "server", NULL), "S106");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "sends-datagrams", "2", "client", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "sends-datagrams", "1", "client", NULL), "S106");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "takes-datagrams", ">= 1", "client", NULL), "S063");
    staged_data(&s, CALL_recvfrom, socket, "");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "takes-datagrams", ">= 1", "client", NULL), "passed");
    staged_data(&s, CALL_recvfrom, socket, "x")->arg[3] = MSG_PEEK;
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "takes-datagrams", "1", "client", NULL), "passed");
    CU_ASSERT_NOT_EQUAL(strcmp(staged_code(&s, "receives", "ok\n", "server", NULL), "passed"), 0);
    staged_end(&s);
}

/* Judges a client that sent, waited for so many milliseconds, said something, and ended. */
static const char *code_of_wait(int64_t milliseconds, enum stream stream, const char *text, const char *check,
                                const char *value, const char *parameter)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_data(&s, CALL_sendto, socket, "hello");
    staged_print(&s, STREAM_STDOUT, "5 bytes\n");
    s.time += milliseconds * (SECOND / 1000);
    staged_call(&s, CALL_recvfrom, socket, -1, EAGAIN)->timed_out = true;
    if (text[0] != '\0')
        staged_print(&s, stream, text);
    staged_exit(&s, 1);
    snprintf(code, sizeof code, "%s", staged_code(&s, check, value, "client", parameter));
    staged_end(&s);
    return code;
}

static void times_are_bounded(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_wait(5000, STREAM_STDERR, "", "ends-within", "60", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_wait(71000, STREAM_STDERR, "", "ends-within", "60", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_wait(73000, STREAM_STDERR, "", "ends-within", "60", NULL), "S107");
    CU_ASSERT_STRING_EQUAL(code_of_wait(1000, STREAM_STDERR, "", "waits", "1", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_wait(810, STREAM_STDERR, "", "waits", "1", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_wait(10, STREAM_STDERR, "", "waits", "1", NULL), "S108");
    CU_ASSERT_STRING_EQUAL(code_of_wait(5000, STREAM_STDERR, "no reply\n", "says-no-reply", "true", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_wait(5000, STREAM_STDOUT, "no reply\n", "says-no-reply", "true", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_wait(5000, STREAM_STDERR, "", "says-no-reply", "true", NULL), "S021");
}

/* Judges a client that asks so many times, waiting so many milliseconds after each. */
static const char *code_of_tries(int tries, int64_t milliseconds)
{
    static char code[8];
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    for (int i = 0; i < tries; i++) {
        staged_data(&s, CALL_sendto, socket, "hello");
        s.time += milliseconds * (SECOND / 1000);
    }
    staged_exit(&s, 1);
    snprintf(code, sizeof code, "%s", staged_code(&s, "waits", "1", "client", NULL));
    staged_end(&s);
    return code;
}

static void questions_leave_time_for_the_reply(void)
{
    CU_ASSERT_STRING_EQUAL(code_of_tries(3, 5000), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_tries(50, 1000), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_tries(4, 300), "passed");
    CU_ASSERT_STRING_EQUAL(code_of_tries(200, 20), "S108");
    CU_ASSERT_STRING_EQUAL(code_of_tries(30, 300), "S108");
}

static void what_is_cut_off_need_not_be_printed(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "abcdefghijkl");
    staged_data(&s, CALL_recvfrom, socket, "abcdefgh");
    staged_print(&s, STREAM_STDOUT, "abcdefg\x01\n8 bytes\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-text", "server", "client", NULL), "S046");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-text", "server", "client", "at-least=7"), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-text", "server", "client", "at-least=8"), "S046");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-no-rubbish", "server", "client", "at-least=7"), "S047");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-nothing-of", "server", "client", NULL), "passed");
    staged_print(&s, STREAM_STDOUT, "12 bytes: abcdefghijkl\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-nothing-of", "server", "client", NULL), "S109");
    staged_end(&s);
    staged_begin(&s);
    socket = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_deed(&s, STAGED_PEER, DEED_SENT, "abcdefghijkl");
    staged_data(&s, CALL_recvfrom, socket, "abcdefgh");
    staged_print(&s, STREAM_STDOUT, "12 bytes\n");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", "or=7 12"), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "prints-count", "received", "client", "or=7"), "S039");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "not-tried", "listen", "client", NULL), "passed");
    staged_call(&s, CALL_listen, socket, -1, EOPNOTSUPP);
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "not-called", "listen", "client", NULL), "passed");
    CU_ASSERT_STRING_EQUAL(staged_code(&s, "not-tried", "listen", "client", NULL), "S062");
    staged_end(&s);
}

int suite_datagrams(void)
{
    static const struct unit_test tests[] = {
        {"replies leave from where they were asked for", replies_leave_from_where_they_were_asked},
        {"a datagram that nobody takes is refused", nobody_takes_a_datagram},
        {"a stranger speaks", a_stranger_speaks},
        {"peers have addresses of their own", peers_have_addresses_of_their_own},
        {"several messages in one call are written down one by one", several_messages_in_one_call},
        {"every way of writing an address will do", every_way_of_writing_an_address_will_do},
        {"other addresses will not", other_addresses_will_not},
        {"datagrams are counted", datagrams_are_counted},
        {"times are bounded", times_are_bounded},
        {"questions leave time for the reply", questions_leave_time_for_the_reply},
        {"what is cut off need not be printed", what_is_cut_off_need_not_be_printed},
    };
    return suite_add("datagrams", tests, COUNT_OF(tests));
}
