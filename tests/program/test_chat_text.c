/* SPDX-License-Identifier: MIT */
/*
 * test_chat_text.c - nicks and single characters: what the chat makes of
 * bytes, without a socket.
 */
#include "cli/nick.h"
#include "cli/utf8.h"

#include "support/check.h"

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
        cmocka_unit_test(test_CH2_nick_of_printable_characters_is_good),
        cmocka_unit_test(test_CH2_nick_that_could_deceive_is_refused),
        cmocka_unit_test(test_CH2_nicks_are_the_same_in_any_case),
        cmocka_unit_test(test_utf8_knows_every_code_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
