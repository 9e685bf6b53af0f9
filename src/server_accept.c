/* SPDX-License-Identifier: MIT */
/*
 * server_accept.c - listeners: what is accepted, what is refused, and what an
 * error of accept means.
 */
#include "deadline.h"
#include "mem.h"
#include "server_core.h"

#define BACKOFF_FIRST_MS 50u
#define BACKOFF_LAST_MS  1000u

/* What to do after an error of accept. */
typedef enum accept_policy {
    ACCEPT_NEXT,    /* it was this connection's own */
    ACCEPT_BACKOFF, /* nothing can be accepted now, later it can */
    ACCEPT_BROKEN   /* this listener is done for */
} accept_policy;

/*
 * The system passes errors of the network on through accept (traps 36-38).
 * They belong to the connection, not to the listener.
 */
static accept_policy policy_of(duos_err err)
{
    switch (err) {
    case DUOS_EMFILE:
    case DUOS_ENFILE:
    case DUOS_ENOBUFS:
    case DUOS_ENOMEM:
        return ACCEPT_BACKOFF;
    case DUOS_EBADF:
    case DUOS_EINVAL:
    case DUOS_ENOTSOCK:
    case DUOS_EFAULT:
        return ACCEPT_BROKEN;
    default:
        return ACCEPT_NEXT;
    }
}

/* ---- one connection --------------------------------------------------- */

static duos_err enter_table(duos_server *server, duos_conn *conn)
{
    duos__conn_slot *slot;
    duos_err err = duos__slots_add(&server->slots, &conn->slot);

    if (err == DUOS_OK) {
        slot = (duos__conn_slot *)duos__slots_at(&server->slots, conn->slot,
                                                 sizeof *slot);
        slot->conn = conn;
    }
    return err;
}

static duos_err admit(duos_server *server, duos_conn *conn, duos_socket sock)
{
    duos_err err = enter_table(server, conn);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__conn_attach(conn, sock);
    if (err == DUOS_OK) {
        err = duos__conn_watch_deadlines(conn);
        if (err != DUOS_OK) {
            (void)server->owner.engine->release(&conn->stream);
        }
    }
    if (err != DUOS_OK) {
        duos__slots_del(&server->slots, conn->slot);
    }
    return err;
}

static void count_accepted(duos_server_stats *stats)
{
    stats->accepted++;
    stats->clients++;
    if (stats->clients > stats->clients_peak) {
        stats->clients_peak = stats->clients;
    }
}

void duos__acceptor_accepted(duos__acceptor *a, duos_socket sock,
                             const duos_addr *peer)
{
    duos_server *server = ((duos__listen_socket *)a)->server;
    duos_conn *conn = NULL;

    server->backoff_ms = 0;
    if (server->config.max_clients != 0 &&
        server->stats.clients >= server->config.max_clients) {
        server->stats.refused_limit++;
    } else {
        conn = duos__conn_new(&server->owner);
        if (conn != NULL && admit(server, conn, sock) != DUOS_OK) {
            duos__conn_free(conn);
            conn = NULL;
        }
        if (conn == NULL) {
            server->stats.accept_errors++;
        }
    }
    if (conn == NULL) {
        (void)duos_close(&sock);
        return;
    }
    count_accepted(&server->stats);
    duos__conn_set_peer(conn, peer);
    duos__conn_opened(conn);
}

static void close_listener(duos__listen_socket *l)
{
    l->server->owner.engine->accept_stop(&l->acceptor);
    if (l->has_path) { /* first: see listen_path.h */
        duos__path_leave(&l->path, &l->file);
        l->has_path = false;
    }
    (void)duos_close(&l->acceptor.sock);
}

/* ---- errors ----------------------------------------------------------- */

static void tell_error(duos_server *server, duos_err err)
{
    if (server->config.on_error != NULL) {
        server->config.on_error(server, err, server->owner.user);
    }
}

/*
 * A level-triggered listener that cannot accept would spin (trap 38): all
 * listeners pause until a client leaves or a while has passed.
 */
static void pause_accepting(duos_server *server)
{
    duos_loop *loop = server->owner.loop;
    duos__listen_socket *l;
    uint32_t ms = server->backoff_ms * 2;

    ms = ms < BACKOFF_FIRST_MS ? BACKOFF_FIRST_MS : ms;
    server->backoff_ms = ms < BACKOFF_LAST_MS ? ms : BACKOFF_LAST_MS;
    duos__timers_start_reserved(
        &loop->timers, &server->retry,
        duos__after_ms(sys_now_ns(), server->backoff_ms));
    for (l = server->listeners; l != NULL; l = l->next) {
        server->owner.engine->accept_stop(&l->acceptor);
    }
    server->accept_paused = true;
}

bool duos__acceptor_failed(duos__acceptor *a, duos_err err)
{
    duos_server *server = ((duos__listen_socket *)a)->server;
    bool first;

    switch (policy_of(err)) {
    case ACCEPT_NEXT:
        server->stats.accept_errors++;
        return true;
    case ACCEPT_BACKOFF:
        first = server->backoff_ms == 0;
        pause_accepting(server);
        if (first) { /* last, since it may end the server */
            server->stats.accept_pauses++;
            tell_error(server, err);
        }
        return false;
    case ACCEPT_BROKEN:
        break;
    }
    close_listener((duos__listen_socket *)a);
    tell_error(server, err);
    return false;
}

/* A broken listener has no socket any more; one that was added meanwhile
 * accepts already. */
static bool resume_all(duos_server *server)
{
    duos__listen_socket *l;

    for (l = server->listeners; l != NULL; l = l->next) {
        if (duos_socket_valid(l->acceptor.sock) && !l->acceptor.accepting &&
            server->owner.engine->accept_start(&l->acceptor) != DUOS_OK) {
            return false;
        }
    }
    return true;
}

void duos__server_accept_resume(duos_server *server)
{
    if (!server->accept_paused) {
        return;
    }
    server->accept_paused = false;
    duos__timers_stop(&server->owner.loop->timers, &server->retry);
    if (!resume_all(server)) { /* no memory, as a rule: later, then */
        pause_accepting(server);
    }
}

static void retry_accepting(duos__timer *timer)
{
    duos__server_accept_resume(
        (duos_server *)(void *)((char *)timer - offsetof(duos_server, retry)));
}

void duos__server_accept_init(duos_server *server)
{
    server->retry.fire = retry_accepting;
}

/* ---- listeners -------------------------------------------------------- */

duos_err duos__server_add_listener(duos_server *server, duos_socket sock)
{
    duos_loop *loop = server->owner.loop;
    duos__listen_socket *l =
        (duos__listen_socket *)duos__new(&loop->alloc, sizeof *l);
    duos_err err;

    if (l == NULL) {
        return DUOS_ENOMEM;
    }
    l->server = server;
    l->acceptor.sock = sock;
    l->acceptor.loop = loop;
    l->acceptor.per_turn = server->config.accepts_per_turn;
    err = server->owner.engine->accept_start(&l->acceptor);
    if (err != DUOS_OK) {
        duos__free(&loop->alloc, l, sizeof *l);
        return err;
    }
    l->next = server->listeners;
    server->listeners = l;
    return DUOS_OK;
}

/* Gives the newest listener back, which has accepted nothing yet. */
static void drop_newest(duos_server *server)
{
    duos__listen_socket *l = server->listeners;

    server->listeners = l->next;
    server->owner.engine->accept_stop(&l->acceptor);
    duos__free(&server->owner.loop->alloc, l, sizeof *l);
}

duos_err duos__server_add_all(duos_server *server,
                              const duos_listener *listener)
{
    size_t i;

    for (i = 0; i < listener->count; i++) {
        duos_err err = duos__server_add_listener(server, listener->socks[i]);

        if (err != DUOS_OK) {
            while (i-- > 0) {
                drop_newest(server);
            }
            return err;
        }
    }
    if (listener->file_ours) {
        duos__listen_socket *l = server->listeners;

        l->has_path = true;
        l->path = listener->bound[0];
        l->file.device = listener->file_device;
        l->file.inode = listener->file_inode;
        l->file.is_socket = true;
    }
    return DUOS_OK;
}

/*
 * The structs stay until the server ends, since a callback within one's own
 * accept loop may close it.
 */
void duos__server_close_listeners(duos_server *server)
{
    duos__listen_socket *l;

    duos__timers_stop(&server->owner.loop->timers, &server->retry);
    server->accept_paused = false;
    for (l = server->listeners; l != NULL; l = l->next) {
        close_listener(l);
    }
}

void duos__server_accept_backlog(duos_server *server)
{
    duos__listen_socket *l;

    for (l = server->listeners; l != NULL; l = l->next) {
        if (l->acceptor.accepting) {
            l->acceptor.watcher.ready(&l->acceptor.watcher, DUOS_READ);
        }
    }
}
