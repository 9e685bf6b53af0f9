/* SPDX-License-Identifier: MIT */
/*
 * stats.c - a timer and a signal, each of which has the counters told.
 */
#include "stats.h"

#include "cli.h"
#include "os.h"
#include "report.h"
#include "trace.h"

static void on_usr1(duos_watch *watch, unsigned events, void *user)
{
    stats_teller *s = user;

    (void)watch;
    (void)events;
    os_usr1_take();
    s->tell(s->user);
}

static duos_err start_timer(stats_teller *s)
{
    return s->every_ms > 0 ? duos_timer_start(&s->timer, s->every_ms) : DUOS_OK;
}

static void on_timer(duos_timer *timer, void *user)
{
    stats_teller *s = user;
    duos_err err;

    (void)timer;
    s->tell(s->user);
    err = start_timer(s);
    if (err != DUOS_OK) {
        report_failure("start", "--stats", err);
    }
}

static duos_err start_usr1(stats_teller *s, duos_loop *loop, intptr_t handle)
{
    duos_err err = duos_watch_init(&s->usr1, loop, on_usr1, s);

    if (err == DUOS_OK && handle != -1) {
        err =
            duos_watch_start(&s->usr1, duos_socket_from_os(handle), DUOS_READ);
    }
    return err;
}

int stats_start(stats_teller *s, duos_loop *loop, int32_t every_ms,
                void (*tell)(void *user), void *user)
{
    intptr_t handle = -1;
    duos_err err = os_usr1_open(&handle);

    if (err != DUOS_OK) {
        report_failure("wait", "for SIGUSR1", err);
        return CLI_FAILED;
    }
    s->every_ms = every_ms;
    s->tell = tell;
    s->user = user;
    err = duos_timer_init(&s->timer, loop, on_timer, s);
    if (err == DUOS_OK) {
        err = start_timer(s);
    }
    if (err == DUOS_OK) {
        err = start_usr1(s, loop, handle);
    }
    if (err != DUOS_OK) {
        report_failure("start", "--stats", err);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

void stats_stop(stats_teller *s)
{
    duos_timer_stop(&s->timer);
    duos_watch_stop(&s->usr1);
}
