/* SPDX-License-Identifier: MIT */
/*
 * option.h - socket options with one meaning.
 *
 * An option is set and read by a typed function that fits its kind. There are
 * three answers: set (DUOS_OK), not supported by this system or this socket
 * (DUOS_ENOTSUP), and refused (any other code). A call that does not give
 * DUOS_OK has changed nothing. Every option is listed in docs/options.md.
 *
 * What is set on an IPv6 socket holds for IPv4 through it, too, as far as the
 * system has the option for that.
 *
 * An option that needs a call or a field that duosock does not have is not
 * among them: joined datagrams, for one, need the length of each. The raw
 * calls set those.
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
    DUOS_KIND_ERROR,    /* duos_take_error */
    DUOS_KIND_TEXT      /* duos_set_text, duos_get_text */
} duos_opt_kind;

/* Which sockets can have an option; all others get DUOS_ENOTSUP. */
typedef enum duos_opt_scope {
    DUOS_FOR_ANY = 1, /* every socket */
    DUOS_FOR_STREAM,  /* streams of every family */
    DUOS_FOR_IP,      /* IPv4 and IPv6, TCP and UDP */
    DUOS_FOR_IPV6,
    DUOS_FOR_TCP,
    DUOS_FOR_UDP,
    DUOS_FOR_UDP_IPV4
} duos_opt_scope;

/*
 * Every option: name, kind, whether it can be set, smallest and largest value
 * (of a text: length), which sockets can have it, what it does. The page
 * docs/options.md is made of this and of the rows of the platforms.
 */
#define DUOS_OPTION_MAP(X)                                                     \
    X(BROADCAST, BOOL, true, 0, 1, UDP,                                        \
      "allow sending to broadcast addresses")                                  \
    X(KEEPALIVE, BOOL, true, 0, 1, STREAM, "probe an idle connection")         \
    X(KEEPALIVE_IDLE, INT, true, 1, 32767, TCP,                                \
      "seconds before the first probe")                                        \
    X(KEEPALIVE_INTERVAL, INT, true, 1, 32767, TCP,                            \
      "seconds between two probes")                                            \
    X(KEEPALIVE_COUNT, INT, true, 1, 127, TCP, "probes before giving up")      \
    X(LINGER, LINGER, true, 0, 65535, STREAM,                                  \
      "what close does with unsent bytes")                                     \
    X(SEND_BUFFER, INT, true, 1, INT32_MAX, ANY,                               \
      "send buffer in bytes, at least")                                        \
    X(RECV_BUFFER, INT, true, 1, INT32_MAX, ANY,                               \
      "receive buffer in bytes, at least")                                     \
    X(SEND_TIMEOUT, MS, true, 0, INT32_MAX, ANY, "limit of a blocking send")   \
    X(RECV_TIMEOUT, MS, true, 0, INT32_MAX, ANY,                               \
      "limit of a blocking receive")                                           \
    X(NODELAY, BOOL, true, 0, 1, TCP, "send small segments at once")           \
    X(V6ONLY, BOOL, true, 0, 1, IPV6, "take no IPv4; before bind")             \
    X(TTL, INT, true, 1, 255, IP, "hops that a unicast packet may make")       \
    X(OOB_INLINE, BOOL, true, 0, 1, TCP, "out-of-band byte within the stream") \
    X(ERROR, ERROR, false, 0, 0, ANY, "pending error, taken and cleared")      \
    X(TYPE, INT, false, 0, 0, ANY, "DUOS_STREAM or DUOS_DGRAM")                \
    X(LISTENING, BOOL, false, 0, 1, STREAM, "socket is a listener")            \
    X(FAMILY, INT, false, 0, 0, ANY, "DUOS_IPV4, DUOS_IPV6 or DUOS_UNIX")      \
    X(PROTOCOL, INT, false, 0, 0, IP, "protocol number: 6 TCP, 17 UDP")        \
    X(REUSE, INT, true, 0, 1, IP, "a duos_reuse; before bind")                 \
    X(SEND_LOWAT, INT, true, 1, INT32_MAX, ANY,                                \
      "writable from this much room on")                                       \
    X(RECV_LOWAT, INT, true, 1, INT32_MAX, ANY,                                \
      "readable from so many bytes on")                                        \
    X(DONTROUTE, BOOL, true, 0, 1, IP, "send to hosts on the link only")       \
    X(PRIORITY, INT, true, 0, 15, ANY, "class of its packets in queues")       \
    X(MARK, INT, true, 0, INT32_MAX, ANY, "mark for routing and filters")      \
    X(BIND_DEVICE, TEXT, true, 0, 15, IP,                                      \
      "use this interface alone; empty: any")                                  \
    X(TIMESTAMP, BOOL, true, 0, 1, ANY, "tell when a datagram came, in us")    \
    X(TIMESTAMP_NS, BOOL, true, 0, 1, ANY, "tell when a datagram came, in ns") \
    X(BUSY_POLL, INT, true, 0, 1000000, IP, "us to poll the device in a wait") \
    X(INCOMING_CPU, INT, true, 0, 65535, IP,                                   \
      "processor that takes its packets")                                      \
    X(PEEK_OFFSET, INT, true, -1, INT32_MAX, UDP,                              \
      "where a peek begins; -1: off")                                          \
    X(PACING_RATE, INT, true, 1, INT32_MAX, IP, "bytes a second, at most")     \
    X(CORK, BOOL, true, 0, 1, TCP, "hold back partial segments until off")     \
    X(QUICKACK, BOOL, true, 0, 1, TCP, "acknowledge at once; not lasting")     \
    X(USER_TIMEOUT, MS, true, 0, INT32_MAX, TCP,                               \
      "unanswered data ends it; 0: default")                                   \
    X(CONNECT_TIMEOUT, MS, true, 1, 75000, TCP,                                \
      "limit of a connect by the system")                                      \
    X(MAXSEG, INT, true, 88, 32767, TCP, "largest segment in bytes")           \
    X(NOTSENT_LOWAT, INT, true, 0, INT32_MAX, TCP,                             \
      "writable below this much unsent")                                       \
    X(FASTOPEN, INT, true, 0, 4096, TCP,                                       \
      "early connections of a listener; 0: off")                               \
    X(FASTOPEN_CONNECT, BOOL, true, 0, 1, TCP,                                 \
      "the first bytes go with the SYN")                                       \
    X(CONGESTION, TEXT, true, 1, 15, TCP, "congestion control, by name")       \
    X(DEFER_ACCEPT, MS, true, 0, 3600000, TCP,                                 \
      "accept when data came, or after that")                                  \
    X(LINGER2, INT, true, 1, 120, TCP, "seconds in FIN-WAIT-2")                \
    X(SYN_COUNT, INT, true, 1, 127, TCP, "repeated SYN before giving up")      \
    X(WINDOW_CLAMP, INT, true, 4096, INT32_MAX, TCP,                           \
      "largest window in bytes")                                               \
    X(THIN_LINEAR, BOOL, true, 0, 1, TCP,                                      \
      "no back-off on streams with few bytes")                                 \
    X(TOS, INT, true, 0, 255, IP, "type of service, traffic class")            \
    X(DSCP, INT, true, 0, 63, IP, "upper six bits of TOS, by duos_dscp_parse") \
    X(DONTFRAG, BOOL, true, 0, 1, UDP, "never cut a datagram: DUOS_EMSGSIZE")  \
    X(PATH_MTU, INT, false, 0, 0, IP, "largest packet to the connected peer")  \
    X(MIN_TTL, INT, true, 0, 255, IP, "drop packets with fewer hops left")     \
    X(PKTINFO, BOOL, true, 0, 1, UDP, "tell where a datagram arrived")         \
    X(RECV_TTL, BOOL, true, 0, 1, UDP, "tell the hops a datagram had left")    \
    X(RECV_TOS, BOOL, true, 0, 1, UDP, "tell the traffic class of a datagram") \
    X(RECV_ERROR, BOOL, true, 0, 1, IP, "keep errors for duos_take_report")    \
    X(FREEBIND, BOOL, true, 0, 1, IP, "bind to addresses of no interface")     \
    X(TRANSPARENT, BOOL, true, 0, 1, IP, "transparent proxy; privileged")      \
    X(BIND_NO_PORT, BOOL, true, 0, 1, IP,                                      \
      "bind to port 0 picks one at connect")                                   \
    X(UNICAST_IF, INT, true, 0, INT32_MAX, IP,                                 \
      "interface of what is sent, by index")                                   \
    X(MULTICAST_IF, INT, true, 0, INT32_MAX, UDP,                              \
      "the same for multicast; 0: any")                                        \
    X(MULTICAST_TTL, INT, true, 0, 255, UDP, "hops that multicast may make")   \
    X(MULTICAST_LOOP, BOOL, true, 0, 1, UDP,                                   \
      "multicast reaches this host, too")                                      \
    X(MULTICAST_ALL, BOOL, true, 0, 1, UDP, "take groups that others joined")  \
    X(AUTO_FLOWLABEL, BOOL, true, 0, 1, IPV6, "flow label made by the system") \
    X(SEGMENT, INT, true, 0, 65535, UDP,                                       \
      "cut one send into so long datagrams")                                   \
    X(RANDOM_PORT, BOOL, true, 0, 1, IP, "a port of the system's is random")   \
    X(PAUSE_ACCEPT, BOOL, true, 0, 1, TCP, "refuse until accept is called")    \
    X(CONDITIONAL_ACCEPT, BOOL, true, 0, 1, TCP, "accept decides on each SYN") \
    X(RECV_BROADCAST, BOOL, true, 0, 1, UDP_IPV4, "take broadcasts")           \
    X(MAX_MESSAGE, INT, false, 0, 0, UDP, "longest datagram in bytes")         \
    X(CONNECT_TIME, INT, false, 0, 0, TCP, "seconds connected; -1: not")

typedef enum duos_opt {
    DUOS_OPT_NONE = 0,
#define DUOS_OPTION_ENUM(name, kind, settable, min, max, scope, text)          \
    DUOS_OPT_##name,
    DUOS_OPTION_MAP(DUOS_OPTION_ENUM)
#undef DUOS_OPTION_ENUM
    DUOS_OPT_COUNT /* one more than the last option */
} duos_opt;

/* What our table says of one option. */
typedef struct duos_opt_info {
    const char *name; /* "KEEPALIVE_IDLE" */
    const char *text; /* what it does, one line */
    duos_opt_kind kind;
    duos_opt_scope scope;
    bool settable;
    int32_t min;
    int32_t max;
} duos_opt_info;

/* Bytes that every text of an option fits into, with its final NUL. */
#define DUOS_OPT_TEXT_MAX 16

/* Bytes that duos_opt_explain needs at most, with the final NUL. */
#define DUOS_OPT_EXPLAIN_MAX 128

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
 * Whether this system has an option for this socket, found out by reading it:
 * the same program meets systems and kernels that differ. Setting may still
 * be refused, to an unprivileged user for one.
 *
 * Returns: DUOS_OK; DUOS_ENOTSUP; DUOS_EINVAL for a number that is no option;
 *     DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_opt_supported(duos_socket s, duos_opt opt);

/*
 * Says in words what the answer to an option was: its name, what the code
 * means, the range that a value must be in, or what the system calls it:
 * "TTL: value out of range, 1 to 255", "MARK: permission denied (EPERM)".
 *
 * err: what one of the functions below returned.
 * out: receives the text, NUL-terminated; "" after a failure.
 * cap: bytes of room; DUOS_OPT_EXPLAIN_MAX is always enough.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or a number that is no option;
 *     DUOS_ENOSPACE.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_opt_explain(duos_opt opt, duos_err err,
                                                char *out, size_t cap);

/*
 * Sets an on-off option.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an option that is no BOOL or cannot be
 *     set; DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: QUICKACK holds until the kernel decides anew, with the next
 *     segments: set it again after each receive that needs it.
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
 *     DUOS_ENOENT for an interface that is not there (UNICAST_IF,
 *     MULTICAST_IF); DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows ignores TOS, and therefore DSCP: there it is
 *     DUOS_ENOTSUP. The low two bits of TOS are the kernel's on TCP. FASTOPEN
 *     is on or off where the system knows no number: 1 is read back.
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
 *     bookkeeping; do not compare buffer sizes for equality. What Linux
 *     cannot tell is MULTICAST_IF over IPv4: DUOS_ENOTSUP.
 * Source: getsockopt(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_get_int(duos_socket s, duos_opt opt,
                                            int32_t *value);

/*
 * Sets a time limit in milliseconds; 0 means none. It is rounded up to what
 * the system counts in, never down: DEFER_ACCEPT on Linux, USER_TIMEOUT on
 * Windows and macOS and CONNECT_TIMEOUT are seconds.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an option that is no MS; DUOS_ERANGE for
 *     a value outside of the option's range, with nothing set; DUOS_ENOTSUP;
 *     DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: SEND_TIMEOUT and RECV_TIMEOUT act on blocking sockets; the call
 *     then gives DUOS_EWOULDBLOCK on POSIX and DUOS_ETIMEDOUT on Windows.
 * Source: setsockopt(2) SO_RCVTIMEO.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_ms(duos_socket s, duos_opt opt,
                                           int32_t value);

/*
 * Reads a time limit in milliseconds; 0 means none.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an option that is no MS;
 *     DUOS_ENOTSUP; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_ms(duos_socket s, duos_opt opt,
                                           int32_t *value);

/*
 * Sets what close does with unsent bytes.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ERANGE for seconds outside
 *     0..65535; DUOS_ENOTSUP for datagrams; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: setsockopt(2) SO_LINGER.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_linger(duos_socket s,
                                               const duos_linger *value);

/*
 * Reads what close does with unsent bytes.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOTSUP for datagrams;
 *     DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_linger(duos_socket s,
                                               duos_linger *value);

/*
 * Sets a name: CONGESTION, or BIND_DEVICE.
 *
 * value: NUL-terminated.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an option that is no TEXT;
 *     DUOS_ERANGE for one that is too short or too long; DUOS_ENOENT for an
 *     interface that is not there (BIND_DEVICE); DUOS_ENOTSUP; DUOS_EBADF; the
 *     system's code.
 * Blocking: never.
 * Thread: any.
 * Source: tcp(7) TCP_CONGESTION, socket(7) SO_BINDTODEVICE.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_text(duos_socket s, duos_opt opt,
                                             const char *value);

/*
 * Reads a name.
 *
 * value: receives it, NUL-terminated.
 * cap: bytes of room; DUOS_OPT_TEXT_MAX is always enough.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an option that is no TEXT;
 *     DUOS_ENOSPACE when it does not fit; DUOS_ENOTSUP; DUOS_EBADF; the
 *     system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_text(duos_socket s, duos_opt opt,
                                             char *value, size_t cap);

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
 * Takes one of the errors that RECV_ERROR keeps, the oldest, and tells what
 * it is about. With that option on, each error that concerns an earlier
 * datagram is kept, of a socket that is not connected, too. Until all are
 * taken a poller tells of the socket each time: DUOS_ERROR, or DUOS_READ with
 * nothing to receive. A receive or a send may give the code of one of them,
 * DUOS_ECONNREFUSED for one, and does not take it. So whenever DUOS_ERROR or
 * such a code is seen, take until DUOS_EWOULDBLOCK. Without the option a
 * socket keeps none.
 *
 * to: receives where the datagram was sent to, or the unspecified address if
 *     the system does not tell; may be NULL.
 * what: receives the error.
 *
 * Returns: DUOS_OK; DUOS_EWOULDBLOCK when none is kept; DUOS_EINVAL for NULL;
 *     DUOS_ENOTSUP where there is no RECV_ERROR; DUOS_EBADF; the system's
 *     code.
 * Blocking: never.
 * Thread: any.
 * Platform: Linux alone. The bytes of the datagram are not kept for you.
 * Source: ip(7) IP_RECVERR, MSG_ERRQUEUE.
 */
DUOS_API DUOS_CHECKED duos_err duos_take_report(duos_socket s, duos_addr *to,
                                                duos_err *what);

/*
 * Says how the local address may be shared; call it before duos_bind.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an unknown policy; DUOS_ENOTSUP for a unix
 *     socket, and for DUOS_REUSE_SHARED where the kernel would not balance;
 *     DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: SO_REUSEADDR is never set on a Windows stream socket, because
 *     there it lets another program steal the port.
 */
DUOS_API DUOS_CHECKED duos_err duos_set_reuse(duos_socket s, duos_reuse policy);

/*
 * Reads how the local address may be shared; DUOS_OPT_REUSE is the same as a
 * number.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOTSUP for a unix socket;
 *     DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_reuse(duos_socket s,
                                              duos_reuse *policy);

/*
 * The value of a DSCP name, for DUOS_OPT_DSCP: "ef", "af41", "cs5", "va",
 * "le", "df" (also "be"), in any case; or its number, "0" to "63".
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESYNTAX for an unknown name;
 *     DUOS_ERANGE for a number over 63.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 2474, 2597, 3246, 5865, 8622.
 */
DUOS_API DUOS_CHECKED duos_err duos_dscp_parse(const char *text, int32_t *dscp);

/*
 * The name of a DSCP value, in upper case: "EF".
 *
 * Returns: a static string; "" for a value that has none.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const char *duos_dscp_name(int32_t dscp);

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
