/* SPDX-License-Identifier: MIT */
/*
 * sys_wait.c - waiting for one socket or for many: until one is ready, the
 * simulation goes on.
 */
#include "sim_internal.h"

size_t sys_wait_scratch(size_t n)
{
    (void)n;
    return 0;
}

static size_t scan(sys_wait *list, size_t n)
{
    size_t ready = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        sys_wait *w = &list[i];
        sim_socket *sock;

        w->got = 0;
        w->bad = duos__sim_find(w->sock, &sock) != DUOS_OK;
        if (!w->bad) {
            w->got = (uint8_t)(duos__sim_ready(sock) &
                               (w->want | DUOS_ERROR | DUOS_HANGUP));
        }
        ready += w->bad || w->got != 0;
    }
    return ready;
}

duos_err sys_wait_many(sys_wait *list, size_t n, int32_t timeout_ms,
                       void *scratch, size_t *ready)
{
    duos_sim *sim = duos__sim_current();
    uint64_t limit;
    size_t count;
    duos_err err;

    (void)scratch;
    if (sim == NULL) {
        return DUOS_ENOTREADY;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_WAIT_MANY);
    if (err != DUOS_OK) {
        return err;
    }
    limit = duos__sim_wait_limit(sim, timeout_ms);
    for (count = scan(list, n); count == 0 && err == DUOS_OK;
         count = scan(list, n)) {
        err = duos__sim_wait(sim, limit);
    }
    if (err != DUOS_OK && err != DUOS_ETIMEDOUT) {
        return err;
    }
    *ready = count;
    return DUOS_OK;
}

bool duos__sim_spurious(const sim_socket *sock, unsigned want)
{
    return sock->nonblocking && (duos__sim_ready(sock) & want) != 0 &&
           duos__sim_strikes(sock->sim, DUOS_SIM_FAULT_WOULD_BLOCK);
}

duos_err duos__sim_go_on(duos_socket s, uint64_t limit_ns, sim_socket **sock)
{
    duos_err err = duos__sim_wait((*sock)->sim, limit_ns);

    if (err == DUOS_OK) {
        err = duos__sim_find(s, sock);
    }
    return err == DUOS_ETIMEDOUT ? DUOS_EWOULDBLOCK : err;
}

duos_err duos__sim_block(duos_socket s, unsigned want, uint64_t limit_ns,
                         sim_socket **sock)
{
    duos_err err = duos__sim_find(s, sock);

    while (err == DUOS_OK && (duos__sim_ready(*sock) & want) == 0) {
        err = duos__sim_go_on(s, limit_ns, sock);
    }
    return err;
}
