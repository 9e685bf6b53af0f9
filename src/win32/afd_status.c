/* SPDX-License-Identifier: MIT */
/*
 * afd_status.c - which of our codes an NTSTATUS of AFD stands for.
 *
 * AFD answers below Winsock, so no WSA code is at hand. The kernel tells
 * several things apart that are one to a caller, above all the kinds of
 * memory that can be short.
 */
#include "afd.h"

#undef WIN32_NO_STATUS /* windows.h was not to define a few of them */

#include <winternl.h>

#include <ntstatus.h>

/* Our name, the status. */
#define NT_STATUSES(X)                                                         \
    X(INVAL, STATUS_INVALID_PARAMETER)                                         \
    X(NOMEM, STATUS_NO_MEMORY)                                                 \
    X(NOMEM, STATUS_INSUFFICIENT_RESOURCES)                                    \
    X(NOMEM, STATUS_QUOTA_EXCEEDED)                                            \
    X(NOMEM, STATUS_PAGEFILE_QUOTA)                                            \
    X(NOMEM, STATUS_WORKING_SET_QUOTA)                                         \
    X(NOMEM, STATUS_COMMITMENT_LIMIT)                                          \
    X(NOMEM, STATUS_TOO_MANY_PAGING_FILES)                                     \
    X(WOULDBLOCK, STATUS_DEVICE_NOT_READY)                                     \
    X(INTERRUPTED, STATUS_REQUEST_ABORTED)                                     \
    X(TIMEDOUT, STATUS_IO_TIMEOUT)                                             \
    X(TIMEDOUT, STATUS_LINK_TIMEOUT)                                           \
    X(CANCELED, STATUS_CANCELLED)                                              \
    X(EOF, STATUS_GRACEFUL_DISCONNECT)                                         \
    X(NOENT, STATUS_OBJECT_NAME_NOT_FOUND)                                     \
    X(NOENT, STATUS_OBJECT_PATH_NOT_FOUND)                                     \
    X(BADF, STATUS_INVALID_HANDLE)                                             \
    X(BADF, STATUS_FILE_CLOSED)                                                \
    X(NOTSOCK, STATUS_OBJECT_TYPE_MISMATCH)                                    \
    X(ACCES, STATUS_ACCESS_DENIED)                                             \
    X(MFILE, STATUS_TOO_MANY_OPENED_FILES)                                     \
    X(NOBUFS, STATUS_REMOTE_RESOURCES)                                         \
    X(FAULT, STATUS_ACCESS_VIOLATION)                                          \
    X(FAULT, STATUS_BUFFER_TOO_SMALL)                                          \
    X(MSGSIZE, STATUS_BUFFER_OVERFLOW)                                         \
    X(MSGSIZE, STATUS_INVALID_BUFFER_SIZE)                                     \
    X(OPNOTSUPP, STATUS_NOT_SUPPORTED)                                         \
    X(OPNOTSUPP, STATUS_NOT_IMPLEMENTED)                                       \
    X(OPNOTSUPP, STATUS_INVALID_DEVICE_REQUEST)                                \
    X(ADDRINUSE, STATUS_SHARING_VIOLATION)                                     \
    X(ADDRINUSE, STATUS_ADDRESS_ALREADY_EXISTS)                                \
    X(ADDRINUSE, STATUS_TOO_MANY_ADDRESSES)                                    \
    X(ADDRNOTAVAIL, STATUS_CONFLICTING_ADDRESSES)                              \
    X(ADDRNOTAVAIL, STATUS_INVALID_ADDRESS)                                    \
    X(ADDRNOTAVAIL, STATUS_INVALID_ADDRESS_COMPONENT)                          \
    X(ISCONN, STATUS_CONNECTION_ACTIVE)                                        \
    X(NOTCONN, STATUS_INVALID_CONNECTION)                                      \
    X(NOTCONN, STATUS_CONNECTION_INVALID)                                      \
    X(CONNREFUSED, STATUS_CONNECTION_REFUSED)                                  \
    X(CONNREFUSED, STATUS_REMOTE_NOT_LISTENING)                                \
    X(CONNRESET, STATUS_CONNECTION_RESET)                                      \
    X(CONNRESET, STATUS_CONNECTION_DISCONNECTED)                               \
    X(CONNRESET, STATUS_REMOTE_DISCONNECT)                                     \
    X(CONNRESET, STATUS_LINK_FAILED)                                           \
    X(CONNRESET, STATUS_PORT_UNREACHABLE)                                      \
    X(CONNABORTED, STATUS_CONNECTION_ABORTED)                                  \
    X(CONNABORTED, STATUS_LOCAL_DISCONNECT)                                    \
    X(CONNABORTED, STATUS_TRANSACTION_ABORTED)                                 \
    X(PIPE, STATUS_PIPE_DISCONNECTED)                                          \
    X(NETDOWN, STATUS_NO_SUCH_DEVICE)                                          \
    X(NETDOWN, STATUS_NETWORK_BUSY)                                            \
    X(NETDOWN, STATUS_UNEXPECTED_NETWORK_ERROR)                                \
    X(NETUNREACH, STATUS_NETWORK_UNREACHABLE)                                  \
    X(NETUNREACH, STATUS_PROTOCOL_UNREACHABLE)                                 \
    X(NETUNREACH, STATUS_BAD_NETWORK_PATH)                                     \
    X(NETRESET, STATUS_HOPLIMIT_EXCEEDED)                                      \
    X(HOSTUNREACH, STATUS_HOST_UNREACHABLE)

duos_err duos__nt_error(duos__nt_status status)
{
    switch (status) {
#define ERR_OF(name, native)                                                   \
    case native:                                                               \
        return DUOS_E##name;
        NT_STATUSES(ERR_OF)
#undef ERR_OF
    default:
        return DUOS_OK;
    }
}
