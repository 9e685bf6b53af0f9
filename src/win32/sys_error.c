/* SPDX-License-Identifier: MIT */
/*
 * sys_error.c - which WSA code, or code of a file, is which of ours.
 *
 * One list serves both directions and the names. It is the only place that
 * knows where Windows has several codes for what is one thing to a caller.
 * Rewrites that hold for one verb alone stand at the verb:
 *   any verb      WSAENOTSOCK of a closed handle -> DUOS_EBADF
 *   sys_connect   WSAEWOULDBLOCK -> DUOS_EINPROGRESS (trap 26)
 *   sys_accept    WSAECONNRESET, in Wine WSAENOTCONN -> DUOS_ECONNABORTED
 *                 (trap 36)
 *   sys_listen    WSAEISCONN -> DUOS_EINVAL
 *   sys_bind, sys_connect, sys_sendto
 *                 any code, for an address of the wrong family ->
 *                 DUOS_EAFNOSUPPORT
 *   sys_sendto    WSAENOTCONN without a destination -> DUOS_EDESTADDRREQ
 *   sys_recv, sys_recvfrom
 *                 WSAESHUTDOWN -> 0 (trap 46), WSAEMSGSIZE -> a full buffer
 *                 (trap 47), WSAECONNRESET on a socket without a peer -> the
 *                 next datagram (trap 48)
 *   sys_lookup    WSATYPE_NOT_FOUND -> DUOS_ENODATA
 *   sys_opt_*     the codes for "no such option" -> DUOS_ENOTSUP
 */
#include "win32.h"

/* Our name, the usual WSA code. Both directions. */
#define WSA_CODES(X)                                                           \
    X(INVAL, WSAEINVAL)                                                        \
    X(NOMEM, WSA_NOT_ENOUGH_MEMORY)                                            \
    X(WOULDBLOCK, WSAEWOULDBLOCK)                                              \
    X(INPROGRESS, WSAEINPROGRESS)                                              \
    X(INTERRUPTED, WSAEINTR)                                                   \
    X(TIMEDOUT, WSAETIMEDOUT)                                                  \
    X(CANCELED, WSA_OPERATION_ABORTED)                                         \
    X(BUSY, ERROR_SHARING_VIOLATION)                                           \
    X(NOENT, ERROR_FILE_NOT_FOUND)                                             \
    X(NAMETOOLONG, WSAENAMETOOLONG)                                            \
    X(BADF, WSAEBADF)                                                          \
    X(NOTSOCK, WSAENOTSOCK)                                                    \
    X(ACCES, WSAEACCES)                                                        \
    X(MFILE, WSAEMFILE)                                                        \
    X(NOBUFS, WSAENOBUFS)                                                      \
    X(FAULT, WSAEFAULT)                                                        \
    X(AFNOSUPPORT, WSAEAFNOSUPPORT)                                            \
    X(PROTONOSUPPORT, WSAEPROTONOSUPPORT)                                      \
    X(PROTOTYPE, WSAEPROTOTYPE)                                                \
    X(SOCKTNOSUPPORT, WSAESOCKTNOSUPPORT)                                      \
    X(OPNOTSUPP, WSAEOPNOTSUPP)                                                \
    X(NOPROTOOPT, WSAENOPROTOOPT)                                              \
    X(ADDRINUSE, WSAEADDRINUSE)                                                \
    X(ADDRNOTAVAIL, WSAEADDRNOTAVAIL)                                          \
    X(DESTADDRREQ, WSAEDESTADDRREQ)                                            \
    X(ISCONN, WSAEISCONN)                                                      \
    X(NOTCONN, WSAENOTCONN)                                                    \
    X(ALREADY, WSAEALREADY)                                                    \
    X(CONNREFUSED, WSAECONNREFUSED)                                            \
    X(CONNRESET, WSAECONNRESET)                                                \
    X(CONNABORTED, WSAECONNABORTED)                                            \
    X(PIPE, WSAESHUTDOWN)                                                      \
    X(NETDOWN, WSAENETDOWN)                                                    \
    X(NETUNREACH, WSAENETUNREACH)                                              \
    X(NETRESET, WSAENETRESET)                                                  \
    X(HOSTDOWN, WSAEHOSTDOWN)                                                  \
    X(HOSTUNREACH, WSAEHOSTUNREACH)                                            \
    X(MSGSIZE, WSAEMSGSIZE)                                                    \
    X(NOTREADY, WSASYSNOTREADY)                                                \
    X(IO, WSASYSCALLFAILURE)                                                   \
    X(LOOP, WSAELOOP)                                                          \
    X(NOSPC, ERROR_DISK_FULL)                                                  \
    X(DQUOT, WSAEDQUOT)                                                        \
    X(STALE, WSAESTALE)                                                        \
    X(REMOTE, WSAEREMOTE)                                                      \
    X(NOTEMPTY, WSAENOTEMPTY)                                                  \
    X(USERS, WSAEUSERS)                                                        \
    X(PROCLIM, WSAEPROCLIM)                                                    \
    X(TOOMANYREFS, WSAETOOMANYREFS)                                            \
    X(NONAME, WSAHOST_NOT_FOUND)                                               \
    X(NODATA, WSANO_DATA)                                                      \
    X(TRYAGAIN, WSATRY_AGAIN)                                                  \
    X(NORECOVERY, WSANO_RECOVERY)                                              \
    X(NOMORE, WSA_E_NO_MORE)                                                   \
    X(PROVIDER, WSAEINVALIDPROVIDER)                                           \
    X(QOS, WSA_QOS_GENERIC_ERROR)                                              \
    X(QOSNEWS, WSA_QOS_REQUEST_CONFIRMED)

/* More codes that mean one of ours: from native only. */
#define WSA_REWRITES(X)                                                        \
    X(INVAL, WSA_INVALID_PARAMETER)                                            \
    X(INVAL, ERROR_NO_UNICODE_TRANSLATION)                                     \
    X(NOMEM, ERROR_OUTOFMEMORY)                                                \
    X(BADF, WSA_INVALID_HANDLE)                                                \
    X(ACCES, ERROR_ACCESS_DENIED)                                              \
    X(INPROGRESS, WSA_IO_PENDING)                                              \
    X(INPROGRESS, WSA_IO_INCOMPLETE)                                           \
    X(CANCELED, WSAECANCELLED)                                                 \
    X(CANCELED, WSA_E_CANCELLED)                                               \
    X(NOENT, ERROR_PATH_NOT_FOUND)                                             \
    X(NOENT, ERROR_INVALID_NAME)                                               \
    X(NOENT, WSASERVICE_NOT_FOUND)                                             \
    X(NOENT, WSATYPE_NOT_FOUND)                                                \
    X(AFNOSUPPORT, WSAEPFNOSUPPORT)                                            \
    X(EOF, WSAEDISCON)                                                         \
    X(PIPE, ERROR_BROKEN_PIPE)                                                 \
    X(PIPE, ERROR_NO_DATA)                                                     \
    X(PIPE, ERROR_PIPE_NOT_CONNECTED)                                          \
    X(NOSPC, ERROR_HANDLE_DISK_FULL)                                           \
    X(NOTREADY, WSANOTINITIALISED)                                             \
    X(NOTREADY, WSAVERNOTSUPPORTED)                                            \
    X(NORECOVERY, WSAEREFUSED)                                                 \
    X(NOMORE, WSAENOMORE)                                                      \
    X(PROVIDER, WSAEINVALIDPROCTABLE)                                          \
    X(PROVIDER, WSAEPROVIDERFAILEDINIT)                                        \
    X(QOSNEWS, WSA_QOS_RECEIVERS)                                              \
    X(QOSNEWS, WSA_QOS_SENDERS)                                                \
    X(QOS, WSA_QOS_NO_SENDERS)                                                 \
    X(QOS, WSA_QOS_NO_RECEIVERS)                                               \
    X(QOS, WSA_QOS_ADMISSION_FAILURE)                                          \
    X(QOS, WSA_QOS_POLICY_FAILURE)                                             \
    X(QOS, WSA_QOS_BAD_STYLE)                                                  \
    X(QOS, WSA_QOS_BAD_OBJECT)                                                 \
    X(QOS, WSA_QOS_TRAFFIC_CTRL_ERROR)                                         \
    X(QOS, WSA_QOS_ESERVICETYPE)                                               \
    X(QOS, WSA_QOS_EFLOWSPEC)                                                  \
    X(QOS, WSA_QOS_EPROVSPECBUF)                                               \
    X(QOS, WSA_QOS_EFILTERSTYLE)                                               \
    X(QOS, WSA_QOS_EFILTERTYPE)                                                \
    X(QOS, WSA_QOS_EFILTERCOUNT)                                               \
    X(QOS, WSA_QOS_EOBJLENGTH)                                                 \
    X(QOS, WSA_QOS_EFLOWCOUNT)                                                 \
    X(QOS, WSA_QOS_EUNKOWNPSOBJ)                                               \
    X(QOS, WSA_QOS_EPOLICYOBJ)                                                 \
    X(QOS, WSA_QOS_EFLOWDESC)                                                  \
    X(QOS, WSA_QOS_EPSFLOWSPEC)                                                \
    X(QOS, WSA_QOS_EPSFILTERSPEC)                                              \
    X(QOS, WSA_QOS_ESDMODEOBJ)                                                 \
    X(QOS, WSA_QOS_ESHAPERATEOBJ)                                              \
    X(QOS, WSA_QOS_RESERVED_PETYPE)

int32_t sys_err_native(duos_err err)
{
    switch (err) {
#define NATIVE_OF(name, native)                                                \
    case DUOS_E##name:                                                         \
        return native;
        WSA_CODES(NATIVE_OF)
#undef NATIVE_OF
    default:
        return 0;
    }
}

const char *sys_err_native_name(duos_err err)
{
    switch (err) {
#define NAME_OF(name, native)                                                  \
    case DUOS_E##name:                                                         \
        return #native;
        WSA_CODES(NAME_OF)
#undef NAME_OF
    default:
        return "";
    }
}

duos_err sys_err_from_native(int32_t native)
{
    switch (native) {
    case 0:
        return DUOS_OK;
#define ERR_OF(name, native)                                                   \
    case native:                                                               \
        return DUOS_E##name;
        WSA_CODES(ERR_OF)
        WSA_REWRITES(ERR_OF)
#undef ERR_OF
    default:
        break;
    }
    if (native < 0 || native > INT32_MAX + DUOS_ENATIVE_BASE) {
        return DUOS_EINVAL; /* an HRESULT would leave our range */
    }
    return DUOS_ENATIVE_BASE - native;
}

/*
 * Winsock says "not a socket" of a handle that was closed; POSIX says that it
 * is not open. Which of the two it is can be asked once a call has failed.
 */
duos_err duos__wsa_error(duos_socket s, int code)
{
    DWORD flags;

    if ((code == WSAENOTSOCK || code == WSANOTINITIALISED) &&
        (s.os == -1 || !GetHandleInformation((HANDLE)s.os, &flags))) {
        return DUOS_EBADF;
    }
    return sys_err_from_native(code);
}

duos_err duos__wsa_result(duos_socket s, int result)
{
    return result == 0 ? DUOS_OK : duos__wsa_error(s, WSAGetLastError());
}

duos_err duos__wsa_addr_error(duos_socket s, const duos_addr *addr, int code)
{
    int family, type;

    if (duos__socket_kind(s, &family, &type) == DUOS_OK &&
        family != duos__family_to_native(addr->family)) {
        return DUOS_EAFNOSUPPORT;
    }
    return duos__wsa_error(s, code);
}
