/* SPDX-License-Identifier: MIT */
/*
 * error.h - one space of error codes for POSIX and Winsock.
 *
 * A function that can fail returns a duos_err: DUOS_OK is 0, every failure is
 * negative. Codes from -1 to -999 have a name here and a number that never
 * changes. A system code without a name here is passed on as
 * -100000 - native, so nothing that the system said is lost. Results go
 * through out-parameters, which stay untouched on failure. There is no errno,
 * no WSAGetLastError and no thread-local "last error".
 *
 * Some codes are no failures but answers that a caller branches on:
 * DUOS_EWOULDBLOCK, DUOS_EINPROGRESS, DUOS_EINTERRUPTED, DUOS_EEOF.
 */
#ifndef DUOSOCK_ERROR_H
#define DUOSOCK_ERROR_H

#include <duosock/config.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Name (without the E), number, text. The names carry no E here, because
 * EAGAIN and its kin may be macros where this list is expanded. -1 to -39 are
 * general, -40 to -99 come from systems, -100 to -119 from the name service,
 * -120 to -139 from Winsock alone. docs/errors.md sets them beside the codes
 * of the systems.
 */
#define DUOS_ERROR_MAP(X)                                                      \
    X(INVAL, -1, "invalid argument")                                           \
    X(NOMEM, -2, "out of memory")                                              \
    X(WOULDBLOCK, -3, "operation would block")                                 \
    X(INPROGRESS, -4, "operation in progress")                                 \
    X(INTERRUPTED, -5, "interrupted by a signal")                              \
    X(EOF, -6, "end of stream")                                                \
    X(NOTSUP, -7, "not supported on this system")                              \
    X(TIMEDOUT, -8, "timed out")                                               \
    X(CANCELED, -9, "canceled")                                                \
    X(LIMIT, -10, "a configured limit was reached")                            \
    X(BADHANDLE, -11, "token or identifier is not valid any more")             \
    X(BUSY, -12, "already running or in use")                                  \
    X(NOENT, -13, "no such entry")                                             \
    X(EXIST, -14, "already exists")                                            \
    X(RANGE, -15, "value out of range")                                        \
    X(NOSPACE, -16, "buffer too small")                                        \
    X(NAMETOOLONG, -17, "name too long")                                       \
    X(SYNTAX, -18, "text cannot be understood")                                \
    X(STATE, -19, "not possible in this state")                                \
    X(DEADLOCK, -20, "nothing is left that could wake this call")              \
    X(STALLED, -21, "peer stopped reading")                                    \
    X(IDLE, -22, "peer was silent for too long")                               \
    X(DRAINED, -23, "closed because the server is stopping")                   \
    X(SELFCONNECT, -24, "socket connected to itself")                          \
    X(TRUNCATED, -25, "stream ended within a message")                         \
    X(BADF, -40, "not an open descriptor")                                     \
    X(NOTSOCK, -41, "not a socket")                                            \
    X(ACCES, -42, "permission denied")                                         \
    X(MFILE, -43, "too many open descriptors in this process")                 \
    X(NFILE, -44, "too many open descriptors in the system")                   \
    X(NOBUFS, -45, "no buffer space")                                          \
    X(FAULT, -46, "bad address")                                               \
    X(PERM, -47, "operation not permitted")                                    \
    X(AFNOSUPPORT, -48, "address family not supported")                        \
    X(PROTONOSUPPORT, -49, "protocol not supported")                           \
    X(PROTOTYPE, -50, "wrong protocol type for this socket")                   \
    X(SOCKTNOSUPPORT, -51, "socket type not supported")                        \
    X(OPNOTSUPP, -52, "operation not supported by this socket")                \
    X(NOPROTOOPT, -53, "no such option")                                       \
    X(ADDRINUSE, -54, "address already in use")                                \
    X(ADDRNOTAVAIL, -55, "address not available")                              \
    X(DESTADDRREQ, -56, "destination address required")                        \
    X(ISCONN, -57, "already connected")                                        \
    X(NOTCONN, -58, "not connected")                                           \
    X(ALREADY, -59, "operation already under way")                             \
    X(CONNREFUSED, -60, "connection refused")                                  \
    X(CONNRESET, -61, "connection reset by peer")                              \
    X(CONNABORTED, -62, "connection aborted")                                  \
    X(PIPE, -63, "connection closed for sending")                              \
    X(NETDOWN, -64, "network is down")                                         \
    X(NETUNREACH, -65, "network unreachable")                                  \
    X(NETRESET, -66, "connection reset by network")                            \
    X(HOSTDOWN, -67, "host is down")                                           \
    X(HOSTUNREACH, -68, "host unreachable")                                    \
    X(MSGSIZE, -69, "message too long")                                        \
    X(PROTO, -70, "protocol error")                                            \
    X(NOTREADY, -71, "network subsystem not ready")                            \
    X(IO, -72, "input or output error")                                        \
    X(NOTDIR, -73, "a part of the path is not a directory")                    \
    X(ISDIR, -74, "is a directory")                                            \
    X(LOOP, -75, "too many symbolic links")                                    \
    X(ROFS, -76, "read-only file system")                                      \
    X(NOSPC, -77, "no space left on device")                                   \
    X(DQUOT, -78, "disk quota exceeded")                                       \
    X(STALE, -79, "stale file handle")                                         \
    X(REMOTE, -80, "object is remote")                                         \
    X(NOTEMPTY, -81, "directory not empty")                                    \
    X(USERS, -82, "too many users")                                            \
    X(PROCLIM, -83, "too many processes")                                      \
    X(TOOMANYREFS, -84, "too many references")                                 \
    X(NONET, -85, "machine is not on the network")                             \
    X(NODEV, -86, "no such device")                                            \
    X(NXIO, -87, "no such device or address")                                  \
    X(NOTTY, -88, "wrong request for this kind of descriptor")                 \
    X(OVERFLOW, -89, "value does not fit its type")                            \
    X(BADMSG, -90, "bad message")                                              \
    X(NOLCK, -91, "no locks left")                                             \
    X(NONAME, -100, "no such host name")                                       \
    X(NODATA, -101, "host name has no address of this family")                 \
    X(TRYAGAIN, -102, "host name could not be looked up now, try again")       \
    X(NORECOVERY, -103, "name service failed")                                 \
    X(NOMORE, -120, "no more results")                                         \
    X(PROVIDER, -121, "network provider is broken")                            \
    X(QOS, -122, "quality of service refused")                                 \
    X(QOSNEWS, -123, "quality of service changed")

/* One of the DUOS_E... codes, DUOS_OK, or -100000 - native. */
typedef int32_t duos_err;

enum {
    DUOS_OK = 0,
#define DUOS_ERROR_ENUM(name, number, text) DUOS_E##name = (number),
    DUOS_ERROR_MAP(DUOS_ERROR_ENUM)
#undef DUOS_ERROR_ENUM
};

/* What is subtracted from to carry a system code that has no name here. */
#define DUOS_ENATIVE_BASE (-100000)

/*
 * The name of a code, as "ECONNREFUSED".
 *
 * Returns: a static string; "OK" for DUOS_OK, "ENATIVE" for a system code
 *     without a name here, "EUNKNOWN" for any other number.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const char *duos_err_name(duos_err err);

/*
 * What a code means, in English, from our own table: the same on every
 * system, whatever the locale.
 *
 * Returns: a static string without a final period, never NULL.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const char *duos_err_text(duos_err err);

/*
 * The number that this system uses for a code: errno on POSIX, the WSA or
 * Win32 code on Windows.
 *
 * Returns: the number; 0 where this system has none (DUOS_OK and the codes of
 *     duosock's own).
 * Blocking: never.
 * Thread: any.
 * Platform: several native codes may map to one of ours; the usual one is
 *     returned.
 */
DUOS_API int32_t duos_err_native(duos_err err);

/*
 * The name that this system uses for a code: "ECONNREFUSED" on POSIX,
 * "WSAECONNREFUSED" on Windows.
 *
 * Returns: a static string; "" where duos_err_native returns 0 or the system
 *     code has no name in our table.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const char *duos_err_native_name(duos_err err);

/*
 * Our code for an errno (POSIX) or WSA code (Windows), for users who make
 * system calls of their own.
 *
 * native: 0 gives DUOS_OK.
 *
 * Returns: a named code, or -100000 - native.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_err duos_err_from_native(int32_t native);

#ifdef __cplusplus
}
#endif

#endif
