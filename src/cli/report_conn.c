/* SPDX-License-Identifier: MIT */
/*
 * report_conn.c - how the events of a connection look: its two addresses, its
 * way through a proxy, how it ended.
 */
#include "report_core.h"

#include "escape.h"
#include "setup.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    REASON_MAX = 128
};

/* ---- objects ----------------------------------------------------------- */

static void add_address(json *j, const char *key, const duos_addr *addr)
{
    char text[DUOS_ADDR_TEXT_MAX];

    if (duos_addr_format(addr, text, sizeof text) == DUOS_OK) {
        json_text(j, key, text);
    }
}

/* Whether another one has connected to us than who is served. */
static bool is_proxied(const duos_conn *conn, const duos_tuple *origin,
                       duos_addr *peer)
{
    return duos_conn_peer(conn, peer) == DUOS_OK &&
           !duos_addr_equal(&origin->remote, peer);
}

static void add_connection(json *j, uint64_t id, const duos_conn *conn)
{
    duos_tuple tuple;
    duos_addr peer;

    if (id != 0) {
        json_uint(j, "id", id);
    }
    if (duos_conn_origin(conn, &tuple) == DUOS_OK) {
        add_address(j, "local", &tuple.local);
        add_address(j, "remote", &tuple.remote);
        if (is_proxied(conn, &tuple, &peer)) {
            add_address(j, "via", &peer);
        }
    } else if (duos_conn_peer(conn, &peer) == DUOS_OK) {
        add_address(j, "remote", &peer);
    }
}

/* ---- events ------------------------------------------------------------ */

/* "#3 ", or nothing. */
static void write_number(char *text, size_t cap, uint64_t id)
{
    text[0] = '\0';
    if (id != 0) {
        snprintf(text, cap, "#%" PRIu64 " ", id);
    }
}

static void say_proxy(const char *number, const duos_conn *conn)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_tuple origin;
    duos_addr peer;

    if (duos_conn_origin(conn, &origin) == DUOS_OK &&
        is_proxied(conn, &origin, &peer) &&
        duos_addr_format(&peer, text, sizeof text) == DUOS_OK) {
        say_detail("%scame through %s", number, text);
    }
}

/* A peer on a unix socket has a path for a name, with any bytes. */
static void say_open(say_level level, uint64_t id, const duos_conn *conn,
                     bool at_server)
{
    char number[32];
    char tuple[DUOS_TUPLE_TEXT_MAX];
    char safe[REPORT_SAFE_MAX];

    write_number(number, sizeof number, id);
    setup_tuple(tuple, conn, at_server);
    escape_line(safe, sizeof safe, tuple);
    say_at(level, "%sopen %s", number, safe);
    say_proxy(number, conn);
}

bool report_open(say_level level, uint64_t id, const duos_conn *conn,
                 bool at_server)
{
    report_object o;

    if (!report_is_json()) {
        say_open(level, id, conn, at_server);
    } else if (report_wants(level)) {
        report_begin(&o, "open");
        add_connection(&o.j, id, conn);
        return report_end(&o);
    }
    return true;
}

static bool is_good(duos_err reason)
{
    return reason == DUOS_EEOF || reason == DUOS_ECANCELED;
}

/* "end of stream", "connection reset by peer (ECONNRESET 104)". */
static void write_reason(char *text, duos_err reason)
{
    char code[SAY_CODE_MAX];
    int len = snprintf(text, REASON_MAX, "%s", duos_err_text(reason));

    if (!is_good(reason) && len > 0 && len < REASON_MAX) {
        say_code(code, sizeof code, reason);
        snprintf(text + len, REASON_MAX - (size_t)len, " (%s)", code);
    }
}

static void say_close(say_level level, uint64_t id, const duos_conn *conn,
                      uint64_t opened_ms, duos_err reason)
{
    char number[32];
    char seconds[SETUP_SECONDS_MAX];
    char words[REASON_MAX];
    uint64_t in = 0;
    uint64_t out = 0;

    write_number(number, sizeof number, id);
    setup_seconds(seconds, duos_conn_loop(conn), opened_ms);
    write_reason(words, reason);
    (void)duos_conn_bytes(conn, &in, &out);
    say_at(level, "%sclose %" PRIu64 " B in, %" PRIu64 " B out, %s s, %s",
           number, in, out, seconds, words);
}

bool report_close(say_level level, uint64_t id, const duos_conn *conn,
                  uint64_t opened_ms, duos_err reason)
{
    uint64_t in = 0;
    uint64_t out = 0;
    report_object o;

    if (!report_is_json()) {
        say_close(level, id, conn, opened_ms, reason);
        return true;
    }
    if (!report_wants(level)) {
        return true;
    }
    (void)duos_conn_bytes(conn, &in, &out);
    report_begin(&o, "close");
    add_connection(&o.j, id, conn);
    json_uint(&o.j, "bytes", in);
    json_uint(&o.j, "bytes_out", out);
    json_seconds(&o.j, "seconds",
                 duos_loop_now_ms(duos_conn_loop(conn)) - opened_ms);
    json_text(&o.j, "text", duos_err_text(reason));
    if (!is_good(reason)) {
        report_add_error(&o, reason);
    }
    return report_end(&o);
}

bool report_refused(say_level level, const duos_conn *conn, duos_err reason)
{
    char tuple[DUOS_TUPLE_TEXT_MAX];
    char code[SAY_CODE_MAX];
    char safe[REPORT_SAFE_MAX];
    report_object o;

    if (!report_is_json()) {
        setup_tuple(tuple, conn, true);
        escape_line(safe, sizeof safe, tuple);
        say_code(code, sizeof code, reason);
        say_at(level, "refused %s: %s (%s)", safe, duos_err_text(reason), code);
        return true;
    }
    if (!report_wants(level)) {
        return true;
    }
    report_begin(&o, "refused");
    add_connection(&o.j, 0, conn);
    json_text(&o.j, "text", duos_err_text(reason));
    report_add_error(&o, reason);
    return report_end(&o);
}
