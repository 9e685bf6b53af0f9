/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup_addr.c - the name of an address, as getnameinfo knows it.
 */
#include "win32.h"

duos_err sys_lookup_addr(const duos_addr *addr, char *name, size_t cap)
{
    duos__sockaddr native;
    int len;
    duos_err err = duos__addr_to_native(addr, &native, &len);
    int code;

    if (err == DUOS_OK) {
        err = duos__start_winsock();
    }
    if (err != DUOS_OK) {
        return err;
    }
    /* Without NI_NAMEREQD it would answer with the address itself. */
    code =
        getnameinfo(&native.any, len, name, (DWORD)cap, NULL, 0, NI_NAMEREQD);
    return code == WSATYPE_NOT_FOUND ? DUOS_ENODATA : sys_err_from_native(code);
}
