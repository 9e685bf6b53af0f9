/* SPDX-License-Identifier: MIT */
/*
 * test_client_config.c - what a client is made of: its defaults, numbers out
 * of range, configurations of older programs, and what is no address.
 */
#include "support/scene.h"

static void test_client_config_has_the_documented_defaults(void **state)
{
    duos_client_config config;

    (void)state;
    memset(&config, 0xff, sizeof config);
    duos_client_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    assert_int_equal(config.handler.size, sizeof config.handler);
    assert_null(config.user);
    assert_int_equal(config.connect_ms, 10 * 1000);
    assert_int_equal(config.limits.queue_max, 1024 * 1024);
    assert_int_equal(config.limits.first_byte_ms, 0);
    assert_int_equal(config.limits.idle_ms, 0);
    assert_int_equal(config.limits.stall_ms, 30 * 1000);
    assert_int_equal(config.limits.linger_ms, 2 * 1000);
    assert_false(config.limits.backpressure);
    assert_int_equal(config.attempt_ms, 0);
    assert_int_equal(config.attempt_delay_ms, 250);
    assert_int_equal(config.source.family, DUOS_UNSPEC);
    assert_int_equal(config.retry_max, 0);
    assert_int_equal(config.retry_first_ms, 250);
    assert_int_equal(config.retry_last_ms, 30 * 1000);
    assert_int_equal(config.retry_steady_ms, 10 * 1000);
    assert_null(config.on_retry);
    duos_client_config_init(NULL);
}

static void test_client_create_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_client_config config;
    duos_client *client = NULL;

    duos_client_config_init(&config);
    assert_err(DUOS_EINVAL, duos_client_create(NULL, &config, &client));
    assert_err(DUOS_EINVAL, duos_client_create(s->loop, &config, NULL));
    config.size = sizeof config + 1;
    assert_err(DUOS_EINVAL, duos_client_create(s->loop, &config, &client));
    duos_client_config_init(&config);
    config.handler.size = 0;
    assert_err(DUOS_EINVAL, duos_client_create(s->loop, &config, &client));
    duos_client_config_init(&config);
    config.connect_ms = -1;
    assert_err(DUOS_ERANGE, duos_client_create(s->loop, &config, &client));
    duos_client_config_init(&config);
    config.limits.idle_ms = -1;
    assert_err(DUOS_ERANGE, duos_client_create(s->loop, &config, &client));
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_client_create(s->loop, NULL, &client));
    failing_alloc_arm(&s->memory, 0, false);
    assert_null(client);
    assert_null(duos_client_conn(NULL));
    duos_client_destroy(NULL);
}

static void test_client_connect_refuses_what_is_no_address(void **state)
{
    scene *s = (scene *)*state;
    duos_client *client;

    assert_ok(duos_client_create(s->loop, &s->client_config, &client));
    s->client = client;
    assert_err(DUOS_EINVAL, duos_client_connect(NULL, "127.0.0.1:80"));
    assert_err(DUOS_EINVAL, duos_client_connect(client, NULL));
    assert_err(DUOS_EINVAL, duos_client_connect(client, "127.0.0.1:0"));
    assert_err(DUOS_ESYNTAX, duos_client_connect(client, "exa mple.org:80"));
    assert_err(DUOS_ERANGE, duos_client_connect(client, "127.0.0.1:65536"));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_client_connect(client, "tcp6:127.0.0.1:80"));
    assert_err(DUOS_ENOTSUP, duos_client_connect(client, "udp:127.0.0.1:80"));
    assert_err(DUOS_ENOENT,
               duos_client_connect(client, "[fe80::1%no-such-if]:80"));
    assert_null(duos_client_conn(client));
    scene_idle(s);
    assert_string_equal(s->called.log, "");
}

static void refuse_time(scene *s, size_t field, int32_t value)
{
    duos_client_config config;
    duos_client *client = NULL;

    duos_client_config_init(&config);
    memcpy((char *)&config + field, &value, sizeof value);
    assert_err(DUOS_ERANGE, duos_client_create(s->loop, &config, &client));
    assert_null(client);
}

static void test_client_create_refuses_times_out_of_range(void **state)
{
    scene *s = (scene *)*state;
    duos_client_config config;
    duos_client *client = NULL;

    refuse_time(s, offsetof(duos_client_config, attempt_ms), -1);
    refuse_time(s, offsetof(duos_client_config, attempt_delay_ms), 9);
    refuse_time(s, offsetof(duos_client_config, attempt_delay_ms), 2001);
    refuse_time(s, offsetof(duos_client_config, retry_first_ms), 0);
    refuse_time(s, offsetof(duos_client_config, retry_first_ms), 30 * 1000 + 1);
    refuse_time(s, offsetof(duos_client_config, retry_last_ms), 249);
    refuse_time(s, offsetof(duos_client_config, retry_steady_ms), -1);
    duos_client_config_init(&config);
    config.source.family = DUOS_UNIX;
    assert_err(DUOS_EAFNOSUPPORT,
               duos_client_create(s->loop, &config, &client));
    assert_null(client);
}

/* A program of before the fields for attempts and retries. */
static void test_client_create_takes_a_shorter_config(void **state)
{
    scene *s = (scene *)*state;
    duos_client_config config;

    memset(&config, 0xff, sizeof config);
    memcpy(&config, &s->client_config,
           offsetof(duos_client_config, attempt_ms));
    config.size = offsetof(duos_client_config, attempt_ms);
    assert_ok(duos_client_create(s->loop, &config, &s->client));
    scene_serve(s);
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_config_has_the_documented_defaults),
        scene_test(test_client_create_refuses_what_is_invalid),
        scene_test(test_client_connect_refuses_what_is_no_address),
        scene_test(test_client_create_refuses_times_out_of_range),
        scene_test(test_client_create_takes_a_shorter_config),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
