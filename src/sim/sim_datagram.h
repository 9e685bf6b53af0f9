/* SPDX-License-Identifier: MIT */
/*
 * sim_datagram.h - datagrams, of UDP and of unix sockets: how they travel,
 * where they wait, and which groups a socket has joined.
 *
 *   datagram.c  packets, queues, receiving
 *   udp.c       sending, the way       land.c  what arrives on a host
 *   group.c     membership             unix_dgram.c  unix sockets
 */
#ifndef DUOS_SIM_DATAGRAM_H
#define DUOS_SIM_DATAGRAM_H

#include "sim_event.h"
#include "sys.h"

struct sim_socket;

/* What moves in one call, in either direction. */
typedef struct sim_io {
    duos_message m;            /* parts, flags, and what goes with a datagram */
    struct sim_socket *handle; /* what goes along, or came along; or NULL */
    bool wants_handle;
} sim_io;

/* The longest datagram: what IPv4 leaves for UDP. */
#define SIM_DATAGRAM_MAX 65507u

/* What each costs of a queue besides its bytes, so empty ones are bounded. */
#define SIM_PACKET_COST 64u

/* Reports of undelivered datagrams that are kept, at most. */
#define SIM_REPORTS_MAX 16u

/* Virtual clocks begin with 2026, seen from outside. */
#define SIM_EPOCH_NS (UINT64_C(1767225600) * 1000000000u)

/*
 * A datagram under way, in a queue, or, with an error, the word that it was
 * not delivered; its bytes lie behind it.
 */
typedef struct sim_packet {
    sim_event event; /* first: it arrives */
    struct sim_packet *prev;
    struct sim_packet *next; /* of all under way, or in its queue */
    uint32_t from_host;
    uint32_t host; /* 0: an address that no host has */
    uint32_t ifindex;
    uint32_t len;
    uint64_t time_ns; /* of its arrival */
    duos_addr from;
    duos_addr to;
    duos_err error; /* of an earlier one that went from to to */
    uint8_t ttl;
    uint8_t tos;
    bool to_many;   /* a group, or everybody */
    bool reordered; /* others may come before it, and it before others */
    struct sim_socket *handle;
} sim_packet;

typedef struct sim_queue {
    sim_packet *first;
    sim_packet *last;
    uint32_t count;
    uint32_t cost;
} sim_queue;

typedef struct sim_group {
    struct sim_group *next;
    duos_addr group;  /* port 0 */
    duos_addr source; /* port 0; family 0: whoever sends */
    uint32_t ifindex;
} sim_group;

/* What only a datagram socket has. */
typedef struct sim_dgram {
    sim_queue queue;
    sim_queue reports;          /* RECV_ERROR */
    duos_addr peer;             /* family 0: not connected */
    struct sim_socket *partner; /* whom a unix socket sends to */
    duos_err error;             /* pending */
    bool deserted;              /* the partner went: said once */
    sim_group *groups;
    bool recv_closed;
    bool send_closed;
} sim_dgram;

/* ---- datagram.c ------------------------------------------------------- */

/* A packet of len bytes, or NULL. */
sim_packet *duos__sim_packet_new(duos_sim *sim, uint32_t len);
sim_packet *duos__sim_packet_copy(duos_sim *sim, const sim_packet *packet);
void duos__sim_packet_free(duos_sim *sim, sim_packet *packet);

/* Makes a packet of what a call sends, without addresses: its bytes. */
duos_err duos__sim_packet_of(duos_sim *sim, const sim_io *io, size_t max,
                             sim_packet **out);

void duos__sim_queue_add(sim_queue *queue, sim_packet *packet);

/* The first one, which is there. */
sim_packet *duos__sim_queue_take(sim_queue *queue);

/* Whether len more bytes fit: one datagram always does. */
bool duos__sim_queue_fits(const struct sim_socket *sock, uint32_t len);

sys_count duos__sim_dgram_send(struct sim_socket *sock, const sim_io *io);
sys_count duos__sim_dgram_recv(struct sim_socket *sock, sim_io *io);
duos_err duos__sim_dgram_shutdown(struct sim_socket *sock, duos_how how);
unsigned duos__sim_dgram_ready(const struct sim_socket *sock);
void duos__sim_dgram_close(struct sim_socket *sock);

/* ---- udp.c ------------------------------------------------------------ */

duos_err duos__sim_udp_connect(struct sim_socket *sock, const duos_addr *addr);
sys_count duos__sim_udp_send(struct sim_socket *sock, const sim_io *io);

/* Lets a packet arrive at its host some time from now; takes it over. */
void duos__sim_fly(duos_sim *sim, sim_packet *packet);

/* Frees what is under way. */
void duos__sim_flying_fini(duos_sim *sim);

/* ---- land.c ----------------------------------------------------------- */

/* A packet has come to its host; takes it over. */
void duos__sim_land(duos_sim *sim, sim_packet *packet);

/* ---- group.c ---------------------------------------------------------- */

duos_err duos__sim_group(struct sim_socket *sock, bool join, sim_group wanted);
void duos__sim_groups_free(struct sim_socket *sock);

/* Whether a socket hears what was sent to a group. */
bool duos__sim_group_hears(const struct sim_socket *sock,
                           const sim_packet *packet);

#endif
