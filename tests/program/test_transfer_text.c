/* SPDX-License-Identifier: MIT */
/*
 * test_transfer_text.c - what a transfer of duosock send and recv says of
 * itself: checksums against known ones, and the line of progress. The
 * program's own seam is replaced here, so no terminal is needed.
 */
#include "cli/os.h"
#include "cli/report.h"
#include "cli/transfer.h"

#include "support/check.h"

#include <stdlib.h>

/* ---- the seam, as far as transfer.c and progress.c use it --------------- */

static bool terminal;
static int columns;
static bool json;
static char shown[4096];
static size_t shown_len;
static char reported[256];

bool os_is_terminal(int stream)
{
    return terminal && stream == OS_STDERR;
}

int os_terminal_width(int stream)
{
    assert_int_equal(stream, OS_STDERR);
    return columns;
}

duos_err os_write(int stream, const void *data, size_t len)
{
    assert_int_equal(stream, OS_STDERR);
    assert_true(shown_len + len < sizeof shown);
    memcpy(shown + shown_len, data, len);
    shown_len += len;
    shown[shown_len] = '\0';
    return 0;
}

static void (*before)(void);

void say_set_before(void (*wanted)(void))
{
    before = wanted;
}

bool say_wants(say_level level)
{
    return level <= SAY_NORMAL;
}

bool report_is_json(void)
{
    return json;
}

bool report_transfer(const char *what, uint64_t bytes, uint64_t ms,
                     const char *checksum)
{
    (void)ms;
    snprintf(reported, sizeof reported, "%s %u %s", what, (unsigned)bytes,
             checksum);
    return true;
}

/* ---- checksums ----------------------------------------------------------- */

static void check_sum(const void *data, size_t len, size_t piece,
                      const char *expected)
{
    const unsigned char *at = data;
    char text[SHA256_TEXT_MAX];
    sha256 hash;

    sha256_begin(&hash);
    while (len > 0) {
        size_t part = len < piece ? len : piece;

        sha256_add(&hash, at, part);
        at += part;
        len -= part;
    }
    sha256_end(&hash, text);
    assert_string_equal(text, expected);
}

/* FIPS 180-4's own examples, and the lengths around a block. */
static void test_sha256_of_known_texts(void **state)
{
    static const char two_blocks[] =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    size_t piece;

    (void)state;
    for (piece = 1; piece < 70; piece++) {
        check_sum("", 0, piece,
                  "e3b0c44298fc1c149afbf4c8996fb924"
                  "27ae41e4649b934ca495991b7852b855");
        check_sum("abc", 3, piece,
                  "ba7816bf8f01cfea414140de5dae2223"
                  "b00361a396177a9cb410ff61f20015ad");
        check_sum(two_blocks, sizeof two_blocks - 1, piece,
                  "248d6a61d20638b8e5c026930c3e6039"
                  "a33ce45964ff2167f6ecedd419db06c1");
    }
}

static void test_sha256_of_a_million_letters(void **state)
{
    static const size_t pieces[] = {1, 63, 64, 65, 1000, 1000000};
    char *data = malloc(1000000);
    size_t i;

    (void)state;
    assert_non_null(data);
    memset(data, 'a', 1000000);
    for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        check_sum(data, 1000000, pieces[i],
                  "cdc76e5c9914fb9281a1c7e284d73e67"
                  "f1809a48a497200e046d39ccc7112cd0");
    }
    free(data);
}

/* Where the padding needs a block of its own, and where it just does not. */
static void test_sha256_of_lengths_around_a_block(void **state)
{
    char data[64];

    (void)state;
    memset(data, 'a', sizeof data);
    check_sum(data, 55, 64,
              "9f4390f8d30c2dd92ec9f095b65e2b9a"
              "e9b0a925a5258e241c9f1e910f734318");
    check_sum(data, 56, 64,
              "b35439a4ac6f0948b6d6f9e3c6af0f5f"
              "590ce20f1bde7090ef7970686ec6738a");
    check_sum(data, 63, 64,
              "7d3e74a05d7db15bce4ad9ec0658ea98"
              "e3f06eeecf16b4c6fff2da457ddc2f34");
    check_sum(data, 64, 64,
              "ffe054fe7ae0cb6dc65c3af9b61d5209"
              "f439851db43d0ba5997337df154668eb");
}

/* ---- progress ------------------------------------------------------------ */

static void check_line(uint64_t bytes, uint64_t total, uint64_t ms,
                       const char *expected)
{
    char text[PROGRESS_LINE_MAX];

    transfer_line(text, bytes, total, ms);
    assert_string_equal(text, expected);
    assert_true(strlen(text) < 79 || bytes > UINT64_MAX / 2);
}

static void test_transfer_line_shows_share_amount_and_rate(void **state)
{
    const uint64_t mib = 1024 * 1024;

    (void)state;
    check_line(0, 1000, 0, "  0 % [--------------------] 0 B of 1000 B, 0 B/s");
    check_line(500, 1000, 1000,
               " 50 % [##########----------] 500 B of 1000 B, 500 B/s");
    check_line(3 * mib / 2, 3 * mib / 2, 500,
               "100 % [####################] 1.5 MiB of 1.5 MiB, 3.0 MiB/s");
    check_line(2000, 1000, 1000,
               "100 % [####################] 1.9 KiB of 1000 B, 1.9 KiB/s");
    check_line(5 * 1024 * mib, TRANSFER_UNKNOWN, 10000, "5.0 GiB, 512.0 MiB/s");
    check_line(7, 0, 1000, "7 B, 7 B/s");
    check_line(UINT64_MAX - 1, UINT64_MAX - 1, 1000,
               "100 % [####################] 16777215.9 TiB of "
               "16777215.9 TiB, 16777215.9 TiB/s");
}

static duos_loop *make_loop(void)
{
    duos_loop *loop = NULL;

    assert_ok(duos_loop_create(NULL, &loop));
    return loop;
}

/* Moves a file of five bytes while somebody looks, or not. */
static void run_transfer(bool at_terminal, bool with_json)
{
    duos_loop *loop = make_loop();
    transfer t;

    terminal = at_terminal;
    json = with_json;
    shown_len = 0;
    shown[0] = '\0';
    transfer_begin(&t, loop, 10);
    transfer_add(&t, "he", 2);
    transfer_add(&t, "llo", 3);
    while (at_terminal && !with_json && shown_len == 0) {
        assert_ok(duos_loop_step(loop, PATIENCE_MS));
    }
    assert_true(transfer_end(&t, "sent"));
    assert_int_equal(duos_loop_next_timeout_ms(loop), -1);
    assert_ok(duos_loop_destroy(loop));
    assert_string_equal(reported, "sent 5 2cf24dba5fb0a30e26e83b2ac5b9e29e"
                                  "1b161e5c1fa7425e73043362938b9824");
}

/* What stands there already gets a line of its own; a narrow terminal gets a
 * line that fits. */
static void test_progress_makes_room_and_fits(void **state)
{
    duos_loop *loop = make_loop();
    transfer t;

    (void)state;
    terminal = true;
    json = false;
    columns = 12;
    shown_len = 0;
    transfer_begin(&t, loop, 10);
    while (shown_len == 0) {
        assert_ok(duos_loop_step(loop, PATIENCE_MS));
    }
    assert_string_equal(shown, "\r  0 % [----");
    shown_len = 0;
    before();
    assert_string_equal(shown, "\r  0 % [----\n");
    shown_len = 0;
    before(); /* nothing stands there now */
    transfer_stop(&t);
    assert_int_equal(shown_len, 0);
    assert_ok(duos_loop_destroy(loop));
    columns = 0;
}

static void test_transfer_shows_progress_on_a_terminal_only(void **state)
{
    (void)state;
    run_transfer(false, false);
    assert_int_equal(shown_len, 0);
    run_transfer(true, true);
    assert_int_equal(shown_len, 0);
    run_transfer(true, false);
    assert_int_equal(strncmp(shown, "\r 50 % [", 8), 0);
    assert_int_equal(shown[shown_len - 1], '\n'); /* what follows is said */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256_of_known_texts),
        cmocka_unit_test(test_sha256_of_a_million_letters),
        cmocka_unit_test(test_sha256_of_lengths_around_a_block),
        cmocka_unit_test(test_transfer_line_shows_share_amount_and_rate),
        cmocka_unit_test(test_progress_makes_room_and_fits),
        cmocka_unit_test(test_transfer_shows_progress_on_a_terminal_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
