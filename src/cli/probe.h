/* SPDX-License-Identifier: MIT */
/*
 * probe.h - what duosock probe finds out, as data: probe_system.c and
 * probe_option.c fill it in, probe_text.c and probe_json.c print it.
 */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include <duosock/option.h>

enum {
    PROBE_POLLERS_MAX = 8, /* with AUTO, which comes last */
    PROBE_VALUE_MAX = 128
};

/* The sockets that are tried. The first four are the columns of the options;
 * the last two are IPv6 sockets that take IPv4, too. */
typedef enum probe_socket {
    PROBE_TCP4,
    PROBE_TCP6,
    PROBE_UDP4,
    PROBE_UDP6,
    PROBE_COLUMNS,
    PROBE_TCP46 = PROBE_COLUMNS,
    PROBE_UDP46,
    PROBE_SOCKETS
} probe_socket;

typedef enum probe_answer {
    PROBE_UNTRIED, /* there is no such socket to try it on */
    PROBE_YES,     /* works */
    PROBE_SET,     /* the option was set, and read back where it can be */
    PROBE_READ,    /* the option cannot be set, and was read */
    PROBE_LACKING, /* the option is not supported here */
    PROBE_REFUSED  /* err says why */
} probe_answer;

/* The answer to one question. */
typedef struct probe_finding {
    const char *name; /* of what was asked for */
    probe_answer answer;
    duos_err err;                /* DUOS_OK, or why not; with PROBE_SET: why it
                                  * could not be read back */
    char value[PROBE_VALUE_MAX]; /* what was found, "" for nothing */
    bool exact;                  /* the option reads as it was set */
    bool is_number;              /* value is this, perhaps with a unit */
    int64_t number;
} probe_finding;

typedef struct probe {
    probe_finding pollers[PROBE_POLLERS_MAX];
    size_t poller_count;
    probe_finding limits[2];
    probe_finding sockets[PROBE_SOCKETS];
    probe_finding names[1];
    probe_finding options[DUOS_OPT_COUNT][PROBE_COLUMNS]; /* from 1 on */
} probe;

/* Opens a fresh socket. Its options are the system's, but for the V6ONLY of
 * those that take IPv4, too. */
duos_err probe_open(probe_socket which, duos_socket *out);

/* The name of a socket: "tcp4". */
const char *probe_socket_name(probe_socket which);

/* Finds out about pollers, limits, sockets and names. */
void probe_system(probe *p);

/* Tries each option on each socket that can be opened. */
void probe_options(probe *p);

/* Print it all on the standard output; false when that cannot be written. */
bool probe_print_text(const probe *p);
bool probe_print_json(const probe *p);

#endif
