/* SPDX-License-Identifier: MIT */
/*
 * test_refused.c - a connect that fails is told by whoever waits for it, in
 * every way of waiting (trap 28): WSAPoll on older Windows never did, and a
 * select that asks for writability alone does not.
 */
#include "support/net.h"

#include <duosock/poller.h>
#include <duosock/select.h>

#define COUNT 20

typedef struct attempts {
    duos_socket sockets[COUNT];
    bool told[COUNT];
    size_t missing;
} attempts;

static attempts all;

/* Begins them all; one that is refused at once has been told (trap 33). */
static void begin(void)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    int i;

    memset(&all, 0, sizeof all);
    for (i = 0; i < COUNT; i++) {
        duos_err err;

        all.sockets[i] = net_open(DUOS_IPV4, DUOS_STREAM);
        err = duos_connect(all.sockets[i], &at);
        all.told[i] = err == DUOS_ECONNREFUSED;
        all.missing += !all.told[i];
        assert_true(all.told[i] || err == DUOS_EINPROGRESS);
    }
}

static void tell(size_t i)
{
    assert_err(DUOS_ECONNREFUSED, duos_connect_result(all.sockets[i]));
    assert_false(all.told[i]);
    all.told[i] = true;
    all.missing--;
}

static void end(void)
{
    int i;

    for (i = 0; i < COUNT; i++) {
        assert_true(all.told[i]);
        net_close(&all.sockets[i]);
    }
}

static void run_poller(unsigned interest, unsigned wanted)
{
    duos_poll_event events[COUNT];
    duos_token tokens[COUNT];
    duos_poller *poller;
    size_t n, i;

    assert_ok(duos_poller_create(NULL, &poller));
    begin();
    for (i = 0; i < COUNT; i++) {
        if (!all.told[i]) {
            assert_ok(duos_poller_add(poller, all.sockets[i], interest,
                                      &all.sockets[i], &tokens[i]));
        }
    }
    while (all.missing > 0) {
        assert_ok(duos_poller_wait(poller, events, COUNT, PATIENCE_MS, &n));
        assert_true(n > 0); /* or some failure got lost */
        for (; n > 0; n--) {
            const duos_poll_event *e = &events[n - 1];
            size_t which = (size_t)((duos_socket *)e->user - all.sockets);

            assert_int_equal(e->events & wanted, wanted);
            assert_ok(duos_poller_del(poller, tokens[which]));
            tell(which);
        }
    }
    duos_poller_destroy(poller);
    end();
}

static void test_trap_28_poller_tells_of_every_refusal(void **state)
{
    (void)state;
    run_poller(DUOS_WRITE, DUOS_WRITE);
    run_poller(DUOS_READ | DUOS_WRITE, DUOS_READ | DUOS_WRITE);
}

/* Not promised as such, but nobody must wait for ever. */
static void test_trap_28_poller_tells_readers_of_every_refusal(void **state)
{
    (void)state;
    run_poller(DUOS_READ, DUOS_READ);
}

static void test_trap_28_wait_tells_of_every_refusal(void **state)
{
    size_t i;

    (void)state;
    begin();
    for (i = 0; i < COUNT; i++) {
        if (!all.told[i]) {
            net_await(all.sockets[i], i % 2 == 0 ? DUOS_WRITE : DUOS_READ);
            tell(i);
        }
    }
    end();
}

static void test_trap_28_select_tells_of_every_refusal(void **state)
{
    duos_fdset writable;
    size_t ready, i;

    (void)state;
    duos_fdset_init(&writable, NULL);
    begin();
    while (all.missing > 0) {
        duos_fdset_zero(&writable);
        for (i = 0; i < COUNT; i++) {
            if (!all.told[i]) {
                assert_ok(duos_fdset_set(&writable, all.sockets[i]));
            }
        }
        assert_ok(duos_select(NULL, &writable, NULL, PATIENCE_MS, &ready));
        assert_true(ready > 0);
        for (i = 0; i < COUNT; i++) {
            if (duos_fdset_isset(&writable, all.sockets[i])) {
                tell(i);
            }
        }
    }
    duos_fdset_fini(&writable);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_28_poller_tells_of_every_refusal),
        cmocka_unit_test(test_trap_28_poller_tells_readers_of_every_refusal),
        cmocka_unit_test(test_trap_28_wait_tells_of_every_refusal),
        cmocka_unit_test(test_trap_28_select_tells_of_every_refusal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
