/* SPDX-License-Identifier: MIT */
/*
 * stream.c - the short way: connect by address, send and receive all of it
 * before a deadline.
 */
#include <duosock/stream.h>

#include "deadline.h"
#include "dial_race.h"
#include "query.h"
#include "sys.h"

/* ---- connecting ------------------------------------------------------- */

duos_err duos_dial(const char *address, int64_t timeout_ms, duos_socket *out)
{
    duos__deadline deadline;
    duos__target target;
    duos_addr addrs[DUOS__DIAL_MAX];
    size_t count;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = duos__dial_parse(address, &target);
    if (err != DUOS_OK) {
        return err;
    }
    deadline = duos__deadline_in(timeout_ms);
    err = duos__resolve(&target, timeout_ms, addrs, DUOS__DIAL_MAX, &count);
    if (err == DUOS_OK) {
        err = duos__dial_race(addrs, count, &deadline, out);
    }
    return err;
}

/* ---- all of it -------------------------------------------------------- */

/*
 * Whoever has a limit asks first whether there is room, so only the answer to
 * that tells that the system holds as much as it takes (trap 52).
 */
static duos_err await_room(duos_socket s, int32_t left, bool is_full)
{
    duos_err err = is_full ? DUOS_ETIMEDOUT : duos_wait(s, DUOS_WRITE, 0, NULL);

    if (err == DUOS_ETIMEDOUT) {
        sys_send_blocked(s);
        err = duos_wait(s, DUOS_WRITE, left, NULL);
    }
    return err;
}

/* A socket that looks ready and never is must not outwit the deadline. */
static duos_err judge_blocked(duos_err err, int32_t left)
{
    return err == DUOS_EWOULDBLOCK && left == 0 ? DUOS_ETIMEDOUT : err;
}

static duos_err send_some(duos_socket s, const char *data, size_t len,
                          const duos__deadline *deadline, size_t *sent)
{
    bool tried = deadline->timeout_ms < 0;
    duos_err err = DUOS_EWOULDBLOCK;

    if (tried) {
        err = duos_send(s, data, len, sent);
    }
    while (err == DUOS_EWOULDBLOCK) {
        int32_t left = duos__deadline_left(deadline);

        err = await_room(s, left, tried);
        if (err == DUOS_OK) {
            tried = true;
            err = judge_blocked(duos_send(s, data, len, sent), left);
        }
    }
    return err;
}

duos_err duos_send_all(duos_socket s, const void *data, size_t len,
                       int64_t timeout_ms, size_t *sent)
{
    duos__deadline deadline;
    size_t done = 0;
    duos_err err = DUOS_OK;

    if (data == NULL && len > 0) {
        return DUOS_EINVAL;
    }
    deadline = duos__deadline_in(timeout_ms);
    while (done < len && err == DUOS_OK) {
        size_t n = 0;

        err =
            send_some(s, (const char *)data + done, len - done, &deadline, &n);
        done += n;
    }
    if (sent != NULL) {
        *sent = done;
    }
    return err;
}

/*
 * With a limit, it waits first, so that a blocking socket keeps it, too;
 * without one, it saves that system call.
 */
static duos_err recv_some(duos_socket s, char *data, size_t cap,
                          const duos__deadline *deadline, size_t *received)
{
    duos_err err = DUOS_EWOULDBLOCK;

    if (deadline->timeout_ms < 0) {
        err = duos_recv(s, data, cap, received);
    }
    while (err == DUOS_EWOULDBLOCK) {
        int32_t left = duos__deadline_left(deadline);

        err = duos_wait(s, DUOS_READ, left, NULL);
        if (err == DUOS_OK) {
            err = judge_blocked(duos_recv(s, data, cap, received), left);
        }
    }
    return err;
}

duos_err duos_recv_exact(duos_socket s, void *data, size_t len,
                         int64_t timeout_ms, size_t *received)
{
    duos__deadline deadline;
    size_t done = 0;
    duos_err err = DUOS_OK;

    if (data == NULL && len > 0) {
        return DUOS_EINVAL;
    }
    deadline = duos__deadline_in(timeout_ms);
    while (done < len && err == DUOS_OK) {
        size_t n = 0;

        err = recv_some(s, (char *)data + done, len - done, &deadline, &n);
        done += n;
    }
    if (received != NULL) {
        *received = done;
    }
    return err;
}

duos_err duos_recv_some(duos_socket s, void *data, size_t cap,
                        int64_t timeout_ms, size_t *received)
{
    duos__deadline deadline;

    if (data == NULL || cap == 0 || received == NULL) {
        return DUOS_EINVAL;
    }
    deadline = duos__deadline_in(timeout_ms);
    return recv_some(s, (char *)data, cap, &deadline, received);
}
