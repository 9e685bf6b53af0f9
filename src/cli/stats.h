/* SPDX-License-Identifier: MIT */
/*
 * stats.h - when counters are told: every --stats, and when SIGUSR1 asks
 * (POSIX). What they are is the command's affair.
 */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include <duosock/loop.h>

/* A zeroed one is not started. The fields are private. */
typedef struct stats_teller {
    duos_timer timer;
    duos_watch usr1;
    int32_t every_ms;
    void (*tell)(void *user);
    void *user;
} stats_teller;

/*
 * Begins. every_ms: 0 is only when somebody asks. One at a time. Returns
 * CLI_DONE, or what to exit with after the reason has been said; stats_stop is
 * due in any case.
 */
int stats_start(stats_teller *s, duos_loop *loop, int32_t every_ms,
                void (*tell)(void *user), void *user);
void stats_stop(stats_teller *s);

#endif
