/* SPDX-License-Identifier: MIT */
/*
 * loop.h - one thread's loop: readiness, timers, and posts from other
 * threads.
 *
 * A turn of the loop waits for events, calls those who watch them, fires the
 * timers that are due, runs what was posted, and ends by closing what was
 * marked for it. A callback may start, stop, close or destroy anything; what
 * it ends gets no further callback, and memory goes at the end of the turn.
 *
 * An object belongs to the thread that runs its loop. duos_loop_post and
 * duos_poller_wakeup are the only calls from elsewhere.
 */
#ifndef DUOSOCK_LOOP_H
#define DUOSOCK_LOOP_H

#include <duosock/poller.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A loop.
 *
 * Life cycle: duos_loop_create; objects are made on it and ended;
 * duos_loop_destroy. Servers, clients, timers and watches of a loop must be
 * ended before it.
 */
typedef struct duos_loop duos_loop;

/*
 * How a loop is made. Set by duos_loop_config_init.
 *
 * backend, ignore_env: as in duos_poller_config.
 * alloc: for the loop and all that is made on it; NULL: duos_alloc_default().
 * recv_buffer: bytes of the one buffer that all connections receive into;
 *     512..1 GiB.
 */
typedef struct duos_loop_config {
    size_t size;
    duos_poller_backend backend;
    bool ignore_env;
    const duos_alloc *alloc;
    size_t recv_buffer;
} duos_loop_config;

/*
 * Fills in the defaults: AUTO, the C allocator, 64 KiB.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_loop_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_loop_config_init(duos_loop_config *config, size_t size);
#define duos_loop_config_init(config)                                          \
    (duos_loop_config_init)(config, sizeof(duos_loop_config))

/*
 * Makes a loop.
 *
 * config: NULL means the defaults.
 * out: receives the loop.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL out, a config of an unknown size
 *     or an unknown backend; DUOS_ERANGE for recv_buffer; DUOS_ENOTSUP for a
 *     backend that this system lacks; DUOS_ENOMEM; DUOS_EMFILE; the system's
 *     code.
 * Ownership: the caller destroys it.
 * Blocking: never.
 * Thread: the loop belongs to the thread that runs it.
 */
DUOS_API DUOS_CHECKED duos_err duos_loop_create(const duos_loop_config *config,
                                                duos_loop **out);

/*
 * Ends a loop. Posts that were not run yet are dropped without a call.
 *
 * loop: NULL is ignored.
 *
 * Returns: DUOS_OK; DUOS_EBUSY while the loop runs, with nothing done.
 * Blocking: never.
 * Thread: the loop's; no other thread may post any more.
 */
DUOS_API duos_err duos_loop_destroy(duos_loop *loop);

/*
 * Runs turns until duos_loop_stop.
 *
 * Returns: DUOS_OK when stopped; DUOS_EINVAL for NULL; DUOS_EBUSY when the
 *     loop is running already (a callback must not run it again); what the
 *     poller said when waiting is not possible any more.
 * Blocking: until duos_loop_stop.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_loop_run(duos_loop *loop);

/*
 * Runs one turn, for a host that has a loop of its own.
 *
 * timeout_ms: the longest that the turn waits for an event; 0 does not wait;
 *     less than 0 has no limit but the next timer.
 *
 * Returns: DUOS_OK; DUOS_ECANCELED when duos_loop_stop asked for an end, in
 *     this turn or before it: the turn was run, and the request is taken;
 *     DUOS_EINVAL for NULL; DUOS_EBUSY when the loop is running already; what
 *     the poller said.
 * Blocking: at most timeout_ms, besides the callbacks.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_loop_step(duos_loop *loop, int64_t timeout_ms);

/*
 * Makes duos_loop_run return at the end of the current turn, or of the next
 * one when it does not run; duos_loop_step then says DUOS_ECANCELED.
 *
 * loop: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's; from another thread, post it.
 */
DUOS_API void duos_loop_stop(duos_loop *loop);

/*
 * How long a host may wait before the next duos_loop_step is due.
 *
 * Returns: milliseconds, rounded up; 0 when something is due; -1 when only an
 *     event can be next, and for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API int64_t duos_loop_next_timeout_ms(const duos_loop *loop);

/*
 * The time of the current turn on a monotonic clock, in milliseconds. Only
 * differences mean something.
 *
 * Returns: milliseconds; 0 for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API uint64_t duos_loop_now_ms(const duos_loop *loop);

/*
 * The poller under a loop: for duos_poller_wakeup, duos_poller_backend_of and
 * duos_poller_os_handle. Sockets are watched through duos_watch, never with
 * duos_poller_add.
 *
 * Returns: the poller; NULL for NULL.
 * Ownership: stays with the loop.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_poller *duos_loop_poller(duos_loop *loop);

/* ---- timers ----------------------------------------------------------- */

/*
 * A timer; storage is the caller's. The fields are private.
 *
 * Life cycle: duos_timer_init, any number of start and stop. A timer that is
 * not started holds nothing and may simply go out of scope; a started one
 * must stay where it is.
 */
typedef struct duos_timer {
    struct duos__timer {
        uint64_t due_ns;
        uint32_t sequence; /* of its start: the first started fires first */
        uint32_t position; /* in the heap + 1; 0 when not started */
        void (*fire)(struct duos__timer *timer);
    } node;
    struct duos_loop *loop;
    void (*on_timer)(struct duos_timer *timer, void *user);
    void *user;
} duos_timer;

/*
 * Prepares a timer.
 *
 * on_timer: is called once per start, never early; the timer is not started
 *     any more then and may be started again.
 * user: is passed on; may be NULL.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL timer, loop or on_timer.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_timer_init(duos_timer *timer, duos_loop *loop,
                                  void (*on_timer)(duos_timer *timer,
                                                   void *user),
                                  void *user);

/*
 * Starts a timer, or starts it anew. Timers that are due at the same time
 * fire in the order of their starts.
 *
 * delay_ms: 0 or more, at most about 292 years (larger values mean that).
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or a timer without duos_timer_init;
 *     DUOS_ERANGE for a negative delay; DUOS_ENOMEM, with the timer as it
 *     was.
 * Blocking: never. O(log n).
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_timer_start(duos_timer *timer,
                                                int64_t delay_ms);

/*
 * Stops a timer; one that is not started is no error.
 *
 * timer: NULL is ignored.
 *
 * Blocking: never. O(log n).
 * Thread: the loop's.
 */
DUOS_API void duos_timer_stop(duos_timer *timer);

/*
 * Whether a timer is started.
 *
 * Returns: true or false; false for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API bool duos_timer_active(const duos_timer *timer);

/* ---- posts ------------------------------------------------------------ */

/*
 * A message to a loop; storage is the caller's, so posting cannot fail for
 * want of memory. The fields are private.
 *
 * Life cycle: duos_post_init; duos_loop_post; from then until on_post begins
 * it must stay and must not be posted again. It is free in on_post.
 */
typedef struct duos_post {
    struct duos__post_node {
        struct duos__post_node *next;
    } node;
    void (*on_post)(struct duos_post *post, void *user);
    void *user;
} duos_post;

/*
 * Prepares a post.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL post or on_post.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_err duos_post_init(duos_post *post,
                                 void (*on_post)(duos_post *post, void *user),
                                 void *user);

/*
 * Has on_post called on the loop's thread, in the order of the posts.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL; what duos_poller_wakeup said, in
 *     which case the post is queued all the same, and runs when the loop is
 *     woken: by the next post, or by duos_poller_wakeup. So does a post of
 *     another thread that came in the moment of such a failure.
 * Ownership: the post stays the caller's, but must not be touched until
 *     on_post.
 * Blocking: never, besides a lock that is held for a few instructions.
 * Thread: any.
 */
DUOS_API duos_err duos_loop_post(duos_loop *loop, duos_post *post);

/* ---- watches ---------------------------------------------------------- */

/*
 * Watches one socket, or a foreign handle that the system's poller accepts;
 * storage is the caller's. The fields are private.
 *
 * Life cycle: duos_watch_init, duos_watch_start, duos_watch_stop. A started
 * watch must stay where it is, and its socket open.
 */
typedef struct duos_watch {
    struct duos__watcher {
        void (*ready)(struct duos__watcher *watcher, unsigned events);
    } watcher;
    duos_token token; /* 0 when not started */
    struct duos_loop *loop;
    void (*on_ready)(struct duos_watch *watch, unsigned events, void *user);
    void *user;
} duos_watch;

/*
 * Prepares a watch.
 *
 * on_ready: is called with DUOS_READ, DUOS_WRITE, DUOS_ERROR, DUOS_HANGUP as
 *     long as the socket is ready.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL watch, loop or on_ready.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_watch_init(duos_watch *watch, duos_loop *loop,
                                  void (*on_ready)(duos_watch *watch,
                                                   unsigned events, void *user),
                                  void *user);

/*
 * Begins to watch a socket.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, an unknown interest or a watch
 *     without duos_watch_init; DUOS_EBUSY when the watch is started;
 *     DUOS_EBADF, DUOS_EEXIST, DUOS_ENOMEM and others as duos_poller_add.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_watch_start(duos_watch *watch,
                                                duos_socket s,
                                                unsigned interest);

/*
 * Changes what a started watch waits for.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown interest;
 *     DUOS_EBADHANDLE when it is not started; the system's code.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_watch_set(duos_watch *watch,
                                              unsigned interest);

/*
 * Ends watching; a watch that is not started is no error. No call comes
 * after this, not even for an event of the same turn.
 *
 * watch: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_watch_stop(duos_watch *watch);

#ifdef __cplusplus
}
#endif

#endif
