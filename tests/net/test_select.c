/* SPDX-License-Identifier: MIT */
/*
 * test_select.c - duos_select with the meaning of the classic call, and where
 * the systems differ, with the one that is documented.
 */
#include "support/net.h"
#include "support/failing_alloc.h"

#include <duosock/option.h>

/* The three sets of a call. */
typedef struct sets {
    failing_alloc failing;
    duos_fdset r;
    duos_fdset w;
    duos_fdset e;
    size_t ready;
} sets;

static int set_up(void **state)
{
    static sets shared;

    failing_alloc_init(&shared.failing);
    duos_fdset_init(&shared.r, &shared.failing.alloc);
    duos_fdset_init(&shared.w, &shared.failing.alloc);
    duos_fdset_init(&shared.e, &shared.failing.alloc);
    shared.ready = 99;
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    sets *s = *state;

    duos_fdset_fini(&s->r);
    duos_fdset_fini(&s->w);
    duos_fdset_fini(&s->e);
    assert_all_freed(&s->failing);
    return 0;
}

static void put(duos_fdset *set, duos_socket s)
{
    assert_ok(duos_fdset_set(set, s));
}

static void put_all(sets *s, duos_socket socket)
{
    put(&s->r, socket);
    put(&s->w, socket);
    put(&s->e, socket);
}

static void call(sets *s, int64_t timeout_ms)
{
    assert_ok(duos_select(&s->r, &s->w, &s->e, timeout_ms, &s->ready));
    assert_int_equal(s->ready, duos_fdset_count(&s->r) +
                                   duos_fdset_count(&s->w) +
                                   duos_fdset_count(&s->e));
}

/* In which of the three a socket is, as "r", "rw", "we", "". */
static const char *where(const sets *s, duos_socket socket)
{
    static char text[4];
    size_t n = 0;

    if (duos_fdset_isset(&s->r, socket)) {
        text[n++] = 'r';
    }
    if (duos_fdset_isset(&s->w, socket)) {
        text[n++] = 'w';
    }
    if (duos_fdset_isset(&s->e, socket)) {
        text[n++] = 'e';
    }
    text[n] = '\0';
    return text;
}

/* ---- the classic meaning ---------------------------------------------- */

static void test_select_keeps_those_that_are_ready(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    size_t n;

    put_all(s, p.client);
    put_all(s, p.server);
    assert_ok(duos_send(p.client, "x", 1, &n));
    net_await(p.server, DUOS_READ);
    call(s, PATIENCE_MS);
    assert_string_equal(where(s, p.client), "w");
    assert_string_equal(where(s, p.server), "rw");
    assert_int_equal(s->ready, 3);
    net_close_pair(&p);
}

static void test_select_readable_by_data_end_and_connection(void **state)
{
    sets *s = *state;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    pair ended = net_pair(DUOS_IPV4);
    pair quiet = net_pair(DUOS_IPV4);

    net_close(&ended.client);
    net_await(ended.server, DUOS_READ);
    net_await(listener, DUOS_READ);
    put(&s->r, listener);
    put(&s->r, ended.server);
    put(&s->r, quiet.server);
    call(s, PATIENCE_MS);
    assert_string_equal(where(s, listener), "r");
    assert_string_equal(where(s, ended.server), "r");
    assert_string_equal(where(s, quiet.server), "");
    net_close(&client);
    net_close(&listener);
    net_close(&ended.server);
    net_close_pair(&quiet);
}

static void test_select_full_connection_is_not_writable(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);

    (void)net_fill(p.client);
    put_all(s, p.client);
    call(s, 0);
    assert_int_equal(s->ready, 0);
    assert_string_equal(where(s, p.client), "");
    net_close_pair(&p);
}

static void test_select_null_is_an_empty_set(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);

    put(&s->w, p.client);
    assert_ok(duos_select(NULL, &s->w, NULL, PATIENCE_MS, &s->ready));
    assert_int_equal(s->ready, 1);
    put(&s->r, p.client);
    assert_ok(duos_select(&s->r, NULL, NULL, 0, &s->ready));
    assert_int_equal(s->ready, 0);
    put(&s->e, p.client);
    assert_ok(duos_select(NULL, NULL, &s->e, 0, NULL));
    assert_int_equal(duos_fdset_count(&s->e), 0);
    net_close_pair(&p);
}

/* Level-triggered: what is ready is ready each time. */
static void test_select_tells_again_until_it_is_read(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;
    int i;

    assert_ok(duos_send(p.client, "x", 1, &n));
    for (i = 0; i < 3; i++) {
        put(&s->r, p.server);
        call(s, PATIENCE_MS);
        assert_int_equal(s->ready, 1);
    }
    assert_ok(duos_recv(p.server, &byte, 1, &n));
    call(s, 0);
    assert_int_equal(s->ready, 0);
    net_close_pair(&p);
}

/* ---- where systems differ --------------------------------------------- */

/* Trap 27: among the exceptions on Windows, writable elsewhere. */
static void test_trap_27_failed_connect_shows_in_write_and_except(void **state)
{
    sets *s = *state;
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket socket = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err err = duos_connect(socket, &at);

    if (err != DUOS_EINPROGRESS) {
        net_close(&socket);
        skip_because("this system refuses before it could be waited for");
    }
    put(&s->w, socket);
    put(&s->e, socket);
    call(s, PATIENCE_MS);
    assert_string_equal(where(s, socket), "we");
    assert_int_equal(s->ready, 2);
    assert_err(DUOS_ECONNREFUSED, duos_connect_result(socket));
    net_close(&socket);
}

static void test_trap_27_failed_connect_shows_in_except_alone(void **state)
{
    sets *s = *state;
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket socket = net_open(DUOS_IPV4, DUOS_STREAM);

    if (duos_connect(socket, &at) != DUOS_EINPROGRESS) {
        net_close(&socket);
        skip_because("this system refuses before it could be waited for");
    }
    put(&s->e, socket);
    call(s, PATIENCE_MS);
    assert_string_equal(where(s, socket), "e");
    net_close(&socket);
}

static void test_trap_27_good_connect_shows_in_write_only(void **state)
{
    sets *s = *state;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket socket = net_open(DUOS_IPV4, DUOS_STREAM);

    assert_err(DUOS_EINPROGRESS, duos_connect(socket, &at));
    put_all(s, socket);
    call(s, PATIENCE_MS);
    assert_string_equal(where(s, socket), "w");
    net_close(&socket);
    net_close(&listener);
}

/* select(2) fails as a whole then; Windows does not say which it was. */
static void test_select_bad_member_is_told_alone(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    pair quiet = net_pair(DUOS_IPV4);
    duos_socket bad = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = bad;

    net_close(&bad);
    put(&s->r, copy);
    put(&s->e, copy);
    put(&s->r, quiet.server);
    put(&s->w, p.client);
    call(s, -1);
    assert_string_equal(where(s, copy), "re");
    assert_string_equal(where(s, p.client), "w");
    assert_string_equal(where(s, quiet.server), "");
    assert_int_equal(s->ready, 3);
    net_close_pair(&p);
    net_close_pair(&quiet);
}

static void test_select_only_bad_members_return_at_once(void **state)
{
    sets *s = *state;
    duos_socket never = duos_socket_from_os(INT32_MAX - 4);
    duos_socket negative = duos_socket_from_os(-2);

    put(&s->w, never);
    put(&s->r, negative);
    call(s, -1);
    assert_string_equal(where(s, never), "w");
    assert_string_equal(where(s, negative), "r");
}

/* poll(2) passes over these and would wait. */
static void test_select_negative_member_returns_at_once(void **state)
{
    sets *s = *state;
    uint64_t begin = net_now();

    put(&s->r, duos_socket_from_os(-2));
    call(s, PATIENCE_MS);
    assert_int_equal(s->ready, 1);
    assert_waited_less_than(begin, 0);
}

static void test_ST11_urgent_byte_shows_in_except_not_in_read(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);

    assert_true(os_send_urgent(p.client, '!'));
    put(&s->e, p.server);
    call(s, PATIENCE_MS);
    assert_string_equal(where(s, p.server), "e");
    put_all(s, p.server);
    call(s, 0);
    assert_string_equal(where(s, p.server), "we");
    net_close_pair(&p);
}

/* Windows would tell of it again and again to one who did not ask. */
static void test_ST11_urgent_byte_does_not_end_a_wait_for_write(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    uint64_t begin;

    assert_true(os_send_urgent(p.client, '!'));
    put(&s->e, p.server);
    call(s, PATIENCE_MS);
    (void)net_fill(p.server);
    duos_fdset_zero(&s->e);
    put(&s->w, p.server);
    begin = net_now();
    call(s, 30);
    assert_int_equal(s->ready, 0);
    assert_waited_at_least(begin, 30);
    net_close_pair(&p);
}

/* ---- time ------------------------------------------------------------- */

/* Trap 61: an error on Windows, a sleep for us. */
static void test_trap_61_select_of_nothing_sleeps(void **state)
{
    static const int64_t timeouts[] = {0, 1, 5, 20};
    sets *s = *state;
    size_t i;

    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        uint64_t begin = net_now();

        call(s, timeouts[i]);
        assert_waited_at_least(begin, timeouts[i]);
        begin = net_now();
        s->ready = 99;
        assert_ok(duos_select(NULL, NULL, NULL, timeouts[i], &s->ready));
        assert_int_equal(s->ready, 0);
        assert_waited_at_least(begin, timeouts[i]);
        assert_waited_less_than(begin, timeouts[i]);
    }
}

static void test_trap_67_select_is_never_shorter_than_its_timeout(void **state)
{
    static const int64_t timeouts[] = {0, 1, 2, 3, 7, 16};
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    size_t i;

    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        uint64_t begin = net_now();

        put(&s->r, p.client);
        put(&s->e, p.client);
        call(s, timeouts[i]);
        assert_int_equal(s->ready, 0);
        assert_waited_at_least(begin, timeouts[i]);
        assert_waited_less_than(begin, timeouts[i]);
    }
    net_close_pair(&p);
}

static void test_API7_select_any_timeout_ends_when_ready(void **state)
{
    static const int64_t timeouts[] = {-1, INT64_MIN, INT64_MAX, 0};
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    size_t i;

    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        put(&s->w, p.client);
        call(s, timeouts[i]);
        assert_int_equal(s->ready, 1);
    }
    net_close_pair(&p);
}

/* ---- what is refused -------------------------------------------------- */

static void test_select_one_set_twice_is_einval(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);

    put(&s->r, p.client);
    assert_err(DUOS_EINVAL, duos_select(&s->r, &s->r, NULL, 0, &s->ready));
    assert_err(DUOS_EINVAL, duos_select(&s->r, NULL, &s->r, 0, &s->ready));
    assert_err(DUOS_EINVAL, duos_select(NULL, &s->w, &s->w, 0, &s->ready));
    assert_int_equal(duos_fdset_count(&s->r), 1);
    assert_int_equal(s->ready, 99);
    net_close_pair(&p);
}

static void test_ME1_select_without_memory_leaves_the_sets(void **state)
{
    sets *s = *state;
    pair p = net_pair(DUOS_IPV4);
    size_t requests;

    put_all(s, p.client);
    put(&s->r, p.server);
    failing_alloc_arm(&s->failing, 1, true);
    assert_err(DUOS_ENOMEM, duos_select(&s->r, &s->w, &s->e, 0, &s->ready));
    assert_true(failing_alloc_struck(&s->failing));
    assert_string_equal(where(s, p.client), "rwe");
    assert_string_equal(where(s, p.server), "r");
    assert_int_equal(s->ready, 99);
    /* The first call needs memory, one like it does not. */
    failing_alloc_arm(&s->failing, 0, false);
    call(s, 0);
    requests = s->failing.requests;
    assert_true(requests > 0);
    put_all(s, p.client);
    put(&s->r, p.server);
    failing_alloc_arm(&s->failing, 1, true);
    call(s, 0);
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_select_keeps_those_that_are_ready),
        TEST(test_select_readable_by_data_end_and_connection),
        TEST(test_select_full_connection_is_not_writable),
        TEST(test_select_null_is_an_empty_set),
        TEST(test_select_tells_again_until_it_is_read),
        TEST(test_trap_27_failed_connect_shows_in_write_and_except),
        TEST(test_trap_27_failed_connect_shows_in_except_alone),
        TEST(test_trap_27_good_connect_shows_in_write_only),
        TEST(test_select_bad_member_is_told_alone),
        TEST(test_select_only_bad_members_return_at_once),
        TEST(test_select_negative_member_returns_at_once),
        TEST(test_ST11_urgent_byte_shows_in_except_not_in_read),
        TEST(test_ST11_urgent_byte_does_not_end_a_wait_for_write),
        TEST(test_trap_61_select_of_nothing_sleeps),
        TEST(test_trap_67_select_is_never_shorter_than_its_timeout),
        TEST(test_API7_select_any_timeout_ends_when_ready),
        TEST(test_select_one_set_twice_is_einval),
        TEST(test_ME1_select_without_memory_leaves_the_sets),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
