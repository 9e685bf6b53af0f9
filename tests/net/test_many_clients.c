/* SPDX-License-Identifier: MIT */
/*
 * test_many_clients.c - one server, more clients at a time than any fd_set
 * would hold, and clients that come and go in masses.
 */
#include "support/scene.h"
#include "support/seeded.h"

#include <stdlib.h>

#define CLIENTS     1500
#define ROUNDS      3   /* 1 under Wine, where so many make each call slow */
#define AT_ONCE     100 /* that connect at a time, for the sake of backlogs */
#define MESSAGE_MAX 3000u

typedef struct crowd crowd;

/* One client, and what it expects. */
typedef struct member {
    crowd *all;
    duos_client *client;
    uint32_t number;
    uint32_t round;
    size_t size; /* of this round's message */
    size_t received;
} member;

struct crowd {
    scene *s;
    member *members;
    uint32_t begun;
    unsigned open;
    unsigned most;
    unsigned done; /* with all rounds */
    unsigned closes;
    unsigned wrong; /* reasons */
    seeded random;
};

/* Every client sends another part of the pattern. */
static uint64_t offset_of(const member *m)
{
    return (uint64_t)m->number * 1000003 + m->round * 7919;
}

static void send_round(member *m, duos_conn *conn)
{
    static unsigned char message[MESSAGE_MAX];

    m->size = 1 + seeded_below(&m->all->random, MESSAGE_MAX);
    m->received = 0;
    pattern_fill(message, m->size, offset_of(m));
    assert_ok(duos_conn_send(conn, message, m->size));
}

static void begin_next(crowd *c);

static void on_open(duos_conn *conn, void *user)
{
    member *m = (member *)user;
    crowd *c = m->all;

    (void)conn;
    c->open++;
    c->most = c->open > c->most ? c->open : c->most;
    begin_next(c);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    member *m = (member *)user;

    assert_true(pattern_holds((const unsigned char *)data, len,
                              offset_of(m) + m->received));
    m->received += len;
    assert_true(m->received <= m->size);
    if (m->received == m->size) {
        m->round++;
        if (m->round < (os_is_wine() ? 1 : ROUNDS)) {
            send_round(m, conn);
        } else {
            m->all->done++;
        }
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    member *m = (member *)user;

    (void)conn;
    m->all->open--;
    m->all->closes++;
    m->all->wrong += reason != DUOS_EEOF;
}

static void begin_next(crowd *c)
{
    if (c->begun < CLIENTS) {
        member *m = &c->members[c->begun++];

        assert_ok(duos_client_connect(m->client, c->s->address));
    }
}

static void gather(crowd *c, scene *s)
{
    uint32_t i;

    memset(c, 0, sizeof *c);
    c->s = s;
    c->random.state = 4711;
    c->members = (member *)calloc(CLIENTS, sizeof *c->members);
    assert_non_null(c->members);
    duos_conn_handler_init(&s->client_config.handler);
    s->client_config.handler.on_open = on_open;
    s->client_config.handler.on_data = on_data;
    s->client_config.handler.on_close = on_close;
    for (i = 0; i < CLIENTS; i++) {
        member *m = &c->members[i];

        m->all = c;
        m->number = i;
        s->client_config.user = m;
        assert_ok(duos_client_create(s->loop, &s->client_config, &m->client));
    }
}

/* The patience of a scene is for one step of all these. */
#define until_all(s, counter)                                                  \
    while ((counter) < CLIENTS) {                                              \
        scene_until((s), (counter), (counter) + 1);                            \
    }

/* All are open before the first one speaks, and none closes before the end. */
static void test_LO6_many_clients_at_once_are_all_served(void **state)
{
    scene *s = (scene *)*state;
    duos_server_stats stats;
    crowd c;
    uint32_t i;

    if (!os_allow_descriptors(2 * CLIENTS + 100)) {
        skip_because("not enough descriptors");
    }
    s->served.act = told_echo;
    s->server_config.max_clients_per_address = CLIENTS;
    scene_serve(s);
    gather(&c, s);
    for (i = 0; i < AT_ONCE; i++) {
        begin_next(&c);
    }
    until_all(s, c.open);
    until_all(s, s->served.opens);
    assert_int_equal(scene_stats(s).clients, CLIENTS);

    for (i = 0; i < CLIENTS; i++) {
        send_round(&c.members[i], duos_client_conn(c.members[i].client));
    }
    until_all(s, c.done);
    assert_int_equal(c.most, CLIENTS);
    for (i = 0; i < CLIENTS; i++) {
        assert_ok(duos_conn_shutdown(duos_client_conn(c.members[i].client)));
    }
    until_all(s, c.closes);
    until_all(s, s->served.closes);
    assert_int_equal(c.wrong, 0);
    assert_int_equal(c.open, 0);
    stats = scene_stats(s);
    assert_int_equal(stats.clients, 0);
    assert_int_equal(stats.clients_peak, CLIENTS);
    assert_int_equal(stats.accepted, CLIENTS);
    assert_true(stats.bytes_received == stats.bytes_sent);
    for (i = 0; i < CLIENTS; i++) {
        duos_client_destroy(c.members[i].client);
    }
    free(c.members);
}

/* The server ends under the feet of all of them. */
static void test_CB4_many_clients_survive_the_end_of_the_server(void **state)
{
    scene *s = (scene *)*state;
    crowd c;
    uint32_t i;

    if (!os_allow_descriptors(2 * CLIENTS + 100)) {
        skip_because("not enough descriptors");
    }
    s->server_config.max_clients_per_address = CLIENTS;
    scene_serve(s);
    gather(&c, s);
    for (i = 0; i < AT_ONCE; i++) {
        begin_next(&c);
    }
    until_all(s, c.open);
    until_all(s, s->served.opens);
    for (i = 0; i < CLIENTS; i++) {
        send_round(&c.members[i], duos_client_conn(c.members[i].client));
    }
    duos_server_destroy(s->server);
    s->server = NULL;
    assert_int_equal(s->served.closes, CLIENTS);
    until_all(s, c.closes);
    for (i = 0; i < CLIENTS; i++) {
        duos_client_destroy(c.members[i].client);
    }
    free(c.members);
}

/* ---- storms ----------------------------------------------------------- */

#define STORM 2000

static void test_LO1_many_connects_and_closes_leave_nothing_behind(void **state)
{
    scene *s = (scene *)*state;
    duos_socket steady;
    size_t blocks;
    unsigned i;

    s->served.act = told_echo;
    scene_serve(s);
    steady = scene_visit(s);
    scene_echo(s, steady);
    blocks = s->memory.blocks;
    for (i = 0; i < STORM; i++) {
        duos_socket visitor = net_connect(&s->at);

        switch (i % 4) {
        case 0:
            net_reset(&visitor);
            break;
        case 1:
            assert_ok(duos_send_all(visitor, "x", 1, 1000, NULL));
            net_close(&visitor);
            break;
        case 2:
            scene_echo(s, visitor);
            net_close(&visitor);
            break;
        default:
            net_close(&visitor);
            break;
        }
        if (i % 16 == 0) {
            assert_ok(duos_loop_step(s->loop, 0));
        }
    }
    scene_echo(s, steady);
    scene_until(s, s->served.closes, s->served.opens - 1);
    scene_until(s, s->served.opens, STORM / 4 * 3);
    scene_until(s, s->served.closes, s->served.opens - 1);
    assert_int_equal(scene_stats(s).clients, 1);
    assert_true(s->memory.blocks <= blocks + 8); /* tables grow, no more */
    net_close(&steady);
    scene_until(s, s->served.closes, s->served.opens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_LO6_many_clients_at_once_are_all_served),
        scene_test(test_CB4_many_clients_survive_the_end_of_the_server),
        scene_test(test_LO1_many_connects_and_closes_leave_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
