/* SPDX-License-Identifier: MIT */
/*
 * test_fault_datagrams.c - datagrams: one by one, with all that goes with
 * them, many at a time, to a group, and to where nobody is; a pair.
 */
#include <duosock/message.h>
#include <duosock/multicast.h>
#include <duosock/option.h>
#include <duosock/pair.h>

#include "fault.h"

#include "support/check.h"

#define LIMIT_MS 50
#define MANY     4

typedef struct post {
    fault_run *run;
    duos_socket a;
    duos_socket b;
    duos_addr at_a;
    duos_addr at_b;
} post;

/* ---- sockets ------------------------------------------------------------ */

static duos_err open_bound(duos_socket *out, duos_addr *at)
{
    duos_addr any = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);
    duos_err err = duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, out);

    if (err == DUOS_OK) {
        err = duos_bind(*out, &any);
    }
    return err == DUOS_OK ? duos_local_addr(*out, at) : err;
}

static duos_err await(duos_socket s)
{
    return duos_wait(s, DUOS_READ, LIMIT_MS, NULL);
}

/* ---- what is done with them --------------------------------------------- */

static duos_err one(post *p)
{
    char text[8];
    duos_addr from;
    bool cut = false;
    size_t n = 0;
    duos_err err = duos_sendto(p->a, "greetings", 9, &p->at_b);

    if (err == DUOS_OK) {
        err = await(p->b);
    }
    if (err == DUOS_OK) {
        err = duos_recvfrom(p->b, text, sizeof text, &n, &from, &cut);
    }
    fault_check(p->run,
                err != DUOS_OK ||
                    (n == 8 && cut && duos_addr_equal(&from, &p->at_a)),
                "a datagram comes in another shape");
    return err;
}

static duos_err answered(post *p)
{
    char text[4];
    size_t n = 0;
    duos_err err = await(p->a);

    if (err == DUOS_OK) {
        err = duos_recv(p->a, text, sizeof text, &n);
    }
    fault_check(p->run, err != DUOS_OK || n == 3, "an answer is cut");
    return err;
}

/* One with its envelope, answered from where it was asked. */
static duos_err enveloped(post *p)
{
    char text[16];
    duos_buf part = {text, 3};
    duos_message m;
    duos_err err = duos_set_bool(p->b, DUOS_OPT_PKTINFO, true);

    memset(&m, 0, sizeof m);
    memcpy(text, "ask", 3);
    m.parts = &part;
    m.count = 1;
    m.has = DUOS_HAS_PEER;
    m.peer = p->at_b;
    if (err == DUOS_OK) {
        err = duos_sendmsg(p->a, &m);
    }
    if (err == DUOS_OK) {
        err = await(p->b);
    }
    part.len = sizeof text;
    if (err == DUOS_OK) {
        err = duos_recvmsg(p->b, &m);
    }
    fault_check(p->run,
                err != DUOS_OK || (m.len == 3 && (m.has & DUOS_HAS_LOCAL) != 0),
                "a message comes in another shape");
    m.has &= DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    part.len = 3;
    if (err == DUOS_OK) {
        err = duos_sendmsg(p->b, &m);
    }
    return err == DUOS_OK ? answered(p) : err;
}

/* May be moved in several goes. */
static duos_err many(post *p)
{
    char text[MANY][4];
    duos_buf parts[MANY];
    duos_message list[MANY];
    size_t done = 0;
    size_t n = 0;
    int i;
    duos_err err = DUOS_OK;

    memset(list, 0, sizeof list);
    for (i = 0; i < MANY; i++) {
        memcpy(text[i], "many", 4);
        parts[i].data = text[i];
        parts[i].len = 4;
        list[i].parts = &parts[i];
        list[i].count = 1;
        list[i].has = DUOS_HAS_PEER;
        list[i].peer = p->at_b;
    }
    while (err == DUOS_OK && done < MANY) {
        err = duos_send_batch(p->a, list + done, MANY - done, &n);
        done += err == DUOS_OK ? n : 0;
    }
    for (done = 0; err == DUOS_OK && done < MANY; done += n) {
        n = 0;
        err = await(p->b);
        if (err == DUOS_OK) {
            err = duos_recv_batch(p->b, list, MANY, &n);
        }
    }
    return err;
}

static duos_err group(post *p)
{
    duos_addr to = duos_addr_ipv4(239, 1, 2, 3, p->at_b.port);
    duos_err err = duos_multicast_join(p->b, &to, 0);
    duos_err left;

    if (err != DUOS_OK) {
        return err;
    }
    left = duos_multicast_leave(p->b, &to, 0);
    err = duos_multicast_join_source(p->b, &to, &p->at_a, 0);
    if (err == DUOS_OK) {
        err = duos_multicast_leave_source(p->b, &to, &p->at_a, 0);
    }
    return err == DUOS_OK ? left : err;
}

/* Where nobody is, the answer says so: to the report, then to the socket. */
static duos_err nobody(post *p)
{
    duos_addr to = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 9);
    duos_addr whom;
    duos_err what = DUOS_OK;
    duos_err err = duos_set_bool(p->a, DUOS_OPT_RECV_ERROR, true);

    if (err == DUOS_OK) {
        err = duos_sendto(p->a, "?", 1, &to);
    }
    if (err == DUOS_OK) {
        err = await(p->a);
    }
    if (err == DUOS_OK) {
        err = duos_take_report(p->a, &whom, &what);
    }
    fault_check(p->run, err != DUOS_OK || what == DUOS_ECONNREFUSED,
                "a report says something else");
    return err;
}

static duos_err pair(post *p)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_socket both[2];
    char byte;
    size_t n;
    duos_err err;

    both[0] = both[1] = none;
    err = duos_socketpair(DUOS_DGRAM, DUOS_BLOCKING, both);
    if (err == DUOS_OK) {
        err = duos_send(both[0], "x", 1, &n);
    }
    if (err == DUOS_OK) {
        err = duos_recv(both[1], &byte, 1, &n);
    }
    (void)fault_told(p->run, duos_close(&both[0]));
    (void)fault_told(p->run, duos_close(&both[1]));
    return err;
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err (*const steps[])(post *p) = {one,   enveloped, many,
                                             group, pair,      nobody};

static duos_err start(fault_run *run, void *state)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    post *p = (post *)state;
    duos_err first;
    size_t i;

    p->run = run;
    p->a = p->b = none;
    first = open_bound(&p->a, &p->at_a);
    if (first == DUOS_OK) {
        first = open_bound(&p->b, &p->at_b);
    }
    for (i = 0; first == DUOS_OK && i < sizeof steps / sizeof steps[0]; i++) {
        first = steps[i](p);
    }
    (void)fault_told(run, duos_close(&p->a));
    (void)fault_told(run, duos_close(&p->b));
    return first;
}

static const fault_scenario scenario = {
    "datagrams", sizeof(post), start, NULL, NULL, NULL, NULL, NULL, 1000, 0};

FAULT_MAIN_WITHOUT_MEMORY(SY6_SY7_SY10_SY11, datagrams)
