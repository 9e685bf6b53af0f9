/* SPDX-License-Identifier: MIT */
/*
 * sys_lookup_service.c - the port of a service. getservbyname answers in
 * memory that all threads share, so getaddrinfo is asked.
 */
#include "posix.h"

duos_err sys_lookup_service(const char *name, duos_type type, uint16_t *port)
{
    struct addrinfo hints;
    struct addrinfo *list = NULL;
    duos__sockaddr native;
    int code;

    memset(&hints, 0, sizeof hints);
    hints.ai_family = AF_INET;
    hints.ai_socktype = type == DUOS_DGRAM ? SOCK_DGRAM : SOCK_STREAM;
    errno = 0;
    code = getaddrinfo(NULL, name, &hints, &list);
    if (code != 0) {
        return code == EAI_NONAME ? DUOS_ENOENT : duos__eai_error(code, errno);
    }
    memcpy(&native, list->ai_addr, (size_t)list->ai_addrlen);
    freeaddrinfo(list);
    *port = ntohs(native.v4.sin_port);
    return DUOS_OK;
}
