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
 *   names.c  host names       sim_socket.h, sim_datagram.h, sim_unix.h  the net
 *   process.c  stop requests and standard input of the hosts
 *   sys_*.c, poller_sim.c     the seam, in terms of these
 */
#ifndef DUOS_SIM_INTERNAL_H
#define DUOS_SIM_INTERNAL_H

#include <duosock/sim.h>

#include "name.h"
#include "sim_event.h"
#include "sim_socket.h"
#include "sys.h"

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

    char *said; /* three texts of a hand-over, one behind the other */
    size_t said_len;
    const char *said_at[3]; /* NULL: not said */
    intptr_t said_first;
} sim_process;

/* ---- what goes wrong -------------------------------------------------- */

typedef struct sim_partition {
    uint32_t a;
    uint32_t b;
    uint64_t until_ns;
} sim_partition;

/* A statement of a script: script.c knows its rest. */
typedef struct sim_step sim_step;

/* ---- hosts ------------------------------------------------------------ */

/* What is counted on a host, and where the counting ends. */
typedef struct sim_host {
    uint32_t open;  /* descriptors */
    uint32_t limit; /* of descriptors */
    uint16_t port_min;
    uint16_t port_max;
    uint16_t next_port;
    bool locked; /* by sys_path_lock */
} sim_host;

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
    sim_host host_of[DUOS_SIM_HOSTS_MAX + 1];
    sim_process *processes[DUOS_SIM_HOSTS_MAX + 1]; /* NULL: not used yet */

    sim_socket **sockets; /* socket number SIM_FIRST_SOCKET + index */
    uint32_t socket_room;
    uint32_t socket_count;
    sim_socket *first_socket;
    sim_socket *last_socket;
    sim_conn *conns;
    sim_packet *flying; /* the newest first */
    sim_rest *rests;
    sim_file *files;
    uint64_t inodes;

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
    uint64_t looked_ns;    /* when somebody waited last */
    uint32_t steps_within; /* steps of loops that have not returned */
    bool running;
    bool stopped;
    bool ending; /* nothing that is freed has to say goodbye */
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
bool duos__sim_strikes(duos_sim *sim, duos_sim_fault fault);

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

/*
 * The same for a wait for many. Who looks again at the same moment, without
 * waiting, takes a turn's time, so that time passes for programs that only
 * ever look; in the step of a loop the turn has its time already.
 */
uint64_t duos__sim_wait_limit(duos_sim *sim, int32_t timeout_ms);

/* A turn of a loop that its own program runs takes its time, too. */
void duos__sim_turn(duos_sim *sim);

/*
 * The same for who finds that a call on a non-blocking socket would block. A
 * loop that fails meanwhile is told: DUOS_OK, or what its step said.
 */
duos_err duos__sim_look(duos_sim *sim);

/* What is due has happened before the next call is made; in the step of a
 * loop it waits for its end. */
void duos__sim_catch_up(duos_sim *sim);

/* ---- names.c ---------------------------------------------------------- */

void duos__sim_names_fini(duos_sim *sim);

/* ---- sys_offload.c ---------------------------------------------------- */

/* Ends all tasks without running them: the machine is switched off. */
void duos__sim_tasks_fini(duos_sim *sim);

/* ---- sys_wakeup.c ----------------------------------------------------- */

/* What the verbs do, for the simulator itself: never fails by plan. */
duos_err duos__sim_wakeup_open(sys_wakeup *w);
duos_err duos__sim_wakeup_set(const sys_wakeup *w, bool signaled);

/* ---- process.c -------------------------------------------------------- */

/* What a host's process gets: made at the first call; NULL: no memory. */
sim_process *duos__sim_process(duos_sim *sim, uint32_t host);
void duos__sim_process_fini(duos_sim *sim);

/* Forgets what a hand-over has said. */
void duos__sim_unsay(duos_sim *sim, sim_process *process);

/* ---- sys_input.c ------------------------------------------------------ */

/* More input has come, or its end. */
void duos__sim_input_came(struct sys_input *reader);

/* ---- sys_wait.c ------------------------------------------------------- */

/*
 * For a call on a blocking socket: lets the next thing happen and finds the
 * socket again, since others ran. DUOS_EWOULDBLOCK at the limit, as POSIX has
 * it; DUOS_EBADF when it was closed meanwhile.
 */
duos_err duos__sim_go_on(duos_socket s, uint64_t limit_ns, sim_socket **sock);

/* The same until the socket is ready. */
duos_err duos__sim_block(duos_socket s, unsigned want, uint64_t limit_ns,
                         sim_socket **sock);

/* By chance, a non-blocking call on a ready socket would block all the same. */
bool duos__sim_spurious(const sim_socket *sock, unsigned want);

/* ---- poller_sim.c ----------------------------------------------------- */

/* Whether a wait would return at once. */
bool duos__sim_poller_ready(const duos_poller *p);

#endif
