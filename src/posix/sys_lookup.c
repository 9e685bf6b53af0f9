/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup.c - names, as getaddrinfo knows them: hosts files, DNS, and
 * whatever else this system asks.
 *
 * AI_ADDRCONFIG is not set: on a machine with nothing but loopback it hides
 * the answer.
 */
#include "posix.h"

/* Addresses of other families are passed over. */
static size_t take_addrs(const struct addrinfo *list, duos_addr *addrs,
                         size_t cap)
{
    duos__sockaddr native;
    size_t n = 0;

    for (; list != NULL && n < cap; list = list->ai_next) {
        if (list->ai_family != AF_INET && list->ai_family != AF_INET6) {
            continue;
        }
        memcpy(&native, list->ai_addr, (size_t)list->ai_addrlen);
        n += duos__addr_from_native(&native, list->ai_addrlen, &addrs[n]) ==
             DUOS_OK;
    }
    return n;
}

duos_err sys_lookup(const char *host, duos_family family, duos_addr *addrs,
                    size_t cap, size_t *count)
{
    struct addrinfo hints;
    struct addrinfo *list = NULL;
    size_t n;
    int code;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = duos__family_to_native(family);
    hints.ai_socktype = SOCK_STREAM; /* or each comes once for every type */
    errno = 0;
    code = getaddrinfo(host, NULL, &hints, &list);
    if (code != 0) {
        return duos__eai_error(code, errno);
    }
    n = take_addrs(list, addrs, cap);
    freeaddrinfo(list);
    if (n == 0) {
        return DUOS_ENODATA;
    }
    *count = n;
    return DUOS_OK;
}
