/* SPDX-License-Identifier: MIT */
/*
 * sys_handover.c - what a service manager says in the environment about the
 * sockets that it has opened for us.
 */
#include "posix.h"

#include <stdlib.h>

/* Behind standard input, output and error, as the custom has it. */
#define FIRST_HANDED_OVER 3

void sys_handover_get(sys_handover *out)
{
    out->count = getenv("LISTEN_FDS");
    out->pid = getenv("LISTEN_PID");
    out->names = getenv("LISTEN_FDNAMES");
    out->own_pid = (uint64_t)getpid();
    out->first = FIRST_HANDED_OVER;
}

void sys_handover_forget(void)
{
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDNAMES");
}

duos_err sys_disinherit(duos_socket s)
{
    return fcntl(duos__fd(s), F_SETFD, FD_CLOEXEC) == 0 ? DUOS_OK
                                                        : duos__last_error();
}
