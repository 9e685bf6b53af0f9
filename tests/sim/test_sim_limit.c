/* SPDX-License-Identifier: MIT */
/*
 * test_sim_limit.c - a host that has no more descriptors, and what a service
 * manager hands over.
 */
#include "sim_support.h"

static void test_sim_limit_everything_that_opens_is_emfile(void **state)
{
    world *w = (world *)*state;
    duos_socket one = open_on(w, w->a, DUOS_BLOCKING);
    duos_socket ends[2];
    duos_loop *loop;

    assert_int_equal(duos_sim_descriptors(w->sim, w->a), 1);
    assert_ok(duos_sim_set_descriptors(w->sim, w->a, 2));
    assert_err(DUOS_EMFILE, duos_socketpair(DUOS_STREAM, 0, ends));
    assert_int_equal(duos_sim_descriptors(w->sim, w->a), 1);
    assert_ok(duos_sim_set_descriptors(w->sim, w->a, 1));
    assert_err(DUOS_EMFILE, duos_open(DUOS_IPV4, DUOS_DGRAM, 0, &ends[0]));
    assert_err(DUOS_EMFILE, duos_loop_create(NULL, &loop));
    ends[0] = open_on(w, w->b, DUOS_BLOCKING); /* others have their own */
    close_both(&one, &ends[0]);
    assert_err(DUOS_EINVAL, duos_sim_set_descriptors(NULL, 1, 1));
    assert_err(DUOS_ENOENT, duos_sim_set_descriptors(w->sim, 9, 1));
    assert_int_equal(duos_sim_descriptors(NULL, 1), 0);
}

static void test_sim_limit_connection_waits_in_the_backlog(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);
    duos_socket server;

    assert_ok(duos_sim_set_descriptors(w->sim, w->a, 1));
    assert_ok(duos_connect(client, &at));
    assert_err(DUOS_EMFILE, duos_accept(listener, 0, &server, NULL));
    assert_err(DUOS_EMFILE, duos_accept(listener, 0, &server, NULL));
    assert_ok(duos_sim_set_descriptors(w->sim, w->a, DUOS_SIM_UNLIMITED));
    assert_ok(duos_accept(listener, 0, &server, NULL));
    close_both(&client, &server);
    assert_ok(duos_close(&listener));
}

static void test_UX5_sim_limit_handed_over_sockets_are_found(void **state)
{
    world *w = (world *)*state;
    duos_inherited_socket list[2];
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    size_t count = 9;

    assert_ok(duos_sim_handover(w->sim, w->a, "1", "1", "web", listener));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_ok(duos_inherited(false, list, 2, &count)); /* not meant for b */
    assert_int_equal(count, 0);
    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_inherited(true, list, 2, &count));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].name, "web");
    assert_int_equal(list[0].type, DUOS_STREAM);
    assert_int_equal(list[0].sock.os, listener.os);
    assert_ok(duos_inherited(true, list, 2, &count)); /* it was forgotten */
    assert_int_equal(count, 0);
    assert_err(DUOS_EINVAL,
               duos_sim_handover(NULL, 1, NULL, NULL, NULL, listener));
    assert_err(DUOS_ENOENT,
               duos_sim_handover(w->sim, 9, NULL, NULL, NULL, listener));
    assert_ok(duos_close(&listener));
}

static void test_ME1_sim_limit_handover_without_memory(void **state)
{
    world *w = (world *)*state;
    duos_socket none = DUOS_SOCKET_INVALID;

    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM,
               duos_sim_handover(w->sim, w->a, "1", "1", NULL, none));
    w->memory.fail_in = 2;
    assert_err(DUOS_ENOMEM,
               duos_sim_handover(w->sim, w->a, "1", "1", NULL, none));
    w->memory.fail_in = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_limit_everything_that_opens_is_emfile),
        WORLD_TEST(test_sim_limit_connection_waits_in_the_backlog),
        WORLD_TEST(test_UX5_sim_limit_handed_over_sockets_are_found),
        WORLD_TEST(test_ME1_sim_limit_handover_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
