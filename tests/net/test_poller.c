/* SPDX-License-Identifier: MIT */
/*
 * test_poller.c - pollers as objects: names, the choice of a backend, and
 * arguments that are refused. What they report is in test_poller_events.c.
 */
#include "support/net.h"

#include <stdlib.h>

#define VARIABLE "DUOSOCK_POLLER"

static const duos_socket none = DUOS_SOCKET_INVALID;
static const duos_token never = {0};

static duos_poller *create(void)
{
    duos_poller *poller = NULL;

    assert_ok(duos_poller_create(NULL, &poller));
    assert_non_null(poller);
    return poller;
}

static duos_poller_config with_backend(duos_poller_backend backend)
{
    duos_poller_config config;

    duos_poller_config_init(&config);
    config.backend = backend;
    return config;
}

/* ---- names ------------------------------------------------------------ */

static void test_poller_backend_names_are_parsed_back(void **state)
{
    int i;

    (void)state;
    for (i = DUOS_POLLER_AUTO; i <= DUOS_POLLER_SIM; i++) {
        duos_poller_backend backend = (duos_poller_backend)99;

        assert_ok(duos_poller_backend_parse(
            duos_poller_backend_name((duos_poller_backend)i), &backend));
        assert_int_equal(backend, i);
    }
    assert_string_equal(duos_poller_backend_name(DUOS_POLLER_EPOLL), "epoll");
    assert_string_equal(duos_poller_backend_name((duos_poller_backend)99),
                        "unknown");
    assert_string_equal(duos_poller_backend_name((duos_poller_backend)-1),
                        "unknown");
}

static void test_poller_backend_parse_of_another_name_is_einval(void **state)
{
    duos_poller_backend backend = DUOS_POLLER_POLL;

    (void)state;
    assert_err(DUOS_EINVAL, duos_poller_backend_parse("EPOLL", &backend));
    assert_err(DUOS_EINVAL, duos_poller_backend_parse("", &backend));
    assert_err(DUOS_EINVAL, duos_poller_backend_parse("unknown", &backend));
    assert_err(DUOS_EINVAL, duos_poller_backend_parse(NULL, &backend));
    assert_err(DUOS_EINVAL, duos_poller_backend_parse("poll", NULL));
    assert_int_equal(backend, DUOS_POLLER_POLL);
}

static void test_poller_backends_are_listed_best_first(void **state)
{
    duos_poller_backend list[10] = {DUOS_POLLER_AUTO};
    size_t count = duos_poller_backends(list, 10);
    duos_poller_backend one = DUOS_POLLER_AUTO;
    size_t i;

    (void)state;
    assert_between(count, 1, 9);
    for (i = 0; i < count; i++) {
        assert_true(list[i] != DUOS_POLLER_AUTO);
    }
    assert_int_equal(duos_poller_backends(&one, 1), count);
    assert_int_equal(one, list[0]);
    assert_int_equal(duos_poller_backends(NULL, 0), count);
}

/* ---- the choice ------------------------------------------------------- */

static void test_poller_create_obeys_the_variable(void **state)
{
    const char *name = getenv(VARIABLE);
    duos_poller *poller = create();

    (void)state;
    assert_true(duos_poller_backend_of(poller) != DUOS_POLLER_AUTO);
    if (name != NULL) {
        assert_string_equal(
            duos_poller_backend_name(duos_poller_backend_of(poller)), name);
    }
    duos_poller_destroy(poller);
    duos_poller_destroy(NULL);
    assert_int_equal(duos_poller_backend_of(NULL), DUOS_POLLER_AUTO);
}

/* All that are compiled in start; the variable is for AUTO only. */
static void test_poller_create_of_a_named_backend_is_strict(void **state)
{
    duos_poller_backend list[10];
    size_t count = duos_poller_backends(list, 10);
    size_t i;

    (void)state;
    for (i = 0; i < count; i++) {
        duos_poller_config config = with_backend(list[i]);
        duos_poller *poller = NULL;

        assert_ok(duos_poller_create(&config, &poller));
        assert_int_equal(duos_poller_backend_of(poller), list[i]);
        duos_poller_destroy(poller);
    }
}

static void test_poller_create_of_a_missing_backend_is_enotsup(void **state)
{
    duos_poller_config config = with_backend(DUOS_POLLER_SIM);
    duos_poller *poller = NULL;

    (void)state;
    assert_err(DUOS_ENOTSUP, duos_poller_create(&config, &poller));
    assert_null(poller);
}

static void test_poller_create_variable_names_the_backend(void **state)
{
    const char *name = getenv(VARIABLE);
    char before[32] = "";
    duos_poller_config config;
    duos_poller *poller = NULL;

    (void)state;
    if (name != NULL) {
        (void)snprintf(before, sizeof before, "%s", name);
    }
    duos_poller_config_init(&config);
    os_set_variable(VARIABLE, "no such poller");
    assert_err(DUOS_EINVAL, duos_poller_create(NULL, &poller));
    config.ignore_env = true;
    assert_ok(duos_poller_create(&config, &poller));
    duos_poller_destroy(poller);
    os_set_variable(VARIABLE, "sim");
    assert_err(DUOS_ENOTSUP, duos_poller_create(NULL, &poller));
    os_set_variable(VARIABLE, "");
    duos_poller_destroy(create());
    os_set_variable(VARIABLE, "select");
    poller = create();
    assert_int_equal(duos_poller_backend_of(poller), DUOS_POLLER_SELECT);
    duos_poller_destroy(poller);
    os_set_variable(VARIABLE, name != NULL ? before : NULL);
}

/* ---- configuration ---------------------------------------------------- */

static void test_poller_config_init_fills_in_the_defaults(void **state)
{
    duos_poller_config config;

    (void)state;
    memset(&config, 0xa5, sizeof config);
    duos_poller_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    assert_int_equal(config.backend, DUOS_POLLER_AUTO);
    assert_false(config.ignore_env);
    assert_null(config.alloc);
    duos_poller_config_init(NULL);
}

static void test_poller_create_older_config_is_taken(void **state)
{
    duos_poller_config config = with_backend(DUOS_POLLER_SELECT);
    duos_poller *poller = NULL;

    (void)state;
    config.size = offsetof(duos_poller_config, ignore_env);
    assert_ok(duos_poller_create(&config, &poller));
    assert_int_equal(duos_poller_backend_of(poller), DUOS_POLLER_SELECT);
    duos_poller_destroy(poller);
}

static void test_poller_create_wrong_argument_is_einval(void **state)
{
    duos_poller_config config = with_backend((duos_poller_backend)99);
    duos_poller *poller = NULL;

    (void)state;
    assert_err(DUOS_EINVAL, duos_poller_create(NULL, NULL));
    assert_err(DUOS_EINVAL, duos_poller_create(&config, &poller));
    config.backend = (duos_poller_backend)-1;
    assert_err(DUOS_EINVAL, duos_poller_create(&config, &poller));
    duos_poller_config_init(&config);
    config.size = 0;
    assert_err(DUOS_EINVAL, duos_poller_create(&config, &poller));
    config.size = sizeof config + 1;
    assert_err(DUOS_EINVAL, duos_poller_create(&config, &poller));
    assert_null(poller);
}

static void test_poller_create_without_descriptors_is_emfile(void **state)
{
    duos_poller *poller = NULL;

    (void)state;
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE, duos_poller_create(NULL, &poller));
    os_end_shortage();
    assert_null(poller);
    duos_poller_destroy(create());
}

/* ---- entries ---------------------------------------------------------- */

static void test_poller_add_wrong_argument_is_refused(void **state)
{
    duos_poller *poller = create();
    pair p = net_pair(DUOS_IPV4);
    duos_token token = {12345};

    (void)state;
    assert_err(DUOS_EINVAL,
               duos_poller_add(NULL, p.client, DUOS_READ, NULL, &token));
    assert_err(DUOS_EINVAL,
               duos_poller_add(poller, p.client, DUOS_READ, NULL, NULL));
    assert_err(DUOS_EINVAL,
               duos_poller_add(poller, p.client, DUOS_ERROR, NULL, &token));
    assert_err(DUOS_EINVAL,
               duos_poller_add(poller, p.client, DUOS_PRIO, NULL, &token));
    assert_err(DUOS_EINVAL,
               duos_poller_add(poller, p.client, 1u << 31, NULL, &token));
    assert_err(DUOS_EBADF,
               duos_poller_add(poller, none, DUOS_READ, NULL, &token));
    assert_true(token.value == 12345);
    duos_poller_destroy(poller);
    net_close_pair(&p);
}

static void test_API4_poller_add_twice_is_eexist(void **state)
{
    duos_poller *poller = create();
    pair p = net_pair(DUOS_IPV4);
    duos_token token;
    duos_token again = {12345};

    (void)state;
    assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
    assert_true(token.value != 0);
    assert_err(DUOS_EEXIST,
               duos_poller_add(poller, p.client, DUOS_WRITE, NULL, &again));
    assert_true(again.value == 12345);
    /* The first is as it was. */
    assert_ok(duos_poller_mod(poller, token, DUOS_WRITE));
    assert_ok(duos_poller_del(poller, token));
    assert_ok(duos_poller_add(poller, p.client, 0, NULL, &again));
    assert_err(DUOS_EEXIST,
               duos_poller_add(poller, p.client, DUOS_WRITE, NULL, &token));
    duos_poller_destroy(poller);
    net_close_pair(&p);
}

/* poll and select of POSIX may find out when they wait. */
static void assert_told_at_wait(duos_poller *poller, duos_socket closed)
{
    duos_poll_event event;
    duos_token token;
    size_t n = 0;
    duos_err err = duos_poller_add(poller, closed, DUOS_READ, NULL, &token);

    if (err == DUOS_OK) {
        assert_ok(duos_poller_wait(poller, &event, 1, -1, &n));
        assert_int_equal(n, 1);
        assert_true(event.token.value == token.value);
        assert_true((event.events & DUOS_ERROR) != 0);
    } else {
        assert_int_equal(err, DUOS_EBADF);
    }
}

static void test_API4_poller_add_of_a_closed_socket_is_ebadf(void **state)
{
    duos_poller *poller = create();
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = s;
    duos_token token;

    (void)state;
    net_close(&s);
    if (!os_is_windows() &&
        duos_poller_backend_of(poller) != DUOS_POLLER_EPOLL) {
        assert_told_at_wait(poller, copy);
    } else {
        assert_err(DUOS_EBADF,
                   duos_poller_add(poller, copy, DUOS_READ, NULL, &token));
    }
    duos_poller_destroy(poller);
}

/* Closed while it is watched, against the rules: told, and hides nobody. */
static void test_trap_11_poller_closed_socket_hides_nobody(void **state)
{
    duos_poller *poller = create();
    pair p = net_pair(DUOS_IPV4);
    pair other = net_pair(DUOS_IPV4);
    duos_poll_event events[4];
    duos_token closed;
    duos_token token;
    size_t n = 0;
    size_t i;
    bool seen = false;

    (void)state;
    assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &closed));
    assert_ok(duos_poller_add(poller, other.client, DUOS_WRITE, NULL, &token));
    net_close(&p.client);
    assert_ok(duos_poller_wait(poller, events, 4, PATIENCE_MS, &n));
    for (i = 0; i < n; i++) {
        seen = seen || events[i].token.value == token.value;
    }
    assert_true(seen);
    assert_ok(duos_poller_del(poller, closed));
    assert_ok(duos_poller_wait(poller, events, 4, PATIENCE_MS, &n));
    assert_int_equal(n, 1);
    duos_poller_destroy(poller);
    net_close(&p.server);
    net_close_pair(&other);
}

static void test_API5_poller_add_of_a_file_is_refused_or_ready(void **state)
{
    duos_poller *poller = create();
    duos_socket file;
    duos_poll_event event;
    duos_token token;
    size_t n = 0;

    (void)state;
    assert_true(os_open_file(&file));
    if (os_is_windows()) {
        assert_err(DUOS_ENOTSOCK,
                   duos_poller_add(poller, file, DUOS_READ, NULL, &token));
    } else if (duos_poller_backend_of(poller) == DUOS_POLLER_EPOLL) {
        assert_err(DUOS_EPERM,
                   duos_poller_add(poller, file, DUOS_READ, NULL, &token));
    } else if (duos_poller_backend_of(poller) == DUOS_POLLER_KQUEUE) {
        /* Taken, but not readable at its end. The stand-in refuses it. */
        duos_err err = duos_poller_add(poller, file, DUOS_READ, NULL, &token);

        assert_true(err == DUOS_OK || err == DUOS_EPERM);
    } else {
        assert_ok(duos_poller_add(poller, file, DUOS_READ, NULL, &token));
        assert_ok(duos_poller_wait(poller, &event, 1, PATIENCE_MS, &n));
        assert_int_equal(event.events, DUOS_READ);
    }
    duos_poller_destroy(poller);
    os_close_file(file);
}

static void test_API4_poller_mod_and_del_wrong_argument_is_refused(void **state)
{
    duos_poller *poller = create();
    pair p = net_pair(DUOS_IPV4);
    duos_token token;
    duos_token wild = {UINT64_MAX};

    (void)state;
    assert_ok(duos_poller_add(poller, p.client, 0, NULL, &token));
    assert_err(DUOS_EINVAL, duos_poller_mod(NULL, token, DUOS_READ));
    assert_err(DUOS_EINVAL, duos_poller_mod(poller, token, DUOS_HANGUP));
    assert_err(DUOS_EINVAL, duos_poller_del(NULL, token));
    assert_err(DUOS_EBADHANDLE, duos_poller_mod(poller, never, DUOS_READ));
    assert_err(DUOS_EBADHANDLE, duos_poller_del(poller, never));
    assert_err(DUOS_EBADHANDLE, duos_poller_mod(poller, wild, DUOS_READ));
    assert_err(DUOS_EBADHANDLE, duos_poller_del(poller, wild));
    duos_poller_destroy(poller);
    net_close_pair(&p);
}

/* No token that anybody could guess is one before it was given. */
static void test_API2_poller_token_that_was_never_given_is_stale(void **state)
{
    duos_poller *poller = create();
    uint64_t generation, slot;

    (void)state;
    for (generation = 0; generation < 4; generation++) {
        for (slot = 0; slot < 4; slot++) {
            duos_token guess = {generation << 32 | slot};

            assert_err(DUOS_EBADHANDLE,
                       duos_poller_mod(poller, guess, DUOS_READ));
            assert_err(DUOS_EBADHANDLE, duos_poller_del(poller, guess));
        }
    }
    assert_ok(duos_poller_wakeup(poller));
    duos_poller_destroy(poller);
}

static void test_poller_wait_wrong_argument_is_einval(void **state)
{
    duos_poller *poller = create();
    duos_poll_event event;
    size_t n = 99;

    (void)state;
    assert_err(DUOS_EINVAL, duos_poller_wait(NULL, &event, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_poller_wait(poller, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_poller_wait(poller, &event, 0, 0, &n));
    assert_err(DUOS_EINVAL, duos_poller_wait(poller, &event, 1, 0, NULL));
    assert_err(DUOS_EINVAL, duos_poller_wakeup(NULL));
    assert_int_equal(n, 99);
    duos_poller_destroy(poller);
}

static void test_API8_poller_destroy_leaves_the_sockets_open(void **state)
{
    duos_poller *poller = create();
    pair p = net_pair(DUOS_IPV4);
    duos_token token;

    (void)state;
    assert_ok(duos_poller_add(poller, p.client, DUOS_READ, NULL, &token));
    assert_ok(duos_poller_add(poller, p.server, DUOS_WRITE, NULL, &token));
    duos_poller_destroy(poller);
    net_exchange(p.client, p.server);
    net_close_pair(&p);
}

/* ---- for a foreign loop ----------------------------------------------- */

static void test_poller_os_handle_is_readable_when_something_is(void **state)
{
    duos_poller *poller = create();
    pair p = net_pair(DUOS_IPV4);
    intptr_t handle = -1;
    duos_socket foreign;
    duos_token token;

    (void)state;
    assert_err(DUOS_EINVAL, duos_poller_os_handle(NULL, &handle));
    assert_err(DUOS_EINVAL, duos_poller_os_handle(poller, NULL));
    if (duos_poller_backend_of(poller) != DUOS_POLLER_EPOLL &&
        duos_poller_backend_of(poller) != DUOS_POLLER_KQUEUE) {
        assert_err(DUOS_ENOTSUP, duos_poller_os_handle(poller, &handle));
        assert_int_equal(handle, -1);
    } else {
        assert_ok(duos_poller_os_handle(poller, &handle));
        foreign = duos_socket_from_os(handle);
        assert_ok(duos_poller_add(poller, p.server, DUOS_READ, NULL, &token));
        assert_err(DUOS_ETIMEDOUT, duos_wait(foreign, DUOS_READ, 0, NULL));
        assert_ok(duos_send_all(p.client, "x", 1, 0, NULL));
        net_await(foreign, DUOS_READ);
    }
    duos_poller_destroy(poller);
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poller_backend_names_are_parsed_back),
        cmocka_unit_test(test_poller_backend_parse_of_another_name_is_einval),
        cmocka_unit_test(test_poller_backends_are_listed_best_first),
        cmocka_unit_test(test_poller_create_obeys_the_variable),
        cmocka_unit_test(test_poller_create_of_a_named_backend_is_strict),
        cmocka_unit_test(test_poller_create_of_a_missing_backend_is_enotsup),
        cmocka_unit_test(test_poller_create_variable_names_the_backend),
        cmocka_unit_test(test_poller_config_init_fills_in_the_defaults),
        cmocka_unit_test(test_poller_create_older_config_is_taken),
        cmocka_unit_test(test_poller_create_wrong_argument_is_einval),
        cmocka_unit_test(test_poller_create_without_descriptors_is_emfile),
        cmocka_unit_test(test_poller_add_wrong_argument_is_refused),
        cmocka_unit_test(test_API4_poller_add_twice_is_eexist),
        cmocka_unit_test(test_API4_poller_add_of_a_closed_socket_is_ebadf),
        cmocka_unit_test(test_trap_11_poller_closed_socket_hides_nobody),
        cmocka_unit_test(test_API5_poller_add_of_a_file_is_refused_or_ready),
        cmocka_unit_test(
            test_API4_poller_mod_and_del_wrong_argument_is_refused),
        cmocka_unit_test(test_API2_poller_token_that_was_never_given_is_stale),
        cmocka_unit_test(test_poller_wait_wrong_argument_is_einval),
        cmocka_unit_test(test_API8_poller_destroy_leaves_the_sockets_open),
        cmocka_unit_test(test_poller_os_handle_is_readable_when_something_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
