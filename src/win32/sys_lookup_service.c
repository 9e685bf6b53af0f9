/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup_service.c - the port of a service, from the file "services".
 * Its one failure of its own has the code that an address of the wrong family
 * has in sys_lookup.c.
 */
#include "win32.h"

duos_err sys_lookup_service(const char *name, duos_type type, uint16_t *port)
{
    struct addrinfo hints;
    struct addrinfo *list = NULL;
    struct sockaddr_in v4;
    int code;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_INET;
    hints.ai_socktype = type == DUOS_DGRAM ? SOCK_DGRAM : SOCK_STREAM;
    code = duos__getaddrinfo(NULL, name, &hints, &list);
    if (code == WSATYPE_NOT_FOUND || code == WSAHOST_NOT_FOUND) {
        return DUOS_ENOENT;
    }
    if (code != 0) {
        return sys_err_from_native(code);
    }
    memcpy(&v4, list->ai_addr, sizeof v4);
    freeaddrinfo(list);
    *port = ntohs(v4.sin_port);
    return DUOS_OK;
}
