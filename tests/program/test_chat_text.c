/* SPDX-License-Identifier: MIT */
/*
 * test_chat_text.c - lines out of blocks, nicks and single characters: what
 * the chat makes of bytes, without a socket.
 */
#include "cli/lines.h"
#include "cli/nick.h"
#include "cli/utf8.h"

#include "support/check.h"
#include "support/seeded.h"

#include <stdlib.h>

enum {
    LOG_MAX = 8192
};

/* ---- lines ------------------------------------------------------------ */

/* What came out: each line as "<text>", "!" for one that was too long. */
typedef struct story {
    char text[LOG_MAX];
    size_t len;
} story;

static void story_add(story *s, const char *at, size_t len)
{
    assert_true(s->len + len < sizeof s->text);
    memcpy(s->text + s->len, at, len);
    s->len += len;
}

static void story_line(story *s, lines_found found, lines_text line)
{
    if (found == LINES_TOO_LONG) {
        story_add(s, "!", 1);
        return;
    }
    assert_int_equal(found, LINES_LINE);
    story_add(s, "<", 1);
    story_add(s, line.at, line.len);
    story_add(s, ">", 1);
}

/* A copy of its own size, so a sanitizer sees each byte beyond it. */
static void feed(lines *l, story *s, const char *at, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    lines_text block = {copy, len};
    lines_text line;
    lines_found found;

    assert_non_null(copy);
    memcpy(copy, at, len);
    while ((found = lines_next(l, &block, &line)) != LINES_NONE) {
        story_line(s, found, line);
    }
    free(copy);
}

static void finish(lines *l, story *s)
{
    lines_text line;

    if (lines_last(l, &line) == LINES_LINE) {
        story_line(s, LINES_LINE, line);
    }
    lines_free(l);
}

/* The same by the book: the whole stream at once, a byte at a time. */
static void expect(story *s, const char *at, size_t len, size_t max)
{
    size_t begin = 0;
    size_t i;

    s->len = 0;
    for (i = 0; i <= len; i++) {
        bool ended = i < len && at[i] == '\n';
        size_t size = i - begin;
        lines_text line;

        if (!ended && (i < len || size == 0)) {
            continue;
        }
        line.at = at + begin;
        line.len = size > 0 && at[i - 1] == '\r' ? size - 1 : size;
        story_line(s, line.len > max ? LINES_TOO_LONG : LINES_LINE, line);
        begin = i + 1;
    }
}

/* Cuts the stream behind byte i where bit i of cuts is set. */
static void check_cut(const char *at, size_t len, size_t max, uint32_t cuts)
{
    story wanted;
    story got;
    lines l;
    size_t begin = 0;
    size_t i;

    expect(&wanted, at, len, max);
    got.len = 0;
    lines_init(&l, max);
    for (i = 0; i < len; i++) {
        if (i + 1 == len || (cuts >> i & 1) != 0) {
            feed(&l, &got, at + begin, i + 1 - begin);
            begin = i + 1;
        }
    }
    finish(&l, &got);
    if (got.len != wanted.len || memcmp(got.text, wanted.text, got.len) != 0) {
        fail_msg("cuts %x: got %.*s, wanted %.*s", (unsigned)cuts, (int)got.len,
                 got.text, (int)wanted.len, wanted.text);
    }
}

/* Each text of up to 7 of "a", CR and LF, with each limit, in each cut. */
static void test_ST2_lines_are_the_same_for_every_cut(void **state)
{
    static const char letters[] = "a\r\n";
    char text[7];
    size_t len;

    (void)state;
    for (len = 1; len <= sizeof text; len++) {
        uint32_t count = 1;
        uint32_t number;
        size_t i;

        for (i = 0; i < len; i++) {
            count *= 3;
        }
        for (number = 0; number < count; number++) {
            uint32_t rest = number;
            uint32_t cuts;

            for (i = 0; i < len; i++, rest /= 3) {
                text[i] = letters[rest % 3];
            }
            for (cuts = 0; cuts < 1u << (len - 1); cuts++) {
                check_cut(text, len, 1 + number % 3, cuts);
            }
        }
    }
}

static void test_lines_of_random_streams_in_random_blocks(void **state)
{
    seeded random = {20240611};
    static char text[3000];
    int round;

    (void)state;
    for (round = 0; round < 2000; round++) {
        size_t len = 1 + seeded_below(&random, sizeof text);
        size_t max = 1 + seeded_below(&random, 200);
        uint32_t rarity = 2 + seeded_below(&random, 200);
        story wanted;
        story got;
        lines l;
        size_t at;
        size_t part;

        for (at = 0; at < len; at++) {
            uint32_t dice = seeded_below(&random, rarity);

            text[at] = dice == 0   ? '\n'
                       : dice == 1 ? '\r'
                                   : (char)seeded_below(&random, 10);
        }
        expect(&wanted, text, len, max);
        got.len = 0;
        lines_init(&l, max);
        for (at = 0; at < len; at += part) {
            part = 1 + seeded_below(&random, 400);
            part = part < len - at ? part : len - at;
            feed(&l, &got, text + at, part);
            assert_true(l.cap <= 2 * (max + 1) || l.cap == 64);
        }
        finish(&l, &got);
        assert_int_equal(got.len, wanted.len);
        assert_memory_equal(got.text, wanted.text, got.len);
    }
}

static void test_lines_hold_no_memory_between_lines(void **state)
{
    static const char text[] = "half a li";
    lines_text block = {text, sizeof text - 1};
    lines_text rest = {"ne\nwhole\n", 9};
    lines_text line;
    lines l;

    (void)state;
    lines_init(&l, 100);
    assert_int_equal(lines_next(&l, &block, &line), LINES_NONE);
    assert_non_null(l.kept);
    assert_int_equal(lines_next(&l, &rest, &line), LINES_LINE);
    assert_int_equal(line.len, 11);
    assert_int_equal(lines_next(&l, &rest, &line), LINES_LINE);
    assert_int_equal(line.len, 5);
    assert_ptr_equal(line.at, rest.at - 6); /* not a copy */
    assert_int_equal(lines_next(&l, &rest, &line), LINES_NONE);
    assert_null(l.kept);
    assert_int_equal(lines_last(&l, &line), LINES_NONE);
    lines_free(&l);
}

static void test_lines_without_a_limit_grow(void **state)
{
    lines l;
    story s = {"", 0};
    int i;

    (void)state;
    lines_init(&l, 0);
    for (i = 0; i < 1000; i++) {
        feed(&l, &s, "word ", 5);
    }
    assert_int_equal(s.len, 0);
    feed(&l, &s, "\n", 1);
    assert_int_equal(s.len, 5002);
    lines_free(&l);
}

/* ---- nicks ------------------------------------------------------------ */

#define GOOD(text) assert_null(nick_complaint(text, sizeof text - 1))
#define BAD(text, part)                                                        \
    do {                                                                       \
        const char *complaint = nick_complaint(text, sizeof text - 1);         \
        assert_non_null(complaint);                                            \
        assert_non_null(strstr(complaint, part));                              \
    } while (0)

static void test_CH2_nick_of_printable_characters_is_good(void **state)
{
    (void)state;
    GOOD("b");
    GOOD("Bob-2");
    GOOD("%s%n");
    GOOD("..\\etc");
    GOOD("J\303\266rg");
    GOOD("\345\261\261\347\224\260");
    GOOD("\360\237\230\200");
    GOOD("12345678901234567890123456789012");
    GOOD("servers");
}

static void test_CH2_nick_that_could_deceive_is_refused(void **state)
{
    char long_one[33 * 2];
    size_t i;

    (void)state;
    BAD("", "empty");
    BAD("server", "reserved");
    BAD("SerVer", "reserved");
    BAD("*bob", "begin with");
    BAD("/bob", "begin with");
    BAD("bob: x", "colon");
    BAD("a b", "spaces");
    BAD("bob ", "spaces");
    BAD("\tbob", "nobody sees");
    BAD("a\0b", "nobody sees");
    BAD("a\033[2J", "nobody sees");
    BAD("a\177", "nobody sees");
    BAD("\302\205", "nobody sees");         /* C1 */
    BAD("a\302\240", "nobody sees");        /* U+00A0 */
    BAD("a\302\255", "nobody sees");        /* U+00AD */
    BAD("a\342\200\213", "nobody sees");    /* U+200B */
    BAD("a\342\200\217", "nobody sees");    /* U+200F */
    BAD("a\342\200\256", "nobody sees");    /* U+202E */
    BAD("a\342\201\240", "nobody sees");    /* U+2060 */
    BAD("a\343\200\200", "nobody sees");    /* U+3000 */
    BAD("a\357\273\277", "nobody sees");    /* U+FEFF */
    BAD("a\357\277\271", "nobody sees");    /* U+FFF9 */
    BAD("a\357\277\277", "nobody sees");    /* U+FFFF */
    BAD("\357\267\220", "nobody sees");     /* U+FDD0 */
    BAD("\356\200\200", "nobody sees");     /* U+E000 */
    BAD("\363\240\200\201", "nobody sees"); /* U+E0001 */
    BAD("\360\237\277\276", "nobody sees"); /* U+1FFFE */
    BAD("\364\217\277\277", "nobody sees"); /* U+10FFFF */
    BAD("a\355\240\200", "UTF-8");          /* a surrogate */
    BAD("\377\375\001bob", "UTF-8");        /* Telnet negotiates */
    BAD("bob\303", "UTF-8");
    BAD("123456789012345678901234567890123", "longer");
    for (i = 0; i < sizeof long_one; i += 2) {
        memcpy(long_one + i, "\303\251", 2);
    }
    assert_null(nick_complaint(long_one, sizeof long_one - 2));
    assert_ptr_equal(nick_complaint(long_one, sizeof long_one), nick_too_long);
}

static void test_CH2_nicks_are_the_same_in_any_case(void **state)
{
    (void)state;
    assert_true(nick_same("Bob", "bOB"));
    assert_true(nick_same("J\303\266rg", "j\303\266RG"));
    assert_false(nick_same("bob", "bobb"));
    assert_false(nick_same("bob", "bo"));
    assert_false(nick_same("[", "{"));
    assert_false(nick_same("@", "`"));
}

/* ---- characters ------------------------------------------------------- */

static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static void test_utf8_knows_every_code_point(void **state)
{
    uint32_t code;

    (void)state;
    for (code = 0; code < 0x120000; code++) {
        bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        char text[4];
        size_t len = encode(code, text);
        uint32_t got = 0;
        size_t length = 0;
        size_t part;

        assert_int_equal(utf8_next(text, len, &got, &length),
                         valid ? UTF8_VALID : UTF8_INVALID);
        assert_int_equal(length, valid ? len : 1);
        if (valid) {
            assert_int_equal(got, code);
        }
        for (part = 1; valid && part < len; part++) {
            assert_int_equal(utf8_next(text, part, &got, &length),
                             UTF8_UNFINISHED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ST2_lines_are_the_same_for_every_cut),
        cmocka_unit_test(test_lines_of_random_streams_in_random_blocks),
        cmocka_unit_test(test_lines_hold_no_memory_between_lines),
        cmocka_unit_test(test_lines_without_a_limit_grow),
        cmocka_unit_test(test_CH2_nick_of_printable_characters_is_good),
        cmocka_unit_test(test_CH2_nick_that_could_deceive_is_refused),
        cmocka_unit_test(test_CH2_nicks_are_the_same_in_any_case),
        cmocka_unit_test(test_utf8_knows_every_code_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
