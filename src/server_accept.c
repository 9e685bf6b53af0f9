/* SPDX-License-Identifier: MIT */
/*
 * server_accept.c - listeners: when they accept, and what an error of accept
 * means.
 */
#include "deadline.h"
#include "mem.h"
#include "server_core.h"

/* Taken of one backlog when the server drains: as long as most are. */
#define BACKLOG_MOST 4096u

/* Errors in a row that may be a connection's own, before they are not. */
#define DOUBTS_MOST 64u

/* What to do after an error of accept. */
typedef enum accept_policy {
    ACCEPT_NEXT,    /* it was this connection's own */
    ACCEPT_DOUBT,   /* it may be; the same again and again is not */
    ACCEPT_BACKOFF, /* nothing can be accepted now, later it can */
    ACCEPT_SHED,    /* the same, but one can be, with the spare descriptor */
    ACCEPT_BROKEN   /* this listener is done for */
} accept_policy;

/*
 * The system passes errors of the network on through accept (traps 36-38).
 * They belong to the connection, not to the listener. Others may come from
 * what looks at the call before it has taken anybody, as a filter of system
 * calls (EPERM), and then they never end.
 */
static accept_policy policy_of(duos_err err)
{
    switch (err) {
    case DUOS_ECONNABORTED:
    case DUOS_ECONNRESET:
    case DUOS_EPROTO:
    case DUOS_ENETDOWN:
    case DUOS_ENETUNREACH:
    case DUOS_ENONET:
    case DUOS_EHOSTDOWN:
    case DUOS_EHOSTUNREACH:
    case DUOS_ENOPROTOOPT:
    case DUOS_ETIMEDOUT:
        return ACCEPT_NEXT;
    case DUOS_EMFILE:
        return ACCEPT_SHED;
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
        return ACCEPT_DOUBT;
    }
}

/* ---- the spare descriptor --------------------------------------------- */

/*
 * Any socket will do. Where there is none to be had, the server has no spare
 * until one can be: without it, it only pauses.
 */
static void keep_spare(duos_server *server)
{
    if (!duos_socket_valid(server->spare) &&
        sys_open(DUOS_IPV4, DUOS_STREAM, 0, &server->spare) != DUOS_OK) {
        server->spare.os = -1;
    }
}

/*
 * Without it, those who come would wait in the backlog and not be told; and
 * one who is refused makes room for one who may come in time.
 */
static void shed_one(duos_server *server, duos_socket listener)
{
    duos_socket sock = DUOS_SOCKET_INVALID;
    duos_addr peer;
    duos_err err;

    if (!duos_socket_valid(server->spare) || server->draining) {
        return;
    }
    (void)duos_close(&server->spare);
    err = sys_accept(listener, true, &sock, &peer);
    if (err == DUOS_OK) {
        server->stats.shed++;
        duos__server_refuse(server, sock, &peer, DUOS_EMFILE);
    } else if (err != DUOS_EWOULDBLOCK && err != DUOS_EINTERRUPTED &&
               policy_of(err) == ACCEPT_NEXT) {
        server->stats.accept_errors++;
    }
    keep_spare(server);
}

void duos__acceptor_accepted(duos__acceptor *a, duos_socket sock,
                             const duos_addr *peer)
{
    duos_server *server = ((duos__listen_socket *)a)->server;

    server->backoff_ms = 0;
    server->doubts = 0;
    server->arrivals++;
    keep_spare(server);
    duos__server_admit(server, sock, peer);
}

void duos__acceptor_yielded(duos__acceptor *a)
{
    ((duos__listen_socket *)a)->server->stats.accept_yields++;
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

/* Accepts again when a client leaves or a while has passed. */
static void resume_later(duos_server *server)
{
    server->doubts = 0;
    server->backoff_ms = duos__longer_pause(server->backoff_ms);
    duos__timers_start_reserved(
        &server->owner.loop->timers, &server->retry,
        duos__after_ms(sys_now_ns(), server->backoff_ms));
    server->accept_paused = true;
}

/* A level-triggered listener that cannot accept would spin (trap 38). */
static void pause_accepting(duos_server *server)
{
    duos__listen_socket *l;

    resume_later(server);
    for (l = server->listeners; l != NULL; l = l->next) {
        server->owner.engine->accept_stop(&l->acceptor);
    }
}

/* Told last, since that may end the server; and so may shedding. */
static void no_room(duos_server *server, duos_socket listener, duos_err err)
{
    bool first = server->backoff_ms == 0;

    pause_accepting(server);
    if (first) {
        server->stats.accept_pauses++;
    }
    if (policy_of(err) == ACCEPT_SHED) {
        shed_one(server, listener);
    }
    if (first && !server->destroyed) {
        tell_error(server, err);
    }
}

bool duos__acceptor_failed(duos__acceptor *a, duos_err err)
{
    duos_server *server = ((duos__listen_socket *)a)->server;

    switch (policy_of(err)) {
    case ACCEPT_NEXT:
        server->stats.accept_errors++;
        return true;
    case ACCEPT_DOUBT:
        server->stats.accept_errors++;
        if (++server->doubts < DOUBTS_MOST) {
            return true;
        }
        no_room(server, a->sock, err);
        return false;
    case ACCEPT_BACKOFF:
    case ACCEPT_SHED:
        no_room(server, a->sock, err);
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
    bool all = true;

    for (l = server->listeners; l != NULL; l = l->next) {
        if (duos_socket_valid(l->acceptor.sock) && !l->acceptor.accepting &&
            server->owner.engine->accept_start(&l->acceptor) != DUOS_OK) {
            all = false;
        }
    }
    return all;
}

void duos__server_accept_resume(duos_server *server)
{
    if (!server->accept_paused) {
        return;
    }
    server->accept_paused = false;
    duos__timers_stop(&server->owner.loop->timers, &server->retry);
    if (!resume_all(server)) { /* no memory, as a rule */
        resume_later(server);
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
    server->spare.os = -1;
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
    keep_spare(server);
    return DUOS_OK;
}

/* Gives the newest listener back, which has accepted nothing yet. */
static void drop_newest_listener(duos_server *server)
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
                drop_newest_listener(server);
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

/* Turn by turn, as the engine does it, until one brings nobody. */
static void accept_all(const duos_server *server, duos__acceptor *a)
{
    uint64_t begin = server->arrivals;
    uint64_t before;

    do {
        before = server->arrivals;
        a->watcher.ready(&a->watcher, DUOS_READ);
    } while (a->accepting && server->arrivals != before &&
             server->arrivals - begin < BACKLOG_MOST);
}

void duos__server_accept_backlog(duos_server *server)
{
    duos__listen_socket *l;

    for (l = server->listeners; l != NULL; l = l->next) {
        if (l->acceptor.accepting) {
            accept_all(server, &l->acceptor);
        }
    }
}
