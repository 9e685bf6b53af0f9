/* SPDX-License-Identifier: MIT */
/*
 * scene.c - the callbacks that write the log, and how a scene goes on.
 */
#include "support/scene.h"

#include <stdlib.h>

#include "poller_ops.h"

/* Peers in tests do not end when they are told. */
#define LINGER_MS 20

/* Longest that a turn waits while a test looks at something by itself. */
#define TURN_MS 20

/* Callbacks that are under way. */
static int depth;

/* ---- what connections tell -------------------------------------------- */

static void note(told *t, char event)
{
    size_t len = strlen(t->log);

    if ((len == 0 || t->log[len - 1] != event) && len + 1 < sizeof t->log) {
        t->log[len] = event;
        t->log[len + 1] = '\0';
    }
}

static void tell(told *t, duos_conn *conn, char event, const void *data,
                 size_t len)
{
    assert_int_equal(depth, 0);
    depth++;
    note(t, event);
    if (t->act != NULL) {
        t->act(t, conn, event, data, len);
    }
    depth--;
}

static void on_open(duos_conn *conn, void *user)
{
    told *t = (told *)user;

    t->opens++;
    t->conn = conn;
    t->opened_ms = duos_loop_now_ms(duos_conn_loop(conn));
    tell(t, conn, 'o', NULL, 0);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    told *t = (told *)user;

    assert_non_null(data);
    assert_true(len > 0);
    t->datas++;
    t->bytes += len;
    tell(t, conn, 'd', data, len);
}

static void on_eof(duos_conn *conn, void *user)
{
    ((told *)user)->eofs++;
    tell((told *)user, conn, 'e', NULL, 0);
}

static void on_drain(duos_conn *conn, void *user)
{
    ((told *)user)->drains++;
    tell((told *)user, conn, 'r', NULL, 0);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    told *t = (told *)user;

    t->closes++;
    t->reason = reason;
    t->closed_ms = duos_loop_now_ms(duos_conn_loop(conn));
    t->conn = t->conn == conn ? NULL : t->conn;
    tell(t, conn, 'c', NULL, 0);
}

static void on_error(duos_server *server, duos_err err, void *user)
{
    told *t = (told *)user;

    assert_int_equal(depth, 0);
    depth++;
    t->errors++;
    t->error = err;
    if (t->on_error != NULL) {
        t->on_error(t, server);
    }
    depth--;
}

static void on_drained(duos_server *server, void *user)
{
    told *t = (told *)user;

    assert_int_equal(depth, 0);
    depth++;
    t->drained++;
    if (t->on_drained != NULL) {
        t->on_drained(t, server);
    }
    depth--;
}

void told_handler(duos_conn_handler *handler)
{
    duos_conn_handler_init(handler);
    handler->on_open = on_open;
    handler->on_data = on_data;
    handler->on_eof = on_eof;
    handler->on_drain = on_drain;
    handler->on_close = on_close;
}

void told_echo(told *t, duos_conn *conn, char event, const void *data,
               size_t len)
{
    (void)t;
    if (event == 'd') {
        assert_ok(duos_conn_send(conn, data, len));
    } else if (event == 'e') {
        assert_ok(duos_conn_shutdown(conn));
    }
}

void told_echo_or_abort(told *t, duos_conn *conn, char event, const void *data,
                        size_t len)
{
    (void)t;
    if (event == 'd' && duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
    } else if (event == 'e') {
        duos_conn_close(conn);
    }
}

void told_pause(told *t, duos_conn *conn, char event, const void *data,
                size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'd') {
        assert_ok(duos_conn_pause(conn));
    }
}

/* ---- the scene -------------------------------------------------------- */

int scene_setup(void **state)
{
    scene *s = (scene *)calloc(1, sizeof *s);
    duos_loop_config config;

    assert_non_null(s);
    depth = 0;
    failing_alloc_init(&s->memory);
    duos_loop_config_init(&config);
    config.alloc = &s->memory.alloc;
    assert_ok(duos_loop_create(&config, &s->loop));

    duos_server_config_init(&s->server_config);
    /* Where a test says nothing else, nobody is waited for. */
    s->server_config.drain_first_byte_ms = 0;
    s->server_config.limits.linger_ms = LINGER_MS;
    told_handler(&s->server_config.handler);
    s->server_config.user = &s->served;
    s->server_config.on_error = on_error;
    s->server_config.on_drained = on_drained;
    duos_client_config_init(&s->client_config);
    s->client_config.limits.linger_ms = LINGER_MS;
    told_handler(&s->client_config.handler);
    s->client_config.user = &s->called;
    *state = s;
    return 0;
}

int scene_teardown(void **state)
{
    scene *s = (scene *)*state;

    duos_client_destroy(s->client);
    duos_server_destroy(s->server);
    assert_ok(duos_loop_destroy(s->loop));
    assert_int_equal(s->served.opens + s->served.unopened, s->served.closes);
    assert_all_freed(&s->memory);
    free(s);
    return 0;
}

void scene_serve(scene *s)
{
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    assert_ok(duos_server_listen(s->server, "127.0.0.1:0", NULL, &s->at));
    assert_ok(duos_addr_format(&s->at, s->address, sizeof s->address));
}

void scene_connect(scene *s)
{
    if (s->client == NULL) {
        assert_ok(duos_client_create(s->loop, &s->client_config, &s->client));
    }
    assert_ok(duos_client_connect(s->client, s->address));
}

void scene_open_both(scene *s)
{
    scene_serve(s);
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
}

duos_socket scene_visit(scene *s)
{
    unsigned before = s->served.opens;
    duos_socket visitor = net_connect(&s->at);

    scene_until(s, s->served.opens, before + 1);
    return visitor;
}

/* ---- time ------------------------------------------------------------- */

static bool too_late(uint64_t begin)
{
    return net_now() - begin > (uint64_t)PATIENCE_MS * 1000000;
}

void scene_run_until(scene *s, const unsigned *counter, unsigned at_least,
                     const char *what, const char *file, int line)
{
    uint64_t begin = net_now();

    while (*counter < at_least) {
        assert_ok(duos_loop_step(s->loop, TURN_MS));
        if (*counter < at_least && too_late(begin)) {
            print_error("%s is %u, not %u; told: server \"%s\" (%s), client "
                        "\"%s\" (%s)\n",
                        what, *counter, at_least, s->served.log,
                        duos_err_name(s->served.reason), s->called.log,
                        duos_err_name(s->called.reason));
            _fail(file, line);
        }
    }
}

void scene_idle(scene *s)
{
    int turns;

    for (turns = 0; turns < 20; turns++) {
        assert_ok(duos_loop_step(s->loop, 0));
    }
}

void scene_pass(scene *s, int64_t ms)
{
    uint64_t begin = net_now();

    while (net_now() - begin < (uint64_t)ms * 1000000) {
        assert_ok(duos_loop_step(s->loop, 1));
    }
}

unsigned scene_count_turns(scene *s, int64_t ms)
{
    uint64_t begin = net_now();
    unsigned turns = 0;

    while (net_now() - begin < (uint64_t)ms * 1000000) {
        assert_ok(duos_loop_step(s->loop, TURN_MS));
        turns++;
    }
    return turns;
}

/* ---- sockets of the test's own ---------------------------------------- */

void scene_send(scene *s, duos_socket from, const void *data, size_t len)
{
    uint64_t begin = net_now();
    const char *bytes = (const char *)data;

    while (len > 0) {
        size_t sent = 0;
        duos_err err = duos_send(from, bytes, len, &sent);

        assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
        assert_false(too_late(begin));
        bytes += sent;
        len -= sent;
        assert_ok(duos_loop_step(s->loop, err == DUOS_OK ? 0 : 1));
    }
}

/* One receive that waits for the loop; DUOS_EWOULDBLOCK never comes. */
static duos_err receive_some(scene *s, duos_socket at, void *data, size_t cap,
                             size_t *got)
{
    uint64_t begin = net_now();
    duos_err err;

    while ((err = duos_recv(at, data, cap, got)) == DUOS_EWOULDBLOCK) {
        assert_false(too_late(begin));
        assert_ok(duos_loop_step(s->loop, 1));
    }
    return err;
}

void scene_receive(scene *s, duos_socket at, void *data, size_t len)
{
    char *bytes = (char *)data;

    while (len > 0) {
        size_t got = 0;

        assert_ok(receive_some(s, at, bytes, len, &got));
        bytes += got;
        len -= got;
    }
}

duos_err scene_receive_end(scene *s, duos_socket at, size_t *extra)
{
    static char dropped[65536];
    size_t total = 0;
    size_t got = 0;
    duos_err err;

    while ((err = receive_some(s, at, dropped, sizeof dropped, &got)) ==
           DUOS_OK) {
        total += got;
    }
    if (extra != NULL) {
        *extra = total;
    }
    return err;
}

void scene_echo(scene *s, duos_socket visitor)
{
    char text[5] = "";

    scene_send(s, visitor, "hello", 5);
    scene_receive(s, visitor, text, 5);
    assert_memory_equal(text, "hello", 5);
}

void scene_fill_poller(const scene *s)
{
    duos__slots *entries = &duos_loop_poller(s->loop)->entries;

    entries->free_head = 0;
    while (entries->used < entries->page_count * DUOS__SLOTS_PAGE) {
        entries->used++;
    }
}

/* ---- content ---------------------------------------------------------- */

static unsigned char pattern_at(uint64_t offset)
{
    uint64_t x = (offset + 1) * UINT64_C(0x9e3779b97f4a7c15);

    return (unsigned char)(x >> 56 ^ x >> 29);
}

void pattern_fill(unsigned char *data, size_t len, uint64_t offset)
{
    size_t i;

    for (i = 0; i < len; i++) {
        data[i] = pattern_at(offset + i);
    }
}

bool pattern_holds(const unsigned char *data, size_t len, uint64_t offset)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (data[i] != pattern_at(offset + i)) {
            return false;
        }
    }
    return true;
}

void scene_receive_pattern(scene *s, duos_socket at, size_t len)
{
    static unsigned char got[64 * 1024];
    size_t done = 0;

    while (done < len) {
        size_t part = len - done < sizeof got ? len - done : sizeof got;

        scene_receive(s, at, got, part);
        assert_true(pattern_holds(got, part, done));
        done += part;
    }
}

duos_server_stats scene_stats(const scene *s)
{
    duos_server_stats stats;

    memset(&stats, 0, sizeof stats);
    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(s->server, &stats));
    return stats;
}
