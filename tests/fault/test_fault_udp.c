/* SPDX-License-Identifier: MIT */
/*
 * test_fault_udp.c - a server of datagrams, with a socket of its own making
 * and one that it adopts: who asks both, again and again, is answered by both
 * in the end, and then the server is drained.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define ASK_MS 20
#define TRIES  100

/* On the healthy host: asks both until each has answered. */
typedef struct asker {
    duos_socket sock;
    duos_watch watch;
    duos_timer again;
    unsigned tries;
    bool answered[2];
    bool lasts;
} asker;

typedef struct udp {
    fault_run *run;
    duos_loop *loop;
    duos_datagram *server;
    bool listening;
    bool adopted;
    uint64_t untold; /* errors that only counters tell of */
    asker asker;
} udp;

/* ---- the server --------------------------------------------------------- */

static void on_data(duos_datagram *server, const duos_addr *peer,
                    const void *data, size_t len, unsigned flags, void *user)
{
    udp *u = (udp *)user;

    (void)peer;
    fault_check(u->run, flags == 0 && len == FAULT_TEXT_LEN,
                "a datagram comes in another shape");
    (void)fault_told(u->run, duos_datagram_reply(server, data, len));
}

static void on_error(duos_datagram *server, duos_err err, void *user)
{
    (void)server;
    (void)fault_told(((udp *)user)->run, err);
}

static duos_err make(udp *u)
{
    duos_datagram_config config;

    duos_datagram_config_init(&config);
    config.on_data = on_data;
    config.on_error = on_error;
    config.user = u;
    config.batch = 2;
    config.max_size = 64;
    u->untold = 0;
    return duos_datagram_create(u->loop, &config, &u->server);
}

static duos_err adopt(udp *u)
{
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 7701);
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_bind(s, &any);
    if (err == DUOS_OK) {
        err = duos_datagram_adopt(u->server, s);
    }
    if (err != DUOS_OK) {
        (void)fault_told(u->run, duos_close(&s));
    }
    return err;
}

static duos_err serve(fault_run *run, udp *u)
{
    duos_err err = fault_loop(run, &u->loop);

    u->run = run;
    if (err == DUOS_OK && u->server == NULL) {
        err = make(u);
    }
    if (err == DUOS_OK && !u->listening) {
        err = duos_datagram_listen(u->server, "udp:*:7700", NULL, NULL);
        u->listening = err == DUOS_OK;
    }
    if (err == DUOS_OK && !u->adopted) {
        err = adopt(u);
        u->adopted = err == DUOS_OK;
    }
    return err;
}

/* What was dropped or could not be received is counted, not always told. */
static void read_counters(udp *u)
{
    duos_datagram_stats stats;
    uint64_t now = 0;

    stats.size = sizeof stats;
    if (u->server != NULL &&
        duos_datagram_get_stats(u->server, &stats) == DUOS_OK) {
        now = stats.dropped + stats.send_errors + stats.recv_errors +
              stats.pauses;
        u->run->told += (unsigned)(now - u->untold);
        u->untold = now;
    }
}

/* ---- who asks ----------------------------------------------------------- */

static bool answered(const asker *a)
{
    return a->answered[0] && a->answered[1];
}

static void ask(duos_timer *timer, void *user)
{
    asker *a = (asker *)user;
    uint16_t i;

    for (i = 0; i < 2; i++) {
        duos_addr to = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);

        to.port = (uint16_t)(7700 + i);
        if (!a->answered[i]) {
            assert_ok(duos_sendto(a->sock, fault_text, FAULT_TEXT_LEN, &to));
        }
    }
    a->tries++;
    a->lasts = a->tries < TRIES;
    if (a->lasts) {
        assert_ok(duos_timer_start(timer, ASK_MS));
    }
}

static void hear(duos_watch *watch, unsigned events, void *user)
{
    asker *a = (asker *)user;
    char text[64];
    duos_addr from;
    size_t n = 0;

    (void)watch;
    (void)events;
    assert_ok(duos_recvfrom(a->sock, text, sizeof text, &n, &from, NULL));
    assert_int_equal(n, FAULT_TEXT_LEN);
    assert_memory_equal(text, fault_text, n);
    assert_between(from.port, 7700, 7701);
    a->answered[from.port - 7700] = true;
    if (answered(a)) {
        duos_timer_stop(&a->again);
        a->lasts = false;
    }
}

static void open_asker(fault_run *run, asker *a)
{
    duos_addr any = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 0);

    if (a->tries == 0 && !a->lasts) {
        assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &a->sock));
        assert_ok(duos_bind(a->sock, &any));
        assert_ok(duos_watch_init(&a->watch, run->peer_loop, hear, a));
        assert_ok(duos_watch_start(&a->watch, a->sock, DUOS_READ));
        assert_ok(duos_timer_init(&a->again, run->peer_loop, ask, a));
    }
}

static void begin_asking(fault_run *run, asker *a)
{
    fault_on_peer(run);
    open_asker(run, a);
    a->answered[0] = a->answered[1] = false;
    a->tries = 1;
    a->lasts = true;
    assert_ok(duos_timer_start(&a->again, 0));
    fault_on_host(run);
}

static void end_asker(fault_run *run, asker *a)
{
    fault_on_peer(run);
    if (a->tries > 0) {
        duos_timer_stop(&a->again);
        duos_watch_stop(&a->watch);
        assert_ok(duos_close(&a->sock));
    }
    fault_on_host(run);
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    udp *u = (udp *)state;
    duos_err err = serve(run, u);

    if (err == DUOS_OK) {
        begin_asking(run, &u->asker);
    }
    return err;
}

static bool done(void *state)
{
    udp *u = (udp *)state;

    read_counters(u);
    return !u->asker.lasts;
}

static bool whole(void *state)
{
    return answered(&((const udp *)state)->asker);
}

static void stop(fault_run *run, void *state)
{
    udp *u = (udp *)state;

    duos_datagram_drain(u->server);
    duos_datagram_destroy(u->server);
    fault_loop_end(run, &u->loop);
    end_asker(run, &u->asker);
}

static const duos_err normal[] = {DUOS_ELIMIT, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "udp", sizeof(udp), start, done, whole, stop, normal, allowed, 20000, 0};

FAULT_MAIN(SY6_SY7_SY10_SY11_SY12_SY15_UD3, udp)
