/* SPDX-License-Identifier: MIT */
/*
 * test_sim_unsent.c - a connection breaks while bytes are on their way, and
 * another one follows: each byte went to the system, or on_close tells it.
 */
#include "sim_support.h"

#include "race_support.h"

/* ---- bytes on their way ------------------------------------------------ */

static struct {
    size_t taken;
    size_t queued;
    uint64_t sent;
    duos_err reason; /* of the first one */
} bytes;

static void count_bytes(duos_conn *conn, duos_err reason, void *user)
{
    race_on_close(conn, reason, user);
    bytes.reason = reason;
    bytes.queued = duos_conn_queued(conn);
    assert_ok(duos_conn_bytes(conn, NULL, &bytes.sent));
}

static void send_all(race_world *r, size_t len)
{
    static const char data[100 * 1000];

    while (bytes.taken < len) {
        assert_ok(
            duos_conn_send(duos_client_conn(r->client), data, sizeof data));
        bytes.taken += sizeof data;
    }
}

static void open_to_nobody(race_world *r)
{
    memset(&bytes, 0, sizeof bytes);
    r->config.retry_max = 1;
    r->config.handler.on_close = count_bytes;
    race_client(r);
    race_serve(r);
    assert_ok(duos_client_connect(r->client, "10.0.0.1:7"));
    race_run(r);
}

static void test_retry_every_byte_was_sent_or_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    open_to_nobody(r);
    send_all(r, 1000 * 1000);
    assert_true(duos_conn_queued(duos_client_conn(r->client)) > 0);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_string_equal(r->log, "oco");
    assert_true(bytes.queued > 0 && bytes.sent > 0);
    assert_int_equal(bytes.queued + bytes.sent, bytes.taken);
    assert_int_equal(duos_conn_queued(duos_client_conn(r->client)), 0);
}

/* The send itself finds that the connection is broken, and says DUOS_OK. */
static void test_retry_bytes_of_the_send_that_failed_are_told(void **state)
{
    race_world *r = (race_world *)*state;

    open_to_nobody(r);
    race_fail(r, DUOS_SIM_CALL_SEND, 1, 1, DUOS_OK);
    assert_ok(duos_conn_send(duos_client_conn(r->client), "hello", 5));
    race_run(r);
    assert_int_equal(bytes.queued, 5);
    assert_int_equal(bytes.sent, 0);
}

/* Half of it is out when there is no memory for the rest. */
static void test_ME1_retry_bytes_without_memory_are_told(void **state)
{
    race_world *r = (race_world *)*state;
    static const char data[200 * 1000];

    open_to_nobody(r);
    r->w.memory.fail_in = 1;
    assert_ok(duos_conn_send(duos_client_conn(r->client), data, sizeof data));
    race_run(r);
    assert_int_equal(bytes.reason, DUOS_ENOMEM);
    assert_true(bytes.sent > 0);
    assert_int_equal(bytes.queued + bytes.sent, sizeof data);
}

/* ---- through a transport ------------------------------------------------ */

static void test_unsent_sealed_bytes_of_a_failed_send_are_told(void **state)
{
    race_world *r = (race_world *)*state;

    race_pass(r, DUOS_OK);
    open_to_nobody(r);
    race_fail(r, DUOS_SIM_CALL_SEND, 1, 1, DUOS_OK);
    assert_ok(duos_conn_send(duos_client_conn(r->client), "hello", 5));
    race_run(r);
    assert_int_equal(bytes.reason, DUOS_ECONNRESET);
    assert_int_equal(bytes.queued, 5);
    assert_int_equal(bytes.sent, 0);
}

/* What has gone of it is of no use without the rest. */
static void test_ME1_unsent_sealed_bytes_without_memory_are_told(void **state)
{
    race_world *r = (race_world *)*state;
    static const char data[200 * 1000];

    race_pass(r, DUOS_OK);
    open_to_nobody(r);
    r->w.memory.fail_in = 1;
    assert_ok(duos_conn_send(duos_client_conn(r->client), data, sizeof data));
    race_run(r);
    assert_int_equal(bytes.reason, DUOS_ENOMEM);
    assert_true(bytes.sent > 0);
    assert_int_equal(bytes.queued, sizeof data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_retry_every_byte_was_sent_or_is_told),
        race_test(test_retry_bytes_of_the_send_that_failed_are_told),
        race_test(test_ME1_retry_bytes_without_memory_are_told),
        race_test(test_unsent_sealed_bytes_of_a_failed_send_are_told),
        race_test(test_ME1_unsent_sealed_bytes_without_memory_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
