/* SPDX-License-Identifier: MIT */
/*
 * dial_race.c - a few sockets that connect, one wait for all of them, and the
 * moment at which the next one is begun.
 */
#include "dial_race.h"

#include <string.h>

#include "addr_order.h"
#include "family.h"

typedef struct dial_race {
    const duos_addr *addrs;
    uint8_t order[DUOS__DIAL_MAX];
    size_t count;
    size_t next;
    uint64_t next_ns;
    sys_wait running[DUOS__ATTEMPTS_MAX]; /* the oldest first */
    size_t run;
    duos_err err; /* the failure that says most, so far */
} dial_race;

/* ---- runners ---------------------------------------------------------- */

static void leave_out(dial_race *r, size_t at)
{
    r->run--;
    memmove(&r->running[at], &r->running[at + 1],
            (r->run - at) * sizeof r->running[0]);
}

static void drop_attempt(dial_race *r, size_t at)
{
    (void)duos_close(&r->running[at].sock);
    leave_out(r, at);
}

static void note_failure(dial_race *r, duos_err err)
{
    r->err = duos__more_telling(r->err, err);
}

static void add_attempt(dial_race *r, duos_socket s)
{
    sys_wait *w;

    if (r->run == DUOS__ATTEMPTS_MAX) {
        drop_attempt(r, 0);
        note_failure(r, DUOS_ETIMEDOUT);
    }
    w = &r->running[r->run++];
    w->sock = s;
    w->want = DUOS_WRITE;
    r->next_ns = duos__after_ms(sys_now_ns(), DUOS__ATTEMPT_DELAY_MS);
}

/* One that stands at once waits like the others: it is writable. */
static duos_err dial_next(dial_race *r)
{
    const duos_addr *addr = &r->addrs[r->order[r->next++]];
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_err err =
        duos_open((duos_family)addr->family, DUOS_STREAM, DUOS_NONBLOCK, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_connect(s, addr);
    if (err != DUOS_OK && err != DUOS_EINPROGRESS) {
        (void)duos_close(&s);
        return err;
    }
    add_attempt(r, s);
    return DUOS_OK;
}

/* A shortage ends it all; the next address would find it again. */
static duos_err dial_any(dial_race *r)
{
    duos_err err = DUOS_EADDRNOTAVAIL;

    while (err != DUOS_OK && r->next < r->count) {
        err = dial_next(r);
        if (duos__is_shortage(err)) {
            return err;
        }
        if (err != DUOS_OK) {
            note_failure(r, err);
        }
    }
    return DUOS_OK;
}

/* ---- waiting ---------------------------------------------------------- */

static int32_t until_next(const dial_race *r, int32_t left)
{
    uint64_t now = sys_now_ns();
    int32_t wait;

    if (r->next == r->count) {
        return left;
    }
    wait = now < r->next_ns ? duos__ns_to_wait_ms(r->next_ns - now) : 0;
    return left == DUOS__NO_TIMEOUT || wait < left ? wait : left;
}

static duos_err await_race(dial_race *r, int32_t timeout_ms)
{
    uint64_t scratch[64];
    size_t ready = 0;
    size_t i;
    duos_err err;

    if (sys_wait_scratch(r->run) > sizeof scratch) {
        return DUOS_ENOSPACE;
    }
    for (i = 0; i < r->run; i++) {
        r->running[i].got = 0;
        r->running[i].bad = false;
    }
    err = sys_wait_many(r->running, r->run, timeout_ms, scratch, &ready);
    return err == DUOS_EINTERRUPTED ? DUOS_OK : err;
}

/*
 * DUOS_OK: the first that stands is taken out. DUOS_EINPROGRESS: none does
 * yet; *failed: one of them has failed. A shortage is told at once.
 */
static duos_err find_winner(dial_race *r, bool *failed, duos_socket *out)
{
    size_t i = 0;

    while (i < r->run) {
        const sys_wait *w = &r->running[i];
        duos_err err = DUOS_EINPROGRESS;

        if (w->got != 0 || w->bad) {
            err = duos_connect_result(w->sock);
        }
        if (err == DUOS_OK) {
            *out = w->sock;
            leave_out(r, i);
        }
        if (err == DUOS_OK || duos__is_shortage(err)) {
            return err;
        }
        if (err == DUOS_EINPROGRESS) {
            i++;
            continue;
        }
        drop_attempt(r, i);
        /* Nobody listened there; the socket met itself by chance. */
        note_failure(r, err == DUOS_ESELFCONNECT ? DUOS_ECONNREFUSED : err);
        *failed = true;
    }
    return DUOS_EINPROGRESS;
}

static duos_err go(dial_race *r, const duos__deadline *deadline,
                   duos_socket *out)
{
    bool begin = true;

    for (;;) {
        duos_err err = begin ? dial_any(r) : DUOS_OK;
        int32_t left = duos__deadline_left(deadline);

        if (err != DUOS_OK || r->run == 0) {
            return err != DUOS_OK ? err : r->err;
        }
        err = await_race(r, until_next(r, left));
        if (err != DUOS_OK) {
            return err;
        }
        begin = false;
        err = find_winner(r, &begin, out);
        if (err != DUOS_EINPROGRESS) {
            return err;
        }
        if (left == 0 && r->run > 0) { /* a failure is not a time-out */
            return DUOS_ETIMEDOUT;
        }
        begin = begin || (r->next < r->count && sys_now_ns() >= r->next_ns);
    }
}

duos_err duos__dial_race(const duos_addr *addrs, size_t count,
                         const duos__deadline *deadline, duos_socket *out)
{
    dial_race r;
    duos_err err;

    memset(&r, 0, sizeof r);
    r.addrs = addrs;
    r.count = count;
    duos__addr_order(addrs, count, r.order);
    err = go(&r, deadline, out);
    while (r.run > 0) {
        drop_attempt(&r, r.run - 1);
    }
    return err;
}
