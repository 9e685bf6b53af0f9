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
    SAFE_BYTES = 128
};

bool attempt_read_source(const char *text, duos_addr *out)
{
    char safe[SAFE_BYTES];

    if (text == NULL || duos_ip_parse(text, out) == DUOS_OK ||
        duos_addr_parse(text, out) == DUOS_OK) {
        return true;
    }
    escape_line(safe, sizeof safe, text);
    say("--source: '%s' is no address as 192.0.2.7, ::1 or 192.0.2.7:5000",
        safe);
    return false;
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

int attempt_failed(const duos_client *client, const char *address,
                   duos_err reason)
{
    duos_client_report report = {0};

    report.size = sizeof report;
    report_failure("connect", address, reason);
    if (duos_client_get_report(client, &report) == DUOS_OK) {
        /* The only one has just been told. */
        say_attempts(report.count > 1 ? SAY_NORMAL : SAY_VERBOSE, &report);
    }
    switch (reason) {
    case DUOS_EINVAL:
        say("hint: a client needs a host and a port other than 0");
        return CLI_USAGE;
    case DUOS_ECONNREFUSED:
        say("hint: nobody listens there; duosock serve would");
        return CLI_UNREACHABLE;
    case DUOS_EADDRNOTAVAIL:
        say("hint: --source is an address of this machine");
        return CLI_UNREACHABLE;
    default:
        return reason == DUOS_ETIMEDOUT ? CLI_TIMEDOUT : CLI_UNREACHABLE;
    }
}

int attempt_refused(const duos_client *client, const char *address,
                    duos_err reason)
{
    switch (reason) {
    case DUOS_ESYNTAX:
    case DUOS_ENAMETOOLONG:
    case DUOS_ERANGE:
    case DUOS_EAFNOSUPPORT:
    case DUOS_ENOTSUP:
        setup_say_address(address, reason);
        return CLI_USAGE;
    default:
        return attempt_failed(client, address, reason);
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
