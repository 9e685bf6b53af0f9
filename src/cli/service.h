/* SPDX-License-Identifier: MIT */
/*
 * service.h - what a service manager wants of a server, by the custom of
 * systemd, without its library: sockets that are open already (LISTEN_FDS),
 * and to be told when it is ready and when it stops (NOTIFY_SOCKET).
 *
 * What the environment says of this is removed from it. Windows has no such
 * custom: there it is not looked at.
 */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include <duosock/listen.h>

/* A zeroed one has no manager, and may be ended. */
typedef struct service {
    duos_inherited_socket *inherited; /* invalid: has gone to a server */
    size_t count;
    bool told; /* somebody wants to be: */
    duos_addr notify;
} service;

/*
 * Looks for a manager, before anything is opened, which could take the number
 * of a descriptor that was promised and is not there. Returns CLI_DONE, or
 * what to exit with after the reason has been said.
 */
int service_take(service *s);

/*
 * Tells the manager a state: "READY=1", "STOPPING=1". Waits for room where
 * that is needed, but not for long. DUOS_OK also when nobody wants to know.
 */
duos_err service_tell(const service *s, const char *state);

/* Closes what no server has taken. */
void service_end(service *s);

#endif
