/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - sets and reads options by the rows of option_rows.c.
 *
 * The typed calls answer DUOS_ENOTSUP where the row is empty or the socket is
 * of a kind that cannot have the option, however the kernel words it.
 */
#include "option_rows.h"

#include "opt_scope.h"

/* ---- which socket can have which option --------------------------------- */

static duos_err family_of(int fd, int *family)
{
    duos__sockaddr native;
    socklen_t len = sizeof native;

    native.any.sa_family = AF_UNSPEC;
    if (getsockname(fd, &native.any, &len) != 0) {
        return duos__last_error();
    }
    *family = native.any.sa_family == AF_INET    ? DUOS_IPV4
              : native.any.sa_family == AF_INET6 ? DUOS_IPV6
              : native.any.sa_family == AF_UNIX  ? DUOS_UNIX
                                                 : DUOS_UNSPEC;
    return DUOS_OK;
}

static duos_err type_of(int fd, int *type)
{
    int native = 0;
    socklen_t len = sizeof native;

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &native, &len) != 0) {
        return duos__last_error();
    }
    *type = native == SOCK_STREAM  ? DUOS_STREAM
            : native == SOCK_DGRAM ? DUOS_DGRAM
                                   : 0;
    return DUOS_OK;
}

static duos_err check_scope(int fd, duos_opt opt, int *family)
{
    int type = 0;
    duos_err err = type_of(fd, &type);

    *family = DUOS_UNSPEC;
    if (err == DUOS_OK) {
        err = family_of(fd, family);
    }
    if (err != DUOS_OK) {
        return err;
    }
    return duos__scope_has(duos_opt_describe(opt)->scope, *family, type)
               ? DUOS_OK
               : DUOS_ENOTSUP;
}

/*
 * What an option is called on this socket. TCP's own are not looked into
 * beforehand, since each connection sets one: the kernel refuses them to
 * other sockets.
 */
static duos_err find_native(int fd, duos_opt opt, const duos__native **out)
{
    const duos__row *row = &duos__rows[opt];
    const duos__native *native = &row->v4;
    bool ask = duos_opt_describe(opt)->scope != DUOS_FOR_ANY &&
               native->level != IPPROTO_TCP;
    int family;
    duos_err err;

    if (ask || native->form == DUOS__FORM_NONE) {
        err = check_scope(fd, opt, &family);
        if (err != DUOS_OK) {
            return err;
        }
        native = family == DUOS_IPV6 ? &row->v6 : &row->v4;
    }
    *out = native;
    if (native->form == DUOS__FORM_PROTOCOL) {
        return DUOS_OK;
    }
    return native->form == DUOS__FORM_NONE || native->name == DUOS__NO_OPTION
               ? DUOS_ENOTSUP
               : DUOS_OK;
}

/*
 * What a refusal means. Linux says ENOPROTOOPT or EOPNOTSUPP to a socket of
 * another protocol, the BSDs say EINVAL as they do to a bad value.
 */
static duos_err option_refused(int fd, duos_opt opt, int code)
{
    int family;

    if (code == ENOPROTOOPT || code == EOPNOTSUPP) {
        return DUOS_ENOTSUP;
    }
    if (code == EINVAL && check_scope(fd, opt, &family) != DUOS_OK) {
        return DUOS_ENOTSUP;
    }
    return sys_err_from_native(code);
}

/* ---- the typed calls ----------------------------------------------------- */

/*
 * An IPv6 socket may take IPv4, too, now or later, and for those packets Linux
 * asks what was set at IPPROTO_IP. Systems that do not let it be set there
 * refuse. PKTINFO tells of both as it is; set there, it would tell an address
 * of IPv4 to go with a peer of IPv6.
 */
static void set_for_ipv4(int fd, duos_opt opt, const sys_optval *value)
{
    const duos__row *row = &duos__rows[opt];
    const duos__native *n = &row->v4;
    duos__native_value native;
    socklen_t len;

    if (row->v6.level != IPPROTO_IPV6 || n->level != IPPROTO_IP ||
        n->name == DUOS__NO_OPTION || opt == DUOS_OPT_PKTINFO) {
        return;
    }
    len = duos__opt_encode(n, value, &native);
    (void)setsockopt(fd, n->level, n->name, &native, len);
}

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    int fd = duos__fd(s);
    const duos__native *n;
    duos__native_value native;
    socklen_t len;
    duos_err err = find_native(fd, opt, &n);

    if (err != DUOS_OK) {
        return err;
    }
    len = duos__opt_encode(n, value, &native);
    if (len == 0) {
        return DUOS_ENOENT;
    }
    if (setsockopt(fd, n->level, n->name, &native, len) != 0) {
        return option_refused(fd, opt, errno);
    }
    if (n == &duos__rows[opt].v6) {
        set_for_ipv4(fd, opt, value);
    }
    return DUOS_OK;
}

static duos_err get_native(int fd, duos_opt opt, const duos__native *n,
                           duos__native_value *native, socklen_t *len)
{
    memset(native, 0, sizeof *native);
    *len = sizeof *native;
    return getsockopt(fd, n->level, n->name, native, len) == 0
               ? DUOS_OK
               : option_refused(fd, opt, errno);
}

/* What an IP socket of this type speaks, unless somebody asked for more. */
static duos_err get_protocol(int fd, sys_optval *value)
{
    int type = 0;
    duos_err err = type_of(fd, &type);

    if (err == DUOS_OK) {
        value->number = type == DUOS_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    }
    return err;
}

static duos_err get_family(int fd, sys_optval *value)
{
    int family = DUOS_UNSPEC;
    duos_err err = family_of(fd, &family);

    if (err == DUOS_OK) {
        value->number = family;
    }
    return err;
}

duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    int fd = duos__fd(s);
    const duos__native *n;
    duos__native_value native;
    socklen_t len;
    duos_err err = find_native(fd, opt, &n);

    if (err == DUOS_OK && n->name == DUOS__NO_OPTION) {
        return get_protocol(fd, value);
    }
    if (err == DUOS_OK) {
        err = get_native(fd, opt, n, &native, &len);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (n->form == DUOS__FORM_FAMILY) {
        return get_family(fd, value);
    }
    return duos__opt_decode(n, &native, len, value);
}

/* Some cannot be read in this state; the system knows them all the same. */
duos_err sys_opt_supported(duos_socket s, duos_opt opt)
{
    int fd = duos__fd(s);
    const duos__native *n;
    duos__native_value native;
    socklen_t len;
    duos_err err = find_native(fd, opt, &n);

    if (err == DUOS_OK && n->name != DUOS__NO_OPTION) {
        err = get_native(fd, opt, n, &native, &len);
    }
    return err == DUOS_ENOTCONN || err == DUOS_EINVAL ? DUOS_OK : err;
}

/* ---- the raw calls ------------------------------------------------------- */

duos_err sys_opt_set_raw(duos_socket s, int level, int name, const void *value,
                         size_t len)
{
    if (len > INT_MAX) {
        return DUOS_EINVAL;
    }
    if (setsockopt(duos__fd(s), level, name, value, (socklen_t)len) != 0) {
        return duos__last_error();
    }
    return DUOS_OK;
}

duos_err sys_opt_get_raw(duos_socket s, int level, int name, void *value,
                         size_t *len)
{
    socklen_t room = *len > INT_MAX ? INT_MAX : (socklen_t)*len;

    if (getsockopt(duos__fd(s), level, name, value, &room) != 0) {
        return duos__last_error();
    }
    *len = room;
    return DUOS_OK;
}
