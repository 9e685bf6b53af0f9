/* SPDX-License-Identifier: MIT */
/*
 * test_seam.c - what a server asks of the system for a message, counted where
 * its calls leave the library: also on Windows, where nothing else counts them,
 * and Wine's times say nothing. Allocations are counted with them.
 *
 * Clients send while nobody counts, so what is counted is the server's alone.
 */
#include "support/net.h"
#include "support/refuse.h"

#include <limits.h>

#include <duosock/loop.h>
#include <duosock/server.h>

#define MANY   50
#define ROUNDS 10
#define SIZE   64

typedef struct echo {
    duos_loop *loop;
    duos_server *server;
    duos_addr at;
    duos_socket clients[MANY];
    size_t count;
    size_t echoed;
} echo;

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    echo *e = (echo *)user;

    assert_int_equal(len, SIZE);
    assert_ok(duos_conn_send(conn, data, len));
    e->echoed++;
}

static void exchange(echo *e, bool is_counted)
{
    static const char message[SIZE] = "a message";
    size_t before = e->echoed;
    uint64_t begin = net_now();
    char back[SIZE];
    size_t i, n;

    for (i = 0; i < e->count; i++) {
        assert_ok(duos_send(e->clients[i], message, SIZE, &n));
    }
    while (e->echoed < before + e->count) {
        if (is_counted) {
            refuse_begin(UINT_MAX, REFUSE_FOR_WANT, NULL);
        }
        assert_ok(duos_loop_step(e->loop, PATIENCE_MS));
        (void)refuse_end();
        assert_waited_less_than(begin, PATIENCE_MS);
    }
    for (i = 0; i < e->count; i++) {
        (void)net_await(e->clients[i], DUOS_READ);
        assert_ok(duos_recv(e->clients[i], back, SIZE, &n));
        assert_int_equal(n, SIZE);
    }
}

static void begin(echo *e, size_t count)
{
    duos_server_config config;

    memset(e, 0, sizeof *e);
    assert_ok(duos_loop_create(NULL, &e->loop));
    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.user = e;
    assert_ok(duos_server_create(e->loop, &config, &e->server));
    assert_ok(duos_server_listen(e->server, "tcp4:127.0.0.1:0", NULL, &e->at));
    for (; e->count < count; e->count++) {
        e->clients[e->count] = net_connect(&e->at);
    }
    exchange(e, false);
    exchange(e, false);
}

static void end(echo *e)
{
    while (e->count > 0) {
        net_close(&e->clients[--e->count]);
    }
    duos_server_destroy(e->server);
    assert_ok(duos_loop_destroy(e->loop));
}

static double calls_of(const char *name)
{
    size_t i;

    for (i = 0; i < refuse_tally_count; i++) {
        if (strcmp(refuse_tallies[i].name, name) == 0) {
            return refuse_tallies[i].calls;
        }
    }
    return 0;
}

static duos_poller_backend backend_of(const echo *e)
{
    return duos_poller_backend_of(duos_loop_poller(e->loop));
}

/* Prints what a message takes, and returns the calls of the system. */
static double print_tally(const echo *e)
{
    double messages = (double)(ROUNDS * e->count);
    double all = 0;
    size_t i;

    print_message("%s, connections: %u, a message:",
                  duos_poller_backend_name(backend_of(e)), (unsigned)e->count);
    for (i = 0; i < refuse_tally_count; i++) {
        double calls = refuse_tallies[i].calls / messages;

        print_message(" %s %.3f,", refuse_tallies[i].name, calls);
        all += strcmp(refuse_tallies[i].name, "realloc") != 0 ? calls : 0;
    }
    print_message(" %.3f calls\n", all);
    return all;
}

/*
 * A poll of AFD tells once, so each message needs one more. Its waits take
 * fewer events at a time, too.
 */
static double most_calls(const echo *e, size_t count)
{
    double waits = count == 1 ? 1.0 : 0.05;

    return 2.0 + waits + (backend_of(e) == DUOS_POLLER_AFD ? 1.0 : 0.0);
}

static void count_calls(size_t count)
{
    double messages = (double)(ROUNDS * count);
    echo e;
    int i;

    begin(&e, count);
    refuse_tally_count = 0;
    for (i = 0; i < ROUNDS; i++) {
        exchange(&e, true);
    }
    assert_true(print_tally(&e) <= most_calls(&e, count));
    assert_true(calls_of("send") == messages);
    assert_true(calls_of("recv") + calls_of("recvfrom") == messages);
    assert_true(calls_of("realloc") == 0);
    end(&e);
}

static void test_server_calls_per_message_of_one_connection(void **state)
{
    (void)state;
    count_calls(1);
}

static void test_server_calls_per_message_of_many(void **state)
{
    (void)state;
    count_calls(MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_calls_per_message_of_one_connection),
        cmocka_unit_test(test_server_calls_per_message_of_many)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
