/* SPDX-License-Identifier: MIT */
/*
 * test_sim_names.c - the simulated name service, and looking names up on it
 * by calls that block.
 */
#include "sim_names.h"

/* ---- the simulated service -------------------------------------------- */

static void test_sim_add_name_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;
    duos_addr a = v4(1);
    char name[300];

    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_err(DUOS_EINVAL, duos_sim_add_name(NULL, "a", DUOS_OK, &a, 1, 0));
    assert_err(DUOS_EINVAL, duos_sim_add_name(w->sim, NULL, DUOS_OK, &a, 1, 0));
    assert_err(DUOS_EINVAL,
               duos_sim_add_name(w->sim, "a", DUOS_OK, NULL, 1, 0));
    assert_err(DUOS_EINVAL, duos_sim_add_name(w->sim, "a", 1, &a, 1, 0));
    assert_err(DUOS_ENAMETOOLONG,
               duos_sim_add_name(w->sim, name, DUOS_OK, &a, 1, 0));
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM, duos_sim_add_name(w->sim, "a", DUOS_OK, &a, 1, 0));
    w->memory.fail_in = 2;
    assert_err(DUOS_ENOMEM, duos_sim_add_name(w->sim, "b", DUOS_OK, &a, 1, 0));
}

static void test_sim_name_gets_a_new_answer(void **state)
{
    world *w = (world *)*state;
    duos_addr addrs[2];
    size_t n;

    add_host(w, "a.test", w->a, 0);
    assert_ok(duos_resolve("A.Test:7", DUOS_UNSPEC, -1, addrs, 2, &n));
    assert_int_equal(n, 2);
    addrs[0] = v4(77);
    assert_ok(duos_sim_add_name(w->sim, "A.TEST", DUOS_OK, addrs, 1, 0));
    assert_ok(duos_resolve("a.test:7", DUOS_UNSPEC, -1, addrs, 2, &n));
    assert_int_equal(n, 1);
    assert_int_equal(addrs[0].ip.v4[3], 77);
    assert_int_equal(addrs[0].port, 7);
}

/* ---- blocking --------------------------------------------------------- */

static void test_DN1_resolve_failures_are_told_apart(void **state)
{
    world *w = (world *)*state;
    duos_addr at = v4(1);
    size_t n = 99;

    add_failure(w, "gone.test", DUOS_ENONAME);
    add_failure(w, "empty.test", DUOS_ENODATA);
    add_failure(w, "again.test", DUOS_ETRYAGAIN);
    add_failure(w, "fail.test", DUOS_ENORECOVERY);
    add_failure(w, "memory.test", DUOS_ENOMEM);
    add_failure(w, "errno.test", DUOS_ENATIVE_BASE - 71);
    assert_err(DUOS_ENONAME,
               duos_resolve("gone.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENONAME,
               duos_resolve("unknown.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENODATA,
               duos_resolve("empty.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ETRYAGAIN,
               duos_resolve("again.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENORECOVERY,
               duos_resolve("fail.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENOMEM,
               duos_resolve("memory.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENATIVE_BASE - 71,
               duos_resolve("errno.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_int_equal(n, 99);
    assert_int_equal(at.port, 9999);
}

static void test_resolve_family_narrows_the_answer(void **state)
{
    world *w = (world *)*state;
    duos_addr addrs[4];
    size_t n;

    add_host(w, "a.test", w->a, 0);
    assert_ok(duos_resolve("a.test:7", DUOS_UNSPEC, -1, addrs, 4, &n));
    assert_int_equal(n, 2);
    assert_int_equal(addrs[0].family, DUOS_IPV6); /* the service's order */
    assert_ok(duos_resolve("a.test:7", DUOS_IPV4, -1, addrs, 4, &n));
    assert_int_equal(n, 1);
    assert_int_equal(addrs[0].family, DUOS_IPV4);
    assert_ok(duos_resolve("tcp6:a.test:7", DUOS_UNSPEC, -1, addrs, 4, &n));
    assert_int_equal(n, 1);
    assert_int_equal(addrs[0].family, DUOS_IPV6);
    assert_ok(duos_resolve("a.test:7", DUOS_UNSPEC, -1, addrs, 1, &n));
    assert_int_equal(n, 1);
    addrs[0] = v4(1);
    assert_ok(duos_sim_add_name(w->sim, "v4.test", DUOS_OK, addrs, 1, 0));
    assert_err(DUOS_ENODATA,
               duos_resolve("v4.test:7", DUOS_IPV6, -1, addrs, 4, &n));
}

static void test_DN3_resolve_gives_at_most_64(void **state)
{
    world *w = (world *)*state;
    duos_addr many[70];
    duos_addr addrs[70];
    size_t n;
    uint8_t i;

    for (i = 0; i < 70; i++) {
        many[i] = v4(i);
    }
    assert_ok(duos_sim_add_name(w->sim, "many.test", DUOS_OK, many, 70, 0));
    assert_ok(duos_resolve("many.test:1", DUOS_UNSPEC, -1, addrs, 70, &n));
    assert_int_equal(n, DUOS_RESOLVE_MAX);
    for (i = 0; i < n; i++) {
        assert_int_equal(addrs[i].ip.v4[3], i);
        assert_int_equal(addrs[i].port, 1);
    }
}

static void test_DN2_resolve_hanging_ends_at_its_deadline(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    size_t n;

    add_hanging(w, "hang.test");
    add_host(w, "slow.test", w->a, 30 * SECOND);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("hang.test:1", DUOS_UNSPEC, 250, &at, 1, &n));
    assert_int_equal(now_ms(w), 250);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("slow.test:1", DUOS_UNSPEC, 250, &at, 1, &n));
    assert_int_equal(now_ms(w), 500);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("slow.test:1", DUOS_UNSPEC, 0, &at, 1, &n));
    assert_err(DUOS_EDEADLOCK,
               duos_resolve("hang.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    /* Those late answers came meanwhile, and found nobody. */
    assert_true(now_ms(w) >= 30 * SECOND);
    assert_ok(duos_resolve("slow.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
}

static uint32_t lookups_seen;

static void count_lookups(const duos_sim_record *record, void *user)
{
    (void)user;
    lookups_seen += record->kind == DUOS_SIM_LOOKUP;
}

static void test_DN4_resolve_numbers_and_localhost_ask_nobody(void **state)
{
    static const char *const texts[] = {
        "10.0.0.1:7",    "[fd00::1]:7",     "localhost:7", "LocalHost.:7",
        "a.localhost:7", "udp:localhost:7", "*:7",         ":7"};
    static const char *const odd[] = {"127.1:7",     "0x7f.1:7",
                                      "1.2.3.4.5:7", "256.1.1.1:7",
                                      "1.2.3.4.:7",  "7:7"};
    duos_sim_config config;
    duos_addr addrs[2];
    world w;
    size_t i, n;

    (void)state;
    duos_sim_config_init(&config);
    config.on_trace = count_lookups;
    world_open(&w, &config);
    lookups_seen = 0;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_ok(duos_resolve(texts[i], DUOS_UNSPEC, 0, addrs, 2, &n));
        assert_int_equal(addrs[0].port, 7);
    }
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_err(DUOS_ESYNTAX,
                   duos_resolve(odd[i], DUOS_UNSPEC, 0, addrs, 2, &n));
    }
    assert_int_equal(lookups_seen, 0);
    assert_err(DUOS_ENONAME,
               duos_resolve("x.test:7", DUOS_UNSPEC, 1, addrs, 2, &n));
    assert_int_equal(lookups_seen, 1);
    assert_string_equal(duos_sim_kind_name(DUOS_SIM_LOOKUP), "lookup");
    world_close(&w);
}

/* ---- duos_dial -------------------------------------------------------- */

/* a does not listen on IPv6, and nobody has 10.0.0.77. */
static void test_DN3_dial_tries_all_addresses_of_a_name(void **state)
{
    world *w = (world *)*state;
    duos_addr at, peer, addrs[3];
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket s;
    uint32_t before = duos_sim_sockets(w->sim);
    char text[32];

    addrs[0] = duos_sim_addr(w->a, DUOS_IPV6, 0);
    addrs[1] = duos_sim_addr(w->b, DUOS_IPV4, 0);
    addrs[2] = at;
    assert_ok(duos_sim_add_name(w->sim, "a.test", DUOS_OK, addrs, 3, 50));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    (void)snprintf(text, sizeof text, "a.test:%u", (unsigned)at.port);
    assert_ok(duos_dial(text, SECOND, &s));
    assert_ok(duos_peer_addr(s, &peer));
    assert_true(duos_addr_equal(&peer, &at));
    assert_ok(duos_close(&s));
    assert_ok(duos_close(&listener));
    assert_err(DUOS_ECONNREFUSED, duos_dial(text, SECOND, &s));
    assert_int_equal(duos_sim_sockets(w->sim), before - 1);
}

static void test_dial_name_failures_are_told(void **state)
{
    world *w = (world *)*state;
    uint64_t before = now_ms(w);
    duos_socket s = {12345};

    add_failure(w, "empty.test", DUOS_ENODATA);
    add_failure(w, "again.test", DUOS_ETRYAGAIN);
    add_failure(w, "fail.test", DUOS_ENORECOVERY);
    add_hanging(w, "hang.test");
    assert_err(DUOS_ENONAME, duos_dial("unknown.test:1", SECOND, &s));
    assert_err(DUOS_ENODATA, duos_dial("empty.test:1", SECOND, &s));
    assert_err(DUOS_ETRYAGAIN, duos_dial("again.test:1", SECOND, &s));
    assert_err(DUOS_ENORECOVERY, duos_dial("fail.test:1", SECOND, &s));
    assert_true(now_ms(w) < before + 100);
    assert_err(DUOS_ETIMEDOUT, duos_dial("hang.test:1", SECOND, &s));
    assert_true(now_ms(w) >= before + SECOND);
    assert_err(DUOS_ENAMETOOLONG,
               duos_dial("a123456789b123456789c123456789d123456789"
                         "e123456789f123456789g123456789:1",
                         0, &s));
    assert_int_equal(s.os, 12345);
}

#define world_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(test_sim_add_name_refuses_what_is_invalid),
        world_test(test_sim_name_gets_a_new_answer),
        world_test(test_DN1_resolve_failures_are_told_apart),
        world_test(test_resolve_family_narrows_the_answer),
        world_test(test_DN3_resolve_gives_at_most_64),
        world_test(test_DN2_resolve_hanging_ends_at_its_deadline),
        cmocka_unit_test(test_DN4_resolve_numbers_and_localhost_ask_nobody),
        world_test(test_DN3_dial_tries_all_addresses_of_a_name),
        world_test(test_dial_name_failures_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
