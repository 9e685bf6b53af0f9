/* SPDX-License-Identifier: MIT */
/*
 * setup.c - what the commands do alike.
 */
#include "setup.h"

#include "cli.h"
#include "os.h"
#include "report.h"
#include "say.h"
#include "trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void setup_say_address(const char *text, duos_err err)
{
    report_failure("address", text, err);
    switch (err) {
    case DUOS_ESYNTAX:
        say("hint: write host:port, as 127.0.0.1:7700, [::1]:7700 or "
            "localhost:7700; other names are to connect to, not to listen on");
        break;
    case DUOS_ERANGE:
        say("hint: a port is a number from 0 to 65535");
        break;
    case DUOS_EINVAL:
        say("hint: a client needs a host and a port other than 0");
        break;
    case DUOS_ENOENT:
        say("hint: this machine has no interface with the name of that zone");
        break;
    case DUOS_ENOTSUP:
        say("hint: this command takes tcp and unix addresses");
        break;
    default:
        break;
    }
}

/* Of the network that every interface has: which one is meant? */
static bool lacks_zone(const char *text)
{
    duos_endpoint end;

    return duos_endpoint_parse(text, &end) == DUOS_OK &&
           end.addr.family == DUOS_IPV6 && end.addr.scope == 0 &&
           end.addr.ip.v6[0] == 0xfe && (end.addr.ip.v6[1] & 0xc0) == 0x80;
}

bool setup_hint_zone(const char *text, duos_err err)
{
    bool lacking = (err == DUOS_EINVAL || err == DUOS_EADDRNOTAVAIL ||
                    err == DUOS_ENETUNREACH || err == DUOS_EHOSTUNREACH) &&
                   lacks_zone(text);

    if (lacking) {
        say("hint: a link-local address needs its zone, an interface: "
            "[fe80::1%%eth0]:80");
    }
    return lacking;
}

bool setup_check_address(const char *text)
{
    duos_endpoint endpoint;
    duos_err err = duos_endpoint_parse(text, &endpoint);

    if (err == DUOS_OK && endpoint.type == DUOS_DGRAM) {
        err = DUOS_ENOTSUP;
    }
    if (err != DUOS_OK) {
        setup_say_address(text, err);
    }
    return err == DUOS_OK;
}

int setup_loop(duos_poller_backend backend, size_t recv_buffer, duos_loop **out)
{
    duos_loop_config config;
    const char *wish = getenv("DUOSOCK_POLLER");
    duos_err err;

    duos_loop_config_init(&config);
    config.backend = backend;
    if (recv_buffer != 0) {
        config.recv_buffer = recv_buffer;
    }
    err = duos_loop_create(&config, out);
    if (err == DUOS_OK) {
        return CLI_DONE;
    }
    if (backend == DUOS_POLLER_AUTO && wish != NULL &&
        (err == DUOS_EINVAL || err == DUOS_ENOTSUP)) {
        report_failure("DUOSOCK_POLLER", wish, err);
        say("hint: duosock --version lists the pollers of this system");
        return CLI_USAGE;
    }
    report_failure("start", duos_poller_backend_name(backend), err);
    return CLI_FAILED;
}

bool setup_is_everywhere(const duos_addr *addr)
{
    static const duos_addr none;

    switch (addr->family) {
    case DUOS_IPV4:
        return memcmp(addr->ip.v4, none.ip.v4, sizeof none.ip.v4) == 0;
    case DUOS_IPV6:
        return memcmp(addr->ip.v6, none.ip.v6, sizeof none.ip.v6) == 0;
    default:
        return false;
    }
}

void setup_tell_bound(const duos_addr *bound, duos_loop *loop)
{
    char text[DUOS_ADDR_TEXT_MAX];

    if (duos_addr_format(bound, text, sizeof text) != DUOS_OK) {
        return; /* every address has a text */
    }
    report_listening(text, bound->family == DUOS_UNIX ? "unix" : "tcp",
                     setup_poller_name(loop));
    if (setup_is_everywhere(bound)) {
        (void)report_note("everybody who can reach this machine can connect");
    }
}

static void end_at_second(uint32_t count, duos_quit_kind kind)
{
    if (count > 1) {
        os_exit_at_once(kind == DUOS_QUIT_INTERRUPT ? CLI_INTERRUPTED
                                                    : CLI_TERMINATED);
    }
}

int setup_quit(duos_quit *quit, duos_loop *loop,
               void (*on_quit)(duos_quit *quit, uint32_t count,
                               duos_quit_kind kind, void *user),
               void *user)
{
    duos_err err = duos_quit_init(quit, loop, on_quit, user);

    if (err == DUOS_OK) {
        err = duos_quit_start(quit, end_at_second);
    }
    if (err != DUOS_OK) {
        report_failure("wait", "for requests to stop", err);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

int setup_exit_code(duos_err reason)
{
    switch (reason) {
    case DUOS_EIDLE:
    case DUOS_ESTALLED:
    case DUOS_ETIMEDOUT:
        return CLI_TIMEDOUT;
    default:
        return CLI_FAILED;
    }
}

const char *setup_poller_name(duos_loop *loop)
{
    return duos_poller_backend_name(
        duos_poller_backend_of(duos_loop_poller(loop)));
}

void setup_tuple(char *text, const duos_conn *conn, bool at_server)
{
    duos_tuple tuple;
    duos_tuple turned;
    duos_err err = duos_conn_origin(conn, &tuple);

    if (err == DUOS_OK) {
        turned.local = at_server ? tuple.local : tuple.remote;
        turned.remote = at_server ? tuple.remote : tuple.local;
        err = duos_tuple_format(&turned, text, DUOS_TUPLE_TEXT_MAX);
    }
    if (err != DUOS_OK) {
        memcpy(text, "?", 2); /* the peer has gone already */
    }
}

void setup_seconds(char *text, duos_loop *loop, uint64_t since_ms)
{
    uint64_t ms = duos_loop_now_ms(loop) - since_ms;

    snprintf(text, SETUP_SECONDS_MAX, "%" PRIu64 ".%u", ms / 1000,
             (unsigned)(ms % 1000 / 100));
}
