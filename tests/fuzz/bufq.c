/* SPDX-License-Identifier: MIT */
/*
 * bufq.c - F11: the queue of bytes to send against a plain array: appends,
 * of shared buffers too, parts taken from the front, memory that is not
 * there, a clear.
 */
#include "fuzz.h"
#include "support/failing_alloc.h"

#include "bufq.h"

enum {
    ROOM = 1 << 18,
    PIECE = 9000
};

static uint8_t model[ROOM]; /* what waits: from first to last */
static size_t first;
static size_t last;

/* A reference to a buffer of its own, from begin on. */
static duos_err append_shared(duos__bufq *q, failing_alloc *memory,
                              const uint8_t *piece, size_t len, size_t begin)
{
    duos_shared *shared;
    duos_err err = duos_shared_create(piece, len, &memory->alloc, &shared);

    if (err == DUOS_OK) {
        err = duos__bufq_append_shared(q, &memory->alloc, shared, begin);
        duos_shared_release(shared);
    }
    return err;
}

static void append(duos__bufq *q, failing_alloc *memory, size_t len,
                   uint8_t from, bool shared)
{
    static uint8_t piece[PIECE];
    size_t begin = shared && len > 0 ? from % len : 0;
    duos_err err;
    size_t i;

    len = len < ROOM - last ? len : ROOM - last;
    begin = begin < len ? begin : 0;
    for (i = 0; i < len; i++) {
        piece[i] = (uint8_t)(from + i * 7 + (i >> 8));
    }
    err = shared ? append_shared(q, memory, piece, len, begin)
                 : duos__bufq_append(q, &memory->alloc, piece, len);
    if (err == DUOS_OK) {
        memcpy(model + last, piece + begin, len - begin);
        last += len - begin;
    } else {
        fuzz_check(err == DUOS_ENOMEM && failing_alloc_struck(memory));
    }
}

static void take(duos__bufq *q, failing_alloc *memory, uint32_t share)
{
    const void *data = NULL;
    size_t len = duos__bufq_front(q, &data);
    size_t n = len * share / 255;

    fuzz_check((len == 0) == (first == last) && len <= last - first);
    fuzz_check(len == 0 || memcmp(data, model + first, len) == 0);
    if (n > 0) {
        duos__bufq_consume(q, &memory->alloc, n);
        first += n;
    }
}

static void step(fuzz_input *in, duos__bufq *q, failing_alloc *memory)
{
    uint8_t what = fuzz_byte(in);

    switch (what % 8) {
    case 0:
    case 1:
        append(q, memory, fuzz_byte(in), what, what / 8 % 2 != 0);
        break;
    case 2:
        append(q, memory, fuzz_u16(in) % PIECE, what, what / 8 % 2 != 0);
        break;
    case 3:
    case 4:
        take(q, memory, fuzz_byte(in));
        break;
    case 5:
        take(q, memory, 255);
        break;
    case 6:
        failing_alloc_arm(memory, what / 8 % 4, (what & 128) != 0);
        break;
    default:
        if (what == 255) {
            duos__bufq_clear(q, &memory->alloc);
            first = last;
        }
        break;
    }
    fuzz_operations++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    failing_alloc memory;
    duos__bufq q = {NULL, 0};

    failing_alloc_init(&memory);
    first = last = 0;
    while (in.left > 0) {
        step(&in, &q, &memory);
        fuzz_check(q.len == last - first);
        fuzz_check(q.len > 0 || memory.bytes == 0);
        fuzz_check(memory.bytes <= 4 * q.len + 3 * 4096 + 2 * PIECE);
    }
    while (q.len > 0) {
        take(&q, &memory, 255);
    }
    fuzz_check(first == last);
    fuzz_check(memory.bytes == 0 && !memory.wrong_size && !memory.overrun);
    return 0;
}
