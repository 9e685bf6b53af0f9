/* SPDX-License-Identifier: MIT */
/*
 * test_frame_cut.c - frame.h: how a stream is cut into blocks makes no
 * difference.
 */
#include "frame_story.h"

#include "support/seeded.h"

/* Cuts the stream behind byte i where bit i of cuts is set. */
static void check_cut(const char *at, size_t len, const duos_frame_config *like,
                      uint32_t cuts)
{
    duos_frame_reader r;
    story wanted;
    story got = {"", 0, false};
    size_t begin = 0;
    size_t i;

    expect(&wanted, at, len, like);
    assert_ok(duos_frame_init(&r, like));
    for (i = 0; i < len; i++) {
        if (i + 1 == len || (cuts >> i & 1) != 0) {
            feed(&r, &got, at + begin, i + 1 - begin);
            begin = i + 1;
        }
    }
    finish(&r, &got);
    assert_same(&got, &wanted);
}

/* Each text of up to most of the three letters, in each cut. */
static void check_texts(const char *letters, size_t most,
                        const duos_frame_config *like)
{
    char text[8];
    size_t len;

    for (len = 1; len <= most; len++) {
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
                check_cut(text, len, like, cuts);
            }
        }
    }
}

/* ---- every cut -------------------------------------------------------- */

static void test_ST2_frame_lines_are_the_same_for_every_cut(void **state)
{
    size_t max;

    (void)state;
    for (max = 1; max <= 3; max++) {
        duos_frame_config skips = lines(max, true);
        duos_frame_config ends = lines(max, false);

        check_texts("a\r\n", 6, &skips);
        check_texts("a\r\n", 6, &ends);
    }
}

static void test_ST2_frame_lengths_are_the_same_for_every_cut(void **state)
{
    int variant;

    (void)state;
    for (variant = 0; variant < 12; variant++) {
        uint8_t prefix = (uint8_t)(1 << variant / 4);
        bool little = variant % 2 != 0;
        bool counts = variant / 2 % 2 != 0;
        duos_frame_config c = lengths(counts ? 1 : 2, prefix, little, counts);
        const char letters[3] = {0, 1, (char)(prefix + 1)};

        check_texts(letters, 6, &c);
    }
}

static void test_ST2_frame_fixed_sizes_are_the_same_for_every_cut(void **state)
{
    size_t bytes;

    (void)state;
    for (bytes = 1; bytes <= 5; bytes++) {
        duos_frame_config c = fixed(bytes);

        check_texts("abc", 5, &c);
    }
}

static duos_frame_config random_config(seeded *random)
{
    size_t max = 1 + seeded_below(random, 200);
    uint32_t kind = seeded_below(random, 3);

    if (kind == 0) {
        return lines(max, seeded_below(random, 2) == 0);
    }
    if (kind == 1) {
        return lengths(max, (uint8_t)(1 << seeded_below(random, 3)),
                       seeded_below(random, 2) == 0,
                       seeded_below(random, 2) == 0);
    }
    return fixed(max);
}

/* Mostly small numbers, so that lengths are possible; sometimes line ends. */
static void random_stream(seeded *random, char *text, size_t len)
{
    uint32_t rarity = 2 + seeded_below(random, 200);
    size_t at;

    for (at = 0; at < len; at++) {
        uint32_t dice = seeded_below(random, rarity);

        text[at] = dice == 0   ? '\n'
                   : dice == 1 ? '\r'
                               : (char)seeded_below(random, 1 + dice % 9);
    }
}

static void test_ST2_frame_random_streams_in_random_blocks(void **state)
{
    seeded random = {20240611};
    static char text[3000];
    int round;

    (void)state;
    for (round = 0; round < 3000; round++) {
        duos_frame_config like = random_config(&random);
        size_t len = 1 + seeded_below(&random, sizeof text);
        duos_frame_reader r;
        story wanted;
        story got = {"", 0, false};
        size_t at;
        size_t part;

        random_stream(&random, text, len);
        expect(&wanted, text, len, &like);
        assert_ok(duos_frame_init(&r, &like));
        for (at = 0; at < len; at += part) {
            part = 1 + seeded_below(&random, 400);
            part = part < len - at ? part : len - at;
            feed(&r, &got, text + at, part);
            assert_int_equal(duos_frame_held(&r), failing.bytes);
            assert_true(failing.bytes <= like.max + 1 + 64 ||
                        failing.bytes <= like.fixed + 64);
        }
        finish(&r, &got);
        assert_same(&got, &wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_ST2_frame_lines_are_the_same_for_every_cut),
        TEST(test_ST2_frame_lengths_are_the_same_for_every_cut),
        TEST(test_ST2_frame_fixed_sizes_are_the_same_for_every_cut),
        TEST(test_ST2_frame_random_streams_in_random_blocks),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
