/* SPDX-License-Identifier: MIT */
/*
 * sim_unix.h - unix sockets: their names and files, and what they do at once
 * where others wait for the network.
 *
 *   file.c  the names on each host     unix.c  streams
 *   unix_dgram.c  datagrams            pass.c  sockets that travel
 */
#ifndef DUOS_SIM_UNIX_H
#define DUOS_SIM_UNIX_H

#include "sim_datagram.h"

struct sim_conn;
struct sim_wire;

/* A file that a bind made. It stays when its socket has gone. */
typedef struct sim_file {
    struct sim_file *next;
    uint32_t host;
    uint32_t mode;
    uint64_t inode;
    duos_addr addr;
    struct sim_socket *sock; /* NULL: left over */
} sim_file;

/* A socket that travels with the byte of a stream at position. */
typedef struct sim_passed {
    struct sim_passed *next;
    uint64_t position;
    struct sim_socket *sock;
} sim_passed;

/* As every process of every host is seen by others. */
#define SIM_UID 1000u
#define SIM_GID 1000u

/* What bind leaves of the permissions of a file. */
#define SIM_MODE 0755u

/* ---- file.c ----------------------------------------------------------- */

/* Names the socket: DUOS_EADDRINUSE, DUOS_ENOMEM. */
duos_err duos__sim_unix_bind(struct sim_socket *sock, const duos_addr *addr);

/* The socket has gone, its file has not. */
void duos__sim_unix_leave(struct sim_socket *sock);

/*
 * Who has this name on the host of a socket: DUOS_ENOENT, DUOS_ECONNREFUSED,
 * DUOS_EACCES, and DUOS_EPROTOTYPE if it is of another type.
 */
duos_err duos__sim_unix_find(const struct sim_socket *from,
                             const duos_addr *addr, struct sim_socket **out);

/* NULL: there is none on the current host. */
sim_file *duos__sim_file(const duos_sim *sim, const duos_addr *addr);
void duos__sim_file_remove(duos_sim *sim, sim_file *file);
void duos__sim_files_fini(duos_sim *sim);

/* ---- unix.c ----------------------------------------------------------- */

/* DUOS_EBUSY: the backlog is full. */
duos_err duos__sim_unix_connect(struct sim_socket *sock, const duos_addr *addr);

/* Connects two sockets that nobody knows yet. */
duos_err duos__sim_unix_join(struct sim_socket *one, struct sim_socket *other);

/* ---- unix_dgram.c ----------------------------------------------------- */

duos_err duos__sim_unix_aim(struct sim_socket *sock, const duos_addr *addr);
sys_count duos__sim_unix_sendto(struct sim_socket *sock, const sim_io *io);

/* Nobody can send to it any more. */
void duos__sim_unix_forget(struct sim_socket *gone);

/* ---- pass.c ----------------------------------------------------------- */

/* Sends a socket along with the next byte: DUOS_OK, DUOS_ENOMEM. */
duos_err duos__sim_pass(duos_sim *sim, struct sim_wire *wire,
                        struct sim_socket *sock);

/* How many of n bytes can be received before the next one comes. */
uint32_t duos__sim_pass_bound(const struct sim_wire *wire, uint32_t n);

/* The one that comes with the next byte, or NULL; it is the caller's. */
struct sim_socket *duos__sim_pass_take(duos_sim *sim, struct sim_wire *wire);

#endif
