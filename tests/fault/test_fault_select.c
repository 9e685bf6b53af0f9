/* SPDX-License-Identifier: MIT */
/*
 * test_fault_select.c - the classic server: socket, bind, listen, and one
 * loop around select. What fails for one client ends that client; what fails
 * for all ends the program, and all of it is started again.
 */
#include <duosock/select.h>

#include "fault_peer.h"

#include "support/check.h"

#define VISITORS 3
#define CLIENTS  32

typedef struct classic {
    fault_run *run;
    duos_socket listener;
    duos_fdset all;
    duos_fdset ready;
    duos_socket clients[CLIENTS];
    unsigned count;
    bool served;
    fault_visitor visitors[VISITORS];
} classic;

/* ---- clients ------------------------------------------------------------ */

static void drop(classic *c, unsigned i)
{
    duos_fdset_clr(&c->all, c->clients[i]);
    (void)fault_told(c->run, duos_close(&c->clients[i]));
    c->clients[i] = c->clients[--c->count];
}

static void take_one(classic *c)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_addr peer;
    duos_err err =
        fault_told(c->run, duos_accept(c->listener, DUOS_NONBLOCK, &s, &peer));

    if (err == DUOS_OK) {
        err = fault_told(c->run, duos_fdset_set(&c->all, s));
    }
    if (err == DUOS_OK) {
        c->clients[c->count++] = s;
        assert_true(c->count < CLIENTS);
    } else {
        (void)duos_close(&s);
    }
}

static void serve_one(classic *c, unsigned i)
{
    char text[64];
    size_t n = 0;
    size_t sent;
    duos_err err = duos_recv(c->clients[i], text, sizeof text, &n);

    if (err == DUOS_OK) {
        err = duos_send(c->clients[i], text, n, &sent);
    }
    if (fault_told(c->run, err) != DUOS_OK) {
        drop(c, i);
    }
}

/* ---- the loop ----------------------------------------------------------- */

static duos_err turn(classic *c)
{
    unsigned i;
    duos_err err = duos_fdset_copy(&c->ready, &c->all);

    if (err == DUOS_OK) {
        err = duos_select(&c->ready, NULL, NULL, 1000, NULL);
    }
    if (err != DUOS_OK) {
        return err;
    }
    for (i = c->count; i-- > 0;) {
        if (duos_fdset_isset(&c->ready, c->clients[i])) {
            serve_one(c, i);
        }
    }
    if (duos_fdset_isset(&c->ready, c->listener)) {
        take_one(c);
    }
    return DUOS_OK;
}

static duos_err listen_here(classic *c)
{
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 7700);
    duos_err err =
        duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_NONBLOCK, &c->listener);

    if (err == DUOS_OK) {
        err = duos_set_reuse(c->listener, DUOS_REUSE_SAFE);
    }
    if (err == DUOS_OK) {
        err = duos_bind(c->listener, &any);
    }
    if (err == DUOS_OK) {
        err = duos_listen(c->listener, 0);
    }
    return err == DUOS_OK ? duos_fdset_set(&c->all, c->listener) : err;
}

/* Until all have gone; a select that finds nobody is enough, too. */
static duos_err serve(classic *c)
{
    duos_err err = DUOS_OK;
    int turns = 0;

    while (err == DUOS_OK && turns++ < 100 &&
           (fault_visiting(c->visitors, VISITORS) || c->count > 0)) {
        err = turn(c);
    }
    return err;
}

static duos_err start(fault_run *run, void *state)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    classic *c = (classic *)state;
    duos_err err;
    int i;

    c->run = run;
    c->listener = none;
    duos_fdset_init(&c->all, &run->memory.alloc);
    duos_fdset_init(&c->ready, &run->memory.alloc);
    err = listen_here(c);
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &c->visitors[i], "10.0.0.1:7700");
    }
    if (err == DUOS_OK) {
        err = serve(c);
    }
    while (c->count > 0) {
        drop(c, c->count - 1);
    }
    (void)fault_told(run, duos_close(&c->listener));
    duos_fdset_fini(&c->all);
    duos_fdset_fini(&c->ready);
    return err;
}

static bool done(void *state)
{
    return !fault_visiting(((classic *)state)->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((classic *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    (void)run;
    fault_visitors_end(((classic *)state)->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_EWOULDBLOCK, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "select", sizeof(classic), start,   done,  whole,
    stop,     normal,          allowed, 60000, 0};

FAULT_MAIN(SY4_SY6_SY7_SY10_SY11, select)
