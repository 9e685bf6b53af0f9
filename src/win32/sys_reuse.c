/* SPDX-License-Identifier: MIT */
/*
 * sys_reuse.c - which flags a sharing policy consists of.
 *
 * SO_REUSEADDR lets another program take the port, so a stream never gets it
 * (trap 13). Receivers of one multicast group need it (trap 16). It and
 * SO_EXCLUSIVEADDRUSE exclude each other (trap 15), so one goes off before the
 * other goes on.
 */
#include "win32.h"

static duos_err get_flag(duos_socket s, int name, bool *on)
{
    BOOL value = FALSE;
    size_t len = sizeof value;
    duos_err err = sys_opt_get_raw(s, SOL_SOCKET, name, &value, &len);

    if (err == DUOS_OK) {
        *on = value != FALSE;
    }
    return err;
}

static duos_err set_flag(duos_socket s, int name, bool on)
{
    BOOL value = on;

    return sys_opt_set_raw(s, SOL_SOCKET, name, &value, sizeof value);
}

/* Both or none. */
static duos_err exchange(duos_socket s, int off, int on)
{
    bool was_on = false;
    duos_err err = get_flag(s, off, &was_on);

    if (err == DUOS_OK && was_on) {
        err = set_flag(s, off, false);
    }
    if (err != DUOS_OK) {
        return err;
    }
    err = set_flag(s, on, true);
    if (err != DUOS_OK && was_on) {
        duos_err undone = set_flag(s, off, true);

        (void)undone; /* the first reason is the one that counts */
    }
    return err;
}

duos_err sys_set_reuse(duos_socket s, duos_reuse policy)
{
    int family, type;
    duos_err err = duos__socket_kind(s, &family, &type);

    if (err != DUOS_OK) {
        return err;
    }
    if (policy == DUOS_REUSE_SAFE) {
        return exchange(s, SO_REUSEADDR, SO_EXCLUSIVEADDRUSE);
    }
    return type == SOCK_STREAM ? DUOS_ENOTSUP
                               : exchange(s, SO_EXCLUSIVEADDRUSE, SO_REUSEADDR);
}

duos_err sys_get_reuse(duos_socket s, duos_reuse *policy)
{
    bool shared;
    duos_err err = get_flag(s, SO_REUSEADDR, &shared);

    if (err == DUOS_OK) {
        *policy = shared ? DUOS_REUSE_SHARED : DUOS_REUSE_SAFE;
    }
    return err;
}
