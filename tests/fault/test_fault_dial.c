/* SPDX-License-Identifier: MIT */
/*
 * test_fault_dial.c - the blocking way: look up, connect by name, send all
 * and receive all of it before a deadline.
 */
#include <duosock/resolve.h>
#include <duosock/stream.h>

#include "fault_peer.h"

#include "support/check.h"

#define LIMIT_MS 500

typedef struct dial {
    fault_host onward;
    uint32_t silent; /* a host that does not answer */
} dial;

static duos_err look_up(fault_run *run)
{
    duos_addr addrs[4];
    duos_addr known = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 0);
    char name[DUOS_RESOLVE_NAME_MAX + 1] = "";
    size_t count = 0;
    uint16_t port = 0;
    duos_err err =
        duos_resolve("many:7800", DUOS_UNSPEC, LIMIT_MS, addrs, 4, &count);

    fault_check(run, err != DUOS_OK || count == 3, "addresses are missing");
    if (err == DUOS_OK) {
        err = duos_reverse(&known, LIMIT_MS, name, sizeof name);
    }
    fault_check(run, err != DUOS_OK || strcmp(name, "many") == 0,
                "another name was found");
    if (err == DUOS_OK) {
        err = duos_resolve_service("https", DUOS_STREAM, LIMIT_MS, &port);
    }
    fault_check(run, err != DUOS_OK || port == 443, "another port was found");
    return err;
}

static duos_err talk(fault_run *run, duos_socket s)
{
    char heard[FAULT_TEXT_LEN];
    size_t n = 0;
    size_t more = 0;
    duos_err err = duos_send_all(s, fault_text, FAULT_TEXT_LEN, LIMIT_MS, NULL);

    if (err == DUOS_OK) {
        err = duos_recv_exact(s, heard, 4, LIMIT_MS, &n);
    }
    while (err == DUOS_OK && n < sizeof heard) {
        err = duos_recv_some(s, heard + n, sizeof heard - n, LIMIT_MS, &more);
        n += more;
    }
    fault_check(run,
                err != DUOS_OK || memcmp(heard, fault_text, sizeof heard) == 0,
                "a byte came that was not sent");
    if (err == DUOS_OK) {
        err = duos_shutdown(s, DUOS_SHUT_SEND);
    }
    if (err == DUOS_OK) {
        err = duos_recv_some(s, heard, 1, -1, &n);
        fault_check(run, err != DUOS_OK, "more came than was sent");
    }
    return err == DUOS_EEOF ? DUOS_OK : err;
}

static duos_err start(fault_run *run, void *state)
{
    dial *d = (dial *)state;
    duos_addr many[3];
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_err err;

    if (d->silent == 0) {
        assert_ok(duos_sim_add_host(run->sim, &d->silent));
        assert_ok(duos_sim_partition(run->sim, FAULT_HOST, d->silent, -1));
    }
    many[0] = duos_sim_addr(d->silent, DUOS_IPV6, 0);
    many[1] = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0); /* refused */
    many[2] = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 0);
    assert_ok(duos_sim_add_name(run->sim, "many", DUOS_OK, many, 3, 3));
    fault_host_start(run, &d->onward, "*:7800");
    err = look_up(run);
    if (err == DUOS_OK) {
        err = duos_dial("many:7800", LIMIT_MS, &s);
    }
    if (err == DUOS_OK) {
        err = talk(run, s);
    }
    (void)fault_told(run, duos_close(&s));
    fault_check(run, !duos_socket_valid(s), "a closed socket is valid");
    return err;
}

static void stop(fault_run *run, void *state)
{
    fault_host_end(run, &((dial *)state)->onward);
}

/* An address that failed by a fault leaves the last one's reason. */
static const duos_err allowed[] = {DUOS_ECONNREFUSED, DUOS_ETIMEDOUT,
                                   DUOS_EHOSTUNREACH, DUOS_OK};
static const fault_scenario scenario = {
    "dial", sizeof(dial), start, NULL, NULL, stop, NULL, allowed, 60000, 0};

FAULT_MAIN(DN1_SY6_SY8_SY9_SY10_SY11, dial)
