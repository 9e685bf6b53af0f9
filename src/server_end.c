/* SPDX-License-Identifier: MIT */
/*
 * server_end.c - how a server ends: a client that goes, draining, and the end
 * of it all. What comes next stands in one deferred node, so that only one
 * thing can be next.
 */
#include "conn_filter.h"
#include "deadline.h"
#include "mem.h"
#include "server_core.h"

/* When those that back-pressure holds are looked at again; how long at all. */
#define HELD_MS      10
#define HELD_LAST_MS 1000

/* Times that up to a share of one connection is received at its end. */
#define RECEIVE_ROUNDS 16

static duos_server *server_of_end(duos__deferred *deferred)
{
    return (duos_server *)(void *)((char *)deferred -
                                   offsetof(duos_server, end));
}

static void defer_once(duos_server *server,
                       void (*run)(duos__deferred *deferred))
{
    server->end.run = run;
    if (!server->end_deferred) {
        server->end_deferred = true;
        duos__loop_defer(server->owner.loop, &server->end);
    }
}

static void free_server(duos_server *server)
{
    duos_loop *loop = server->owner.loop;

    while (server->listeners != NULL) {
        duos__listen_socket *l = server->listeners;

        server->listeners = l->next;
        duos__free(&loop->alloc, l, sizeof *l);
    }
    if (duos_socket_valid(server->spare)) {
        (void)duos_close(&server->spare);
    }
    duos__free(&loop->alloc, server->origins,
               server->origin_count * sizeof *server->origins);
    duos__free(&loop->alloc, server->cidrs,
               server->cidr_count * sizeof *server->cidrs);
    duos__addresses_fini(&server->addresses);
    duos__slots_fini(&server->slots);
    duos__timers_unreserve(&loop->timers);
    duos__free(&loop->alloc, server, sizeof *server);
}

/* Runs behind the ends of all its connections, which were deferred before. */
static void end_server(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    if (server->stats.clients > 0) { /* deferred by another turn: wait */
        defer_once(server, end_server);
        return;
    }
    free_server(server);
}

static void tell_drained(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    if (!server->drained_told && server->stats.clients == 0) {
        server->drained_told = true;
        duos__timers_stop(&server->owner.loop->timers, &server->drain_deadline);
        if (server->config.on_drained != NULL) {
            server->config.on_drained(server, server->owner.user);
        }
    }
}

/* What follows when a client of any kind is gone. */
static void place_free(duos_server *server)
{
    duos__server_accept_resume(server);
    if (server->finishing && server->stats.clients == 0 && !server->destroyed) {
        defer_once(server, tell_drained);
    }
}

/* Who took a connection from elsewhere is told once. */
static void *take_origin(duos_server *server, uint32_t index)
{
    void *origin = NULL;

    if (index < server->origin_count) {
        origin = server->origins[index];
        server->origins[index] = NULL;
    }
    return origin;
}

void duos__server_conn_gone(duos__owner *owner, duos_conn *conn)
{
    duos_server *server = (duos_server *)owner;
    void *origin = take_origin(server, conn->slot);

    server->stats.bytes_received += conn->bytes_in;
    server->stats.bytes_sent += conn->bytes_out;
    duos__server_leave(server, conn->slot);
    place_free(server);
    if (origin != NULL && server->config.on_gone != NULL) {
        server->config.on_gone(server, origin, server->owner.user);
    }
}

duos_err duos_server_give_back(duos_server *server, duos_ticket ticket)
{
    const duos__conn_slot *slot;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    slot = (const duos__conn_slot *)duos__slots_find(
        &server->slots, ticket.value, sizeof *slot);
    if (slot == NULL || slot->conn != NULL) {
        return DUOS_EBADHANDLE;
    }
    duos__server_leave(server, duos__name_index(ticket.value));
    place_free(server);
    return DUOS_OK;
}

static void abort_all(duos_server *server, duos_err reason)
{
    duos_conn *conn = duos__server_conn_from(server, 0);

    while (conn != NULL) {
        duos_conn_abort(conn, reason);
        conn = duos__server_conn_from(server, conn->slot + 1);
    }
}

static void drain_expired(duos__timer *timer)
{
    duos_server *server =
        (duos_server *)(void *)((char *)timer -
                                offsetof(duos_server, drain_deadline));

    server->overdue = true;
    abort_all(server, DUOS_EDRAINED);
}

/* ---- draining --------------------------------------------------------- */

/* A whole buffer came: there may be more, bounded. */
static void receive_all(duos_server *server, duos_conn *conn)
{
    int rounds = RECEIVE_ROUNDS;
    uint64_t before;

    do {
        before = conn->bytes_in;
        server->owner.engine->recv_now(&conn->stream);
    } while (--rounds > 0 && conn->stream.receiving &&
             conn->bytes_in - before >= conn->stream.loop->recv_size);
}

/*
 * Held by back-pressure, it has to be heard once its queue has gone out. And
 * one that has just come in, or is greeting, may be about to say its first
 * word.
 */
static bool may_go_on(const duos_server *server, const duos_conn *conn)
{
    uint32_t age = duos__loop_stamp(conn->stream.loop) - conn->since_ms;

    if (conn->stream.loop->now_ns >= server->patience_ns) {
        return false;
    }
    return (conn->held && !conn->paused) ||
           (!duos__conn_has_spoken(conn) &&
            age < (uint32_t)server->config.drain_first_byte_ms);
}

/* Hands over what has arrived, then closes behind what is queued. */
static void finish_conn(duos_server *server, duos_conn *conn)
{
    if (conn->filtered) {
        duos__filter_catch_up(conn);
    }
    if (conn->stream.receiving) {
        receive_all(server, conn);
    }
    if (!may_go_on(server, conn)) {
        duos__conn_begin_close(conn, DUOS_EDRAINED);
    }
}

/* The next one at or behind index that is open, or about to be. */
static duos_conn *unfinished_from(duos_server *server, uint32_t index)
{
    duos_conn *conn = duos__server_conn_from(server, index);

    while (conn != NULL && conn->state > DUOS__CONN_GREETING) {
        conn = duos__server_conn_from(server, conn->slot + 1);
    }
    return conn;
}

static void finish_all(duos_server *server)
{
    duos_conn *conn =
        server->config.drain_waits ? NULL : unfinished_from(server, 0);

    while (conn != NULL) {
        finish_conn(server, conn);
        conn = unfinished_from(server, conn->slot + 1);
    }
}

/* Those that are held are looked at again, on the timer of accept's pauses. */
static void finish_rest(duos_server *server)
{
    finish_all(server);
    if (!server->destroyed && !server->config.drain_waits &&
        unfinished_from(server, 0) != NULL) {
        duos__timers_start_reserved(
            &server->owner.loop->timers, &server->retry,
            duos__after_ms(server->owner.loop->now_ns, HELD_MS));
    }
}

static void look_again(duos__timer *timer)
{
    finish_rest(
        (duos_server *)(void *)((char *)timer - offsetof(duos_server, retry)));
}

/* No more clients come: the listeners go, and with them their timer's use. */
static void end_listening(duos_server *server)
{
    duos__server_close_listeners(server);
    server->finishing = true;
    server->retry.fire = look_again;
    finish_rest(server);
    if (server->stats.clients == 0 && !server->destroyed) {
        defer_once(server, tell_drained);
    }
}

/* Behind the ends of those that were idle: their descriptors are free. */
static void take_backlog_again(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    if (!server->overdue) { /* nobody would end those who came now */
        duos__server_accept_resume(server);
        duos__server_accept_backlog(server);
    }
    end_listening(server);
}

/* Behind all callbacks of the turn: it calls on_open and on_data itself. */
static void begin_drain(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    finish_all(server);
    duos__server_accept_backlog(server);
    if (server->accept_paused) { /* for want of descriptors, as a rule */
        defer_once(server, take_backlog_again);
    } else {
        end_listening(server);
    }
}

/* Half of the time is for what is queued then. */
static uint64_t patience(int64_t timeout_ms)
{
    int64_t ms = timeout_ms < 0 || timeout_ms / 2 > HELD_LAST_MS
                     ? HELD_LAST_MS
                     : timeout_ms / 2;

    return duos__after_ms(sys_now_ns(), ms);
}

duos_err duos_server_drain(duos_server *server, int64_t timeout_ms)
{
    duos__timers *timers;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    timers = &server->owner.loop->timers;
    if (!server->draining) {
        server->draining = true;
        server->patience_ns = patience(timeout_ms);
        defer_once(server, begin_drain);
        duos__loop_settle(server->owner.loop);
    }
    if (timeout_ms < 0 || server->drained_told || server->destroyed) {
        duos__timers_stop(timers, &server->drain_deadline);
        return DUOS_OK;
    }
    return duos__timers_start(timers, &server->drain_deadline,
                              duos__after_ms(sys_now_ns(), timeout_ms));
}

/* ---- the end ---------------------------------------------------------- */

/* Whoever has these clients now, their tickets mean nothing any more. */
static void forget_handed_over(duos_server *server)
{
    uint32_t index;

    for (index = 0; index < server->slots.used; index++) {
        const duos__conn_slot *slot = duos__server_slot(server, index);

        if ((slot->slot.generation & 1) != 0 && slot->conn == NULL) {
            duos__server_leave(server, index);
        }
    }
}

void duos_server_destroy(duos_server *server)
{
    duos_loop *loop;
    duos_conn *conn;

    if (server == NULL || server->destroyed) {
        return;
    }
    loop = server->owner.loop;
    server->destroyed = true;
    server->draining = true;
    duos__timers_stop(&loop->timers, &server->drain_deadline);
    duos__server_close_listeners(server);
    for (conn = duos__server_conn_from(server, 0); conn != NULL;
         conn = duos__server_conn_from(server, conn->slot + 1)) {
        duos__conn_finish(conn, DUOS_ECANCELED);
    }
    forget_handed_over(server);
    defer_once(server, end_server);
    duos__loop_settle(loop);
}

void duos__server_end_init(duos_server *server)
{
    server->owner.gone = duos__server_conn_gone;
    server->drain_deadline.fire = drain_expired;
}
