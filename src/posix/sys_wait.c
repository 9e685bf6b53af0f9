/* SPDX-License-Identifier: MIT */
/*
 * sys_wait.c - waiting for many sockets at once, whatever their numbers:
 * poll(2), which has no fixed set.
 */
#include "posix.h"

#include "poll_events.h"

size_t sys_wait_scratch(size_t n)
{
    return n * sizeof(struct pollfd);
}

/* How many are bad before anybody was asked: poll passes over negatives. */
static size_t fill_polled(const sys_wait *list, size_t n, struct pollfd *polled)
{
    size_t bad = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        polled[i].fd = duos__fd(list[i].sock);
        polled[i].events = duos__poll_wanted(list[i].want);
        polled[i].revents = 0;
        bad += polled[i].fd < 0;
    }
    return bad;
}

/* Returns whether the element has something to tell. */
static bool judge_polled(sys_wait *element, const struct pollfd *polled)
{
    unsigned found = duos__poll_found(polled->revents);

    element->bad = polled->fd < 0 || (polled->revents & POLLNVAL) != 0;
    element->got = 0;
    if (!element->bad) {
        element->got =
            (uint8_t)(found & (element->want | DUOS_ERROR | DUOS_HANGUP));
    }
    return element->bad || element->got != 0;
}

duos_err sys_wait_many(sys_wait *list, size_t n, int32_t timeout_ms,
                       void *scratch, size_t *ready)
{
    struct pollfd *polled = (struct pollfd *)scratch;
    size_t count = 0;
    size_t i;

    if (fill_polled(list, n, polled) > 0) {
        timeout_ms = 0;
    }
    if (poll(polled, (nfds_t)n, timeout_ms) < 0) {
        return duos__last_error();
    }
    for (i = 0; i < n; i++) {
        count += judge_polled(&list[i], &polled[i]);
    }
    *ready = count;
    return DUOS_OK;
}
