/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - sets and reads options by the rows of option_rows.c.
 *
 * The typed calls answer DUOS_ENOTSUP where the row is empty or the socket is
 * of a kind that cannot have the option, however the kernel words it. What a
 * value looks like to the system is the affair of its form.
 */
#include "option_rows.h"

#include "opt_scope.h"

#include <arpa/inet.h>
#include <net/if.h>

/* A value as the system takes it. */
typedef union native_value {
    int number;
    unsigned char byte;
    struct timeval time;
    struct linger linger;
    struct ip_mreqn interface;
    char text[DUOS_OPT_TEXT_MAX];
} native_value;

/* ---- which socket can have which option --------------------------------- */

static int family_of(int fd)
{
    duos__sockaddr native;
    socklen_t len = sizeof native;

    native.any.sa_family = AF_UNSPEC;
    (void)getsockname(fd, &native.any, &len);
    switch (native.any.sa_family) {
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
    int type;
    duos_err err = type_of(fd, &type);

    if (err != DUOS_OK) {
        return err;
    }
    *family = family_of(fd);
    return duos__scope_has(duos_opt_describe(opt)->scope, *family, type)
               ? DUOS_OK
               : DUOS_ENOTSUP;
}

/*
 * What an option is called on this socket. TCP's own are not looked into
 * beforehand, since each connection sets one: the kernel refuses them to
 * other sockets.
 */
static duos_err find(int fd, duos_opt opt, const duos__native **out)
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
static duos_err refused(int fd, duos_opt opt, int code)
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

/* ---- values going in ----------------------------------------------------- */

/* Up to the next unit: 0 would mean no limit at all (trap 53). */
static int whole_units(int32_t ms, int unit)
{
    return ms / unit + (ms % unit != 0);
}

static socklen_t encode_device(const char *name, native_value *native)
{
    native->number = name[0] == '\0' ? 0 : (int)if_nametoindex(name);
    return name[0] != '\0' && native->number == 0 ? 0 : sizeof native->number;
}

static socklen_t encode_number(const duos__native *n, const sys_optval *value,
                               native_value *native)
{
    switch (n->form) {
    case DUOS__FORM_BOOL:
        native->number = value->on ? n->unit : 0;
        break;
    case DUOS__FORM_INDEX:
        native->number = (int)htonl((uint32_t)value->number);
        break;
    case DUOS__FORM_MS:
        native->number = whole_units(value->number, n->unit);
        break;
    default:
        native->number = value->number;
        break;
    }
    return sizeof native->number;
}

/* The length of the value; 0 for a name that means nothing here. */
static socklen_t encode(const duos__native *n, const sys_optval *value,
                        native_value *native)
{
    memset(native, 0, sizeof *native);
    switch (n->form) {
    case DUOS__FORM_BYTE:
        native->byte = (unsigned char)value->number;
        return sizeof native->byte;
    case DUOS__FORM_BOOL8:
        native->byte = value->on;
        return sizeof native->byte;
    case DUOS__FORM_MREQN:
        native->interface.imr_ifindex = value->number;
        return sizeof native->interface;
    case DUOS__FORM_TIMEVAL:
        native->time.tv_sec = value->number / 1000;
        native->time.tv_usec = (suseconds_t)(value->number % 1000) * 1000;
        return sizeof native->time;
    case DUOS__FORM_LINGER:
        native->linger.l_onoff = value->linger.on;
        native->linger.l_linger = value->linger.seconds;
        return sizeof native->linger;
    case DUOS__FORM_TEXT:
        memcpy(native->text, value->text, sizeof native->text);
        return sizeof native->text;
    case DUOS__FORM_DEVICE:
        return encode_device(value->text, native);
    default:
        return encode_number(n, value, native);
    }
}

/* ---- values coming out --------------------------------------------------- */

static int32_t whole_ms(const struct timeval *time)
{
    if (time->tv_sec >= INT32_MAX / 1000) {
        return INT32_MAX;
    }
    return (int32_t)(time->tv_sec * 1000 + (time->tv_usec + 999) / 1000);
}

static int32_t ms_of_units(int number, int unit)
{
    return number > INT32_MAX / unit ? INT32_MAX : number * unit;
}

static duos_err decode_type(int type, sys_optval *value)
{
    if (type != SOCK_STREAM && type != SOCK_DGRAM) {
        return DUOS_ENOTSUP;
    }
    value->number = type == SOCK_STREAM ? DUOS_STREAM : DUOS_DGRAM;
    return DUOS_OK;
}

/* Linux gives an address, which nobody has set. */
static duos_err decode_interface(const native_value *native, socklen_t len,
                                 sys_optval *value)
{
    if (len != sizeof native->interface) {
        return DUOS_ENOTSUP;
    }
    value->number = native->interface.imr_ifindex;
    return DUOS_OK;
}

static void decode_device(int index, sys_optval *value)
{
    char name[IF_NAMESIZE] = "";

    memset(value->text, 0, sizeof value->text);
    if (index != 0 && if_indextoname((unsigned)index, name) != NULL) {
        memcpy(value->text, name, strlen(name));
    }
}

static duos_err decode_number(const duos__native *n, int number,
                              sys_optval *value)
{
    switch (n->form) {
    case DUOS__FORM_BOOL:
    case DUOS__FORM_BOOL8:
        value->on = number >= n->unit;
        return DUOS_OK;
    case DUOS__FORM_LIMIT:
        value->number = number < 0 ? INT32_MAX : number;
        return DUOS_OK;
    case DUOS__FORM_INDEX:
        value->number = (int32_t)ntohl((uint32_t)number);
        return DUOS_OK;
    case DUOS__FORM_MS:
        value->number = ms_of_units(number, n->unit);
        return DUOS_OK;
    case DUOS__FORM_DEVICE:
        decode_device(number, value);
        return DUOS_OK;
    case DUOS__FORM_TYPE:
        return decode_type(number, value);
    default:
        value->number = number;
        return DUOS_OK;
    }
}

/* len: what the system wrote; one byte for a number is one of those (54). */
static duos_err decode(const duos__native *n, const native_value *native,
                       socklen_t len, sys_optval *value)
{
    switch (n->form) {
    case DUOS__FORM_MREQN:
        return decode_interface(native, len, value);
    case DUOS__FORM_TIMEVAL:
        value->number = whole_ms(&native->time);
        return DUOS_OK;
    case DUOS__FORM_LINGER:
        value->linger.on = native->linger.l_onoff != 0;
        value->linger.seconds = native->linger.l_linger;
        return DUOS_OK;
    case DUOS__FORM_TEXT:
        memcpy(value->text, native->text, sizeof value->text);
        return DUOS_OK;
    default:
        return decode_number(n, len == 1 ? native->byte : native->number,
                             value);
    }
}

/* ---- the typed calls ----------------------------------------------------- */

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    int fd = duos__fd(s);
    const duos__native *n;
    native_value native;
    socklen_t len;
    duos_err err = find(fd, opt, &n);

    if (err != DUOS_OK) {
        return err;
    }
    len = encode(n, value, &native);
    if (len == 0) {
        return sys_err_from_native(ENXIO);
    }
    if (setsockopt(fd, n->level, n->name, &native, len) != 0) {
        return refused(fd, opt, errno);
    }
    return DUOS_OK;
}

static duos_err get_native(int fd, duos_opt opt, const duos__native *n,
                           native_value *native, socklen_t *len)
{
    memset(native, 0, sizeof *native);
    *len = sizeof *native;
    return getsockopt(fd, n->level, n->name, native, len) == 0
               ? DUOS_OK
               : refused(fd, opt, errno);
}

/* What an IP socket of this type speaks, unless somebody asked for more. */
static duos_err get_protocol(int fd, sys_optval *value)
{
    int type;
    duos_err err = type_of(fd, &type);

    if (err == DUOS_OK) {
        value->number = type == DUOS_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    }
    return err;
}

duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    int fd = duos__fd(s);
    const duos__native *n;
    native_value native;
    socklen_t len;
    duos_err err = find(fd, opt, &n);

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
        value->number = family_of(fd);
        return DUOS_OK;
    }
    return decode(n, &native, len, value);
}

/* Some cannot be read in this state; the system knows them all the same. */
duos_err sys_opt_supported(duos_socket s, duos_opt opt)
{
    int fd = duos__fd(s);
    const duos__native *n;
    native_value native;
    socklen_t len;
    duos_err err = find(fd, opt, &n);

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
