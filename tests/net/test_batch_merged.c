/* SPDX-License-Identifier: MIT */
/*
 * test_batch_merged.c - datagrams of one size to one peer leave Linux as one,
 * which it cuts apart again: how many leave, and that they arrive as if each
 * had been sent by itself. The linker puts this file's sendmmsg and getsockopt
 * before the system's.
 */
#define _GNU_SOURCE 1

#include "support/net.h"

#include <duosock/option.h>

#include <errno.h>

#include <sys/socket.h>
#include <sys/uio.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>

#ifndef UDP_SEGMENT /* older headers: the library has no name for it, too */
#define UDP_SEGMENT (-1)
#endif

#define COUNT 20

/* What the calls saw, and are to say. */
static struct {
    unsigned calls;   /* of sendmmsg */
    unsigned headers; /* of the last of them */
    unsigned asked;   /* how often the option of UDP was asked for */
    bool old_kernel;  /* which does not know of it */
    int no_merging;   /* errno for what is merged; 0 lets it pass */
    unsigned only;    /* so many headers go, 0 for all */
    int error;        /* of the next sendmmsg */
} sys;

int __real_sendmmsg(int fd, struct mmsghdr *list, unsigned count, int flags);
int __wrap_sendmmsg(int fd, struct mmsghdr *list, unsigned count, int flags);
int __real_getsockopt(int fd, int level, int name, void *value, void *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, void *len);

int __wrap_sendmmsg(int fd, struct mmsghdr *list, unsigned count, int flags)
{
    int error = sys.error;

    sys.calls++;
    sys.headers = count;
    sys.error = 0;
    if (error == 0 && list[0].msg_hdr.msg_iovlen > 1) {
        error = sys.no_merging;
    }
    if (error != 0) {
        errno = error;
        return -1;
    }
    return __real_sendmmsg(fd, list, sys.only != 0 ? sys.only : count, flags);
}

int __wrap_getsockopt(int fd, int level, int name, void *value, void *len)
{
    sys.asked += level == IPPROTO_UDP;
    if (level == IPPROTO_UDP && sys.old_kernel) {
        errno = ENOPROTOOPT;
        return -1;
    }
    return __real_getsockopt(fd, level, name, value, len);
}

/* ---- what is sent ------------------------------------------------------- */

typedef struct scene {
    duos_socket from;
    duos_socket to;
    duos_addr at;
    duos_message list[COUNT];
    duos_buf parts[COUNT];
    char bytes[COUNT][1500];
} scene;

static scene sc;

/* Message i is 100 bytes, each of them 'A' + i, to the same receiver. */
static void begin(duos_family family)
{
    int size = 0;
    socklen_t len = sizeof size;
    size_t i;

    memset(&sys, 0, sizeof sys);
    memset(&sc, 0, sizeof sc);
    sc.from = net_open(family, DUOS_DGRAM);
    if (__real_getsockopt((int)sc.from.os, IPPROTO_UDP, UDP_SEGMENT, &size,
                          &len) != 0) {
        net_close(&sc.from);
        skip_because("this kernel merges no datagrams");
    }
    sc.to = net_bind(family, DUOS_DGRAM, &sc.at);
    for (i = 0; i < COUNT; i++) {
        memset(sc.bytes[i], (int)('A' + i), sizeof sc.bytes[i]);
        sc.parts[i].data = sc.bytes[i];
        sc.parts[i].len = 100;
        sc.list[i].parts = &sc.parts[i];
        sc.list[i].count = 1;
        sc.list[i].has = DUOS_HAS_PEER;
        sc.list[i].peer = sc.at;
    }
}

static void set_sizes(size_t len)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        sc.parts[i].len = len;
    }
}

static void end(void)
{
    net_close(&sc.from);
    net_close(&sc.to);
}

/* All of them with one call of the library. */
static void send_all(void)
{
    size_t n = 0;

    assert_ok(duos_send_batch(sc.from, sc.list, COUNT, &n));
    assert_int_equal(n, COUNT);
}

/* One that is as message i. */
static void assert_next(duos_socket s, size_t i)
{
    char data[2000];
    size_t n = 0;
    bool truncated = true;

    net_await(s, DUOS_READ);
    assert_ok(duos_recvfrom(s, data, sizeof data, &n, NULL, &truncated));
    assert_false(truncated);
    assert_int_equal(n, sc.parts[i].len);
    assert_memory_equal(data, sc.bytes[i], n);
}

static void assert_all_arrive(void)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        assert_next(sc.to, i);
    }
}

/* ---- what is merged ------------------------------------------------------ */

static void test_batch_of_one_size_to_one_peer_leaves_as_one(void **state)
{
    (void)state;
    begin(DUOS_IPV4);
    send_all();
    assert_int_equal(sys.calls, 1);
    assert_int_equal(sys.asked, 1);
    assert_int_equal(sys.headers, 1);
    assert_all_arrive();
    end();
}

static void test_batch_of_one_size_leaves_as_one_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    begin(DUOS_IPV6);
    send_all();
    assert_int_equal(sys.headers, 1);
    assert_all_arrive();
    end();
}

static void test_batch_of_a_connected_socket_leaves_as_one(void **state)
{
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    assert_ok(duos_connect(sc.from, &sc.at));
    for (i = 0; i < COUNT; i++) {
        sc.list[i].has = 0;
    }
    send_all();
    assert_int_equal(sys.headers, 1);
    assert_all_arrive();
    end();
}

/* The last of them may be shorter, but not empty, and none longer. */
static void test_batch_of_other_sizes_is_cut_where_they_change(void **state)
{
    (void)state;
    begin(DUOS_IPV4);
    sc.parts[4].len = 7;   /* 0 to 4 */
    sc.parts[9].len = 101; /* 5 to 8 and 9 to 10, whose last is shorter */
    sc.parts[12].len = 0;  /* 11, 12, 13 to 19 */
    send_all();
    assert_int_equal(sys.headers, 6);
    assert_all_arrive();
    end();
}

/* It has no parts to look at. */
static void test_batch_that_begins_with_nothing_is_cut_behind_it(void **state)
{
    (void)state;
    begin(DUOS_IPV4);
    sc.parts[0].len = 0;
    sc.list[0].parts = NULL;
    sc.list[0].count = 0;
    send_all();
    assert_int_equal(sys.headers, 2);
    assert_all_arrive();
    end();
}

static void test_batch_of_long_ones_is_not_merged(void **state)
{
    (void)state;
    begin(DUOS_IPV4);
    set_sizes(1453);
    send_all();
    assert_int_equal(sys.headers, COUNT);
    assert_int_equal(sys.asked, 0);
    assert_all_arrive();
    end();
}

static void test_batch_in_two_parts_is_not_merged(void **state)
{
    duos_buf two[COUNT][2];
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    for (i = 0; i < COUNT; i++) {
        two[i][0].data = sc.bytes[i];
        two[i][0].len = 60;
        two[i][1].data = sc.bytes[i];
        two[i][1].len = 40;
        sc.list[i].parts = two[i];
        sc.list[i].count = 2;
    }
    send_all();
    assert_int_equal(sys.headers, COUNT);
    assert_all_arrive();
    end();
}

static void test_batch_to_two_peers_leaves_by_turns(void **state)
{
    duos_addr at;
    duos_socket other;
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    other = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    for (i = 10; i < COUNT; i++) {
        sc.list[i].peer = at;
    }
    send_all();
    assert_int_equal(sys.headers, 2);
    for (i = 0; i < COUNT; i++) {
        assert_next(i < 10 ? sc.to : other, i);
    }
    for (i = 0; i < COUNT; i++) {
        sc.list[i].peer = i % 2 == 0 ? sc.at : at;
    }
    send_all();
    assert_int_equal(sys.headers, COUNT);
    assert_int_equal(sys.asked, 1); /* by the first batch */
    for (i = 0; i < COUNT; i++) {
        assert_next(i % 2 == 0 ? sc.to : other, i);
    }
    net_close(&other);
    end();
}

/* What goes with them goes with each: here the TTL, and where they are from. */
static void test_batch_with_fields_keeps_them_for_each(void **state)
{
    duos_message got;
    duos_buf part;
    char data[200];
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    assert_ok(duos_set_bool(sc.to, DUOS_OPT_RECV_TTL, true));
    for (i = 0; i < COUNT; i++) {
        sc.list[i].has |= DUOS_HAS_TTL | DUOS_HAS_LOCAL;
        sc.list[i].ttl = i < 5 ? 7 : 9;
        sc.list[i].local = duos_addr_loopback(DUOS_IPV4, 0);
        sc.list[i].local.ip.v4[3] = i < 10 ? 1 : 2;
    }
    sc.list[15].has = sc.list[16].has |= DUOS_HAS_TOS;
    sc.list[16].tos = 8;
    sc.list[17].has = sc.list[18].has |= DUOS_HAS_IFINDEX;
    sc.list[18].ifindex = if_nametoindex("lo");
    send_all();
    assert_int_equal(sys.headers, 8);
    memset(&got, 0, sizeof got);
    part.data = data;
    part.len = sizeof data;
    got.parts = &part;
    got.count = 1;
    for (i = 0; i < COUNT; i++) {
        net_await(sc.to, DUOS_READ);
        assert_ok(duos_recvmsg(sc.to, &got));
        assert_int_equal(got.len, 100);
        assert_int_equal(data[99], 'A' + (int)i);
        assert_int_equal(got.ttl, i < 5 ? 7 : 9);
        assert_int_equal(got.peer.ip.v4[3], i < 10 ? 1 : 2);
    }
    end();
}

/* ---- where it cannot be -------------------------------------------------- */

static void test_batch_of_an_old_kernel_is_not_merged(void **state)
{
    (void)state;
    begin(DUOS_IPV4);
    sys.old_kernel = true;
    send_all();
    assert_int_equal(sys.asked, 1);
    assert_int_equal(sys.headers, COUNT);
    assert_all_arrive();
    end();
}

/* Unix sockets take the wish and do not know it: one long datagram. */
static void test_batch_of_unix_datagrams_is_not_merged(void **state)
{
    duos_socket ends[2];
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    assert_true(os_datagram_pair(ends));
    for (i = 0; i < COUNT; i++) {
        sc.list[i].has = 0;
    }
    for (i = 0; i < COUNT;) {
        size_t n = 0;
        size_t end_of_it;

        assert_ok(duos_send_batch(ends[0], sc.list + i, COUNT - i, &n));
        for (end_of_it = i + n; i < end_of_it; i++) {
            assert_next(ends[1], i);
        }
    }
    net_close(&ends[0]);
    net_close(&ends[1]);
    end();
}

/* Whoever has asked for it himself means what he said: 100 bytes are four. */
static void test_batch_of_a_socket_that_cuts_is_not_merged(void **state)
{
    char data[200];
    size_t n = 0;
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    assert_ok(duos_set_int(sc.from, DUOS_OPT_SEGMENT, 30));
    send_all();
    assert_int_equal(sys.headers, COUNT);
    for (i = 0; i < (size_t)COUNT * 4; i++) {
        net_await(sc.to, DUOS_READ);
        assert_ok(duos_recvfrom(sc.to, data, sizeof data, &n, NULL, NULL));
        assert_int_equal(n, i % 4 == 3 ? 10 : 30);
    }
    end();
}

static void test_batch_that_may_not_be_merged_goes_apart(void **state)
{
    static const int errors[] = {EINVAL, EMSGSIZE, EIO};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        begin(DUOS_IPV4);
        sys.no_merging = errors[i];
        send_all();
        assert_int_equal(sys.calls, 2);
        assert_int_equal(sys.headers, COUNT);
        assert_all_arrive();
        end();
    }
}

/* Without checksums Linux refuses to merge. */
static void test_batch_without_checksums_goes_apart(void **state)
{
    int on = 1;

    (void)state;
    begin(DUOS_IPV4);
    assert_int_equal(0, setsockopt((int)sc.from.os, SOL_SOCKET, SO_NO_CHECK,
                                   &on, sizeof on));
    send_all();
    assert_int_equal(sys.calls, 2);
    assert_all_arrive();
    end();
}

/* What does not fit the way in one is cut by IP, but never when merged. */
static void test_batch_longer_than_the_way_goes_apart(void **state)
{
    int least = 1280;

    (void)state;
    net_need(DUOS_IPV6);
    begin(DUOS_IPV6);
    assert_int_equal(0, setsockopt((int)sc.from.os, IPPROTO_IPV6, IPV6_MTU,
                                   &least, sizeof least));
    set_sizes(1400);
    send_all();
    assert_int_equal(sys.calls, 2);
    assert_int_equal(sys.headers, COUNT);
    assert_all_arrive();
    end();
}

/* ---- what it says ---------------------------------------------------------
 */

static void test_batch_cut_short_tells_messages(void **state)
{
    size_t n = 0;
    size_t i;

    (void)state;
    begin(DUOS_IPV4);
    sc.parts[6].len = 50;
    sys.only = 1;
    assert_ok(duos_send_batch(sc.from, sc.list, COUNT, &n));
    assert_int_equal(n, 7);
    for (i = 0; i < n; i++) {
        assert_next(sc.to, i);
    }
    end();
}

static void test_batch_with_another_error_is_not_sent_twice(void **state)
{
    size_t n = 99;

    (void)state;
    begin(DUOS_IPV4);
    sys.error = ENOBUFS;
    assert_err(DUOS_ENOBUFS, duos_send_batch(sc.from, sc.list, COUNT, &n));
    assert_int_equal(sys.calls, 1);
    sc.parts[0].len = 50; /* the first goes alone, so the error is its own */
    sys.error = EMSGSIZE;
    assert_err(DUOS_EMSGSIZE, duos_send_batch(sc.from, sc.list, COUNT, &n));
    assert_int_equal(sys.calls, 2);
    assert_int_equal(sys.headers, 2);
    sys.error = EINTR;
    send_all();
    assert_int_equal(sys.calls, 4);
    assert_int_equal(n, 99);
    assert_all_arrive();
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_of_one_size_to_one_peer_leaves_as_one),
        cmocka_unit_test(test_batch_of_one_size_leaves_as_one_ipv6),
        cmocka_unit_test(test_batch_of_a_connected_socket_leaves_as_one),
        cmocka_unit_test(test_batch_of_other_sizes_is_cut_where_they_change),
        cmocka_unit_test(test_batch_that_begins_with_nothing_is_cut_behind_it),
        cmocka_unit_test(test_batch_of_long_ones_is_not_merged),
        cmocka_unit_test(test_batch_in_two_parts_is_not_merged),
        cmocka_unit_test(test_batch_to_two_peers_leaves_by_turns),
        cmocka_unit_test(test_batch_with_fields_keeps_them_for_each),
        cmocka_unit_test(test_batch_of_an_old_kernel_is_not_merged),
        cmocka_unit_test(test_batch_of_unix_datagrams_is_not_merged),
        cmocka_unit_test(test_batch_of_a_socket_that_cuts_is_not_merged),
        cmocka_unit_test(test_batch_that_may_not_be_merged_goes_apart),
        cmocka_unit_test(test_batch_without_checksums_goes_apart),
        cmocka_unit_test(test_batch_longer_than_the_way_goes_apart),
        cmocka_unit_test(test_batch_cut_short_tells_messages),
        cmocka_unit_test(test_batch_with_another_error_is_not_sent_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
