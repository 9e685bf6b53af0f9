/* SPDX-License-Identifier: MIT */
/*
 * test_sim_broadcast.c - what a line to thousands of members costs who are all
 * stuck: one copy and an entry in each queue, counted byte by byte.
 * DUOSOCK_MEMBERS=10000 is their number in the slow tests.
 */
#include "sim_support.h"

#define MEMBERS_MAX 10000
#define LINE        1000
#define LINES       5

/* The most that a queue may hold for a line. */
#define ENTRY 48

typedef struct room {
    counting memory; /* of the server alone */
    duos_loop *loop;
    duos_server *server;
    duos_socket members[MEMBERS_MAX];
    unsigned count;
} room;

/* How many are to come. */
static unsigned wanted_members(void)
{
    const char *text = getenv("DUOSOCK_MEMBERS");
    unsigned long count = text != NULL ? strtoul(text, NULL, 10) : 2000;

    assert_true(count > 0 && count <= MEMBERS_MAX);
    return (unsigned)count;
}

static void open_room(room *r, world *w)
{
    duos_loop_config loop_config;
    duos_server_config config;

    counting_init(&r->memory);
    duos_loop_config_init(&loop_config);
    loop_config.alloc = &r->memory.alloc;
    duos_server_config_init(&config);
    config.max_clients_per_address = 0;
    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_loop_create(&loop_config, &r->loop));
    assert_ok(duos_sim_add(w->sim, w->a, r->loop));
    assert_ok(duos_server_create(r->loop, &config, &r->server));
    assert_ok(duos_server_listen(r->server, "*:7", NULL, NULL));
}

static unsigned visit_all(room *r, world *w)
{
    duos_server_stats stats;
    unsigned i;

    assert_ok(duos_sim_set_host(w->sim, w->b));
    for (i = 0; i < r->count; i++) {
        assert_ok(duos_dial("10.0.0.1:7", 1000, &r->members[i]));
    }
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 10));
    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(r->server, &stats));
    return stats.clients;
}

/* A line that says which one it is, to all; nobody takes all of it. */
static void tell_all(room *r, world *w, char which)
{
    char line[LINE];
    duos_shared *shared;
    duos_conn *conn;

    memset(line, which, sizeof line);
    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_shared_create(line, LINE, &r->memory.alloc, &shared));
    for (conn = duos_server_next(r->server, NULL); conn != NULL;
         conn = duos_server_next(r->server, conn)) {
        assert_ok(duos_conn_send_shared(conn, shared));
        assert_true(duos_conn_queued(conn) > 0);
    }
    duos_shared_release(shared);
}

/* Some of them read at last. */
static void expect_lines(const room *r, world *w)
{
    static char got[LINES * LINE];
    unsigned i;
    int at;

    assert_ok(duos_sim_set_host(w->sim, w->b));
    for (i = 0; i < r->count; i += 100) {
        assert_ok(duos_recv_exact(r->members[i], got, sizeof got, 10000, NULL));
        for (at = 0; at < LINES * LINE; at++) {
            if (got[at] != (char)('a' + at / LINE)) {
                fail_msg("byte %d of member %u is %d", at, i, got[at]);
            }
        }
    }
}

static void close_room(room *r, world *w)
{
    unsigned i;

    assert_ok(duos_sim_set_host(w->sim, w->b));
    for (i = 0; i < r->count; i++) {
        assert_ok(duos_close(&r->members[i]));
    }
    assert_ok(duos_sim_set_host(w->sim, w->a));
    duos_server_destroy(r->server);
    duos_sim_remove(w->sim, r->loop);
    assert_ok(duos_loop_destroy(r->loop));
    assert_int_equal(r->memory.live, 0);
}

static void test_ST7_sim_line_to_thousands_who_do_not_read_is_one_copy(
    void **state)
{
    static room r;
    world *w = (world *)*state;
    size_t before, first, grown;
    int i;

    r.count = wanted_members();
    open_room(&r, w);
    assert_int_equal(visit_all(&r, w), r.count);
    before = r.memory.live;
    tell_all(&r, w, 'a');
    first = r.memory.live;
    for (i = 1; i < LINES; i++) {
        tell_all(&r, w, (char)('a' + i));
    }
    grown = r.memory.live - first;
    print_message("a line of %d bytes to %u who are stuck: %lu bytes\n", LINE,
                  r.count, (unsigned long)grown / (LINES - 1));
    assert_true(first - before <= r.count * ENTRY + 2 * LINE);
    assert_true(grown <= (LINES - 1) * (r.count * ENTRY + 2 * LINE));
    expect_lines(&r, w);
    close_room(&r, w);
}

/* A network that has next to no room. */
static int set_up(void **state)
{
    world *w = (world *)calloc(1, sizeof *w);
    duos_sim_config config;

    assert_non_null(w);
    duos_sim_config_init(&config);
    config.buffer = 512;
    world_open(w, &config);
    *state = w;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_ST7_sim_line_to_thousands_who_do_not_read_is_one_copy, set_up,
            world_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
