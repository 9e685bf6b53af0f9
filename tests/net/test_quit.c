/* SPDX-License-Identifier: MIT */
/*
 * test_quit.c - quit.h: requests to end the process reach one loop, in their
 * order, and afterwards everything is as it was before.
 */
#include "support/scene.h"

#include <stdlib.h>

#define STORM 100000

/* A watch, and what it was told. */
typedef struct listener {
    duos_quit quit;
    unsigned *heard; /* counts for one that frees itself */
    unsigned calls;
    unsigned count; /* of the last call */
    duos_quit_kind kind;
    void (*act)(struct listener *l);
} listener;

static void hear(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                 void *user)
{
    listener *l = (listener *)user;

    assert_ptr_equal(quit, &l->quit);
    l->calls++;
    l->count = count;
    l->kind = kind;
    if (l->act != NULL) {
        l->act(l);
    }
}

static void prepare(listener *l, duos_loop *loop)
{
    memset(l, 0, sizeof *l);
    assert_ok(duos_quit_init(&l->quit, loop, hear, l));
}

static void start(listener *l, duos_loop *loop)
{
    prepare(l, loop);
    assert_ok(duos_quit_start(&l->quit, NULL));
}

static void ask(duos_quit_kind kind)
{
    assert_true(os_ask_to_quit(kind));
}

/* ---- starting --------------------------------------------------------- */

/* Must be the first: later on the pipe is there. */
static void test_quit_without_descriptors_is_not_started(void **state)
{
    scene *s = (scene *)*state;
    listener l;

    prepare(&l, s->loop);
    if (!os_begin_shortage()) {
        skip_because("descriptors cannot be made scarce here");
    }
    assert_err(DUOS_EMFILE, duos_quit_start(&l.quit, NULL));
    os_end_shortage();
    assert_ok(duos_quit_start(&l.quit, NULL));
    duos_quit_stop(&l.quit);
}

static void test_quit_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_quit blank;
    listener l;

    memset(&blank, 0, sizeof blank);
    assert_err(DUOS_EINVAL, duos_quit_init(NULL, s->loop, hear, NULL));
    assert_err(DUOS_EINVAL, duos_quit_init(&blank, NULL, hear, NULL));
    assert_err(DUOS_EINVAL, duos_quit_init(&blank, s->loop, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_quit_start(NULL, NULL));
    assert_err(DUOS_EINVAL, duos_quit_start(&blank, NULL));
    duos_quit_stop(NULL);
    duos_quit_stop(&blank);
    prepare(&l, s->loop);
    duos_quit_stop(&l.quit);
}

static void test_ME1_quit_without_memory_is_not_started(void **state)
{
    scene *s = (scene *)*state;
    listener l;

    prepare(&l, s->loop);
    assert_true(os_begin_own_quit());
    scene_fill_poller(s);
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_quit_start(&l.quit, NULL));
    failing_alloc_arm(&s->memory, 0, false);
    ask(DUOS_QUIT_INTERRUPT); /* nobody watches */
    assert_int_equal(os_own_quits(), 1);
    os_end_own_quit();
    assert_ok(duos_quit_start(&l.quit, NULL));
    duos_quit_stop(&l.quit);
}

static void test_quit_of_a_second_loop_is_busy(void **state)
{
    scene *s = (scene *)*state;
    duos_loop *loop;
    listener first;
    listener second;

    assert_ok(duos_loop_create(NULL, &loop));
    start(&first, s->loop);
    assert_err(DUOS_EBUSY, duos_quit_start(&first.quit, NULL));
    prepare(&second, loop);
    assert_err(DUOS_EBUSY, duos_quit_start(&second.quit, NULL));
    duos_quit_stop(&second.quit); /* was not started: no harm to the first */
    ask(DUOS_QUIT_INTERRUPT);
    scene_until(s, first.calls, 1);
    duos_quit_stop(&first.quit);
    assert_ok(duos_quit_start(&second.quit, NULL));
    duos_quit_stop(&second.quit);
    assert_ok(duos_loop_destroy(loop));
}

/* ---- being told ------------------------------------------------------- */

static void test_SG1_quit_tells_number_and_kind_of_each_request(void **state)
{
    scene *s = (scene *)*state;
    listener l;

    start(&l, s->loop);
    scene_idle(s);
    assert_int_equal(l.calls, 0);
    ask(DUOS_QUIT_INTERRUPT);
    scene_until(s, l.calls, 1);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.kind, DUOS_QUIT_INTERRUPT);
    ask(DUOS_QUIT_TERMINATE);
    scene_until(s, l.calls, 2);
    assert_int_equal(l.count, 2);
    assert_int_equal(l.kind, DUOS_QUIT_TERMINATE);
    scene_idle(s);
    assert_int_equal(l.calls, 2);
    duos_quit_stop(&l.quit);
    duos_quit_stop(&l.quit);
}

static void test_quit_requests_before_a_turn_are_told_in_order(void **state)
{
    scene *s = (scene *)*state;
    listener l;

    start(&l, s->loop);
    ask(DUOS_QUIT_TERMINATE);
    ask(DUOS_QUIT_TERMINATE);
    ask(DUOS_QUIT_INTERRUPT);
    scene_until(s, l.calls, 1);
    assert_int_equal(l.kind, DUOS_QUIT_TERMINATE);
    scene_until(s, l.calls, 3);
    assert_int_equal(l.count, 3);
    assert_int_equal(l.kind, DUOS_QUIT_INTERRUPT);
    duos_quit_stop(&l.quit);
}

/* On Windows the handler of a close event keeps its thread for a while. */
static void run_ask_to_close(void *user)
{
    (void)user;
    (void)os_ask_to_quit(DUOS_QUIT_CLOSE);
}

static void test_SG4_quit_tells_of_a_console_that_closes(void **state)
{
    scene *s = (scene *)*state;
    os_thread *thread;
    listener l;

    if (!os_is_windows()) {
        skip_because("no such request on this system");
    }
    start(&l, s->loop);
    thread = os_thread_start(run_ask_to_close, NULL);
    assert_non_null(thread);
    scene_until(s, l.calls, 1);
    assert_int_equal(l.kind, DUOS_QUIT_CLOSE);
    duos_quit_stop(&l.quit);
    os_thread_join(thread);
}

static void run_ask(void *user)
{
    (void)user;
    (void)os_ask_to_quit(DUOS_QUIT_INTERRUPT);
}

/* Signals of a process go to any of its threads; here the loop's. */
static void test_quit_from_elsewhere_wakes_a_loop_that_waits(void **state)
{
    scene *s = (scene *)*state;
    os_thread *thread;
    listener l;

    start(&l, s->loop);
    thread = os_thread_start(run_ask, NULL);
    assert_non_null(thread);
    scene_until(s, l.calls, 1);
    os_thread_join(thread);
    duos_quit_stop(&l.quit);
}

static unsigned signals;
static uint32_t last_count;
static duos_quit_kind last_kind;

static void on_signal(uint32_t count, duos_quit_kind kind)
{
    signals++;
    last_count = count;
    last_kind = kind;
}

static void test_SG1_on_signal_is_called_before_the_loop_turns(void **state)
{
    scene *s = (scene *)*state;
    listener l;

    signals = 0;
    prepare(&l, s->loop);
    assert_ok(duos_quit_start(&l.quit, on_signal));
    ask(DUOS_QUIT_INTERRUPT);
    ask(DUOS_QUIT_TERMINATE);
    assert_int_equal(signals, 2);
    assert_int_equal(last_count, 2);
    assert_int_equal(last_kind, DUOS_QUIT_TERMINATE);
    assert_int_equal(l.calls, 0);
    scene_until(s, l.calls, 2);
    duos_quit_stop(&l.quit);
}

/* More than the pipe holds: nothing blocks, errno stays, the loop goes on. */
static void test_SG5_quit_storm_neither_blocks_nor_ends(void **state)
{
    scene *s = (scene *)*state;
    int count = os_is_windows() ? STORM / 1000 : STORM;
    listener l;
    int i;

    start(&l, s->loop);
    for (i = 0; i < count; i++) {
        ask(DUOS_QUIT_INTERRUPT);
    }
    scene_until(s, l.calls, 50);
    assert_int_equal(l.count, l.calls);
    duos_quit_stop(&l.quit);
    start(&l, s->loop); /* hears nothing of the rest */
    scene_idle(s);
    assert_int_equal(l.calls, 0);
    ask(DUOS_QUIT_TERMINATE);
    scene_until(s, l.calls, 1);
    assert_int_equal(l.count, 1);
    assert_int_equal(l.kind, DUOS_QUIT_TERMINATE);
    duos_quit_stop(&l.quit);
}

/* ---- ending ----------------------------------------------------------- */

static void test_quit_stop_restores_the_handlers(void **state)
{
    scene *s = (scene *)*state;
    listener l;
    int i;

    assert_true(os_begin_own_quit());
    for (i = 0; i < 3; i++) {
        start(&l, s->loop);
        ask(DUOS_QUIT_INTERRUPT);
        scene_until(s, l.calls, 1);
        assert_int_equal(os_own_quits(), (unsigned)i * 2);
        duos_quit_stop(&l.quit);
        ask(DUOS_QUIT_INTERRUPT);
        ask(DUOS_QUIT_TERMINATE);
        assert_int_equal(os_own_quits(), (unsigned)i * 2 + 2);
        scene_idle(s);
        assert_int_equal(l.calls, 1);
    }
    assert_true(os_sigpipe_is_default());
    os_end_own_quit();
}

static void test_quit_stop_leaves_a_later_handler_alone(void **state)
{
    scene *s = (scene *)*state;
    listener l;

    if (os_is_windows()) {
        skip_because("handlers of Windows are a chain");
    }
    start(&l, s->loop);
    assert_true(os_begin_own_quit());
    duos_quit_stop(&l.quit);
    ask(DUOS_QUIT_INTERRUPT);
    assert_int_equal(os_own_quits(), 1);
    os_end_own_quit(); /* ours again, which nobody listens to */
    ask(DUOS_QUIT_INTERRUPT);
    start(&l, s->loop);
    scene_idle(s);
    assert_int_equal(l.calls, 0);
    duos_quit_stop(&l.quit);
}

static void stop_and_free(listener *l)
{
    unsigned *heard = l->heard;

    duos_quit_stop(&l->quit);
    free(l);
    (*heard)++;
}

static void test_CB1_quit_stopped_and_freed_in_its_callback(void **state)
{
    scene *s = (scene *)*state;
    listener *l = (listener *)malloc(sizeof *l);
    unsigned heard = 0;

    assert_non_null(l);
    start(l, s->loop);
    l->heard = &heard;
    l->act = stop_and_free;
    ask(DUOS_QUIT_INTERRUPT);
    ask(DUOS_QUIT_INTERRUPT);
    scene_until(s, heard, 1);
    scene_idle(s);
    assert_int_equal(heard, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_quit_without_descriptors_is_not_started),
        scene_test(test_quit_refuses_what_is_invalid),
        scene_test(test_ME1_quit_without_memory_is_not_started),
        scene_test(test_quit_of_a_second_loop_is_busy),
        scene_test(test_SG1_quit_tells_number_and_kind_of_each_request),
        scene_test(test_quit_requests_before_a_turn_are_told_in_order),
        scene_test(test_SG4_quit_tells_of_a_console_that_closes),
        scene_test(test_quit_from_elsewhere_wakes_a_loop_that_waits),
        scene_test(test_SG1_on_signal_is_called_before_the_loop_turns),
        scene_test(test_SG5_quit_storm_neither_blocks_nor_ends),
        scene_test(test_quit_stop_restores_the_handlers),
        scene_test(test_quit_stop_leaves_a_later_handler_alone),
        scene_test(test_CB1_quit_stopped_and_freed_in_its_callback),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
