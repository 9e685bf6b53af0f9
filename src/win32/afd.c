/* SPDX-License-Identifier: MIT */
/*
 * afd.c - talking to AFD: its device, the one request of it that is made
 * here, and what its answer says of the socket.
 */
#include "afd.h"

#define IOCTL_AFD_POLL   0x00012024u
#define OPEN_IF_EXISTING 1u /* FILE_OPEN */

#define POLL_PENDING ((duos__nt_status)0x00000103)

/* Layers that are looked through before a socket counts as hopeless. */
#define LAYERS_MAX 8

/* ---- the functions ----------------------------------------------------- */

#define FIND(name) duos__library_find(ntdll, name)

duos_err duos__afd_load(duos__afd *afd)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    if (ntdll == NULL) {
        return DUOS_ENOTSUP;
    }
    afd->create_file = (duos__nt_create_file)FIND("NtCreateFile");
    afd->control = (duos__nt_control)FIND("NtDeviceIoControlFile");
    afd->cancel = (duos__nt_cancel)FIND("NtCancelIoFileEx");
    afd->to_dos_error = (duos__nt_to_dos)FIND("RtlNtStatusToDosError");
    return afd->create_file != NULL && afd->control != NULL &&
                   afd->cancel != NULL && afd->to_dos_error != NULL
               ? DUOS_OK
               : DUOS_ENOTSUP;
}

static duos_err error_of(const duos__afd *afd, duos__nt_status status)
{
    duos_err err = duos__nt_error(status);

    if (err == DUOS_OK) {
        err = sys_err_from_native((int32_t)afd->to_dos_error(status));
    }
    return err;
}

/* ---- the device -------------------------------------------------------- */

/* The last part of the name may be anything. It cannot be inherited. */
static duos_err open_device(const duos__afd *afd, HANDLE *device)
{
    static const WCHAR text[] = L"\\Device\\Afd\\duosock";
    const duos__nt_string name = {sizeof text - sizeof text[0], sizeof text,
                                  text};
    const duos__nt_object object = {sizeof object, NULL, &name, 0, NULL, NULL};
    duos__nt_io io;
    duos__nt_status status = afd->create_file(
        device, SYNCHRONIZE, &object, &io, NULL, 0,
        FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_IF_EXISTING, 0, NULL, 0);

    return status == 0 ? DUOS_OK : error_of(afd, status);
}

/*
 * An event on the handle, which nobody waits for, is spared; a completion is
 * not, even where the answer is there at once.
 */
duos_err duos__afd_open(const duos__afd *afd, HANDLE port, HANDLE *device)
{
    HANDLE opened = NULL;
    duos_err err = open_device(afd, &opened);

    if (err != DUOS_OK) {
        return err;
    }
    if (CreateIoCompletionPort(opened, port, 0, 0) == NULL ||
        !SetFileCompletionNotificationModes(opened,
                                            FILE_SKIP_SET_EVENT_ON_HANDLE)) {
        err = sys_err_from_native((int32_t)GetLastError());
        CloseHandle(opened);
        return err;
    }
    *device = opened;
    return DUOS_OK;
}

/* ---- polls ------------------------------------------------------------- */

duos_err duos__afd_submit(const duos__afd *afd, HANDLE device,
                          duos__afd_request *request, SOCKET base, ULONG events,
                          void *context)
{
    duos__afd_poll *poll = &request->poll;
    duos__nt_status status;

    request->io.result.status = POLL_PENDING;
    poll->timeout.QuadPart = INT64_MAX; /* none */
    poll->count = 1;
    poll->exclusive = FALSE; /* other pollers may have it, too */
    poll->socket = (HANDLE)base;
    poll->events = events;
    poll->status = 0;
    status =
        afd->control(device, NULL, NULL, context, &request->io, IOCTL_AFD_POLL,
                     poll, sizeof *poll, poll, sizeof *poll);
    if (status >= 0) {
        return DUOS_OK;
    }
    request->io.result.status = status;
    return error_of(afd, status);
}

/* That there is nothing to cancel means that it is complete already. */
void duos__afd_cancel(const duos__afd *afd, HANDLE device,
                      duos__afd_request *request)
{
    duos__nt_io io;

    (void)afd->cancel(device, &request->io, &io);
}

ULONG duos__afd_found(const duos__afd_request *request)
{
    duos__nt_status status = request->io.result.status;

    if (status >= 0) {
        return request->poll.count > 0 ? request->poll.events : 0;
    }
    switch (duos__nt_error(status)) {
    case DUOS_ECANCELED:
        return 0;
    case DUOS_EBADF:
    case DUOS_ENOTSOCK:
        return DUOS__AFD_LOCAL_CLOSE;
    default:
        return DUOS__AFD_ABORT;
    }
}

/* ---- sockets ----------------------------------------------------------- */

static bool ask_handle(SOCKET os, DWORD code, SOCKET *answer)
{
    DWORD size;

    return WSAIoctl(os, code, NULL, 0, answer, sizeof *answer, &size, NULL,
                    NULL) == 0;
}

/*
 * Some layers answer the first question with an error, although none may.
 * The other one leads one layer down, from where it is asked again.
 */
duos_err duos__afd_base(duos_socket s, SOCKET *base)
{
    SOCKET os = duos__os(s);
    int layers;

    for (layers = 0; layers < LAYERS_MAX; layers++) {
        SOCKET below;
        int code;

        if (ask_handle(os, SIO_BASE_HANDLE, base)) {
            return DUOS_OK;
        }
        code = WSAGetLastError();
        if (!ask_handle(os, SIO_BSP_HANDLE_POLL, &below) || below == os) {
            return duos__wsa_error(s, code);
        }
        os = below;
    }
    return DUOS_ENOTSOCK;
}
