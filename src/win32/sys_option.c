/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - sets and reads options by the rows of option_rows.c.
 *
 * Each value is four bytes on the way in, a bool included; on the way out
 * Windows may write one byte only (trap 54), so what is read is zeroed first.
 * Which sockets have an option is asked of the table, since Wine takes some
 * on any.
 */
#include "option_rows.h"

#include "opt_scope.h"

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

/* Our name for a native family; types are numbered as ours are. */
static int our_family(int native)
{
    switch (native) {
    case AF_INET:
        return DUOS_IPV4;
    case AF_INET6:
        return DUOS_IPV6;
    case AF_UNIX:
        return DUOS_UNIX;
    default:
        return DUOS_UNSPEC;
    }
}

/* What an option is called on this socket, or DUOS_ENOTSUP. */
static duos_err find_native(duos_socket s, duos_opt opt,
                            const duos__native **out)
{
    const duos__row *row = &duos__rows[opt];
    duos_opt_scope scope = duos_opt_describe(opt)->scope;
    const duos__native *native = &row->v4;
    int family, type;
    duos_err err;

    if (scope != DUOS_FOR_ANY || native->form == DUOS__FORM_NONE) {
        err = duos__socket_kind(s, &family, &type);
        if (err != DUOS_OK) {
            return err;
        }
        if (!duos__scope_has(scope, our_family(family), type)) {
            return DUOS_ENOTSUP;
        }
        native = family == AF_INET6 ? &row->v6 : &row->v4;
    }
    *out = native;
    return native->form == DUOS__FORM_NONE ? DUOS_ENOTSUP : DUOS_OK;
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

/* ---- values ------------------------------------------------------------ */

/* Of UDP's options an unknown one is called a wrong value. */
static duos_err opt_error(const duos__native *n, duos_err err)
{
    if (err == DUOS_ENOPROTOOPT || err == DUOS_EOPNOTSUPP ||
        (err == DUOS_EINVAL && n->level == IPPROTO_UDP)) {
        return DUOS_ENOTSUP;
    }
    return err;
}

/* Up to the next second: 0 would mean the system's default (trap 53). */
static DWORD encode(const duos__native *n, const sys_optval *value)
{
    int32_t number = value->number;

    switch (n->form) {
    case DUOS__FORM_BOOL:
        return value->on;
    case DUOS__FORM_SWITCH:
        return number != 0;
    case DUOS__FORM_SECONDS:
        return (DWORD)(number / 1000) + (number % 1000 != 0);
    case DUOS__FORM_INDEX:
    case DUOS__FORM_ADDRESS: /* 0.0.0.x is an index (trap 59) */
        return htonl((u_long)number);
    default:
        return (DWORD)number;
    }
}

static int32_t ms_of_seconds(DWORD seconds)
{
    return seconds > INT32_MAX / 1000 ? INT32_MAX : (int32_t)seconds * 1000;
}

static duos_err decode_interface(DWORD native, sys_optval *value)
{
    u_long index = ntohl(native);
    uint32_t found;
    duos_err err = DUOS_OK;

    if (index > 0xffffff) {
        err = duos__index_of_address(native, &found);
        index = found;
    }
    if (err == DUOS_OK) {
        value->number = (int32_t)index;
    }
    return err;
}

static duos_err decode(const duos__native *n, DWORD native, sys_optval *value)
{
    switch (n->form) {
    case DUOS__FORM_BOOL:
        value->on = native != 0;
        return DUOS_OK;
    case DUOS__FORM_SECONDS:
        value->number = ms_of_seconds(native);
        return DUOS_OK;
    case DUOS__FORM_INDEX:
        value->number = (int32_t)ntohl(native);
        return DUOS_OK;
    case DUOS__FORM_ADDRESS:
        return decode_interface(native, value);
    case DUOS__FORM_TYPE: /* Winsock numbers them as we do */
        value->number = (int32_t)native;
        return native == SOCK_STREAM || native == SOCK_DGRAM ? DUOS_OK
                                                             : DUOS_ENOTSUP;
    default:
        value->number = (int32_t)native;
        return DUOS_OK;
    }
}

/* ---- what needs more than one call ------------------------------------- */

/*
 * Before Windows 10 1709, and in Wine, the idle time goes in only together
 * with the interval, and turns probing on (trap 57). So the interval becomes
 * the system's default, and a switch that was off is put back. Neither value
 * can be read there, which is why the interval cannot be set alone: that
 * would overwrite the idle time.
 */
static duos_err set_keepalive_idle(duos_socket s, const duos__native *n,
                                   int32_t seconds)
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
    return opt_error(n, err);
}

/* Wine wants an address of the interface, where Windows takes its index. */
static duos_err set_interface(duos_socket s, const duos__native *n,
                              uint32_t index, duos_err refusal)
{
    DWORD address;

    if (index == 0 || duos__address_of_index(index, &address) != DUOS_OK) {
        return refusal;
    }
    return sys_opt_set_raw(s, n->level, n->name, &address, sizeof address);
}

static duos_err set_linger(duos_socket s, const duos_linger *value)
{
    struct linger native;

    native.l_onoff = value->on ? 1 : 0;
    native.l_linger = (u_short)value->seconds;
    return sys_opt_set_raw(s, SOL_SOCKET, SO_LINGER, &native, sizeof native);
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

static duos_err get_kind(duos_socket s, duos__form form, sys_optval *value)
{
    int family, type;
    duos_err err = duos__socket_kind(s, &family, &type);

    if (err != DUOS_OK) {
        return err;
    }
    if (form == DUOS__FORM_FAMILY) {
        value->number = our_family(family);
    } else {
        value->number = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    }
    return DUOS_OK;
}

/* ---- the typed ones ---------------------------------------------------- */

/*
 * An IPv6 socket may take IPv4, too, now or later: Windows asks for those
 * packets what was set at IPPROTO_IP. A refusal is no harm. PKTINFO would
 * tell an address of IPv4 to go with a peer of IPv6.
 */
static void set_for_ipv4(duos_socket s, duos_opt opt, const sys_optval *value)
{
    const duos__row *row = &duos__rows[opt];
    const duos__native *n = &row->v4;
    DWORD native;

    if (row->v6.level == IPPROTO_IPV6 && n->level == IPPROTO_IP &&
        opt != DUOS_OPT_PKTINFO) {
        native = encode(n, value);
        (void)setsockopt(duos__os(s), n->level, n->name, (const char *)&native,
                         (int)sizeof native);
    }
}

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    const duos__native *n;
    DWORD native;
    duos_err err = find_native(s, opt, &n);

    if (err != DUOS_OK) {
        return err;
    }
    if (n->form == DUOS__FORM_LINGER) {
        return opt_error(n, set_linger(s, &value->linger));
    }
    native = encode(n, value);
    err = opt_error(
        n, sys_opt_set_raw(s, n->level, n->name, &native, sizeof native));
    if (err == DUOS_ENOTSUP && opt == DUOS_OPT_KEEPALIVE_IDLE) {
        return set_keepalive_idle(s, n, value->number);
    }
    if (err != DUOS_OK && n->form == DUOS__FORM_ADDRESS) {
        return set_interface(s, n, (uint32_t)value->number, err);
    }
    if (err == DUOS_OK && n == &duos__rows[opt].v6) {
        set_for_ipv4(s, opt, value);
    }
    return err;
}

duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    const duos__native *n;
    DWORD native = 0;
    size_t len = sizeof native;
    duos_err err = find_native(s, opt, &n);

    if (err != DUOS_OK) {
        return err;
    }
    switch (n->form) {
    case DUOS__FORM_LINGER:
        return opt_error(n, get_linger(s, &value->linger));
    case DUOS__FORM_FAMILY:
    case DUOS__FORM_PROTOCOL:
        return get_kind(s, n->form, value);
    default:
        err =
            opt_error(n, sys_opt_get_raw(s, n->level, n->name, &native, &len));
        return err == DUOS_OK ? decode(n, native, value) : err;
    }
}

/* Some cannot be read in this state; the system knows them all the same. */
duos_err sys_opt_supported(duos_socket s, duos_opt opt)
{
    const duos__native *n;
    sys_optval value;
    duos_err err = find_native(s, opt, &n);

    if (err == DUOS_OK) {
        err = sys_opt_get(s, opt, &value);
    }
    if (err == DUOS_ENOTSUP && opt == DUOS_OPT_KEEPALIVE_IDLE) {
        sys_optval on; /* it can be set all the same, see above */

        return sys_opt_get(s, DUOS_OPT_KEEPALIVE, &on);
    }
    return err == DUOS_ENOTCONN || err == DUOS_EINVAL ? DUOS_OK : err;
}

/* ---- what Windows does not keep ------------------------------------------ */

duos_err sys_take_report(duos_socket s, duos_addr *to, duos_err *what)
{
    (void)s;
    (void)to;
    (void)what;
    return DUOS_ENOTSUP;
}
