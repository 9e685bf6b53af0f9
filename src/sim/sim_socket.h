/* SPDX-License-Identifier: MIT */
/*
 * sim_socket.h - sockets and the connections of streams. What travels towards
 * an end lies in that end's wire, in order, as segments that each have a time
 * of arrival. An event is a wire whose first segment is due.
 *
 *   net.c   sockets, addresses   port.c  ports, TIME_WAIT   io.c      one call
 *   wire.c  what travels         tcp.c   the ends           stream.c  bytes
 */
#ifndef DUOS_SIM_SOCKET_H
#define DUOS_SIM_SOCKET_H

#include "sim_datagram.h"
#include "sim_event.h"
#include "sim_unix.h"
#include "sys.h"

/* ---- connections ------------------------------------------------------ */

/* What travels in one go. A wire that is full merges into its last one. */
typedef struct sim_segment {
    uint64_t due_ns;
    uint32_t bytes;  /* of the stream, which lie in the ring */
    uint32_t window; /* the other direction may send as many more */
    bool open;       /* the request to connect, or its answer */
    bool fin;        /* no bytes follow */
    bool urgent;     /* the byte at mark is out of band */
    uint64_t mark;
    duos_err error; /* the end of the connection: refused or reset */
} sim_segment;

#define SIM_SEGMENTS 16u

/* When a sender that hears nothing gives up: as Linux does by default. */
#define SIM_CONNECT_NS UINT64_C(127000000000)
#define SIM_RESEND_NS  UINT64_C(924000000000)

/* The last urgent byte: it stays in the ring until the stream comes to it. */
typedef enum sim_mark {
    SIM_NO_MARK,
    SIM_MARKED, /* it waits to be received */
    SIM_TAKEN   /* it was */
} sim_mark;

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
    uint64_t put; /* bytes that were sent and received since the beginning */
    uint64_t got;
    sim_mark marked;
    uint64_t mark;      /* position of the urgent byte that came last */
    sim_passed *passed; /* in the order of their positions */
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
    bool first;  /* its FIN was the first one: it will be in TIME_WAIT */
    sim_wire in; /* towards this end */
} sim_end;

/* Goes when both ends are gone and both wires are empty. */
typedef struct sim_conn {
    sim_end ends[2]; /* 0 connects, 1 accepts */
    bool local;      /* within a host: what is sent has arrived */
    struct sim_conn *next_pending;
    struct sim_conn *prev; /* of all in the simulation */
    struct sim_conn *next;
} sim_conn;

/* ---- sockets ---------------------------------------------------------- */

typedef enum sim_kind {
    SIM_STREAM, /* conn is NULL until it connects */
    SIM_LISTENER,
    SIM_DGRAM,
    SIM_WAKEUP
} sim_kind;

/* Which sharing policy was chosen; none is refused while old ones linger. */
typedef enum sim_reuse {
    SIM_REUSE_NONE,
    SIM_REUSE_SAFE,
    SIM_REUSE_SHARED
} sim_reuse;

typedef struct sim_socket {
    duos_sim *sim;
    struct sim_socket *prev; /* of all, in the order of their birth */
    struct sim_socket *next;
    sim_kind kind;
    uint32_t number; /* its first one */
    uint32_t holds;  /* numbers that it has, and of those that travel */
    uint32_t host;
    duos_family family;
    sim_reuse reuse;
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
    sim_dgram dgram;
    sim_file *file; /* of a unix socket with a path */
} sim_socket;

/* As on POSIX, 0 to 2 are somebody else's. */
#define SIM_FIRST_SOCKET 3u

/* The interfaces of each host, by their indices; and how many there are. */
#define SIM_LOOPBACK   1
#define SIM_ETHERNET   2
#define SIM_INTERFACES 2

/* Ports that are given to those who do not ask for one, unless a host has
 * others. */
#define SIM_PORT_MIN 49152u
#define SIM_PORT_MAX 65535u

/* What sys_listen makes of "the system's maximum". */
#define SIM_BACKLOG_MAX 128u

/* How long an address pair rests, and one that does. */
#define SIM_TIME_WAIT_NS (UINT64_C(60) * 1000000000u)

typedef struct sim_rest {
    struct sim_rest *next;
    uint32_t host;
    duos_addr local;
    duos_addr peer;
    uint64_t until_ns;
} sim_rest;

/* ---- net.c ------------------------------------------------------------ */

/* An open socket of any host: DUOS_OK, DUOS_EBADF, DUOS_ENOTREADY. */
duos_err duos__sim_find(duos_socket s, sim_socket **out);

/* A socket with a number, on a host: DUOS_OK, DUOS_ENOTREADY, DUOS_EMFILE,
 * DUOS_ENOMEM. */
duos_err duos__sim_socket_new(uint32_t host, sim_kind kind, duos_family family,
                              sim_socket **out);

/* One more number for a socket: DUOS_OK, DUOS_EMFILE, DUOS_ENOMEM. */
duos_err duos__sim_number_new(sim_socket *sock, uint32_t *number);

/* A number is free again; the socket with none, and not under way, ends. */
void duos__sim_number_free(duos_sim *sim, uint32_t number);

/* One hold less; the last one ends the socket. */
void duos__sim_release(sim_socket *sock);

/* Frees it without a word to anybody. */
void duos__sim_socket_free(sim_socket *sock);

bool duos__sim_is_any(const duos_addr *addr);
bool duos__sim_is_loopback(const duos_addr *addr);
bool duos__sim_is_group(const duos_addr *addr);
bool duos__sim_is_broadcast(const duos_addr *addr);

/* A host that has IPv4 on an IPv6 socket sees ::ffff:a.b.c.d. */
duos_addr duos__sim_seen_by(const sim_socket *sock, const duos_addr *addr);

/* The IPv4 address that a mapped one stands for; others stay. */
duos_addr duos__sim_unmapped(const duos_addr *addr);

/* The host that an address leads to from a host, 0 for none. */
uint32_t duos__sim_route(const duos_sim *sim, uint32_t from,
                         const duos_addr *to);

/* Whether a socket that is bound to its address takes what is sent to b. */
bool duos__sim_covers(const sim_socket *sock, const duos_addr *b);

/* Who listens on an address of a host, or NULL. */
sim_socket *duos__sim_listener(duos_sim *sim, uint32_t host,
                               const duos_addr *addr);

/* ---- port.c ----------------------------------------------------------- */

duos_err duos__sim_bind(sim_socket *sock, const duos_addr *addr);

/* Gives a socket a port, if it has none: DUOS_EADDRNOTAVAIL. to: who is going
 * to be its peer, or NULL. */
duos_err duos__sim_autoport(sim_socket *sock, const duos_addr *to);

/* Gives a socket that is not bound a local address that reaches to. */
duos_err duos__sim_autobind(sim_socket *sock, const duos_addr *to);

/* The address pair of an end is not used for a minute. */
void duos__sim_rest(duos_sim *sim, const sim_end *end);
void duos__sim_rests_fini(duos_sim *sim);

/* ---- io.c ------------------------------------------------------------- */

/* A call that sends or receives: as often as it has to be tried. */
sys_count duos__sim_move(duos_socket s, duos_sim_call call, sim_io *io);

/* All lengths together. */
size_t duos__sim_total(const duos_message *m);

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

/* What was sent within a host arrives, before the call ends that sent it. */
void duos__sim_flush(duos_sim *sim, sim_conn *conn);

/* Moves bytes into the ring (at most credit), reads them (offset and len
 * within what arrived), and takes them out. */
void duos__sim_wire_put(const duos_sim *sim, sim_wire *wire, const void *data,
                        uint32_t len);
void duos__sim_wire_read(const sim_wire *wire, uint32_t cap, uint32_t offset,
                         void *data, uint32_t len);
void duos__sim_wire_drop(sim_wire *wire, uint32_t cap, uint32_t len);

/* ---- tcp.c ------------------------------------------------------------ */

/* The end of a connection for one of its ends, as err says. */
void duos__sim_break(sim_end *end, duos_err err);

/* What a segment does to the end that it reaches. */
void duos__sim_arrive(duos_sim *sim, sim_conn *conn, uint32_t side,
                      const sim_segment *segment);

/* These never block: DUOS_EWOULDBLOCK, and DUOS_EINPROGRESS of connect. */
duos_err duos__sim_connect(sim_socket *sock, const duos_addr *addr);
duos_err duos__sim_accept(sim_socket *listener, sim_socket **out);
duos_err duos__sim_shutdown(sim_socket *sock, duos_how how);

/* The pending error, which is told once: of a socket, or of an end. */
duos_err duos__sim_take_error(sim_socket *sock);
duos_err duos__sim_end_error(sim_end *end);

/* Adds a connection to those that wait for an accept. */
void duos__sim_enqueue(sim_socket *listener, sim_conn *conn);

/* Ends what the socket stood for, and frees it. */
void duos__sim_close(sim_socket *sock);

/* ---- stream.c --------------------------------------------------------- */

static inline sim_end *duos__sim_near(const sim_socket *sock)
{
    return &sock->conn->ends[sock->side];
}

static inline sim_end *duos__sim_far(const sim_socket *sock)
{
    return &sock->conn->ends[1 - sock->side];
}

/* These never block, either. */
sys_count duos__sim_send(sim_socket *sock, const sim_io *io);
sys_count duos__sim_recv(sim_socket *sock, sim_io *io);

/* READ, WRITE, PRIO, ERROR and HANGUP, as they are now. */
unsigned duos__sim_ready(const sim_socket *sock);

#endif
