/* SPDX-License-Identifier: MIT */
/*
 * sys_quit.c - SIGINT and SIGTERM, through a pipe: the handler writes a byte
 * that says which, and the loop reads it. All that happens in a handler is
 * async-signal-safe.
 */
#include "posix.h"

#include <signal.h>

#define SIGNALS 2

static const int numbers[SIGNALS] = {SIGINT, SIGTERM};

/*
 * One of the two allowed global states: a process has one disposition per
 * signal, and a handler gets no context.
 *
 * The pipe is kept once it was made. A handler may still be under way on
 * another thread when watching ends, and must not write to a descriptor that
 * is somebody else's by then. A child of a fork shares the pipe, hence owner.
 */
static struct {
    pthread_mutex_t lock; /* for open and close; no handler takes it */
    bool open;
    bool has_pipe;
    int ends[2];
    pid_t owner;
    void (*on_signal)(uint32_t count, duos_quit_kind kind);
    volatile sig_atomic_t count;
    struct sigaction before[SIGNALS];
} quit = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void handle(int number)
{
    int saved = errno;
    duos_quit_kind kind =
        number == SIGINT ? DUOS_QUIT_INTERRUPT : DUOS_QUIT_TERMINATE;
    unsigned char byte = (unsigned char)kind;
    ssize_t written;

    if (getpid() == quit.owner) {
        if (quit.count < SIG_ATOMIC_MAX) {
            quit.count++;
        }
        if (quit.on_signal != NULL) {
            quit.on_signal((uint32_t)quit.count, kind);
        }
        written = write(quit.ends[1], &byte, 1);
        (void)written; /* full: thousands are waiting to be taken */
    }
    errno = saved;
}

static void restore(int installed)
{
    struct sigaction now;
    int i;

    for (i = 0; i < installed; i++) {
        if (sigaction(numbers[i], NULL, &now) == 0 &&
            now.sa_handler == handle) {
            (void)sigaction(numbers[i], &quit.before[i], NULL);
        }
    }
}

/* SA_RESTART: calls of the program that know nothing of us are not cut
 * short; a poller's wait is all the same, but needs only the pipe. */
static duos_err install(void)
{
    struct sigaction action;
    int i;

    memset(&action, 0, sizeof action);
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    (void)sigemptyset(&action.sa_mask);
    for (i = 0; i < SIGNALS; i++) {
        (void)sigaddset(&action.sa_mask, numbers[i]);
    }
    for (i = 0; i < SIGNALS; i++) {
        if (sigaction(numbers[i], &action, &quit.before[i]) != 0) {
            duos_err err = duos__last_error();

            restore(i);
            return err;
        }
    }
    return DUOS_OK;
}

/* What an earlier watch left untaken is not for this one. */
static void drain(void)
{
    char bytes[256];

    while (read(quit.ends[0], bytes, sizeof bytes) > 0) {
    }
}

static duos_err open_locked(void (*on_signal)(uint32_t count,
                                              duos_quit_kind kind))
{
    if (quit.open) {
        return DUOS_EBUSY;
    }
    if (!quit.has_pipe) {
        duos_err err = duos__pipe(quit.ends);

        if (err != DUOS_OK) {
            return err;
        }
        quit.has_pipe = true;
    }
    drain();
    quit.owner = getpid();
    quit.on_signal = on_signal;
    quit.count = 0;
    return install();
}

duos_err sys_quit_open(void (*on_signal)(uint32_t count, duos_quit_kind kind),
                       duos_socket *channel)
{
    duos_err err;

    (void)pthread_mutex_lock(&quit.lock);
    err = open_locked(on_signal);
    if (err == DUOS_OK) {
        quit.open = true;
        channel->os = quit.ends[0];
    }
    (void)pthread_mutex_unlock(&quit.lock);
    return err;
}

duos_err sys_quit_take(duos_socket channel, duos_quit_kind *kind)
{
    unsigned char byte = 0;
    ssize_t n = read(duos__fd(channel), &byte, 1);

    if (n != 1) {
        return n == 0 ? DUOS_EEOF : duos__last_error();
    }
    *kind = (duos_quit_kind)byte;
    return DUOS_OK;
}

void sys_quit_close(duos_socket channel)
{
    (void)channel; /* there is one */
    (void)pthread_mutex_lock(&quit.lock);
    restore(SIGNALS);
    quit.open = false;
    (void)pthread_mutex_unlock(&quit.lock);
}
