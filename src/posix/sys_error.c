/* SPDX-License-Identifier: MIT */
/*
 * sys_error.c - which errno stands for which of our codes, both ways.
 *
 * Deliberate rewrites are not in the table but at the verb that makes them:
 *   sys_close     EINTR -> success: the descriptor is gone all the same
 *   sys_bind, sys_connect
 *                 EINVAL, for an address of the wrong family ->
 *                 DUOS_EAFNOSUPPORT: Linux
 *   sys_connect   EAGAIN, unix socket -> DUOS_EBUSY: a full backlog
 *                 (trap 26)
 *   sys_send      EPROTOTYPE -> DUOS_EPIPE: macOS, in a tear-down (trap 45)
 *   sys_send      0 for len > 0 -> DUOS_EWOULDBLOCK
 *   sys_accept    EINVAL while the new socket is set up -> DUOS_ECONNABORTED:
 *                 macOS, when the peer is gone (trap 40)
 *   sys_opt_*     the codes for "no such option" -> DUOS_ENOTSUP
 *
 * ECOMM, EREMOTEIO and whatever else IP and unix sockets do not give go
 * through as native codes.
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
    X(DEADLOCK, EDEADLK)                                                       \
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
    X(IO, EIO)                                                                 \
    X(NOTDIR, ENOTDIR)                                                         \
    X(ISDIR, EISDIR)                                                           \
    X(LOOP, ELOOP)                                                             \
    X(ROFS, EROFS)                                                             \
    X(NOSPC, ENOSPC)                                                           \
    X(DQUOT, EDQUOT)                                                           \
    X(STALE, ESTALE)                                                           \
    X(REMOTE, EREMOTE)                                                         \
    X(NOTEMPTY, ENOTEMPTY)                                                     \
    X(USERS, EUSERS)                                                           \
    X(PROCLIM, EPROCLIM)                                                       \
    X(TOOMANYREFS, ETOOMANYREFS)                                               \
    X(NONET, ENONET)                                                           \
    X(NODEV, ENODEV)                                                           \
    X(NXIO, ENXIO)                                                             \
    X(NOTTY, ENOTTY)                                                           \
    X(OVERFLOW, EOVERFLOW)                                                     \
    X(BADMSG, EBADMSG)                                                         \
    X(NOLCK, ENOLCK)

/*
 * More codes that mean one of ours: from native only. On some systems a first
 * and a second one have the same number, so they are no cases of a switch.
 */
#define ERRNO_REWRITES(X)                                                      \
    X(WOULDBLOCK, EAGAIN)                                                      \
    X(NOTSUP, ENOTSUP)                                                         \
    X(NOTSUP, ENOSYS)                                                          \
    X(RANGE, EDOM)                                                             \
    X(AFNOSUPPORT, EPFNOSUPPORT)                                               \
    X(PIPE, ESHUTDOWN)                                                         \
    X(TIMEDOUT, ETIME)

/* A code that this system lacks has a number beyond the greatest. */
static bool is_known(int32_t native)
{
    return native <= DUOS__ERRNO_MAX;
}

int32_t sys_err_native(duos_err err)
{
    switch (err) {
#define NUMBER_CASE(name, number)                                              \
    case DUOS_E##name:                                                         \
        return is_known(number) ? (number) : 0;
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
        return is_known(number) ? #number : "";
        ERRNO_MAP(NAME_CASE)
#undef NAME_CASE
    case DUOS_ENOTSUP:
        return "ENOTSUP";
    default:
        return "";
    }
}

static duos_err from_rewrites(int32_t native)
{
#define REWRITE(name, number)                                                  \
    if (native == (number)) {                                                  \
        return DUOS_E##name;                                                   \
    }
    ERRNO_REWRITES(REWRITE)
#undef REWRITE
    return DUOS_ENATIVE_BASE - native;
}

duos_err sys_err_from_native(int32_t native)
{
    if (native < 0 || !is_known(native)) {
        return DUOS_EINVAL; /* no errno; it might not fit below the base */
    }
    switch (native) {
    case 0:
        return DUOS_OK;
#define CODE_CASE(name, number)                                                \
    case number:                                                               \
        return DUOS_E##name;
        ERRNO_MAP(CODE_CASE)
#undef CODE_CASE
    default:
        return from_rewrites(native);
    }
}

duos_err duos__last_error(void)
{
    return sys_err_from_native(errno);
}
