/* SPDX-License-Identifier: MIT */
/*
 * situations.c - how each situation of the table is brought about, and how a
 * test knows that it has come: by asking the system, never by sleeping.
 */
#include "contract/situations.h"

#include <duosock/option.h>

static void pair_of(stage *s)
{
    pair p = net_pair(DUOS_IPV4);

    s->watched = p.server;
    s->peer = p.client;
}

static void send_byte(duos_socket s)
{
    assert_ok(duos_send_all(s, "x", 1, PATIENCE_MS, NULL));
}

/* ---- connecting -------------------------------------------------------- */

/* The result is not taken: that is for the one who is told. */
static void connect_to(stage *s, const duos_addr *at)
{
    duos_err err;

    s->watched = net_open(DUOS_IPV4, DUOS_STREAM);
    err = duos_connect(s->watched, at);
    assert_true(err == DUOS_EINPROGRESS || err == DUOS_OK);
}

static void connect_established(stage *s)
{
    duos_addr at;

    s->third = net_listen(DUOS_IPV4, 0, &at);
    connect_to(s, &at);
    s->peer = net_accept(s->third);
}

static void connect_refused(stage *s)
{
    duos_addr at = net_deserted(DUOS_IPV4);

    connect_to(s, &at);
    net_await(s->watched, DUOS_WRITE);
}

/* ---- a connection ------------------------------------------------------ */

static void peer_sends(stage *s)
{
    send_byte(s->peer);
    net_await(s->watched, DUOS_READ);
}

static void peer_ends(stage *s)
{
    assert_ok(duos_shutdown(s->peer, DUOS_SHUT_SEND));
    net_await(s->watched, DUOS_READ);
}

static void peer_closes(stage *s)
{
    net_close(&s->peer);
    net_await(s->watched, DUOS_READ);
}

static void peer_resets(stage *s)
{
    net_reset(&s->peer);
    net_await(s->watched, DUOS_READ);
}

static void data(stage *s)
{
    pair_of(s);
    peer_sends(s);
}

static void data_then_half_close(stage *s)
{
    data(s);
    assert_ok(duos_shutdown(s->peer, DUOS_SHUT_SEND));
}

static void half_close(stage *s)
{
    pair_of(s);
    peer_ends(s);
}

static void closed_by_peer(stage *s)
{
    pair_of(s);
    peer_closes(s);
}

static void reset(stage *s)
{
    pair_of(s);
    peer_resets(s);
}

/* What the peer did not read comes back as a reset (trap 70). */
static void closed_by_peer_unread(stage *s)
{
    pair_of(s);
    send_byte(s->watched);
    net_await(s->peer, DUOS_READ);
    peer_closes(s);
}

static void own_end(stage *s)
{
    pair_of(s);
    assert_ok(duos_shutdown(s->watched, DUOS_SHUT_SEND));
}

static void own_end_of_both(stage *s)
{
    pair_of(s);
    assert_ok(duos_shutdown(s->watched, DUOS_SHUT_BOTH));
}

static void both_ended(stage *s)
{
    own_end(s);
    peer_ends(s);
}

/* The byte has come when the one sent after it has, and that one is taken. */
static void out_of_band(stage *s)
{
    char byte;

    pair_of(s);
    assert_true(os_send_urgent(s->peer, '!'));
    send_byte(s->peer);
    assert_ok(duos_recv_exact(s->watched, &byte, 1, PATIENCE_MS, NULL));
    assert_int_equal(byte, 'x');
}

static void full(stage *s)
{
    pair_of(s);
    while (net_fill(s->watched) > 0) {
        /* what was under way has arrived, so more fits */
    }
}

static void peer_drains(stage *s)
{
    static char bytes[65536];
    size_t n;

    while (duos_wait(s->watched, DUOS_WRITE, 0, NULL) != DUOS_OK) {
        net_await(s->peer, DUOS_READ);
        assert_ok(duos_recv(s->peer, bytes, sizeof bytes, &n));
    }
}

static void full_then_drained(stage *s)
{
    full(s);
    peer_drains(s);
}

/* ---- removal ----------------------------------------------------------- */

static void removed_and_closed(stage *s)
{
    assert_ok(duos_poller_del(s->poller, s->token));
    s->token.value = 0;
    net_close(&s->watched);
}

/* ---- listeners and datagrams ------------------------------------------- */

static void listener_idle(stage *s)
{
    duos_addr at;

    s->watched = net_listen(DUOS_IPV4, 0, &at);
}

static void somebody_connects(stage *s)
{
    duos_addr at;

    assert_ok(duos_local_addr(s->watched, &at));
    s->peer = net_connect(&at);
    net_await(s->watched, DUOS_READ);
}

static void listener_with_connection(stage *s)
{
    listener_idle(s);
    somebody_connects(s);
}

static void datagram_none(stage *s)
{
    duos_addr at;

    s->watched = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    s->peer = net_open(DUOS_IPV4, DUOS_DGRAM);
    assert_ok(duos_connect(s->peer, &at));
}

static void datagram(stage *s)
{
    datagram_none(s);
    send_byte(s->peer);
    net_await(s->watched, DUOS_READ);
}

static void datagram_empty(stage *s)
{
    datagram_none(s);
    assert_ok(duos_sendto(s->peer, NULL, 0, NULL));
    net_await(s->watched, DUOS_READ);
}

/* Linux tells of it on loopback before send comes back; others never do. */
static void datagram_peer_unreachable(stage *s)
{
    duos_addr at;
    duos_socket gone = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);

    net_close(&gone);
    s->watched = net_open(DUOS_IPV4, DUOS_DGRAM);
    assert_ok(duos_connect(s->watched, &at));
    send_byte(s->watched);
}

#define SET(name)                                                              \
    {                                                                          \
#name, name, NULL                                                      \
    }
#define WHILE(name, set, now)                                                  \
    {                                                                          \
#name, set, now                                                        \
    }

const situation situations[] = {
    SET(connect_established),
    SET(connect_refused),
    {"connected", pair_of, NULL},
    SET(data),
    SET(data_then_half_close),
    SET(half_close),
    SET(closed_by_peer),
    SET(closed_by_peer_unread),
    SET(reset),
    SET(own_end),
    SET(own_end_of_both),
    SET(both_ended),
    SET(out_of_band),
    SET(full),
    SET(full_then_drained),
    WHILE(while_waiting_data, pair_of, peer_sends),
    WHILE(while_waiting_half_close, pair_of, peer_ends),
    WHILE(while_waiting_close, pair_of, peer_closes),
    WHILE(while_waiting_reset, pair_of, peer_resets),
    WHILE(while_waiting_drained, full, peer_drains),
    WHILE(while_waiting_removed, pair_of, removed_and_closed),
    WHILE(while_waiting_removed_full, full, removed_and_closed),
    WHILE(while_waiting_connection, listener_idle, somebody_connects),
    SET(listener_idle),
    SET(listener_with_connection),
    SET(datagram_none),
    SET(datagram),
    SET(datagram_empty),
    SET(datagram_peer_unreachable),
};
const size_t situation_count = sizeof situations / sizeof situations[0];
