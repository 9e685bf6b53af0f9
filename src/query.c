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

static duos_err ask_addrs(duos__query *query)
{
    duos_err err = sys_lookup(query->host, query->family, query->addrs,
                              DUOS__DIAL_MAX, &query->count);
    size_t i;

    for (i = 0; i < query->count; i++) {
        query->addrs[i].port = query->port;
    }
    return err;
}

/* Whoever owns the address chose the name, so it may be anything. */
static duos_err ask_name(duos__query *query)
{
    char name[1025];
    duos_err err = sys_lookup_addr(&query->addrs[0], name, sizeof name);

    if (err != DUOS_OK) {
        return err;
    }
    if (duos__name_check(name, strlen(name)) != DUOS_OK) {
        return DUOS_ENONAME;
    }
    memcpy(query->host, name, strlen(name) + 1);
    query->count = 1;
    return DUOS_OK;
}

static duos_err ask_port(duos__query *query)
{
    duos_err err =
        sys_lookup_service(query->host, query->type, &query->addrs[0].port);

    query->count = err == DUOS_OK;
    return err;
}

static duos_err ask_once(duos__query *query)
{
    switch (query->kind) {
    case DUOS__QUERY_NAME:
        return ask_name(query);
    case DUOS__QUERY_PORT:
        return ask_port(query);
    case DUOS__QUERY_ADDRS:
        break;
    }
    return ask_addrs(query);
}

static void query_run(duos__job *job)
{
    duos__query *query = (duos__query *)(void *)job;
    int tries = INTERRUPTIONS;

    do {
        query->err = ask_once(query);
    } while (query->err == DUOS_EINTERRUPTED && --tries > 0);
    if (query->err != DUOS_OK) {
        query->count = 0;
    }
}

static void query_done(duos__job *job)
{
    duos__query_free((duos__query *)(void *)job);
}

/* ---- making one ------------------------------------------------------- */

static duos__query *make(duos__query_kind kind, void *user)
{
    duos__query *query =
        (duos__query *)duos__new(duos_alloc_default(), sizeof *query);

    if (query != NULL) {
        query->job.work = query_run;
        query->job.release = query_done;
        query->kind = kind;
        query->user = user;
    }
    return query;
}

duos__query *duos__query_new(const duos__target *target, void *user)
{
    duos__query *query = make(DUOS__QUERY_ADDRS, user);

    if (query != NULL) {
        query->port = target->port;
        query->family = target->family;
        query->count = target->count;
        memcpy(query->addrs, target->addrs, sizeof target->addrs);
        memcpy(query->host, target->host, sizeof target->host);
    }
    return query;
}

duos__query *duos__query_new_name(const duos_addr *addr, void *user)
{
    duos__query *query = make(DUOS__QUERY_NAME, user);

    if (query != NULL) {
        query->addrs[0] = *addr;
    }
    return query;
}

/* Fails to compile if a service that was checked has no room. */
typedef char service_must_fit[DUOS__SERVICE_MAX <= DUOS__NAME_MAX ? 1 : -1];

duos__query *duos__query_new_port(const char *service, duos_type type,
                                  void *user)
{
    duos__query *query = make(DUOS__QUERY_PORT, user);

    if (query != NULL) {
        query->type = type;
        memcpy(query->host, service, strlen(service) + 1);
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

static duos_err wake_asker(void *user, bool again)
{
    (void)again;
    return sys_wakeup_signal((sys_wakeup *)user);
}

/* The query is the desk's once it was added; *query is what came back. */
static duos_err await_query(duos__desk *desk, const sys_wakeup *wakeup,
                            int64_t timeout_ms, duos__query **query)
{
    duos_err err = duos__desk_add(desk, &(*query)->job);

    if (err != DUOS_OK) {
        return err;
    }
    *query = NULL;
    err = duos_wait(wakeup->recv_end, DUOS_READ, timeout_ms, NULL);
    if (err == DUOS_OK) {
        duos__desk_collect(desk);
        *query = (duos__query *)(void *)duos__desk_take(desk);
    }
    return err;
}

duos_err duos__query_wait(duos__query **query, int64_t timeout_ms)
{
    sys_wakeup wakeup;
    duos__desk *desk;
    duos_err err = sys_wakeup_open(&wakeup);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__desk_open(wake_asker, &wakeup, &desk);
    if (err == DUOS_OK) {
        err = await_query(desk, &wakeup, timeout_ms, query);
        duos__desk_close(desk); /* nobody signals from here on */
    }
    sys_wakeup_close(&wakeup);
    if (*query == NULL) {
        return err != DUOS_OK ? err : DUOS_ETIMEDOUT;
    }
    return err == DUOS_OK ? duos__query_result(*query) : err;
}

static void copy_addrs(const duos_addr *from, size_t n, duos_addr *addrs,
                       size_t cap, size_t *count)
{
    *count = n < cap ? n : cap;
    memcpy(addrs, from, *count * sizeof *from);
}

duos_err duos__resolve(const duos__target *target, int64_t timeout_ms,
                       duos_addr *addrs, size_t cap, size_t *count)
{
    duos__query *query;
    duos_err err;

    if (target->count > 0) {
        copy_addrs(target->addrs, target->count, addrs, cap, count);
        return DUOS_OK;
    }
    query = duos__query_new(target, NULL);
    if (query == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__query_wait(&query, timeout_ms);
    if (err == DUOS_OK) {
        copy_addrs(query->addrs, query->count, addrs, cap, count);
    }
    duos__query_free(query);
    return err;
}
