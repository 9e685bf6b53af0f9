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

#include <duosock/option.h>
#include <duosock/poller.h>
#include <duosock/quit.h>
#include <duosock/socket.h>

/* Bytes moved (0 or more), or a negative duos_err. */
typedef intptr_t sys_count;

/* The most that one send or receive is asked for: fits every system's int. */
#define SYS_IO_MAX ((size_t)1 << 30)

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
 * Opens a TCP or UDP socket. Unless SYS_OPEN_RAW is given, it is not
 * inheritable (atomically where the system can), never raises SIGPIPE, and a
 * datagram socket does not report unreachable peers of earlier datagrams
 * (Windows: SIO_UDP_CONNRESET and SIO_UDP_NETRESET off). Starts Winsock if
 * nobody has.
 */
duos_err sys_open(duos_family family, duos_type type, unsigned flags,
                  duos_socket *out);

/* Closes; never retried, since the number may be in use again. */
duos_err sys_close(duos_socket s);

duos_err sys_set_nonblocking(duos_socket s, bool on);

duos_err sys_bind(duos_socket s, const duos_addr *addr);

/* backlog: more than 0, or 0 for the system's maximum. */
duos_err sys_listen(duos_socket s, int backlog);

/*
 * Takes one connection. The new socket is as safe as one from sys_open, is
 * non-blocking exactly if nonblock is true, whatever the listener is, and has
 * the listener's TCP_NODELAY. peer may be NULL; a peer that the system does
 * not tell becomes the unspecified address.
 */
duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer);

/*
 * Begins to connect. DUOS_EINPROGRESS: the attempt of a non-blocking socket
 * goes on. DUOS_EINTERRUPTED: that of a blocking one goes on, too, although a
 * signal came; it must not be repeated, but waited for (trap 30).
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

duos_err sys_local_addr(duos_socket s, duos_addr *out);
duos_err sys_peer_addr(duos_socket s, duos_addr *out);

/* ---- options ---------------------------------------------------------- */

/* A value in the form of its duos_opt_kind. */
typedef union sys_optval {
    bool on;
    int32_t number; /* INT, and MS in milliseconds */
    duos_linger linger;
} sys_optval;

/*
 * Sets and reads an option of DUOS_OPTION_MAP whose value is within its
 * range. DUOS_ENOTSUP where this system has no such option, or the socket is
 * of a kind that cannot have it. V6ONLY on an IPv4 socket is one of those.
 * TTL stands for the hop limit on an IPv6 socket. DUOS_OPT_ERROR is not asked
 * for here.
 */
duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value);
duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value);

/* Applies a sharing policy of the local address, as duos_reuse says. */
duos_err sys_set_reuse(duos_socket s, duos_reuse policy);

/* The raw calls. *len holds the room and receives the bytes written. */
duos_err sys_opt_set_raw(duos_socket s, int level, int name, const void *value,
                         size_t len);
duos_err sys_opt_get_raw(duos_socket s, int level, int name, void *value,
                         size_t *len);

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

/* ---- sys_time --------------------------------------------------------- */

/* A clock that never goes back and is not set, in nanoseconds. */
uint64_t sys_now_ns(void);

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

/* ---- sys_lock: what threads share is touched under one ----------------- */

/*
 * A lock in the caller's memory, held for a handful of instructions. init
 * fails only if the system cannot make one.
 */
typedef union sys_lock {
    void *align;
    unsigned char bytes[64];
} sys_lock;

duos_err sys_lock_init(sys_lock *lock);
void sys_lock_fini(sys_lock *lock);
void sys_lock_take(sys_lock *lock);
void sys_lock_release(sys_lock *lock);

/* ---- sys_offload: work that blocks ------------------------------------- */

/*
 * A job for elsewhere: run may block for as long as it likes, done follows
 * it. The storage is the caller's, and the system's from sys_offload until
 * done begins; done may free it.
 */
typedef struct sys_job {
    void (*run)(struct sys_job *job);
    void (*done)(struct sys_job *job);
    union {
        uint64_t align;
        unsigned char bytes[64];
    } os; /* the platform's */
} sys_job;

/*
 * Runs a job away from this thread; nothing of it happens within the call.
 * run and done are called once each, on one thread that is not the caller's,
 * receives no signals and does not keep the process from ending. The
 * simulator has no threads: there they are events, and what run would have
 * waited for lies between the two.
 *
 * This is all that the seam knows of threads. How many run at a time, who
 * waits, and what becomes of a job that hangs is decided in offload.c.
 *
 * Returns: DUOS_OK; DUOS_ENOMEM when the system gives no thread; neither
 *     function is called then.
 */
duos_err sys_offload(sys_job *job);

/*
 * Asks the system for the addresses of a name; for the run of a job alone,
 * since nobody knows how long it takes.
 *
 * host: a name that was checked, never a number. family: DUOS_UNSPEC for
 *     both.
 * addrs: receives up to cap addresses with port 0, in the system's order;
 *     what is left over is dropped. count: receives 1..cap.
 *
 * Returns: DUOS_OK; DUOS_ENONAME, DUOS_ENODATA, DUOS_ETRYAGAIN,
 *     DUOS_ENORECOVERY; DUOS_ENOMEM; what the system says besides.
 */
duos_err sys_lookup(const char *host, duos_family family, duos_addr *addrs,
                    size_t cap, size_t *count);

/* ---- sys_process: what comes to the process as a whole ----------------- */

/*
 * Begins to watch for requests to end the process, of which duos_quit_kind
 * tells. From each of them on, until it was taken, *channel is readable.
 * Where a request arrives (a signal handler, a thread of the system) nothing
 * happens but this: it is counted, on_signal is called unless it is NULL, and
 * the channel is written to; errno stays as it was. DUOS_EBUSY while somebody
 * watches. This verb touches global state, one of the two allowed places.
 */
duos_err sys_quit_open(void (*on_signal)(uint32_t count, duos_quit_kind kind),
                       duos_socket *channel);

/* Takes the next request; DUOS_EWOULDBLOCK when there is none. */
duos_err sys_quit_take(duos_socket channel, duos_quit_kind *kind);

/*
 * Ends watching: what the process did about such requests before the open is
 * restored, unless somebody else has changed it since. The channel was
 * removed from pollers and must not be used any more.
 */
void sys_quit_close(duos_socket channel);

/*
 * A thread that reads the standard input, in the mode in which that is,
 * block by block. It waits with a block until that was dealt with. Its memory
 * (from duos_alloc_default) belongs to both sides: the thread may stand in a
 * read long after the close, and then touches nothing else.
 */
typedef struct sys_input sys_input;

/*
 * Starts reading. *ready is readable as long as a block, or the end, is
 * there. DUOS_EBADF when there is no standard input; DUOS_ENOMEM.
 */
duos_err sys_input_open(sys_input **out, duos_socket *ready);

/*
 * DUOS_OK: the block that is there, 1 to DUOS_INPUT_BLOCK bytes, which stays
 * until sys_input_next. DUOS_EWOULDBLOCK: none yet. DUOS_EEOF, or why no more
 * can be read: the end, which stays.
 */
duos_err sys_input_peek(sys_input *in, const void **data, size_t *len);

/* The block was dealt with; the next one is wanted. */
void sys_input_next(sys_input *in);

/* Never waits for the thread. *ready was removed from pollers. */
void sys_input_close(sys_input *in);

/* ---- pollers ---------------------------------------------------------- */

/* This platform's backends, best first, ended by NULL; see poller_ops.h. */
struct duos__poller_ops;
extern const struct duos__poller_ops *const sys_pollers[];

#endif
