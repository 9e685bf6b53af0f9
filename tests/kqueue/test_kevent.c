/* SPDX-License-Identifier: MIT */
/*
 * test_kevent.c - what poller_kqueue.c relies on, asked of kevent itself.
 *
 * On Linux it holds the stand-in of kevent.c to this, on macOS and the BSDs
 * the kernel: where both pass, the stand-in stands for the kernel.
 */
#define _GNU_SOURCE      1
#define _DARWIN_C_SOURCE 1

#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <sys/event.h>
#include <unistd.h>

#include "support/net.h"

#define CAP 8

/* A queue, and a connection whose server end is watched. */
static struct {
    int kq;
    pair p;
    uintptr_t server;
    struct kevent got[CAP];
} t;

static const struct timespec at_once = {0, 0};
static const struct timespec patience = {PATIENCE_MS / 1000, 0};

static int set_up(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    t.kq = kqueue();
    assert_true(t.kq >= 0);
    t.p = net_pair(DUOS_IPV4);
    t.server = (uintptr_t)t.p.server.os;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    net_close_pair(&t.p);
    return close(t.kq);
}

static struct kevent change_of(uintptr_t ident, void *udata)
{
    struct kevent change;

    memset(&change, 0, sizeof change);
    change.ident = ident;
    change.udata = udata;
    return change;
}

static struct kevent add_reader(void *udata)
{
    struct kevent change = change_of(t.server, udata);

    change.filter = EVFILT_READ;
    change.flags = EV_ADD;
    return change;
}

static struct kevent add_writer(void *udata)
{
    struct kevent change = change_of(t.server, udata);

    change.filter = EVFILT_WRITE;
    change.flags = EV_ADD;
    return change;
}

static void apply(struct kevent change)
{
    assert_int_equal(kevent(t.kq, &change, 1, NULL, 0, NULL), 0);
}

/* The error in the receipt of a change. */
static int receipt_of(struct kevent change)
{
    change.flags |= EV_RECEIPT;
    assert_int_equal(kevent(t.kq, &change, 1, t.got, CAP, &at_once), 1);
    assert_true((t.got[0].flags & EV_ERROR) != 0);
    return (int)t.got[0].data;
}

static int wait_for(int cap)
{
    return kevent(t.kq, NULL, 0, t.got, cap, &patience);
}

static int ask(void)
{
    return kevent(t.kq, NULL, 0, t.got, CAP, &at_once);
}

static void make_readable(void)
{
    assert_ok(duos_send_all(t.p.client, "x", 1, 0, NULL));
    net_await(t.p.server, DUOS_READ);
}

/* ---- changes ---------------------------------------------------------- */

static void test_kevent_receipt_is_zero_and_keeps_events(void **state)
{
    (void)state;
    make_readable();
    assert_int_equal(receipt_of(add_reader(NULL)), 0);
    assert_int_equal(receipt_of(add_writer(NULL)), 0);
    assert_int_equal(ask(), 2);
}

static void test_kevent_receipt_names_the_error(void **state)
{
    struct kevent change = add_reader(NULL);

    (void)state;
    change.flags = EV_DELETE;
    assert_int_equal(receipt_of(change), ENOENT);
    net_close(&t.p.server);
    assert_int_equal(receipt_of(add_reader(NULL)), EBADF);
    assert_int_equal(receipt_of(change), EBADF);
}

static void test_kevent_failed_change_does_not_stop_the_next(void **state)
{
    struct kevent changes[2];

    (void)state;
    changes[0] = add_reader(NULL);
    changes[0].flags = EV_DELETE | EV_RECEIPT;
    changes[1] = add_writer(NULL);
    changes[1].flags = EV_ADD | EV_RECEIPT;
    assert_int_equal(kevent(t.kq, changes, 2, changes, 2, &at_once), 2);
    assert_int_equal(changes[0].data, ENOENT);
    assert_int_equal(changes[1].data, 0);
    assert_int_equal(wait_for(CAP), 1);
}

static void test_kevent_added_twice_has_the_last_udata(void **state)
{
    (void)state;
    apply(add_writer(&t.kq));
    apply(add_writer(&t.p));
    assert_int_equal(wait_for(CAP), 1);
    assert_ptr_equal(t.got[0].udata, &t.p);
}

static void test_kevent_close_takes_the_filters_along(void **state)
{
    (void)state;
    apply(add_reader(NULL));
    apply(add_writer(NULL));
    net_close(&t.p.server);
    assert_int_equal(ask(), 0);
    t.p.server = net_open(DUOS_IPV4, DUOS_STREAM); /* has the number now */
    assert_int_equal(ask(), 0);
}

/* ---- events ----------------------------------------------------------- */

static void test_kevent_tells_each_filter_again_and_again(void **state)
{
    int i;

    (void)state;
    make_readable();
    apply(add_reader(&t.kq));
    apply(add_writer(&t.p));
    for (i = 0; i < 3; i++) {
        assert_int_equal(wait_for(CAP), 2);
        assert_true(t.got[0].filter != t.got[1].filter);
        assert_true(t.got[0].ident == t.server && t.got[1].ident == t.server);
    }
}

static void test_kevent_small_cap_tells_both_in_turns(void **state)
{
    unsigned readable = 0;
    unsigned writable = 0;
    int i;

    (void)state;
    make_readable();
    apply(add_reader(NULL));
    apply(add_writer(NULL));
    for (i = 0; i < 6; i++) {
        assert_int_equal(wait_for(1), 1);
        if (t.got[0].filter == EVFILT_READ) {
            readable++;
        } else {
            writable++;
        }
    }
    assert_true(readable >= 2 && writable >= 2);
}

static void test_trap_64_kevent_eof_of_the_peer(void **state)
{
    (void)state;
    apply(add_reader(NULL));
    net_close(&t.p.client);
    assert_int_equal(wait_for(CAP), 1);
    assert_true((t.got[0].flags & EV_EOF) != 0);
}

static void test_trap_64_kevent_eof_of_our_own_shutdown(void **state)
{
    (void)state;
    apply(add_writer(NULL));
    assert_int_equal(wait_for(CAP), 1);
    assert_true((t.got[0].flags & EV_EOF) == 0);
    assert_ok(duos_shutdown(t.p.server, DUOS_SHUT_SEND));
    assert_int_equal(wait_for(CAP), 1);
    assert_true((t.got[0].flags & EV_EOF) != 0);
}

static void test_kevent_queue_is_readable_when_it_has_events(void **state)
{
    duos_socket queue = duos_socket_from_os(t.kq);

    (void)state;
    apply(add_reader(NULL));
    assert_err(DUOS_ETIMEDOUT, duos_wait(queue, DUOS_READ, 0, NULL));
    make_readable();
    net_await(queue, DUOS_READ);
}

/* ---- the user filter -------------------------------------------------- */

static struct kevent user_change(void)
{
    struct kevent change = change_of((uintptr_t)t.kq, NULL);

    change.filter = EVFILT_USER;
    return change;
}

static void test_kevent_user_filter_is_told_once(void **state)
{
    struct kevent add = user_change();
    struct kevent trigger = user_change();

    (void)state;
    trigger.fflags = NOTE_TRIGGER;
    assert_int_equal(kevent(t.kq, &trigger, 1, NULL, 0, NULL), -1);
    assert_int_equal(errno, ENOENT);
    add.flags = EV_ADD | EV_CLEAR;
    apply(add);
    assert_int_equal(ask(), 0);
    apply(trigger);
    apply(trigger);
    assert_int_equal(wait_for(CAP), 1);
    assert_int_equal(t.got[0].filter, EVFILT_USER);
    assert_int_equal(ask(), 0);
    apply(trigger);
    assert_int_equal(wait_for(CAP), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_kevent_receipt_is_zero_and_keeps_events),
        TEST(test_kevent_receipt_names_the_error),
        TEST(test_kevent_failed_change_does_not_stop_the_next),
        TEST(test_kevent_added_twice_has_the_last_udata),
        TEST(test_kevent_close_takes_the_filters_along),
        TEST(test_kevent_tells_each_filter_again_and_again),
        TEST(test_kevent_small_cap_tells_both_in_turns),
        TEST(test_trap_64_kevent_eof_of_the_peer),
        TEST(test_trap_64_kevent_eof_of_our_own_shutdown),
        TEST(test_kevent_queue_is_readable_when_it_has_events),
        TEST(test_kevent_user_filter_is_told_once),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
