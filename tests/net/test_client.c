/* SPDX-License-Identifier: MIT */
/*
 * test_client.c - client.h: connecting, failing to connect, and doing it
 * again. What it is made of is in test_client_config.c.
 */
#include "support/crowd.h"
#include "support/scene.h"

/* Takes the place of the server's address. */
static void aim_at(scene *s, const duos_addr *at)
{
    s->at = *at;
    assert_ok(duos_addr_format(at, s->address, sizeof s->address));
}

static void aim_at_localhost(scene *s, uint16_t port)
{
    (void)snprintf(s->address, sizeof s->address, "localhost:%u",
                   (unsigned)port);
}

/* How the attempt at one of the addresses ended. */
static void assert_attempt(const scene *s, size_t which, duos_err err)
{
    duos_client_report report;

    report.size = sizeof report;
    assert_ok(duos_client_get_report(s->client, &report));
    assert_true(which < report.count);
    assert_int_equal(report.attempts[which].err, err);
}

/* ---- connecting ------------------------------------------------------- */

static void test_client_connects_and_closes(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    scene_connect(s);
    assert_int_equal(s->called.opens, 0); /* not within the call */
    assert_non_null(duos_client_conn(s->client));
    scene_until(s, s->called.opens, 1);
    assert_ptr_equal(duos_client_conn(s->client), s->called.conn);
    duos_conn_close(s->called.conn);
    scene_until(s, s->called.closes, 1);
    assert_null(duos_client_conn(s->client));
    assert_string_equal(s->called.log, "oc");
    scene_until(s, s->served.eofs, 1);
}

static void test_client_busy_is_not_connected_twice(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    scene_connect(s);
    assert_err(DUOS_EBUSY, duos_client_connect(s->client, s->address));
    scene_until(s, s->called.opens, 1);
    assert_err(DUOS_EBUSY, duos_client_connect(s->client, s->address));
    duos_conn_close(s->called.conn);
    assert_err(DUOS_EBUSY, duos_client_connect(s->client, s->address));
    scene_until(s, s->called.closes, 1);
    scene_until(s, s->served.opens, 1);
}

static void try_in_on_close(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    (void)conn;
    (void)data;
    (void)len;
    if (event == 'c') {
        assert_err(DUOS_EBUSY, duos_client_connect(s->client, s->address));
        assert_ptr_equal(duos_client_conn(s->client), conn);
    }
}

static void test_client_connects_again_after_on_close(void **state)
{
    scene *s = (scene *)*state;
    unsigned i;

    s->called.act = try_in_on_close;
    s->called.user = s;
    s->served.act = told_echo;
    scene_serve(s);
    for (i = 1; i <= 5; i++) {
        scene_connect(s);
        scene_until(s, s->called.opens, i);
        assert_ok(duos_conn_send(s->called.conn, "hello", 5));
        scene_until(s, s->called.datas, i);
        assert_ok(duos_conn_shutdown(s->called.conn));
        scene_until(s, s->called.closes, i);
        assert_int_equal(s->called.reason, DUOS_EEOF);
    }
    scene_until(s, s->served.closes, 5);
}

/* ---- failing to connect ----------------------------------------------- */

static void test_SY8_client_refused_is_told_by_on_close(void **state)
{
    scene *s = (scene *)*state;
    duos_addr nobody = net_deserted(DUOS_IPV4);

    aim_at(s, &nobody);
    scene_connect(s);
    assert_int_equal(s->called.closes, 0); /* not within the call */
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECONNREFUSED);
    assert_string_equal(s->called.log, "c");
    assert_null(duos_client_conn(s->client));
    scene_connect(s); /* it may try again */
    scene_until(s, s->called.closes, 2);
}

/* Some addresses cannot even be begun with; that is told no sooner. */
static void test_SY8_client_refused_at_once_is_told_by_on_close(void **state)
{
    scene *s = (scene *)*state;
    duos_addr all = duos_addr_ipv4(255, 255, 255, 255, 9);

    s->client_config.connect_ms = 2000;
    aim_at(s, &all);
    scene_connect(s);
    assert_int_equal(s->called.closes, 0);
    scene_until(s, s->called.closes, 1);
    assert_string_equal(s->called.log, "c");
    assert_true(s->called.reason != DUOS_OK);
}

static void test_SY8_client_gives_up_after_its_time(void **state)
{
    scene *s = (scene *)*state;
    uint64_t begin;
    crowd c;

    if (!os_is_linux()) {
        skip_because("only Linux lets a connect to a full backlog wait");
    }
    crowd_open(&c);
    aim_at(s, &c.at);
    s->client_config.connect_ms = 50;
    begin = net_now();
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    assert_waited_at_least(begin, 50);
    assert_waited_less_than(begin, 50);
    assert_int_equal(s->called.reason, DUOS_ETIMEDOUT);
    assert_string_equal(s->called.log, "c");
    crowd_close(&c);
}

static void test_SY6_client_without_a_descriptor_does_not_begin(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    assert_ok(duos_client_create(s->loop, &s->client_config, &s->client));
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE, duos_client_connect(s->client, s->address));
    os_end_shortage();
    assert_null(duos_client_conn(s->client));
    scene_idle(s);
    assert_string_equal(s->called.log, "");
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
}

static void test_ME1_client_without_memory_does_not_begin(void **state)
{
    scene *s = (scene *)*state;
    duos_addr nobody = net_deserted(DUOS_IPV4);
    duos_err err;
    size_t k;

    aim_at(s, &nobody);
    assert_ok(duos_client_create(s->loop, &s->client_config, &s->client));
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_client_connect(s->client, s->address));
    for (k = 1;; k++) {
        failing_alloc_arm(&s->memory, k, true);
        err = duos_client_connect(s->client, s->address);
        if (err == DUOS_OK) {
            break;
        }
        assert_int_equal(err, DUOS_ENOMEM);
        assert_null(duos_client_conn(s->client));
    }
    assert_true(k > 1);
    failing_alloc_arm(&s->memory, 0, false);
    scene_until(s, s->called.closes, 1);
}

/* ---- localhost -------------------------------------------------------- */

static void test_DN3_client_localhost_finds_a_server_of_either_family(
    void **state)
{
    static const duos_family families[] = {DUOS_IPV4, DUOS_IPV6};
    scene *s = (scene *)*state;
    duos_addr at, peer;
    unsigned i;

    net_need(DUOS_IPV6);
    for (i = 0; i < 2; i++) {
        duos_socket listener = net_listen(families[i], 0, &at);

        aim_at_localhost(s, at.port);
        scene_connect(s);
        scene_until(s, s->called.opens, i + 1);
        assert_ok(duos_conn_peer(s->called.conn, &peer));
        assert_true(duos_addr_equal(&peer, &at));
        assert_attempt(s, i, DUOS_OK);
        duos_conn_close(s->called.conn);
        scene_until(s, s->called.closes, i + 1);
        net_close(&listener);
    }
    assert_string_equal(s->called.log, "ococ");
}

static void test_client_localhost_refused_by_both_says_so(void **state)
{
    scene *s = (scene *)*state;
    duos_addr nobody = net_deserted(DUOS_IPV4);

    aim_at_localhost(s, nobody.port);
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECONNREFUSED);
}

/* The second address cannot be tried, nor could any other one. */
static void test_SY6_client_localhost_gives_up_without_descriptors(void **state)
{
    scene *s = (scene *)*state;
    duos_addr nobody = net_deserted(DUOS_IPV4);
    duos_socket lower = net_open(DUOS_IPV4, DUOS_STREAM);

    aim_at_localhost(s, nobody.port);
    scene_connect(s);
    net_close(&lower); /* from here on the limit is below the client's */
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    scene_until(s, s->called.closes, 1);
    os_end_shortage();
    assert_int_equal(s->called.reason, DUOS_EMFILE);
    assert_attempt(s, 0, DUOS_ECONNREFUSED);
    assert_attempt(s, 1, DUOS_EMFILE);
}

/* ---- again ------------------------------------------------------------ */

static int32_t soon(duos_client *client, uint32_t attempt, duos_err reason,
                    int32_t delay_ms, void *user)
{
    (void)client;
    (void)attempt;
    (void)user;
    assert_int_equal(reason, DUOS_ECONNREFUSED);
    assert_between(delay_ms, 125, 250 << 8);
    return 20;
}

static void test_client_retries_until_there_is_a_server(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket nobody = net_bind(DUOS_IPV4, DUOS_STREAM, &at);

    aim_at(s, &at);
    s->client_config.retry_max = 200;
    s->client_config.on_retry = soon;
    scene_connect(s);
    scene_until(s, s->called.closes, 3);
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    net_close(&nobody);
    assert_ok(duos_server_listen(s->server, s->address, NULL, NULL));
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
    assert_string_equal(s->called.log, "co");
}

/* ---- ending ----------------------------------------------------------- */

static void test_client_closed_while_connecting_is_canceled(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    scene_connect(s);
    duos_conn_close(duos_client_conn(s->client));
    assert_int_equal(s->called.closes, 0);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    assert_string_equal(s->called.log, "c");
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
}

static void test_client_destroyed_while_connecting_is_told_at_once(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    scene_connect(s);
    duos_client_destroy(s->client);
    s->client = NULL;
    assert_int_equal(s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    scene_pass(s, 20);
    assert_string_equal(s->called.log, "c");
    duos_server_destroy(s->server);
    s->server = NULL;
    scene_idle(s);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
}

static void test_client_destroyed_while_open_is_told_at_once(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    duos_client_destroy(s->client);
    s->client = NULL;
    assert_int_equal(s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    scene_until(s, s->served.eofs, 1);
}

static void destroy_in_on_close(told *t, duos_conn *conn, char event,
                                const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    (void)conn;
    (void)data;
    (void)len;
    if (event == 'c') {
        duos_client_destroy(s->client);
        s->client = NULL;
    }
}

static void test_CB4_client_destroyed_when_it_was_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_addr nobody = net_deserted(DUOS_IPV4);

    s->called.act = destroy_in_on_close;
    s->called.user = s;
    aim_at(s, &nobody);
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    scene_idle(s);
    assert_null(s->client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_client_connects_and_closes),
        scene_test(test_client_busy_is_not_connected_twice),
        scene_test(test_client_connects_again_after_on_close),
        scene_test(test_SY8_client_refused_is_told_by_on_close),
        scene_test(test_SY8_client_refused_at_once_is_told_by_on_close),
        scene_test(test_SY8_client_gives_up_after_its_time),
        scene_test(test_SY6_client_without_a_descriptor_does_not_begin),
        scene_test(test_ME1_client_without_memory_does_not_begin),
        scene_test(test_DN3_client_localhost_finds_a_server_of_either_family),
        scene_test(test_client_localhost_refused_by_both_says_so),
        scene_test(test_SY6_client_localhost_gives_up_without_descriptors),
        scene_test(test_client_retries_until_there_is_a_server),
        scene_test(test_client_closed_while_connecting_is_canceled),
        scene_test(test_client_destroyed_while_connecting_is_told_at_once),
        scene_test(test_client_destroyed_while_open_is_told_at_once),
        scene_test(test_CB4_client_destroyed_when_it_was_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
