/* SPDX-License-Identifier: MIT */
/*
 * sim.h - the controls of the simulator.
 *
 * The static library duosock::sim is duosock over a network in memory with a
 * virtual clock. Programs are written against duosock.h as ever; a test adds
 * this header, makes hosts, and runs their loops. Everything that happens by
 * chance comes from one seed: the same seed gives the same run, on every
 * system, in no time.
 *
 *     duos_sim_config_init(&config);
 *     config.seed = 42;
 *     config.faults[DUOS_SIM_FAULT_SHORT_IO] = 300;
 *     duos_sim_create(&config, &sim);
 *     duos_sim_add_host(sim, &a);         which is 10.0.0.1 and fd00::1
 *     duos_sim_set_host(sim, a);          what follows happens on host a
 *     duos_loop_create(NULL, &loop);
 *     duos_server_create(loop, &server_config, &server);
 *     duos_server_listen(server, "*:7700", NULL, NULL);
 *     duos_sim_add(sim, a, loop);
 *     ...                                 a client on b: "10.0.0.1:7700"
 *     err = duos_sim_run(sim, 60000);     until someone calls duos_sim_stop
 *
 * It knows TCP and UDP over IPv4 and IPv6, with latency, urgent bytes, groups
 * on the one link that all hosts share, broadcast, and a TIME_WAIT of 60 s for
 * the end that closes first; unix sockets of both types, in a space of names
 * on each host; pairs; and the host names of duos_sim_add_name.
 *
 *  - A datagram that nobody takes comes back as an error to a connected
 *    sender. One that does not fit RECV_BUFFER is lost; longer than 65,507
 *    bytes is DUOS_EMSGSIZE. Those from one host to another keep their order,
 *    unless a fault lets them overtake. A socket hears the groups that it
 *    joined itself.
 *  - A socket that shares its port (DUOS_REUSE_SHARED) gets what the seed
 *    gives it.
 *  - A full backlog refuses at once, over the network; to a path it is
 *    DUOS_EBUSY.
 *  - The files of unix sockets lie side by side without directories and belong
 *    to user 1000, whose permission to write counts. The process of host N
 *    has the number N. duos_send_handle takes any socket of the same host;
 *    it has two numbers then.
 *  - There are no files to read (duos_sendfile: DUOS_ENOTSUP), no raw options
 *    (DUOS_ENOPROTOOPT) and no child processes. An option without a meaning
 *    here is DUOS_ENOTSUP, or kept and given back.
 *
 * Native error numbers are ours without the sign. Datagrams arrive in 2026,
 * when virtual time begins.
 *
 * Calls that would block let the other hosts go on until they are satisfied,
 * and the clock jumps; when nothing is left that could end the wait, they
 * give DUOS_EDEADLOCK. Asking again and again without waiting takes a
 * microsecond each time, so that nothing asks for ever. When the step of a
 * loop fails in that time, the call gives what it said. Calls made before
 * there is a simulation, or a socket opened before duos_sim_set_host, give
 * DUOS_ENOTREADY.
 */
#ifndef DUOSOCK_SIM_H
#define DUOSOCK_SIM_H

#include <duosock/loop.h>
#include <duosock/quit.h>
#include <duosock/sim_fault.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A simulated network with its hosts.
 *
 * Life cycle: duos_sim_create, hosts and what lives on them, duos_sim_run,
 * the end of all that lives on them, duos_sim_destroy. There is at most one
 * at a time in a process, and all of it belongs to one thread. The type is
 * declared in sim_fault.h.
 */

/* The most hosts that a simulation has. */
#define DUOS_SIM_HOSTS_MAX 254

/* What a line of the trace tells of. */
typedef enum duos_sim_kind {
    DUOS_SIM_TURN = 1, /* a loop was stepped */
    DUOS_SIM_OPEN,
    DUOS_SIM_BIND,
    DUOS_SIM_LISTEN,
    DUOS_SIM_CONNECT,
    DUOS_SIM_ACCEPT,
    DUOS_SIM_SEND,
    DUOS_SIM_RECV,
    DUOS_SIM_SHUTDOWN,
    DUOS_SIM_CLOSE,
    DUOS_SIM_ARRIVE,   /* something reached a host over the network */
    DUOS_SIM_JUMP,     /* nobody had anything to do: the clock moved on */
    DUOS_SIM_DEADLOCK, /* and there was nothing to move on to */
    DUOS_SIM_LOOKUP,   /* the name service was asked */
    DUOS_SIM_QUIT,     /* a host was asked to quit: a duos_quit_kind */
    DUOS_SIM_INPUT,    /* bytes came to a host's standard input */
    DUOS_SIM_FAULT,    /* a fault happened by chance: socket is which one */
    DUOS_SIM_FAIL      /* a call failed by plan: socket is the duos_sim_call */
} duos_sim_kind;

/*
 * A line of the trace.
 *
 * host: the number of the host, 0 for none. socket: the number of the socket,
 * 0 for none. result: bytes that moved, addresses of a name, a duos_err, or as
 * the kind says.
 */
typedef struct duos_sim_record {
    uint64_t time_ns;
    uint32_t kind; /* a duos_sim_kind */
    uint32_t host;
    uint32_t socket;
    int32_t result;
} duos_sim_record;

/*
 * How a simulation works. Set by duos_sim_config_init.
 *
 * seed: names the run. alloc: for the simulation itself; NULL means
 * duos_alloc_default().
 * latency_min_us, latency_max_us: how long what is sent is under way (10 and
 *     200), at most one hour.
 * buffer: bytes of one direction of a connection that may be under way or
 *     unread, 1..16 MiB (64 KiB).
 * bandwidth: bytes that one direction of a connection carries in a millisecond
 *     (0: no limit).
 * on_trace: is told of everything that happens; NULL for nothing. It must
 *     not call duosock. user is passed on to it.
 * faults: how many of 1,000 occasions each duos_sim_fault takes (0).
 */
typedef struct duos_sim_config {
    size_t size;
    uint64_t seed;
    const duos_alloc *alloc;
    uint32_t latency_min_us;
    uint32_t latency_max_us;
    uint32_t buffer;
    uint32_t bandwidth;
    void (*on_trace)(const duos_sim_record *record, void *user);
    void *user;
    uint32_t faults[DUOS_SIM_FAULT_COUNT];
} duos_sim_config;

/*
 * Fills in the defaults, with seed 1.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_sim_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: one for everything in this header.
 */
DUOS_API void duos_sim_config_init(duos_sim_config *config, size_t size);
#define duos_sim_config_init(config)                                           \
    (duos_sim_config_init)(config, sizeof(duos_sim_config))

/*
 * Makes a simulation without hosts; its clock stands at 0. From now on it is
 * the system of this process.
 *
 * config: NULL means the defaults.
 * out: receives the simulation.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL out or a config of an unknown
 *     size; DUOS_ERANGE for a field outside its range; DUOS_EBUSY while there
 *     is another; DUOS_ENOMEM.
 * Ownership: the caller destroys it.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_create(const duos_sim_config *config,
                                               duos_sim **out);

/*
 * Ends a simulation; sockets that are still open are closed. Loops and what
 * is on them should be ended before, since their calls fail afterwards.
 *
 * sim: NULL is ignored.
 *
 * Returns: DUOS_OK; DUOS_EBUSY while it runs, or in a callback of a loop to
 *     which it gives a turn, with nothing done.
 * Blocking: never.
 */
DUOS_API duos_err duos_sim_destroy(duos_sim *sim);

/*
 * Adds a host. The first one has number 1, the addresses 10.0.0.1 and
 * fd00::1, and loopback addresses of its own; and so on.
 *
 * host: receives the number.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ELIMIT when there are
 *     DUOS_SIM_HOSTS_MAX.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_add_host(duos_sim *sim, uint32_t *host);

/*
 * The address of a host.
 *
 * Returns: the address; a zeroed one for a number that no host can have, or
 *     another family than DUOS_IPV4 and DUOS_IPV6.
 * Blocking: never.
 */
DUOS_API duos_addr duos_sim_addr(uint32_t host, duos_family family,
                                 uint16_t port);

/*
 * Makes a host the one on which set-up code runs: sockets that are opened
 * belong to it. Callbacks need not care, since duos_sim_run does it for them.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOENT for a number without a
 *     host.
 * Blocking: never.
 */
DUOS_API duos_err duos_sim_set_host(duos_sim *sim, uint32_t host);

/*
 * Teaches the simulated name service a name. Any other one is DUOS_ENONAME,
 * at once. Asked for the name of an address, the newest name that has it
 * answers, with the same err and delay.
 *
 * name: as it is asked for, without regard to case; one that is known gets a
 *     new answer.
 * err: what the answer is: DUOS_OK, or the failure.
 * addrs: count addresses, copied; the ports do not matter. A lookup that
 *     none of them is good for gets DUOS_ENODATA.
 * delay_ms: virtual time until the answer; less than 0: it never comes.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, or an err that is more than
 *     DUOS_OK; DUOS_ENAMETOOLONG; DUOS_ENOMEM.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_add_name(duos_sim *sim,
                                                 const char *name, duos_err err,
                                                 const duos_addr *addrs,
                                                 size_t count,
                                                 int64_t delay_ms);

/*
 * Adds a loop, which runs on a host from now on. A host may have several.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOENT for a number without a
 *     host; DUOS_EEXIST for a loop that was added before; DUOS_ENOMEM.
 * Ownership: the loop stays the caller's; duos_sim_remove comes before
 *     duos_loop_destroy.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_add(duos_sim *sim, uint32_t host,
                                            duos_loop *loop);

/*
 * Takes a loop out again; one that was not added is no error.
 *
 * sim: NULL is ignored, like a NULL loop.
 *
 * Blocking: never.
 */
DUOS_API void duos_sim_remove(duos_sim *sim, const duos_loop *loop);

/*
 * Runs the loops, one turn of one loop at a time, until duos_sim_stop, or
 * until each of them was ended by duos_loop_stop. Among those that have
 * something to do the seed decides; a turn takes a virtual microsecond; when
 * none has, the clock jumps to the next moment at which something happens. A
 * server that waits for a client that never comes is a deadlock as well: a
 * scenario says itself when it is over.
 *
 * limit_ms: virtual time that the run may take; less than 0 has no limit.
 *
 * Returns: DUOS_OK when stopped; DUOS_EDEADLOCK when nothing is left that
 *     could happen; DUOS_ETIMEDOUT at the limit; DUOS_EINVAL for NULL;
 *     DUOS_EBUSY when it runs already; what duos_loop_step said.
 * Blocking: until one of these; by real clocks, hardly.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_run(duos_sim *sim, int64_t limit_ms);

/*
 * Makes duos_sim_run return after the current turn, or at once when it is
 * called next.
 *
 * sim: NULL is ignored.
 *
 * Blocking: never.
 */
DUOS_API void duos_sim_stop(duos_sim *sim);

/*
 * Asks the process of a host to quit, as a signal would: see quit.h. For the
 * middle of a run, call it from a timer of any loop.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown kind; DUOS_ENOENT for
 *     a number without a host; DUOS_ESTATE when nobody watches, so a real
 *     process would be gone; DUOS_ELIMIT when 64 requests wait already.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_quit(duos_sim *sim, uint32_t host,
                                             duos_quit_kind kind);

/*
 * Writes to the standard input of a host: see input.h. What nobody reads yet
 * waits.
 *
 * len: 0 is the end of the input.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOENT for a number without a
 *     host; DUOS_ESTATE after the end; DUOS_ENOMEM.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_input(duos_sim *sim, uint32_t host,
                                              const void *data, size_t len);

/* As many descriptors as memory allows. */
#define DUOS_SIM_UNLIMITED UINT32_MAX

/*
 * Bounds the descriptors of a host: sockets, wake-up channels and pollers
 * that are open. Above it opening gives DUOS_EMFILE, and a connection that
 * cannot be accepted stays in its backlog.
 *
 * limit: DUOS_SIM_UNLIMITED for none. What is open already stays.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOENT for a number without a
 *     host.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_set_descriptors(duos_sim *sim,
                                                        uint32_t host,
                                                        uint32_t limit);

/*
 * How many of them are open.
 *
 * Returns: the number; 0 for NULL or a number without a host.
 * Blocking: never.
 */
DUOS_API uint32_t duos_sim_descriptors(const duos_sim *sim, uint32_t host);

/*
 * Which ports sockets get that do not ask for one: 49152 to 65535 at first.
 * With none left, duos_connect and sending say DUOS_EADDRNOTAVAIL, duos_bind
 * DUOS_EADDRINUSE.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, a min of 0, or one above max;
 *     DUOS_ENOENT for a number without a host.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_set_ports(duos_sim *sim, uint32_t host,
                                                  uint16_t min, uint16_t max);

/*
 * Says to the process of a host what a service manager would have said in
 * its environment: see duos_inherited. The process has the number of its
 * host.
 *
 * count, pid, names: LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES; NULL for
 *     what is not said. Copied.
 * first: the socket that is handed over first; the others have the numbers
 *     behind it.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOENT for a number without a
 *     host; DUOS_ENOMEM.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_handover(duos_sim *sim, uint32_t host,
                                                 const char *count,
                                                 const char *pid,
                                                 const char *names,
                                                 duos_socket first);

/*
 * The virtual time, in nanoseconds since duos_sim_create.
 *
 * Returns: the time; 0 for NULL.
 * Blocking: never.
 */
DUOS_API uint64_t duos_sim_now_ns(const duos_sim *sim);

/*
 * How many sockets are open on all hosts, those of pollers included: 0 after
 * everything was ended, or one was forgotten.
 *
 * Returns: the number; 0 for NULL.
 * Blocking: never.
 */
DUOS_API uint32_t duos_sim_sockets(const duos_sim *sim);

/*
 * A fingerprint of the trace so far: two runs that differ anywhere differ
 * here. Equal on every system.
 *
 * Returns: the hash; 0 for NULL.
 * Blocking: never.
 */
DUOS_API uint64_t duos_sim_trace_hash(const duos_sim *sim);

/*
 * Reads a seed as people give it: a number of up to 19 digits, or 0x and up to
 * 16 hexadecimal ones. By custom a test takes it from the environment, from
 * DUOSOCK_SIM_SEED, and then shows the trace.
 *
 * text: NULL is no seed.
 * seed: receives it; untouched on failure.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESYNTAX for anything else.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_sim_seed(const char *text, uint64_t *seed);

/* Room for a line of duos_sim_record_text, with its NUL. */
#define DUOS_SIM_RECORD_TEXT_MAX 96

/*
 * A record as a line for people, without a line feed: time, host, what
 * happened to which socket, and how it ended.
 *
 * out: receives it; room for DUOS_SIM_RECORD_TEXT_MAX bytes.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOSPACE for a smaller cap, with
 *     nothing written.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err
duos_sim_record_text(const duos_sim_record *record, char *out, size_t cap);

/*
 * The name of a kind of record: "turn", "open", ...
 *
 * Returns: a static string; "unknown" for any other number.
 * Blocking: never.
 */
DUOS_API const char *duos_sim_kind_name(uint32_t kind);

#ifdef __cplusplus
}
#endif

#endif
