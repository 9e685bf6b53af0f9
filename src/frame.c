/* SPDX-License-Identifier: MIT */
/*
 * frame.c - where a frame ends, and the one piece of it that is carried over
 * from block to block.
 */
#include <duosock/frame.h>

#include <string.h>

#include "mem.h"
#include "versioned.h"

#define TAIL_MIN ((size_t)64)
#define NO_LIMIT (SIZE_MAX / 2)

enum {
    READING,
    HANDED,  /* the tail was handed out, and is used up */
    SKIPPING /* up to the LF of a line that is too long */
};

/* ---- configuration ---------------------------------------------------- */

void(duos_frame_config_init)(duos_frame_config *config, size_t size)
{
    duos_frame_config known;

    memset(&known, 0, sizeof known);
    known.kind = DUOS_FRAME_LINE;
    known.max = DUOS_FRAME_MAX;
    known.prefix = DUOS_FRAME_PREFIX_MAX;
    duos__versioned_init(config, size, &known, sizeof known);
}

static duos_err check_frame_config(const duos_frame_config *config)
{
    uint8_t prefix = config->prefix;

    switch (config->kind) {
    case DUOS_FRAME_LINE:
        return DUOS_OK;
    case DUOS_FRAME_LENGTH:
        return prefix == 1 || prefix == 2 || prefix == 4 ? DUOS_OK
                                                         : DUOS_ERANGE;
    case DUOS_FRAME_FIXED:
        return config->fixed > 0 && config->fixed <= config->max ? DUOS_OK
                                                                 : DUOS_ERANGE;
    }
    return DUOS_EINVAL;
}

duos_err duos_frame_init(duos_frame_reader *reader,
                         const duos_frame_config *config)
{
    duos_frame_config chosen;
    duos_err err;

    duos_frame_config_init(&chosen);
    if (reader == NULL ||
        (config != NULL &&
         !duos__versioned_copy(&chosen, sizeof chosen, config))) {
        return DUOS_EINVAL;
    }
    if (chosen.max == 0 || chosen.max > NO_LIMIT) {
        chosen.max = NO_LIMIT;
    }
    err = check_frame_config(&chosen);
    if (err != DUOS_OK) {
        return err;
    }
    memset(reader, 0, sizeof *reader);
    reader->alloc =
        chosen.alloc != NULL ? *chosen.alloc : *duos_alloc_default();
    reader->kind = (uint8_t)chosen.kind;
    reader->max = chosen.max;
    reader->need = chosen.fixed;
    reader->prefix = chosen.kind == DUOS_FRAME_LENGTH ? chosen.prefix : 0;
    reader->little_endian = chosen.little_endian;
    reader->counts_prefix = chosen.counts_prefix && reader->prefix > 0;
    reader->skip_long = chosen.skip_long;
    return DUOS_OK;
}

/* ---- the tail --------------------------------------------------------- */

static void drop_tail(duos_frame_reader *reader)
{
    duos__free(&reader->alloc, reader->tail, reader->cap);
    reader->tail = NULL;
    reader->len = reader->cap = 0;
}

static duos_err break_off(duos_frame_reader *reader, duos_err why)
{
    drop_tail(reader);
    reader->broken = why;
    return why;
}

/* Room for need bytes; the tail never needs more than limit. */
static duos_err make_tail_room(duos_frame_reader *reader, size_t need,
                               size_t limit)
{
    size_t cap = reader->cap < limit / 2 ? reader->cap * 2 : limit;
    unsigned char *tail;

    if (need <= reader->cap) {
        return DUOS_OK;
    }
    cap = cap > TAIL_MIN ? cap : TAIL_MIN;
    cap = cap > need ? cap : need;
    tail = (unsigned char *)duos__resize(&reader->alloc, reader->tail,
                                         reader->cap, cap, 1);
    if (tail == NULL) {
        return DUOS_ENOMEM;
    }
    reader->tail = tail;
    reader->cap = cap;
    return DUOS_OK;
}

static void advance(duos_bytes *block, size_t used)
{
    block->data = (const unsigned char *)block->data + used;
    block->len -= used;
}

/* Moves the block's first bytes to the tail: all of them or none. */
static duos_err keep(duos_frame_reader *reader, duos_bytes *block, size_t len,
                     size_t limit)
{
    duos_err err = make_tail_room(reader, reader->len + len, limit);

    if (err == DUOS_OK && len > 0) {
        memcpy(reader->tail + reader->len, block->data, len);
        reader->len += len;
        advance(block, len);
    }
    return err;
}

/* The frame ends with the block's first len bytes; it may begin in the tail. */
static duos_err hand_out(duos_frame_reader *reader, duos_bytes *block,
                         size_t len, size_t limit, duos_bytes *frame)
{
    duos_err err;

    if (reader->len == 0) {
        frame->data = block->data;
        frame->len = len;
        advance(block, len);
        return DUOS_OK;
    }
    err = keep(reader, block, len, limit);
    if (err == DUOS_OK) {
        frame->data = reader->tail;
        frame->len = reader->len;
        reader->state = HANDED;
    }
    return err;
}

/* ---- lines ------------------------------------------------------------ */

static void drop_cr(duos_bytes *line)
{
    const unsigned char *bytes = (const unsigned char *)line->data;

    if (line->len > 0 && bytes[line->len - 1] == '\r') {
        line->len--;
    }
}

/* One byte more is allowed, if it may be the CR that does not count. */
static bool is_too_long(const duos_frame_reader *reader,
                        const unsigned char *part, size_t len)
{
    size_t total = reader->len + len;
    bool may_be_cr = len == 0 || part[len - 1] == '\r';

    return total > reader->max && (total > reader->max + 1 || !may_be_cr);
}

/* Returns how many bytes of the line the block has; *ends: and then the LF. */
static size_t find_end(const duos_bytes *block, bool *ends)
{
    const unsigned char *at = (const unsigned char *)block->data;
    const void *lf = memchr(at, '\n', block->len);

    *ends = lf != NULL;
    return *ends ? (size_t)((const unsigned char *)lf - at) : block->len;
}

static void skip_line(duos_frame_reader *reader, duos_bytes *block)
{
    bool ends;
    size_t len = find_end(block, &ends);

    advance(block, len + ends);
    reader->state = ends ? READING : SKIPPING;
}

static duos_err read_line(duos_frame_reader *reader, duos_bytes *block,
                          duos_bytes *frame)
{
    size_t limit = reader->max + 1; /* with its CR */
    bool ends;
    size_t len = find_end(block, &ends);
    duos_err err;

    if (is_too_long(reader, (const unsigned char *)block->data, len)) {
        if (!reader->skip_long) {
            return break_off(reader, DUOS_ELIMIT);
        }
        drop_tail(reader);
        skip_line(reader, block);
        return DUOS_ELIMIT;
    }
    if (!ends) {
        err = keep(reader, block, len, limit);
        return err == DUOS_OK ? DUOS_EWOULDBLOCK : err;
    }
    err = hand_out(reader, block, len, limit, frame);
    if (err == DUOS_OK) {
        advance(block, 1);
        drop_cr(frame);
    }
    return err;
}

/* ---- frames whose length is known before ------------------------------- */

static duos_err check_need(duos_frame_reader *reader)
{
    if (reader->counts_prefix) {
        if (reader->need < reader->prefix) {
            return break_off(reader, DUOS_EPROTO);
        }
        reader->need -= reader->prefix;
    }
    return reader->need > reader->max ? break_off(reader, DUOS_ELIMIT)
                                      : DUOS_OK;
}

/* Collects the length in need; its bytes may come one by one. */
static duos_err read_prefix(duos_frame_reader *reader, duos_bytes *block)
{
    while (reader->prefix_seen < reader->prefix) {
        size_t byte;

        if (block->len == 0) {
            return DUOS_EWOULDBLOCK;
        }
        byte = *(const unsigned char *)block->data;
        advance(block, 1);
        if (reader->prefix_seen == 0) {
            reader->need = byte;
        } else if (reader->little_endian) {
            reader->need |= byte << 8 * reader->prefix_seen;
        } else {
            reader->need = reader->need << 8 | byte;
        }
        reader->prefix_seen++;
    }
    return check_need(reader);
}

static duos_err read_sized(duos_frame_reader *reader, duos_bytes *block,
                           duos_bytes *frame)
{
    size_t missing;
    duos_err err = DUOS_OK;

    if (reader->prefix_seen < reader->prefix) {
        err = read_prefix(reader, block);
    }
    if (err != DUOS_OK) {
        return err;
    }
    missing = reader->need - reader->len;
    if (block->len < missing) {
        err = keep(reader, block, block->len, reader->need);
        return err == DUOS_OK ? DUOS_EWOULDBLOCK : err;
    }
    err = hand_out(reader, block, missing, reader->need, frame);
    if (err == DUOS_OK) {
        reader->prefix_seen = 0;
    }
    return err;
}

/* ---- reading ---------------------------------------------------------- */

/* What was handed out is not needed any more; its room still may be. */
static void forget_handed(duos_frame_reader *reader)
{
    if (reader->state == HANDED) {
        reader->len = 0;
        reader->state = READING;
    }
}

static duos_err read_frame(duos_frame_reader *reader, duos_bytes *block,
                           duos_bytes *frame)
{
    if (reader->state == SKIPPING) {
        skip_line(reader, block);
    }
    if (block->len == 0) {
        return DUOS_EWOULDBLOCK;
    }
    return reader->kind == DUOS_FRAME_LINE ? read_line(reader, block, frame)
                                           : read_sized(reader, block, frame);
}

duos_err duos_frame_next(duos_frame_reader *reader, duos_bytes *block,
                         duos_bytes *frame)
{
    duos_err err = DUOS_EWOULDBLOCK;

    if (reader == NULL || block == NULL || frame == NULL ||
        (block->data == NULL && block->len > 0)) {
        return DUOS_EINVAL;
    }
    forget_handed(reader);
    if (reader->broken != DUOS_OK) {
        return reader->broken;
    }
    if (block->len > 0) {
        err = read_frame(reader, block, frame);
    }
    if (err == DUOS_EWOULDBLOCK && reader->len == 0) {
        drop_tail(reader);
    }
    return err;
}

duos_err duos_frame_end(duos_frame_reader *reader, duos_bytes *rest)
{
    duos_bytes last = {"", 0};
    duos_err err;

    if (reader == NULL) {
        return DUOS_EINVAL;
    }
    forget_handed(reader);
    err = reader->broken;
    if (err == DUOS_OK && (reader->len > 0 || reader->prefix_seen > 0)) {
        err = DUOS_ETRUNCATED;
    }
    if (reader->len > 0) {
        last.data = reader->tail;
        last.len = reader->len;
        if (reader->kind == DUOS_FRAME_LINE) {
            drop_cr(&last);
        }
    }
    if (rest != NULL) {
        *rest = last;
    }
    reader->state = HANDED;
    reader->prefix_seen = 0;
    reader->broken = DUOS_OK;
    return err;
}

void duos_frame_fini(duos_frame_reader *reader)
{
    if (reader != NULL) {
        drop_tail(reader);
        (void)duos_frame_end(reader, NULL);
    }
}

size_t duos_frame_held(const duos_frame_reader *reader)
{
    return reader != NULL ? reader->cap : 0;
}

/* ---- writing ---------------------------------------------------------- */

duos_err duos_frame_prefix(const duos_frame_reader *reader, size_t len,
                           uint8_t *prefix, size_t *count)
{
    uint64_t value = len;
    unsigned i;

    if (reader == NULL || prefix == NULL || count == NULL) {
        return DUOS_EINVAL;
    }
    if (reader->counts_prefix) {
        value += reader->prefix;
    }
    if (len > reader->max ||
        (reader->kind == DUOS_FRAME_FIXED && len != reader->need) ||
        (reader->kind == DUOS_FRAME_LENGTH && value >> 8 * reader->prefix)) {
        return DUOS_EMSGSIZE;
    }
    for (i = 0; i < reader->prefix; i++) {
        unsigned place = reader->little_endian ? i : reader->prefix - 1u - i;

        prefix[i] = (uint8_t)(value >> 8 * place);
    }
    *count = reader->prefix;
    return DUOS_OK;
}
