/* SPDX-License-Identifier: MIT */
/*
 * afd_port.c - one I/O completion port and the devices that report to it.
 */
#include "afd_port.h"

#include "mem.h"

/* Numbers that a device serves. */
#define GROUP 32u

static duos_err last_port_error(void)
{
    return sys_err_from_native((int32_t)GetLastError());
}

static OVERLAPPED *context_of(uint32_t number)
{
    return (OVERLAPPED *)(uintptr_t)number;
}

/* ---- life -------------------------------------------------------------- */

static duos_err grow_port(duos__afd_port *port)
{
    uint32_t room = port->device_room > 0 ? port->device_room * 2 : 4;
    HANDLE *devices = (HANDLE *)duos__resize(
        port->alloc, port->devices, port->device_room, room, sizeof *devices);

    if (devices == NULL) {
        return DUOS_ENOMEM;
    }
    port->devices = devices;
    port->device_room = room;
    return DUOS_OK;
}

duos_err duos__afd_port_reserve(duos__afd_port *port, uint32_t number)
{
    duos_err err = DUOS_OK;

    if ((number - 1) / GROUP < port->device_count) {
        return DUOS_OK;
    }
    if (port->device_count == port->device_room) {
        err = grow_port(port);
    }
    if (err == DUOS_OK) {
        err = duos__afd_open(&port->afd, port->port,
                             &port->devices[port->device_count]);
    }
    port->device_count += err == DUOS_OK;
    return err;
}

/*
 * The port counts a thread that took something and is at work elsewhere now,
 * so with a limit a poller that moved to another thread would wait for the
 * first one.
 */
static duos_err open_port(duos__afd_port *port)
{
    duos_err err = duos__afd_load(&port->afd);

    if (err != DUOS_OK) {
        return err;
    }
    port->port =
        CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, INT32_MAX);
    return port->port != NULL ? duos__afd_port_reserve(port, 1)
                              : last_port_error();
}

duos_err duos__afd_port_open(duos__afd_port *port, const duos_alloc *alloc)
{
    duos_err err;

    port->alloc = alloc;
    err = open_port(port);
    return err == DUOS_OK || err == DUOS_ENOMEM ? err : DUOS_ENOTSUP;
}

void duos__afd_port_close(duos__afd_port *port)
{
    uint32_t i;

    for (i = 0; i < port->device_count; i++) {
        CloseHandle(port->devices[i]);
    }
    if (port->port != NULL) {
        CloseHandle(port->port);
    }
    duos__free(port->alloc, port->devices,
               port->device_room * sizeof *port->devices);
}

/* ---- polls ------------------------------------------------------------- */

duos_err duos__afd_port_submit(duos__afd_port *port, uint32_t number,
                               duos__afd_request *request, SOCKET base,
                               ULONG events)
{
    duos_err err =
        duos__afd_submit(&port->afd, port->devices[(number - 1) / GROUP],
                         request, base, events, context_of(number));

    if (err == DUOS_ENOMEM) {
        return err;
    }
    if (err != DUOS_OK &&
        !PostQueuedCompletionStatus(port->port, 0, 0, context_of(number))) {
        return last_port_error();
    }
    port->in_flight++;
    return DUOS_OK;
}

void duos__afd_port_cancel(const duos__afd_port *port, uint32_t number,
                           duos__afd_request *request)
{
    duos__afd_cancel(&port->afd, port->devices[(number - 1) / GROUP], request);
}

/* ---- completions ------------------------------------------------------- */

duos_err duos__afd_port_take(duos__afd_port *port, size_t room,
                             int32_t timeout_ms, uint32_t *taken)
{
    ULONG count = 0;

    if (!GetQueuedCompletionStatusEx(
            port->port, port->batch,
            room < DUOS__AFD_BATCH ? (ULONG)room : DUOS__AFD_BATCH, &count,
            timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms, FALSE)) {
        count = 0;
        if (GetLastError() != WAIT_TIMEOUT) {
            return last_port_error();
        }
    }
    *taken = count;
    return DUOS_OK;
}

uint32_t duos__afd_port_number(duos__afd_port *port, uint32_t i)
{
    uint32_t number = (uint32_t)(uintptr_t)port->batch[i].lpOverlapped;

    if (number != 0) {
        port->in_flight--;
    } else {
        InterlockedExchange(&port->is_woken, 0);
    }
    return number;
}

duos_err duos__afd_port_wake(duos__afd_port *port)
{
    duos_err err;

    if (InterlockedExchange(&port->is_woken, 1) != 0 ||
        PostQueuedCompletionStatus(port->port, 0, 0, NULL)) {
        return DUOS_OK;
    }
    err = last_port_error();
    InterlockedExchange(&port->is_woken, 0);
    return err;
}
