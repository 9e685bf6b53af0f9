/* SPDX-License-Identifier: MIT */
/*
 * test_fault_pair.c - pairs of sockets, by the system and over loopback, as
 * on systems that have none.
 */
#include <duosock/pair.h>

#include "fault.h"
#include "pair.h"

#include "support/check.h"

/* The state: a pair at a time. */
typedef duos_socket pair[2];

static duos_err talk(const duos_socket both[2])
{
    char byte = 0;
    size_t n = 0;
    duos_err err = duos_send(both[0], "x", 1, &n);

    return err == DUOS_OK ? duos_recv(both[1], &byte, 1, &n) : err;
}

static duos_err make(fault_run *run, duos_socket *both, bool loopback,
                     duos_type type)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_err err;

    both[0] = both[1] = none;
    err = loopback ? duos__pair_loopback(type, 0, both)
                   : duos_socketpair(type, DUOS_BLOCKING, both);
    fault_check(
        run, err == DUOS_OK || (both[0].os == none.os && both[1].os == none.os),
        "a pair that failed has sockets");
    if (err == DUOS_OK) {
        err = talk(both);
    }
    (void)fault_told(run, duos_close(&both[0]));
    (void)fault_told(run, duos_close(&both[1]));
    return err;
}

static duos_err start(fault_run *run, void *state)
{
    duos_socket *both = (duos_socket *)state;
    duos_err err = make(run, both, false, DUOS_STREAM);

    if (err == DUOS_OK) {
        err = make(run, both, false, DUOS_DGRAM);
    }
    if (err == DUOS_OK) {
        err = make(run, both, true, DUOS_STREAM);
    }
    if (err == DUOS_OK) {
        err = make(run, both, true, DUOS_DGRAM);
    }
    return err;
}

static const fault_scenario scenario = {
    "pair", sizeof(pair), start, NULL, NULL, NULL, NULL, NULL, 10000, 0};

FAULT_MAIN_WITHOUT_MEMORY(SY6_SY7_SY15, pair)
