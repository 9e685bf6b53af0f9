/* SPDX-License-Identifier: MIT */
/*
 * poller.h - readiness of many sockets, with the best that the system has.
 *
 * Level-triggered on every backend: a socket is reported as long as it is
 * ready. DUOS_READ and DUOS_WRITE are promised; DUOS_HANGUP and DUOS_ERROR
 * are hints. An event may be spurious: recv then says DUOS_EWOULDBLOCK. A
 * connect that failed always reports DUOS_WRITE. Interest 0 reports nothing.
 *
 * duos_poller_add gives a token that carries a generation. An event of a
 * socket that was removed reaches nobody, even if the number of the socket is
 * in use again; a token that is out of date gives DUOS_EBADHANDLE.
 *
 * Remove a socket before you close it.
 */
#ifndef DUOSOCK_POLLER_H
#define DUOSOCK_POLLER_H

#include <duosock/alloc.h>
#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A poller.
 *
 * Life cycle: duos_poller_create, any number of add, mod, del and wait,
 * duos_poller_destroy. It never closes the sockets.
 */
typedef struct duos_poller duos_poller;

/* Names a socket within a poller: slot and generation. 0 is never one. */
typedef struct duos_token {
    uint64_t value;
} duos_token;

/* Which mechanism. */
typedef enum duos_poller_backend {
    DUOS_POLLER_AUTO = 0, /* the best that starts */
    DUOS_POLLER_EPOLL,
    DUOS_POLLER_KQUEUE,
    DUOS_POLLER_AFD,
    DUOS_POLLER_POLL,
    DUOS_POLLER_SELECT,
    DUOS_POLLER_SIM
} duos_poller_backend;

/*
 * How a poller is made. Set by duos_poller_config_init.
 *
 * backend: a named one is strict: it starts or the call fails.
 * ignore_env: true pays no heed to DUOSOCK_POLLER, which otherwise names the
 *     backend where AUTO is asked for (a user's way to diagnose). The simulator
 *     has one backend and pays no heed to it either.
 */
typedef struct duos_poller_config {
    size_t size;
    duos_poller_backend backend;
    bool ignore_env;
    const duos_alloc *alloc; /* NULL: duos_alloc_default() */
} duos_poller_config;

/* One socket that is ready. */
typedef struct duos_poll_event {
    duos_token token;
    void *user;      /* as given to duos_poller_add */
    uint32_t events; /* DUOS_READ, DUOS_WRITE, DUOS_ERROR, DUOS_HANGUP */
} duos_poll_event;

/*
 * Fills in the defaults.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_poller_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_poller_config_init(duos_poller_config *config, size_t size);
#define duos_poller_config_init(config)                                        \
    (duos_poller_config_init)(config, sizeof(duos_poller_config))

/*
 * Makes a poller.
 *
 * config: NULL means the defaults.
 * out: receives the poller.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL out, a config of an unknown size
 *     or an unknown backend, also in DUOSOCK_POLLER; DUOS_ENOTSUP for a
 *     backend that this system lacks; DUOS_ENOMEM; DUOS_EMFILE; the system's
 *     code.
 * Ownership: the caller destroys it.
 * Blocking: never.
 * Thread: the poller belongs to one thread at a time.
 */
DUOS_API DUOS_CHECKED duos_err
duos_poller_create(const duos_poller_config *config, duos_poller **out);

/*
 * Ends a poller. The sockets stay open.
 *
 * poller: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the poller's; no other thread may be in duos_poller_wakeup.
 */
DUOS_API void duos_poller_destroy(duos_poller *poller);

/*
 * Which mechanism a poller uses; DUOS_POLLER_AUTO for NULL.
 *
 * Returns: the backend, never AUTO for a poller.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_poller_backend duos_poller_backend_of(const duos_poller *poller);

/*
 * The name of a backend: "epoll", "select", ...
 *
 * Returns: a static string; "auto" for AUTO, "unknown" for any other number.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const char *duos_poller_backend_name(duos_poller_backend backend);

/*
 * The backend of a name, for command lines.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown name.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err
duos_poller_backend_parse(const char *name, duos_poller_backend *out);

/*
 * The backends that were compiled in, best first.
 *
 * list: receives up to cap of them; NULL only if cap is 0.
 *
 * Returns: how many there are, which may be more than cap.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API size_t duos_poller_backends(duos_poller_backend *list, size_t cap);

/*
 * Begins to watch a socket.
 *
 * interest: DUOS_READ, DUOS_WRITE, both, or 0 to be told nothing yet.
 * user: comes back with each event; may be NULL.
 * out: receives the token.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or an unknown interest;
 *     DUOS_EBADF for an invalid or closed socket; DUOS_EEXIST when it is
 *     watched already; DUOS_EPERM or DUOS_ENOTSOCK for what cannot be
 *     watched; DUOS_ENOMEM; the system's code.
 * Ownership: the socket stays the caller's and must stay open until
 *     duos_poller_del.
 * Blocking: never.
 * Thread: the poller's.
 * Platform: poll and select on POSIX find out at the wait that a descriptor
 *     is not open, and report DUOS_ERROR then.
 */
DUOS_API DUOS_CHECKED duos_err duos_poller_add(duos_poller *poller,
                                               duos_socket s, unsigned interest,
                                               void *user, duos_token *out);

/*
 * Changes what a socket is watched for.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown interest;
 *     DUOS_EBADHANDLE for a token that is not valid any more; the system's
 *     code.
 * Blocking: never.
 * Thread: the poller's.
 */
DUOS_API DUOS_CHECKED duos_err duos_poller_mod(duos_poller *poller,
                                               duos_token token,
                                               unsigned interest);

/*
 * Ends watching a socket. No event of it is reported after this.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADHANDLE for a token that is
 *     not valid any more.
 * Blocking: never.
 * Thread: the poller's.
 */
DUOS_API duos_err duos_poller_del(duos_poller *poller, duos_token token);

/*
 * Waits until sockets are ready.
 *
 * events: receives up to cap of them, cap at least 1.
 * timeout_ms: 0 asks without waiting; less than 0 waits without limit. The
 *     wait is never shorter, and signals do not cut it short.
 * count: receives the number of events; 0 after a timeout or a wake-up.
 *
 * Returns: DUOS_OK, also for 0 events; DUOS_EINVAL for a NULL or cap 0; the
 *     system's code.
 * Blocking: at most timeout_ms.
 * Thread: the poller's.
 */
DUOS_API DUOS_CHECKED duos_err duos_poller_wait(duos_poller *poller,
                                                duos_poll_event *events,
                                                size_t cap, int64_t timeout_ms,
                                                size_t *count);

/*
 * Makes the current wait, or the next one, return at once. Many wake-ups may
 * become one.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; the system's code.
 * Blocking: never.
 * Thread: any; with duos_loop_post the only call that may come from another
 *     thread.
 */
DUOS_API duos_err duos_poller_wakeup(duos_poller *poller);

/*
 * A descriptor that a foreign loop can poll for readability: it is readable
 * when duos_poller_wait with timeout 0 would report something.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOTSUP where the backend has
 *     none (all but epoll and kqueue).
 * Ownership: stays with the poller.
 * Blocking: never.
 * Thread: the poller's.
 */
DUOS_API DUOS_CHECKED duos_err duos_poller_os_handle(const duos_poller *poller,
                                                     intptr_t *out);

#ifdef __cplusplus
}
#endif

#endif
