/* SPDX-License-Identifier: MIT */
/*
 * sys_error.c - which errno stands for which of our codes, both ways.
 *
 * Deliberate rewrites are not in the table but at the verb that makes them:
 *   sys_close     EINTR -> success: the descriptor is gone all the same
 *   sys_bind, sys_connect
 *                 EINVAL, for an address of the wrong family ->
 *                 DUOS_EAFNOSUPPORT: Linux
 *   sys_connect   EAGAIN, unix socket -> DUOS_ECONNREFUSED: a full backlog
 *                 (trap 26)
 *   sys_send      EPROTOTYPE -> DUOS_EPIPE: macOS, in a tear-down (trap 45)
 *   sys_send      0 for len > 0 -> DUOS_EWOULDBLOCK
 *   sys_accept    EINVAL while the new socket is set up -> DUOS_ECONNABORTED:
 *                 macOS, when the peer is gone (trap 40)
 *   sys_opt_*     the codes for "no such option" -> DUOS_ENOTSUP
 */
#include "posix.h"

/* Our name without its E, the errno. Only the errno may be a macro. */
#define ERRNO_MAP(X)                                                           \
    X(INVAL, EINVAL)                                                           \
    X(NOMEM, ENOMEM)                                                           \
    X(WOULDBLOCK, EWOULDBLOCK)                                                 \
    X(INPROGRESS, EINPROGRESS)                                                 \
    X(INTERRUPTED, EINTR)                                                      \
    X(TIMEDOUT, ETIMEDOUT)                                                     \
    X(CANCELED, ECANCELED)                                                     \
    X(BUSY, EBUSY)                                                             \
    X(NOENT, ENOENT)                                                           \
    X(EXIST, EEXIST)                                                           \
    X(RANGE, ERANGE)                                                           \
    X(NAMETOOLONG, ENAMETOOLONG)                                               \
    X(BADF, EBADF)                                                             \
    X(NOTSOCK, ENOTSOCK)                                                       \
    X(ACCES, EACCES)                                                           \
    X(MFILE, EMFILE)                                                           \
    X(NFILE, ENFILE)                                                           \
    X(NOBUFS, ENOBUFS)                                                         \
    X(FAULT, EFAULT)                                                           \
    X(PERM, EPERM)                                                             \
    X(AFNOSUPPORT, EAFNOSUPPORT)                                               \
    X(PROTONOSUPPORT, EPROTONOSUPPORT)                                         \
    X(PROTOTYPE, EPROTOTYPE)                                                   \
    X(SOCKTNOSUPPORT, ESOCKTNOSUPPORT)                                         \
    X(OPNOTSUPP, EOPNOTSUPP)                                                   \
    X(NOPROTOOPT, ENOPROTOOPT)                                                 \
    X(ADDRINUSE, EADDRINUSE)                                                   \
    X(ADDRNOTAVAIL, EADDRNOTAVAIL)                                             \
    X(DESTADDRREQ, EDESTADDRREQ)                                               \
    X(ISCONN, EISCONN)                                                         \
    X(NOTCONN, ENOTCONN)                                                       \
    X(ALREADY, EALREADY)                                                       \
    X(CONNREFUSED, ECONNREFUSED)                                               \
    X(CONNRESET, ECONNRESET)                                                   \
    X(CONNABORTED, ECONNABORTED)                                               \
    X(PIPE, EPIPE)                                                             \
    X(NETDOWN, ENETDOWN)                                                       \
    X(NETUNREACH, ENETUNREACH)                                                 \
    X(NETRESET, ENETRESET)                                                     \
    X(HOSTDOWN, EHOSTDOWN)                                                     \
    X(HOSTUNREACH, EHOSTUNREACH)                                               \
    X(MSGSIZE, EMSGSIZE)                                                       \
    X(PROTO, EPROTO)                                                           \
    X(IO, EIO)

/* No system's errno comes near; more would not fit below the base. */
#define ERRNO_MAX 99999

int32_t sys_err_native(duos_err err)
{
    switch (err) {
#define NUMBER_CASE(name, number)                                              \
    case DUOS_E##name:                                                         \
        return number;
        ERRNO_MAP(NUMBER_CASE)
#undef NUMBER_CASE
    case DUOS_ENOTSUP:
        return ENOTSUP;
    default:
        return 0;
    }
}

const char *sys_err_native_name(duos_err err)
{
    switch (err) {
#define NAME_CASE(name, number)                                                \
    case DUOS_E##name:                                                         \
        return #number;
        ERRNO_MAP(NAME_CASE)
#undef NAME_CASE
    case DUOS_ENOTSUP:
        return "ENOTSUP";
    default:
        return "";
    }
}

/* Second names: on some systems they are numbers of their own. */
static duos_err from_second_name(int32_t native)
{
    if (native == EAGAIN) {
        return DUOS_EWOULDBLOCK;
    }
    if (native == ENOTSUP) {
        return DUOS_ENOTSUP;
    }
    if (native < 0 || native > ERRNO_MAX) {
        return DUOS_EINVAL;
    }
    return DUOS_ENATIVE_BASE - native;
}

duos_err sys_err_from_native(int32_t native)
{
    switch (native) {
    case 0:
        return DUOS_OK;
#define CODE_CASE(name, number)                                                \
    case number:                                                               \
        return DUOS_E##name;
        ERRNO_MAP(CODE_CASE)
#undef CODE_CASE
    default:
        return from_second_name(native);
    }
}

duos_err duos__last_error(void)
{
    return sys_err_from_native(errno);
}
