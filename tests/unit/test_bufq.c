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

/* ---- shared buffers ---------------------------------------------------- */

/* What a queue holds for one, as a reference and as bytes. */
#define ENTRY_MAX 64

static duos_shared *share(queue *s, const void *data, size_t len)
{
    duos_shared *shared = NULL;

    assert_ok(duos_shared_create(data, len, &s->failing.alloc, &shared));
    return shared;
}

static void append_shared(queue *s, duos_shared *shared, size_t begin)
{
    assert_ok(
        duos__bufq_append_shared(&s->q, &s->failing.alloc, shared, begin));
}

static void test_bufq_shared_bytes_are_not_copied(void **state)
{
    static const char zeros[20000];
    queue *s = *state;
    duos_shared *shared = share(s, zeros, sizeof zeros);
    size_t before = s->failing.bytes;
    const void *data = NULL;
    int i;

    for (i = 1; i <= 100; i++) {
        append_shared(s, shared, 0);
        assert_int_equal(s->q.len, (size_t)i * sizeof zeros);
    }
    assert_true(s->failing.bytes - before <= 100 * ENTRY_MAX);
    assert_int_equal(duos__bufq_front(&s->q, &data), sizeof zeros);
    assert_ptr_equal(data, duos_shared_data(shared));
    duos_shared_release(shared);
}

static void test_bufq_shared_bytes_begin_where_they_are_told_to(void **state)
{
    static const char text[] = "0123456789012345678901234567890123456789"
                               "0123456789012345678901234567890123456789";
    queue *s = *state;
    duos_shared *shared = share(s, text, sizeof text - 1);

    append_shared(s, shared, 3);
    assert_front(s, text + 3);
    duos__bufq_consume(&s->q, &s->failing.alloc, 4);
    assert_front(s, text + 7);
    append_shared(s, shared, sizeof text - 1); /* nothing is left of it */
    assert_int_equal(s->q.len, sizeof text - 1 - 7);
    duos_shared_release(shared);
}

static void test_bufq_holds_shared_bytes_until_they_are_consumed(void **state)
{
    static const char zeros[100];
    queue *s = *state;
    duos_shared *shared = share(s, zeros, sizeof zeros);

    append_shared(s, shared, 0);
    duos_shared_release(shared);
    assert_true(s->failing.bytes > sizeof zeros);
    duos__bufq_consume(&s->q, &s->failing.alloc, 99);
    assert_true(s->failing.bytes > sizeof zeros);
    duos__bufq_consume(&s->q, &s->failing.alloc, 1);
    assert_int_equal(s->failing.bytes, 0);
    append(s, "again", 5);
    assert_front(s, "again");
}

/* A line that others send as well must not be written into. */
static void test_bufq_small_appends_do_not_go_into_a_shared_chunk(void **state)
{
    static const char line[] = "a line that is long enough for a reference, "
                               "which few bytes are not";
    queue *s = *state;
    duos_shared *shared = share(s, line, sizeof line - 1);

    append_shared(s, shared, 0);
    append(s, "small", 5);
    append_shared(s, shared, 0);
    append(s, "more", 4);
    assert_front(s, line);
    duos__bufq_consume(&s->q, &s->failing.alloc, sizeof line - 1);
    assert_front(s, "small");
    duos__bufq_consume(&s->q, &s->failing.alloc, 5);
    assert_front(s, line);
    duos__bufq_consume(&s->q, &s->failing.alloc, sizeof line - 1);
    assert_front(s, "more");
    assert_memory_equal(duos_shared_data(shared), line, sizeof line - 1);
    duos_shared_release(shared);
}

/* Behind others: a reference would take more than the few bytes. */
static void test_ST7_bufq_of_tiny_shared_buffers_is_not_many_times_as_big(
    void **state)
{
    queue *s = *state;
    duos_shared *shared = share(s, "x\n", 2);
    int i;

    append_shared(s, shared, 0);
    assert_int_equal(s->failing.blocks, 2); /* 4 KiB for all would be much */
    assert_true(s->failing.bytes < 200);
    for (i = 1; i < 10000; i++) {
        append_shared(s, shared, 0);
    }
    assert_int_equal(s->q.len, 20000);
    assert_true(s->failing.bytes <= s->q.len + 2 * 4096);
    duos_shared_release(shared);
}

/* A page for each of those small ones would be fifty times too much. */
static void test_ST7_bufq_of_long_and_short_by_turns_is_not_many_times_as_big(
    void **state)
{
    static const char line[64];
    queue *s = *state;
    duos_shared *shared = share(s, line, sizeof line);
    int i, j;

    for (i = 1; i <= 1000; i++) {
        append_shared(s, shared, 0);
        for (j = 0; j < i % 10; j++) {
            append(s, "short", 5);
        }
        assert_true(s->failing.bytes <= s->q.len * 9 / 4 + 256);
    }
    duos_shared_release(shared);
}

static void test_ME1_bufq_append_shared_without_memory_adds_nothing(
    void **state)
{
    static const char zeros[100];
    queue *s = *state;
    duos_shared *shared = share(s, zeros, sizeof zeros);
    size_t before = s->failing.bytes;

    failing_alloc_arm(&s->failing, 1, false);
    assert_err(DUOS_ENOMEM,
               duos__bufq_append_shared(&s->q, &s->failing.alloc, shared, 0));
    assert_int_equal(s->q.len, 0);
    assert_int_equal(s->failing.bytes, before);
    append_shared(s, shared, 0);
    duos_shared_release(shared);
}

/* ---- at random ---------------------------------------------------------- */

/* Byte number n of the stream, on both sides. */
static unsigned char byte_at(uint64_t n)
{
    return (unsigned char)(n * 31 + n / 251);
}

static void append_stream(queue *s, uint64_t *in, size_t len, bool shared)
{
    unsigned char bytes[9000];
    duos_shared *buffer;
    size_t i;

    for (i = 0; i < len; i++) {
        bytes[i] = byte_at((*in)++);
    }
    if (!shared) {
        append(s, bytes, len);
        return;
    }
    buffer = share(s, bytes, len);
    append_shared(s, buffer, 0);
    duos_shared_release(buffer);
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
            append_stream(s, &in, seeded_below(&random, 9000),
                          seeded_below(&random, 3) == 0);
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
        TEST(test_bufq_shared_bytes_are_not_copied),
        TEST(test_bufq_shared_bytes_begin_where_they_are_told_to),
        TEST(test_bufq_holds_shared_bytes_until_they_are_consumed),
        TEST(test_bufq_small_appends_do_not_go_into_a_shared_chunk),
        TEST(test_ST7_bufq_of_tiny_shared_buffers_is_not_many_times_as_big),
        TEST(test_ST7_bufq_of_long_and_short_by_turns_is_not_many_times_as_big),
        TEST(test_ME1_bufq_append_shared_without_memory_adds_nothing),
        TEST(test_bufq_random_appends_and_takes_keep_the_order),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
