/* SPDX-License-Identifier: MIT */
/*
 * test_frame.c - frame.h: what ends a stream, what is refused, and prefixes.
 */
#include "frame_story.h"

/* ---- what ends a stream ----------------------------------------------- */

static void test_frame_too_long_ends_the_stream(void **state)
{
    duos_frame_config like = lengths(10, 2, false, false);
    duos_bytes block = {"\0\x0b"
                        "abcdefghijk\0\1a",
                        16};
    duos_bytes rest = {NULL, 77};
    duos_frame_reader r;
    duos_bytes frame;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_err(DUOS_ELIMIT, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_ELIMIT, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_ELIMIT, duos_frame_end(&r, &rest));
    assert_int_equal(rest.len, 0);
    /* And then it is another stream. */
    block.data = "\0\1a";
    block.len = 3;
    assert_ok(duos_frame_next(&r, &block, &frame));
    assert_int_equal(frame.len, 1);
    duos_frame_fini(&r);
}

static void test_frame_length_less_than_itself_ends_the_stream(void **state)
{
    duos_frame_config like = lengths(10, 4, true, true);
    duos_bytes block = {"\4\0\0\0\3\0\0\0", 8};
    duos_frame_reader r;
    duos_bytes frame;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_ok(duos_frame_next(&r, &block, &frame));
    assert_int_equal(frame.len, 0);
    assert_err(DUOS_EPROTO, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_EPROTO, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_EPROTO, duos_frame_end(&r, NULL));
    duos_frame_fini(&r);
}

static void test_CL2_frame_long_line_is_told_once_and_left_out(void **state)
{
    duos_frame_config like = lines(3, true);
    duos_frame_reader r;
    story s = {"", 0, false};

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    feed(&r, &s, "abc\r\nabcd", 9);
    feed(&r, &s, "efg", 3);
    assert_int_equal(duos_frame_held(&r), 0);
    feed(&r, &s, "h\nxyz\n", 6);
    assert_int_equal(s.len, 11);
    assert_memory_equal(s.text, "<abc>!<xyz>", 11);
    feed(&r, &s, "12345", 5);
    assert_ok(duos_frame_end(&r, NULL));
    duos_frame_fini(&r);
}

static void test_frame_half_at_the_end_is_truncated(void **state)
{
    duos_frame_config kinds[3];
    static const char *const halves[] = {"abc\r", "\0\5abc", "abc"};
    static const size_t lens[] = {4, 5, 3};
    size_t k;

    (void)state;
    kinds[0] = lines(10, false);
    kinds[1] = lengths(10, 2, false, false);
    kinds[2] = fixed(4);
    for (k = 0; k < 3; k++) {
        duos_bytes block = {halves[k], lens[k]};
        duos_bytes rest = {NULL, 0};
        duos_frame_reader r;
        duos_bytes frame;

        assert_ok(duos_frame_init(&r, &kinds[k]));
        assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
        assert_err(DUOS_ETRUNCATED, duos_frame_end(&r, &rest));
        assert_int_equal(rest.len, 3);
        assert_memory_equal(rest.data, "abc", 3);
        assert_ok(duos_frame_end(&r, &rest));
        assert_int_equal(rest.len, 0);
        duos_frame_fini(&r);
    }
}

static void test_frame_end_within_a_prefix_is_truncated(void **state)
{
    duos_frame_config like = lengths(10, 4, false, false);
    duos_bytes block = {"\0", 1};
    duos_frame_reader r;
    duos_bytes frame;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_ETRUNCATED, duos_frame_end(&r, NULL));
    block.data = "\0\0\0";
    block.len = 3;
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
    block.data = "\0";
    block.len = 1;
    assert_ok(duos_frame_next(&r, &block, &frame));
    assert_int_equal(frame.len, 0);
    duos_frame_fini(&r);
}

/* ---- arguments -------------------------------------------------------- */

static void test_frame_init_refuses_what_cannot_be(void **state)
{
    duos_frame_config like;
    duos_frame_reader r;
    int prefix;

    (void)state;
    duos_frame_config_init(NULL);
    assert_err(DUOS_EINVAL, duos_frame_init(NULL, NULL));
    assert_ok(duos_frame_init(&r, NULL));
    assert_int_equal(r.max, DUOS_FRAME_MAX);
    duos_frame_fini(&r);
    duos_frame_fini(NULL);
    like = lines(1, false);
    like.size++;
    assert_err(DUOS_EINVAL, duos_frame_init(&r, &like));
    like = lines(1, false);
    like.kind = (duos_frame_kind)0;
    assert_err(DUOS_EINVAL, duos_frame_init(&r, &like));
    for (prefix = 0; prefix < 10; prefix++) {
        like = lengths(1, (uint8_t)prefix, false, false);
        if (prefix == 1 || prefix == 2 || prefix == 4) {
            assert_ok(duos_frame_init(&r, &like));
        } else {
            assert_err(DUOS_ERANGE, duos_frame_init(&r, &like));
        }
    }
    like = fixed(0);
    assert_err(DUOS_ERANGE, duos_frame_init(&r, &like));
    like = fixed(11);
    like.max = 10;
    assert_err(DUOS_ERANGE, duos_frame_init(&r, &like));
}

static void test_API1_frame_null_is_refused(void **state)
{
    duos_frame_config like = lines(10, false);
    duos_frame_reader r;
    duos_bytes block = {NULL, 0};
    duos_bytes frame;
    uint8_t prefix[DUOS_FRAME_PREFIX_MAX];
    size_t count;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
    block.len = 1;
    assert_err(DUOS_EINVAL, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_EINVAL, duos_frame_next(&r, NULL, &frame));
    assert_err(DUOS_EINVAL, duos_frame_next(&r, &block, NULL));
    assert_err(DUOS_EINVAL, duos_frame_next(NULL, &block, &frame));
    assert_err(DUOS_EINVAL, duos_frame_end(NULL, NULL));
    assert_err(DUOS_EINVAL, duos_frame_prefix(NULL, 0, prefix, &count));
    assert_err(DUOS_EINVAL, duos_frame_prefix(&r, 0, NULL, &count));
    assert_err(DUOS_EINVAL, duos_frame_prefix(&r, 0, prefix, NULL));
    assert_int_equal(duos_frame_held(NULL), 0);
    duos_frame_fini(&r);
}

/* ---- the other side --------------------------------------------------- */

static void test_frame_prefix_is_what_the_reader_reads(void **state)
{
    static const size_t lens[] = {0, 1, 100, 251, 255, 256, 65531, 65535};
    int variant;
    size_t i;

    (void)state;
    for (variant = 0; variant < 12; variant++) {
        duos_frame_config like =
            lengths(65535, (uint8_t)(1 << variant / 4), variant % 2 != 0,
                    variant / 2 % 2 != 0);
        size_t most = like.prefix == 1 ? 255 : 65535;
        duos_frame_reader r;

        most -= like.counts_prefix && like.prefix < 4 ? like.prefix : 0;
        assert_ok(duos_frame_init(&r, &like));
        for (i = 0; i < sizeof lens / sizeof lens[0]; i++) {
            static uint8_t text[4 + 65535];
            duos_bytes block = {text, 0};
            duos_bytes frame;
            size_t count = 0;

            if (lens[i] > most) {
                assert_err(DUOS_EMSGSIZE,
                           duos_frame_prefix(&r, lens[i], text, &count));
                continue;
            }
            assert_ok(duos_frame_prefix(&r, lens[i], text, &count));
            assert_int_equal(count, like.prefix);
            block.len = count + lens[i];
            assert_ok(duos_frame_next(&r, &block, &frame));
            assert_int_equal(frame.len, lens[i]);
            assert_int_equal(block.len, 0);
        }
        duos_frame_fini(&r);
    }
}

static void test_frame_prefix_of_other_kinds_is_empty(void **state)
{
    duos_frame_config like = lines(10, false);
    uint8_t prefix[DUOS_FRAME_PREFIX_MAX];
    duos_frame_reader r;
    size_t count = 9;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_ok(duos_frame_prefix(&r, 10, prefix, &count));
    assert_int_equal(count, 0);
    assert_err(DUOS_EMSGSIZE, duos_frame_prefix(&r, 11, prefix, &count));
    like = fixed(5);
    assert_ok(duos_frame_init(&r, &like));
    assert_ok(duos_frame_prefix(&r, 5, prefix, &count));
    assert_err(DUOS_EMSGSIZE, duos_frame_prefix(&r, 4, prefix, &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_frame_too_long_ends_the_stream),
        TEST(test_frame_length_less_than_itself_ends_the_stream),
        TEST(test_CL2_frame_long_line_is_told_once_and_left_out),
        TEST(test_frame_half_at_the_end_is_truncated),
        TEST(test_frame_end_within_a_prefix_is_truncated),
        TEST(test_frame_init_refuses_what_cannot_be),
        TEST(test_API1_frame_null_is_refused),
        TEST(test_frame_prefix_is_what_the_reader_reads),
        TEST(test_frame_prefix_of_other_kinds_is_empty),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
