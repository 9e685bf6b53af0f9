/* SPDX-License-Identifier: MIT */
/*
 * test_addr_format.c - addresses as values and as text: building, comparing,
 * the canonical form of RFC 5952, and buffers that are too small.
 */
#include "support/check.h"

#include <stdlib.h>

/* ---- building --------------------------------------------------------- */

static void test_addr_ipv4_holds_its_bytes(void **state)
{
    duos_addr addr = duos_addr_ipv4(1, 2, 3, 4, 65535);
    static const uint8_t bytes[] = {1, 2, 3, 4};

    (void)state;
    assert_int_equal(addr.family, DUOS_IPV4);
    assert_int_equal(addr.port, 65535);
    assert_int_equal(addr.scope, 0);
    assert_int_equal(addr.path_len, 0);
    assert_memory_equal(addr.ip.v4, bytes, 4);
}

static void test_addr_ipv6_holds_its_bytes(void **state)
{
    uint8_t bytes[16];
    duos_addr addr;
    uint8_t i;

    (void)state;
    for (i = 0; i < 16; i++) {
        bytes[i] = (uint8_t)(i + 1);
    }
    addr = duos_addr_ipv6(bytes, 80);
    assert_int_equal(addr.family, DUOS_IPV6);
    assert_int_equal(addr.port, 80);
    assert_int_equal(addr.scope, 0);
    assert_memory_equal(addr.ip.v6, bytes, 16);
}

static void test_addr_ipv6_of_null_is_unspecified(void **state)
{
    static const uint8_t zeros[16];
    duos_addr addr = duos_addr_ipv6(NULL, 80);

    (void)state;
    assert_int_equal(addr.family, DUOS_IPV6);
    assert_memory_equal(addr.ip.v6, zeros, 16);
}

static void test_addr_loopback_is_that_of_the_family(void **state)
{
    static const uint8_t v6[16] = {[15] = 1};
    duos_addr addr = duos_addr_loopback(DUOS_IPV4, 80);
    duos_addr wanted = duos_addr_ipv4(127, 0, 0, 1, 80);

    (void)state;
    assert_true(duos_addr_equal(&addr, &wanted));
    addr = duos_addr_loopback(DUOS_IPV6, 80);
    wanted = duos_addr_ipv6(v6, 80);
    assert_true(duos_addr_equal(&addr, &wanted));
}

static void test_addr_loopback_of_other_family_is_zeroed(void **state)
{
    static const duos_addr zeroed;
    duos_addr addr = duos_addr_loopback(DUOS_UNIX, 80);

    (void)state;
    assert_memory_equal(&addr, &zeroed, sizeof addr);
    addr = duos_addr_loopback(DUOS_UNSPEC, 80);
    assert_memory_equal(&addr, &zeroed, sizeof addr);
}

/* ---- comparing -------------------------------------------------------- */

static duos_addr unix_path(const char *path, size_t len)
{
    duos_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_UNIX;
    addr.path_len = (uint8_t)len;
    memcpy(addr.ip.path, path, len);
    return addr;
}

static void assert_differ(const duos_addr *a, const duos_addr *b)
{
    assert_false(duos_addr_equal(a, b));
    assert_false(duos_addr_equal(b, a));
}

static void test_addr_equal_heeds_family_port_scope_and_bytes(void **state)
{
    duos_addr v4 = duos_addr_ipv4(127, 0, 0, 1, 80);
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 80);
    duos_addr other = v4;

    (void)state;
    assert_true(duos_addr_equal(&v4, &other));
    assert_differ(&v4, &v6);
    other.port = 81;
    assert_differ(&v4, &other);
    other = duos_addr_ipv4(127, 0, 0, 2, 80);
    assert_differ(&v4, &other);
    other = v6;
    assert_true(duos_addr_equal(&v6, &other));
    other.scope = 1;
    assert_differ(&v6, &other);
    other = v6;
    other.ip.v6[0] = 1;
    assert_differ(&v6, &other);
    other = v6;
    other.port = 0;
    assert_differ(&v6, &other);
}

/* What is not part of an address must not make a difference. */
static void test_addr_equal_passes_over_unused_bytes(void **state)
{
    duos_addr a = duos_addr_ipv4(1, 2, 3, 4, 80);
    duos_addr b = a;

    (void)state;
    b.ip.v6[10] = 99;
    b.scope = 5;
    assert_true(duos_addr_equal(&a, &b));
    a = unix_path("/tmp/x", 6);
    b = a;
    b.ip.path[20] = 'y';
    assert_true(duos_addr_equal(&a, &b));
}

static void test_addr_equal_of_paths_heeds_the_length(void **state)
{
    duos_addr a = unix_path("/tmp/x", 6);
    duos_addr b = unix_path("/tmp/xy", 7);
    duos_addr c = unix_path("/tmp/y", 6);

    (void)state;
    assert_differ(&a, &b);
    assert_differ(&a, &c);
}

static void test_addr_equal_of_null_is_false(void **state)
{
    duos_addr addr = duos_addr_ipv4(127, 0, 0, 1, 80);
    duos_addr none = duos_addr_loopback(DUOS_UNSPEC, 0);

    (void)state;
    assert_differ(&addr, NULL);
    assert_false(duos_addr_equal(NULL, NULL));
    assert_true(duos_addr_equal(&none, &none));
}

/* ---- printing --------------------------------------------------------- */

static void assert_format(const duos_addr *addr, const char *wanted)
{
    char text[DUOS_ADDR_TEXT_MAX];

    assert_ok(duos_addr_format(addr, text, sizeof text));
    assert_string_equal(text, wanted);
}

static void assert_format_v6(const char *groups, const char *wanted)
{
    char given[DUOS_ADDR_TEXT_MAX];
    char expected[DUOS_ADDR_TEXT_MAX];
    duos_addr addr;

    (void)snprintf(given, sizeof given, "[%s]:80", groups);
    (void)snprintf(expected, sizeof expected, "[%s]:80", wanted);
    assert_ok(duos_addr_parse(given, &addr));
    assert_format(&addr, expected);
}

static void test_addr_format_ipv4_is_dotted(void **state)
{
    duos_addr addr = duos_addr_ipv4(1, 20, 0, 255, 0);

    (void)state;
    assert_format(&addr, "1.20.0.255:0");
}

/* RFC 5952: lower case, no leading zeros, the first longest run shortened,
 * a run of one never. */
static void test_AD4_addr_format_ipv6_is_canonical(void **state)
{
    static const char *const rows[][2] = {
        {"0:0:0:0:0:0:0:0", "::"},
        {"0:0:0:0:0:0:0:1", "::1"},
        {"1:0:0:0:0:0:0:0", "1::"},
        {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
        {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
        {"0:0:1:0:0:0:2:0", "0:0:1::2:0"},
        {"0:1:1:1:1:1:1:1", "0:1:1:1:1:1:1:1"},
        {"1:1:1:1:1:1:1:0", "1:1:1:1:1:1:1:0"},
        {"0:0:1:1:1:1:1:1", "::1:1:1:1:1:1"},
        {"1:1:1:1:1:1:0:0", "1:1:1:1:1:1::"},
        {"ABCD:EF01:2345:6789:abcd:ef01:2345:6789",
         "abcd:ef01:2345:6789:abcd:ef01:2345:6789"},
        {"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
        {"::ffff:0:0", "::ffff:0.0.0.0"},
        {"::1.2.3.4", "::102:304"},
        {"::fffe:1.2.3.4", "::fffe:102:304"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_format_v6(rows[i][0], rows[i][1]);
    }
}

static void test_AD3_addr_format_scope_is_a_number(void **state)
{
    duos_addr addr = duos_addr_ipv6(NULL, 80);

    (void)state;
    addr.scope = UINT32_MAX;
    assert_format(&addr, "[::%4294967295]:80");
}

static void test_addr_format_unspecified_is_none(void **state)
{
    duos_addr addr = duos_addr_loopback(DUOS_UNSPEC, 0);

    (void)state;
    assert_format(&addr, "none");
}

static void test_AD7_addr_format_unix_path_and_abstract(void **state)
{
    char path[DUOS_UNIX_PATH_MAX];
    char wanted[DUOS_ADDR_TEXT_MAX] = "unix:";
    duos_addr addr = unix_path("/tmp/x", 6);

    (void)state;
    assert_format(&addr, "unix:/tmp/x");
    addr = unix_path("\0name", 5);
    assert_format(&addr, "unix:@name");
    addr = unix_path("", 0);
    assert_format(&addr, "unix:");
    addr = unix_path("@name", 5); /* no abstract one, and not read as one */
    assert_format(&addr, "unix:./@name");
    addr = unix_path("\0a\0b", 4);
    assert_format(&addr, "unix:@a@b");
    memset(path, 'p', sizeof path);
    memset(wanted + 5, 'p', sizeof path);
    addr = unix_path(path, sizeof path);
    assert_format(&addr, wanted);
}

static void test_addr_format_null_is_einval(void **state)
{
    duos_addr addr = duos_addr_ipv4(1, 2, 3, 4, 5);
    char text[DUOS_ADDR_TEXT_MAX];

    (void)state;
    assert_err(DUOS_EINVAL, duos_addr_format(NULL, text, sizeof text));
    assert_err(DUOS_EINVAL, duos_addr_format(&addr, NULL, sizeof text));
    addr.path_len = DUOS_UNIX_PATH_MAX + 1;
    assert_err(DUOS_EINVAL, duos_addr_format(&addr, text, sizeof text));
}

/* Of each kind of address; blocks of exact size, so that the sanitizer sees
 * one byte too many. */
static void test_AD6_addr_format_one_byte_short_is_enospace(void **state)
{
    duos_addr addrs[5];
    size_t i;

    (void)state;
    addrs[0] = duos_addr_ipv4(255, 255, 255, 255, 65535);
    assert_ok(duos_addr_parse("[abcd:ef01:2345:6789:abcd:ef01:2345:6789]:65535",
                              &addrs[1]));
    addrs[1].scope = UINT32_MAX;
    addrs[2] = unix_path("/tmp/x", 6);
    addrs[3] = unix_path("\0name", 5);
    addrs[4] = duos_addr_loopback(DUOS_UNSPEC, 0);
    for (i = 0; i < sizeof addrs / sizeof addrs[0]; i++) {
        char text[DUOS_ADDR_TEXT_MAX];
        char *exact;
        size_t cap;

        assert_ok(duos_addr_format(&addrs[i], text, sizeof text));
        for (cap = 1; cap <= strlen(text); cap++) {
            exact = malloc(cap);
            assert_non_null(exact);
            memset(exact, '#', cap);
            assert_err(DUOS_ENOSPACE, duos_addr_format(&addrs[i], exact, cap));
            assert_int_equal(exact[0], '#');
            assert_int_equal(exact[cap - 1], '#');
            free(exact);
        }
        exact = malloc(strlen(text) + 1);
        assert_non_null(exact);
        assert_ok(duos_addr_format(&addrs[i], exact, strlen(text) + 1));
        assert_string_equal(exact, text);
        assert_err(DUOS_ENOSPACE, duos_addr_format(&addrs[i], exact, 0));
        free(exact);
    }
}

/* ---- without a port ---------------------------------------------------- */

static void test_ip_format_leaves_the_port_out(void **state)
{
    duos_addr addr = duos_addr_ipv4(1, 2, 3, 4, 80);
    char text[DUOS_ADDR_TEXT_MAX] = "#";

    (void)state;
    assert_err(DUOS_ENOSPACE, duos_ip_format(&addr, text, 7));
    assert_string_equal(text, "#");
    assert_ok(duos_ip_format(&addr, text, 8));
    assert_string_equal(text, "1.2.3.4");
    addr = duos_addr_loopback(DUOS_IPV6, 80);
    addr.scope = 3;
    assert_ok(duos_ip_format(&addr, text, sizeof text));
    assert_string_equal(text, "::1%3");
    assert_err(DUOS_EINVAL, duos_ip_format(NULL, text, sizeof text));
    assert_err(DUOS_EINVAL, duos_ip_format(&addr, NULL, sizeof text));
    addr.family = DUOS_UNIX;
    assert_err(DUOS_EAFNOSUPPORT, duos_ip_format(&addr, text, sizeof text));
    addr.family = DUOS_UNSPEC;
    assert_err(DUOS_EAFNOSUPPORT, duos_ip_format(&addr, text, sizeof text));
}

/* ---- tuples ----------------------------------------------------------- */

static void test_tuple_format_names_the_remote_end_first(void **state)
{
    char text[DUOS_TUPLE_TEXT_MAX];
    duos_tuple tuple;

    (void)state;
    tuple.local = duos_addr_ipv4(127, 0, 0, 1, 7700);
    tuple.remote = duos_addr_loopback(DUOS_IPV6, 50514);
    assert_ok(duos_tuple_format(&tuple, text, sizeof text));
    assert_string_equal(text, "[::1]:50514 -> 127.0.0.1:7700");
}

static void test_tuple_format_longest_fits(void **state)
{
    char path[DUOS_UNIX_PATH_MAX];
    char text[DUOS_TUPLE_TEXT_MAX];
    duos_tuple tuple;

    (void)state;
    memset(path, 'p', sizeof path);
    tuple.local = tuple.remote = unix_path(path, sizeof path);
    assert_ok(duos_tuple_format(&tuple, text, sizeof text));
    assert_int_equal(strlen(text), 2 * (5 + DUOS_UNIX_PATH_MAX) + 4);
}

static void test_tuple_format_null_is_einval(void **state)
{
    char text[DUOS_TUPLE_TEXT_MAX];
    duos_tuple tuple;

    (void)state;
    memset(&tuple, 0, sizeof tuple);
    assert_err(DUOS_EINVAL, duos_tuple_format(NULL, text, sizeof text));
    assert_err(DUOS_EINVAL, duos_tuple_format(&tuple, NULL, sizeof text));
    tuple.local.path_len = DUOS_UNIX_PATH_MAX + 1;
    assert_err(DUOS_EINVAL, duos_tuple_format(&tuple, text, sizeof text));
    tuple.local.path_len = 0;
    tuple.remote.path_len = DUOS_UNIX_PATH_MAX + 1;
    assert_err(DUOS_EINVAL, duos_tuple_format(&tuple, text, sizeof text));
}

static void test_AD6_tuple_format_one_byte_short_is_enospace(void **state)
{
    duos_tuple tuple;
    char text[DUOS_TUPLE_TEXT_MAX] = "#";
    size_t len;

    (void)state;
    tuple.local = tuple.remote = duos_addr_ipv4(127, 0, 0, 1, 80);
    len = strlen("127.0.0.1:80 -> 127.0.0.1:80");
    assert_err(DUOS_ENOSPACE, duos_tuple_format(&tuple, text, len));
    assert_string_equal(text, "#");
    assert_ok(duos_tuple_format(&tuple, text, len + 1));
    assert_int_equal(strlen(text), len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addr_ipv4_holds_its_bytes),
        cmocka_unit_test(test_addr_ipv6_holds_its_bytes),
        cmocka_unit_test(test_addr_ipv6_of_null_is_unspecified),
        cmocka_unit_test(test_addr_loopback_is_that_of_the_family),
        cmocka_unit_test(test_addr_loopback_of_other_family_is_zeroed),
        cmocka_unit_test(test_addr_equal_heeds_family_port_scope_and_bytes),
        cmocka_unit_test(test_addr_equal_passes_over_unused_bytes),
        cmocka_unit_test(test_addr_equal_of_paths_heeds_the_length),
        cmocka_unit_test(test_addr_equal_of_null_is_false),
        cmocka_unit_test(test_addr_format_ipv4_is_dotted),
        cmocka_unit_test(test_AD4_addr_format_ipv6_is_canonical),
        cmocka_unit_test(test_AD3_addr_format_scope_is_a_number),
        cmocka_unit_test(test_addr_format_unspecified_is_none),
        cmocka_unit_test(test_AD7_addr_format_unix_path_and_abstract),
        cmocka_unit_test(test_addr_format_null_is_einval),
        cmocka_unit_test(test_AD6_addr_format_one_byte_short_is_enospace),
        cmocka_unit_test(test_ip_format_leaves_the_port_out),
        cmocka_unit_test(test_tuple_format_names_the_remote_end_first),
        cmocka_unit_test(test_tuple_format_longest_fits),
        cmocka_unit_test(test_tuple_format_null_is_einval),
        cmocka_unit_test(test_AD6_tuple_format_one_byte_short_is_enospace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
