/* SPDX-License-Identifier: MIT */
/*
 * report.c - how events look, but for those of connections and counters.
 */
#include "report_core.h"

#include "escape.h"
#include "os.h"
#include "stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
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

void report_add_error(report_object *o, duos_err err)
{
    json *j = &o->j;

    json_text(j, "error", duos_err_name(err));
    if (duos_err_native(err) != 0) {
        json_int(j, "native_error", duos_err_native(err));
    }
}

/* ---- listening, notes, failures ---------------------------------------- */

void report_listening(const char *address, const char *transport,
                      const char *poller)
{
    char safe[REPORT_SAFE_MAX];
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

static void tell_error(const char *text, duos_err err)
{
    report_object o;

    if (report_wants(SAY_QUIET)) {
        report_begin(&o, "error");
        json_text(&o.j, "text", text);
        report_add_error(&o, err);
        (void)report_end(&o);
    }
}

void report_failure(const char *tried, const char *what, duos_err err)
{
    char text[REPORT_LINE_MAX / 2];

    say_failure(tried, what, err);
    say_failure_text(text, sizeof text, tried, what, err);
    tell_error(text, err);
}

void report_problem(const char *text, duos_err err)
{
    say("%s", text);
    tell_error(text, err);
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
        report_add_error(&o, err);
        json_seconds(&o.j, "seconds", wait_ms);
        (void)report_end(&o);
    }
}

/* ---- bytes of a peer ---------------------------------------------------- */

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
