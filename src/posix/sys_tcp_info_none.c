/* SPDX-License-Identifier: MIT */
/*
 * sys_tcp_info_none.c - where a system tells nothing that we know how to read.
 */
#include "posix.h"

duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info)
{
    int type;
    size_t len = sizeof type;
    duos_err err = sys_opt_get_raw(s, SOL_SOCKET, SO_TYPE, &type, &len);

    (void)info;
    return err == DUOS_OK ? DUOS_ENOTSUP : err;
}
