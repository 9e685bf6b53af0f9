/* SPDX-License-Identifier: MIT */
/*
 * test_fault_datagram.c - a server of datagrams over a platform whose calls
 * fail: what it goes on after, what it waits after, what ends a socket, and
 * how few calls it makes.
 */
#include "support/postman.h"
#include "support/verbs.h"

static void assert_serves(postman *p)
{
    postman_ask(p, "still there?");
    assert_true(postman_answers(p, "still there?"));
}

/* ---- receiving --------------------------------------------------------- */

static void test_SY2_datagram_server_finds_nothing_after_all(void **state)
{
    postman p;

    postman_begin(&p, state);
    verbs_fail(VERB_RECV_BATCH, DUOS_EWOULDBLOCK, 5);
    assert_serves(&p);
    assert_int_equal(verbs_left(VERB_RECV_BATCH), 0);
    assert_int_equal(p.errors, 0);
    postman_end(&p);
}

static void test_SY11_UD3_datagram_server_goes_on_after_a_report(void **state)
{
    static const duos_err reports[] = {
        DUOS_ECONNREFUSED, DUOS_ECONNRESET,  DUOS_EHOSTUNREACH, DUOS_EHOSTDOWN,
        DUOS_ENETDOWN,     DUOS_ENETUNREACH, DUOS_ENETRESET,    DUOS_EMSGSIZE,
        DUOS_ENOPROTOOPT,  DUOS_EPROTO,      DUOS_EACCES,       DUOS_ETIMEDOUT};
    unsigned count = sizeof reports / sizeof reports[0];
    unsigned i;
    postman p;

    postman_begin(&p, state);
    for (i = 0; i < count; i++) {
        verbs_fail(VERB_RECV_BATCH, reports[i], 1);
        assert_serves(&p);
        assert_int_equal(p.errors, i + 1);
        assert_int_equal(p.error, reports[i]);
    }
    assert_int_equal(postman_stats(&p).recv_errors, count);
    assert_int_equal(postman_stats(&p).pauses, 0);
    postman_end(&p);
}

/* What does not go away is tried again later, without a spin. */
static void test_SY11_datagram_server_waits_while_it_cannot_receive(
    void **state)
{
    static const duos_err lasting[] = {DUOS_ENOMEM, DUOS_ENOBUFS, DUOS_EIO,
                                       DUOS_ECONNREFUSED};
    unsigned errors = 0;
    unsigned i;
    postman p;

    postman_begin(&p, state);
    for (i = 0; i < sizeof lasting / sizeof lasting[0]; i++) {
        uint64_t begin = net_now();
        unsigned calls;

        verbs_fail(VERB_RECV_BATCH, lasting[i], UINT_MAX);
        postman_send(&p, "wait");
        scene_until(p.scene, p.errors, errors + 1);
        assert_int_equal(p.error, lasting[i]);
        calls = verbs.calls[VERB_RECV_BATCH];
        assert_true(scene_count_turns(p.scene, 100) < 20);
        assert_true(verbs.calls[VERB_RECV_BATCH] - calls <= 4);
        errors = p.errors;
        verbs_fail(VERB_RECV_BATCH, DUOS_OK, 0);
        assert_true(postman_stats(&p).pauses > i);
        scene_until(p.scene, p.datas, 2 * i + 1);
        assert_true(postman_answers(&p, "wait"));
        assert_waited_at_least(begin, 50);
        assert_serves(&p);
    }
    postman_end(&p);
}

/* Each pause is twice as long, and only the first is told. */
static void test_SY11_datagram_server_pauses_grow_and_are_told_once(
    void **state)
{
    static const uint64_t wanted[] = {50, 100, 200};
    unsigned i;
    postman p;

    postman_begin(&p, state);
    verbs_fail(VERB_RECV_BATCH, DUOS_ENOMEM, UINT_MAX);
    postman_send(&p, "wait");
    scene_until(p.scene, p.errors, 1);
    for (i = 0; i < 3; i++) {
        uint64_t failed = duos_loop_now_ms(p.scene->loop); /* in that turn */
        unsigned calls = verbs.calls[VERB_RECV_BATCH];

        scene_until(p.scene, verbs.calls[VERB_RECV_BATCH], calls + 1);
        assert_true(duos_loop_now_ms(p.scene->loop) - failed >= wanted[i]);
        assert_int_equal(verbs.calls[VERB_RECV_BATCH], calls + 1);
    }
    assert_int_equal(p.errors, 1);
    assert_int_equal(postman_stats(&p).pauses, 4);
    postman_end(&p);
}

/* One that is no socket any more is closed, and others go on. */
static void test_SY11_datagram_server_closes_a_broken_socket(void **state)
{
    static const duos_err broken[] = {DUOS_EBADF, DUOS_ENOTSOCK, DUOS_EINVAL,
                                      DUOS_EFAULT};
    unsigned i;
    postman p;

    postman_begin(&p, state);
    for (i = 0; i < 4; i++) {
        duos_addr at;

        assert_ok(duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, &at));
        verbs_fail(VERB_RECV_BATCH, broken[i], 1);
        assert_ok(duos_sendto(p.asker, "x", 1, &at));
        scene_until(p.scene, p.errors, i + 1);
        assert_int_equal(p.error, broken[i]);
        scene_idle(p.scene);
        assert_int_equal(p.errors, i + 1);
        assert_serves(&p);
    }
    postman_end(&p);
}

/* ---- sending ----------------------------------------------------------- */

static void test_SY10_datagram_server_drops_what_finds_no_room(void **state)
{
    static const duos_err full[] = {DUOS_EWOULDBLOCK, DUOS_ENOBUFS};
    unsigned i;
    postman p;

    postman_begin(&p, state);
    for (i = 0; i < 2; i++) {
        verbs_fail(VERB_SEND_BATCH, full[i], 1);
        postman_ask(&p, "lost");
        assert_false(postman_answers(&p, "lost"));
        assert_int_equal(postman_stats(&p).dropped, i + 1);
        assert_serves(&p);
    }
    verbs_fail(VERB_SENDTO, DUOS_EWOULDBLOCK, 1);
    assert_err(DUOS_EWOULDBLOCK,
               duos_datagram_send(p.server, &p.peer, "lost", 4));
    verbs_fail(VERB_SENDTO, DUOS_EACCES, 1);
    assert_err(DUOS_EACCES, duos_datagram_send(p.server, &p.peer, "lost", 4));
    assert_int_equal(postman_stats(&p).dropped, 3);
    assert_int_equal(postman_stats(&p).send_errors, 1);
    assert_int_equal(p.errors, 0);
    postman_end(&p);
}

/* One that cannot be sent does not hold up the next. */
static void test_SY10_datagram_server_skips_an_answer_that_is_refused(
    void **state)
{
    postman p;

    postman_begin(&p, state);
    postman_send(&p, "one");
    postman_send(&p, "two");
    verbs_fail(VERB_SEND_BATCH, DUOS_EACCES, 1);
    scene_until(p.scene, p.datas, 2);
    assert_true(postman_answers(&p, "two"));
    assert_int_equal(postman_stats(&p).send_errors, 1);
    assert_int_equal(postman_stats(&p).answered, 1);
    postman_end(&p);
}

static void test_SY10_UD3_datagram_server_sends_again_after_a_report(
    void **state)
{
    postman p;

    postman_begin(&p, state);
    verbs_fail(VERB_SEND_BATCH, DUOS_ECONNREFUSED, 1);
    postman_ask(&p, "again");
    assert_true(postman_answers(&p, "again"));
    verbs_fail(VERB_SEND_BATCH, DUOS_ECONNREFUSED, 2); /* once, not for ever */
    postman_ask(&p, "lost");
    assert_false(postman_answers(&p, "lost"));
    assert_int_equal(postman_stats(&p).send_errors, 3);
    assert_int_equal(postman_stats(&p).answered, 1);
    postman_end(&p);
}

static void test_SY15_datagram_server_needs_a_secret(void **state)
{
    scene *s = (scene *)*state;
    duos_datagram_config config;
    duos_datagram *d;

    duos_datagram_config_init(&config);
    verbs_fail(VERB_RANDOM, DUOS_EIO, 1);
    assert_err(DUOS_EIO, duos_datagram_create(s->loop, &config, &d));
    verbs_fail(VERB_RANDOM, DUOS_EIO, 1);
    config.source_rate = 0; /* only for the table of sources */
    assert_ok(duos_datagram_create(s->loop, &config, &d));
    assert_int_equal(verbs_left(VERB_RANDOM), 1);
    duos_datagram_destroy(d);
}

/* ---- few calls ---------------------------------------------------------- */

/* 32 that wait are one call to receive and one to send, where there is one. */
static void test_datagram_server_moves_a_batch_with_two_calls(void **state)
{
    unsigned i;
    postman p;

    postman_begin(&p, state);
    for (i = 0; i < 31; i++) {
        postman_send(&p, "batch");
    }
    net_await(p.asker, DUOS_WRITE);
    verbs_reset();
    assert_ok(duos_loop_step(p.scene->loop, 20));
    if (!os_is_linux()) {
        postman_end(&p);
        skip_because("one call for each datagram here");
    }
    assert_int_equal(p.datas, 31);
    assert_int_equal(verbs.calls[VERB_RECV_BATCH], 1);
    assert_int_equal(verbs.calls[VERB_SEND_BATCH], 1);
    assert_int_equal(postman_stats(&p).answered, 31);
    postman_end(&p);
}

#define verbs_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, verbs_scene_setup,                   \
                                    verbs_scene_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        verbs_test(test_SY2_datagram_server_finds_nothing_after_all),
        verbs_test(test_SY11_UD3_datagram_server_goes_on_after_a_report),
        verbs_test(test_SY11_datagram_server_waits_while_it_cannot_receive),
        verbs_test(test_SY11_datagram_server_pauses_grow_and_are_told_once),
        verbs_test(test_SY11_datagram_server_closes_a_broken_socket),
        verbs_test(test_SY10_datagram_server_drops_what_finds_no_room),
        verbs_test(test_SY10_datagram_server_skips_an_answer_that_is_refused),
        verbs_test(test_SY10_UD3_datagram_server_sends_again_after_a_report),
        verbs_test(test_SY15_datagram_server_needs_a_secret),
        verbs_test(test_datagram_server_moves_a_batch_with_two_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
