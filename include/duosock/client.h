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
 *
 * With retries, another connection follows one that failed or ended, and waits
 * first: on_close of the old one, on_open and on_close of the new one, with
 * config.user again. Nothing is carried over, since nobody knows what the peer
 * has got: what was sent on the old one either went to the system
 * (duos_conn_bytes) or is told in its on_close (duos_conn_queued), and whoever
 * can repeat it does so in on_open.
 */
typedef struct duos_client duos_client;

/* A retry_max without an end. */
#define DUOS_RETRY_ENDLESS UINT32_MAX

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
 * attempt_ms: for one address (none). attempt_delay_ms: how long an attempt
 *     is alone before the next one is begun beside it, 10..2000 (250).
 * source: the address to connect from; its family DUOS_UNSPEC leaves it to
 *     the system (the default). Addresses of the other family are not tried.
 *     Port 0 is any port; with another one attempts follow one another, since
 *     no two can have it.
 *
 * retry_max: how often a connection that failed or ended is made anew, in a
 *     row: 0 is never (the default), DUOS_RETRY_ENDLESS without an end. A
 *     connection that stood for retry_steady_ms (10 s), counted from on_open,
 *     ends the row. One that duos_conn_close was called for, that ended with
 *     DUOS_ECANCELED, or that was released is not made anew. One that ended in
 *     good order (DUOS_EEOF) is: on_retry may say no.
 * retry_first_ms, retry_last_ms: the wait before the first retry of a row
 *     (250) and the longest one (30 s); each is twice the one before. Of each
 *     a random part of up to a half is left out, so that the clients of a
 *     server that comes back do not all come at once.
 * on_retry: decides, before on_close: returns the wait in milliseconds,
 *     delay_ms or another one; less than 0 makes no retry. attempt counts from
 *     1 within the row, reason is what on_close will be told. NULL agrees. It
 *     may destroy the client.
 */
typedef struct duos_client_config {
    size_t size;
    duos_conn_handler handler;
    void *user;
    int32_t connect_ms;
    duos_conn_limits limits;
    const duos_transport_ops *transport;
    void *transport_user;
    int32_t attempt_ms;
    int32_t attempt_delay_ms;
    duos_addr source;
    uint32_t retry_max;
    int32_t retry_first_ms;
    int32_t retry_last_ms;
    int32_t retry_steady_ms;
    int32_t (*on_retry)(duos_client *client, uint32_t attempt, duos_err reason,
                        int32_t delay_ms, void *user);
} duos_client_config;

/*
 * One address of a connect.
 *
 * err: DUOS_OK for the one that won; DUOS_EINPROGRESS while it is tried; why it
 *     failed; DUOS_ETIMEDOUT when its time or all time was over; DUOS_ECANCELED
 *     when another one won, it was never begun with, or nobody wanted it any
 *     more; DUOS_EAFNOSUPPORT when source is of the other family.
 * started_ms: after the beginning of the connect; -1 if never.
 * took_ms: from there until it ended.
 */
typedef struct duos_client_attempt {
    duos_addr addr;
    duos_err err;
    int32_t started_ms;
    int32_t took_ms;
} duos_client_attempt;

/*
 * How the last connect went.
 *
 * attempts: count addresses in the order in which they are tried; none before
 *     the name was found. The array is valid until the next connect, a retry
 *     included, or until the client is destroyed.
 * won: the one that stands, or stood; NULL for none.
 * resolve_ms: that the name took, or had when it was given up; 0 without one.
 *     connect_ms: from the beginning until the socket was connected or all had
 *     failed, so far if neither.
 * retries: in this row. retry_ms: in on_close, the wait until another
 *     connection is begun; -1 when none follows. retry_err: why not:
 *     DUOS_ELIMIT after retry_max, DUOS_ECANCELED when this side or on_retry
 *     has ended it, DUOS_ENOMEM; DUOS_OK when one follows, and before on_close.
 */
typedef struct duos_client_report {
    size_t size;
    const duos_client_attempt *attempts;
    size_t count;
    const duos_client_attempt *won;
    int32_t resolve_ms;
    int32_t connect_ms;
    uint32_t retries;
    int32_t retry_ms;
    duos_err retry_err;
} duos_client_report;

/*
 * Fills in the defaults.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_client_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_client_config_init(duos_client_config *config, size_t size);
#define duos_client_config_init(config)                                        \
    (duos_client_config_init)(config, sizeof(duos_client_config))

/*
 * Makes a client on a loop. It is not connected yet.
 *
 * config: copied; NULL means the defaults.
 * out: receives the client.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, a config of an unknown size, or a
 *     transport that is not complete; DUOS_ERANGE for a negative time, marks
 *     that are not queue_low <= queue_high <= queue_max, an attempt_delay_ms
 *     outside of 10..2000, or waits that are not
 *     1 <= retry_first_ms <= retry_last_ms; DUOS_EAFNOSUPPORT for a source that
 *     is no IP address; DUOS_ENOMEM.
 * Ownership: the caller destroys it before the loop.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_client_create(
    duos_loop *loop, const duos_client_config *config, duos_client **out);

/*
 * Begins to connect. on_open tells that the connection stands, or on_close
 * why it does not: DUOS_ECONNREFUSED, DUOS_ETIMEDOUT, ..., or for a name what
 * duos_lookup_init lists.
 *
 * address: as for duos_dial. The addresses of a name are tried in the order
 *     that the system's resolver gives, those that this machine has no way to
 *     last, IPv6 and IPv4 by turns. The next one is begun when one has failed,
 *     or beside those under way when none has stood after attempt_delay_ms. At
 *     most 6 are under way; then the oldest makes room. The first that stands
 *     wins, and the others are closed. A lack of descriptors or memory
 *     ends all. The last failure is the one that is told, unless it only says
 *     that this machine has no way there, and another one says more;
 *     duos_client_get_report has each.
 *
 * Returns: DUOS_OK when the attempt has begun; DUOS_EINVAL for NULL or port 0;
 *     DUOS_EBUSY while a connection, an attempt or the wait for a retry lasts;
 *     DUOS_ESYNTAX, DUOS_ENAMETOOLONG, DUOS_ERANGE, DUOS_EAFNOSUPPORT,
 *     DUOS_ENOENT or DUOS_ENOTSUP as duos_dial; DUOS_ELIMIT when the loop has
 *     too many lookups under way; DUOS_ENOMEM; DUOS_EMFILE, DUOS_ENFILE or
 *     DUOS_ENOBUFS.
 * Blocking: never.
 * Thread: the loop's.
 * Source: RFC 8305, RFC 6724.
 */
DUOS_API DUOS_CHECKED duos_err duos_client_connect(duos_client *client,
                                                   const char *address);

/*
 * How the last connect went, or goes: which address won, how long it took, and
 * why each other one failed. For on_open and on_close above all.
 *
 * report: its size must be set; as many fields as fit are filled in.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown size; DUOS_ESTATE
 *     before the first connect.
 * Ownership: the attempts stay the client's.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_client_get_report(const duos_client *client,
                                         duos_client_report *report);

/*
 * The connection of a client, from duos_client_connect until on_close
 * returns, or the turn ends in which it was released; where a retry follows,
 * the new one from there on. Closing one that still waits or connects ends
 * that, with DUOS_ECANCELED and without a retry.
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
