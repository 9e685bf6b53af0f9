/* SPDX-License-Identifier: MIT */
/*
 * os_posix.c - streams, files, threads and stop signals on POSIX.
 *
 * Stop signals are taken by a thread that waits for them with sigwait, not
 * by a handler: it may lock and post like any other thread, and the second
 * signal works even while the main thread is stuck in a write.
 */
#define _POSIX_C_SOURCE 200809L

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void os_start(void)
{
    int fd;

    for (fd = OS_STDIN; fd <= OS_STDERR; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            /* The lowest free number is fd itself. */
            (void)open("/dev/null", O_RDWR);
        }
    }
    signal(SIGPIPE, SIG_IGN);
}

size_t os_raise_descriptor_limit(void)
{
    struct rlimit limit;
    rlim_t soft;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        soft = limit.rlim_max;
    }
    return soft == RLIM_INFINITY ? 0 : (size_t)soft;
}

bool os_is_terminal(int stream)
{
    return isatty(stream) != 0;
}

/* A stream may have been inherited in non-blocking mode. */
static bool wait_for(int fd, short events)
{
    struct pollfd entry;

    if (errno == EINTR) {
        return true;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return false;
    }
    entry.fd = fd;
    entry.events = events;
    entry.revents = 0;
    return poll(&entry, 1, -1) >= 0 || errno == EINTR;
}

int os_read_stdin(void *data, size_t cap, size_t *len)
{
    for (;;) {
        ssize_t n = read(OS_STDIN, data, cap);

        if (n >= 0) {
            *len = (size_t)n;
            return 0;
        }
        if (!wait_for(OS_STDIN, POLLIN)) {
            return errno;
        }
    }
}

static int write_all(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n >= 0) {
            at += n;
            len -= (size_t)n;
        } else if (!wait_for(fd, POLLOUT)) {
            return errno;
        }
    }
    return 0;
}

int os_write(int stream, const void *data, size_t len)
{
    return write_all(stream, data, len);
}

/* Writes a new file. The name is ours: a leftover of the same process
 * number may go, a link that somebody planted is not followed. */
static int write_new(const char *path, const void *data, size_t len)
{
    int error;
    int fd;

    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    error = write_all(fd, data, len);
    if (close(fd) != 0 && error == 0) {
        error = errno;
    }
    return error;
}

int os_replace_file(const char *path, const void *data, size_t len)
{
    size_t size = strlen(path) + 32;
    char *aside = malloc(size);
    int error;

    if (aside == NULL) {
        return ENOMEM;
    }
    snprintf(aside, size, "%s.%ld.tmp", path, (long)getpid());
    error = write_new(aside, data, len);
    if (error == 0 && rename(aside, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(aside);
    }
    free(aside);
    return error;
}

const char *os_error_text(int error)
{
    return strerror(error);
}

bool os_reader_gone(int error)
{
    return error == EPIPE;
}

static void *run_thread(void *run)
{
    (*(void (**)(void))run)();
    free(run);
    return NULL;
}

bool os_thread(void (*run)(void))
{
    /* A function pointer does not fit into a void * by the letter of C. */
    void (**box)(void) = malloc(sizeof *box);
    pthread_t thread;

    if (box == NULL) {
        return false;
    }
    *box = run;
    if (pthread_create(&thread, NULL, run_thread, box) != 0) {
        free(box);
        return false;
    }
    pthread_detach(thread);
    return true;
}

struct os_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

os_monitor *os_monitor_create(void)
{
    os_monitor *monitor = malloc(sizeof *monitor);

    if (monitor != NULL) {
        pthread_mutex_init(&monitor->mutex, NULL);
        pthread_cond_init(&monitor->condition, NULL);
    }
    return monitor;
}

void os_monitor_enter(os_monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
}

void os_monitor_leave(os_monitor *monitor)
{
    pthread_mutex_unlock(&monitor->mutex);
}

void os_monitor_wait(os_monitor *monitor)
{
    pthread_cond_wait(&monitor->condition, &monitor->mutex);
}

void os_monitor_notify(os_monitor *monitor)
{
    pthread_cond_broadcast(&monitor->condition);
}

/* ---- requests to stop ------------------------------------------------- */

static void (*stop_request)(void);

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
}

static void wait_for_signals(void)
{
    sigset_t set;
    int number = 0;

    stop_signals(&set);
    while (sigwait(&set, &number) != 0) {
    }
    stop_request();
    while (sigwait(&set, &number) != 0) {
    }
    _exit(128 + number);
}

bool os_on_stop(void (*request)(void))
{
    sigset_t set;

    stop_request = request;
    /* A shell without job control starts its background jobs with SIGINT
     * ignored; an ignored signal would never reach sigwait. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    stop_signals(&set);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) {
        return false;
    }
    return os_thread(wait_for_signals);
}
