/* SPDX-License-Identifier: MIT */
/*
 * test_urgent.c - the urgent byte of a stream: out of band, in its place, not
 * there, and its mark.
 */
#include "support/net.h"

#include <duosock/option.h>

static duos_buf buf(void *data, size_t len)
{
    duos_buf b;

    b.data = data;
    b.len = len;
    return b;
}

static void send_urgent(duos_socket s)
{
    char text[] = "abU";
    duos_buf parts[2];
    size_t n = 0;

    parts[0] = buf(text, 2);
    parts[1] = buf(text + 2, 1);
    assert_ok(duos_sendv(s, parts, 2, DUOS_MSG_OOB, &n));
    assert_int_equal(n, 3);
    assert_ok(duos_send(s, "cd", 2, &n));
}

/* The urgent byte may come later than it was announced. */
static duos_err take_urgent(duos_socket s, char *byte)
{
    uint64_t begin = net_now();
    duos_buf part = buf(byte, 1);
    size_t n = 0;
    duos_err err;

    do {
        err = duos_recvv(s, &part, 1, DUOS_MSG_OOB, &n);
        assert_waited_less_than(begin, PATIENCE_MS);
    } while (err == DUOS_EWOULDBLOCK);
    return err;
}

static void test_urgent_byte_overtakes_and_leaves_a_mark(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[8] = "";
    char urgent = 0;
    duos_buf part = buf(text, sizeof text);
    size_t n = 0;
    bool at = true;

    (void)state;
    send_urgent(p.client);
    assert_ok(take_urgent(p.server, &urgent));
    assert_int_equal(urgent, 'U');
    assert_ok(duos_at_mark(p.server, &at));
    assert_true(!at || os_is_windows()); /* no urgent byte is waiting */
    /* A receive stops at the mark. */
    assert_ok(duos_recvv(p.server, &part, 1, 0, &n));
    assert_int_equal(n, 2);
    assert_memory_equal(text, "ab", 2);
    assert_ok(duos_at_mark(p.server, &at));
    assert_true(at || os_is_wine()); /* it turns the answer round */
    assert_ok(duos_recv_exact(p.server, text, 2, PATIENCE_MS, NULL));
    assert_memory_equal(text, "cd", 2);
    net_close_pair(&p);
}

static void test_urgent_byte_not_there_is_ewouldblock(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    duos_buf part = buf(&byte, 1);
    size_t n = 9;

    (void)state;
    assert_err(DUOS_EWOULDBLOCK,
               duos_recvv(p.client, &part, 1, DUOS_MSG_OOB, &n));
    assert_int_equal(n, 9);
    net_exchange(p.server, p.client);
    net_close_pair(&p);
}

static void test_urgent_byte_inline_is_in_its_place(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[8] = "";
    duos_buf part = buf(text, 1);
    size_t n = 0;

    (void)state;
    assert_ok(duos_set_bool(p.server, DUOS_OPT_OOB_INLINE, true));
    send_urgent(p.client);
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_EINVAL, duos_recvv(p.server, &part, 1, DUOS_MSG_OOB, &n));
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, NULL));
    assert_memory_equal(text, "abUcd", 5);
    net_close_pair(&p);
}

static void test_urgent_datagram_is_eopnotsupp(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    char byte = 'x';
    duos_buf part = buf(&byte, 1);
    size_t n;
    bool mark;

    (void)state;
    assert_err(DUOS_EOPNOTSUPP, duos_sendv(s, &part, 1, DUOS_MSG_OOB, &n));
    assert_err(DUOS_EOPNOTSUPP, duos_recvv(s, &part, 1, DUOS_MSG_OOB, &n));
    assert_err(DUOS_EOPNOTSUPP, duos_at_mark(s, &mark));
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urgent_byte_overtakes_and_leaves_a_mark),
        cmocka_unit_test(test_urgent_byte_not_there_is_ewouldblock),
        cmocka_unit_test(test_urgent_byte_inline_is_in_its_place),
        cmocka_unit_test(test_urgent_datagram_is_eopnotsupp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
