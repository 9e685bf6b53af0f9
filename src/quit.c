/* SPDX-License-Identifier: MIT */
/*
 * quit.c - requests to end the process, from the system's channel to a
 * callback, one per event of the loop.
 */
#include <duosock/quit.h>

#include <string.h>

#include "sys.h"

/*
 * One at a time: the callback may end the watch and its storage. A channel
 * that is readable and cannot be read would make the loop spin, so it is
 * watched no more; but somebody has asked.
 */
static void on_ready(duos_watch *watch, unsigned events, void *user)
{
    duos_quit *quit = (duos_quit *)user;
    duos_quit_kind kind = DUOS_QUIT_TERMINATE;
    duos_err err = sys_quit_take(quit->channel, &kind);

    (void)events;
    if (err == DUOS_EWOULDBLOCK || err == DUOS_EINTERRUPTED) {
        return;
    }
    if (err != DUOS_OK) {
        duos_watch_stop(watch);
    }
    quit->count++;
    quit->on_quit(quit, quit->count, kind, quit->user);
}

duos_err duos_quit_init(duos_quit *quit, duos_loop *loop,
                        void (*on_quit)(duos_quit *quit, uint32_t count,
                                        duos_quit_kind kind, void *user),
                        void *user)
{
    if (quit == NULL || loop == NULL || on_quit == NULL) {
        return DUOS_EINVAL;
    }
    memset(quit, 0, sizeof *quit);
    quit->on_quit = on_quit;
    quit->user = user;
    return duos_watch_init(&quit->watch, loop, on_ready, quit);
}

duos_err duos_quit_start(duos_quit *quit,
                         void (*on_signal)(uint32_t count, duos_quit_kind kind))
{
    duos_err err;

    if (quit == NULL || quit->on_quit == NULL) {
        return DUOS_EINVAL;
    }
    err = sys_quit_open(on_signal, &quit->channel);
    if (err != DUOS_OK) {
        return err;
    }
    err = duos_watch_start(&quit->watch, quit->channel, DUOS_READ);
    if (err != DUOS_OK) {
        sys_quit_close(quit->channel);
        return err;
    }
    quit->count = 0;
    quit->started = true;
    return DUOS_OK;
}

void duos_quit_stop(duos_quit *quit)
{
    if (quit != NULL && quit->started) {
        quit->started = false;
        duos_watch_stop(&quit->watch);
        sys_quit_close(quit->channel);
    }
}
