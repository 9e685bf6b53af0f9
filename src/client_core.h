/* SPDX-License-Identifier: MIT */
/*
 * client_core.h - a client from the inside, for the files that it consists of.
 */
#ifndef DUOS_CLIENT_CORE_H
#define DUOS_CLIENT_CORE_H

#include <duosock/client.h>
#include <duosock/resolve.h>

#include "conn_core.h"
#include "race.h"

/* Later than any time. */
#define DUOS__NOT_OPEN UINT64_MAX

struct duos_client {
    duos__owner owner; /* first: the connection knows the client by it */
    duos_client_config config;
    duos_conn *conn;
    duos_conn *next; /* follows conn */
    char *address;   /* of the last connect */
    size_t address_size;
    duos_lookup lookup;
    duos__race *race;              /* while there are attempts */
    duos_client_attempt *attempts; /* of the last connect */
    size_t count;
    duos_client_attempt *won;
    uint64_t begin_ns;
    uint64_t open_ns; /* on_open was told; or DUOS__NOT_OPEN */
    int32_t resolve_ms;
    int32_t connect_ms; /* -1 while it lasts */
    uint32_t retries;
    int32_t retry_ms;
    duos_err retry_err;
    duos__timer deadline;
    duos__timer again;
    duos__deferred end;
    bool destroyed;
};

/* Once, before all else. */
void duos__client_prepare(duos_client *client);

/* Begins what conn is for; on failure conn is as before. */
duos_err duos__client_begin(duos_client *client);

/* Ends whatever leads to a connection; attempts under way are told reason. */
void duos__client_stop(duos_client *client, duos_err reason);

/* Frees the list of attempts. */
void duos__client_forget(duos_client *client);

/* Decides whether another connection follows conn, and prepares it. */
void duos__client_plan_retry(duos_client *client, duos_err reason);

/* No other connection follows; err is why. */
void duos__client_drop_retry(duos_client *client, duos_err err);

/* Fires when the wait for a retry is over. */
void duos__client_retry(duos__timer *timer);

#endif
