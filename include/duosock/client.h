/* SPDX-License-Identifier: MIT */
/*
 * client.h - one connection to a server, on a loop.
 */
#ifndef DUOSOCK_CLIENT_H
#define DUOSOCK_CLIENT_H

#include <duosock/conn.h>
#include <duosock/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A client.
 *
 * Life cycle: duos_client_create, duos_client_connect, the loop runs, the
 * connection ends with on_close, perhaps duos_client_connect again,
 * duos_client_destroy.
 */
typedef struct duos_client duos_client;

/*
 * How a client works. Set by duos_client_config_init; 0 in a limit means
 * none.
 *
 * handler: what the connection reports to; copied. user: the user pointer
 *     that it begins with.
 * connect_ms: for looking up a name and connecting, all addresses together
 *     (10 s).
 * limits: of the connection: the server's, but without first_byte_ms,
 *     idle_ms and back-pressure, since a client may wait for its answer.
 * transport, transport_user: what stands between the wire and the handler,
 *     as TLS (see transport.h); NULL for nothing.
 */
typedef struct duos_client_config {
    size_t size;
    duos_conn_handler handler;
    void *user;
    int32_t connect_ms;
    duos_conn_limits limits;
    const duos_transport_ops *transport;
    void *transport_user;
} duos_client_config;

/*
 * Fills in the defaults.
 *
 * config: NULL is ignored.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_client_config_init(duos_client_config *config);

/*
 * Makes a client on a loop. It is not connected yet.
 *
 * config: copied; NULL means the defaults.
 * out: receives the client.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, a config of an unknown size, or a
 *     transport that is not complete; DUOS_ERANGE for a negative time, or marks
 * that are not queue_low <= queue_high <= queue_max; DUOS_ENOMEM. Ownership:
 * the caller destroys it before the loop. Blocking: never. Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_client_create(
    duos_loop *loop, const duos_client_config *config, duos_client **out);

/*
 * Begins to connect. on_open tells that the connection stands, or on_close
 * why it does not: DUOS_ECONNREFUSED, DUOS_ETIMEDOUT, ..., or for a name what
 * duos_lookup_init lists.
 *
 * address: as for duos_dial. The addresses of a name are tried in turn; the
 *     last failure is the one that is told.
 *
 * Returns: DUOS_OK when the attempt has begun; DUOS_EINVAL for NULL;
 *     DUOS_EBUSY while a connection or an attempt lasts; DUOS_ESYNTAX,
 *     DUOS_ENAMETOOLONG, DUOS_ERANGE, DUOS_EAFNOSUPPORT, DUOS_ENOENT or
 *     DUOS_ENOTSUP as duos_dial; DUOS_ELIMIT when the loop has too many
 *     lookups under way; DUOS_ENOMEM; DUOS_EMFILE.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_client_connect(duos_client *client,
                                                   const char *address);

/*
 * The connection of a client, from duos_client_connect until on_close
 * returns.
 *
 * Returns: the connection; NULL when there is none, or for NULL.
 * Ownership: stays with the client.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_conn *duos_client_conn(const duos_client *client);

/*
 * Ends a client at once: where output still waits, the peer sees a reset;
 * duos_conn_close comes first if that matters. A connection gets its on_close
 * (DUOS_ECANCELED) within this call; a callback of the client may call it as
 * well, and then it comes at the end of the turn.
 *
 * client: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_client_destroy(duos_client *client);

#ifdef __cplusplus
}
#endif

#endif
