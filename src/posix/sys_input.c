/* SPDX-License-Identifier: MIT */
/*
 * sys_input.c - the thread that reads descriptor 0, and its turns with the
 * loop.
 *
 * It waits in poll() before it reads, so that it can be called back without
 * taking bytes that are for somebody else by then. Where poll cannot wait for
 * a kind of file, read() does.
 */
#include "posix.h"

#include <duosock/input.h>

#include <signal.h>

#include "mem.h"

/*
 * Belongs to the thread, which frees it when it leaves; the loop's side may
 * use it until it says closed. The block is the thread's while it is wanted,
 * and the loop's otherwise.
 */
struct sys_input {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sys_wakeup ready;
    sys_wakeup leave; /* the thread's: tells it to */
    bool wanted;      /* guarded */
    bool closed;      /* guarded: the loop's side is gone, and ready with it */
    duos_err err;
    size_t len;
    unsigned char block[DUOS_INPUT_BLOCK];
};

static void free_input(sys_input *in)
{
    (void)pthread_cond_destroy(&in->changed);
    (void)pthread_mutex_destroy(&in->lock);
    sys_wakeup_close(&in->leave);
    duos__free(duos_alloc_default(), in, sizeof *in);
}

/* ---- the thread ------------------------------------------------------- */

/* Waits for something to read; false: it is to leave instead. */
static bool await_input(const sys_input *in)
{
    struct pollfd entries[2] = {{0, POLLIN, 0}, {0, POLLIN, 0}};

    entries[0].fd = STDIN_FILENO;
    entries[1].fd = duos__fd(in->leave.recv_end);
    while (poll(entries, 2, -1) < 0 && errno == EINTR) {
    }
    return entries[1].revents == 0;
}

/* EAGAIN: the stream was inherited in its non-blocking mode. */
static bool may_read_on(int error)
{
    return error == EINTR || error == EAGAIN || error == EWOULDBLOCK;
}

static void read_input(sys_input *in)
{
    ssize_t result;

    in->err = DUOS_EEOF;
    do {
        if (!await_input(in)) {
            return;
        }
        result = read(STDIN_FILENO, in->block, sizeof in->block);
    } while (result < 0 && may_read_on(errno));
    if (result > 0) {
        in->err = DUOS_OK;
        in->len = (size_t)result;
    } else if (result < 0) {
        in->err = duos__last_error();
    }
}

/* Hands the block over and waits until the next one is wanted. */
static bool hand_over_block(sys_input *in)
{
    bool more;

    (void)pthread_mutex_lock(&in->lock);
    in->wanted = false;
    if (!in->closed) {
        (void)sys_wakeup_signal(&in->ready);
    }
    while (!in->wanted && !in->closed) {
        (void)pthread_cond_wait(&in->changed, &in->lock);
    }
    more = !in->closed;
    (void)pthread_mutex_unlock(&in->lock);
    return more;
}

static void *run_reader(void *user)
{
    sys_input *in = (sys_input *)user;

    do {
        read_input(in);
    } while (hand_over_block(in));
    free_input(in);
    return NULL;
}

/* ---- the loop's side -------------------------------------------------- */

/*
 * Signals of the process are for its own threads. Not blocked are those that
 * tell of a fault, and SIGTTIN: it stops a process that reads its terminal
 * in the background; blocked, it would make that read fail.
 */
static void block_signals(sigset_t *before)
{
    static const int kept[] = {SIGTTIN, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    sigset_t set;
    size_t i;

    (void)sigfillset(&set);
    for (i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        (void)sigdelset(&set, kept[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &set, before);
}

static duos_err start_thread(sys_input *in)
{
    pthread_t thread;
    sigset_t before;
    int error;

    block_signals(&before);
    error = pthread_create(&thread, NULL, run_reader, in);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        return DUOS_ENOMEM;
    }
    (void)pthread_detach(thread);
    return DUOS_OK;
}

/* The steps of an open, each undone when a later one fails. */
static duos_err open_thread(sys_input *in)
{
    duos_err err = sys_wakeup_open(&in->ready);

    if (err != DUOS_OK) {
        return err;
    }
    in->wanted = true;
    err = start_thread(in);
    if (err != DUOS_OK) {
        sys_wakeup_close(&in->ready);
    }
    return err;
}

static duos_err open_condition(sys_input *in)
{
    duos_err err = sys_err_from_native(pthread_cond_init(&in->changed, NULL));

    if (err != DUOS_OK) {
        return err;
    }
    err = open_thread(in);
    if (err != DUOS_OK) {
        (void)pthread_cond_destroy(&in->changed);
    }
    return err;
}

static duos_err open_lock(sys_input *in)
{
    duos_err err = sys_err_from_native(pthread_mutex_init(&in->lock, NULL));

    if (err != DUOS_OK) {
        return err;
    }
    err = open_condition(in);
    if (err != DUOS_OK) {
        (void)pthread_mutex_destroy(&in->lock);
    }
    return err;
}

static duos_err open_leave(sys_input *in)
{
    duos_err err = sys_wakeup_open(&in->leave);

    if (err != DUOS_OK) {
        return err;
    }
    err = open_lock(in);
    if (err != DUOS_OK) {
        sys_wakeup_close(&in->leave);
    }
    return err;
}

duos_err sys_input_open(sys_input **out, duos_socket *ready)
{
    sys_input *in;
    duos_err err;

    /* First: a wake-up must not become descriptor 0. */
    if (fcntl(STDIN_FILENO, F_GETFD) < 0) {
        return duos__last_error();
    }
    in = (sys_input *)duos__new(duos_alloc_default(), sizeof *in);
    if (in == NULL) {
        return DUOS_ENOMEM;
    }
    err = open_leave(in);
    if (err != DUOS_OK) {
        duos__free(duos_alloc_default(), in, sizeof *in);
        return err;
    }
    *out = in;
    *ready = in->ready.recv_end;
    return DUOS_OK;
}

duos_err sys_input_peek(sys_input *in, const void **data, size_t *len)
{
    bool wanted;

    (void)pthread_mutex_lock(&in->lock);
    wanted = in->wanted;
    (void)pthread_mutex_unlock(&in->lock);
    if (wanted) {
        return DUOS_EWOULDBLOCK;
    }
    if (in->err == DUOS_OK) {
        *data = in->block;
        *len = in->len;
    }
    return in->err;
}

void sys_input_next(sys_input *in)
{
    (void)pthread_mutex_lock(&in->lock);
    sys_wakeup_drain(&in->ready);
    in->wanted = true;
    (void)pthread_cond_signal(&in->changed);
    (void)pthread_mutex_unlock(&in->lock);
}

/* The thread may free it as soon as the lock is left. */
void sys_input_close(sys_input *in)
{
    (void)pthread_mutex_lock(&in->lock);
    in->closed = true;
    sys_wakeup_close(&in->ready);
    (void)sys_wakeup_signal(&in->leave);
    (void)pthread_cond_signal(&in->changed);
    (void)pthread_mutex_unlock(&in->lock);
}
