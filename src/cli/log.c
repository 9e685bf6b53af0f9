/* SPDX-License-Identifier: MIT */
/*
 * log.c - two blocks per stream: lines are put into one while the thread
 * writes the other, then they change places. So a line lies in one piece, and
 * is written in one where the system allows it.
 */
#include "log.h"

#include "os.h"
#include "say.h"

#include <string.h>

enum {
    BLOCK = LOG_QUEUE / 2,
    /* What a pipe takes whole or not at all, on every POSIX system. */
    PIECE = 512,
    RETRY_MS = 500,
    LOOK_MS = 10
};

typedef struct queue {
    os_monitor *monitor; /* NULL: not begun */
    int stream;
    log_notice *notice;
    bool told;     /* that a write failed; for the thread alone */
    char *filling; /* guarded, as is all below */
    size_t filled;
    uint64_t dropped; /* since the blocks changed places */
    size_t unwritten; /* bytes of the other block, which the thread writes */
    duos_err result;  /* of the last write */
    char blocks[2][BLOCK];
} queue;

/* For the two streams; a thread may use its own to the end of the process. */
static queue queues[2];

static queue *queue_of(int stream)
{
    return &queues[stream == OS_STDERR];
}

/* ---- the thread -------------------------------------------------------- */

/* As many whole lines as fit into a piece, or one that is longer. */
static size_t piece_of(const char *at, size_t len)
{
    size_t end = len < PIECE ? len : PIECE;
    const char *feed;

    if (len <= PIECE) {
        return len;
    }
    while (end > 0 && at[end - 1] != '\n') {
        end--;
    }
    if (end > 0) {
        return end;
    }
    feed = memchr(at, '\n', len);
    return feed == NULL ? len : (size_t)(feed - at) + 1;
}

/* Of the standard error there is nobody to tell. Said before it is noted: who
 * waits for the end of the queues must not miss it. */
static void tell_failure(queue *q, duos_err err)
{
    if (q->stream == OS_STDOUT && err != DUOS_EPIPE && !q->told) {
        q->told = true;
        say_failure("write", "standard output", err);
    }
}

static void note_result(queue *q, size_t done, duos_err err)
{
    os_monitor_enter(q->monitor);
    q->unwritten -= done;
    q->result = err;
    os_monitor_leave(q->monitor);
}

static void write_block(queue *q, const char *at, size_t len)
{
    while (len > 0) {
        size_t done;
        duos_err err = os_write_some(q->stream, at, piece_of(at, len), &done);

        at += done;
        len -= done;
        if (err != DUOS_OK) {
            tell_failure(q, err);
        }
        note_result(q, done, err);
        if (err != DUOS_OK) {
            os_pause(RETRY_MS);
        }
    }
}

/* Waits for lines, and takes the block that they are in. */
static const char *take_block(queue *q, size_t *len)
{
    const char *block;

    os_monitor_enter(q->monitor);
    while (q->filled == 0) {
        os_monitor_wait(q->monitor);
    }
    block = q->filling;
    *len = q->filled;
    q->unwritten = q->filled;
    q->filling = block == q->blocks[0] ? q->blocks[1] : q->blocks[0];
    q->filled = 0;
    if (q->dropped > 0) {
        q->filled = q->notice(q->filling, BLOCK, q->dropped);
        q->dropped = 0;
    }
    os_monitor_leave(q->monitor);
    return block;
}

static void run(void *user)
{
    queue *q = user;

    for (;;) {
        size_t len;
        const char *block = take_block(q, &len);

        write_block(q, block, len);
    }
}

/* ---- the others -------------------------------------------------------- */

duos_err log_start(int stream, log_notice *notice)
{
    queue *q = queue_of(stream);
    duos_err err;

    q->stream = stream;
    q->notice = notice;
    q->filling = q->blocks[0];
    err = os_monitor_create(&q->monitor);
    if (err != DUOS_OK) {
        return err;
    }
    err = os_thread_start(run, q, NULL);
    if (err != DUOS_OK) {
        os_monitor_destroy(q->monitor);
        q->monitor = NULL;
    }
    return err;
}

duos_err log_write(int stream, const void *line, size_t len)
{
    queue *q = queue_of(stream);

    if (q->monitor == NULL) {
        return os_write(stream, line, len);
    }
    os_monitor_enter(q->monitor);
    if (q->dropped > 0 || len > BLOCK - q->filled) {
        q->dropped++;
    } else {
        memcpy(q->filling + q->filled, line, len);
        q->filled += len;
        os_monitor_notify(q->monitor);
    }
    os_monitor_leave(q->monitor);
    return DUOS_OK;
}

/* Whether there is nothing to wait for. */
static bool is_done(queue *q)
{
    bool done = true;

    if (q->monitor != NULL) {
        os_monitor_enter(q->monitor);
        done = q->result != DUOS_OK || (q->unwritten == 0 && q->filled == 0);
        os_monitor_leave(q->monitor);
    }
    return done;
}

void log_flush(int32_t timeout_ms)
{
    int32_t waited = 0;

    while (!is_done(&queues[0]) || !is_done(&queues[1])) {
        if (timeout_ms >= 0 && waited >= timeout_ms) {
            return;
        }
        os_pause(LOOK_MS);
        waited += timeout_ms >= 0 ? LOOK_MS : 0;
    }
}

bool log_failed(int stream)
{
    queue *q = queue_of(stream);
    duos_err err = DUOS_OK;

    if (q->monitor != NULL) {
        os_monitor_enter(q->monitor);
        err = q->result;
        os_monitor_leave(q->monitor);
    }
    return err != DUOS_OK && err != DUOS_EPIPE;
}
