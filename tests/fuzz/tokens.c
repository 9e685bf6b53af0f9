/* SPDX-License-Identifier: MIT */
/*
 * tokens.c - F7, API2: a poller's tokens, live, removed and made up, in any
 * order. One that is out of date gives DUOS_EBADHANDLE every time, no token is
 * given twice, and who has the slot or the socket now does not notice. On the
 * simulator, so that every run is the same.
 */
#include "fuzz.h"

#include <duosock/poller.h>
#include <duosock/select.h>
#include <duosock/sim.h>

enum {
    SOCKETS = 6, /* those that are watched; each has a peer */
    TOKENS = 2048,
    EVENTS = SOCKETS + 2
};

typedef struct watched {
    duos_socket sock;
    duos_socket peer;
    bool live;
    duos_token token;
    unsigned interest;
    size_t unread;
} watched;

typedef struct world {
    fuzz_input in;
    duos_sim *sim;
    uint32_t hosts[2];
    duos_socket listener;
    duos_addr at;
    duos_poller *poller;
    watched sockets[SOCKETS];
    duos_token given[TOKENS]; /* all, whether live or not */
    uint32_t given_count;
} world;

/* ---- the world -------------------------------------------------------- */

static void connect_pair(world *w, watched *s)
{
    fuzz_ok(duos_sim_set_host(w->sim, w->hosts[1]));
    fuzz_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s->peer));
    fuzz_ok(duos_connect(s->peer, &w->at));
    fuzz_ok(duos_accept(w->listener, DUOS_NONBLOCK, &s->sock, NULL));
    s->unread = 0;
}

static void open_world(world *w)
{
    duos_sim_config config;
    duos_poller_config how;
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    size_t i;

    duos_sim_config_init(&config);
    fuzz_ok(duos_sim_create(&config, &w->sim));
    fuzz_ok(duos_sim_add_host(w->sim, &w->hosts[0]));
    fuzz_ok(duos_sim_add_host(w->sim, &w->hosts[1]));
    fuzz_ok(duos_sim_set_host(w->sim, w->hosts[0]));
    duos_poller_config_init(&how);
    how.ignore_env = true;
    fuzz_ok(duos_poller_create(&how, &w->poller));
    fuzz_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &w->listener));
    fuzz_ok(duos_bind(w->listener, &any));
    fuzz_ok(duos_listen(w->listener, 0));
    fuzz_ok(duos_local_addr(w->listener, &any));
    w->at = duos_sim_addr(w->hosts[0], DUOS_IPV4, any.port);
    for (i = 0; i < SOCKETS; i++) {
        connect_pair(w, &w->sockets[i]);
    }
}

static void close_world(world *w)
{
    size_t i;

    duos_poller_destroy(w->poller);
    for (i = 0; i < SOCKETS; i++) {
        fuzz_ok(duos_close(&w->sockets[i].sock));
        fuzz_ok(duos_close(&w->sockets[i].peer));
    }
    fuzz_ok(duos_close(&w->listener));
    fuzz_check(duos_sim_sockets(w->sim) == 0);
    fuzz_ok(duos_sim_destroy(w->sim));
}

static watched *pick(world *w)
{
    return &w->sockets[fuzz_below(&w->in, SOCKETS)];
}

/* Who has a token now, if anybody. */
static watched *owner_of(world *w, duos_token token)
{
    size_t i;

    for (i = 0; i < SOCKETS; i++) {
        if (w->sockets[i].live && w->sockets[i].token.value == token.value) {
            return &w->sockets[i];
        }
    }
    return NULL;
}

/* ---- operations ------------------------------------------------------- */

static void add(world *w)
{
    watched *s = pick(w);
    unsigned interest = fuzz_below(&w->in, 4);
    duos_token token = {0};
    uint32_t i;

    fuzz_operations++;
    if (s->live) {
        fuzz_err(DUOS_EEXIST,
                 duos_poller_add(w->poller, s->sock, interest, s, &token));
        fuzz_check(token.value == 0);
        return;
    }
    fuzz_ok(duos_poller_add(w->poller, s->sock, interest, s, &token));
    for (i = 0; i < w->given_count; i++) {
        fuzz_check(w->given[i].value != token.value);
    }
    fuzz_check(token.value != 0);
    if (w->given_count < TOKENS) {
        w->given[w->given_count++] = token;
    }
    s->live = true;
    s->token = token;
    s->interest = interest;
}

/* One that was given, lately or long ago; or one that never was. */
static duos_token any_token(world *w)
{
    uint8_t what = fuzz_byte(&w->in);
    duos_token token = {0};

    if (w->given_count > 0) {
        uint32_t back = what % 4 == 0 ? fuzz_u16(&w->in) : what / 4 % 16;

        token = w->given[w->given_count - 1 - back % w->given_count];
    }
    if (what % 4 == 3 && what < 192) {
        token.value ^= UINT64_C(1) << what / 4;
    } else if (what % 4 == 3) { /* a later generation */
        token.value += (uint64_t)(what - 191) / 4 << 32;
    }
    return token;
}

static void mod(world *w)
{
    duos_token token = any_token(w);
    unsigned interest = fuzz_below(&w->in, 4);
    watched *s = owner_of(w, token);

    fuzz_operations++;
    fuzz_err(s != NULL ? DUOS_OK : DUOS_EBADHANDLE,
             duos_poller_mod(w->poller, token, interest));
    if (s != NULL) {
        s->interest = interest;
    }
}

static void del(world *w)
{
    duos_token token = any_token(w);
    watched *s = owner_of(w, token);

    fuzz_operations++;
    fuzz_err(s != NULL ? DUOS_OK : DUOS_EBADHANDLE,
             duos_poller_del(w->poller, token));
    if (s != NULL) {
        fuzz_operations++;
        s->live = false;
        fuzz_err(DUOS_EBADHANDLE, duos_poller_del(w->poller, token));
    }
}

/* The number of the socket may come back with the next one. */
static void reopen(world *w)
{
    watched *s = pick(w);

    fuzz_operations++;
    if (s->live) {
        fuzz_ok(duos_poller_del(w->poller, s->token));
        s->live = false;
    }
    fuzz_ok(duos_close(&s->sock));
    fuzz_ok(duos_close(&s->peer));
    connect_pair(w, s);
}

static void send_byte(world *w)
{
    watched *s = pick(w);
    size_t n = 0;

    if (s->unread < 100) {
        fuzz_operations++;
        fuzz_ok(duos_send(s->peer, "x", 1, &n));
        fuzz_check(n == 1);
        s->unread++;
        fuzz_ok(duos_select(NULL, NULL, NULL, 1, NULL)); /* it arrives */
    }
}

static void receive(world *w)
{
    watched *s = pick(w);
    char bytes[128];
    size_t n = 0;

    if (s->unread > 0) {
        fuzz_operations++;
        fuzz_ok(duos_recv(s->sock, bytes, sizeof bytes, &n));
        fuzz_check(n == s->unread);
        s->unread = 0;
    }
}

static unsigned wanted(const watched *s)
{
    unsigned ready = DUOS_WRITE | (s->unread > 0 ? DUOS_READ : 0u);

    return s->live ? ready & s->interest : 0;
}

/* Each event is that of its owner, and no owner goes without. */
static void wait(world *w)
{
    duos_poll_event events[EVENTS];
    bool told[SOCKETS] = {false};
    size_t count = 0;
    size_t i;

    fuzz_operations++;
    fuzz_ok(duos_poller_wait(w->poller, events, EVENTS, 0, &count));
    for (i = 0; i < count; i++) {
        watched *s = owner_of(w, events[i].token);

        fuzz_check(s != NULL && events[i].user == s);
        fuzz_check(events[i].events == wanted(s));
        fuzz_check(!told[s - w->sockets]);
        told[s - w->sockets] = true;
    }
    for (i = 0; i < SOCKETS; i++) {
        fuzz_check(told[i] == (wanted(&w->sockets[i]) != 0));
    }
}

static void step(world *w)
{
    switch (fuzz_byte(&w->in) % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
        add(w);
        break;
    case 4:
    case 5:
    case 6:
        mod(w);
        break;
    case 7:
    case 8:
    case 9:
    case 10:
        del(w);
        break;
    case 11:
        send_byte(w);
        break;
    case 12:
        receive(w);
        break;
    case 13:
        if (fuzz_byte(&w->in) % 8 == 0) {
            reopen(w);
        }
        break;
    default:
        wait(w);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static world w;

    memset(&w, 0, sizeof w);
    w.in.at = data;
    w.in.left = size;
    open_world(&w);
    while (w.in.left > 0) {
        step(&w);
    }
    wait(&w);
    close_world(&w);
    return 0;
}
