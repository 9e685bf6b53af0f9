/* SPDX-License-Identifier: MIT */
/*
 * test_memory.c - figure B6: memory of a server per idle connection, with all
 * limits and deadlines on.
 *
 * Everything counts that the loop, its poller and the server hold besides
 * what they held without connections: room that tables have in reserve, and
 * what malloc adds to each block. The figure is the worst for any number of
 * connections from FEWEST to MOST, since tables grow in steps.
 */
#include "support/net.h"

#include <stdlib.h>

#define FEWEST 1000
#define MOST   5000
#define BAR    256.0

/* Connections that wait in the backlog at a time, before they are accepted. */
#define BATCH 100

typedef struct meter {
    size_t held;
    size_t empty; /* held without connections */
    size_t connections;
    size_t messages; /* that were echoed */
    double per_conn;
    double worst;
} meter;

/* What glibc takes for a block: a head of 8 bytes, rounded up to 16. */
static size_t block_size(size_t size)
{
    size_t block = (size + 8 + 15) / 16 * 16;

    if (size == 0) {
        return 0;
    }
    return block < 32 ? 32 : block;
}

static void *metered_resize(void *user, void *ptr, size_t old_size,
                            size_t new_size)
{
    meter *m = (meter *)user;
    void *moved = NULL;

    if (new_size == 0) {
        free(ptr);
    } else {
        moved = realloc(ptr, new_size);
        assert_non_null(moved);
    }
    m->held = m->held - block_size(old_size) + block_size(new_size);
    return moved;
}

static void on_open(duos_conn *conn, void *user)
{
    meter *m = (meter *)user;

    (void)conn;
    m->connections++;
    m->per_conn = (double)(m->held - m->empty) / (double)m->connections;
    if (m->connections >= FEWEST && m->per_conn > m->worst) {
        m->worst = m->per_conn;
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    meter *m = (meter *)user;

    assert_ok(duos_conn_send(conn, data, len));
    m->messages++;
}

static duos_loop *make_loop(meter *m)
{
    duos_alloc alloc = {metered_resize, NULL};
    duos_loop_config config;
    duos_loop *loop;

    alloc.user = m;
    duos_loop_config_init(&config);
    config.alloc = &alloc;
    assert_ok(duos_loop_create(&config, &loop));
    return loop;
}

static duos_server *make_server(duos_loop *loop, meter *m, duos_addr *at)
{
    duos_server_config config;
    duos_server *server;

    duos_server_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.user = m;
    config.max_clients_per_address = MOST;
    assert_ok(duos_server_create(loop, &config, &server));
    assert_ok(duos_server_listen(server, "tcp4:127.0.0.1:0", NULL, at));
    return server;
}

/* Connects one batch, each with one message, until all were echoed. */
static void add_clients(duos_loop *loop, const duos_addr *at, meter *m,
                        duos_socket *clients)
{
    uint64_t begin = net_now();
    size_t wanted = m->messages + BATCH;
    size_t i;

    for (i = 0; i < BATCH; i++) {
        size_t sent;

        clients[i] = net_connect(at);
        assert_ok(duos_send(clients[i], "hello", 5, &sent));
    }
    while (m->messages < wanted) {
        assert_ok(duos_loop_step(loop, PATIENCE_MS));
        assert_waited_less_than(begin, PATIENCE_MS);
    }
}

/*
 * Winsock wants a list of sockets for each of the three sets, and a copy to
 * write into; the figure is only shown there.
 */
static bool is_judged(void)
{
    return sizeof(void *) == 8 && !os_is_windows();
}

static void test_LO5_memory_of_an_idle_connection(void **state)
{
    static duos_socket clients[MOST];
    meter m = {0, 0, 0, 0, 0, 0};
    duos_server *server;
    duos_loop *loop;
    duos_addr at;
    size_t n;

    (void)state;
    if (!os_allow_descriptors(2 * MOST)) {
        skip_because("10,000 descriptors are not allowed");
    }
    loop = make_loop(&m);
    server = make_server(loop, &m, &at);
    m.empty = m.held;
    for (n = 0; n < MOST; n += BATCH) {
        add_clients(loop, &at, &m, clients + n);
    }
    assert_int_equal(m.connections, MOST);
    m.per_conn = (double)(m.held - m.empty) / MOST;
    print_message("%s: %.1f bytes per idle connection, at worst %.1f; bar "
                  "%.0f\n",
                  duos_poller_backend_name(
                      duos_poller_backend_of(duos_loop_poller(loop))),
                  m.per_conn, m.worst, BAR);
    for (n = 0; n < MOST; n++) {
        net_close(&clients[n]);
    }
    duos_server_destroy(server);
    assert_ok(duos_loop_destroy(loop));
    assert_int_equal(m.held, 0);
    assert_true(m.worst <= BAR || !is_judged());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_LO5_memory_of_an_idle_connection)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
