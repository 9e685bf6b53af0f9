/* SPDX-License-Identifier: MIT */
/*
 * sys_host.h - the other half of the seam: what duosock asks of the machine
 * and of the process, rather than of a socket. The rules at the head of
 * sys.h, which includes this one, hold here as well.
 */
#ifndef DUOS_SYS_HOST_H
#define DUOS_SYS_HOST_H

#include <duosock/interface.h>
#include <duosock/quit.h>
#include <duosock/socket.h>

/* ---- sys_time --------------------------------------------------------- */

/* A clock that never goes back and is not set, in nanoseconds. */
uint64_t sys_now_ns(void);

/* ---- sys_random ------------------------------------------------------- */

/* len bytes that nobody can guess; the simulator's come from its seed. */
duos_err sys_random(void *data, size_t len);

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

/*
 * Asks the system for the host name of an IPv4 or IPv6 address; for the run
 * of a job alone.
 *
 * name: receives the name with its final NUL; cap is enough for what a name
 *     server can answer (1025). What is in it comes from strangers.
 *
 * Returns: DUOS_OK; DUOS_ENONAME for an address without a name; as sys_lookup.
 */
duos_err sys_lookup_addr(const duos_addr *addr, char *name, size_t cap);

/*
 * Asks the system for the port of a service; for the run of a job alone.
 *
 * name: was checked, never a number.
 *
 * Returns: DUOS_OK; DUOS_ENOENT when there is no such service for this type;
 *     as sys_lookup.
 */
duos_err sys_lookup_service(const char *name, duos_type type, uint16_t *port);

/* ---- sys_interface: what this machine is connected by ------------------- */

/*
 * Fills list as duos_interfaces says; *count is how many there are, which may
 * be more than cap. It may need memory while it works (from
 * duos_alloc_default, or the system's): DUOS_ENOMEM.
 */
duos_err sys_interfaces(duos_interface *list, size_t cap, size_t *count);

/*
 * name: 1 to DUOS_INTERFACE_NAME_MAX bytes and a NUL; index: not 0.
 * DUOS_ENOENT when there is none.
 */
duos_err sys_interface_index(const char *name, uint32_t *index);

/* name: room for DUOS_INTERFACE_NAME_MAX + 1 bytes. DUOS_ENOENT as above. */
duos_err sys_interface_name(uint32_t index, char *name);

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

/*
 * Takes the next request; DUOS_EWOULDBLOCK when there is none. Any other error,
 * DUOS_EEOF among them, says that none will ever be read from this channel.
 */
duos_err sys_quit_take(duos_socket channel, duos_quit_kind *kind);

/*
 * Ends watching: what the process did about such requests before the open is
 * restored, unless somebody else has changed it since. The channel was
 * removed from pollers and must not be used any more.
 */
void sys_quit_close(duos_socket channel);

/*
 * What whoever started the process says that it has handed over: sockets
 * whose numbers begin at first. The texts are the environment's own: how
 * many, to which process, what they are called; NULL where nothing is said.
 */
typedef struct sys_handover {
    const char *count;
    const char *pid;
    const char *names;
    uint64_t own_pid;
    intptr_t first;
} sys_handover;

/* Systems without the custom leave it as it is: nothing was said. */
void sys_handover_get(sys_handover *out);

/* Removes what was said, so that no child process hears it. */
void sys_handover_forget(void);

/* From now on, no child process gets the socket. */
duos_err sys_disinherit(duos_socket s);

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

#endif
