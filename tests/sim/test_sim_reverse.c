/* SPDX-License-Identifier: MIT */
/*
 * test_sim_reverse.c - from an address to its name and from a service to its
 * port, on a simulated name service that fails, is slow or never answers; and
 * the interfaces of a simulated host.
 */
#include <duosock/resolve.h>

#include "sim_support.h"

static void add_name(world *w, const char *name, uint8_t last, duos_err err,
                     int64_t delay_ms)
{
    duos_addr addr = duos_addr_ipv4(10, 9, 9, last, 0);

    assert_ok(duos_sim_add_name(w->sim, name, err, &addr, 1, delay_ms));
}

static duos_addr at(uint8_t last)
{
    return duos_addr_ipv4(10, 9, 9, last, 80);
}

/* ---- blocking --------------------------------------------------------- */

static void test_DN1_resolve_name_failures_are_told_apart(void **state)
{
    world *w = (world *)*state;
    duos_addr a = at(1);
    char name[DUOS_RESOLVE_NAME_MAX + 1] = "#";
    uint64_t before;

    add_name(w, "a.test", 1, DUOS_OK, 20);
    add_name(w, "again.test", 2, DUOS_ETRYAGAIN, 5);
    add_name(w, "fail.test", 3, DUOS_ENORECOVERY, 5);
    add_name(w, "memory.test", 4, DUOS_ENOMEM, 5);
    add_name(w, "hang.test", 5, DUOS_OK, -1);
    before = now_ms(w);
    assert_err(DUOS_ENOSPACE, duos_reverse(&a, -1, name, 6));
    assert_string_equal(name, "#");
    assert_ok(duos_reverse(&a, -1, name, 7));
    assert_string_equal(name, "a.test");
    assert_between(now_ms(w), before + 40, before + 50);
    assert_err(DUOS_ETIMEDOUT, duos_reverse(&a, 10, name, 7));
    a = at(2);
    assert_err(DUOS_ETRYAGAIN, duos_reverse(&a, -1, name, sizeof name));
    a = at(3);
    assert_err(DUOS_ENORECOVERY, duos_reverse(&a, -1, name, sizeof name));
    a = at(4);
    assert_err(DUOS_ENOMEM, duos_reverse(&a, -1, name, sizeof name));
    a = at(5);
    assert_err(DUOS_ETIMEDOUT, duos_reverse(&a, 100, name, sizeof name));
    a = at(6);
    assert_err(DUOS_ENONAME, duos_reverse(&a, -1, name, sizeof name));
    a = duos_addr_loopback(DUOS_IPV6, 0);
    assert_err(DUOS_ENONAME, duos_reverse(&a, -1, name, sizeof name));
    assert_string_equal(name, "a.test");
}

static void test_resolve_service_on_the_simulator(void **state)
{
    world *w = (world *)*state;
    uint16_t port = 0;

    assert_ok(duos_resolve_service("HTTP", DUOS_STREAM, -1, &port));
    assert_int_equal(port, 80);
    assert_ok(duos_resolve_service("echo", DUOS_DGRAM, -1, &port));
    assert_int_equal(port, 7);
    assert_err(DUOS_ENOENT,
               duos_resolve_service("no-such", DUOS_STREAM, -1, &port));
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM,
               duos_resolve_service("http", DUOS_STREAM, -1, &port));
    w->memory.fail_in = 0;
    assert_int_equal(port, 7);
}

/* ---- on a loop --------------------------------------------------------- */

typedef struct asked {
    duos_lookup lookup;
    unsigned answers;
    duos_err err;
    duos_addr addr;
    bool named;
    char name[DUOS_RESOLVE_NAME_MAX + 1];
    bool again;
} asked;

static void answered(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                     size_t count, void *user)
{
    asked *a = (asked *)user;
    const char *name = duos_lookup_name(lookup);

    a->answers++;
    a->err = err;
    a->named = name != NULL;
    assert_int_equal(count, err == DUOS_OK ? 1 : 0);
    if (count > 0) {
        a->addr = addrs[0];
    }
    if (name != NULL) {
        (void)snprintf(a->name, sizeof a->name, "%s", name);
    }
    if (a->again) {
        a->again = false;
        assert_ok(duos_lookup_start_service(lookup, "https", DUOS_STREAM, 50));
    }
}

static void prepare(asked *a, duos_loop *loop)
{
    memset(a, 0, sizeof *a);
    assert_ok(duos_lookup_init(&a->lookup, loop, answered, a));
}

static void run_out(world *w)
{
    assert_err(DUOS_EDEADLOCK, duos_sim_run(w->sim, 3600 * 1000));
}

static void test_lookup_name_comes_from_the_loop(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_addr addr = at(1);
    asked a;

    add_name(w, "a.test", 1, DUOS_OK, 20);
    prepare(&a, loop);
    assert_null(duos_lookup_name(NULL));
    assert_null(duos_lookup_name(&a.lookup));
    assert_ok(duos_lookup_start_reverse(&a.lookup, &addr, 1000));
    assert_true(duos_lookup_active(&a.lookup));
    assert_int_equal(a.answers, 0);
    assert_err(DUOS_EBUSY, duos_lookup_start_reverse(&a.lookup, &addr, -1));
    assert_err(DUOS_EBUSY,
               duos_lookup_start_service(&a.lookup, "http", DUOS_STREAM, -1));
    run_out(w);
    assert_int_equal(a.answers, 1);
    assert_ok(a.err);
    assert_string_equal(a.name, "a.test");
    assert_true(duos_addr_equal(&a.addr, &addr));
    end_loop(w, loop);
}

static void test_lookup_service_gives_a_port_and_no_name(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_addr addr = at(1);
    asked a;

    add_name(w, "a.test", 1, DUOS_OK, 0);
    prepare(&a, loop);
    assert_ok(duos_lookup_start_service(&a.lookup, "http", DUOS_DGRAM, -1));
    run_out(w);
    assert_int_equal(a.answers, 1);
    assert_ok(a.err);
    assert_false(a.named);
    assert_int_equal(a.addr.family, DUOS_UNSPEC);
    assert_int_equal(a.addr.port, 80);
    a.again = true; /* the next answer starts another kind of lookup */
    assert_ok(duos_lookup_start_reverse(&a.lookup, &addr, -1));
    run_out(w);
    assert_int_equal(a.answers, 3);
    assert_false(a.named);
    assert_int_equal(a.addr.port, 443);
    assert_string_equal(a.name, "a.test");
    end_loop(w, loop);
}

static void test_DN2_lookup_name_that_hangs_ends_at_its_deadline(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_addr addr = at(1);
    duos_addr gone = at(2);
    duos_addr good = at(3);
    asked a, b;

    add_name(w, "hang.test", 1, DUOS_OK, -1);
    prepare(&a, loop);
    prepare(&b, loop);
    add_name(w, "a.test", 3, DUOS_OK, 0);
    assert_ok(duos_lookup_start_reverse(&a.lookup, &good, 50));
    run_out(w);
    assert_true(a.named);
    assert_ok(duos_lookup_start_reverse(&a.lookup, &addr, 50));
    assert_ok(duos_lookup_start_reverse(&b.lookup, &addr, -1));
    run_out(w);
    assert_int_equal(a.answers, 2);
    assert_int_equal(a.err, DUOS_ETIMEDOUT);
    assert_false(a.named);
    duos_lookup_stop(&b.lookup);
    assert_ok(duos_lookup_start_reverse(&a.lookup, &gone, -1));
    run_out(w);
    assert_int_equal(a.err, DUOS_ENONAME);
    assert_false(a.named);
    assert_int_equal(b.answers, 0);
    end_loop(w, loop);
}

static void test_lookup_names_too_many_are_refused(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    static asked many[DUOS_LOOKUPS_MAX];
    duos_addr addr = at(1);
    asked more;
    int i;

    add_name(w, "hang.test", 1, DUOS_OK, -1);
    for (i = 0; i < DUOS_LOOKUPS_MAX; i++) {
        prepare(&many[i], loop);
        assert_ok(duos_lookup_start_reverse(&many[i].lookup, &addr, -1));
    }
    prepare(&more, loop);
    assert_err(DUOS_ELIMIT, duos_lookup_start_reverse(&more.lookup, &addr, -1));
    assert_err(DUOS_ELIMIT, duos_lookup_start_service(&more.lookup, "http",
                                                      DUOS_STREAM, -1));
    assert_false(duos_lookup_active(&more.lookup));
    for (i = 0; i < DUOS_LOOKUPS_MAX; i++) {
        duos_lookup_stop(&many[i].lookup);
    }
    end_loop(w, loop);
}

static void test_lookup_name_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_addr addr = at(1);
    char longest[DUOS_RESOLVE_SERVICE_MAX + 2];
    asked a;

    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    memset(&a, 0, sizeof a);
    assert_err(DUOS_EINVAL, duos_lookup_start_reverse(&a.lookup, &addr, 0));
    assert_err(DUOS_EINVAL,
               duos_lookup_start_service(&a.lookup, "http", DUOS_STREAM, 0));
    prepare(&a, loop);
    assert_err(DUOS_EINVAL, duos_lookup_start_reverse(NULL, &addr, 0));
    assert_err(DUOS_EINVAL, duos_lookup_start_reverse(&a.lookup, NULL, 0));
    assert_err(DUOS_EINVAL,
               duos_lookup_start_service(NULL, "http", DUOS_STREAM, 0));
    assert_err(DUOS_EINVAL,
               duos_lookup_start_service(&a.lookup, NULL, DUOS_STREAM, 0));
    assert_err(DUOS_EINVAL,
               duos_lookup_start_service(&a.lookup, "http", (duos_type)9, 0));
    assert_err(DUOS_ESYNTAX,
               duos_lookup_start_service(&a.lookup, "80", DUOS_STREAM, 0));
    assert_err(DUOS_ENAMETOOLONG,
               duos_lookup_start_service(&a.lookup, longest, DUOS_STREAM, 0));
    addr.family = DUOS_UNIX;
    assert_err(DUOS_EAFNOSUPPORT,
               duos_lookup_start_reverse(&a.lookup, &addr, 0));
    addr = at(1);
    w->memory.fail_in = 1; /* the timer's */
    assert_err(DUOS_ENOMEM, duos_lookup_start_reverse(&a.lookup, &addr, 5));
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM,
               duos_lookup_start_service(&a.lookup, "http", DUOS_STREAM, 5));
    w->memory.fail_in = 0;
    assert_false(duos_lookup_active(&a.lookup));
    end_loop(w, loop);
}

/* ---- interfaces --------------------------------------------------------- */

static void test_interfaces_of_a_simulated_host(void **state)
{
    world *w = (world *)*state;
    duos_addr wanted = duos_sim_addr(w->b, DUOS_IPV4, 0);
    char name[DUOS_INTERFACE_NAME_MAX + 1];
    duos_interface list[8];
    duos_endpoint end;
    size_t count;

    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_ok(duos_interfaces(list, 8, &count));
    assert_int_equal(count, 4);
    assert_string_equal(list[0].name, "lo");
    assert_true(list[0].loopback);
    assert_string_equal(list[2].name, "eth0");
    assert_false(list[2].loopback);
    assert_true(duos_addr_equal(&list[2].addr, &wanted));
    assert_ok(duos_interfaces(NULL, 0, &count));
    assert_int_equal(count, 4);
    assert_ok(duos_interface_name(2, name, sizeof name));
    assert_string_equal(name, "eth0");
    assert_err(DUOS_ENOENT, duos_interface_name(3, name, sizeof name));
    assert_ok(duos_endpoint_parse("[fe80::1%eth0]:1", &end));
    assert_int_equal(end.addr.scope, 2);
    assert_err(DUOS_ENOENT, duos_endpoint_parse("[fe80::1%eth1]:1", &end));
}

#define world_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(test_DN1_resolve_name_failures_are_told_apart),
        world_test(test_resolve_service_on_the_simulator),
        world_test(test_lookup_name_comes_from_the_loop),
        world_test(test_lookup_service_gives_a_port_and_no_name),
        world_test(test_DN2_lookup_name_that_hangs_ends_at_its_deadline),
        world_test(test_lookup_names_too_many_are_refused),
        world_test(test_lookup_name_refuses_what_is_invalid),
        world_test(test_interfaces_of_a_simulated_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
