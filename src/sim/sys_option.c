/* SPDX-License-Identifier: MIT */
/*
 * sys_option.c - options are kept and given back. LINGER, NODELAY, V6ONLY and
 * the two time limits do something; the rest has no meaning here.
 */
#include "sim_internal.h"

static bool has_option(const sim_socket *sock, duos_opt opt)
{
    switch (opt) {
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
    case DUOS_OPT_TTL:
    case DUOS_OPT_TYPE:
    case DUOS_OPT_LISTENING:
    case DUOS_OPT_FAMILY:
        return true;
    case DUOS_OPT_V6ONLY:
        return sock->family == DUOS_IPV6;
    default:
        return false; /* no other has a meaning here */
    }
}

duos_err sys_opt_set(duos_socket s, duos_opt opt, const sys_optval *value)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_OPT_SET, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (!has_option(sock, opt)) {
        return DUOS_ENOTSUP;
    }
    if (opt == DUOS_OPT_V6ONLY && sock->local.port != 0) {
        return DUOS_EINVAL; /* too late (trap 19) */
    }
    sock->options[opt] = *value;
    return DUOS_OK;
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
    sys_optval value;

    return sys_opt_get(s, opt, &value);
}

/* A port that several listeners share is not simulated. */
duos_err sys_set_reuse(duos_socket s, duos_reuse policy)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SET_REUSE, s, &sock);

    if (err == DUOS_OK && policy == DUOS_REUSE_SHARED) {
        err = DUOS_ENOTSUP;
    }
    return err;
}

duos_err sys_get_reuse(duos_socket s, duos_reuse *policy)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_GET_REUSE, s, &sock);

    if (err == DUOS_OK) {
        *policy = DUOS_REUSE_SAFE;
    }
    return err;
}

static duos_err not_simulated(duos_socket s)
{
    sim_socket *sock;
    duos_err err = duos__sim_find(s, &sock);

    return err == DUOS_OK ? DUOS_ENOTSUP : err;
}

duos_err sys_group(duos_socket s, bool join, const duos_addr *group,
                   const duos_addr *source, uint32_t if_index)
{
    (void)join;
    (void)group;
    (void)source;
    (void)if_index;
    return not_simulated(s);
}

duos_err sys_take_report(duos_socket s, duos_addr *to, duos_err *what)
{
    (void)to;
    (void)what;
    return not_simulated(s);
}

duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info)
{
    (void)info;
    return not_simulated(s);
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
    return sys_opt_set_raw(s, level, name, value, *len);
}
