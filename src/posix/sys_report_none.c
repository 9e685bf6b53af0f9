/* SPDX-License-Identifier: MIT */
/*
 * sys_report_none.c - systems that keep no errors of earlier datagrams.
 */
#include "posix.h"

duos_err sys_take_report(duos_socket s, duos_addr *to, duos_err *what)
{
    (void)s;
    (void)to;
    (void)what;
    return DUOS_ENOTSUP;
}
