/* SPDX-License-Identifier: MIT */
/*
 * test_proxy.c - server.h: clients behind a load balancer that sends PROXY
 * headers, clients who should and do not, and clients who should not and do.
 */
#include "support/toy_scene.h"

#define LINE "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"
#define MARK "\r\n\r\n\0\r\nQUIT\n"

static duos_cidr balancers[2];

/* Loopback is trusted, or only what is not here. */
static void serve(scene *s, const char *trusted)
{
    assert_ok(duos_cidr_parse("2001:db8::/32", &balancers[0]));
    assert_ok(duos_cidr_parse(trusted, &balancers[1]));
    s->server_config.proxy = balancers;
    s->server_config.proxy_count = 2;
    if (s->served.act == NULL) {
        s->served.act = told_echo;
    }
    scene_serve(s);
    memset(balancers, 0, sizeof balancers); /* it was copied */
}

static duos_socket send_header(scene *s, const void *data, size_t len)
{
    duos_socket visitor = net_connect(&s->at);

    scene_send(s, visitor, data, len);
    return visitor;
}

static void check_origin(const duos_conn *conn, const char *wanted)
{
    char text[DUOS_TUPLE_TEXT_MAX];
    duos_tuple ends;

    assert_ok(duos_conn_origin(conn, &ends));
    assert_ok(duos_tuple_format(&ends, text, sizeof text));
    assert_string_equal(text, wanted);
}

/* ---- from a trusted address ------------------------------------------- */

static void test_proxy_origin_is_told_and_the_rest_is_data(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_tuple ends;
    char text[5];

    serve(s, "127.0.0.0/8");
    visitor = send_header(s, LINE "hello", sizeof LINE "hello" - 1);
    scene_until(s, s->served.opens, 1);
    check_origin(s->served.conn, "192.0.2.1:56324 -> 198.51.100.2:443");
    assert_ok(duos_conn_tuple(s->served.conn, &ends));
    assert_true(duos_addr_equal(&ends.local, &s->at));
    scene_receive(s, visitor, text, 5);
    assert_memory_equal(text, "hello", 5);
    scene_echo(s, visitor);
    assert_string_equal(s->served.log, "od");
    net_close(&visitor);
    assert_err(DUOS_EINVAL, duos_conn_origin(NULL, &ends));
    assert_err(DUOS_EINVAL, duos_conn_origin(s->served.conn, NULL));
}

static void test_proxy_header_of_version_2_byte_by_byte(void **state)
{
    static const char head[] = MARK "\x21\x21\0\x28"
                                    "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
                                    "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"
                                    "\0\x50\1\xbb\4\0\1x";
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t i;

    serve(s, "127.0.0.1");
    visitor = net_connect(&s->at);
    for (i = 0; i < sizeof head - 1; i++) {
        assert_int_equal(s->served.opens, 0);
        scene_send(s, visitor, head + i, 1);
        scene_idle(s);
    }
    scene_until(s, s->served.opens, 1);
    check_origin(s->served.conn, "[2001:db8::1]:80 -> [2001:db8::2]:443");
    scene_echo(s, visitor);
    net_close(&visitor);
}

static void test_proxy_local_and_unknown_name_nobody(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];
    duos_tuple origin;
    duos_tuple ends;

    serve(s, "127.0.0.1");
    visitors[0] = send_header(s, MARK "\x20\0\0\0", 16);
    scene_until(s, s->served.opens, 1);
    assert_ok(duos_conn_origin(s->served.conn, &origin));
    assert_ok(duos_conn_tuple(s->served.conn, &ends));
    assert_true(duos_addr_equal(&origin.remote, &ends.remote));
    assert_true(duos_addr_equal(&origin.local, &ends.local));
    visitors[1] = send_header(s, "PROXY UNKNOWN\r\n", 15);
    scene_until(s, s->served.opens, 2);
    assert_ok(duos_conn_origin(s->served.conn, &origin));
    assert_true(duos_addr_equal(&origin.local, &s->at));
    scene_echo(s, visitors[0]);
    scene_echo(s, visitors[1]);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
}

/* One who is good, before and after; then this one, who must end so. */
static void check_refused(scene *s, const void *data, size_t len,
                          duos_err reason)
{
    duos_socket good;
    duos_socket bad;

    s->served.unopened = 1;
    serve(s, "127.0.0.1");
    good = send_header(s, LINE, sizeof LINE - 1);
    scene_until(s, s->served.opens, 1);
    bad = send_header(s, data, len);
    if (reason == DUOS_EEOF || reason == DUOS_ETRUNCATED) {
        assert_ok(duos_shutdown(bad, DUOS_SHUT_SEND));
    }
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, reason);
    assert_int_equal(s->served.opens, 1);
    scene_echo(s, good);
    net_close(&good);
    net_close(&bad);
}

static void test_proxy_client_without_a_header_is_refused(void **state)
{
    check_refused((scene *)*state, "GET / HTTP/1.0\r\n\r\n", 18, DUOS_EPROTO);
}

static void test_proxy_header_that_is_odd_is_refused(void **state)
{
    check_refused((scene *)*state, "PROXY TCP4 1.2.3.4 1.2.3.4 1 070\r\n", 34,
                  DUOS_EPROTO);
}

static void test_proxy_header_that_is_doubled_is_refused(void **state)
{
    check_refused((scene *)*state, LINE LINE, 2 * (sizeof LINE - 1),
                  DUOS_EPROTO);
}

static void test_proxy_line_that_is_too_long_is_refused(void **state)
{
    char line[108] = "PROXY UNKNOWN ";

    memset(line + 14, 'x', sizeof line - 14);
    check_refused((scene *)*state, line, 107, DUOS_EPROTO);
}

static void test_proxy_header_that_is_too_long_is_refused(void **state)
{
    check_refused((scene *)*state, MARK "\x20\0\xff\xff", 16, DUOS_EPROTO);
}

static void test_proxy_header_that_is_cut_short_is_truncated(void **state)
{
    check_refused((scene *)*state, LINE, sizeof LINE - 3, DUOS_ETRUNCATED);
}

static void test_proxy_end_without_a_byte_is_eof(void **state)
{
    check_refused((scene *)*state, "", 0, DUOS_EEOF);
}

static void test_ST9_proxy_header_that_does_not_end_has_a_deadline(void **state)
{
    scene *s = (scene *)*state;

    s->server_config.limits.handshake_ms = 80;
    check_refused(s, "PROXY ", 6, DUOS_ETIMEDOUT);
    assert_int_equal(scene_stats(s).handshake_ends, 1);
}

/* What a load balancer says is no word of its client's. */
static void test_ST9_proxy_silence_behind_a_header_has_a_deadline(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];

    s->server_config.limits.first_byte_ms = 80;
    serve(s, "127.0.0.1");
    visitors[0] = send_header(s, LINE "x", sizeof LINE);
    scene_until(s, s->served.datas, 1);
    visitors[1] = send_header(s, LINE, sizeof LINE - 1);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.opens, 2);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    assert_true(s->served.closed_ms - s->served.opened_ms >= 80);
    scene_pass(s, 100);
    assert_int_equal(s->served.closes, 1);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
}

/* The second one shows later: the connection was open. */
static void test_proxy_second_header_is_refused_later_as_well(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    serve(s, "127.0.0.1");
    visitor = send_header(s, LINE, sizeof LINE - 1);
    scene_until(s, s->served.opens, 1);
    scene_send(s, visitor, MARK, sizeof MARK - 1);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EPROTO);
    assert_string_equal(s->served.log, "oc");
    net_close(&visitor);
}

/* The balancer is one address, and its clients are many. */
static void test_LO3_proxy_clients_are_counted_by_their_own_addresses(
    void **state)
{
    static const char other[] = "PROXY TCP4 192.0.2.9 198.51.100.2 1 2\r\n";
    scene *s = (scene *)*state;
    duos_socket visitors[4];

    s->server_config.max_clients_per_address = 1;
    s->served.unopened = 1;
    serve(s, "127.0.0.1");
    visitors[0] = send_header(s, LINE, sizeof LINE - 1);
    visitors[1] = send_header(s, other, sizeof other - 1);
    scene_until(s, s->served.opens, 2);
    visitors[2] = send_header(s, other, sizeof other - 1);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EUSERS);
    assert_int_equal(scene_stats(s).refused_address, 1);
    scene_echo(s, visitors[1]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
    visitors[3] = send_header(s, other, sizeof other - 1);
    scene_until(s, s->served.opens, 3);
    scene_echo(s, visitors[0]);
    scene_echo(s, visitors[3]);
    net_close(&visitors[0]);
    net_close(&visitors[2]);
    net_close(&visitors[3]);
}

static void test_proxy_client_whose_address_is_denied_is_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_cidr deny;

    assert_ok(duos_cidr_parse("192.0.2.8/29", &deny));
    s->server_config.deny = &deny;
    s->server_config.deny_count = 1;
    check_refused(s, "PROXY TCP4 192.0.2.9 198.51.100.2 1 2\r\n", 39,
                  DUOS_EACCES);
    assert_int_equal(scene_stats(s).refused_denied, 1);
}

/* ---- from elsewhere --------------------------------------------------- */

static void test_proxy_client_from_elsewhere_begins_as_ever(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_tuple ends;
    size_t blocks;
    char text[sizeof LINE - 1];

    serve(s, "10.0.0.0/8");
    visitor = net_connect(&s->at);
    scene_until(s, s->served.opens, 1); /* before it says anything */
    assert_ok(duos_conn_origin(s->served.conn, &ends));
    assert_true(duos_addr_equal(&ends.local, &s->at));
    blocks = s->memory.blocks;
    scene_echo(s, visitor);
    assert_int_equal(s->memory.blocks, blocks - 1); /* it costs no more */
    scene_echo(s, visitor);
    scene_send(s, visitor, LINE, sizeof LINE - 1); /* only data by now */
    scene_receive(s, visitor, text, sizeof text);
    assert_memory_equal(text, LINE, sizeof text);
    net_close(&visitor);
}

static void test_proxy_header_from_elsewhere_is_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    serve(s, "10.0.0.0/8");
    visitor = send_header(s, LINE "hello", sizeof LINE + 4);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EACCES);
    assert_string_equal(s->served.log, "oc");
    net_close(&visitor);
}

static void test_proxy_header_from_elsewhere_in_pieces_is_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    serve(s, "10.0.0.0/8");
    visitor = send_header(s, "PRO", 3);
    scene_until(s, s->served.datas, 1);
    scene_send(s, visitor, "XY TCP4", 7);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EACCES);
    assert_int_equal(s->served.bytes, 3);
    net_close(&visitor);
}

/* ---- with the rest ---------------------------------------------------- */

static void pause_first(told *t, duos_conn *conn, char event, const void *data,
                        size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'o') {
        assert_ok(duos_conn_pause(conn));
    }
}

/* The bytes are off the socket already. */
static void test_proxy_pause_in_on_open_keeps_the_rest(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_socket out;

    s->served.act = pause_first;
    serve(s, "127.0.0.1");
    visitor = send_header(s, LINE "hello", sizeof LINE + 4);
    scene_until(s, s->served.opens, 1);
    scene_idle(s);
    assert_int_equal(s->served.datas, 0);
    assert_err(DUOS_ESTATE, duos_conn_release(s->served.conn, &out));
    assert_ok(duos_conn_resume(s->served.conn));
    assert_int_equal(s->served.datas, 0);
    scene_until(s, s->served.datas, 1);
    assert_int_equal(s->served.bytes, 5);
    scene_send(s, visitor, "more", 4);
    scene_until(s, s->served.datas, 2);
    assert_ok(duos_conn_release(s->served.conn, &out));
    s->served.closes++; /* which does not come */
    net_close(&out);
    net_close(&visitor);
}

static duos_socket let_go;

/* Wants the socket at once, and else with the first bytes. */
static void release_first(told *t, duos_conn *conn, char event,
                          const void *data, size_t len)
{
    (void)data;
    (void)len;
    if (event == 'o') {
        assert_err(DUOS_ESTATE, duos_conn_release(conn, &let_go));
    } else if (event == 'd') {
        assert_ok(duos_conn_release(conn, &let_go));
        t->closes++; /* which does not come */
    }
}

/* They are off the socket: whoever has that would never see them. */
static void test_proxy_release_in_on_open_loses_no_bytes(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = release_first;
    serve(s, "127.0.0.1");
    visitor = send_header(s, LINE "hello", sizeof LINE + 4);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.bytes, 5);
    net_close(&let_go);
    net_close(&visitor);
}

/* A resume and a drain in one turn: what came before is handed over. */
static void test_SG1_proxy_drain_hands_over_what_was_kept(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = pause_first;
    serve(s, "127.0.0.1");
    visitor = send_header(s, LINE "hello", sizeof LINE + 4);
    scene_until(s, s->served.opens, 1);
    assert_ok(duos_conn_resume(s->served.conn));
    assert_ok(duos_server_drain(s->server, -1));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.bytes, 5);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    net_close(&visitor);
}

static void test_SG1_proxy_drain_takes_a_header_that_has_come(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];

    s->served.unopened = 1;
    serve(s, "127.0.0.1");
    visitors[0] = net_connect(&s->at);
    visitors[1] = net_connect(&s->at);
    assert_ok(
        duos_send_all(visitors[1], LINE "hello", sizeof LINE + 4, 1000, NULL));
    assert_ok(duos_server_drain(s->server, -1));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.closes, 2);
    assert_int_equal(s->served.opens, 1);
    assert_int_equal(s->served.bytes, 5);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
}

/* Their first bytes were under way, behind a header or the rest of one. */
static void test_SG1_proxy_drain_hears_who_has_just_greeted(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];
    char text[5];

    s->server_config.drain_first_byte_ms = 500;
    serve(s, "127.0.0.1");
    visitors[0] = send_header(s, LINE, sizeof LINE - 1);
    visitors[1] = send_header(s, LINE, 10);
    scene_until(s, s->served.opens, 1);
    assert_ok(duos_server_drain(s->server, 10000));
    assert_int_equal(s->served.closes, 0);
    scene_echo(s, visitors[0]);
    assert_ok(duos_send_all(visitors[1], &(LINE "hello")[10],
                            sizeof LINE + 4 - 10, 1000, NULL));
    scene_receive(s, visitors[1], text, 5);
    assert_memory_equal(text, "hello", 5);
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.closes, 2);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
}

/* The header first, then the handshake; both in one read. */
static void test_proxy_header_stands_before_a_transport(void **state)
{
    unsigned char bytes[80] = LINE;
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t len = sizeof LINE - 1;

    toy_init(&served_toy, &s->memory.alloc);
    toy_server(s);
    serve(s, "127.0.0.1");
    len += toy_record(bytes + len, 'H', "", 1);
    visitor = send_header(s, bytes, len);
    scene_receive(s, visitor, bytes, 1 + TOY_RECORD_EXTRA);
    assert_int_equal(s->served.opens, 0);
    len = toy_record(bytes, 'F', NULL, 0);
    len += toy_record(bytes + len, 'D', "plain", 5);
    scene_send(s, visitor, bytes, len);
    scene_until(s, s->served.datas, 1);
    check_origin(s->served.conn, "192.0.2.1:56324 -> 198.51.100.2:443");
    assert_int_equal(s->served.bytes, 5);
    duos_conn_abort(s->served.conn, DUOS_OK);
    scene_until(s, s->served.closes, 1);
    check_toy(&served_toy);
    net_close(&visitor);
}

static void test_proxy_list_must_be_there(void **state)
{
    scene *s = (scene *)*state;

    s->server_config.proxy_count = 1;
    assert_err(DUOS_EINVAL,
               duos_server_create(s->loop, &s->server_config, &s->server));
}

/* ---- memory ----------------------------------------------------------- */

static void test_ME1_proxy_list_needs_memory(void **state)
{
    scene *s = (scene *)*state;
    duos_err err = DUOS_ENOMEM;
    size_t k;

    assert_ok(duos_cidr_parse("127.0.0.1", &balancers[0]));
    s->server_config.proxy = balancers;
    s->server_config.proxy_count = 1;
    for (k = 1; err == DUOS_ENOMEM; k++) {
        failing_alloc_arm(&s->memory, k, false);
        err = duos_server_create(s->loop, &s->server_config, &s->server);
    }
    assert_ok(err);
    assert_true(k > 3); /* the server, and the list */
}

/* Until the visitor is served, which means that it was paused and then read,
 * or until it has been lost. */
static void see_to(scene *s, unsigned datas, unsigned closes, uint64_t errors)
{
    uint64_t begin = net_now();

    while (s->served.datas == datas && s->served.closes == closes &&
           scene_stats(s).accept_errors == errors) {
        duos_err err = duos_loop_step(s->loop, 20);

        assert_true(err == DUOS_OK || err == DUOS_ENOMEM);
        assert_true(net_now() - begin < PATIENCE_MS * UINT64_C(1000000));
        if (s->served.conn != NULL) {
            (void)duos_conn_resume(s->served.conn);
        }
    }
}

static void test_ME1_proxy_no_memory_at_every_place(void **state)
{
    scene *s = (scene *)*state;
    bool struck = true;
    size_t k;

    s->served.act = pause_first; /* so that what follows is kept */
    serve(s, "127.0.0.1");
    for (k = 1; struck; k++) {
        unsigned datas = s->served.datas;
        duos_socket visitor = net_connect(&s->at);

        assert_ok(
            duos_send_all(visitor, LINE "hello", sizeof LINE + 4, 1000, NULL));
        failing_alloc_arm(&s->memory, k, false);
        see_to(s, datas, s->served.closes, scene_stats(s).accept_errors);
        struck = failing_alloc_struck(&s->memory);
        failing_alloc_arm(&s->memory, 0, false);
        assert_true(struck || s->served.datas == datas + 1);
        duos_conn_abort(s->served.conn, DUOS_OK);
        scene_idle(s);
        net_close(&visitor);
    }
    assert_true(k > 5); /* the connection, filter, header, origin, bytes */
    s->served.unopened = s->served.closes - s->served.opens;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_proxy_origin_is_told_and_the_rest_is_data),
        scene_test(test_proxy_header_of_version_2_byte_by_byte),
        scene_test(test_proxy_local_and_unknown_name_nobody),
        scene_test(test_proxy_client_without_a_header_is_refused),
        scene_test(test_proxy_header_that_is_odd_is_refused),
        scene_test(test_proxy_header_that_is_doubled_is_refused),
        scene_test(test_proxy_line_that_is_too_long_is_refused),
        scene_test(test_proxy_header_that_is_too_long_is_refused),
        scene_test(test_proxy_header_that_is_cut_short_is_truncated),
        scene_test(test_proxy_end_without_a_byte_is_eof),
        scene_test(test_ST9_proxy_header_that_does_not_end_has_a_deadline),
        scene_test(test_ST9_proxy_silence_behind_a_header_has_a_deadline),
        scene_test(test_proxy_second_header_is_refused_later_as_well),
        scene_test(test_LO3_proxy_clients_are_counted_by_their_own_addresses),
        scene_test(test_proxy_client_whose_address_is_denied_is_refused),
        scene_test(test_proxy_client_from_elsewhere_begins_as_ever),
        scene_test(test_proxy_header_from_elsewhere_is_refused),
        scene_test(test_proxy_header_from_elsewhere_in_pieces_is_refused),
        scene_test(test_proxy_pause_in_on_open_keeps_the_rest),
        scene_test(test_proxy_release_in_on_open_loses_no_bytes),
        scene_test(test_SG1_proxy_drain_hands_over_what_was_kept),
        scene_test(test_SG1_proxy_drain_takes_a_header_that_has_come),
        scene_test(test_SG1_proxy_drain_hears_who_has_just_greeted),
        scene_test(test_proxy_header_stands_before_a_transport),
        scene_test(test_proxy_list_must_be_there),
        scene_test(test_ME1_proxy_list_needs_memory),
        scene_test(test_ME1_proxy_no_memory_at_every_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
