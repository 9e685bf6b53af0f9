/* SPDX-License-Identifier: MIT */
/*
 * test_conn_order.c - masses: thousands of sends, gathering sends that are cut
 * anywhere, counters beyond 32 bits, callbacks that lead to callbacks without
 * end. Nothing is lost, nothing changes places, no stack grows.
 */
#include "support/scene.h"
#include "support/seeded.h"

#include "conn_core.h"

/* ---- gathering sends --------------------------------------------------- */

#define PARTS    7
#define PART_MAX 70000

static unsigned char stream_out[PARTS * PART_MAX];
static unsigned char stream_in[PARTS * PART_MAX];

/* What is left of the parts behind the first done bytes. */
static size_t parts_behind(const size_t *lens, size_t done, duos_buf *parts)
{
    size_t begin = 0;
    size_t count = 0;
    size_t i;

    for (i = 0; i < PARTS; begin += lens[i], i++) {
        size_t skip = done > begin ? done - begin : 0;

        if (skip < lens[i]) {
            parts[count].data = stream_out + begin + skip;
            parts[count].len = lens[i] - skip;
            count++;
        }
    }
    return count;
}

static bool is_between_parts(const size_t *lens, size_t done)
{
    size_t begin = 0;
    size_t i;

    for (i = 0; i < PARTS && begin < done; i++) {
        begin += lens[i];
    }
    return begin == done;
}

static void test_ST3_sendv_cut_within_parts_goes_on_behind_the_cut(void **state)
{
    static const size_t lens[PARTS] = {1,  PART_MAX, 4099,    0,
                                       37, PART_MAX, PART_MAX};
    pair p = net_pair(DUOS_IPV4);
    size_t total = 0, done = 0, came = 0;
    unsigned cuts = 0;
    size_t i;

    (void)state;
    for (i = 0; i < PARTS; i++) {
        total += lens[i];
    }
    pattern_fill(stream_out, total, 0);
    assert_ok(duos_set_int(p.client, DUOS_OPT_SEND_BUFFER, 4096));
    while (came < total) {
        duos_buf parts[PARTS];
        size_t count = parts_behind(lens, done, parts);
        size_t n = 0;

        if (count > 0 && duos_sendv(p.client, parts, count, 0, &n) == DUOS_OK) {
            done += n;
            cuts += !is_between_parts(lens, done);
        }
        net_await(p.server, DUOS_READ);
        assert_ok(duos_recv(p.server, stream_in + came, total - came, &n));
        came += n;
    }
    assert_int_equal(done, total);
    assert_true(cuts > 0);
    assert_memory_equal(stream_in, stream_out, total);
    net_close_pair(&p);
}

/* ---- thousands of sends ------------------------------------------------ */

#define SENDS 10000
#define LONG  150000 /* more than the system takes at a time */

/* So many, each of another length, some of them long; the bytes of all. */
static size_t send_many(scene *s)
{
    seeded random = {20260722};
    static unsigned char piece[LONG];
    size_t total = 0;
    int i;

    for (i = 0; i < SENDS; i++) {
        size_t len = i % 400 == 399 ? LONG : 1 + seeded_below(&random, 700);

        pattern_fill(piece, len, total);
        assert_ok(duos_conn_send(s->served.conn, piece, len));
        total += len;
    }
    return total;
}

/* The system takes little, so nearly all of them wait. */
static duos_socket visit_large(scene *s)
{
    duos_socket visitor;

    s->server_config.limits.queue_max = SENDS * 700 + SENDS / 400 * LONG;
    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(
        duos_set_int(s->served.conn->stream.sock, DUOS_OPT_SEND_BUFFER, 1));
    return visitor;
}

static void test_ST3_ten_thousand_sends_arrive_in_their_order(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_large(s);
    size_t total = send_many(s);
    uint64_t sent = 0;
    size_t done = 0;

    assert_true(duos_conn_queued(s->served.conn) > 0);
    while (done < total) {
        size_t part =
            total - done < sizeof stream_in ? total - done : sizeof stream_in;

        scene_receive(s, visitor, stream_in, part);
        assert_true(pattern_holds(stream_in, part, done));
        done += part;
    }
    scene_until(s, s->served.drains, 1);
    assert_ok(duos_conn_bytes(s->served.conn, NULL, &sent));
    assert_true(sent == total);
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    net_close(&visitor);
}

/* What is canceled is the end of it, told once. */
static void test_ST3_sends_that_are_canceled_leave_a_whole_beginning(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_large(s);
    size_t total = send_many(s);
    size_t done = 0;
    size_t n = 0;

    scene_receive(s, visitor, stream_in, 100000);
    assert_true(pattern_holds(stream_in, 100000, 0));
    duos_conn_abort(s->served.conn, DUOS_EPROTO);
    scene_until(s, s->served.closes, 1);
    for (done = 100000;
         duos_recv(visitor, stream_in, sizeof stream_in, &n) == DUOS_OK;
         done += n) {
        assert_true(pattern_holds(stream_in, n, done));
    }
    assert_true(done < total);
    scene_idle(s);
    assert_int_equal(s->served.closes, 1);
    net_close(&visitor);
}

/* ---- counters ---------------------------------------------------------- */

static void test_ST12_counters_go_on_beyond_32_bits(void **state)
{
    const uint64_t most = UINT32_MAX;
    scene *s = (scene *)*state;
    duos_server_stats stats;
    uint64_t received = 0;
    uint64_t sent = 0;
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    s->served.conn->bytes_in = most - 2; /* as if so many had come */
    s->served.conn->bytes_out = most - 3;
    scene_echo(s, visitor);
    assert_ok(duos_conn_bytes(s->served.conn, &received, &sent));
    assert_true(received == most + 3);
    assert_true(sent == most + 2);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    visitor = scene_visit(s);
    s->served.conn->bytes_in = s->served.conn->bytes_out = most;
    net_close(&visitor);
    scene_until(s, s->served.closes, 2);
    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(s->server, &stats));
    assert_true(stats.bytes_received == 2 * most + 3);
    assert_true(stats.bytes_sent == 2 * most + 2);
}

/* ---- callbacks without end --------------------------------------------- */

/* The scene fails when one callback comes within another one. Wine is slow. */
#define DRAINS (os_is_wine() ? 50u : 3000u)
#define ROUNDS (os_is_wine() ? 500u : 20000u)

static void fill_again(told *t, duos_conn *conn, char event, const void *data,
                       size_t len)
{
    (void)data;
    (void)len;
    if (event == 'r' && t->drains < DRAINS) {
        while (duos_conn_queued(conn) <= 1000) {
            assert_ok(duos_conn_send(conn, stream_out, 1000));
        }
    }
}

static void test_CB7_drain_that_sends_again_does_not_nest(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.limits.first_byte_ms = 0;
    s->server_config.limits.queue_high = 1000;
    s->server_config.limits.queue_low = 0;
    s->served.act = fill_again;
    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(
        duos_set_int(s->served.conn->stream.sock, DUOS_OPT_SEND_BUFFER, 1));
    while (duos_conn_queued(s->served.conn) <= 1000) {
        assert_ok(duos_conn_send(s->served.conn, stream_out, 1000));
    }
    while (s->served.drains < DRAINS) {
        size_t n = 0;
        duos_err err = duos_recv(visitor, stream_in, sizeof stream_in, &n);

        assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
        assert_ok(duos_loop_step(s->loop, n > 0 ? 0 : 10));
    }
    net_close(&visitor);
}

static void answer(told *t, duos_conn *conn, char event, const void *data,
                   size_t len)
{
    if (event == 'd' && t->datas < ROUNDS) {
        assert_ok(duos_conn_send(conn, data, len));
    }
}

/* Each answers the other one in its callback. */
static void test_CB7_answers_to_answers_do_not_nest(void **state)
{
    scene *s = (scene *)*state;

    s->served.act = answer;
    s->called.act = answer;
    scene_open_both(s);
    assert_ok(duos_conn_send(s->called.conn, "ping", 4));
    scene_until(s, s->served.datas, ROUNDS);
    duos_conn_close(s->called.conn);
    scene_until(s, s->called.closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_ST3_sendv_cut_within_parts_goes_on_behind_the_cut),
        scene_test(test_ST3_ten_thousand_sends_arrive_in_their_order),
        scene_test(test_ST3_sends_that_are_canceled_leave_a_whole_beginning),
        scene_test(test_ST12_counters_go_on_beyond_32_bits),
        scene_test(test_CB7_drain_that_sends_again_does_not_nest),
        scene_test(test_CB7_answers_to_answers_do_not_nest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
