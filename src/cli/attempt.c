/* SPDX-License-Identifier: MIT */
/*
 * attempt.c - which exit code a failed attempt to connect deserves.
 */
#include "attempt.h"

#include "cli.h"
#include "report.h"
#include "setup.h"

int attempt_failed(const char *address, duos_err reason)
{
    report_failure("connect", address, reason);
    if (reason == DUOS_ECONNREFUSED) {
        say("hint: nobody listens there; duosock serve would");
    }
    if (reason == DUOS_EINVAL) {
        say("hint: a client needs a host and a port other than 0");
        return CLI_USAGE;
    }
    return reason == DUOS_ETIMEDOUT ? CLI_TIMEDOUT : CLI_UNREACHABLE;
}

int attempt_refused(const char *address, duos_err reason)
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
        return attempt_failed(address, reason);
    }
}
