/* SPDX-License-Identifier: MIT */
/*
 * setup.h - what the commands do alike before and after they run: addresses
 * are checked, a loop is made, times are written.
 */
#ifndef CLI_SETUP_H
#define CLI_SETUP_H

#include "args.h"

#include <duosock/conn.h>
#include <duosock/quit.h>

/* Room for what setup_seconds writes. */
enum {
    SETUP_SECONDS_MAX = 32
};

/* Says why a text is no address that can be used, with a hint. */
void setup_say_address(const char *text, duos_err err);

/*
 * Whether an address that the system has not taken lacks the zone that it
 * needs; that is said then.
 */
bool setup_hint_zone(const char *text, duos_err err);

/*
 * Whether the text is an address of a stream to listen on; if not, that is
 * said and the usage is wrong.
 */
bool setup_check_address(const char *text);

/*
 * Makes a loop. recv_buffer: 0 for the library's default. Returns CLI_DONE,
 * or what to exit with after the reason has been said.
 */
int setup_loop(duos_poller_backend backend, size_t recv_buffer,
               duos_loop **out);

/* Whether an address that is bound is that of all interfaces. */
bool setup_is_everywhere(const duos_addr *addr);

/* Tells that we listen there, and who can connect if that is everybody. */
void setup_tell_bound(const duos_addr *bound, duos_loop *loop);

/*
 * Watches for requests to stop. on_quit is called for the first one; the
 * second ends the process at once, even while it is stuck in a write, with
 * CLI_INTERRUPTED or CLI_TERMINATED. Returns CLI_DONE, or what to exit with
 * after the reason has been said.
 */
int setup_quit(duos_quit *quit, duos_loop *loop,
               void (*on_quit)(duos_quit *quit, uint32_t count,
                               duos_quit_kind kind, void *user),
               void *user);

/* The exit code for a connection that stood, and ended so before its time. */
int setup_exit_code(duos_err reason);

/* The name of a loop's poller. */
const char *setup_poller_name(duos_loop *loop);

/*
 * Writes the 4-tuple of a connection as its server sees it: client, then
 * server. at_server: whether we are the server; both sides write the same,
 * so two logs can be compared. Behind a proxy that tells its client, they are
 * those that the client sees. text: DUOS_TUPLE_TEXT_MAX bytes.
 */
void setup_tuple(char *text, const duos_conn *conn, bool at_server);

/* Writes "1.2": seconds since a time of the loop's clock. */
void setup_seconds(char *text, duos_loop *loop, uint64_t since_ms);

#endif
