/* SPDX-License-Identifier: MIT */
/*
 * resolve.c - lookups: who waits on a loop for which query.
 *
 * A loop gets its desk with its first lookup of a name. What is known without
 * asking takes the way of a deadline that is over at once, so that on_done
 * always comes from the loop.
 */
#include <duosock/resolve.h>

#include <string.h>

#include "loop_core.h"
#include "query.h"

/* Fail to compile if the headers promise something else. */
typedef char resolve_max_is_kept[DUOS_RESOLVE_MAX == DUOS__DIAL_MAX ? 1 : -1];
typedef char
    name_max_is_kept[DUOS_RESOLVE_NAME_MAX == DUOS__NAME_MAX + 1 ? 1 : -1];
typedef char
    service_is_kept[DUOS_RESOLVE_SERVICE_MAX == DUOS__SERVICE_MAX ? 1 : -1];
typedef char lookups_max_is_kept[DUOS_LOOKUPS_MAX == DUOS__JOBS_MAX ? 1 : -1];

/* ---- what may be asked for -------------------------------------------- */

static duos_err check_ip(const duos_addr *addr)
{
    if (addr == NULL) {
        return DUOS_EINVAL;
    }
    return addr->family == DUOS_IPV4 || addr->family == DUOS_IPV6
               ? DUOS_OK
               : DUOS_EAFNOSUPPORT;
}

static duos_err check_service(const char *service, duos_type type)
{
    if (service == NULL || (type != DUOS_STREAM && type != DUOS_DGRAM)) {
        return DUOS_EINVAL;
    }
    return duos__service_check(service, strlen(service));
}

/* ---- blocking --------------------------------------------------------- */

duos_err duos_resolve(const char *address, duos_family family,
                      int64_t timeout_ms, duos_addr *addrs, size_t cap,
                      size_t *count)
{
    duos__target target;
    duos_err err;

    if (addrs == NULL || cap == 0 || count == NULL) {
        return DUOS_EINVAL;
    }
    err = duos__target_parse(address, family, &target);
    if (err != DUOS_OK) {
        return err;
    }
    return duos__resolve(&target, timeout_ms, addrs, cap, count);
}

duos_err duos_reverse(const duos_addr *addr, int64_t timeout_ms, char *name,
                      size_t cap)
{
    duos__query *query;
    duos_err err = name != NULL ? check_ip(addr) : DUOS_EINVAL;

    if (err != DUOS_OK) {
        return err;
    }
    query = duos__query_new_name(addr, NULL);
    if (query == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__query_wait(&query, timeout_ms);
    if (err == DUOS_OK && strlen(query->host) >= cap) {
        err = DUOS_ENOSPACE;
    }
    if (err == DUOS_OK) {
        memcpy(name, query->host, strlen(query->host) + 1);
    }
    duos__query_free(query);
    return err;
}

duos_err duos_resolve_service(const char *service, duos_type type,
                              int64_t timeout_ms, uint16_t *port)
{
    duos__query *query;
    duos_err err = port != NULL ? check_service(service, type) : DUOS_EINVAL;

    if (err != DUOS_OK) {
        return err;
    }
    query = duos__query_new_port(service, type, NULL);
    if (query == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__query_wait(&query, timeout_ms);
    if (err == DUOS_OK) {
        *port = query->addrs[0].port;
    }
    duos__query_free(query);
    return err;
}

/* ---- the end of a lookup ---------------------------------------------- */

/* The query is nobody's but ours. The callback may do anything to lookup. */
static void tell(duos_lookup *lookup, duos__query *query)
{
    duos_err err = duos__query_result(query);

    lookup->query = NULL;
    duos_timer_stop(&lookup->deadline);
    lookup->name =
        err == DUOS_OK && query->kind == DUOS__QUERY_NAME ? query->host : NULL;
    lookup->on_done(lookup, err, err == DUOS_OK ? query->addrs : NULL,
                    err == DUOS_OK ? query->count : 0, lookup->user);
    duos__query_free(query);
}

/* Takes a query back: from the desk, unless it was never put there. */
static void drop_query(duos_lookup *lookup)
{
    duos__query *query = lookup->query;

    lookup->query = NULL;
    if (query->job.desk != NULL) {
        duos__desk_drop(query->job.desk, &query->job);
    } else {
        duos__query_free(query);
    }
}

static void lookup_expired(duos_timer *timer, void *user)
{
    duos_lookup *lookup = (duos_lookup *)user;

    (void)timer;
    if (lookup->query->job.desk == NULL) {
        tell(lookup, lookup->query);
        return;
    }
    drop_query(lookup);
    lookup->on_done(lookup, DUOS_ETIMEDOUT, NULL, 0, lookup->user);
}

static void answers_came(duos_post *post, void *user)
{
    duos_loop *loop = (duos_loop *)user;
    duos__query *query;

    (void)post;
    duos__desk_collect(loop->desk);
    for (;;) {
        query = (duos__query *)(void *)duos__desk_take(loop->desk);
        if (query == NULL) {
            break;
        }
        tell((duos_lookup *)query->user, query);
    }
}

/* ---- its beginning ---------------------------------------------------- */

/* Under the desk's lock, so the loop is there. */
static duos_err wake_loop(void *user, bool again)
{
    duos_loop *loop = (duos_loop *)user;

    return again ? duos_poller_wakeup(loop->poller) /* it is posted */
                 : duos_loop_post(loop, &loop->desk_post);
}

static duos_err put_on_desk(duos_loop *loop, duos__query *query)
{
    duos_err err = DUOS_OK;

    if (loop->desk == NULL) {
        (void)duos_post_init(&loop->desk_post, answers_came, loop);
        err = duos__desk_open(wake_loop, loop, &loop->desk);
    }
    return err == DUOS_OK ? duos__desk_add(loop->desk, &query->job) : err;
}

/* The timer first: once the query is on the desk, nothing may fail. */
static duos_err begin_lookup(duos_lookup *lookup, duos__query *query,
                             int64_t timeout_ms)
{
    bool known = query->count > 0;
    duos_err err = DUOS_OK;

    if (known || timeout_ms >= 0) {
        err = duos_timer_start(&lookup->deadline, known ? 0 : timeout_ms);
    }
    if (err == DUOS_OK && !known) {
        err = put_on_desk(lookup->loop, query);
    }
    if (err != DUOS_OK) {
        duos_timer_stop(&lookup->deadline);
    }
    return err;
}

duos_err duos_lookup_init(duos_lookup *lookup, duos_loop *loop,
                          void (*on_done)(duos_lookup *lookup, duos_err err,
                                          const duos_addr *addrs, size_t count,
                                          void *user),
                          void *user)
{
    if (lookup == NULL || loop == NULL || on_done == NULL) {
        return DUOS_EINVAL;
    }
    memset(lookup, 0, sizeof *lookup);
    lookup->loop = loop;
    lookup->on_done = on_done;
    lookup->user = user;
    return duos_timer_init(&lookup->deadline, loop, lookup_expired, lookup);
}

/* Whether a lookup may be started at all. */
static duos_err check_idle(const duos_lookup *lookup)
{
    if (lookup == NULL || lookup->loop == NULL) {
        return DUOS_EINVAL;
    }
    return lookup->query != NULL ? DUOS_EBUSY : DUOS_OK;
}

/* query: NULL when there was no memory for it. */
static duos_err start_lookup(duos_lookup *lookup, duos__query *query,
                             int64_t timeout_ms)
{
    duos_err err =
        query != NULL ? begin_lookup(lookup, query, timeout_ms) : DUOS_ENOMEM;

    if (err != DUOS_OK) {
        duos__query_free(query);
        return err;
    }
    lookup->query = query;
    lookup->name = NULL;
    return DUOS_OK;
}

duos_err duos_lookup_start(duos_lookup *lookup, const char *address,
                           duos_family family, int64_t timeout_ms)
{
    duos__target target;
    duos_err err = check_idle(lookup);

    if (err == DUOS_OK) {
        err = duos__target_parse(address, family, &target);
    }
    return err == DUOS_OK
               ? start_lookup(lookup, duos__query_new(&target, lookup),
                              timeout_ms)
               : err;
}

duos_err duos_lookup_start_reverse(duos_lookup *lookup, const duos_addr *addr,
                                   int64_t timeout_ms)
{
    duos_err err = check_idle(lookup);

    if (err == DUOS_OK) {
        err = check_ip(addr);
    }
    return err == DUOS_OK
               ? start_lookup(lookup, duos__query_new_name(addr, lookup),
                              timeout_ms)
               : err;
}

duos_err duos_lookup_start_service(duos_lookup *lookup, const char *service,
                                   duos_type type, int64_t timeout_ms)
{
    duos_err err = check_idle(lookup);

    if (err == DUOS_OK) {
        err = check_service(service, type);
    }
    return err == DUOS_OK
               ? start_lookup(lookup,
                              duos__query_new_port(service, type, lookup),
                              timeout_ms)
               : err;
}

const char *duos_lookup_name(const duos_lookup *lookup)
{
    return lookup != NULL ? lookup->name : NULL;
}

void duos_lookup_stop(duos_lookup *lookup)
{
    if (lookup != NULL && lookup->query != NULL) {
        duos_timer_stop(&lookup->deadline);
        drop_query(lookup);
    }
}

bool duos_lookup_active(const duos_lookup *lookup)
{
    return lookup != NULL && lookup->query != NULL;
}
