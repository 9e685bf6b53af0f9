/* SPDX-License-Identifier: MIT */
/*
 * local.c - what unix sockets have of their own: checks arguments and keeps
 * sockets of other families out, for which systems ignore what they ask.
 */
#include <duosock/local.h>

#include <string.h>

#include "kind.h"
#include "sys.h"

duos_err duos_addr_unix(const char *path, size_t len, duos_addr *out)
{
    if (path == NULL || len == 0 || out == NULL) {
        return DUOS_EINVAL;
    }
    if (len > DUOS_UNIX_PATH_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    if (path[0] != '\0' && memchr(path, '\0', len) != NULL) {
        return DUOS_EINVAL;
    }
    memset(out, 0, sizeof *out);
    out->family = DUOS_UNIX;
    out->path_len = (uint8_t)len;
    memcpy(out->ip.path, path, len);
    return DUOS_OK;
}

/* A socket of a family that an address cannot hold is none either. */
static duos_err check_family(duos_err err, const duos_addr *addr)
{
    if (err == DUOS_EAFNOSUPPORT ||
        (err == DUOS_OK && addr->family != DUOS_UNIX)) {
        return DUOS_ENOTSUP;
    }
    /* A name of 108 bytes, which another library has bound. */
    return err == DUOS_ENAMETOOLONG ? DUOS_OK : err;
}

duos_err duos_peer_credentials(duos_socket s, duos_credentials *out)
{
    sys_optval type;
    duos_addr addr;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = check_family(sys_local_addr(s, &addr), &addr);
    if (err == DUOS_OK) {
        err = sys_opt_get(s, DUOS_OPT_TYPE, &type);
    }
    if (err == DUOS_OK && type.number != DUOS_STREAM) {
        err = DUOS_ENOTSUP;
    }
    if (err == DUOS_OK) { /* Linux would tell a listener of itself */
        err = check_family(sys_peer_addr(s, &addr), &addr);
    }
    return err == DUOS_OK ? sys_peer_credentials(s, out) : err;
}

/* ---- handles ---------------------------------------------------------- */

duos_err duos_send_handle(duos_socket s, const void *data, size_t len,
                          intptr_t handle, size_t *sent)
{
    duos_addr addr;
    duos_err err;
    sys_count n;

    if (data == NULL || len == 0 || sent == NULL) {
        return DUOS_EINVAL;
    }
    err = check_family(sys_local_addr(s, &addr), &addr);
    if (err != DUOS_OK) {
        return err;
    }
    do {
        n = sys_send_handle(s, data, duos__io_clamp(len), handle);
    } while (n == DUOS_EINTERRUPTED);
    if (n < 0) {
        return (duos_err)n;
    }
    *sent = (size_t)n;
    return DUOS_OK;
}

duos_err duos_recv_handle(duos_socket s, void *data, size_t cap,
                          size_t *received, intptr_t *handle)
{
    intptr_t got = -1;
    duos_addr addr;
    duos_err err;
    sys_count n;

    if (data == NULL || cap == 0 || received == NULL || handle == NULL) {
        return DUOS_EINVAL;
    }
    err = check_family(sys_local_addr(s, &addr), &addr);
    if (err != DUOS_OK) {
        return err;
    }
    do {
        n = sys_recv_handle(s, data, duos__io_clamp(cap), &got);
    } while (n == DUOS_EINTERRUPTED);
    err = n < 0 ? (duos_err)n : DUOS_OK;
    if (n == 0 && got == -1) { /* no byte and no handle: no message? */
        err = duos__judge_empty(s);
    }
    if (err == DUOS_OK) {
        *received = (size_t)n;
        *handle = got;
    }
    return err;
}
