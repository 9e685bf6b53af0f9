/* SPDX-License-Identifier: MIT */
/*
 * stop.h - brings the first request to stop to a loop. The second one ends
 * the process without asking anybody (os_on_stop).
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <duosock/loop.h>

/*
 * Begins: on_stop is called once, on the loop's thread. Returns false when
 * the system has no means for it.
 */
bool stop_begin(duos_loop *loop, void (*on_stop)(void *user), void *user);

/* Ends: no call comes any more, and the loop may be destroyed. */
void stop_end(void);

#endif
