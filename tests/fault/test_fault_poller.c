/* SPDX-License-Identifier: MIT */
/*
 * test_fault_poller.c - a bare poller: a client of many sockets that connect
 * by themselves, wait for what they need, and are taken out again; and a
 * wake-up.
 */
#include <duosock/poller.h>

#include "fault_peer.h"

#include "support/check.h"

#define SOCKETS 3

typedef struct caller {
    duos_socket sock;
    duos_token token;
    size_t heard;
} caller;

typedef struct bare {
    fault_run *run;
    duos_poller *poller;
    caller callers[SOCKETS];
    unsigned left;
    unsigned content;
    fault_host onward;
} bare;

static void drop(bare *b, caller *c)
{
    static const duos_token none = {0};

    if (c->token.value != 0) {
        (void)fault_told(b->run, duos_poller_del(b->poller, c->token));
        c->token = none;
        b->left--;
    }
    (void)fault_told(b->run, duos_close(&c->sock));
}

static duos_err call(bare *b, caller *c)
{
    duos_addr to = duos_sim_addr(FAULT_PEER, DUOS_IPV6, 7800);
    duos_err err = duos_open(DUOS_IPV6, DUOS_STREAM, DUOS_NONBLOCK, &c->sock);

    c->heard = 0;
    if (err == DUOS_OK) {
        err = duos_connect(c->sock, &to);
    }
    if (err == DUOS_EINPROGRESS) {
        err = duos_poller_add(b->poller, c->sock, DUOS_WRITE, c, &c->token);
    }
    if (err == DUOS_OK) {
        b->left++;
    }
    return err;
}

static duos_err connected(bare *b, caller *c)
{
    size_t n;
    duos_err err = duos_connect_result(c->sock);

    if (err == DUOS_OK) {
        err = duos_send(c->sock, fault_text, FAULT_TEXT_LEN, &n);
    }
    return err == DUOS_OK ? duos_poller_mod(b->poller, c->token, DUOS_READ)
                          : err;
}

static duos_err readable(bare *b, caller *c)
{
    char text[64];
    size_t n = 0;
    duos_err err = duos_recv(c->sock, text, sizeof text, &n);

    c->heard += n;
    if (c->heard == FAULT_TEXT_LEN) {
        b->content++;
        return DUOS_EEOF; /* it has heard all */
    }
    return err == DUOS_EWOULDBLOCK ? DUOS_OK : err;
}

static duos_err turn(bare *b)
{
    duos_poll_event events[2];
    size_t count = 0;
    size_t i;
    duos_err err = duos_poller_wait(b->poller, events, 2, 1000, &count);

    for (i = 0; i < count; i++) {
        caller *c = (caller *)events[i].user;
        duos_err end = (events[i].events & DUOS_WRITE) != 0 ? connected(b, c)
                                                            : readable(b, c);

        if (fault_told(b->run, end) != DUOS_OK) {
            drop(b, c);
        }
    }
    return err;
}

static duos_err talk(bare *b)
{
    duos_err err = DUOS_OK;
    int turns = 0;
    int i;

    for (i = 0; i < SOCKETS; i++) {
        (void)fault_told(b->run, call(b, &b->callers[i]));
    }
    (void)fault_told(b->run, duos_poller_wakeup(b->poller));
    while (err == DUOS_OK && b->left > 0 && turns++ < 50) {
        err = turn(b);
    }
    for (i = 0; i < SOCKETS; i++) {
        drop(b, &b->callers[i]);
    }
    return err;
}

static duos_err start(fault_run *run, void *state)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    bare *b = (bare *)state;
    duos_poller_config config;
    duos_err err;
    int i;

    b->run = run;
    b->left = b->content = 0;
    b->poller = NULL;
    for (i = 0; i < SOCKETS; i++) {
        b->callers[i].sock = none;
    }
    fault_host_start(run, &b->onward, "*:7800");
    duos_poller_config_init(&config);
    config.ignore_env = true;
    config.alloc = &run->memory.alloc;
    err = duos_poller_create(&config, &b->poller);
    if (err == DUOS_OK) {
        err = talk(b);
    }
    duos_poller_destroy(b->poller);
    return err;
}

static bool done(void *state)
{
    return ((const bare *)state)->left == 0;
}

static bool whole(void *state)
{
    return ((const bare *)state)->content == SOCKETS;
}

static void stop(fault_run *run, void *state)
{
    fault_host_end(run, &((bare *)state)->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "poller", sizeof(bare), start,   done,  whole,
    stop,     normal,       allowed, 60000, 0};

FAULT_MAIN(SY8_SY9_SY10_SY11_SY12, poller)
