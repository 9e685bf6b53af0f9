/* SPDX-License-Identifier: MIT */
/*
 * test_proxy.c - duosock serve behind a proxy that says who its clients are,
 * with one thread and with several.
 */
#include "program/program.h"

enum {
    CLIENTS = 20
};

static void say_text(duos_socket peer, const char *text)
{
    assert_ok(duos_send_all(peer, text, strlen(text), PATIENCE_MS, NULL));
}

static void expect_text(duos_socket peer, const char *text)
{
    char answer[64] = "";

    assert_ok(duos_recv_exact(peer, answer, strlen(text), PATIENCE_MS, NULL));
    assert_string_equal(answer, text);
}

/* Its end, or a reset where what it had sent was not read. */
static void expect_end(duos_socket peer)
{
    char bytes[64];
    size_t len;
    duos_err err;

    do {
        err = duos_recv_some(peer, bytes, sizeof bytes, PATIENCE_MS, &len);
    } while (err == DUOS_OK);
    assert_int_not_equal(err, DUOS_ETIMEDOUT);
    duos_close(&peer);
}

static void address_of(duos_socket peer, char *text)
{
    duos_addr addr;

    assert_ok(duos_local_addr(peer, &addr));
    assert_ok(duos_addr_format(&addr, text, DUOS_ADDR_TEXT_MAX));
}

#define HEADER "PROXY TCP4 192.0.2.7 198.51.100.9 50514 443\r\n"
#define ORIGIN "open 192.0.2.7:50514 -> 198.51.100.9:443\n"

static void test_proxy_header_names_the_client(void **state)
{
    char line[256];
    char own[DUOS_ADDR_TEXT_MAX];
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "-v", "--proxy-protocol", "10.0.0.0/8,127.0.0.0/8");
    peer = peer_dial(s.address);
    address_of(peer, own);
    say_text(peer, HEADER "hello");
    expect_text(peer, "hello");
    file_wait_for(SERVER_LOG, "#1 " ORIGIN);
    sprintf(line, "#1 came through %s\n", own);
    file_wait_for(SERVER_LOG, line);
    duos_close(&peer);
    sprintf(line, "#1 close %d B in, 5 B out, ", (int)sizeof HEADER - 1 + 5);
    file_wait_for(SERVER_LOG, line);
    server_stop(&s);
}

static void test_proxy_header_as_json(void **state)
{
    char line[256];
    char own[DUOS_ADDR_TEXT_MAX];
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--json", "--proxy-protocol", "127.0.0.0/8");
    peer = peer_dial(s.address);
    address_of(peer, own);
    say_text(peer, HEADER "x");
    expect_text(peer, "x");
    sprintf(line,
            "\"local\":\"198.51.100.9:443\",\"remote\":\"192.0.2.7:50514\","
            "\"via\":\"%s\"",
            own);
    file_wait_for(SERVER_EVENTS, line);
    duos_close(&peer);
    server_stop(&s);
}

/* It is no client: it has no number, and is not counted as one that left. */
static void test_proxy_without_a_header_is_refused(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "-v", "--proxy-protocol", "127.0.0.1");
    peer = peer_dial(s.address);
    say_text(peer, "GET / HTTP/1.0\r\n\r\n");
    expect_end(peer);
    file_wait_for(SERVER_LOG, "refused 127.0.0.1:");
    peer = peer_dial(s.address);
    say_text(peer, HEADER "hello");
    expect_text(peer, "hello");
    file_wait_for(SERVER_LOG, "#1 " ORIGIN);
    duos_close(&peer);
    server_stop(&s);
}

static void test_proxy_that_is_none_is_not_believed(void **state)
{
    char line[256];
    char own[DUOS_ADDR_TEXT_MAX];
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--proxy-protocol", "192.0.2.0/24");
    peer = peer_dial(s.address);
    address_of(peer, own);
    say_text(peer, HEADER);
    expect_end(peer);
    sprintf(line, "#1 open %s -> %s\n", own, s.address);
    file_wait_for(SERVER_LOG, line);
    file_wait_for(SERVER_LOG, "#1 close ");
    server_stop(&s);
}

/* The header is read by a worker, so the numbers are given out there. */
static void test_proxy_headers_are_read_by_workers(void **state)
{
    duos_socket peers[CLIENTS];
    char line[256];
    server s;
    int i;

    (void)state;
    SERVER_START(&s, "--workers", "3", "--proxy-protocol", "127.0.0.0/8");
    for (i = 0; i < CLIENTS; i++) {
        peers[i] = peer_dial(s.address);
    }
    for (i = CLIENTS - 1; i >= 0; i--) {
        sprintf(line, "PROXY TCP4 192.0.2.7 198.51.100.9 %d 443\r\nhello",
                5000 + i);
        say_text(peers[i], line);
        expect_text(peers[i], "hello");
    }
    for (i = 0; i < CLIENTS; i++) {
        sprintf(line, " open 192.0.2.7:%d -> 198.51.100.9:443\n", 5000 + i);
        file_wait_for(SERVER_LOG, line);
        duos_close(&peers[i]);
    }
    server_stop(&s);
}

/* One client of its own behind the proxy, which sends a word. */
static duos_socket dial_as(const server *s, const char *client)
{
    char text[128];
    duos_socket peer = peer_dial(s->address);

    sprintf(text, "PROXY TCP4 %s 198.51.100.9 5000 443\r\nhello", client);
    say_text(peer, text);
    return peer;
}

static void test_proxy_clients_are_denied_by_workers(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "-v", "--workers", "2", "--proxy-protocol", "127.0.0.0/8",
                 "--deny", "192.0.2.0/24", "--stats", "20ms");
    expect_end(dial_as(&s, "192.0.2.7"));
    file_wait_for(SERVER_LOG, "refused 127.0.0.1:");
    file_wait_for(SERVER_LOG, ", 1 denied");
    peer = dial_as(&s, "203.0.113.7");
    expect_text(peer, "hello");
    duos_close(&peer);
    server_stop(&s);
}

/* Clients go to the two by turns; the proxy itself has no limit. */
static void test_proxy_clients_are_counted_by_workers(void **state)
{
    duos_socket peers[4];
    server s;
    int i;

    (void)state;
    SERVER_START(&s, "-v", "--workers", "2", "--proxy-protocol", "127.0.0.0/8",
                 "--max-clients-per-address", "1", "--stats", "20ms");
    for (i = 0; i < 4; i++) {
        char client[32];

        sprintf(client, "192.0.2.%d", 7 + i);
        peers[i] = dial_as(&s, client);
        expect_text(peers[i], "hello");
    }
    expect_end(dial_as(&s, "192.0.2.7"));
    file_wait_for(SERVER_LOG, ", 1 too many of an address");
    for (i = 0; i < 4; i++) {
        duos_close(&peers[i]);
    }
    server_stop(&s);
}

static void test_proxy_protocol_wants_prefixes(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "--proxy-protocol", "everybody");
    assert_int_equal(r.code, 2);
    assert_contains(r.err, "--proxy-protocol: 'everybody' is no list");
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_proxy_header_names_the_client),
        PROGRAM_TEST(test_proxy_header_as_json),
        PROGRAM_TEST(test_proxy_without_a_header_is_refused),
        PROGRAM_TEST(test_proxy_that_is_none_is_not_believed),
        PROGRAM_TEST(test_proxy_headers_are_read_by_workers),
        PROGRAM_TEST(test_proxy_clients_are_denied_by_workers),
        PROGRAM_TEST(test_proxy_clients_are_counted_by_workers),
        PROGRAM_TEST(test_proxy_protocol_wants_prefixes),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
