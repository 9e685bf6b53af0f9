/* SPDX-License-Identifier: MIT */
/*
 * report.h - the events of the program, each in both of its forms: a line of
 * text on the standard error or, with --json, an object a line on the
 * standard output. The keys of those objects are said here and nowhere else:
 *
 *     ts            RFC 3339, UTC, milliseconds
 *     event         listening, open, close, refused, retry, data, error, note,
 *                   stats, dropped, sent, received, bench
 *     id            number of a client, from 1
 *     local, remote our address and the peer's; behind a proxy, as the client
 *                   sees them
 *     via           the proxy's address
 *     bytes         received; of data, how many text stands for
 *     bytes_out     sent
 *     sha256        checksum of what was sent or received, as sha256sum's
 *     seconds       how long it was open, or took; of retry, until it is made
 *     text          words for people; of data, the bytes, escaped
 *     error         the toolkit's name of a code, without its prefix
 *     native_error  the system's number for it
 *     transport     of listening and stats: tcp, udp or unix
 *     poller        how listening waits
 *     lines         how many were dropped
 *     idle, size, pipeline
 *                   of bench, and of its stats: as the options
 *     messages, messages_per_second, bytes_per_second
 *                   the same: what came back; p50_ns, p99_ns, p999_ns, max_ns
 *                   how long it took for each
 *     clients, clients_peak, accepted, refused_limit, accept_errors,
 *     accept_pauses counters of duos_server_stats
 *     refused_address, refused_denied, shed, accept_yields, read_yields,
 *     write_yields, no_buffers, first_byte_ends, idle_ends, stall_ends,
 *     linger_ends, handshake_ends, queue_holds, queue_refusals
 *                   the same, when they are not 0
 *     long_lines, line_ends
 *                   of a chat, when they are not 0
 *     received, truncated, answered, refused, dropped, errors
 *                   of stats: counters of duos_datagram_stats
 *
 * A key whose value is not known or not there is left out.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "say.h"

#include <duosock/datagram.h>
#include <duosock/server.h>

/* From now on with JSON. */
void report_use_json(void);
bool report_is_json(void);

/*
 * level: who sees the text; of an object nobody is deprived but by -q, which
 * leaves those of SAY_QUIET.
 *
 * Those that return a bool return false when the standard output took no
 * line; that has been said then, unless its reader has gone.
 */

/* transport: "tcp", "udp" or "unix". */
void report_listening(const char *address, const char *transport,
                      const char *poller);

/*
 * The beginning and the end of a connection. id: 0 where there is one only.
 * at_server: see setup_tuple. opened_ms: by the loop's clock.
 */
bool report_open(say_level level, uint64_t id, const duos_conn *conn,
                 bool at_server);
bool report_close(say_level level, uint64_t id, const duos_conn *conn,
                  uint64_t opened_ms, duos_err reason);

/* One who connected but was not let in. */
bool report_refused(say_level level, const duos_conn *conn, duos_err reason);

/* say_failure, and an object besides. */
void report_failure(const char *tried, const char *what, duos_err err);

/* A failure that another attempt follows, after a wait. */
void report_retry(const char *tried, const char *what, duos_err err,
                  uint32_t wait_ms);

/* say_os_failure, and an object besides. */
void report_os_failure(const char *tried, const char *what, int error);

/* Something that should be known. */
bool report_note(const char *text);

/*
 * The end of a whole file. what: "sent" or "received"; sha256: its checksum in
 * hexadecimal digits.
 */
bool report_transfer(const char *what, uint64_t bytes, uint64_t ms,
                     const char *sha256);

/* What a server has counted, and what a chat has besides. */
typedef struct report_counts {
    duos_server_stats server;
    uint64_t long_lines; /* too long to be sent on */
    uint64_t line_ends;  /* members whose line was not finished in time */
} report_counts;

/* Adds what a worker has counted, but for its clients: they are counted
 * already. */
void report_counts_add(report_counts *counts, const duos_server_stats *more);

void report_stats(say_level level, const report_counts *counts);

/* What one connection has moved so far. */
void report_traffic(uint64_t received, uint64_t sent, uint64_t ms);

/* The same of a server of datagrams. */
void report_datagram_stats(say_level level, const duos_datagram_stats *stats);

/*
 * What came from a peer, as an object: text that was escaped, at most
 * REPORT_DATA_MAX bytes of it, and how many bytes it stands for.
 */
enum {
    REPORT_DATA_MAX = 4096
};

bool report_data(const char *text, size_t len, size_t bytes);

/* The lines that log.h puts where others were dropped: of text, of JSON. */
size_t report_dropped_text(char *text, size_t cap, uint64_t dropped);
size_t report_dropped_json(char *text, size_t cap, uint64_t dropped);

#endif
