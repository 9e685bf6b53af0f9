/* SPDX-License-Identifier: MIT */
/*
 * test_clock.c - hours in no time: the linker puts this file's sys_now_ns
 * before the platform's, and tests move the clock on as they like. Poller and
 * sockets are real ones.
 */
#include "support/scene.h"

#include "conn_core.h"

#define NS_PER_MS UINT64_C(1000000)

/* How far the clock is ahead of the system's. */
static uint64_t ahead_ns;

uint64_t __real_sys_now_ns(void);
uint64_t __wrap_sys_now_ns(void);

uint64_t __wrap_sys_now_ns(void)
{
    return __real_sys_now_ns() + ahead_ns;
}

static void move_on(uint64_t ms)
{
    ahead_ns += ms * NS_PER_MS;
}

static int set_up(void **state)
{
    ahead_ns = 0;
    return scene_setup(state);
}

/* A timer that knows when it may fire. */
typedef struct bell {
    duos_timer timer;
    uint64_t earliest_ns;
    int64_t again_ms; /* it starts itself again; 0 for once */
    unsigned fired;
    int order; /* of its last firing among all */
} bell;

static int firings;

static void ring(duos_timer *timer, void *user)
{
    bell *b = (bell *)user;

    assert_true(net_now() >= b->earliest_ns);
    b->fired++;
    b->order = firings++;
    if (b->again_ms > 0) {
        b->earliest_ns = net_now() + (uint64_t)b->again_ms * NS_PER_MS;
        assert_ok(duos_timer_start(timer, b->again_ms));
    }
}

static void start(bell *b, const scene *s, int64_t ms)
{
    memset(b, 0, sizeof *b);
    assert_ok(duos_timer_init(&b->timer, s->loop, ring, b));
    b->earliest_ns = net_now() + (uint64_t)ms * NS_PER_MS;
    assert_ok(duos_timer_start(&b->timer, ms));
}

/* ---- the limits that servers begin with ------------------------------- */

static void test_ST9_silent_client_is_closed_after_30_s(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    move_on(20 * 1000);
    scene_idle(s);
    assert_int_equal(s->served.closes, 0);
    move_on(10001);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    net_close(&visitor);
}

/* Half a greeting is a byte: the limit is that of all who are idle. */
static void test_ST9_half_a_greeting_is_closed_after_5_min(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    scene_send(s, visitor, "HEL", 3);
    scene_until(s, s->served.datas, 1);
    move_on(290 * 1000);
    scene_idle(s);
    assert_int_equal(s->served.closes, 0);
    move_on(10001);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    net_close(&visitor);
}

/* A byte every 10 s for an hour: nothing may heap up. */
static void test_ST8_trickle_for_an_hour_costs_next_to_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    unsigned i;
    size_t before;

    scene_serve(s);
    visitor = scene_visit(s);
    scene_send(s, visitor, "x", 1);
    scene_until(s, s->served.datas, 1);
    before = s->memory.bytes;
    for (i = 2; i <= 360; i++) {
        move_on(10 * 1000);
        scene_send(s, visitor, "x", 1);
        scene_until(s, s->served.datas, i);
        assert_true(s->memory.bytes <= before);
    }
    assert_int_equal(s->served.closes, 0);
    net_close(&visitor);
    scene_until(s, s->served.eofs, 1);
}

/* ---- wherever the clock begins ---------------------------------------- */

static void check_order_from(const scene *s, uint64_t start_ns)
{
    static const int64_t delays[] = {15, 1, 30, 1, 20};
    static const int order[] = {2, 0, 4, 1, 3};
    bell bells[5];
    int i, ms;

    ahead_ns += start_ns - net_now();
    assert_ok(duos_loop_step(s->loop, 0));
    for (i = 0; i < 5; i++) {
        start(&bells[i], s, delays[i]);
    }
    firings = 0;
    for (ms = 0; ms < 40; ms++) {
        move_on(1);
        assert_ok(duos_loop_step(s->loop, 0));
    }
    for (i = 0; i < 5; i++) {
        assert_int_equal(bells[i].fired, 1);
        assert_int_equal(bells[i].order, order[i]);
    }
}

/* 2^31 and 2^32 ms are where a clock of 32 bits has its ends. */
static const uint64_t near_the_ends_ns[] = {
    ((UINT64_C(1) << 31) - 10) * NS_PER_MS,
    ((UINT64_C(1) << 32) - 10) * NS_PER_MS,
    (UINT64_C(1) << 62) - 10 * NS_PER_MS, (UINT64_C(1) << 63) - 10 * NS_PER_MS};

#define ENDS (sizeof near_the_ends_ns / sizeof near_the_ends_ns[0])

static void test_TI2_timers_keep_their_order_at_each_wrap(void **state)
{
    size_t i;

    for (i = 0; i < ENDS; i++) {
        check_order_from((scene *)*state, near_the_ends_ns[i]);
    }
}

/* The stamps of a connection are milliseconds of 32 bits. */
static void test_TI2_idle_limit_holds_at_each_wrap(void **state)
{
    scene *s = (scene *)*state;
    unsigned i;

    s->server_config.limits.idle_ms = 60 * 1000;
    scene_serve(s);
    for (i = 0; i < ENDS; i++) {
        duos_socket visitor;

        ahead_ns += near_the_ends_ns[i] - net_now();
        visitor = scene_visit(s);
        scene_send(s, visitor, "x", 1);
        scene_until(s, s->served.datas, i + 1);
        move_on(50 * 1000);
        scene_idle(s);
        assert_int_equal(s->served.closes, i);
        move_on(10001);
        scene_until(s, s->served.closes, i + 1);
        assert_int_equal(s->served.reason, DUOS_EIDLE);
        net_close(&visitor);
    }
}

/* ---- a loop that was held up ------------------------------------------ */

static void test_TI4_overdue_timers_fire_once_and_in_order(void **state)
{
    scene *s = (scene *)*state;
    bell late[3], steady;
    int i;

    start(&late[0], s, 9000);
    start(&late[1], s, 5);
    start(&late[2], s, 60 * 1000);
    start(&steady, s, 4000);
    steady.again_ms = 4000;
    firings = 0;
    move_on(10 * 1000); /* a callback that took so long, or a sleep */
    scene_idle(s);
    assert_int_equal(late[1].order, 0);
    assert_int_equal(steady.order, 1);
    assert_int_equal(late[0].order, 2);
    assert_int_equal(steady.fired, 1); /* and the next is not made up for */
    assert_int_equal(late[2].fired, 0);
    for (i = 0; i < 5; i++) {
        move_on(4001);
        scene_idle(s);
    }
    assert_between(steady.fired, 6, 7);
    duos_timer_stop(&late[2].timer);
    duos_timer_stop(&steady.timer);
}

#define VISITORS (DUOS__LOOP_EVENTS + 100) /* more than one turn reads */

static duos_socket visitors[VISITORS];

static void visit_all(scene *s)
{
    int i;

    if (os_is_wine()) {
        skip_because("so many take Wine half a minute");
    }
    if (!os_allow_descriptors(2 * VISITORS + 100)) {
        skip_because("not enough descriptors");
    }
    s->server_config.limits.first_byte_ms = 50 * 1000;
    s->server_config.limits.idle_ms = 60 * 1000;
    s->server_config.limits.stall_ms = 60 * 1000;
    scene_serve(s);
    for (i = 0; i < VISITORS; i++) {
        visitors[i] = scene_visit(s);
    }
}

static void write_all(void)
{
    int i;

    for (i = 0; i < VISITORS; i++) {
        assert_ok(duos_send_all(visitors[i], "x", 1, PATIENCE_MS, NULL));
    }
}

static void close_all(void)
{
    int i;

    for (i = 0; i < VISITORS; i++) {
        net_close(&visitors[i]);
    }
}

/* What came in time is read before anybody is called idle. */
static void test_TI4_who_wrote_in_time_survives_a_long_turn(void **state)
{
    scene *s = (scene *)*state;

    visit_all(s);
    write_all();
    move_on(100 * 1000);
    scene_until(s, s->served.datas, VISITORS);
    assert_int_equal(s->served.closes, 0);
    move_on(60001);
    scene_until(s, s->served.closes, VISITORS); /* now they are */
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    close_all();
}

static unsigned char bulk[1024 * 1024];

/* What was taken in time makes room before anybody is called stuck. */
static void test_TI4_who_read_in_time_survives_a_long_turn(void **state)
{
    scene *s = (scene *)*state;
    duos_socket reader;
    duos_conn *conn;
    size_t n = 0;

    visit_all(s);
    reader = scene_visit(s);
    conn = s->served.conn;
    scene_send(s, reader, "x", 1);
    scene_until(s, s->served.datas, 1);
    while (duos_conn_send(conn, bulk, sizeof bulk / 4) == DUOS_OK) {
    }
    scene_idle(s);
    write_all(); /* they fill the turn, before the reader comes */
    while (duos_recv_some(reader, bulk, sizeof bulk, 20, &n) == DUOS_OK) {
    }
    move_on(100 * 1000);
    scene_until(s, s->served.datas, VISITORS + 1);
    assert_int_equal(s->served.closes, 0);
    net_close(&reader);
    close_all();
}

/* ---- less than a millisecond ------------------------------------------ */

/* Rounded down, the last wait would be one of 0 ms, again and again. */
static void test_TI5_timer_takes_two_turns_at_most(void **state)
{
    scene *s = (scene *)*state;
    unsigned turns = 0;
    bell b;
    int i;

    for (i = 0; i < 50; i++) {
        ahead_ns += 123457;
        start(&b, s, 1);
        while (b.fired == 0) {
            assert_ok(duos_loop_step(s->loop, -1));
            turns++;
        }
    }
    assert_true(turns <= 100);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_ST9_silent_client_is_closed_after_30_s),
        TEST(test_ST9_half_a_greeting_is_closed_after_5_min),
        TEST(test_ST8_trickle_for_an_hour_costs_next_to_nothing),
        TEST(test_TI2_timers_keep_their_order_at_each_wrap),
        TEST(test_TI2_idle_limit_holds_at_each_wrap),
        TEST(test_TI4_overdue_timers_fire_once_and_in_order),
        TEST(test_TI4_who_wrote_in_time_survives_a_long_turn),
        TEST(test_TI4_who_read_in_time_survives_a_long_turn),
        TEST(test_TI5_timer_takes_two_turns_at_most),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
