/* SPDX-License-Identifier: MIT */
/*
 * test_fault_unix.c - a path: the file of one who has gone is replaced, the
 * own one is removed; who the peer is, and a handle that travels; a server
 * behind it.
 */
#include <duosock/local.h>
#include <duosock/stream.h>

#include "fault_caller.h"
#include "fault_service.h"

#include "support/check.h"

#define PATH     "unix:/run/fault.sock"
#define LIMIT_MS 100

typedef struct path {
    fault_service service;
    fault_caller caller;
    bool whole; /* what was done by hand */
} path;

/* ---- by hand ------------------------------------------------------------ */

/* The file stays, and nobody listens there. */
static duos_err leave_behind(fault_run *run)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_addr at;
    duos_err err;

    assert_ok(duos_addr_unix("/run/fault.sock", 15, &at));
    err = duos_open(DUOS_UNIX, DUOS_STREAM, DUOS_NONBLOCK, &s);
    if (err == DUOS_OK) {
        err = duos_bind(s, &at);
        err = err == DUOS_EADDRINUSE ? DUOS_OK : err; /* another round's */
    }
    (void)fault_told(run, duos_close(&s));
    return err;
}

static duos_err introduce(duos_socket near, duos_socket far)
{
    duos_credentials who;
    intptr_t handle = -1;
    duos_socket came;
    char byte;
    size_t n;
    duos_err err = duos_peer_credentials(far, &who);

    if (err == DUOS_OK) {
        err = duos_send_handle(near, "h", 1, duos_socket_to_os(near), &n);
    }
    if (err == DUOS_OK) {
        err = duos_wait(far, DUOS_READ, LIMIT_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_recv_handle(far, &byte, 1, &n, &handle);
    }
    came = duos_socket_from_os(handle);
    if (err == DUOS_OK) {
        err = duos_close(&came);
    }
    return err;
}

static duos_err meet(fault_run *run, const duos_listener *listener)
{
    duos_socket near = DUOS_SOCKET_INVALID;
    duos_socket far = DUOS_SOCKET_INVALID;
    duos_err err = duos_dial(PATH, LIMIT_MS, &near);

    if (err == DUOS_OK) {
        err = duos_accept(listener->socks[0], DUOS_NONBLOCK, &far, NULL);
    }
    if (err == DUOS_OK) {
        err = introduce(near, far);
    }
    (void)fault_told(run, duos_close(&near));
    (void)fault_told(run, duos_close(&far));
    return err;
}

static duos_err by_hand(fault_run *run)
{
    duos_listen_options options;
    duos_listener listener;
    duos_err err = leave_behind(run);

    duos_listen_options_init(&options);
    options.mode = 0660;
    if (err == DUOS_OK) {
        err = duos_listener_open(PATH, &options, &listener);
    }
    if (err != DUOS_OK) {
        return err;
    }
    err = meet(run, &listener);
    duos_listener_close(&listener);
    fault_check(run, listener.count == 0, "a closed listener has sockets");
    return err;
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    path *p = (path *)state;
    duos_server_config config;
    duos_err err;

    if (p->service.server != NULL) {
        fault_service_end_server(&p->service); /* it has the path */
    }
    err = by_hand(run);
    p->whole = err == DUOS_OK;
    fault_service_config(run, &p->service, &config);
    if (err == DUOS_OK) {
        err = fault_service_start(run, &p->service, &config, PATH);
    }
    if (err == DUOS_OK) {
        err = fault_caller_make(run, &p->caller, p->service.loop, NULL);
    }
    return err == DUOS_OK ? fault_call(&p->caller, PATH) : err;
}

static bool done(void *state)
{
    path *p = (path *)state;

    return fault_service_idle(&p->service) && !p->caller.lasts;
}

static bool whole(void *state)
{
    const path *p = (const path *)state;

    return p->whole && fault_caller_content(&p->caller);
}

static void stop(fault_run *run, void *state)
{
    path *p = (path *)state;

    fault_caller_end(run, &p->caller);
    fault_service_end(run, &p->service);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
/* Both ends are here, so the other one tells as well. */
static const duos_err allowed[] = {DUOS_ECONNRESET, DUOS_EPIPE, DUOS_EPROTO,
                                   DUOS_OK};
static const fault_scenario scenario = {
    "unix", sizeof(path), start, done, whole, stop, normal, allowed, 60000, 0};

FAULT_MAIN(SY7_SY8_AD7, unix)
