/* SPDX-License-Identifier: MIT */
/*
 * test_fault_pair.c - pairs of sockets, by the system and over loopback, as
 * on systems that have none.
 */
#include <duosock/pair.h>

#include "fault.h"
#include "pair.h"

#include "support/check.h"

typedef struct pairs {
    bool whole;
} pairs;

static duos_err talk(const duos_socket both[2])
{
    char byte = 0;
    size_t n = 0;
    duos_err err = duos_send(both[0], "x", 1, &n);

    return err == DUOS_OK ? duos_recv(both[1], &byte, 1, &n) : err;
}

static duos_err make(fault_run *run, bool loopback, duos_type type)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_socket both[2];
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
    duos_err err = make(run, false, DUOS_STREAM);

    if (err == DUOS_OK) {
        err = make(run, false, DUOS_DGRAM);
    }
    if (err == DUOS_OK) {
        err = make(run, true, DUOS_STREAM);
    }
    if (err == DUOS_OK) {
        err = make(run, true, DUOS_DGRAM);
    }
    ((pairs *)state)->whole = err == DUOS_OK;
    return err;
}

static bool done(void *state)
{
    (void)state;
    return true;
}

static bool whole(void *state)
{
    return ((const pairs *)state)->whole;
}

static void stop(fault_run *run, void *state)
{
    (void)run;
    (void)state;
}

static const duos_err normal[] = {DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "pair", sizeof(pairs), start, done, whole, stop, normal, allowed, 10000, 0};

FAULT_MAIN_WITHOUT_MEMORY(SY6_SY7_SY15, pair)
