/* SPDX-License-Identifier: MIT */
/*
 * test_log.c - the queue of what is said: a reader who stalls holds up nobody,
 * what finds no room is counted, a write that fails is tried again. The
 * writing is replaced here, so readers stall on command; the threads are
 * those of the program.
 */
#include "cli/log.h"
#include "cli/os.h"
#include "cli/say.h"

#include "support/check.h"

#include <stdlib.h>

enum {
    LINE = 100,
    STREAMS = 2,
    CAPTURED_MAX = 1 << 20
};

/* What a stream does with a write. */
typedef enum mode {
    TAKES,
    STALLS,
    FAILS,
    HAS_NO_READER,
    TAKES_3_BYTES
} mode;

static struct {
    mode mode;
    unsigned tries;
    char captured[CAPTURED_MAX];
    size_t len;
} streams[STREAMS];

static os_monitor *guard;

/* ---- the seam, as far as log.c writes through it ------------------------ */

duos_err os_write(int stream, const void *data, size_t len)
{
    size_t done = 0;

    assert_int_equal(os_write_some(stream, data, len, &done), 0);
    assert_int_equal(done, len);
    return 0;
}

duos_err os_write_some(int stream, const void *data, size_t len, size_t *done)
{
    int i = stream == OS_STDERR;
    mode how;

    os_monitor_enter(guard);
    streams[i].tries++;
    os_monitor_notify(guard);
    while (streams[i].mode == STALLS) {
        os_monitor_wait(guard);
    }
    how = streams[i].mode;
    *done = how == TAKES_3_BYTES && len > 3 ? 3 : len;
    if (how == FAILS || how == HAS_NO_READER) {
        *done = 0;
    }
    if (*done <= CAPTURED_MAX - streams[i].len) {
        memcpy(streams[i].captured + streams[i].len, data, *done);
        streams[i].len += *done;
    }
    os_monitor_notify(guard);
    os_monitor_leave(guard);
    if (how == HAS_NO_READER) {
        return DUOS_EPIPE;
    }
    return how == FAILS ? DUOS_ENOSPC : DUOS_OK;
}

/* What somebody is told; written under the guard. */
static unsigned told;

void say_failure(const char *tried, const char *what, duos_err err)
{
    assert_string_equal(tried, "write");
    assert_string_equal(what, "standard output");
    assert_int_equal(err, DUOS_ENOSPC);
    os_monitor_enter(guard);
    told++;
    os_monitor_leave(guard);
}

/* ---- helpers ------------------------------------------------------------ */

static void set_mode(int stream, mode how)
{
    os_monitor_enter(guard);
    streams[stream == OS_STDERR].mode = how;
    os_monitor_notify(guard);
    os_monitor_leave(guard);
}

/* Waits until so many bytes have been written. */
static void await_len(int stream, size_t len)
{
    int i = stream == OS_STDERR;

    os_monitor_enter(guard);
    while (streams[i].len < len) {
        os_monitor_wait(guard);
    }
    os_monitor_leave(guard);
}

/* Writes the line of a number, LINE bytes with its line feed. */
static void put_line(int stream, unsigned number)
{
    char line[LINE + 1];

    sprintf(line, "%-*u\n", LINE - 1, number);
    assert_int_equal(log_write(stream, line, LINE), 0);
}

/* Puts a line, and waits until a write begins. */
static void put_and_await_try(int stream, unsigned number)
{
    int i = stream == OS_STDERR;
    unsigned before;

    os_monitor_enter(guard);
    before = streams[i].tries;
    os_monitor_leave(guard);
    put_line(stream, number);
    os_monitor_enter(guard);
    while (streams[i].tries == before) {
        os_monitor_wait(guard);
    }
    os_monitor_leave(guard);
}

static size_t write_notice(char *text, size_t cap, uint64_t dropped)
{
    assert_true(cap >= 256);
    return (size_t)sprintf(text, "dropped %u\n", (unsigned)dropped);
}

static void forget(int stream)
{
    log_flush(PATIENCE_MS);
    os_monitor_enter(guard);
    streams[stream == OS_STDERR].len = 0;
    os_monitor_leave(guard);
}

/* Reads lines from what was captured: each is a number one up, or a notice
 * that stands for so many numbers. Returns the first number that is not. */
static unsigned follow(int stream, unsigned next, unsigned *notices)
{
    char *at = streams[stream == OS_STDERR].captured;
    char *end = at + streams[stream == OS_STDERR].len;

    while (at < end) {
        char *feed = memchr(at, '\n', (size_t)(end - at));

        assert_non_null(feed);
        if (strncmp(at, "dropped ", 8) == 0) {
            next += (unsigned)strtoul(at + 8, NULL, 10);
            (*notices)++;
        } else {
            assert_int_equal(strtoul(at, NULL, 10), next);
            assert_int_equal(feed - at, LINE - 1);
            next++;
        }
        at = feed + 1;
    }
    return next;
}

/* ---- tests -------------------------------------------------------------- */

static void test_log_without_start_writes_at_once(void **state)
{
    (void)state;
    assert_int_equal(log_write(OS_STDOUT, "now\n", 4), 0);
    assert_memory_equal(streams[0].captured, "now\n", 4);
    streams[0].len = 0;
    log_flush(-1);
}

static void test_log_keeps_order_and_every_line(void **state)
{
    unsigned notices = 0;
    unsigned i;

    (void)state;
    assert_int_equal(log_start(OS_STDOUT, write_notice), 0);
    assert_int_equal(log_start(OS_STDERR, write_notice), 0);
    for (i = 0; i < 1000; i++) {
        put_line(OS_STDERR, i);
    }
    log_flush(PATIENCE_MS);
    assert_int_equal(follow(OS_STDERR, 0, &notices), 1000);
    assert_int_equal(notices, 0);
    forget(OS_STDERR);
}

static void test_CH5_log_reader_that_stalls_holds_up_nobody(void **state)
{
    unsigned count = 3 * LOG_QUEUE / LINE;
    unsigned notices = 0;
    unsigned i;

    (void)state;
    set_mode(OS_STDERR, STALLS);
    put_and_await_try(OS_STDERR, 0);
    for (i = 1; i < count; i++) {
        put_line(OS_STDERR, i);
    }
    put_line(OS_STDOUT, 0); /* the other stream goes on */
    await_len(OS_STDOUT, LINE);
    assert_int_equal(streams[1].len, 0);
    set_mode(OS_STDERR, TAKES);
    log_flush(PATIENCE_MS);
    assert_int_equal(follow(OS_STDERR, 0, &notices), count);
    assert_int_equal(notices, 1);
    assert_true(streams[1].len > LOG_QUEUE / 3);
    assert_true(streams[1].len <= LOG_QUEUE + LINE);
    /* After the notice lines are taken again. */
    put_line(OS_STDERR, count);
    log_flush(PATIENCE_MS);
    notices = 0;
    assert_int_equal(follow(OS_STDERR, 0, &notices), count + 1);
    assert_int_equal(notices, 1);
    forget(OS_STDERR);
    forget(OS_STDOUT);
}

static void test_log_write_that_fails_is_tried_again_without_loss(void **state)
{
    unsigned notices = 0;
    unsigned i;

    (void)state;
    set_mode(OS_STDERR, FAILS);
    for (i = 0; i < 9; i++) {
        put_line(OS_STDERR, i);
    }
    log_flush(PATIENCE_MS);
    put_and_await_try(OS_STDERR, 9); /* a second time */
    log_flush(PATIENCE_MS); /* does not wait for what cannot be written */
    assert_int_equal(streams[1].len, 0);
    set_mode(OS_STDERR, TAKES_3_BYTES);
    put_line(OS_STDERR, 10);
    await_len(OS_STDERR, 11 * LINE);
    log_flush(PATIENCE_MS);
    assert_int_equal(follow(OS_STDERR, 0, &notices), 11);
    assert_int_equal(notices, 0);
    set_mode(OS_STDERR, TAKES);
    forget(OS_STDERR);
}

static void assert_told(unsigned times)
{
    os_monitor_enter(guard);
    assert_int_equal(told, times);
    os_monitor_leave(guard);
}

static void test_log_output_that_fails_is_told_once(void **state)
{
    (void)state;
    assert_false(log_failed(OS_STDOUT));
    set_mode(OS_STDOUT, HAS_NO_READER);
    put_and_await_try(OS_STDOUT, 0);
    log_flush(PATIENCE_MS);
    assert_false(log_failed(OS_STDOUT));
    assert_told(0);
    set_mode(OS_STDOUT, FAILS);
    put_and_await_try(OS_STDOUT, 1);
    put_and_await_try(OS_STDOUT, 2);
    log_flush(PATIENCE_MS);
    assert_true(log_failed(OS_STDOUT));
    assert_false(log_failed(OS_STDERR));
    assert_told(1);
    set_mode(OS_STDOUT, TAKES);
    await_len(OS_STDOUT, 3 * LINE);
    log_flush(PATIENCE_MS);
    assert_false(log_failed(OS_STDOUT));
    forget(OS_STDOUT);
}

static void test_log_flush_waits_no_longer_than_asked(void **state)
{
    int64_t begun;

    (void)state;
    set_mode(OS_STDERR, STALLS);
    put_line(OS_STDERR, 0);
    begun = os_time_ms();
    log_flush(200);
    assert_true(os_time_ms() - begun >= 190);
    assert_true(os_time_ms() - begun < PATIENCE_MS);
    set_mode(OS_STDERR, TAKES);
    forget(OS_STDERR);
}

static int begin(void **state)
{
    (void)state;
    return os_monitor_create(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_without_start_writes_at_once),
        cmocka_unit_test(test_log_keeps_order_and_every_line),
        cmocka_unit_test(test_CH5_log_reader_that_stalls_holds_up_nobody),
        cmocka_unit_test(test_log_write_that_fails_is_tried_again_without_loss),
        cmocka_unit_test(test_log_output_that_fails_is_told_once),
        cmocka_unit_test(test_log_flush_waits_no_longer_than_asked),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
