/* SPDX-License-Identifier: MIT */
/*
 * sys_sendfile_none.c - systems whose sendfile is another call, or none.
 */
#include "posix.h"

sys_count sys_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len)
{
    (void)s;
    (void)file;
    (void)offset;
    (void)len;
    return DUOS_ENOTSUP;
}
