/* SPDX-License-Identifier: MIT */
/*
 * length.c - F4: frames with their length in front, and of a fixed size.
 * However the bytes are cut into blocks, the frames and the end are those that
 * the book says; what a writer puts in front, a reader finds.
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

/* ---- by the book, with the whole stream at hand ------------------------ */

static size_t length_at(const duos_frame_config *config, const uint8_t *at)
{
    size_t length = 0;
    size_t i;

    for (i = 0; i < config->prefix; i++) {
        size_t place = config->little_endian ? config->prefix - 1u - i : i;

        length = length * 256 + at[place];
    }
    return length;
}

/* What a length says, as how many bytes follow it. */
static duos_err measure(const duos_frame_config *config, const uint8_t *at,
                        size_t *need)
{
    *need = length_at(config, at);
    if (config->counts_prefix) {
        if (*need < config->prefix) {
            return DUOS_EPROTO;
        }
        *need -= config->prefix;
    }
    return *need > config->max ? DUOS_ELIMIT : DUOS_OK;
}

static outcome expect_all(const duos_frame_config *config, const uint8_t *data,
                          size_t size)
{
    size_t prefix =
        config->kind == DUOS_FRAME_FIXED ? 0 : (size_t)config->prefix;
    outcome o = {1, 0, DUOS_OK};
    size_t at = 0;

    while (at < size) {
        size_t need = config->fixed;

        o.end = DUOS_ETRUNCATED;
        if (size - at < prefix) {
            note(&o, data, 0);
            return o;
        }
        if (prefix > 0) {
            duos_err err = measure(config, data + at, &need);

            if (err != DUOS_OK) {
                o.end = err;
                note(&o, data, 0);
                return o;
            }
        }
        at += prefix;
        if (size - at < need) {
            note(&o, data + at, size - at);
            return o;
        }
        note(&o, data + at, need);
        o.frames++;
        o.end = DUOS_OK;
        at += need;
    }
    note(&o, data, 0);
    return o;
}

/* ---- the other side ---------------------------------------------------- */

static duos_err expect_prefix(const duos_frame_config *config, size_t len)
{
    uint64_t most = (UINT64_C(1) << 8 * config->prefix) - 1;

    if (config->kind == DUOS_FRAME_FIXED) {
        return len == config->fixed ? DUOS_OK : DUOS_EMSGSIZE;
    }
    most -= config->counts_prefix ? config->prefix : 0;
    return len <= config->max && len <= most ? DUOS_OK : DUOS_EMSGSIZE;
}

/* Frames that are written are read. */
static void write_and_read(const duos_frame_config *config, fuzz_input in)
{
    static uint8_t stream[DUOS_FRAME_PREFIX_MAX + 1024];
    duos_frame_reader r;

    fuzz_ok(duos_frame_init(&r, config));
    while (in.left > 0) {
        size_t len = fuzz_u16(&in) % (sizeof stream - DUOS_FRAME_PREFIX_MAX);
        size_t count = 0;
        duos_bytes block = {stream, 0};
        duos_bytes frame;
        duos_err err = duos_frame_prefix(&r, len, stream, &count);

        fuzz_check(err == expect_prefix(config, len));
        if (err == DUOS_OK) {
            memset(stream + count, fuzz_byte(&in), len);
            block.len = count + len;
            fuzz_ok(duos_frame_next(&r, &block, &frame));
            fuzz_check(frame.data == stream + count && frame.len == len);
            fuzz_check(block.len == 0);
        }
    }
    fuzz_ok(duos_frame_end(&r, NULL));
    duos_frame_fini(&r);
}

static void check_same(const outcome *got, const outcome *wanted)
{
    fuzz_check(got->frames == wanted->frames);
    fuzz_check(got->hash == wanted->hash);
    fuzz_check(got->end == wanted->end);
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
    outcome wanted;

    failing_alloc_init(&memory);
    duos_frame_config_init(&config);
    config.alloc = &memory.alloc;
    config.max = fuzz_byte(&in);
    config.max = 1 + config.max * config.max / 16; /* 1 to 4065 */
    config.kind = (flags & 1) != 0 ? DUOS_FRAME_FIXED : DUOS_FRAME_LENGTH;
    config.fixed = 1 + fuzz_byte(&in) % config.max;
    config.prefix = (uint8_t)(1u << (flags >> 1 & 3u) % 3u);
    config.little_endian = (flags & 8) != 0;
    config.counts_prefix = (flags & 16) != 0;
    whole = read_all(&config, in.at, in.left, 0);
    pieces = read_all(&config, in.at, in.left, (uint8_t)(step | 1u));
    wanted = expect_all(&config, in.at, in.left);
    check_same(&whole, &wanted);
    check_same(&pieces, &wanted);
    write_and_read(&config, in);
    fuzz_check(memory.bytes == 0 && !memory.wrong_size && !memory.overrun);
    return 0;
}
