/* SPDX-License-Identifier: MIT */
/*
 * test_frame.c - frame.h: how a stream is cut into blocks makes no
 * difference, memory is bounded, and what cannot go on says so.
 */
#include "support/check.h"
#include "support/failing_alloc.h"
#include "support/seeded.h"

#include <duosock/frame.h>
#include <stdlib.h>

enum {
    STORY_MAX = 16384
};

static failing_alloc failing;

static int set_up(void **state)
{
    (void)state;
    failing_alloc_init(&failing);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_all_freed(&failing);
    return 0;
}

/* ---- configurations --------------------------------------------------- */

static duos_frame_config lines(size_t max, bool skip_long)
{
    duos_frame_config config;

    duos_frame_config_init(&config);
    config.max = max;
    config.skip_long = skip_long;
    config.alloc = &failing.alloc;
    return config;
}

static duos_frame_config lengths(size_t max, uint8_t prefix, bool little,
                                 bool counts)
{
    duos_frame_config config = lines(max, false);

    config.kind = DUOS_FRAME_LENGTH;
    config.prefix = prefix;
    config.little_endian = little;
    config.counts_prefix = counts;
    return config;
}

static duos_frame_config fixed(size_t bytes)
{
    duos_frame_config config = lines(bytes, false);

    config.kind = DUOS_FRAME_FIXED;
    config.fixed = bytes;
    return config;
}

/* ---- what comes out --------------------------------------------------- */

/*
 * "<...>" for each frame, "!" for one that is too long, "?" for a length that
 * cannot be, "." at the end, and "~..." when there is half a frame.
 */
typedef struct story {
    char text[STORY_MAX];
    size_t len;
    bool broken; /* and told so */
} story;

static void add(story *s, const char *before, const void *data, size_t len,
                const char *after)
{
    assert_true(s->len + len + 2 < sizeof s->text);
    s->len += (size_t)sprintf(s->text + s->len, "%s", before);
    memcpy(s->text + s->len, data, len);
    s->len += len;
    s->len += (size_t)sprintf(s->text + s->len, "%s", after);
}

/* The same by the book, with the whole stream at hand. */
static void expect_lines(story *s, const unsigned char *at, size_t len,
                         const duos_frame_config *like)
{
    size_t begin = 0;
    size_t i;

    for (i = 0; i <= len && !s->broken; i++) {
        bool ended = i < len && at[i] == '\n';
        size_t size = i - begin;

        if (!ended && (i < len || size == 0)) {
            continue;
        }
        size -= size > 0 && at[i - 1] == '\r';
        if (size > like->max) {
            s->broken = !like->skip_long;
            add(s, "!", "", 0, "");
        } else {
            add(s, ended ? "<" : "~", at + begin, size, ended ? ">" : "");
        }
        begin = i + 1;
    }
    add(s, ".", "", 0, "");
}

static size_t read_length(const unsigned char *at, const duos_frame_config *c)
{
    size_t length = 0;
    size_t i;

    for (i = 0; i < c->prefix; i++) {
        length = length << 8 | at[c->little_endian ? c->prefix - 1u - i : i];
    }
    return length;
}

static void expect_sized(story *s, const unsigned char *at, size_t len,
                         const duos_frame_config *like)
{
    size_t prefix = like->kind == DUOS_FRAME_LENGTH ? like->prefix : 0;
    size_t i = 0;

    while (i < len) {
        size_t need = prefix > 0 ? like->max : like->fixed;

        if (len - i < prefix) {
            add(s, "~", "", 0, "");
            break;
        }
        if (prefix > 0) {
            need = read_length(at + i, like);
        }
        s->broken = prefix > 0 && like->counts_prefix && need < prefix;
        if (s->broken) {
            add(s, "?", "", 0, "");
            break;
        }
        need -= like->counts_prefix ? prefix : 0;
        s->broken = need > like->max;
        if (s->broken) {
            add(s, "!", "", 0, "");
            break;
        }
        i += prefix;
        if (len - i < need) {
            add(s, "~", at + i, len - i, "");
            break;
        }
        add(s, "<", at + i, need, ">");
        i += need;
    }
    add(s, ".", "", 0, "");
}

static void expect(story *s, const void *data, size_t len,
                   const duos_frame_config *like)
{
    s->len = 0;
    s->broken = false;
    if (like->kind == DUOS_FRAME_LINE) {
        expect_lines(s, data, len, like);
    } else {
        expect_sized(s, data, len, like);
    }
}

/* ---- a reader that is fed --------------------------------------------- */

static void take(duos_frame_reader *r, story *s, duos_bytes *block)
{
    duos_bytes frame;
    duos_err err;

    while ((err = duos_frame_next(r, block, &frame)) != DUOS_EWOULDBLOCK) {
        if (err == DUOS_OK) {
            assert_non_null(frame.data);
            add(s, "<", frame.data, frame.len, ">");
            continue;
        }
        assert_true(err == DUOS_ELIMIT || err == DUOS_EPROTO);
        if (!s->broken) {
            add(s, err == DUOS_ELIMIT ? "!" : "?", "", 0, "");
        }
        if (!r->skip_long) {
            s->broken = true;
            return;
        }
    }
    assert_int_equal(block->len, 0);
}

/* A copy of its own size, so a sanitizer sees each byte beyond it. */
static void feed(duos_frame_reader *r, story *s, const void *at, size_t len)
{
    void *copy = malloc(len > 0 ? len : 1);
    duos_bytes block = {copy, len};

    assert_non_null(copy);
    memcpy(copy, at, len);
    take(r, s, &block);
    free(copy);
}

static void finish(duos_frame_reader *r, story *s)
{
    duos_bytes rest;
    duos_err err = duos_frame_end(r, &rest);

    assert_true((err != DUOS_OK && err != DUOS_ETRUNCATED) == s->broken);
    assert_true(err == DUOS_ETRUNCATED || rest.len == 0);
    if (err == DUOS_ETRUNCATED) {
        add(s, "~", rest.data, rest.len, "");
    }
    add(s, ".", "", 0, "");
    duos_frame_fini(r);
}

static void assert_same(const story *got, const story *wanted)
{
    if (got->len != wanted->len ||
        memcmp(got->text, wanted->text, got->len) != 0) {
        fail_msg("got %.*s, wanted %.*s", (int)got->len, got->text,
                 (int)wanted->len, wanted->text);
    }
}

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
        TEST(test_ST2_frame_lines_are_the_same_for_every_cut),
        TEST(test_ST2_frame_lengths_are_the_same_for_every_cut),
        TEST(test_ST2_frame_fixed_sizes_are_the_same_for_every_cut),
        TEST(test_ST2_frame_random_streams_in_random_blocks),
        TEST(test_frame_within_a_block_is_not_copied),
        TEST(test_P3_frame_memory_follows_what_came_not_what_was_said),
        TEST(test_frame_tail_grows_in_few_steps),
        TEST(test_frame_lines_without_a_limit_grow),
        TEST(test_ME1_frame_goes_on_when_memory_is_back),
        TEST(test_ME1_frame_without_memory_says_so),
        TEST(test_ME4_frame_sizes_near_the_end_of_size_t),
        TEST(test_ME4_frame_tail_and_a_huge_block),
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
