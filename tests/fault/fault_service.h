/* SPDX-License-Identifier: MIT */
/*
 * fault_service.h - a server on the host under test that keeps its books: it
 * echoes, unless a scenario gives it another handler; every connection that
 * it opened must be closed once; every error is told.
 */
#ifndef TEST_FAULT_SERVICE_H
#define TEST_FAULT_SERVICE_H

#include "fault.h"

/* Zeroed at first; the loop goes with it. */
typedef struct fault_service {
    fault_run *run;
    duos_loop *loop;
    duos_server *server;
    bool listening;
    unsigned opens;
    unsigned closes;
    uint64_t lost; /* connections that ended before there was one to tell */
} fault_service;

/* An echo without deadlines, for a scenario to change. */
void fault_service_config(fault_run *run, fault_service *s,
                          duos_server_config *config);

/* The books: to be called by the callbacks of a handler of one's own. */
void fault_service_opened(fault_service *s);
void fault_service_closed(fault_service *s, duos_err reason);

/* Makes what is missing: loop, server, listener. */
duos_err fault_service_start(fault_run *run, fault_service *s,
                             const duos_server_config *config,
                             const char *address);

/* Whether no connection is left; tells of those that were lost. */
bool fault_service_idle(fault_service *s);

/* Ends the server, and the loop. */
void fault_service_end_server(fault_service *s);
void fault_service_end(fault_run *run, fault_service *s);

#endif
