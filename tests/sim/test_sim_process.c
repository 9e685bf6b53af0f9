/* SPDX-License-Identifier: MIT */
/*
 * test_sim_process.c - requests to quit and standard input on the simulated
 * system: each host is a process of its own.
 */
#include "sim_support.h"

typedef struct told {
    duos_quit quit;
    duos_input input;
    duos_loop *loop;
    uint32_t quits;
    duos_quit_kind kind;
    size_t bytes;
    unsigned char last;
    duos_err reason;
    bool pauses;
} told;

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    told *t = (told *)user;

    (void)quit;
    t->quits = count;
    t->kind = kind;
}

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    told *t = (told *)user;

    t->bytes += len;
    t->last = ((const unsigned char *)data)[len - 1];
    if (t->pauses) {
        assert_ok(duos_input_pause(input));
    }
}

static void on_end(duos_input *input, duos_err reason, void *user)
{
    told *t = (told *)user;

    (void)input;
    t->reason = reason;
    duos_loop_stop(t->loop);
}

static void begin(told *t, world *w, uint32_t host)
{
    memset(t, 0, sizeof *t);
    t->loop = loop_on(w, host);
    assert_ok(duos_quit_init(&t->quit, t->loop, on_quit, t));
    assert_ok(duos_input_init(&t->input, t->loop, on_input, on_end, t));
}

static void finish(told *t, world *w)
{
    duos_quit_stop(&t->quit);
    duos_input_stop(&t->input);
    end_loop(w, t->loop);
}

static void run(world *w)
{
    assert_err(DUOS_EDEADLOCK, duos_sim_run(w->sim, -1));
}

static void test_sim_quit_reaches_the_host_that_is_asked(void **state)
{
    world *w = (world *)*state;
    duos_quit second;
    told one;
    told two;

    begin(&one, w, w->a);
    assert_ok(duos_quit_start(&one.quit, NULL));
    begin(&two, w, w->b);
    assert_ok(duos_quit_start(&two.quit, NULL));
    assert_ok(duos_quit_init(&second, two.loop, on_quit, NULL));
    assert_err(DUOS_EBUSY, duos_quit_start(&second, NULL));
    assert_ok(duos_sim_quit(w->sim, w->b, DUOS_QUIT_INTERRUPT));
    assert_ok(duos_sim_quit(w->sim, w->b, DUOS_QUIT_CLOSE));
    run(w);
    assert_int_equal(one.quits, 0);
    assert_int_equal(two.quits, 2);
    assert_int_equal(two.kind, DUOS_QUIT_CLOSE);
    finish(&one, w);
    finish(&two, w);
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

static uint32_t signals;

static void on_signal(uint32_t count, duos_quit_kind kind)
{
    (void)kind;
    signals = count;
}

static void test_sim_quit_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;
    told t;
    int i;

    assert_err(DUOS_EINVAL, duos_sim_quit(NULL, 1, DUOS_QUIT_INTERRUPT));
    assert_err(DUOS_EINVAL, duos_sim_quit(w->sim, w->a, (duos_quit_kind)0));
    assert_err(DUOS_ENOENT, duos_sim_quit(w->sim, 9, DUOS_QUIT_INTERRUPT));
    assert_err(DUOS_ESTATE, duos_sim_quit(w->sim, w->a, DUOS_QUIT_INTERRUPT));
    begin(&t, w, w->a);
    assert_ok(duos_quit_start(&t.quit, on_signal));
    for (i = 0; i < 64; i++) {
        assert_ok(duos_sim_quit(w->sim, w->a, DUOS_QUIT_TERMINATE));
    }
    assert_int_equal(signals, 64);
    assert_err(DUOS_ELIMIT, duos_sim_quit(w->sim, w->a, DUOS_QUIT_TERMINATE));
    duos_quit_stop(&t.quit);
    assert_err(DUOS_ESTATE, duos_sim_quit(w->sim, w->a, DUOS_QUIT_INTERRUPT));
    run(w);
    assert_int_equal(t.quits, 0);
    finish(&t, w);
}

static void test_sim_input_arrives_in_blocks_and_ends(void **state)
{
    static const char many[DUOS_INPUT_BLOCK + 3] = {1};
    world *w = (world *)*state;
    told t;

    assert_ok(duos_sim_input(w->sim, w->a, "early", 5));
    begin(&t, w, w->a);
    assert_ok(duos_input_start(&t.input));
    run(w);
    assert_int_equal(t.bytes, 5);
    assert_int_equal(t.last, 'y');
    t.pauses = true;
    assert_ok(duos_sim_input(w->sim, w->a, many, sizeof many));
    run(w);
    assert_int_equal(t.bytes, 5 + DUOS_INPUT_BLOCK);
    assert_ok(duos_sim_input(w->sim, w->a, NULL, 0));
    t.pauses = false;
    assert_ok(duos_input_resume(&t.input));
    assert_ok(duos_sim_run(w->sim, -1));
    assert_int_equal(t.bytes, 5 + sizeof many);
    assert_int_equal(t.reason, DUOS_EEOF);
    finish(&t, w);
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

static void test_sim_input_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;

    assert_err(DUOS_EINVAL, duos_sim_input(NULL, 1, "x", 1));
    assert_err(DUOS_EINVAL, duos_sim_input(w->sim, w->a, NULL, 1));
    assert_err(DUOS_ENOENT, duos_sim_input(w->sim, 9, "x", 1));
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM, duos_sim_input(w->sim, w->a, "x", 1));
    w->memory.fail_in = 2;
    assert_err(DUOS_ENOMEM, duos_sim_input(w->sim, w->a, "x", 1));
    assert_ok(duos_sim_input(w->sim, w->a, "x", 1));
    assert_ok(duos_sim_input(w->sim, w->a, NULL, 0));
    assert_err(DUOS_ESTATE, duos_sim_input(w->sim, w->a, "x", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_sim_quit_reaches_the_host_that_is_asked, world_setup,
            world_teardown),
        cmocka_unit_test_setup_teardown(test_sim_quit_refuses_what_is_invalid,
                                        world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(
            test_sim_input_arrives_in_blocks_and_ends, world_setup,
            world_teardown),
        cmocka_unit_test_setup_teardown(test_sim_input_refuses_what_is_invalid,
                                        world_setup, world_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
