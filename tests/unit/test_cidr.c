/* SPDX-License-Identifier: MIT */
/*
 * test_cidr.c - prefixes: read, printed, and matched bit by bit against a
 * model that looks at one bit at a time.
 */
#include "support/check.h"
#include "support/seeded.h"

static duos_cidr cidr_of(const char *text)
{
    duos_cidr cidr;

    assert_ok(duos_cidr_parse(text, &cidr));
    return cidr;
}

static duos_addr ip_of(const char *text)
{
    duos_addr addr;

    assert_ok(duos_ip_parse(text, &addr));
    return addr;
}

/* ---- reading and printing ---------------------------------------------- */

static void test_cidr_parse_reads_prefix_and_address(void **state)
{
    static const char *const rows[][2] = {
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"192.0.2.7", "192.0.2.7/32"},
        {"192.0.2.7/32", "192.0.2.7/32"},
        {"192.0.2.128/25", "192.0.2.128/25"},
        {"2001:DB8::/32", "2001:db8::/32"},
        {"::/0", "::/0"},
        {"::1", "::1/128"},
        {"fe80::/10", "fe80::/10"},
        {"::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104"},
        {"abcd:ef01:2345:6789:abcd:ef01:2345:6789",
         "abcd:ef01:2345:6789:abcd:ef01:2345:6789/128"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[DUOS_CIDR_TEXT_MAX];
        duos_cidr cidr = cidr_of(rows[i][0]);
        duos_cidr back;

        assert_ok(duos_cidr_format(&cidr, text, sizeof text));
        assert_string_equal(text, rows[i][1]);
        back = cidr_of(text);
        assert_memory_equal(&back, &cidr, sizeof cidr);
    }
}

static void test_cidr_parse_odd_text_is_refused_with_its_reason(void **state)
{
    static const struct {
        const char *text;
        duos_err err;
    } rows[] = {
        {"", DUOS_ESYNTAX},
        {"/", DUOS_ESYNTAX},
        {"/8", DUOS_ESYNTAX},
        {"10/8", DUOS_ESYNTAX},
        {"10.0.0/8", DUOS_ESYNTAX},
        {"10.0.0.0/", DUOS_ESYNTAX},
        {"10.0.0.0/08", DUOS_ESYNTAX},
        {"10.0.0.0/+8", DUOS_ESYNTAX},
        {"10.0.0.0/-1", DUOS_ESYNTAX},
        {"10.0.0.0/8/8", DUOS_ESYNTAX},
        {"10.0.0.0/8 ", DUOS_ESYNTAX},
        {"10.0.0.0 /8", DUOS_ESYNTAX},
        {"10.0.0.0/0x8", DUOS_ESYNTAX},
        {"10.0.0.0/255.0.0.0", DUOS_ESYNTAX},
        {"10.0.0.0:80/8", DUOS_ESYNTAX},
        {"[::]/0", DUOS_ESYNTAX},
        {"fe80::%1/64", DUOS_ESYNTAX},
        {"fe80::1%1", DUOS_ESYNTAX},
        {"localhost/8", DUOS_ESYNTAX},
        {"010.0.0.0/8", DUOS_ESYNTAX},
        {"::/9999999999", DUOS_ESYNTAX},
        {"10.0.0.0/33", DUOS_ERANGE},
        {"::/129", DUOS_ERANGE},
        {"::/256", DUOS_ERANGE},
        {"0.0.0.0/264", DUOS_ERANGE},
        {"::/999999999", DUOS_ERANGE},
        {"10.0.0.1/8", DUOS_ERANGE},
        {"0.0.0.1/0", DUOS_ERANGE},
        {"192.0.2.64/25", DUOS_ERANGE},
        {"192.0.2.7/31", DUOS_ERANGE},
        {"2001:db8::1/32", DUOS_ERANGE},
        {"8000::/0", DUOS_ERANGE},
        {"fe80::1/127", DUOS_ERANGE},
    };
    duos_cidr before;
    duos_cidr cidr;
    size_t i;

    (void)state;
    memset(&before, 0xa5, sizeof before);
    cidr = before;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_err(rows[i].err, duos_cidr_parse(rows[i].text, &cidr));
    }
    assert_memory_equal(&cidr, &before, sizeof cidr);
    assert_err(DUOS_ESYNTAX, duos_cidr_parse("10/8", &cidr));
    assert_err(DUOS_ERANGE, duos_cidr_parse("::/129", &cidr));
    assert_err(DUOS_EINVAL, duos_cidr_parse(NULL, &cidr));
    assert_err(DUOS_EINVAL, duos_cidr_parse("::/0", NULL));
}

static void test_cidr_format_refuses_what_is_invalid(void **state)
{
    duos_cidr cidr = cidr_of("10.0.0.0/8");
    char text[DUOS_CIDR_TEXT_MAX] = "#";

    (void)state;
    assert_err(DUOS_ENOSPACE, duos_cidr_format(&cidr, text, 10));
    assert_string_equal(text, "#");
    assert_ok(duos_cidr_format(&cidr, text, 11));
    assert_err(DUOS_EINVAL, duos_cidr_format(NULL, text, sizeof text));
    assert_err(DUOS_EINVAL, duos_cidr_format(&cidr, NULL, sizeof text));
    memset(&cidr, 0, sizeof cidr);
    assert_err(DUOS_EAFNOSUPPORT, duos_cidr_format(&cidr, text, sizeof text));
}

static void test_cidr_from_addr_is_of_full_length(void **state)
{
    duos_addr addr = duos_addr_ipv4(192, 0, 2, 7, 80);
    duos_cidr wanted = cidr_of("192.0.2.7");
    duos_cidr cidr;

    (void)state;
    assert_ok(duos_cidr_from_addr(&addr, &cidr));
    assert_memory_equal(&cidr, &wanted, sizeof cidr);
    addr = duos_addr_loopback(DUOS_IPV6, 80);
    addr.scope = 7;
    wanted = cidr_of("::1/128");
    assert_ok(duos_cidr_from_addr(&addr, &cidr));
    assert_memory_equal(&cidr, &wanted, sizeof cidr);
    assert_err(DUOS_EINVAL, duos_cidr_from_addr(NULL, &cidr));
    assert_err(DUOS_EINVAL, duos_cidr_from_addr(&addr, NULL));
    addr.family = DUOS_UNIX;
    assert_err(DUOS_EAFNOSUPPORT, duos_cidr_from_addr(&addr, &cidr));
}

/* ---- matching ----------------------------------------------------------- */

static void test_AD4_cidr_match_mapped_ipv4_is_ipv4(void **state)
{
    static const struct {
        const char *cidr;
        const char *addr;
        bool match;
    } rows[] = {
        {"10.0.0.0/8", "10.255.0.1", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "9.255.255.255", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"192.0.2.128/25", "192.0.2.200", true},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::", false},
        {"fe80::/10", "febf::1%3", true},
        {"fe80::/10", "fec0::1", false},
        {"::/0", "2001:db8::1", true},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"10.0.0.0/8", "::ffff:11.1.2.3", false},
        {"0.0.0.0/0", "::ffff:11.1.2.3", true},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
        {"::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true},
        {"::ffff:10.0.0.0/104", "::ffff:11.1.2.3", false},
        {"::ffff:0:0/96", "1.2.3.4", true},
        {"::/0", "::ffff:1.2.3.4", false},
        {"::/0", "1.2.3.4", false},
        {"::/80", "::ffff:1.2.3.4", false},
        {"0.0.0.0/0", "::1", false},
        {"0.0.0.0/0", "::1.2.3.4", false}, /* compatible is not mapped */
        {"::/96", "::1.2.3.4", true},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        duos_cidr cidr = cidr_of(rows[i].cidr);
        duos_addr addr = ip_of(rows[i].addr);

        if (duos_cidr_match(&cidr, &addr) != rows[i].match) {
            print_error("%s, %s\n", rows[i].cidr, rows[i].addr);
            fail();
        }
    }
}

static void test_cidr_match_of_nothing_is_false(void **state)
{
    duos_cidr cidr = cidr_of("0.0.0.0/0");
    duos_addr addr = ip_of("1.2.3.4");

    (void)state;
    assert_true(duos_cidr_match(&cidr, &addr));
    assert_false(duos_cidr_match(NULL, &addr));
    assert_false(duos_cidr_match(&cidr, NULL));
    cidr.bits = 33;
    assert_false(duos_cidr_match(&cidr, &addr));
    memset(&cidr, 0, sizeof cidr);
    assert_false(duos_cidr_match(&cidr, &addr));
    memset(&addr, 0, sizeof addr);
    assert_false(duos_cidr_match(&cidr, &addr));
    addr.family = DUOS_UNIX;
    cidr.family = DUOS_UNIX;
    assert_false(duos_cidr_match(&cidr, &addr));
}

static bool bit_of(const uint8_t *bytes, unsigned i)
{
    return (bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

/* Every length, and an address that differs in one bit, or in none. */
static void test_F1_cidr_match_agrees_with_a_model(void **state)
{
    seeded random = {7};
    unsigned round;

    (void)state;
    for (round = 0; round < 200000; round++) {
        bool v4 = seeded_below(&random, 2) == 0;
        unsigned width = v4 ? 32 : 128;
        unsigned bits = seeded_below(&random, width + 1);
        unsigned flip = seeded_below(&random, width + 1);
        char text[DUOS_CIDR_TEXT_MAX];
        uint8_t bytes[16] = {0xfd}; /* not a mapped one */
        duos_addr addr;
        duos_cidr cidr, back;
        unsigned i;

        for (i = 1; i < width / 8; i++) {
            bytes[i] = (uint8_t)seeded_next(&random);
        }
        memset(&cidr, 0, sizeof cidr);
        cidr.family = v4 ? DUOS_IPV4 : DUOS_IPV6;
        cidr.bits = (uint8_t)bits;
        for (i = 0; i < bits; i++) {
            cidr.bytes[i / 8] |=
                (uint8_t)((unsigned)bit_of(bytes, i) << (7 - i % 8));
        }
        assert_ok(duos_cidr_format(&cidr, text, sizeof text));
        assert_ok(duos_cidr_parse(text, &back));
        assert_memory_equal(&back, &cidr, sizeof cidr);
        if (flip < width) {
            bytes[flip / 8] ^= (uint8_t)(1u << (7 - flip % 8));
        }
        addr = duos_addr_ipv6(bytes, 9);
        addr.family = cidr.family;
        assert_int_equal(duos_cidr_match(&cidr, &addr), flip >= bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cidr_parse_reads_prefix_and_address),
        cmocka_unit_test(test_cidr_parse_odd_text_is_refused_with_its_reason),
        cmocka_unit_test(test_cidr_format_refuses_what_is_invalid),
        cmocka_unit_test(test_cidr_from_addr_is_of_full_length),
        cmocka_unit_test(test_AD4_cidr_match_mapped_ipv4_is_ipv4),
        cmocka_unit_test(test_cidr_match_of_nothing_is_false),
        cmocka_unit_test(test_F1_cidr_match_agrees_with_a_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
