/* SPDX-License-Identifier: MIT */
/*
 * server_admit.c - who is let in, what one who is not is told, and clients
 * that pass from one server to another.
 */
#include <string.h>

#include "cidr_list.h"
#include "mem.h"
#include "server_core.h"

/* Receives of 512 bytes, before the socket of one who was told is closed. */
#define DROPPED_READS 16

/* ---- the rules -------------------------------------------------------- */

static bool is_denied(const duos_server_config *config, const duos_addr *peer)
{
    if (peer->family == DUOS_UNIX) {
        return false;
    }
    return duos__cidrs_match(config->deny, config->deny_count, peer) ||
           (config->allow_count > 0 &&
            !duos__cidrs_match(config->allow, config->allow_count, peer));
}

/* DUOS_OK, or why not. */
static duos_err judge_peer(const duos_server *server, const duos_addr *peer)
{
    if (is_denied(&server->config, peer)) {
        return DUOS_EACCES;
    }
    if (server->config.max_clients != 0 &&
        server->stats.clients >= server->config.max_clients) {
        return DUOS_ELIMIT;
    }
    return DUOS_OK;
}

static void count_refused(duos_server_stats *stats, duos_err reason)
{
    switch (reason) {
    case DUOS_EACCES:
        stats->refused_denied++;
        break;
    case DUOS_ELIMIT:
        stats->refused_limit++;
        break;
    case DUOS_EUSERS:
        stats->refused_address++;
        break;
    default:
        stats->accept_errors++;
        break;
    }
}

/* ---- places ----------------------------------------------------------- */

/* A place in the table for one that may come in; it counts from now on. */
static duos_err enter_client(duos_server *server, const duos_addr *peer,
                             uint32_t *index)
{
    const duos_server_config *config = &server->config;
    uint32_t entry = 0;
    duos_err err = judge_peer(server, peer);

    if (err == DUOS_OK &&
        !duos__cidrs_match(config->proxy, config->proxy_count, peer)) {
        err = duos__addresses_enter(&server->addresses, peer, &entry);
    }
    if (err != DUOS_OK) {
        return err;
    }
    err = duos__slots_add(&server->slots, index);
    if (err != DUOS_OK) {
        duos__addresses_leave(&server->addresses, entry);
        return err;
    }
    duos__server_slot(server, *index)->slot.link = entry;
    duos__server_slot(server, *index)->conn = NULL;
    server->stats.clients++;
    return DUOS_OK;
}

void duos__server_leave(duos_server *server, uint32_t index)
{
    duos__addresses_leave(&server->addresses,
                          duos__server_slot(server, index)->slot.link);
    duos__slots_del(&server->slots, index);
    server->stats.clients--;
}

duos_err duos__server_conn_named(duos__owner *owner, duos_conn *conn,
                                 const duos_addr *remote)
{
    duos_server *server = (duos_server *)owner;
    const duos_server_config *config = &server->config;
    uint32_t entry;
    duos_err err = DUOS_EACCES;

    if (!duos__cidrs_match(config->deny, config->deny_count, remote)) {
        err = duos__addresses_enter(&server->addresses, remote, &entry);
    }
    if (err == DUOS_OK) {
        duos__server_slot(server, conn->slot)->slot.link = entry;
    } else {
        count_refused(&server->stats, err);
    }
    return err;
}

static void count_accepted(duos_server_stats *stats)
{
    stats->accepted++;
    if (stats->clients > stats->clients_peak) {
        stats->clients_peak = stats->clients;
    }
}

/* ---- one's own connections -------------------------------------------- */

static duos_err attach(duos_server *server, duos_conn *conn, duos_socket sock)
{
    duos_err err = duos__conn_attach(conn, sock);

    if (err == DUOS_OK) {
        err = duos__conn_watch_deadlines(conn);
        if (err != DUOS_OK) {
            (void)server->owner.engine->release(&conn->stream);
        }
    }
    return err;
}

static duos_err open_conn(duos_server *server, duos_socket sock,
                          const duos_addr *peer, duos_conn **out)
{
    duos_conn *conn = duos__conn_new(&server->owner);
    duos_err err;

    if (conn == NULL) {
        return DUOS_ENOMEM;
    }
    err = attach(server, conn, sock);
    if (err != DUOS_OK) {
        duos__conn_free(conn);
        return err;
    }
    duos__conn_set_peer(conn, peer);
    *out = conn;
    return DUOS_OK;
}

/* The place comes first: one who is refused costs no memory. */
static duos_err make_conn(duos_server *server, duos_socket sock,
                          const duos_addr *peer, duos_conn **out)
{
    uint32_t index;
    duos_err err = enter_client(server, peer, &index);

    if (err != DUOS_OK) {
        return err;
    }
    err = open_conn(server, sock, peer, out);
    if (err != DUOS_OK) {
        duos__server_leave(server, index);
        return err;
    }
    (*out)->slot = index;
    duos__server_slot(server, index)->conn = *out;
    count_accepted(&server->stats);
    return DUOS_OK;
}

/* ---- clients of others ------------------------------------------------ */

/* It counts before on_admit is asked, which may give it back at once. */
static duos_err hand_over_client(duos_server *server, duos_socket sock,
                                 const duos_addr *peer)
{
    duos_ticket ticket;
    uint32_t index;
    duos_err err = enter_client(server, peer, &index);

    if (err != DUOS_OK) {
        return err;
    }
    ticket.value =
        duos__slot_name(&duos__server_slot(server, index)->slot, index);
    count_accepted(&server->stats);
    err =
        server->config.on_admit(server, sock, peer, ticket, server->owner.user);
    if (err != DUOS_OK && /* the server may have been destroyed there */
        duos_server_give_back(server, ticket) == DUOS_OK) {
        server->stats.accepted--;
    }
    return err;
}

/* Room for what on_gone is to be told of the connection in a slot. */
static duos_err reserve_origin(duos_server *server)
{
    const duos_alloc *alloc = &server->owner.loop->alloc;
    uint32_t count = server->slots.used + DUOS__SLOTS_PAGE;
    void **origins;

    if (server->slots.used < server->origin_count) {
        return DUOS_OK; /* the next slot is an old one, or the next new one */
    }
    origins = (void **)duos__resize(
        alloc, server->origins, server->origin_count, count, sizeof *origins);
    if (origins == NULL) {
        return DUOS_ENOMEM;
    }
    memset(origins + server->origin_count, 0,
           (count - server->origin_count) * sizeof *origins);
    server->origins = origins;
    server->origin_count = count;
    return DUOS_OK;
}

static duos_err take_client(duos_server *server, duos_socket s,
                            const duos_addr *peer, void *origin)
{
    duos_conn *conn;
    bool entered;
    duos_err err = DUOS_OK;

    if (origin != NULL) {
        err = reserve_origin(server);
    }
    if (err == DUOS_OK) {
        err = duos_set_nonblocking(s, true);
    }
    if (err == DUOS_OK) {
        err = make_conn(server, s, peer, &conn);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (origin != NULL) {
        server->origins[conn->slot] = origin;
    }
    entered = duos__loop_enter(server->owner.loop);
    duos__conn_opened(conn);
    duos__loop_leave(conn->stream.loop, entered);
    return DUOS_OK;
}

duos_err duos_server_take(duos_server *server, duos_socket s,
                          const duos_addr *peer, void *origin)
{
    duos_addr asked;
    duos_err err;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    if (server->draining) {
        return DUOS_ESTATE;
    }
    if (peer == NULL) {
        err = duos_peer_addr(s, &asked);
        if (err != DUOS_OK) {
            return err;
        }
        peer = &asked;
    }
    err = take_client(server, s, peer, origin);
    if (err != DUOS_OK) {
        count_refused(&server->stats, err);
    }
    return err;
}

/* ---- coming in -------------------------------------------------------- */

/*
 * Nothing is kept of one who is refused: what does not go at once is not
 * said. Input that was not read would make close a reset, which can destroy
 * the words on their way (trap 70).
 */
static void say(duos_socket sock, duos_bytes words)
{
    char dropped[512];
    int reads = DROPPED_READS;
    sys_count n = sys_send(sock, words.data,
                           words.len < SYS_IO_MAX ? words.len : SYS_IO_MAX);

    if (n < 0 || sys_shutdown(sock, DUOS_SHUT_SEND) != DUOS_OK) {
        return;
    }
    do {
        n = sys_recv(sock, dropped, sizeof dropped);
    } while (n > 0 && --reads > 0);
}

void duos__server_refuse(duos_server *server, duos_socket sock,
                         const duos_addr *peer, duos_err reason)
{
    duos_bytes words = {NULL, 0};

    if (server->config.on_refuse != NULL && !server->destroyed) {
        words =
            server->config.on_refuse(server, peer, reason, server->owner.user);
    }
    if (words.data != NULL && words.len > 0) {
        say(sock, words);
    }
    (void)duos_close(&sock);
}

void duos__server_admit(duos_server *server, duos_socket sock,
                        const duos_addr *peer)
{
    duos_conn *conn = NULL;
    duos_err err = server->config.on_admit != NULL
                       ? hand_over_client(server, sock, peer)
                       : make_conn(server, sock, peer, &conn);

    if (err != DUOS_OK) {
        count_refused(&server->stats, err);
        duos__server_refuse(server, sock, peer, err);
    } else if (conn != NULL) {
        duos__conn_opened(conn);
    }
}
