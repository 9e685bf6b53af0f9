/* SPDX-License-Identifier: MIT */
/*
 * test_name.c - which texts are names that may be asked for, and what a text
 * leads to before anybody is asked.
 */
#include "support/check.h"

#include "dial.h"
#include "name.h"

static void assert_name(duos_err wanted, const char *name)
{
    duos_err err = duos__name_check(name, strlen(name));

    if (err != wanted) {
        print_error("\"%s\" gave %s\n", name, duos_err_name(err));
    }
    assert_int_equal(err, wanted);
}

static void test_name_of_letters_digits_hyphens_is_ok(void **state)
{
    static const char *const names[] = {
        "a",         "example.com",   "EXAMPLE.com.", "a-b.c-d",
        "1and1.com", "127.0.0.1.com", "xn--nxasmq6b", "_dmarc.example.com",
        "dead.beef", "face.de",       "cafe",         "0x7g",
        "1.2.3.4a",  "a.1b",          "r3---sn.x"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_name(DUOS_OK, names[i]);
    }
}

static void test_DN4_name_with_odd_bytes_is_esyntax(void **state)
{
    static const char *const names[] = {
        "",     ".",     "..",          ".a",   "a..b", "a b",    " a",
        "a ",   "a\n",   "a\tb",        "a/b",  "a%3",  "fe80%1", "a@b",
        "a:b",  "[::1]", "a,b",         "a\\b", "*.a",  "a?b",    "a#b",
        "-a",   "a-",    "a.-b.c",      "a-.b", "-",    "--help", "a;b",
        "\x01", "a\x7f", "\xc3\xa9.fr", "a$b",  "a(b)", "a=b",    "a'b"};
    size_t i;
    unsigned ch;

    (void)state;
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_name(DUOS_ESYNTAX, names[i]);
    }
    assert_int_equal(duos__name_check("a\0b", 3), DUOS_ESYNTAX);
    for (ch = 0; ch < 256; ch++) {
        char name[3] = {'a', (char)ch, 'b'};
        bool ok = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
                  (ch >= 'A' && ch <= 'Z') || ch == '-' || ch == '_' ||
                  ch == '.';

        assert_int_equal(duos__name_check(name, 3),
                         ok ? DUOS_OK : DUOS_ESYNTAX);
    }
}

/* What inet_aton would take for an address. */
static void test_DN4_name_that_looks_like_a_number_is_esyntax(void **state)
{
    static const char *const names[] = {
        "127.1",     "0x7f.1",      "0x7f000001", "2130706433", "1.2.3.4.5",
        "256.1.1.1", "0177.0.0.1",  "1.2.3.4.",   "1",          "0",
        "0x",        "1.2.3.0x4",   "a.1",        "a.0X1F",     "1.2.3.08",
        "127.0.0.1", "example.123", "0x7F.0x1."};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_name(DUOS_ESYNTAX, names[i]);
    }
}

/* Labels of 63 bytes with dots between, len bytes in all. */
static void long_name(char *name, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        name[i] = i % 64 == 63 ? '.' : 'a';
    }
    name[len] = '\0';
}

static void test_DN4_name_too_long_is_enametoolong(void **state)
{
    char name[1024];

    (void)state;
    long_name(name, 63);
    assert_name(DUOS_OK, name);
    long_name(name, 253);
    assert_name(DUOS_OK, name);
    name[253] = '.'; /* the final dot does not count */
    name[254] = '\0';
    assert_name(DUOS_OK, name);
    long_name(name, 254);
    assert_name(DUOS_ENAMETOOLONG, name);
    long_name(name, 1000);
    assert_name(DUOS_ENAMETOOLONG, name);
    memset(name, 'a', 64);
    name[64] = '\0';
    assert_name(DUOS_ENAMETOOLONG, name);
    memcpy(name + 64, ".com", 5);
    assert_name(DUOS_ENAMETOOLONG, name);
}

static duos_err check_service(const char *name)
{
    return duos__service_check(name, strlen(name));
}

/* A number must not pass: the system would take it for a port. */
static void test_service_name_has_a_letter_and_nothing_odd(void **state)
{
    static const char *const good[] = {"http", "X11",      "z39.50",
                                       "3com", "iso_tsap", "a+b-c"};
    static const char *const odd[] = {"",    "80",    "0",       "-1",
                                      "+80", " http", "a b",     "a/b",
                                      "a:b", "a\n",   "\xc3\xa9"};
    char name[70];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_ok(check_service(good[i]));
    }
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_int_equal(check_service(odd[i]), DUOS_ESYNTAX);
    }
    memset(name, 'a', sizeof name);
    assert_ok(duos__service_check(name, DUOS__SERVICE_MAX));
    assert_int_equal(duos__service_check(name, DUOS__SERVICE_MAX + 1),
                     DUOS_ENAMETOOLONG);
}

static void test_name_of_this_machine_is_known(void **state)
{
    static const char *const local[] = {"localhost", "LOCALHOST", "localhost.",
                                        "a.localhost", "a.b.LocalHost."};
    static const char *const other[] = {"localhos", "xlocalhost", "localhost.a",
                                        "", "ocalhost"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof local / sizeof local[0]; i++) {
        assert_true(duos__name_is_local(local[i], strlen(local[i])));
    }
    for (i = 0; i < sizeof other / sizeof other[0]; i++) {
        assert_false(duos__name_is_local(other[i], strlen(other[i])));
    }
}

/* ---- texts ------------------------------------------------------------ */

static void test_target_name_is_left_to_be_asked_for(void **state)
{
    duos__target t;

    (void)state;
    assert_ok(duos__target_parse("Example.com.:80", DUOS_UNSPEC, &t));
    assert_string_equal(t.host, "Example.com.");
    assert_int_equal(t.count, 0);
    assert_int_equal(t.port, 80);
    assert_int_equal(t.family, DUOS_UNSPEC);
    assert_int_equal(t.type, DUOS_STREAM);
    assert_ok(duos__target_parse("udp6:a:0", DUOS_UNSPEC, &t));
    assert_string_equal(t.host, "a");
    assert_int_equal(t.family, DUOS_IPV6);
    assert_int_equal(t.type, DUOS_DGRAM);
    assert_ok(duos__target_parse("tcp:a:1", DUOS_IPV4, &t));
    assert_int_equal(t.family, DUOS_IPV4);
    assert_err(DUOS_ENOTSUP, duos__dial_parse("udp:a:1", &t));
    assert_err(DUOS_EINVAL, duos__dial_parse("a:0", &t));
}

static void test_target_known_addresses_need_no_asking(void **state)
{
    static const struct {
        const char *text;
        duos_family family;
        size_t count;
        duos_family first;
    } rows[] = {
        {"1.2.3.4:5", DUOS_UNSPEC, 1, DUOS_IPV4},
        {"1.2.3.4:5", DUOS_IPV4, 1, DUOS_IPV4},
        {"[::2]:5", DUOS_IPV6, 1, DUOS_IPV6},
        {"localhost:5", DUOS_UNSPEC, 2, DUOS_IPV4},
        {"localhost:5", DUOS_IPV6, 1, DUOS_IPV6},
        {"tcp6:localhost:5", DUOS_UNSPEC, 1, DUOS_IPV6},
        {"tcp6:X.localhost:5", DUOS_IPV6, 1, DUOS_IPV6},
        {"LOCALHOST:5", DUOS_UNSPEC, 2, DUOS_IPV4},
        {":5", DUOS_IPV4, 1, DUOS_IPV4},
        {"tcp6:*:5", DUOS_UNSPEC, 1, DUOS_IPV6},
    };
    duos__target t;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_ok(duos__target_parse(rows[i].text, rows[i].family, &t));
        assert_int_equal(t.count, rows[i].count);
        assert_int_equal(t.addrs[0].family, rows[i].first);
        assert_int_equal(t.addrs[0].port, 5);
    }
}

static void test_target_odd_texts_are_refused(void **state)
{
    static const struct {
        const char *text;
        duos_family family;
        duos_err err;
    } rows[] = {
        {NULL, DUOS_UNSPEC, DUOS_EINVAL},
        {"a:1", DUOS_UNIX, DUOS_EINVAL},
        {"1.2.3.4:1", (duos_family)99, DUOS_EINVAL},
        {"1.2.3.4:1", DUOS_IPV6, DUOS_EAFNOSUPPORT},
        {"tcp4:a:1", DUOS_IPV6, DUOS_EAFNOSUPPORT},
        {"tcp4:localhost:1", DUOS_IPV6, DUOS_EAFNOSUPPORT},
        {"tcp4:[::1]:1", DUOS_UNSPEC, DUOS_EAFNOSUPPORT},
        {"unix:/a", DUOS_UNSPEC, DUOS_ENOTSUP},
        {"a:65536", DUOS_UNSPEC, DUOS_ERANGE},
        {"a", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"a:", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"a:http", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"a:080", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"a:-1", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"a: 80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"a:80 ", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"tcp:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"tcp5:a:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"http://a:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"[a]:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"::1:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"fe80::1%eth0:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"[fe80::1%no-such-if]:80", DUOS_UNSPEC, DUOS_ENOENT},
        {"[fe80::1%a/b]:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"127.1:80", DUOS_UNSPEC, DUOS_ESYNTAX},
        {"localhost:80x", DUOS_UNSPEC, DUOS_ESYNTAX},
    };
    duos__target t;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        duos_err err = duos__target_parse(rows[i].text, rows[i].family, &t);

        if (err != rows[i].err) {
            print_error("\"%s\" gave %s\n", rows[i].text, duos_err_name(err));
        }
        assert_int_equal(err, rows[i].err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_of_letters_digits_hyphens_is_ok),
        cmocka_unit_test(test_DN4_name_with_odd_bytes_is_esyntax),
        cmocka_unit_test(test_DN4_name_that_looks_like_a_number_is_esyntax),
        cmocka_unit_test(test_DN4_name_too_long_is_enametoolong),
        cmocka_unit_test(test_service_name_has_a_letter_and_nothing_odd),
        cmocka_unit_test(test_name_of_this_machine_is_known),
        cmocka_unit_test(test_target_name_is_left_to_be_asked_for),
        cmocka_unit_test(test_target_known_addresses_need_no_asking),
        cmocka_unit_test(test_target_odd_texts_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
