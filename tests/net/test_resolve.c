/* SPDX-License-Identifier: MIT */
/*
 * test_resolve.c - resolve.h on this system's own name service, as far as its
 * answers are known: numbers, this machine, and a name that nobody has.
 */
#include "support/scene.h"

#include "sys.h"

static void test_resolve_numbers_and_localhost(void **state)
{
    duos_addr addrs[2];
    duos_addr wanted = duos_addr_ipv4(192, 0, 2, 7, 80);
    size_t n;

    (void)state;
    assert_ok(duos_resolve("192.0.2.7:80", DUOS_UNSPEC, 0, addrs, 2, &n));
    assert_int_equal(n, 1);
    assert_true(duos_addr_equal(&addrs[0], &wanted));
    assert_ok(duos_resolve("localhost:80", DUOS_UNSPEC, 0, addrs, 2, &n));
    assert_int_equal(n, 2);
    wanted = duos_addr_loopback(DUOS_IPV4, 80);
    assert_true(duos_addr_equal(&addrs[0], &wanted));
    wanted = duos_addr_loopback(DUOS_IPV6, 80);
    assert_true(duos_addr_equal(&addrs[1], &wanted));
    assert_ok(duos_resolve("localhost:80", DUOS_UNSPEC, 0, addrs, 1, &n));
    assert_int_equal(n, 1); /* no room for more */
}

static void test_resolve_refuses_what_is_invalid(void **state)
{
    duos_addr addr = duos_addr_ipv4(1, 2, 3, 4, 5);
    size_t n = 77;

    (void)state;
    assert_err(DUOS_EINVAL, duos_resolve(NULL, DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_err(DUOS_EINVAL, duos_resolve("a:1", DUOS_UNSPEC, 0, NULL, 1, &n));
    assert_err(DUOS_EINVAL, duos_resolve("a:1", DUOS_UNSPEC, 0, &addr, 0, &n));
    assert_err(DUOS_EINVAL,
               duos_resolve("a:1", DUOS_UNSPEC, 0, &addr, 1, NULL));
    assert_err(DUOS_EINVAL, duos_resolve("a:1", DUOS_UNIX, 0, &addr, 1, &n));
    assert_err(DUOS_ESYNTAX,
               duos_resolve("127.1:80", DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_err(DUOS_ESYNTAX, duos_resolve("a", DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_err(DUOS_ERANGE,
               duos_resolve("a:65536", DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_resolve("tcp4:a:1", DUOS_IPV6, 0, &addr, 1, &n));
    assert_err(DUOS_ENOENT, duos_resolve("[fe80::1%no-such-if]:1", DUOS_UNSPEC,
                                         0, &addr, 1, &n));
    assert_err(DUOS_ENOTSUP,
               duos_resolve("unix:/a", DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_err(DUOS_ENAMETOOLONG,
               duos_resolve("a123456789b123456789c123456789d123456789"
                            "e123456789f123456789g123456789:1",
                            DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_int_equal(n, 77);
    assert_int_equal(addr.port, 5);
}

/* The verb itself, past all that knows "localhost" by heart. */
static void test_lookup_verb_finds_this_machine(void **state)
{
    duos_addr addrs[8];
    duos_addr loopback = duos_addr_loopback(DUOS_IPV4, 0);
    size_t n = 0;

    (void)state;
    assert_ok(sys_lookup("localhost", DUOS_IPV4, addrs, 8, &n));
    assert_true(n >= 1);
    assert_true(duos_addr_equal(&addrs[0], &loopback));
    assert_ok(sys_lookup("localhost", DUOS_UNSPEC, addrs, 1, &n));
    assert_int_equal(n, 1);
}

/* No answer is a known one where there is no network, but it is a failure. */
static void test_resolve_unknown_name_fails_in_time(void **state)
{
    uint64_t begin = net_now();
    duos_addr addr;
    duos_err err;
    size_t n;

    (void)state;
    err = duos_resolve("no-such-host.invalid:80", DUOS_UNSPEC, PATIENCE_MS,
                       &addr, 1, &n);
    assert_true(err == DUOS_ENONAME || err == DUOS_ENODATA ||
                err == DUOS_ETRYAGAIN || err == DUOS_ENORECOVERY ||
                err == DUOS_ETIMEDOUT);
    assert_waited_less_than(begin, PATIENCE_MS);
}

static void test_SY6_resolve_without_a_descriptor_is_emfile(void **state)
{
    duos_addr addr;
    size_t n;

    (void)state;
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE,
               duos_resolve("a.invalid:1", DUOS_UNSPEC, 50, &addr, 1, &n));
    os_end_shortage();
}

/* ---- names of addresses and ports of services --------------------------- */

/* The hosts file knows it, or nobody does. */
static void test_resolve_name_of_this_machine(void **state)
{
    duos_addr addr = duos_addr_loopback(DUOS_IPV4, 80);
    char name[DUOS_RESOLVE_NAME_MAX + 1] = "#";
    duos_err err = duos_reverse(&addr, PATIENCE_MS, name, sizeof name);

    (void)state;
    if (err == DUOS_OK) {
        assert_true(strlen(name) > 0);
        assert_err(DUOS_ENOSPACE,
                   duos_reverse(&addr, PATIENCE_MS, name, strlen(name)));
    } else {
        assert_true(err == DUOS_ENONAME || err == DUOS_ENODATA ||
                    err == DUOS_ETRYAGAIN || err == DUOS_ENORECOVERY);
        assert_string_equal(name, "#");
    }
}

static void test_resolve_name_refuses_what_is_invalid(void **state)
{
    duos_addr addr = duos_addr_loopback(DUOS_IPV4, 80);
    char name[8] = "#";

    (void)state;
    assert_err(DUOS_EINVAL, duos_reverse(NULL, 0, name, sizeof name));
    assert_err(DUOS_EINVAL, duos_reverse(&addr, 0, NULL, 8));
    addr.family = DUOS_UNIX;
    assert_err(DUOS_EAFNOSUPPORT, duos_reverse(&addr, 0, name, sizeof name));
    addr.family = DUOS_UNSPEC;
    assert_err(DUOS_EAFNOSUPPORT, duos_reverse(&addr, 0, name, sizeof name));
    assert_string_equal(name, "#");
}

/* A system without the table knows none; one with it knows this one. */
static void test_resolve_service_of_this_machine(void **state)
{
    uint16_t port = 77;
    duos_err err =
        duos_resolve_service("http", DUOS_STREAM, PATIENCE_MS, &port);

    (void)state;
    if (err == DUOS_ENOENT) {
        assert_int_equal(port, 77);
        skip_because("no table of services on this system");
    }
    assert_ok(err);
    assert_int_equal(port, 80);
    assert_ok(duos_resolve_service("domain", DUOS_DGRAM, PATIENCE_MS, &port));
    assert_int_equal(port, 53);
    assert_err(DUOS_ENOENT, duos_resolve_service("no-such-service", DUOS_STREAM,
                                                 PATIENCE_MS, &port));
    assert_int_equal(port, 53);
}

static void test_resolve_service_refuses_what_is_invalid(void **state)
{
    char name[DUOS_RESOLVE_SERVICE_MAX + 2];
    uint16_t port = 77;

    (void)state;
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_err(DUOS_ENAMETOOLONG,
               duos_resolve_service(name, DUOS_STREAM, 0, &port));
    assert_err(DUOS_ESYNTAX, duos_resolve_service("80", DUOS_STREAM, 0, &port));
    assert_err(DUOS_ESYNTAX, duos_resolve_service("", DUOS_STREAM, 0, &port));
    assert_err(DUOS_EINVAL, duos_resolve_service(NULL, DUOS_STREAM, 0, &port));
    assert_err(DUOS_EINVAL, duos_resolve_service("a", (duos_type)0, 0, &port));
    assert_err(DUOS_EINVAL, duos_resolve_service("a", DUOS_STREAM, 0, NULL));
    assert_int_equal(port, 77);
}

static void test_SY6_resolve_name_without_a_descriptor_is_emfile(void **state)
{
    duos_addr addr = duos_addr_ipv4(192, 0, 2, 7, 0);
    char name[8];
    uint16_t port;

    (void)state;
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE, duos_reverse(&addr, 50, name, sizeof name));
    assert_err(DUOS_EMFILE,
               duos_resolve_service("http", DUOS_STREAM, 50, &port));
    os_end_shortage();
}

/* ---- on a loop -------------------------------------------------------- */

typedef struct asked {
    duos_lookup lookup;
    unsigned answers;
    duos_err err;
    size_t count;
    duos_addr first;
} asked;

static void answered(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                     size_t count, void *user)
{
    asked *a = (asked *)user;

    (void)lookup;
    a->answers++;
    a->err = err;
    a->count = count;
    if (count > 0) {
        a->first = addrs[0];
    }
}

static void test_lookup_on_the_loop(void **state)
{
    scene *s = (scene *)*state;
    asked number, name;

    memset(&number, 0, sizeof number);
    memset(&name, 0, sizeof name);
    assert_ok(duos_lookup_init(&number.lookup, s->loop, answered, &number));
    assert_ok(duos_lookup_init(&name.lookup, s->loop, answered, &name));
    assert_ok(duos_lookup_start(&number.lookup, "localhost:7", DUOS_UNSPEC, 0));
    assert_ok(duos_lookup_start(&name.lookup, "no-such-host.invalid:80",
                                DUOS_UNSPEC, PATIENCE_MS / 2));
    assert_int_equal(number.answers, 0);
    scene_until(s, number.answers, 1);
    assert_int_equal(number.err, DUOS_OK);
    assert_int_equal(number.count, 2);
    assert_int_equal(number.first.port, 7);
    scene_until(s, name.answers, 1);
    assert_true(name.err < 0);
    assert_int_equal(name.count, 0);
    assert_int_equal(number.answers, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve_numbers_and_localhost),
        cmocka_unit_test(test_resolve_refuses_what_is_invalid),
        cmocka_unit_test(test_lookup_verb_finds_this_machine),
        cmocka_unit_test(test_resolve_unknown_name_fails_in_time),
        cmocka_unit_test(test_SY6_resolve_without_a_descriptor_is_emfile),
        cmocka_unit_test(test_resolve_name_of_this_machine),
        cmocka_unit_test(test_resolve_name_refuses_what_is_invalid),
        cmocka_unit_test(test_resolve_service_of_this_machine),
        cmocka_unit_test(test_resolve_service_refuses_what_is_invalid),
        cmocka_unit_test(test_SY6_resolve_name_without_a_descriptor_is_emfile),
        scene_test(test_lookup_on_the_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
