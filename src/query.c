/* SPDX-License-Identifier: MIT */
/*
 * query.c - asks the system for a name elsewhere, and waits for it here.
 *
 * Who waits has a desk of its own for the one job, and a wake-up channel that
 * the desk signals. When the time is over it leaves the desk; an answer that
 * comes later finds nobody and is thrown away.
 */
#include "query.h"

#include <duosock/socket.h>

#include <string.h>

#include "mem.h"

/* A signal cannot come, but a system may say so. */
#define INTERRUPTIONS 10

/* ---- the job ---------------------------------------------------------- */

static void ask(duos__job *job)
{
    duos__query *query = (duos__query *)(void *)job;
    int tries = INTERRUPTIONS;
    size_t i;

    do {
        query->err = sys_lookup(query->host, query->family, query->addrs,
                                DUOS__DIAL_MAX, &query->count);
    } while (query->err == DUOS_EINTERRUPTED && --tries > 0);
    if (query->err != DUOS_OK) {
        query->count = 0;
    }
    for (i = 0; i < query->count; i++) {
        query->addrs[i].port = query->port;
    }
}

static void release(duos__job *job)
{
    duos__query_free((duos__query *)(void *)job);
}

duos__query *duos__query_new(const duos__target *target, void *user)
{
    duos__query *query =
        (duos__query *)duos__new(duos_alloc_default(), sizeof *query);

    if (query != NULL) {
        query->job.work = ask;
        query->job.release = release;
        query->user = user;
        query->port = target->port;
        query->family = target->family;
        query->count = target->count;
        memcpy(query->addrs, target->addrs, sizeof target->addrs);
        memcpy(query->host, target->host, sizeof target->host);
    }
    return query;
}

void duos__query_free(duos__query *query)
{
    duos__free(duos_alloc_default(), query, sizeof *query);
}

duos_err duos__query_result(const duos__query *query)
{
    return query->job.err != DUOS_OK ? query->job.err : query->err;
}

/* ---- waiting for one --------------------------------------------------- */

static void copy(const duos_addr *from, size_t n, duos_addr *addrs, size_t cap,
                 size_t *count)
{
    *count = n < cap ? n : cap;
    memcpy(addrs, from, *count * sizeof *from);
}

static void wake(void *user)
{
    (void)sys_wakeup_signal((sys_wakeup *)user);
}

/* The query is the desk's once it was added; *query is what came back. */
static duos_err await(duos__desk *desk, const sys_wakeup *wakeup,
                      const duos__target *target, int64_t timeout_ms,
                      duos__query **query)
{
    duos__query *asked = duos__query_new(target, NULL);
    duos_err err;

    if (asked == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__desk_add(desk, &asked->job);
    if (err != DUOS_OK) {
        duos__query_free(asked);
        return err;
    }
    err = duos_wait(wakeup->recv_end, DUOS_READ, timeout_ms, NULL);
    if (err == DUOS_OK) {
        duos__desk_collect(desk);
        *query = (duos__query *)(void *)duos__desk_take(desk);
    }
    return err;
}

static duos_err ask_and_wait(const duos__target *target, int64_t timeout_ms,
                             duos__query **query)
{
    sys_wakeup wakeup;
    duos__desk *desk;
    duos_err err = sys_wakeup_open(&wakeup);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__desk_open(wake, &wakeup, &desk);
    if (err == DUOS_OK) {
        err = await(desk, &wakeup, target, timeout_ms, query);
        duos__desk_close(desk); /* nobody signals from here on */
    }
    sys_wakeup_close(&wakeup);
    return err;
}

duos_err duos__resolve(const duos__target *target, int64_t timeout_ms,
                       duos_addr *addrs, size_t cap, size_t *count)
{
    duos__query *query = NULL;
    duos_err err;

    if (target->count > 0) {
        copy(target->addrs, target->count, addrs, cap, count);
        return DUOS_OK;
    }
    err = ask_and_wait(target, timeout_ms, &query);
    if (query == NULL) {
        return err != DUOS_OK ? err : DUOS_ETIMEDOUT;
    }
    err = duos__query_result(query);
    if (err == DUOS_OK) {
        copy(query->addrs, query->count, addrs, cap, count);
    }
    duos__query_free(query);
    return err;
}
