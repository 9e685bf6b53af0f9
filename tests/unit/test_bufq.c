/* SPDX-License-Identifier: MIT */
/*
 * test_bufq.c - bufq.h: bytes come out as they went in, and an empty queue
 * holds no memory.
 */
#include "support/check.h"
#include "support/failing_alloc.h"
#include "support/seeded.h"

#include "bufq.h"

typedef struct queue {
    failing_alloc failing;
    duos__bufq q;
} queue;

static int set_up(void **state)
{
    static queue shared;

    failing_alloc_init(&shared.failing);
    memset(&shared.q, 0, sizeof shared.q);
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    queue *s = *state;

    duos__bufq_clear(&s->q, &s->failing.alloc);
    assert_all_freed(&s->failing);
    assert_int_equal(s->q.len, 0);
    return 0;
}

static void append(queue *s, const void *data, size_t len)
{
    assert_ok(duos__bufq_append(&s->q, &s->failing.alloc, data, len));
}

/* Takes the front whole and checks that it is text. */
static void assert_front(queue *s, const char *text)
{
    const void *data = NULL;
    size_t len = duos__bufq_front(&s->q, &data);

    assert_int_equal(len, strlen(text));
    assert_memory_equal(data, text, len);
}

static void test_bufq_empty_has_no_front_and_no_memory(void **state)
{
    queue *s = *state;
    const void *data = NULL;

    assert_int_equal(duos__bufq_front(&s->q, &data), 0);
    assert_null(data);
    append(s, "", 0);
    assert_int_equal(duos__bufq_front(&s->q, &data), 0);
    assert_int_equal(s->failing.bytes, 0);
}

static void test_bufq_small_appends_share_a_chunk(void **state)
{
    queue *s = *state;

    append(s, "hel", 3);
    append(s, "lo", 2);
    assert_int_equal(s->failing.blocks, 1);
    assert_int_equal(s->q.len, 5);
    assert_front(s, "hello");
}

static void test_bufq_consumed_bytes_are_gone(void **state)
{
    queue *s = *state;

    append(s, "hello", 5);
    duos__bufq_consume(&s->q, &s->failing.alloc, 3);
    assert_int_equal(s->q.len, 2);
    assert_front(s, "lo");
    duos__bufq_consume(&s->q, &s->failing.alloc, 2);
    assert_int_equal(s->failing.bytes, 0);
}

static void test_bufq_memory_is_what_waits_and_little_more(void **state)
{
    static const char zeros[300000];
    queue *s = *state;

    append(s, zeros, sizeof zeros);
    append(s, zeros, 10);
    assert_true(s->failing.bytes >= sizeof zeros + 10);
    assert_true(s->failing.bytes <= sizeof zeros + 2 * 4096);
}

static void test_bufq_clear_drops_everything(void **state)
{
    static const char zeros[20000];
    queue *s = *state;
    const void *data = NULL;

    append(s, zeros, 5);
    append(s, zeros, sizeof zeros);
    duos__bufq_clear(&s->q, &s->failing.alloc);
    assert_int_equal(s->q.len, 0);
    assert_int_equal(duos__bufq_front(&s->q, &data), 0);
    assert_int_equal(s->failing.bytes, 0);
    append(s, "again", 5);
    assert_front(s, "again");
}

/* All or nothing: half a message in the queue would be a message lost. */
static void test_ME1_bufq_append_without_memory_adds_nothing(void **state)
{
    static const char big[10000];
    queue *s = *state;

    failing_alloc_arm(&s->failing, 1, false);
    assert_err(DUOS_ENOMEM,
               duos__bufq_append(&s->q, &s->failing.alloc, "hello", 5));
    append(s, "hello", 5);
    failing_alloc_arm(&s->failing, 1, false);
    assert_err(DUOS_ENOMEM,
               duos__bufq_append(&s->q, &s->failing.alloc, big, sizeof big));
    assert_true(failing_alloc_struck(&s->failing));
    assert_int_equal(s->q.len, 5);
    assert_front(s, "hello");
    append(s, " world", 6);
    assert_front(s, "hello world");
}

static void test_ME4_bufq_append_of_an_impossible_length_is_enomem(void **state)
{
    queue *s = *state;

    assert_err(DUOS_ENOMEM,
               duos__bufq_append(&s->q, &s->failing.alloc, "x", SIZE_MAX - 8));
    assert_int_equal(s->q.len, 0);
    assert_int_equal(s->failing.requests, 0);
}

/* Byte number n of the stream, on both sides. */
static unsigned char byte_at(uint64_t n)
{
    return (unsigned char)(n * 31 + n / 251);
}

static void append_stream(queue *s, uint64_t *in, size_t len)
{
    unsigned char bytes[9000];
    size_t i;

    for (i = 0; i < len; i++) {
        bytes[i] = byte_at((*in)++);
    }
    append(s, bytes, len);
}

static void take_stream(queue *s, uint64_t *out, seeded *random)
{
    const void *data;
    size_t len = duos__bufq_front(&s->q, &data);
    size_t n = len > 0 ? 1 + seeded_below(random, (uint32_t)len) : 0;
    size_t i;

    for (i = 0; i < n; i++) {
        assert_int_equal(((const unsigned char *)data)[i], byte_at((*out)++));
    }
    if (n > 0) {
        duos__bufq_consume(&s->q, &s->failing.alloc, n);
    }
}

static void test_bufq_random_appends_and_takes_keep_the_order(void **state)
{
    queue *s = *state;
    seeded random = {4711};
    uint64_t in = 0;
    uint64_t out = 0;
    int step;

    for (step = 0; step < 20000; step++) {
        if (seeded_below(&random, 3) == 0) {
            append_stream(s, &in, seeded_below(&random, 9000));
        } else {
            take_stream(s, &out, &random);
        }
        assert_true(s->q.len == in - out);
    }
    while (s->q.len > 0) {
        take_stream(s, &out, &random);
    }
    assert_true(in == out);
    assert_int_equal(s->failing.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_bufq_empty_has_no_front_and_no_memory),
        TEST(test_bufq_small_appends_share_a_chunk),
        TEST(test_bufq_consumed_bytes_are_gone),
        TEST(test_bufq_memory_is_what_waits_and_little_more),
        TEST(test_bufq_clear_drops_everything),
        TEST(test_ME1_bufq_append_without_memory_adds_nothing),
        TEST(test_ME4_bufq_append_of_an_impossible_length_is_enomem),
        TEST(test_bufq_random_appends_and_takes_keep_the_order),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
