/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - options are kept and given back. Those of linger, of time
 * limits, of the receive buffer of datagrams, of urgent bytes, of IPv4 on
 * IPv6, and of what goes with datagrams do something; the rest has no
 * meaning here.
 */
#include "opt_scope.h"
#include "sim_internal.h"

static bool is_simulated(duos_opt opt)
{
    switch (opt) {
    case DUOS_OPT_BROADCAST:
    case DUOS_OPT_KEEPALIVE:
    case DUOS_OPT_KEEPALIVE_IDLE:
    case DUOS_OPT_KEEPALIVE_INTERVAL:
    case DUOS_OPT_KEEPALIVE_COUNT:
    case DUOS_OPT_LINGER:
    case DUOS_OPT_SEND_BUFFER:
    case DUOS_OPT_RECV_BUFFER:
    case DUOS_OPT_SEND_TIMEOUT:
    case DUOS_OPT_RECV_TIMEOUT:
    case DUOS_OPT_NODELAY:
    case DUOS_OPT_V6ONLY:
    case DUOS_OPT_TTL:
    case DUOS_OPT_TOS:
    case DUOS_OPT_OOB_INLINE:
    case DUOS_OPT_TYPE:
    case DUOS_OPT_LISTENING:
    case DUOS_OPT_FAMILY:
    case DUOS_OPT_PROTOCOL:
    case DUOS_OPT_TIMESTAMP:
    case DUOS_OPT_TIMESTAMP_NS:
    case DUOS_OPT_PKTINFO:
    case DUOS_OPT_RECV_TTL:
    case DUOS_OPT_RECV_TOS:
    case DUOS_OPT_MULTICAST_IF:
    case DUOS_OPT_MULTICAST_TTL:
    case DUOS_OPT_MULTICAST_LOOP:
        return true;
    default:
        return false; /* no other has a meaning here */
    }
}

static bool has_option(const sim_socket *sock, duos_opt opt)
{
    const duos_opt_info *info = duos_opt_describe(opt);
    int type = sock->kind == SIM_DGRAM ? DUOS_DGRAM : DUOS_STREAM;

    if (opt == DUOS_OPT_RECV_ERROR) { /* connections have none to keep */
        return sock->kind == SIM_DGRAM && sock->family != DUOS_UNIX;
    }
    return is_simulated(opt) &&
           duos__scope_has(info->scope, (int)sock->family, type);
}

/* What a system refuses although it is within the range. */
static duos_err may_set(const sim_socket *sock, duos_opt opt,
                        const sys_optval *value)
{
    if (!has_option(sock, opt)) {
        return DUOS_ENOTSUP;
    }
    if (opt == DUOS_OPT_V6ONLY && sock->local.port != 0) {
        return DUOS_EINVAL; /* too late (trap 19) */
    }
    if (opt == DUOS_OPT_MULTICAST_IF && value->number > SIM_INTERFACES) {
        return DUOS_ENXIO;
    }
    return DUOS_OK;
}

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_OPT_SET, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    err = may_set(sock, opt, value);
    if (err == DUOS_OK) {
        sock->options[opt] = *value;
    }
    return err;
}

duos_err sys_opt_get(duos_socket s, duos_opt opt, sys_optval *value)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_OPT_GET, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (!has_option(sock, opt)) {
        return DUOS_ENOTSUP;
    }
    *value = sock->options[opt];
    if (opt == DUOS_OPT_FAMILY) {
        value->number = (int32_t)sock->family;
    }
    return DUOS_OK;
}

duos_err sys_opt_supported(duos_socket s, duos_opt opt)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_OPT_SUPPORTED, s, &sock);

    return err == DUOS_OK && !has_option(sock, opt) ? DUOS_ENOTSUP : err;
}

duos_err sys_opt_set_raw(duos_socket s, int level, int name, const void *value,
                         size_t len)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_OPT_SET_RAW, s, &sock);

    (void)level;
    (void)name;
    (void)value;
    (void)len;
    return err == DUOS_OK ? DUOS_ENOPROTOOPT : err;
}

duos_err sys_opt_get_raw(duos_socket s, int level, int name, void *value,
                         size_t *len)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_OPT_GET_RAW, s, &sock);

    (void)level;
    (void)name;
    (void)value;
    (void)len;
    return err == DUOS_OK ? DUOS_ENOPROTOOPT : err;
}
