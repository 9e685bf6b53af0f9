/* SPDX-License-Identifier: MIT */
/*
 * test_hostile.c - clients that vanish, flood, send garbage, or never read:
 * what they cost is bounded, and the others are served all the while.
 */
#include "support/scene.h"
#include "support/seeded.h"

#include "loop_core.h"

#define HOSTILE 30

static unsigned char noise[128 * 1024];

static void make_noise(void)
{
    seeded random = {99};
    size_t i;

    for (i = 0; i < sizeof noise; i++) {
        noise[i] = (unsigned char)seeded_next(&random);
    }
}

/* Sends what fits and takes what comes, without waiting for either. */
static void flood(duos_socket s, bool reads)
{
    static char taken[65536];
    size_t n = 0;
    duos_err err = duos_send(s, noise, sizeof noise, &n);

    assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
    if (reads) {
        err = duos_recv(s, taken, sizeof taken, &n);
        assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
    }
}

static void visit_all(scene *s, duos_socket *visitors)
{
    int i;

    for (i = 0; i < HOSTILE; i++) {
        visitors[i] = scene_visit(s);
    }
}

static void close_all(duos_socket *visitors)
{
    int i;

    for (i = 0; i < HOSTILE; i++) {
        net_close(&visitors[i]);
    }
}

/* ---- who never reads -------------------------------------------------- */

static void test_ST7_hostile_who_never_read_cost_bounded_memory(void **state)
{
    const size_t high = 64 * 1024;
    const size_t receive = 64 * 1024;
    scene *s = (scene *)*state;
    duos_socket visitors[HOSTILE];
    duos_socket good;
    size_t before, most = 0;
    int round, i;

    s->server_config.limits.queue_high = high;
    s->server_config.limits.queue_low = 16 * 1024;
    s->served.act = told_echo;
    scene_serve(s);
    good = scene_visit(s);
    visit_all(s, visitors);
    before = s->memory.bytes;
    for (round = 0; round < 100; round++) {
        for (i = 0; i < HOSTILE; i++) {
            flood(visitors[i], false);
        }
        scene_echo(s, good);
        assert_ok(duos_loop_step(s->loop, 0));
        most = s->memory.bytes > most ? s->memory.bytes : most;
    }
    assert_true(most - before > HOSTILE * high); /* they did what they could */
    assert_true(most - before <= HOSTILE * (high + receive + 4096));
    close_all(visitors);
    scene_until(s, s->served.closes, HOSTILE);
    scene_echo(s, good);
    assert_true(s->memory.bytes <= before + 4096);
    net_close(&good);
    scene_until(s, s->served.closes, HOSTILE + 1);
}

static void test_ST7_hostile_who_never_read_are_closed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[HOSTILE];
    duos_socket good;
    int i;

    s->server_config.limits.stall_ms = 100;
    s->server_config.limits.queue_high = 64 * 1024;
    s->server_config.limits.queue_low = 16 * 1024;
    s->served.act = told_echo;
    scene_serve(s);
    good = scene_visit(s);
    visit_all(s, visitors);
    while (s->served.closes < HOSTILE) {
        for (i = 0; i < HOSTILE; i++) {
            size_t n = 0;
            duos_err err = duos_send(visitors[i], noise, sizeof noise, &n);

            assert_true(err != DUOS_EINVAL && err != DUOS_EBADF);
        }
        scene_echo(s, good);
    }
    assert_int_equal(s->served.reason, DUOS_ESTALLED);
    scene_echo(s, good);
    close_all(visitors);
    net_close(&good);
    scene_until(s, s->served.closes, HOSTILE + 1);
}

/* ---- who floods ------------------------------------------------------- */

/* Turns that one echo of a good client takes while others send at full speed.
 */
static void test_ST14_hostile_who_flood_do_not_delay_others(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[HOSTILE];
    duos_socket good;
    int round, i;

    s->served.act = told_echo;
    scene_serve(s);
    good = scene_visit(s);
    visit_all(s, visitors);
    for (round = 0; round < 50; round++) {
        unsigned turns = 0;
        char byte = 0;

        for (i = 0; i < HOSTILE; i++) {
            flood(visitors[i], true);
        }
        assert_ok(duos_send_all(good, "x", 1, 1000, NULL));
        while (duos_wait(good, DUOS_READ, 0, NULL) != DUOS_OK) {
            assert_ok(duos_loop_step(s->loop, 10));
            assert_true(++turns <= 20);
        }
        assert_ok(duos_recv_exact(good, &byte, 1, 0, NULL));
    }
    close_all(visitors);
    net_close(&good);
    scene_until(s, s->served.closes, HOSTILE + 1);
}

/* With a small buffer, since no more than about 100 kB fit into the system. */
static duos_socket visit_with_input(scene *s, size_t share, size_t *sent)
{
    duos_socket visitor;

    s->server_config.limits.read_per_turn = share;
    scene_serve(s);
    visitor = scene_visit(s);
    *sent = net_fill(visitor);
    assert_true(*sent > 17 * 1024);
    s->loop->recv_size = 1024;
    return visitor;
}

static void test_ST14_hostile_with_endless_input_gets_a_share_of_a_turn(
    void **state)
{
    const size_t usual = ((scene *)*state)->loop->recv_size;
    scene *s = (scene *)*state;
    size_t sent;
    duos_socket visitor = visit_with_input(s, 5 * 1024 + 1, &sent);

    assert_ok(duos_loop_step(s->loop, PATIENCE_MS));
    assert_true(s->served.bytes > 0);
    assert_true(s->served.bytes <= 6 * 1024); /* rounded up to a buffer */
    scene_idle(s);
    assert_true(scene_stats(s).read_yields > 0);
    s->loop->recv_size = usual;
    net_close(&visitor);
    scene_until(s, s->served.eofs, 1);
    assert_int_equal(s->served.bytes, sent);
}

/* While there is endless input for a small share, others have their turns. */
static void test_ST14_hostile_with_a_small_share_does_not_delay_others(
    void **state)
{
    const size_t usual = ((scene *)*state)->loop->recv_size;
    scene *s = (scene *)*state;
    size_t sent;
    duos_socket visitor = visit_with_input(s, 1, &sent);
    duos_socket good = scene_visit(s);
    unsigned turns = 0;
    char byte = 0;

    s->served.act = told_echo;
    assert_ok(duos_send_all(good, "x", 1, 1000, NULL));
    while (duos_wait(good, DUOS_READ, 0, NULL) != DUOS_OK) {
        assert_ok(duos_loop_step(s->loop, 10));
        assert_true(++turns <= 10);
    }
    assert_ok(duos_recv_exact(good, &byte, 1, 0, NULL));
    assert_true(s->served.bytes < sent); /* it still had not said its all */
    s->loop->recv_size = usual;
    net_close(&visitor);
    net_close(&good);
    scene_until(s, s->served.closes, 2);
}

/* ---- who vanishes ----------------------------------------------------- */

static void test_ST4_hostile_who_vanish_in_the_middle_harm_nobody(void **state)
{
    scene *s = (scene *)*state;
    duos_socket good;
    int i;

    make_noise();
    s->served.act = told_echo;
    scene_serve(s);
    good = scene_visit(s);
    for (i = 0; i < 200; i++) {
        duos_socket visitor = scene_visit(s);
        size_t n = 0;

        assert_ok(duos_send(visitor, noise, (size_t)(1 + i * 97), &n));
        if (i % 3 == 0) {
            assert_ok(duos_loop_step(s->loop, 0));
        }
        if (i % 2 == 0) {
            net_reset(&visitor);
        } else {
            net_close(&visitor);
        }
        scene_echo(s, good);
    }
    scene_until(s, s->served.closes, 200);
    net_close(&good);
    scene_until(s, s->served.closes, 201);
}

/* ---- who sends one byte now and then ---------------------------------- */

static void test_ST8_hostile_who_trickle_cost_next_to_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[HOSTILE];
    size_t before;
    int round, tries, i;

    scene_serve(s);
    before = s->memory.bytes;
    visit_all(s, visitors);
    for (round = 0; round < 20; round++) {
        for (i = 0; i < HOSTILE; i++) {
            assert_ok(duos_send_all(visitors[i], "x", 1, 1000, NULL));
        }
        scene_idle(s);
    }
    for (tries = 0; tries < PATIENCE_MS; tries++) {
        if (s->served.bytes >= 20 * HOSTILE) {
            break;
        }
        scene_pass(s, 1);
    }
    assert_int_equal(s->served.bytes, 20 * HOSTILE);
    /* Pages of the tables included. */
    assert_true(s->memory.bytes - before < HOSTILE * 512 + 32 * 1024);
    close_all(visitors);
    scene_until(s, s->served.eofs, HOSTILE);
}

static void test_ST11_hostile_urgent_bytes_do_not_spin(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    if (!os_send_urgent(visitor, '!')) {
        net_close(&visitor);
        skip_because("no urgent data on this system");
    }
    assert_true(scene_count_turns(s, 100) < 50);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST7_hostile_who_never_read_cost_bounded_memory),
        scene_test(test_ST7_hostile_who_never_read_are_closed),
        scene_test(test_ST14_hostile_who_flood_do_not_delay_others),
        scene_test(test_ST14_hostile_with_endless_input_gets_a_share_of_a_turn),
        scene_test(test_ST14_hostile_with_a_small_share_does_not_delay_others),
        scene_test(test_ST4_hostile_who_vanish_in_the_middle_harm_nobody),
        scene_test(test_ST8_hostile_who_trickle_cost_next_to_nothing),
        scene_test(test_ST11_hostile_urgent_bytes_do_not_spin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
