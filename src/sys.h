/* SPDX-License-Identifier: MIT */
/*
 * sys.h - THE SEAM: all that duosock asks of an operating system.
 *
 * A platform implements each verb below, in src/posix, src/win32 or src/sim;
 * CMake links exactly one of them. Above this line nothing knows which system
 * it runs on. A verb does one thing and decides nothing: retrying, defaults,
 * limits, deadlines and address syntax are shared code.
 *
 * Rules for every verb, unless it says otherwise:
 *  - It returns DUOS_OK or a negative duos_err, mapped from the native code
 *    at once. No errno and no WSAGetLastError crosses the seam.
 *  - Out-parameters are never NULL and stay untouched on failure.
 *  - It allocates nothing, prints nothing, and touches no global state.
 *  - A signal that comes first gives DUOS_EINTERRUPTED; the caller retries.
 *  - Arguments were checked by the caller: pointers are valid, families and
 *    flags are known. Whether a socket is open was not checked.
 */
#ifndef DUOS_SYS_H
#define DUOS_SYS_H

#include <duosock/local.h>
#include <duosock/message.h>
#include <duosock/option.h>
#include <duosock/poller.h>
#include <duosock/socket.h>
#include <duosock/tcpinfo.h>

#include "sys_host.h"

/* Bytes moved (0 or more), or a negative duos_err. */
typedef intptr_t sys_count;

/* The most that one send or receive is asked for: fits every system's int. */
#define SYS_IO_MAX ((size_t)1 << 30)

static inline size_t duos__io_clamp(size_t len)
{
    return len < SYS_IO_MAX ? len : SYS_IO_MAX;
}

/* ---- errors ----------------------------------------------------------- */

/* The native number of one of our codes, 0 where there is none. */
int32_t sys_err_native(duos_err err);

/* The native name of one of our codes, "" where there is none. */
const char *sys_err_native_name(duos_err err);

/* Our code for a native number; DUOS_ENATIVE_BASE - native without a name. */
duos_err sys_err_from_native(int32_t native);

/* ---- sockets ---------------------------------------------------------- */

/* How sys_open makes a socket. */
enum {
    SYS_OPEN_NONBLOCK = 1 << 0,
    SYS_OPEN_RAW = 1 << 1 /* nothing but what the system does by itself */
};

/*
 * Opens a TCP, UDP or unix socket. DUOS_EAFNOSUPPORT where the system has no
 * unix sockets, DUOS_ENOTSUP where it has none of this type. Unless
 * SYS_OPEN_RAW is given, it is not inheritable (atomically where the system
 * can), never raises SIGPIPE, and a datagram socket does not report unreachable
 * peers of earlier datagrams (Windows: SIO_UDP_CONNRESET and SIO_UDP_NETRESET
 * off). Starts Winsock if nobody has.
 */
duos_err sys_open(duos_family family, duos_type type, unsigned flags,
                  duos_socket *out);

/* Closes; never retried, since the number may be in use again. */
duos_err sys_close(duos_socket s);

duos_err sys_set_nonblocking(duos_socket s, bool on);

/* DUOS_ENAMETOOLONG for a path that is too long for this system; it is never
 * cut. DUOS_ENOTSUP for an abstract name where there are none. */
duos_err sys_bind(duos_socket s, const duos_addr *addr);

/* backlog: more than 0, or 0 for the system's maximum. */
duos_err sys_listen(duos_socket s, int backlog);

/*
 * Takes one connection. The new socket is as safe as one from sys_open, is
 * non-blocking exactly if nonblock is true, whatever the listener is, and has
 * the listener's TCP_NODELAY. peer may be NULL; a peer that the system does
 * not tell becomes the unspecified address, an unnamed unix socket a unix
 * address with an empty path.
 */
duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer);

/*
 * Begins to connect. DUOS_EINPROGRESS: the attempt of a non-blocking socket
 * goes on. DUOS_EINTERRUPTED: that of a blocking one goes on, too, although a
 * signal came; it must not be repeated, but waited for (trap 30). DUOS_EBUSY:
 * the backlog of a unix listener is full, and nothing goes on (trap 26).
 */
duos_err sys_connect(duos_socket s, const duos_addr *addr);

/*
 * Takes and clears the pending error of a socket (SO_ERROR); *pending is
 * DUOS_OK if there is none.
 */
duos_err sys_take_error(duos_socket s, duos_err *pending);

duos_err sys_shutdown(duos_socket s, duos_how how);

/*
 * Sends up to len (at most SYS_IO_MAX) bytes without SIGPIPE. Never gives 0
 * for len > 0: a system that takes nothing gives DUOS_EWOULDBLOCK.
 */
sys_count sys_send(duos_socket s, const void *data, size_t len);

/*
 * A send has not taken all, so the caller is going to wait: the moment to let
 * more bytes stand with the system, where it does not see to that by itself
 * (Windows, trap 52). Once per such wait, never per message.
 */
void sys_send_blocked(duos_socket s);

/*
 * Receives up to cap (at most SYS_IO_MAX) bytes. 0 is the end of a stream or
 * an empty datagram. A datagram that is too long fills the buffer; its rest
 * is lost without an error.
 */
sys_count sys_recv(duos_socket s, void *data, size_t cap);

/* Sends one datagram; to may be NULL on a connected socket. */
sys_count sys_sendto(duos_socket s, const void *data, size_t len,
                     const duos_addr *to);

/* Receives one datagram; *truncated tells whether its end was lost. */
sys_count sys_recvfrom(duos_socket s, void *data, size_t cap, duos_addr *from,
                       bool *truncated);

/*
 * Bytes in parts: flags is 0, DUOS_MSG_PEEK (receive) or DUOS_MSG_OOB. count
 * is 1..sys_parts_max(), all lengths together at most SYS_IO_MAX. Otherwise as
 * sys_send and sys_recv. DUOS_MSG_OOB on a stream that has no urgent byte
 * may give DUOS_EINVAL.
 */
sys_count sys_sendv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags);
sys_count sys_recvv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags);

/* The most parts that one call takes, at least 1: a constant. */
size_t sys_parts_max(void);

/* SIOCATMARK, for a stream. */
duos_err sys_at_mark(duos_socket s, bool *at);

/*
 * One datagram with what goes with it. The parts are bounded as above, but
 * there may be none. Receiving fills in len, truncated, has and what it names,
 * and leaves the rest alone; of a stream it may give len 0 at its end. Sending
 * gives DUOS_ENOTSUP, and sends nothing, for a field of has that this system
 * cannot set for one datagram. A connected datagram socket may give
 * DUOS_ECONNREFUSED for an earlier datagram, once (trap 48); one that is not
 * connected never does, unless RECV_ERROR is on.
 */
duos_err sys_sendmsg(duos_socket s, const duos_message *message);
duos_err sys_recvmsg(duos_socket s, duos_message *message);

/*
 * The same for count messages, 1 or more: how many were moved, at least 1, or
 * why not even one. Fewer than count may be moved at any time. Receiving
 * waits for the first only; an error after the first is not taken from the
 * socket, or put back. A system that cannot send many with one call gives
 * DUOS_ENOTSUP; then they are sent one by one.
 */
sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count);
sys_count sys_recv_batch(duos_socket s, duos_message *list, size_t count);

/*
 * Sends up to len (1..SYS_IO_MAX) bytes of a file from offset to a stream,
 * without SIGPIPE. 0: the file ends there. DUOS_ENOTSUP where the system has
 * no call for that, or not for this file: it is read and sent then.
 */
sys_count sys_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len);

/*
 * Reads up to cap bytes of a file from offset, which fits an int64_t; 0 is
 * its end. DUOS_EINVAL for a file without offsets, DUOS_EBADF for one that
 * cannot be read.
 */
sys_count sys_file_read(intptr_t file, uint64_t offset, void *data, size_t cap);

/*
 * Two nameless sockets, connected to each other, as safe as those from
 * sys_open. DUOS_ENOTSUP where the system has none: they are connected over
 * loopback then. flags: SYS_OPEN_NONBLOCK.
 */
duos_err sys_pair(duos_type type, unsigned flags, duos_socket out[2]);

duos_err sys_local_addr(duos_socket s, duos_addr *out);
duos_err sys_peer_addr(duos_socket s, duos_addr *out);

/* ---- options ---------------------------------------------------------- */

/* A value in the form of its duos_opt_kind. */
typedef union sys_optval {
    bool on;
    int32_t number; /* INT, and MS in milliseconds */
    duos_linger linger;
    char text[DUOS_OPT_TEXT_MAX]; /* what is behind the NUL is zero, too */
} sys_optval;

/*
 * Sets and reads an option of DUOS_OPTION_MAP whose value is within its
 * range. DUOS_ENOTSUP where this system has no such option, or the socket is
 * outside of its scope. TTL stands for the hop limit on an IPv6 socket, TOS
 * for the traffic class; what is set there holds for IPv4-mapped peers, too,
 * whatever V6ONLY is now. Milliseconds are rounded up, never down. A call that
 * fails leaves the socket as it was. ERROR, REUSE and DSCP are not asked for
 * here.
 */
duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value);
duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value);

/* DUOS_OK or DUOS_ENOTSUP, found by reading; also for what only can be set. */
duos_err sys_opt_supported(duos_socket s, duos_opt opt);

/*
 * Takes one error that RECV_ERROR kept, of a socket that has the option.
 * DUOS_EWOULDBLOCK: none is there. The platforms without it never come here.
 */
duos_err sys_take_report(duos_socket s, duos_addr *to, duos_err *what);

/*
 * Applies a sharing policy of the local address, as duos_reuse says, wholly
 * or not at all; and tells which one holds.
 */
duos_err sys_set_reuse(duos_socket s, duos_reuse policy);
duos_err sys_get_reuse(duos_socket s, duos_reuse *policy);

/*
 * Joins or leaves a multicast group of the socket's own family; source may be
 * NULL for all senders, if_index 0 for the system's choice.
 */
duos_err sys_group(duos_socket s, bool join, const duos_addr *group,
                   const duos_addr *source, uint32_t if_index);

/* Fills in what the system tells; the rest stays as duos_tcp_info_init set. */
duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info);

/* The raw calls. *len holds the room and receives the bytes written. */
duos_err sys_opt_set_raw(duos_socket s, int level, int name, const void *value,
                         size_t len);
duos_err sys_opt_get_raw(duos_socket s, int level, int name, void *value,
                         size_t *len);

/* ---- sys_path: the files of unix sockets -------------------------------- */

/* Which file a path leads to; a link at its end is not followed. */
typedef struct sys_path_id {
    uint64_t device;
    uint64_t inode;
    bool is_socket;
} sys_path_id;

/*
 * Each takes a unix address with a path, never an abstract name. DUOS_ENOENT:
 * there is no such file. DUOS_ENOTSUP where there are no unix sockets at all.
 */
duos_err sys_path_look(const duos_addr *addr, sys_path_id *id);
duos_err sys_path_remove(const duos_addr *addr);

/* Sets the permission bits; a system without them does nothing. */
duos_err sys_path_set_mode(const duos_addr *addr, uint32_t mode);

/*
 * Takes the lock of a path among processes and threads; it ends with its
 * process. POSIX: flock on the directory, so it is the lock of all paths in
 * there, nothing is made, and a directory that may not be read is
 * DUOS_EACCES. Windows: a file beside it, path and ".duosock-lock", that goes
 * away with the lock. DUOS_EBUSY: somebody has it; nobody waits here.
 */
duos_err sys_path_lock(const duos_addr *addr, intptr_t *lock);
void sys_path_unlock(intptr_t lock);

/* ---- sys_local: what only unix sockets can do --------------------------- */

/* Who is at the other end of a connected unix socket: see local.h. */
duos_err sys_peer_credentials(duos_socket s, duos_credentials *out);

/* Sends 1 to SYS_IO_MAX bytes together with a handle, without SIGPIPE. */
sys_count sys_send_handle(duos_socket s, const void *data, size_t len,
                          intptr_t handle);

/*
 * Receives up to cap bytes and the handle that came with them, -1 for none.
 * It is not inheritable, atomically where the system can; surplus ones are
 * closed. DUOS_EMFILE when handles were lost on the way: all are closed.
 */
sys_count sys_recv_handle(duos_socket s, void *data, size_t cap,
                          intptr_t *handle);

/* ---- waiting ---------------------------------------------------------- */

/* One socket to wait for: want goes in (READ, WRITE, PRIO), got comes out. */
typedef struct sys_wait {
    duos_socket sock;
    uint8_t want;
    uint8_t got; /* READ, WRITE, PRIO, ERROR, HANGUP */
    bool bad;    /* not an open socket */
} sys_wait;

/* Bytes of scratch memory that sys_wait_many needs for n sockets. */
size_t sys_wait_scratch(size_t n);

/*
 * Waits once until a socket is ready or the time is over, and fills got and
 * bad of every element. A failed connect gives WRITE and ERROR. A socket that
 * is not open gets bad, and the others are reported all the same. n may be 0:
 * then it sleeps. May return early with *ready 0; the caller keeps the time.
 *
 * scratch: sys_wait_scratch(n) bytes, aligned for any type.
 * timeout_ms: 0 or more, or -1 for no limit.
 * ready: receives how many elements have got or bad.
 */
duos_err sys_wait_many(sys_wait *list, size_t n, int32_t timeout_ms,
                       void *scratch, size_t *ready);

/* ---- sys_wakeup: the only way into a wait from another thread ---------- */

/*
 * A wake-up channel for backends that need a socket or descriptor to wait
 * on. signal may come from any thread, never blocks, and many may become one.
 * handle is what a backend waits on for READ; drain makes it unready.
 */
typedef struct sys_wakeup {
    duos_socket recv_end;
    duos_socket send_end; /* may be the same */
} sys_wakeup;

duos_err sys_wakeup_open(sys_wakeup *w);
void sys_wakeup_close(sys_wakeup *w);
duos_err sys_wakeup_signal(sys_wakeup *w);
void sys_wakeup_drain(sys_wakeup *w);

/* ---- pollers ---------------------------------------------------------- */

/* This platform's backends, best first, ended by NULL; see poller_ops.h. */
struct duos__poller_ops;
extern const struct duos__poller_ops *const sys_pollers[];

#endif
