/* facts and output: what a transcript answers. */
#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "judgement/claims.h"
#include "judgement/facts.h"
#include "judgement/output.h"
#include "tests/staged.h"
#include "tests/suites.h"

static void test_transient_failures(void)
{
    struct call call = {.id = CALL_read, .result = -1, .error = EINTR};
    CU_ASSERT_FALSE(call_failed(&call));
    call.injected = true;
    CU_ASSERT_TRUE(call_failed(&call));
    call = (struct call){.id = CALL_read, .result = -1, .error = ECONNRESET};
    CU_ASSERT_TRUE(call_failed(&call));
    call.pending = true;
    CU_ASSERT_FALSE(call_failed(&call));
}

static void test_moved(void)
{
    struct call call = {.id = CALL_recvfrom, .result = 14};
    CU_ASSERT_EQUAL(call_moved(&call), 14);
    call.arg[3] = MSG_PEEK;
    CU_ASSERT_EQUAL(call_moved(&call), 0);
    CU_ASSERT_EQUAL(call_peeked(&call), 14);
    CU_ASSERT_EQUAL(call_flags(&call), MSG_PEEK);
    call = (struct call){.id = CALL_sendto, .result = 3, .arg = {0, 0, 0, MSG_PEEK}}; /* means nothing there */
    CU_ASSERT_EQUAL(call_moved(&call), 3);
    CU_ASSERT_EQUAL(call_peeked(&call), 0);
    call = (struct call){.id = CALL_sendmmsg, .result = 2, .data = {NULL, 0, 28}};
    CU_ASSERT_EQUAL(call_moved(&call), 28);
    call = (struct call){.id = CALL_write, .result = -1, .error = EPIPE};
    CU_ASSERT_EQUAL(call_moved(&call), 0);
}

static void test_nonblocking_connect(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_call(&s, CALL_connect, socket, -1, EINPROGRESS);
    CU_ASSERT_EQUAL(facts_first_failure(&s.t, 0, ROLE_CONNECT), 2);
    staged_data(&s, CALL_write, socket, "hello");
    CU_ASSERT_EQUAL(facts_first_failure(&s.t, 0, ROLE_CONNECT), NOWHERE);
    staged_end(&s);
}

static void test_library_calls_are_nobodys(void)
{
    struct staged s;
    staged_begin(&s);
    int socket = staged_socket(&s, AF_NETLINK, SOCK_RAW);
    s.t.sockets[socket].library = true;
    staged_call(&s, CALL_bind, socket, 0, 0);
    staged_call(&s, CALL_connect, -1, 0, 0)->library = true;
    CU_ASSERT_EQUAL(facts_next_call(&s.t, 0, ROLE_BIND, 0), NOWHERE);
    CU_ASSERT_EQUAL(facts_next_call(&s.t, 0, ROLE_CONNECT, 0), NOWHERE);
    staged_end(&s);
}

static void test_flows(void)
{
    struct staged s;
    staged_begin(&s);
    int a = staged_socket(&s, AF_INET, SOCK_STREAM), b = staged_socket(&s, AF_INET, SOCK_STREAM);
    int udp = staged_socket(&s, AF_INET, SOCK_DGRAM);
    staged_data(&s, CALL_read, a, "one ");
    staged_data(&s, CALL_recvfrom, b, "two");
    staged_data(&s, CALL_readv, a, "more");
    staged_call(&s, CALL_read, a, 0, 0);
    staged_data(&s, CALL_recvfrom, udp, "d1");
    staged_data(&s, CALL_recvfrom, udp, "d22");
    staged_data(&s, CALL_write, -1, "on the terminal");
    struct flow *flows;
    CU_ASSERT_EQUAL(facts_flows(&s.t, 0, ROLE_RECEIVE, &flows), 4);
    CU_ASSERT_EQUAL(flows[0].bytes, 8);
    CU_ASSERT_TRUE(flows[0].first < flows[1].first && flows[1].first < flows[0].last);
    CU_ASSERT_EQUAL(flows[2].bytes, 2);
    CU_ASSERT_EQUAL(flows[3].bytes, 3);
    AUTO_BUF bytes = BUF_EMPTY;
    facts_flow_bytes(&s.t, 0, ROLE_RECEIVE, &flows[0], &bytes);
    CU_ASSERT_STRING_EQUAL(buf_text(&bytes), "one more");
    free(flows);
    CU_ASSERT_EQUAL(facts_flows(&s.t, 0, ROLE_SEND, &flows), 0);
    free(flows);
    staged_end(&s);
}

static void test_connections(void)
{
    struct staged s;
    staged_begin(&s);
    staged_deed(&s, STAGED_PEER, DEED_LISTENING, NULL);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "Hel");
    staged_deed(&s, STAGED_PEER, DEED_RECEIVED, "lo");
    staged_deed(&s, STAGED_PEER, DEED_SENT, "ok\n");
    staged_deed(&s, STAGED_PEER, DEED_END_OF_FILE, NULL);
    staged_deed(&s, STAGED_PEER, DEED_CLOSED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_ACCEPTED, NULL);
    staged_deed(&s, STAGED_PEER, DEED_RESET, NULL);
    struct connection *list;
    size_t n = facts_connections(&s.t, STAGED_PEER, &list);
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT_STRING_EQUAL(buf_text(&list[0].received), "Hello");
    CU_ASSERT_STRING_EQUAL(buf_text(&list[0].sent), "ok\n");
    CU_ASSERT_EQUAL(list[0].end, CONNECTION_FINISHED);
    CU_ASSERT_TRUE(list[0].closed && list[0].whole);
    CU_ASSERT_EQUAL(list[1].end, CONNECTION_RESET);
    facts_connections_free(list, n);
    CU_ASSERT_EQUAL(facts_connections(&s.t, -1, &list), 0);
    facts_connections_free(list, 0);
    staged_end(&s);
}

static void test_blocked(void)
{
    struct staged s;
    staged_begin(&s);
    CU_ASSERT_EQUAL(facts_blocked(&s.t, 0), NOWHERE);
    int socket = staged_socket(&s, AF_INET, SOCK_STREAM);
    staged_pending(&s, CALL_futex, -1);
    staged_pending(&s, CALL_read, socket);
    staged_pending(&s, CALL_wait4, -1);
    CU_ASSERT_EQUAL(facts_blocked(&s.t, 0), 3);
    staged_end(&s);
}

static void test_went_on(void)
{
    struct staged s;
    staged_begin(&s);
    staged_call(&s, CALL_socket, -1, -1, EMFILE);
    CU_ASSERT_EQUAL(facts_went_on(&s.t, 1), NOWHERE);
    staged_call(&s, CALL_connect, -1, -1, EBADF);
    CU_ASSERT_EQUAL(facts_went_on(&s.t, 1), 2);
    staged_end(&s);
}

/* The values of the numbers of a text, joined: "14 3". */
static const char *numbers(const char *text)
{
    static char joined[256];
    struct number *list;
    size_t n = numbers_find(text, strlen(text), &list), used = 0;
    joined[0] = '\0';
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(joined + used, sizeof joined - used, "%s%llu", i > 0 ? " " : "",
                                 (unsigned long long)list[i].value);
    free(list);
    return joined;
}

static void test_numbers_are_words(void)
{
    CU_ASSERT_STRING_EQUAL(numbers("(14 octets)"), "14");
    CU_ASSERT_STRING_EQUAL(numbers("n=14, [3] 7."), "14 3 7");
    CU_ASSERT_STRING_EQUAL(numbers("014"), "14");
    CU_ASSERT_STRING_EQUAL(numbers("14octets fd3 _5 5_ x14y"), "");
    CU_ASSERT_STRING_EQUAL(numbers("-1 (-2) =-3"), "");
    CU_ASSERT_STRING_EQUAL(numbers("a-4 2-5"), "4 2 5");
    CU_ASSERT_STRING_EQUAL(numbers("3.14 127.0.0.1"), "");
    CU_ASSERT_STRING_EQUAL(numbers("127.0.0.1,20002: 2,5"), "20002 2 5");
    CU_ASSERT_STRING_EQUAL(numbers("1, 2. 3"), "1 2 3");
    CU_ASSERT_STRING_EQUAL(numbers("0x7ffd"), "");
    CU_ASSERT_STRING_EQUAL(numbers("99999999999999999999999999"), "18446744073709551615");
    CU_ASSERT_STRING_EQUAL(numbers(""), "");
}

static void test_numbers_beside_other_scripts(void)
{
    CU_ASSERT_STRING_EQUAL(numbers("é14 14é"), "");
    CU_ASSERT_STRING_EQUAL(numbers("\xe9" "14 14\xe9"), "");      /* ISO-8859-1 é */
    CU_ASSERT_STRING_EQUAL(numbers("\xa0" "14\xa0octets"), "14"); /* ISO-8859-1 no-break space */
    CU_ASSERT_STRING_EQUAL(numbers("« 14 » →15"), "14 15");
    CU_ASSERT_STRING_EQUAL(numbers("\x1b[32m14\x1b[0m"), "14");
    CU_ASSERT_STRING_EQUAL(numbers("\x1b[1"), "");
    CU_ASSERT_STRING_EQUAL(numbers("14\xc3"), ""); /* a letter that was cut */
}

static void test_output_positions(void)
{
    struct staged s;
    staged_begin(&s);
    staged_print(&s, STREAM_STDOUT, "be\r");
    staged_print(&s, STREAM_STDERR, "elsewhere");
    staged_print(&s, STREAM_STDOUT, "\nfore 1");
    staged_call(&s, CALL_read, -1, 0, 0);
    staged_print(&s, STREAM_STDOUT, "4 after");
    AUTO_OUTPUT out;
    output_collect(&s.t, 0, STREAM_STDOUT, &out);
    CU_ASSERT_STRING_EQUAL(buf_text(&out.text), "be\nfore 14 after");
    CU_ASSERT_EQUAL(output_after(&out, 0), 0);
    CU_ASSERT_EQUAL(output_after(&out, 4), 9);
    CU_ASSERT_EQUAL(output_after(&out, 5), out.text.len);
    CU_ASSERT_TRUE(output_visible(&out, 9));
    CU_ASSERT_FALSE(output_visible(&out, out.text.len));
    struct number *list;
    CU_ASSERT_EQUAL(numbers_find(out.text.data, out.text.len, &list), 1);
    CU_ASSERT_EQUAL(list[0].start, 8);
    free(list);
    staged_end(&s);
}

static void test_escapes(void)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {{"\x1b[31mred", 5}, {"\x1b(B14", 3}, {"\x1b]0;title\aX", 10}, {"\x1b]0;t\x1b\\X", 7}, {"\x1b=7", 2},
                 {"red", 0}, {"\x1b", 0}, {"\x1b[31", 4}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        CU_ASSERT_EQUAL(output_escape(cases[i].text, strlen(cases[i].text)), cases[i].n);
}

static bool claims(const char *line, enum role role)
{
    return claims_success(line, strlen(line), role);
}

static void test_claims(void)
{
    CU_ASSERT_TRUE(claims("Connexion au serveur réussie avec succès !", ROLE_CONNECT));
    CU_ASSERT_TRUE(claims("Connexion au serveur r\xe9ussie avec succ\xe8s !", ROLE_CONNECT));
    CU_ASSERT_TRUE(claims("CONNECTED", ROLE_CONNECT));
    CU_ASSERT_TRUE(claims("connect ok", ROLE_CONNECT));
    CU_ASSERT_TRUE(claims("\x1b[32mSucces\x1b[0m", ROLE_CONNECT));
    CU_ASSERT_TRUE(claims("Socket attachée avec succès !", ROLE_BIND));
    CU_ASSERT_TRUE(claims("bind: OK", ROLE_BIND));
    CU_ASSERT_TRUE(claims("Socket placé en écoute passive ...", ROLE_LISTEN));
    CU_ASSERT_TRUE(claims("Socket créée avec succès ! (3)", ROLE_SOCKET));
}

static void test_no_claims(void)
{
    CU_ASSERT_FALSE(claims("Socket créée avec succès ! (3)", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("Socket fermée avec succès", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("Tentative de connexion...", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("La connexion n'a pas réussi", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("Connexion au serveur : échec", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("Not connected", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("couldn't get connected", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("Address already in use", ROLE_BIND));
    CU_ASSERT_FALSE(claims("Le port est déjà lié à un autre socket", ROLE_BIND));
    CU_ASSERT_FALSE(claims("bind = -1", ROLE_BIND));
    CU_ASSERT_FALSE(claims("Connexion au port 5000", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("okapi", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("connected=0", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("connecté ❌", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("0 octets envoyés", ROLE_SEND));
    CU_ASSERT_FALSE(claims("bytes sent: 0.", ROLE_SEND));
    CU_ASSERT_TRUE(claims("Socket attaché à 0.0.0.0:5000", ROLE_BIND));
    CU_ASSERT_TRUE(claims("Envoyés : 10 octets", ROLE_SEND));
    CU_ASSERT_FALSE(claims("", ROLE_CONNECT));
    CU_ASSERT_FALSE(claims("\xff\xfe\x1b[", ROLE_CONNECT));
}

static bool says_no_more(const char *text)
{
    return claims_mere_failure(text, strlen(text));
}

static void test_mere_failures(void)
{
    CU_ASSERT_TRUE(says_no_more("Erreur !\n"));
    CU_ASSERT_TRUE(says_no_more("Une erreur est survenue\nFin du programme.\n"));
    CU_ASSERT_TRUE(says_no_more("\x1b[31mERROR\x1b[0m: something went wrong"));
    CU_ASSERT_TRUE(says_no_more("L'appel a \xe9" "chou\xe9"));
    CU_ASSERT_FALSE(says_no_more("Erreur : bind"));
    CU_ASSERT_FALSE(says_no_more("erreur 98"));
    CU_ASSERT_FALSE(says_no_more("error: Address already in use"));
    CU_ASSERT_FALSE(says_no_more("Le serveur a refusé la connexion"));
    CU_ASSERT_FALSE(says_no_more("port occupé"));
    CU_ASSERT_FALSE(says_no_more("连接失败"));
    CU_ASSERT_FALSE(says_no_more(""));
}

int suite_facts(void)
{
    static const struct unit_test tests[] = {
        {"EINTR and its kind are no failures, unless injected", test_transient_failures},
        {"a peek moves nothing, sendmmsg counts bytes", test_moved},
        {"a connect that never blocked has failed when nothing followed", test_nonblocking_connect},
        {"what a library does is not the program's", test_library_calls_are_nobodys},
        {"bytes are added up by socket, datagrams apart", test_flows},
        {"a peer's deeds fall into connections", test_connections},
        {"a call on a socket tells most about a blocked program", test_blocked},
        {"going on with a failed result is noticed", test_went_on},
        {"numbers are words of their own", test_numbers_are_words},
        {"escape sequences of a terminal are known by their length", test_escapes},
        {"numbers stand beside letters of any encoding", test_numbers_beside_other_scripts},
        {"output keeps the way back to the events", test_output_positions},
        {"claims of success are understood", test_claims},
        {"other lines claim nothing", test_no_claims},
        {"a message that names nothing is told from one that does", test_mere_failures},
    };
    return suite_add("facts", tests, COUNT_OF(tests));
}
