/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup.c - names, as getaddrinfo knows them. Its codes are WSA codes,
 * so they need no table of their own (trap 73).
 */
#include "win32.h"

static duos_err from_wsa(int code)
{
    return code == WSATYPE_NOT_FOUND ? DUOS_ENODATA : sys_err_from_native(code);
}

/* Addresses of other families are passed over. */
static size_t take_addrs(const struct addrinfo *list, duos_addr *addrs,
                         size_t cap)
{
    duos__sockaddr native;
    size_t n = 0;

    for (; list != NULL && n < cap; list = list->ai_next) {
        if (list->ai_family == AF_INET || list->ai_family == AF_INET6) {
            memcpy(&native, list->ai_addr, (size_t)list->ai_addrlen);
            duos__addr_from_native(&native, &addrs[n]);
            n++;
        }
    }
    return n;
}

int duos__getaddrinfo(const char *host, const char *service,
                      const struct addrinfo *hints, struct addrinfo **list)
{
    int code;

    (void)duos__hold_winsock(); /* the call tells when that did not help */
    code = getaddrinfo(host, service, hints, list);
    return duos__winsock_restarted(code)
               ? getaddrinfo(host, service, hints, list)
               : code;
}

duos_err sys_lookup(const char *host, duos_family family, duos_addr *addrs,
                    size_t cap, size_t *count)
{
    struct addrinfo hints;
    struct addrinfo *list = NULL;
    size_t n;
    int code;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = duos__family_to_native((int)family);
    hints.ai_socktype = SOCK_STREAM; /* or each comes once for every type */
    code = duos__getaddrinfo(host, NULL, &hints, &list);
    if (code != 0) {
        return from_wsa(code);
    }
    n = take_addrs(list, addrs, cap);
    freeaddrinfo(list);
    if (n == 0) {
        return DUOS_ENODATA;
    }
    *count = n;
    return DUOS_OK;
}
