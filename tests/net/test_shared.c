/* SPDX-License-Identifier: MIT */
/*
 * test_shared.c - duos_conn_send_shared: what duos_conn_send promises, with
 * one copy for all who cannot take it at once.
 */
#include "support/scene.h"

#define MAX_QUEUE (512u * 1024)
#define LINE      16000u
#define STUCK     10

/* What a queue holds in place of a copy. */
#define ENTRY_MAX 64

static unsigned char bulk[MAX_QUEUE + 1];

static duos_socket visit_small(scene *s)
{
    s->server_config.limits.queue_max = MAX_QUEUE;
    scene_serve(s);
    return scene_visit(s);
}

static duos_shared *share(scene *s, const void *data, size_t len)
{
    duos_shared *shared = NULL;

    assert_ok(duos_shared_create(data, len, &s->memory.alloc, &shared));
    return shared;
}

/* Sends until the kernel takes no more; the bytes that were sent. */
static size_t block(duos_conn *conn)
{
    size_t total = 0;

    while (duos_conn_queued(conn) == 0) {
        pattern_fill(bulk, LINE, total);
        assert_ok(duos_conn_send(conn, bulk, LINE));
        total += LINE;
    }
    return total;
}

static void test_conn_send_shared_goes_at_once_where_it_can(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    duos_shared *shared = share(s, "hello", 5);
    char got[5];

    assert_ok(duos_conn_send_shared(s->served.conn, shared));
    duos_shared_release(shared);
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    scene_receive(s, visitor, got, 5);
    assert_memory_equal(got, "hello", 5);
    net_close(&visitor);
}

/* Released at once, and sent in its place among copies, long and short. */
static void test_conn_send_shared_keeps_the_order(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    size_t total = block(s->served.conn);
    int i;

    for (i = 0; i < 60; i++) {
        size_t len = i % 3 == 0 ? 5000 : 1 + (size_t)i * 3;

        pattern_fill(bulk, len, total);
        if (i % 2 == 0) {
            duos_shared *shared = share(s, bulk, len);

            assert_ok(duos_conn_send_shared(s->served.conn, shared));
            duos_shared_release(shared);
        } else {
            assert_ok(duos_conn_send(s->served.conn, bulk, len));
        }
        memset(bulk, 0, len);
        total += len;
    }
    scene_receive_pattern(s, visitor, total);
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    net_close(&visitor);
}

/* One that the kernel takes a part of: the rest is found in the buffer. */
static void test_ST2_conn_send_shared_goes_on_where_it_was_cut(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_shared *shared;
    size_t before;
    size_t sent = 0;

    s->server_config.limits.queue_max = 0;
    scene_serve(s);
    visitor = scene_visit(s);
    pattern_fill(bulk, MAX_QUEUE, 0);
    shared = share(s, bulk, MAX_QUEUE);
    before = s->memory.bytes;
    while (duos_conn_queued(s->served.conn) == 0) {
        assert_ok(duos_conn_send_shared(s->served.conn, shared));
        sent++;
    }
    assert_true(s->memory.bytes <= before + ENTRY_MAX);
    duos_shared_release(shared);
    while (sent > 0) {
        scene_receive_pattern(s, visitor, MAX_QUEUE);
        sent--;
    }
    assert_true(s->memory.bytes < before - MAX_QUEUE + 4096);
    net_close(&visitor);
}

/* ---- refusals ---------------------------------------------------------- */

static void test_conn_send_shared_has_the_limits_of_a_send(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    duos_shared *big = share(s, bulk, MAX_QUEUE);
    duos_shared *too_big = share(s, bulk, MAX_QUEUE + 1);
    duos_shared *empty = share(s, NULL, 0);
    size_t queued;

    assert_err(DUOS_EMSGSIZE, duos_conn_send_shared(s->served.conn, too_big));
    (void)block(s->served.conn);
    queued = duos_conn_queued(s->served.conn);
    assert_err(DUOS_EWOULDBLOCK, duos_conn_send_shared(s->served.conn, big));
    assert_err(DUOS_EMSGSIZE, duos_conn_send_shared(s->served.conn, too_big));
    assert_ok(duos_conn_send_shared(s->served.conn, empty));
    assert_int_equal(duos_conn_queued(s->served.conn), queued);
    assert_err(DUOS_EINVAL, duos_conn_send_shared(s->served.conn, NULL));
    assert_err(DUOS_EINVAL, duos_conn_send_shared(NULL, big));
    duos_conn_close(s->served.conn);
    assert_err(DUOS_ESTATE, duos_conn_send_shared(s->served.conn, big));
    duos_shared_release(big);
    duos_shared_release(too_big);
    duos_shared_release(empty);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

static void test_ME1_conn_send_shared_without_memory_takes_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    size_t total = block(s->served.conn);
    size_t queued = duos_conn_queued(s->served.conn);
    duos_shared *shared;

    pattern_fill(bulk, LINE, total);
    shared = share(s, bulk, LINE);
    failing_alloc_arm(&s->memory, 1, false);
    assert_err(DUOS_ENOMEM, duos_conn_send_shared(s->served.conn, shared));
    assert_int_equal(duos_conn_queued(s->served.conn), queued);
    assert_ok(duos_conn_send_shared(s->served.conn, shared));
    duos_shared_release(shared);
    scene_receive_pattern(s, visitor, total + LINE);
    net_close(&visitor);
}

/* Half of it is out, so the connection cannot go on. */
static void test_ME1_conn_send_shared_in_part_without_memory_ends_it(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_shared *shared;

    s->server_config.limits.queue_max = 0;
    scene_serve(s);
    visitor = scene_visit(s);
    shared = share(s, bulk, MAX_QUEUE);
    failing_alloc_arm(&s->memory, 1, false);
    while (!failing_alloc_struck(&s->memory)) {
        duos_err err = duos_conn_send_shared(s->served.conn, shared);

        if (err != DUOS_OK) { /* the kernel took nothing of this one */
            assert_err(DUOS_ENOMEM, err);
            duos_conn_abort(s->served.conn, DUOS_ENOMEM);
        }
    }
    duos_shared_release(shared);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ENOMEM);
    net_close(&visitor);
}

/* ---- for everybody ------------------------------------------------------ */

static void broadcast(scene *s, duos_shared *shared)
{
    duos_conn *conn = duos_server_next(s->server, NULL);

    for (; conn != NULL; conn = duos_server_next(s->server, conn)) {
        assert_ok(duos_conn_send_shared(conn, shared));
    }
}

/* The queue's end drops the reference, whoever still had the rest to send. */
static void test_ST7_conn_send_shared_to_many_who_do_not_read_is_one_copy(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[STUCK];
    duos_shared *shared;
    size_t before, clean;
    int i;

    s->server_config.limits.queue_max = 4 * MAX_QUEUE;
    s->server_config.limits.backpressure = false;
    scene_serve(s);
    for (i = 0; i < STUCK; i++) {
        visitors[i] = scene_visit(s);
        (void)block(s->served.conn);
    }
    clean = s->memory.bytes;
    shared = share(s, bulk, MAX_QUEUE);
    before = s->memory.bytes;
    broadcast(s, shared);
    broadcast(s, shared);
    duos_shared_release(shared);
    assert_true(s->memory.bytes <= before + 2 * STUCK * ENTRY_MAX);
    for (i = 0; i < STUCK; i++) {
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.closes, STUCK);
    assert_true(s->memory.bytes <= clean);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_conn_send_shared_goes_at_once_where_it_can),
        scene_test(test_conn_send_shared_keeps_the_order),
        scene_test(test_ST2_conn_send_shared_goes_on_where_it_was_cut),
        scene_test(test_conn_send_shared_has_the_limits_of_a_send),
        scene_test(test_ME1_conn_send_shared_without_memory_takes_nothing),
        scene_test(test_ME1_conn_send_shared_in_part_without_memory_ends_it),
        scene_test(
            test_ST7_conn_send_shared_to_many_who_do_not_read_is_one_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
