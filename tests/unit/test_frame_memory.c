/* SPDX-License-Identifier: MIT */
/*
 * test_frame_memory.c - frame.h: frames are copied only where they must be,
 * what is held is bounded, and memory that is not there is told.
 */
#include "frame_story.h"

/* ---- where frames lie, and what is held ------------------------------- */

static void test_frame_within_a_block_is_not_copied(void **state)
{
    static const char text[] = "half a li";
    duos_frame_config like = lines(100, false);
    duos_bytes block = {text, sizeof text - 1};
    duos_bytes rest = {"ne\nwhole\r\n\n", 11};
    const char *second = rest.data;
    duos_bytes line;
    duos_frame_reader r;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_int_equal(duos_frame_held(&r), 0);
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &line));
    assert_true(duos_frame_held(&r) >= block.len);
    assert_ok(duos_frame_next(&r, &rest, &line));
    assert_int_equal(line.len, 11);
    assert_memory_equal(line.data, "half a line", 11);
    assert_ok(duos_frame_next(&r, &rest, &line));
    assert_int_equal(line.len, 5);
    assert_ptr_equal(line.data, second + 3);
    assert_ok(duos_frame_next(&r, &rest, &line));
    assert_int_equal(line.len, 0);
    assert_non_null(line.data);
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &rest, &line));
    assert_int_equal(duos_frame_held(&r), 0);
    assert_ok(duos_frame_end(&r, NULL));
    duos_frame_fini(&r);
}

/* Who announces much and sends little makes nobody allocate much. */
static void test_P3_frame_memory_follows_what_came_not_what_was_said(
    void **state)
{
    duos_frame_config like = lengths(0, 4, false, false);
    duos_bytes block = {"\x3f\xff\xff\xff"
                        "abc",
                        7};
    duos_frame_reader r;
    duos_bytes frame;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
    assert_true(failing.bytes <= 64);
    duos_frame_fini(&r);
}

/* One byte at a time: the tail grows by doubling, and up to max only. */
static void test_frame_tail_grows_in_few_steps(void **state)
{
    enum {
        LONG = 100000
    };
    duos_frame_config like = fixed(LONG);
    duos_frame_reader r;
    duos_bytes frame;
    size_t i;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    for (i = 1; i < LONG; i++) {
        duos_bytes block = {"x", 1};

        assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
        assert_true(failing.bytes >= i && failing.bytes <= LONG);
    }
    assert_true(failing.requests <= 12);
    duos_frame_fini(&r);
}

static void test_frame_lines_without_a_limit_grow(void **state)
{
    duos_frame_config like = lines(0, false);
    duos_frame_reader r;
    story s = {"", 0, false};
    int i;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    for (i = 0; i < 1000; i++) {
        feed(&r, &s, "word ", 5);
    }
    assert_int_equal(s.len, 0);
    feed(&r, &s, "\n", 1);
    assert_int_equal(s.len, 5002);
    duos_frame_fini(&r);
}

/* ---- memory that is not there ----------------------------------------- */

/* Nothing is lost: the same call, once there is memory, goes on. */
static void run_without_memory(const duos_frame_config *like, const char *text,
                               size_t len, size_t fail_at)
{
    duos_frame_reader r;
    story wanted;
    story got = {"", 0, false};
    size_t i;

    expect(&wanted, text, len, like);
    assert_ok(duos_frame_init(&r, like));
    failing_alloc_arm(&failing, fail_at, true);
    for (i = 0; i < len; i += 3) {
        duos_bytes block = {text + i, len - i < 3 ? len - i : 3};
        duos_bytes frame;
        duos_err err;

        while ((err = duos_frame_next(&r, &block, &frame)) !=
               DUOS_EWOULDBLOCK) {
            if (err == DUOS_ENOMEM) {
                failing_alloc_arm(&failing, 0, false);
            } else {
                assert_int_equal(err, DUOS_OK);
                add(&got, "<", frame.data, frame.len, ">");
            }
        }
    }
    finish(&r, &got);
    assert_same(&got, &wanted);
}

static void test_ME1_frame_goes_on_when_memory_is_back(void **state)
{
    static char text[1000];
    duos_frame_config kinds[3];
    size_t k;
    size_t fail_at;

    (void)state;
    memset(text, 'a', sizeof text);
    text[10] = text[600] = '\n';
    kinds[0] = lines(700, false);
    kinds[1] = fixed(350);
    kinds[2] = lengths(65535, 1, false, false);
    for (k = 0; k < 3; k++) {
        for (fail_at = 1; fail_at < 12; fail_at++) {
            run_without_memory(&kinds[k], text, sizeof text, fail_at);
        }
    }
}

static void test_ME1_frame_without_memory_says_so(void **state)
{
    duos_frame_config like = lines(100, false);
    duos_bytes block = {"half", 4};
    duos_bytes frame = {NULL, 77};
    duos_frame_reader r;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    failing_alloc_arm(&failing, 1, true);
    assert_err(DUOS_ENOMEM, duos_frame_next(&r, &block, &frame));
    assert_err(DUOS_ENOMEM, duos_frame_next(&r, &block, &frame));
    assert_int_equal(block.len, 4);
    assert_int_equal(frame.len, 77);
    duos_frame_fini(&r);
}

/* The allocator says no, so that nothing of the block is read. */
static void test_ME4_frame_sizes_near_the_end_of_size_t(void **state)
{
    static const size_t lens[] = {1, 1000, SIZE_MAX / 4, SIZE_MAX / 2 - 1};
    duos_frame_config like = fixed(SIZE_MAX / 2);
    duos_frame_reader r;
    duos_bytes frame;
    size_t i;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    for (i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        duos_bytes block = {"x", lens[i]};

        failing_alloc_arm(&failing, 1, true);
        assert_err(DUOS_ENOMEM, duos_frame_next(&r, &block, &frame));
        assert_int_equal(block.len, lens[i]);
        assert_true(failing_alloc_struck(&failing));
    }
    duos_frame_fini(&r);
    like.fixed = like.max = SIZE_MAX / 2 + 1;
    assert_err(DUOS_ERANGE, duos_frame_init(&r, &like));
    like = lines(SIZE_MAX, true);
    assert_ok(duos_frame_init(&r, &like));
    assert_int_equal(r.max, SIZE_MAX / 2);
    duos_frame_fini(&r);
}

/* A tail of some bytes, and then one more block of far too many. */
static void test_ME4_frame_tail_and_a_huge_block(void **state)
{
    duos_frame_config like = fixed(SIZE_MAX / 2);
    duos_bytes block = {"abc", 3};
    duos_frame_reader r;
    duos_bytes frame;

    (void)state;
    assert_ok(duos_frame_init(&r, &like));
    assert_err(DUOS_EWOULDBLOCK, duos_frame_next(&r, &block, &frame));
    block.data = "x";
    block.len = SIZE_MAX / 2;
    failing_alloc_arm(&failing, 1, true);
    assert_err(DUOS_ENOMEM, duos_frame_next(&r, &block, &frame));
    assert_true(failing_alloc_struck(&failing));
    duos_frame_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_frame_within_a_block_is_not_copied),
        TEST(test_P3_frame_memory_follows_what_came_not_what_was_said),
        TEST(test_frame_tail_grows_in_few_steps),
        TEST(test_frame_lines_without_a_limit_grow),
        TEST(test_ME1_frame_goes_on_when_memory_is_back),
        TEST(test_ME1_frame_without_memory_says_so),
        TEST(test_ME4_frame_sizes_near_the_end_of_size_t),
        TEST(test_ME4_frame_tail_and_a_huge_block),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
