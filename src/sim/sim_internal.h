/* SPDX-License-Identifier: MIT */
/*
 * sim_internal.h - what the simulated network is made of.
 *
 * A duos_sim holds the clock, the seeded generator, a heap of events and a
 * table of sockets. A TCP connection is one object with two ends; what
 * travels towards an end lies in that end's wire, in order, as segments that
 * each have a time of arrival. An event is a wire whose first segment is due.
 *
 * Nothing here depends on addresses of objects, on sizes of native types or
 * on floating point, so that a seed gives the same run everywhere.
 *
 *   rng.c    chance           event.c  what is due when     trace.c  the log
 *   fault.c  what goes wrong  partition.c  who hears whom   script.c
 *   sim.c    life, hosts      run.c    loops, turns, waiting
 *   net.c    sockets, ports   wire.c   what travels         tcp.c    the ends
 *   names.c  host names
 *   process.c  stop requests and standard input of the hosts
 *   sys_*.c, poller_sim.c     the seam, in terms of these
 */
#ifndef DUOS_SIM_INTERNAL_H
#define DUOS_SIM_INTERNAL_H

#include <duosock/sim.h>

#include "name.h"
#include "sys.h"

/* ---- events ----------------------------------------------------------- */

/* Something that happens later; lies within what it happens to. */
typedef struct sim_event {
    uint64_t due_ns;
    uint64_t sequence; /* those due at the same time keep their order */
    void (*run)(duos_sim *sim, struct sim_event *event);
} sim_event;

/* A binary heap; room for every event is promised before it is needed. */
typedef struct sim_events {
    sim_event **heap;
    uint32_t count;
    uint32_t cap;
    uint32_t promised;
    uint64_t sequence;
} sim_events;

/* ---- connections ------------------------------------------------------ */

/* What travels in one go. A wire that is full merges into its last one. */
typedef struct sim_segment {
    uint64_t due_ns;
    uint32_t bytes;  /* of the stream, which lie in the ring */
    uint32_t window; /* the other direction may send as many more */
    bool open;       /* the request to connect, or its answer */
    bool fin;        /* no bytes follow */
    duos_err error;  /* the end of the connection: refused or reset */
} sim_segment;

#define SIM_SEGMENTS 16u

/* When a sender that hears nothing gives up: as Linux does by default. */
#define SIM_CONNECT_NS UINT64_C(127000000000)
#define SIM_RESEND_NS  UINT64_C(924000000000)

/*
 * One direction of a connection. The ring holds what has arrived and, behind
 * it, what is under way; credit is what the sender may still add.
 */
typedef struct sim_wire {
    sim_event event; /* while count > 0: the first segment arrives */
    struct sim_conn *conn;
    sim_segment queue[SIM_SEGMENTS];
    uint32_t head;
    uint32_t count;
    unsigned char *ring;
    uint32_t first; /* position of the first byte that was not received */
    uint32_t arrived;
    uint32_t flying;
    uint32_t credit;
    uint64_t busy_ns;  /* until then the bandwidth is used up */
    uint64_t tried_ns; /* since then the first segment cannot get through */
} sim_wire;

typedef enum sim_state {
    SIM_CONNECTING,
    SIM_CONNECTED,
    SIM_FAILED, /* never was connected */
    SIM_RESET,  /* was connected */
    SIM_GONE    /* closed by its owner */
} sim_state;

typedef struct sim_end {
    sim_state state;
    uint32_t host;   /* 0: an address that no host has */
    uint32_t number; /* its socket; 0 before accept and after close */
    duos_addr local;
    duos_addr peer;
    duos_err error;   /* pending, see sys_take_error */
    bool eof;         /* the peer's FIN has arrived */
    bool send_closed; /* our FIN is on its way */
    bool recv_closed;
    bool reset_sent;
    sim_wire in; /* towards this end */
} sim_end;

/* Goes when both ends are gone and both wires are empty. */
typedef struct sim_conn {
    sim_end ends[2]; /* 0 connects, 1 accepts */
    struct sim_conn *next_pending;
    struct sim_conn *prev; /* of all in the simulation */
    struct sim_conn *next;
} sim_conn;

/* ---- sockets ---------------------------------------------------------- */

typedef enum sim_kind {
    SIM_STREAM, /* conn is NULL until it connects */
    SIM_LISTENER,
    SIM_WAKEUP
} sim_kind;

typedef struct sim_socket {
    duos_sim *sim;
    sim_kind kind;
    uint32_t number;
    uint32_t host;
    duos_family family;
    bool nonblocking;
    duos_addr local; /* port 0: not bound */
    sys_optval options[DUOS_OPT_COUNT];

    sim_conn *conn; /* of a stream, and which end of it */
    uint32_t side;

    sim_conn *pending; /* of a listener: in the order of their arrival */
    sim_conn *pending_last;
    uint32_t pending_count;
    uint32_t backlog;

    bool signaled; /* of a wake-up */
} sim_socket;

/* As on POSIX, 0 to 2 are somebody else's. */
#define SIM_FIRST_SOCKET 3u

/* Ports that are given to those who do not ask for one. */
#define SIM_PORT_MIN 49152u
#define SIM_PORT_MAX 65535u

/* What sys_listen makes of "the system's maximum". */
#define SIM_BACKLOG_MAX 128u

/* ---- names and jobs --------------------------------------------------- */

/* What the name service knows. */
typedef struct sim_name {
    struct sim_name *next;
    duos_addr *addrs;
    size_t count;
    duos_err err;
    int64_t delay_ms; /* less than 0: never answers */
    char name[DUOS__NAME_MAX + 2];
} sim_name;

/* Lies in the os of a sys_job. */
typedef struct sim_task {
    sim_event event; /* first: when it is run, or done */
    struct sim_task *prev;
    struct sim_task *next;
    uint32_t host;
} sim_task;
/* ---- the process on a host -------------------------------------------- */

/* Requests to end it that were not taken yet, at most. */
#define SIM_QUITS_MAX 64u

/*
 * What comes to the process that a host stands for: requests to end it, and
 * its standard input, as much of it as was written and not read yet.
 */
typedef struct sim_process {
    bool watched;
    sys_wakeup quit; /* while it is watched */
    void (*on_signal)(uint32_t count, duos_quit_kind kind);
    uint32_t count;
    uint32_t waiting;
    unsigned char quits[SIM_QUITS_MAX];

    struct sys_input *reader; /* the one that is open, or NULL */
    unsigned char *input;
    size_t input_len;
    size_t input_room;
    bool input_ended;
} sim_process;

/* ---- what goes wrong -------------------------------------------------- */

typedef struct sim_partition {
    uint32_t a;
    uint32_t b;
    uint64_t until_ns;
} sim_partition;

/* A statement of a script: script.c knows its rest. */
typedef struct sim_step sim_step;

/* ---- the simulation --------------------------------------------------- */

typedef struct sim_member {
    duos_loop *loop;
    uint32_t host;
    bool ready;   /* for choose: has something to do */
    bool stopped; /* by duos_loop_stop, until the next duos_sim_run */
} sim_member;

/* Virtual time that a turn of a loop takes. */
#define SIM_TURN_NS 1000u

#define SIM_NEVER UINT64_MAX

#define SIM_LATENCY_MAX_US 3600000000u

struct duos_sim {
    duos_sim_config config;
    duos_alloc alloc;
    uint64_t now_ns;
    uint64_t rng;
    uint64_t hash;
    sim_events events;

    uint32_t host; /* current; 0: none */
    uint32_t hosts;
    uint16_t next_port[DUOS_SIM_HOSTS_MAX + 1];
    sim_process *processes[DUOS_SIM_HOSTS_MAX + 1]; /* NULL: not used yet */

    sim_socket **sockets; /* socket number SIM_FIRST_SOCKET + index */
    uint32_t socket_room;
    uint32_t socket_count;
    sim_conn *conns;

    sim_name *names;
    sim_task *tasks;   /* that were offloaded and are not done */
    uint64_t spent_ns; /* by the task that is run */

    uint64_t fired[DUOS_SIM_FAULT_COUNT];
    uint64_t calls[DUOS_SIM_CALL_COUNT];
    duos_sim_failure *failures; /* the newest first */
    sim_partition partitions[DUOS_SIM_PARTITIONS_MAX];
    uint32_t partition_count;
    sim_step *steps; /* of scripts, that have not happened */

    sim_member *members;
    uint32_t member_room;
    uint32_t member_count;
    bool running;
    bool stopped;
};

/* The simulation there is, or NULL: sim.c has the one static variable. */
duos_sim *duos__sim_current(void);

/* ---- rng.c ------------------------------------------------------------ */

uint64_t duos__sim_random(duos_sim *sim);

/* 0..n-1, n more than 0. */
uint32_t duos__sim_below(duos_sim *sim, uint32_t n);

/* n, or by chance something in 1..n; n more than 0. */
uint32_t duos__sim_shorten(duos_sim *sim, uint32_t n);

/* When something arrives that is sent now. */
uint64_t duos__sim_arrival(duos_sim *sim);

/* ---- fault.c ---------------------------------------------------------- */

/* Whether a fault happens on this occasion: asked once for each. */
bool duos__sim_chance(duos_sim *sim, duos_sim_fault fault);

/*
 * The first line of each verb: counts it, and gives the error that chance or
 * a plan has for it. The first form finds the socket as well, as
 * duos__sim_find does; a missing simulation is DUOS_ENOTREADY there, and no
 * error in the second.
 */
duos_err duos__sim_call(duos_sim_call call, duos_socket s, sim_socket **out);
duos_err duos__sim_host_call(duos_sim_call call);

/* ---- partition.c ------------------------------------------------------ */

/* Whether two hosts hear each other now. */
bool duos__sim_apart(duos_sim *sim, uint32_t a, uint32_t b);

/* By chance, hosts that have just spoken are parted. */
void duos__sim_maybe_part(duos_sim *sim, uint32_t a, uint32_t b);

/* ---- script.c --------------------------------------------------------- */

void duos__sim_steps_fini(duos_sim *sim);

/* ---- event.c ---------------------------------------------------------- */

/* Promises room for n events that may be added later. */
duos_err duos__sim_event_promise(duos_sim *sim, uint32_t n);
void duos__sim_event_unpromise(duos_sim *sim, uint32_t n);

/* Adds a promised event, which is not in the heap. */
void duos__sim_event_add(duos_sim *sim, sim_event *event);

/* The next one, or NULL. */
sim_event *duos__sim_event_first(const duos_sim *sim);

/* Takes the first one out. */
void duos__sim_event_pop(duos_sim *sim);

void duos__sim_event_fini(duos_sim *sim);

/* ---- trace.c ---------------------------------------------------------- */

void duos__sim_trace_init(duos_sim *sim);
void duos__sim_trace(duos_sim *sim, duos_sim_kind kind, uint32_t host,
                     uint32_t socket, int64_t result);

/* ---- run.c ------------------------------------------------------------ */

/*
 * Lets the next thing happen: an event, a turn of a loop, or a jump of the
 * clock, not beyond limit_ns. DUOS_ETIMEDOUT when it is limit_ns already;
 * DUOS_EDEADLOCK when nothing is left to happen; what a loop said.
 */
duos_err duos__sim_advance(duos_sim *sim, uint64_t limit_ns);

/*
 * For calls that block: the same, but DUOS_EDEADLOCK only comes without a
 * limit (SIM_NEVER); with one, the clock goes there.
 */
duos_err duos__sim_wait(duos_sim *sim, uint64_t limit_ns);

/* The limit of a call that starts now; less than 0 is SIM_NEVER. */
uint64_t duos__sim_limit(const duos_sim *sim, int64_t timeout_ms);

/* ---- net.c ------------------------------------------------------------ */

/* An open socket of any host: DUOS_OK, DUOS_EBADF, DUOS_ENOTREADY. */
duos_err duos__sim_find(duos_socket s, sim_socket **out);

/* DUOS_OK, DUOS_ENOTREADY, DUOS_ENOMEM. Belongs to the current host. */
duos_err duos__sim_socket_new(sim_kind kind, duos_family family,
                              sim_socket **out);
void duos__sim_socket_free(sim_socket *sock);

duos_err duos__sim_bind(sim_socket *sock, const duos_addr *addr);

/* Gives a socket that is not bound a local address that reaches to. */
duos_err duos__sim_autobind(sim_socket *sock, const duos_addr *to);

/* The host that an address leads to from a host, 0 for none. */
uint32_t duos__sim_route(const duos_sim *sim, uint32_t from,
                         const duos_addr *to);

/* Who listens on an address of a host, or NULL. */
sim_socket *duos__sim_listener(const duos_sim *sim, uint32_t host,
                               const duos_addr *addr);

/* ---- names.c ---------------------------------------------------------- */

void duos__sim_names_fini(duos_sim *sim);

/* ---- sys_offload.c ---------------------------------------------------- */

/* Ends all tasks without running them: the machine is switched off. */
void duos__sim_tasks_fini(duos_sim *sim);

/* ---- wire.c ----------------------------------------------------------- */

/* A new connection without anything under way, or NULL. */
sim_conn *duos__sim_conn_new(duos_sim *sim);

/* Frees it if nobody needs it any more. */
void duos__sim_conn_collect(duos_sim *sim, sim_conn *conn);
void duos__sim_conn_free(duos_sim *sim, sim_conn *conn);

/* The segment that what is sent to this end now goes into; the second form
 * has a time at which it arrives, or after what was sent before. */
sim_segment *duos__sim_post(duos_sim *sim, sim_end *to);
sim_segment *duos__sim_post_at(duos_sim *sim, sim_end *to, uint64_t due_ns);

/* Moves bytes into the ring (at most credit) and out (at most arrived). */
void duos__sim_wire_put(const duos_sim *sim, sim_wire *wire, const void *data,
                        uint32_t len);
void duos__sim_wire_get(sim_wire *wire, uint32_t cap, void *data, uint32_t len);

/* ---- tcp.c ------------------------------------------------------------ */

/* The end of a connection for one of its ends, as err says. */
void duos__sim_break(sim_end *end, duos_err err);

/* What a segment does to the end that it reaches. */
void duos__sim_arrive(duos_sim *sim, sim_conn *conn, uint32_t side,
                      const sim_segment *segment);

/* These never block: DUOS_EWOULDBLOCK, and DUOS_EINPROGRESS of connect. */
duos_err duos__sim_connect(sim_socket *sock, const duos_addr *addr);
duos_err duos__sim_accept(sim_socket *listener, sim_socket **out);
sys_count duos__sim_send(sim_socket *sock, const void *data, size_t len);
sys_count duos__sim_recv(sim_socket *sock, void *data, size_t cap);
duos_err duos__sim_shutdown(sim_socket *sock, duos_how how);
duos_err duos__sim_take_error(sim_socket *sock);

/* Ends what the socket stood for, and frees it. */
void duos__sim_close(sim_socket *sock);

/* READ, WRITE, ERROR and HANGUP, as they are now. */
unsigned duos__sim_ready(const sim_socket *sock);

/* ---- sys_wakeup.c ----------------------------------------------------- */

/* What the verbs do, for the simulator itself: never fails by plan. */
duos_err duos__sim_wakeup_open(sys_wakeup *w);
duos_err duos__sim_wakeup_set(const sys_wakeup *w, bool signaled);

/* ---- process.c -------------------------------------------------------- */

/* What a host's process gets: made at the first call; NULL: no memory. */
sim_process *duos__sim_process(duos_sim *sim, uint32_t host);
void duos__sim_process_fini(duos_sim *sim);

/* ---- sys_input.c ------------------------------------------------------ */

/* More input has come, or its end. */
void duos__sim_input_came(struct sys_input *reader);

/* ---- sys_wait.c ------------------------------------------------------- */

/*
 * For a call on a blocking socket: lets the simulation go on until the socket
 * is ready, and finds it again, since others ran. DUOS_EWOULDBLOCK at the
 * limit, as POSIX has it; DUOS_EBADF when it was closed meanwhile.
 */
duos_err duos__sim_block(duos_socket s, unsigned want, uint64_t limit_ns,
                         sim_socket **sock);

/* By chance, a non-blocking call on a ready socket would block all the same. */
bool duos__sim_spurious(const sim_socket *sock, unsigned want);

/* ---- poller_sim.c ----------------------------------------------------- */

/* Whether a wait would return at once. */
bool duos__sim_poller_ready(const duos_poller *p);

#endif
