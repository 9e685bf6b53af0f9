/* SPDX-License-Identifier: MIT */
/*
 * test_addr_parse.c - duos_addr_parse by tables: what is an address, and all
 * that looks like one to other parsers but is none here.
 */
#include "support/check.h"

#include <stdlib.h>

/* An address that no test expects, to see whether out was touched. */
static duos_addr marked(void)
{
    duos_addr addr;

    memset(&addr, 0xa5, sizeof addr);
    return addr;
}

static void assert_refused(duos_err wanted, const char *text)
{
    const duos_addr before = marked();
    duos_addr addr = before;
    duos_err err = duos_addr_parse(text, &addr);

    if (err != wanted) {
        print_error("\"%s\" gave %s\n", text, duos_err_name(err));
    }
    assert_int_equal(err, wanted);
    assert_memory_equal(&addr, &before, sizeof addr);
}

static void assert_all_refused(const char *const *texts, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        assert_refused(DUOS_ESYNTAX, texts[i]);
    }
}

#define ASSERT_ALL_REFUSED(texts)                                              \
    assert_all_refused(texts, sizeof(texts) / sizeof(texts)[0])

static void assert_read(const char *text, const duos_addr *wanted)
{
    duos_addr addr = marked();

    assert_ok(duos_addr_parse(text, &addr));
    assert_true(duos_addr_equal(&addr, wanted));
}

static void assert_read_ipv6(const char *text, const uint8_t *bytes,
                             uint16_t port, uint32_t scope)
{
    duos_addr wanted = duos_addr_ipv6(bytes, port);

    wanted.scope = scope;
    assert_read(text, &wanted);
}

/* ---- what is refused -------------------------------------------------- */

static void test_addr_parse_null_is_einval(void **state)
{
    duos_addr addr;

    (void)state;
    assert_err(DUOS_EINVAL, duos_addr_parse(NULL, &addr));
    assert_err(DUOS_EINVAL, duos_addr_parse("127.0.0.1:80", NULL));
}

static void test_AD1_addr_parse_odd_ipv4_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "127.1:80",
        "127.0.1:80",
        "2130706433:80",
        "0177.0.0.1:80",
        "0x7f.1:80",
        "0x7f.0.0.1:80",
        "1.2.3.4.:80",
        "256.1.1.1:80",
        "1.2.3.256:80",
        " 1.2.3.4:80",
        "1.2.3.4 :80",
        "1.2.3.4\n:80",
        "1.2.3.4:80\n",
        "1.2.3.4: 80",
        "1.2.3.4:80 ",
        "01.2.3.4:80",
        "1.2.3.04:80",
        "1.2.3.00:80",
        "1..3.4:80",
        ".1.2.3.4:80",
        "1.2.3.:80",
        "1.2.3.4.5:80",
        "1,2,3,4:80",
        "1.2.3.-4:80",
        "+1.2.3.4:80",
        "1.2.3.1000:80",
        "1.2.3.4e0:80",
        "00000001.2.3.4:80",
        "1.2.3:4:80",
        "1.2.3.4::80",
        "1.2.3.99999999999999999999:80",
    };

    (void)state;
    assert_err(DUOS_ESYNTAX, duos_addr_parse("127.1:80", &(duos_addr){0}));
    ASSERT_ALL_REFUSED(texts);
}

static void test_AD2_addr_parse_odd_host_and_port_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "",
        ":",
        ":80",
        "1.2.3.4",
        "1.2.3.4:",
        "1.2.3.4:+80",
        "1.2.3.4:-1",
        "1.2.3.4:080",
        "1.2.3.4:00",
        "1.2.3.4:80x",
        "1.2.3.4:0x50",
        "1.2.3.4:80:80",
        "[::1]",
        "[::1]:",
        "[::1",
        "::1]:80",
        "::1:80",
        "[::1]80",
        "[::1]:80x",
        "[::1]:080",
        "[]:80",
        "[:80",
        "]:80",
        "[::1]]:80",
        "[[::1]]:80",
        "[::1]::80",
        "[1.2.3.4]:80",
        "host:80",
        "*:80",
        "tcp:1.2.3.4:80",
        "localhost:80",
        "[::1] :80",
        "[ ::1]:80",
        "(::1):80",
    };

    (void)state;
    ASSERT_ALL_REFUSED(texts);
}

static void test_AD2_addr_parse_port_over_65535_is_erange(void **state)
{
    duos_addr addr;

    (void)state;
    assert_err(DUOS_ERANGE, duos_addr_parse("127.0.0.1:65536", &addr));
    assert_refused(DUOS_ERANGE, "127.0.0.1:65536");
    assert_refused(DUOS_ERANGE, "127.0.0.1:99999");
    assert_refused(DUOS_ERANGE, "127.0.0.1:999999999");
    assert_refused(DUOS_ERANGE, "[::1]:65536");
}

static void test_AD2_addr_parse_odd_ipv6_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "[1]:80",
        "[1:2:3:4:5:6:7]:80",
        "[1:2:3:4:5:6:7:8:9]:80",
        "[1:2:3:4:5:6:7:8::]:80",
        "[::1:2:3:4:5:6:7:8]:80",
        "[1:2:3:4::5:6:7:8]:80",
        "[1::2::3]:80",
        "[:::]:80",
        "[:::1]:80",
        "[1:::2]:80",
        "[:1]:80",
        "[:1::2]:80",
        "[1:]:80",
        "[1::2:]:80",
        "[:]:80",
        "[12345::]:80",
        "[00001::]:80",
        "[g::]:80",
        "[1::-1]:80",
        "[1::+1]:80",
        "[1::0x1]:80",
        "[::1.2.3]:80",
        "[::1.2.3.4.5]:80",
        "[::256.2.3.4]:80",
        "[::01.2.3.4]:80",
        "[::1.2.3.4:5]:80",
        "[1.2.3.4::]:80",
        "[1:2:3:4:5:6:7:1.2.3.4]:80",
        "[1:2:3:4:5:1.2.3.4]:80",
        "[::ffff:1.2.3.4::]:80",
        "[::f.2.3.4]:80",
        "[1:2:3:4:5:6:7:8 ]:80",
    };

    (void)state;
    ASSERT_ALL_REFUSED(texts);
}

static void test_AD3_addr_parse_odd_zone_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "[fe80::1%]:80",
        "[fe80::1%lo]:80",
        "[fe80::1%25eth0]:80",
        "[fe80::1%01]:80",
        "[fe80::1%-1]:80",
        "[fe80::1%1%1]:80",
        "[%1]:80",
        "[fe80::1%1 ]:80",
        "[fe80::1%9999999999]:80",
        "1.2.3.4%1:80",
        "[fe80::1]%1:80",
        "[fe80::1%0x1]:80",
        "[fe80::1%4294967296]:80",
    };
    char text[400] = "[fe80::1%";

    (void)state;
    ASSERT_ALL_REFUSED(texts);
    memset(text + strlen(text), '1', 300);
    memcpy(text + 309, "]:80", 5);
    assert_refused(DUOS_ESYNTAX, text);
}

/* Nothing is read past the end, and nothing that is too long is cut. */
static void test_AD5_addr_parse_long_or_odd_bytes_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "1.2.3.4\xc0\xae:80",    "\xc3\xa9:80",
        "1.2.3.\xd9\xa4:80",     "\xff\xff\xff\xff:80",
        "1.2.3.4:8\xe2\x82\x80", "[::1\x80]:80",
        "1.2.3.4:\x01",          "\x7f",
    };
    const size_t len = 65536;
    static const char fillers[] = "1:.[%0fx";
    char *text = malloc(len + 1);
    size_t i;

    (void)state;
    assert_non_null(text);
    ASSERT_ALL_REFUSED(texts);
    text[len] = '\0';
    for (i = 0; fillers[i] != '\0'; i++) {
        memset(text, fillers[i], len);
        assert_refused(DUOS_ESYNTAX, text);
        memcpy(text, "127.0.0.1:80", 12);
        assert_refused(DUOS_ESYNTAX, text);
        memset(text, fillers[i], len);
        memcpy(text, "[::1", 4);
        assert_refused(DUOS_ESYNTAX, text);
    }
    free(text);
}

/* A text ends at its NUL, so what stands behind it does not count. */
static void test_AD5_addr_parse_embedded_nul_ends_the_text(void **state)
{
    static const char whole[] = "127.0.0.1:80\0junk";
    static const char cut[] = "127.0.0.1\0:80";
    duos_addr wanted = duos_addr_ipv4(127, 0, 0, 1, 80);

    (void)state;
    assert_read(whole, &wanted);
    assert_refused(DUOS_ESYNTAX, cut);
}

static void test_AD5_addr_n_embedded_nul_is_esyntax(void **state)
{
    static const char text[] = "127.0.0.1:80\0";
    duos_addr addr;

    (void)state;
    assert_ok(duos_addr_parse_n(text, 12, &addr));
    assert_err(DUOS_ESYNTAX, duos_addr_parse_n(text, 13, &addr));
    assert_err(DUOS_ESYNTAX, duos_addr_parse_n("127.0.0.1\0:80", 13, &addr));
    assert_err(DUOS_ESYNTAX, duos_addr_parse_n("[::1\0]:80", 9, &addr));
    assert_err(DUOS_ESYNTAX, duos_addr_parse_n("[fe80::1%1\0]:80", 15, &addr));
    assert_err(DUOS_ESYNTAX, duos_addr_parse_n(text, 0, &addr));
    assert_err(DUOS_EINVAL, duos_addr_parse_n(NULL, 5, &addr));
    assert_err(DUOS_EINVAL, duos_addr_parse_n(text, 12, NULL));
    assert_err(DUOS_ERANGE, duos_addr_parse_n("1.2.3.4:99999", 13, &addr));
}

/* ---- without a port ---------------------------------------------------- */

static void test_ip_parse_reads_an_address_alone(void **state)
{
    duos_addr wanted = duos_addr_ipv4(192, 0, 2, 7, 0);
    duos_addr addr = marked();

    (void)state;
    assert_ok(duos_ip_parse("192.0.2.7", &addr));
    assert_memory_equal(&addr, &wanted, sizeof addr);
    wanted = duos_addr_loopback(DUOS_IPV6, 0);
    assert_ok(duos_ip_parse("::1", &addr));
    assert_memory_equal(&addr, &wanted, sizeof addr);
    assert_ok(duos_ip_parse("::1%4294967295", &addr));
    assert_int_equal(addr.scope, UINT32_MAX);
}

static void test_AD1_ip_parse_odd_text_is_esyntax(void **state)
{
    static const char *const texts[] = {
        "",          "1.2.3.4:80", "[::1]",    "[::1]:80",  "127.1",
        "1.2.3.04",  "0x7f.0.0.1", "1.2.3.4 ", " ::1",      "::1%",
        "::1%lo",    "::1%01",     "::1%1 ",   "1.2.3.4%1", "::1/128",
        "localhost", "*",          "::g",      "1.2.3.4\n", "::1%4294967296",
    };
    const duos_addr before = marked();
    duos_addr addr = before;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_err(DUOS_ESYNTAX, duos_ip_parse(texts[i], &addr));
    }
    assert_memory_equal(&addr, &before, sizeof addr);
    assert_err(DUOS_EINVAL, duos_ip_parse(NULL, &addr));
    assert_err(DUOS_EINVAL, duos_ip_parse("::1", NULL));
}

/* ---- what is accepted ------------------------------------------------- */

static void test_addr_parse_ipv4_reads_bytes_and_port(void **state)
{
    duos_addr wanted = duos_addr_ipv4(127, 0, 0, 1, 80);

    (void)state;
    assert_read("127.0.0.1:80", &wanted);
    wanted = duos_addr_ipv4(0, 0, 0, 0, 0);
    assert_read("0.0.0.0:0", &wanted);
    wanted = duos_addr_ipv4(255, 255, 255, 255, 65535);
    assert_read("255.255.255.255:65535", &wanted);
    wanted = duos_addr_ipv4(1, 20, 0, 200, 1);
    assert_read("1.20.0.200:1", &wanted);
}

static void test_addr_parse_ipv6_reads_every_place_of_the_gap(void **state)
{
    static const uint8_t full[16] = {0, 1, 0, 2, 0, 3, 0, 4,
                                     0, 5, 0, 6, 0, 7, 0, 8};
    static const uint8_t one[16] = {[15] = 1};
    static const uint8_t front[16] = {0x12, 0x34};
    static const uint8_t middle[16] = {0xfe, 0x80, [14] = 0xab, [15] = 0xcd};
    static const uint8_t no_8[16] = {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7};
    static const uint8_t no_1[16] = {0, 0, 0, 2, 0, 3, 0, 4,
                                     0, 5, 0, 6, 0, 7, 0, 8};
    static const uint8_t none[16] = {0};

    (void)state;
    assert_read_ipv6("[1:2:3:4:5:6:7:8]:80", full, 80, 0);
    assert_read_ipv6("[0001:0002:0003:0004:0005:0006:0007:0008]:1", full, 1, 0);
    assert_read_ipv6("[::1]:65535", one, 65535, 0);
    assert_read_ipv6("[0:0:0:0:0:0:0:1]:0", one, 0, 0);
    assert_read_ipv6("[1234::]:80", front, 80, 0);
    assert_read_ipv6("[fe80::abcd]:80", middle, 80, 0);
    assert_read_ipv6("[FE80::AbCd]:80", middle, 80, 0);
    assert_read_ipv6("[1:2:3:4:5:6:7::]:80", no_8, 80, 0);
    assert_read_ipv6("[::2:3:4:5:6:7:8]:80", no_1, 80, 0);
    assert_read_ipv6("[::]:80", none, 80, 0);
    assert_read_ipv6("[::0]:80", none, 80, 0);
}

static void test_AD4_addr_parse_ipv4_within_ipv6_is_read(void **state)
{
    static const uint8_t mapped[16] = {
        [10] = 255, [11] = 255, [12] = 1, [13] = 2, [14] = 3, [15] = 4};
    static const uint8_t compatible[16] = {
        [12] = 1, [13] = 2, [14] = 3, [15] = 4};
    static const uint8_t full[16] = {0, 1, 0, 2, 0, 3, 0, 4,
                                     0, 5, 0, 6, 1, 2, 3, 4};

    (void)state;
    assert_read_ipv6("[::ffff:1.2.3.4]:80", mapped, 80, 0);
    assert_read_ipv6("[::FFFF:102:304]:80", mapped, 80, 0);
    assert_read_ipv6("[0:0:0:0:0:ffff:1.2.3.4]:80", mapped, 80, 0);
    assert_read_ipv6("[::1.2.3.4]:80", compatible, 80, 0);
    assert_read_ipv6("[1:2:3:4:5:6:1.2.3.4]:80", full, 80, 0);
}

static void test_AD3_addr_parse_numeric_zone_is_the_scope(void **state)
{
    static const uint8_t link[16] = {0xfe, 0x80, [15] = 1};

    (void)state;
    assert_read_ipv6("[fe80::1%3]:80", link, 80, 3);
    assert_read_ipv6("[fe80::1%0]:80", link, 80, 0);
    assert_read_ipv6("[fe80::1%999999999]:80", link, 80, 999999999);
    assert_read_ipv6("[fe80::1%4294967295]:80", link, 80, UINT32_MAX);
}

static void test_addr_parse_leaves_nothing_of_what_was_there(void **state)
{
    duos_addr addr = marked();
    duos_addr zeroed = duos_addr_ipv4(1, 2, 3, 4, 5);

    (void)state;
    assert_ok(duos_addr_parse("1.2.3.4:5", &addr));
    assert_memory_equal(&addr, &zeroed, sizeof addr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addr_parse_null_is_einval),
        cmocka_unit_test(test_AD1_addr_parse_odd_ipv4_is_esyntax),
        cmocka_unit_test(test_AD2_addr_parse_odd_host_and_port_is_esyntax),
        cmocka_unit_test(test_AD2_addr_parse_port_over_65535_is_erange),
        cmocka_unit_test(test_AD2_addr_parse_odd_ipv6_is_esyntax),
        cmocka_unit_test(test_AD3_addr_parse_odd_zone_is_esyntax),
        cmocka_unit_test(test_AD5_addr_parse_long_or_odd_bytes_is_esyntax),
        cmocka_unit_test(test_AD5_addr_parse_embedded_nul_ends_the_text),
        cmocka_unit_test(test_AD5_addr_n_embedded_nul_is_esyntax),
        cmocka_unit_test(test_ip_parse_reads_an_address_alone),
        cmocka_unit_test(test_AD1_ip_parse_odd_text_is_esyntax),
        cmocka_unit_test(test_addr_parse_ipv4_reads_bytes_and_port),
        cmocka_unit_test(test_addr_parse_ipv6_reads_every_place_of_the_gap),
        cmocka_unit_test(test_AD4_addr_parse_ipv4_within_ipv6_is_read),
        cmocka_unit_test(test_AD3_addr_parse_numeric_zone_is_the_scope),
        cmocka_unit_test(test_addr_parse_leaves_nothing_of_what_was_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
