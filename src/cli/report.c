/* SPDX-License-Identifier: MIT */
/*
 * report.c - how events look.
 */
#include "report_core.h"

#include "escape.h"
#include "os.h"
#include "setup.h"
#include "stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SAFE_MAX = ESCAPE_GROWTH * DUOS_TUPLE_TEXT_MAX, /* every byte escaped */
    DATA_LINE = 2 * REPORT_DATA_MAX + 256
};

static bool with_json;

void report_use_json(void)
{
    with_json = true;
}

bool report_is_json(void)
{
    return with_json;
}

/* ---- objects ----------------------------------------------------------- */

static void begin(json *j, char *line, size_t cap, const char *event)
{
    char stamp[STAMP_MAX];

    stamp_write(stamp, os_time_ms());
    json_begin(j, line, cap);
    json_text(j, "ts", stamp);
    json_text(j, "event", event);
}

void report_begin(report_object *o, const char *event)
{
    begin(&o->j, o->line, sizeof o->line, event);
}

bool report_end(report_object *o)
{
    size_t len;

    (void)json_end(&o->j, &len);
    return say_bytes(o->line, len);
}

bool report_wants(say_level level)
{
    return with_json && (level == SAY_QUIET || say_wants(SAY_NORMAL));
}

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

static void add_error(json *j, duos_err err)
{
    json_text(j, "error", duos_err_name(err));
    if (duos_err_native(err) != 0) {
        json_int(j, "native_error", duos_err_native(err));
    }
}

/* ---- listening, notes, failures ---------------------------------------- */

void report_listening(const char *address, const char *transport,
                      const char *poller)
{
    char safe[SAFE_MAX];
    report_object o;

    if (!report_wants(SAY_QUIET)) {
        escape_line(safe, sizeof safe, address);
        say("listening on %s (%s, %s)", safe, transport, poller);
        return;
    }
    report_begin(&o, "listening");
    json_text(&o.j, "local", address);
    json_text(&o.j, "transport", transport);
    json_text(&o.j, "poller", poller);
    (void)report_end(&o);
}

bool report_note(const char *text)
{
    report_object o;

    if (!report_wants(SAY_QUIET)) {
        say("note: %s", text);
        return true;
    }
    report_begin(&o, "note");
    json_text(&o.j, "text", text);
    return report_end(&o);
}

void report_failure(const char *tried, const char *what, duos_err err)
{
    char text[REPORT_LINE_MAX / 2];
    report_object o;

    say_failure(tried, what, err);
    if (report_wants(SAY_QUIET)) {
        say_failure_text(text, sizeof text, tried, what, err);
        report_begin(&o, "error");
        json_text(&o.j, "text", text);
        add_error(&o.j, err);
        (void)report_end(&o);
    }
}

void report_retry(const char *tried, const char *what, duos_err err,
                  uint32_t wait_ms)
{
    char text[REPORT_LINE_MAX / 2];
    char code[SAY_CODE_MAX];
    report_object o;

    say_failure_text(text, sizeof text, tried, what, err);
    say_code(code, sizeof code, err);
    say_event("%s (%s); again in %u.%u s", text, code,
              (unsigned)(wait_ms / 1000), (unsigned)(wait_ms % 1000 / 100));
    if (report_wants(SAY_NORMAL)) {
        report_begin(&o, "retry");
        json_text(&o.j, "text", text);
        add_error(&o.j, err);
        json_seconds(&o.j, "seconds", wait_ms);
        (void)report_end(&o);
    }
}

/* ---- connections ------------------------------------------------------- */

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
    char safe[SAFE_MAX];

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

    if (!with_json) {
        say_open(level, id, conn, at_server);
    } else if (report_wants(level)) {
        report_begin(&o, "open");
        add_connection(&o.j, id, conn);
        return report_end(&o);
    }
    return true;
}

static void say_close(say_level level, uint64_t id, const duos_conn *conn,
                      uint64_t opened_ms, duos_err reason)
{
    char number[32];
    char seconds[SETUP_SECONDS_MAX];
    uint64_t in = 0;
    uint64_t out = 0;

    write_number(number, sizeof number, id);
    setup_seconds(seconds, duos_conn_loop(conn), opened_ms);
    (void)duos_conn_bytes(conn, &in, &out);
    say_at(level, "%sclose %" PRIu64 " B in, %" PRIu64 " B out, %s s, %s",
           number, in, out, seconds, duos_err_text(reason));
}

bool report_close(say_level level, uint64_t id, const duos_conn *conn,
                  uint64_t opened_ms, duos_err reason)
{
    uint64_t in = 0;
    uint64_t out = 0;
    report_object o;

    if (!with_json) {
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
    if (reason != DUOS_EEOF && reason != DUOS_ECANCELED) {
        add_error(&o.j, reason);
    }
    return report_end(&o);
}

bool report_refused(say_level level, const duos_conn *conn, duos_err reason)
{
    char tuple[DUOS_TUPLE_TEXT_MAX];
    char code[SAY_CODE_MAX];
    char safe[SAFE_MAX];
    report_object o;

    if (!with_json) {
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
    add_error(&o.j, reason);
    return report_end(&o);
}

bool report_data(const char *text, size_t len, size_t bytes)
{
    char line[DATA_LINE];
    size_t line_len;
    json j;

    begin(&j, line, sizeof line, "data");
    json_uint(&j, "bytes", bytes);
    json_bytes(&j, "text", text, len);
    (void)json_end(&j, &line_len);
    return say_bytes(line, line_len);
}

/* ---- files ------------------------------------------------------------- */

bool report_transfer(const char *what, uint64_t bytes, uint64_t ms,
                     const char *sha256)
{
    report_object o;

    if (!with_json) {
        say_event("%s %" PRIu64 " B, %" PRIu64 ".%u s, sha256 %s", what, bytes,
                  ms / 1000, (unsigned)(ms % 1000 / 100), sha256);
        return true;
    }
    if (!report_wants(SAY_NORMAL)) {
        return true;
    }
    report_begin(&o, what);
    json_uint(&o.j, "bytes", bytes);
    json_seconds(&o.j, "seconds", ms);
    json_text(&o.j, "sha256", sha256);
    return report_end(&o);
}

/* ---- dropped lines ----------------------------------------------------- */

size_t report_dropped_text(char *text, size_t cap, uint64_t dropped)
{
    int len = snprintf(text, cap, "%" PRIu64 " lines were dropped\n", dropped);

    return len < 0 ? 0 : (size_t)len;
}

size_t report_dropped_json(char *text, size_t cap, uint64_t dropped)
{
    size_t len;
    json j;

    begin(&j, text, cap, "dropped");
    json_uint(&j, "lines", dropped);
    (void)json_end(&j, &len);
    return len;
}
