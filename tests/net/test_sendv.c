/* SPDX-License-Identifier: MIT */
/*
 * test_sendv.c - bytes in parts: in order, too many, too long, looked at
 * without taking them.
 */
#include "support/bytes.h"
#include "support/net.h"

static const duos_socket none = DUOS_SOCKET_INVALID;

static duos_buf buf(void *data, size_t len)
{
    duos_buf b;

    b.data = data;
    b.len = len;
    return b;
}

/* ---- in order ---------------------------------------------------------- */

static void assert_parts_arrive(duos_socket from, duos_socket to)
{
    char hello[] = "hello";
    char world[] = " world";
    char first[3];
    char second[20];
    size_t n = 0;
    duos_buf out[4];
    duos_buf in[3];

    out[0] = buf(NULL, 0);
    out[1] = buf(hello, 5);
    out[2] = buf(NULL, 0);
    out[3] = buf(world, 6);
    in[0] = buf(first, 3);
    in[1] = buf(NULL, 0);
    in[2] = buf(second, sizeof second);
    assert_ok(duos_sendv(from, out, 4, 0, &n));
    assert_int_equal(n, 11);
    net_await(to, DUOS_READ);
    assert_ok(duos_recvv(to, in, 3, 0, &n));
    assert_int_equal(n, 11);
    assert_memory_equal(first, "hel", 3);
    assert_memory_equal(second, "lo world", 8);
}

static void assert_family(duos_family family)
{
    duos_addr at;
    duos_socket receiver = net_bind(family, DUOS_DGRAM, &at);
    duos_socket sender = net_open(family, DUOS_DGRAM);
    pair p = net_pair(family);

    assert_ok(duos_connect(sender, &at));
    assert_parts_arrive(p.client, p.server);
    assert_parts_arrive(sender, receiver);
    net_close_pair(&p);
    net_close(&receiver);
    net_close(&sender);
}

static void test_sendv_parts_arrive_in_order(void **state)
{
    (void)state;
    assert_family(DUOS_IPV4);
}

static void test_sendv_parts_arrive_in_order_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_family(DUOS_IPV6);
}

static void test_sendv_nothing_is_ok(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_buf empty = buf(NULL, 0);
    size_t n = 9;

    (void)state;
    assert_ok(duos_sendv(p.client, NULL, 0, 0, &n));
    assert_int_equal(n, 0);
    n = 9;
    assert_ok(duos_sendv(p.client, &empty, 1, 0, &n));
    assert_int_equal(n, 0);
    net_exchange(p.client, p.server);
    net_close_pair(&p);
}

/* ---- traps ------------------------------------------------------------- */

#define MANY 2000

static char bytes_out[MANY];
static char bytes_in[MANY];
static duos_buf many_out[MANY];
static duos_buf many_in[MANY];

static void prepare_many(void)
{
    size_t i;

    for (i = 0; i < MANY; i++) {
        bytes_out[i] = (char)(i % 251);
        many_out[i] = buf(&bytes_out[i], 1);
        many_in[i] = buf(&bytes_in[i], 1);
    }
    memset(bytes_in, 0, sizeof bytes_in);
}

/* Trap 43: IOV_MAX is 1024 at most; what is above it is left, not lost. */
static void test_trap_43_API6_sendv_of_2000_parts_loses_none(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    size_t sent = 0;
    size_t received = 0;
    size_t n;

    (void)state;
    prepare_many();
    while (sent < MANY) {
        assert_ok(duos_sendv(p.client, many_out + sent, MANY - sent, 0, &n));
        assert_true(n > 0);
        sent += n;
    }
    while (received < MANY) {
        net_await(p.server, DUOS_READ);
        assert_ok(
            duos_recvv(p.server, many_in + received, MANY - received, 0, &n));
        assert_true(n > 0);
        received += n;
    }
    assert_memory_equal(bytes_in, bytes_out, MANY);
    net_close_pair(&p);
}

/* The first call must not look at empty parts alone. */
static void test_trap_43_API6_sendv_begins_behind_2000_empty_parts(void **state)
{
    static duos_buf parts[MANY + 1];
    pair p = net_pair(DUOS_IPV4);
    char text[] = "hello";
    size_t n = 0;

    (void)state;
    parts[MANY] = buf(text, 5);
    assert_ok(duos_sendv(p.client, parts, MANY + 1, 0, &n));
    assert_int_equal(n, 5);
    net_await(p.server, DUOS_READ);
    parts[MANY] = buf(bytes_in, 5);
    assert_ok(duos_recvv(p.server, parts, MANY + 1, 0, &n));
    assert_int_equal(n, 5);
    assert_memory_equal(bytes_in, "hello", 5);
    parts[MANY] = buf(NULL, 0);
    assert_ok(duos_sendv(p.client, parts, MANY + 1, 0, &n));
    assert_int_equal(n, 0);
    net_close(&p.server);
    net_await(p.client, DUOS_READ);
    n = 9;
    assert_ok(duos_recvv(p.client, parts, MANY + 1, 0, &n)); /* no room */
    assert_int_equal(n, 0);
    net_close(&p.client);
}

/* A datagram is whole, or it is not sent. */
static void test_trap_43_API6_datagram_of_2000_parts_is_emsgsize(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    size_t n = 9;

    (void)state;
    prepare_many();
    assert_ok(duos_connect(s, &at));
    assert_err(DUOS_EMSGSIZE, duos_sendv(s, many_out, MANY, 0, &n));
    assert_err(DUOS_EMSGSIZE, duos_recvv(s, many_in, MANY, 0, &n));
    assert_int_equal(n, 9);
    assert_ok(duos_sendv(s, many_out, 1000, 0, &n));
    net_await(s, DUOS_READ);
    assert_ok(duos_recvv(s, many_in, 1000, 0, &n));
    assert_int_equal(n, 1000);
    assert_memory_equal(bytes_in, bytes_out, 1000);
    net_close(&s);
}

/* Trap 42: lengths are an int on Windows, and on macOS. */
static void test_trap_42_API6_sendv_over_int_max_sends_a_part(void **state)
{
    const size_t len = ((size_t)3 << 29) + (((size_t)1 << 30) - 1);
    pair p = net_pair(DUOS_IPV4);
    char first = 'x';
    void *zeros = len > INT32_MAX ? bytes_reserve(len) : NULL;
    duos_buf parts[2];
    size_t n = 0;

    (void)state;
    if (zeros == NULL) {
        net_close_pair(&p);
        skip_because("no address space for more than 2 GiB here");
    }
    parts[0] = buf(zeros, len);
    parts[1] = buf(zeros, len);
    assert_ok(duos_sendv(p.client, parts, 2, 0, &n));
    assert_between(n, 1, (size_t)1 << 30);
    assert_ok(duos_send(p.server, "hello", 5, &n));
    net_await(p.client, DUOS_READ);
    parts[0] = buf(&first, 1);
    parts[1] = buf(zeros, len);
    n = 0;
    assert_ok(duos_recvv(p.client, parts, 2, 0, &n));
    assert_int_equal(n, 1);
    assert_ok(duos_recvv(p.client, parts + 1, 1, 0, &n));
    assert_int_equal(n, 4);
    assert_memory_equal(zeros, "ello", 4);
    bytes_release(zeros, len);
    net_close_pair(&p);
}

static void test_trap_42_API6_datagram_over_int_max_is_emsgsize(void **state)
{
    const size_t len = (size_t)1 << 31;
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    char byte;
    duos_buf part = buf(&byte, len); /* nothing of it is read */
    size_t n = 9;

    (void)state;
    assert_ok(duos_connect(s, &at));
    assert_err(DUOS_EMSGSIZE, duos_sendv(s, &part, 1, 0, &n));
    assert_int_equal(n, 9);
    net_close(&s);
}

/* Trap 41: writev has no flag against the signal, which would end this. */
static void test_trap_41_sendv_to_a_peer_that_is_gone_is_epipe(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[] = "hello";
    duos_buf part = buf(text, 5);
    size_t n;

    (void)state;
    assert_true(os_sigpipe_is_default());
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_err(DUOS_EPIPE, duos_sendv(p.client, &part, 1, 0, &n));
    net_close_pair(&p);
}

static void test_ST4_sendv_after_a_reset_is_econnreset(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[] = "hello";
    duos_buf part = buf(text, 5);
    size_t n;

    (void)state;
    net_reset(&p.server);
    net_await(p.client, DUOS_READ);
    assert_err(DUOS_ECONNRESET, duos_sendv(p.client, &part, 1, 0, &n));
    net_close(&p.client);
}

static void test_ST4_recvv_after_a_reset_is_econnreset(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[5];
    duos_buf part = buf(text, 5);
    size_t n;

    (void)state;
    net_reset(&p.server);
    net_await(p.client, DUOS_READ);
    if (os_is_wine()) {
        net_close(&p.client);
        skip_because("Wine's recv takes a reset for the end of the stream");
    }
    assert_err(DUOS_ECONNRESET, duos_recvv(p.client, &part, 1, 0, &n));
    net_close(&p.client);
}

/* Trap 46: what Windows calls an error is the end that was asked for. */
static void test_trap_46_recvv_after_own_shutdown_is_the_end(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[5];
    duos_buf part = buf(text, 5);
    size_t n = 9;

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_RECV));
    assert_err(DUOS_EEOF, duos_recvv(p.client, &part, 1, 0, &n));
    assert_err(DUOS_EEOF, duos_recv(p.client, text, 5, &n));
    assert_int_equal(n, 9);
    net_close_pair(&p);
}

/* Trap 49 */
static void test_trap_49_recvv_empty_datagram_is_no_end(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    pair p = net_pair(DUOS_IPV4);
    char text[5];
    duos_buf part = buf(text, 5);
    size_t n = 9;

    (void)state;
    assert_ok(duos_connect(s, &at));
    assert_ok(duos_sendv(s, NULL, 0, 0, &n));
    n = 9;
    net_await(s, DUOS_READ);
    assert_ok(duos_recvv(s, &part, 1, 0, &n));
    assert_int_equal(n, 0);
    net_close(&p.server);
    net_await(p.client, DUOS_READ);
    n = 9;
    assert_ok(duos_recvv(p.client, NULL, 0, 0, &n)); /* no room: no end */
    assert_int_equal(n, 0);
    assert_err(DUOS_EEOF, duos_recvv(p.client, &part, 1, 0, &n));
    net_close(&p.client);
    net_close(&s);
}

/* Trap 51: those flags are not there, so their numbers mean nothing. */
static void test_trap_51_unknown_flags_are_einval(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[5];
    duos_buf part = buf(text, 5);
    size_t n;

    (void)state;
    assert_err(DUOS_EINVAL, duos_sendv(p.client, &part, 1, 1u << 6, &n));
    assert_err(DUOS_EINVAL, duos_sendv(p.client, &part, 1, DUOS_MSG_PEEK, &n));
    assert_err(DUOS_EINVAL, duos_recvv(p.client, &part, 1, 1u << 8, &n));
    net_close_pair(&p);
}

/* ---- peek --------------------------------------------------------------- */

static void assert_peek_leaves(duos_socket from, duos_socket to)
{
    char text[8];
    duos_buf part = buf(text, 5);
    size_t n = 0;
    int i;

    assert_ok(duos_send(from, "hello", 5, &n));
    net_await(to, DUOS_READ);
    for (i = 0; i < 2; i++) {
        memset(text, 0, sizeof text);
        assert_ok(duos_recvv(to, &part, 1, DUOS_MSG_PEEK, &n));
        assert_int_equal(n, 5);
        assert_memory_equal(text, "hello", 5);
    }
    assert_ok(duos_recvv(to, &part, 1, 0, &n));
    assert_int_equal(n, 5);
    assert_err(DUOS_EWOULDBLOCK, duos_recvv(to, &part, 1, DUOS_MSG_PEEK, &n));
}

static void test_peek_leaves_the_bytes(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);

    (void)state;
    assert_peek_leaves(p.client, p.server);
    assert_ok(duos_connect(s, &at));
    assert_peek_leaves(s, s);
    net_close_pair(&p);
    net_close(&s);
}

/* ---- what is refused ----------------------------------------------------- */

static void test_API1_sendv_null_is_einval(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte = 'x';
    duos_buf parts[2];
    size_t n;

    (void)state;
    parts[0] = buf(&byte, 1);
    parts[1] = buf(NULL, 1);
    assert_err(DUOS_EINVAL, duos_sendv(p.client, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_sendv(p.client, parts, 2, 0, &n));
    assert_err(DUOS_EINVAL, duos_sendv(p.client, parts, 1, 0, NULL));
    assert_err(DUOS_EINVAL, duos_recvv(p.client, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_recvv(p.client, parts, 2, 0, &n));
    assert_err(DUOS_EINVAL, duos_recvv(p.client, parts, 1, 0, NULL));
    assert_err(DUOS_EINVAL, duos_at_mark(p.client, NULL));
    net_close_pair(&p);
}

static void test_API2_sendv_on_no_socket_is_ebadf(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = s;
    char byte = 'x';
    duos_buf part = buf(&byte, 1);
    size_t n;
    bool mark;

    (void)state;
    net_close(&s);
    assert_err(DUOS_EBADF, duos_sendv(none, &part, 1, 0, &n));
    assert_err(DUOS_EBADF, duos_sendv(copy, &part, 1, 0, &n));
    assert_err(DUOS_EBADF, duos_sendv(copy, &part, 1, DUOS_MSG_OOB, &n));
    assert_err(DUOS_EBADF, duos_recvv(none, &part, 1, 0, &n));
    assert_err(DUOS_EBADF, duos_recvv(copy, &part, 1, 0, &n));
    assert_err(DUOS_EBADF, duos_at_mark(copy, &mark));
}

static void test_API3_sendv_unconnected_names_the_state(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    char byte = 'x';
    duos_buf part = buf(&byte, 1);
    size_t n;

    (void)state;
    if (os_is_linux()) {
        assert_err(DUOS_EPIPE, duos_sendv(s, &part, 1, 0, &n));
    } else if (os_is_wine()) {
        assert_err(DUOS_ECONNRESET, duos_sendv(s, &part, 1, 0, &n));
    } else {
        assert_err(DUOS_ENOTCONN, duos_sendv(s, &part, 1, 0, &n));
    }
    assert_err(DUOS_ENOTCONN, duos_recvv(s, &part, 1, 0, &n));
    if (!os_is_wine()) { /* which looks for the byte first */
        assert_err(DUOS_ENOTCONN, duos_recvv(s, &part, 1, DUOS_MSG_OOB, &n));
    }
    net_close(&s);
}

static void test_sendv_full_is_ewouldblock(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte = 'x';
    duos_buf part = buf(&byte, 1);
    size_t n = 9;

    (void)state;
    (void)net_fill(p.client);
    while (duos_sendv(p.client, &part, 1, 0, &n) == DUOS_OK) {
    }
    n = 9;
    assert_err(DUOS_EWOULDBLOCK, duos_sendv(p.client, &part, 1, 0, &n));
    assert_err(DUOS_EWOULDBLOCK, duos_recvv(p.client, &part, 1, 0, &n));
    assert_int_equal(n, 9);
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sendv_parts_arrive_in_order),
        cmocka_unit_test(test_sendv_parts_arrive_in_order_ipv6),
        cmocka_unit_test(test_sendv_nothing_is_ok),
        cmocka_unit_test(test_trap_43_API6_sendv_of_2000_parts_loses_none),
        cmocka_unit_test(
            test_trap_43_API6_sendv_begins_behind_2000_empty_parts),
        cmocka_unit_test(test_trap_43_API6_datagram_of_2000_parts_is_emsgsize),
        cmocka_unit_test(test_trap_42_API6_sendv_over_int_max_sends_a_part),
        cmocka_unit_test(test_trap_42_API6_datagram_over_int_max_is_emsgsize),
        cmocka_unit_test(test_trap_41_sendv_to_a_peer_that_is_gone_is_epipe),
        cmocka_unit_test(test_ST4_sendv_after_a_reset_is_econnreset),
        cmocka_unit_test(test_ST4_recvv_after_a_reset_is_econnreset),
        cmocka_unit_test(test_trap_46_recvv_after_own_shutdown_is_the_end),
        cmocka_unit_test(test_trap_49_recvv_empty_datagram_is_no_end),
        cmocka_unit_test(test_trap_51_unknown_flags_are_einval),
        cmocka_unit_test(test_peek_leaves_the_bytes),
        cmocka_unit_test(test_API1_sendv_null_is_einval),
        cmocka_unit_test(test_API2_sendv_on_no_socket_is_ebadf),
        cmocka_unit_test(test_API3_sendv_unconnected_names_the_state),
        cmocka_unit_test(test_sendv_full_is_ewouldblock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
