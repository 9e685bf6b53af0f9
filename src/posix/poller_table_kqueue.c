/* SPDX-License-Identifier: MIT */
/*
 * poller_table_kqueue.c - the backends of macOS and the BSDs, best first.
 */
#include "pollers.h"

const struct duos__poller_ops *const sys_pollers[] = {
    &duos__poller_kqueue, &duos__poller_poll, &duos__poller_select, NULL};
