/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - F14: datagrams of any length and content, from clients, from
 * services and from each other, to a server that echoes and to one that says
 * too much (chargen), under rules that the input chooses. No server ever says
 * more than it was told, none answers another one or a service, no echo has
 * bytes that were not sent, and the counters account for every datagram. On
 * the simulator.
 */
#include "fuzz_sim.h"

#include <duosock/datagram.h>

enum {
    SERVERS = 2, /* the first echoes, the second says too much */
    ASKERS = 4,
    MAX_SIZE = 64,
    PORT = 7700
};

static const uint16_t ports[ASKERS] = {19, 11211, 40000, 40001};

typedef struct host {
    duos_loop *loop;
    duos_datagram *server;
    uint32_t number;
    uint64_t answers_wanted;
    uint64_t accepted; /* of those, by duos_datagram_reply */
    uint64_t lost;     /* of its own accord, since there was no room */
    bool ended;
} host;

typedef struct world {
    fuzz_input in;
    duos_sim *sim;
    host hosts[SERVERS + 1];
    duos_datagram_config config;
    duos_socket askers[ASKERS];
    bool ending;
} world;

static world w;

/* Byte i of a datagram that begins with first. */
static uint8_t byte_of(uint8_t first, size_t i)
{
    return (uint8_t)(first + 31 * i);
}

/* ---- the servers -------------------------------------------------------- */

static void reply(host *h, const duos_addr *peer, const void *data, size_t len)
{
    duos_err err = duos_datagram_reply(h->server, data, len);

    fuzz_check(err == DUOS_OK || err == DUOS_ELIMIT ||
               (err == DUOS_EMSGSIZE && len > MAX_SIZE));
    fuzz_check(err != DUOS_OK || peer->port != PORT);
    h->answers_wanted += err != DUOS_EMSGSIZE;
    h->accepted += err == DUOS_OK;
}

static void on_data(duos_datagram *server, const duos_addr *peer,
                    const void *data, size_t len, unsigned flags, void *user)
{
    static const uint8_t lines[MAX_SIZE + 1];
    host *h = user;
    uint8_t what = w.ending ? 0 : fuzz_byte(&w.in);

    fuzz_operations++;
    fuzz_check(server == h->server && !h->ended && peer->family != DUOS_UNSPEC);
    fuzz_check(
        len <= MAX_SIZE &&
        (flags == 0 || (flags == DUOS_DATAGRAM_TRUNCATED && len == MAX_SIZE)));
    if (h == &w.hosts[0]) {
        reply(h, peer, data, len);
    } else {
        for (; what % 4 != 0; what--) {
            reply(h, peer, lines, what % (sizeof lines + 1));
        }
        reply(h, peer, lines, len);
    }
    if (what == 255) {
        h->ended = true;
        duos_datagram_destroy(server);
        fuzz_err(DUOS_ESTATE, duos_datagram_reply(server, data, len));
    } else if (what == 254) {
        duos_datagram_drain(server);
    }
}

static duos_datagram_stats stats_of(const host *h)
{
    duos_datagram_stats stats;

    stats.size = sizeof stats;
    fuzz_ok(duos_datagram_get_stats(h->server, &stats));
    return stats;
}

static uint64_t refused(const duos_datagram_stats *s)
{
    return s->refused_longer + s->refused_service + s->refused_source +
           s->refused_rate + s->refused_total;
}

static void check_books(const host *h)
{
    duos_datagram_stats s = stats_of(h);

    fuzz_check(h->accepted + h->lost == s.answered + s.dropped + s.send_errors);
    fuzz_check(h->answers_wanted == h->accepted + refused(&s));
    if (!w.config.allow_longer) {
        fuzz_check(s.answered <= s.received);
        fuzz_check(s.bytes_sent <= s.bytes_received + s.sent * MAX_SIZE);
    }
}

/* ---- the world ---------------------------------------------------------- */

static void choose_rules(void)
{
    uint8_t what = fuzz_byte(&w.in);

    duos_datagram_config_init(&w.config);
    w.config.on_data = on_data;
    w.config.max_size = MAX_SIZE;
    w.config.batch = 1u + what % 4u;
    w.config.per_turn = 1u + what % 7u;
    w.config.allow_longer = (what & 1) != 0;
    w.config.service_ports = (what & 2) != 0 ? 0 : 1024;
    w.config.source_rate = (what & 4) != 0 ? 5 : 200;
    w.config.source_burst = (what & 8) != 0 ? 3 : 0;
    w.config.total_rate = (what & 16) != 0 ? 10 : 0;
}

static void open_host(host *h)
{
    h->number = fuzz_host(w.sim, 4096, &h->loop);
    if (h != &w.hosts[SERVERS]) {
        w.config.user = h;
        fuzz_ok(duos_datagram_create(h->loop, &w.config, &h->server));
        fuzz_ok(duos_datagram_listen(h->server, "udp:*:7700", NULL, NULL));
    }
}

static void open_asker(int i)
{
    duos_addr at = duos_addr_ipv4(0, 0, 0, 0, ports[i]);

    fuzz_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &w.askers[i]));
    fuzz_ok(duos_bind(w.askers[i], &at));
}

static void open_world(void)
{
    duos_sim_config config;
    int i;

    duos_sim_config_init(&config);
    config.seed = 1u + fuzz_byte(&w.in);
    config.faults[DUOS_SIM_FAULT_NO_BUFFERS] = fuzz_byte(&w.in);
    config.faults[DUOS_SIM_FAULT_TWICE] = fuzz_byte(&w.in);
    fuzz_ok(duos_sim_create(&config, &w.sim));
    choose_rules();
    for (i = 0; i <= SERVERS; i++) {
        open_host(&w.hosts[i]);
    }
    for (i = 0; i < ASKERS; i++) {
        open_asker(i);
    }
}

static void close_host(host *h)
{
    if (h->server != NULL && !h->ended) {
        check_books(h);
        duos_datagram_destroy(h->server);
    }
    fuzz_host_end(w.sim, h->loop);
}

static void close_world(void)
{
    int i;

    w.ending = true;
    for (i = 0; i < ASKERS; i++) {
        fuzz_ok(duos_close(&w.askers[i]));
    }
    for (i = 0; i <= SERVERS; i++) {
        close_host(&w.hosts[i]);
    }
    fuzz_sim_end(w.sim);
}

/* ---- what happens ------------------------------------------------------- */

/* Services hear nothing unless they may; an echo is what was said. */
static void hear(int i)
{
    uint8_t data[MAX_SIZE + 1];
    duos_addr from;
    size_t n = 0;
    size_t k;

    while (duos_recvfrom(w.askers[i], data, sizeof data, &n, &from, NULL) ==
           DUOS_OK) {
        fuzz_check(w.config.service_ports == 0 || i >= 2);
        fuzz_check(from.port == PORT && n <= MAX_SIZE);
        for (k = 1; from.ip.v4[3] == 1 && k < n; k++) {
            fuzz_check(data[k] == byte_of(data[0], k));
        }
    }
}

static void run(int64_t limit_ms)
{
    int i;

    fuzz_sim_run(w.sim, limit_ms);
    fuzz_ok(duos_sim_set_host(w.sim, w.hosts[SERVERS].number));
    for (i = 0; i < ASKERS; i++) {
        hear(i);
    }
}

static void ask(uint8_t what)
{
    uint8_t data[MAX_SIZE + 8];
    duos_addr to = duos_sim_addr(1u + what % SERVERS, DUOS_IPV4, PORT);
    size_t len = fuzz_below(&w.in, sizeof data + 1);
    uint8_t first = fuzz_byte(&w.in);
    size_t i;
    duos_err err;

    for (i = 0; i < len; i++) {
        data[i] = byte_of(first, i);
    }
    fuzz_operations++;
    fuzz_ok(duos_sim_set_host(w.sim, w.hosts[SERVERS].number));
    err = duos_sendto(w.askers[what / 2 % ASKERS], data, len, &to);
    fuzz_check(err == DUOS_OK || err == DUOS_EWOULDBLOCK ||
               err == DUOS_ENOBUFS);
}

/* One server is made to speak to the other, as if somebody forged it. */
static void set_on_each_other(uint8_t what)
{
    host *h = &w.hosts[what % SERVERS];
    duos_addr to = duos_sim_addr(1u + (what + 1u) % SERVERS, DUOS_IPV4, PORT);
    duos_err err;

    if (!h->ended) {
        fuzz_operations++;
        fuzz_ok(duos_sim_set_host(w.sim, h->number));
        err = duos_datagram_send(h->server, &to, "spoofed", 7);
        fuzz_check(err == DUOS_OK || err == DUOS_EWOULDBLOCK ||
                   err == DUOS_ENOBUFS || err == DUOS_EAFNOSUPPORT);
        h->lost += err == DUOS_EWOULDBLOCK || err == DUOS_ENOBUFS;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&w, 0, sizeof w);
    w.in.at = data;
    w.in.left = size;
    open_world();
    while (w.in.left > 0) {
        uint8_t what = fuzz_byte(&w.in);

        if (what < 160) {
            ask(what);
        } else if (what < 190) {
            set_on_each_other(what);
        } else {
            run(what % 8);
        }
    }
    run(1000); /* all that is under way arrives, and nothing goes on */
    close_world();
    return 0;
}
