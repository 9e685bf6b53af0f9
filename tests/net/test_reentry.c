/* SPDX-License-Identifier: MIT */
/*
 * test_reentry.c - callbacks of timers, watches, posts and accept that end
 * what they belong to, or lead to themselves; and datagrams that come faster
 * than they are taken. See test_callbacks.c for connections.
 */
#include "support/letter.h"
#include "support/scene.h"

#include <stdlib.h>

/* ---- objects that end in their own callback (CB1) ---------------------- */

static unsigned calls;

static void free_timer(duos_timer *timer, void *user)
{
    calls++;
    duos_loop_stop((duos_loop *)user);
    memset(timer, 0xee, sizeof *timer);
    free(timer);
}

static void test_CB1_timer_freed_in_its_callback(void **state)
{
    scene *s = (scene *)*state;
    duos_timer *timer = (duos_timer *)malloc(sizeof *timer);

    assert_non_null(timer);
    calls = 0;
    assert_ok(duos_timer_init(timer, s->loop, free_timer, s->loop));
    assert_ok(duos_timer_start(timer, 1));
    assert_ok(duos_loop_run(s->loop));
    scene_idle(s);
    assert_int_equal(calls, 1);
}

static void free_post(duos_post *note, void *user)
{
    calls++;
    duos_loop_stop((duos_loop *)user);
    memset(note, 0xee, sizeof *note);
    free(note);
}

static void test_CB1_post_freed_in_its_callback(void **state)
{
    scene *s = (scene *)*state;
    duos_post *note = (duos_post *)malloc(sizeof *note);

    assert_non_null(note);
    calls = 0;
    assert_ok(duos_post_init(note, free_post, s->loop));
    assert_ok(duos_loop_post(s->loop, note));
    assert_ok(duos_loop_run(s->loop));
    scene_idle(s);
    assert_int_equal(calls, 1);
}

static void free_watch(duos_watch *watch, unsigned events, void *user)
{
    (void)events;
    calls++;
    duos_watch_stop(watch);
    net_close_pair((pair *)user);
    memset(watch, 0xee, sizeof *watch);
    free(watch);
}

static void test_CB1_watch_freed_in_its_callback(void **state)
{
    scene *s = (scene *)*state;
    duos_watch *watch = (duos_watch *)malloc(sizeof *watch);
    pair p = net_pair(DUOS_IPV4);

    assert_non_null(watch);
    calls = 0;
    assert_ok(duos_watch_init(watch, s->loop, free_watch, &p));
    assert_ok(duos_watch_start(watch, p.server, DUOS_READ | DUOS_WRITE));
    scene_until(s, calls, 1);
    scene_idle(s);
    assert_int_equal(calls, 1);
}

/* ---- timers within callbacks (CB3) ------------------------------------- */

typedef struct clockwork {
    duos_timer timers[5];
    unsigned fired[5];
} clockwork;

static const char events[] = "oderc";

static void count_fire(duos_timer *timer, void *user)
{
    clockwork *c = (clockwork *)user;

    c->fired[timer - c->timers]++;
}

static void start_timer(told *t, duos_conn *conn, char event, const void *data,
                        size_t len)
{
    clockwork *c = (clockwork *)t->user;

    (void)conn;
    (void)data;
    (void)len;
    assert_ok(duos_timer_start(&c->timers[strchr(events, event) - events], 0));
}

static void test_CB3_timer_started_in_each_callback_fires(void **state)
{
    static unsigned char bulk[64 * 1024];
    scene *s = (scene *)*state;
    duos_socket visitor;
    clockwork c;
    int i;

    memset(&c, 0, sizeof c);
    for (i = 0; i < 5; i++) {
        assert_ok(duos_timer_init(&c.timers[i], s->loop, count_fire, &c));
    }
    s->server_config.limits.queue_high = 1024;
    s->server_config.limits.queue_low = 0;
    s->server_config.limits.linger_ms = 20;
    s->served.act = start_timer;
    s->served.user = &c;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_send(s, visitor, "x", 1);
    while (duos_conn_queued(s->served.conn) <= 1024) {
        assert_ok(duos_conn_send(s->served.conn, bulk, sizeof bulk));
    }
    while (s->served.drains == 0) {
        size_t n = 0;
        duos_err err = duos_recv(visitor, bulk, sizeof bulk, &n);

        assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
        assert_ok(duos_loop_step(s->loop, n > 0 ? 0 : 10));
    }
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    scene_until(s, s->served.eofs, 1);
    duos_conn_close(s->served.conn);
    scene_until(s, s->served.closes, 1);
    scene_until(s, c.fired[4], 1);
    for (i = 0; i < 5; i++) {
        assert_true(c.fired[i] > 0);
        assert_false(duos_timer_active(&c.timers[i]));
    }
    net_close(&visitor);
}

/* ---- accept (CB6) ------------------------------------------------------ */

#define GUESTS 20

static void refuse(told *t, duos_conn *conn, char event, const void *data,
                   size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'o') {
        duos_conn_abort(conn, DUOS_EACCES);
    }
}

static void test_CB6_on_open_that_refuses_everybody(void **state)
{
    scene *s = (scene *)*state;
    unsigned i;

    s->served.act = refuse;
    scene_serve(s);
    for (i = 1; i <= GUESTS; i++) {
        duos_socket visitor = net_connect(&s->at);

        assert_true(scene_receive_end(s, visitor, NULL) != DUOS_OK);
        net_close(&visitor);
        scene_until(s, s->served.closes, i);
    }
    assert_int_equal(s->served.reason, DUOS_EACCES);
    assert_string_equal(s->served.log, "ocococococococococococococococococococ"
                                       "oc");
}

static void destroy_server(told *t, duos_conn *conn, char event,
                           const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    (void)conn;
    (void)data;
    (void)len;
    if (event == 'o') {
        duos_server_destroy(s->server);
        s->server = NULL;
    }
}

/* The listener goes while others wait in its backlog. */
static void test_CB6_on_open_that_closes_the_listener(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[GUESTS];
    int i;

    s->served.act = destroy_server;
    s->served.user = s;
    scene_serve(s);
    for (i = 0; i < GUESTS; i++) {
        visitors[i] = net_connect(&s->at);
    }
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_int_equal(s->served.opens, s->served.closes);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    for (i = 0; i < GUESTS; i++) {
        assert_true(scene_receive_end(s, visitors[i], NULL) != DUOS_OK);
        net_close(&visitors[i]);
    }
}

static void count_calls(duos_watch *watch, unsigned event, void *user)
{
    (void)event;
    (void)user;
    calls++;
    assert_ok(duos_watch_set(watch, 0)); /* later */
}

/* Somebody waits all the time, and nobody is told until he wants to be. */
static void test_CB6_listener_that_is_not_accepted_from_does_not_spin(
    void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket visitor = net_connect(&at);
    duos_socket accepted;
    duos_watch watch;

    calls = 0;
    assert_ok(duos_watch_init(&watch, s->loop, count_calls, NULL));
    assert_ok(duos_watch_start(&watch, listener, DUOS_READ));
    scene_until(s, calls, 1);
    assert_true(scene_count_turns(s, 100) < 20);
    assert_int_equal(calls, 1);
    assert_ok(duos_watch_set(&watch, DUOS_READ));
    scene_until(s, calls, 2);
    accepted = net_accept(listener);
    net_exchange(visitor, accepted);
    duos_watch_stop(&watch);
    net_close(&accepted);
    net_close(&visitor);
    net_close(&listener);
}

/* ---- what leads to itself (CB7) ---------------------------------------- */

#define TIMES (os_is_wine() ? 500u : 200000u)

static unsigned depth;

static void start_again(duos_timer *timer, void *user)
{
    (void)user;
    assert_int_equal(depth, 0);
    depth++;
    if (++calls < TIMES) {
        assert_ok(duos_timer_start(timer, 0));
    }
    depth--;
}

static void post_again(duos_post *note, void *user)
{
    assert_int_equal(depth, 0);
    depth++;
    if (++calls < TIMES) {
        assert_ok(duos_loop_post((duos_loop *)user, note));
    }
    depth--;
}

static void test_CB7_timer_and_post_that_start_themselves_do_not_nest(
    void **state)
{
    scene *s = (scene *)*state;
    duos_timer timer;
    duos_post note;

    calls = depth = 0;
    assert_ok(duos_timer_init(&timer, s->loop, start_again, NULL));
    assert_ok(duos_post_init(&note, post_again, s->loop));
    assert_ok(duos_timer_start(&timer, 0));
    assert_ok(duos_loop_post(s->loop, &note));
    scene_until(s, calls, TIMES);
    scene_idle(s);
}

/* ---- datagrams --------------------------------------------------------- */

#define BATCH 32

/* Takes one batch a call, as one should. */
typedef struct mailroom {
    duos_watch watch;
    duos_socket sock;
    unsigned calls;
    unsigned received;
} mailroom;

static void take_batch(duos_watch *watch, unsigned event, void *user)
{
    static letter letters[BATCH];
    duos_message list[BATCH];
    mailroom *m = (mailroom *)user;
    size_t n = 0;
    int i;

    (void)watch;
    (void)event;
    for (i = 0; i < BATCH; i++) {
        letter_to_read(&letters[i]);
        list[i] = letters[i].m;
    }
    m->calls++;
    if (duos_recv_batch(m->sock, list, BATCH, &n) == DUOS_OK) {
        m->received += (unsigned)n;
    }
}

/* As many as fit, to have more than a turn takes. */
static unsigned burst(duos_socket from, const duos_addr *to)
{
    unsigned sent;

    for (sent = 0; sent < 100; sent++) {
        if (duos_sendto(from, "datagram", 8, to) != DUOS_OK) {
            break;
        }
    }
    return sent;
}

/* A turn takes its share; timers and connections have theirs. */
static void test_UD6_burst_of_datagrams_starves_nobody(void **state)
{
    scene *s = (scene *)*state;
    post p = post_open(DUOS_IPV4);
    duos_socket visitor;
    duos_timer timer;
    unsigned turns = 0;
    mailroom m;
    char byte = 0;

    memset(&m, 0, sizeof m);
    m.sock = p.b;
    assert_ok(duos_watch_init(&m.watch, s->loop, take_batch, &m));
    assert_ok(duos_watch_start(&m.watch, p.b, DUOS_READ));
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    calls = depth = 0;
    assert_ok(duos_timer_init(&timer, s->loop, start_again, NULL));
    assert_ok(duos_timer_start(&timer, 0));
    assert_ok(duos_send_all(visitor, "x", 1, PATIENCE_MS, NULL));
    while (duos_wait(visitor, DUOS_READ, 0, NULL) != DUOS_OK || turns < 50) {
        unsigned before = m.calls;

        assert_true(burst(p.a, &p.at_b) > 0);
        assert_ok(duos_loop_step(s->loop, 0));
        assert_true(m.calls <= before + 1);
        assert_true(++turns < 1000);
    }
    assert_true(calls >= turns - 1); /* the timer had each turn */
    assert_true(m.received >= turns);
    assert_ok(duos_recv_exact(visitor, &byte, 1, 0, NULL));
    duos_timer_stop(&timer);
    duos_watch_stop(&m.watch);
    net_close(&visitor);
    post_close(&p);
    scene_until(s, s->served.closes, 1);
}

/* Two that both have an error waiting; the first one told closes both. */
typedef struct receivers {
    duos_watch watches[2];
    duos_socket socks[2];
} receivers;

static void close_both(duos_watch *watch, unsigned event, void *user)
{
    receivers *r = (receivers *)user;
    int i;

    (void)watch;
    (void)event;
    calls++;
    for (i = 0; i < 2; i++) {
        duos_watch_stop(&r->watches[i]);
        net_close(&r->socks[i]);
    }
}

static void test_UD7_receiver_closed_with_an_error_waiting(void **state)
{
    scene *s = (scene *)*state;
    duos_addr gone;
    duos_socket closed = net_bind(DUOS_IPV4, DUOS_DGRAM, &gone);
    bool waits = true;
    receivers r;
    int i;

    net_close(&closed);
    calls = 0;
    for (i = 0; i < 2; i++) {
        r.socks[i] = net_open(DUOS_IPV4, DUOS_DGRAM);
        assert_ok(duos_connect(r.socks[i], &gone));
        assert_ok(duos_watch_init(&r.watches[i], s->loop, close_both, &r));
        assert_ok(duos_watch_start(&r.watches[i], r.socks[i], DUOS_READ));
        assert_ok(duos_sendto(r.socks[i], "x", 1, NULL));
        waits = waits && duos_wait(r.socks[i], DUOS_READ, 200, NULL) == DUOS_OK;
    }
    if (!waits) { /* then it has to be asked to */
        close_both(NULL, 0, &r);
        skip_because("no error waits here");
    }
    scene_until(s, calls, 1);
    scene_idle(s);
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_CB1_timer_freed_in_its_callback),
        scene_test(test_CB1_post_freed_in_its_callback),
        scene_test(test_CB1_watch_freed_in_its_callback),
        scene_test(test_CB3_timer_started_in_each_callback_fires),
        scene_test(test_CB6_on_open_that_refuses_everybody),
        scene_test(test_CB6_on_open_that_closes_the_listener),
        scene_test(test_CB6_listener_that_is_not_accepted_from_does_not_spin),
        scene_test(test_CB7_timer_and_post_that_start_themselves_do_not_nest),
        scene_test(test_UD6_burst_of_datagrams_starves_nobody),
        scene_test(test_UD7_receiver_closed_with_an_error_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
