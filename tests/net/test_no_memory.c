/* SPDX-License-Identifier: MIT */
/*
 * test_no_memory.c - every allocation of a whole scene fails once, and from
 * then on (ME1): an error or a lost connection, never a crash or a leak; and
 * when memory is back, the same server serves again.
 */
#include "support/scene.h"

#define BULK (600 * 1024)

static unsigned char bulk[BULK];

/*
 * Sends all at once, and closes when all is back, or when no more will come:
 * Wine shows a reset as the end of the stream.
 */
static void call(told *t, duos_conn *conn, char event, const void *data,
                 size_t len)
{
    if (event == 'o' && duos_conn_send(conn, bulk, BULK) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
    }
    if (event == 'e') {
        duos_conn_close(conn);
    }
    if (event == 'd') {
        assert_true(
            pattern_holds((const unsigned char *)data, len, t->bytes - len));
        if (t->bytes == BULK) {
            duos_conn_close(conn);
        }
    }
}

typedef struct objects {
    duos_loop *loop;
    duos_server *server;
    duos_client *client;
    told served;
    told called;
    char address[DUOS_ADDR_TEXT_MAX];
} objects;

static duos_err make(objects *o, failing_alloc *memory)
{
    duos_loop_config loop_config;
    duos_server_config server_config;
    duos_client_config client_config;
    duos_addr at;
    duos_err err;

    memset(o, 0, sizeof *o);
    duos_loop_config_init(&loop_config);
    loop_config.alloc = &memory->alloc;
    duos_server_config_init(&server_config);
    told_handler(&server_config.handler);
    server_config.user = &o->served;
    o->served.act = told_echo_or_abort;
    duos_client_config_init(&client_config);
    told_handler(&client_config.handler);
    client_config.user = &o->called;
    o->called.act = call;

    err = duos_loop_create(&loop_config, &o->loop);
    if (err == DUOS_OK) {
        err = duos_server_create(o->loop, &server_config, &o->server);
    }
    if (err == DUOS_OK) {
        err = duos_server_listen(o->server, "127.0.0.1:0", NULL, &at);
    }
    if (err == DUOS_OK) {
        assert_ok(duos_addr_format(&at, o->address, sizeof o->address));
        err = duos_client_create(o->loop, &client_config, &o->client);
    }
    return err;
}

static void destroy(objects *o)
{
    duos_client_destroy(o->client);
    duos_server_destroy(o->server);
    assert_ok(duos_loop_destroy(o->loop));
    assert_int_equal(o->served.opens, o->served.closes);
}

/* Connects and runs until the connection has ended: whether all came back. */
static bool echo(objects *o)
{
    unsigned before = o->called.closes;
    uint64_t begin = net_now();

    o->called.bytes = 0;
    if (duos_client_connect(o->client, o->address) != DUOS_OK) {
        return false;
    }
    while (o->called.closes == before) {
        /* A poller may need memory to wait; then the loop says so. */
        duos_err err = duos_loop_step(o->loop, 20);

        assert_true(err == DUOS_OK || err == DUOS_ENOMEM);
        assert_true(net_now() - begin < PATIENCE_MS * UINT64_C(1000000));
    }
    return o->called.bytes == BULK;
}

/* Returns false when there was no k-th allocation any more. */
static bool fail_at(size_t k, bool sticky)
{
    failing_alloc memory;
    objects o;
    bool struck;
    duos_err err;

    failing_alloc_init(&memory);
    failing_alloc_arm(&memory, k, sticky);
    err = make(&o, &memory);
    assert_true(err == DUOS_OK || err == DUOS_ENOMEM);
    if (err == DUOS_OK) {
        bool whole = echo(&o);

        struck = failing_alloc_struck(&memory);
        assert_true(whole || struck);
        failing_alloc_arm(&memory, 0, false);
        assert_true(echo(&o)); /* alive */
    } else {
        struck = true;
    }
    destroy(&o);
    assert_all_freed(&memory);
    return struck;
}

static void fail_at_every(bool sticky)
{
    size_t k = 1;

    pattern_fill(bulk, BULK, 0);
    while (fail_at(k, sticky)) {
        k++;
    }
    print_message("[  NUMBER  ] %lu allocations\n", (unsigned long)k - 1);
    assert_true(k > 10);
}

static void test_ME1_no_memory_once_at_every_place(void **state)
{
    (void)state;
    fail_at_every(false);
}

static void test_ME1_no_memory_from_every_place_on(void **state)
{
    (void)state;
    fail_at_every(true);
}

/* Ending needs none, whatever is under way. */
static void test_ME1_no_memory_is_needed_to_end(void **state)
{
    failing_alloc memory;
    objects o;
    unsigned steps, i;

    (void)state;
    pattern_fill(bulk, BULK, 0);
    for (steps = 0; steps < 12; steps++) {
        failing_alloc_init(&memory);
        assert_ok(make(&o, &memory));
        assert_ok(duos_client_connect(o.client, o.address));
        for (i = 0; i < steps; i++) {
            assert_ok(duos_loop_step(o.loop, 20));
        }
        failing_alloc_arm(&memory, 1, true);
        if (steps % 2 == 0) {
            duos_conn_close(duos_client_conn(o.client));
            assert_ok(duos_server_drain(o.server, -1));
        }
        destroy(&o);
        assert_all_freed(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ME1_no_memory_once_at_every_place),
        cmocka_unit_test(test_ME1_no_memory_from_every_place_on),
        cmocka_unit_test(test_ME1_no_memory_is_needed_to_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
