/* SPDX-License-Identifier: MIT */
/*
 * test_send_budget.c - who reads as fast as we send gets no more than a share
 * of a turn (write_per_turn): the linker puts this file's sys_send before the
 * platform's, and it takes all that one socket is given, or nothing.
 */
#include "support/scene.h"

#include "conn_core.h"

#define PIECE  4000u
#define QUEUED (3u << 20)

static intptr_t greedy; /* the socket */
static bool full;
static size_t taken;

sys_count __real_sys_send(duos_socket s, const void *data, size_t len);
sys_count __wrap_sys_send(duos_socket s, const void *data, size_t len);

sys_count __wrap_sys_send(duos_socket s, const void *data, size_t len)
{
    if (s.os != greedy) {
        return __real_sys_send(s, data, len);
    }
    if (full) {
        return DUOS_EWOULDBLOCK;
    }
    taken += len;
    return (sys_count)len;
}

/* The queue goes out in turns of exactly so many bytes. */
static void send_by_shares(scene *s, size_t wanted, size_t share)
{
    static const unsigned char piece[PIECE];
    duos_socket visitor;
    size_t queued;
    uint64_t turns = 0;

    s->server_config.limits.queue_max = QUEUED;
    s->server_config.limits.write_per_turn = wanted;
    scene_serve(s);
    visitor = scene_visit(s);
    greedy = s->served.conn->stream.sock.os;
    full = true;
    for (queued = 0; queued + PIECE <= QUEUED; queued += PIECE) {
        assert_ok(duos_conn_send(s->served.conn, piece, PIECE));
    }
    full = false;
    taken = 0;
    while (duos_conn_queued(s->served.conn) > 0) {
        size_t before = taken;

        assert_int_equal(scene_stats(s).write_yields, turns);
        assert_ok(duos_loop_step(s->loop, PATIENCE_MS));
        assert_true(taken - before <= share);
        assert_true(taken - before == share || taken == queued);
        turns += taken > before && taken < queued;
    }
    assert_int_equal(taken, queued);
    assert_int_equal(s->served.drains, 1);
    greedy = -1;
    net_close(&visitor);
}

static void test_ST14_conn_sends_a_share_in_each_turn(void **state)
{
    send_by_shares((scene *)*state, 50000, 50000);
}

/* Less than a piece of the queue, even. */
static void test_ST14_conn_sends_a_small_share_in_each_turn(void **state)
{
    send_by_shares((scene *)*state, 1999, 1999);
}

static void test_ST14_conn_sends_256_kib_where_nothing_is_asked(void **state)
{
    send_by_shares((scene *)*state, 0, 256u << 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST14_conn_sends_a_share_in_each_turn),
        scene_test(test_ST14_conn_sends_a_small_share_in_each_turn),
        scene_test(test_ST14_conn_sends_256_kib_where_nothing_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
