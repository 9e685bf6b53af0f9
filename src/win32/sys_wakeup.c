/* SPDX-License-Identifier: MIT */
/*
 * sys_wakeup.c - a socket that wakes a select: one UDP socket that is
 * connected to itself.
 *
 * Cheaper than a pair of TCP sockets, and nobody can win a race for the other
 * end: a connected datagram socket takes datagrams from its peer only. What a
 * stranger sends before that is one spurious wake-up.
 */
#include "win32.h"

/* Datagrams that one drain takes; what is left wakes once more. */
#define DRAIN_MAX 256

static duos_err connect_to_itself(duos_socket s)
{
    const duos_addr loopback = {.family = DUOS_IPV4, .ip.v4 = {127, 0, 0, 1}};
    const BOOL on = TRUE;
    duos_addr self;
    duos_err err;

    err = sys_opt_set_raw(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, &on, sizeof on);
    if (err == DUOS_OK) {
        err = sys_bind(s, &loopback);
    }
    if (err == DUOS_OK) {
        err = sys_local_addr(s, &self);
    }
    return err == DUOS_OK ? sys_connect(s, &self) : err;
}

duos_err sys_wakeup_open(sys_wakeup *w)
{
    duos_socket s;
    duos_err err = sys_open(DUOS_IPV4, DUOS_DGRAM, SYS_OPEN_NONBLOCK, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = connect_to_itself(s);
    if (err != DUOS_OK) {
        (void)sys_close(s);
        return err;
    }
    w->recv_end = s;
    w->send_end = s;
    return DUOS_OK;
}

void sys_wakeup_close(sys_wakeup *w)
{
    (void)sys_close(w->recv_end); /* both ends are one */
}

duos_err sys_wakeup_signal(sys_wakeup *w)
{
    sys_count n = sys_send(w->send_end, "", 1);

    /* No room: there are signals enough to be read. */
    return n >= 0 || n == DUOS_EWOULDBLOCK ? DUOS_OK : (duos_err)n;
}

void sys_wakeup_drain(sys_wakeup *w)
{
    char bytes[16];
    int i;

    for (i = 0; i < DRAIN_MAX; i++) {
        if (sys_recv(w->recv_end, bytes, sizeof bytes) < 0) {
            break;
        }
    }
}
