/* SPDX-License-Identifier: MIT */
/*
 * test_send_budget.c - who reads as fast as we send gets no more than a share
 * of a turn: the linker puts this file's sys_send before the platform's, and
 * it takes all that one socket is given, or nothing.
 */
#include "support/scene.h"

#include "conn_core.h"

#define PIECE  4000u
#define QUEUED (3u << 20)
#define SHARE  (1u << 20) /* SEND_PER_EVENT of conn_ready.c */

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

static void test_ST14_conn_sends_a_share_in_each_turn(void **state)
{
    static const unsigned char piece[PIECE];
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t queued;

    s->server_config.limits.queue_max = QUEUED;
    scene_serve(s);
    visitor = scene_visit(s);
    greedy = s->served.conn->stream.sock.os;
    full = true;
    for (queued = 0; queued + PIECE <= QUEUED; queued += PIECE) {
        assert_ok(duos_conn_send(s->served.conn, piece, PIECE));
    }
    full = false;
    taken = 0;
    assert_ok(duos_loop_step(s->loop, PATIENCE_MS));
    assert_true(taken > 0 && taken < SHARE + 2 * PIECE);
    scene_until(s, s->served.drains, 1);
    while (duos_conn_queued(s->served.conn) > 0) {
        assert_ok(duos_loop_step(s->loop, PATIENCE_MS));
    }
    assert_int_equal(taken, queued);
    greedy = -1;
    net_close(&visitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST14_conn_sends_a_share_in_each_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
