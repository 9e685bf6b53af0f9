/* SPDX-License-Identifier: MIT */
/*
 * frame_story.h - readers of frames with memory that is counted, and what
 * comes out of them as a text that can be compared with another one.
 */
#ifndef TEST_FRAME_STORY_H
#define TEST_FRAME_STORY_H

#include "support/check.h"
#include "support/failing_alloc.h"

#include <duosock/frame.h>
#include <stdlib.h>

enum {
    STORY_MAX = 16384
};

static failing_alloc failing;

static inline int set_up(void **state)
{
    (void)state;
    failing_alloc_init(&failing);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    assert_all_freed(&failing);
    return 0;
}

/* ---- configurations --------------------------------------------------- */

static inline duos_frame_config lines(size_t max, bool skip_long)
{
    duos_frame_config config;

    duos_frame_config_init(&config);
    config.max = max;
    config.skip_long = skip_long;
    config.alloc = &failing.alloc;
    return config;
}

static inline duos_frame_config lengths(size_t max, uint8_t prefix, bool little,
                                        bool counts)
{
    duos_frame_config config = lines(max, false);

    config.kind = DUOS_FRAME_LENGTH;
    config.prefix = prefix;
    config.little_endian = little;
    config.counts_prefix = counts;
    return config;
}

static inline duos_frame_config fixed(size_t bytes)
{
    duos_frame_config config = lines(bytes, false);

    config.kind = DUOS_FRAME_FIXED;
    config.fixed = bytes;
    return config;
}

/* ---- what comes out --------------------------------------------------- */

/*
 * "<...>" for each frame, "!" for one that is too long, "?" for a length that
 * cannot be, "." at the end, and "~..." when there is half a frame.
 */
typedef struct story {
    char text[STORY_MAX];
    size_t len;
    bool broken; /* and told so */
} story;

static inline void add(story *s, const char *before, const void *data,
                       size_t len, const char *after)
{
    assert_true(s->len + len + 2 < sizeof s->text);
    s->len += (size_t)sprintf(s->text + s->len, "%s", before);
    memcpy(s->text + s->len, data, len);
    s->len += len;
    s->len += (size_t)sprintf(s->text + s->len, "%s", after);
}

/* The same by the book, with the whole stream at hand. */
static inline void expect_lines(story *s, const unsigned char *at, size_t len,
                                const duos_frame_config *like)
{
    size_t begin = 0;
    size_t i;

    for (i = 0; i <= len && !s->broken; i++) {
        bool ended = i < len && at[i] == '\n';
        size_t size = i - begin;

        if (!ended && (i < len || size == 0)) {
            continue;
        }
        size -= size > 0 && at[i - 1] == '\r';
        if (size > like->max) {
            s->broken = !like->skip_long;
            add(s, "!", "", 0, "");
        } else {
            add(s, ended ? "<" : "~", at + begin, size, ended ? ">" : "");
        }
        begin = i + 1;
    }
    add(s, ".", "", 0, "");
}

static inline size_t read_length(const unsigned char *at,
                                 const duos_frame_config *c)
{
    size_t length = 0;
    size_t i;

    for (i = 0; i < c->prefix; i++) {
        length = length << 8 | at[c->little_endian ? c->prefix - 1u - i : i];
    }
    return length;
}

static inline void expect_sized(story *s, const unsigned char *at, size_t len,
                                const duos_frame_config *like)
{
    size_t prefix = like->kind == DUOS_FRAME_LENGTH ? like->prefix : 0;
    size_t i = 0;

    while (i < len) {
        size_t need = prefix > 0 ? like->max : like->fixed;

        if (len - i < prefix) {
            add(s, "~", "", 0, "");
            break;
        }
        if (prefix > 0) {
            need = read_length(at + i, like);
        }
        s->broken = prefix > 0 && like->counts_prefix && need < prefix;
        if (s->broken) {
            add(s, "?", "", 0, "");
            break;
        }
        need -= like->counts_prefix ? prefix : 0;
        s->broken = need > like->max;
        if (s->broken) {
            add(s, "!", "", 0, "");
            break;
        }
        i += prefix;
        if (len - i < need) {
            add(s, "~", at + i, len - i, "");
            break;
        }
        add(s, "<", at + i, need, ">");
        i += need;
    }
    add(s, ".", "", 0, "");
}

static inline void expect(story *s, const void *data, size_t len,
                          const duos_frame_config *like)
{
    s->len = 0;
    s->broken = false;
    if (like->kind == DUOS_FRAME_LINE) {
        expect_lines(s, data, len, like);
    } else {
        expect_sized(s, data, len, like);
    }
}

/* ---- a reader that is fed --------------------------------------------- */

static inline void take(duos_frame_reader *r, story *s, duos_bytes *block)
{
    duos_bytes frame;
    duos_err err;

    while ((err = duos_frame_next(r, block, &frame)) != DUOS_EWOULDBLOCK) {
        if (err == DUOS_OK) {
            assert_non_null(frame.data);
            add(s, "<", frame.data, frame.len, ">");
            continue;
        }
        assert_true(err == DUOS_ELIMIT || err == DUOS_EPROTO);
        if (!s->broken) {
            add(s, err == DUOS_ELIMIT ? "!" : "?", "", 0, "");
        }
        if (!r->skip_long) {
            s->broken = true;
            return;
        }
    }
    assert_int_equal(block->len, 0);
}

/* A copy of its own size, so a sanitizer sees each byte beyond it. */
static inline void feed(duos_frame_reader *r, story *s, const void *at,
                        size_t len)
{
    void *copy = malloc(len > 0 ? len : 1);
    duos_bytes block = {copy, len};

    assert_non_null(copy);
    memcpy(copy, at, len);
    take(r, s, &block);
    free(copy);
}

static inline void finish(duos_frame_reader *r, story *s)
{
    duos_bytes rest;
    duos_err err = duos_frame_end(r, &rest);

    assert_true((err != DUOS_OK && err != DUOS_ETRUNCATED) == s->broken);
    assert_true(err == DUOS_ETRUNCATED || rest.len == 0);
    if (err == DUOS_ETRUNCATED) {
        add(s, "~", rest.data, rest.len, "");
    }
    add(s, ".", "", 0, "");
    duos_frame_fini(r);
}

static inline void assert_same(const story *got, const story *wanted)
{
    if (got->len != wanted->len ||
        memcmp(got->text, wanted->text, got->len) != 0) {
        fail_msg("got %.*s, wanted %.*s", (int)got->len, got->text,
                 (int)wanted->len, wanted->text);
    }
}

#endif
