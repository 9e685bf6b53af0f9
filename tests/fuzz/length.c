/* SPDX-License-Identifier: MIT */
/*
 * length.c - F4: frames with their length in front, and of a fixed size. Any
 * two ways to cut the same bytes into blocks give the same frames and the
 * same end; what a writer puts in front, a reader finds.
 */
#include "fuzz.h"
#include "support/failing_alloc.h"

#include <duosock/frame.h>

/* What came out, as numbers: results, lengths, and a sum over the bytes. */
typedef struct outcome {
    uint64_t hash;
    uint64_t frames;
    duos_err end;
} outcome;

static void note(outcome *o, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    size_t i;

    o->hash = (o->hash ^ len) * UINT64_C(0x100000001b3);
    for (i = 0; i < len; i++) {
        o->hash = (o->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
}

static duos_err feed(duos_frame_reader *r, duos_bytes block, outcome *o)
{
    duos_bytes frame;
    duos_err err;

    while ((err = duos_frame_next(r, &block, &frame)) == DUOS_OK) {
        fuzz_check(frame.data != NULL && frame.len <= r->max);
        o->frames++;
        note(o, frame.data, frame.len);
    }
    fuzz_check(err == DUOS_EWOULDBLOCK || err == DUOS_ELIMIT ||
               err == DUOS_EPROTO);
    fuzz_check(err != DUOS_EWOULDBLOCK || block.len == 0);
    return err;
}

/* step: where the sizes of blocks come from; 0 for one block. */
static outcome read_all(const duos_frame_config *config, const uint8_t *data,
                        size_t size, uint8_t step)
{
    outcome o = {1, 0, DUOS_OK};
    duos_frame_reader r;
    duos_bytes rest;
    duos_err err = DUOS_EWOULDBLOCK;
    size_t at = 0;

    fuzz_ok(duos_frame_init(&r, config));
    while (at < size && err == DUOS_EWOULDBLOCK) {
        size_t len = step == 0 ? size : 1 + step % 29u;
        duos_bytes block = {data + at, len < size - at ? len : size - at};

        at += block.len;
        err = feed(&r, block, &o);
        step = (uint8_t)(step * 5u + (step != 0));
    }
    fuzz_check(duos_frame_held(&r) <= config->max + 64 ||
               config->kind == DUOS_FRAME_FIXED);
    o.end = duos_frame_end(&r, &rest);
    fuzz_check(err == DUOS_EWOULDBLOCK || o.end == err);
    note(&o, rest.data, rest.len);
    duos_frame_fini(&r);
    return o;
}

/* Frames that are written are read; the same bytes make one frame each. */
static void write_and_read(const duos_frame_config *config, fuzz_input in)
{
    uint8_t stream[DUOS_FRAME_PREFIX_MAX + 256];
    duos_frame_reader r;

    fuzz_ok(duos_frame_init(&r, config));
    while (in.left > 0) {
        size_t len = fuzz_byte(&in);
        size_t count = 0;
        duos_bytes block = {stream, 0};
        duos_bytes frame;
        duos_err err = duos_frame_prefix(&r, len, stream, &count);

        len = len < in.left ? len : in.left;
        if (err != DUOS_OK) {
            fuzz_check(err == DUOS_EMSGSIZE);
            continue;
        }
        if (duos_frame_prefix(&r, len, stream, &count) != DUOS_OK) {
            break; /* a fixed size, and not so much is left */
        }
        memcpy(stream + count, in.at, len);
        block.len = count + len;
        fuzz_ok(duos_frame_next(&r, &block, &frame));
        fuzz_check(frame.len == len && memcmp(frame.data, in.at, len) == 0);
        fuzz_check(block.len == 0);
        in.at += len;
        in.left -= len;
    }
    fuzz_ok(duos_frame_end(&r, NULL));
    duos_frame_fini(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    failing_alloc memory;
    duos_frame_config config;
    uint8_t flags = fuzz_byte(&in);
    uint8_t step = fuzz_byte(&in);
    outcome whole;
    outcome pieces;

    failing_alloc_init(&memory);
    duos_frame_config_init(&config);
    config.alloc = &memory.alloc;
    config.max = 1 + fuzz_byte(&in);
    config.kind = (flags & 1) != 0 ? DUOS_FRAME_FIXED : DUOS_FRAME_LENGTH;
    config.fixed = 1 + fuzz_byte(&in) % (uint32_t)config.max;
    config.prefix = (uint8_t)(1u << (flags >> 1 & 3u) % 3u);
    config.little_endian = (flags & 8) != 0;
    config.counts_prefix = (flags & 16) != 0;
    whole = read_all(&config, in.at, in.left, 0);
    pieces = read_all(&config, in.at, in.left, (uint8_t)(step | 1u));
    fuzz_check(whole.frames == pieces.frames);
    fuzz_check(whole.hash == pieces.hash);
    fuzz_check(whole.end == pieces.end);
    write_and_read(&config, in);
    fuzz_check(memory.bytes == 0 && !memory.wrong_size && !memory.overrun);
    return 0;
}
