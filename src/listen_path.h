/* SPDX-License-Identifier: MIT */
/*
 * listen_path.h - the path of a unix listener: taken over when it is stale,
 * given back when it is ours.
 */
#ifndef DUOS_LISTEN_PATH_H
#define DUOS_LISTEN_PATH_H

#include <duosock/listen.h>

#include "sys.h"

/* Whether a unix address is a path, not an abstract name. */
bool duos__is_path(const duos_addr *addr);

/*
 * Binds s to a path, replacing a file that nobody listens on, sets its
 * permissions and listens. *id receives the file that was made. On failure no
 * file of ours is left.
 */
duos_err duos__path_listen(duos_socket s, const duos_addr *addr, int backlog,
                           uint32_t mode, sys_path_id *id);

/*
 * As duos_listener_open, for addresses of this type alone: DUOS_ENOTSUP for
 * the other one.
 */
duos_err duos__listener_open(const char *address, duos_type type,
                             const duos_listen_options *options,
                             duos_listener *out);

/*
 * Removes the file if it is still this one. To be called before the socket
 * is closed: until then no other file can have its number. Never blocks.
 */
void duos__path_leave(const duos_addr *addr, const sys_path_id *id);

#endif
