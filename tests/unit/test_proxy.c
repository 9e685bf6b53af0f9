/* SPDX-License-Identifier: MIT */
/*
 * test_proxy.c - proxy.h: headers of the PROXY protocol, by table: each one
 * whole, and cut at every place.
 */
#include "support/check.h"

#include "proxy.h"

/* A literal that may hold NULs, with its length. */
#define TEXT(text) (text), sizeof(text) - 1

#define MARK "\r\n\r\n\0\r\nQUIT\n"
#define V6   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0"

typedef struct header {
    const char *text;
    size_t len;
    duos_err end;       /* DUOS_EINPROGRESS: more must come */
    const char *origin; /* "remote -> local"; NULL for none */
} header;

static const header lines[] = {
    {TEXT("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"), DUOS_OK,
     "192.0.2.1:56324 -> 198.51.100.2:443"},
    {TEXT("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
     DUOS_OK, "255.255.255.255:65535 -> 255.255.255.255:65535"},
    {TEXT("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), DUOS_OK,
     "0.0.0.0:0 -> 0.0.0.0:0"},
    {TEXT("PROXY TCP6 2001:db8::1 2001:DB8::2 1 2\r\n"), DUOS_OK,
     "[2001:db8::1]:1 -> [2001:db8::2]:2"},
    {TEXT("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe 65535 65534\r\n"),
     DUOS_OK,
     "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 -> "
     "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe]:65534"},
    {TEXT("PROXY UNKNOWN\r\n"), DUOS_OK, NULL},
    {TEXT("PROXY UNKNOWN whatever it says\r\n"), DUOS_OK, NULL},
    /* the longest, and one more */
    {TEXT("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
     DUOS_OK, NULL},
    {TEXT("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 655350\r\n"),
     DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 192.0.2.1"), DUOS_EINPROGRESS, NULL},
    {TEXT("P"), DUOS_EINPROGRESS, NULL},
    {TEXT("PROXY UNKNOWN\r"), DUOS_EINPROGRESS, NULL},
    /* odd ones */
    {TEXT("GET / HTTP/1.0\r\n"), DUOS_EPROTO, NULL},
    {TEXT("proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY \r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rx"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3.04 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4 1.2.3 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 ::1 ::1 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP6 fe80::1%1 fe80::2%1 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP6 [::1] [::1] 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY TCP4 1.2.3.4\0 1.2.3.4 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY UNKNOWNS\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY unknown\r\n"), DUOS_EPROTO, NULL},
    {TEXT("PROXY UNKNOWN a\nb\r\n"), DUOS_EPROTO, NULL},
};

static const header binaries[] = {
    {TEXT(MARK "\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\2\xdc\4\1\xbb"), DUOS_OK,
     "192.0.2.1:56324 -> 198.51.100.2:443"},
    {TEXT(MARK "\x21\x21\0\x24" V6 "\1" V6 "\2"
               "\0\1\0\2"),
     DUOS_OK, "[2001:db8::1]:1 -> [2001:db8::2]:2"},
    /* with extensions: one empty, one of two bytes */
    {TEXT(MARK "\x21\x11\0\x14\1\2\3\4\5\6\7\x08\0\1\0\2\4\0\0\5\0\2xy"),
     DUOS_OK, "1.2.3.4:1 -> 5.6.7.8:2"},
    /* LOCAL: whatever family it says, whatever stands in it */
    {TEXT(MARK "\x20\0\0\0"), DUOS_OK, NULL},
    {TEXT(MARK "\x20\x11\0\x0c\1\2\3\4\5\6\7\x08\0\1\0\2"), DUOS_OK, NULL},
    {TEXT(MARK "\x20\xff\0\3xyz"), DUOS_OK, NULL},
    /* an unknown family, with and without something in it */
    {TEXT(MARK "\x21\0\0\0"), DUOS_OK, NULL},
    {TEXT(MARK "\x21\0\0\5abcde"), DUOS_OK, NULL},
    {TEXT(MARK), DUOS_EINPROGRESS, NULL},
    {TEXT(MARK "\x21\x11\0\x0c\1\2\3\4\5\6\7"), DUOS_EINPROGRESS, NULL},
    {TEXT(MARK "\x20\0\0\1"), DUOS_EINPROGRESS, NULL},
    /* odd ones */
    {TEXT("\r\n\r\n\0\r\nQUIT\r"), DUOS_EPROTO, NULL},
    {TEXT("\r\n\r\nx"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x11"), DUOS_EPROTO, NULL},           /* version 1 */
    {TEXT(MARK "\x31"), DUOS_EPROTO, NULL},           /* version 3 */
    {TEXT(MARK "\x22"), DUOS_EPROTO, NULL},           /* no such command */
    {TEXT(MARK "\x21\x12\0\x0c"), DUOS_EPROTO, NULL}, /* UDP */
    {TEXT(MARK "\x21\x22\0\x24"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x32\0\xd8"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x10\0\x0c"), DUOS_EPROTO, NULL}, /* no such protocol */
    {TEXT(MARK "\x21\1\0\0"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x13\0\x0c"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x41\0\x0c"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x11\0\x0b"), DUOS_EPROTO, NULL}, /* too short */
    {TEXT(MARK "\x21\x11\0\0"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x21\0\x23"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x31\0\xd7"), DUOS_EPROTO, NULL},
    {TEXT(MARK "\x21\x11\x0f\xf1"), DUOS_EPROTO, NULL}, /* too long */
    {TEXT(MARK "\x20\0\xff\xff"), DUOS_EPROTO, NULL},
    /* extensions that do not fill it */
    {TEXT(MARK "\x21\x11\0\x0d\1\2\3\4\5\6\7\x08\0\1\0\2\4"), DUOS_EPROTO,
     NULL},
    {TEXT(MARK "\x21\x11\0\x0f\1\2\3\4\5\6\7\x08\0\1\0\2\4\0\1"), DUOS_EPROTO,
     NULL},
    {TEXT(MARK "\x21\x11\0\x10\1\2\3\4\5\6\7\x08\0\1\0\2\4\xff\xff"),
     DUOS_EPROTO, NULL},
};

/* ---- reading ---------------------------------------------------------- */

/* In pieces that end at cut, and then of step bytes. */
static duos_err read_cut(duos__proxy *proxy, const char *text, size_t len,
                         size_t cut, size_t step, size_t *total)
{
    duos_err err = DUOS_EINPROGRESS;
    size_t at = 0;

    memset(proxy, 0, sizeof *proxy);
    while (at < len && err == DUOS_EINPROGRESS) {
        size_t piece = at < cut ? cut : step;
        size_t used = 0;

        piece = piece < len - at ? piece : len - at;
        err = duos__proxy_read(proxy, text + at, piece, &used);
        assert_true(used <= piece);
        assert_true(err != DUOS_EINPROGRESS || used == piece);
        at += used;
    }
    *total = at;
    return err;
}

static void check_origin(const duos__proxy *proxy, const char *origin)
{
    char text[DUOS_TUPLE_TEXT_MAX];
    duos_tuple ends;

    assert_int_equal(proxy->has_origin, origin != NULL);
    if (origin != NULL) {
        duos__proxy_origin(proxy, &ends);
        assert_ok(duos_tuple_format(&ends, text, sizeof text));
        assert_string_equal(text, origin);
    }
}

static void check_header(const header *h)
{
    char bytes[256];
    duos__proxy proxy;
    size_t cut;
    size_t total;

    memcpy(bytes, h->text, h->len);
    memcpy(bytes + h->len, "DATA", 4);
    for (cut = 1; cut <= h->len; cut++) {
        duos_err err =
            read_cut(&proxy, bytes, h->len, cut, 1 + cut % 3, &total);

        if (err != h->end) {
            print_error("%.*s: %s\n", (int)h->len, h->text, duos_err_name(err));
        }
        assert_int_equal(err, h->end);
        if (err == DUOS_OK) {
            assert_int_equal(total, h->len);
            check_origin(&proxy, h->origin);
        }
    }
    if (h->end == DUOS_OK) { /* what follows is not its own */
        assert_int_equal(
            read_cut(&proxy, bytes, h->len + 4, h->len + 4, 1, &total),
            DUOS_OK);
        assert_int_equal(total, h->len);
    }
}

static void test_proxy_line_of_every_kind(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        check_header(&lines[i]);
    }
}

static void test_proxy_binary_of_every_kind(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof binaries / sizeof binaries[0]; i++) {
        check_header(&binaries[i]);
    }
}

static duos_err read_long(uint8_t family, size_t len, bool *origin)
{
    static char bytes[5000];
    duos__proxy proxy;
    size_t total;
    duos_err err;

    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, TEXT(MARK "\x21"));
    bytes[13] = (char)family;
    bytes[14] = (char)(len >> 8);
    bytes[15] = (char)(len & 255);
    if (family == 0x11) { /* one extension fills the rest */
        bytes[29] = (char)((len - 15) >> 8);
        bytes[30] = (char)((len - 15) & 255);
    }
    err = read_cut(&proxy, bytes, 16 + len, 1, 700, &total);
    *origin = proxy.has_origin;
    return err;
}

static void test_proxy_longest_of_both_versions(void **state)
{
    bool origin = false;

    (void)state;
    assert_int_equal(read_long(0x11, 4080, &origin), DUOS_OK);
    assert_true(origin);
    assert_int_equal(read_long(0x11, 4081, &origin), DUOS_EPROTO);
    assert_int_equal(read_long(0x31, 216, &origin), DUOS_OK); /* two paths */
    assert_false(origin);
}

/* ---- where none may be ------------------------------------------------ */

static duos_err sniff(const char *text, size_t len, size_t step)
{
    duos_err err = DUOS_EINPROGRESS;
    uint8_t seen = 0;
    size_t at;

    for (at = 0; at < len && err == DUOS_EINPROGRESS; at += step) {
        size_t piece = step < len - at ? step : len - at;

        err = duos__proxy_sniff(&seen, text + at, piece);
    }
    return err;
}

static void check_sniffed(duos_err wanted, const char *text, size_t len)
{
    size_t step;

    for (step = 1; step <= len; step++) {
        assert_int_equal(sniff(text, len, step), wanted);
    }
}

static void test_proxy_header_is_found_where_none_may_be(void **state)
{
    (void)state;
    check_sniffed(DUOS_EPROTO, TEXT("PROXY TCP4"));
    check_sniffed(DUOS_EPROTO, TEXT("PROXY "));
    check_sniffed(DUOS_EPROTO, TEXT(MARK "\x21"));
    check_sniffed(DUOS_EPROTO, TEXT(MARK));
    check_sniffed(DUOS_EINPROGRESS, TEXT("PROXY"));
    check_sniffed(DUOS_EINPROGRESS, TEXT("\r\n\r\n\0\r\nQUIT"));
    check_sniffed(DUOS_OK, TEXT("PROXIES"));
    check_sniffed(DUOS_OK, TEXT("hello"));
    check_sniffed(DUOS_OK, TEXT("\r\nhello"));
    check_sniffed(DUOS_OK, TEXT("\r\n\r\n\0\r\nQUIT\r"));
    check_sniffed(DUOS_OK, TEXT("P\n\r\n"));
    check_sniffed(DUOS_OK, TEXT("\rROXY "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proxy_line_of_every_kind),
        cmocka_unit_test(test_proxy_binary_of_every_kind),
        cmocka_unit_test(test_proxy_longest_of_both_versions),
        cmocka_unit_test(test_proxy_header_is_found_where_none_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
