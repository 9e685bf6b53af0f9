/* SPDX-License-Identifier: MIT */
/*
 * afd_port.h - polls by number, and the port that their completions come to.
 *
 * Cancelling looks through all polls of a device, so a device serves a group
 * of numbers and no more (trap 63).
 */
#ifndef DUOS_AFD_PORT_H
#define DUOS_AFD_PORT_H

#include <duosock/alloc.h>

#include "afd.h"

/* Completions that one duos__afd_port_take gives at most. */
#define DUOS__AFD_BATCH 512u

typedef struct duos__afd_port {
    const duos_alloc *alloc;
    duos__afd afd;
    HANDLE port;
    HANDLE *devices;
    uint32_t device_count;
    uint32_t device_room;
    uint32_t in_flight; /* polls whose completion was not taken */
    LONG volatile is_woken;
    OVERLAPPED_ENTRY batch[DUOS__AFD_BATCH];
} duos__afd_port;

/* DUOS_OK, DUOS_ENOMEM, or DUOS_ENOTSUP where AFD is not to be had. */
duos_err duos__afd_port_open(duos__afd_port *port, const duos_alloc *alloc);

/* Of one that is open or all 0. No poll must be in flight any more. */
void duos__afd_port_close(duos__afd_port *port);

/* Sees to it that number (1 and up) can be polled by. */
duos_err duos__afd_port_reserve(duos__afd_port *port, uint32_t number);

/*
 * Polls; exactly one completion of number follows DUOS_OK, also if the socket
 * cannot be polled. DUOS_ENOMEM or the system's code: nothing was done.
 */
duos_err duos__afd_port_submit(duos__afd_port *port, uint32_t number,
                               duos__afd_request *request, SOCKET base,
                               ULONG events);

/* Hurries a completion. */
void duos__afd_port_cancel(const duos__afd_port *port, uint32_t number,
                           duos__afd_request *request);

/*
 * Takes up to room completions into batch and waits for the first of them, at
 * most timeout_ms (-1: no limit), sometimes a bit less (trap 67).
 */
duos_err duos__afd_port_take(duos__afd_port *port, size_t room,
                             int32_t timeout_ms, uint32_t *taken);

/* The number of a completion in batch; 0 is a wake-up, which this uses up. */
uint32_t duos__afd_port_number(duos__afd_port *port, uint32_t i);

/* Any thread. Wake-ups that were not taken yet become one. */
duos_err duos__afd_port_wake(duos__afd_port *port);

#endif
