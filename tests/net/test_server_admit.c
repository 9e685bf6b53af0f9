/* SPDX-License-Identifier: MIT */
/*
 * test_server_admit.c - who is let in: clients per address, allow and deny,
 * and what one who is refused is told.
 */
#include "support/scene.h"

#include <stdlib.h>

#include "server_core.h"

/* What on_refuse was told, and what it has to say. */
typedef struct porter {
    unsigned refusals;
    duos_err reason;
    duos_addr peer;
    const char *words;
    size_t len;
    bool destroys;
} porter;

static porter door;

static duos_bytes on_refuse(duos_server *server, const duos_addr *peer,
                            duos_err reason, void *user)
{
    duos_bytes words;

    door.refusals++;
    door.reason = reason;
    door.peer = *peer;
    if (door.destroys) {
        duos_server_destroy(server);
        ((scene *)((told *)user)->user)->server = NULL;
    }
    words.data = door.words;
    words.len = door.len;
    return words;
}

static void set_words(scene *s, const char *words)
{
    memset(&door, 0, sizeof door);
    door.words = words;
    door.len = words != NULL ? strlen(words) : 0;
    s->served.act = told_echo;
    s->server_config.on_refuse = on_refuse;
}

/* A visitor from one of the addresses of loopback; "" from any. */
static duos_socket come_from(const scene *s, const char *source)
{
    duos_socket visitor = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_addr from;
    duos_err err;

    if (*source != '\0') {
        assert_ok(duos_addr_parse(source, &from));
        err = duos_bind(visitor, &from);
        if (err == DUOS_EADDRNOTAVAIL) {
            net_close(&visitor);
            skip_because("loopback has one address on this system");
        }
        assert_ok(err);
    }
    err = duos_connect(visitor, &s->at);
    assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
    return visitor;
}

static duos_socket enter_from(scene *s, const char *source)
{
    unsigned before = s->served.opens;
    duos_socket visitor = come_from(s, source);

    scene_until(s, s->served.opens, before + 1);
    return visitor;
}

/* The words, then the end, and no reset. */
static void assert_refused(scene *s, duos_socket *visitor, const char *words)
{
    char text[64];
    size_t len = strlen(words);

    assert_true(len < sizeof text);
    scene_receive(s, *visitor, text, len);
    assert_memory_equal(text, words, len);
    assert_int_equal(scene_receive_end(s, *visitor, NULL), DUOS_EEOF);
    net_close(visitor);
}

/* ---- clients per address ---------------------------------------------- */

static void test_LO3_server_refuses_one_client_more_of_an_address(void **state)
{
    scene *s = (scene *)*state;
    duos_socket mine[2], other, extra;

    set_words(s, "too many of you\n");
    s->server_config.max_clients_per_address = 2;
    scene_serve(s);
    other = enter_from(s, "127.0.0.2:0");
    mine[0] = enter_from(s, "");
    mine[1] = enter_from(s, "");
    extra = come_from(s, "");
    assert_refused(s, &extra, "too many of you\n");
    assert_int_equal(door.reason, DUOS_EUSERS);
    assert_int_equal(door.peer.ip.v4[3], 1);
    assert_int_equal(scene_stats(s).refused_address, 1);
    assert_int_equal(scene_stats(s).refused_limit, 0);
    assert_int_equal(scene_stats(s).clients, 3);
    scene_echo(s, other);

    /* One leaves, and its place is given away, once. */
    net_close(&mine[0]);
    scene_until(s, s->served.closes, 1);
    mine[0] = enter_from(s, "");
    scene_echo(s, mine[0]);
    extra = come_from(s, "");
    assert_refused(s, &extra, "too many of you\n");
    assert_int_equal(s->server->addresses.entries.live, 2);
    net_close(&mine[0]);
    net_close(&mine[1]);
    net_close(&other);
    scene_until(s, s->served.closes, 4);
    assert_int_equal(s->server->addresses.entries.live, 0);
}

/* Nothing but a released socket leaves without a close. */
static void test_LO3_server_counts_no_client_that_was_released(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor, released;

    set_words(s, NULL);
    s->server_config.max_clients_per_address = 1;
    scene_serve(s);
    visitor = enter_from(s, "");
    assert_ok(duos_conn_release(s->served.conn, &released));
    s->served.closes++; /* on_close does not come */
    scene_idle(s);
    assert_int_equal(s->server->addresses.entries.live, 0);
    net_close(&released);
    net_close(&visitor);
}

static void test_server_has_no_limit_of_unix_clients(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[3];
    int i;

    net_need_unix(DUOS_STREAM);
    set_words(s, NULL);
    s->server_config.max_clients_per_address = 1;
    scene_serve(s);
    (void)remove("admit.sock");
    assert_ok(duos_server_listen(s->server, "unix:admit.sock", NULL, NULL));
    for (i = 0; i < 3; i++) {
        assert_ok(duos_dial("unix:admit.sock", PATIENCE_MS, &visitors[i]));
    }
    for (i = 0; i < 3; i++) {
        scene_echo(s, visitors[i]);
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.closes, 3);
}

/* ---- allow and deny --------------------------------------------------- */

static duos_cidr cidr(const char *text)
{
    duos_cidr c;

    assert_ok(duos_cidr_parse(text, &c));
    return c;
}

/* Serves by copies of lists that are gone by then. */
static void serve_by(scene *s, const char *allow, const char *deny)
{
    duos_cidr lists[2];

    set_words(s, "no\n");
    if (allow != NULL) {
        lists[0] = cidr(allow);
        s->server_config.allow = &lists[0];
        s->server_config.allow_count = 1;
    }
    if (deny != NULL) {
        lists[1] = cidr(deny);
        s->server_config.deny = &lists[1];
        s->server_config.deny_count = 1;
    }
    scene_serve(s);
    memset(lists, 0xff, sizeof lists);
}

static void check_door(scene *s, bool open)
{
    duos_socket visitor;

    if (open) {
        visitor = enter_from(s, "");
        scene_echo(s, visitor);
        net_close(&visitor);
        scene_until(s, s->served.closes, 1);
        assert_int_equal(scene_stats(s).refused_denied, 0);
    } else {
        visitor = come_from(s, "");
        assert_refused(s, &visitor, "no\n");
        assert_int_equal(door.reason, DUOS_EACCES);
        assert_int_equal(scene_stats(s).refused_denied, 1);
        assert_int_equal(scene_stats(s).accepted, 0);
    }
}

static void test_server_that_denies_a_prefix_refuses_it(void **state)
{
    serve_by((scene *)*state, NULL, "127.0.0.0/8");
    check_door((scene *)*state, false);
}

static void test_server_that_denies_another_prefix_lets_in(void **state)
{
    serve_by((scene *)*state, NULL, "10.0.0.0/8");
    check_door((scene *)*state, true);
}

static void test_server_that_allows_a_prefix_lets_it_in(void **state)
{
    serve_by((scene *)*state, "127.0.0.1/32", NULL);
    check_door((scene *)*state, true);
}

static void test_server_that_allows_another_prefix_refuses(void **state)
{
    serve_by((scene *)*state, "::/0", NULL);
    check_door((scene *)*state, false);
}

static void test_server_denies_what_it_allows_and_denies(void **state)
{
    serve_by((scene *)*state, "127.0.0.0/8", "127.0.0.1/32");
    check_door((scene *)*state, false);
}

/* Its clients appear as ::ffff:127.0.0.1. */
static void test_server_on_a_dual_stack_socket_denies_ipv4(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    net_need(DUOS_IPV6);
    serve_by(s, NULL, "127.0.0.0/8");
    assert_ok(duos_server_listen(s->server, "*:0", NULL, &s->at));
    s->at = duos_addr_loopback(DUOS_IPV4, s->at.port);
    visitor = net_open(DUOS_IPV4, DUOS_STREAM);
    if (duos_connect(visitor, &s->at) == DUOS_ECONNREFUSED) {
        skip_because("no dual-stack sockets");
    }
    assert_refused(s, &visitor, "no\n");
    assert_int_equal(door.reason, DUOS_EACCES);
}

static void test_server_asks_no_list_about_unix_sockets(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    net_need_unix(DUOS_STREAM);
    serve_by(s, "10.0.0.0/8", "0.0.0.0/0");
    (void)remove("admit.sock");
    assert_ok(duos_server_listen(s->server, "unix:admit.sock", NULL, NULL));
    assert_ok(duos_dial("unix:admit.sock", PATIENCE_MS, &visitor));
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

static void test_server_create_refuses_lists_that_say_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_cidr list[2];
    duos_server_config c;
    duos_server *server = NULL;

    list[0] = cidr("10.0.0.0/8");
    list[1] = cidr("2001:db8::/32");
    duos_server_config_init(&c);
    c.allow_count = 1;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &c, &server));
    c.allow = list;
    c.deny_count = 1;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &c, &server));
    c.deny = list;
    c.deny_count = 2;
    list[1].bits = 129;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &c, &server));
    list[1].bits = 128;
    list[0].bits = 33;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &c, &server));
    memset(list, 0, sizeof list);
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &c, &server));
    list[0] = list[1] = cidr("10.0.0.0/8");
    c.prefix_v6 = 129;
    assert_err(DUOS_ERANGE, duos_server_create(s->loop, &c, &server));
    c.prefix_v6 = 0;
    failing_alloc_arm(&s->memory, 2, false); /* after the server itself */
    assert_err(DUOS_ENOMEM, duos_server_create(s->loop, &c, &server));
    failing_alloc_arm(&s->memory, 0, false);
    assert_null(server);
    assert_ok(duos_server_create(s->loop, &c, &server));
    assert_int_equal(server->addresses.prefix_v6, 64);
    duos_server_destroy(server);
}

/* ---- words ------------------------------------------------------------ */

static void test_LO2_server_tells_one_client_too_many_why(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor, extra;

    set_words(s, "full\n");
    s->server_config.max_clients = 1;
    scene_serve(s);
    visitor = enter_from(s, "");
    extra = come_from(s, "");
    assert_refused(s, &extra, "full\n");
    assert_int_equal(door.reason, DUOS_ELIMIT);
    assert_int_equal(scene_stats(s).refused_limit, 1);
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* It has spoken first; that must not cost it the answer. */
static void test_ST13_server_tells_one_who_has_spoken_before(void **state)
{
    static unsigned char said[7000];
    scene *s = (scene *)*state;
    duos_socket visitor, extra;

    set_words(s, "full\n");
    s->server_config.max_clients = 1;
    scene_serve(s);
    visitor = enter_from(s, "");
    extra = net_connect(&s->at);
    assert_ok(duos_send_all(extra, said, sizeof said, 1000, NULL));
    assert_refused(s, &extra, "full\n");
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* What does not go at once is not said, and nobody waits. */
static void test_server_says_no_more_than_goes_at_once(void **state)
{
    scene *s = (scene *)*state;
    size_t len = (size_t)64 << 20;
    duos_socket extra;
    size_t got = 0;

    set_words(s, NULL);
    s->server_config.max_clients = 1;
    scene_serve(s);
    s->server->stats.clients = 1;
    door.words = (const char *)calloc(1, len);
    assert_non_null(door.words);
    door.len = len;
    extra = net_connect(&s->at);
    (void)scene_receive_end(s, extra, &got);
    assert_in_range(got, 1, len - 1);
    s->server->stats.clients = 0;
    free((void *)(uintptr_t)door.words);
    net_close(&extra);
}

static void test_ME1_server_tells_one_that_it_has_no_memory_for(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    set_words(s, "sorry\n");
    scene_serve(s);
    failing_alloc_arm(&s->memory, 1, true);
    visitor = come_from(s, "");
    assert_refused(s, &visitor, "sorry\n");
    failing_alloc_arm(&s->memory, 0, false);
    assert_int_equal(door.reason, DUOS_ENOMEM);
    assert_int_equal(scene_stats(s).accept_errors, 1);
    visitor = enter_from(s, "");
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* Connects to a server that has no descriptor for it, until os_end_shortage. */
static duos_socket come_in_a_shortage(scene *s)
{
    duos_socket visitor;
    duos_err err;

    if (!os_shortage_is_exact()) {
        skip_because("valgrind limits descriptors in its own way");
    }
    scene_serve(s);
    visitor = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    err = duos_connect(visitor, &s->at);
    assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
    return visitor;
}

static void test_SY4_server_tells_one_that_it_has_no_descriptor_for(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    set_words(s, "later\n");
    visitor = come_in_a_shortage(s);
    assert_refused(s, &visitor, "later\n");
    os_end_shortage();
    assert_int_equal(door.reason, DUOS_EMFILE);
    assert_int_equal(s->served.errors, 1);
}

static void test_CB4_server_destroyed_in_on_refuse(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor, extra;

    set_words(s, "bye\n");
    door.destroys = true;
    s->served.user = s;
    s->server_config.max_clients = 1;
    scene_serve(s);
    visitor = enter_from(s, "");
    extra = come_from(s, "");
    assert_refused(s, &extra, "bye\n");
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    assert_null(s->server);
    net_close(&visitor);
}

static void test_SY4_CB4_server_destroyed_in_on_refuse_of_a_shortage(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    set_words(s, "bye\n");
    door.destroys = true;
    s->served.user = s;
    visitor = come_in_a_shortage(s);
    assert_refused(s, &visitor, "bye\n");
    os_end_shortage();
    scene_pass(s, 60);
    assert_int_equal(s->served.errors, 0);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_LO3_server_refuses_one_client_more_of_an_address),
        scene_test(test_LO3_server_counts_no_client_that_was_released),
        scene_test(test_server_has_no_limit_of_unix_clients),
        scene_test(test_server_that_denies_a_prefix_refuses_it),
        scene_test(test_server_that_denies_another_prefix_lets_in),
        scene_test(test_server_that_allows_a_prefix_lets_it_in),
        scene_test(test_server_that_allows_another_prefix_refuses),
        scene_test(test_server_denies_what_it_allows_and_denies),
        scene_test(test_server_on_a_dual_stack_socket_denies_ipv4),
        scene_test(test_server_asks_no_list_about_unix_sockets),
        scene_test(test_server_create_refuses_lists_that_say_nothing),
        scene_test(test_LO2_server_tells_one_client_too_many_why),
        scene_test(test_ST13_server_tells_one_who_has_spoken_before),
        scene_test(test_server_says_no_more_than_goes_at_once),
        scene_test(test_ME1_server_tells_one_that_it_has_no_memory_for),
        scene_test(test_SY4_server_tells_one_that_it_has_no_descriptor_for),
        scene_test(test_CB4_server_destroyed_in_on_refuse),
        scene_test(test_SY4_CB4_server_destroyed_in_on_refuse_of_a_shortage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
