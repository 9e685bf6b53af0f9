/* SPDX-License-Identifier: MIT */
/*
 * fault_peer.h - the healthy ones, on the other host: a client that sends and
 * wants the same back, and a server that sends back. What they are told is
 * whatever befalls the host under test, so nothing is checked here.
 */
#ifndef TEST_FAULT_PEER_H
#define TEST_FAULT_PEER_H

#include "fault.h"
#include "support/toy.h"

/* What all peers send. */
extern const char fault_text[];
#define FAULT_TEXT_LEN 24u

/* len bytes of it have come: true when it is complete. */
bool fault_heard(fault_run *run, size_t *heard, const void *data, size_t len);

/* ---- a client ----------------------------------------------------------- */

/*
 * One that connects, says its text, hears it, and closes. silent: it says
 * nothing and waits for the end.
 */
typedef struct fault_visitor {
    fault_run *run;
    duos_client *client;
    bool silent;
    toy *transport;     /* what it talks through; NULL for nothing */
    const char *header; /* what it says before its text; NULL for nothing */
    bool visiting;
    bool content; /* it heard what it said */
    size_t heard;
} fault_visitor;

/* A new visit; one that lasts goes on. */
void fault_visit(fault_run *run, fault_visitor *v, const char *address);

/* Of several: whether one is under way; whether all have heard their text. */
bool fault_visiting(const fault_visitor *list, size_t count);
bool fault_content(const fault_visitor *list, size_t count);
void fault_visitors_end(fault_visitor *list, size_t count);

/* ---- a server ----------------------------------------------------------- */

/* drop_first: connections that it breaks when they have said something. */
typedef struct fault_host {
    duos_server *server;
    unsigned drop_first;
} fault_host;

/* Listens at all addresses of its host; nothing to do when it does. */
void fault_host_start(fault_run *run, fault_host *h, const char *address);
void fault_host_end(fault_run *run, fault_host *h);

#endif
