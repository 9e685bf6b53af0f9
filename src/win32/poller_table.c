/* SPDX-License-Identifier: MIT */
/*
 * poller_table.c - the pollers of Windows, best first.
 */
#include "win32.h"

const struct duos__poller_ops *const sys_pollers[] = {
    &duos__poller_afd,
    &duos__poller_select,
    NULL,
};
