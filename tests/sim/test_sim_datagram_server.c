/* SPDX-License-Identifier: MIT */
/*
 * test_sim_datagram_server.c - a server of datagrams in a network that loses,
 * doubles, reorders and parts; a burst of 100,000; and servers on two hosts
 * that are made to talk to each other.
 */
#include "sim_support.h"

enum {
    QUESTIONS = 200,
    BURST = 100000,
    PER_TURN = 64
};

/* A server of datagrams on a host with a loop of its own. */
typedef struct service {
    duos_loop *loop;
    duos_datagram *server;
    duos_addr at;
    uint64_t got;
    uint64_t seen; /* of those, at the last turn */
    unsigned turns;
    unsigned most; /* in a turn */
} service;

static void on_data(duos_datagram *server, const duos_addr *peer,
                    const void *data, size_t len, unsigned flags, void *user)
{
    service *s = (service *)user;
    duos_err err = duos_datagram_reply(server, data, len);

    (void)peer;
    assert_int_equal(flags, 0);
    assert_true(err == DUOS_OK || err == DUOS_ELIMIT);
    s->got++;
}

static void service_open(service *s, world *w, uint32_t host,
                         duos_datagram_config *config)
{
    memset(s, 0, sizeof *s);
    s->loop = loop_on(w, host);
    config->on_data = on_data;
    config->user = s;
    assert_ok(duos_datagram_create(s->loop, config, &s->server));
    assert_ok(duos_datagram_listen(s->server, "udp:*:7700", NULL, NULL));
    s->at = duos_sim_addr(host, DUOS_IPV4, 7700);
}

static void service_close(service *s, world *w)
{
    duos_datagram_destroy(s->server);
    end_loop(w, s->loop);
}

static duos_datagram_stats stats_of(const service *s)
{
    duos_datagram_stats stats;

    memset(&stats, 0, sizeof stats);
    stats.size = sizeof stats;
    assert_ok(duos_datagram_get_stats(s->server, &stats));
    return stats;
}

static void run_for(world *w, int64_t ms)
{
    duos_err err = duos_sim_run(w->sim, ms);

    assert_true(err == DUOS_ETIMEDOUT || err == DUOS_EDEADLOCK);
}

static duos_socket asker_on(world *w, uint32_t host)
{
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket s;

    assert_ok(duos_sim_set_host(w->sim, host));
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &s));
    assert_ok(duos_bind(s, &any));
    return s;
}

/* ---- a bad network ----------------------------------------------------- */

/* Each that arrives is answered once, with itself. */
static void ask_and_count(world *w, service *s)
{
    duos_socket asker = asker_on(w, w->b);
    duos_datagram_stats before = stats_of(s);
    duos_datagram_stats after;
    uint32_t answers = 0;
    uint32_t number;
    uint32_t i;
    size_t n = 0;

    for (i = 0; i < QUESTIONS; i++) {
        assert_ok(duos_sendto(asker, &i, sizeof i, &s->at));
        run_for(w, 1);
    }
    run_for(w, 2000);
    while (duos_recv(asker, &number, sizeof number, &n) == DUOS_OK) {
        assert_int_equal(n, sizeof number);
        assert_true(number < QUESTIONS);
        answers++;
    }
    after = stats_of(s);
    assert_int_equal(after.received - before.received,
                     after.answered - before.answered);
    assert_true(after.received > before.received);
    assert_true(answers > 0);
    assert_int_equal(after.send_errors + after.recv_errors + after.dropped, 0);
    assert_ok(duos_close(&asker));
}

static void test_sim_datagram_server_in_a_bad_network(void **state)
{
    world *w = (world *)*state;
    duos_datagram_config config;
    service s;

    duos_datagram_config_init(&config);
    config.source_rate = 0;
    service_open(&s, w, w->a, &config);
    ask_and_count(w, &s);
    assert_int_equal(stats_of(&s).received, QUESTIONS);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_LOSE, 300));
    ask_and_count(w, &s);
    assert_true(stats_of(&s).received < 2 * QUESTIONS);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_TWICE, 300));
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_OVERTAKE, 300));
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_LATE, 100));
    ask_and_count(w, &s);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_PARTITION, 20));
    ask_and_count(w, &s);
    service_close(&s, w);
}

/* Sending finds no room, calls have nothing after all: it goes on. */
static void test_sim_datagram_server_on_a_bad_host(void **state)
{
    world *w = (world *)*state;
    duos_datagram_config config;
    duos_datagram_stats stats;
    duos_socket asker;
    service s;
    int i;

    duos_datagram_config_init(&config);
    config.source_rate = 0;
    service_open(&s, w, w->a, &config);
    asker = asker_on(w, w->b);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_WOULD_BLOCK, 200));
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_NO_BUFFERS, 200));
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_INTERRUPT, 200));
    for (i = 0; i < QUESTIONS; i++) {
        duos_err err = duos_sendto(asker, "?", 1, &s.at);

        assert_true(err == DUOS_OK || err == DUOS_ENOBUFS ||
                    err == DUOS_EWOULDBLOCK);
        run_for(w, 1);
    }
    run_for(w, 5000);
    stats = stats_of(&s);
    assert_int_equal(stats.answered + stats.dropped, stats.received);
    assert_true(stats.answered > 20 && stats.dropped > 20);
    assert_int_equal(stats.pauses, 0);
    assert_ok(duos_close(&asker));
    service_close(&s, w);
}

/* ---- a burst ------------------------------------------------------------ */

/* Counts what came since it was last here: it has its turn in each. */
static void on_tick(duos_timer *timer, void *user)
{
    service *s = (service *)user;
    unsigned now = (unsigned)(s->got - s->seen);

    s->seen = s->got;
    s->turns++;
    s->most = now > s->most ? now : s->most;
    assert_ok(duos_timer_start(timer, 0));
}

/* The turns of one loop, while everybody else sends at full speed. */
static void test_UD6_sim_datagram_burst_of_100000(void **state)
{
    world *w = (world *)*state;
    duos_datagram_config config;
    duos_timer tick;
    duos_socket asker;
    service s;
    uint32_t i;

    duos_datagram_config_init(&config);
    config.batch = 32;
    config.per_turn = PER_TURN;
    service_open(&s, w, w->a, &config);
    assert_ok(duos_timer_init(&tick, s.loop, on_tick, &s));
    asker = asker_on(w, w->b);
    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_timer_start(&tick, 0));
    for (i = 0; i < BURST; i++) {
        assert_ok(duos_sim_set_host(w->sim, w->b));
        assert_ok(duos_sendto(asker, "?", 1, &s.at));
        if (i % 200 == 199) { /* as many as the socket holds */
            assert_ok(duos_sim_set_host(w->sim, w->a));
            run_for(w, 1);
        }
    }
    run_for(w, 10);
    assert_true(s.got > BURST / 2);
    assert_true(s.most <= PER_TURN);
    assert_true(s.turns >= s.got / PER_TURN);
    assert_true(stats_of(&s).answered < s.got); /* the rates held */
    assert_int_equal(stats_of(&s).answered + stats_of(&s).refused_rate +
                         stats_of(&s).refused_total + stats_of(&s).dropped,
                     s.got);
    duos_timer_stop(&tick);
    assert_ok(duos_close(&asker));
    service_close(&s, w);
}

/* ---- servers among themselves ------------------------------------------ */

/* One datagram that pretends to be the other's, and not a word after it. */
static void test_UD4_sim_datagram_servers_of_two_hosts_are_silent(void **state)
{
    world *w = (world *)*state;
    duos_datagram_config config;
    service a, b;

    duos_datagram_config_init(&config);
    service_open(&a, w, w->a, &config);
    service_open(&b, w, w->b, &config);
    assert_ok(duos_datagram_send(b.server, &a.at, "spoofed", 7));
    run_for(w, 10000);
    assert_int_equal(a.got, 1);
    assert_int_equal(b.got, 0);
    assert_int_equal(stats_of(&a).refused_source, 1);
    assert_int_equal(stats_of(&a).answered + stats_of(&b).answered, 0);
    assert_ok(duos_sim_set_host(w->sim, w->a));
    service_close(&a, w);
    assert_ok(duos_sim_set_host(w->sim, w->b));
    service_close(&b, w);
}

/* Those of inetd: ports of services are in nobody's way here. */
static void test_UD4_sim_datagram_from_each_service_gets_no_answer(void **state)
{
    static const uint16_t ports[] = {7,  13, 17,  19,   37,
                                     53, 69, 123, 1900, 11211};
    world *w = (world *)*state;
    duos_datagram_config config;
    service s;
    size_t i;

    duos_datagram_config_init(&config);
    service_open(&s, w, w->a, &config);
    for (i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        duos_addr from = duos_addr_ipv4(0, 0, 0, 0, ports[i]);
        duos_socket asker;
        char byte;
        size_t n;

        assert_ok(duos_sim_set_host(w->sim, w->b));
        assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &asker));
        assert_ok(duos_bind(asker, &from));
        assert_ok(duos_sendto(asker, "spoofed", 7, &s.at));
        run_for(w, 1000);
        assert_int_equal(s.got, i + 1);
        assert_err(DUOS_EWOULDBLOCK, duos_recv(asker, &byte, 1, &n));
        assert_ok(duos_close(&asker));
    }
    assert_int_equal(stats_of(&s).refused_service, i);
    assert_ok(duos_sim_set_host(w->sim, w->a));
    service_close(&s, w);
}

#define world_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(test_sim_datagram_server_in_a_bad_network),
        world_test(test_sim_datagram_server_on_a_bad_host),
        world_test(test_UD6_sim_datagram_burst_of_100000),
        world_test(test_UD4_sim_datagram_servers_of_two_hosts_are_silent),
        world_test(test_UD4_sim_datagram_from_each_service_gets_no_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
