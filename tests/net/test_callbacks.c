/* SPDX-License-Identifier: MIT */
/*
 * test_callbacks.c - what a callback may do: everything, to itself, to other
 * connections, to server, client and loop (CB1 to CB4).
 *
 * One play is performed again and again: two clients and a server that fill
 * each other's queues, drain them, half-close and close. In each performance
 * one callback of one side does one thing out of turn. Whatever that is, each
 * connection must close once, nothing may come after that, and all memory
 * must come back.
 */
#include "support/scene.h"

#include "conn_core.h"

#define CLIENTS 2
#define PIECE   (16 * 1024)
#define HIGH    (32 * 1024)

/* The events, in the letters of the log. */
static const char events[] = "oderc";

/* What is done out of turn, by a connection or to it. */
typedef struct play play;
typedef void deed(play *p, duos_conn *conn, bool by_server);

/* A client and its state, which outlives its objects. */
typedef struct actor {
    play *p;
    duos_client *client;
    unsigned opens;
    unsigned closes;
} actor;

struct play {
    scene *s;
    actor actors[CLIENTS];
    unsigned served_opens;
    unsigned served_closes;
    unsigned released;
    int depth;
    deed *act;
    char when;      /* the event */
    bool by_server; /* the side */
    bool done;
};

static unsigned char piece[PIECE];

/* ---- the play --------------------------------------------------------- */

/* Whose callback it is; NULL for the server's. */
static actor *actor_of(duos_conn *conn)
{
    return duos_conn_id_of(conn).value == 0 ? (actor *)duos_conn_user(conn)
                                            : NULL;
}

/* Fills the queue beyond its mark; the socket is made to take little. */
static void fill(duos_conn *conn)
{
    duos_err err = duos_set_int(conn->stream.sock, DUOS_OPT_SEND_BUFFER, 8192);

    while (err == DUOS_OK && duos_conn_queued(conn) <= HIGH) {
        err = duos_conn_send(conn, piece, sizeof piece);
    }
}

static void shut(duos_conn *conn)
{
    duos_err err = duos_conn_shutdown(conn);

    assert_true(err == DUOS_OK || err == DUOS_ESTATE);
}

/* One of the two connections is shut down by its client, one by the server. */
static bool shuts_down(duos_conn *conn)
{
    const actor *a = actor_of(conn);

    return a != NULL ? a == &a->p->actors[0]
                     : (duos_conn_id_of(conn).value & 1) != 0;
}

/* What the play says for this event. */
static void act_as_written(duos_conn *conn, char event)
{
    if (event == 'o') {
        fill(conn);
    } else if (event == 'r' && shuts_down(conn)) {
        shut(conn);
    } else if (event == 'e') {
        shut(conn);
    }
}

static void perform(play *p, duos_conn *conn, char event)
{
    bool by_server = actor_of(conn) == NULL;

    assert_int_equal(p->depth, 0);
    p->depth++;
    if (!p->done && p->act != NULL && event == p->when &&
        by_server == p->by_server) {
        p->done = true;
        p->act(p, conn, by_server);
    }
    act_as_written(conn, event);
    p->depth--;
}

static play *play_of(duos_conn *conn, void *user)
{
    return actor_of(conn) != NULL ? ((actor *)user)->p : (play *)user;
}

static void on_open(duos_conn *conn, void *user)
{
    actor *a = actor_of(conn);

    if (a != NULL) {
        assert_int_equal(++a->opens, 1);
    } else {
        play_of(conn, user)->served_opens++;
    }
    perform(play_of(conn, user), conn, 'o');
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    unsigned char first = *(const unsigned char *)data;

    perform(play_of(conn, user), conn, 'd');
    /* Whatever was done, the bytes are still the same. */
    assert_true(len > 0 && *(const unsigned char *)data == first);
}

static void on_eof(duos_conn *conn, void *user)
{
    perform(play_of(conn, user), conn, 'e');
}

static void on_drain(duos_conn *conn, void *user)
{
    perform(play_of(conn, user), conn, 'r');
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    actor *a = actor_of(conn);

    assert_true(reason < 0);
    if (a != NULL) {
        assert_int_equal(++a->closes, 1);
    } else {
        play_of(conn, user)->served_closes++;
    }
    perform(play_of(conn, user), conn, 'c');
}

static void set_handler(duos_conn_handler *handler, duos_conn_limits *limits)
{
    duos_conn_handler_init(handler);
    handler->on_open = on_open;
    handler->on_data = on_data;
    handler->on_eof = on_eof;
    handler->on_drain = on_drain;
    handler->on_close = on_close;
    limits->queue_max = 64 * PIECE;
    limits->queue_high = HIGH;
    limits->queue_low = PIECE;
    limits->linger_ms = 300;
    limits->backpressure = false;
}

/* Every connection of the play has had its end. */
static bool is_over(const play *p)
{
    unsigned i;

    for (i = 0; i < CLIENTS; i++) {
        const actor *a = &p->actors[i];

        if (a->client != NULL && a->closes == 0 &&
            duos_client_conn(a->client) != NULL) {
            return false;
        }
    }
    return p->served_opens == p->served_closes + p->released;
}

static void begin(play *p, scene *s)
{
    unsigned i;

    set_handler(&s->server_config.handler, &s->server_config.limits);
    set_handler(&s->client_config.handler, &s->client_config.limits);
    s->server_config.user = p;
    s->server_config.on_drained = NULL;
    scene_serve(s);
    for (i = 0; i < CLIENTS; i++) {
        s->client_config.user = &p->actors[i];
        p->actors[i].p = p;
        assert_ok(duos_client_create(s->loop, &s->client_config,
                                     &p->actors[i].client));
        assert_ok(duos_client_connect(p->actors[i].client, s->address));
    }
}

static void stop_run(duos_timer *timer, void *user)
{
    (void)timer;
    duos_loop_stop((duos_loop *)user);
}

/* Runs, since steps would not show a stop; in short runs, to look. */
static void go_on(play *p)
{
    uint64_t begin_ns = net_now();
    duos_timer timer;

    assert_ok(duos_timer_init(&timer, p->s->loop, stop_run, p->s->loop));
    do {
        assert_ok(duos_timer_start(&timer, 1));
        assert_ok(duos_loop_run(p->s->loop));
        if (net_now() - begin_ns > PATIENCE_MS * UINT64_C(1000000)) {
            print_error("event %c of %s does not end\n", p->when,
                        p->by_server ? "the server" : "a client");
            fail();
        }
    } while (!is_over(p));
    duos_timer_stop(&timer);
}

static void end(play *p)
{
    unsigned i;

    for (i = 0; i < CLIENTS; i++) {
        duos_client_destroy(p->actors[i].client);
    }
    duos_server_destroy(p->s->server);
    p->s->server = NULL;
    scene_idle(p->s);
    assert_int_equal(p->served_opens, p->served_closes + p->released);
}

/* Once for each event of each side. */
static void perform_all(void **state, deed *act)
{
    scene *s = (scene *)*state;
    unsigned performed = 0;
    size_t event;
    int side;

    for (event = 0; events[event] != '\0'; event++) {
        for (side = 0; side < 2; side++) {
            play p;

            memset(&p, 0, sizeof p);
            p.s = s;
            p.act = act;
            p.when = events[event];
            p.by_server = side == 1;
            begin(&p, s);
            go_on(&p);
            end(&p);
            performed += p.done;
        }
    }
    assert_int_equal(performed, 10); /* each event came */
}

/* ---- deeds ------------------------------------------------------------ */

/* Another connection of the same side, if there is one. */
static duos_conn *other_of(play *p, duos_conn *conn, bool by_server)
{
    duos_conn *other = NULL;
    unsigned i;

    if (by_server) {
        other =
            p->s->server != NULL ? duos_server_next(p->s->server, NULL) : NULL;
        return other == conn ? duos_server_next(p->s->server, conn) : other;
    }
    for (i = 0; i < CLIENTS; i++) {
        if (p->actors[i].client != NULL &&
            duos_client_conn(p->actors[i].client) != conn) {
            other = duos_client_conn(p->actors[i].client);
        }
    }
    return other;
}

static void nothing(play *p, duos_conn *conn, bool by_server)
{
    (void)p;
    (void)conn;
    (void)by_server;
}

static void close_self(play *p, duos_conn *conn, bool by_server)
{
    (void)p;
    (void)by_server;
    duos_conn_close(conn);
}

static void abort_self(play *p, duos_conn *conn, bool by_server)
{
    (void)p;
    (void)by_server;
    duos_conn_abort(conn, DUOS_OK);
}

static void close_other(play *p, duos_conn *conn, bool by_server)
{
    duos_conn_close(other_of(p, conn, by_server));
}

static void abort_other(play *p, duos_conn *conn, bool by_server)
{
    duos_conn_abort(other_of(p, conn, by_server), DUOS_EPROTO);
}

static void abort_all(play *p, duos_conn *conn, bool by_server)
{
    unsigned i;
    duos_conn *c;

    (void)conn;
    (void)by_server;
    for (c = duos_server_next(p->s->server, NULL); c != NULL;
         c = duos_server_next(p->s->server, c)) {
        duos_conn_abort(c, DUOS_OK);
    }
    for (i = 0; i < CLIENTS; i++) {
        duos_conn_abort(duos_client_conn(p->actors[i].client), DUOS_OK);
    }
}

static void shut_down(play *p, duos_conn *conn, bool by_server)
{
    (void)p;
    (void)by_server;
    shut(conn);
}

static void pause_and_resume(play *p, duos_conn *conn, bool by_server)
{
    duos_conn *other = other_of(p, conn, by_server);

    (void)duos_conn_pause(conn);
    (void)duos_conn_resume(conn);
    if (other != NULL) {
        (void)duos_conn_pause(other);
        (void)duos_conn_resume(other);
    }
}

static void send_more(play *p, duos_conn *conn, bool by_server)
{
    duos_conn *other = other_of(p, conn, by_server);

    fill(conn);
    if (other != NULL) {
        fill(other);
    }
}

static void release_self(play *p, duos_conn *conn, bool by_server)
{
    duos_socket sock;

    if (duos_conn_release(conn, &sock) == DUOS_OK) {
        net_close(&sock);
        if (by_server) {
            p->released++;
        } else {
            ((actor *)duos_conn_user(conn))->closes++;
        }
    }
}

static void destroy_server(play *p, duos_conn *conn, bool by_server)
{
    (void)conn;
    (void)by_server;
    duos_server_destroy(p->s->server);
    p->s->server = NULL;
}

static void destroy_clients(play *p, duos_conn *conn, bool by_server)
{
    unsigned i;

    (void)conn;
    (void)by_server;
    for (i = 0; i < CLIENTS; i++) {
        duos_client_destroy(p->actors[i].client);
        p->actors[i].client = NULL;
    }
}

static void destroy_all(play *p, duos_conn *conn, bool by_server)
{
    destroy_server(p, conn, by_server);
    destroy_clients(p, conn, by_server);
}

static void close_and_destroy(play *p, duos_conn *conn, bool by_server)
{
    duos_conn_close(other_of(p, conn, by_server));
    duos_conn_abort(conn, DUOS_OK);
    destroy_all(p, conn, by_server);
}

static void drain_server(play *p, duos_conn *conn, bool by_server)
{
    (void)conn;
    (void)by_server;
    assert_ok(duos_server_drain(p->s->server, 200));
}

static void drain_and_destroy(play *p, duos_conn *conn, bool by_server)
{
    drain_server(p, conn, by_server);
    destroy_server(p, conn, by_server);
}

static void stop_loop(play *p, duos_conn *conn, bool by_server)
{
    (void)conn;
    (void)by_server;
    duos_loop_stop(p->s->loop);
}

static void run_within(play *p, duos_conn *conn, bool by_server)
{
    (void)conn;
    (void)by_server;
    assert_err(DUOS_EBUSY, duos_loop_run(p->s->loop));
    assert_err(DUOS_EBUSY, duos_loop_step(p->s->loop, 0));
    assert_err(DUOS_EBUSY, duos_loop_destroy(p->s->loop));
}

#define PERFORMANCE(name, act)                                                 \
    static void name(void **state)                                             \
    {                                                                          \
        perform_all(state, act);                                               \
    }

PERFORMANCE(test_callback_that_does_nothing_lets_all_end, nothing)
PERFORMANCE(test_CB1_callback_that_closes_itself, close_self)
PERFORMANCE(test_CB1_callback_that_aborts_itself, abort_self)
PERFORMANCE(test_CB1_callback_that_releases_itself, release_self)
PERFORMANCE(test_CB2_callback_that_closes_another, close_other)
PERFORMANCE(test_CB2_callback_that_aborts_another, abort_other)
PERFORMANCE(test_CB2_callback_that_aborts_all, abort_all)
PERFORMANCE(test_CB3_callback_that_shuts_down, shut_down)
PERFORMANCE(test_CB3_callback_that_pauses_and_resumes, pause_and_resume)
PERFORMANCE(test_CB3_callback_that_sends, send_more)
PERFORMANCE(test_CB3_callback_that_runs_the_loop, run_within)
PERFORMANCE(test_CB4_callback_that_stops_the_loop, stop_loop)
PERFORMANCE(test_CB4_callback_that_drains_the_server, drain_server)
PERFORMANCE(test_CB4_callback_that_destroys_the_server, destroy_server)
PERFORMANCE(test_CB4_callback_that_destroys_all_clients, destroy_clients)
PERFORMANCE(test_CB4_callback_that_destroys_everything, destroy_all)
PERFORMANCE(test_CB4_callback_that_closes_and_destroys, close_and_destroy)
PERFORMANCE(test_CB4_callback_that_drains_and_destroys, drain_and_destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_callback_that_does_nothing_lets_all_end),
        scene_test(test_CB1_callback_that_closes_itself),
        scene_test(test_CB1_callback_that_aborts_itself),
        scene_test(test_CB1_callback_that_releases_itself),
        scene_test(test_CB2_callback_that_closes_another),
        scene_test(test_CB2_callback_that_aborts_another),
        scene_test(test_CB2_callback_that_aborts_all),
        scene_test(test_CB3_callback_that_shuts_down),
        scene_test(test_CB3_callback_that_pauses_and_resumes),
        scene_test(test_CB3_callback_that_sends),
        scene_test(test_CB3_callback_that_runs_the_loop),
        scene_test(test_CB4_callback_that_stops_the_loop),
        scene_test(test_CB4_callback_that_drains_the_server),
        scene_test(test_CB4_callback_that_destroys_the_server),
        scene_test(test_CB4_callback_that_destroys_all_clients),
        scene_test(test_CB4_callback_that_destroys_everything),
        scene_test(test_CB4_callback_that_closes_and_destroys),
        scene_test(test_CB4_callback_that_drains_and_destroys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
