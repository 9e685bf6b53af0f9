/* SPDX-License-Identifier: MIT */
/*
 * test_watch.c - the watches of loop.h: sockets of the user's own in a loop.
 */
#include "support/scene.h"

/* A watch over one end of a pair. */
typedef struct lookout {
    duos_watch watch;
    pair p;
    unsigned calls;
    unsigned events; /* of the last call */
    void (*act)(struct lookout *l);
    struct lookout *other;
} lookout;

static void see(duos_watch *watch, unsigned events, void *user)
{
    lookout *l = (lookout *)user;

    assert_ptr_equal(watch, &l->watch);
    l->calls++;
    l->events = events;
    if (l->act != NULL) {
        l->act(l);
    }
}

static void prepare(lookout *l, const scene *s, void (*act)(lookout *l))
{
    memset(l, 0, sizeof *l);
    l->p = net_pair(DUOS_IPV4);
    l->act = act;
    assert_ok(duos_watch_init(&l->watch, s->loop, see, l));
}

static void start(lookout *l, unsigned interest)
{
    assert_ok(duos_watch_start(&l->watch, l->p.server, interest));
}

static void finish(lookout *l)
{
    duos_watch_stop(&l->watch);
    net_close_pair(&l->p);
}

/* Makes the watched end readable, for certain. */
static void poke(const lookout *l)
{
    assert_ok(duos_send_all(l->p.client, "x", 1, PATIENCE_MS, NULL));
    net_await(l->p.server, DUOS_READ);
}

static void take(lookout *l)
{
    char byte;

    assert_ok(duos_recv_exact(l->p.server, &byte, 1, 0, NULL));
}

static void test_watch_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_watch blank;
    lookout l;

    memset(&blank, 0, sizeof blank);
    prepare(&l, s, NULL);
    assert_err(DUOS_EINVAL, duos_watch_init(NULL, s->loop, see, NULL));
    assert_err(DUOS_EINVAL, duos_watch_init(&blank, NULL, see, NULL));
    assert_err(DUOS_EINVAL, duos_watch_init(&blank, s->loop, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_watch_start(NULL, l.p.server, DUOS_READ));
    assert_err(DUOS_EINVAL, duos_watch_start(&blank, l.p.server, DUOS_READ));
    assert_err(DUOS_EINVAL, duos_watch_start(&l.watch, l.p.server, 64));
    assert_err(DUOS_EINVAL, duos_watch_set(NULL, DUOS_READ));
    assert_err(DUOS_EINVAL, duos_watch_set(&blank, DUOS_READ));
    assert_err(DUOS_EBADHANDLE, duos_watch_set(&l.watch, DUOS_READ));
    start(&l, DUOS_READ);
    assert_err(DUOS_EINVAL, duos_watch_set(&l.watch, 64));
    duos_watch_stop(NULL);
    duos_watch_stop(&blank);
    finish(&l);
}

static void test_API4_watch_started_twice_is_refused(void **state)
{
    scene *s = (scene *)*state;
    lookout l;
    duos_watch second;

    prepare(&l, s, NULL);
    start(&l, DUOS_READ);
    assert_err(DUOS_EBUSY, duos_watch_start(&l.watch, l.p.client, DUOS_READ));
    assert_ok(duos_watch_init(&second, s->loop, see, &l));
    assert_err(DUOS_EEXIST, duos_watch_start(&second, l.p.server, DUOS_READ));
    duos_watch_stop(&second);
    duos_watch_stop(&l.watch);
    duos_watch_stop(&l.watch);
    assert_err(DUOS_EBADHANDLE, duos_watch_set(&l.watch, 0));
    start(&l, DUOS_READ); /* it can be started again */
    finish(&l);
}

static void test_watch_of_no_socket_is_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_socket none = DUOS_SOCKET_INVALID;
    lookout l;

    prepare(&l, s, NULL);
    assert_err(DUOS_EBADF, duos_watch_start(&l.watch, none, DUOS_READ));
    start(&l, 0);
    finish(&l);
}

static void test_ME1_watch_without_memory_is_not_started(void **state)
{
    scene *s = (scene *)*state;
    lookout l;
    size_t k;

    prepare(&l, s, take);
    scene_fill_poller(s);
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_watch_start(&l.watch, l.p.server, DUOS_READ));
    for (k = 1;; k++) {
        failing_alloc_arm(&s->memory, k, true);
        if (duos_watch_start(&l.watch, l.p.server, DUOS_READ) == DUOS_OK) {
            break;
        }
        assert_err(DUOS_EBADHANDLE, duos_watch_set(&l.watch, DUOS_READ));
    }
    failing_alloc_arm(&s->memory, 0, false);
    poke(&l);
    scene_until(s, l.calls, 1);
    finish(&l);
}

static void test_watch_tells_as_long_as_the_socket_is_ready(void **state)
{
    scene *s = (scene *)*state;
    lookout l;

    prepare(&l, s, NULL);
    start(&l, DUOS_READ);
    scene_idle(s);
    assert_int_equal(l.calls, 0);
    poke(&l);
    scene_until(s, l.calls, 3);
    assert_true((l.events & DUOS_READ) != 0);
    assert_int_equal(l.events & DUOS_WRITE, 0);
    take(&l);
    l.calls = 0;
    scene_idle(s);
    assert_int_equal(l.calls, 0);
    finish(&l);
}

static void test_watch_set_changes_what_is_told(void **state)
{
    scene *s = (scene *)*state;
    lookout l;

    prepare(&l, s, NULL);
    start(&l, DUOS_WRITE);
    poke(&l);
    scene_until(s, l.calls, 1);
    assert_int_equal(l.events, DUOS_WRITE);

    assert_ok(duos_watch_set(&l.watch, 0));
    l.calls = 0;
    scene_idle(s);
    assert_int_equal(l.calls, 0);

    assert_ok(duos_watch_set(&l.watch, DUOS_READ | DUOS_WRITE));
    scene_until(s, l.calls, 1);
    assert_int_equal(l.events, DUOS_READ | DUOS_WRITE);
    finish(&l);
}

static void test_watch_tells_that_the_peer_is_gone(void **state)
{
    scene *s = (scene *)*state;
    lookout l;

    prepare(&l, s, NULL);
    start(&l, DUOS_READ);
    net_close(&l.p.client);
    scene_until(s, l.calls, 1);
    assert_true((l.events & DUOS_READ) != 0);
    duos_watch_stop(&l.watch);
    net_close(&l.p.server);
}

/* ---- within callbacks ------------------------------------------------- */

static void stop_self(lookout *l)
{
    duos_watch_stop(&l->watch);
}

static void test_CB1_watch_stopped_by_itself_is_not_told_again(void **state)
{
    scene *s = (scene *)*state;
    lookout l;

    prepare(&l, s, stop_self);
    start(&l, DUOS_READ);
    poke(&l);
    scene_until(s, l.calls, 1);
    scene_idle(s);
    assert_int_equal(l.calls, 1);
    finish(&l);
}

static void close_self(lookout *l)
{
    duos_watch_stop(&l->watch);
    net_close(&l->p.server);
}

static void test_CB1_watch_may_close_its_socket_in_the_callback(void **state)
{
    scene *s = (scene *)*state;
    lookout l;

    prepare(&l, s, close_self);
    start(&l, DUOS_READ | DUOS_WRITE);
    poke(&l);
    scene_until(s, l.calls, 1);
    scene_idle(s);
    assert_int_equal(l.calls, 1);
    net_close(&l.p.client);
}

static void stop_other(lookout *l)
{
    duos_watch_stop(&l->other->watch);
}

static void silence_other(lookout *l)
{
    assert_ok(duos_watch_set(&l->other->watch, 0));
}

/* The other one's socket is closed and its number is in use again. */
static void replace_other(lookout *l)
{
    lookout *other = l->other;

    if (other->act != NULL) {
        other->act = NULL;
        l->act = NULL;
        duos_watch_stop(&other->watch);
        net_close_pair(&other->p);
        other->p = net_pair(DUOS_IPV4);
        start(other, DUOS_READ);
    }
}

/* Both are ready in one batch; whoever is first acts on the other one. */
static void let_one_act(scene *s, lookout l[2], void (*act)(lookout *l))
{
    int i;

    for (i = 0; i < 2; i++) {
        prepare(&l[i], s, act);
        l[i].other = &l[1 - i];
        start(&l[i], DUOS_READ);
        poke(&l[i]);
    }
    assert_ok(duos_loop_step(s->loop, PATIENCE_MS));
    assert_int_equal(l[0].calls + l[1].calls, 1);
}

static void test_CB2_watch_stopped_in_the_batch_is_not_told(void **state)
{
    scene *s = (scene *)*state;
    lookout l[2];

    let_one_act(s, l, stop_other);
    finish(&l[0]);
    finish(&l[1]);
}

static void test_CB2_watch_silenced_in_the_batch_is_not_told(void **state)
{
    scene *s = (scene *)*state;
    lookout l[2];

    let_one_act(s, l, silence_other);
    finish(&l[0]);
    finish(&l[1]);
}

static void test_CB2_watch_of_a_new_socket_is_not_told_of_the_old(void **state)
{
    scene *s = (scene *)*state;
    lookout l[2];
    lookout *fresh;

    let_one_act(s, l, replace_other);
    fresh = l[0].calls == 0 ? &l[0] : &l[1];
    scene_idle(s);
    assert_int_equal(fresh->calls, 0);
    poke(fresh);
    scene_until(s, fresh->calls, 1);
    finish(&l[0]);
    finish(&l[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_watch_refuses_what_is_invalid),
        scene_test(test_API4_watch_started_twice_is_refused),
        scene_test(test_watch_of_no_socket_is_refused),
        scene_test(test_ME1_watch_without_memory_is_not_started),
        scene_test(test_watch_tells_as_long_as_the_socket_is_ready),
        scene_test(test_watch_set_changes_what_is_told),
        scene_test(test_watch_tells_that_the_peer_is_gone),
        scene_test(test_CB1_watch_stopped_by_itself_is_not_told_again),
        scene_test(test_CB1_watch_may_close_its_socket_in_the_callback),
        scene_test(test_CB2_watch_stopped_in_the_batch_is_not_told),
        scene_test(test_CB2_watch_silenced_in_the_batch_is_not_told),
        scene_test(test_CB2_watch_of_a_new_socket_is_not_told_of_the_old),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
