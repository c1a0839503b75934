/* The world's own network: every address is there, nobody outside is. */
#include <CUnit/CUnit.h>
#include <netinet/in.h>
#include <string.h>

#include "tests/suites.h"
#include "tests/watched.h"

static void every_address_is_local(void)
{
    watched_says("reach-addresses", "127.0.0.1 ok\n127.8.9.10 ok\n192.168.52.2 ok\n10.0.0.1 ok\n8.8.8.8 ok\n", "exited 0");
    watched_says("reach-addresses-6", "::1 ok\n2001:db8::7 ok\n::ffff:127.0.0.1 ok\n", "exited 0");
}

static void nobody_outside_answers(void)
{
    watched_says("find-nobody", "ECONNREFUSED\n", "exited 0");
}

static void names_are_those_of_the_world(void)
{
    struct watched w;
    if (watched_run(&w, "resolve-names")) {
        CU_ASSERT_STRING_EQUAL(watched_printed(&w, "p", STREAM_STDOUT),
                               "localhost ::1 5000\n127.0.0.1 127.0.0.1 80\nserveur 192.168.52.2 8080\n"
                               "serveur6 2001:db8:52::6 8080\nwww.example.org unknown\n");
        /* What getaddrinfo() opens for itself is not the program's. */
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_SOCKET), 1);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CLOSE), 1);
        CU_ASSERT_EQUAL(watched_calls(&w, "p", ROLE_CONNECT), 0);
        CU_ASSERT(w.t.n_sockets > 1);
        size_t own = 0;
        for (size_t i = 0; i < w.t.n_sockets; i++)
            own += !w.t.sockets[i].library;
        CU_ASSERT_EQUAL(own, 1);
    }
    watched_end(&w);
}

/* A port is free again in the next world, whatever the last one did with it. */
static void worlds_share_no_port(void)
{
    for (int i = 0; i < 3; i++) {
        struct watched w;
        if (watched_play(&w, "start: {p: {arguments: [serve-one]}},\nuntil: {p: listening, port: 5000},\n"
                             "c: {connect: \"127.0.0.1:5000\"},\nc: {send: hi},\nc: {receive: end-of-file},\nc: close"))
            CU_ASSERT_FALSE(w.t.stuck);
        watched_end(&w);
    }
}

static const struct packet *packet_number(const struct watched *w, int flags, size_t n)
{
    for (size_t i = 0; i < w->t.n_events; i++)
        if (w->t.events[i].kind == EVENT_PACKET && (w->t.events[i].packet.flags & flags) == flags && n-- == 0)
            return &w->t.events[i].packet;
    return NULL;
}

#define CLOSING(how)                                                                     \
    "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [" how "]}},\nserver: accept,\n" \
    "server: {send: x},\nserver: {receive: end-of-file},\nserver: close"

static void packets_tell_an_end_from_a_reset(void)
{
    struct watched w;
    if (watched_play(&w, "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [close-politely]}},\n"
                         "server: accept,\nserver: {receive: end-of-file},\nserver: close")) {
        CU_ASSERT_PTR_NOT_NULL(packet_number(&w, PACKET_FIN, 0));
        CU_ASSERT_PTR_NULL(packet_number(&w, PACKET_RST, 0));
        CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "server", DEED_END_OF_FILE, 0));
    }
    watched_end(&w);
    static const char *const resets[] = {CLOSING("close-unread"), CLOSING("close-linger")};
    for (size_t i = 0; i < COUNT_OF(resets); i++) {
        if (watched_play(&w, resets[i])) {
            CU_ASSERT_PTR_NOT_NULL(packet_number(&w, PACKET_RST, 0));
            CU_ASSERT_PTR_NOT_NULL(watched_deed(&w, "server", DEED_RESET, 0));
        }
        watched_end(&w);
    }
}

static void packets_are_decoded(void)
{
    struct watched w;
    if (watched_play(&w, "server: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [close-politely]}},\n"
                         "server: accept,\nserver: {receive: end-of-file}")) {
        const struct packet *first = packet_number(&w, PACKET_SYN, 0), *second = packet_number(&w, PACKET_SYN, 1);
        const struct packet *data = packet_number(&w, PACKET_PSH, 0);
        CU_ASSERT_PTR_NULL(packet_number(&w, PACKET_SYN, 2)); /* each packet once */
        if (first != NULL && second != NULL && data != NULL) {
            CU_ASSERT_EQUAL(first->protocol, IPPROTO_TCP);
            CU_ASSERT_EQUAL(first->flags, PACKET_SYN);
            CU_ASSERT_EQUAL(second->flags, PACKET_SYN | PACKET_ACK);
            CU_ASSERT_EQUAL(address_port(&first->to), 5000);
            CU_ASSERT(address_equal(&first->to, &second->from) && address_equal(&first->from, &second->to));
            CU_ASSERT_EQUAL(data->payload, 4);
            CU_ASSERT(data->raw.stored >= 44 && memcmp(data->raw.data + data->raw.stored - 4, "bye\n", 4) == 0);
        } else {
            CU_FAIL("packets are missing");
        }
    }
    watched_end(&w);
}

static void datagrams_are_captured(void)
{
    struct watched w;
    if (watched_play(&w, "start: {p: {arguments: [talk-by-datagrams]}},\nuntil: {p: bound, port: 5000},\n"
                         "c: {connect: \"udp:127.0.0.1:5000\"},\nc: {send: hello},\nc: {receive: 5},\nuntil: {p: exited}")) {
        size_t n = 0;
        for (size_t i = 0; i < w.t.n_events; i++)
            n += w.t.events[i].kind == EVENT_PACKET && w.t.events[i].packet.protocol == IPPROTO_UDP &&
                 w.t.events[i].packet.payload == 5;
        CU_ASSERT_EQUAL(n, 2);
        const struct call *received = watched_call(&w, "p", ROLE_RECEIVE, 0);
        CU_ASSERT(received != NULL && received->result == 5 && address_port(&received->address) > 0);
    }
    watched_end(&w);
}

static bool is_packet_with(const struct event *event, int flag)
{
    return event->kind == EVENT_PACKET && (event->packet.flags & flag) != 0;
}

/* What a call sends stands in front of it, on a busy machine too: the ladder shows a SYN before the bytes. */
static void packets_stand_before_the_call_that_sent_them(void)
{
    struct watched w;
    if (watched_play(&w, "s: {listen: \"127.0.0.1:5000\"},\nstart: {p: {arguments: [careful-client]}},\ns: accept,\n"
                         "s: {send: ok},\nuntil: {p: waiting}")) {
        size_t syn = SIZE_MAX, bytes = SIZE_MAX, connected = SIZE_MAX, sent = SIZE_MAX;
        for (size_t i = w.t.n_events; i-- > 0;) {
            const struct event *event = &w.t.events[i];
            bool call = event->kind == EVENT_CALL && event->call.socket >= 0;
            if (is_packet_with(event, PACKET_SYN))
                syn = i;
            if (is_packet_with(event, PACKET_PSH))
                bytes = i;
            if (call && call_role(event->call.id) == ROLE_CONNECT)
                connected = i;
            if (call && call_role(event->call.id) == ROLE_SEND)
                sent = i;
        }
        CU_ASSERT(syn < connected && connected < bytes && bytes < sent && sent < SIZE_MAX);
    }
    watched_end(&w);
}

int suite_network(void)
{
    static const struct unit_test tests[] = {
        {"every address is local", every_address_is_local},
        {"nobody outside answers", nobody_outside_answers},
        {"names are those of the world, asked by the library", names_are_those_of_the_world},
        {"worlds share no port", worlds_share_no_port},
        {"packets tell an end from a reset", packets_tell_an_end_from_a_reset},
        {"packets are decoded, each once", packets_are_decoded},
        {"datagrams are captured", datagrams_are_captured},
        {"packets stand before the call that sent them", packets_stand_before_the_call_that_sent_them},
    };
    return suite_add("network", tests, COUNT_OF(tests));
}
