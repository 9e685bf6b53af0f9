/* SPDX-License-Identifier: MIT */
/*
 * test_server_hand.c - one server lets clients in, others serve them: the
 * sockets go over by on_admit and duos_server_take, the counts come back by
 * duos_server_give_back.
 */
#include "support/scene.h"

#include <stdlib.h>

#include "server_core.h"

#define WORKERS 2
#define CLIENTS 5
#define CROWD   300

/* What goes with a client from one server to the other and back. */
typedef struct record {
    duos_post post;
    duos_socket sock;
    duos_addr peer;
    duos_ticket ticket;
    int worker;
} record;

/* The scene's server lets in; the loops of the workers may be others. */
typedef struct office {
    scene *s;
    duos_loop *loops[WORKERS];
    duos_server *workers[WORKERS];
    told told[WORKERS];
    int next;
    duos_err refuse; /* what on_admit says, if it is no DUOS_OK */
    unsigned handed;
    unsigned taken;
    unsigned sent_back; /* that could not be taken */
    unsigned given;
    duos_ticket last;
} office;

static office desk;

/* ---- the way of a client ----------------------------------------------- */

static void come_back(duos_post *post, void *user)
{
    record *r = (record *)user;

    (void)post;
    assert_ok(duos_server_give_back(desk.s->server, r->ticket));
    assert_err(DUOS_EBADHANDLE,
               duos_server_give_back(desk.s->server, r->ticket));
    desk.given++;
    free(r);
}

static void send_back(record *r)
{
    duos_post_init(&r->post, come_back, r);
    duos_loop_post(desk.s->loop, &r->post);
}

static void arrive(duos_post *post, void *user)
{
    record *r = (record *)user;
    duos_err err =
        duos_server_take(desk.workers[r->worker], r->sock, &r->peer, r);

    (void)post;
    if (err == DUOS_OK) {
        desk.taken++;
    } else {
        desk.sent_back++;
        net_close(&r->sock);
        send_back(r);
    }
}

static void on_gone(duos_server *server, void *origin, void *user)
{
    (void)user;
    assert_ptr_equal(server, desk.workers[((record *)origin)->worker]);
    send_back((record *)origin);
}

static duos_err on_admit(duos_server *server, duos_socket s,
                         const duos_addr *peer, duos_ticket ticket, void *user)
{
    record *r;

    (void)user;
    assert_ptr_equal(server, desk.s->server);
    desk.last = ticket;
    if (desk.refuse != DUOS_OK) {
        return desk.refuse;
    }
    r = (record *)calloc(1, sizeof *r);
    assert_non_null(r);
    r->sock = s;
    r->peer = *peer;
    r->ticket = ticket;
    r->worker = desk.next++ % WORKERS;
    duos_post_init(&r->post, arrive, r);
    duos_loop_post(desk.loops[r->worker], &r->post);
    desk.handed++;
    return DUOS_OK;
}

/* ---- the office -------------------------------------------------------- */

static duos_server *make_worker(int i)
{
    duos_server_config config;
    duos_server *worker;

    duos_server_config_init(&config);
    told_handler(&config.handler);
    config.user = &desk.told[i];
    config.on_gone = on_gone;
    config.on_drained = desk.s->server_config.on_drained;
    desk.told[i].act = told_echo;
    assert_ok(duos_server_create(desk.loops[i], &config, &worker));
    return worker;
}

static void open_office(scene *s, bool own_loops)
{
    duos_loop_config config;
    int i;

    memset(&desk, 0, sizeof desk);
    desk.s = s;
    s->server_config.on_admit = on_admit;
    scene_serve(s);
    duos_loop_config_init(&config);
    config.alloc = &s->memory.alloc;
    for (i = 0; i < WORKERS; i++) {
        desk.loops[i] = s->loop;
        if (own_loops) {
            assert_ok(duos_loop_create(&config, &desk.loops[i]));
        }
        desk.workers[i] = make_worker(i);
    }
}

static void turn(void)
{
    int i;

    assert_ok(duos_loop_step(desk.s->loop, 1));
    for (i = 0; i < WORKERS; i++) {
        if (desk.loops[i] != desk.s->loop) {
            assert_ok(duos_loop_step(desk.loops[i], 1));
        }
    }
}

static void until(const unsigned *counter, unsigned at_least)
{
    uint64_t begin = net_now();

    while (*counter < at_least) {
        turn();
        assert_waited_less_than(begin, PATIENCE_MS);
    }
}

/* Workers first: their last clients are given back. */
static void close_office(void)
{
    int i;

    for (i = 0; i < WORKERS; i++) {
        duos_server_destroy(desk.workers[i]);
    }
    if (desk.s->server != NULL) {
        until(&desk.given, desk.handed);
    }
    for (i = 0; i < WORKERS; i++) {
        assert_int_equal(desk.told[i].opens, desk.told[i].closes);
        if (desk.loops[i] != desk.s->loop) {
            assert_ok(duos_loop_destroy(desk.loops[i]));
        }
    }
}

static duos_server_stats stats_of(const duos_server *server)
{
    duos_server_stats stats;

    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(server, &stats));
    return stats;
}

static void echo(duos_socket visitor)
{
    char text[5] = "";
    uint64_t begin = net_now();
    size_t got;

    assert_ok(duos_send_all(visitor, "hello", 5, 1000, NULL));
    while (duos_recv(visitor, text, 5, &got) == DUOS_EWOULDBLOCK) {
        turn();
        assert_waited_less_than(begin, PATIENCE_MS);
    }
    assert_memory_equal(text, "hello", 5);
}

/* ---- the tests --------------------------------------------------------- */

/* Clients are served elsewhere, and counted here until they are back. */
static void check_round(scene *s, bool own_loops)
{
    duos_socket visitors[CLIENTS];
    int i;

    open_office(s, own_loops);
    for (i = 0; i < CLIENTS; i++) {
        visitors[i] = net_connect(&s->at);
    }
    until(&desk.taken, CLIENTS);
    for (i = 0; i < CLIENTS; i++) {
        echo(visitors[i]);
    }
    assert_int_equal(scene_stats(s).clients, CLIENTS);
    assert_int_equal(scene_stats(s).accepted, CLIENTS);
    assert_int_equal(s->server->addresses.entries.live, 1);
    assert_int_equal(stats_of(desk.workers[0]).clients, CLIENTS / 2 + 1);
    assert_int_equal(stats_of(desk.workers[1]).clients, CLIENTS / 2);
    assert_null(duos_server_next(s->server, NULL)); /* none is its own */
    net_close(&visitors[0]);
    until(&desk.given, 1);
    assert_int_equal(scene_stats(s).clients, CLIENTS - 1);
    assert_int_equal(stats_of(desk.workers[0]).clients, CLIENTS / 2);
    for (i = 1; i < CLIENTS; i++) {
        net_close(&visitors[i]);
    }
    until(&desk.given, CLIENTS);
    assert_int_equal(scene_stats(s).clients, 0);
    assert_int_equal(scene_stats(s).clients_peak, CLIENTS);
    assert_int_equal(s->server->addresses.entries.live, 0);
    assert_int_equal(stats_of(desk.workers[1]).bytes_sent, CLIENTS / 2 * 5);
    assert_int_equal(scene_stats(s).bytes_sent, 0);
    close_office();
}

static void test_server_hands_clients_over_on_one_loop(void **state)
{
    check_round((scene *)*state, false);
}

static void test_server_hands_clients_over_to_other_loops(void **state)
{
    check_round((scene *)*state, true);
}

/* Those who were handed over take up places. */
static void test_LO2_LO3_server_that_hands_over_keeps_its_limits(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[2], extra;

    s->server_config.max_clients = 2;
    s->server_config.max_clients_per_address = 1;
    open_office(s, false);
    visitors[0] = net_connect(&s->at);
    until(&desk.taken, 1);
    extra = net_connect(&s->at);
    assert_int_equal(scene_receive_end(s, extra, NULL), DUOS_EEOF);
    net_close(&extra);
    assert_int_equal(scene_stats(s).refused_address, 1);
    s->server->addresses.limit = 9;
    visitors[1] = net_connect(&s->at);
    until(&desk.taken, 2);
    extra = net_connect(&s->at);
    assert_int_equal(scene_receive_end(s, extra, NULL), DUOS_EEOF);
    net_close(&extra);
    assert_int_equal(scene_stats(s).refused_limit, 1);
    net_close(&visitors[0]);
    until(&desk.given, 1);
    visitors[0] = net_connect(&s->at);
    until(&desk.taken, 3);
    net_close(&visitors[0]);
    net_close(&visitors[1]);
    close_office();
}

static void test_server_whose_on_admit_refuses_closes_the_socket(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    open_office(s, false);
    desk.refuse = DUOS_EBUSY;
    visitor = net_connect(&s->at);
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
    assert_int_equal(scene_stats(s).accept_errors, 1);
    assert_int_equal(scene_stats(s).accepted, 0);
    assert_int_equal(scene_stats(s).clients, 0);
    assert_int_equal(s->server->addresses.entries.live, 0);
    assert_err(DUOS_EBADHANDLE, duos_server_give_back(s->server, desk.last));
    close_office();
}

static duos_err destroy_and_refuse(duos_server *server, duos_socket s,
                                   const duos_addr *peer, duos_ticket ticket,
                                   void *user)
{
    (void)s;
    (void)peer;
    (void)ticket;
    (void)user;
    duos_server_destroy(server);
    desk.s->server = NULL;
    return DUOS_EBUSY;
}

static duos_bytes never_asked(duos_server *server, const duos_addr *peer,
                              duos_err reason, void *user)
{
    duos_bytes none = {NULL, 0};

    (void)server;
    (void)peer;
    (void)reason;
    (void)user;
    fail();
    return none;
}

static void test_CB4_server_destroyed_in_on_admit_asks_nothing_more(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    desk.s = s;
    s->server_config.on_admit = destroy_and_refuse;
    s->server_config.on_refuse = never_asked;
    scene_serve(s);
    visitor = net_connect(&s->at);
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    assert_null(s->server);
    net_close(&visitor);
}

static void test_tickets_that_are_none_are_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_ticket ticket = {0};
    duos_socket visitor;

    scene_serve(s);
    assert_err(DUOS_EINVAL, duos_server_give_back(NULL, ticket));
    assert_err(DUOS_EBADHANDLE, duos_server_give_back(s->server, ticket));
    s->served.act = told_echo;
    visitor = scene_visit(s);
    ticket.value = duos_conn_id_of(s->served.conn).value;
    assert_err(DUOS_EBADHANDLE, duos_server_give_back(s->server, ticket));
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* A ticket names no connection, either. */
static void test_server_drains_until_all_are_given_back(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_conn_id id;

    open_office(s, false);
    visitor = net_connect(&s->at);
    until(&desk.taken, 1);
    id.value = desk.last.value;
    assert_null(duos_server_find(s->server, id));
    assert_ok(duos_server_drain(s->server, 20));
    scene_pass(s, 60);
    assert_int_equal(s->served.drained, 0);
    echo(visitor);
    assert_ok(duos_server_drain(desk.workers[0], -1));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(desk.told[0].reason, DUOS_EDRAINED);
    assert_int_equal(desk.told[0].drained, 1);
    assert_int_equal(desk.given, 1);
    net_close(&visitor);
    close_office();
}

/* One who arrives when the worker drains goes back. */
static void test_server_take_while_draining_is_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    open_office(s, false);
    assert_ok(duos_server_drain(desk.workers[0], -1));
    assert_err(DUOS_ESTATE,
               duos_server_take(desk.workers[0], s->server->spare, NULL, NULL));
    visitor = net_connect(&s->at);
    until(&desk.given, 1);
    assert_int_equal(desk.sent_back, 1);
    assert_int_equal(scene_stats(s).clients, 0);
    net_close(&visitor);
    close_office();
}

/* Whoever has them: the server does not wait, and is not told. */
static void test_server_destroyed_forgets_those_handed_over(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    unsigned i;

    open_office(s, false);
    visitor = net_connect(&s->at);
    until(&desk.taken, 1);
    duos_server_destroy(s->server);
    s->server = NULL;
    for (i = 0; i < WORKERS; i++) { /* the record has nowhere to go */
        free(desk.workers[i]->origin_count > 0 ? desk.workers[i]->origins[0]
                                               : NULL);
        desk.workers[i]->config.on_gone = NULL;
    }
    net_close(&visitor);
    close_office();
}

/* ---- taking ------------------------------------------------------------ */

static void test_server_takes_any_connected_socket(void **state)
{
    scene *s = (scene *)*state;
    pair p = net_pair(DUOS_IPV4);
    duos_tuple tuple;
    duos_addr local;

    s->served.act = told_echo;
    scene_serve(s);
    assert_ok(duos_local_addr(p.client, &local));
    assert_ok(duos_set_nonblocking(p.server, false));
    assert_ok(duos_server_take(s->server, p.server, NULL, NULL));
    assert_int_equal(s->served.opens, 1); /* within the call */
    assert_ok(duos_conn_tuple(s->served.conn, &tuple));
    assert_true(duos_addr_equal(&tuple.remote, &local));
    assert_int_equal(scene_stats(s).accepted, 1);
    scene_echo(s, p.client);
    net_close(&p.client);
    scene_until(s, s->served.closes, 1);
}

static unsigned came_back[CROWD];

static void count_gone(duos_server *server, void *origin, void *user)
{
    (void)server;
    (void)user;
    ++*(unsigned *)origin;
}

/* More than a page of the table: each has its own origin still. */
static void test_server_tells_of_each_of_a_crowd_that_is_gone(void **state)
{
    static duos_socket visitors[CROWD];
    scene *s = (scene *)*state;
    int i;

    if (!os_allow_descriptors(2 * CROWD + 50)) {
        skip_because("not so many descriptors here");
    }
    memset(came_back, 0, sizeof came_back);
    s->server_config.on_gone = count_gone;
    s->served.act = told_echo;
    scene_serve(s);
    for (i = 0; i < CROWD; i++) {
        pair p = net_pair(DUOS_IPV4);

        visitors[i] = p.client;
        assert_ok(duos_server_take(s->server, p.server, NULL, &came_back[i]));
    }
    for (i = 0; i < CROWD; i++) {
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.closes, CROWD);
    for (i = 0; i < CROWD; i++) {
        assert_int_equal(came_back[i], 1);
    }
}

static void destroy_on_open(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    (void)data;
    (void)len;
    if (event == 'o') {
        duos_server_destroy(s->server);
        s->server = NULL;
        assert_int_equal(t->closes, 0);
        assert_ptr_equal(duos_conn_user(conn), t); /* it still lives */
    }
}

/* There is no turn whose end the ends could wait for. */
static void test_CB4_server_destroyed_in_on_open_of_take(void **state)
{
    scene *s = (scene *)*state;
    pair p = net_pair(DUOS_IPV4);

    s->served.act = destroy_on_open;
    s->served.user = s;
    scene_serve(s);
    assert_ok(duos_server_take(s->server, p.server, NULL, NULL));
    assert_null(s->server);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    net_close(&p.client);
}

static void test_server_take_refuses_what_the_limits_do(void **state)
{
    scene *s = (scene *)*state;
    pair p = net_pair(DUOS_IPV4);
    duos_cidr deny;
    duos_addr elsewhere;

    assert_ok(duos_addr_parse("10.0.0.1:1", &elsewhere));
    assert_ok(duos_cidr_from_addr(&elsewhere, &deny));
    s->server_config.max_clients_per_address = 1;
    s->server_config.max_clients = 2;
    s->server_config.deny = &deny;
    s->server_config.deny_count = 1;
    s->served.act = told_echo;
    scene_serve(s);
    assert_err(DUOS_EINVAL, duos_server_take(NULL, p.server, NULL, NULL));
    assert_err(DUOS_EACCES,
               duos_server_take(s->server, p.server, &elsewhere, NULL));
    s->server->addresses.limit = 0; /* as if there were one already */
    s->server->stats.clients = 2;
    assert_err(DUOS_ELIMIT, duos_server_take(s->server, p.server, NULL, NULL));
    s->server->stats.clients = 0;
    s->server->addresses.limit = 1;
    assert_ok(duos_server_take(s->server, p.server, NULL, NULL));
    assert_err(DUOS_EUSERS, duos_server_take(s->server, p.client, NULL, NULL));
    assert_int_equal(scene_stats(s).refused_denied, 1);
    assert_int_equal(scene_stats(s).refused_limit, 1);
    assert_int_equal(scene_stats(s).refused_address, 1);
    scene_echo(s, p.client);
    net_close(&p.client);
    scene_until(s, s->served.closes, 1);
}

static void test_ME1_server_take_without_memory_leaves_the_socket(void **state)
{
    scene *s = (scene *)*state;
    pair p = net_pair(DUOS_IPV4);
    duos_socket none = DUOS_SOCKET_INVALID;
    size_t k;
    duos_err err = DUOS_ENOMEM;

    s->served.act = told_echo;
    scene_serve(s);
    assert_err(DUOS_EBADF, duos_server_take(s->server, none, NULL, NULL));
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_server_take(s->server, p.server, NULL, NULL));
    for (k = 1; err == DUOS_ENOMEM; k++) {
        failing_alloc_arm(&s->memory, k, true);
        err = duos_server_take(s->server, p.server, NULL, s);
        assert_int_equal(scene_stats(s).clients, err == DUOS_OK);
        assert_int_equal(s->server->addresses.entries.live, err == DUOS_OK);
    }
    failing_alloc_arm(&s->memory, 0, false);
    assert_ok(err);
    assert_true(k > 5);
    scene_echo(s, p.client);
    net_close(&p.client);
    scene_until(s, s->served.closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_server_hands_clients_over_on_one_loop),
        scene_test(test_server_hands_clients_over_to_other_loops),
        scene_test(test_LO2_LO3_server_that_hands_over_keeps_its_limits),
        scene_test(test_server_whose_on_admit_refuses_closes_the_socket),
        scene_test(test_CB4_server_destroyed_in_on_admit_asks_nothing_more),
        scene_test(test_tickets_that_are_none_are_refused),
        scene_test(test_server_drains_until_all_are_given_back),
        scene_test(test_server_take_while_draining_is_refused),
        scene_test(test_server_destroyed_forgets_those_handed_over),
        scene_test(test_server_takes_any_connected_socket),
        scene_test(test_server_tells_of_each_of_a_crowd_that_is_gone),
        scene_test(test_CB4_server_destroyed_in_on_open_of_take),
        scene_test(test_server_take_refuses_what_the_limits_do),
        scene_test(test_ME1_server_take_without_memory_leaves_the_socket),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
