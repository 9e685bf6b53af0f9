/* SPDX-License-Identifier: MIT */
/*
 * wire.c - what is under way between the two ends of a connection.
 *
 * Everything arrives, and in order: chance decides how late. All memory is
 * taken when the connection is made, so nothing that is sent can fail: when
 * the queue is full, what is sent rides along with what was sent last.
 */
#include <string.h>

#include "mem.h"
#include "sim_internal.h"

#define NS_PER_MS 1000000u

/* How long what is not answered takes until it is sent again. */
#define RESEND_NS (200u * (uint64_t)NS_PER_MS)

/* ---- connections ------------------------------------------------------ */

/* The rings of both wires lie behind the connection. */
static size_t conn_size(const duos_sim *sim)
{
    return sizeof(sim_conn) + 2 * (size_t)sim->config.buffer;
}

/* Takes the first segment off the wire, and lets it arrive. */
static void take_first(duos_sim *sim, sim_conn *conn, uint32_t side)
{
    sim_wire *wire = &conn->ends[side].in;
    sim_segment segment = wire->queue[wire->head];

    wire->head = (wire->head + 1) % SIM_SEGMENTS;
    wire->count--;
    if (wire->count > 0 && !conn->local) {
        wire->event.due_ns = wire->queue[wire->head].due_ns;
        duos__sim_event_add(sim, &wire->event);
    }
    duos__sim_arrive(sim, conn, side, &segment);
}

/* Neither side of a connect knows yet that it came about. */
static bool is_connecting(const sim_conn *conn)
{
    return conn->ends[0].state == SIM_CONNECTING ||
           conn->ends[1].state == SIM_CONNECTING;
}

/* The first segment that somebody waits to have answered, or NULL. */
static const sim_segment *first_to_answer(const sim_wire *wire)
{
    uint32_t i;

    for (i = 0; i < wire->count; i++) {
        const sim_segment *segment =
            &wire->queue[(wire->head + i) % SIM_SEGMENTS];

        if (segment->bytes > 0 || segment->open || segment->fin) {
            return segment;
        }
    }
    return NULL;
}

/* Since when nobody answers: what stood in line before does not count. */
static uint64_t unanswered_since(const sim_wire *wire)
{
    const sim_segment *segment = first_to_answer(wire);

    return segment != NULL && segment->due_ns > wire->tried_ns ? segment->due_ns
                                                               : wire->tried_ns;
}

/*
 * What lies on the wire is lost. A connect fails by it, as does whoever sent
 * more than window updates: those are found out by asking, once that gets
 * through.
 */
static void give_up(duos_sim *sim, sim_conn *conn, uint32_t side)
{
    sim_wire *wire = &conn->ends[side].in;

    if (is_connecting(conn) || first_to_answer(wire) != NULL) {
        duos__sim_break(&conn->ends[1 - side], DUOS_ETIMEDOUT);
    }
    if (conn->ends[0].state == SIM_CONNECTING) {
        duos__sim_break(&conn->ends[0], DUOS_ETIMEDOUT);
    }
    if (conn->ends[1].state == SIM_CONNECTING) {
        conn->ends[1].state = SIM_GONE; /* was not asked: nobody has it */
    }
    for (; wire->count > 0; wire->count--) {
        conn->ends[1 - side].in.credit += wire->queue[wire->head].window;
        wire->head = (wire->head + 1) % SIM_SEGMENTS;
    }
    wire->tried_ns = 0;
    duos__sim_conn_collect(sim, conn);
}

/* Nobody answers: it is sent again, or its sender gives up. */
static void send_again(duos_sim *sim, sim_conn *conn, uint32_t side)
{
    sim_wire *wire = &conn->ends[side].in;
    uint64_t patience = is_connecting(conn) ? SIM_CONNECT_NS : SIM_RESEND_NS;

    if (wire->tried_ns == 0) {
        wire->tried_ns = sim->now_ns;
    }
    if (sim->now_ns < unanswered_since(wire) + patience) {
        wire->event.due_ns = sim->now_ns + RESEND_NS;
        duos__sim_event_add(sim, &wire->event);
    } else {
        give_up(sim, conn, side);
    }
}

static void arrive_first(duos_sim *sim, sim_event *event)
{
    sim_wire *wire = (sim_wire *)event; /* its first member */
    sim_conn *conn = wire->conn;
    uint32_t side = wire == &conn->ends[1].in;

    if (duos__sim_apart(sim, conn->ends[0].host, conn->ends[1].host)) {
        send_again(sim, conn, side);
        return;
    }
    wire->tried_ns = 0;
    take_first(sim, conn, side);
    duos__sim_conn_collect(sim, conn);
}

void duos__sim_flush(duos_sim *sim, sim_conn *conn)
{
    while (conn->local &&
           (conn->ends[0].in.count > 0 || conn->ends[1].in.count > 0)) {
        take_first(sim, conn, conn->ends[0].in.count == 0);
    }
}

sim_conn *duos__sim_conn_new(duos_sim *sim)
{
    sim_conn *conn;
    uint32_t side;

    if (duos__sim_event_promise(sim, 2) != DUOS_OK) {
        return NULL;
    }
    conn = (sim_conn *)duos__new(&sim->alloc, conn_size(sim));
    if (conn == NULL) {
        duos__sim_event_unpromise(sim, 2);
        return NULL;
    }
    for (side = 0; side < 2; side++) {
        sim_wire *wire = &conn->ends[side].in;

        wire->event.run = arrive_first;
        wire->conn = conn;
        wire->credit = sim->config.buffer;
        wire->ring =
            (unsigned char *)(conn + 1) + (size_t)side * sim->config.buffer;
    }
    conn->next = sim->conns;
    if (conn->next != NULL) {
        conn->next->prev = conn;
    }
    sim->conns = conn;
    return conn;
}

static void drop_passed(duos_sim *sim, sim_wire *wire)
{
    while (wire->passed != NULL) {
        sim_passed *passed = wire->passed;
        sim_socket *sock = passed->sock;

        wire->passed = passed->next;
        duos__free(&sim->alloc, passed, sizeof *passed);
        if (!sim->ending) {
            duos__sim_release(sock);
        }
    }
}

void duos__sim_conn_free(duos_sim *sim, sim_conn *conn)
{
    if (conn->prev != NULL) {
        conn->prev->next = conn->next;
    } else {
        sim->conns = conn->next;
    }
    if (conn->next != NULL) {
        conn->next->prev = conn->prev;
    }
    duos__sim_event_unpromise(sim, 2);
    drop_passed(sim, &conn->ends[0].in);
    drop_passed(sim, &conn->ends[1].in);
    duos__free(&sim->alloc, conn, conn_size(sim));
}

void duos__sim_conn_collect(duos_sim *sim, sim_conn *conn)
{
    const sim_end *ends = conn->ends;

    if (ends[0].state == SIM_GONE && ends[1].state == SIM_GONE &&
        ends[0].in.count == 0 && ends[1].in.count == 0) {
        duos__sim_conn_free(sim, conn);
    }
}

/* ---- sending ---------------------------------------------------------- */

sim_segment *duos__sim_post_at(duos_sim *sim, sim_end *to, uint64_t due)
{
    sim_wire *wire = &to->in;
    uint32_t last = (wire->head + wire->count - 1) % SIM_SEGMENTS;
    sim_segment *segment;

    if (wire->count == SIM_SEGMENTS) {
        return &wire->queue[last];
    }
    if (wire->count > 0 && due < wire->queue[last].due_ns) {
        due = wire->queue[last].due_ns;
    }
    segment = &wire->queue[(wire->head + wire->count) % SIM_SEGMENTS];
    memset(segment, 0, sizeof *segment);
    segment->due_ns = due;
    wire->count++;
    if (wire->count == 1 && !wire->conn->local) {
        wire->event.due_ns = due;
        duos__sim_event_add(sim, &wire->event);
    }
    return segment;
}

sim_segment *duos__sim_post(duos_sim *sim, sim_end *to)
{
    const sim_conn *conn = to->in.conn;
    uint64_t due;

    if (conn->local) {
        return duos__sim_post_at(sim, to, sim->now_ns);
    }
    due = duos__sim_arrival(sim);
    duos__sim_maybe_part(sim, conn->ends[0].host, conn->ends[1].host);
    return duos__sim_post_at(sim, to,
                             due > to->in.busy_ns ? due : to->in.busy_ns);
}

/* ---- the bytes -------------------------------------------------------- */

static void spend_bandwidth(const duos_sim *sim, sim_wire *wire, uint32_t len)
{
    if (wire->busy_ns < sim->now_ns) {
        wire->busy_ns = sim->now_ns;
    }
    if (sim->config.bandwidth > 0) {
        wire->busy_ns += (uint64_t)len * NS_PER_MS / sim->config.bandwidth;
    }
}

void duos__sim_wire_put(const duos_sim *sim, sim_wire *wire, const void *data,
                        uint32_t len)
{
    uint32_t cap = sim->config.buffer;
    uint32_t at = (wire->first + wire->arrived + wire->flying) % cap;
    uint32_t straight = len < cap - at ? len : cap - at;

    memcpy(wire->ring + at, data, straight);
    memcpy(wire->ring, (const unsigned char *)data + straight, len - straight);
    wire->flying += len;
    wire->credit -= len;
    wire->put += len;
    spend_bandwidth(sim, wire, len);
}

void duos__sim_wire_read(const sim_wire *wire, uint32_t cap, uint32_t offset,
                         void *data, uint32_t len)
{
    uint32_t at = (wire->first + offset) % cap;
    uint32_t straight = len < cap - at ? len : cap - at;

    memcpy(data, wire->ring + at, straight);
    memcpy((unsigned char *)data + straight, wire->ring, len - straight);
}

void duos__sim_wire_drop(sim_wire *wire, uint32_t cap, uint32_t len)
{
    wire->first = (wire->first + len) % cap;
    wire->arrived -= len;
    wire->got += len;
}
