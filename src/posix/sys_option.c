/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - what each option is called here, and the form of its value.
 *
 * One row per option. The typed calls answer DUOS_ENOTSUP where the row is
 * empty or the socket is of a kind that cannot have the option, however the
 * kernel words it.
 */
#include "posix.h"

/* Forms of a value: on-off, int, timeval, struct linger, socket type. */
typedef enum form {
    FORM_NONE = 0,
    FORM_BOOL,
    FORM_INT,
    FORM_MS,
    FORM_LINGER,
    FORM_TYPE
} form;

typedef struct row {
    form form;
    int level;
    int name; /* may be DUOS__NO_OPTION */
} row;

static const row rows[DUOS_OPT_COUNT] = {
    [DUOS_OPT_BROADCAST] = {FORM_BOOL, SOL_SOCKET, SO_BROADCAST},
    [DUOS_OPT_KEEPALIVE] = {FORM_BOOL, SOL_SOCKET, SO_KEEPALIVE},
    [DUOS_OPT_KEEPALIVE_IDLE] = {FORM_INT, IPPROTO_TCP, TCP_KEEPIDLE},
    [DUOS_OPT_KEEPALIVE_INTERVAL] = {FORM_INT, IPPROTO_TCP, TCP_KEEPINTVL},
    [DUOS_OPT_KEEPALIVE_COUNT] = {FORM_INT, IPPROTO_TCP, TCP_KEEPCNT},
    [DUOS_OPT_LINGER] = {FORM_LINGER, SOL_SOCKET, DUOS__SO_LINGER},
    [DUOS_OPT_SEND_BUFFER] = {FORM_INT, SOL_SOCKET, SO_SNDBUF},
    [DUOS_OPT_RECV_BUFFER] = {FORM_INT, SOL_SOCKET, SO_RCVBUF},
    [DUOS_OPT_SEND_TIMEOUT] = {FORM_MS, SOL_SOCKET, SO_SNDTIMEO},
    [DUOS_OPT_RECV_TIMEOUT] = {FORM_MS, SOL_SOCKET, SO_RCVTIMEO},
    [DUOS_OPT_NODELAY] = {FORM_BOOL, IPPROTO_TCP, TCP_NODELAY},
    [DUOS_OPT_V6ONLY] = {FORM_BOOL, IPPROTO_IPV6, IPV6_V6ONLY},
    [DUOS_OPT_TTL] = {FORM_INT, IPPROTO_IP, IP_TTL},
    [DUOS_OPT_OOB_INLINE] = {FORM_BOOL, SOL_SOCKET, SO_OOBINLINE},
    [DUOS_OPT_TYPE] = {FORM_TYPE, SOL_SOCKET, SO_TYPE},
    [DUOS_OPT_LISTENING] = {FORM_BOOL, SOL_SOCKET, SO_ACCEPTCONN},
};

/* TTL has another name on an IPv6 socket. */
static const row hop_limit = {FORM_INT, IPPROTO_IPV6, IPV6_UNICAST_HOPS};

/* A value as the system takes it. */
typedef union native_value {
    int number;
    struct timeval time;
    struct linger linger;
} native_value;

/* ---- which socket can have which option --------------------------------- */

static sa_family_t family_of(int fd)
{
    duos__sockaddr native;
    socklen_t len = sizeof native;

    native.any.sa_family = AF_UNSPEC;
    (void)getsockname(fd, &native.any, &len);
    return native.any.sa_family;
}

/* SOCK_STREAM or another; -1 with errno when it cannot be told. */
static int type_of(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 ? type : -1;
}

static bool is_inet_stream(int fd)
{
    return type_of(fd) == SOCK_STREAM && family_of(fd) != AF_UNIX;
}

static const row *row_of(int fd, duos_opt opt)
{
    if (opt == DUOS_OPT_TTL && family_of(fd) == AF_INET6) {
        return &hop_limit;
    }
    return &rows[opt];
}

/*
 * What a refusal means. Linux says ENOPROTOOPT or EOPNOTSUPP to a socket of
 * another protocol, the BSDs say EINVAL as they do to a bad value.
 */
static duos_err refused(int fd, const row *r, int code)
{
    if (code == ENOPROTOOPT || code == EOPNOTSUPP) {
        return DUOS_ENOTSUP;
    }
    if (code == EINVAL && r->level == IPPROTO_TCP && !is_inet_stream(fd)) {
        return DUOS_ENOTSUP;
    }
    if (code == EINVAL && r->level == IPPROTO_IPV6 &&
        family_of(fd) != AF_INET6) {
        return DUOS_ENOTSUP;
    }
    return sys_err_from_native(code);
}

/* ---- values -------------------------------------------------------------- */

static socklen_t encode(form f, const sys_optval *value, native_value *native)
{
    memset(native, 0, sizeof *native);
    switch (f) {
    case FORM_MS:
        native->time.tv_sec = value->number / 1000;
        native->time.tv_usec = (suseconds_t)(value->number % 1000) * 1000;
        return sizeof native->time;
    case FORM_LINGER:
        native->linger.l_onoff = value->linger.on;
        native->linger.l_linger = value->linger.seconds;
        return sizeof native->linger;
    case FORM_BOOL:
        native->number = value->on;
        return sizeof native->number;
    default:
        native->number = value->number;
        return sizeof native->number;
    }
}

/* Up to the next millisecond: 0 would mean no limit at all (trap 53). */
static int32_t whole_ms(const struct timeval *time)
{
    if (time->tv_sec >= INT32_MAX / 1000) {
        return INT32_MAX;
    }
    return (int32_t)(time->tv_sec * 1000 + (time->tv_usec + 999) / 1000);
}

static duos_err decode_type(int type, sys_optval *value)
{
    if (type != SOCK_STREAM && type != SOCK_DGRAM) {
        return DUOS_ENOTSUP;
    }
    value->number = type == SOCK_STREAM ? DUOS_STREAM : DUOS_DGRAM;
    return DUOS_OK;
}

static duos_err decode(form f, const native_value *native, sys_optval *value)
{
    switch (f) {
    case FORM_BOOL:
        value->on = native->number != 0;
        return DUOS_OK;
    case FORM_MS:
        value->number = whole_ms(&native->time);
        return DUOS_OK;
    case FORM_LINGER:
        value->linger.on = native->linger.l_onoff != 0;
        value->linger.seconds = native->linger.l_linger;
        return DUOS_OK;
    case FORM_TYPE:
        return decode_type(native->number, value);
    default:
        value->number = native->number;
        return DUOS_OK;
    }
}

/* ---- the typed calls ----------------------------------------------------- */

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    int fd = duos__fd(s);
    const row *r = row_of(fd, opt);
    native_value native;
    socklen_t len;

    if (r->form == FORM_NONE || r->name == DUOS__NO_OPTION) {
        return DUOS_ENOTSUP;
    }
    len = encode(r->form, value, &native);
    if (setsockopt(fd, r->level, r->name, &native, len) != 0) {
        return refused(fd, r, errno);
    }
    return DUOS_OK;
}

duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    int fd = duos__fd(s);
    const row *r = row_of(fd, opt);
    native_value native;
    socklen_t len = sizeof native;

    if (r->form == FORM_NONE || r->name == DUOS__NO_OPTION) {
        return DUOS_ENOTSUP;
    }
    memset(&native, 0, sizeof native);
    if (getsockopt(fd, r->level, r->name, &native, &len) != 0) {
        return refused(fd, r, errno);
    }
    return decode(r->form, &native, value);
}

static duos_err set_flag(duos_socket s, int name, bool on)
{
    int value = on;

    return sys_opt_set_raw(s, SOL_SOCKET, name, &value, sizeof value);
}

/*
 * SO_REUSEADDR lets a stream socket bind over old connections (trap 13), but
 * lets datagram sockets share. Both options are set either way, so the policy
 * that was named last is the one that holds.
 */
duos_err sys_set_reuse(duos_socket s, duos_reuse policy)
{
    bool shared = policy == DUOS_REUSE_SHARED;
    int type = type_of(duos__fd(s));
    bool stream = type == SOCK_STREAM;
    int port = stream ? DUOS__SO_BALANCE : DUOS__SO_GROUP;
    duos_err err;

    if (type < 0) {
        return duos__last_error();
    }
    if (stream && shared && port == DUOS__NO_OPTION) {
        return DUOS_ENOTSUP;
    }
    err = set_flag(s, SO_REUSEADDR, stream ? !shared : shared);
    if (err == DUOS_OK && port != DUOS__NO_OPTION) {
        err = set_flag(s, port, shared);
    }
    return err;
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
