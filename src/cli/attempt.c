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

/* What was never begun with says nothing about its address. */
static void say_attempt(const duos_client_attempt *attempt)
{
    char text[DUOS_ADDR_TEXT_MAX];
    char code[SAY_CODE_MAX];

    if (attempt->err == DUOS_ECANCELED ||
        duos_addr_format(&attempt->addr, text, sizeof text) != DUOS_OK) {
        return;
    }
    say_code(code, sizeof code, attempt->err);
    say_event("  %s: %s (%s)", text, duos_err_text(attempt->err), code);
}

static void say_attempts(const duos_client *client)
{
    duos_client_report report = {0};
    size_t i;

    report.size = sizeof report;
    if (duos_client_get_report(client, &report) == DUOS_OK &&
        report.count > 1) {
        for (i = 0; i < report.count; i++) {
            say_attempt(&report.attempts[i]);
        }
    }
}

int attempt_failed(const duos_client *client, const char *address,
                   duos_err reason)
{
    report_failure("connect", address, reason);
    say_attempts(client);
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
