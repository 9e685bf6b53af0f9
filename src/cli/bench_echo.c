/* SPDX-License-Identifier: MIT */
/*
 * bench_echo.c - the messages of a connection of duosock bench, and whether
 * their echoes are right.
 *
 * The bytes of a connection are a piece of one pattern that begins elsewhere
 * for each of them: an echo that is late, there twice or another client's is
 * not where it belongs. The pattern's period is a prime, so that it never
 * falls into step with messages.
 */
#include "bench_core.h"

#include "os.h"
#include "trace.h"

#include <stdlib.h>
#include <string.h>

enum {
    PERIOD = 65521,
    STEP = 7919,  /* between the beginnings of two connections */
    PIECE = 65536 /* what is sent or compared at a time, at least */
};

bool bench_make_pattern(bench *b)
{
    size_t size = b->options->size;
    uint32_t state = 1;
    size_t i;

    b->piece = size < PIECE ? PIECE : size;
    b->pattern = malloc(PERIOD + b->piece);
    for (i = 0; b->pattern != NULL && i < PERIOD + b->piece; i++) {
        if (i % PERIOD == 0) {
            state = 1;
        }
        state = state * 1664525u + 1013904223u;
        b->pattern[i] = (char)(state >> 24);
    }
    return b->pattern != NULL;
}

/* The bytes of a connection from a place on, a piece of them. */
static const char *bytes_at(const visitor *v, uint64_t at)
{
    uint64_t first = (uint64_t)v->number * STEP;

    return v->bench->pattern + (first + at) % PERIOD;
}

static void note_sent(visitor *v, uint32_t count, uint64_t now)
{
    uint32_t ring = v->bench->options->pipeline;
    uint32_t i;

    for (i = 0; i < count; i++) {
        v->sent_at[(v->oldest + v->under_way) % ring] = now;
        v->under_way++;
    }
    v->sent += count * (uint64_t)v->bench->options->size;
    v->bench->under_way += count;
}

duos_err bench_send(visitor *v, uint32_t count)
{
    size_t size = v->bench->options->size;
    uint32_t most = (uint32_t)(v->bench->piece / size);
    duos_err err = DUOS_OK;

    while (err == DUOS_OK && count > 0) {
        uint32_t part = count < most ? count : most;
        uint64_t now = os_clock_ns();

        err = duos_conn_send(duos_client_conn(v->client), bytes_at(v, v->sent),
                             part * size);
        note_sent(v, part, now);
        count -= part;
    }
    return err;
}

static bool is_right(const visitor *v, const char *data, size_t len)
{
    uint64_t at = v->received;

    if (len > v->sent - v->received) {
        return false;
    }
    while (len > 0) {
        size_t part = len < v->bench->piece ? len : v->bench->piece;

        if (memcmp(data, bytes_at(v, at), part) != 0) {
            return false;
        }
        data += part;
        at += part;
        len -= part;
    }
    return true;
}

static void note_echo(visitor *v, uint64_t now)
{
    bench *b = v->bench;

    if (!v->is_idle) {
        histogram_add(&b->figures->latency, now - v->sent_at[v->oldest]);
        b->figures->messages++;
    }
    v->oldest = (v->oldest + 1) % b->options->pipeline;
    v->under_way--;
    b->under_way--;
}

bool bench_take(visitor *v, const void *data, size_t len, uint32_t *count)
{
    uint64_t size = v->bench->options->size;
    uint64_t now = os_clock_ns();
    uint64_t left;

    *count = 0;
    if (!is_right(v, data, len)) {
        return false;
    }
    v->received += len;
    left = (v->sent - v->received + size - 1) / size;
    while (v->under_way > left) {
        note_echo(v, now);
        (*count)++;
    }
    return true;
}
