/* SPDX-License-Identifier: MIT */
/*
 * test_output.c - what duosock connect shows of its peer, with a terminal and
 * without. The program's own seam is replaced here, so no terminal is needed.
 */
#include "cli/os.h"
#include "cli/output.h"
#include "cli/report.h"

#include "support/check.h"

static bool terminal;
static bool broken;
static char shown[4096];
static size_t shown_len;

/* ---- the seam, as far as output.c and say.c use it -------------------- */

bool os_is_terminal(int stream)
{
    return terminal && stream == OS_STDOUT;
}

bool os_shows_color(int stream)
{
    return terminal && stream == OS_STDERR;
}

duos_err os_write(int stream, const void *data, size_t len)
{
    if (stream != OS_STDOUT) {
        return 0;
    }
    if (broken) {
        return DUOS_EIO;
    }
    assert_true(shown_len + len <= sizeof shown);
    memcpy(shown + shown_len, data, len);
    shown_len += len;
    return 0;
}

/* What report.c would make an object of. */
static size_t reported_bytes;

bool report_data(const char *text, size_t len, size_t bytes)
{
    reported_bytes += bytes;
    return os_write(OS_STDOUT, text, len) == 0;
}

/* ---- tests ------------------------------------------------------------ */

static void begin(output *out, bool at_terminal)
{
    terminal = at_terminal;
    broken = false;
    shown_len = 0;
    output_init(out, OUTPUT_AUTO);
}

static void assert_shown(const char *text, size_t len)
{
    assert_int_equal(shown_len, len);
    assert_memory_equal(shown, text, len);
}

static const char text[] = "a\033[2J\n\303\251\302\233\360\237\230\200"
                           "\342\200\256z\t\377\342\202";
static const char harmless[] = "a\\x1B[2J\n\303\251\\xC2\\x9B\360\237\230\200"
                               "\\xE2\\x80\\xAEz\t\\xFF\\xE2\\x82";

static void test_output_to_a_file_is_untouched(void **state)
{
    output out;

    (void)state;
    begin(&out, false);
    assert_true(output_write(&out, text, sizeof text));
    assert_true(output_end(&out));
    assert_shown(text, sizeof text);
}

static void test_CL3_output_to_a_terminal_is_escaped_at_every_cut(void **state)
{
    const size_t len = sizeof text - 1;
    output out;
    size_t cut;

    (void)state;
    for (cut = 0; cut <= len; cut++) {
        begin(&out, true);
        assert_true(output_write(&out, text, cut));
        assert_true(output_write(&out, text + cut, len - cut));
        assert_true(output_end(&out));
        assert_shown(harmless, sizeof harmless - 1);
    }
}

static void test_CL3_output_to_a_terminal_is_escaped_byte_by_byte(void **state)
{
    output out;
    size_t i;

    (void)state;
    begin(&out, true);
    for (i = 0; i < sizeof text - 1; i++) {
        assert_true(output_write(&out, text + i, 1));
    }
    assert_true(output_end(&out));
    assert_shown(harmless, sizeof harmless - 1);
}

static void test_output_shows_a_whole_character_at_once(void **state)
{
    output out;

    (void)state;
    begin(&out, true);
    assert_true(output_write(&out, "a\303", 2));
    assert_shown("a", 1);
    assert_true(output_write(&out, "\251", 1));
    assert_shown("a\303\251", 3);
}

static void test_output_as_json_is_escaped_at_every_cut(void **state)
{
    const size_t len = sizeof text - 1;
    output out;
    size_t cut;

    (void)state;
    for (cut = 0; cut <= len; cut++) {
        begin(&out, false);
        output_init(&out, OUTPUT_JSON);
        reported_bytes = 0;
        assert_true(output_write(&out, text, cut));
        assert_true(output_write(&out, text + cut, len - cut));
        assert_true(output_end(&out));
        assert_shown(harmless, sizeof harmless - 1);
        assert_int_equal(reported_bytes, len);
    }
}

/* A peer's own \x1B is not taken for an escaped byte of it. */
static void test_output_as_json_can_be_told_from_what_it_escapes(void **state)
{
    output out;

    (void)state;
    begin(&out, false);
    output_init(&out, OUTPUT_JSON);
    assert_true(output_write(&out, "\\x1B\033", 5));
    assert_shown("\\x5Cx1B\\x1B", 11);
    begin(&out, true);
    assert_true(output_write(&out, "\\x1B\033", 5));
    assert_shown("\\x1B\\x1B", 8);
}

static void test_CL3_output_raw_to_a_terminal_is_untouched(void **state)
{
    output out;

    (void)state;
    begin(&out, true);
    output_init(&out, OUTPUT_RAW);
    assert_true(output_write(&out, text, sizeof text));
    assert_true(output_end(&out));
    assert_shown(text, sizeof text);
}

static void test_output_that_fails_is_told(void **state)
{
    output out;

    (void)state;
    begin(&out, true);
    broken = true;
    assert_false(output_write(&out, "a", 1));
    begin(&out, false);
    broken = true;
    assert_false(output_write(&out, "a", 1));
}

/* What comes later begins a line of its own, so nothing is held back. */
static void test_output_as_hexadecimal_digits(void **state)
{
    static const char expected[] =
        "00000000  61 00 1b 5b 32 4a 0a c3  a9 7f 7e 20 30 31 32 33"
        "  |a..[2J....~ 0123|\n"
        "00000010  34                                              "
        "  |4|\n"
        "00000011  0a                                              "
        "  |.|\n";
    output out;

    (void)state;
    begin(&out, true);
    output_init(&out, OUTPUT_HEX);
    assert_true(output_write(&out, "a\0\033[2J\n\303\251\177~ 01234", 17));
    assert_true(output_write(&out, "\n", 1));
    assert_true(output_end(&out));
    assert_shown(expected, sizeof expected - 1);
    broken = true;
    assert_false(output_write(&out, "x", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_to_a_file_is_untouched),
        cmocka_unit_test(test_CL3_output_to_a_terminal_is_escaped_at_every_cut),
        cmocka_unit_test(test_CL3_output_to_a_terminal_is_escaped_byte_by_byte),
        cmocka_unit_test(test_output_shows_a_whole_character_at_once),
        cmocka_unit_test(test_output_as_json_is_escaped_at_every_cut),
        cmocka_unit_test(test_output_as_json_can_be_told_from_what_it_escapes),
        cmocka_unit_test(test_CL3_output_raw_to_a_terminal_is_untouched),
        cmocka_unit_test(test_output_that_fails_is_told),
        cmocka_unit_test(test_output_as_hexadecimal_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
