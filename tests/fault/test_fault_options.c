/* SPDX-License-Identifier: MIT */
/*
 * test_fault_options.c - what can be set at a socket and asked of it and of
 * the machine, one call after the other. A call that fails changes nothing.
 */
#include <duosock/interface.h>
#include <duosock/option.h>
#include <duosock/sendfile.h>

#include "fault.h"

#include "support/check.h"

typedef struct options {
    fault_run *run;
    duos_socket pair[2];
    bool switched;
} options;

/* ---- one call each ------------------------------------------------------ */

static duos_err set_switch(options *o)
{
    duos_err err = duos_set_bool(o->pair[0], DUOS_OPT_KEEPALIVE, true);

    o->switched = err == DUOS_OK;
    return err;
}

/* Has the value that was set, or the one from before a failure. */
static duos_err get_switch(options *o)
{
    bool on = !o->switched;
    duos_err err = duos_get_bool(o->pair[0], DUOS_OPT_KEEPALIVE, &on);

    fault_check(o->run, on == (err == DUOS_OK ? o->switched : !o->switched),
                "an option has another value");
    return err;
}

static duos_err set_number(options *o)
{
    return duos_set_int(o->pair[0], DUOS_OPT_TTL, 9);
}

static duos_err get_number(options *o)
{
    int32_t number = -1;
    duos_err err = duos_get_int(o->pair[1], DUOS_OPT_TTL, &number);

    fault_check(o->run, err == DUOS_OK ? number == 64 : number == -1,
                "an option has another value");
    return err;
}

static duos_err set_time(options *o)
{
    return duos_set_ms(o->pair[0], DUOS_OPT_RECV_TIMEOUT, 50);
}

static duos_err get_time(options *o)
{
    int32_t ms;

    return duos_get_ms(o->pair[0], DUOS_OPT_RECV_TIMEOUT, &ms);
}

static duos_err set_linger(options *o)
{
    const duos_linger linger = {true, 1};

    return duos_set_linger(o->pair[0], &linger);
}

static duos_err get_linger(options *o)
{
    duos_linger linger;

    return duos_get_linger(o->pair[0], &linger);
}

static duos_err set_dscp(options *o)
{
    duos_err err = duos_set_int(o->pair[0], DUOS_OPT_DSCP, 46);

    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

static duos_err take_error(options *o)
{
    duos_err pending = DUOS_EIO;
    duos_err err = duos_take_error(o->pair[0], &pending);

    fault_check(o->run, pending == (err == DUOS_OK ? DUOS_OK : DUOS_EIO),
                "an error was taken that nobody made");
    return err;
}

static duos_err supported(options *o)
{
    return duos_opt_supported(o->pair[0], DUOS_OPT_NODELAY);
}

static duos_err set_reuse(options *o)
{
    return duos_set_reuse(o->pair[0], DUOS_REUSE_SAFE);
}

static duos_err get_reuse(options *o)
{
    duos_reuse policy;

    return duos_get_reuse(o->pair[0], &policy);
}

/* The simulated system has no raw options. */
static duos_err set_raw(options *o)
{
    int on = 1;
    duos_err err = duos_setsockopt(o->pair[0], 1, 1, &on, sizeof on);

    return err == DUOS_ENOPROTOOPT ? DUOS_OK : err;
}

static duos_err get_raw(options *o)
{
    int on = 1;
    size_t len = sizeof on;
    duos_err err = duos_getsockopt(o->pair[0], 1, 1, &on, &len);

    return err == DUOS_ENOPROTOOPT ? DUOS_OK : err;
}

static duos_err addresses(options *o)
{
    duos_tuple tuple;
    duos_addr addr;
    duos_err err = duos_socket_tuple(o->pair[0], &tuple);

    if (err == DUOS_OK) {
        err = duos_local_addr(o->pair[1], &addr);
    }
    fault_check(o->run, err != DUOS_OK || duos_addr_equal(&addr, &tuple.remote),
                "the two ends differ");
    return err == DUOS_OK ? duos_peer_addr(o->pair[1], &addr) : err;
}

static duos_err mode(options *o)
{
    duos_err err = duos_set_nonblocking(o->pair[0], false);

    return err == DUOS_OK ? duos_set_nonblocking(o->pair[0], true) : err;
}

static duos_err measured(options *o)
{
    duos_tcp_info info;
    duos_err err;

    duos_tcp_info_init(&info);
    err = duos_get_tcp_info(o->pair[0], &info);
    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

static duos_err at_mark(options *o)
{
    bool at;
    duos_err err = duos_at_mark(o->pair[0], &at);

    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

/* The simulated system has no files. */
static duos_err send_file(options *o)
{
    size_t sent;
    duos_err err = duos_sendfile(o->pair[0], 0, 0, 100, &sent);

    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

static duos_err interfaces(options *o)
{
    duos_interface list[8];
    char name[DUOS_INTERFACE_NAME_MAX + 1];
    uint32_t index = 0;
    size_t count = 0;
    duos_err err = duos_interfaces(list, 8, &count);

    if (err == DUOS_OK) {
        err = duos_interface_index(list[0].name, &index);
    }
    fault_check(o->run, err != DUOS_OK || index == list[0].index,
                "an interface has another number");
    return err == DUOS_OK ? duos_interface_name(index, name, sizeof name) : err;
}

/* ---- the pair ----------------------------------------------------------- */

/* Two ends of a TCP connection, by plain calls. */
static duos_err make_pair(duos_socket pair[2])
{
    duos_socket listener = DUOS_SOCKET_INVALID;
    duos_addr at;
    duos_err err = duos_listen_at("127.0.0.1:0", NULL, &listener, &at);

    if (err == DUOS_OK) {
        err = duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &pair[0]);
    }
    if (err == DUOS_OK) {
        err = duos_connect(pair[0], &at);
    }
    if (err == DUOS_OK) {
        err = duos_wait(listener, DUOS_READ, 100, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_accept(listener, DUOS_NONBLOCK, &pair[1], NULL);
    }
    (void)duos_close(&listener);
    return err;
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err (*const steps[])(options *o) = {
    set_switch, get_switch, set_number, get_number, set_time,  get_time,
    set_linger, get_linger, set_dscp,   take_error, supported, set_reuse,
    get_reuse,  set_raw,    get_raw,    addresses,  mode,      measured,
    at_mark,    send_file,  interfaces};

static duos_err start(fault_run *run, void *state)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    options *o = (options *)state;
    duos_err first;
    size_t i;

    o->run = run;
    o->pair[0] = o->pair[1] = none;
    first = make_pair(o->pair);
    for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        duos_err err = DUOS_OK;

        if (duos_socket_valid(o->pair[1])) {
            err = fault_told(run, steps[i](o));
        }
        first = first == DUOS_OK ? err : first;
    }
    (void)fault_told(run, duos_close(&o->pair[0]));
    (void)fault_told(run, duos_close(&o->pair[1]));
    return first;
}

static const duos_err allowed[] = {DUOS_ETIMEDOUT, DUOS_OK}; /* of the pair */
static const fault_scenario scenario = {
    "options", sizeof(options), start, NULL, NULL, NULL,
    NULL,      allowed,         1000,  0};

FAULT_MAIN_WITHOUT_MEMORY(SY6_SY7, options)
