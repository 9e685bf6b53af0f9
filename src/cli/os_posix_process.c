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

void os_exit_at_once(int code)
{
    _exit(code);
}

int64_t os_time_ms(void)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void os_pause(int ms)
{
    struct timespec time;

    time.tv_sec = ms / 1000;
    time.tv_nsec = (long)(ms % 1000) * 1000000;
    (void)nanosleep(&time, NULL);
}

int os_take_variable(const char *name, char **text)
{
    const char *value = getenv(name);

    *text = NULL;
    if (value == NULL) {
        return 0;
    }
    *text = strdup(value);
    if (*text == NULL) {
        return ENOMEM;
    }
    return unsetenv(name) == 0 ? 0 : errno;
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

int os_usr1_open(intptr_t *handle)
{
    struct sigaction action;

    if (pipe(usr1_ends) != 0) {
        return errno;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = handle_usr1;
    action.sa_flags = SA_RESTART;
    (void)sigemptyset(&action.sa_mask);
    if (!make_safe(usr1_ends[0]) || !make_safe(usr1_ends[1]) ||
        sigaction(SIGUSR1, &action, NULL) != 0) {
        return errno;
    }
    *handle = usr1_ends[0];
    return 0;
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

/* What a thread is to run; it frees this. */
typedef struct task {
    void (*run)(void *user);
    void *user;
} task;

static void *run_task(void *argument)
{
    task own = *(task *)argument;

    free(argument);
    own.run(own.user);
    return NULL;
}

/* A thread is born with the signal mask of its maker. */
static int start_masked(task *t)
{
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    int error;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, NULL, run_task, t);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error != 0 ? error : pthread_detach(thread);
}

int os_thread_start(void (*run)(void *user), void *user)
{
    task *t = malloc(sizeof *t);
    int error;

    if (t == NULL) {
        return ENOMEM;
    }
    t->run = run;
    t->user = user;
    error = start_masked(t);
    if (error != 0) {
        free(t);
    }
    return error;
}

int os_monitor_create(os_monitor **out)
{
    os_monitor *monitor = malloc(sizeof *monitor);
    int error;

    if (monitor == NULL) {
        return ENOMEM;
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
        return error;
    }
    *out = monitor;
    return 0;
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
