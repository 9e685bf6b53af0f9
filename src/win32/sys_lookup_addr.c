/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup_addr.c - the name of an address, as getnameinfo knows it.
 */
#include "win32.h"

/* Without NI_NAMEREQD it would answer with the address itself. */
static int ask(const duos__sockaddr *native, int len, char *name, size_t cap)
{
    return getnameinfo(&native->any, len, name, (DWORD)cap, NULL, 0,
                       NI_NAMEREQD);
}

duos_err sys_lookup_addr(const duos_addr *addr, char *name, size_t cap)
{
    duos__sockaddr native;
    int len;
    duos_err err = duos__addr_to_native(addr, &native, &len);
    int code;

    if (err != DUOS_OK) {
        return err;
    }
    (void)duos__hold_winsock(); /* the call tells when that did not help */
    code = ask(&native, len, name, cap);
    if (duos__winsock_restarted(code)) {
        code = ask(&native, len, name, cap);
    }
    return code == WSATYPE_NOT_FOUND ? DUOS_ENODATA : sys_err_from_native(code);
}
