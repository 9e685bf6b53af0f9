/* SPDX-License-Identifier: MIT */
/*
 * option.h - socket options with one meaning.
 *
 * An option is set and read by a typed function that fits its kind. There are
 * three answers: set (DUOS_OK), not supported by this system or this socket
 * (DUOS_ENOTSUP), and refused (any other code).
 */
#ifndef DUOSOCK_OPTION_H
#define DUOSOCK_OPTION_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What kind of value an option has, and which functions take it. */
typedef enum duos_opt_kind {
    DUOS_KIND_BOOL = 1, /* duos_set_bool, duos_get_bool */
    DUOS_KIND_INT,      /* duos_set_int, duos_get_int */
    DUOS_KIND_MS,       /* duos_set_ms, duos_get_ms */
    DUOS_KIND_LINGER,   /* duos_set_linger, duos_get_linger */
    DUOS_KIND_ERROR     /* duos_take_error */
} duos_opt_kind;

/*
 * Every option: name, kind, whether it can be set, smallest and largest
 * value, what it does.
 */
#define DUOS_OPTION_MAP(X)                                                     \
    X(BROADCAST, BOOL, true, 0, 1, "allow sending to broadcast addresses")     \
    X(KEEPALIVE, BOOL, true, 0, 1, "probe an idle connection")                 \
    X(KEEPALIVE_IDLE, INT, true, 1, 32767, "seconds before the first probe")   \
    X(KEEPALIVE_INTERVAL, INT, true, 1, 32767, "seconds between two probes")   \
    X(KEEPALIVE_COUNT, INT, true, 1, 127, "probes before giving up")           \
    X(LINGER, LINGER, true, 0, 65535, "what close does with unsent bytes")     \
    X(SEND_BUFFER, INT, true, 1, INT32_MAX, "send buffer in bytes")            \
    X(RECV_BUFFER, INT, true, 1, INT32_MAX, "receive buffer in bytes")         \
    X(SEND_TIMEOUT, MS, true, 0, INT32_MAX, "limit of a blocking send")        \
    X(RECV_TIMEOUT, MS, true, 0, INT32_MAX, "limit of a blocking receive")     \
    X(NODELAY, BOOL, true, 0, 1, "send small segments at once")                \
    X(V6ONLY, BOOL, true, 0, 1, "IPv6 socket takes no IPv4")                   \
    X(TTL, INT, true, 1, 255, "hops that a unicast packet may make")           \
    X(OOB_INLINE, BOOL, true, 0, 1, "out-of-band byte within the stream")      \
    X(ERROR, ERROR, false, 0, 0, "pending error, taken and cleared")           \
    X(TYPE, INT, false, 0, 0, "DUOS_STREAM or DUOS_DGRAM")                     \
    X(LISTENING, BOOL, false, 0, 1, "socket is a listener")

typedef enum duos_opt {
    DUOS_OPT_NONE = 0,
#define DUOS_OPTION_ENUM(name, kind, settable, min, max, text) DUOS_OPT_##name,
    DUOS_OPTION_MAP(DUOS_OPTION_ENUM)
#undef DUOS_OPTION_ENUM
        DUOS_OPT_COUNT /* one more than the last option */
} duos_opt;

/* What our table says of one option. */
typedef struct duos_opt_info {
    const char *name; /* "KEEPALIVE_IDLE" */
    const char *text; /* what it does, one line */
    duos_opt_kind kind;
    bool settable;
    int32_t min;
    int32_t max;
} duos_opt_info;

/*
 * What close does with unsent bytes. Off: they go out in the background. On
 * with 0 seconds: they are dropped and the peer sees a reset. On with more:
 * a blocking close waits that long.
 */
typedef struct duos_linger {
    bool on;
    int32_t seconds; /* 0..65535 */
} duos_linger;

/*
 * What our table says of an option; walk from 1 to DUOS_OPT_COUNT - 1.
 *
 * Returns: static data; NULL for a number that is no option.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const duos_opt_info *duos_opt_describe(duos_opt opt);

/*
 * Sets an on-off option.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an option that is no BOOL or cannot be
 *     set; DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: setsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_set_bool(duos_socket s, duos_opt opt,
                                             bool value);

/*
 * Reads an on-off option.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an option that is no BOOL;
 *     DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: getsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_get_bool(duos_socket s, duos_opt opt,
                                             bool *value);

/*
 * Sets a number.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an option that is no INT or cannot be
 *     set; DUOS_ERANGE outside of the option's range, with nothing set;
 *     DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: setsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_set_int(duos_socket s, duos_opt opt,
                                            int32_t value);

/*
 * Reads a number.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an option that is no INT;
 *     DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Linux gives twice the buffer size that was set, for its own
 *     bookkeeping; do not compare buffer sizes for equality.
 * Source: getsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_get_int(duos_socket s, duos_opt opt,
                                            int32_t *value);

/*
 * Sets a time limit in milliseconds; 0 means none.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an option that is no MS; DUOS_ERANGE for
 *     a negative or too large value; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: the limits act on blocking sockets; the call then gives
 *     DUOS_EWOULDBLOCK on POSIX and DUOS_ETIMEDOUT on Windows.
 * Source: setsockopt(2) SO_RCVTIMEO.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_ms(duos_socket s, duos_opt opt,
                                           int32_t value);

/*
 * Reads a time limit in milliseconds; 0 means none.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an option that is no MS;
 *     DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_ms(duos_socket s, duos_opt opt,
                                           int32_t *value);

/*
 * Sets what close does with unsent bytes.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ERANGE for seconds outside
 *     0..65535; DUOS_EBADF; the system's code, DUOS_ENOTSUP for datagrams on
 *     Windows.
 * Blocking: never.
 * Thread: any.
 * Source: setsockopt(2) SO_LINGER.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_linger(duos_socket s,
                                               const duos_linger *value);

/*
 * Reads what close does with unsent bytes.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_linger(duos_socket s,
                                               duos_linger *value);

/*
 * Takes the pending error of a socket and clears it.
 *
 * pending: receives the code, DUOS_OK if none was pending.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows does not clear the error of a failed connect.
 * Source: SO_ERROR.
 */
DUOS_API DUOS_CHECKED duos_err duos_take_error(duos_socket s,
                                               duos_err *pending);

/*
 * Says how the local address may be shared; call it before duos_bind.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an unknown policy; DUOS_ENOTSUP for
 *     DUOS_REUSE_SHARED where the kernel would not balance; DUOS_EBADF; the
 *     system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: SO_REUSEADDR is never set on a Windows stream socket, because
 *     there it lets another program steal the port.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_reuse(duos_socket s,
                                              duos_reuse policy);

/*
 * The raw call, for options that have no name here: nothing is translated.
 *
 * level, name: as the system's headers define them.
 * value: len bytes in the form that the system wants; NULL only if len is 0.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_ENOPROTOOPT for an
 *     unknown option; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: setsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_setsockopt(duos_socket s, int level,
                                               int name, const void *value,
                                               size_t len);

/*
 * The raw call, for options that have no name here: nothing is translated.
 *
 * value: receives the value.
 * len: holds the room in value, receives the bytes that were written.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_ENOPROTOOPT for an
 *     unknown option; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows may write one byte for an on-off option: zero the value
 *     first.
 * Source: getsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_getsockopt(duos_socket s, int level,
                                               int name, void *value,
                                               size_t *len);

#ifdef __cplusplus
}
#endif

#endif
