/* SPDX-License-Identifier: MIT */
/*
 * os_posix_process.c - the process, its time, its signals and its threads on
 * POSIX.
 *
 * SIGUSR1 goes through a pipe, which a loop can watch: waking a poller is not
 * promised to be safe in a handler.
 */
#define _POSIX_C_SOURCE 200809L

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t os_time_ms(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t os_clock_ns(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void os_pause(int ms)
{
    struct timespec time;

    time.tv_sec = ms / 1000;
    time.tv_nsec = (long)(ms % 1000) * 1000000;
    (void)nanosleep(&time, NULL);
}

/* They are what they are; everybody here takes them for UTF-8. */
duos_err os_arguments(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return DUOS_OK;
}

duos_err os_take_variable(const char *name, char **text)
{
    const char *value = getenv(name);

    *text = NULL;
    if (value == NULL) {
        return DUOS_OK;
    }
    *text = strdup(value);
    if (*text == NULL) {
        return DUOS_ENOMEM;
    }
    return unsetenv(name) == 0 ? DUOS_OK : duos_err_from_native(errno);
}

/* ---- SIGUSR1 ------------------------------------------------------------- */

static int usr1_ends[2]; /* written before the handler is there */

static void handle_usr1(int number)
{
    int saved = errno;
    ssize_t written = write(usr1_ends[1], "", 1);

    (void)number;
    (void)written; /* full: enough are waiting to be taken */
    errno = saved;
}

static bool make_safe(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

duos_err os_usr1_open(intptr_t *handle)
{
    struct sigaction action;

    if (pipe(usr1_ends) != 0) {
        return duos_err_from_native(errno);
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = handle_usr1;
    action.sa_flags = SA_RESTART;
    (void)sigemptyset(&action.sa_mask);
    if (!make_safe(usr1_ends[0]) || !make_safe(usr1_ends[1]) ||
        sigaction(SIGUSR1, &action, NULL) != 0) {
        return duos_err_from_native(errno);
    }
    *handle = usr1_ends[0];
    return DUOS_OK;
}

void os_usr1_take(void)
{
    char bytes[256];

    while (read(usr1_ends[0], bytes, sizeof bytes) > 0) {
    }
}

/* ---- threads ------------------------------------------------------------- */

struct os_monitor {
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct os_thread {
    pthread_t id;
    void (*run)(void *user);
    void *user;
    bool is_joined; /* somebody does; otherwise it frees itself */
};

static void *run_thread(void *argument)
{
    const os_thread *thread = argument;
    void (*run)(void *user) = thread->run;
    void *user = thread->user;

    if (!thread->is_joined) {
        free(argument);
    }
    run(user);
    return NULL;
}

/* A thread is born with the signal mask of its maker. */
static duos_err start_masked(os_thread *thread, pthread_t *id)
{
    sigset_t all;
    sigset_t before;
    int error;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(id, NULL, run_thread, thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return duos_err_from_native(error);
}

duos_err os_thread_start(void (*run)(void *user), void *user, os_thread **out)
{
    os_thread *thread = calloc(1, sizeof *thread);
    pthread_t id;
    duos_err err;

    if (thread == NULL) {
        return DUOS_ENOMEM;
    }
    thread->run = run;
    thread->user = user;
    thread->is_joined = out != NULL;
    err = start_masked(thread, &id);
    if (err != DUOS_OK) {
        free(thread);
        return err;
    }
    if (out == NULL) {
        return duos_err_from_native(pthread_detach(id));
    }
    thread->id = id;
    *out = thread;
    return DUOS_OK;
}

void os_thread_join(os_thread *thread)
{
    (void)pthread_join(thread->id, NULL);
    free(thread);
}

duos_err os_monitor_create(os_monitor **out)
{
    os_monitor *monitor = malloc(sizeof *monitor);
    int error;

    if (monitor == NULL) {
        return DUOS_ENOMEM;
    }
    error = pthread_mutex_init(&monitor->lock, NULL);
    if (error == 0) {
        error = pthread_cond_init(&monitor->changed, NULL);
        if (error != 0) {
            (void)pthread_mutex_destroy(&monitor->lock);
        }
    }
    if (error != 0) {
        free(monitor);
        return duos_err_from_native(error);
    }
    *out = monitor;
    return DUOS_OK;
}

void os_monitor_destroy(os_monitor *monitor)
{
    (void)pthread_cond_destroy(&monitor->changed);
    (void)pthread_mutex_destroy(&monitor->lock);
    free(monitor);
}

void os_monitor_enter(os_monitor *monitor)
{
    (void)pthread_mutex_lock(&monitor->lock);
}

void os_monitor_leave(os_monitor *monitor)
{
    (void)pthread_mutex_unlock(&monitor->lock);
}

void os_monitor_wait(os_monitor *monitor)
{
    (void)pthread_cond_wait(&monitor->changed, &monitor->lock);
}

void os_monitor_notify(os_monitor *monitor)
{
    (void)pthread_cond_broadcast(&monitor->changed);
}
