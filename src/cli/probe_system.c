/* SPDX-License-Identifier: MIT */
/*
 * probe_system.c - tries pollers, sockets on loopback and a name, and asks
 * for the limits. Everything that is made is ended again.
 */
#include "probe.h"

#include "os.h"
#include "trace.h"

#include <duosock/poller.h>
#include <duosock/resolve.h>

#include <inttypes.h>
#include <stdio.h>

enum {
    NAME_LIMIT_MS = 2000,
    ADDRS_MAX = 4
};

static void conclude(probe_finding *f, const char *name, duos_err err)
{
    f->name = name;
    f->answer = err == DUOS_OK ? PROBE_YES : PROBE_REFUSED;
    f->err = err;
}

/* ---- pollers ---------------------------------------------------------- */

/* Which one AUTO takes is what its poller says. */
static void try_poller(duos_poller_backend backend, probe_finding *f)
{
    duos_poller_config config;
    duos_poller *poller = NULL;
    duos_err err;

    duos_poller_config_init(&config);
    config.backend = backend;
    err = duos_poller_create(&config, &poller);
    conclude(f, duos_poller_backend_name(backend), err);
    if (err == DUOS_OK && backend == DUOS_POLLER_AUTO) {
        (void)snprintf(
            f->value, sizeof f->value, "%s",
            duos_poller_backend_name(duos_poller_backend_of(poller)));
    }
    duos_poller_destroy(poller);
}

static void try_pollers(probe *p)
{
    duos_poller_backend list[PROBE_POLLERS_MAX - 1];
    size_t count = duos_poller_backends(list, PROBE_POLLERS_MAX - 1);
    size_t i;

    for (i = 0; i < count && i < PROBE_POLLERS_MAX - 1; i++) {
        try_poller(list[i], &p->pollers[i]);
    }
    try_poller(DUOS_POLLER_AUTO, &p->pollers[i]);
    p->poller_count = i + 1;
}

/* ---- limits ----------------------------------------------------------- */

static void note_limit(probe_finding *f, const char *name, size_t limit)
{
    conclude(f, name, DUOS_OK);
    if (limit == 0) {
        (void)snprintf(f->value, sizeof f->value, "none");
        return;
    }
    f->is_number = true;
    f->number = (int64_t)limit;
    (void)snprintf(f->value, sizeof f->value, "%" PRId64, f->number);
}

static void ask_limits(probe *p)
{
    size_t now, most;

    os_descriptor_limit(&now, &most);
    note_limit(&p->limits[0], "descriptors", now);
    note_limit(&p->limits[1], "descriptors_max", most);
}

/* ---- sockets ---------------------------------------------------------- */

typedef struct socket_row {
    const char *name;
    duos_family family;
    duos_type type;
    bool dual;
} socket_row;

static const socket_row rows[PROBE_SOCKETS] = {
    [PROBE_TCP4] = {"tcp4", DUOS_IPV4, DUOS_STREAM, false},
    [PROBE_TCP6] = {"tcp6", DUOS_IPV6, DUOS_STREAM, false},
    [PROBE_UDP4] = {"udp4", DUOS_IPV4, DUOS_DGRAM, false},
    [PROBE_UDP6] = {"udp6", DUOS_IPV6, DUOS_DGRAM, false},
    [PROBE_TCP46] = {"tcp46", DUOS_IPV6, DUOS_STREAM, true},
    [PROBE_UDP46] = {"udp46", DUOS_IPV6, DUOS_DGRAM, true},
};

const char *probe_socket_name(probe_socket which)
{
    return rows[which].name;
}

duos_err probe_open(probe_socket which, duos_socket *out)
{
    duos_err err =
        duos_open(rows[which].family, rows[which].type, DUOS_NONBLOCK, out);

    if (err == DUOS_OK && rows[which].dual) {
        err = duos_set_bool(*out, DUOS_OPT_V6ONLY, false);
        if (err != DUOS_OK) {
            duos_close(out);
        }
    }
    return err;
}

/* That an IPv6 socket takes IPv4, too, shows in an address of both. */
static duos_addr loopback_of(const socket_row *row)
{
    static const uint8_t mapped[16] = {0, 0, 0,    0,    0,   0, 0, 0,
                                       0, 0, 0xff, 0xff, 127, 0, 0, 1};

    return row->dual ? duos_addr_ipv6(mapped, 0)
                     : duos_addr_loopback(row->family, 0);
}

static void try_socket(probe_socket which, probe_finding *f)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_addr addr = loopback_of(&rows[which]);
    duos_err err = probe_open(which, &s);

    if (err == DUOS_OK) {
        err = duos_bind(s, &addr);
    }
    if (err == DUOS_OK) {
        err = duos_local_addr(s, &addr);
    }
    if (err == DUOS_OK) {
        err = duos_addr_format(&addr, f->value, sizeof f->value);
    }
    conclude(f, rows[which].name, err);
    duos_close(&s);
}

static void try_sockets(probe *p)
{
    int i;

    for (i = 0; i < PROBE_SOCKETS; i++) {
        try_socket((probe_socket)i, &p->sockets[i]);
    }
}

/* ---- names ------------------------------------------------------------ */

static void try_name(probe_finding *f)
{
    duos_addr addrs[ADDRS_MAX];
    size_t count = 0;
    size_t used = 0;
    size_t i;

    conclude(f, "localhost",
             duos_resolve("localhost:7700", DUOS_UNSPEC, NAME_LIMIT_MS, addrs,
                          ADDRS_MAX, &count));
    for (i = 0; i < count && used < sizeof f->value; i++) {
        char text[DUOS_ADDR_TEXT_MAX];

        if (duos_addr_format(&addrs[i], text, sizeof text) == DUOS_OK) {
            used += (size_t)snprintf(f->value + used, sizeof f->value - used,
                                     "%s%s", i > 0 ? " " : "", text);
        }
    }
}

void probe_system(probe *p)
{
    try_pollers(p);
    ask_limits(p);
    try_sockets(p);
    try_name(&p->names[0]);
}
