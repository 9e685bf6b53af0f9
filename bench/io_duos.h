/* SPDX-License-Identifier: MIT */
/*
 * io_duos.h - the two transfers of echo_poller.c by the thin layer.
 */
#define io_recv duos_recv
#define io_send duos_send
