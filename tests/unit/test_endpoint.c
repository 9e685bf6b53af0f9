/* SPDX-License-Identifier: MIT */
/*
 * test_endpoint.c - duos_endpoint_parse: prefixes, "*", an empty host,
 * "localhost", zones by name and unix sockets, on top of the numeric forms.
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

/* ---- unix sockets ------------------------------------------------------ */

static void assert_unix(const char *text, const char *path, size_t len)
{
    char back[DUOS_ADDR_TEXT_MAX];
    duos_endpoint end;

    assert_ok(duos_endpoint_parse(text, &end));
    assert_int_equal(end.family, DUOS_UNIX);
    assert_int_equal(end.type, DUOS_STREAM);
    assert_false(end.any);
    assert_false(end.localhost);
    assert_int_equal(end.addr.family, DUOS_UNIX);
    assert_int_equal(end.addr.port, 0);
    assert_int_equal(end.addr.path_len, len);
    assert_memory_equal(end.addr.ip.path, path, len);
    assert_ok(duos_addr_format(&end.addr, back, sizeof back));
    assert_string_equal(back, text);
}

static void test_AD7_endpoint_unix_path_and_abstract_name(void **state)
{
    (void)state;
    assert_unix("unix:/tmp/x", "/tmp/x", 6);
    assert_unix("unix:/", "/", 1);
    assert_unix("unix:x", "x", 1); /* relative */
    assert_unix("unix:/tmp/x/", "/tmp/x/", 7);
    assert_unix("unix:C:\\x y", "C:\\x y", 6);
    assert_unix("unix:@abstract", "\0abstract", 9);
    assert_unix("unix:@@", "\0@", 2);
    assert_unix("unix:./@x", "./@x", 4);
    assert_unix("unix:unix:x", "unix:x", 6);
}

static void test_AD7_endpoint_unix_without_a_name_is_esyntax(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_refused(DUOS_ESYNTAX, "unix:");
    assert_refused(DUOS_ESYNTAX, "unix:@");
    assert_refused(DUOS_ESYNTAX, "unix");
    assert_refused(DUOS_ESYNTAX, "UNIX:/x");
    assert_refused(DUOS_ESYNTAX, "tcp:unix:/x");
    assert_err(DUOS_ESYNTAX, duos_endpoint_parse_n("unix:/a\0b", 9, &end));
    assert_err(DUOS_ESYNTAX, duos_endpoint_parse_n("unix:@a\0", 8, &end));
    assert_err(DUOS_ESYNTAX, duos_endpoint_parse_n("unix:@\0a", 8, &end));
}

/* 107 bytes and their NUL fill sun_path; what is longer is never cut. */
static void test_trap_22_AD7_endpoint_path_too_long_is_enametoolong(
    void **state)
{
    char text[5 + 70000] = "unix:";
    char path[DUOS_UNIX_PATH_MAX];
    duos_endpoint end;
    size_t len;

    (void)state;
    memset(path, 'p', sizeof path);
    memset(text + 5, 'p', DUOS_UNIX_PATH_MAX);
    assert_unix(text, path, DUOS_UNIX_PATH_MAX);
    text[5] = '@';
    path[0] = '\0';
    assert_unix(text, path, DUOS_UNIX_PATH_MAX);
    for (len = DUOS_UNIX_PATH_MAX + 1; len < 70000; len *= 2) {
        memset(text + 5, 'p', len);
        text[5 + len] = '\0';
        assert_refused(DUOS_ENAMETOOLONG, text);
        text[5] = '@';
        assert_refused(DUOS_ENAMETOOLONG, text);
    }
    assert_err(DUOS_ENAMETOOLONG, duos_endpoint_parse(text, &end));
    assert_err(DUOS_ENAMETOOLONG,
               duos_endpoint_parse_n(text, DUOS_UNIX_PATH_MAX + 6, &end));
}

/* ---- zones ------------------------------------------------------------- */

/* The name that the system itself has for an interface, whatever that is. */
static void test_trap_75_AD3_endpoint_zone_by_name_is_its_index(void **state)
{
    duos_interface list[64];
    char text[DUOS_ADDR_TEXT_MAX];
    char number[DUOS_ADDR_TEXT_MAX];
    duos_endpoint end;
    duos_addr addr;
    size_t count;

    (void)state;
    assert_ok(duos_interfaces(list, 64, &count));
    assert_true(count > 0);
    (void)snprintf(text, sizeof text, "udp6:[fe80::1%%%s]:80", list[0].name);
    assert_ok(duos_endpoint_parse(text, &end));
    assert_int_equal(end.addr.scope, list[0].index);
    assert_int_equal(end.type, DUOS_DGRAM);
    (void)snprintf(number, sizeof number, "[fe80::1%%%u]:80",
                   (unsigned)list[0].index);
    assert_ok(duos_addr_format(&end.addr, text, sizeof text));
    assert_string_equal(text, number);
    assert_ok(duos_addr_parse(number, &addr));
    assert_true(duos_addr_equal(&addr, &end.addr));
}

static void test_trap_75_AD3_endpoint_zone_by_number_asks_nobody(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_ok(duos_endpoint_parse("[fe80::1%4294967295]:80", &end));
    assert_int_equal(end.addr.scope, UINT32_MAX);
    assert_ok(duos_endpoint_parse("[fe80::1%0]:80", &end));
    assert_int_equal(end.addr.scope, 0);
}

static void test_AD3_endpoint_odd_zone_is_refused(void **state)
{
    char text[400] = "[fe80::1%";
    duos_endpoint end;

    (void)state;
    assert_err(DUOS_ENOENT,
               duos_endpoint_parse("[fe80::1%no-such-if]:80", &end));
    assert_err(DUOS_ENOENT,
               duos_endpoint_parse_n("[fe80::1%no-such-if]:80 ", 23, &end));
    assert_refused(DUOS_ENOENT, "[fe80::1%25eth0]:80");
    assert_refused(DUOS_ENOENT, "[fe80::1%-1]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%01]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%4294967296]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%lo%lo]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%l o]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%../x]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%lo:1]:80");
    assert_refused(DUOS_ESYNTAX, "[fe80::1%lo");
    assert_refused(DUOS_ESYNTAX, "1.2.3.4%lo:80");
    memset(text + 9, 'a', 300);
    memcpy(text + 309, "]:80", 5);
    assert_refused(DUOS_ENAMETOOLONG, text);
}

/* ---- with a length ------------------------------------------------------ */

static void test_endpoint_n_reads_no_more_than_len(void **state)
{
    duos_endpoint end;

    (void)state;
    assert_ok(duos_endpoint_parse_n("*:8080", 4, &end));
    assert_int_equal(end.addr.port, 80);
    assert_err(DUOS_EINVAL, duos_endpoint_parse_n(NULL, 0, &end));
    assert_err(DUOS_EINVAL, duos_endpoint_parse_n("*:80", 4, NULL));
    assert_err(DUOS_ESYNTAX, duos_endpoint_parse_n("", 0, &end));
    assert_err(DUOS_ESYNTAX, duos_endpoint_parse_n("*:80", 5, &end));
    assert_err(DUOS_ERANGE, duos_endpoint_parse_n("*:70000", 7, &end));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_endpoint_parse_n("tcp4:[::1]:80", 13, &end));
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
        cmocka_unit_test(test_AD7_endpoint_unix_path_and_abstract_name),
        cmocka_unit_test(test_AD7_endpoint_unix_without_a_name_is_esyntax),
        cmocka_unit_test(
            test_trap_22_AD7_endpoint_path_too_long_is_enametoolong),
        cmocka_unit_test(test_trap_75_AD3_endpoint_zone_by_name_is_its_index),
        cmocka_unit_test(test_trap_75_AD3_endpoint_zone_by_number_asks_nobody),
        cmocka_unit_test(test_AD3_endpoint_odd_zone_is_refused),
        cmocka_unit_test(test_endpoint_n_reads_no_more_than_len),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
