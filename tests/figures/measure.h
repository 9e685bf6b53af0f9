/* SPDX-License-Identifier: MIT */
/*
 * measure.h - what a server costs per message: it runs under a tool that
 * counts, twice, with loads that differ in nothing but their length. The
 * difference of the two counts is exact; start and end cancel out.
 */
#ifndef TEST_MEASURE_H
#define TEST_MEASURE_H

#include <stdbool.h>

/* The exit code of a test that cannot be run here; ctest knows it. */
#define MEASURE_SKIPPED 77

/* The servers, from bench/. */
typedef enum measure_server {
    RAW_EPOLL,
    ECHO_SERVER, /* duos_server */
    ECHO_POLLER, /* duos_poller, duos_recv, duos_send */
    ECHO_BARE    /* duos_poller, the system's recv and send */
} measure_server;

/* The load; depth messages are under way on each connection. */
typedef struct measure_load {
    measure_server server;
    bool churn; /* a connection per message */
    int connections;
    int depth;
} measure_load;

/* System calls per message. */
typedef struct measure_calls {
    double all;
    double epoll_ctl;
    double fcntl;
} measure_calls;

/* The reason why it cannot be measured here, or NULL. */
const char *measure_no_instructions(void);
const char *measure_no_calls(void);

/* Instructions in user mode per message; false when something failed. */
bool measure_instructions(const measure_load *load, double *result);

bool measure_system_calls(const measure_load *load, measure_calls *result);

/* How a line of the report names the load. */
const char *measure_name(measure_server server);

#endif
