/* SPDX-License-Identifier: MIT */
/*
 * cmd_probe.c - duosock probe: what this system can do, found out by doing
 * it. It needs no rights, talks to nobody and leaves nothing behind.
 */
#include "args.h"
#include "cli.h"
#include "probe.h"
#include "report.h"

#include <stdlib.h>

static const arg_option options_table[] = {ARGS_END};

static const arg_command probe_command = {
    "probe",
    "[options]",
    "what this system can do",
    "  duosock probe                        pollers, limits, sockets, options\n"
    "  duosock probe --json                 the same for programs\n"
    "  DUOSOCK_POLLER=select duosock probe  which poller auto takes then\n",
    "\nEach option is tried on fresh sockets and answered with\n"
    "  set   and the value now, which the system may have changed\n"
    "  read  and the value, where it cannot be set\n"
    "  -     not supported here\n"
    "  no    refused, and the system's code\n"
    "An empty cell means that there is no such socket. tcp46 and udp46 are\n"
    "IPv6 sockets that take IPv4, too.\n"
    "Exit codes: 0 whatever was found, 1 when neither tcp4 nor tcp6 works.\n",
    options_table,
    NULL,
    0};

/* A wish that cannot be granted looks like a fault of the system. */
static void explain_auto(const probe_finding *last)
{
    const char *wish = getenv("DUOSOCK_POLLER");

    if (last->answer == PROBE_REFUSED && wish != NULL) {
        report_failure("DUOSOCK_POLLER", wish, last->err);
    }
}

/* Without TCP, there is nothing that the program can do. */
static bool has_tcp(const probe *p)
{
    const probe_finding *v4 = &p->sockets[PROBE_TCP4];
    const probe_finding *v6 = &p->sockets[PROBE_TCP6];

    if (v4->answer == PROBE_YES || v6->answer == PROBE_YES) {
        return true;
    }
    report_failure("probe", "tcp4", v4->err);
    report_failure("probe", "tcp6", v6->err);
    return false;
}

int cmd_probe(int argc, char **argv)
{
    static probe p; /* too big for a stack */
    arg_list list;
    bool printed;

    if (!args_parse(&probe_command, argc, argv, NULL, &list)) {
        return list.exit_code;
    }
    probe_system(&p);
    probe_options(&p);
    printed = report_is_json() ? probe_print_json(&p) : probe_print_text(&p);
    explain_auto(&p.pollers[p.poller_count - 1]);
    return has_tcp(&p) && printed ? CLI_DONE : CLI_FAILED;
}
