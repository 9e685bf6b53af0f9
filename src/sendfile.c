/* SPDX-License-Identifier: MIT */
/*
 * sendfile.c - a file into a connection: by the system's own call, or block
 * by block where it has none or does not take this file.
 */
#include <duosock/sendfile.h>

#include "kind.h"

/* On the stack, while a file is copied. */
#define BLOCK_BYTES 16384

static sys_count read_block(intptr_t file, uint64_t offset, void *block,
                            size_t len)
{
    sys_count n;

    do {
        n = sys_file_read(file, offset, block,
                          len < BLOCK_BYTES ? len : BLOCK_BYTES);
    } while (n == DUOS_EINTERRUPTED);
    return n;
}

/* Sends a block; less than len is all that fits now. */
static sys_count send_block(duos_socket s, const char *block, size_t len)
{
    size_t done = 0;
    sys_count n = 0;

    while (done < len && n >= 0) {
        n = sys_send(s, block + done, len - done);
        if (n == DUOS_EINTERRUPTED) {
            n = 0;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return done > 0 ? (sys_count)done : n;
}

/* An error after the first block comes back at the next call. */
static sys_count copy_blocks(duos_socket s, intptr_t file, uint64_t offset,
                             size_t len)
{
    char block[BLOCK_BYTES];
    size_t done = 0;
    sys_count n = 0;

    while (done < len) {
        sys_count got = read_block(file, offset + done, block, len - done);

        n = got > 0 ? send_block(s, block, (size_t)got) : got;
        done += n > 0 ? (size_t)n : 0;
        if (n <= 0 || n < got) {
            break;
        }
    }
    return done > 0 ? (sys_count)done : n;
}

static sys_count send_piece(duos_socket s, intptr_t file, uint64_t offset,
                            size_t len)
{
    sys_count n;

    do {
        n = sys_sendfile(s, file, offset, len);
    } while (n == DUOS_EINTERRUPTED);
    return n == DUOS_ENOTSUP ? copy_blocks(s, file, offset, len) : n;
}

duos_err duos_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len, size_t *sent)
{
    size_t piece = len < SYS_IO_MAX ? len : SYS_IO_MAX;
    sys_count n = 0;
    duos_err err;

    if (sent == NULL || offset > (uint64_t)INT64_MAX - piece) {
        return DUOS_EINVAL;
    }
    err = duos__need_type(s, DUOS_STREAM);
    if (err == DUOS_OK && piece > 0) {
        n = send_piece(s, file, offset, piece);
        err = n < 0 ? (duos_err)n : n == 0 ? DUOS_EEOF : DUOS_OK;
    }
    if (err == DUOS_OK) {
        *sent = (size_t)n;
    }
    return err;
}
