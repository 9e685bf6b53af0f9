/* SPDX-License-Identifier: MIT */
/*
 * stop.c - the way of a request to stop from its thread to the loop's.
 */
#include "stop.h"

#include "os.h"

/* A process is asked to stop, not an object: there is one of these. */
static struct stop {
    os_monitor *monitor;
    duos_loop *loop; /* NULL: nobody is to be told */
    duos_post post;
    void (*on_stop)(void *user);
    void *user;
} stop;

/* On the thread that the system's request comes on. */
static void request(void)
{
    os_monitor_enter(stop.monitor);
    if (stop.loop != NULL) {
        (void)duos_loop_post(stop.loop, &stop.post);
        stop.loop = NULL;
    }
    os_monitor_leave(stop.monitor);
}

static void on_post(duos_post *post, void *user)
{
    (void)post;
    (void)user;
    stop.on_stop(stop.user);
}

bool stop_begin(duos_loop *loop, void (*on_stop)(void *user), void *user)
{
    stop.monitor = os_monitor_create();
    if (stop.monitor == NULL) {
        return false;
    }
    stop.on_stop = on_stop;
    stop.user = user;
    stop.loop = loop;
    return duos_post_init(&stop.post, on_post, NULL) == DUOS_OK &&
           os_on_stop(request);
}

void stop_end(void)
{
    if (stop.monitor == NULL) {
        return;
    }
    os_monitor_enter(stop.monitor);
    stop.loop = NULL;
    os_monitor_leave(stop.monitor);
}
