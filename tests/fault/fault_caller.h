/* SPDX-License-Identifier: MIT */
/*
 * fault_caller.h - a client on the host under test that keeps its books: it
 * says its text, hears it, and closes; every connection ends once, each byte
 * was sent or is told, every error is told.
 */
#ifndef TEST_FAULT_CALLER_H
#define TEST_FAULT_CALLER_H

#include "fault_peer.h"

typedef struct fault_caller fault_caller;

/* Zeroed at first. ended: after the books of a connection; may be NULL. */
struct fault_caller {
    fault_run *run;
    duos_client *client;
    bool lasts; /* an on_close is to come */
    size_t heard;
    void (*ended)(fault_caller *c, duos_err reason);
};

/* A client without more, for a scenario to change. */
void fault_caller_config(fault_caller *c, duos_client_config *config);

/* Makes the client, unless there is one; config: NULL for the above. */
duos_err fault_caller_make(fault_run *run, fault_caller *c, duos_loop *loop,
                           const duos_client_config *config);

/* A new call. */
duos_err fault_call(fault_caller *c, const char *address);

/* Whether all of the text was heard. */
bool fault_caller_content(const fault_caller *c);

void fault_caller_end(fault_run *run, fault_caller *c);

#endif
