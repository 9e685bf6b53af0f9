/* SPDX-License-Identifier: MIT */
/*
 * listen_path.c - who may take a path, and when (traps 24 and 25).
 *
 * Whether somebody listens on a path is known only by connecting to it, and
 * between the answer and what is done about it others could act on the same
 * answer. So a path is taken under its lock. Against those who may write to
 * the directory and know nothing of the lock there is only the last look
 * before the removal.
 */
#include "listen_path.h"

#include "deadline.h"

/* Nobody has reason to hold a lock longer than a few system calls. */
#define LOCK_PATIENCE_MS 1000

bool duos__is_path(const duos_addr *addr)
{
    return addr->family == DUOS_UNIX && addr->path_len > 0 &&
           addr->ip.path[0] != '\0';
}

static bool is_same_file(const sys_path_id *a, const sys_path_id *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->is_socket == b->is_socket;
}

/* ---- the lock --------------------------------------------------------- */

/* An empty wait sleeps; it may end early, so the deadline decides. */
static void nap(void)
{
    uint64_t scratch[32];
    size_t ready;

    (void)sys_wait_many(NULL, 0, 1, scratch, &ready);
}

static duos_err take_lock(const duos_addr *addr, intptr_t *lock)
{
    duos__deadline deadline = duos__deadline_in(LOCK_PATIENCE_MS);
    duos_err err = sys_path_lock(addr, lock);

    while ((err == DUOS_EBUSY || err == DUOS_EINTERRUPTED) &&
           duos__deadline_left(&deadline) > 0) {
        nap();
        err = sys_path_lock(addr, lock);
    }
    return err;
}

/* ---- a path that is taken --------------------------------------------- */

/* DUOS_ECONNREFUSED: nobody listens. Anything else: do not touch it. */
static duos_err probe(const duos_addr *addr)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_err err = sys_open(DUOS_UNIX, DUOS_STREAM, SYS_OPEN_NONBLOCK, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = sys_connect(s, addr);
    (void)sys_close(s);
    switch (err) {
    case DUOS_OK:
    case DUOS_EINPROGRESS:
    case DUOS_EINTERRUPTED:
    case DUOS_EBUSY:      /* its backlog is full */
    case DUOS_EPROTOTYPE: /* it takes datagrams */
        return DUOS_EADDRINUSE;
    default:
        return err;
    }
}

/* Makes room, if what stands there is a socket that nobody listens on. */
static duos_err clear_stale(const duos_addr *addr)
{
    sys_path_id before;
    sys_path_id now = {0, 0, false};
    duos_err err = sys_path_look(addr, &before);

    if (err == DUOS_OK) {
        err = before.is_socket ? probe(addr) : DUOS_EEXIST;
    }
    if (err != DUOS_ECONNREFUSED) {
        return err;
    }
    /*
     * Not everybody knows of the lock: look once more. A new file may have
     * the number of the one that was removed for it, so ask once more, too.
     */
    err = sys_path_look(addr, &now);
    if (err == DUOS_OK) {
        err = is_same_file(&before, &now) ? probe(addr) : DUOS_EADDRINUSE;
    }
    return err == DUOS_ECONNREFUSED ? sys_path_remove(addr) : err;
}

static duos_err bind_path(duos_socket s, const duos_addr *addr)
{
    duos_err err = sys_bind(s, addr);

    if (err != DUOS_EADDRINUSE) {
        return err;
    }
    err = clear_stale(addr);
    return err == DUOS_OK || err == DUOS_ENOENT ? sys_bind(s, addr) : err;
}

/* ---- listening -------------------------------------------------------- */

static void remove_own(const duos_addr *addr, const sys_path_id *id)
{
    sys_path_id now = {0, 0, false};

    if (sys_path_look(addr, &now) == DUOS_OK && is_same_file(id, &now)) {
        (void)sys_path_remove(addr);
    }
}

/* Nobody can connect before listen, so the permissions come in time. */
static duos_err open_to_others(duos_socket s, const duos_addr *addr,
                               int backlog, uint32_t mode, sys_path_id *id)
{
    sys_path_id made;
    duos_err err = sys_path_look(addr, &made);

    if (err != DUOS_OK) {
        return err;
    }
    err = made.is_socket ? sys_path_set_mode(addr, mode) : DUOS_EEXIST;
    if (err == DUOS_OK) {
        err = duos_listen(s, backlog);
    }
    if (err != DUOS_OK) {
        remove_own(addr, &made);
        return err;
    }
    *id = made;
    return DUOS_OK;
}

duos_err duos__path_listen(duos_socket s, const duos_addr *addr, int backlog,
                           uint32_t mode, sys_path_id *id)
{
    intptr_t lock;
    duos_err err = take_lock(addr, &lock);

    if (err != DUOS_OK) {
        return err;
    }
    err = bind_path(s, addr);
    if (err == DUOS_OK) {
        err = open_to_others(s, addr, backlog, mode, id);
    }
    sys_path_unlock(lock);
    return err;
}

/*
 * Often on a loop, where nobody may wait, so the lock is taken if it is free.
 * Without it the look has to do: a file that is listened on is replaced by
 * nobody.
 */
void duos__path_leave(const duos_addr *addr, const sys_path_id *id)
{
    intptr_t lock;
    bool locked = sys_path_lock(addr, &lock) == DUOS_OK;

    remove_own(addr, id);
    if (locked) {
        sys_path_unlock(lock);
    }
}
