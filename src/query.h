/* SPDX-License-Identifier: MIT */
/*
 * query.h - a question to the name service, as a job that may hang.
 */
#ifndef DUOS_QUERY_H
#define DUOS_QUERY_H

#include "dial.h"
#include "offload.h"

/* What is asked for. */
typedef enum duos__query_kind {
    DUOS__QUERY_ADDRS, /* of host */
    DUOS__QUERY_NAME,  /* of addrs[0], into host */
    DUOS__QUERY_PORT   /* of the service host, into addrs[0] */
} duos__query_kind;

/* Question and answer. */
typedef struct duos__query {
    duos__job job; /* first */
    void *user;    /* who asked */
    duos__query_kind kind;
    duos_err err;
    size_t count; /* more than 0: answered */
    duos_addr addrs[DUOS__DIAL_MAX];
    uint16_t port;
    duos_family family;
    duos_type type;
    char host[DUOS__NAME_MAX + 2];
} duos__query;

/*
 * A question for what target does not know; one that it knows is answered
 * already. NULL: no memory.
 */
duos__query *duos__query_new(const duos__target *target, void *user);

/* Questions for the name of an IP address and the port of a service. */
duos__query *duos__query_new_name(const duos_addr *addr, void *user);
duos__query *duos__query_new_port(const char *service, duos_type type,
                                  void *user);

void duos__query_free(duos__query *query);

/* How a query that was taken from its desk has ended. */
duos_err duos__query_result(const duos__query *query);

/*
 * Asks and waits. *query is the caller's again; it becomes NULL when it is
 * lost to a system that has not answered in time.
 */
duos_err duos__query_wait(duos__query **query, int64_t timeout_ms);

/*
 * Asks and waits; what is known already is not asked for. addrs receives up
 * to cap addresses. Errors as duos_resolve.
 */
duos_err duos__resolve(const duos__target *target, int64_t timeout_ms,
                       duos_addr *addrs, size_t cap, size_t *count);

#endif
