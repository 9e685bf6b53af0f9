/* SPDX-License-Identifier: MIT */
/*
 * frame.h - messages out of a stream of bytes: lines, messages with their
 * length in front, messages of one size.
 *
 * A stream has no borders: what was sent at once may come in pieces, and what
 * was sent one by one may come together. A reader is given the blocks as they
 * come and hands out the frames that were meant. It moves no bytes itself, so
 * it serves connections, sockets and files alike:
 *
 *     static void on_data(duos_conn *conn, const void *data, size_t len,
 *                         void *user)
 *     {
 *         duos_bytes block = {data, len};
 *         duos_bytes line;
 *         duos_err err;
 *
 *         while ((err = duos_frame_next(reader, &block, &line)) == DUOS_OK) {
 *             ... line.data, line.len
 *         }
 *         if (err != DUOS_EWOULDBLOCK) {
 *             duos_conn_abort(conn, err);
 *         }
 *     }
 *
 * How the stream was cut into blocks makes no difference. A frame that lies
 * within a block is handed out where it is; only the beginning of one whose
 * end has not come is copied, and only as far as it has come, whatever length
 * was announced. A reader that waits between two frames holds no memory.
 */
#ifndef DUOSOCK_FRAME_H
#define DUOSOCK_FRAME_H

#include <duosock/alloc.h>
#include <duosock/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest frame unless the configuration says otherwise. */
#define DUOS_FRAME_MAX 65536

/* The most bytes that a length in front of a frame has. */
#define DUOS_FRAME_PREFIX_MAX 4

/*
 * Bytes that belong to somebody else.
 *
 * Life cycle: a plain value, valid as long as what it points to.
 */
typedef struct duos_bytes {
    const void *data;
    size_t len;
} duos_bytes;

/* What a frame is. */
typedef enum duos_frame_kind {
    DUOS_FRAME_LINE = 1, /* ended by LF, which is no part of it, nor is one CR
                            before it; all other bytes are, NUL too */
    DUOS_FRAME_LENGTH,   /* a length in front says how many bytes follow */
    DUOS_FRAME_FIXED     /* always so many bytes */
} duos_frame_kind;

/*
 * How frames look. Set by duos_frame_config_init.
 *
 * max: bytes of the longest frame, without what frames it; 0 means no limit
 *     but half of the address space, which is the most there is.
 * skip_long: lines: one that is too long is told once, with DUOS_ELIMIT, and
 *     left out; the next is the next line. Otherwise it ends the stream.
 * prefix: DUOS_FRAME_LENGTH: bytes of the length, 1, 2 or 4. little_endian:
 *     its first byte is the lowest; otherwise network order. counts_prefix:
 *     the length counts its own bytes as well.
 * fixed: DUOS_FRAME_FIXED: bytes of each frame, 1..max.
 */
typedef struct duos_frame_config {
    size_t size;
    duos_frame_kind kind;
    size_t max;
    bool skip_long;
    uint8_t prefix;
    bool little_endian;
    bool counts_prefix;
    size_t fixed;
    const duos_alloc *alloc; /* NULL: duos_alloc_default() */
} duos_frame_config;

/*
 * A reader; storage is the caller's. The fields are private.
 *
 * Life cycle: duos_frame_init; for each block duos_frame_next until it says
 * DUOS_EWOULDBLOCK; at the end of the stream duos_frame_end;
 * duos_frame_fini. It may be moved between these calls, but not copied.
 */
typedef struct duos_frame_reader {
    duos_alloc alloc;
    unsigned char *tail; /* the frame's beginning, len of cap bytes */
    size_t len;
    size_t cap;
    size_t max;
    size_t need;     /* bytes of the frame that is being read */
    duos_err broken; /* what ended the stream, or DUOS_OK */
    uint8_t kind;
    uint8_t state;
    uint8_t prefix;
    uint8_t prefix_seen;
    bool little_endian;
    bool counts_prefix;
    bool skip_long;
} duos_frame_reader;

/*
 * Fills in the defaults: lines of up to DUOS_FRAME_MAX bytes; a length, where
 * it is asked for, of 4 bytes in network order that does not count itself.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_frame_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_frame_config_init(duos_frame_config *config, size_t size);
#define duos_frame_config_init(config)                                         \
    (duos_frame_config_init)(config, sizeof(duos_frame_config))

/*
 * Prepares a reader. It holds no memory yet.
 *
 * config: NULL means the defaults.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL reader, a config of an unknown
 *     size or an unknown kind; DUOS_ERANGE for a prefix that is not 1, 2 or
 *     4, or a fixed size that is 0 or more than max.
 * Ownership: the caller ends it with duos_frame_fini.
 * Blocking: never.
 * Thread: one at a time for each reader.
 */
DUOS_API DUOS_CHECKED duos_err duos_frame_init(duos_frame_reader *reader,
                                               const duos_frame_config *config);

/*
 * Ends a reader and frees what it holds. It may be prepared again.
 *
 * reader: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the reader's.
 */
DUOS_API void duos_frame_fini(duos_frame_reader *reader);

/*
 * Finds the next frame.
 *
 * block: what has come and was not used yet; moves on behind the frame. Its
 *     data may be NULL if its len is 0.
 * frame: receives the frame. It is valid until the next call for this reader,
 *     and as long as the block. It may be empty; its data is never NULL.
 *
 * Returns: DUOS_OK; DUOS_EWOULDBLOCK when the block is used up and no frame
 *     is complete: call again with the next block; DUOS_EINVAL for NULL;
 *     DUOS_ELIMIT for a frame that is longer than max; DUOS_EPROTO for a
 *     length that should count itself and is less than that; DUOS_ENOMEM,
 *     with nothing lost: the same call may succeed later. After DUOS_EPROTO,
 *     and after DUOS_ELIMIT without skip_long, nobody knows where a frame
 *     begins, and all further calls give the same.
 * Ownership: frame belongs to the block or the reader.
 * Blocking: never. In total, linear in the bytes of the stream.
 * Thread: the reader's.
 */
DUOS_API DUOS_CHECKED duos_err duos_frame_next(duos_frame_reader *reader,
                                               duos_bytes *block,
                                               duos_bytes *frame);

/*
 * Tells at the end of the stream whether it ended between two frames. The
 * reader can be used for another stream afterwards.
 *
 * rest: receives what came of the last frame, also with DUOS_ETRUNCATED; it
 *     is valid until the next call. For a line, this is the line that no LF
 *     ended, and many take it as one. NULL when not wanted.
 *
 * Returns: DUOS_OK when all frames were complete, or the last one was too long
 *     and skipped; DUOS_ETRUNCATED when the stream ended within one, or in its
 *     prefix; DUOS_ELIMIT or DUOS_EPROTO when that had ended the stream
 *     before; DUOS_EINVAL for NULL.
 * Ownership: rest belongs to the reader.
 * Blocking: never.
 * Thread: the reader's.
 */
DUOS_API duos_err duos_frame_end(duos_frame_reader *reader, duos_bytes *rest);

/*
 * Writes the length that goes in front of a frame of len bytes, as the other
 * side's reader of the same configuration expects it.
 *
 * prefix: receives *count bytes, at most DUOS_FRAME_PREFIX_MAX; 0 bytes for
 *     the kinds that have none.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EMSGSIZE when len is more than
 *     max, more than the prefix can say, or not the fixed size.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err
duos_frame_prefix(const duos_frame_reader *reader, size_t len, uint8_t *prefix,
                  size_t *count);

/*
 * How much memory a reader holds for the beginning of a frame: never more
 * than the longest frame and 64 bytes, and nothing once a block has ended
 * between two frames.
 *
 * Returns: bytes; 0 for NULL.
 * Blocking: never.
 * Thread: the reader's.
 */
DUOS_API size_t duos_frame_held(const duos_frame_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
