/* SPDX-License-Identifier: MIT */
/*
 * event.h - the part of kqueue(2) that poller_kqueue.c uses, so that it can
 * be compiled and tested on Linux; see kevent.c. Values of the constants mean
 * nothing outside of these two files.
 */
#ifndef DUOS_TESTS_KQUEUE_EVENT_H
#define DUOS_TESTS_KQUEUE_EVENT_H

#include <stdint.h>
#include <time.h>

#define EVFILT_READ  (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_USER  (-10)

#define EV_ADD     0x0001
#define EV_DELETE  0x0002
#define EV_CLEAR   0x0020
#define EV_RECEIPT 0x0040
#define EV_ERROR   0x4000
#define EV_EOF     0x8000

#define NOTE_TRIGGER 0x01000000

struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};

int kqueue(void);
int kevent(int kq, const struct kevent *changes, int change_count,
           struct kevent *events, int event_count,
           const struct timespec *timeout);

#endif
