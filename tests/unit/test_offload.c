/* SPDX-License-Identifier: MIT */
/*
 * test_offload.c - the desk: what its owner collects and when, and in which
 * order it comes.
 */
#include "support/net.h"

#include "offload.h"

typedef struct task {
    duos__job job; /* first */
    int number;
    bool released;
} task;

typedef struct owner {
    sys_wakeup wakeup;
    duos__desk *desk;
    task tasks[3];
} owner;

static duos_err wake(void *user, bool again)
{
    (void)again;
    return sys_wakeup_signal((sys_wakeup *)user);
}

static void work(duos__job *job)
{
    ((task *)(void *)job)->number *= 10;
}

static void release(duos__job *job)
{
    ((task *)(void *)job)->released = true;
}

static int set_up(void **state)
{
    static owner o;
    int i;

    memset(&o, 0, sizeof o);
    for (i = 0; i < 3; i++) {
        o.tasks[i].job.work = work;
        o.tasks[i].job.release = release;
        o.tasks[i].number = i + 1;
    }
    *state = &o;
    return sys_wakeup_open(&o.wakeup) != DUOS_OK ||
           duos__desk_open(wake, &o.wakeup, &o.desk) != DUOS_OK;
}

static int tear_down(void **state)
{
    owner *o = (owner *)*state;

    duos__desk_close(o->desk);
    sys_wakeup_close(&o->wakeup);
    return 0;
}

/* Has one done, and collects it. */
static void collect(owner *o, int i)
{
    assert_ok(duos__desk_add(o->desk, &o->tasks[i].job));
    net_await(o->wakeup.recv_end, DUOS_READ);
    sys_wakeup_drain(&o->wakeup);
    duos__desk_collect(o->desk);
}

static void test_desk_collected_again_keeps_what_was_not_taken(void **state)
{
    owner *o = (owner *)*state;
    int i;

    assert_null(duos__desk_take(o->desk));
    for (i = 0; i < 3; i++) {
        collect(o, i);
    }
    for (i = 0; i < 3; i++) {
        assert_ptr_equal(duos__desk_take(o->desk), &o->tasks[i].job);
        assert_int_equal(o->tasks[i].number, 10 * (i + 1));
        assert_false(o->tasks[i].released); /* it is the taker's */
    }
    assert_null(duos__desk_take(o->desk));
}

static void test_desk_closed_releases_what_was_not_taken(void **state)
{
    owner *o = (owner *)*state;

    collect(o, 0);
    collect(o, 1);
    assert_ptr_equal(duos__desk_take(o->desk), &o->tasks[0].job);
    duos__desk_close(o->desk);
    o->desk = NULL;
    assert_false(o->tasks[0].released);
    assert_true(o->tasks[1].released);
}

static void test_desk_dropped_job_is_released_alone(void **state)
{
    owner *o = (owner *)*state;
    int i;

    for (i = 0; i < 3; i++) {
        collect(o, i);
    }
    duos__desk_drop(o->desk, &o->tasks[2].job); /* the last of the list */
    duos__desk_drop(o->desk, &o->tasks[1].job);
    assert_true(o->tasks[1].released);
    assert_true(o->tasks[2].released);
    assert_ptr_equal(duos__desk_take(o->desk), &o->tasks[0].job);
    assert_null(duos__desk_take(o->desk));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_desk_collected_again_keeps_what_was_not_taken),
        TEST(test_desk_closed_releases_what_was_not_taken),
        TEST(test_desk_dropped_job_is_released_alone),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
