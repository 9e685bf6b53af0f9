/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - what Winsock calls each option, which sockets can have it,
 * and in what form the value travels.
 *
 * Each value is four bytes on the way in, a bool included; on the way out
 * Windows may write one byte only (trap 54), so what is read is zeroed first.
 */
#include "win32.h"

/* Which sockets have an option. Wine takes some of them on any. */
typedef enum opt_scope {
    ON_ANY,
    ON_STREAM,
    ON_IPV6
} opt_scope;

/* Milliseconds are a number, too: Windows has them in a DWORD (trap 53). */
typedef enum opt_form {
    AS_BOOL,
    AS_NUMBER,
    AS_LINGER,
    AS_TYPE /* Winsock numbers them as we do */
} opt_form;

typedef struct opt_row {
    int level;
    int name;
    opt_form form;
    opt_scope scope;
} opt_row;

static const opt_row rows[DUOS_OPT_COUNT] = {
    [DUOS_OPT_BROADCAST] = {SOL_SOCKET, SO_BROADCAST, AS_BOOL, ON_ANY},
    [DUOS_OPT_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE, AS_BOOL, ON_STREAM},
    [DUOS_OPT_KEEPALIVE_IDLE] = {IPPROTO_TCP, TCP_KEEPIDLE, AS_NUMBER,
                                 ON_STREAM},
    [DUOS_OPT_KEEPALIVE_INTERVAL] = {IPPROTO_TCP, TCP_KEEPINTVL, AS_NUMBER,
                                     ON_STREAM},
    [DUOS_OPT_KEEPALIVE_COUNT] = {IPPROTO_TCP, TCP_KEEPCNT, AS_NUMBER,
                                  ON_STREAM},
    [DUOS_OPT_LINGER] = {SOL_SOCKET, SO_LINGER, AS_LINGER, ON_STREAM},
    [DUOS_OPT_SEND_BUFFER] = {SOL_SOCKET, SO_SNDBUF, AS_NUMBER, ON_ANY},
    [DUOS_OPT_RECV_BUFFER] = {SOL_SOCKET, SO_RCVBUF, AS_NUMBER, ON_ANY},
    [DUOS_OPT_SEND_TIMEOUT] = {SOL_SOCKET, SO_SNDTIMEO, AS_NUMBER, ON_ANY},
    [DUOS_OPT_RECV_TIMEOUT] = {SOL_SOCKET, SO_RCVTIMEO, AS_NUMBER, ON_ANY},
    [DUOS_OPT_NODELAY] = {IPPROTO_TCP, TCP_NODELAY, AS_BOOL, ON_STREAM},
    [DUOS_OPT_V6ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY, AS_BOOL, ON_IPV6},
    [DUOS_OPT_TTL] = {IPPROTO_IP, IP_TTL, AS_NUMBER, ON_ANY},
    [DUOS_OPT_OOB_INLINE] = {SOL_SOCKET, SO_OOBINLINE, AS_BOOL, ON_STREAM},
    [DUOS_OPT_TYPE] = {SOL_SOCKET, SO_TYPE, AS_TYPE, ON_ANY},
    [DUOS_OPT_LISTENING] = {SOL_SOCKET, SO_ACCEPTCONN, AS_BOOL, ON_STREAM},
};

/* What TTL is on an IPv6 socket. */
static const opt_row hop_limit = {IPPROTO_IPV6, IPV6_UNICAST_HOPS, AS_NUMBER,
                                  ON_IPV6};

/* ---- what a socket can have -------------------------------------------- */

duos_err duos__socket_kind(duos_socket s, int *family, int *type)
{
    WSAPROTOCOL_INFOW info;
    int len = (int)sizeof info;
    duos_err err =
        duos__wsa_result(s, getsockopt(duos__os(s), SOL_SOCKET,
                                       SO_PROTOCOL_INFOW, (char *)&info, &len));

    if (err == DUOS_OK) {
        *family = info.iAddressFamily;
        *type = info.iSocketType;
    }
    return err;
}

/* Wine answers other questions on handles that are no sockets, too. */
duos_err duos__socket_check(duos_socket s)
{
    int type;
    size_t len = sizeof type;

    return sys_opt_get_raw(s, SOL_SOCKET, SO_TYPE, &type, &len);
}

/* The row of an option for this socket, or DUOS_ENOTSUP. */
static duos_err find_row(duos_socket s, duos_opt opt, const opt_row **out)
{
    const opt_row *row = &rows[opt];
    int family, type;
    duos_err err;

    if (row->scope == ON_ANY && opt != DUOS_OPT_TTL) {
        *out = row;
        return DUOS_OK;
    }
    err = duos__socket_kind(s, &family, &type);
    if (err != DUOS_OK) {
        return err;
    }
    if (opt == DUOS_OPT_TTL && family == AF_INET6) {
        row = &hop_limit;
    }
    if ((row->scope == ON_STREAM && type != SOCK_STREAM) ||
        (row->scope == ON_IPV6 && family != AF_INET6)) {
        return DUOS_ENOTSUP;
    }
    *out = row;
    return DUOS_OK;
}

/* ---- the raw calls ----------------------------------------------------- */

duos_err sys_opt_set_raw(duos_socket s, int level, int name, const void *value,
                         size_t len)
{
    if (len > INT_MAX) {
        return DUOS_EINVAL;
    }
    return duos__wsa_result(
        s, setsockopt(duos__os(s), level, name, (const char *)value, (int)len));
}

duos_err sys_opt_get_raw(duos_socket s, int level, int name, void *value,
                         size_t *len)
{
    int room = *len < INT_MAX ? (int)*len : INT_MAX;
    duos_err err = duos__wsa_result(
        s, getsockopt(duos__os(s), level, name, (char *)value, &room));

    if (err == DUOS_OK) {
        *len = (size_t)room;
    }
    return err;
}

/* ---- the typed ones ---------------------------------------------------- */

static duos_err opt_error(duos_err err)
{
    return err == DUOS_ENOPROTOOPT || err == DUOS_EOPNOTSUPP ? DUOS_ENOTSUP
                                                             : err;
}

/*
 * Before Windows 10 1709, and in Wine, the idle time goes in only together
 * with the interval, and turns probing on (trap 57). So the interval becomes
 * the system's default, and a switch that was off is put back. Neither value
 * can be read there, which is why the interval cannot be set alone: that
 * would overwrite the idle time.
 */
static duos_err set_keepalive_idle(duos_socket s, int32_t seconds)
{
    struct tcp_keepalive values = {1, 0, 1000};
    sys_optval was;
    DWORD bytes;
    duos_err err = sys_opt_get(s, DUOS_OPT_KEEPALIVE, &was);

    if (err != DUOS_OK) {
        return err;
    }
    values.keepalivetime = (ULONG)seconds * 1000;
    err = duos__wsa_result(s, WSAIoctl(duos__os(s), SIO_KEEPALIVE_VALS, &values,
                                       sizeof values, NULL, 0, &bytes, NULL,
                                       NULL));
    if (err == DUOS_OK && !was.on) {
        err = sys_opt_set(s, DUOS_OPT_KEEPALIVE, &was);
    }
    return opt_error(err);
}

static duos_err set_linger(duos_socket s, const duos_linger *value)
{
    struct linger native;

    native.l_onoff = value->on ? 1 : 0;
    native.l_linger = (u_short)value->seconds;
    return sys_opt_set_raw(s, SOL_SOCKET, SO_LINGER, &native, sizeof native);
}

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    const opt_row *row;
    int32_t native;
    duos_err err = find_row(s, opt, &row);

    if (err != DUOS_OK) {
        return err;
    }
    if (row->form == AS_LINGER) {
        return opt_error(set_linger(s, &value->linger));
    }
    native = row->form == AS_BOOL ? value->on : value->number;
    err = opt_error(
        sys_opt_set_raw(s, row->level, row->name, &native, sizeof native));
    if (err == DUOS_ENOTSUP && opt == DUOS_OPT_KEEPALIVE_IDLE) {
        return set_keepalive_idle(s, value->number);
    }
    return err;
}

static duos_err get_linger(duos_socket s, duos_linger *value)
{
    struct linger native = {0, 0};
    size_t len = sizeof native;
    duos_err err = sys_opt_get_raw(s, SOL_SOCKET, SO_LINGER, &native, &len);

    if (err == DUOS_OK) {
        value->on = native.l_onoff != 0;
        value->seconds = native.l_linger;
    }
    return err;
}

duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    const opt_row *row;
    int32_t native = 0;
    size_t len = sizeof native;
    duos_err err = find_row(s, opt, &row);

    if (err != DUOS_OK) {
        return err;
    }
    if (row->form == AS_LINGER) {
        return opt_error(get_linger(s, &value->linger));
    }
    err = opt_error(sys_opt_get_raw(s, row->level, row->name, &native, &len));
    if (err != DUOS_OK) {
        return err;
    }
    if (row->form == AS_TYPE && native != SOCK_STREAM && native != SOCK_DGRAM) {
        return DUOS_ENOTSUP;
    }
    if (row->form == AS_BOOL) {
        value->on = native != 0;
    } else {
        value->number = native;
    }
    return DUOS_OK;
}

/*
 * SO_REUSEADDR lets another program take the port, so a stream never gets it
 * (trap 13). Receivers of one multicast group need it (trap 16).
 */
duos_err sys_set_reuse(duos_socket s, duos_reuse policy)
{
    const BOOL on = TRUE;
    int family, type;
    duos_err err = duos__socket_kind(s, &family, &type);

    if (err != DUOS_OK) {
        return err;
    }
    if (policy == DUOS_REUSE_SHARED && type == SOCK_STREAM) {
        return DUOS_ENOTSUP;
    }
    return sys_opt_set_raw(s, SOL_SOCKET,
                           policy == DUOS_REUSE_SHARED ? SO_REUSEADDR
                                                       : SO_EXCLUSIVEADDRUSE,
                           &on, sizeof on);
}
