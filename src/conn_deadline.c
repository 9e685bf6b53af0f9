/* SPDX-License-Identifier: MIT */
/*
 * conn_deadline.c - all time limits of a connection on one timer, and when to
 * try a send again that the system had no buffers for.
 *
 * A byte that moves only leaves a stamp; the timer stays where it is. When it
 * fires, the stamps tell whether a limit has passed or when to look again. So
 * a deadline costs nothing per message.
 */
#include "conn_filter.h"
#include "deadline.h"

/* Between tries to send without buffers; each pause is twice the last. */
#define RETRY_MS     10u
#define RETRY_MAX_MS 1000u

/* Bytes of one connection in a turn, each way, unless told otherwise. */
#define SHARE ((size_t)256 << 10)

/* The connection's limit, if it has one, that passes first. */
typedef struct verdict {
    uint32_t now_ms;
    uint32_t left_ms; /* until the first limit passes */
    bool any;
    bool retry;       /* the pause is over */
    duos_err expired; /* DUOS_OK if none has */
    uint64_t *count;  /* of those that it has ended */
} verdict;

static void look_again_in(verdict *v, uint32_t left_ms)
{
    if (!v->any || left_ms < v->left_ms) {
        v->left_ms = left_ms;
    }
    v->any = true;
}

/* Both stamps are cut to milliseconds, so only "more than" is never early. */
static void consider(verdict *v, int32_t limit_ms, uint32_t since_ms,
                     duos_err err, uint64_t *count)
{
    uint32_t passed = v->now_ms - since_ms;
    uint32_t limit = (uint32_t)limit_ms;

    if (limit_ms == 0 || v->expired != DUOS_OK) {
        return;
    }
    if (passed > limit) {
        v->expired = err;
        v->count = count;
        return;
    }
    look_again_in(v, limit - passed + 1);
}

/* What waits for room needs no timer; what waits for buffers has no other. */
static void consider_queue(verdict *v, const duos_conn *conn)
{
    const duos__stream *s = &conn->stream;
    uint32_t passed = v->now_ms - s->starved_ms;
    uint32_t pause;

    consider(v, conn->owner->limits.stall_ms, conn->sent_ms, DUOS_ESTALLED,
             &conn->owner->counts.stall_ends);
    if (s->starved == 0 || s->sending) {
        return;
    }
    pause = RETRY_MS << (s->starved - 1);
    pause = pause < RETRY_MAX_MS ? pause : RETRY_MAX_MS;
    v->retry = passed > pause;
    look_again_in(v, v->retry ? 0 : pause - passed + 1);
}

/* While a greeting lasts, it will do; a load balancer has one at once, and
 * nothing to say of a client who says nothing. */
static bool is_silent(const duos_conn *conn)
{
    return conn->state == DUOS__CONN_GREETING ? conn->bytes_in == 0
                                              : !duos__conn_has_spoken(conn);
}

static void open_limits(verdict *v, const duos_conn *conn)
{
    const duos_conn_limits *limits = &conn->owner->limits;
    duos__counts *counts = &conn->owner->counts;

    if (is_silent(conn)) {
        consider(v, limits->first_byte_ms, conn->since_ms, DUOS_EIDLE,
                 &counts->first_byte_ends);
    }
    consider(v, limits->idle_ms, conn->active_ms, DUOS_EIDLE,
             &counts->idle_ends);
    if (conn->out.len > 0) {
        consider_queue(v, conn);
    }
}

static verdict judge_deadline(const duos_conn *conn)
{
    const duos_conn_limits *limits = &conn->owner->limits;
    duos__counts *counts = &conn->owner->counts;
    verdict v = {0, 0, false, false, DUOS_OK, NULL};

    v.now_ms = conn->stream.loop->now_ms;
    switch ((duos__conn_state)conn->state) {
    case DUOS__CONN_GREETING:
        consider(&v, limits->handshake_ms, conn->since_ms, DUOS_ETIMEDOUT,
                 &counts->handshake_ends);
        open_limits(&v, conn);
        break;
    case DUOS__CONN_OPEN:
        open_limits(&v, conn);
        break;
    case DUOS__CONN_FLUSHING:
        consider_queue(&v, conn);
        break;
    case DUOS__CONN_LINGERING:
        consider(&v, limits->linger_ms, conn->since_ms, conn->stream.reason,
                 &counts->linger_ends);
        break;
    case DUOS__CONN_CONNECTING: /* the client's own timer */
    case DUOS__CONN_CLOSED:
    case DUOS__CONN_RELEASED:
        break;
    }
    return v;
}

/*
 * A loop that was held up has not seen yet what came in time, and a turn sees
 * only so many: nobody is blamed for what waits here.
 */
static void catch_up(duos_conn *conn)
{
    conn->owner->engine->recv_now(&conn->stream);
    conn->owner->engine->send_now(&conn->stream);
}

static void send_queued(duos_conn *conn)
{
    conn->owner->engine->send_start(&conn->stream);
    conn->owner->engine->send_now(&conn->stream);
}

static void deadline_passed(duos__timer *timer)
{
    duos_conn *conn =
        (duos_conn *)(void *)((char *)timer - offsetof(duos_conn, end.timer));
    verdict v = judge_deadline(conn);

    if (v.retry) {
        send_queued(conn);
        v = judge_deadline(conn);
    }
    if (v.expired != DUOS_OK && conn->state != DUOS__CONN_LINGERING) {
        catch_up(conn);
        v = judge_deadline(conn);
    }
    if (v.expired == DUOS_OK) {
        /* What was handed over just now may have taken the timer's place. */
        if (duos__conn_watch_deadlines(conn) != DUOS_OK) {
            duos_conn_abort(conn, DUOS_ENOMEM);
        }
        return;
    }
    ++*v.count;
    if (conn->state == DUOS__CONN_LINGERING) {
        duos__conn_finish(conn, v.expired);
    } else {
        duos_conn_abort(conn, v.expired);
    }
}

duos_err duos__conn_watch_deadlines(duos_conn *conn)
{
    duos__timers *timers = &conn->stream.loop->timers;
    verdict v = judge_deadline(conn);
    uint64_t due;

    if (conn->state >= DUOS__CONN_CLOSED) {
        return DUOS_OK; /* the timer has given way to the deferred end */
    }
    if (v.expired != DUOS_OK) {
        v.any = true;
        v.left_ms = 0;
    }
    if (!v.any) {
        duos__timers_stop(timers, &conn->end.timer);
        return DUOS_OK;
    }
    due = duos__after_ms(conn->stream.loop->now_ns, v.left_ms);
    if (conn->end.timer.position != 0 && conn->end.timer.due_ns <= due) {
        return DUOS_OK; /* it looks soon enough */
    }
    conn->end.timer.fire = deadline_passed;
    return duos__timers_start(timers, &conn->end.timer, due);
}

void duos__limits_init(duos_conn_limits *limits)
{
    limits->queue_max = (size_t)1 << 20;
    limits->queue_high = (size_t)256 << 10;
    limits->queue_low = (size_t)64 << 10;
    limits->first_byte_ms = 30 * 1000;
    limits->idle_ms = 5 * 60 * 1000;
    limits->stall_ms = 30 * 1000;
    limits->linger_ms = 2 * 1000;
    limits->handshake_ms = 10 * 1000;
    limits->backpressure = true;
    limits->read_per_turn = SHARE;
    limits->write_per_turn = SHARE;
}

duos_err duos__limits_complete(duos_conn_limits *limits)
{
    if (limits->queue_max == 0) {
        limits->queue_max = SIZE_MAX;
    }
    if (limits->queue_high == 0) {
        limits->queue_high = SIZE_MAX;
    }
    if (limits->read_per_turn == 0) {
        limits->read_per_turn = SHARE;
    }
    if (limits->write_per_turn == 0) {
        limits->write_per_turn = SHARE;
    }
    if (limits->first_byte_ms < 0 || limits->idle_ms < 0 ||
        limits->stall_ms < 0 || limits->linger_ms < 0 ||
        limits->handshake_ms < 0 || limits->queue_low > limits->queue_high ||
        (limits->queue_high != SIZE_MAX &&
         limits->queue_high > limits->queue_max)) {
        return DUOS_ERANGE;
    }
    return DUOS_OK;
}
