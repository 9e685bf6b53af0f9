/* SPDX-License-Identifier: MIT */
/*
 * sys_reuse.c - which flags a sharing policy consists of.
 *
 * SO_REUSEADDR lets a stream socket bind over old connections (trap 13), but
 * lets datagram sockets share. Both flags are set either way, so the policy
 * that was named last is the one that holds.
 */
#include "posix.h"

static duos_err get_flag(duos_socket s, int name, bool *on)
{
    int value = 0;
    size_t len = sizeof value;
    duos_err err = sys_opt_get_raw(s, SOL_SOCKET, name, &value, &len);

    if (err == DUOS_OK) {
        *on = value != 0;
    }
    return err;
}

static duos_err set_flag(duos_socket s, int name, bool on)
{
    int value = on;

    return sys_opt_set_raw(s, SOL_SOCKET, name, &value, sizeof value);
}

/* Both or none. */
static duos_err set_flags(duos_socket s, bool address, int port, bool shared)
{
    bool was = false;
    duos_err err = get_flag(s, SO_REUSEADDR, &was);

    if (err == DUOS_OK) {
        err = set_flag(s, SO_REUSEADDR, address);
    }
    if (err != DUOS_OK || port == DUOS__NO_OPTION) {
        return err;
    }
    err = set_flag(s, port, shared);
    if (err != DUOS_OK) {
        duos_err undone = set_flag(s, SO_REUSEADDR, was);

        (void)undone; /* the first reason is the one that counts */
    }
    return err;
}

static duos_err is_stream(duos_socket s, bool *stream)
{
    int type = 0;
    size_t len = sizeof type;
    duos_err err = sys_opt_get_raw(s, SOL_SOCKET, SO_TYPE, &type, &len);

    *stream = type == SOCK_STREAM;
    return err;
}

duos_err sys_set_reuse(duos_socket s, duos_reuse policy)
{
    bool shared = policy == DUOS_REUSE_SHARED;
    bool stream;
    duos_err err = is_stream(s, &stream);
    int port = stream ? DUOS__SO_BALANCE : DUOS__SO_GROUP;

    if (err != DUOS_OK) {
        return err;
    }
    if (stream && shared && port == DUOS__NO_OPTION) {
        return DUOS_ENOTSUP;
    }
    return set_flags(s, stream ? !shared : shared, port, shared);
}

duos_err sys_get_reuse(duos_socket s, duos_reuse *policy)
{
    bool stream, shared;
    duos_err err = is_stream(s, &stream);
    int name = stream ? DUOS__SO_BALANCE : SO_REUSEADDR;

    if (err != DUOS_OK) {
        return err;
    }
    shared = false;
    if (name != DUOS__NO_OPTION) {
        err = get_flag(s, name, &shared);
    }
    if (err == DUOS_OK) {
        *policy = shared ? DUOS_REUSE_SHARED : DUOS_REUSE_SAFE;
    }
    return err;
}
