/* SPDX-License-Identifier: MIT */
/*
 * test_post.c - the posts of loop.h: the one way into a loop from another
 * thread. Nothing may be lost, and each thread's own order must be kept.
 */
#include "support/scene.h"

#include <stdlib.h>

#define THREADS 8
#define POSTS   125000 /* a million in all */

/* A post, and where it stands among those of its thread. */
typedef struct letter {
    duos_post post;
    struct sender *from;
    unsigned number;
} letter;

typedef struct sender {
    scene *s;
    letter *letters;
    unsigned arrived;
    unsigned *total;
    unsigned wanted;
} sender;

static void arrive(duos_post *post, void *user)
{
    letter *l = (letter *)user;

    assert_ptr_equal(post, &l->post);
    assert_int_equal(l->number, l->from->arrived);
    l->from->arrived++;
    if (++*l->from->total == l->from->wanted) {
        duos_loop_stop(l->from->s->loop);
    }
}

static void send_all(void *user)
{
    sender *from = (sender *)user;
    unsigned i;

    for (i = 0; i < POSTS; i++) {
        if (duos_loop_post(from->s->loop, &from->letters[i].post) != DUOS_OK) {
            return; /* the test will miss it */
        }
    }
}

static void write_letters(sender *from)
{
    unsigned i;

    from->letters = (letter *)calloc(POSTS, sizeof *from->letters);
    assert_non_null(from->letters);
    for (i = 0; i < POSTS; i++) {
        letter *l = &from->letters[i];

        l->from = from;
        l->number = i;
        assert_ok(duos_post_init(&l->post, arrive, l));
    }
}

/* Fails the test by ending a run that would never end. */
static void give_up(duos_timer *timer, void *user)
{
    (void)timer;
    duos_loop_stop((duos_loop *)user);
}

static void test_CB5_post_from_eight_threads_loses_nothing(void **state)
{
    static sender senders[THREADS];
    scene *s = (scene *)*state;
    os_thread *threads[THREADS];
    unsigned total = 0;
    duos_timer guard;
    int i;

    assert_ok(duos_timer_init(&guard, s->loop, give_up, s->loop));
    assert_ok(duos_timer_start(&guard, 6 * PATIENCE_MS));
    for (i = 0; i < THREADS; i++) {
        memset(&senders[i], 0, sizeof senders[i]);
        senders[i].s = s;
        senders[i].total = &total;
        senders[i].wanted = THREADS * POSTS;
        write_letters(&senders[i]);
    }
    for (i = 0; i < THREADS; i++) {
        threads[i] = os_thread_start(send_all, &senders[i]);
        assert_non_null(threads[i]);
    }
    assert_ok(duos_loop_run(s->loop));
    for (i = 0; i < THREADS; i++) {
        os_thread_join(threads[i]);
    }
    assert_int_equal(total, THREADS * POSTS);
    scene_idle(s);
    assert_int_equal(total, THREADS * POSTS);
    duos_timer_stop(&guard);
    for (i = 0; i < THREADS; i++) {
        assert_int_equal(senders[i].arrived, POSTS);
        free(senders[i].letters);
    }
}

/* ---- waking ----------------------------------------------------------- */

typedef struct bell {
    duos_post post;
    duos_loop *loop;
    unsigned rung;
    void (*act)(struct bell *b);
} bell;

static void ring(duos_post *post, void *user)
{
    bell *b = (bell *)user;

    (void)post;
    b->rung++;
    if (b->act != NULL) {
        b->act(b);
    }
}

static void prepare(bell *b, const scene *s, void (*act)(bell *b))
{
    memset(b, 0, sizeof *b);
    b->loop = s->loop;
    b->act = act;
    assert_ok(duos_post_init(&b->post, ring, b));
}

static void stop_loop(bell *b)
{
    duos_loop_stop(b->loop);
}

static void post_once(void *user)
{
    bell *b = (bell *)user;
    duos_err err = duos_loop_post(b->loop, &b->post);

    (void)err; /* the run would not end */
}

/* No timer is started, so nothing else can end the wait. */
static void test_CB5_post_wakes_a_wait_without_limit(void **state)
{
    scene *s = (scene *)*state;
    bell b;
    unsigned i;

    prepare(&b, s, stop_loop);
    for (i = 1; i <= 300; i++) {
        os_thread *thread = os_thread_start(post_once, &b);

        assert_non_null(thread);
        assert_ok(duos_loop_run(s->loop));
        assert_int_equal(b.rung, i);
        os_thread_join(thread);
    }
}

static void wake_up(void *user)
{
    scene *s = (scene *)user;
    unsigned i;

    for (i = 0; i < 10000; i++) {
        if (duos_poller_wakeup(duos_loop_poller(s->loop)) != DUOS_OK) {
            return;
        }
    }
}

static void test_CB5_wakeups_in_masses_do_not_hide_a_post(void **state)
{
    scene *s = (scene *)*state;
    os_thread *threads[2];
    unsigned i;
    bell b;

    prepare(&b, s, NULL);
    for (i = 0; i < 2; i++) {
        threads[i] = os_thread_start(wake_up, s);
        assert_non_null(threads[i]);
    }
    for (i = 1; i <= 1000; i++) {
        assert_ok(duos_loop_post(s->loop, &b.post));
        scene_until(s, b.rung, i);
    }
    os_thread_join(threads[0]);
    os_thread_join(threads[1]);
    assert_int_equal(b.rung, 1000);
}

/* ---- on one thread ---------------------------------------------------- */

static void test_post_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_post post;

    memset(&post, 0, sizeof post);
    assert_err(DUOS_EINVAL, duos_post_init(NULL, ring, NULL));
    assert_err(DUOS_EINVAL, duos_post_init(&post, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_loop_post(s->loop, &post));
    assert_err(DUOS_EINVAL, duos_loop_post(s->loop, NULL));
    assert_ok(duos_post_init(&post, ring, NULL));
    assert_err(DUOS_EINVAL, duos_loop_post(NULL, &post));
}

static void test_post_does_not_run_within_the_call(void **state)
{
    scene *s = (scene *)*state;
    bell b;

    prepare(&b, s, NULL);
    assert_ok(duos_loop_post(s->loop, &b.post));
    assert_int_equal(b.rung, 0);
    scene_until(s, b.rung, 1);
    scene_idle(s);
    assert_int_equal(b.rung, 1);
}

static void post_again(bell *b)
{
    assert_ok(duos_loop_post(b->loop, &b->post));
}

/* Each turn runs what was there when it looked, so a turn always ends. */
static void test_CB3_post_may_post_itself_again(void **state)
{
    scene *s = (scene *)*state;
    bell b;
    unsigned turns;

    prepare(&b, s, post_again);
    assert_ok(duos_loop_post(s->loop, &b.post));
    for (turns = 1; turns <= 100; turns++) {
        assert_ok(duos_loop_step(s->loop, 0));
        assert_true(b.rung <= turns);
    }
    scene_until(s, b.rung, 50);
    b.act = NULL;
    scene_idle(s);
}

static void test_CB5_post_that_was_not_run_is_dropped_by_destroy(void **state)
{
    scene *s = (scene *)*state;
    duos_loop *loop;
    bell b;

    assert_ok(duos_loop_create(NULL, &loop));
    prepare(&b, s, NULL);
    assert_ok(duos_loop_post(loop, &b.post));
    assert_ok(duos_loop_destroy(loop));
    assert_int_equal(b.rung, 0);
    assert_ok(duos_loop_post(s->loop, &b.post)); /* it is free again */
    scene_until(s, b.rung, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_CB5_post_from_eight_threads_loses_nothing),
        scene_test(test_CB5_post_wakes_a_wait_without_limit),
        scene_test(test_CB5_wakeups_in_masses_do_not_hide_a_post),
        scene_test(test_post_refuses_what_is_invalid),
        scene_test(test_post_does_not_run_within_the_call),
        scene_test(test_CB3_post_may_post_itself_again),
        scene_test(test_CB5_post_that_was_not_run_is_dropped_by_destroy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
