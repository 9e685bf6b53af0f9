/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup_addr.c - the name of an address, as getnameinfo knows it.
 */
#include "posix.h"

duos_err sys_lookup_addr(const duos_addr *addr, char *name, size_t cap)
{
    duos__sockaddr native;
    socklen_t len;
    duos_err err = duos__addr_to_native(addr, &native, &len);
    int code;

    if (err != DUOS_OK) {
        return err;
    }
    errno = 0;
    /* Without NI_NAMEREQD it would answer with the address itself. */
    code = getnameinfo(&native.any, len, name, (socklen_t)cap, NULL, 0,
                       NI_NAMEREQD);
    return code == 0 ? DUOS_OK : duos__eai_error(code, errno);
}
