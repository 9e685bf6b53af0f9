/* SPDX-License-Identifier: MIT */
/*
 * sys_random.c - getentropy, which all supported systems have, and which
 * gives at most 256 bytes at a time.
 */
#include "posix.h"

#define ENTROPY_MAX 256u

duos_err sys_random(void *data, size_t len)
{
    unsigned char *next = (unsigned char *)data;

    while (len > 0) {
        size_t piece = len < ENTROPY_MAX ? len : ENTROPY_MAX;

        if (getentropy(next, piece) != 0) {
            return duos__last_error();
        }
        next += piece;
        len -= piece;
    }
    return DUOS_OK;
}
