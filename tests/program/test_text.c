/* SPDX-License-Identifier: MIT */
/*
 * test_text.c - the text functions of the program: escaping, durations,
 * sizes, counts, and which word was meant.
 */
#include "cli/escape.h"
#include "cli/values.h"

#include "support/check.h"

/* Escapes with lines and expects a text and how much was used. */
static void check_escape(const char *text, size_t len, const char *expected,
                         size_t expected_used)
{
    char out[128];
    size_t used = 0;
    size_t n = escape_some(out, sizeof out, text, len, ESCAPE_LINES, &used);

    assert_int_equal(used, expected_used);
    assert_int_equal(n, strlen(expected));
    assert_memory_equal(out, expected, n);
}

#define CHECK(text, expected)                                                  \
    check_escape(text, sizeof text - 1, expected, sizeof text - 1)

static void test_escape_passes_harmless_text(void **state)
{
    (void)state;
    CHECK("plain \\ text\n\t", "plain \\ text\n\t");
    CHECK("\303\251 \342\202\254 \360\237\230\200", "\303\251 \342\202\254 "
                                                    "\360\237\230\200");
    CHECK("", "");
}

static void test_CL3_escape_shows_control_characters(void **state)
{
    (void)state;
    CHECK("a\0b", "a\\x00b");
    CHECK("\a\b\r\033[2J\177", "\\x07\\x08\\x0D\\x1B[2J\\x7F");
    CHECK("\302\200\302\237\302\240", "\\xC2\\x80\\xC2\\x9F\302\240");
}

static void test_CL3_escape_shows_bidi_controls(void **state)
{
    (void)state;
    CHECK("\330\234", "\\xD8\\x9C");
    CHECK("\342\200\216", "\\xE2\\x80\\x8E");
    CHECK("\342\200\252", "\\xE2\\x80\\xAA");
    CHECK("\342\200\256", "\\xE2\\x80\\xAE");
    CHECK("\342\200\247", "\342\200\247"); /* U+2027, a dot, harmless */
    CHECK("\342\200\257", "\342\200\257"); /* a narrow space, harmless */
    CHECK("\342\201\246", "\\xE2\\x81\\xA6");
    CHECK("\342\201\251", "\\xE2\\x81\\xA9");
}

/* Who splits by str.splitlines() of Python would see two lines. */
static void test_CL3_escape_shows_separators_of_lines(void **state)
{
    (void)state;
    CHECK("\342\200\250", "\\xE2\\x80\\xA8");
    CHECK("\342\200\251", "\\xE2\\x80\\xA9");
    CHECK("\302\205\v\f", "\\xC2\\x85\\x0B\\x0C");
}

static void test_escape_exact_tells_a_backslash_from_its_own(void **state)
{
    static const char text[] = "\\x1B \033\n";
    char out[64];
    size_t used;
    size_t n = escape_some(out, sizeof out, text, sizeof text - 1, ESCAPE_EXACT,
                           &used);

    (void)state;
    assert_int_equal(used, sizeof text - 1);
    assert_int_equal(n, 13);
    assert_memory_equal(out, "\\x5Cx1B \\x1B\n", n);
}

static void test_CL3_escape_shows_what_is_not_utf8(void **state)
{
    (void)state;
    CHECK("\200\377", "\\x80\\xFF");
    CHECK("\300\200", "\\xC0\\x80");          /* overlong */
    CHECK("\340\200\200", "\\xE0\\x80\\x80"); /* overlong */
    CHECK("\355\240\200", "\\xED\\xA0\\x80"); /* surrogate */
    CHECK("\364\220\200\200", "\\xF4\\x90\\x80\\x80");
    CHECK("\303x", "\\xC3x");
    CHECK("\342\202x", "\\xE2\\x82x");
}

static void test_escape_waits_for_the_rest_of_a_character(void **state)
{
    (void)state;
    check_escape("a\303", 2, "a", 1);
    check_escape("a\360\237\230", 4, "a", 1);
    check_escape("a\360\237\230\200", 5, "a\360\237\230\200", 5);
}

static void test_escape_never_writes_half_a_character(void **state)
{
    char out[8];
    size_t used;

    (void)state;
    assert_int_equal(escape_some(out, 3, "ab\303\251", 4, ESCAPE_LINES, &used),
                     2);
    assert_int_equal(used, 2);
    assert_int_equal(escape_some(out, 7, "\033\033", 2, ESCAPE_LINES, &used),
                     4);
    assert_int_equal(used, 1);
    assert_int_equal(escape_some(out, 0, "a", 1, ESCAPE_LINES, &used), 0);
    assert_int_equal(used, 0);
}

/* Whatever bytes come, what goes out is printable but for LF and TAB. */
static void test_CL3_escape_of_any_bytes_is_printable(void **state)
{
    unsigned char in[64];
    char out[sizeof in * ESCAPE_GROWTH];
    uint32_t random = 7;
    int round;

    (void)state;
    for (round = 0; round < 20000; round++) {
        size_t used;
        size_t n;
        size_t i;

        for (i = 0; i < sizeof in; i++) {
            random = random * 1664525u + 1013904223u;
            in[i] = (unsigned char)(random >> 24);
        }
        n = escape_some(out, sizeof out, in, sizeof in, ESCAPE_LINES, &used);
        assert_true(sizeof in - used < 4);
        for (i = 0; i < n; i++) {
            unsigned char c = (unsigned char)out[i];

            assert_true(c >= 0x20 || c == '\n' || c == '\t');
            assert_int_not_equal(c, 0x7F);
        }
    }
}

static void test_CH5_escape_line_cuts_and_marks_long_text(void **state)
{
    char out[12];

    (void)state;
    escape_line(out, sizeof out, "12345678");
    assert_string_equal(out, "12345678");
    escape_line(out, sizeof out, "123456789");
    assert_string_equal(out, "12345678...");
    escape_line(out, sizeof out, "a\nb");
    assert_string_equal(out, "a\\x0Ab");
    escape_line(out, sizeof out, "a\303");
    assert_string_equal(out, "a\\xC3");
}

static void test_time_units_are_understood(void **state)
{
    static const struct {
        const char *text;
        int32_t ms;
    } good[] = {{"500ms", 500},
                {"30s", 30000},
                {"5m", 300000},
                {"1h", 3600000},
                {"0", 0},
                {"0s", 0},
                {"596h", 2145600000},
                {"2147483647ms", INT32_MAX}};
    static const char *const bad[] = {"",
                                      "5",
                                      "s",
                                      "5 s",
                                      "-1s",
                                      "1d",
                                      "1.5s",
                                      "+1s",
                                      "5S",
                                      "1s ",
                                      "597h",
                                      "2147483648ms",
                                      "99999999999999999999s"};
    int32_t ms = 77;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_non_null(value_time(bad[i], &ms));
        assert_int_equal(ms, 77);
    }
    for (i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_null(value_time(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
}

static void test_sizes_and_counts_are_understood(void **state)
{
    size_t size = 77;
    uint32_t count = 77;

    (void)state;
    assert_non_null(value_size("", &size));
    assert_non_null(value_size("K", &size));
    assert_non_null(value_size("1k", &size));
    assert_non_null(value_size("1KB", &size));
    assert_non_null(value_size("99999999999999999999", &size));
    assert_int_equal(size, 77);
    assert_null(value_size("64", &size));
    assert_int_equal(size, 64);
    assert_null(value_size("64K", &size));
    assert_int_equal(size, 65536);
    assert_null(value_size("1M", &size));
    assert_int_equal(size, 1048576);
    assert_non_null(value_count("", &count));
    assert_non_null(value_count("1K", &count));
    assert_non_null(value_count("4294967296", &count));
    assert_int_equal(count, 77);
    assert_null(value_count("4294967295", &count));
    assert_int_equal(count, UINT32_MAX);
}

static void test_choice_is_a_whole_word_of_the_list(void **state)
{
    (void)state;
    assert_int_equal(value_choice("echo", "echo|discard"), 0);
    assert_int_equal(value_choice("discard", "echo|discard"), 1);
    assert_int_equal(value_choice("disc", "echo|discard"), -1);
    assert_int_equal(value_choice("", "echo|discard"), -1);
    assert_int_equal(value_choice("echo|discard", "echo|discard"), -1);
}

static void test_distance_counts_slips_of_the_hand(void **state)
{
    (void)state;
    assert_int_equal(word_distance("poller", "poller"), 0);
    assert_int_equal(word_distance("pollr", "poller"), 1);
    assert_int_equal(word_distance("pollers", "poller"), 1);
    assert_int_equal(word_distance("pollar", "poller"), 1);
    assert_int_equal(word_distance("pollarr", "poller"), 2);
    assert_int_equal(word_distance("opller", "poller"), 1);
    assert_int_equal(word_distance("", "poller"), 6);
    assert_true(word_distance("a word that is longer than thirty-one letters",
                              "poller") > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape_passes_harmless_text),
        cmocka_unit_test(test_CL3_escape_shows_control_characters),
        cmocka_unit_test(test_CL3_escape_shows_bidi_controls),
        cmocka_unit_test(test_CL3_escape_shows_separators_of_lines),
        cmocka_unit_test(test_escape_exact_tells_a_backslash_from_its_own),
        cmocka_unit_test(test_CL3_escape_shows_what_is_not_utf8),
        cmocka_unit_test(test_escape_waits_for_the_rest_of_a_character),
        cmocka_unit_test(test_escape_never_writes_half_a_character),
        cmocka_unit_test(test_CL3_escape_of_any_bytes_is_printable),
        cmocka_unit_test(test_CH5_escape_line_cuts_and_marks_long_text),
        cmocka_unit_test(test_time_units_are_understood),
        cmocka_unit_test(test_sizes_and_counts_are_understood),
        cmocka_unit_test(test_choice_is_a_whole_word_of_the_list),
        cmocka_unit_test(test_distance_counts_slips_of_the_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
