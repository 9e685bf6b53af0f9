/* SPDX-License-Identifier: MIT */
/*
 * poller_table_generic.c - the backends of any POSIX system, best first.
 */
#include "pollers.h"

const struct duos__poller_ops *const sys_pollers[] = {
    &duos__poller_poll, &duos__poller_select, NULL};
