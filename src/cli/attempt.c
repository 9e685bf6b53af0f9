/* SPDX-License-Identifier: MIT */
/*
 * attempt.c - why a connection does not stand, in words and as an exit code.
 */
#include "attempt.h"

#include "cli.h"
#include "escape.h"
#include "report.h"
#include "say.h"
#include "setup.h"

#include <inttypes.h>

enum {
    SAFE_BYTES = 128,
    RETRY_MOST = 1000000
};

static bool read_source(const char *text, duos_addr *out)
{
    char safe[SAFE_BYTES];
    duos_err err = DUOS_OK;

    if (duos_ip_parse(text, out) != DUOS_OK) {
        err = duos_addr_parse(text, out);
    }
    if (err == DUOS_OK) {
        return true;
    }
    escape_line(safe, sizeof safe, text);
    if (err == DUOS_ERANGE) {
        say("--source: '%s': a port is a number from 0 to 65535", safe);
    } else {
        say("--source: '%s' is no address as 192.0.2.7, ::1 or 192.0.2.7:5000",
            safe);
    }
    return false;
}

bool attempt_check(const client_options *options, duos_addr *source)
{
    return args_in_range("retry", options->retries, 0, RETRY_MOST) &&
           (options->source == NULL || read_source(options->source, source));
}

/* Those that were never begun with, or that another one has overtaken, say
 * nothing about their addresses. */
static void say_attempt(say_level level, const duos_client_attempt *attempt)
{
    char text[DUOS_ADDR_TEXT_MAX];
    char code[SAY_CODE_MAX];

    if (attempt->err == DUOS_OK || attempt->err == DUOS_ECANCELED ||
        duos_addr_format(&attempt->addr, text, sizeof text) != DUOS_OK) {
        return;
    }
    say_code(code, sizeof code, attempt->err);
    say_at(level, "  %s: %s (%s) after %" PRId32 " ms", text,
           duos_err_text(attempt->err), code, attempt->took_ms);
}

static void say_attempts(say_level level, const duos_client_report *report)
{
    size_t i;

    for (i = 0; i < report->count; i++) {
        say_attempt(level, &report->attempts[i]);
    }
}

void attempt_stands(const duos_client *client, const char *address)
{
    duos_client_report report = {0};
    char safe[SAFE_BYTES];
    char text[DUOS_ADDR_TEXT_MAX];

    report.size = sizeof report;
    if (duos_client_get_report(client, &report) != DUOS_OK ||
        report.won == NULL ||
        duos_addr_format(&report.won->addr, text, sizeof text) != DUOS_OK) {
        return;
    }
    escape_line(safe, sizeof safe, address);
    say_detail("connected to %s at %s in %" PRId32 " ms, %" PRId32
               " ms of them for the name",
               safe, text, report.connect_ms, report.resolve_ms);
    say_attempts(SAY_VERBOSE, &report);
}

static void say_hint(const char *address, bool has_source, duos_err reason)
{
    if (setup_hint_zone(address, reason)) {
        return;
    }
    if (reason == DUOS_ECONNREFUSED) {
        say("hint: nobody listens there; duosock serve would");
    } else if (reason == DUOS_EADDRNOTAVAIL && has_source) {
        say("hint: --source is an address of this machine");
    } else if (reason == DUOS_EADDRNOTAVAIL) {
        say("hint: there may be no port left to connect from");
    } else if (reason == DUOS_EAFNOSUPPORT && has_source) {
        say("hint: --source is of another family than what it connects to");
    }
}

int attempt_failed(const duos_client *client, const char *address,
                   const client_options *options, duos_err reason)
{
    duos_client_report report = {0};

    report.size = sizeof report;
    report_failure("connect", address, reason);
    if (duos_client_get_report(client, &report) == DUOS_OK) {
        /* The only one has just been told. */
        say_attempts(report.count > 1 ? SAY_NORMAL : SAY_VERBOSE, &report);
    }
    say_hint(address, options->source != NULL, reason);
    switch (reason) {
    case DUOS_EINVAL:
        return CLI_USAGE;
    case DUOS_ETIMEDOUT:
        return CLI_TIMEDOUT;
    default:
        return CLI_UNREACHABLE;
    }
}

int attempt_refused(const duos_client *client, const char *address,
                    const client_options *options, duos_err reason)
{
    switch (reason) {
    case DUOS_EINVAL:
    case DUOS_ENOENT:
    case DUOS_ESYNTAX:
    case DUOS_ENAMETOOLONG:
    case DUOS_ERANGE:
    case DUOS_EAFNOSUPPORT:
    case DUOS_ENOTSUP:
        setup_say_address(address, reason);
        return CLI_USAGE;
    default:
        return attempt_failed(client, address, options, reason);
    }
}

bool attempt_follows(const duos_client *client, const char *tried,
                     const char *address, duos_err reason)
{
    duos_client_report report = {0};

    report.size = sizeof report;
    if (duos_client_get_report(client, &report) != DUOS_OK ||
        report.retry_ms < 0) {
        return false;
    }
    report_retry(tried, address, reason, (uint32_t)report.retry_ms);
    return true;
}
