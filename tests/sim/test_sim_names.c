/* SPDX-License-Identifier: MIT */
/*
 * test_sim_names.c - looking names up on a simulated name service that fails,
 * is slow or never answers: blocking, on a loop, by duos_dial and by a client.
 */
#include <duosock/resolve.h>

#include "sim_support.h"

#define SECOND 1000

/* ---- names ------------------------------------------------------------ */

static duos_addr v4(uint8_t last)
{
    return duos_addr_ipv4(10, 0, 0, last, 9999);
}

static void add_host(world *w, const char *name, uint32_t host,
                     int64_t delay_ms)
{
    duos_addr addrs[2];

    addrs[0] = duos_sim_addr(host, DUOS_IPV6, 0);
    addrs[1] = duos_sim_addr(host, DUOS_IPV4, 0);
    assert_ok(duos_sim_add_name(w->sim, name, DUOS_OK, addrs, 2, delay_ms));
}

static void add_failure(world *w, const char *name, duos_err err)
{
    assert_ok(duos_sim_add_name(w->sim, name, err, NULL, 0, 5));
}

static void add_hanging(world *w, const char *name)
{
    assert_ok(duos_sim_add_name(w->sim, name, DUOS_ETRYAGAIN, NULL, 0, -1));
}

/* ---- lookups on a loop ------------------------------------------------ */

typedef struct asked {
    duos_lookup lookup;
    world *w;
    unsigned answers;
    duos_err err;
    size_t count;
    duos_addr first;
    uint64_t at_ms;
    void (*act)(struct asked *a);
    struct asked *other;
} asked;

static void answered(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                     size_t count, void *user)
{
    asked *a = (asked *)user;

    assert_ptr_equal(lookup, &a->lookup);
    assert_false(duos_lookup_active(lookup));
    a->answers++;
    a->err = err;
    a->count = count;
    a->at_ms = now_ms(a->w);
    if (err == DUOS_OK) {
        assert_true(count > 0);
        a->first = addrs[0];
    } else {
        assert_null(addrs);
        assert_int_equal(count, 0);
    }
    if (a->act != NULL) {
        a->act(a);
    }
}

static void prepare(asked *a, world *w, duos_loop *loop)
{
    memset(a, 0, sizeof *a);
    a->w = w;
    assert_ok(duos_lookup_init(&a->lookup, loop, answered, a));
}

static void ask(asked *a, const char *text, int64_t timeout_ms)
{
    assert_ok(duos_lookup_start(&a->lookup, text, DUOS_UNSPEC, timeout_ms));
    assert_true(duos_lookup_active(&a->lookup));
    assert_int_equal(a->answers, 0); /* never within the call */
}

/* Until nothing is left that could happen. */
static void run_out(world *w)
{
    assert_err(DUOS_EDEADLOCK, duos_sim_run(w->sim, 3600 * SECOND));
}

/* ---- the simulated service -------------------------------------------- */

static void test_sim_add_name_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;
    duos_addr a = v4(1);
    char name[300];

    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_err(DUOS_EINVAL, duos_sim_add_name(NULL, "a", DUOS_OK, &a, 1, 0));
    assert_err(DUOS_EINVAL, duos_sim_add_name(w->sim, NULL, DUOS_OK, &a, 1, 0));
    assert_err(DUOS_EINVAL,
               duos_sim_add_name(w->sim, "a", DUOS_OK, NULL, 1, 0));
    assert_err(DUOS_EINVAL, duos_sim_add_name(w->sim, "a", 1, &a, 1, 0));
    assert_err(DUOS_ENAMETOOLONG,
               duos_sim_add_name(w->sim, name, DUOS_OK, &a, 1, 0));
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM, duos_sim_add_name(w->sim, "a", DUOS_OK, &a, 1, 0));
    w->memory.fail_in = 2;
    assert_err(DUOS_ENOMEM, duos_sim_add_name(w->sim, "b", DUOS_OK, &a, 1, 0));
}

static void test_sim_name_gets_a_new_answer(void **state)
{
    world *w = (world *)*state;
    duos_addr addrs[2];
    size_t n;

    add_host(w, "a.test", w->a, 0);
    assert_ok(duos_resolve("A.Test:7", DUOS_UNSPEC, -1, addrs, 2, &n));
    assert_int_equal(n, 2);
    addrs[0] = v4(77);
    assert_ok(duos_sim_add_name(w->sim, "A.TEST", DUOS_OK, addrs, 1, 0));
    assert_ok(duos_resolve("a.test:7", DUOS_UNSPEC, -1, addrs, 2, &n));
    assert_int_equal(n, 1);
    assert_int_equal(addrs[0].ip.v4[3], 77);
    assert_int_equal(addrs[0].port, 7);
}

/* ---- blocking --------------------------------------------------------- */

static void test_DN1_resolve_failures_are_told_apart(void **state)
{
    world *w = (world *)*state;
    duos_addr at = v4(1);
    size_t n = 99;

    add_failure(w, "gone.test", DUOS_ENONAME);
    add_failure(w, "empty.test", DUOS_ENODATA);
    add_failure(w, "again.test", DUOS_ETRYAGAIN);
    add_failure(w, "fail.test", DUOS_ENORECOVERY);
    add_failure(w, "memory.test", DUOS_ENOMEM);
    add_failure(w, "errno.test", DUOS_ENATIVE_BASE - 71);
    assert_err(DUOS_ENONAME,
               duos_resolve("gone.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENONAME,
               duos_resolve("unknown.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENODATA,
               duos_resolve("empty.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ETRYAGAIN,
               duos_resolve("again.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENORECOVERY,
               duos_resolve("fail.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENOMEM,
               duos_resolve("memory.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_err(DUOS_ENATIVE_BASE - 71,
               duos_resolve("errno.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    assert_int_equal(n, 99);
    assert_int_equal(at.port, 9999);
}

static void test_resolve_family_narrows_the_answer(void **state)
{
    world *w = (world *)*state;
    duos_addr addrs[4];
    size_t n;

    add_host(w, "a.test", w->a, 0);
    assert_ok(duos_resolve("a.test:7", DUOS_UNSPEC, -1, addrs, 4, &n));
    assert_int_equal(n, 2);
    assert_int_equal(addrs[0].family, DUOS_IPV6); /* the service's order */
    assert_ok(duos_resolve("a.test:7", DUOS_IPV4, -1, addrs, 4, &n));
    assert_int_equal(n, 1);
    assert_int_equal(addrs[0].family, DUOS_IPV4);
    assert_ok(duos_resolve("tcp6:a.test:7", DUOS_UNSPEC, -1, addrs, 4, &n));
    assert_int_equal(n, 1);
    assert_int_equal(addrs[0].family, DUOS_IPV6);
    assert_ok(duos_resolve("a.test:7", DUOS_UNSPEC, -1, addrs, 1, &n));
    assert_int_equal(n, 1);
    addrs[0] = v4(1);
    assert_ok(duos_sim_add_name(w->sim, "v4.test", DUOS_OK, addrs, 1, 0));
    assert_err(DUOS_ENODATA,
               duos_resolve("v4.test:7", DUOS_IPV6, -1, addrs, 4, &n));
}

static void test_DN3_resolve_gives_at_most_64(void **state)
{
    world *w = (world *)*state;
    duos_addr many[70];
    duos_addr addrs[70];
    size_t n;
    uint8_t i;

    for (i = 0; i < 70; i++) {
        many[i] = v4(i);
    }
    assert_ok(duos_sim_add_name(w->sim, "many.test", DUOS_OK, many, 70, 0));
    assert_ok(duos_resolve("many.test:1", DUOS_UNSPEC, -1, addrs, 70, &n));
    assert_int_equal(n, DUOS_RESOLVE_MAX);
    for (i = 0; i < n; i++) {
        assert_int_equal(addrs[i].ip.v4[3], i);
        assert_int_equal(addrs[i].port, 1);
    }
}

static void test_DN2_resolve_hanging_ends_at_its_deadline(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    size_t n;

    add_hanging(w, "hang.test");
    add_host(w, "slow.test", w->a, 30 * SECOND);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("hang.test:1", DUOS_UNSPEC, 250, &at, 1, &n));
    assert_int_equal(now_ms(w), 250);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("slow.test:1", DUOS_UNSPEC, 250, &at, 1, &n));
    assert_int_equal(now_ms(w), 500);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("slow.test:1", DUOS_UNSPEC, 0, &at, 1, &n));
    assert_err(DUOS_EDEADLOCK,
               duos_resolve("hang.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
    /* Those late answers came meanwhile, and found nobody. */
    assert_true(now_ms(w) >= 30 * SECOND);
    assert_ok(duos_resolve("slow.test:1", DUOS_UNSPEC, -1, &at, 1, &n));
}

static uint32_t lookups_seen;

static void count_lookups(const duos_sim_record *record, void *user)
{
    (void)user;
    lookups_seen += record->kind == DUOS_SIM_LOOKUP;
}

static void test_DN4_resolve_numbers_and_localhost_ask_nobody(void **state)
{
    static const char *const texts[] = {
        "10.0.0.1:7",    "[fd00::1]:7",     "localhost:7", "LocalHost.:7",
        "a.localhost:7", "udp:localhost:7", "*:7",         ":7"};
    static const char *const odd[] = {"127.1:7",     "0x7f.1:7",
                                      "1.2.3.4.5:7", "256.1.1.1:7",
                                      "1.2.3.4.:7",  "7:7"};
    duos_sim_config config;
    duos_addr addrs[2];
    world w;
    size_t i, n;

    (void)state;
    duos_sim_config_init(&config);
    config.on_trace = count_lookups;
    world_open(&w, &config);
    lookups_seen = 0;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_ok(duos_resolve(texts[i], DUOS_UNSPEC, 0, addrs, 2, &n));
        assert_int_equal(addrs[0].port, 7);
    }
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_err(DUOS_ESYNTAX,
                   duos_resolve(odd[i], DUOS_UNSPEC, 0, addrs, 2, &n));
    }
    assert_int_equal(lookups_seen, 0);
    assert_err(DUOS_ENONAME,
               duos_resolve("x.test:7", DUOS_UNSPEC, 1, addrs, 2, &n));
    assert_int_equal(lookups_seen, 1);
    assert_string_equal(duos_sim_kind_name(DUOS_SIM_LOOKUP), "lookup");
    world_close(&w);
}

/* ---- on a loop -------------------------------------------------------- */

static void test_lookup_answers_come_from_the_loop(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked known, named, failed;

    add_host(w, "b.test", w->b, 20);
    add_failure(w, "fail.test", DUOS_ENORECOVERY);
    prepare(&known, w, loop);
    prepare(&named, w, loop);
    prepare(&failed, w, loop);
    ask(&known, "10.0.0.9:5", -1);
    ask(&named, "b.test:6", -1);
    ask(&failed, "fail.test:7", SECOND);
    run_out(w);
    assert_int_equal(known.answers, 1);
    assert_int_equal(known.err, DUOS_OK);
    assert_int_equal(known.first.port, 5);
    assert_int_equal(named.answers, 1);
    assert_int_equal(named.count, 2);
    assert_int_equal(named.first.family, DUOS_IPV6);
    assert_int_equal(named.first.port, 6);
    assert_int_equal(named.at_ms, 20);
    assert_int_equal(failed.answers, 1);
    assert_int_equal(failed.err, DUOS_ENORECOVERY);
    assert_int_equal(failed.at_ms, 5);
    assert_true(now_ms(w) < 100); /* the deadline went, too */
    end_loop(w, loop);
}

static void test_DN2_lookup_deadline_and_stop_leave_it_hanging(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked late, stopped, slow;

    add_hanging(w, "hang.test");
    add_host(w, "slow.test", w->b, 30 * SECOND);
    prepare(&late, w, loop);
    prepare(&stopped, w, loop);
    prepare(&slow, w, loop);
    ask(&late, "hang.test:1", 100);
    ask(&stopped, "hang.test:1", SECOND);
    ask(&slow, "slow.test:1", 200);
    duos_lookup_stop(&stopped.lookup);
    assert_false(duos_lookup_active(&stopped.lookup));
    duos_lookup_stop(&stopped.lookup);
    run_out(w);
    assert_int_equal(late.answers, 1);
    assert_int_equal(late.err, DUOS_ETIMEDOUT);
    assert_int_equal(late.at_ms, 100);
    assert_int_equal(slow.answers, 1);
    assert_int_equal(slow.err, DUOS_ETIMEDOUT);
    assert_int_equal(slow.at_ms, 200);
    assert_int_equal(stopped.answers, 0);
    assert_int_equal(now_ms(w), 30 * SECOND); /* the late answer */
    end_loop(w, loop);
}

static void test_lookup_many_in_flight_all_come_back(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    static asked many[100];
    char name[32];
    int i;

    for (i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "n%d.test", i);
        add_host(w, name, w->b, 10 + i % 7);
        prepare(&many[i], w, loop);
        (void)snprintf(name, sizeof name, "n%d.test:%d", i, 1000 + i);
        ask(&many[i], name, -1);
    }
    run_out(w);
    for (i = 0; i < 100; i++) {
        assert_int_equal(many[i].answers, 1);
        assert_int_equal(many[i].err, DUOS_OK);
        assert_int_equal(many[i].first.port, 1000 + i);
    }
    /* Four at a time: 100 of about 13 ms take a quarter of 1.3 s. */
    assert_true(now_ms(w) >= 250 && now_ms(w) < 450);
    end_loop(w, loop);
}

/* Four hang; who waits behind them times out without having been asked. */
static void test_lookup_too_many_are_refused(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    static asked many[DUOS_LOOKUPS_MAX];
    duos_client *client;
    asked more;
    int i;

    add_hanging(w, "hang.test");
    for (i = 0; i < DUOS_LOOKUPS_MAX; i++) {
        prepare(&many[i], w, loop);
        ask(&many[i], "hang.test:1", i < 10 ? 50 : SECOND);
    }
    prepare(&more, w, loop);
    assert_err(DUOS_ELIMIT,
               duos_lookup_start(&more.lookup, "x.test:1", DUOS_UNSPEC, 9));
    assert_false(duos_lookup_active(&more.lookup));
    ask(&more, "10.0.0.1:1", 9); /* a number needs no place */
    assert_ok(duos_client_create(loop, NULL, &client));
    assert_err(DUOS_ELIMIT, duos_client_connect(client, "x.test:1"));
    assert_null(duos_client_conn(client));
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 100));
    assert_int_equal(more.answers, 1);
    memset(&more, 0, sizeof more);
    prepare(&more, w, loop); /* six places are free again, four hang */
    ask(&more, "x.test:1", 9);
    run_out(w);
    for (i = 0; i < DUOS_LOOKUPS_MAX; i++) {
        assert_int_equal(many[i].answers, 1);
        assert_int_equal(many[i].err, DUOS_ETIMEDOUT);
    }
    duos_client_destroy(client);
    end_loop(w, loop);
}

static void test_DN2_DN5_loop_destroyed_while_lookups_hang(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked many[20];
    uint64_t before;
    int i;

    add_hanging(w, "hang.test");
    add_host(w, "slow.test", w->b, 30 * SECOND);
    for (i = 0; i < 20; i++) {
        prepare(&many[i], w, loop);
        ask(&many[i], i % 2 == 0 ? "hang.test:1" : "slow.test:1", -1);
    }
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 10));
    before = now_ms(w);
    for (i = 0; i < 20; i += 3) { /* the others end with the loop */
        duos_lookup_stop(&many[i].lookup);
    }
    end_loop(w, loop);
    assert_int_equal(now_ms(w), before);
    run_out(w); /* the late answers find nobody */
    assert_true(now_ms(w) >= 30 * SECOND);
    for (i = 0; i < 20; i++) {
        assert_int_equal(many[i].answers, 0);
    }
}

/* The answers of both have come when the first one is told. */
static void stop_other(asked *a)
{
    duos_lookup_stop(&a->other->lookup);
}

static void test_CB1_lookup_stopped_by_anothers_callback(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked one, two;

    add_host(w, "a.test", w->a, 0);
    prepare(&one, w, loop);
    prepare(&two, w, loop);
    one.other = &two;
    one.act = stop_other;
    two.other = &one;
    two.act = stop_other;
    ask(&one, "a.test:1", -1);
    ask(&two, "a.test:1", -1);
    run_out(w);
    assert_int_equal(one.answers + two.answers, 1);
    end_loop(w, loop);
}

static void ask_again(asked *a)
{
    if (a->answers < 5) {
        assert_ok(duos_lookup_start(&a->lookup, "a.test:1", DUOS_IPV4, 50));
    }
}

static void test_CB3_lookup_started_again_by_its_callback(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked a;

    add_host(w, "a.test", w->a, 10);
    prepare(&a, w, loop);
    a.act = ask_again;
    ask(&a, "a.test:1", -1);
    run_out(w);
    assert_int_equal(a.answers, 5);
    assert_int_equal(a.first.family, DUOS_IPV4);
    end_loop(w, loop);
}

static void test_lookup_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked a;

    memset(&a, 0, sizeof a);
    assert_err(DUOS_EINVAL,
               duos_lookup_start(&a.lookup, "a:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_EINVAL, duos_lookup_init(NULL, loop, answered, NULL));
    assert_err(DUOS_EINVAL, duos_lookup_init(&a.lookup, NULL, answered, NULL));
    assert_err(DUOS_EINVAL, duos_lookup_init(&a.lookup, loop, NULL, NULL));
    prepare(&a, w, loop);
    assert_err(DUOS_EINVAL, duos_lookup_start(NULL, "a:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_EINVAL, duos_lookup_start(&a.lookup, NULL, DUOS_UNSPEC, 0));
    assert_err(DUOS_EINVAL, duos_lookup_start(&a.lookup, "a:1", DUOS_UNIX, 0));
    assert_err(DUOS_ESYNTAX,
               duos_lookup_start(&a.lookup, "a b:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_ERANGE,
               duos_lookup_start(&a.lookup, "a:65536", DUOS_UNSPEC, 0));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_lookup_start(&a.lookup, "tcp4:a:1", DUOS_IPV6, 0));
    assert_err(DUOS_ENOENT,
               duos_lookup_start(&a.lookup, "[::1%eth7]:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_ENOTSUP,
               duos_lookup_start(&a.lookup, "unix:/a", DUOS_UNSPEC, 0));
    assert_err(DUOS_ENAMETOOLONG,
               duos_lookup_start(&a.lookup,
                                 "a123456789b123456789c123456789d123456789"
                                 "e123456789f123456789g123456789:1",
                                 DUOS_UNSPEC, 0));
    assert_false(duos_lookup_active(&a.lookup));
    w->memory.fail_in = 1; /* the timer's */
    assert_err(DUOS_ENOMEM,
               duos_lookup_start(&a.lookup, "a:1", DUOS_UNSPEC, 5));
    w->memory.fail_in = 0;
    ask(&a, "a:1", 5);
    assert_err(DUOS_EBUSY, duos_lookup_start(&a.lookup, "a:1", DUOS_UNSPEC, 5));
    duos_lookup_stop(&a.lookup);
    duos_lookup_stop(NULL);
    assert_false(duos_lookup_active(NULL));
    end_loop(w, loop);
}

/* ---- duos_dial -------------------------------------------------------- */

/* a does not listen on IPv6, and nobody has 10.0.0.77. */
static void test_DN3_dial_tries_all_addresses_of_a_name(void **state)
{
    world *w = (world *)*state;
    duos_addr at, peer, addrs[3];
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket s;
    uint32_t before = duos_sim_sockets(w->sim);
    char text[32];

    addrs[0] = duos_sim_addr(w->a, DUOS_IPV6, 0);
    addrs[1] = duos_sim_addr(w->b, DUOS_IPV4, 0);
    addrs[2] = at;
    assert_ok(duos_sim_add_name(w->sim, "a.test", DUOS_OK, addrs, 3, 50));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    (void)snprintf(text, sizeof text, "a.test:%u", (unsigned)at.port);
    assert_ok(duos_dial(text, SECOND, &s));
    assert_ok(duos_peer_addr(s, &peer));
    assert_true(duos_addr_equal(&peer, &at));
    assert_ok(duos_close(&s));
    assert_ok(duos_close(&listener));
    assert_err(DUOS_ECONNREFUSED, duos_dial(text, SECOND, &s));
    assert_int_equal(duos_sim_sockets(w->sim), before - 1);
}

static void test_dial_name_failures_are_told(void **state)
{
    world *w = (world *)*state;
    uint64_t before = now_ms(w);
    duos_socket s = {12345};

    add_failure(w, "empty.test", DUOS_ENODATA);
    add_failure(w, "again.test", DUOS_ETRYAGAIN);
    add_failure(w, "fail.test", DUOS_ENORECOVERY);
    add_hanging(w, "hang.test");
    assert_err(DUOS_ENONAME, duos_dial("unknown.test:1", SECOND, &s));
    assert_err(DUOS_ENODATA, duos_dial("empty.test:1", SECOND, &s));
    assert_err(DUOS_ETRYAGAIN, duos_dial("again.test:1", SECOND, &s));
    assert_err(DUOS_ENORECOVERY, duos_dial("fail.test:1", SECOND, &s));
    assert_true(now_ms(w) < before + 100);
    assert_err(DUOS_ETIMEDOUT, duos_dial("hang.test:1", SECOND, &s));
    assert_true(now_ms(w) >= before + SECOND);
    assert_err(DUOS_ENAMETOOLONG,
               duos_dial("a123456789b123456789c123456789d123456789"
                         "e123456789f123456789g123456789:1",
                         0, &s));
    assert_int_equal(s.os, 12345);
}

/* ---- a client --------------------------------------------------------- */

typedef struct caller {
    world *w;
    unsigned opens;
    unsigned closes;
    duos_err reason;
    uint64_t closed_ms;
} caller;

static void on_open(duos_conn *conn, void *user)
{
    ((caller *)user)->opens++;
    duos_conn_close(conn);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    caller *c = (caller *)user;

    (void)conn;
    c->closes++;
    c->reason = reason;
    c->closed_ms = now_ms(c->w);
}

static duos_client *make_client(caller *c, world *w, duos_loop *loop)
{
    duos_client_config config;
    duos_client *client;

    memset(c, 0, sizeof *c);
    c->w = w;
    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_close = on_close;
    config.user = c;
    config.connect_ms = SECOND;
    assert_ok(duos_client_create(loop, &config, &client));
    return client;
}

static void test_client_connects_by_name(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    duos_addr peer;
    char text[32];
    caller c;

    add_host(w, "a.test", w->a, 30);
    client = make_client(&c, w, loop);
    (void)snprintf(text, sizeof text, "a.test:%u", (unsigned)at.port);
    assert_ok(duos_client_connect(client, text));
    assert_err(DUOS_EBUSY, duos_client_connect(client, text));
    assert_ok(duos_conn_peer(duos_client_conn(client), &peer));
    assert_int_equal(peer.family, DUOS_UNSPEC); /* not known yet */
    run_out(w);
    assert_int_equal(c.opens, 1);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    assert_ok(duos_close(&listener));
    assert_ok(duos_client_connect(client, text)); /* and once more */
    run_out(w);
    assert_int_equal(c.opens, 1);
    assert_int_equal(c.closes, 2);
    assert_int_equal(c.reason, DUOS_ECONNREFUSED);
    duos_client_destroy(client);
    end_loop(w, loop);
}

static void test_client_name_failures_are_told_by_on_close(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    uint64_t before;
    caller c;

    add_hanging(w, "hang.test");
    client = make_client(&c, w, loop);
    assert_err(DUOS_ENAMETOOLONG,
               duos_client_connect(client,
                                   "a123456789b123456789c123456789d123456789"
                                   "e123456789f123456789g123456789:1"));
    assert_ok(duos_client_connect(client, "unknown.test:1"));
    assert_int_equal(c.closes, 0);
    run_out(w);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ENONAME);
    before = now_ms(w);
    assert_ok(duos_client_connect(client, "hang.test:1"));
    run_out(w);
    assert_int_equal(c.closes, 2);
    assert_int_equal(c.reason, DUOS_ETIMEDOUT);
    assert_int_equal(c.closed_ms, before + SECOND);
    duos_client_destroy(client);
    end_loop(w, loop);
}

static void test_DN5_client_ended_while_its_name_is_looked_up(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    caller c;

    add_hanging(w, "hang.test");
    add_host(w, "a.test", w->a, 10);
    client = make_client(&c, w, loop);
    assert_ok(duos_client_connect(client, "a.test:1"));
    duos_conn_close(duos_client_conn(client));
    run_out(w);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    assert_ok(duos_client_connect(client, "hang.test:1"));
    duos_client_destroy(client);
    assert_int_equal(c.closes, 2);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    end_loop(w, loop);
}

static duos_client *victim;
static uint32_t connects_seen;

static void count_connects(const duos_sim_record *record, void *user)
{
    (void)user;
    connects_seen += record->kind == DUOS_SIM_CONNECT;
}

static void close_victim(asked *a)
{
    (void)a;
    duos_conn_close(duos_client_conn(victim));
}

/* Both answers have come when the first one is told. */
static void test_CB1_client_closed_when_its_answer_has_come(void **state)
{
    duos_sim_config config;
    duos_loop *loop;
    asked first;
    caller c;
    world own;
    world *w = &own;

    (void)state;
    duos_sim_config_init(&config);
    config.on_trace = count_connects;
    world_open(w, &config);
    loop = loop_on(w, w->b);
    connects_seen = 0;
    add_host(w, "a.test", w->a, 10);
    prepare(&first, w, loop);
    first.act = close_victim;
    ask(&first, "a.test:1", -1);
    victim = make_client(&c, w, loop);
    assert_ok(duos_client_connect(victim, "a.test:1"));
    run_out(w);
    assert_int_equal(first.answers, 1);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    assert_int_equal(connects_seen, 0);
    duos_client_destroy(victim);
    end_loop(w, loop);
    world_close(w);
}

/* What follows an answer may fail at any allocation. */
static void test_ME1_client_by_name_without_memory(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    uint32_t k;
    caller c;

    add_host(w, "a.test", w->a, 10);
    client = make_client(&c, w, loop);
    for (k = 1; k < 20; k++) {
        duos_err err;

        w->memory.fail_in = k;
        err = duos_client_connect(client, "a.test:1");
        if (err != DUOS_OK) {
            assert_int_equal(err, DUOS_ENOMEM);
            assert_null(duos_client_conn(client));
            continue;
        }
        run_out(w);
        assert_true(c.reason == DUOS_ENOMEM || c.reason == DUOS_ECONNREFUSED);
    }
    w->memory.fail_in = 0;
    duos_client_destroy(client);
    end_loop(w, loop);
}

#define world_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(test_sim_add_name_refuses_what_is_invalid),
        world_test(test_sim_name_gets_a_new_answer),
        world_test(test_DN1_resolve_failures_are_told_apart),
        world_test(test_resolve_family_narrows_the_answer),
        world_test(test_DN3_resolve_gives_at_most_64),
        world_test(test_DN2_resolve_hanging_ends_at_its_deadline),
        cmocka_unit_test(test_DN4_resolve_numbers_and_localhost_ask_nobody),
        world_test(test_lookup_answers_come_from_the_loop),
        world_test(test_DN2_lookup_deadline_and_stop_leave_it_hanging),
        world_test(test_lookup_many_in_flight_all_come_back),
        world_test(test_lookup_too_many_are_refused),
        world_test(test_DN2_DN5_loop_destroyed_while_lookups_hang),
        world_test(test_CB1_lookup_stopped_by_anothers_callback),
        world_test(test_CB3_lookup_started_again_by_its_callback),
        world_test(test_lookup_refuses_what_is_invalid),
        world_test(test_DN3_dial_tries_all_addresses_of_a_name),
        world_test(test_dial_name_failures_are_told),
        world_test(test_client_connects_by_name),
        world_test(test_client_name_failures_are_told_by_on_close),
        world_test(test_DN5_client_ended_while_its_name_is_looked_up),
        cmocka_unit_test(test_CB1_client_closed_when_its_answer_has_come),
        world_test(test_ME1_client_by_name_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
