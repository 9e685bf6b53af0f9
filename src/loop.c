/* SPDX-License-Identifier: MIT */
/*
 * loop.c - turns: wait, dispatch, fire timers, run posts, settle endings.
 */
#include <duosock/loop.h>

#include <string.h>

#include "deadline.h"
#include "loop_core.h"
#include "mem.h"
#include "poller_ops.h"
#include "versioned.h"

#define RECV_BUFFER_DEFAULT ((size_t)64 * 1024)
#define RECV_BUFFER_MIN     512u

/* A timer that is due later than this is far; callbacks are faster. */
#define FAR_NS      ((uint64_t)1000 * DUOS__NS_PER_MS)
#define VERY_FAR_NS ((uint64_t)INT32_MAX * DUOS__NS_PER_MS)

/* ---- life ------------------------------------------------------------- */

void(duos_loop_config_init)(duos_loop_config *config, size_t size)
{
    duos_loop_config known;

    memset(&known, 0, sizeof known);
    known.recv_buffer = RECV_BUFFER_DEFAULT;
    duos__versioned_init(config, size, &known, sizeof known);
}

static duos_err make_poller(duos_loop *loop, const duos_loop_config *config)
{
    duos_poller_config poller;

    duos_poller_config_init(&poller);
    poller.backend = config->backend;
    poller.ignore_env = config->ignore_env;
    poller.alloc = &loop->alloc;
    return duos_poller_create(&poller, &loop->poller);
}

void duos__loop_touch_clock(duos_loop *loop)
{
    loop->now_ns = sys_now_ns();
    loop->now_ms = (uint32_t)(loop->now_ns / DUOS__NS_PER_MS);
}

static duos_err set_up_loop(duos_loop *loop, const duos_loop_config *config)
{
    duos_err err;

    duos__timers_init(&loop->timers, &loop->alloc);
    loop->deferred_end = &loop->deferred;
    loop->recv_size = config->recv_buffer;
    loop->recv_buffer =
        (unsigned char *)duos__new(&loop->alloc, loop->recv_size);
    if (loop->recv_buffer == NULL) {
        return DUOS_ENOMEM;
    }
    err = make_poller(loop, config);
    if (err != DUOS_OK) {
        return err;
    }
    err = duos__mailbox_init(&loop->posts);
    if (err != DUOS_OK) {
        duos_poller_destroy(loop->poller);
        loop->poller = NULL;
        return err;
    }
    duos__loop_touch_clock(loop);
    return DUOS_OK;
}

static void free_loop(duos_loop *loop)
{
    duos_alloc alloc = loop->alloc;

    duos__timers_fini(&loop->timers);
    duos__free(&alloc, loop->recv_buffer, loop->recv_size);
    duos__free(&alloc, loop, sizeof *loop);
}

duos_err duos_loop_create(const duos_loop_config *config, duos_loop **out)
{
    duos_loop_config chosen;
    const duos_alloc *alloc;
    duos_loop *loop;
    duos_err err;

    duos_loop_config_init(&chosen);
    if (out == NULL ||
        (config != NULL &&
         !duos__versioned_copy(&chosen, sizeof chosen, config))) {
        return DUOS_EINVAL;
    }
    if (chosen.recv_buffer < RECV_BUFFER_MIN ||
        chosen.recv_buffer > SYS_IO_MAX) {
        return DUOS_ERANGE;
    }
    alloc = chosen.alloc != NULL ? chosen.alloc : duos_alloc_default();
    loop = (duos_loop *)duos__new(alloc, sizeof *loop);
    if (loop == NULL) {
        return DUOS_ENOMEM;
    }
    loop->alloc = *alloc;
    err = set_up_loop(loop, &chosen);
    if (err != DUOS_OK) {
        free_loop(loop);
        return err;
    }
    *out = loop;
    return DUOS_OK;
}

duos_err duos_loop_destroy(duos_loop *loop)
{
    if (loop == NULL) {
        return DUOS_OK;
    }
    if (loop->running) {
        return DUOS_EBUSY;
    }
    while (loop->deferred != NULL) { /* an ending may have begun another */
        duos__loop_settle(loop);
    }
    duos__desk_close(loop->desk); /* before the mailbox that it posts to */
    duos__mailbox_fini(&loop->posts);
    duos_poller_destroy(loop->poller);
    free_loop(loop);
    return DUOS_OK;
}

duos_poller *duos_loop_poller(duos_loop *loop)
{
    return loop != NULL ? loop->poller : NULL;
}

uint64_t duos_loop_now_ms(const duos_loop *loop)
{
    return loop != NULL ? loop->now_ns / DUOS__NS_PER_MS : 0;
}

/* ---- the end of a turn ------------------------------------------------ */

void duos__loop_defer(duos_loop *loop, duos__deferred *deferred)
{
    deferred->next = NULL;
    *loop->deferred_end = deferred;
    loop->deferred_end = &deferred->next;
}

/* Takes the list first: what these calls defer is for the next turn. */
static void run_deferred(duos_loop *loop)
{
    duos__deferred *list = loop->deferred;

    loop->deferred = NULL;
    loop->deferred_end = &loop->deferred;
    while (list != NULL) {
        duos__deferred *next = list->next;

        list->run(list);
        list = next;
    }
}

bool duos__loop_enter(duos_loop *loop)
{
    if (loop->running) {
        return false;
    }
    duos__loop_touch_clock(loop);
    loop->running = true;
    return true;
}

void duos__loop_leave(duos_loop *loop, bool entered)
{
    loop->running = loop->running && !entered;
}

void duos__loop_settle(duos_loop *loop)
{
    bool entered = duos__loop_enter(loop);

    if (entered) {
        run_deferred(loop);
    }
    duos__loop_leave(loop, entered);
}

/* ---- turns ------------------------------------------------------------ */

/*
 * A callback may have ended what a later event of the batch is for. As long
 * as nothing was removed at all, there is no need to look it up.
 */
static void dispatch(const duos_poller *poller, const duos_poll_event *event,
                     size_t count)
{
    uint32_t removed = poller->entries.removed;

    for (; count > 0; count--, event++) {
        duos__watcher *watcher = (duos__watcher *)event->user;

        if (DUOS_LIKELY(poller->entries.removed == removed) ||
            duos__poller_find(poller, event->token) != NULL) {
            watcher->ready(watcher, event->events);
        }
    }
}

static void run_posts(duos_loop *loop)
{
    duos__node *node = duos__mailbox_take(&loop->posts);

    while (node != NULL) {
        duos_post *post = (duos_post *)(void *)node;

        node = node->next; /* the post is its owner's from here on */
        post->on_post(post, post->user);
    }
}

/* What a step may wait: until the next timer or the host's limit. */
static int32_t step_wait_ms(const duos_loop *loop, int64_t limit_ms)
{
    int64_t ms = duos_loop_next_timeout_ms(loop);

    if (limit_ms >= 0 && (ms < 0 || limit_ms < ms)) {
        ms = limit_ms;
    }
    return ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
}

/*
 * What a turn of duos_loop_run may wait. The last turn's time is too old for
 * a timer that is near, since the callbacks took some. For a far one the
 * clock is not read again: the wait ends before it, and then it is near.
 */
static int32_t turn_wait_ms(const duos_loop *loop)
{
    /* Very large when the timer is near, and when there is none. */
    uint64_t ns = duos__timers_next(&loop->timers) - loop->now_ns - FAR_NS;

    if (DUOS_LIKELY(ns < VERY_FAR_NS && loop->deferred == NULL)) {
        return (int32_t)(ns / DUOS__NS_PER_MS);
    }
    return step_wait_ms(loop, DUOS__NO_TIMEOUT);
}

static duos_err turn(duos_loop *loop, int32_t ms)
{
    duos_poller *poller = loop->poller;
    size_t count = 0;
    duos_err err = duos__poller_wait_once(poller, loop->events,
                                          DUOS__LOOP_EVENTS, ms, &count);

    if (DUOS_UNLIKELY(err != DUOS_OK && err != DUOS_EINTERRUPTED)) {
        return err;
    }
    duos__loop_touch_clock(loop);
    dispatch(poller, loop->events, count);
    if (duos__timers_next(&loop->timers) <= loop->now_ns) {
        duos__timers_fire(&loop->timers, loop->now_ns);
    }
    if (poller->woken) {
        poller->woken = false;
        run_posts(loop);
    }
    if (loop->deferred != NULL) {
        run_deferred(loop);
    }
    return DUOS_OK;
}

static duos_err turns(duos_loop *loop, int32_t ms, bool once)
{
    duos_err err;

    loop->running = true;
    for (;;) {
        err = turn(loop, ms);
        if (once || err != DUOS_OK || loop->stopping) {
            break;
        }
        ms = turn_wait_ms(loop);
    }
    loop->running = false;
    return err;
}

duos_err duos_loop_run(duos_loop *loop)
{
    duos_err err;

    if (loop == NULL) {
        return DUOS_EINVAL;
    }
    if (loop->running) {
        return DUOS_EBUSY;
    }
    err = turns(loop, step_wait_ms(loop, DUOS__NO_TIMEOUT), false);
    loop->stopping = false;
    return err;
}

duos_err duos_loop_step(duos_loop *loop, int64_t timeout_ms)
{
    duos_err err;

    if (loop == NULL) {
        return DUOS_EINVAL;
    }
    if (loop->running) {
        return DUOS_EBUSY;
    }
    err = turns(loop, step_wait_ms(loop, timeout_ms), true);
    if (loop->stopping) {
        loop->stopping = false;
        err = err == DUOS_OK ? DUOS_ECANCELED : err;
    }
    return err;
}

void duos_loop_stop(duos_loop *loop)
{
    if (loop != NULL) {
        loop->stopping = true;
    }
}

int64_t duos_loop_next_timeout_ms(const duos_loop *loop)
{
    uint64_t due;
    uint64_t now;

    if (loop == NULL) {
        return -1;
    }
    due = duos__timers_next(&loop->timers);
    if (loop->deferred != NULL || loop->stopping) {
        return 0;
    }
    if (due == UINT64_MAX) {
        return -1;
    }
    now = sys_now_ns();
    return due > now ? duos__ns_to_wait_ms(due - now) : 0;
}

/* ---- timers ----------------------------------------------------------- */

static void fire_timer(duos__timer *node)
{
    duos_timer *timer = (duos_timer *)node;

    timer->on_timer(timer, timer->user);
}

duos_err duos_timer_init(duos_timer *timer, duos_loop *loop,
                         void (*on_timer)(duos_timer *timer, void *user),
                         void *user)
{
    if (timer == NULL || loop == NULL || on_timer == NULL) {
        return DUOS_EINVAL;
    }
    memset(timer, 0, sizeof *timer);
    timer->node.fire = fire_timer;
    timer->loop = loop;
    timer->on_timer = on_timer;
    timer->user = user;
    return DUOS_OK;
}

/* Counts from the clock, not from the turn, which may have begun long ago. */
duos_err duos_timer_start(duos_timer *timer, int64_t delay_ms)
{
    if (timer == NULL || timer->loop == NULL) {
        return DUOS_EINVAL;
    }
    if (delay_ms < 0) {
        return DUOS_ERANGE;
    }
    return duos__timers_start(&timer->loop->timers, &timer->node,
                              duos__after_ms(sys_now_ns(), delay_ms));
}

void duos_timer_stop(duos_timer *timer)
{
    if (timer != NULL && timer->loop != NULL) {
        duos__timers_stop(&timer->loop->timers, &timer->node);
    }
}

bool duos_timer_active(const duos_timer *timer)
{
    return timer != NULL && timer->node.position != 0;
}

/* ---- posts ------------------------------------------------------------ */

duos_err duos_post_init(duos_post *post,
                        void (*on_post)(duos_post *post, void *user),
                        void *user)
{
    if (post == NULL || on_post == NULL) {
        return DUOS_EINVAL;
    }
    memset(post, 0, sizeof *post);
    post->on_post = on_post;
    post->user = user;
    return DUOS_OK;
}

/* Only the first post since the loop has looked needs to wake it. */
duos_err duos_loop_post(duos_loop *loop, duos_post *post)
{
    bool must_wake;
    duos_err err = DUOS_OK;

    if (loop == NULL || post == NULL || post->on_post == NULL) {
        return DUOS_EINVAL;
    }
    duos__mailbox_push(&loop->posts, (duos__node *)(void *)&post->node,
                       &must_wake);
    if (must_wake) {
        err = duos_poller_wakeup(loop->poller);
    }
    if (err != DUOS_OK) {
        duos__mailbox_untold(&loop->posts);
    }
    return err;
}

/* ---- watches ---------------------------------------------------------- */

/* What is not wanted any more since an earlier event of the batch is left. */
static void watch_ready(duos__watcher *watcher, unsigned events)
{
    duos_watch *watch = (duos_watch *)watcher;
    unsigned interest =
        duos__poller_find(watch->loop->poller, watch->token)->slot.link;

    events &= interest | DUOS_ERROR | DUOS_HANGUP;
    if (interest != 0 && events != 0) {
        watch->on_ready(watch, events, watch->user);
    }
}

duos_err duos_watch_init(duos_watch *watch, duos_loop *loop,
                         void (*on_ready)(duos_watch *watch, unsigned events,
                                          void *user),
                         void *user)
{
    if (watch == NULL || loop == NULL || on_ready == NULL) {
        return DUOS_EINVAL;
    }
    memset(watch, 0, sizeof *watch);
    watch->watcher.ready = watch_ready;
    watch->loop = loop;
    watch->on_ready = on_ready;
    watch->user = user;
    return DUOS_OK;
}

duos_err duos_watch_start(duos_watch *watch, duos_socket s, unsigned interest)
{
    if (watch == NULL || watch->loop == NULL) {
        return DUOS_EINVAL;
    }
    if (watch->token.value != 0) {
        return DUOS_EBUSY;
    }
    return duos_poller_add(watch->loop->poller, s, interest, &watch->watcher,
                           &watch->token);
}

duos_err duos_watch_set(duos_watch *watch, unsigned interest)
{
    if (watch == NULL || watch->loop == NULL) {
        return DUOS_EINVAL;
    }
    return duos_poller_mod(watch->loop->poller, watch->token, interest);
}

void duos_watch_stop(duos_watch *watch)
{
    if (watch != NULL && watch->token.value != 0) {
        (void)duos_poller_del(watch->loop->poller, watch->token);
        watch->token.value = 0;
    }
}
