/* SPDX-License-Identifier: MIT */
/*
 * winsock.c - who starts Winsock, and who ends it: nobody.
 *
 * Winsock counts its users in a process, and ends all sockets with the last
 * of them. So duosock is one from its first socket or lookup on, also where
 * the program has started Winsock already: when the program cleans up after
 * itself, our sockets live on (trap 2). WSACleanup is never called.
 */
#include "win32.h"

/* Whether we are counted. Two threads at the same time count twice: no harm. */
static LONG volatile held;

duos_err duos__start_winsock(void)
{
    WSADATA data;
    duos_err err = sys_err_from_native(WSAStartup(MAKEWORD(2, 2), &data));

    if (err == DUOS_OK) {
        InterlockedExchange(&held, 1);
    }
    return err;
}

duos_err duos__hold_winsock(void)
{
    return held != 0 ? DUOS_OK : duos__start_winsock();
}

bool duos__winsock_restarted(int code)
{
    return code == WSANOTINITIALISED && duos__start_winsock() == DUOS_OK;
}
