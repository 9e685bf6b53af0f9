/* SPDX-License-Identifier: MIT */
/*
 * test_poller_memory.c - a poller that runs out of memory, at every
 * allocation that it makes: what it had goes on, and nothing leaks.
 */
#include "support/net.h"
#include "support/failing_alloc.h"

#include <duosock/poller.h>

#define MANY 600 /* more than two pages of entries */

static duos_err create_with(failing_alloc *failing, duos_poller **out)
{
    duos_poller_config config;

    duos_poller_config_init(&config);
    config.alloc = &failing->alloc;
    return duos_poller_create(&config, out);
}

static void test_ME1_poller_create_without_memory_is_enomem(void **state)
{
    failing_alloc failing;
    duos_poller_config config;
    duos_poller *poller = NULL;
    duos_err err;
    size_t k = 0;
    size_t failures = 0;

    (void)state;
    failing_alloc_init(&failing);
    do {
        k++;
        failing_alloc_arm(&failing, k, k % 2 == 0);
        err = create_with(&failing, &poller);
        if (err == DUOS_OK) {
            duos_poller_destroy(poller);
        } else {
            assert_int_equal(err, DUOS_ENOMEM);
            assert_null(poller);
            failures++;
        }
        assert_all_freed(&failing);
    } while (err != DUOS_OK);
    assert_true(failures >= 2);
    duos_poller_config_init(&config);
    config.alloc = &failing.alloc;
    failing_alloc_arm(&failing, 1, true);
    assert_err(DUOS_ENOMEM, duos_poller_create(&config, &poller));
    assert_all_freed(&failing);
}

/* ---- growth ----------------------------------------------------------- */

static struct {
    duos_socket sockets[MANY];
    duos_token tokens[MANY];
    failing_alloc failing;
    duos_poller *poller;
    size_t failures;
} grown;

static size_t count_writable(void)
{
    static duos_poll_event events[MANY + 1];
    size_t n = 0;

    assert_ok(duos_poller_wait(grown.poller, events, MANY + 1, 0, &n));
    return n;
}

/* Adds one socket, with each of its allocations failing once before. */
static void add_against_failures(size_t i, bool sticky)
{
    size_t k = 0;

    for (;;) {
        duos_err err;

        failing_alloc_arm(&grown.failing, ++k, sticky);
        err = duos_poller_add(grown.poller, grown.sockets[i], DUOS_WRITE,
                              &grown.sockets[i], &grown.tokens[i]);
        if (err == DUOS_OK) {
            break;
        }
        assert_int_equal(err, DUOS_ENOMEM);
        assert_true(failing_alloc_struck(&grown.failing));
        (void)count_writable(); /* the others are still watched */
        grown.failures++;
    }
    failing_alloc_arm(&grown.failing, 0, false);
}

static void grow_against_failures(bool sticky)
{
    size_t i;

    memset(&grown, 0, sizeof grown);
    failing_alloc_init(&grown.failing);
    assert_ok(create_with(&grown.failing, &grown.poller));
    for (i = 0; i < MANY; i++) {
        grown.sockets[i] = net_open(DUOS_IPV4, DUOS_DGRAM);
        add_against_failures(i, sticky);
        if (i % 100 == 99) {
            size_t told = 0;

            /* Some tell 256 at most, so more than one wait. */
            told = count_writable();
            assert_true(told == i + 1 || (told >= 256 && told <= i));
        }
    }
    assert_true(grown.failures >= 2);
    duos_poller_destroy(grown.poller);
    for (i = 0; i < MANY; i++) {
        net_close(&grown.sockets[i]);
    }
    assert_all_freed(&grown.failing);
}

static void test_ME1_poller_add_fails_once_at_each_allocation(void **state)
{
    (void)state;
    if (!os_allow_descriptors(MANY)) {
        skip_because("this system does not allow so many descriptors");
    }
    grow_against_failures(false);
}

static void test_ME1_poller_add_fails_for_good_at_each_allocation(void **state)
{
    (void)state;
    if (!os_allow_descriptors(MANY)) {
        skip_because("this system does not allow so many descriptors");
    }
    grow_against_failures(true);
}

/* Until there is room for no more, and then what needs no memory. */
static void test_ME1_poller_add_without_memory_is_enomem(void **state)
{
    static duos_socket sockets[MANY];
    duos_token token = {0};
    duos_token before;
    duos_err err = DUOS_OK;
    size_t n = 0;

    (void)state;
    failing_alloc_init(&grown.failing);
    assert_ok(create_with(&grown.failing, &grown.poller));
    sockets[n] = net_open(DUOS_IPV4, DUOS_DGRAM);
    assert_ok(duos_poller_add(grown.poller, sockets[n++], 0, NULL, &token));
    failing_alloc_arm(&grown.failing, 1, true);
    while (err == DUOS_OK && n < MANY) {
        sockets[n] = net_open(DUOS_IPV4, DUOS_DGRAM);
        before = token;
        err = duos_poller_add(grown.poller, sockets[n++], 0, NULL, &token);
    }
    assert_true(token.value == before.value);
    assert_int_equal(count_writable(), 0); /* there is room for the others */
    assert_err(DUOS_ENOMEM,
               duos_poller_add(grown.poller, sockets[n - 1], 0, NULL, &token));
    grown.failing.requests = 0;
    assert_ok(duos_poller_mod(grown.poller, token, DUOS_WRITE));
    assert_ok(duos_poller_wakeup(grown.poller));
    assert_ok(duos_poller_del(grown.poller, token));
    assert_ok(duos_poller_add(grown.poller, sockets[n - 2], 0, NULL, &token));
    assert_int_equal(grown.failing.requests, 0);
    duos_poller_destroy(grown.poller);
    assert_all_freed(&grown.failing);
    while (n > 0) {
        net_close(&sockets[--n]);
    }
}

/* Used again and again, memory does not grow. */
static void test_poller_memory_is_used_again(void **state)
{
    failing_alloc failing;
    duos_poller *poller = NULL;
    pair p = net_pair(DUOS_IPV4);
    duos_token token;
    size_t bytes;
    int i;

    (void)state;
    failing_alloc_init(&failing);
    assert_ok(create_with(&failing, &poller));
    assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
    bytes = failing.bytes;
    for (i = 0; i < 1000; i++) {
        assert_ok(duos_poller_del(poller, token));
        assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
    }
    assert_int_equal(failing.bytes, bytes);
    duos_poller_destroy(poller);
    assert_all_freed(&failing);
    net_close_pair(&p);
}

static void test_poller_refused_adds_take_no_memory(void **state)
{
    const duos_socket far_out = duos_socket_from_os((intptr_t)1 << 24);
    failing_alloc failing;
    duos_poller *poller = NULL;
    pair p = net_pair(DUOS_IPV4);
    duos_token token;
    size_t bytes;
    int i;

    (void)state;
    failing_alloc_init(&failing);
    assert_ok(create_with(&failing, &poller));
    assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
    bytes = failing.bytes;
    for (i = 0; i < 1000; i++) {
        assert_err(DUOS_EEXIST,
                   duos_poller_add(poller, p.client, 0, NULL, &token));
    }
    assert_int_equal(failing.bytes, bytes);
    /* Nor does a number far out that is no socket. */
    assert_err(DUOS_EBADF, duos_poller_add(poller, far_out, 0, NULL, &token));
    assert_int_equal(failing.bytes, bytes);
    duos_poller_destroy(poller);
    assert_all_freed(&failing);
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ME1_poller_create_without_memory_is_enomem),
        cmocka_unit_test(test_ME1_poller_add_fails_once_at_each_allocation),
        cmocka_unit_test(test_ME1_poller_add_fails_for_good_at_each_allocation),
        cmocka_unit_test(test_ME1_poller_add_without_memory_is_enomem),
        cmocka_unit_test(test_poller_memory_is_used_again),
        cmocka_unit_test(test_poller_refused_adds_take_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
