/* SPDX-License-Identifier: MIT */
/*
 * sys_file.c - reading a file at an offset.
 */
#include "posix.h"

sys_count sys_file_read(intptr_t file, uint64_t offset, void *data, size_t cap)
{
    off_t at = (off_t)offset;
    ssize_t result;

    if (at < 0 || (uint64_t)at != offset) {
        return DUOS_EINVAL; /* a 32-bit off_t */
    }
    result = pread((int)file, data, cap, at);
    if (result >= 0) {
        return result;
    }
    /* A pipe has no offsets. */
    return errno == ESPIPE ? DUOS_EINVAL : duos__last_error();
}
