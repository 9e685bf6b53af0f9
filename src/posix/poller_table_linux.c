/* SPDX-License-Identifier: MIT */
/*
 * poller_table_linux.c - the backends of Linux, best first.
 */
#include "pollers.h"

const struct duos__poller_ops *const sys_pollers[] = {
    &duos__poller_epoll, &duos__poller_poll, &duos__poller_select, NULL};
