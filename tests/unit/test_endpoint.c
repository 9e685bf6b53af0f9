/* SPDX-License-Identifier: MIT */
/*
 * test_endpoint.c - duos_endpoint_parse: prefixes, "*", an empty host and
 * "localhost", on top of the numeric forms.
 */
#include "support/check.h"

typedef struct row {
    const char *text;
    const char *addr; /* as duos_addr_format prints it */
    duos_type type;
    duos_family family;
    bool any;
    bool localhost;
} row;

static void assert_row(const row *r)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_endpoint end;

    memset(&end, 0xa5, sizeof end);
    assert_ok(duos_endpoint_parse(r->text, &end));
    assert_ok(duos_addr_format(&end.addr, text, sizeof text));
    assert_string_equal(text, r->addr);
    assert_int_equal(end.type, r->type);
    assert_int_equal(end.family, r->family);
    assert_int_equal(end.any, r->any);
    assert_int_equal(end.localhost, r->localhost);
}

static void assert_rows(const row *rows, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        assert_row(&rows[i]);
    }
}

#define ASSERT_ROWS(rows) assert_rows(rows, sizeof(rows) / sizeof(rows)[0])

static void test_endpoint_numeric_is_a_stream_of_any_family(void **state)
{
    static const row rows[] = {
        {"127.0.0.1:80", "127.0.0.1:80", DUOS_STREAM, DUOS_UNSPEC, 0, 0},
        {"[::1]:80", "[::1]:80", DUOS_STREAM, DUOS_UNSPEC, 0, 0},
        {"0.0.0.0:0", "0.0.0.0:0", DUOS_STREAM, DUOS_UNSPEC, 0, 0},
        {"[::]:0", "[::]:0", DUOS_STREAM, DUOS_UNSPEC, 0, 0},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void test_endpoint_prefix_gives_type_and_family(void **state)
{
    static const row rows[] = {
        {"tcp:1.2.3.4:80", "1.2.3.4:80", DUOS_STREAM, DUOS_UNSPEC, 0, 0},
        {"tcp:[::1]:80", "[::1]:80", DUOS_STREAM, DUOS_UNSPEC, 0, 0},
        {"tcp4:1.2.3.4:80", "1.2.3.4:80", DUOS_STREAM, DUOS_IPV4, 0, 0},
        {"tcp6:[::1]:80", "[::1]:80", DUOS_STREAM, DUOS_IPV6, 0, 0},
        {"udp:1.2.3.4:80", "1.2.3.4:80", DUOS_DGRAM, DUOS_UNSPEC, 0, 0},
        {"udp:[::1]:80", "[::1]:80", DUOS_DGRAM, DUOS_UNSPEC, 0, 0},
        {"udp4:1.2.3.4:80", "1.2.3.4:80", DUOS_DGRAM, DUOS_IPV4, 0, 0},
        {"udp6:[::1]:80", "[::1]:80", DUOS_DGRAM, DUOS_IPV6, 0, 0},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void test_AD2_endpoint_empty_host_means_all_interfaces(void **state)
{
    static const row rows[] = {
        {":80", "[::]:80", DUOS_STREAM, DUOS_UNSPEC, 1, 0},
        {"*:80", "[::]:80", DUOS_STREAM, DUOS_UNSPEC, 1, 0},
        {":0", "[::]:0", DUOS_STREAM, DUOS_UNSPEC, 1, 0},
        {"tcp::80", "[::]:80", DUOS_STREAM, DUOS_UNSPEC, 1, 0},
        {"tcp4:*:80", "0.0.0.0:80", DUOS_STREAM, DUOS_IPV4, 1, 0},
        {"tcp4::80", "0.0.0.0:80", DUOS_STREAM, DUOS_IPV4, 1, 0},
        {"tcp6:*:80", "[::]:80", DUOS_STREAM, DUOS_IPV6, 1, 0},
        {"udp:*:80", "[::]:80", DUOS_DGRAM, DUOS_UNSPEC, 1, 0},
        {"udp4::80", "0.0.0.0:80", DUOS_DGRAM, DUOS_IPV4, 1, 0},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void test_endpoint_localhost_is_loopback(void **state)
{
    static const row rows[] = {
        {"localhost:80", "127.0.0.1:80", DUOS_STREAM, DUOS_UNSPEC, 0, 1},
        {"tcp4:localhost:80", "127.0.0.1:80", DUOS_STREAM, DUOS_IPV4, 0, 1},
        {"tcp6:localhost:80", "[::1]:80", DUOS_STREAM, DUOS_IPV6, 0, 1},
        {"udp6:localhost:80", "[::1]:80", DUOS_DGRAM, DUOS_IPV6, 0, 1},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void assert_refused(duos_err wanted, const char *text)
{
    duos_endpoint before;
    duos_endpoint end;
    duos_err err;

    memset(&before, 0xa5, sizeof before);
    memcpy(&end, &before, sizeof end);
    err = duos_endpoint_parse(text, &end);
    if (err != wanted) {
        print_error("\"%s\" gave %s\n", text, duos_err_name(err));
    }
    assert_int_equal(err, wanted);
    assert_memory_equal(&end, &before, sizeof end);
}

static void test_endpoint_null_is_einval(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_err(DUOS_EINVAL, duos_endpoint_parse(NULL, &end));
    assert_err(DUOS_EINVAL, duos_endpoint_parse(":80", NULL));
}

static void test_AD2_endpoint_other_text_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "",
        ":",
        "*",
        "*:",
        "**:80",
        "*80",
        ":+80",
        ":080",
        ":80x",
        ": 80",
        "host:80",
        "host",
        "host:",
        "example.com:80",
        "localhost",
        "localhost:",
        "localhost:80x",
        "localhostx:80",
        "LOCALHOST:80",
        "Localhost:80",
        "tcp:",
        "tcp",
        "tcp:80",
        "tcp5:1.2.3.4:80",
        "TCP:1.2.3.4:80",
        "tcp:tcp:1.2.3.4:80",
        "tcp:udp:1.2.3.4:80",
        "udp :1.2.3.4:80",
        "http://1.2.3.4:80",
        "sctp:1.2.3.4:80",
        "[localhost]:80",
        "[*]:80",
        "127.1:80",
        "tcp4:127.1:80",
        "::80",
        "1.2.3.4:",
        " :80",
        "\xc3\xa9:80",
    };
    duos_endpoint end;
    size_t i;

    (void)state;
    assert_err(DUOS_ESYNTAX, duos_endpoint_parse("host:80", &end));
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_refused(DUOS_ESYNTAX, texts[i]);
    }
}

static void test_AD2_endpoint_port_over_65535_is_erange(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_err(DUOS_ERANGE, duos_endpoint_parse(":65536", &end));
    assert_refused(DUOS_ERANGE, "*:65536");
    assert_refused(DUOS_ERANGE, "localhost:99999");
    assert_refused(DUOS_ERANGE, "udp:1.2.3.4:70000");
    assert_refused(DUOS_ERANGE, "tcp6:[::1]:65536");
}

static void test_endpoint_prefix_of_the_other_family_is_refused(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_err(DUOS_EAFNOSUPPORT, duos_endpoint_parse("tcp4:[::1]:80", &end));
    assert_refused(DUOS_EAFNOSUPPORT, "tcp6:127.0.0.1:80");
    assert_refused(DUOS_EAFNOSUPPORT, "udp4:[::1]:80");
    assert_refused(DUOS_EAFNOSUPPORT, "udp6:127.0.0.1:80");
}

static void test_endpoint_unix_is_enotsup(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_err(DUOS_ENOTSUP, duos_endpoint_parse("unix:/tmp/x", &end));
    assert_refused(DUOS_ENOTSUP, "unix:");
    assert_refused(DUOS_ENOTSUP, "unix:@abstract");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endpoint_numeric_is_a_stream_of_any_family),
        cmocka_unit_test(test_endpoint_prefix_gives_type_and_family),
        cmocka_unit_test(test_AD2_endpoint_empty_host_means_all_interfaces),
        cmocka_unit_test(test_endpoint_localhost_is_loopback),
        cmocka_unit_test(test_endpoint_null_is_einval),
        cmocka_unit_test(test_AD2_endpoint_other_text_is_esyntax),
        cmocka_unit_test(test_AD2_endpoint_port_over_65535_is_erange),
        cmocka_unit_test(test_endpoint_prefix_of_the_other_family_is_refused),
        cmocka_unit_test(test_endpoint_unix_is_enotsup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
