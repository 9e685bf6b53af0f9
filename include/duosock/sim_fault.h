/* SPDX-License-Identifier: MIT */
/*
 * sim_fault.h - what goes wrong in a simulation: by chance, by plan, or by a
 * script. It comes with sim.h.
 *
 * By chance: config.faults says how many of 1,000 occasions a fault takes;
 * the seed decides which. By plan: a duos_sim_failure makes one call, or all
 * from that one on, fail. By script: a text of lines, each one statement,
 * kept beside a test or made by hand to replay what was seen:
 *
 *     # the second accept fails twice, and at half a second the cable is cut
 *     latency 100 5000
 *     chance short_io 300
 *     fail accept 2 EMFILE times 2
 *     at 500 partition 1 2
 *     at 900 heal 1 2
 */
#ifndef DUOSOCK_SIM_FAULT_H
#define DUOSOCK_SIM_FAULT_H

#include <duosock/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The simulation of sim.h. */
typedef struct duos_sim duos_sim;

/* ---- by chance ---------------------------------------------------------- */

/* X(NAME, name, what happens, and on which occasion) */
#define DUOS_SIM_FAULT_MAP(X)                                                  \
    X(SHORT_IO, short_io, "a send or receive moves fewer bytes than it could") \
    X(WOULD_BLOCK, would_block,                                                \
      "a call on a non-blocking socket would block, although it is ready")     \
    X(INTERRUPT, interrupt, "a signal comes first")                            \
    X(NO_DESCRIPTOR, no_descriptor, "EMFILE where a socket would be born")     \
    X(NO_BUFFERS, no_buffers, "ENOBUFS from accept and from sending")          \
    X(NO_MEMORY, no_memory, "ENOMEM where the system takes memory")            \
    X(ACCEPT_ERROR, accept_error,                                              \
      "accept gives an error of the network, the connection stays")            \
    X(ABORT, abort, "a connection is gone when accept comes to it")            \
    X(REFUSE, refuse, "a request to connect is refused")                       \
    X(HANG, hang, "a request to connect is lost: ETIMEDOUT after 127 s")       \
    X(RESET, reset, "sending on a connection breaks it for both ends")         \
    X(LATE, late, "what is sent takes a hundred times as long")                \
    X(LOSE, lose, "a datagram is lost")                                        \
    X(TWICE, twice, "a datagram arrives twice")                                \
    X(OVERTAKE, overtake, "a datagram does not wait for those before it")      \
    X(PARTITION, partition,                                                    \
      "two hosts stop hearing each other, for up to a second")                 \
    X(PAUSE, pause, "a turn of a loop takes up to a second")

/* Faults by chance: the index in config.faults. */
typedef enum duos_sim_fault {
#define DUOS__SIM_FAULT_ENUM(NAME, name, text) DUOS_SIM_FAULT_##NAME,
    DUOS_SIM_FAULT_MAP(DUOS__SIM_FAULT_ENUM)
#undef DUOS__SIM_FAULT_ENUM
    DUOS_SIM_FAULT_COUNT
} duos_sim_fault;

/*
 * Changes how often a fault happens, from now on.
 *
 * fault: a duos_sim_fault. per_mille: of 1,000 occasions, 0..1000.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown fault; DUOS_ERANGE.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_chance(duos_sim *sim,
                                               duos_sim_fault fault,
                                               uint32_t per_mille);

/*
 * How often a fault has happened so far.
 *
 * Returns: the number; 0 for NULL or an unknown fault.
 * Blocking: never.
 */
DUOS_API uint64_t duos_sim_fired(const duos_sim *sim, duos_sim_fault fault);

/*
 * The name of a fault: "short_io", "would_block", ...
 *
 * Returns: a static string; "unknown" for any other number.
 * Blocking: never.
 */
DUOS_API const char *duos_sim_fault_name(duos_sim_fault fault);

/* ---- by plan ------------------------------------------------------------ */

/*
 * X(NAME, name, the error that such a call is most known for)
 *
 * All calls of the simulated system that can fail. Those that fail with
 * ENOTSUP stand for systems that do not have them.
 */
#define DUOS_SIM_CALL_MAP(X)                                                   \
    X(OPEN, open, DUOS_EMFILE)                                                 \
    X(CLOSE, close, DUOS_EIO)                                                  \
    X(SET_NONBLOCKING, set_nonblocking, DUOS_EBADF)                            \
    X(BIND, bind, DUOS_EADDRINUSE)                                             \
    X(LISTEN, listen, DUOS_EADDRINUSE)                                         \
    X(ACCEPT, accept, DUOS_EMFILE)                                             \
    X(CONNECT, connect, DUOS_ENETUNREACH)                                      \
    X(TAKE_ERROR, take_error, DUOS_ENOBUFS)                                    \
    X(SHUTDOWN, shutdown, DUOS_ENOBUFS)                                        \
    X(SEND, send, DUOS_ECONNRESET)                                             \
    X(RECV, recv, DUOS_ECONNRESET)                                             \
    X(SENDTO, sendto, DUOS_ENOBUFS)                                            \
    X(RECVFROM, recvfrom, DUOS_ECONNREFUSED)                                   \
    X(SENDV, sendv, DUOS_ECONNRESET)                                           \
    X(RECVV, recvv, DUOS_ECONNRESET)                                           \
    X(AT_MARK, at_mark, DUOS_ENOTSUP)                                          \
    X(SENDMSG, sendmsg, DUOS_ENOBUFS)                                          \
    X(RECVMSG, recvmsg, DUOS_ECONNREFUSED)                                     \
    X(SEND_BATCH, send_batch, DUOS_ENOBUFS)                                    \
    X(RECV_BATCH, recv_batch, DUOS_ECONNREFUSED)                               \
    X(SENDFILE, sendfile, DUOS_EIO)                                            \
    X(FILE_READ, file_read, DUOS_EIO)                                          \
    X(PAIR, pair, DUOS_EMFILE)                                                 \
    X(LOCAL_ADDR, local_addr, DUOS_ENOBUFS)                                    \
    X(PEER_ADDR, peer_addr, DUOS_ENOTCONN)                                     \
    X(OPT_SET, opt_set, DUOS_ENOBUFS)                                          \
    X(OPT_GET, opt_get, DUOS_ENOBUFS)                                          \
    X(OPT_SUPPORTED, opt_supported, DUOS_ENOTSUP)                              \
    X(OPT_SET_RAW, opt_set_raw, DUOS_ENOPROTOOPT)                              \
    X(OPT_GET_RAW, opt_get_raw, DUOS_ENOPROTOOPT)                              \
    X(TAKE_REPORT, take_report, DUOS_ENOTSUP)                                  \
    X(SET_REUSE, set_reuse, DUOS_ENOTSUP)                                      \
    X(GET_REUSE, get_reuse, DUOS_ENOTSUP)                                      \
    X(GROUP, group, DUOS_ENOBUFS)                                              \
    X(TCP_INFO, tcp_info, DUOS_ENOTSUP)                                        \
    X(PATH_LOOK, path_look, DUOS_EACCES)                                       \
    X(PATH_REMOVE, path_remove, DUOS_EACCES)                                   \
    X(PATH_SET_MODE, path_set_mode, DUOS_EACCES)                               \
    X(PATH_LOCK, path_lock, DUOS_EACCES)                                       \
    X(PEER_CREDENTIALS, peer_credentials, DUOS_ENOTSUP)                        \
    X(SEND_HANDLE, send_handle, DUOS_ECONNRESET)                               \
    X(RECV_HANDLE, recv_handle, DUOS_EMFILE)                                   \
    X(WAIT_MANY, wait_many, DUOS_ENOMEM)                                       \
    X(WAKEUP_OPEN, wakeup_open, DUOS_EMFILE)                                   \
    X(WAKEUP_SIGNAL, wakeup_signal, DUOS_EIO)                                  \
    X(POLLER_ADD, poller_add, DUOS_ENOMEM)                                     \
    X(POLLER_MOD, poller_mod, DUOS_ENOMEM)                                     \
    X(POLLER_WAIT, poller_wait, DUOS_EBADF)                                    \
    X(RANDOM, random, DUOS_ENOTSUP)                                            \
    X(LOCK_INIT, lock_init, DUOS_ENOMEM)                                       \
    X(OFFLOAD, offload, DUOS_ENOMEM)                                           \
    X(LOOKUP, lookup, DUOS_ETRYAGAIN)                                          \
    X(LOOKUP_ADDR, lookup_addr, DUOS_ETRYAGAIN)                                \
    X(LOOKUP_SERVICE, lookup_service, DUOS_ETRYAGAIN)                          \
    X(INTERFACES, interfaces, DUOS_ENOMEM)                                     \
    X(INTERFACE_INDEX, interface_index, DUOS_ENOENT)                           \
    X(INTERFACE_NAME, interface_name, DUOS_ENOENT)                             \
    X(QUIT_OPEN, quit_open, DUOS_EMFILE)                                       \
    X(QUIT_TAKE, quit_take, DUOS_EIO)                                          \
    X(DISINHERIT, disinherit, DUOS_EBADF)                                      \
    X(INPUT_OPEN, input_open, DUOS_EMFILE)                                     \
    X(INPUT_PEEK, input_peek, DUOS_EIO)

/* A call of the simulated system; DUOS_SIM_ANY_CALL is each of them. */
typedef enum duos_sim_call {
    DUOS_SIM_ANY_CALL,
#define DUOS__SIM_CALL_ENUM(NAME, name, err) DUOS_SIM_CALL_##NAME,
    DUOS_SIM_CALL_MAP(DUOS__SIM_CALL_ENUM)
#undef DUOS__SIM_CALL_ENUM
    DUOS_SIM_CALL_COUNT
} duos_sim_call;

/*
 * A plan for calls to fail.
 *
 * host: on which host; 0 is any. call: a duos_sim_call. first: the first one
 * that fails, 1 being the next. times: how many fail from there, 0 for all.
 * err: what they give; DUOS_OK is what such a call is most known for. A close
 * that fails closes all the same.
 *
 * Written by the simulation: calls and failed, how many came and failed;
 * last, the duos_sim_call that failed last. next is its own.
 *
 * Life cycle: filled in (zero the rest), duos_sim_fail, duos_sim_unfail or the
 * end of the simulation. The memory is the caller's and stays where it is.
 */
typedef struct duos_sim_failure {
    uint32_t host;
    uint32_t call;
    uint64_t first;
    uint64_t times;
    duos_err err;
    uint32_t last;
    uint64_t calls;
    uint64_t failed;
    struct duos_sim_failure *next;
} duos_sim_failure;

/*
 * Puts a plan into effect. The counts start at 0. Of several that fit a call
 * all count it, and the newest that is due decides.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, an unknown call, a first of 0 or an
 *     err that is more than DUOS_OK; DUOS_EEXIST for one that is in effect.
 * Ownership: the plan stays the caller's.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_fail(duos_sim *sim,
                                             duos_sim_failure *failure);

/*
 * Ends a plan; one that is not in effect is no error. The counts stay.
 *
 * sim: NULL is ignored, like a NULL failure.
 *
 * Blocking: never.
 */
DUOS_API void duos_sim_unfail(duos_sim *sim, duos_sim_failure *failure);

/*
 * How often a call was made, on all hosts, whether it failed or not.
 *
 * Returns: the number; 0 for NULL or an unknown call.
 * Blocking: never.
 */
DUOS_API uint64_t duos_sim_calls(const duos_sim *sim, duos_sim_call call);

/*
 * The name of a call: "open", "close", ...; "any" for DUOS_SIM_ANY_CALL.
 *
 * Returns: a static string; "unknown" for any other number.
 * Blocking: never.
 */
DUOS_API const char *duos_sim_call_name(duos_sim_call call);

/* ---- the network -------------------------------------------------------- */

/* Partitions that there can be at a time. */
#define DUOS_SIM_PARTITIONS_MAX 64

/*
 * Lets two hosts not hear each other. What streams send is sent again and
 * again until it arrives, or its sender gives up: 127 s for a connect, 924 s
 * else. Datagrams are lost.
 *
 * a, b: two hosts. for_ms: how long, less than 0 until duos_sim_heal. A new
 * call for the same two replaces an earlier one.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or twice the same host; DUOS_ENOENT
 *     for a number without a host; DUOS_ELIMIT for more than
 *     DUOS_SIM_PARTITIONS_MAX at a time.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_partition(duos_sim *sim, uint32_t a,
                                                  uint32_t b, int64_t for_ms);

/*
 * Ends a partition; two hosts that hear each other are no error.
 *
 * sim: NULL is ignored.
 *
 * Blocking: never.
 */
DUOS_API void duos_sim_heal(duos_sim *sim, uint32_t a, uint32_t b);

/*
 * Breaks every connection that has an end on a host, as if its machine had
 * been switched off and on: all their ends get DUOS_ECONNRESET. Listeners stay.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOENT for a number without a
 *     host.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_reset(duos_sim *sim, uint32_t host);

/*
 * Lets time pass in which no loop gets a turn: the process was stopped, the
 * machine slept.
 *
 * ms: 0 or more; sim: NULL is ignored.
 *
 * Blocking: never.
 */
DUOS_API void duos_sim_pause(duos_sim *sim, int64_t ms);

/* ---- by script ---------------------------------------------------------- */

/*
 * Reads a script. What has no time happens at once, the rest when its time
 * has come. Statements; numbers are decimal, `#` begins a comment:
 *
 *     latency MIN_US MAX_US          bandwidth BYTES_PER_MS (0: no limit)
 *     chance FAULT PER_MILLE         fail [on HOST] CALL FIRST [ERROR]
 *                                        [times N]
 *     partition A B [MS]             heal A B
 *     reset HOST                     pause MS
 *     descriptors HOST LIMIT
 *     quit HOST interrupt|terminate|close
 *     input HOST TEXT                end of input: input HOST
 *     at MS STATEMENT                in virtual time, from now on
 *
 * FAULT and CALL are the names above, CALL may be any; ERROR is one of
 * error.h without DUOS_, as ECONNRESET. A TEXT goes to the end of the line and
 * gets a line feed. A statement that cannot be carried out when its time comes
 * (nobody watches for a request to quit) does nothing.
 *
 * text: len bytes, not needed afterwards.
 * line: receives the number of the line that is wrong, from 1 on, untouched
 *     otherwise; NULL if not wanted.
 *
 * Returns: DUOS_OK; DUOS_ESYNTAX for a line that says nothing known, and
 *     DUOS_ERANGE for a number out of its range: then none of the script
 *     happens; DUOS_EINVAL for NULL; DUOS_ENOMEM.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_script(duos_sim *sim, const char *text,
                                               size_t len, uint32_t *line);

#ifdef __cplusplus
}
#endif

#endif
