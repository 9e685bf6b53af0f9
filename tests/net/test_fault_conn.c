/* SPDX-License-Identifier: MIT */
/*
 * test_fault_conn.c - connections over a platform whose calls fail: who
 * ends, who goes on, and what is told; and what children would get of it all.
 */
#include "support/scene.h"
#include "support/verbs.h"

#include <duosock/input.h>
#include <duosock/pair.h>
#include <duosock/quit.h>

#include "conn_core.h"

/* From here on, only calls on the socket of the newest connection fail. */
static void aim_at(const told *t)
{
    verbs.only = t->conn->stream.sock;
}

/* Two who are served; the first is what calls fail for. */
static void two_visitors(scene *s, duos_socket visitors[2])
{
    s->served.act = told_echo;
    scene_serve(s);
    visitors[1] = scene_visit(s);
    visitors[0] = scene_visit(s);
    scene_echo(s, visitors[0]);
    scene_echo(s, visitors[1]);
    aim_at(&s->served);
}

/* The first was told of its end, once; the other is served. */
static void assert_one_ended(scene *s, duos_socket visitors[2], duos_err why)
{
    verb which;

    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, why);
    for (which = VERB_OPEN; which < VERBS; which++) {
        verbs_fail(which, DUOS_OK, 0);
    }
    scene_idle(s);
    assert_int_equal(s->served.closes, 1);
    assert_int_equal(scene_stats(s).clients, 1);
    scene_echo(s, visitors[1]);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

/* ---- SY2: not ready after all ------------------------------------------ */

static void test_SY2_conn_that_was_not_readable_is_heard_later(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];

    two_visitors(s, visitors);
    verbs_fail(VERB_RECV, DUOS_EWOULDBLOCK, 7);
    scene_echo(s, visitors[0]);
    assert_int_equal(verbs_left(VERB_RECV), 0);
    verbs_fail(VERB_RECV, DUOS_EINTERRUPTED, 7);
    scene_echo(s, visitors[0]);
    assert_int_equal(verbs_left(VERB_RECV), 0);
    assert_int_equal(s->served.closes, 0);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

static void test_SY2_SY10_conn_that_was_not_writable_sends_later(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];

    two_visitors(s, visitors);
    verbs_fail(VERB_SEND, DUOS_EWOULDBLOCK, 7); /* what 0 becomes, too */
    scene_echo(s, visitors[0]);
    assert_int_equal(verbs_left(VERB_SEND), 0);
    verbs_fail(VERB_SEND, DUOS_EINTERRUPTED, 7);
    scene_echo(s, visitors[0]);
    assert_int_equal(verbs_left(VERB_SEND), 0);
    assert_int_equal(s->served.closes, 0);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

/* ---- SY10, SY11: bytes ------------------------------------------------- */

static void test_SY10_send_that_fails_ends_that_connection(void **state)
{
    static const duos_err said[] = {DUOS_EPIPE, DUOS_ECONNRESET, DUOS_EMSGSIZE,
                                    DUOS_EHOSTUNREACH, DUOS_ETIMEDOUT};
    size_t i;

    (void)verbs_scene_teardown(state);
    for (i = 0; i < 2 * (sizeof said / sizeof said[0]); i++) {
        duos_socket visitors[2];
        scene *s;

        (void)verbs_scene_setup(state);
        s = (scene *)*state;
        two_visitors(s, visitors);
        if (i % 2 != 0) { /* when the queue goes out, not at once */
            verbs_fail(VERB_SEND, DUOS_EWOULDBLOCK, 1);
            assert_ok(duos_conn_send(s->served.conn, "x", 1));
        }
        verbs_fail(VERB_SEND, said[i / 2], UINT_MAX);
        if (i % 2 == 0) {
            assert_ok(duos_conn_send(s->served.conn, "x", 1));
            assert_int_equal(s->served.closes, 0); /* not within the call */
        }
        assert_one_ended(s, visitors, said[i / 2]);
        (void)verbs_scene_teardown(state);
    }
    (void)verbs_scene_setup(state);
}

/* ---- SY10: no buffers, which time heals (trap 44) ----------------------- */

static void test_SY10_send_without_buffers_is_tried_again(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];
    char got[3];

    two_visitors(s, visitors);
    verbs_fail(VERB_SEND, DUOS_ENOBUFS, 3);
    assert_ok(duos_conn_send(s->served.conn, "a", 1)); /* straight away */
    assert_int_equal(duos_conn_queued(s->served.conn), 1);
    scene_receive(s, visitors[0], got, 1);
    verbs_fail(VERB_SEND, DUOS_EWOULDBLOCK, 1);
    assert_ok(duos_conn_send(s->served.conn, "b", 1)); /* from the queue */
    verbs_fail(VERB_SEND, DUOS_ENOBUFS, 2);
    assert_ok(duos_conn_send(s->served.conn, "c", 1));
    assert_int_equal(duos_conn_queued(s->served.conn), 2);
    scene_receive(s, visitors[0], got + 1, 2);
    assert_memory_equal(got, "abc", 3);
    assert_int_equal(verbs_left(VERB_SEND), 0);
    assert_int_equal(scene_stats(s).no_buffers, 5);
    assert_int_equal(s->served.closes, 0);
    scene_echo(s, visitors[0]);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

/* Writable it is all the while, and nobody may ask for that. */
static void test_SY10_send_without_buffers_does_not_spin(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];
    unsigned calls;

    s->server_config.limits.stall_ms = 400;
    two_visitors(s, visitors);
    verbs_fail(VERB_SEND, DUOS_ENOBUFS, UINT_MAX);
    assert_ok(duos_conn_send(s->served.conn, "x", 1));
    calls = verbs.calls[VERB_SEND];
    assert_true(scene_count_turns(s, 200) < 30);
    assert_int_equal(s->served.closes, 0);
    /* After 10, 30, 70 and 150 ms; after 310 on a slow machine. */
    assert_true(verbs.calls[VERB_SEND] - calls <= 5);
    assert_true(verbs.calls[VERB_SEND] - calls >= 1);
    verbs.only = s->served.conn->stream.sock;
    assert_one_ended(s, visitors, DUOS_ESTALLED); /* as if it were blocked */
}

/* Nothing else keeps a timer then. */
static void test_SY10_send_without_buffers_needs_no_deadline(void **state)
{
    scene *s = (scene *)*state;
    duos_conn_limits *limits = &s->server_config.limits;
    duos_socket visitors[2];
    char got;

    limits->first_byte_ms = limits->idle_ms = limits->stall_ms = 0;
    two_visitors(s, visitors);
    verbs_fail(VERB_SEND, DUOS_ENOBUFS, 1);
    assert_ok(duos_conn_send(s->served.conn, "x", 1));
    scene_receive(s, visitors[0], &got, 1);
    assert_int_equal(got, 'x');
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

static void test_SY10_conn_closed_without_buffers_sends_its_last(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];
    char got[4];

    two_visitors(s, visitors);
    verbs_fail(VERB_SEND, DUOS_ENOBUFS, 2);
    assert_ok(duos_conn_send(s->served.conn, "last", 4));
    duos_conn_close(s->served.conn);
    scene_receive(s, visitors[0], got, 4);
    assert_memory_equal(got, "last", 4);
    assert_int_equal(scene_receive_end(s, visitors[0], NULL), DUOS_EEOF);
    net_close(&visitors[0]);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

/* Marks and limits are those of a queue that waits for room. */
static void test_SY10_queue_without_buffers_has_its_limits(void **state)
{
    static const char bytes[1000];
    scene *s = (scene *)*state;
    duos_conn_limits *limits = &s->server_config.limits;
    duos_socket visitors[2];

    limits->queue_max = 3000;
    limits->queue_high = 1500;
    limits->queue_low = 500;
    two_visitors(s, visitors);
    verbs_fail(VERB_SEND, DUOS_ENOBUFS, UINT_MAX);
    assert_ok(duos_conn_send(s->served.conn, bytes, 1000));
    assert_true(s->served.conn->stream.receiving);
    assert_ok(duos_conn_send(s->served.conn, bytes, 1000));
    assert_false(s->served.conn->stream.receiving); /* back-pressure */
    assert_ok(duos_conn_send(s->served.conn, bytes, 1000));
    assert_err(DUOS_EWOULDBLOCK, duos_conn_send(s->served.conn, bytes, 1));
    verbs_fail(VERB_SEND, DUOS_OK, 0);
    scene_until(s, s->served.drains, 1);
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    assert_true(s->served.conn->stream.receiving);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 2);
}

static void test_SY11_recv_that_fails_tells_the_reason_once(void **state)
{
    static const duos_err said[] = {DUOS_ECONNRESET, DUOS_ETIMEDOUT,
                                    DUOS_EHOSTUNREACH, DUOS_ENOTCONN};
    size_t i;

    (void)verbs_scene_teardown(state);
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        duos_socket visitors[2];
        scene *s;

        (void)verbs_scene_setup(state);
        s = (scene *)*state;
        two_visitors(s, visitors);
        verbs_fail(VERB_RECV, said[i], UINT_MAX);
        assert_ok(duos_send_all(visitors[0], "x", 1, PATIENCE_MS, NULL));
        assert_one_ended(s, visitors, said[i]);
        (void)verbs_scene_teardown(state);
    }
    (void)verbs_scene_setup(state);
}

/* ---- SY14: close ------------------------------------------------------- */

static void test_SY14_close_that_fails_is_called_once(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2];
    unsigned calls;

    two_visitors(s, visitors);
    verbs_fail(VERB_CLOSE, DUOS_EIO, 1);
    calls = verbs.calls[VERB_CLOSE];
    duos_conn_abort(s->served.conn, DUOS_OK);
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_int_equal(verbs_left(VERB_CLOSE), 0);
    assert_int_equal(verbs.calls[VERB_CLOSE], calls + 1);
    assert_one_ended(s, visitors, DUOS_ECANCELED);
}

/* ---- API10: what children would get ------------------------------------ */

/* Windows numbers its handles by fours. */
static unsigned count_inherited(void)
{
    unsigned count = 0;
    intptr_t number;

    for (number = 0; number < 4096; number++) {
        count += os_is_inherited(duos_socket_from_os(number));
    }
    return count;
}

/* What this process would hand on before the library was called. */
static unsigned inherited_at_start;

static void ignore_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                        void *user)
{
    (void)quit;
    (void)count;
    (void)kind;
    (void)user;
}

static void ignore_input(duos_input *input, const void *data, size_t len,
                         void *user)
{
    (void)input;
    (void)data;
    (void)len;
    (void)user;
}

static void ignore_end(duos_input *input, duos_err reason, void *user)
{
    (void)input;
    (void)reason;
    (void)user;
}

static void test_API10_nothing_that_the_library_opens_is_inherited(void **state)
{
    scene *s = (scene *)*state;
    unsigned of_pipe;
    duos_socket ends[2];
    duos_input input;
    duos_quit quit;

    of_pipe = count_inherited();
    assert_true(os_begin_input_pipe()); /* the test's own */
    of_pipe = count_inherited() - of_pipe;
    s->served.act = told_echo;
    scene_open_both(s);
    assert_ok(duos_socketpair(DUOS_STREAM, 0, ends));
    assert_ok(duos_quit_init(&quit, s->loop, ignore_quit, NULL));
    assert_ok(duos_quit_start(&quit, NULL));
    assert_ok(duos_input_init(&input, s->loop, ignore_input, ignore_end, NULL));
    assert_ok(duos_input_start(&input));
    assert_int_equal(count_inherited(), inherited_at_start + of_pipe);
    duos_input_stop(&input);
    duos_quit_stop(&quit);
    os_type_end();
    os_end_input();
    net_close(&ends[0]);
    net_close(&ends[1]);
    duos_conn_close(s->called.conn);
    scene_until(s, s->served.closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, verbs_scene_setup, verbs_scene_teardown)
        TEST(test_SY2_conn_that_was_not_readable_is_heard_later),
        TEST(test_SY2_SY10_conn_that_was_not_writable_sends_later),
        TEST(test_SY10_send_that_fails_ends_that_connection),
        TEST(test_SY10_send_without_buffers_is_tried_again),
        TEST(test_SY10_send_without_buffers_does_not_spin),
        TEST(test_SY10_send_without_buffers_needs_no_deadline),
        TEST(test_SY10_conn_closed_without_buffers_sends_its_last),
        TEST(test_SY10_queue_without_buffers_has_its_limits),
        TEST(test_SY11_recv_that_fails_tells_the_reason_once),
        TEST(test_SY14_close_that_fails_is_called_once),
        TEST(test_API10_nothing_that_the_library_opens_is_inherited),
#undef TEST
    };

    inherited_at_start = count_inherited();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
