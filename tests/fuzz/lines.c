/* SPDX-License-Identifier: MIT */
/*
 * lines.c - F3: lines out of a stream. The same bytes in blocks of any size
 * are the same lines, which a search through the whole stream finds, too.
 */
#include "fuzz.h"
#include "support/failing_alloc.h"

#include <duosock/frame.h>

enum {
    SLACK = 64
};

/* Lines as the whole stream has them, one after the other. */
typedef struct oracle {
    const uint8_t *at;
    const uint8_t *end;
    size_t max;
    bool skip_long;
    bool broken;
} oracle;

static size_t without_cr(const uint8_t *at, size_t len)
{
    return len > 0 && at[len - 1] == '\r' ? len - 1 : len;
}

/* The next thing that is to come: DUOS_OK and a line, or DUOS_ELIMIT. */
static duos_err wanted(oracle *o, duos_bytes *line)
{
    const uint8_t *begin = o->at;
    size_t len;

    while (o->at < o->end && *o->at != '\n') {
        o->at++;
    }
    len = (size_t)(o->at - begin);
    line->data = begin;
    line->len = without_cr(begin, len);
    if (o->at < o->end) {
        o->at++;
        return line->len > o->max ? DUOS_ELIMIT : DUOS_OK;
    }
    if (line->len > o->max) {
        return DUOS_ELIMIT;
    }
    return len > 0 ? DUOS_ETRUNCATED : DUOS_EWOULDBLOCK;
}

static void check_line(const duos_bytes *got, const duos_bytes *want)
{
    fuzz_check(got->len == want->len);
    fuzz_check(memcmp(got->data, want->data, got->len) == 0);
}

static void feed(duos_frame_reader *r, oracle *o, duos_bytes block)
{
    duos_bytes got;
    duos_bytes want;
    duos_err err;

    while ((err = duos_frame_next(r, &block, &got)) != DUOS_EWOULDBLOCK) {
        if (o->broken) {
            fuzz_check(err == DUOS_ELIMIT);
            return;
        }
        fuzz_check(err == wanted(o, &want));
        o->broken = err == DUOS_ELIMIT && !o->skip_long;
        if (err == DUOS_OK) {
            check_line(&got, &want);
        }
    }
    fuzz_check(block.len == 0);
}

static void finish(duos_frame_reader *r, oracle *o)
{
    duos_bytes got;
    duos_bytes want;
    duos_err err = duos_frame_end(r, &got);

    if (o->broken) {
        fuzz_check(err == DUOS_ELIMIT);
    } else if (err == DUOS_ETRUNCATED) {
        fuzz_check(wanted(o, &want) == err);
        check_line(&got, &want);
    } else {
        fuzz_check(err == DUOS_OK && o->at == o->end);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input in = {data, size};
    failing_alloc memory;
    duos_frame_config config;
    duos_frame_reader r;
    uint32_t max = 1 + fuzz_byte(&in) % 100u;
    uint8_t flags = fuzz_byte(&in);
    uint8_t blocks = fuzz_byte(&in); /* the sizes of blocks come from it */
    oracle o = {in.at, in.at + in.left, max, (flags & 1) != 0, false};

    failing_alloc_init(&memory);
    duos_frame_config_init(&config);
    config.max = max;
    config.skip_long = o.skip_long;
    config.alloc = &memory.alloc;
    fuzz_ok(duos_frame_init(&r, &config));
    while (in.left > 0) {
        size_t len = blocks == 0 ? in.left : 1 + blocks % 37u;
        duos_bytes block = {in.at, len < in.left ? len : in.left};

        feed(&r, &o, block);
        in.at += block.len;
        in.left -= block.len;
        blocks = (uint8_t)(blocks * 5u + 1u);
        fuzz_check(duos_frame_held(&r) == memory.bytes);
        fuzz_check(memory.bytes <= max + 1 || memory.bytes <= SLACK);
    }
    finish(&r, &o);
    duos_frame_fini(&r);
    fuzz_check(memory.bytes == 0 && !memory.wrong_size && !memory.overrun);
    return 0;
}
